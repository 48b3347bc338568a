"""Excel: the application, workbooks, sheets, names, and Excel 4 macros that VBA starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, Protocol

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.values import MISSING, NOTHING, ErrorValue, Object, ObjectClass, Unknown, display
from emoscan.evaluate.vba.arrays import Array
from emoscan.evaluate.vba.host import cells, formulas, names, shapes
from emoscan.evaluate.vba.host.application import APPLICATION, SETTINGS, URL, Host, only_window
from emoscan.evaluate.vba.host.base import (
    actions,
    adopt,
    as_int,
    as_text,
    child_object,
    collection_class,
    empty,
    from_data,
    known,
    office_class,
    pick,
    properties,
)
from emoscan.evaluate.vba.host.cells import RANGE, make_range, parts, range_of
from emoscan.evaluate.vba.host.documents import as_format, document_members, new_document, path_of, save_as
from emoscan.evaluate.vba.host.formulas import NUMBERS, Error, Reference, Sheetful
from emoscan.evaluate.vba.host.grid import COLUMNS, ROWS, Area, Grid, address, shown_value
from emoscan.evaluate.vba.symbols import Module
from emoscan.parse import bundle, ftab, workbook

MAX_SHEETS: Final = 1_000
MAX_FORMULA: Final = 8_192
CALLED: Final = "VBA_call"
"""A macro sheet that holds the call by which VBA starts a macro."""
MAX_LISTING: Final = 10_000
"""Cells of a macro sheet in one listing."""
MAX_HANDED_OVER: Final = 100_000
"""Cells that Excel 4 is given, all together: each time it is, those of the whole workbook."""
MAX_STARTED: Final = 50
"""Times that macros of Excel 4 are started, each with other cells."""

SUBSCRIPT: Final = 9
FAILED: Final = 1004

WORKBOOK_BASE: Final = "00020819"
"""First part of the CLSID a document module says it is derived from."""


class Excel4(Protocol):
    """What the evaluator of Excel 4 does for VBA. Values of formulas are those of the host's own."""

    def run(self, workbook: bundle.XlmWorkbook, host: ExcelHost) -> Any:
        """The result of the macro sheet that a workbook starts with. What it writes to cells, the host's sheets have then."""

    def knows(self, name: str) -> bool:
        """Whether there is such a function of worksheets; dots are underscores in its name, as VBA has it."""

    def function(self, sheet: Sheetful, name: str, arguments: list[Any]) -> Any:
        """What a function of worksheets gives; MISSING for one that nobody knows."""

    def formula(self, sheet: Sheetful, text: str) -> Any:
        """What a formula gives; MISSING when it calls what nobody knows."""


class ExcelHost(Host):
    app = "excel"
    title = "Microsoft Excel"

    def __init__(self, machine: Any, record: bundle.Document, modules: Sequence[bundle.Module] = ()) -> None:
        super().__init__(machine, record, modules)
        self.book = record.workbook or workbook.Workbook()
        self.unread = record.workbook is None or "workbook" in record.unread
        self.styles = self.book.styles
        self.computed: dict[tuple[int, tuple[int, int]], tuple[int, Any]] = {}
        self.workbook: Object = new_document(self, WORKBOOK, record, self.world.document)
        self.document: Object = self.workbook
        self.workbooks: list[Object] = [self.workbook]
        records = self.book.sheets or (workbook.Sheet("Sheet1", code_name="Sheet1"),)
        self.sheets: list[Object] = [self.new_sheet(sheet, unknown=self.unread) for sheet in records[:MAX_SHEETS]]
        self.workbook.data["sheets"] = self.sheets
        self.active = min(max(self.book.active_sheet, 0), len(self.sheets) - 1)
        self.selection: Any = None
        self.names_: list[Object] = []
        self.names_ += [name_object(self, name.name, name.formula, visible=not name.hidden, record=name) for name in self.book.names]
        self.started: set[str] = set()
        self.handed_over = 0
        """Cells that Excel 4 was given so far."""
        self.library: tuple[int, Any] = (-1, None)
        """The machine of Excel 4 that works out what the formulas here cannot, and the version of the cells that it has."""
        self.excel4: Excel4 | None = None
        """Runs macros of Excel 4, and knows functions that the formulas here do not."""
        self.results: dict[tuple[str, int], Any] = {}
        """What macros of Excel 4 gave back, by how they were started, and the version of the cells then."""

    # ------------------------------------------------------------ modules

    def document_class(self, module: Module) -> ObjectClass:
        if module.name == self.record.code_name.lower():
            return WORKBOOK
        base = str(module.tree.attributes.get("vb_base", ""))
        if WORKBOOK_BASE in base or module.name in (
            "thisworkbook",
            "diesearbeitsmappe",
            "cetteclasseur",
            "estelibro",
            "questa_cartella_di_lavoro",
        ):
            return WORKBOOK
        return SHEET

    def inherited(self, module: Module) -> frozenset[str]:
        return names.WORKBOOK if self.document_class(module) is WORKBOOK else names.SHEET

    def bind_document(self, module: Module) -> None:
        instance = module.instance
        assert instance is not None
        if self.document_class(module) is WORKBOOK:
            adopt(instance, self.workbook)
            self.workbooks = [instance if book is self.workbook else book for book in self.workbooks]
            self.workbook = self.document = instance
            return
        for at, sheet in enumerate(self.sheets):
            if sheet.data["grid"].code_name.lower() == module.name:
                adopt(instance, sheet)
                self.sheets[at] = instance
                return
        # A sheet that nobody read the cells of.
        grid = Grid(workbook.Sheet(module.shown, code_name=module.shown), unknown=True)
        instance.data.update(grid=grid, name=module.shown)
        if (
            self.unread
            and len(self.sheets) == 1
            and self.sheets[0].data["grid"].code_name == "Sheet1"
            and not self.book.sheets
            and not self.started
        ):
            self.sheets.clear()
            self.started.add("modules")
        self.sheets.append(instance)

    def start_empty(self) -> None:
        self.workbooks.clear()

    # ------------------------------------------------------------ sheets and cells

    def new_sheet(self, record: workbook.Sheet, *, unknown: bool = False) -> Object:
        grid = Grid(record, unknown=unknown)
        cls = {"chart": CHART, "dialog": SHEET}.get(record.type, SHEET)
        return Object(cls, host=self, grid=grid, name=record.name)

    def grids(self) -> list[Grid]:
        return [sheet.data["grid"] for sheet in self.sheets]

    def sheet_of(self, grid: Grid) -> Object:
        return next((sheet for sheet in self.sheets if sheet.data["grid"] is grid), self.sheets[0])

    def grid_named(self, name: str) -> Grid | None:
        wanted = name.casefold()
        return next((grid for grid in self.grids() if grid.name.casefold() == wanted), None)

    @property
    def active_sheet(self) -> Object:
        return self.sheets[min(self.active, len(self.sheets) - 1)]

    def activate(self, sheet: Object) -> None:
        if sheet in self.sheets and self.sheets.index(sheet) != self.active:
            self.active = self.sheets.index(sheet)
            self.selection = None

    def selected(self) -> Any:
        if self.selection is None:
            self.selection = make_range(self, self.active_sheet.data["grid"], ((1, 1, 1, 1),))
        return self.selection

    def select(self, what: Object) -> None:
        if what.cls is RANGE:
            self.activate(self.sheet_of(what.data["grid"]))
        self.selection = what

    def active_cell(self) -> Object:
        selected = self.selected()
        if type(selected) is not Object or selected.cls is not RANGE:
            return make_range(self, self.active_sheet.data["grid"], ((1, 1, 1, 1),))
        _, grid, area = parts(selected)
        return make_range(self, grid, ((area[0], area[1], area[0], area[1]),))

    # ------------------------------------------------------------ names

    def sheet_by_code_name(self, name: str) -> Object | None:
        """A sheet by the name of its module, where the project has lost the module."""
        return next((sheet for sheet in self.sheets if sheet.data["grid"].code_name.lower() == name), None)

    def knows(self, name: str) -> bool:
        return super().knows(name) or self.sheet_by_code_name(name) is not None

    def value(self, name: str) -> Any:
        return self.sheet_by_code_name(name) or super().value(name)

    def name_formula(self, name: str) -> str | None:
        wanted = name.casefold()
        found = next((n for n in self.names_ if str(n.data["name"]).casefold() == wanted), None)
        return str(found.data["formula"]) if found is not None else None

    def named_range(self, name: str, grid: Grid) -> Any:
        """The cells a name stands for; None for no name, Unknown for one that is no reference."""
        formula = self.name_formula(name)
        if formula is None:
            return None
        found = Sheetful(self, grid).evaluate(formula, whole=True)
        return found if isinstance(found, Reference) else Unknown(f"name {name}")

    def define_name(self, name: str, formula: str) -> Object:
        made = name_object(self, name, formula.removeprefix("="), visible=True)
        self.names_[:] = [n for n in self.names_ if str(n.data["name"]).casefold() != name.casefold()]
        self.machine.grow(128)
        self.names_.append(made)
        return made

    def name_of_area(self, cells_: Object) -> Object | None:
        _, grid, area = parts(cells_)
        for name in self.names_:
            found = self.named_range(str(name.data["name"]), grid)
            if isinstance(found, Reference) and found.grid is grid and found.area == area:
                return name
        return None

    # ------------------------------------------------------------ values

    def evaluate(self, text: str) -> Any:
        """`[A1]`, `[1+2]`, Evaluate("…"): cells where the text is a reference, else the value of the formula."""
        grid = self.active_sheet.data["grid"]
        found = Sheetful(self, grid).evaluate(text.strip(), whole=True)
        if isinstance(found, Reference):
            return make_range(self, found.grid, (found.area,))
        if isinstance(found, Unknown) and self.knows(text.strip().lower()):
            return self.value(text.strip().lower())
        return self.to_vba(found)

    def to_vba(self, value: Any) -> Any:
        """A value of a formula as VBA gets it."""
        if isinstance(value, Reference):
            return make_range(self, value.grid, (value.area,))
        if isinstance(value, Error):
            return ErrorValue(NUMBERS[value.code])
        if isinstance(value, list):
            height, width = len(value), len(value[0]) if value else 0
            if height == 1:
                return Array([(1, width)], "", [self.to_vba(v) for v in value[0]])
            return Array([(1, height), (1, width)], "", [self.to_vba(value[r][c]) for c in range(width) for r in range(height)])
        return value

    def from_vba(self, value: Any) -> Any:
        """An argument as a formula takes it."""
        if type(value) is Object and value.cls is RANGE:
            _, grid, area = parts(value)
            return Reference(grid, area)
        if type(value) is Array:
            if len(value.bounds) == 2:
                height = value.bounds[0][1] - value.bounds[0][0] + 1
                width = value.bounds[1][1] - value.bounds[1][0] + 1
                return [[self.from_vba(value.data[c * height + r]) for c in range(width)] for r in range(height)]
            return [[self.from_vba(v) for v in value.data]]
        if value is MISSING:
            return None
        if type(value) is ErrorValue:
            return Error(next((code for code, number in NUMBERS.items() if number == value.number), "#N/A"))
        if isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if isinstance(value, (str, float, bool, Unknown)) or value is None:
            return value
        number = self.machine.number(value)
        return float(number) if isinstance(number, (int, float)) else number

    def worksheet_function(self, name: str, args: tuple[Any, ...], *, strict: bool) -> Any:
        """A function of the sheet called from VBA. `strict`: an error value is an error, as of WorksheetFunction."""
        self.machine.spend(4)
        sheet = Sheetful(self, self.active_sheet.data["grid"])
        given = [self.from_vba(arg) for arg in args]
        if name.lower() in formulas.FUNCTIONS:
            found = sheet.call(name, given)
        else:
            found = MISSING if self.excel4 is None else self.excel4.function(sheet, name, given)
            if found is MISSING:
                return self.machine.unmodelled(f"WorksheetFunction.{name}")
        if isinstance(found, Error) and strict:
            raise ScriptError(FAILED, f"Unable to get the {name} property of the WorksheetFunction class")
        return self.to_vba(found)

    def format(self, value: Any, layout: str) -> Any:
        """A value by a number format, as VBA's Format does; a format of nothing but text shows that."""
        from emoscan.evaluate.vba import library

        function = library.FUNCTIONS.get("format")
        if isinstance(value, Unknown) or function is None:
            return Unknown(f"text of {display(value)}")
        return function(self.machine, value, layout)

    def is_date(self, grid: Grid, place: tuple[int, int]) -> bool:
        if not grid.styles and not grid.looks:
            return False
        layout = cells.number_format(self, grid, place)
        return layout not in ("General", "@") and looks_like_date(layout)

    # ------------------------------------------------------------ Excel 4 macros

    def run(self, name: Any, args: tuple[Any, ...]) -> Any:
        if type(name) is Object and name.cls is RANGE:
            return self.run_cell(name, args)
        if isinstance(name, str):
            project = self.machine.project
            if project is None or project.find(name) is None:
                name = self.in_a1(name)
                found = self.named_range(
                    name.rpartition("!")[2] if not self.looks_like_cell(name) else name, self.active_sheet.data["grid"]
                )
                found = found if isinstance(found, Reference) else Sheetful(self, self.active_sheet.data["grid"]).evaluate(name, whole=True)
                if isinstance(found, Reference):
                    return self.run_cell(make_range(self, found.grid, (found.area,)), args)
        return super().run(name, args)

    @staticmethod
    def in_a1(name: str) -> str:
        """The cell a macro begins at, which may be written as "Macro1!R1C1"."""
        from emoscan.evaluate.vba.host.grid import sheet_prefix
        from emoscan.parse.formula import is_r1c1, r1c1

        sheet, rest = sheet_prefix(name)
        place = r1c1(rest, 1, 1) if sheet and is_r1c1(rest) else ""
        return f"'{sheet}'!{place}" if place else name

    @staticmethod
    def looks_like_cell(name: str) -> bool:
        from emoscan.evaluate.vba.host.grid import area_of, sheet_prefix

        return area_of(sheet_prefix(name)[1]) is not None

    def run_cell(self, cell: Object, args: tuple[Any, ...] = ()) -> Any:
        """A macro of Excel 4 is started at a cell: its formulas, and the workbook as it is now, become artifacts. Its result."""
        _, grid, area = parts(cell)
        start = f"'{grid.name}'!{address(area)}"
        self.machine.effect("eval", start, "Application.Run of an Excel 4 macro")
        if args:
            start += f"({','.join(self.literal(arg) for arg in args[:30])})"
        if start not in self.started:
            self.started.add(start)
            self.give_listing(grid)
        return self.start4(start, grid.name)

    def open_sheets(self, *, followed: bool) -> None:
        """Excel starts the Auto_Open macros of sheets behind Workbook_Open.

        What they do is told of the workbook as it was saved. It becomes an artifact when VBA has changed a cell; and where other
        procedures follow, they find what the macros wrote.
        """
        changed = any(grid.written for grid in self.grids())
        if not (changed or (followed and self.excel4 is not None)) or not any(grid.macro for grid in self.grids()):
            return
        for made in self.automatic("auto_open"):
            begin = str(made.data["formula"])
            if changed:
                self.start4(begin, "Auto_Open")
            elif self.excel4 is not None:
                self.excel4.run(self.workbook4(begin), self)

    def automatic(self, prefix: str) -> list[Object]:
        """Names of macros that Excel starts by itself."""
        return [n for n in self.names_ if str(n.data["name"]).casefold().removeprefix("_xlnm.").startswith(prefix)]

    def start4(self, begin: str, label: str) -> Any:
        """A macro of Excel 4 is started (by a cell, a name, a formula) in the workbook as it is now, which becomes an artifact. Its result."""
        key = begin, sum(grid.version for grid in self.grids())
        if key not in self.results:
            if len(self.results) >= MAX_STARTED or not self.hands_over():
                return Unknown(f"Excel 4 macro {begin[:80]}")
            self.results[key] = Unknown(f"Excel 4 macro {begin[:80]}")
            self.results[key] = self.give_workbook(begin, label)
        return self.results[key]

    def literal(self, value: Any) -> str:
        """An argument as a formula writes it."""
        value = self.from_vba(value)
        if isinstance(value, Reference):
            return f"'{value.grid.name}'!{address(value.area)}"
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, float):
            return repr(int(value)) if value == int(value) else repr(value)
        text = "" if value is None else value.text() if isinstance(value, Unknown) else str(value)
        return '"' + text.replace('"', '""') + '"'

    def give_listing(self, grid: Grid) -> None:
        machine = self.machine
        lines = [f"{grid.label(place)} ={text}" for place, text in ordered(grid)]
        machine.spend(len(lines))
        listing = "\r\n".join(lines)
        machine.grow(len(listing))
        if listing:
            machine.child(listing, "script.xlm", label=grid.name, how="Excel 4 macro started by VBA")

    def give_workbook(self, begin: str, label: str) -> Any:
        """The workbook as it is now becomes an artifact, with `begin` as what Excel starts in it. The result of that."""
        made = self.workbook4(begin)
        self.machine.child(bundle.dump(made), bundle.XLM_WORKBOOK, label=label, how="workbook as VBA left it")
        return Unknown(f"Excel 4 macro {begin}") if self.excel4 is None else self.to_vba(self.excel4.run(made, self))

    def hands_over(self) -> bool:
        """Whether the cells of the workbook may be given to Excel 4 once more. The first time, however many they are."""
        cells_ = sum(len(grid.load().values) for grid in self.grids())
        first = not self.handed_over
        self.handed_over += cells_
        return first or self.handed_over <= MAX_HANDED_OVER

    def workbook4(self, begin: str) -> bundle.XlmWorkbook:
        """The workbook as it is now, with `begin` (a cell, a name, a formula) as what Excel starts in it."""
        sheets = tuple(self.snapshot(g) for g in self.grids())
        if "(" in begin:
            # A formula stands in a cell of a sheet of its own.
            cells_ = (workbook.Cell(1, 1, None, begin), workbook.Cell(2, 1, None, "RETURN(A1)"))
            sheets += (workbook.Sheet(CALLED, "macro", cells=cells_),)
            begin = f"{CALLED}!$A$1"
        start = workbook.Name("Auto_Open", begin, macro=True, builtin=True)
        snapshot = workbook.Workbook(
            sheets=sheets,
            names=(
                start,
                *(
                    n.data["record"] or workbook.Name(str(n.data["name"]), str(n.data["formula"]))
                    for n in self.names_
                    if not str(n.data["name"]).lower().startswith("auto_")
                ),
            ),
            styles=self.styles,
            active_sheet=self.active,
            date_1904=self.book.date_1904,
        )
        return bundle.XlmWorkbook(snapshot)

    def snapshot(self, grid: Grid) -> workbook.Sheet:
        """A sheet as it is now."""
        grid.load()
        places = sorted({*grid.values, *grid.formulas, *grid.styles})
        self.machine.spend(len(places))
        made = tuple(
            workbook.Cell(r, c, storable(grid.values.get((r, c))), grid.formulas.get((r, c), ""), grid.styles.get((r, c), 0))
            for r, c in places
        )
        from msgspec.structs import replace

        return replace(grid.record, name=grid.name, type="macro" if grid.macro else grid.record.type, cells=made)

    def execute4(self, text: Any) -> Any:
        """ExecuteExcel4Macro: the function is recorded and handed on; questions to the surroundings are answered."""
        machine = self.machine
        machine.effect("eval", text, "ExecuteExcel4Macro")
        if isinstance(text, Unknown):
            return Unknown("ExecuteExcel4Macro")
        formula = text.strip().removeprefix("=")
        name = formula.partition("(")[0].strip().upper()
        known = name in ftab.names()
        if (not known and any(grid.macro for grid in self.grids())) or (name in ftab.macro_names() and self.uses_sheets(name, formula)):
            # A macro of a sheet, by its name; or a command that is given cells.
            return self.start4(formula, "ExecuteExcel4Macro")
        machine.child(f"={formula}", "script.xlm", how="ExecuteExcel4Macro")
        if name in ("CALL", "REGISTER"):
            return 0.0
        if name == "EXEC":
            return 33.0
        found = Sheetful(self, self.active_sheet.data["grid"]).evaluate(formula)
        return self.to_vba(found)

    @staticmethod
    def uses_sheets(name: str, formula: str) -> bool:
        """Whether a command asks for something that only the workbook has."""
        from emoscan.parse.formula import tokens

        return name == "RUN" or any(token.kind == "sheet" for token in tokens(formula[:MAX_FORMULA]))

    # ------------------------------------------------------------ for shared parts

    def full_name(self) -> str:
        return path_of(self.workbook)

    def held(self) -> Iterator[Any]:
        yield from super().held()
        for grid in self.grids():
            yield grid.values
            yield grid.formulas


def ordered(grid: Grid) -> list[tuple[tuple[int, int], str]]:
    """The formulas of a macro sheet in the order they run in: down the columns."""
    grid.load()
    found = sorted(grid.formulas, key=lambda place: (place[1], place[0]))
    return [(place, grid.formulas[place]) for place in found[:MAX_LISTING]]


def storable(value: Any) -> workbook.Value:
    if isinstance(value, Unknown):
        return value.text()
    return value if isinstance(value, (str, float, bool)) or value is None else float(value)


DATE_LETTERS: Final = frozenset("ymdhs")


def looks_like_date(layout: str) -> bool:
    """Whether a number format shows a moment: letters of dates outside quotes and brackets."""
    plain = ""
    closing = ""
    for c in layout.lower():
        if closing:
            closing = "" if c == closing else closing
        elif c in '"[':
            closing = '"' if c == '"' else "]"
        else:
            plain += c
    return any(c in DATE_LETTERS for c in plain) and "general" not in plain and "0" not in plain and "#" not in plain


# ---------------------------------------------------------------- names

NAME: Final = office_class("Name", "refersto")
NAMES: Final = collection_class("Names", error=FAILED)
from_data(NAME, "name", "namelocal")
properties(NAME, comment="", macrotype=-4142, shortcutkey="", category="", workbookparameter=False)


def name_object(host: ExcelHost, name: str, formula: str, *, visible: bool, record: workbook.Name | None = None) -> Object:
    return Object(NAME, host=host, name=name, namelocal=name, formula=formula, visible=visible, record=record)


@NAME.method("RefersTo", "RefersToLocal", "Value", "RefersToR1C1")
def refers_to(_machine: Any, this: Object) -> Any:
    text = f"={this.data['formula']}"
    return this.data["host"].outside(text, f"name {this.data['name']}") if this.data["record"] is not None else text


@NAME.setter("RefersTo", "Value", "RefersToLocal", "RefersToR1C1")
def put_refers_to(machine: Any, this: Object, value: Any) -> None:
    this.data.update(formula=known(machine, value).removeprefix("="), record=None)


@NAME.method("RefersToRange")
def refers_to_range(_machine: Any, this: Object) -> Any:
    host: ExcelHost = this.data["host"]
    found = host.named_range(this.data["name"], host.active_sheet.data["grid"])
    if isinstance(found, Reference):
        return make_range(host, found.grid, (found.area,))
    raise cells.failed("Application-defined or object-defined error")


NAME.get["visible"] = lambda _machine, this: this.data.get("=visible", this.data["visible"])
NAME.get["index"] = lambda _machine, this: this.data["host"].names_.index(this) + 1


@NAME.method("Delete")
def delete_name(_machine: Any, this: Object) -> None:
    if this in this.data["host"].names_:
        this.data["host"].names_.remove(this)


@NAMES.method(
    "Add", takes="name refersto visible macrotype shortcutkey category namelocal referstolocal categorylocal referstor1c1 referstor1c1local"
)
def add_name(machine: Any, this: Object, name: Any = MISSING, refers: Any = MISSING, *rest: Any) -> Object:
    host: ExcelHost = this.data["host"]
    if type(refers) is Object and refers.cls is RANGE:
        _, grid, area = parts(refers)
        formula = f"'{grid.name}'!{address(area)}"
    else:
        r1c1 = rest[7] if len(rest) > 7 and refers is MISSING else refers
        formula = known(machine, r1c1)
    return host.define_name(known(machine, name), formula)


# ---------------------------------------------------------------- sheets

SHEET: Final = office_class("Worksheet", "")
CHART: Final = office_class("Chart", "", SHEET)
SHEETS: Final = collection_class("Sheets", error=SUBSCRIPT)


def grid_of(this: Object) -> Grid:
    """The cells of a sheet. A sheet module of a workbook that was not read has none of its own."""
    grid: Grid = this.data["grid"]
    return grid


def host_of(this: Object) -> ExcelHost:
    host: ExcelHost = this.data["host"]
    return host


def sheet_missing(machine: Any, this: Object, name: str, args: tuple[Any, ...]) -> Any:
    """A control on the sheet, or a reference in brackets."""
    host = host_of(this)
    found = host.forms.page_control(grid_of(this).code_name, name)
    if found is None:
        if not args and (workbook.is_a1(name) or host.name_formula(name) is not None):
            return evaluate_on_sheet(machine, this, name)  # Sheets(1).[A1]
        return machine.unmodelled(f"Worksheet.{name}")
    return machine.index(found, args) if args else found


for _class in (SHEET, CHART):
    _class.missing = sheet_missing


@SHEET.method("Name")
def sheet_name(_machine: Any, this: Object) -> str:
    return grid_of(this).name


@SHEET.setter("Name")
def put_sheet_name(machine: Any, this: Object, value: Any) -> None:
    text = as_text(machine, value)
    if isinstance(text, str):
        grid_of(this).name = this.data["name"] = text[:31]


SHEET.get["codename"] = SHEET.get["_codename"] = lambda _machine, this: grid_of(this).code_name
SHEET.get["index"] = lambda _machine, this: host_of(this).sheets.index(this) + 1 if this in host_of(this).sheets else 0
SHEET.get["parent"] = lambda _machine, this: host_of(this).workbook
SHEET.get["visible"] = lambda _machine, this: grid_of(this).visibility
SHEET.get["type"] = lambda _machine, this: 3 if grid_of(this).macro else -4167
CHART.get["type"] = lambda _machine, _this: -4100


@SHEET.setter("Visible")
def put_visible(machine: Any, this: Object, value: Any) -> None:
    number = as_int(machine, value)
    if not isinstance(number, Unknown):
        grid_of(this).visibility = number


def whole_sheet(this: Object) -> Object:
    return make_range(host_of(this), grid_of(this), ((1, 1, ROWS, COLUMNS),))


@SHEET.method("Cells", takes="rowindex columnindex")
def sheet_cells(machine: Any, this: Object, row: Any = MISSING, column: Any = MISSING) -> Any:
    return cells.cells(machine, whole_sheet(this), row, column)


@SHEET.method("Range", takes="cell1 cell2")
def sheet_range(machine: Any, this: Object, first: Any = MISSING, last: Any = MISSING) -> Any:
    return range_of(machine, host_of(this), grid_of(this), first, last)


def _lines(name: str) -> Callable[..., Any]:
    def get(machine: Any, this: Object, index: Any = MISSING) -> Any:
        return RANGE.get[name](machine, whole_sheet(this), index)

    return get


SHEET.method("Rows", takes="rowindex")(_lines("rows"))
SHEET.method("Columns", takes="columnindex")(_lines("columns"))


@SHEET.method("UsedRange")
def used_range(machine: Any, this: Object) -> Any:
    grid = grid_of(this)
    if grid.unknown and not grid.written:
        return Unknown(f"cells of {grid.name}")
    machine.spend(len(grid.load().values) // 64)
    return make_range(host_of(this), grid, (grid.used(),))


@SHEET.method("Activate", "Select", takes="replace")
def activate_sheet(_machine: Any, this: Object, *_: Any) -> bool:
    host_of(this).activate(this)
    return True


@SHEET.method("Delete")
def delete_sheet(_machine: Any, this: Object) -> bool:
    host = host_of(this)
    if this in host.sheets and len(host.sheets) > 1:
        host.sheets.remove(this)
        host.active = min(host.active, len(host.sheets) - 1)
        host.selection = None
    return True


@SHEET.method("Copy", takes="before after")
def copy_sheet(machine: Any, this: Object, *_: Any) -> None:
    host, grid = host_of(this), grid_of(this)
    if len(host.sheets) < MAX_SHEETS:
        machine.grow(64 * len(grid.load().values))
        made = host.new_sheet(workbook.Sheet(f"{grid.name} ({len(host.sheets) + 1})"), unknown=grid.unknown)
        fresh = made.data["grid"].load()
        fresh.values, fresh.formulas, fresh.styles, fresh.macro = dict(grid.values), dict(grid.formulas), dict(grid.styles), grid.macro
        host.sheets.append(made)
        host.activate(made)


@SHEET.method("Paste", takes="destination link")
def paste_sheet(machine: Any, this: Object, destination: Any = MISSING, *_: Any) -> None:
    host = host_of(this)
    target = destination if type(destination) is Object and destination.cls is RANGE else host.active_cell()
    cells.paste_special(machine, target)


@SHEET.method("Evaluate", "_Evaluate", takes="name")
def evaluate_on_sheet(machine: Any, this: Object, text: Any = MISSING) -> Any:
    host = host_of(this)
    found = Sheetful(host, grid_of(this)).evaluate(known(machine, text), whole=True)
    return host.to_vba(found)


@SHEET.method("Next")
def next_sheet(_machine: Any, this: Object) -> Any:
    sheets = host_of(this).sheets
    at = sheets.index(this) + 1 if this in sheets else 0
    return sheets[at] if at < len(sheets) else NOTHING


@SHEET.method("Previous")
def previous_sheet(_machine: Any, this: Object) -> Any:
    sheets = host_of(this).sheets
    at = sheets.index(this) - 1 if this in sheets else -1
    return sheets[at] if at >= 0 else NOTHING


@SHEET.method("SaveAs", takes="filename fileformat")
def save_sheet(machine: Any, this: Object, file: Any = MISSING, kind: Any = MISSING, *_: Any) -> None:
    save_as(host_of(this).workbook, as_text(machine, file), bytes_of(machine, grid_of(this), as_format(machine, kind)), "Worksheet.SaveAs")


actions(
    SHEET, "protect unprotect move calculate printout printpreview checkspelling circleinvalid cleararrows clearcircles resetallpagebreaks"
)
actions(SHEET, "showalldata showdataform setbackgroundpicture exportasfixedformat pastespecial pivottablewizard")
properties(SHEET, autofiltermode=False, displaypagebreaks=False, displayrighttoleft=False, enableautofilter=False, enablecalculation=True)
properties(SHEET, enableoutlining=False, enablepivottable=False, enableselection=0, filtermode=False, protectcontents=False, scrollarea="")
properties(SHEET, protectdrawingobjects=False, protectscenarios=False, protectionmode=False, standardheight=15.0, standardwidth=8.43)
empty(SHEET, *"HPageBreaks VPageBreaks PivotTables Scenarios CustomProperties SmartTags ListObjects ChartObjects".split())
empty(SHEET, *"DropDowns GroupBoxes ListBoxes ScrollBars Spinners".split())
for _name in ("PageSetup", "Protection", "Tab", "Outline", "AutoFilter", "Sort", "MailEnvelope"):
    child_object(SHEET, _name, SETTINGS)
SHEET.get["names"] = lambda _machine, this: Object(NAMES, host=this.data["host"], items=this.data["host"].names_)

COMMENTS: Final = collection_class("Comments", error=SUBSCRIPT)


@SHEET.method("Comments", "CommentsThreaded")
def sheet_comments(_machine: Any, this: Object) -> Object:
    grid = grid_of(this).load()
    items = [cells.comment_at(this, place) for place in sorted(grid.notes)]
    return Object(COMMENTS, host=this.data["host"], items=items)


@SHEET.method("TextBoxes", "Rectangles", "Ovals", "Lines", "Buttons", "CheckBoxes", "OptionButtons", "Labels", "Drawings", "Pictures")
def shapes_of_a_kind(machine: Any, this: Object, index: Any = MISSING) -> Any:
    """The collections of Excel 5, by any of which a shape is found."""
    unread = "shapes" in host_of(this).record.unread and not sheet_shapes(this)
    found = Object(shapes.SHAPES, host=this.data["host"], items=Unknown("Shapes") if unread else sheet_shapes(this))
    return found if index is MISSING else machine.call_member(found, "item", (index,))


def sheet_shapes(this: Object) -> list[Object]:
    if "shapes" not in this.data:
        host, grid = host_of(this), grid_of(this)
        controls = {str(c.data["name"]).lower(): c for c in host.forms.page_controls(grid.code_name)}
        made: list[Object] = []
        framed = set()
        for shape in host.record.shapes:
            if shape.place.casefold() == grid.name.casefold():
                framed.add(shape.control.lower())
                made.append(
                    shapes.shape_object(host, shape, len(made) + 1, made, controls.get(shape.control.lower() or shape.name.lower()))
                )
        for name, control in controls.items():
            if name not in framed and all(str(s.data["name"]).lower() != name for s in made):
                made.append(
                    shapes.shape_object(host, bundle.Shape(str(control.data["name"]), type="control"), len(made) + 1, made, control)
                )
        this.data["shapes"] = made
    items: list[Object] = this.data["shapes"]
    return items


@SHEET.method("Shapes", "DrawingObjects")
def shapes_of(_machine: Any, this: Object) -> Object:
    unread = "shapes" in host_of(this).record.unread and not sheet_shapes(this)
    return Object(shapes.SHAPES, host=this.data["host"], items=Unknown("Shapes") if unread else sheet_shapes(this))


OLE_OBJECT: Final = office_class("OLEObject", "name")
OLE_OBJECTS: Final = collection_class("OLEObjects", error=FAILED)
from_data(OLE_OBJECT, "name")
properties(OLE_OBJECT, visible=True, enabled=True, left=0.0, top=0.0, width=72.0, height=24.0, oletype=2, linkedcell="", listfillrange="")
actions(OLE_OBJECT, "select delete copy cut bringtofront sendtoback update duplicate")
OLE_OBJECT.get["object"] = lambda _machine, this: this.data["control"]
OLE_OBJECT.get["progid"] = lambda _machine, this: f"Forms.{this.data['control'].cls.name}.1"
OLE_OBJECT.missing = lambda machine, this, name, args: machine.get(this.data["control"], name, args)
OLE_OBJECT.get["activate"] = OLE_OBJECT.get["verb"] = lambda machine, this, *_: machine.effect(
    "open", f"embedded object {this.data['name']}", "OLEObject.Verb"
)


@SHEET.method("OLEObjects", takes="index")
def ole_objects(machine: Any, this: Object, index: Any = MISSING) -> Any:
    host = host_of(this)
    controls = host.forms.page_controls(grid_of(this).code_name)
    items = [Object(OLE_OBJECT, host=host, name=str(c.data["name"]), control=c) for c in controls]
    if index is MISSING:
        return Object(OLE_OBJECTS, host=host, items=items)
    return pick(machine, items, index, 1, FAILED, "OLEObjects")


actions(OLE_OBJECTS, "add")


@SHEET.method("Hyperlinks")
def sheet_hyperlinks(_machine: Any, this: Object) -> Object:
    return Object(shapes.HYPERLINKS, host=this.data["host"], items=this.data.setdefault("hyperlinks", []))


QUERY_TABLE: Final = office_class("QueryTable", "")
QUERY_TABLES: Final = collection_class("QueryTables", error=SUBSCRIPT)
properties(QUERY_TABLE, name="ExternalData", backgroundquery=True, refreshonfileopen=False, savedata=True, webtables="", connection="")
actions(QUERY_TABLE, "refresh delete cancelrefresh")


@QUERY_TABLES.method("Add", takes="connection destination sql")
def add_query(machine: Any, this: Object, connection: Any = MISSING, *_: Any) -> Object:
    host = host_of(this)
    text = as_text(machine, connection)
    host.touch_url(text, "QueryTables.Add")
    return Object(QUERY_TABLE, host=host, **{"=connection": text})


QUERY: Final = office_class("WorkbookQuery", "name")
QUERIES: Final = collection_class("Queries", error=SUBSCRIPT)
from_data(QUERY, "name", "formula", "description")
actions(QUERY, "delete refresh")


@QUERIES.method("Add", takes="name formula description")
def add_power_query(machine: Any, this: Object, name: Any = MISSING, formula: Any = MISSING, description: Any = "") -> Object:
    """A query of Power Query, in the language M: what addresses it names, it fetches."""
    host = this.data["host"]
    source = as_text(machine, formula)
    for url in dict.fromkeys(found[0] for found in islice(URL.finditer(display(source)), MAX_QUERY_URLS)):
        host.touch_url(url, "Queries.Add")
    made = Object(QUERY, host=host, name=as_text(machine, name), formula=source, description=as_text(machine, description))
    this.data["items"].append(made)
    return made


MAX_QUERY_URLS: Final = 50


SHEET.get["querytables"] = lambda _machine, this: Object(QUERY_TABLES, host=this.data["host"], items=())

# The collections of sheets.


def _sheets(wanted: Callable[[Object], bool]) -> Callable[..., Any]:
    def get(machine: Any, this: Object, index: Any = MISSING) -> Any:
        host = host_of(this)
        if this is not host.workbook and "sheets" in this.data and this.data["sheets"] is not host.sheets:
            made: Object = Object(SHEETS, host=host, items=this.data["sheets"])
        else:
            made = Object(SHEETS, host=host, items=[sheet for sheet in host.sheets if wanted(sheet)])
        return made if index is MISSING else pick_sheet(machine, made, index)

    return get


def pick_sheet(machine: Any, sheets: Object, index: Any) -> Any:
    """A sheet by name or number; of an array of them the first."""
    items = machine.items(index) if type(index) is Array else None
    host = host_of(sheets)
    if host.unread and isinstance(index, str):
        found = next((s for s in sheets.data["items"] if grid_of(s).name.casefold() == index.casefold()), None)
        if found is None:
            made = host.new_sheet(workbook.Sheet(index), unknown=True)
            if len(host.sheets) < MAX_SHEETS:
                host.sheets.append(made)
            return made
        return found
    return pick(machine, sheets.data["items"], items[0] if items else index, 1, SUBSCRIPT, "Sheets")


SHEETS.get["item"] = lambda machine, this, index=MISSING: pick_sheet(machine, this, index)
SHEETS.get["select"] = SHEETS.get["printout"] = SHEETS.get["copy"] = SHEETS.get["move"] = lambda _machine, _this, *_: True
SHEETS.get["delete"] = lambda _machine, _this: True
properties(SHEETS, visible=-1)


@SHEETS.method("Add", "Add2", takes="before after count type")
def add_sheet(
    machine: Any, this: Object, before: Any = MISSING, after: Any = MISSING, _count: Any = MISSING, type_: Any = MISSING
) -> Object:
    host = host_of(this)
    kind = as_int(machine, type_, -4167)
    machine.grow(256)
    if len(host.sheets) >= MAX_SHEETS:
        raise cells.failed("Method 'Add' of object 'Sheets' failed")
    number = len(host.sheets) + 1
    macro = kind in (3, 4)  # xlExcel4MacroSheet, xlExcel4IntlMacroSheet
    name = f"{'Macro' if macro else 'Sheet'}{number}"
    made = host.new_sheet(workbook.Sheet(name, type="macro" if macro else "worksheet", code_name=name))
    at = host.active
    if type(after) is Object and after in host.sheets:
        at = host.sheets.index(after) + 1
    elif type(before) is Object and before in host.sheets:
        at = host.sheets.index(before)
    host.sheets.insert(at, made)
    host.active, host.selection = at, None
    return made


# ---------------------------------------------------------------- workbooks

WORKBOOK: Final = office_class("Workbook", "name")
document_members(WORKBOOK)
properties(
    WORKBOOK, saved=True, readonly=False, haspassword=False, hasvbproject=True, isaddin=False, fileformat=52, date1904=False, password=""
)
properties(
    WORKBOOK, codename="ThisWorkbook", createbackup=False, protectstructure=False, protectwindows=False, writereserved=False, final=False
)
properties(WORKBOOK, precisionasdisplayed=False, updatelinks=1, accuracyversion=0, keepchangehistory=False, multiuserediting=False)
properties(
    WORKBOOK, readonlyrecommended=False, removepersonalinformation=False, showpivottablefieldlist=True, usercontrol=True, vbasigned=False
)
properties(WORKBOOK, excel8compatibilitymode=False, checkcompatibility=False, forcefullcalculation=False, writepassword="", isinplace=False)
actions(
    WORKBOOK,
    """activate protect unprotect refreshall calculate printout printpreview save addtofavorites breaklink changelink updatelink openlinks
    resetcolors removeuser acceptallchanges rejectallchanges checkin exclusiveaccess changefileaccess newwindow
    protectsharing unprotectsharing reloadas webpagepreview sendfaxoverinternet setlinkondata pivotcaches applytheme
    removedocumentinformation deletenumberformat exportasfixedformat updatefromfile purgechangehistorynow highlightchangesoptions""",
)
empty(
    WORKBOOK,
    *"Connections CustomViews Styles PublishObjects SlicerCaches TableStyles XmlMaps XmlNamespaces Signatures Modules Colors".split(),
)
for _name in ("WebOptions", "Permission", "Theme", "SharedWorkspace", "SmartTagOptions", "Research", "MailEnvelope"):
    child_object(WORKBOOK, _name, SETTINGS)
for _key, _wanted in {
    "Sheets": lambda sheet: True,
    "Worksheets": lambda sheet: sheet.cls is not CHART and not grid_of(sheet).macro,
    "Charts": lambda sheet: sheet.cls is CHART,
    "Excel4MacroSheets": lambda sheet: grid_of(sheet).macro,
    "Excel4IntlMacroSheets": lambda sheet: False,
    "DialogSheets": lambda sheet: grid_of(sheet).record.type == "dialog",
}.items():
    WORKBOOK.method(_key, takes="index")(_sheets(_wanted))
WORKBOOK.get["queries"] = lambda _machine, this: Object(QUERIES, host=this.data["host"], items=this.data.setdefault("queries", []))
WORKBOOK.get["activesheet"] = lambda _machine, this: host_of(this).active_sheet
WORKBOOK.get["names"] = lambda _machine, this: Object(NAMES, host=this.data["host"], items=this.data["host"].names_)
WORKBOOK.get["activechart"] = lambda _machine, _this: NOTHING
WORKBOOK.get["linksources"] = lambda _machine, _this, *_: None
for _name in ("Title", "Subject", "Author", "Keywords", "Comments"):

    def _workbook_property(machine: Any, this: Object, *, _name: str = _name) -> Any:
        holder = machine.get_member(this, "builtindocumentproperties")
        return machine.get_member(machine.call_member(holder, "item", (_name,)), "value")

    WORKBOOK.get[_name.lower()] = _workbook_property


def bytes_of(machine: Any, grid: Grid, format_: int) -> bytes | Unknown:
    """A sheet in a text format (XlFileFormat); others are not made."""
    separator = {6: ",", 22: ",", 23: ",", 24: ",", 62: ",", -4158: "\t", 20: "\t", 21: "\t", 19: "\t", 42: "\t", 36: " "}.get(format_)
    if separator is None or grid.unknown:
        return Unknown("saved workbook")
    r1, c1, r2, c2 = grid.used()
    if (r2 - r1 + 1) * (c2 - c1 + 1) > cells.MAX_FILL:
        return Unknown("saved workbook")
    machine.spend((r2 - r1 + 1) * (c2 - c1 + 1))
    lines = []
    for r in range(1, r2 + 1):
        row = [shown_value(grid.get((r, c))) for c in range(1, c2 + 1)]
        lines.append(separator.join(f'"{v.replace(chr(34), chr(34) * 2)}"' if separator in v or '"' in v or "\n" in v else v for v in row))
    text = "\r\n".join(lines) + "\r\n"
    machine.grow(2 * len(text))
    if format_ == 42:
        return b"\xff\xfe" + text.encode("utf-16-le", "replace")
    return text.encode("utf-8-sig" if format_ == 62 else machine.codec, "replace")


@WORKBOOK.method("SaveAs", takes="filename fileformat password writerespassword readonlyrecommended createbackup accessmode")
def save_workbook(machine: Any, this: Object, file: Any = MISSING, kind: Any = MISSING, *_: Any) -> None:
    content = bytes_of(machine, host_of(this).active_sheet.data["grid"], as_format(machine, kind))
    save_as(this, as_text(machine, file), content, "Workbook.SaveAs")


@WORKBOOK.method("RunAutoMacros", takes="which")
def run_auto_macros(machine: Any, this: Object, which: Any = 1, *_: Any) -> None:
    """Starts the macros of Excel 4 with the names Auto_Open (xlAutoOpen, 1) and its relatives."""
    number = machine.number(which)
    host: ExcelHost = this.data["host"]
    prefix = AUTO_MACROS.get(int(number) if isinstance(number, (int, float)) else 1, "auto_open")
    for made in host.automatic(prefix):
        found = host.named_range(str(made.data["name"]), host.active_sheet.data["grid"])
        if isinstance(found, Reference):
            host.run_cell(make_range(host, found.grid, (found.area,)))


AUTO_MACROS: Final = {1: "auto_open", 2: "auto_close", 3: "auto_activate", 4: "auto_deactivate"}


@WORKBOOK.method("SaveCopyAs", takes="filename")
def save_copy(machine: Any, this: Object, file: Any = MISSING) -> None:
    save_as(this, as_text(machine, file), Unknown("copy of the workbook"), "Workbook.SaveCopyAs", renames=False)


@WORKBOOK.method("Close", takes="savechanges filename routeworkbook")
def close_workbook(_machine: Any, this: Object, *_: Any) -> None:
    host = host_of(this)
    if this is not host.workbook and this in host.workbooks:
        host.workbooks.remove(this)


@WORKBOOK.method("FollowHyperlink", takes="address subaddress newwindow addhistory extrainfo method headerinfo")
def follow_hyperlink(machine: Any, _this: Object, where: Any = MISSING, *_: Any) -> None:
    shapes.open_address(machine, where, "Workbook.FollowHyperlink")


@WORKBOOK.method("SendMail", "SendForReview", takes="recipients subject returnreceipt")
def send_mail(machine: Any, this: Object, to: Any = MISSING, subject: Any = MISSING, *_: Any) -> None:
    machine.effect("mail", as_text(machine, to), "Workbook.SendMail", subject=as_text(machine, subject), attachments=this.data["file"])


WORKBOOKS: Final = collection_class("Workbooks", error=SUBSCRIPT)
actions(WORKBOOKS, "close checkout")


def further_workbook(host: ExcelHost, path: str, *, unknown: bool) -> Object:
    made = new_document(host, WORKBOOK, bundle.Document(host="excel"), path)
    made.data["sheets"] = [host.new_sheet(workbook.Sheet("Sheet1", code_name="Sheet1"), unknown=unknown)]
    host.machine.grow(512)
    if len(host.workbooks) < 200:
        host.workbooks.append(made)
    return made


@WORKBOOKS.method("Add", takes="template")
def add_workbook(machine: Any, this: Object, template: Any = MISSING) -> Object:
    host = host_of(this)
    host.touch_url(as_text(machine, template), "Workbooks.Add")
    return further_workbook(host, f"Book{len(host.workbooks) + 1}", unknown=False)


OPEN: Final = (
    "filename updatelinks readonly format password writerespassword ignorereadonlyrecommended origin delimiter editable notify converter"
)


@WORKBOOKS.method("Open", "OpenText", "OpenXML", "OpenDatabase", takes=OPEN)
def open_workbook(machine: Any, this: Object, file: Any = MISSING, *rest: Any) -> Object:
    host = host_of(this)
    path = as_text(machine, file)
    shown = display(path)
    own = host.opened(shown)
    if own is not None:
        return own
    host.touch_document(path, "Workbooks.Open", rest[3] if len(rest) > 3 else MISSING)
    return further_workbook(host, shown, unknown=True)


# ---------------------------------------------------------------- windows

WINDOW: Final = office_class("Window", "caption")
WINDOWS: Final = collection_class("Windows", error=SUBSCRIPT)
properties(WINDOW, visible=True, windowstate=-4137, width=1440.0, height=690.0, left=0.0, top=0.0, zoom=100, index=1, view=1, type=1)
properties(
    WINDOW,
    displayheadings=True,
    displaygridlines=True,
    displayworkbooktabs=True,
    displayformulas=False,
    displayzeros=True,
    freezepanes=False,
)
properties(
    WINDOW, scrollrow=1, scrollcolumn=1, splitrow=0, splitcolumn=0, tabratio=0.6, displayhorizontalscrollbar=True, usableheight=690.0
)
properties(
    WINDOW, displayverticalscrollbar=True, displayoutline=True, enableresize=True, windownumber=1, usablewidth=1428.0, gridlinecolor=0
)
actions(WINDOW, "activate activatenext activateprevious close largescroll smallscroll scrollworkbooktabs newwindow printout scrollintoview")
empty(WINDOW, "panes", "sheetviews")
WINDOW.get["caption"] = lambda _machine, this: this.data.get("=caption", host_of(this).workbook.data["file"])
WINDOW.get["selection"] = WINDOW.get["rangeselection"] = lambda _machine, this: host_of(this).selected()
WINDOW.get["activecell"] = lambda _machine, this: host_of(this).active_cell()
WINDOW.get["activesheet"] = lambda _machine, this: host_of(this).active_sheet
WINDOW.get["selectedsheets"] = lambda _machine, this: Object(SHEETS, host=this.data["host"], items=[host_of(this).active_sheet])
WINDOW.get["visiblerange"] = lambda _machine, this: make_range(host_of(this), grid_of(host_of(this).active_sheet), ((1, 1, 40, 20),))


window: Final = only_window(WINDOWS, WINDOW)


actions(WINDOWS, "arrange")

# ---------------------------------------------------------------- the application

EXCEL: Final = office_class("Application", "name", APPLICATION)
ExcelHost.application_class = EXCEL
properties(
    EXCEL, calculation=-4105, calculationstate=0, cutcopymode=0, iteration=False, maxchange=0.001, maxiterations=100, interactive=True
)
properties(EXCEL, decimalseparator=".", thousandsseparator=",", usesystemseparators=True, standardfont="Calibri", standardfontsize=11.0)
properties(
    EXCEL, referencestyle=1, sheetsinnewworkbook=1, displayformulabar=True, displayfullscreen=False, displayscrollbars=True, ready=True
)
properties(EXCEL, displaycommentindicator=-1, enableanimations=True, enableautocomplete=True, enablesound=False, fixeddecimal=False)
properties(EXCEL, askToUpdateLinks=True, alertbeforeoverwriting=True, copyobjectswithcells=True, editdirectlyincell=True, extendlist=True)
properties(
    EXCEL, calculatebeforesave=True, canplaysounds=True, canrecordsounds=False, cellDragAndDrop=True, constrainnumeric=False, cursor=-4143
)
properties(
    EXCEL,
    printcommunication=True,
    ignoreremoterequests=False,
    largebuttons=False,
    moveafterreturn=True,
    transitionmenukey="/",
    rollzoom=False,
)
properties(
    EXCEL, windowstate=-4137, dataentrymode=-4146, warnonfunctionnameconflict=True, userControl=True, showtooltips=True, isSandboxed=False
)
properties(EXCEL, displayalerts=True, defaultsaveformat=51, defaultfilepath="", networktemplatespath="", onwindow="", ddeappreturncode=0)
properties(EXCEL, activechart=NOTHING, activedialog=NOTHING, activeprotectedviewwindow=NOTHING, thiscell=NOTHING, nextletter=NOTHING)
empty(
    EXCEL, *"ODBCErrors OLEDBErrors Watches UsedObjects ProtectedViewWindows MenuBars Toolbars ShortcutMenus Modules FileConverters".split()
)
for _name in ("Speech", "SpellingOptions", "FindFormat", "ReplaceFormat", "MultiThreadedCalculation", "RTD", "AutoRecover"):
    child_object(EXCEL, _name, SETTINGS)
actions(
    EXCEL,
    """calculatefull calculatefullrebuild calculateuntilasyncqueriesdone checkabort addcustomlist deletecustomlist doubleclick maillogoff
    maillogon macrooptions onundo onrepeat saveworkspace setdefaultchart recordmacro resettipwizard""",
)


def _of_book(name: str) -> Callable[..., Any]:
    def get(machine: Any, this: Object, index: Any = MISSING) -> Any:
        return WORKBOOK.get[name](machine, active_book(this), index)

    return get


def active_book(this: Object) -> Object:
    host = host_of(this)
    if not host.workbooks:
        raise cells.failed("Application-defined or object-defined error")
    return host.workbooks[-1]


for _name in ("Sheets", "Worksheets", "Charts", "Excel4MacroSheets", "Excel4IntlMacroSheets", "DialogSheets"):
    EXCEL.method(_name, takes="index")(_of_book(_name.lower()))
EXCEL.get["names"] = lambda _machine, this: Object(NAMES, host=this.data["host"], items=this.data["host"].names_)
EXCEL.get["activeworkbook"] = lambda _machine, this: active_book(this)
EXCEL.get["thisworkbook"] = lambda _machine, this: host_of(this).workbook
EXCEL.get["activewindow"] = lambda _machine, this: window(this)
EXCEL.get["windows"] = lambda _machine, this: Object(WINDOWS, host=this.data["host"], items=[window(this)])
EXCEL.get["activecell"] = lambda _machine, this: host_of(this).active_cell()
EXCEL.get["selection"] = lambda _machine, this: host_of(this).selected()


@EXCEL.method("ActiveSheet")
def active_sheet(_machine: Any, this: Object) -> Object:
    book = active_book(this)
    host = host_of(this)
    return host.active_sheet if book is host.workbook else book.data["sheets"][0]


@EXCEL.method("Workbooks", takes="index")
def workbooks(machine: Any, this: Object, index: Any = MISSING) -> Any:
    host = host_of(this)
    for book in host.workbooks:
        book.data["name"] = book.data["file"]
    made = Object(WORKBOOKS, host=host, items=list(host.workbooks))
    return made if index is MISSING else pick(machine, made.data["items"], index, 1, SUBSCRIPT, "Workbooks")


def _of_sheet(name: str) -> Callable[..., Any]:
    def get(machine: Any, this: Object, *args: Any) -> Any:
        return machine.call_member(active_sheet(machine, this), name, args)

    return get


for _name, _takes in (("Cells", "rowindex columnindex"), ("Range", "cell1 cell2"), ("Rows", "rowindex"), ("Columns", "columnindex")):
    EXCEL.method(_name, takes=_takes)(_of_sheet(_name.lower()))


@EXCEL.method("Evaluate", "_Evaluate", takes="name")
def evaluate(machine: Any, this: Object, text: Any = MISSING) -> Any:
    value = as_text(machine, text)
    return value if isinstance(value, Unknown) else host_of(this).evaluate(value)


@EXCEL.method("ExecuteExcel4Macro", takes="string")
def execute_excel4_macro(machine: Any, this: Object, text: Any = MISSING) -> Any:
    return host_of(this).execute4(as_text(machine, text))


@EXCEL.method("Run", "_Run2", takes="macro " + " ".join(f"arg{n}" for n in range(1, 31)))
def run(machine: Any, this: Object, macro: Any = MISSING, *args: Any) -> Any:
    name = macro if type(macro) is Object and macro.cls is RANGE else as_text(machine, macro)
    return host_of(this).run(name, args)


@EXCEL.method("OnTime", takes="earliesttime procedure latesttime schedule")
def on_time(machine: Any, this: Object, when: Any = MISSING, name: Any = MISSING, *rest: Any) -> None:
    if len(rest) < 2 or rest[1] is MISSING or machine.truth(rest[1]):
        host_of(this).later(as_text(machine, name), when)


@EXCEL.method("Union", takes="arg1 arg2")
def union(machine: Any, this: Object, *ranges: Any) -> Any:
    found = [r for r in ranges if type(r) is Object and r.cls is RANGE]
    if not found:
        return Unknown("Union")
    areas = tuple(area for r in found for area in r.data["areas"])[: cells.MAX_AREAS]
    machine.grow(64 * len(areas))
    return make_range(host_of(this), found[0].data["grid"], areas)


@EXCEL.method("Intersect", takes="arg1 arg2")
def intersect(machine: Any, this: Object, *ranges: Any) -> Any:
    found = [r for r in ranges if type(r) is Object and r.cls is RANGE]
    if not found or any(r.data["grid"] is not found[0].data["grid"] for r in found):
        return NOTHING
    areas = list(found[0].data["areas"])
    for other in found[1:]:
        machine.spend(len(areas) * len(other.data["areas"]))
        areas = [area for a in areas for b in other.data["areas"] if (area := common(a, b)) is not None][: cells.MAX_AREAS]
    return make_range(host_of(this), found[0].data["grid"], tuple(areas)) if areas else NOTHING


def common(a: Area, b: Area) -> Area | None:
    area = (max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))
    return area if area[0] <= area[2] and area[1] <= area[3] else None


FUNCTIONS: Final = office_class("WorksheetFunction")
FUNCTIONS.missing = lambda _machine, this, name, args: host_of(this).worksheet_function(name, args, strict=True)
child_object(EXCEL, "WorksheetFunction", FUNCTIONS)


def application_function(machine: Any, this: Object, name: str, args: tuple[Any, ...]) -> Any:
    """Application.Max(…): functions of the sheet are members of the application too."""
    host = host_of(this)
    if name.lower() in formulas.FUNCTIONS or (args and host.excel4 is not None and host.excel4.knows(name)):
        return host.worksheet_function(name, args, strict=False)
    if not args and workbook.is_a1(name):
        return host_of(this).evaluate(name)
    return machine.unmodelled(f"Application.{name}")


EXCEL.missing = application_function

INTERNATIONAL: Final[dict[int, Any]] = {
    3: ".",
    4: ",",
    5: ",",
    6: "R",
    7: "C",
    8: "r",
    9: "c",
    10: "[",
    11: "]",
    12: "{",
    13: "}",
    14: ",",
    15: ";",
}
INTERNATIONAL.update({16: "@", 17: "/", 18: ":", 19: "y", 20: "m", 21: "d", 22: "h", 23: "m", 24: "s", 26: "G/標準", 30: 0, 31: 2, 32: 2})
INTERNATIONAL.update(
    {33: True, 34: True, 35: True, 36: False, 37: True, 38: True, 39: True, 40: True, 41: False, 42: False, 43: False, 44: False}
)
"""XlApplicationInternational beside country (1, 2) and currency (25)."""


@EXCEL.method("International", takes="index")
def international(machine: Any, this: Object, index: Any = MISSING) -> Any:
    number = as_int(machine, index)
    country = machine.world.profile.country
    values = {**INTERNATIONAL, 1: country, 2: country, 25: "¥" if country == 81 else "$"}
    answer = values.get(number) if isinstance(number, int) else None
    return machine.query(f"Application.International({display(number)})", Unknown("International") if answer is None else answer)


@EXCEL.method("InputBox")
def input_box(_machine: Any, _this: Object, *_: Any) -> Any:
    return False  # cancelled


EXCEL.get["getopenfilename"] = EXCEL.get["getsaveasfilename"] = lambda _machine, _this, *_: False
EXCEL.get["findfile"] = lambda _machine, _this: False
EXCEL.get["caller"] = lambda _machine, _this, *_: Unknown("Application.Caller")


@EXCEL.method("RegisterXLL", takes="filename")
def register_xll(machine: Any, _this: Object, file: Any = MISSING) -> bool:
    machine.effect("load", as_text(machine, file), "Application.RegisterXLL")
    return True


@EXCEL.method("Goto", takes="reference scroll")
def go_to(machine: Any, this: Object, where: Any = MISSING, *_: Any) -> None:
    host = host_of(this)
    found = where if type(where) is Object and where.cls is RANGE else None
    if found is None and where is not MISSING:
        made = host.evaluate(known(machine, where))
        found = made if type(made) is Object and made.cls is RANGE else None
    if found is not None:
        host.select(found)


@EXCEL.method("ConvertFormula", takes="formula fromreferencestyle toreferencestyle toabsolute relativeto")
def convert_formula(machine: Any, _this: Object, formula: Any = MISSING, *_: Any) -> Any:
    from emoscan.evaluate.vba.host.grid import formula_from_r1c1

    text = as_text(machine, formula)
    return text if isinstance(text, Unknown) else formula_from_r1c1(text, (1, 1))


@EXCEL.method("ActivateMicrosoftApp", takes="index")
def activate_app(machine: Any, _this: Object, *_: Any) -> None:
    machine.unmodelled("Application.ActivateMicrosoftApp")


DIALOGS: Final = office_class("Dialogs", "item")
DIALOG: Final = office_class("Dialog")
DIALOGS.get["item"] = lambda _machine, this, *_: Object(DIALOG, host=this.data["host"])
DIALOG.get["show"] = lambda _machine, _this, *_: False
child_object(EXCEL, "Dialogs", DIALOGS)
