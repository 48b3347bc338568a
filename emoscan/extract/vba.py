"""Macro projects: from documents to bundles, from bundles to the text of their modules."""

from __future__ import annotations

from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed
from emoscan.parse.bundle import VBA_PROJECT, Document, VbaProject, dump, load_vba
from emoscan.parse.cfb import CompoundFile
from emoscan.parse.text import as_bytes
from emoscan.registry import step

STRAYS: Final = "modules without a project"


@step("vba.ole", ("office.ole", "office.vba-storage"))
def from_compound_file(artifact: Artifact, ctx: Context) -> Yields:
    """A bundle for each project of a document, the model of the document inside."""
    from emoscan.parse import ovba

    limits = ctx.budget.limits
    try:
        file = CompoundFile(artifact.data, ctx.budget)
    except Malformed:
        found = ovba.carve(artifact.data, limits.vba_source_bytes, limits.vba_modules)
        if found:
            yield from _bundle(found, Document(), "carved")
        return
    damaged = len(file.damage)
    yield from _projects(file, ctx)
    for what in file.damage[damaged:]:
        yield Problem("malformed", "compound-file", f"{what}; macros may be missing")


def _projects(file: CompoundFile, ctx: Context) -> Yields:
    from emoscan.parse import ovba

    limits = ctx.budget.limits
    known: set[str] = set()
    embedded = _embedded_documents(file)
    left = limits.vba_source_bytes
    for place in ovba.find_projects(file):
        if any(place == inside or place.startswith(inside + "/") for inside in embedded):
            continue  # it is found again in the embedded document, with the model of that
        from emoscan.parse.oledocument import read_document

        project = ovba.read_project(file, place, left, limits.vba_modules)
        left -= sum(len(m.source) for m in project.modules)
        known.update(m.stream for m in project.modules)
        if project.modules or project.damage:
            yield from _bundle(project, read_document(file, place, project), place)
    strays = ovba.read_strays(file, known, max(left, 0), limits.vba_modules) if left > 0 else None
    if strays:
        from emoscan.parse.oledocument import read_document

        yield from _bundle(strays, read_document(file, "", strays), STRAYS)


def _embedded_documents(file: CompoundFile) -> list[str]:
    from emoscan.parse.oledocument import HOST_STREAMS

    return [e.path.rpartition("/")[0] for e in file.entries if e.type == "stream" and "/" in e.path and e.name.lower() in HOST_STREAMS]


def _bundle(project: object, document: Document, label: str) -> Yields:
    from emoscan.parse.ovba import Project

    assert isinstance(project, Project)
    bundle = VbaProject(
        project.modules,
        project.name,
        project.code_page,
        project.references,
        project.constants,
        project.protection,
        project.damage,
        document,
    )
    yield Child(dump(bundle), VBA_PROJECT, label=label or project.name or "VBAProject", how="macro project")
    if project.password:
        yield Fact("clue.password", project.password, "password of the macro project", confidence=0.5)
    if project.limited:
        yield Problem("limit", "vba_source_bytes", "the macro project has more source than is read; the rest was not seen")
    if project.damage:
        yield Problem("malformed", "vba-project", f"the macro project is damaged: {'; '.join(project.damage[:5])}")


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
    yield Fact("macro.code", "code" if with_code else "empty")
    yield Fact("vba.normalised_sha256", normalised_sha256(project.modules, project.document.forms))
    for module in project.modules:
        yield Fact("vba.module", module.name, detail={"type": module.type, "origin": module.origin})
    for what in project.protection:
        yield Fact("vba.protected", what)
    for what in project.damage:
        yield Fact("vba.damaged", what)
    for reference in project.references:
        path = reference.partition(" *\\")[2][1:]
        if path.startswith(("\\\\", "http://", "https://")):
            yield Fact("link.external", path, "reference of the macro project")
    for module in with_code:
        text = as_bytes(module.source)
        ctx.budget.grow(len(text), module.name)
        yield Child(text, "script.vba", label=module.name, how="macro module")
