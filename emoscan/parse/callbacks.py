"""Procedures that parts of a package name: the ribbon ([MS-CUSTOMUI] and [MS-CUSTOMUI2]), shapes, slides, keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal

from emoscan.parse import Malformed, xml
from emoscan.parse.bundle import Callback
from emoscan.parse.package import Package, key, resolve

if TYPE_CHECKING:
    from emoscan.parse.zipdir import Member

MAX_CALLBACKS: Final = 2_000

When = Literal["opening", "use", "click"]

_AT_ONCE: Final = frozenset(("onload", "loadimage"))
_CLICKS: Final = frozenset(("onaction", "onchange", "gettext", "getcontent"))
_SHOWN_AT_ONCE: Final = frozenset(("customui", "ribbon", "tab", "tabs", "contextualtabs"))
"""Elements whose get-callbacks are asked as soon as there is a window: the heads of the tabs are drawn then."""
_RIBBON_TYPES: Final = frozenset(("extensibility", "usercustomization"))
_RIBBON_FOLDERS: Final = ("customUI/", "userCustomization/")
_DRAWINGS: Final = ("xl/drawings/", "ppt/slides/", "ppt/slideLayouts/", "ppt/slideMasters/", "xl/macrosheets/", "xl/dialogsheets/")
_KEYS: Final = "word/customizations.xml"
_ON_SLIDES: Final = "ppaction://macro?name="
_HOVER: Final = frozenset(("hlinkMouseOver", "hlinkHover"))


def read_callbacks(package: Package) -> tuple[Callback, ...]:
    """What the parts name, the ribbon first, each once. Damaged parts are left out (`package.damage` says so)."""
    found: dict[tuple[str, str], Callback] = {}
    for callback in _all(package):
        if callback.procedure:
            found.setdefault((callback.procedure.lower(), callback.when), callback)
        if len(found) >= MAX_CALLBACKS:
            break
    return tuple(found.values())


def of_ribbons(package: Package) -> Iterator[Callback]:
    """What the ribbons of a package name; a procedure may be one of a file elsewhere."""
    for name in _ribbons(package):
        yield from _ribbon(package, name)


def _all(package: Package) -> Iterator[Callback]:
    yield from of_ribbons(package)
    for folder in _DRAWINGS:
        for part in package.under(folder):
            name = key(part.name)
            if name.endswith(".xml"):
                yield from _drawing(package, part)
            elif name.endswith(".vml"):
                yield from _vml(package, part)
    if package.find(_KEYS):
        for _, attributes in package.xml(_KEYS):
            yield Callback(attributes.get("macroName", ""), "key")


def _ribbons(package: Package) -> list[str]:
    """Parts with ribbons: those the package names, and those that lie where Office puts them."""
    names = [resolve("", r.target) for r in package.relationships("") if r.type.lower() in _RIBBON_TYPES and not r.external]
    lying = [part.name for folder in _RIBBON_FOLDERS for part in package.under(folder) if key(part.name).endswith(".xml")]
    return list(dict.fromkeys(key(name) for name in (*names, *lying) if package.find(name)))


def _ribbon(package: Package, name: str) -> Iterator[Callback]:
    for tag, attributes in package.xml(name):
        who = attributes.get("label") or attributes.get("id") or attributes.get("idMso") or attributes.get("idQ") or ""
        for attribute, procedure in attributes.items():
            when = _when(tag.lower(), attribute.lower())
            if when is not None:
                control = {"Id": attributes.get("id", ""), "Tag": attributes.get("tag", "")}
                yield Callback(procedure, f"{attribute} of {tag} {who[:80]}".rstrip(), when, control)


def _when(tag: str, attribute: str) -> When | None:
    if attribute in _AT_ONCE:
        return "opening"
    if attribute in _CLICKS:
        return "click"
    if attribute in ("onshow", "onhide") or (attribute.startswith("get") and attribute != "getter"):
        return "opening" if tag in _SHOWN_AT_ONCE else "use"
    return None


def _drawing(package: Package, part: Member) -> Iterator[Callback]:
    """`macro` of shapes on sheets (ECMA-376 part 1, 20.5.2), actions on slides (21.1.2.3.5 and 21.1.2.3.6)."""
    shape = ""
    pending = ""
    for tag, attributes in package.xml(part):
        if pending and tag == "cNvPr":
            yield Callback(pending, f"macro of shape {attributes.get('name', '')[:80]}".rstrip())
            pending = ""
        if tag == "cNvPr":
            shape = attributes.get("name", "")[:80]
        pending = attributes.get("macro", "") or pending
        action = attributes.get("action", "")
        if action.lower().startswith(_ON_SLIDES):
            hover = tag in _HOVER
            event = f"{'mouse over' if hover else 'action of'} {shape}".rstrip()
            yield Callback(action[len(_ON_SLIDES) :], event, "use" if hover else "click")
    if pending:
        yield Callback(pending, "macro of a shape")


def _vml(package: Package, part: Member) -> Iterator[Callback]:
    """Macros of buttons and pictures of sheets ([MS-OI29500] 2.2, x:FmlaMacro)."""
    try:
        root = xml.tree(package.read(part))
    except Malformed as error:
        package.damage.append(f"part {part.name!r}: {error}")
        return
    for element in root.iter():
        if xml.local(element.tag) == "FmlaMacro":
            yield Callback((element.text or "").strip(), "macro of a button")
