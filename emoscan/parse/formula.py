"""Formulas as text: their tokens, in A1 and in R1C1 notation, and how references are moved and rewritten.

ECMA-376 part 1, 18.17; for R1C1 and macro sheets the Excel 95 Developer's Kit. A formula is never refused: what is no token becomes one
of kind "bad".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from emoscan.parse.lazy import lazy
from emoscan.parse.ptg import cell, letters, quoted
from emoscan.parse.workbook import MAX_COLUMN, MAX_ROW, from_a1

Kind = Literal["number", "text", "error", "name", "ref", "sheet", "operator", "open", "close", "comma", "array", "bad"]

MAX_TOKENS: Final = 20_000
"""Of one formula."""


class Token(NamedTuple):
    kind: Kind
    text: str
    """As written; of a text without its quotes, of a sheet without "!"."""
    space: bool = False
    """White space stands before it."""


_TOKENS: Final = lazy(
    r"""
    (?P<call>[A-Za-z][A-Za-z.]{2,}+(?=\())
    |(?P<sign>[-+*/^&=]|<[=>]?|>=?)
    |(?P<open>\()
    |(?P<close>\))
    |(?P<comma>[,;])
    |(?P<space>[ \t\r\n\u00a0]++)
    |(?P<text>"(?:[^"]|"")*+"?)
    |(?P<number>(?<!:)(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?(?![\w.(!\[:]))
    |(?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|GETTING_DATA))
    |(?P<sheet>'(?:[^']|''){1,400}+'!
        |(?:\[[^\[\]'!]*+\])?[^\s"'\#{}()\[\]+\-*/^&=<>,;:!%|]*+(?::[^\s"'\#{}()\[\]+\-*/^&=<>,;:!%|]++)?!)
    |(?P<ref>
        \$?[A-Za-z]{1,3}+\$?[0-9]{1,7}+(?![\w.\\?!(])
        |[Rr](?:\[-?[0-9]{1,7}\]|[0-9]{1,7}+)?+[Cc](?:\[-?[0-9]{1,5}\]|[0-9]{1,5}+)?+(?![\w.\\?!\[])
        |\$?[A-Za-z]{1,3}+(?=:\$?[A-Za-z]{1,3}(?![\w.\\?!(]))
        |(?<=[:])\$?[A-Za-z]{1,3}+(?![\w.\\?!(])
        |\$?[0-9]{1,7}+(?=:\$?[0-9]{1,7}(?![\w.\\?!(]))
        |(?<=:)\$?[0-9]{1,7}+(?![\w.\\?!(])
        |[RrCc]\[-?[0-9]{1,7}\](?![\w.\\?!\[])
    )
    |(?P<dde>[^\s"'\#{}()\[\]+\-*/^&=<>,;:!%|]++\|(?:'(?:[^']|''){0,4000}+'|[^\s"'!,;()]*+)!(?:'(?:[^']|''){0,400}+'|[^\s"'!,;()+\-*/^&=<>]*+))
    |(?P<operator>[:%|!@])
    |(?P<array>[{}])
    |(?P<name>[^\s"'\#{}()\[\]+\-*/^&=<>,;:!%|]++)
    |(?P<bad>.)
    """,
    0x40 | 0x10,  # verbose, and "." matches a line's end
)


_OFTEN: Final[dict[str | None, Kind]] = {
    "call": "name",
    "sign": "operator",
    "open": "open",
    "close": "close",
    "comma": "comma",
    "ref": "ref",
    "number": "number",
}
"""Groups whose text is taken as it is, and what they are. The first five stand first in the pattern: no other one can begin with them."""


def tokens(formula: str) -> Iterator[Token]:
    """The tokens of a formula, without "=" before it. Stops after MAX_TOKENS with one of kind "bad"."""
    space = False
    for count, match in enumerate(_TOKENS.finditer(formula)):
        kind = match.lastgroup
        if kind == "space":
            space = True
            continue
        if count > MAX_TOKENS:
            yield Token("bad", formula[match.start() :])
            return
        text = match[0]
        often = _OFTEN.get(kind)
        if often is not None:
            yield Token(often, text, space)
        elif kind == "text":
            yield Token(
                "text", text[1:-1].replace('""', '"') if len(text) > 1 and text.endswith('"') else text[1:].replace('""', '"'), space
            )
        elif kind == "sheet":
            text = text[:-1]
            yield Token("sheet", text[1:-1].replace("''", "'") if text.startswith("'") else text, space)
        elif kind == "dde":
            yield Token("name", text, space)
        else:
            yield Token(kind, text, space)  # type: ignore[arg-type]
        space = False


def written(found: Iterator[Token]) -> str:
    """Tokens as text again."""
    out: list[str] = []
    for token in found:
        if token.space and out and token.kind != "close" and out[-1] not in ("(", ","):
            out.append(" ")
        if token.kind == "text":
            out.append(quoted(token.text))
        elif token.kind == "sheet":
            plain = token.text.replace("_", "a").replace(".", "a").replace("[", "").replace("]", "").isalnum() or not token.text
            out.append(f"{token.text}!" if plain else "'" + token.text.replace("'", "''") + "'!")
        else:
            out.append(token.text)
    return "".join(out)


# ---------------------------------------------------------------- references

Place = tuple[int, int, bool, bool]
"""Row and column from 1 (0 where a whole column or row is meant), and whether each counts from the cell."""

_A1: Final = lazy(r"(\$?)([A-Za-z]{1,3})?(\$?)([0-9]{1,7})?")
_R1C1: Final = lazy(r"(?:[Rr](?:\[(-?[0-9]{1,7})\]|([0-9]{1,7}))?)?(?:[Cc](?:\[(-?[0-9]{1,5})\]|([0-9]{1,5}))?)?")


def is_r1c1(text: str) -> bool:
    """Whether a reference can only be one of R1C1 notation."""
    return text[:1] in "Rr" and any(c in "Cc" for c in text[1:]) and from_letters(text) == 0


def from_letters(text: str) -> int:
    """Column of a reference in A1 notation, 0 when it is none."""
    head = text.lstrip("$").rstrip("0123456789").rstrip("$")
    if not head or len(head) > 3 or not head.isalpha() or head == text.lstrip("$"):
        return 0
    return from_a1(head + "1")[1]


def shifted(formula: str, rows: int, columns: int) -> str:
    """A formula as it reads in a cell so many rows further down and columns to the right: relative references move along."""
    return written(_shift(formula, rows, columns))


def _shift(formula: str, rows: int, columns: int) -> Iterator[Token]:
    for token in tokens(formula):
        if token.kind == "ref":
            match = _A1.fullmatch(token.text)
            if match:
                letters_, digits = match[2], match[4]
                if letters_ and not match[1]:
                    letters_ = letters((from_a1(letters_ + "1")[1] - 1 + columns) % MAX_COLUMN)
                if digits and not match[3] and not (match[1] and not match[2]):
                    digits = str((int(digits) - 1 + rows) % MAX_ROW + 1)
                token = token._replace(text=f"{match[1]}{letters_ or ''}{match[3]}{digits or ''}")
        yield token


def to_a1(formula: str, row: int, column: int) -> str:
    """A formula in R1C1 notation as it reads in A1 notation in the cell at `row` and `column` (from 1)."""
    return written(_from_r1c1(formula, row, column))


def _from_r1c1(formula: str, row: int, column: int) -> Iterator[Token]:
    for token in tokens(formula):
        if token.kind in ("ref", "name") and token.text[:1] in "RrCc":
            text = r1c1(token.text, row, column)
            if text:
                token = Token("ref", text, token.space)
        yield token


def r1c1(text: str, row: int, column: int) -> str:
    """One reference out of R1C1 notation, seen from a cell; "" when it is none."""
    match = _R1C1.fullmatch(text)
    if match is None or not text:
        return ""
    has_row, has_column = text[0] in "Rr", "c" in text.lower()
    if not has_row and not has_column:
        return ""
    if len(text) > 1 and not has_row and match[3] is None and match[4] is None:
        return ""
    down = int(match[2]) if match[2] else (row - 1 + int(match[1] or 0)) % MAX_ROW + 1
    right = int(match[4]) if match[4] else (column - 1 + int(match[3] or 0)) % MAX_COLUMN + 1
    if not 1 <= down <= MAX_ROW or not 1 <= right <= MAX_COLUMN:
        return "#REF!"
    row_mark, column_mark = "$" if match[2] else "", "$" if match[4] else ""
    if not has_column:
        return f"{row_mark}{down}:{row_mark}{down}"
    if not has_row:
        return f"{column_mark}{letters(right - 1)}:{column_mark}{letters(right - 1)}"
    return cell(down - 1, right - 1, not row_mark, not column_mark)
