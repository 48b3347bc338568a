"""What the text of Office documents does and asks for: fields that start or fetch, phrases that ask to enable the content."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import TYPE_CHECKING, Final

from emoscan.context import Context
from emoscan.formats.fields import facts_of_field
from emoscan.formats.luretext import LONGEST, dense, lures_in, lures_in_bytes
from emoscan.model import Artifact, Yields
from emoscan.parse import Malformed, fieldcodes
from emoscan.parse.lazy import lazy
from emoscan.parse.text import text_of
from emoscan.registry import step

if TYPE_CHECKING:
    from emoscan.parse.package import Package

_PARTS: Final = lazy(
    r"word/(?:document|header|footer|footnotes|endnotes|comments)\w{0,20}\.xml|xl/sharedstrings\.xml|(?:xl|word|ppt)/(?:drawings|diagrams|slides)/(?:drawing|data|slide)\d{1,5}\.xml"
)
"""Parts with what people read, by their names in lower case."""
_TEXT: Final = lazy(r"<(?:\w{1,20}:)?(?:t(?:\s[^<>]{0,200})?>([^<]*+)|(p|si)\b)")
MAX_PARTS: Final = 200
LARGEST: Final = 16 << 20
"""Bytes of one part; what people read to be lured is short."""
_FIELDS: Final = (b"instrText", b"fldSimple")


@step("text of package", "office.ooxml", order=30)
def text_of_package(artifact: Artifact, ctx: Context) -> Yields:
    from emoscan.parse.package import Package

    try:
        package = Package(artifact.data, ctx.budget)
    except Malformed:  # told by the step that opens it
        return
    read: list[str] = []
    for name, data in _contents(package):
        text = text_of(data)
        ctx.budget.spend(len(text) // 32)
        if name.startswith("word/") and any(mark in data for mark in _FIELDS):
            for instruction in fieldcodes.fields_in(text):
                yield from facts_of_field(instruction)
        read.append(unescape("".join("\n" if end else piece for piece, end in _TEXT.findall(text[:LARGEST]))))
    yield from lures_in("\n".join(read))


def _contents(package: Package) -> Iterator[tuple[str, bytes]]:
    count = 0
    for part in package.parts:
        name = part.name.replace("\\", "/").lstrip("/").lower()
        if _PARTS.fullmatch(name) and not part.encryption and part.size <= LARGEST:
            count += 1
            if count > MAX_PARTS:
                return
            yield name, package.read(part)


_CODE: Final = lazy("\x13([^\x13\x14\x15]{1,8000})(?:[\x13\x14\x15])")


@step("text of compound file", "office.ole", order=30)
def text_of_compound_file(artifact: Artifact, ctx: Context) -> Yields:
    data = artifact.data
    ctx.budget.spend(min(len(data), 8 << 20) // 64)
    letters = dense(data)
    yield from lures_in_bytes(data, letters)
    if (b"dde" in letters or len(data) > LONGEST) and (b"DDE" in data or b"D\0D\0E\0" in data):
        yield from _fields_of_word(data, ctx)


def _fields_of_word(data: bytes, ctx: Context) -> Yields:
    from emoscan.parse.cfb import CompoundFile

    try:
        stream = CompoundFile(data, ctx.budget).read("WordDocument")
    except Malformed:
        return
    # The text of a piece lies in one encoding or the other ([MS-DOC] 2.4.1); field marks and instructions are ASCII in both.
    for text in (stream.decode("latin-1"), stream.decode("utf-16-le", "replace")):
        for match in _CODE.finditer(text):
            if match[1].lstrip()[:3].upper() == "DDE":
                yield from facts_of_field(match[1])
