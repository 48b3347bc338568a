from __future__ import annotations

import pytest
from linear import assert_linear

from emoscan.parse.fieldcodes import fields_in

BEGIN, SEPARATE, END = (f'<w:r><w:fldChar w:fldCharType="{mark}"/></w:r>' for mark in ("begin", "separate", "end"))


def text(words: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve">{words}</w:instrText></w:r>'


@pytest.mark.parametrize(
    ("markup", "fields"),
    [
        (
            BEGIN + text("DD") + text("EAUTO cmd &quot;/c echo inert&quot;") + SEPARATE + "<w:t>x</w:t>" + END,
            ['DDEAUTO cmd "/c echo inert"'],
        ),
        (BEGIN + text("DDE ") + BEGIN + text("QUOTE 99 109 100") + SEPARATE + END + text(" x") + END, ["DDE QUOTE 99 109 100 x"]),
        (
            '<w:fldSimple w:instr="INCLUDETEXT https://files.example.test/a"><w:r/></w:fldSimple>',
            ["INCLUDETEXT https://files.example.test/a"],
        ),
        (BEGIN + text("DDE open to the end"), ["DDE open to the end"]),
        (text("DDE without a mark"), ["DDE without a mark"]),
        ('<w:hlink w:dest="https://www.example.test/"><w:r/></w:hlink>', ['HYPERLINK "https://www.example.test/"']),
        ("<w:p><w:t>DDE</w:t></w:p>" + END, []),
    ],
)
def test_fields(markup: str, fields: list[str]):
    assert fields_in(markup) == fields


@pytest.mark.parametrize("unit", ["<w:fldChar ", BEGIN, BEGIN + END, '<w:fldSimple w:instr="', text("a"), "<w:hlink w:dest="])
def test_work_grows_with_the_input(unit: str):
    assert_linear(fields_in, unit, 100_000)
