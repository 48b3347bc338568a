"""One JSON array of all reports, indented for people."""

from __future__ import annotations

import msgspec

from emoscan.output import Record, Renderer, View
from emoscan.registry import output


@output("json")
class JsonArray(Renderer):
    def __init__(self, view: View) -> None:
        super().__init__(view)
        self.count = 0

    def start(self) -> bytes:
        return b"["

    def add(self, record: Record) -> bytes:
        self.count += 1
        return (b",\n" if self.count > 1 else b"\n") + msgspec.json.format(record.line, indent=2)

    def end(self) -> bytes:
        return b"\n]\n" if self.count else b"]\n"
