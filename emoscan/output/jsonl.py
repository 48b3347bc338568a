"""JSON Lines: one report, one line, as soon as it is there."""

from __future__ import annotations

from emoscan.output import Record, Renderer
from emoscan.registry import output


@output("jsonl")
class JsonLines(Renderer):
    def add(self, record: Record) -> bytes:
        return record.line + b"\n"
