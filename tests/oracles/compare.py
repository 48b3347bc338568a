"""What emoscan recovers beside other public tools, from the same files, in one run: `make oracles`.

    compare.py                                     over the fixtures of the project
    compare.py --files FOLDER --tsv T --truth J    over the files of a corpus whose rows in T are of --sets

Each tool runs in a process of its own, in an environment of its own (--python), is asked for one file after the other, and is
killed when one takes too long. A tool is asked only for files of the kinds it is made for. Exit code 1: a tool found an
address or a command of which emoscan says nothing, and which is not among those that were looked at and are wrong (reviewed.toml).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import re
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from msgspec import Struct, field
from msgspec import json as msgspec_json

from emoscan import Report, Scanner, Settings

HERE = Path(__file__).parent
SETS = "mal-office,mal-xlm,mal-vba-text,mal-powershell,mal-powershell-mixed,mal-script,poc-office,poc-vba-text,poc-xlm,test-office"
DOCUMENTS = ("office.", "windows.slk")


class Case(Struct, frozen=True):
    path: Path
    known: tuple[str, ...] = ()
    """Its download URLs, where they are known independently of all tools."""
    passwords: tuple[str, ...] = ()


class Answer(Struct, frozen=True):
    """What a tool says of one file. The names are those of the lines that tools.py writes."""

    urls: list[str] = []
    commands: list[str] = []
    strings: list[str] = []
    ms: float = 0.0
    error: str = ""


class Ours(Struct, frozen=True):
    """What emoscan says of one file."""

    kind: str
    kinds: frozenset[str]
    """Of all artifacts."""
    urls: frozenset[str]
    """Named as indicators, `plain`."""
    offered: frozenset[str]
    """Of these, those that are more than a mention."""
    text: str
    """All that is shown, `squashed`."""
    ms: float

    @classmethod
    def of(cls, report: Report) -> Self:
        shown = [
            *(artifact.text or "" for artifact in report.artifacts),
            *(effect.value for effect in report.effects),
            *(ioc.value for ioc in report.iocs),
        ]
        urls = [ioc for ioc in report.iocs if ioc.type == "url"]
        return cls(
            kind=report.input.kind,
            kinds=frozenset(artifact.kind for artifact in report.artifacts),
            urls=frozenset(plain(ioc.value) for ioc in urls),
            offered=frozenset(plain(ioc.value) for ioc in urls if ioc.role != "reference"),
            text=squashed("\n".join(shown)),
            ms=report.timing_ms["total"],
        )

    def names(self, url: str) -> bool:
        wanted = plain(url)
        return any(each.startswith(wanted) for each in self.urls)

    def shows(self, text: str) -> bool:
        return squashed(text) in self.text


_NOW = re.compile(r"4\d{4}\.\d{4,}")
"""A day of our years as Excel counts them, with the time as its fraction: NOW(), to which every tool has its own answer."""


def plain(url: str) -> str:
    """A URL as it is compared: scheme and host in small letters, no slash at the end, every time the same."""
    scheme, _, rest = _NOW.sub("NOW", url).partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}".rstrip("/")


_JUNK = re.compile(r"""`[nrt0]|[\s"'`^{}]+""")


def squashed(text: str) -> str:
    """A text as it is compared: letters small, without blanks, quotes, escapes and braces around names, which every tool writes its own way."""
    return _JUNK.sub("", text).lower()


def document(ours: Ours) -> bool:
    return ours.kind.startswith(DOCUMENTS) and ("script.vba" in ours.kinds or ours.kind == "office.vba-source")


def powershell(ours: Ours) -> bool:
    return ours.kind in {"script.powershell", "script.cmd"}


def command_line(ours: Ours) -> bool:
    return ours.kind == "script.cmd"


def jscript(ours: Ours) -> bool:
    return ours.kind == "script.js"


def macro_sheet(ours: Ours) -> bool:
    return ours.kind.startswith(DOCUMENTS) and "script.xlm-workbook" in ours.kinds


TAKES: dict[str, Callable[[Ours], bool]] = {
    "refinery-vba": document,
    "refinery-ps1": powershell,
    "minusone": powershell,
    "refinery-bat": command_line,
    "refinery-js": jscript,
    "refinery-xlm": macro_sheet,
    "xlmdeobfuscator": macro_sheet,
}


class Tool:
    """A process that answers a line with a line, started again when it dies or has to be killed."""

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        self.command = command
        self.seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._end()

    def ask(self, path: Path) -> Answer:
        if self._process is None:
            self._process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            self._rest = b""
        process = self._process
        assert process.stdin is not None
        try:
            process.stdin.write(f"{path}\n".encode())
            process.stdin.flush()
        except BrokenPipeError:
            self._end()
            return Answer(error="died")
        started = time.monotonic()
        line = self._line(process, started + self.seconds)
        if isinstance(line, str):
            self._end()
            return Answer(error=line, ms=(time.monotonic() - started) * 1000)
        return msgspec_json.decode(line, type=Answer)

    def _line(self, process: subprocess.Popen[bytes], until: float) -> bytes | str:
        """The next line, or why there is none."""
        assert process.stdout is not None
        while b"\n" not in self._rest:
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                return "took too long"
            piece = os.read(process.stdout.fileno(), 1 << 16)
            if not piece:
                return "died"
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


class Lack(Struct, frozen=True):
    path: Path
    what: str
    value: str

    @property
    def digest(self) -> str:
        """What stands for the value in reviewed.toml: values of samples have no place in the project."""
        return hashlib.sha256(self.value.encode("utf-8", "replace")).hexdigest()[:16]


class Row(Struct):
    """A line of the table: one tool beside emoscan, over the files that the tool takes."""

    tool: str
    files: int = 0
    failed: int = 0
    known: int = 0
    """Files whose URLs are known."""
    complete: list[int] = field(default_factory=lambda: [0, 0])
    """Of these, those of which the tool names all, and emoscan."""
    with_urls: list[int] = field(default_factory=lambda: [0, 0])
    urls: list[int] = field(default_factory=lambda: [0, 0])
    both: int = 0
    strings: list[int] = field(default_factory=lambda: [0, 0])
    """String literals that are not in the file as they are: those of the tool, and of these those emoscan shows too."""
    lacks: list[Lack] = field(default_factory=list)
    reviewed: int = 0
    """What the tool has and emoscan rightly has not."""
    times: list[tuple[float, float]] = field(default_factory=list)

    def add(self, case: Case, answer: Answer, ours: Ours) -> None:
        theirs = {plain(url) for url in answer.urls}
        self.files += 1
        self.failed += bool(answer.error)
        for column, urls in enumerate((theirs, ours.offered)):
            self.with_urls[column] += bool(urls)
            self.urls[column] += len(urls)
        self.both += sum(ours.names(url) for url in theirs)
        if case.known:
            self.known += 1
            named = (lambda url: any(each.startswith(plain(url)) for each in theirs), ours.names)
            for column, holds in enumerate(named):
                self.complete[column] += all(holds(url) for url in case.known)
        self.strings[0] += len(answer.strings)
        self.strings[1] += sum(map(ours.shows, answer.strings))
        self.lacks += [Lack(case.path, "URL", url) for url in answer.urls if not ours.names(url) and not ours.shows(url)]
        self.lacks += [Lack(case.path, "command", command) for command in answer.commands if not ours.shows(command)]
        if not answer.error:
            self.times.append((answer.ms, ours.ms))

    def review(self, known: Collection[str]) -> None:
        """Takes out of what emoscan lacks the values that somebody has looked at and found wrong, by their digests."""
        lacks = [lack for lack in self.lacks if lack.digest not in known]
        self.reviewed += len(self.lacks) - len(lacks)
        self.lacks = lacks

    def cells(self) -> list[str]:
        theirs, mine = ([pair[column] for pair in self.times] or [0.0] for column in (0, 1))
        return [
            self.tool,
            str(self.files),
            str(self.failed),
            f"{self.complete[0]} : {self.complete[1]} of {self.known}",
            f"{self.with_urls[0]} : {self.with_urls[1]}",
            f"{self.urls[0]} : {self.urls[1]}",
            str(len(self.lacks)),
            str(self.reviewed),
            f"{self.strings[1]} of {self.strings[0]}",
            f"{statistics.median(theirs):.1f} : {statistics.median(mine):.1f}",
            f"{sum(theirs) / 1000:.1f} : {sum(mine) / 1000:.1f}",
        ]


HEAD = (
    "tool", "files", "failed", "all known URLs", "files with URLs", "URLs", "lacking", "wrong",
    "strings shown too", "median ms", "seconds in all",
)  # fmt: skip


def table(rows: Iterable[Row]) -> str:
    """Pairs are tool : emoscan."""
    lines = [HEAD, ["---"] * len(HEAD), *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines)


def compare(cases: Sequence[Case], commands: dict[str, Sequence[str]], seconds: float) -> list[Row]:
    """A row for each tool, in the order of `commands`, each the command that starts it."""
    found: list[Ours] = []
    with Scanner(Settings(include="all")) as scanner:
        if cases:
            scanner.scan_path(cases[0].path)  # a worker that has begun, as the tools have
        found.extend(Ours.of(scanner.scan_path(case.path, case.passwords)) for case in cases)
    rows = []
    for name, command in commands.items():
        row = Row(name)
        with Tool(command, seconds) as tool:
            for case, ours in zip(cases, found):
                if TAKES[name](ours):
                    row.add(case, tool.ask(case.path), ours)
        rows.append(row)
    return rows


def fixtures(folder: Path) -> Iterator[Case]:
    """The fixtures, built in a folder, and the URLs they are meant to hold."""
    from fixturelib.build import build, cases, want

    for case in cases():
        name, data = build(case)
        path = folder / f"{case}{Path(name).suffix}"
        path.write_bytes(data)
        yield Case(path, tuple(want(case).get("urls", ())))


def corpus(files: Path, tsv: Path, truth: Path, sets: frozenset[str]) -> Iterator[Case]:
    known = {}
    with truth.open(encoding="utf-8") as lines:
        for line in lines:
            entry: dict[str, Any] = json.loads(line)
            known[entry["sha256"]] = tuple(entry.get("urls", ()))
    with tsv.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["set"] in sets:
                yield Case(files / row["sha256"], known.get(row["sha256"], ()), tuple(filter(None, [row["password"]])))


def starter(python: Path, tool: str) -> list[str]:
    """The command of a tool, without network where the system lets us take it away."""
    command = [str(python), str(HERE / "tools.py"), tool]
    fence = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") and subprocess.run([*fence, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
        return [*fence, *command]
    return command


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, default=Path(".venv-oracles/bin/python"), help="of the environment with the tools")
    parser.add_argument("--tools", default=",".join(TAKES), help="which to run, with commas between them")
    parser.add_argument("--seconds", type=float, default=60, help="a tool may take for one file")
    parser.add_argument("--files", type=Path, help="folder of a corpus, unpacked; without it the fixtures are compared")
    parser.add_argument("--tsv", type=Path)
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--sets", default=SETS)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        cases = corpus(given.files, given.tsv, given.truth, frozenset(given.sets.split(","))) if given.files else fixtures(Path(folder))
        rows = compare(list(cases), {tool: starter(given.python, tool) for tool in given.tools.split(",")}, given.seconds)
    reviewed = tomllib.loads((HERE / "reviewed.toml").read_text("utf-8"))["reviewed"]
    for row in rows:
        row.review(reviewed)
    print(table(rows))
    for row in rows:
        for lack in row.lacks:
            print(f"{row.tool}: {lack.path.name}: {lack.what} that emoscan lacks ({lack.digest}): {lack.value[:200]!r}")
    return 1 if any(row.lacks for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
