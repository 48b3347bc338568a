"""The long answer for one person: verdict, the chain from the input to what it would have fetched, the texts on the way,
what speaks for and against it, indicators to copy, and what was not read.

Every string of a sample was made safe to print when the report was composed. Here it goes into `Text` objects only,
never through rich's markup.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from emoscan.model import SIMPLIFIED, Evidence
from emoscan.output import Record, Renderer, View
from emoscan.output._text import clip, head
from emoscan.registry import output
from emoscan.report import ROLE_ORDER, Effect, Report, ReportArtifact, ReportEdge, ReportFinding

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text
    from rich.tree import Tree

STYLES: Final = {"malicious": "bold red", "suspicious": "bold yellow", "incomplete": "bold magenta", "clean": "bold green"}
BUNDLES: Final = ("script.vba-project", "script.xlm-workbook")
"""Kinds whose text is for programs."""

NAMED: Final = {
    "script.vba-project": "macro project",
    "script.xlm-workbook": "Excel 4 macros",
    "script.vba": "VBA",
    "script.xlm": "Excel 4 formulas",
    "script.powershell": "PowerShell",
    "script.cmd": "command line",
    "script.vbs": "VBScript",
    "script.js": "JScript",
}
_ATTRIBUTES = re.compile(r"^Attribute VB_.*\n?", re.MULTILINE)

SHOWN: Final = 24
"""Rows of one list that are shown when it is folded."""

LEAF: Final = 300
"""Characters of one value on one line of a list when it is folded."""

LONG: Final = 160
AGAIN: Final = 24
"""Characters of a value that is evidence, where it stands first and where it stands again."""

BRIEF: Final = 3
"""Lines shown of a script when what it held was decoded, and stands below."""

TELLING: Final = ("download", "contact", "drop", "template", "link")
"""Roles of indicators that make an artifact worth showing in the chain."""

MAIL: Final = ("from", "to", "subject", "date")


@output("explain")
class Explain(Renderer):
    def __init__(self, view: View) -> None:
        super().__init__(view)
        self.count = 0

    def add(self, record: Record) -> bytes:
        self.count += 1
        page = _Page(record.report, self.view)
        return (b"\n" if self.count > 1 else b"") + page.render().encode()


class _Page:
    """One report on its way to the terminal."""

    def __init__(self, report: Report, view: View) -> None:
        self.report = report
        self.view = view
        self.artifacts = {artifact.id: artifact for artifact in report.artifacts}
        self.effects: defaultdict[str, list[Effect]] = defaultdict(list)
        for effect in report.effects:
            self.effects[effect.artifact].append(effect)
        self.edges: defaultdict[str, list[ReportEdge]] = defaultdict(list)
        self.into: dict[str, ReportEdge] = {}
        """The edge each artifact is shown under: the first on a shortest way from the input."""
        for edge in report.edges:
            if edge.child not in self.into and self._depth(edge.child) == self._depth(edge.parent) + 1:
                self.into[edge.child] = edge
                self.edges[edge.parent].append(edge)

    def _depth(self, artifact: str) -> int:
        return self.artifacts[artifact].depth if artifact in self.artifacts else -1

    def render(self) -> str:
        from rich.console import Console

        out = StringIO()
        console = Console(
            file=out,
            width=self.view.width,
            force_terminal=self.view.colour,
            color_system="standard" if self.view.colour else None,
            markup=False,
            emoji=False,
            highlight=False,
            _environ={},
        )
        self._banner(console)
        for title, rows in (
            ("Chain", self._chain()),
            ("Decoded", self._decoded()),
            (f"Score {self.report.score}", self._score()),
            ("Passwords", self._passwords()),
            ("Effects", self._effects()),
            ("Indicators", self._iocs()),
            ("Not read", self._incomplete()),
        ):
            shown = list(rows)
            if shown:
                console.print()
                console.rule(_text((title, "bold")), align="left", style="dim", characters="─")
                for row in shown:
                    console.print(row)
        return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())

    # ------------------------------------------------------------ sections

    def _banner(self, console: Console) -> None:
        from rich.padding import Padding

        report = self.report
        style = STYLES[report.verdict]
        console.print(
            _text((f"{report.verdict.upper()}", style), f"  score {report.score}  ", (report.input.path or report.input.name, "bold"))
        )
        console.print(Padding(_text(report.summary), (0, 0, 0, 2)))
        facts = [f"{report.input.size:,} bytes", report.input.kind]
        if report.macro_class != "none":
            facts.append(f"macros: {report.macro_class}")
        console.print(_text((f"  {', '.join(facts)}", "dim")))
        if report.input.sha256:
            console.print(_text((f"  sha256 {report.input.sha256}", "dim")))
        for name in MAIL:
            for value in (report.mail or {}).get(name, [])[:3]:
                console.print(Padding(_text((f"{name.capitalize()}: ", "dim"), value), (0, 0, 0, 2)))

    def _chain(self) -> Iterator[RenderableType]:
        """The tree of what came out of what. Built with a list for a stack: a chain may be deeper than Python recurses."""
        from rich.tree import Tree

        if len(self.artifacts) < 2 and not self.effects:
            return
        worth = self._worth_showing()
        root = self.report.artifacts[0]
        top = Tree(self._node(root), guide_style="dim")
        stack: list[tuple[Tree, str]] = [(top, root.id)]
        seen = {root.id}
        while stack:
            branch, artifact = stack.pop()
            edges = [edge for edge in self.edges[artifact] if edge.child not in seen]
            folded = [edge for edge in edges if edge.child not in worth]
            if self.view.full or len(folded) < 2:
                folded = []
            for edge in edges:
                if edge not in folded:
                    seen.add(edge.child)
                    stack.append((branch.add(self._node(self.artifacts[edge.child], edge)), edge.child))
            if folded:
                kinds = Counter(self.artifacts[edge.child].kind for edge in folded)
                listing = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(4))
                branch.add(_text((f"… {len(folded)} more: {listing}{', …' if len(kinds) > 4 else ''}", "dim")))
            self._leaves(branch, artifact)
        yield top

    def _worth_showing(self) -> set[str]:
        """Artifacts something is to be said of, and those on the way to them."""
        report = self.report
        marked = {finding.artifact for finding in report.findings} | set(self.effects)
        marked.update(found.artifact for found in report.passwords)
        marked.update(problem.artifact for problem in report.incomplete)
        marked.update(ioc.artifact for ioc in report.iocs if ioc.role in TELLING)
        marked.update(a.id for a in report.artifacts if a.kind.startswith("script."))
        for artifact in list(marked):
            at: str | None = artifact
            while at in self.into:
                at = self.into[at].parent
                if at in marked and at != artifact:
                    break
                marked.add(at)
        return marked

    def _node(self, artifact: ReportArtifact, edge: ReportEdge | None = None) -> Text:
        name = (edge.label if edge.label != edge.how else "") if edge else (self.report.input.name or self.report.input.path)
        named = NAMED.get(artifact.kind, artifact.kind)
        text = _text((name, "bold"), "  ") if name else _text()
        text.append(named, "cyan" if name else "bold cyan")
        text.append(f"  {_size(artifact.size)}", "dim")
        if artifact.text and not name and artifact.kind not in BUNDLES and not (edge and edge.how == SIMPLIFIED):
            text.append(f"  {clip(self._short(artifact.text.strip()), self.view.width // 3)}")
        if edge and edge.how:
            text.append(f"  ← {edge.how}", "yellow")
        told = any("password" in other.how for other in self.edges[artifact.id])  # where it is from
        for found in self.report.passwords:
            if found.artifact == artifact.id:
                text.append(f"  password {found.password}{'' if told else f' ({found.source})'}", "green")
        return text

    def _leaves(self, branch: Tree, artifact: str) -> None:
        """What a script would have done, but for what is shown as an artifact of its own."""
        texts = {(self.artifacts[edge.child].text or "").strip() for edge in self.edges[artifact]}
        rows = [effect for effect in self.effects[artifact] if effect.value.strip() not in texts]
        said = {effect.value for effect in self.report.effects}
        urls = [
            ioc for ioc in self.report.iocs if (ioc.artifact, ioc.type, ioc.role) == (artifact, "url", "download") and ioc.value not in said
        ]
        leaves = [self._effect(effect) for effect in rows if effect.kind != "effect.query"]
        leaves += [_text(("url ", "magenta"), (ioc.defanged, "red"), (_doubt(ioc.confidence), "dim")) for ioc in urls]
        for leaf in self._fold(leaves):
            branch.add(leaf)

    def _effect(self, effect: Effect) -> Text:
        kind = effect.kind.removeprefix("effect.")
        value = self._defanged(effect.value) if kind == "download" else effect.value
        text = _text((f"{kind} ", "magenta"), (self._short(value), "red" if kind == "download" else ""))
        if effect.how:
            text.append(f"  ← {effect.how}", "yellow")
        if effect.detail.get("path"):
            text.append(f"  to {effect.detail['path']}", "dim")
        text.append(f"{f'  × {effect.count}' if effect.count > 1 else ''}{_doubt(effect.confidence)}", "dim")
        return text

    def _decoded(self) -> Iterator[RenderableType]:
        """Scripts, as they came out of what they were hidden in; the readable form where there is one."""
        any_before = False
        for artifact in self.report.artifacts:
            if not artifact.text or not artifact.kind.startswith("script.") or artifact.kind in BUNDLES:
                continue
            edge = self.into.get(artifact.id)
            if not self.view.full and self._is_simplified_elsewhere(artifact, edge):
                continue
            title = _text((NAMED.get(artifact.kind, artifact.kind), "bold cyan"))
            if edge and edge.label not in ("", edge.how):
                title.append(f"  {edge.label}", "bold")
            if edge and edge.how:
                title.append(f"  ← {edge.how}", "yellow")
            title.append(f"  {_size(artifact.size)}", "dim")
            if any_before:
                yield ""
            any_before = True
            yield title
            opened = artifact.kind != "script.vba" and any(
                self.artifacts[edge.child].kind.startswith("script.") and edge.how != SIMPLIFIED for edge in self.edges[artifact.id]
            )
            text = artifact.text if self.view.full else _ATTRIBUTES.sub("", artifact.text)
            yield from self._listing(text, min(BRIEF, self.view.lines) if opened else self.view.lines)

    def _is_simplified_elsewhere(self, artifact: ReportArtifact, edge: ReportEdge | None) -> bool:
        """Whether there is a form of it that is easier to read: of itself, or of all modules of its project."""
        beside = self.edges[edge.parent] if edge and artifact.kind == "script.vba" and edge.how != SIMPLIFIED else []
        return any(other.how == SIMPLIFIED for other in (*self.edges[artifact.id], *beside))

    def _listing(self, text: str, lines: int) -> Iterator[Text]:
        """The text in lines that fit, and how much of it is folded away."""
        room = self.view.width - 4
        text = text.strip("\n").expandtabs(4)
        at = 0
        for shown in count():
            if at >= len(text):
                return
            if shown == lines and not self.view.full:
                yield _text(("  ┆ ", "dim"), (f"… {len(text) - at:,} more characters (--full shows them)", "dim"))
                return
            window = text[at : at + 4 * room].partition("\n")[0]
            line = head(window, room)
            yield _text(("  │ ", "dim"), line)
            at += max(len(line), 1 if window else 0)
            at += text.startswith("\n", at) if len(line) == len(window) else 0

    def _score(self) -> Iterator[RenderableType]:
        """The sum, term by term, each with its evidence. What adds nothing is named and no more."""
        from rich.table import Table

        if not self.report.reasons:
            return
        findings: defaultdict[str, list[ReportFinding]] = defaultdict(list)
        for finding in self.report.findings:
            findings[finding.id].append(finding)
        said: set[tuple[str, str]] = set()
        sum_ = Table.grid(padding=(0, 2, 0, 0))
        sum_.add_column(justify="right", min_width=5, no_wrap=True)
        sum_.add_column(overflow="fold")
        for reason in self.report.reasons:
            of_rule = findings[reason.rule]
            head_ = _text((reason.rule, "bold"))
            if of_rule:
                head_.append(f"  {of_rule[0].title}")
                head_.append(f"  {' '.join(of_rule[0].attack)}", "dim")
            if reason.note:
                head_.append(f"  ({reason.note})", "dim")
            sum_.add_row(_text((f"{reason.points:>+d}", "bold")), head_)
            if reason.points or self.view.full:
                for line in self._fold([line for finding in of_rule for line in self._evidence(finding.evidence, said)], 6):
                    sum_.add_row("", line)
        style = STYLES[self.report.verdict]
        sum_.add_row(_text((f"{self.report.score}", style)), _text((f"= {self.report.verdict}", style)))
        yield sum_

    def _evidence(self, evidence: Sequence[Evidence], said: set[tuple[str, str]]) -> Iterator[RenderableType]:
        """One line for each leaf. A value that stood under an earlier rule is told by its beginning."""
        from rich.padding import Padding

        stack = [(item, 0) for item in reversed(evidence)]
        while stack:
            item, level = stack.pop()
            if item.text or item.value:
                room = AGAIN if (item.text, item.value) in said else LONG
                said.add((item.text, item.value))
                text = _text((item.text, "dim"))
                if item.value:
                    text.append(f"{': ' if item.text else ''}{self._short(self._defanged(item.value), room)}")
                yield Padding(text, (0, 0, 0, 2 * level))
                level += 1
            stack.extend((child, level) for child in reversed(item.children))

    def _passwords(self) -> Iterator[Text]:
        for found in self.report.passwords:
            yield _text(
                "  ", (found.password or '"" (none)', "bold green"), f"  opened {self._call(found.artifact)}", (f"  {found.source}", "dim")
            )

    def _effects(self) -> Iterator[Text]:
        """Those that the chain does not list: what a script asked of its surroundings."""
        rows = [effect for effect in self.report.effects if effect.kind == "effect.query"]
        yield from self._fold([_text("  ", self._effect(effect)) for effect in rows], 8)

    def _iocs(self) -> Iterator[Text]:
        by_role = sorted(self.report.iocs, key=lambda ioc: ROLE_ORDER.get(ioc.role, 9))
        roles: dict[str, list[Text]] = {}
        for ioc in by_role:
            row = _text("  ", (f"{ioc.role:<10}{ioc.type:<10}", "dim"), self._short(ioc.defanged), (_doubt(ioc.confidence), "dim"))
            roles.setdefault(ioc.role, []).append(row)
        for role, rows in roles.items():
            yield from self._fold(rows, 8 if role == "reference" else SHOWN)

    def _incomplete(self) -> Iterator[RenderableType]:
        from rich.padding import Padding

        rows: dict[tuple[str, str], int] = {}
        for problem in self.report.incomplete:
            key = (problem.sort, problem.message)
            rows[key] = rows.get(key, 0) + 1
        texts = [
            Padding(_text((f"{sort}: ", "magenta"), message, (f"  × {count}" if count > 1 else "", "dim")), (0, 0, 0, 2))
            for (sort, message), count in rows.items()
        ]
        yield from self._fold(texts)

    # ------------------------------------------------------------ small things

    def _fold(self, rows: Sequence[Any], shown: int = SHOWN) -> Iterator[Any]:
        if self.view.full or len(rows) <= shown + 1:
            yield from rows
            return
        yield from rows[:shown]
        yield _text((f"  … {len(rows) - shown} more (--full shows them)", "dim"))

    def _short(self, value: str, room: int = LEAF) -> str:
        line = value.replace("\r", "").replace("\n", " ⏎ ").replace("\t", " ")
        return line if self.view.full else clip(line, room)

    def _defanged(self, value: str) -> str:
        return next((ioc.defanged for ioc in self.report.iocs if ioc.value == value), value)

    def _call(self, artifact: str) -> str:
        known = self.artifacts.get(artifact)
        if known is None:
            return ""
        return known.names[0] if known.names else self.report.input.name if known.depth == 0 else known.kind


def _text(*parts: str | tuple[str, str] | Text) -> Text:
    from rich.text import Text

    return Text.assemble(*parts, overflow="fold")


def _doubt(confidence: float) -> str:
    return "" if confidence >= 1 else f"  a guess, {confidence:.0%} sure"


def _size(size: int) -> str:
    return f"{size:,} bytes" if size < 10_000 else f"{size / 1000:,.0f} kB" if size < 10_000_000 else f"{size / 1e6:,.0f} MB"
