"""The strings of a script or of a macro project, as decoders go through them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from emoscan.model import Artifact
from emoscan.parse import Malformed
from emoscan.parse.bundle import VBA_PROJECT, XLM_WORKBOOK, read_bundle, strings_of
from emoscan.parse.literals import LANGUAGES, fold, tokens, value_of
from emoscan.parse.text import text_of

SCRIPTS: Final = ("script.vba", "script.vbs", "script.js", "script.powershell", "script.cmd", "script.hta", "script.wsf", "script.xlm")
"""Kinds of scripts that are text, bundles left out."""

MODULE: Final = "module "
"""What the places of module sources begin with."""


def placed_texts(artifact: Artifact) -> Iterator[tuple[str, str]]:
    """(place, text) of what a bundle holds, nothing of a bundle that is damaged; of anything else ("", its text)."""
    if artifact.kind not in {VBA_PROJECT, XLM_WORKBOOK}:
        yield "", text_of(artifact.data)
        return
    try:
        bundle = read_bundle(artifact.data, artifact.kind)
    except Malformed:
        return
    yield from strings_of(bundle)


def texts_around(artifact: Artifact, least: int) -> Iterator[tuple[str, str]]:
    """(place, text): of a script its text with literals put together, of a bundle what stands around its code, once."""
    for place, text in placed_texts(artifact):
        if not place:
            yield "", fold(text, LANGUAGES[artifact.kind]) if artifact.kind in LANGUAGES else text
        elif len(text) >= least and not place.startswith((MODULE, "paragraph ")):
            yield place, text


def strings(artifact: Artifact, least: int) -> Iterator[tuple[str, str]]:
    """(place, text) of literals with at least so many characters, those in pieces put together, and of what stands
    around the code of a project. A batch file is one string.
    """
    for place, text in placed_texts(artifact):
        if place and not place.startswith(MODULE):
            if len(text) >= least:
                yield place, text
            continue
        language = "vba" if place else LANGUAGES[artifact.kind]
        if language == "cmd":
            yield place, text
            continue
        text = fold(text, language)
        for token in tokens(text, language):
            if token.type == "string" and token.end - token.start >= least + 2:
                yield place, value_of(text[token.start : token.end], language)
