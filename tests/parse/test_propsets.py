"""Property sets: built-in and custom properties, in all code pages and types."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from fixturelib import summary
from fixturelib.cfb import Storage, compound
from hypothesis import given
from hypothesis import strategies as st

from emoscan.parse import Malformed, propsets
from emoscan.parse.cfb import CompoundFile


def properties(builtin, custom=None, **options):
    root = Storage()
    for name, data in summary.streams(builtin, custom, **options).items():
        root.put(name, data)
    return propsets.read_properties(CompoundFile(compound(root)))


def test_builtin_and_custom():
    builtin, custom = properties(
        {
            "Title": "Invoice",
            "Comments": "powershell",
            "Company": "Example",
            "Number of Pages": 3,
            "Creation Date": datetime(2022, 3, 1, tzinfo=UTC),
        },
        {"payload": "cmd /c", "Count": 7, "Ratio": 0.5, "Yes": True},
    )
    assert builtin == {
        "Title": "Invoice",
        "Comments": "powershell",
        "Company": "Example",
        "Number of Pages": 3,
        "Creation Date": "2022-03-01T00:00:00Z",
    }
    assert custom == {"payload": "cmd /c", "Count": 7, "Ratio": 0.5, "Yes": True}


@pytest.mark.parametrize(("code_page", "text"), [(932, "請求書①"), (1251, "Счёт"), (65001, "€ 請求"), (1252, "Größe")])
def test_code_pages(code_page, text):
    builtin, custom = properties({"Title": text}, {text: text}, code_page=code_page)
    assert builtin == {"Title": text}
    assert custom == {text: text}


def test_no_property_sets():
    assert propsets.read_properties(CompoundFile(compound(Storage().put("a", b"b")))) == ({}, {})
    with pytest.raises(Malformed):
        propsets.read_property_sets(b"no such thing" * 9)


@given(st.data())
def test_whatever_is_mutated_nothing_but_malformed_comes_out(data):
    stream = bytearray(summary.streams({"Title": "t"}, {"name": "value", "n": 1})[summary.DOCUMENT_SUMMARY])
    for _ in range(data.draw(st.integers(0, 8))):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Malformed):
        propsets.read_property_sets(bytes(stream[: data.draw(st.integers(0, len(stream)))]))
