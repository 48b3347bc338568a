"""Evaluating a workbook with Excel 4 macros: which ways through it show what it would do.

What Excel starts by itself comes first. When that shows no effect, the workbook is run again: at other times when the macro asked
for the time, in other surroundings when it asked for those, with tests that led to the end turned round, and at last from cells that
nothing leads to, marked as less certain. When it shows one, it is run without network too, so that every address it would try is
named, and with single tests turned round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from emoscan.budget import Budget
from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.machine import Emit
from emoscan.evaluate.core.sense import CONVINCING, sensible
from emoscan.evaluate.core.world import DEFAULT_NOW, Profile, World
from emoscan.evaluate.xlm.grid import SHIFT, Grid
from emoscan.evaluate.xlm.machine import MAX_CELLS, Decision, TooLong, XlmMachine
from emoscan.evaluate.xlm.values import Ref
from emoscan.model import Child, Fact, Problem, Yield
from emoscan.parse.bundle import XlmWorkbook
from emoscan.parse.lazy import lazy
from emoscan.parse.text import as_bytes
from emoscan.parse.workbook import Sheet

TELLING: Final = frozenset(f"effect.{kind}" for kind in ("run", "download", "write", "load", "registry", "connect", "mail", "open"))
"""Effects that show what a macro is for."""

MORE_CELLS: Final = 10_000
"""Formulas that one further run carries out."""
ALL_CELLS: Final = 120_000
"""And all of them together."""
GUESSED_CELLS: Final = 12_000
"""And those together that begin where nothing leads to."""
PATIENCE: Final = 300
"""Rounds that a loop makes, all together, in a run that is to come behind long ones."""
MAX_ALIKE: Final = 3
"""Ways of chance in a row that show nothing new, after which no other is tried."""
MAX_TURNED: Final = 24
MAX_TIMED: Final = 30
MAX_UNCALLED: Final = 40

SHORT: Final = 60
"""Cells of a macro that is run for every size a window may have."""
SIZES: Final = range(2_001)

GUESSED: Final = 0.5
"""Confidence of what shows only when a macro is started at a cell that nothing leads to."""
TURNED: Final = 0.8
"""Of what shows only when a test goes the other way."""

EVENTS: Final = (
    ("auto_open", "Auto_Open", "runs by itself"),
    ("auto_activate", "Auto_Activate", "runs by itself"),
    ("auto_deactivate", "Auto_Deactivate", "runs on closing or use"),
    ("auto_close", "Auto_Close", "runs on closing or use"),
)
LOCALISED: Final = {
    "auto_öffnen": "auto_open",
    "auto_aktivieren": "auto_activate",
    "auto_schließen": "auto_close",
    "auto_ouvrir": "auto_open",
    "ouverture_auto": "auto_open",
    "auto_abrir": "auto_open",
    "auto_apri": "auto_open",
    "auto_openen": "auto_open",
    "авто_открыть": "auto_open",
    "auto_otwórz": "auto_open",
}
LOCALES: Final = ((1, 1033), (49, 1031), (39, 1040), (44, 2057), (34, 3082), (33, 1036), (55, 1046), (48, 1045), (31, 1043), (7, 1049))
SYSTEMS: Final = ("Windows (32-bit) NT :.00", "Windows (32-bit) NT 6.01", "Windows (64-bit) NT 6.01", "Windows (32-bit) NT 10.00")


Attach = Callable[[XlmMachine, Emit], Callable[[str, list[Any]], Any]]


class Entry(Struct, frozen=True):
    """A macro that Excel starts: by a name, or (what nothing calls) by its cell."""

    event: str
    name: str
    sheet: str
    stage: str
    place: int = 0


class Setting(Struct, frozen=True):
    """The circumstances of one run."""

    now: datetime
    profile: Profile = Profile()
    system: str = ""
    flips: frozenset[Decision] = frozenset()
    online: bool = True
    answers: tuple[tuple[str, float], ...] = ()
    """To questions about window and workspace."""
    shift: int = 0
    """Which way chance goes."""
    cells: int = MORE_CELLS
    patience: int = 0
    """Rounds of a loop after which it is left."""
    said: str = ""
    """What is special about it, for people."""


class Run:
    """One run: its machine, and what it emitted."""

    def __init__(self, machine: XlmMachine, items: list[Yield]) -> None:
        self.machine = machine
        self.items = items

    @property
    def telling(self) -> set[tuple[str, str]]:
        return {(item.kind, item.value) for item in self.items if isinstance(item, Fact) and item.kind in TELLING}


class Program:
    """A workbook, to be run as often as needed."""

    def __init__(self, bundle: XlmWorkbook, budget: Budget, document_name: str, now: datetime, *, attach: Attach | None = None) -> None:
        self.bundle = bundle
        self.attach = attach
        self.budget = budget
        self.document_name = document_name
        self.now = now
        sheets = bundle.workbook.sheets or (Sheet("Sheet1"),)
        self.grids = [Grid(sheet) for sheet in sheets]
        self.left = ALL_CELLS
        self.entries = list(entries(bundle))
        self.stopped: Callable[[Iterable[Yield]], None] = lambda _: None
        """Takes what a run showed that was stopped in its middle."""

    def run(self, setting: Setting, starts: list[Entry], emit: Emit | None = None, world: World | None = None) -> Run:
        """Run the entries one after the other in one world, a new one where none is given."""
        items: list[Yield] = []

        def take(item: Yield) -> None:
            items.append(item)
            if emit is not None:
                emit(item)

        for grid in self.grids:
            grid.reset()
        if world is None:
            world = World(self.budget, setting.profile, setting.now, self.document_name)
            world.online = setting.online
        machine = XlmMachine(self.budget, world, take, list(self.grids), self.bundle)
        machine.flips = setting.flips
        machine.shift = setting.shift
        machine.answers = dict(setting.answers)
        machine.cells_left = setting.cells
        machine.patience = setting.patience
        if self.attach is not None:
            machine.foreign = self.attach(machine, take)
        if setting.system:
            machine.operating_system = setting.system
        ended = False
        try:
            for entry in starts:
                start = self._start(machine, entry)
                if start is not None:
                    _carry_out(machine, start, entry.event)
            for number in range(MAX_TIMED):  # what runs later may ask for more
                if number >= len(machine.timed):
                    break
                _carry_out(machine, machine.timed[number], "later")
            machine.settle()
            ended = True
        except TooLong:
            ended = True
        finally:
            if not ended:
                self.stopped(items)
            self.left -= setting.cells - max(0, machine.cells_left)
            machine.finish()
        return Run(machine, items)

    @staticmethod
    def _start(machine: XlmMachine, entry: Entry) -> Ref | None:
        if entry.place:
            grid = machine.find(entry.sheet)
            return Ref(grid, entry.place >> SHIFT, entry.place & 0x7FFF) if grid is not None else None
        home = machine.find(entry.sheet) or machine.grids[0]
        machine.here = (home, 1, 1)
        return machine.refer(machine.name_value(entry.name, home, entry.sheet or None))


def _carry_out(machine: XlmMachine, start: Ref, event: str) -> None:
    try:
        machine.result = machine.single(machine.run_at(start))
    except TooLong:
        raise
    except ScriptEnd:
        pass
    except ScriptError as error:
        machine.fact("eval.error", f"{error.number} {error.description}", event)


def entries(bundle: XlmWorkbook) -> Iterator[Entry]:
    """The macros that Excel starts by itself, in their order."""
    found = []
    for name in bundle.workbook.names:
        plain = "".join(c for c in name.name.lower() if c.isprintable() and not c.isspace()).removeprefix("_xlnm.")
        plain = next((english + plain[len(local) :] for local, english in LOCALISED.items() if plain.startswith(local)), plain)
        for rank, (prefix, event, stage) in enumerate(EVENTS):
            if plain.startswith(prefix):
                found.append((rank, Entry(event, name.name, name.sheet, stage)))
    yield from (entry for _, entry in sorted(found, key=lambda item: item[0]))


def uncalled(program: Program) -> list[Entry]:
    """The top cells of macro sheets' columns: where a macro may begin that nothing leads to."""
    found = []
    for grid in program.grids:
        if grid.macro:
            for column in grid.columns():
                row = grid.next_formula(1, column)
                found.append(Entry("nothing", "", grid.name, "nothing calls it", row << SHIFT | column))
    return found[:MAX_UNCALLED]


class Report:
    """Passes on what runs showed, each thing once."""

    def __init__(self, emit: Emit) -> None:
        self.emit = emit
        self.seen: set[Any] = set()
        self.listing: dict[str, None] = {}

    def take(self, item: Yield, confidence: float = 1.0) -> None:
        key: Any
        match item:
            case Fact():
                key = (item.kind, item.value, item.how)
                if confidence < item.confidence:
                    item = replace(item, confidence=confidence)
            case Child():
                key = (item.kind, item.data, item.label)
            case Problem():
                key = (item.sort, item.message)
        if key not in self.seen:
            self.seen.add(key)
            self.emit(item)

    def accept(self, run: Run, confidence: float = 1.0) -> None:
        for item in run.items:
            self.take(item, confidence)
        self.list(run)

    def rescue(self, items: Iterable[Yield]) -> None:
        for item in items:
            self.take(item, GUESSED)

    def list(self, run: Run) -> None:
        self.listing.update(dict.fromkeys(run.machine.listing()))


def result(bundle: XlmWorkbook, budget: Budget, world: World, attach: Attach, cells: int) -> Run:
    """A run of the macro that a workbook starts with, of so many cells: its machine has the result. What it would do is told to nobody."""
    program = Program(bundle, budget, world.document, world.now, attach=attach)
    return program.run(Setting(world.now, cells=cells), program.entries[:1], world=world)


def evaluate(
    bundle: XlmWorkbook,
    budget: Budget,
    emit: Emit,
    document_name: str = "",
    now: datetime = DEFAULT_NOW,
    *,
    attach: Attach | None = None,
) -> None:
    """Run a workbook's macros in every way that may show what they do; `emit` takes facts, children and problems as they arise.

    `attach` gives each machine what calls functions of another language, by their names; what it does goes to the emit it is given.
    Raises LimitReached when the budget is used up; what was found until then has been emitted.
    """
    program = Program(bundle, budget, document_name, now, attach=attach)
    report = Report(emit)
    program.stopped = report.rescue
    for entry in program.entries:
        emit(Fact("xlm.entry", entry.event, detail={"name": entry.name, "stage": entry.stage}))
    base = Setting(program.now, cells=MAX_CELLS)
    first = program.run(base, program.entries, report.take)
    try:
        if not plausible(first):
            first, base = _search(program, first, base, report)
        report.list(first)
        if first.machine.cells_left < 0 and program.left > 0:
            hurried = program.run(replace(base, cells=MAX_CELLS // 2, patience=PATIENCE), program.entries)
            if hurried.telling - first.telling:
                report.accept(hurried, TURNED)
        if first.telling:
            _widen(program, first, base, report)
        else:
            _guess(program, base, report)
    finally:
        _conclude(first, report)


def _guess(program: Program, base: Setting, report: Report) -> None:
    """Macros that nothing leads to, each from its top. Where one that began elsewhere came by, another is not started."""
    left = GUESSED_CELLS
    visited: set[int] = set()
    numbers = {grid.name: grid.number for grid in program.grids}
    for entry in uncalled(program):
        if numbers[entry.sheet] + entry.place in visited:
            continue
        if left <= 0 or program.left <= 0:
            break
        cells = min(MORE_CELLS, left)
        run = program.run(replace(base, cells=cells), [entry])
        left -= cells - run.machine.cells_left
        visited.update(run.machine.ran)
        if run.telling:
            report.accept(run, GUESSED)


def _search(program: Program, first: Run, base: Setting, report: Report) -> tuple[Run, Setting]:
    """Runs under other circumstances until one shows an effect; else one that at least turns garbage into formulas."""
    better: tuple[Run, Setting] | None = None
    for setting in _circumstances(program, first, replace(base, cells=MORE_CELLS)):
        if program.left <= 0:
            break
        run = program.run(setting, program.entries)
        if plausible(run):
            if setting.said:
                report.take(Fact("xlm.key", setting.said, "found by trying"))
            report.accept(run)
            return run, setting
        if better is None and setting.said and solved(first, run):
            better = run, setting
    if better is not None:
        report.take(Fact("xlm.key", better[1].said, "found by trying; nothing comes of it", confidence=GUESSED))
        report.accept(better[0])
        return better
    if first.telling:
        return first, base
    return _turn(program, first, replace(base, cells=MORE_CELLS), report)


def solved(first: Run, run: Run) -> bool:
    """Whether a run writes formulas where the first one wrote garbage."""
    machine = run.machine
    unknown = any(isinstance(item, Fact) and item.kind == "eval.unmodelled" for item in run.items)
    return bool(first.machine.strange and machine.written and not machine.strange and not machine.unread and not unknown)


_ADDRESS: Final = lazy(r"(?i)(?:https?|ftp)://[\w.\[\]:@%-]{3,255}(?:[/?#][!-~]*)?|\\\\[!-~]+")
_WORDS: Final = lazy(r"[\t\r\n -~\u00a0-\uffff]+")


def plausible(run: Run) -> bool:
    """Whether a run shows effects, and none that only a wrong key would make: addresses and commands are such, what is written is text."""
    telling = run.telling
    for kind, value in telling:
        if not value:
            continue
        if kind == "effect.download" and "<Unknown" not in value and not (value.isascii() and _ADDRESS.fullmatch(value)):
            return False
        if not _WORDS.fullmatch(value):
            return False
        keyed = run.machine.times or "GET.WORKSPACE(37)" in run.machine.surroundings
        if kind == "effect.run" and (not sensible(value) or (keyed and not CONVINCING.search(value))):
            return False
    return bool(telling) and run.machine.strange * 5 <= run.machine.written


def _circumstances(program: Program, first: Run, base: Setting) -> Iterator[Setting]:
    machine = first.machine
    if machine.times:
        now = program.now
        for day in range(1, 32):
            moment = now.replace(day=1) + timedelta(days=day - 1)
            yield replace(base, now=moment, said=f"day {moment.day} of the month, {moment:%A}")
        for month in range(1, 13):
            yield replace(base, now=now.replace(month=month, day=min(now.day, 28)), said=f"month {month}")
        for hour in range(24):
            yield replace(base, now=now.replace(hour=hour), said=f"hour {hour}")
        for year in range(2019, 2025):
            yield replace(base, now=now.replace(year=year, day=min(now.day, 28)), said=f"year {year}")
    if any(question in machine.surroundings for question in ("GET.WORKSPACE(1)", "INFO(osversion)")):
        for system in SYSTEMS:
            yield replace(base, system=system, said=system)
    if machine.strange and MAX_CELLS - machine.cells_left <= SHORT:
        for question, usual in machine.numeric.items():
            for number in SIZES:
                if number != usual:
                    yield replace(base, answers=((question, float(number)),), said=f"{question} = {number}")
    if "GET.WORKSPACE(37)" in machine.surroundings:
        for country, lcid in LOCALES:
            yield replace(base, profile=Profile(country=country, lcid=lcid), said=f"country {country}")


def _turn(program: Program, first: Run, base: Setting, report: Report) -> tuple[Run, Setting]:
    """Tests that led to the end go the other way, the last ones first."""
    waiting = [frozenset((decision,)) for decision in reversed(list(first.machine.decisions)[-8:])]
    tried = set(waiting)
    for _ in range(MAX_TURNED):
        if not waiting or program.left <= 0:
            break
        flips = waiting.pop(0)
        setting = replace(base, flips=flips)
        run = program.run(setting, program.entries)
        if run.telling:
            report.accept(run, TURNED)
            return run, setting
        for decision in reversed(list(run.machine.decisions)[-2:]):
            more = flips | {decision}
            if decision not in flips and more not in tried and len(more) < 6:
                tried.add(more)
                waiting.insert(0, more)
    return first, base


def _widen(program: Program, first: Run, base: Setting, report: Report) -> None:
    """What else the macro would do: when downloads fail, on other systems, when single tests go the other way."""
    base = replace(base, cells=MORE_CELLS)
    if first.machine.world.asked_online:
        report.accept(program.run(replace(base, online=False), program.entries))
    seen = set(first.telling)
    alike = 0
    for shift in range(1, first.machine.choices):
        if program.left > 0 and alike < MAX_ALIKE:
            run = program.run(replace(base, shift=shift), program.entries)
            alike = alike + 1 if run.telling <= seen else 0
            seen |= run.telling
            report.accept(run)
    settings: list[Callable[[], Setting]] = []
    if "GET.WORKSPACE(1)" in first.machine.surroundings:
        settings.append(lambda: replace(base, system=SYSTEMS[0]))
    once = [decision for decision in first.machine.decisions if decision not in first.machine.repeated]
    settings += [lambda d=decision: replace(base, flips=base.flips | {d}) for decision in once[:12]]  # type: ignore[misc]
    for make in settings:
        if program.left <= 0:
            return
        run = program.run(make(), program.entries)
        if run.telling:
            report.accept(run, TURNED)


def _conclude(first: Run, report: Report) -> None:
    machine = first.machine
    for why in machine.unread:
        report.take(Fact("xlm.unreadable", why))
    for question in sorted(machine.surroundings):
        if not question.startswith("GET.CELL"):
            report.take(Fact("evade.env", question))
    if machine.cells_left < 0:
        report.take(Problem("limit", "xlm_cells", f"the macro runs longer than {MAX_CELLS:,} cells; the rest was not seen"))
    if report.listing:
        report.take(Child(as_bytes("\n".join(report.listing)), "script.xlm", "simplified", "simplified"))
