"""Office Open XML packages: what is embedded in them, and what they fetch from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from emoscan.context import Context
from emoscan.formats.links import hyperlink
from emoscan.formats.zipkind import flavour
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed
from emoscan.registry import Look, sniffs, step

if TYPE_CHECKING:
    from emoscan.parse.package import Package
    from emoscan.parse.zipdir import Member

MAX_LINKS: Final = 1_000
"""External relationships of one document that are stated; the first of each target and type."""
MAX_EMBEDDED: Final = 500

CFB: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES: Final = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"\x01\0\0\0",  # EMF
    b"\xd7\xcd\xc6\x9a",  # WMF
    b"\x01\0\x09\0",  # WMF without its head
    b"RIFF",
    b"\0\0\1\0",
)
_FILES: Final = (b"PK\3\4", b"%PDF", b"{\\rt", b"MZ", b"ITSF", b"\x4c\0\0\0\1\x14\2\0")
_OWN: Final = (".xml", ".rels", ".vml")
"""Endings of parts that belong to the package itself."""
_EMBEDDING: Final = frozenset(("oleobject", "package", "afchunk", "subdocument", "attachedtoolbars"))
"""Types of relationships to parts that are documents themselves."""


@sniffs("office.ooxml")
def is_ooxml(look: Look) -> bool:
    return flavour(look) == "ooxml"


@step("ooxml", "office.ooxml")
def open_ooxml(artifact: Artifact, ctx: Context) -> Yields:
    from emoscan.parse.package import Package

    try:
        package = Package(artifact.data, ctx.budget)
    except Malformed as error:
        yield Problem("malformed", "zip", f"the package cannot be read: {error}; what it holds was not seen")
        return
    host = package.host()
    if host:
        yield Fact("document.host", host)
    for lie in package.directory.lies:
        yield Fact("archive.directory_lies", lie)
    for overlap in package.directory.overlaps:
        yield Fact("archive.overlap", overlap)
    embedded: set[str] = set()
    yield from _links(package, embedded)
    yield from _remote_callbacks(package)
    yield from _children(package, embedded)
    for scheme in sorted({part.encryption for part in package.parts if part.encryption}):
        yield Fact("archive.encrypted", scheme)
        yield Problem("encrypted", scheme, "parts of the document are locked in its ZIP; they were not seen")
    if package.directory.lost or package.directory.cut:
        yield Problem("malformed", "zip", "the package is incomplete: parts it lists are not there")
    if not package.directory.central:
        yield Problem("malformed", "zip", "the package has no central directory: some of its parts may be missing")
    for what in package.damage:
        yield Problem("malformed", "ooxml", f"{what}; what is missing was not seen")
    for name, what in package.limits.items():
        yield Problem("limit", name, what)


def _links(package: Package, embedded: set[str]) -> Yields:
    """Addresses outside the package. On the way, names of parts that embed documents go to `embedded`, in lower case."""
    from emoscan.parse.package import key, resolve

    seen: set[tuple[str, str]] = set()
    for source, part in package.relationship_parts():
        for relationship in package.relationships_in(part):
            if not relationship.external:
                if relationship.type.lower() in _EMBEDDING:
                    embedded.add(key(resolve(source, relationship.target)))
                continue
            link = (relationship.type, relationship.target)
            if link in seen or not relationship.target:
                continue
            seen.add(link)
            if len(seen) > MAX_LINKS:
                yield Problem("limit", "links", f"the document has more than {MAX_LINKS:,} external relationships; the rest was not read")
                return
            detail = {"part": source or "package"}
            if relationship.type.endswith("/hyperlink"):
                yield from hyperlink(relationship.target, relationship.type, detail)
            else:
                yield Fact("link.external", relationship.target, relationship.type, detail=detail)


def _remote_callbacks(package: Package) -> Yields:
    """Procedures that the ribbon looks for in a file behind an address, which is opened for it (CVE-2021-42292)."""
    from emoscan.parse.callbacks import of_ribbons

    seen: set[str] = set()
    for callback in of_ribbons(package):
        target = callback.procedure.rpartition("!")[0].strip("'")
        if ("://" in target or target.startswith("\\\\")) and target not in seen and len(seen) < MAX_LINKS:
            seen.add(target)
            yield Fact("link.external", target, "customUI", detail={"event": callback.event})


def _children(package: Package, embedded: set[str]) -> Yields:
    from emoscan.parse.package import key

    count = 0
    for part in package.parts:
        name = key(part.name)
        if not _is_embedded(package, part, name, embedded):
            continue
        count += 1
        if count > MAX_EMBEDDED:
            yield Problem("limit", "embedded", f"more than {MAX_EMBEDDED} objects are embedded; the rest was not read")
            return
        data = package.read(part)
        if data:
            yield Child(data, label=part.name, how="embedded object")


def _is_embedded(package: Package, part: Member, name: str, embedded: set[str]) -> bool:
    """Whether a part is a document or file of its own: not XML, no picture, no font, no project, no state of a control."""
    if part.encryption or not part.packed:
        return False
    if name in embedded:
        return True
    if name.endswith(_OWN) or "/activex/" in name or "/printersettings" in name:
        return False
    head = package.head(part)
    if head.startswith(CFB):
        return not _is_project(package, part)
    if head.startswith(_PICTURES) or name.endswith((".odttf", ".fntdata", ".ttf", ".svg", ".wdp", ".emz", ".wmz", ".tiff", ".jpeg")):
        return False
    # The parts of an .xlsb are records without a magic; they belong to the workbook.
    return not (name.startswith("xl/") and name.endswith(".bin") and "/embeddings/" not in name) or head.startswith(_FILES)


def _is_project(package: Package, part: Member) -> bool:
    """Whether a part is nothing but a macro project; that is read with the document around it."""
    from emoscan.parse.cfb import CompoundFile

    try:
        return CompoundFile(package.read(part)).stream("VBA/dir") is not None
    except Malformed:
        return False
