"""Office Open XML packages (ECMA-376 part 2): parts, content types, relationships.

Part names are compared without regard to case and slashes, as Office does. Two members of one name, or one member with
two readings, are both parts: what the sample shows to which reader is not ours to guess.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from posixpath import normpath
from typing import Final

from msgspec import Struct

from emoscan.budget import Budget
from emoscan.parse import Malformed, xml, zipdir
from emoscan.parse.unpack import Unsupported
from emoscan.parse.zipdir import Member

CONTENT_TYPES: Final = "[content_types].xml"
PARTS: Final = 20_000
"""Of one package that are looked at."""


class Relationship(Struct, frozen=True):
    id: str
    type: str
    """Last word of the type's address: "attachedTemplate", "oleObject", "vbaProject"."""
    target: str
    external: bool = False


class Package:
    """An OPC package over bytes. Raises Malformed when the bytes are no ZIP.

    What could not be read is collected in `damage`; what was cut off for its size in `limits` (name → message).
    """

    def __init__(self, data: bytes, budget: Budget) -> None:
        self.data = data
        self.budget = budget
        self.directory = zipdir.parse(data)
        self.damage: list[str] = []
        self.limits: dict[str, str] = {}
        self.parts: list[Member] = []
        """Each range of bytes once, in the order of the directory."""
        self._by_name: dict[str, list[Member]] = {}
        self._types: tuple[dict[str, str], dict[str, str]] | None = None
        seen: set[tuple[int, int, int]] = set()
        for member in self.directory.members[:PARTS]:
            for name in (member.name, *member.names):
                self._by_name.setdefault(key(name), []).append(member)
            place = (member.start, member.end, member.method)
            if place not in seen and not member.is_folder:
                seen.add(place)
                self.parts.append(member)
        if len(self.directory.members) > PARTS:
            self.limits["members"] = f"the package lists more than {PARTS:,} parts; the rest was not looked at"

    # ------------------------------------------------------------ parts

    def find(self, name: str) -> list[Member]:
        """Members of that name, the likeliest first."""
        return self._by_name.get(key(name), [])

    def under(self, folder: str) -> Iterator[Member]:
        """Parts whose name begins so ("word/activeX/")."""
        start = key(folder)
        return (part for part in self.parts if key(part.name).startswith(start))

    def head(self, part: Member, length: int = 8) -> bytes:
        """The first bytes of a part, at next to no cost; b"" where that cannot be done."""
        if part.encryption:
            return b""
        packed = self.data[part.start : min(part.end, part.start + 512 + 2 * length)]  # the tables of a block may take 300 bytes
        if part.method == 0:
            return packed[:length]
        if part.method != 8:
            return b""
        try:
            return zlib.decompressobj(-15).decompress(packed, length)
        except zlib.error:
            return b""

    def read(self, part: Member | str) -> bytes:
        """A part's bytes, as many as can be read. Raises Malformed when there is no such part, LimitReached."""
        if isinstance(part, str):
            found = self.find(part)
            if not found:
                raise Malformed(f"there is no part {part!r}")
            part = found[0]
        try:
            content = zipdir.content(self.data, part, self.budget)
        except Unsupported as error:
            self.damage.append(f"part {part.name!r} cannot be read: {error}")
            return b""
        if content.trouble:
            self.damage.append(f"part {part.name!r} is damaged: {content.trouble}")
        if content.limit:
            self.limits[content.limit] = f"part {part.name!r} is larger than may be read; only its beginning was"
        return content.data

    def xml(self, name: str | Member) -> list[tuple[str, dict[str, str]]]:
        """Elements of an XML part (`xml.elements`); none when there is no such part, or it is no XML."""
        try:
            return xml.elements(self.read(name))
        except Malformed as error:
            if not isinstance(name, str) or self.find(name):
                self.damage.append(f"{name if isinstance(name, str) else name.name!r}: {error}")
            return []

    # ------------------------------------------------------------ content types and relationships

    def content_type(self, name: str) -> str:
        """Content type of a part in lower case, "" when nothing states it."""
        if self._types is None:
            overrides: dict[str, str] = {}
            defaults: dict[str, str] = {}
            for tag, attributes in self.xml(CONTENT_TYPES):
                type_ = attributes.get("ContentType", "").lower()
                if tag == "Override":
                    overrides[key(attributes.get("PartName", ""))] = type_
                elif tag == "Default":
                    defaults[attributes.get("Extension", "").lower()] = type_
            self._types = overrides, defaults
        overrides, defaults = self._types
        return overrides.get(key(name)) or defaults.get(name.rpartition(".")[2].lower(), "")

    def relationship_parts(self) -> Iterator[tuple[str, Member]]:
        """(part they start from, part that holds them) for all relationships of the package; "" is the package itself."""
        for part in self.parts:
            folder, _, name = part.name.replace("\\", "/").rpartition("/")
            above, _, last = folder.rpartition("/")
            if last.lower() == "_rels" and name.lower().endswith(".rels"):
                source = name[: -len(".rels")]
                yield (f"{above}/{source}" if above and source else source), part

    def relationships(self, source: str) -> list[Relationship]:
        """Relationships that start from a part ("" for the package)."""
        folder, slash, name = source.rpartition("/")
        path = f"{folder}{slash}_rels/{name}.rels"
        return self.relationships_in(path) if self.find(path) else []

    def relationships_in(self, part: Member | str) -> list[Relationship]:
        return [
            Relationship(
                attributes.get("Id", ""),
                attributes.get("Type", "").rstrip("/").rpartition("/")[2],
                attributes.get("Target", ""),
                attributes.get("TargetMode", "").lower() == "external",
            )
            for tag, attributes in self.xml(part)
            if tag == "Relationship"
        ]

    def targets(self, source: str, type_: str) -> Iterator[str]:
        """Names of the parts that a part's relationships of one type lead to."""
        for relationship in self.relationships(source):
            if relationship.type.lower() == type_.lower() and not relationship.external:
                yield resolve(source, relationship.target)

    def main(self) -> str:
        """Name of the part that is the document: by relationship, else by the names Office gives it. "" when there is none."""
        for name in self.targets("", "officeDocument"):
            if self.find(name):
                return name
        return next((name for name in _MAIN if self.find(name)), "")

    def host(self) -> str:
        """word, excel, powerpoint; "" for another package."""
        main = self.main()
        type_ = self.content_type(main) if main else ""
        words = f"{type_} {main}".lower()
        return next((host for host, marks in _HOSTS.items() if any(mark in words for mark in marks)), "")


_MAIN: Final = ("word/document.xml", "xl/workbook.xml", "xl/workbook.bin", "ppt/presentation.xml")
_HOSTS: Final = {
    "word": ("wordprocessingml", "ms-word", "word/"),
    "excel": ("spreadsheetml", "ms-excel", "xl/"),
    "powerpoint": ("presentationml", "ms-powerpoint", "ppt/"),
}


def key(name: str) -> str:
    """A part name as it is compared."""
    return name.replace("\\", "/").lstrip("/").lower()


def resolve(source: str, target: str) -> str:
    """The part name that a relationship's target means, seen from the part it starts from."""
    target = target.replace("\\", "/").partition("#")[0]
    folder = "" if target.startswith("/") else source.rpartition("/")[0]
    return normpath(f"/{folder}/{target}").lstrip("/")
