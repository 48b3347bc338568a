"""The short answer for people: a line or a small block for each input. Readable at 80 columns, without colour, in a log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from emoscan.output import Record, Renderer, View
from emoscan.output._text import clip, fold_middle, wrap
from emoscan.registry import output
from emoscan.report import ROLE_ORDER, Report

COLOURS: Final = {"malicious": "1;31", "suspicious": "1;33", "incomplete": "1;35", "clean": "32", "dim": "2"}

LEFT: Final = 17
"""Columns of verdict and score."""

SHOWN: Final = 20
"""Indicators or findings listed when asked for more."""


@output("table")
class Table(Renderer):
    def __init__(self, view: View) -> None:
        super().__init__(view)
        self.room = max(40, view.width) - LEFT

    def add(self, record: Record) -> bytes:
        return ("\n".join(self._lines(record.report)) + "\n").encode()

    def _lines(self, report: Report) -> Iterator[str]:
        verdict = self._paint(report.verdict, f"{report.verdict.upper():<10}")
        yield f"{verdict} {report.score:>4}  {fold_middle(report.input.path or report.input.name, self.room)}"
        if report.verdict == "clean" and not self.view.verbose:
            return
        for line in wrap(report.summary, self.room):
            yield " " * LEFT + line
        facts = list(self._facts(report))
        if facts:
            for line in wrap(" · ".join(facts), self.room):
                yield " " * LEFT + self._paint("dim", line)
        if self.view.verbose:
            yield from self._more(report)

    def _facts(self, report: Report) -> Iterator[str]:
        """What a person would ask next, in a few words."""
        urls = sum(ioc.type == "url" and ioc.role == "download" for ioc in report.iocs)
        if urls:
            yield f"{urls} download URL{'s' * (urls > 1)}"
        words = list(dict.fromkeys(found.password for found in report.passwords))
        if words:
            yield f"password {', '.join(clip(word, 20) for word in words[:3])}"
        if report.macro_class not in ("none", report.verdict):
            yield f"macros {report.macro_class}"
        if report.incomplete and report.verdict != "incomplete":
            sorts = Counter(problem.sort for problem in report.incomplete)
            yield "not all was read: " + ", ".join(f"{count} {sort}" for sort, count in sorts.items())

    def _more(self, report: Report) -> Iterator[str]:
        indent = " " * LEFT
        for reason in report.reasons[:SHOWN]:
            title = next((f.title for f in report.findings if f.id == reason.rule), reason.note)
            yield indent + clip(f"{reason.points:>+4}  {reason.rule}  {title}", self.room)
        telling = [ioc for ioc in report.iocs if ioc.role != "reference"]
        for ioc in sorted(telling, key=lambda ioc: ROLE_ORDER.get(ioc.role, len(ROLE_ORDER)))[:SHOWN]:
            yield indent + clip(f"{ioc.role:<9} {ioc.defanged}", self.room)
        for problem in report.incomplete[:SHOWN]:
            yield from (indent + line for line in wrap(f"not read: {problem.message}", self.room))

    def _paint(self, style: str, text: str) -> str:
        return f"\x1b[{COLOURS[style]}m{text}\x1b[0m" if self.view.colour else text
