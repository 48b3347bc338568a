"""Which program a compound file is a document of."""

from __future__ import annotations

from typing import Final, Literal

from emoscan.parse.cfb import CompoundFile

Host = Literal["word", "excel", "powerpoint", ""]

STREAMS: Final[dict[str, Host]] = {
    "worddocument": "word",
    "workbook": "excel",
    "book": "excel",
    "powerpoint document": "powerpoint",
    "pp40": "powerpoint",
}
"""Streams, in lower case, that make the storage they are in a document."""


def host_of(file: CompoundFile) -> Host:
    """The program of the document at the root, "" when there is none."""
    return next((STREAMS[e.name.lower()] for e in file.entries if e.path == e.name and e.name.lower() in STREAMS), "")


def embedded_documents(file: CompoundFile) -> list[str]:
    """Paths of the storages that are documents of their own."""
    return [e.path.rpartition("/")[0] for e in file.entries if e.type == "stream" and "/" in e.path and e.name.lower() in STREAMS]
