"""Where the cursor goes: subroutines, ends, loops; names; what runs later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emoscan.evaluate.core.values import MISSING, Unknown
from emoscan.evaluate.xlm.library import command, on_ranges, special
from emoscan.evaluate.xlm.library.text import text_of
from emoscan.evaluate.xlm.values import NA, NAME, REF, VALUE, Array, Ref, to_number

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.compiler import Compiler, Eval
    from emoscan.evaluate.xlm.machine import XlmMachine
    from emoscan.evaluate.xlm.syntax import Node

MAX_LOOP_CELLS = 10_000


@command("GOTO")
def goto(m: XlmMachine, target: Any) -> Any:
    ref = m.refer(target)
    if ref is None:
        return REF
    m.jump = ref
    return True


@special("RUN")
def run(compiler: Compiler, node: Node, tail: bool) -> Eval:
    given = [compiler.raw(argument) for argument in node[3]]
    alone = tail and bool(given)

    def start(m: XlmMachine) -> Any:
        target = given[0](m) if given else m.selection
        ref = m.refer(target)
        if ref is None and type(target) is Ref:
            ref = target
        m.traced("RUN", [target], True)
        if ref is None:
            shown = m.text(target)
            found = m.foreign(shown, []) if m.foreign is not None and isinstance(shown, str) else MISSING
            if found is not MISSING:
                return found
            m.effect("eval", shown, "RUN")
            return NAME if isinstance(shown, str) else shown
        value = m.single(ref) if ref.single and not ref.grid.formulas.get(ref.top << 15 | ref.left) else None
        inner = m.refer(value) if isinstance(value, str) and value and not value.isspace() else None
        return m.enter(inner or ref, [], tail=alone)

    return start


@command("RETURN")
def return_(m: XlmMachine, value: Any = MISSING) -> Any:
    m.returning = [None if value is MISSING else value]
    return value if value is not MISSING else True


@command("HALT", "QUIT", "CLOSE", "FILE.CLOSE", "CLOSE.ALL")
def halt(m: XlmMachine, *values: Any) -> Any:
    from emoscan.evaluate.xlm.machine import Halt

    grid, row, column = m.here
    m.traced("HALT", list(values), None)
    m.note(grid, row << 15 | column, grid.formulas.get(row << 15 | column, ""), None)
    raise Halt


@special("WHILE", "ELSE.IF")
def test_only(compiler: Compiler, node: Node, tail: bool) -> Eval:
    test = compiler.raw(node[3][0]) if node[3] else (lambda _: True)

    def run(m: XlmMachine) -> Any:
        return test(m)

    return run


@special("FOR")
def for_(compiler: Compiler, node: Node, tail: bool) -> Eval:
    given = [compiler.raw(argument) for argument in node[3]]

    def run(m: XlmMachine) -> Any:
        if len(given) < 3:
            return VALUE
        name = text_of(m.single(given[0](m)))
        numbers = [to_number(m.single(argument(m))) for argument in given[1:4]]
        numbers += [1.0] * (3 - len(numbers))
        if len(given) > 3 and m.single(given[3](m)) is MISSING:
            numbers[2] = 1.0
        bad = next((number for number in numbers if type(number) is not float), None)
        return bad if bad is not None else (name, *numbers)

    return run


@special("FOR.CELL")
def for_cell(compiler: Compiler, node: Node, tail: bool) -> Eval:
    given = [compiler.raw(argument) for argument in node[3]]

    def run(m: XlmMachine) -> Any:
        if not given:
            return VALUE
        name = text_of(m.single(given[0](m)))
        area = given[1](m) if len(given) > 1 else MISSING
        ref = m.selection if area is MISSING else m.refer(area)
        skip = len(given) > 2 and m.truth(given[2](m))
        cells: list[Ref] = []
        for row, column in ref.places() if ref is not None else ():
            m.spend(1)
            if len(cells) >= MAX_LOOP_CELLS:
                break
            if not skip or m.cell(ref.grid, row, column) is not None:  # type: ignore[union-attr]
                cells.append(Ref(ref.grid, row, column))  # type: ignore[union-attr]
        return (name, cells)

    return run


@command("ARGUMENT")
def argument(m: XlmMachine, name: Any = MISSING, kind: Any = MISSING, place: Any = MISSING) -> Any:
    frame = m.frames[-1] if m.frames else None
    value: Any = NA
    if frame is not None and frame.taken < len(frame.arguments):
        value = frame.arguments[frame.taken]
        frame.taken += 1
    ref = m.refer(place) if place is not MISSING else None
    if ref is not None:
        m.fill(ref, m.single(value))
        value = ref
    if name is not MISSING and isinstance(m.single(name), str):
        m.define(text_of(m.single(name)), value)
    return True


@command("SET.NAME")
def set_name(m: XlmMachine, name: Any, value: Any = MISSING) -> Any:
    key = m.text(name)
    if isinstance(key, str):
        if value is MISSING:
            m.names.pop(("", key.lower()), None)
        else:
            m.define(key, value)
    return True


@command("DEFINE.NAME")
def define_name(m: XlmMachine, name: Any, refers: Any = MISSING, *_more: Any) -> Any:
    key = m.text(name)
    if not isinstance(key, str):
        return True
    value: Any = refers
    if refers is MISSING:
        value = m.selection
    elif isinstance(m.single(refers), str) and type(refers) is not Ref and m.single(refers).startswith("="):
        value = evaluate(m, m.single(refers))
    m.define(key.rpartition("!")[2], value)
    if key.lower().rpartition("!")[2].startswith("auto_"):
        ref = m.refer(value)
        if ref is not None:
            later(m, ref)
    return True


@command("DELETE.NAME")
def delete_name(m: XlmMachine, name: Any) -> Any:
    key = m.text(name)
    if isinstance(key, str):
        m.names.pop(("", key.lower()), None)
    return True


@on_ranges("EVALUATE")
def evaluate(m: XlmMachine, text: Any) -> Any:
    value = m.single(text)
    if not isinstance(value, str):
        return value
    from emoscan.evaluate.xlm.library.sheets import in_a1

    grid, row, column = m.here
    if m.depth >= 30:
        return Unknown("formulas in formulas")
    code = m.compiled(grid, in_a1(value.strip().removeprefix("="), row, column))
    m.spend(code.size)
    m.depth += 1
    try:
        return code.run(m)
    finally:
        m.depth -= 1


def later(m: XlmMachine, ref: Ref) -> None:
    if len(m.timed) < 100 and ref not in m.timed:
        m.timed.append(ref)


@command("ON.TIME")
def on_time(m: XlmMachine, when: Any, macro: Any = MISSING, *_more: Any) -> Any:
    ref = m.refer(macro)
    m.effect("schedule", m.text(macro) if ref is None else ref.text(), "ON.TIME", time=m.text(when))
    if ref is not None:
        later(m, ref)
    return True


@command("ON.KEY", "ON.ENTRY", "ON.RECALC", "ON.SHEET", "ON.WINDOW", "ON.DOUBLECLICK", "ON.DATA")
def on_event(m: XlmMachine, what: Any = MISSING, macro: Any = MISSING, *_more: Any) -> Any:
    for value in (macro, what):
        ref = m.refer(m.single(value)) if isinstance(m.single(value), str) else value if type(value) is Ref else None
        if type(ref) is Ref:
            later(m, ref)
            break
    return True


@command("WAIT")
def wait(m: XlmMachine, when: Any) -> Any:
    from emoscan.evaluate.xlm.library.dates import serial

    moment = to_number(m.single(when))
    if type(moment) is float:
        m.world.pass_time((moment - serial(m.world.now)) * 86_400)
    return True


@on_ranges("CALLER")
def caller(m: XlmMachine) -> Any:
    frame = m.frames[-1] if m.frames else None
    if frame is None or frame.caller is None:
        return REF
    grid, place = frame.caller
    return Ref(grid, place >> 15, place & 0x7FFF)


@command("BREAK")
def break_(m: XlmMachine) -> Any:
    """Inside of another function; alone in its cell it is a block."""
    m.breaking = True
    return True


@command("ERROR")
def error(m: XlmMachine, enabled: Any = True, macro: Any = MISSING) -> Any:
    m.on_error = m.refer(macro) if macro is not MISSING and m.truth(enabled) else None
    return True


@command(
    "RESULT",
    "VOLATILE",
    "ECHO",
    "STEP",
    "PAUSE",
    "RESUME",
    "RESTART",
    "CANCEL.KEY",
    "CUSTOM.UNDO",
    "CUSTOM.REPEAT",
    "UNDO",
    "REPEAT",
)
def quiet(m: XlmMachine, *values: Any) -> Any:
    return True


@on_ranges("LAST.ERROR")
def last_error(_: XlmMachine) -> Any:
    return NA


@on_ranges("GET.NAME", "GET.DEF")
def get_name(m: XlmMachine, name: Any, *_more: Any) -> Any:
    from emoscan.evaluate.xlm.machine import Defined
    from emoscan.evaluate.xlm.values import shown

    key = m.text(name)
    if not isinstance(key, str):
        return key
    found = m.named(key, m.here[0], None)
    if found is MISSING:
        return NAME
    if type(found) is Defined:
        return f"={found.formula}"
    return "=" + (found.grid.prefix + found.r1c1() if type(found) is Ref else shown(found))


@on_ranges("NAMES")
def names(m: XlmMachine, *_more: Any) -> Any:
    found = sorted({name for _, name in m.names})[:500]
    return Array([list(found)]) if found else NA
