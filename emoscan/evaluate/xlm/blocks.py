"""Blocks and loops: functions that stand alone in their cells and say which cells come next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from emoscan.evaluate.core.values import Unknown
from emoscan.evaluate.xlm.grid import SHIFT
from emoscan.evaluate.xlm.values import Ref

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.compiler import Code
    from emoscan.evaluate.xlm.machine import Frame, XlmMachine

MAX_IDLE: Final = 40
"""Rounds of a loop that only waits; it is then left as if what it waits for had come."""


class Loop(Struct):
    kind: str
    row: int
    """Of its first cell."""
    name: str = ""
    value: float = 0.0
    last: float = 0.0
    step: float = 1.0
    cells: list[Ref] = []
    rounds: int = 0
    idle: int = 0
    """Rounds in which nothing changed: it waits for something."""
    before: int = 0


Block = Callable[["XlmMachine", "Frame", int, "Code"], Any]


def _skip(m: XlmMachine, frame: Frame, row: int, opening: frozenset[str], stops: frozenset[str]) -> str:
    """Move the cursor behind the cell at which a part of a block ends; its function, "" when there is none."""
    depth = 0
    for below in frame.grid.rows_below(row, frame.column):
        code = m.compiled(frame.grid, frame.grid.formulas[below << SHIFT | frame.column])
        m.spend(2)
        head = code.head
        if head in opening and not (head == "IF" and code.arguments != 1):
            depth += 1
        elif head in stops and depth == 0:
            frame.row = below + 1 if head != "ELSE.IF" else below
            return head
        elif head in ("END.IF", "NEXT") and depth and head in stops:
            depth -= 1
    return ""


_IFS: Final = frozenset(("IF",))
_PARTS: Final = frozenset(("ELSE", "ELSE.IF", "END.IF"))
_END: Final = frozenset(("END.IF",))
_LOOPS: Final = frozenset(("WHILE", "FOR", "FOR.CELL"))
_NEXT: Final = frozenset(("NEXT",))


def _if(m: XlmMachine, frame: Frame, row: int, code: Code) -> Any:
    """IF(test) alone, or an ELSE.IF that is reached because nothing before it held."""
    outcome = m.decide(code.run(m))
    while not outcome:
        found = _skip(m, frame, row, _IFS, _PARTS)
        if found != "ELSE.IF":
            break
        row = frame.row
        frame.row = row + 1
        m.here = (frame.grid, row, frame.column)
        outcome = m.decide(m.compiled(frame.grid, frame.grid.formulas[row << SHIFT | frame.column]).run(m))
    return outcome


def _else(m: XlmMachine, frame: Frame, row: int, code: Code) -> Any:  # noqa: ARG001 - all blocks are called alike
    """The end of a part that was carried out: the others are passed over."""
    depth = 0
    for below in frame.grid.rows_below(row, frame.column):
        inner = m.compiled(frame.grid, frame.grid.formulas[below << SHIFT | frame.column])
        m.spend(2)
        if inner.head == "IF" and inner.arguments == 1:
            depth += 1
        elif inner.head == "END.IF":
            if depth == 0:
                frame.row = below + 1
                break
            depth -= 1
    return True


def _nothing(m: XlmMachine, frame: Frame, row: int, code: Code) -> Any:  # noqa: ARG001
    return True


def _while(m: XlmMachine, frame: Frame, row: int, code: Code) -> Any:
    known = frame.loops[-1] if frame.loops and frame.loops[-1].row == row else None
    test = code.run(m)
    rounds = known.rounds + 1 if known else 0
    outcome = m.truth_of(test)
    goes_on = (type(outcome) is Unknown and rounds < 2) or outcome is True
    if known:
        now = m.changes + m.effects
        known.idle, known.before = (known.idle + 1 if known.before == now else 0), now
        goes_on = goes_on and known.idle < MAX_IDLE and m.goes_round(frame.grid, row, frame.column)
    if not goes_on:
        if known:
            frame.loops.pop()
        _skip(m, frame, row, _LOOPS, _NEXT)
    elif known:
        known.rounds = rounds
    else:
        frame.loops.append(Loop("while", row))
    return goes_on


def _for(m: XlmMachine, frame: Frame, row: int, code: Code) -> Any:
    given = code.run(m)
    name, first, last, step = given if type(given) is tuple else ("", 0.0, -1.0, 1.0)
    loop = Loop("for", row, name, first, last, step)
    m.define(name, first)
    return _enter_loop(m, frame, row, loop, (last - first) * step >= 0 and step != 0)


def _for_cell(m: XlmMachine, frame: Frame, row: int, code: Code) -> Any:
    given = code.run(m)
    name, cells = given if type(given) is tuple else ("", [])
    loop = Loop("cells", row, name, cells=cells)
    if cells:
        m.define(name, cells[0])
    return _enter_loop(m, frame, row, loop, bool(cells))


def _enter_loop(m: XlmMachine, frame: Frame, row: int, loop: Loop, runs: bool) -> bool:
    if runs:
        frame.loops.append(loop)
    else:
        _skip(m, frame, row, _LOOPS, _NEXT)
    return runs


def _next(m: XlmMachine, frame: Frame, row: int, code: Code) -> Any:  # noqa: ARG001
    if not frame.loops:
        return False
    loop = frame.loops[-1]
    if loop.kind == "while":
        frame.row = loop.row
        return True
    loop.rounds += 1
    if loop.kind == "for":
        current = m.name_value(loop.name, frame.grid, None)
        loop.value = (current if type(current) is float else loop.value) + loop.step
        goes_on = (loop.last - loop.value) * loop.step >= 0
        if goes_on:
            m.define(loop.name, loop.value)
    else:
        goes_on = loop.rounds < len(loop.cells)
        if goes_on:
            m.define(loop.name, loop.cells[loop.rounds])
    if goes_on and not m.goes_round(frame.grid, loop.row, frame.column):
        goes_on = False
        if loop.kind == "for":
            m.define(loop.name, loop.last + loop.step)
    if goes_on:
        frame.row = loop.row + 1
    else:
        frame.loops.pop()
    return goes_on


def leave_loop(m: XlmMachine, frame: Frame, row: int) -> None:
    """Go on behind the innermost loop."""
    if frame.loops:
        frame.loops.pop()
        _skip(m, frame, row, _LOOPS, _NEXT)


def _break(m: XlmMachine, frame: Frame, row: int, code: Code) -> Any:  # noqa: ARG001
    leave_loop(m, frame, row)
    return True


BLOCKS: Final[dict[str, Block]] = {
    "IF": _if,
    "ELSE": _else,
    "ELSE.IF": _else,
    "END.IF": _nothing,
    "WHILE": _while,
    "FOR": _for,
    "FOR.CELL": _for_cell,
    "NEXT": _next,
    "BREAK": _break,
}
