"""The run time of compiled macros: the machine, and the functions that generated code calls by short names."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import islice
from types import FrameType
from typing import Any, Final

from emoscan.budget import Budget
from emoscan.evaluate.com.guess import guess
from emoscan.evaluate.core.encoding import ansi_characters, memory_of
from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
from emoscan.evaluate.core.machine import Emit, Machine
from emoscan.evaluate.core.values import MISSING, NOTHING, NULL, Date, Object, ObjectClass, Unknown, accepts, display
from emoscan.evaluate.core.world import World
from emoscan.evaluate.vba import library
from emoscan.evaluate.vba.arrays import Array, array_of, size_of
from emoscan.evaluate.vba.convert import (
    INVALID_CALL,
    OBJECT_NOT_SET,
    OBJECT_REQUIRED,
    RANGES,
    integer,
    mismatch,
    number,
    overflow,
    to_boolean,
    to_byte,
    to_currency,
    to_date,
    to_double,
    to_integer,
    to_long,
    to_longlong,
    to_single,
)
from emoscan.evaluate.vba.errors import message
from emoscan.evaluate.vba.operators import LARGE, Operators, plain, text
from emoscan.evaluate.vba.symbols import Procedure
from emoscan.model import Problem

KEEP: Final = object()
FAILED: Final = object()
FILENAME: Final = "<vba>"

MOST_DEFAULTS: Final = 8
"""Default members that stand for each other, one after the other."""

SHORT: Final = 16
"""Elements of an array that need not be asked for."""

LARGEST: Final = 1e15
"""Numbers below it are exact as Doubles."""

UNKNOWN_ROUNDS: Final = 4
"""Rounds of a loop whose test nobody knows the answer to."""

COMPARISONS: Final = ("eq", "ne", "lt", "gt", "le", "ge", "like")
"""Operators that Option Compare Text changes; its modules use those with `_t`."""


class Jump(Exception):
    """GoTo out of a loop: to a segment of the statements around it."""

    def __init__(self, loop: int, segment: int) -> None:
        super().__init__(loop, segment)
        self.loop, self.segment = loop, segment


class Leave(Exception):
    """Exit For or Exit Do through other loops."""

    def __init__(self, loop: int) -> None:
        super().__init__(loop)
        self.loop = loop


class FailedLoop:
    """A loop whose header failed under Resume Next: its body runs once, as the next statement would."""

    after = KEEP
    current: Any = None

    def __iter__(self) -> Iterator[Any]:
        yield KEEP


class Counter:
    """The values of a For loop, which also count what the loop may spend (`VbaMachine.more`).

    `after` is what the variable holds when the loop has ended by itself. With `reads_back`, the next value is counted
    from `current`, which the body may have changed.
    """

    __slots__ = ("after", "current", "end", "machine", "reads_back", "start", "step", "weight")

    def __init__(self, machine: VbaMachine, start: Any, end: Any, step: Any, weight: int, *, reads_back: bool) -> None:
        self.machine = machine
        self.start, self.end, self.step = start, end, step
        self.weight = weight
        self.reads_back = reads_back
        self.after: Any = start
        self.current: Any = start

    def __iter__(self) -> Iterator[Any]:
        if self.reads_back or not (type(self.start) is int and type(self.end) is int and type(self.step) is int):
            return self.one_by_one()
        return self.whole_numbers()

    def whole_numbers(self) -> Iterator[int]:
        start, step = self.start, self.step
        rounds = max(0, (self.end - start) // step + 1) if step else 1 << 62
        self.after = start + rounds * step
        meter = Meter(self.machine, self.weight)
        done = 0
        while done < rounds:
            take = meter.take(rounds - done if step else 1)
            if not take:
                self.machine.loop_left(done)
                self.after = start + done * step
                return
            if step:
                yield from range(start + done * step, start + (done + take) * step, step)
            else:
                yield start
            done += take

    def one_by_one(self) -> Iterator[Any]:
        add, end, step = self.machine.operators.add, self.end, self.step
        value = self.start
        if any(type(x) is Unknown for x in (value, end, step)):
            yield value
            self.after = value
            return
        by = number(step)
        up = by >= 0
        last = number(end)
        meter = Meter(self.machine, self.weight)
        done = paid = 0
        while True:
            current = value if type(value) is int else number(value)
            if (current > last) if up else (current < last):
                break
            if done == paid:
                take = meter.take(self.rounds(last - current, by))
                if not take:
                    self.machine.loop_left(done)
                    break
                paid += take
            done += 1
            self.current = value
            yield value
            value = add(self.current if type(self.current) is int else plain(self.machine, self.current), step)
            if type(value) is Unknown:
                break
        self.after = value

    @staticmethod
    def rounds(way: Any, step: Any) -> int:
        """How many rounds there seem to be left."""
        return min(int(way // step) + 1, 1 << 30) if step and abs(way) < LARGEST else 1


class Meter:
    """Pays for the rounds of a loop, many at a time. Where most is spent in loops and calls within, it is asked at each round."""

    __slots__ = ("before", "chunk", "done", "floor", "last", "limit", "machine", "weight")

    def __init__(self, machine: VbaMachine, weight: int) -> None:
        self.machine = machine
        self.weight = weight
        self.limit = machine.allowance(weight)
        self.floor = machine.floor()
        self.chunk = 16
        self.done = 0
        self.before = -1
        """What was left to spend when the last rounds were paid for."""
        self.last = 0

    def take(self, most: int) -> int:
        """How many rounds, of `most` that are wanted, the loop may take now; 0 when it has to be left."""
        left = self.machine.budget.left("operations")
        if self.before >= 0:
            self.chunk = min(4 * self.chunk, 4096) if self.before - left < 4 * self.last * self.weight else 1
        take = min(self.chunk, most)
        if self.done + take > self.limit or left < self.floor:
            return 0
        self.machine.operations_done(take * self.weight)
        self.before, self.last = left, take
        self.done += take
        return take


class GlobalRef:
    """A module variable passed by reference."""

    __slots__ = ("name", "namespace")

    def __init__(self, namespace: dict[str, Any], name: str) -> None:
        self.namespace, self.name = namespace, name

    def __getitem__(self, _: int) -> Any:
        return self.namespace[self.name]

    def __setitem__(self, _: int, value: Any) -> None:
        self.namespace[self.name] = value


class FieldRef(GlobalRef):
    """A variable of an instance of a class passed by reference."""

    __slots__ = ()


class ElementRef:
    """An element of an array passed by reference."""

    __slots__ = ("array", "indices", "machine")

    def __init__(self, machine: VbaMachine, array: Any, indices: tuple[Any, ...]) -> None:
        self.machine, self.array, self.indices = machine, array, indices

    def __getitem__(self, _: int) -> Any:
        return self.machine.index(self.array, self.indices)

    def __setitem__(self, _: int, value: Any) -> None:
        self.machine.put_index(self.array, self.indices, value, False)


class MemberRef:
    """A property passed by reference: VBA passes a copy and writes nothing back, but public variables are written."""

    __slots__ = ("machine", "name", "subject")

    def __init__(self, machine: VbaMachine, subject: Any, name: str) -> None:
        self.machine, self.subject, self.name = machine, subject, name

    def __getitem__(self, _: int) -> Any:
        return self.machine.get_member(self.subject, self.name)

    def __setitem__(self, _: int, value: Any) -> None:
        if type(self.subject) is Object and self.name in self.subject.data:
            self.subject.data[self.name] = value


class TypedRef:
    """A reference to a variable or element of a declared type: what a DLL is given needs to know its size."""

    __slots__ = ("reference", "type")

    def __init__(self, reference: Any, type_: str) -> None:
        self.reference, self.type = reference, type_

    def __getitem__(self, _: int) -> Any:
        return self.reference[0]

    def __setitem__(self, _: int, value: Any) -> None:
        self.reference[0] = value


class ErrorState:
    """The Err object's content."""

    __slots__ = ("description", "number", "source")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.number = 0
        self.description = ""
        self.source = ""


class VbaMachine(Machine):
    """Runs compiled VBA or VBScript. `project` resolves names at run time (Application.Run, CallByName, New)."""

    language = "vba"

    def __init__(self, budget: Budget, world: World, emit: Emit, *, code_page: int = 1252) -> None:
        super().__init__(budget, world, emit)
        library.load()
        self.operators = Operators(self)
        self.error = ErrorState()
        self.codec = f"cp{code_page}" if 1250 <= code_page <= 1258 else "cp1252"
        self.project: Any = None
        self.handles: dict[int, Any] = {}
        """Open files by number."""
        self.dir_matches: list[str] | None = None
        """What `Dir` without a path gives next."""
        self.attributes: dict[str, int] = {}
        """Of files and folders, by key, as SetAttr left them."""
        self.made_folders: set[str] = set()
        self.ansi = ansi_characters(self.codec)
        """The characters of the code page, by byte."""
        self.clock_questions = 0
        """How often the script asked for the time."""
        self.namespace: dict[str, Any] = self._namespace()
        self.objects: list[Object] = []
        self.callbacks: list[Any] = []
        """Procedures that something of the host is calling now; it does not call them again meanwhile."""
        self.left_loops = 0
        self.evident: set[int] = set()
        """Conditions that were stated as evidence."""
        self.texts: set[str] = set()
        """Texts that were run as code."""
        Unknown.on_branch = self._on_unknown_branch

    def _on_unknown_branch(self, _: Unknown) -> None:
        self.guessed += 1

    # ------------------------------------------------------------ what generated code calls

    def _namespace(self) -> dict[str, Any]:
        ops = self.operators
        names: dict[str, Any] = {
            "M": self,
            "MISSING": MISSING,
            "NOTHING": NOTHING,
            "NULL": NULL,
            "KEEP": KEEP,
            "FAILED": FAILED,
            "FAILED_LOOP": FailedLoop(),
            "Date": Date,
            "ScriptError": ScriptError,
            "Jump": Jump,
            "Leave": Leave,
            "plain": lambda value: plain(self, value),
            "array_of": array_of,
            "to_byte": self.coercing(to_byte),
            "to_integer": self.coercing(to_integer),
            "to_long": self.coercing(to_long),
            "to_longlong": self.coercing(to_longlong),
            "to_single": self.coercing(to_single),
            "to_double": self.coercing(to_double),
            "to_currency": self.coercing(to_currency),
            "to_boolean": self.coercing(to_boolean),
            "to_date": self.coercing(to_date),
            "to_string": self.text,
            "ElementRef": lambda array, indices: ElementRef(self, array, indices),
            "MemberRef": lambda subject, name: MemberRef(self, subject, name),
            "FieldRef": FieldRef,
            "TypedRef": TypedRef,
            "__builtins__": {"range": range, "Exception": Exception, "type": type, "int": int, "str": str, "len": len, "round": round},
        }
        names["GlobalRef"] = lambda name: GlobalRef(self.namespace, name)
        for name in (
            "cat cats add adds sub mul div idiv mod power neg eq ne lt gt le ge is_same like and_ or_ xor eqv imp not_ truth"
        ).split():
            names[name] = getattr(ops, name)
        as_text = Operators(self, compare_text=True)
        for name in COMPARISONS:
            names[f"{name}_t"] = getattr(as_text, name)
        for name in (
            "let let_typed fixed set_object pass_value at index put_at put_index extend get_member call_member put_member host put_host call_host for_range "
            "for_counter for_each loop_truth raise_error more rounds jumped trap clear_error bad_statement make_array new_array redim erase assign_array mid_assign new type_of "
            "address_of evaluated put_evaluated with_object end_program raise_event file_statement read_file call_dll unresolved too_deep "
            "call_writing new_record raise_overflow raise_mismatch raise_arguments raise_failure checked guard turned "
            "execute_in eval_in"
        ).split():
            names[name] = getattr(self, name)
        return names

    def coercing(self, convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def coerce(value: Any) -> Any:
            return convert(plain(self, value) if type(value) is Object or value is NOTHING else value)

        return coerce

    # -- values

    def text(self, value: Any) -> str | Unknown:
        if type(value) is str:
            return value
        return text(plain(self, value))

    def number(self, value: Any) -> int | float | Unknown:
        return number(plain(self, value))

    def integer(self, value: Any) -> int | Unknown:
        return integer(plain(self, value))

    def truth(self, value: Any) -> bool:
        return self.operators.truth(value)

    def items(self, value: Any) -> list[Any] | None:
        if type(value) is Array:
            return list(value.data)
        if type(value) is Object and value.cls.items is not None:
            return list(islice(value.cls.items(self, value), self.budget.left("operations")))
        return None

    def make_array(self, values: list[Any] | bytes, lower: int = 0, *, byte: bool = False) -> Array:
        if len(values) > SHORT:
            self.grow(8 * len(values))
        return array_of(list(values), lower, "byte" if byte else "")

    def bytes_of(self, value: Any) -> bytes | Unknown:
        value = plain(self, value)
        if type(value) is str:
            return memory_of(value)
        if type(value) is Unknown:
            return value
        if value is None or value is MISSING:
            return b""
        if type(value) is not Array:
            raise mismatch()
        try:
            return bytes(value.data)
        except (TypeError, ValueError):
            pass
        unknown = next((element for element in value.data if type(element) is Unknown), None)
        if unknown is not None:
            return unknown
        numbers = [self.integer(element) for element in value.data]
        return bytes(element & 0xFF for element in numbers if type(element) is int)

    def read_place(self, place: Any, offset: int, count: int, *, by_address: bool = False) -> bytes | Unknown:
        from emoscan.evaluate.vba.places import read

        return read(self, place, offset, count, by_address=by_address)

    def write_place(self, place: Any, offset: int, data: bytes) -> None:
        from emoscan.evaluate.vba.places import write

        write(self, place, offset, data)

    def call(self, function: Any, args: tuple[Any, ...]) -> Any:
        """Call what `AddressOf` or `GetRef` gave."""
        name = function.data.get("name", "") if type(function) is Object and function.cls is CALLBACK else ""
        procedure = self.project.find(name) if self.project is not None and name else None
        if procedure is None:
            return self.unmodelled(f"call of {display(function)}")
        if procedure in self.callbacks:
            return None
        self.callbacks.append(procedure)
        try:
            return self.invoke(procedure, args[: len(procedure.tree.parameters)])
        finally:
            self.callbacks.pop()

    def let(self, value: Any) -> Any:
        """The value an assignment without Set stores: no object, and arrays and records as copies."""
        kind = type(value)
        if kind is Object:
            if value.cls.name == "record":
                return copy_record(value)
            # An object nobody gave a default stays what it is, so that a missing Set or an unmodelled default loses nothing.
            return plain(self, value) if value.cls.default else value
        if kind is Array:
            return value.copy()
        return value

    def let_typed(self, value: Any, current: Any) -> Any:
        """Assignment to a variable of an object or record type without Set."""
        if type(current) is Object and current.cls.name != "record" and type(value) is not Object and current.cls.default:
            self.put(current, current.cls.default, (), value)
            return current
        return self.let(value) if type(value) is Object and value.cls.name == "record" else value

    def fixed(self, value: Any, length: int) -> str | Unknown:
        """A text for a variable of fixed length: cut off, or filled up with blanks."""
        string = self.text(value)
        return string if type(string) is Unknown else str(string)[:length].ljust(length)

    def set_object(self, value: Any) -> Any:
        if type(value) is Object or value is NOTHING or type(value) is Unknown:
            return value
        raise ScriptError(OBJECT_REQUIRED, "Object required")

    def pass_value(self, value: Any) -> Any:
        """An argument passed ByVal: arrays as copies."""
        return value.copy() if type(value) is Array else value

    def checked(self, value: float) -> float:
        if type(value) is float and (value in (float("inf"), float("-inf")) or value != value):  # noqa: PLR0124 - not a number
            raise overflow()
        return value

    def raise_overflow(self) -> Any:
        raise overflow()

    def raise_mismatch(self) -> Any:
        raise mismatch()

    def raise_arguments(self) -> Any:
        raise library.wrong_arguments()

    def raise_failure(self, number: int, what: str) -> Any:
        raise ScriptError(number, f"{message(number)}: {what}")

    def too_deep(self) -> None:
        depth = self.budget.limits.call_depth
        if not self.left_loops & 1 << 30:
            self.left_loops |= 1 << 30
            self._emit(Problem("limit", "call_depth", f"calls nested more than {depth} deep{self.at_line()}; the innermost was not made"))
        raise ScriptError(28, "Out of stack space")

    # -- arrays

    def new_array(self, bounds: list[tuple[Any, Any]], type_: str, fixed: bool) -> Array:
        made = [(integer(low), integer(high)) for low, high in bounds]
        if any(type(b) is Unknown for pair in made for b in pair):
            made = [(0, 0)] * len(made)
        known: list[tuple[int, int]] = made  # type: ignore[assignment]
        self.grow(8 * size_of(known))
        fill = self.project.filler(type_) if self.project is not None else None
        return Array(known, type_, fixed=fixed, fill=fill)

    def redim(self, current: Any, bounds: list[tuple[Any, Any]], type_: str, preserve: bool) -> Array:
        if type(current) is not Array:
            return self.new_array(bounds, type_, fixed=False)
        if preserve and len(bounds) == 1 and len(current.bounds) == 1:
            low, high = bounds[0]
            if type(low) is int and type(high) is int and low == current.lower:
                # Decoders grow their array by one element at a time.
                more = high - low + 1 - len(current.data)
                if 0 <= more <= FEW:
                    self._count(8 * more)
                    current.data += current.one if more == 1 and current.fill is None else current.new(more)
                    current.bounds = bounds
                    return current
        made = self.new_array(bounds, type_ or current.type, fixed=False) if not preserve else None
        if made is not None:
            current.bounds, current.data, current.lower = made.bounds, made.data, made.lower
        else:
            wanted = [(integer(low), integer(high)) for low, high in bounds]
            if any(type(b) is Unknown for pair in wanted for b in pair):
                return current
            known: list[tuple[int, int]] = wanted  # type: ignore[assignment]
            self.grow(8 * max(size_of(known) - len(current.data), 0))
            self.spend(abs(size_of(known) - len(current.data)) // 64)
            current.redim(known, preserve=True)
        return current

    def erase(self, value: Any) -> None:
        if type(value) is Array:
            value.erase()

    def assign_array(self, target: Any, value: Any) -> None:
        """To an array variable: an array of any kind, or a text to a Byte array."""
        value = plain(self, value)
        if type(value) is str:
            data = list(memory_of(value))
            value = array_of(data, 0, "byte")
        if type(value) is Unknown:
            target.become(array_of([value]))
        elif type(value) is not Array:
            raise mismatch()
        else:
            target.become(value)

    def at(self, target: Any, index: Any) -> Any:
        """`target(index)` with one index."""
        if type(target) is Array and len(target.bounds) == 1:
            if type(index) is not int:
                index = self.integer(index)
                if type(index) is Unknown:
                    return Unknown(f"element {index.text()}")
            offset = index - target.lower
            if 0 <= offset < len(target.data):
                return target.data[offset]
            raise ScriptError(9, "Subscript out of range")
        return self.index(target, (index,))

    def index(self, target: Any, indices: tuple[Any, ...]) -> Any:
        """`target(indices)`: an element of an array, or the default member of an object."""
        for _ in range(MOST_DEFAULTS):
            if type(target) is not Object or not target.cls.default or not indices:
                break
            member = target.cls.get.get(target.cls.default.lower())
            if member is None:
                break
            if accepts(member, len(indices)):
                return member(self, target, *indices)
            target = member(self, target)
        else:
            raise library.wrong_arguments()
        kind = type(target)
        if kind is Array:
            whole = tuple(self.integer(i) for i in indices)
            for i in whole:
                if type(i) is Unknown:
                    return Unknown(f"element {i.text()}")
            return target.data[target.offset(whole)]
        if kind is Object:
            if target.cls.default and not indices:
                return self.get(target, target.cls.default)
            if target.cls.missing is not None:
                return target.cls.missing(self, target, "", indices)
            return self.unmodelled(f"{target.cls.name}(…)")
        if kind is Unknown:
            return Unknown(f"{target.why}({', '.join(display(i) for i in indices)})")
        if not indices:
            return target
        raise mismatch()

    def put_at(self, target: Any, index: Any, value: Any) -> None:
        """`target(index) = value`."""
        if type(target) is Array and len(target.bounds) == 1:
            if type(index) is float and -LARGEST < index < LARGEST:
                index = round(index)
            offset = index - target.lower if type(index) is int else -1
            if 0 <= offset < len(target.data):
                kind = type(value)
                if kind is float and target.type in RANGES and -LARGEST < value < LARGEST:
                    value = round(value)  # to even, as let-coercion does
                    kind = int
                if (kind is int and target.least <= value <= target.most) or (kind is str and target.type in ("", "string", "variant")):
                    target.data[offset] = value
                    return
        self.put_index(target, (index,), value, set_=False)

    def put_index(self, target: Any, indices: tuple[Any, ...], value: Any, set_: bool, *, depth: int = 0) -> None:
        kind = type(target)
        if kind is Array:
            value = self.set_object(value) if set_ else self.let(value)
            if target.type:
                convert = self.project.converter(target.type)
                value = convert(value) if convert is not None else value
            if len(indices) == 1 and type(indices[0]) is int and len(target.bounds) == 1:
                offset = indices[0] - target.lower
                if 0 <= offset < len(target.data):
                    target.data[offset] = value
                    return
            whole = tuple(self.integer(i) for i in indices)
            if not any(type(i) is Unknown for i in whole):
                target.data[target.offset(whole)] = value
        elif kind is Object:
            self.put_member(target, "", indices, value, set_, depth=depth)
        elif kind is not Unknown:
            raise mismatch()

    # -- objects

    def get_member(self, target: Any, name: str) -> Any:
        if type(target) is Object:
            member = target.cls.get.get(name)
            if member is not None:
                return member(self, target)
            return self._other_member(target, name, ())
        return self._no_object(target, name)

    def call_member(self, target: Any, name: str, args: tuple[Any, ...] = (), named: dict[str, Any] | None = None) -> Any:
        if type(target) is not Object:
            if type(target) is Unknown:
                guess(self, target, name, (*args, *(named or {}).values()))
            return self._no_object(target, name)
        if named:
            args = self.by_position(target.cls, name, args, named)
        member = target.cls.get.get(name)
        if member is None:
            return self._other_member(target, name, args)
        if args and not accepts(member, len(args)):
            # A property without parameters that holds something indexed: ActiveDocument.Paragraphs(1).
            return self.index(member(self, target), args)
        return member(self, target, *args)

    def call_writing(self, target: Any, name: str, places: tuple[Any, ...]) -> Any:
        """A method that may write to its arguments (values.OUTPUTS), where the object has such a one."""
        if type(target) is Object and name in target.cls.outputs:
            return target.cls.get[name](self, target, *places)
        return self.call_member(target, name, tuple(p[0] if hasattr(p, "__setitem__") else p for p in places))

    def _other_member(self, target: Object, name: str, args: tuple[Any, ...]) -> Any:
        if f"={name}" in target.data:
            value = target.data[f"={name}"]
            return self.index(value, args) if args else value
        if target.cls.missing is not None:
            return target.cls.missing(self, target, name, args)
        return self.unmodelled(f"{target.cls.name}.{name}")

    def _no_object(self, target: Any, name: str) -> Any:
        if type(target) is Unknown:
            return Unknown(f"{target.why}.{name}")
        if target is NOTHING:
            raise ScriptError(OBJECT_NOT_SET, "Object variable or With block variable not set")
        raise ScriptError(OBJECT_REQUIRED, "Object required")

    @staticmethod
    def by_position(kind: ObjectClass, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        """Named arguments in the places the member's signature gives them; unknown ones are left out."""
        order = kind.signatures.get(name, ())
        made = list(args)
        for keyword, value in named.items():
            if keyword in order:
                position = order.index(keyword)
                made += [MISSING] * (position + 1 - len(made))
                made[position] = value
        return tuple(made)

    def put_member(self, target: Any, name: str, args: tuple[Any, ...], value: Any, set_: bool, *, depth: int = 0) -> None:
        """`target.name(args) = value`. `depth`: how many default members led here, which may go round in circles."""
        if depth > MOST_DEFAULTS:
            raise library.wrong_arguments()
        if type(target) is not Object:
            if type(target) is Unknown:
                return
            self._no_object(target, name)
        if not name:
            name = target.cls.default.lower()
        value = self.set_object(value) if set_ else self.let(value)
        if args and name not in target.cls.put and (name in target.cls.get or name in target.data):
            member = target.cls.get.get(name)
            if member is not None and accepts(member, len(args)):
                # object.item(1) = value: to the default member of what that gives
                holder = member(self, target, *args)
                if type(holder) is Object and holder is not target:
                    self.put_member(holder, "", (), value, set_, depth=depth + 1)
                return
            # object.array(1) = value
            holder = target.data.get(name) if name in target.data else self.get_member(target, name)
            self.put_index(holder, args, value, set_, depth=depth + 1)
            return
        if not set_ and not args and name not in target.cls.put and type(value) is not Object and f"={name}" not in target.data:
            # object.Content = "text": a property that gives an object, whose default property is meant
            member = target.cls.get.get(name)
            holder = member(self, target) if member is not None and accepts(member, 0) else None
            if type(holder) is Object and holder.cls.default and holder is not target:
                self.put_member(holder, "", (), value, set_, depth=depth + 1)
                return
        if target.cls.name == "record" and name in target.data:
            target.data[name] = value
            return
        self.put(target, name, args, value)

    def with_object(self, value: Any) -> Any:
        if value is NOTHING or type(value) in (Object, Unknown):
            return value
        raise ScriptError(OBJECT_REQUIRED, "Object required")

    def new(self, type_: str) -> Any:
        return self.project.new(type_)

    def new_record(self, type_: str) -> Object:
        made: Object = self.project.default(type_)
        return made

    def raise_error(self, value: Any = MISSING) -> None:
        """The Error statement."""
        code = 5 if value is MISSING else self.integer(value)
        number = code if isinstance(code, int) and 0 < code <= 0xFFFF else 5
        raise ScriptError(number, message(number))

    def type_of(self, value: Any, type_: str) -> bool:
        if type(value) is not Object:
            return False
        wanted = type_.rpartition(".")[2]
        return wanted in ("object", value.cls.name.lower().rpartition(".")[2])

    # -- the host

    def create(self, prog_id: str) -> Object | Unknown | None:
        """Inside an application, Word, Excel and PowerPoint started anew have the object model that the host has."""
        app, _, rest = prog_id.strip().lower().partition(".")
        if app in ("word", "excel", "powerpoint") and rest.startswith("application") and self.project is not None and self.project.host:
            from emoscan.evaluate.vba.host import new_application

            return new_application(self, app)
        return super().create(prog_id)

    def effect(self, kind: str, value: Any, how: str = "", /, **detail: Any) -> None:
        super().effect(kind, value, how, **detail)
        if self.project is not None and self.project.host is not None:
            self.project.host.used(value)

    def host(self, name: str) -> Any:
        return self.project.host_value(name)

    def call_host(self, name: str, args: tuple[Any, ...], named: dict[str, Any] | None = None) -> Any:
        return self.project.host_call(name, args, named or {})

    def put_host(self, name: str, value: Any, set_: bool) -> None:
        value = self.set_object(value) if set_ else self.let(value)
        assign = library.ASSIGNABLE.get(name)
        if assign is not None:
            assign(self, value)
        else:
            self.project.host_put(name, value)

    def evaluated(self, expression: str) -> Any:
        return self.project.evaluate(expression)

    def put_evaluated(self, expression: str, value: Any) -> None:
        target = self.evaluated(expression)
        if type(target) is Object and target.cls.default:
            self.put(target, target.cls.default, (), value)

    def unresolved(self, name: str, args: tuple[Any, ...]) -> Any:
        """A function nobody knew when this was compiled: one that `Execute` made since, or its result is unknown and it is listed."""
        found = self.project.public.get(name)
        if isinstance(found, Procedure):
            return self.invoke(found, args)
        shown = ", ".join(display(a)[:60] for a in args)
        return self.unmodelled(f"{self.project.spelling(name)}({shown})")

    def execute_in(self, statement: Any, scope: dict[str, Any]) -> None:
        """`Execute` in a procedure, whose variables the text sees."""
        from emoscan.evaluate.vba.library.evaluation import run

        run(self, statement, "Execute", scope)

    def eval_in(self, expression: Any, scope: dict[str, Any]) -> Any:
        from emoscan.evaluate.vba.library.evaluation import value_of

        return value_of(self, expression, scope)

    def address_of(self, name: str) -> Any:
        return Object(CALLBACK, name=name)

    def call_dll(self, declare: int, args: tuple[Any, ...]) -> Any:
        from emoscan.evaluate.com.api import call

        return call(self, self.project.declares[declare], args)

    # -- guards

    def guard(self, value: Any, number: int) -> bool:
        """The truth of a condition; when the surroundings were asked just before, the condition is evidence of that."""
        if self.asked:
            self.evidence(number)
        return value if value is True or value is False else self.operators.truth(value)

    def turned(self, _value: Any, taken: bool, number: int) -> bool:
        """A condition in a run with guards turned round: evidence like any other, but its value is given."""
        if self.asked:
            self.evidence(number)
        return taken

    def evidence(self, number: int) -> None:
        self.asked = False
        if number in self.evident:
            return
        self.evident.add(number)
        from emoscan.evaluate.vba.unparse import text_of

        self.fact("evade.env", text_of(self.project.guards[number], self.project.spellings)[:300])

    # -- errors

    def trap(self, mode: int) -> bool:
        """What `On Error` does with the error being handled. Returns True when a label's handler is to run; raises when none is set.

        Code that gave the error a name would take twice the time to compile.
        """
        error = sys.exception()
        assert isinstance(error, ScriptError)
        self.error.number = error.number
        self.error.description = error.description
        self.error.source = error.source or "VBAProject"
        self.spend(1)
        if mode == 1:
            return False
        if mode >= 10:
            return True
        raise error

    def clear_error(self) -> None:
        self.error.clear()

    def bad_statement(self, what: str) -> None:
        self.unmodelled(f"statement not understood: {what}")

    def end_program(self) -> None:
        raise ScriptEnd

    # -- loops

    def allowance(self, weight: int) -> int:
        """Rounds a loop may take: half of what is left to spend, so that what comes behind it is still seen."""
        return self.budget.left("operations") // (2 * weight) + 1

    def floor(self) -> int:
        """What loops and calls within a loop leave of what there is to spend: below that, the loop around them is left."""
        return self.budget.left("operations") // 8

    def operations_done(self, count: int) -> None:
        self.budget.spend(count)

    def for_range(self, start: Any, end: Any, step: Any, weight: int, empty: bool) -> Counter:
        return self._counter(start, end, step, weight, empty=empty, reads_back=False)

    def for_counter(self, start: Any, end: Any, step: Any, weight: int, empty: bool) -> Counter:
        return self._counter(start, end, step, weight, empty=empty, reads_back=True)

    def _counter(self, start: Any, end: Any, step: Any, weight: int, *, empty: bool, reads_back: bool) -> Counter:
        first, last, by = (self.loop_bound(x) for x in (start, end, step))
        counter = Counter(self, first, last, by, weight, reads_back=reads_back)
        if empty and all(type(x) in (int, float) for x in (first, last, by)) and by != 0:
            rounds = max(0, int((last - first) // by) + 1)
            counter.start = first + rounds * by
            self.world.pass_time(rounds * 1e-7)
        return counter

    def loop_bound(self, value: Any) -> Any:
        if type(value) in (int, float):
            return value
        value = plain(self, value)
        return value if type(value) in (Unknown, Date) else number(value)

    def more(self, count: int, weight: int) -> int:
        """Called when a Do loop has used up its rounds: how many it may have in all now, or -1 to leave it."""
        if count:
            self.budget.spend(1024 * weight if count >= 1024 else count * weight)
            if self.budget.left("operations") < max(4096 * weight, self.budget.size["operations"] // 16):
                self.loop_left(count)
                return -1
        return count + 1024

    def loop_truth(self, value: Any, count: int, until: bool) -> bool:
        """The truth of a loop's test. One that is unknown lets the loop go round a few times, and then ends it."""
        if type(value) is Unknown:
            return (count < UNKNOWN_ROUNDS) != until
        return self.operators.truth(value)

    def rounds(self, count: int, weight: int) -> None:
        """What a Do loop spent since it last asked."""
        self.budget.spend((count & 1023) * weight)

    def jumped(self) -> None:
        self.budget.spend(4)

    def loop_left(self, rounds: int) -> None:
        """A loop that would take all there is to spend is left; what comes after it is evaluated with the state it has."""
        self.left_loops += 1
        if self.left_loops <= 20:
            message = f"a loop{self.at_line()} was left after {rounds:,} rounds; evaluation went on behind it"
            self._emit(Problem("limit", "operations", message))

    def for_each(self, group: Any, weight: int) -> Iterator[Any]:
        """The items of an array or collection."""
        if type(group) is Array:
            items: Any = list(group.data)
        elif type(group) is Object:
            if group.cls.items is None:
                self.unmodelled(f"For Each over {group.cls.name}")
                items = [Unknown(f"item of {group.cls.name}")]
            else:
                items = group.cls.items(self, group)
        elif type(group) is Unknown:
            items = [Unknown(f"item of {group.why}")]
        elif group is NOTHING:
            raise ScriptError(OBJECT_NOT_SET, "Object variable or With block variable not set")
        else:
            raise mismatch()
        return self._each(items, weight)

    def _each(self, items: Any, weight: int) -> Iterator[Any]:
        meter = Meter(self, weight)
        paid = 0
        for count, item in enumerate(items):
            if count == paid:
                take = meter.take(len(items) - count if type(items) is list else 1)
                if not take:
                    self.loop_left(count)
                    return
                paid += take
            yield item

    # -- statements that are functions here

    def mid_assign(self, target: Any, start: Any, length: Any, value: Any) -> Any:
        """The text that `Mid(target, start, length) = value` leaves in its target."""
        old, new = self.text(target), self.text(value)
        at = self.integer(start)
        if any(type(x) is Unknown for x in (old, new, at)):
            return Unknown("Mid statement")
        assert isinstance(old, str)
        assert isinstance(new, str)
        assert isinstance(at, int)
        if not 1 <= at <= len(old):
            raise ScriptError(INVALID_CALL, "Invalid procedure call or argument")
        if len(old) > LARGE:
            self.grow(len(old))
            self.spend(len(old) >> 8)
        count = len(new) if length is MISSING else self.integer(length)
        if type(count) is not int:
            return Unknown("Mid statement")
        count = min(count, len(new), len(old) - at + 1)
        return old[: at - 1] + new[:count] + old[at - 1 + count :]

    def raise_event(self, source: Any, name: str, args: tuple[Any, ...]) -> None:
        if self.project is not None and type(source) is Object:
            self.project.raise_event(source, name, args)

    def file_statement(self, what: str, args: tuple[Any, ...], words: list[str]) -> None:
        from emoscan.evaluate.vba.library.files import statement

        statement(self, what, args, words)

    def read_file(self, what: str, handle: Any, record: Any, current: Any, type_: str) -> Any:
        from emoscan.evaluate.vba.library.files import read

        return read(self, what, handle, record, current, type_)

    # ------------------------------------------------------------ where the script stands

    def line(self) -> int:
        return self.position()[1]

    def innermost(self) -> tuple[Any, FrameType] | None:
        """The innermost compiled procedure that runs, and its frame."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename.startswith(FILENAME) and self.project is not None:
                procedure = self.project.by_file.get(frame.f_code.co_filename)
                if procedure is not None:
                    return procedure, frame
            frame = frame.f_back
        return None

    def module(self) -> Any:
        """The module whose code runs; the first one when none does."""
        found = self.innermost()
        return found[0].module if found is not None else next(iter(self.project.modules.values()))

    def depth(self) -> int:
        """How deep the calls of procedures are nested."""
        found = self.innermost()
        frame = found[1] if found is not None else None
        while frame is not None:
            if frame.f_code.co_filename.startswith(FILENAME) and "_d" in frame.f_locals:
                return int(frame.f_locals["_d"])
            frame = frame.f_back
        return 0

    def position(self) -> tuple[str, int]:
        """(module, line) of the innermost compiled procedure that runs."""
        found = self.innermost()
        if found is None:
            return "", 0
        procedure, frame = found
        at = frame.f_lineno - 1
        return procedure.module.shown, procedure.lines[at] if at < len(procedure.lines) else 0

    def where(self) -> dict[str, str]:
        module, line = self.position()
        return {"module": module, "line": str(line)} if module else {}

    def at_line(self) -> str:
        module, line = self.position()
        return f" in {module}, line {line}" if module else ""

    def roots(self) -> Iterator[Any]:
        """Module variables, and the locals of the compiled procedures that run."""
        for name, value in self.namespace.items():
            if name.startswith("g"):
                yield unwrap(value)
        for file in self.handles.values():
            yield file.content
        if self.project is not None and self.project.host is not None:
            yield from self.project.host.held()
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename.startswith(FILENAME):
                yield from map(unwrap, list(frame.f_locals.values()))
            frame = frame.f_back

    def invoke(self, procedure: Any, args: tuple[Any, ...], instance: Any = None) -> Any:
        """Call a procedure of the project with values: entry points, Application.Run, CallByName, event handlers."""
        return self.project.invoke(procedure, args, instance)


FEW: Final = 64
"""Elements that an array grows by without much ado."""

CALLBACK: Final = ObjectClass("callback")


def _called_back(machine: VbaMachine, this: Object, name: str, args: tuple[Any, ...]) -> Any:
    """`Set f = GetRef("g")`, then `f(1)`."""
    return machine.unmodelled(f"callback.{name}") if name else machine.call(this, args)


CALLBACK.missing = _called_back


def unwrap(value: Any) -> Any:
    return value.data if type(value) is Array else value


def copy_record(record: Object) -> Object:
    """A record is a value: assigning it copies it, and the records and arrays inside."""
    made = Object(record.cls)
    for key, value in record.data.items():
        if type(value) is Object and value.cls.name == "record":
            made.data[key] = copy_record(value)
        else:
            made.data[key] = value.copy() if type(value) is Array else value
    return made
