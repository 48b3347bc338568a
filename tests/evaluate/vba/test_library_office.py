"""Constants of the object libraries."""

import pytest
from evaluate.vba.run import value

from emoscan.evaluate.vba.library.office import constant, is_enumeration, resembles_constant


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("wdKeyA", 65),
        ("wdFormatText", 2),
        ("wdFormatXMLDocumentMacroEnabled", 13),
        ("wdReplaceAll", 2),
        ("wdStory", 6),
        ("wdColorRed", 255),
        ("xlUp", -4162),
        ("xlSheetVeryHidden", 2),
        ("xlCalculationManual", -4135),
        ("msoAutomationSecurityForceDisable", 3),
        ("msoFileDialogFilePicker", 3),
        ("ppLayoutBlank", 12),
        ("adTypeBinary", 1),
        ("adSaveCreateOverWrite", 2),
        ("vbext_ct_StdModule", 1),
        ("fmMultiSelectMulti", 1),
        ("olMailItem", 0),
        ("vbModeless", 0),
    ],
)
def test_values(name, expected):
    assert constant(name.lower()) == expected
    assert value(name) == expected


def test_names_of_enumerations():
    assert is_enumeration("wdsaveformat")
    assert not is_enumeration("wdnosuchthing")


@pytest.mark.parametrize("name", ["wdQzkJe", "xlGfhHK", "wdFoo", "adjust", "olQQ", "msoX", "vbNonsenseQzz"])
def test_junk_resembles_no_constant(name):
    assert not resembles_constant(name)


@pytest.mark.parametrize("name", ["wdFormatStrict", "msoFileDialogNew", "xlCellTypeAllNew"])
def test_names_built_of_the_words_of_constants_do(name):
    assert resembles_constant(name)
