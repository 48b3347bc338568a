"""OpenDocument packages: what is embedded in them, and their scripts."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Problem, Yields
from emoscan.parse import Malformed, zipdir
from emoscan.parse.names import priority
from emoscan.parse.unpack import Unsupported
from emoscan.registry import Look, sniffs, step

_OWN: Final = ("content.xml", "styles.xml", "meta.xml", "settings.xml", "manifest.rdf", "mimetype", "meta-inf/manifest.xml")
_OWN_FOLDERS: Final = ("configurations2/", "thumbnails/")
MAX_MEMBERS: Final = 500


@sniffs("office.odf")
def is_odf(look: Look) -> bool:
    return zipdir.flavour(look.data) == "odf"


@step("odf", "office.odf")
def open_odf(artifact: Artifact, ctx: Context) -> Yields:
    """Everything but the document's own XML: scripts, objects, pictures."""
    try:
        directory = zipdir.parse(artifact.data)
    except Malformed as error:
        yield Problem("malformed", "zip", f"the document cannot be read: {error}")
        return
    wanted = [
        m for m in directory.members if not m.is_folder and m.name.lower() not in _OWN and not m.name.lower().startswith(_OWN_FOLDERS)
    ]
    wanted.sort(key=lambda m: priority(m.name))
    for member in wanted[:MAX_MEMBERS]:
        try:
            content = zipdir.content(artifact.data, member, ctx.budget)
        except Unsupported as error:
            yield Problem("unmodelled", "zip", f"{member.name!r} was not read: no reader of {error}")
            continue
        if content.data:
            yield Child(content.data, label=member.name, how="part of the document")
        if content.limit:
            yield Problem("limit", content.limit, f"{member.name!r} of the document is larger than may be read")
    if len(wanted) > MAX_MEMBERS:
        yield Problem("limit", "objects", f"{len(wanted) - MAX_MEMBERS} further parts of the document are not read")
