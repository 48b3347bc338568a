"""What a macro asks of Excel, the window, the workbook, the computer; and what it says to the user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.values import MISSING
from emoscan.evaluate.xlm.library import command, on_ranges
from emoscan.evaluate.xlm.library.text import Wrong, text_of, whole
from emoscan.evaluate.xlm.values import NA, VALUE, Array

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.machine import XlmMachine

WORKSPACE: Final[dict[int, Any]] = {
    1: "Windows (64-bit) NT :.00",
    2: "16.0",
    3: 0.0,
    4: False,
    5: True,
    6: True,
    7: True,
    8: True,
    9: "",
    10: 0.0,
    11: 0.0,
    12: 0.0,
    13: 1440.0,
    14: 774.0,
    15: 1.0,
    16: 1_048_576.0,
    17: 1_048_576.0,
    18: False,
    19: True,
    20: 0.0,
    21: True,
    22: "DDE",
    24: True,
    25: False,
    27: 0.0,
    28: 4.0,
    29: True,
    30: False,
    31: False,
    34: False,
    35: False,
    36: True,
    38: 2.0,
    39: False,
    40: True,
    41: False,
    42: True,
    43: True,
    45: True,
    46: 1.0,
    47: 0.0,
    49: "",
    50: 0.0,
    51: True,
    52: True,
    53: False,
    54: False,
    55: 3.0,
    56: "Calibri",
    57: 11.0,
    58: 3.0,
    59: True,
    60: 1.0,
    61: True,
    62: True,
    63: False,
    64: False,
    65: True,
    66: 0.0,
    68: False,
    69: "",
    70: 1.0,
    71: False,
    72: True,
}
"""GET.WORKSPACE of an ordinary computer: what the profile does not say (Excel 4.0 macro functions reference)."""

WINDOW: Final[dict[int, Any]] = {
    2: 1.0, 3: 0.0, 4: 0.0, 5: 1440.0, 6: 620.0, 7: False, 8: False, 9: True, 10: True, 11: True, 12: 0.0, 13: 1.0, 14: 1.0, 15: 1.0, 16: 1.0,
    17: 1.0, 18: False, 19: True, 20: True, 21: False, 22: True, 23: 3.0, 24: False, 25: 100.0, 26: True, 27: True, 28: 600.0, 29: True, 30: True,
}  # fmt: skip

DOCUMENT: Final[dict[int, Any]] = {
    4: False, 5: False, 6: False, 7: False, 8: False, 14: 2.0, 15: 1.0, 16: 0.0, 17: 100.0, 33: False, 34: False, 35: False, 36: False, 37: 1.0,
    38: True, 39: True, 40: False, 41: False, 42: False, 43: True, 44: True, 45: False, 46: False, 47: True, 48: 15.0, 49: False, 50: 1.0,
}  # fmt: skip


def _number(m: XlmMachine, value: Any, name: str) -> int:
    """Which of its answers a question is for. The question is recorded."""
    try:
        number = whole(m.single(value))
    except Wrong:
        return -1
    m.surroundings.add(f"{name}({number})")
    return number


@on_ranges("GET.WORKSPACE")
def get_workspace(m: XlmMachine, kind: Any) -> Any:
    number = _number(m, kind, "GET.WORKSPACE")
    profile = m.world.profile
    answers = {
        1: m.operating_system,
        23: rf"{profile.home}\AppData\Roaming\Microsoft\Excel\XLSTART",
        26: profile.full_name,
        32: r"C:\Program Files\Microsoft Office\root\Office16",
        33: Array([[m.world.document]]),
        37: Array([_international(m)]),
        44: NA,
        67: rf"{profile.home}\Documents",
        48: r"C:\Program Files\Microsoft Office\root\Office16\LIBRARY",
    }
    answer = _answered(m, f"GET.WORKSPACE({number})", answers.get(number, WORKSPACE.get(number, NA)))
    if number != 37:
        m.query(f"GET.WORKSPACE({number})", answer)
    return answer


def _answered(m: XlmMachine, question: str, answer: Any) -> Any:
    """The answer of this run to a question: numbers may be part of a key that is sought."""
    if type(answer) is not float:
        return answer
    m.numeric[question] = answer
    return m.answers.get(question, answer)


def _international(m: XlmMachine) -> list[Any]:
    country = float(m.world.profile.country)
    m.query("the country", country)
    return [
        country, country, ".", ",", ",", "R", "C", "r", "c", "[", "]", "{", "}", ",", ";", ",", "/", ":", "y", "m", "d", "h", "m", "s", "\\", "General",
        0.0, 4.0, 2.0, 3.0, 3.0, 2.0, True, False, True, False, True, True, True, True, True, True, True, False, True,
    ]  # fmt: skip


@on_ranges("GET.WINDOW")
def get_window(m: XlmMachine, kind: Any, *_more: Any) -> Any:
    number = _number(m, kind, "GET.WINDOW")
    grid = m.selection.grid
    names = {1: f"[{m.world.document}]{grid.name}", 30: f"[{m.world.document}]{grid.name}", 31: m.world.document}
    answer = _answered(m, f"GET.WINDOW({number})", names.get(number, WINDOW.get(number, NA)))
    return m.query(f"GET.WINDOW({number})", answer)


@on_ranges("GET.DOCUMENT")
def get_document(m: XlmMachine, kind: Any, *_more: Any) -> Any:
    number = _number(m, kind, "GET.DOCUMENT")
    grid = m.here[0]
    rows, columns = grid.extent()
    names = {
        1: f"[{m.world.document}]{grid.name}",
        2: m.world.directory,
        3: 3.0 if grid.macro else 1.0,
        9: 1.0,
        10: float(rows),
        11: 1.0,
        12: float(columns),
        76: f"[{m.world.document}]{grid.name}",
        87: float(m.grids.index(grid) + 1) if grid in m.grids else 1.0,
        88: m.world.document,
    }
    answer = _answered(m, f"GET.DOCUMENT({number})", names.get(number, DOCUMENT.get(number, NA)))
    return m.query(f"GET.DOCUMENT({number})", answer)


@on_ranges("GET.WORKBOOK")
def get_workbook(m: XlmMachine, kind: Any, *_more: Any) -> Any:
    number = _number(m, kind, "GET.WORKBOOK")
    sheets = [f"[{m.world.document}]{grid.name}" for grid in m.grids]
    answers = {1: Array([list(sheets)]), 3: Array([[sheets[0]]]), 4: float(len(sheets)), 16: m.world.document, 38: m.selection.grid.name}
    return answers.get(number, False)


@on_ranges("DOCUMENTS", "WINDOWS")
def documents(m: XlmMachine, *_more: Any) -> Any:
    return Array([[m.world.document]])


@on_ranges("INFO")
def info(m: XlmMachine, kind: Any) -> Any:
    word = text_of(m.single(kind)).lower()
    answers = {
        "directory": m.world.directory + "\\",
        "numfile": float(len(m.grids)),
        "osversion": m.operating_system,
        "recalc": "Automatic",
        "release": m.world.profile.office_version,
        "system": "pcdos",
        "origin": "$A:$A$1",
        "memavail": 1_048_576.0,
        "totmem": 2_097_152.0,
        "memused": 1_048_576.0,
    }
    return m.query(f"INFO({word})", answers.get(word, VALUE))


@on_ranges("GET.OBJECT", "GET.CHART.ITEM", "GET.BAR", "GET.TOOL", "GET.TOOLBAR", "GET.LINK.INFO", "LINKS", "GET.PIVOT.TABLE")
def get_other(m: XlmMachine, *_more: Any) -> Any:
    return NA


@command("ALERT", "MESSAGE")
def alert(m: XlmMachine, text: Any = MISSING, *_more: Any) -> Any:
    shown = m.text(text) if text is not MISSING else ""
    if shown:
        m.effect("dialog", shown, "ALERT")
    return True


@command("INPUT")
def input_(m: XlmMachine, text: Any = "", *more: Any) -> Any:
    m.effect("dialog", m.text(text), "INPUT")
    default = more[2] if len(more) > 2 else MISSING
    return False if default is MISSING else m.single(default)


@command("DIALOG.BOX", "SHOW.DIALOG")
def dialog_box(m: XlmMachine, *_more: Any) -> Any:
    return True
