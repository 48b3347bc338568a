"""The VBA reader against oletools on real documents: the same modules with the same text, or a reason that is listed here."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixturelib.readers import olevba

from emoscan.budget import Budget, Limits
from emoscan.context import Context
from emoscan.model import Artifact, Child
from emoscan.parse.bundle import VBA_PROJECT, Control, Module, VbaProject, load_vba
from emoscan.registry import discover, sniff, steps_for

CORPUS = os.environ.get("EMOSCAN_CORPUS", "")
SIZE = 2_000_000
"""Larger files are left out, for time."""

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS or not Path(CORPUS).is_dir(), reason="EMOSCAN_CORPUS is not set"),
    pytest.mark.filterwarnings("ignore"),
]


def documents() -> Iterator[bytes]:
    for path in sorted(Path(CORPUS).iterdir()):
        if path.is_file() and path.stat().st_size <= SIZE:
            data = path.read_bytes()
            if data.startswith((b"\xd0\xcf\x11\xe0", b"PK\3\4")):
                yield data


def ours(data: bytes) -> tuple[list[VbaProject], dict[str, Module]]:
    """Bundles of a document and of what is embedded in it, and all their modules by name."""
    discover(("formats", "extract"))
    bundles: list[VbaProject] = []
    work = [(kind, data) for kind in sniff(data)]
    for kind, content in work:
        for step in steps_for(kind) if kind.startswith("office.") and len(work) < 50 else ():
            for item in step.run(Artifact(kind, content), Context(Budget(Limits()))):
                if isinstance(item, Child) and item.kind == VBA_PROJECT:
                    bundles.append(load_vba(item.data))
                elif isinstance(item, Child):
                    work += [(inner, item.data) for inner in sniff(item.data)]
    return bundles, {m.stream.rpartition("/")[2].lower(): m for b in bundles if not b.compiled for m in b.modules}


def theirs(data: bytes) -> dict[str, str]:
    """Modules as olevba reads them, by the name of their stream. Empty when it finds none or fails."""
    logging.disable(logging.CRITICAL)
    try:
        parser = olevba().VBA_Parser("document", data=data)
        return {str(stream).rpartition("/")[2].lower(): text for _, stream, _, text in parser.extract_macros() if "/" in str(stream)}
    except Exception:  # it fails on damaged files in every way there is
        return {}
    finally:
        logging.disable(logging.NOTSET)


def reason(name: str, text: str, module: Module | None, bundles: list[VbaProject]) -> str:
    """Why a module of theirs is not ours with the same text; "" when no reason is known."""
    damage = " ".join(what for bundle in bundles for what in bundle.damage)
    if module is None:
        return ""
    if module.source == text:
        return "same"
    if f"source of module {module.name} is no text" in damage:
        return "overwritten source: they decompress what is no text, we keep none of it"
    if module.source.replace("\r", "") == text.replace("\r", ""):
        return "line ends"
    if "\ufffd" in text and len(module.source) == len(text):
        return "bytes that mean nothing in the code page: they put a mark, we keep the byte's number, as Windows does"
    if f"source of module {module.name} ends early" in damage and text.startswith(module.source):
        return "damaged source: they go on after the damage"
    return ""


def test_same_modules_same_text() -> None:
    checked = 0
    unexplained = []
    for data in documents():
        expected = theirs(data)
        if not expected:
            continue
        bundles, modules = ours(data)
        for name, text in expected.items():
            checked += 1
            if not reason(name, text, modules.get(name), bundles):
                unexplained.append((Artifact("x", data).sha256[:12], name, len(text), text[:60]))
    assert checked
    assert not unexplained


def controls_of(bundle: VbaProject) -> list[Control]:
    """Every control of the project's forms, those in frames and pages too."""
    found = [control for form in bundle.document.forms for control in form.controls]
    for control in found:
        found += control.controls
    return found


def test_form_controls_with_their_values() -> None:
    """oletools takes the padding behind strings for text, so only controls whose strings it cut right are compared."""
    checked = 0
    unexplained = []
    for data in documents():
        try:
            expected = [v for _, _, v in olevba().VBA_Parser("document", data=data).extract_form_strings_extended() if v["name"]]
        except Exception:  # it fails on damaged files in every way there is
            continue
        if not expected:
            continue
        found = [control for bundle in ours(data)[0] for control in controls_of(bundle)]
        for variable in expected:
            name = variable["name"].decode("utf-16-le" if b"\0" in variable["name"] else "latin-1", "replace")
            value = variable["value"].decode("utf-16-le" if b"\0" in variable["value"] else "latin-1") if variable["value"] else ""
            checked += 1
            if not any(c.name == name and (c.type != "TextBox" or value in str(c.properties.get("Value"))) for c in found):
                unexplained.append((Artifact("x", data).sha256[:12], name, value[:40]))
    assert checked
    assert not unexplained
