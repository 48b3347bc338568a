"""Macro projects: from documents to bundles, from bundles to the text of their modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from emoscan.context import Context
from emoscan.extract.stomping import UNKNOWN, Compared, compare
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, cfb
from emoscan.parse.bundle import VBA_PROJECT, Document, VbaProject, dump, load_vba
from emoscan.parse.hosts import embedded_documents, host_of
from emoscan.parse.text import as_bytes
from emoscan.registry import step

if TYPE_CHECKING:
    from emoscan.parse.ovba import Project
    from emoscan.parse.package import Package
    from emoscan.parse.zipdir import Member

STRAYS: Final = "modules without a project"
SHOWN: Final = 300
"""Characters of what is told of a module whose source is another than its p-code."""


@step("vba.ole", ("office.ole", "office.vba-storage"))
def from_compound_file(artifact: Artifact, ctx: Context) -> Yields:
    """A bundle for each project of a document, the model of the document inside."""
    from emoscan.parse import ovba

    limits = ctx.budget.limits
    try:
        file = cfb.CompoundFile(artifact.data, ctx.budget)
    except Malformed:
        found = ovba.carve(artifact.data, limits.vba_source_bytes, limits.vba_modules)
        if found:
            yield from _bundle(found, Document(), "carved")
        return
    damaged = len(file.damage)
    yield from _projects(file, ctx)
    for what in file.damage[damaged:]:
        yield Problem("malformed", "compound-file", f"{what}; macros, or what they read, may be missing")


def _projects(file: cfb.CompoundFile, ctx: Context) -> Yields:
    from emoscan.parse import ovba, pptbinary
    from emoscan.parse.oledocument import read_document

    limits = ctx.budget.limits
    known: set[str] = set()
    embedded = embedded_documents(file)
    left = limits.vba_source_bytes
    for storage, place in _places(file):
        if storage is file and any(place == inside or place.startswith(inside + "/") for inside in embedded):
            continue  # it is found again in the embedded document, with the model of that
        project = ovba.read_project(storage, place, left, limits.vba_modules)
        left -= sum(len(m.source) for m in project.modules)
        known.update(m.stream for m in project.modules)
        if project.modules or project.missing:
            document = read_document(file, project, storage, place)
            yield from _bundle(project, document, place or pptbinary.STREAM, compare(storage, place, project))
    strays = ovba.read_strays(file, known, left, limits.vba_modules, outside=embedded) if left > 0 else None
    if strays:
        yield from _bundle(strays, read_document(file, strays, file, ""), STRAYS)


def _places(file: cfb.CompoundFile) -> Iterator[tuple[cfb.CompoundFile, str]]:
    """Compound files and places in them where projects are: in the document itself, or in the stream of a presentation."""
    from emoscan.parse import ovba, pptbinary

    for place in ovba.find_projects(file):
        yield file, place
    if file.stream(pptbinary.STREAM) is None or file.budget is None:
        return
    for stored in pptbinary.storages(file.read(pptbinary.STREAM), file.budget):
        try:
            inside = cfb.CompoundFile(stored.data, file.budget)
        except Malformed:
            continue
        places = ovba.find_projects(inside) if host_of(inside) == "" else []
        for place in places:
            if stored.damage:
                file.damage.append(stored.damage)
            yield inside, place


@step("vba.ooxml", "office.ooxml")
def from_package(artifact: Artifact, ctx: Context) -> Yields:
    """The same for packages. A project is any part that is a compound file with one in it, whatever the package says of it."""
    from emoscan.parse.package import Package

    try:
        package = Package(artifact.data, ctx.budget)
    except Malformed:
        return  # the step that opens packages says so
    suspects = [part for part in package.parts if package.head(part).startswith(cfb.MAGIC) or _says_project(package, part.name)]
    for part in suspects:
        yield from _project_part(package, part, ctx)
    for what in package.damage:
        yield Problem("malformed", "ooxml", f"{what}; macros, or what they read, may be missing")
    for name, what in package.limits.items():
        yield Problem("limit", name, what)


def _says_project(package: Package, name: str) -> bool:
    return name.lower().endswith("vbaproject.bin") or package.content_type(name) == "application/vnd.ms-office.vbaproject"


def _project_part(package: Package, part: Member, ctx: Context) -> Yields:
    from emoscan.parse import ovba
    from emoscan.parse.ooxmldocument import read_document

    limits = ctx.budget.limits
    try:
        data = package.read(part)
    except Malformed as error:
        yield Problem("malformed", "vba-project", f"the macro project {part.name!r} cannot be read: {error}")
        return
    try:
        file = cfb.CompoundFile(data, ctx.budget)
    except Malformed as error:
        found = ovba.carve(data, limits.vba_source_bytes, limits.vba_modules)
        if found:
            yield from _bundle(found, Document(), part.name)
        elif _says_project(package, part.name):
            yield Problem("malformed", "vba-project", f"the macro project {part.name!r} cannot be read: {error}")
        return
    places = [place for place in ovba.find_projects(file) if not embedded_documents(file)]
    known: set[str] = set()
    for place in places:
        project = ovba.read_project(file, place, limits.vba_source_bytes, limits.vba_modules)
        known.update(m.stream for m in project.modules)
        if project.modules or project.missing:
            yield from _bundle(project, read_document(package, project, file, place), part.name, compare(file, place, project))
    if _says_project(package, part.name) or places:
        strays = ovba.read_strays(file, known, limits.vba_source_bytes, limits.vba_modules)
        if strays:
            yield from _bundle(strays, read_document(package, strays, file, ""), f"{part.name}: {STRAYS}")
        elif not places:
            yield Problem("malformed", "vba-project", f"{part.name!r} holds no macro project that can be read")
    for what in file.damage:
        yield Problem("malformed", "compound-file", f"{part.name}: {what}; macros, or what they read, may be missing")


def _bundle(project: Project, document: Document, label: str, compared: Compared = UNKNOWN) -> Yields:
    bundle = VbaProject(
        project.modules,
        project.name,
        project.code_page,
        project.references,
        project.constants,
        project.protection,
        (*project.missing, *project.repaired),
        document,
        purged=compared.purged,
    )
    label = label or project.name or "VBAProject"
    yield Child(dump(bundle), VBA_PROJECT, label=label, how="macro project")
    if compared.differences:
        compiled = replace(bundle, modules=compared.modules, compiled=compared.differences)
        yield Child(dump(compiled), VBA_PROJECT, label=f"{label}: p-code", how="macro project, compiled form")
    if project.password:
        yield Fact("clue.password", project.password, "password of the macro project", confidence=0.5)
    if project.limited:
        yield Problem("limit", "vba_source_bytes", "the macro project has more source than is read; the rest was not seen")
    if project.missing:
        yield Problem("malformed", "vba-project", f"the macro project is damaged: {'; '.join(project.missing[:5])}")


@step("vba.modules", VBA_PROJECT, order=-10)
def open_project(artifact: Artifact, ctx: Context) -> Yields:
    """The text of each module with code, and what is to be said of the project."""
    from emoscan.parse.vbatext import has_code, normalised_sha256

    try:
        project = load_vba(artifact.data)
    except Malformed as error:
        yield Problem("malformed", "bundle", str(error))
        return
    with_code = [m for m in project.modules if has_code(m.source)]
    # A module without so much as its attributes was overwritten or lost: nobody can say that there is no code in it.
    unread = any(not m.source for m in project.modules)
    yield Fact("macro.code", "code" if with_code or unread else "empty")
    yield Fact("vba.normalised_sha256", normalised_sha256(project.modules, project.document.forms))
    for module in project.modules:
        yield Fact("vba.module", module.name, detail={"type": module.type, "origin": module.origin})
    for what in project.protection:
        yield Fact("vba.protected", what)
    for what in project.damage:
        yield Fact("vba.damaged", what)
    for differs in project.compiled:
        shown = [*differs.names, *(f'"{text}"' for text in differs.texts)]
        yield Fact("vba.stomped", f"in the p-code only: {', '.join(shown)}"[:SHOWN], detail={"module": differs.module})
    if project.purged:
        yield Fact("vba.purged", "no compiled code")
    for reference in project.references:
        path = reference.partition(" *\\")[2][1:]
        if path.startswith(("\\\\", "http://", "https://")):
            yield Fact("link.external", path, "reference of the macro project")
    for module in with_code:
        text = as_bytes(module.source)
        ctx.budget.grow(len(text), module.name)
        yield Child(
            text, "script.vba", label=module.name, how="macro module" if module.origin != "p-code" else "macro module, out of its p-code"
        )
