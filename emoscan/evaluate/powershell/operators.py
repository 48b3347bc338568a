"""The operators of PowerShell on values. `Operators` holds the machine that is asked before anything grows.

Sources: Windows PowerShell Language Specification 5.1, chapter 7, and the binder of PowerShell for what a text, character
or array on the left side makes of the right one. Anything with something unknown in it is unknown, except for text
that is put together, of which the known parts are kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from emoscan.evaluate.core import regex as rx
from emoscan.evaluate.core.values import Object, Unknown
from emoscan.evaluate.powershell import wildcards
from emoscan.evaluate.powershell.convert import elements, is_list, number, truth, whole, wrapped
from emoscan.evaluate.powershell.format import composite
from emoscan.evaluate.powershell.values import (
    SIZED,
    Array,
    BigInt,
    Char,
    Decimal,
    Enum,
    Hash,
    Int64,
    NetType,
    Record,
    Thrown,
    UInt64,
    type_name,
)

INT32: Final = (-(1 << 31), (1 << 31) - 1)
INT64: Final = (-(1 << 63), (1 << 63) - 1)
EXACT: Final = 1 << 53
"""Whole numbers up to here are exact in a Double."""

Binary = Callable[[Any, Any], Any]


def overflow() -> Thrown:
    return Thrown("System.OverflowException", "Value was either too large or too small for an Int64.")


def whole_result(result: int, left: int, right: int) -> Any:
    """What a sum or product of whole numbers is: when it is too large for their type, it becomes a Double."""
    if INT32[0] <= result <= INT32[1] and type(left) is int and type(right) is int:
        return result
    kinds = {type(left), type(right)} - {int, bool}
    if BigInt in kinds:
        return BigInt(result)
    if kinds:
        kind = max(kinds, key=lambda kind: SIZED[kind][0]) if kinds <= set(SIZED) else Int64
        bits, signed = SIZED.get(kind, (64, True))
        least, most = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
        if least <= result <= most:
            return kind(result) if bits > 16 else result
        if INT64[0] <= result <= INT64[1]:
            return Int64(result)
        return float(result)
    if abs(result) <= EXACT:
        return result
    if INT64[0] <= result <= INT64[1] and not (INT32[0] <= left <= INT32[1] and INT32[0] <= right <= INT32[1]):
        return result
    try:
        return float(result)
    except OverflowError:
        raise overflow() from None


class Operators:
    """`table` holds the binary operators by name: `a op b` is table[op](a, b)."""

    def __init__(self, machine: Any) -> None:
        self.machine = machine
        table: dict[str, Binary] = {
            "+": self.add,
            "-": self.subtract,
            "*": self.multiply,
            "/": self.divide,
            "%": self.remainder,
            "..": self.range,
            "f": self.format,
            "join": self.join,
            "band": self.band,
            "bor": self.bor,
            "bxor": self.bxor,
            "shl": self.shift_left,
            "shr": self.shift_right,
            "is": self.is_type,
            "isnot": lambda left, right: not_(self.is_type(left, right)),
            "as": self.as_type,
            "xor": self.xor,
        }
        for case in ("", "c"):
            strict = case == "c"
            for name in ("eq", "ne", "lt", "gt", "le", "ge"):
                table[case + name] = self.comparison(name, strict)
            for name, positive in (("like", True), ("notlike", False)):
                table[case + name] = self.wildcard(positive, strict)
            for name, positive in (("match", True), ("notmatch", False)):
                table[case + name] = self.matcher(positive, strict)
            for name, positive, swapped in (
                ("contains", True, False),
                ("notcontains", False, False),
                ("in", True, True),
                ("notin", False, True),
            ):
                table[case + name] = self.member_of(positive, swapped, strict)
            table[case + "replace"] = self.replacer(strict)
            table[case + "split"] = self.splitter(strict)
        self.table = table

    # ------------------------------------------------------------ sums

    def add(self, left: Any, right: Any) -> Any:
        kind = type(left)
        if kind is int:
            if type(right) is int:
                return whole_result(left + right, left, right)
        elif kind is str:
            if type(right) is str:
                self.machine.grow(len(left) + len(right))
                return left + right
            return self.concat(left, right)
        if kind is Char:
            return self.concat(left, right)
        if left is None:
            return right
        if kind is Unknown:
            return self.add_to_unknown(left, right)
        if is_list(left):
            return self.add_to_list(left, right)
        if kind is Hash:
            if type(right) is not Hash:
                raise Thrown("System.Management.Automation.RuntimeException", "A hash table can only be added to another hash table.")
            merged = Hash(left.type)
            merged.entries = {**left.entries, **right.entries}
            return merged
        if kind is Object or kind is Record:
            return self.machine.operate("+", left, right)
        if type(right) is Unknown:
            return right
        if type(right) is Object and right.cls.name in ("System.DateTime", "System.TimeSpan"):
            return self.machine.operate("+", left, right)
        return self.numeric(left, right, lambda a, b: a + b)

    def concat(self, left: Any, right: Any) -> Any:
        text = self.machine.text(right)
        if type(text) is Unknown:
            return Unknown.join((str(left), text))
        self.machine.grow(len(left) + len(text))
        return str(left) + text

    def add_to_unknown(self, left: Unknown, right: Any) -> Any:
        if isinstance(right, (int, float)) and not left.parts:
            return left
        if is_list(right) or type(right) in (Hash, Object):
            return left
        text = self.machine.text(right)
        if isinstance(text, str):
            self.machine.grow(sum(len(part) for part in left.parts if isinstance(part, str)) + len(text))
        return Unknown.join((left, text))

    def add_to_list(self, left: Any, right: Any) -> Any:
        more = elements(right) if is_list(right) else [right]
        held = elements(left)
        self.machine.grow(8 * (len(held) + len(more)))
        return [*held, *more]

    def numeric(self, left: Any, right: Any, combine: Callable[[Any, Any], Any]) -> Any:
        a, b = number(left), number(right)
        if type(a) is Unknown:
            return a
        if type(b) is Unknown:
            return b
        if isinstance(a, int) and isinstance(b, int):
            return whole_result(combine(int(a), int(b)), a, b)
        try:
            result = combine(float(a), float(b))
        except OverflowError:
            return math.inf
        return Decimal(result) if Decimal in (type(a), type(b)) else result

    def subtract(self, left: Any, right: Any) -> Any:
        if type(left) is int and type(right) is int:
            return whole_result(left - right, left, right)
        if type(left) is Object:
            return self.machine.operate("-", left, right)
        return self.numeric(left, right, lambda a, b: a - b)

    def multiply(self, left: Any, right: Any) -> Any:
        if type(left) is int and type(right) is int:
            return whole_result(left * right, left, right)
        if left is None:
            return None
        if isinstance(left, str) or is_list(left):
            times = whole(right)
            if type(times) is Unknown:
                return times
            if times < 0:
                raise Thrown("System.ArgumentOutOfRangeException", "Specified argument was out of the range of valid values.")
            if isinstance(left, str):
                self.machine.grow(len(left) * times)
                return str(left) * times
            held = elements(left)
            self.machine.grow(8 * len(held) * times)
            return list(held) * times
        if type(left) is Unknown:
            return left
        if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > 100_000:
            raise overflow()
        return self.numeric(left, right, lambda a, b: a * b)

    def divide(self, left: Any, right: Any) -> Any:
        a, b = number(left), number(right)
        if type(a) is Unknown or type(b) is Unknown:
            return a if type(a) is Unknown else b
        if isinstance(a, int) and isinstance(b, int):
            if b == 0:
                raise Thrown("System.DivideByZeroException", "Attempted to divide by zero.")
            if BigInt in (type(a), type(b)):
                return BigInt(abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1))
            return int(a) // int(b) if a % b == 0 else int(a) / int(b)
        if b == 0:
            return math.nan if a == 0 or a != a else math.copysign(math.inf, a)  # noqa: PLR0124
        try:
            return a / b
        except OverflowError:
            return math.inf

    def remainder(self, left: Any, right: Any) -> Any:
        a, b = number(left), number(right)
        if type(a) is Unknown or type(b) is Unknown:
            return a if type(a) is Unknown else b
        if isinstance(a, int) and isinstance(b, int):
            if b == 0:
                raise Thrown("System.DivideByZeroException", "Attempted to divide by zero.")
            result = abs(int(a)) % abs(int(b))  # the sign is that of the left side
            return BigInt(-result if a < 0 else result) if BigInt in (type(a), type(b)) else (-result if a < 0 else result)
        if b == 0 or not math.isfinite(a):
            return math.nan
        return math.fmod(a, b)

    def range(self, left: Any, right: Any) -> Any:
        first, last = (self.range_end(x) for x in (left, right))
        if type(first) is Unknown or type(last) is Unknown:
            return first if type(first) is Unknown else last
        self.machine.grow(8 * (abs(last - first) + 1))
        self.machine.spend(abs(last - first) // 16 + 1)
        return list(range(first, last + 1)) if first <= last else list(range(first, last - 1, -1))

    def range_end(self, value: Any) -> Any:
        if is_list(value):
            held = elements(value)
            value = held[-1] if held else 0
        return whole(value)

    # ------------------------------------------------------------ bits

    def bits(self, left: Any, right: Any) -> tuple[Any, Any, type]:
        a = whole(left) if type(left) is not str else whole(number(left))
        b = whole(right) if type(right) is not str else whole(number(right))
        kinds = [type(value) for value in (left, right) if type(value) in SIZED]
        kind = max(kinds, key=lambda kind: (SIZED[kind][0], not SIZED[kind][1]), default=int)
        return a, b, kind

    def bitwise(self, left: Any, right: Any, combine: Callable[[int, int], int]) -> Any:
        if type(left) is Enum or type(right) is Enum:
            return self.machine.combine_enums(left, right, combine)
        a, b, kind = self.bits(left, right)
        if type(a) is Unknown or type(b) is Unknown:
            return a if type(a) is Unknown else b
        if BigInt in (type(left), type(right)):
            return BigInt(combine(int(a), int(b)))
        result = combine(int(a), int(b))
        if kind is not int and SIZED[kind][0] >= 32:
            return wrapped(result, kind)
        if not INT64[0] <= result <= INT64[1]:
            return wrapped(result, UInt64)
        return result

    def band(self, left: Any, right: Any) -> Any:
        if type(left) is int and type(right) is int:
            return left & right
        return self.bitwise(left, right, lambda a, b: a & b)

    def bor(self, left: Any, right: Any) -> Any:
        if type(left) is int and type(right) is int:
            return left | right
        return self.bitwise(left, right, lambda a, b: a | b)

    def bxor(self, left: Any, right: Any) -> Any:
        if type(left) is int and type(right) is int:
            return left ^ right
        return self.bitwise(left, right, lambda a, b: a ^ b)

    def shift(self, left: Any, right: Any) -> tuple[Any, Any, type]:
        kind = type(left)
        a, by = whole(left), whole(right)
        if kind not in SIZED:
            kind = Int64 if type(a) is int and not INT32[0] <= a <= INT32[1] else int
        if type(by) is int:
            by &= 0x3F if SIZED.get(kind, (32, True))[0] == 64 else 0x1F
        return a, by, kind

    def shift_left(self, left: Any, right: Any) -> Any:
        a, by, kind = self.shift(left, right)
        if type(a) is Unknown or type(by) is Unknown:
            return a if type(a) is Unknown else by
        return wrapped(int(a) << by, kind)

    def shift_right(self, left: Any, right: Any) -> Any:
        a, by, kind = self.shift(left, right)
        if type(a) is Unknown or type(by) is Unknown:
            return a if type(a) is Unknown else by
        return wrapped(int(a) >> by, kind)

    def xor(self, left: Any, right: Any) -> Any:
        a, b = truth(left), truth(right)
        if type(a) is Unknown or type(b) is Unknown:
            return a if type(a) is Unknown else b
        return a != b

    def bit_not(self, value: Any) -> Any:
        kind = type(value)
        a = whole(value)
        if type(a) is Unknown:
            return a
        return wrapped(~int(a), kind) if kind in SIZED else ~int(a)

    def negate(self, value: Any) -> Any:
        a = number(value)
        return a if type(a) is Unknown else -a

    # ------------------------------------------------------------ comparisons

    def comparison(self, name: str, strict: bool) -> Binary:
        test = ORDER[name]
        equality = name in ("eq", "ne")

        def one(left: Any, right: Any) -> Any:
            if type(left) is Unknown or type(right) is Unknown:
                return self.unknown_comparison(name, left, right)
            if equality:
                return self.equal(left, right, strict) == (name == "eq")
            result = self.compare(left, right, strict)
            return result if type(result) is Unknown else test(result)

        def compare(left: Any, right: Any) -> Any:
            if type(left) is int and type(right) is int:
                return test((left > right) - (left < right))
            if is_list(left):
                return [item for item in elements(left) if one(item, right) is not False]
            return one(left, right)

        return compare

    def unknown_comparison(self, name: str, left: Any, right: Any) -> Any:
        """Something unknown against something known. What was fetched or made is there, and is large enough."""
        unknown, other = (left, right) if type(left) is Unknown else (right, left)
        if other is None and name in ("eq", "ne"):
            return Unknown(f"whether there is {unknown.why}")
        self.machine.compared(unknown, other)
        return Unknown(f"{unknown.why} -{name} …")

    def equal(self, left: Any, right: Any, strict: bool) -> bool:
        if isinstance(left, str):
            if isinstance(right, str):
                return str(left) == str(right) if strict else left.lower() == right.lower()
            if right is None:
                return False
            if type(left) is Char:
                if isinstance(right, (int, float)):
                    return ord(left) == right
                return False
            text = self.machine.text(right)
            if type(text) is Unknown:
                return False
            return bool(left == text if strict else left.lower() == text.lower())
        if left is None or right is None:
            return left is None and right is None
        if isinstance(left, (int, float)):
            if isinstance(right, (int, float)) and type(right) is not bool:
                return left == right if type(left) is not bool else left == (right != 0)
            if type(left) is bool:
                return left == (truth(right) is True)
            try:
                return left == number(right)
            except Thrown:
                return False
        return self.machine.same(left, right)  # type: ignore[no-any-return]

    def compare(self, left: Any, right: Any, strict: bool) -> Any:
        """Negative, zero or positive. Raises Thrown for what cannot be compared."""
        if isinstance(left, str):
            other = self.machine.text(right)
            if type(other) is Unknown:
                return other
            mine = str(left) if strict else left.lower()
            other = other if strict else other.lower()
            return (mine > other) - (mine < other)
        if left is None and right is None:
            return 0
        if type(left) is Object or type(right) is Object:
            return self.machine.order(left, right)
        a, b = number(left), number(right)
        if type(a) is Unknown or type(b) is Unknown:
            return a if type(a) is Unknown else b
        return (a > b) - (a < b)

    def member_of(self, positive: bool, swapped: bool, strict: bool) -> Binary:
        def contains(left: Any, right: Any) -> Any:
            if swapped:
                left, right = right, left
            if type(left) is Unknown or type(right) is Unknown:
                return Unknown(f"whether {self.machine.shown(left)} holds {self.machine.shown(right)}")
            found = any(self.equal(item, right, strict) for item in elements(left) if type(item) is not Unknown)
            return found == positive

        return contains

    def wildcard(self, positive: bool, strict: bool) -> Binary:
        def one(left: Any, pattern: str) -> Any:
            text = self.machine.text(left)
            if type(text) is Unknown:
                self.machine.compared(text, pattern)
                return Unknown(f"{text.why} -like …")
            return wildcards.like(text, pattern, case=strict) == positive

        def like(left: Any, right: Any) -> Any:
            pattern = self.machine.text(right)
            if type(pattern) is Unknown:
                return pattern
            if is_list(left):
                return [item for item in elements(left) if one(item, pattern) is not False]
            return one(left, pattern)

        return like

    # ------------------------------------------------------------ text

    def format(self, left: Any, right: Any) -> Any:
        form = self.machine.text(left)
        if type(form) is Unknown:
            return form
        args = right if type(right) is list else (elements(right) if type(right) is Array else [right])
        return composite(form, args, self.machine.text, self.machine.grow)

    def join(self, left: Any, right: Any) -> Any:
        separator = self.machine.text(right)
        pieces = [self.machine.text(item) for item in elements(left)]
        return self.joined(pieces, separator)

    def joined(self, pieces: list[Any], separator: Any) -> Any:
        if type(separator) is not Unknown:
            try:
                text = separator.join(pieces)
            except TypeError:
                pass
            else:
                self.machine.grow(len(text))
                return text
        between: list[Any] = []
        for piece in pieces:
            between += [separator, piece]
        return Unknown.join(between[1:])

    def options(self, strict: bool) -> int:
        return 0 if strict else rx.IGNORE_CASE

    def matcher(self, positive: bool, strict: bool) -> Binary:
        def match(left: Any, right: Any) -> Any:
            pattern = self.machine.text(right)
            if type(pattern) is Unknown:
                return pattern
            if is_list(left):
                return [item for item in elements(left) if (self.search(item, pattern, strict) is not None) == positive]
            text = self.machine.text(left)
            if type(text) is Unknown:
                self.machine.compared(text, pattern)
                self.machine.set_matches(None, text)
                return Unknown(f"{text.why} -match …")
            found = self.search(text, pattern, strict)
            if type(found) is Unknown:
                return found
            if found is not None:
                self.machine.set_matches(found, text)
            return (found is not None) == positive

        return match

    def search(self, value: Any, pattern: str, strict: bool) -> rx.Match | Unknown | None:
        text = self.machine.text(value)
        if type(text) is Unknown:
            return None
        return self.machine.regex_search(text, pattern, self.options(strict))  # type: ignore[no-any-return]

    def replacer(self, strict: bool) -> Binary:
        def replace(left: Any, right: Any) -> Any:
            pair = elements(right) if is_list(right) else [right]
            pattern = self.machine.text(pair[0]) if pair else ""
            replacement = pair[1] if len(pair) > 1 else ""
            if type(pattern) is Unknown:
                return pattern
            if is_list(left):
                return [self.replace_in(item, pattern, replacement, strict) for item in elements(left)]
            return self.replace_in(left, pattern, replacement, strict)

        return replace

    def replace_in(self, value: Any, pattern: str, replacement: Any, strict: bool) -> Any:
        text = self.machine.text(value)
        if type(text) is Unknown:
            if not text.parts:
                return text
            return Unknown.join(
                [self.replace_in(part, pattern, replacement, strict) if isinstance(part, str) else part for part in text.parts]
            )
        return self.machine.regex_replace(text, pattern, replacement, self.options(strict))

    def splitter(self, strict: bool) -> Binary:
        def split(left: Any, right: Any) -> Any:
            arguments = elements(right) if is_list(right) else [right]
            separator = arguments[0] if arguments else " "
            count = whole(arguments[1]) if len(arguments) > 1 else 0
            option = self.machine.shown(arguments[2]).lower() if len(arguments) > 2 else ""
            out: list[Any] = []
            for item in elements(left) if is_list(left) else [left]:
                out += self.split_one(item, separator, count if type(count) is int else 0, option, strict)
            return out

        return split

    def split_one(self, value: Any, separator: Any, count: int, option: str, strict: bool) -> list[Any]:
        text = self.machine.text(value)
        if type(text) is Unknown:
            return self.split_unknown(text, separator, strict)
        if self.machine.is_block(separator):
            return self.split_by_block(text, separator)
        pattern = self.machine.text(separator)
        if type(pattern) is Unknown:
            return [pattern]
        if "simplematch" in option:
            pattern = rx.escape(pattern)
        pieces = ["", *text, ""] if pattern == "" else self.machine.regex_split(text, pattern, self.options(strict), count)
        self.machine.grow(16 * len(pieces))
        self.machine.was_split(pieces, separator)
        return pieces

    def split_unknown(self, text: Unknown, separator: Any, strict: bool) -> list[Any]:
        """The known parts are split; what is unknown stays with its neighbours."""
        pieces: list[Any] = [""]
        for part in text.parts or (text,):
            more = self.split_one(part, separator, 0, "", strict) if isinstance(part, str) else [part]
            pieces[-1] = Unknown.join((pieces[-1], more[0]))
            pieces += more[1:]
        return pieces

    def split_by_block(self, text: str, block: Any) -> list[Any]:
        pieces = [""]
        for c in text:
            self.machine.spend(4)
            if truth(self.machine.call_block_with(block, Char(c))) is True:
                pieces.append("")
            else:
                pieces[-1] += c
        return pieces

    # ------------------------------------------------------------ types

    def is_type(self, left: Any, right: Any) -> Any:
        if type(left) is Unknown:
            return Unknown(f"the type of {left.why}")
        return self.machine.is_instance(left, right)

    def as_type(self, left: Any, right: Any) -> Any:
        name = right.name if type(right) is NetType else self.machine.shown(right)
        try:
            return self.machine.cast(left, name)
        except Thrown:
            return None

    def type_of(self, value: Any) -> NetType:
        return NetType(type_name(value))


ORDER: Final[dict[str, Callable[[Any], bool]]] = {
    "eq": lambda order: order == 0,
    "ne": lambda order: order != 0,
    "lt": lambda order: order < 0,
    "gt": lambda order: order > 0,
    "le": lambda order: order <= 0,
    "ge": lambda order: order >= 0,
}


def not_(value: Any) -> Any:
    known = truth(value)
    return Unknown(f"not {known.why}") if type(known) is Unknown else not known
