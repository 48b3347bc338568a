"""The operators of VBA on Variants (MS-VBAL 5.6.9), as functions that compiled code calls.

Each looks at the common case first; `slow` paths handle the rest. Unknown operands give an unknown result that keeps
what is known of a text. Results that leave the range of Long become Double, as Variants do.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from emoscan.evaluate.core.encoding import text_of_memory
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.machine import Machine
from emoscan.evaluate.core.values import MOST_PARTS, NOTHING, NULL, Date, ErrorValue, Object, Unknown
from emoscan.evaluate.vba.arrays import Array
from emoscan.evaluate.vba.convert import (
    DIVISION_BY_ZERO,
    INVALID_CALL,
    NO_SUCH_MEMBER,
    OBJECT_NOT_SET,
    OBJECT_REQUIRED,
    date_text,
    float_text,
    integer,
    mismatch,
    number,
    overflow,
    to_boolean,
)

LOW: Final = -0x80000000
HIGH: Final = 0x7FFFFFFF
LARGE: Final = 1 << 11
"""Texts at least this long are announced to the machine before they are made."""


def plain(machine: Machine, value: Any) -> Any:
    """Let-coercion: an object stands for the value of its default member (MS-VBAL 5.6.2.2)."""
    depth = 0
    while type(value) is Object:
        if not value.cls.default:
            raise ScriptError(NO_SUCH_MEMBER, "Object doesn't support this property or method")
        value = machine.get(value, value.cls.default)
        depth += 1
        if depth > 8:
            return Unknown(f"default member of {value}")
    if value is NOTHING:
        raise ScriptError(OBJECT_NOT_SET, "Object variable or With block variable not set")
    return value


def text(value: Any) -> str | Unknown:
    """A plain value as text. Raises error 13 for arrays, 94 for Null."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return str(value) if abs(value) < 1 << 64 else float_text(float(value))
    if value is None:
        return ""
    if kind is float:
        return float_text(value)
    if kind is bool:
        return "True" if value else "False"
    if kind is Unknown:
        return value  # type: ignore[no-any-return]
    if kind is Date:
        return date_text(value)
    if kind is Array and value.type == "byte":
        return text_of_memory(bytes(b & 0xFF for b in value.data if type(b) is int))
    if value is NULL:
        raise ScriptError(94, "Invalid use of Null")
    if kind is Object:
        raise ScriptError(NO_SUCH_MEMBER, "Object doesn't support this property or method")
    if value is NOTHING:
        raise ScriptError(OBJECT_NOT_SET, "Object variable or With block variable not set")
    raise mismatch()


def narrow(result: int) -> int | float:
    return result if LOW <= result <= HIGH else float(result)


def join_texts(machine: Machine, left: str | Unknown, right: str | Unknown) -> str | Unknown:
    if type(left) is str and type(right) is str:
        size = len(left) + len(right)
        if size > LARGE:
            machine.grow(size)
        return left + right
    if type(left) is Unknown and len(left.parts) > MOST_PARTS:
        return left  # no room for more
    size = sum(len(part) for side in (left, right) for part in (side.parts if type(side) is Unknown else (side,)) if type(part) is str)
    if size > LARGE:
        machine.grow(size)
    return Unknown.join((left, right))


class Operators:
    """The operators of one machine: they ask it before they make long texts, and for default members."""

    def __init__(self, machine: Machine, *, compare_text: bool = False) -> None:
        self.machine = machine
        self.compare_text = compare_text

    # ------------------------------------------------------------ text

    def cat(self, left: Any, right: Any) -> Any:
        """`&`: Null counts as an empty text unless both are Null."""
        if type(left) is str and type(right) is str:
            if len(left) + len(right) > LARGE:
                self.machine.grow(len(left) + len(right))
            return left + right
        left, right = plain(self.machine, left), plain(self.machine, right)
        if left is NULL or right is NULL:
            if left is right:
                return NULL
            left = "" if left is NULL else left
            right = "" if right is NULL else right
        return join_texts(self.machine, text(left), text(right))

    def cats(self, *values: Any) -> Any:
        """A chain of `&`."""
        pieces: list[str] = []
        for value in values:
            kind = type(value)
            if kind is str:
                pieces.append(value)
            elif kind is int and LOW <= value <= HIGH:
                pieces.append(str(value))
            else:
                break
        else:
            size = sum(map(len, pieces))
            if size > LARGE:
                self.machine.grow(size)
            return "".join(pieces)
        result = values[0]
        for value in values[1:]:
            result = self.cat(result, value)
        return result

    # ------------------------------------------------------------ arithmetic

    def add(self, left: Any, right: Any) -> Any:
        """`+`: joins two texts, adds everything else."""
        kind_left, kind_right = type(left), type(right)
        if kind_left is str and kind_right is str:
            if len(left) + len(right) > LARGE:
                self.machine.grow(len(left) + len(right))
            return left + right
        if kind_left is int and kind_right is int:
            result = left + right
            return result if LOW <= result <= HIGH else float(result)
        return self._add(left, right)

    def _add(self, left: Any, right: Any) -> Any:
        left, right = plain(self.machine, left), plain(self.machine, right)
        if left is NULL or right is NULL:
            return NULL
        kind_left, kind_right = type(left), type(right)
        if left is None and kind_right is str:
            return right
        if right is None and kind_left is str:
            return left
        if kind_left is str and kind_right is str:
            return join_texts(self.machine, left, right)
        if Unknown in (kind_left, kind_right):
            if str in (kind_left, kind_right) or kind_left is kind_right:
                return Unknown.join((text(left), text(right)))
            return left if kind_left is Unknown else right
        if Date in (kind_left, kind_right):
            return Date(float(number(left) + number(right)))  # type: ignore[arg-type]
        return self._arithmetic(left, right, _add)

    def adds(self, *values: Any) -> Any:
        """A chain of `+`."""
        result = values[0]
        for value in values[1:]:
            result = self.add(result, value)
        return result

    def sub(self, left: Any, right: Any) -> Any:
        if type(left) is int and type(right) is int:
            result = left - right
            return result if LOW <= result <= HIGH else float(result)
        left, right = plain(self.machine, left), plain(self.machine, right)
        if type(left) is Date and type(right) is not Date and type(right) is not Unknown and right is not NULL:
            return Date(left.serial - float(number(right)))  # type: ignore[arg-type]
        return self._arithmetic(left, right, _sub)

    def mul(self, left: Any, right: Any) -> Any:
        if type(left) is int and type(right) is int:
            result = left * right
            return result if LOW <= result <= HIGH else float(result)
        return self._arithmetic(plain(self.machine, left), plain(self.machine, right), _mul)

    def div(self, left: Any, right: Any) -> Any:
        """`/`: always a Double. 0/0 is an overflow, as in VBA."""
        return self._arithmetic(plain(self.machine, left), plain(self.machine, right), _div)

    def idiv(self, left: Any, right: Any) -> Any:
        """Whole division: operands rounded, result cut towards zero."""
        return self._whole(left, right, _idiv)

    def mod(self, left: Any, right: Any) -> Any:
        """The sign is the dividend's."""
        if type(left) is int and type(right) is int and left >= 0 and right > 0:
            return left % right
        return self._whole(left, right, _mod)

    def power(self, left: Any, right: Any) -> Any:
        return self._arithmetic(plain(self.machine, left), plain(self.machine, right), _power)

    def neg(self, value: Any) -> Any:
        if type(value) is int:
            return -value if value != LOW else float(-value)
        value = plain(self.machine, value)
        if value is NULL or type(value) is Unknown:
            return value
        result = number(value)
        return -result if type(result) is int else 0.0 - result

    @staticmethod
    def _arithmetic(left: Any, right: Any, operation: Callable[[Any, Any], Any]) -> Any:
        if left is NULL or right is NULL:
            return NULL
        one, two = number(left), number(right)
        if type(one) is Unknown or type(two) is Unknown:
            return one if type(one) is Unknown else two
        try:
            result = operation(one, two)
        except OverflowError:
            raise overflow() from None
        if type(result) is int:
            return narrow(result)
        if type(result) is float and (math.isinf(result) or math.isnan(result)):
            raise overflow()
        return result

    def _whole(self, left: Any, right: Any, operation: Callable[[int, int], int]) -> Any:
        left, right = plain(self.machine, left), plain(self.machine, right)
        if left is NULL or right is NULL:
            return NULL
        one, two = integer(left), integer(right)
        if type(one) is Unknown or type(two) is Unknown:
            return one if type(one) is Unknown else two
        if two == 0:
            raise ScriptError(DIVISION_BY_ZERO, "Division by zero")
        return narrow(operation(one, two))

    # ------------------------------------------------------------ comparison

    def eq(self, left: Any, right: Any) -> Any:
        kind = type(left)
        if kind is type(right) and (kind is str or kind is int or kind is bool) and not self.compare_text:
            return left == right
        return self._compare(left, right, 0)

    def ne(self, left: Any, right: Any) -> Any:
        result = self.eq(left, right)
        return not result if type(result) is bool else result

    def lt(self, left: Any, right: Any) -> Any:
        if type(left) is int and type(right) is int:
            return left < right
        return self._compare(left, right, -1)

    def gt(self, left: Any, right: Any) -> Any:
        if type(left) is int and type(right) is int:
            return left > right
        return self._compare(left, right, 1)

    def le(self, left: Any, right: Any) -> Any:
        result = self.gt(left, right)
        return not result if type(result) is bool else result

    def ge(self, left: Any, right: Any) -> Any:
        result = self.lt(left, right)
        return not result if type(result) is bool else result

    def _compare(self, left: Any, right: Any, wanted: int) -> Any:
        """MS-VBAL 5.6.9.5: two texts as texts, else as numbers; a text and a number in Variants: the number is less."""
        left, right = plain(self.machine, left), plain(self.machine, right)
        if left is NULL or right is NULL:
            return NULL
        kind_left, kind_right = type(left), type(right)
        if Unknown in (kind_left, kind_right):
            unknown, other = (left, right) if kind_left is Unknown else (right, left)
            self.machine.compared(unknown, other)
            return unknown
        if Array in (kind_left, kind_right) and not (getattr(left, "type", "") == "byte" or getattr(right, "type", "") == "byte"):
            raise mismatch()
        one: Any
        two: Any
        if kind_left is ErrorValue and kind_right is ErrorValue:
            left, right = left.number, right.number
        if str in (kind_left, kind_right) and (kind_left is kind_right or None in (left, right) or Array in (kind_left, kind_right)):
            one, two = text(left), text(right)
            if self.compare_text:
                one, two = one.lower(), two.lower()
        elif kind_left is str or kind_right is str:
            return self._text_and_number(left, right, wanted)
        else:
            one, two = number(left), number(right)
        return one == two if wanted == 0 else one < two if wanted < 0 else one > two

    @staticmethod
    def _text_and_number(left: Any, right: Any, wanted: int) -> Any:
        try:
            one, two = number(left), number(right)
        except ScriptError:
            less = type(left) is not str
            return wanted != 0 and less == (wanted < 0)
        return one == two if wanted == 0 else one < two if wanted < 0 else one > two

    def is_same(self, left: Any, right: Any) -> Any:
        """`Is`: whether two references are to one object."""
        for side in (left, right):
            if type(side) is Unknown:
                return side
            if type(side) is not Object and side is not NOTHING and side is not None:
                raise ScriptError(OBJECT_REQUIRED, "Object required")
        return left is right or (left is None and right is NOTHING) or (right is None and left is NOTHING)

    def like(self, left: Any, right: Any) -> Any:
        """`Like`: ? any character, * any run, # a digit, [list] and [!list]."""
        left, right = plain(self.machine, left), plain(self.machine, right)
        if left is NULL or right is NULL:
            return NULL
        subject, pattern = text(left), text(right)
        if not isinstance(subject, str) or not isinstance(pattern, str):
            return subject if isinstance(subject, Unknown) else pattern
        self.machine.spend(len(subject) * (1 + pattern.count("*")))
        return wildcard_match(subject, pattern, ignore_case=self.compare_text)

    # ------------------------------------------------------------ logic, on the bits of whole numbers

    def and_(self, left: Any, right: Any) -> Any:
        return self._logic(left, right, int.__and__, bool.__and__, 0)

    def or_(self, left: Any, right: Any) -> Any:
        return self._logic(left, right, int.__or__, bool.__or__, -1)

    def xor(self, left: Any, right: Any) -> Any:
        if type(left) is int and type(right) is int:
            return left ^ right
        return self._logic(left, right, int.__xor__, bool.__xor__, None)

    def eqv(self, left: Any, right: Any) -> Any:
        result = self.xor(left, right)
        return self.not_(result)

    def imp(self, left: Any, right: Any) -> Any:
        return self.or_(self.not_(left), right)

    def _logic(
        self, left: Any, right: Any, on_ints: Callable[[int, int], int], on_bools: Callable[[bool, bool], bool], absorbs: int | None
    ) -> Any:
        if type(left) is bool and type(right) is bool:
            return bool(on_bools(left, right))
        left, right = plain(self.machine, left), plain(self.machine, right)
        sides: list[Any] = []
        for side in (left, right):
            if side is NULL or type(side) is Unknown:
                sides.append(side)
            elif type(side) is bool or (type(side) is str and side.strip().lower() in ("true", "false")):
                sides.append(-1 if to_boolean(side) else 0)
            else:
                sides.append(integer(side))
        one, two = sides
        for side, other in ((one, two), (two, one)):
            if type(side) is Unknown or side is NULL:
                if absorbs is not None and other == absorbs:
                    return (absorbs != 0) if bool in (type(left), type(right)) else absorbs
                return side if type(side) is Unknown or type(other) is not Unknown else other
        result = on_ints(one, two)
        if type(left) is bool and type(right) is bool:
            return result != 0
        return narrow(result)

    def not_(self, value: Any) -> Any:
        if type(value) is bool:
            return not value
        value = plain(self.machine, value)
        if value is NULL or type(value) is Unknown:
            return value
        whole = integer(value)
        return whole if type(whole) is Unknown else ~whole

    def truth(self, value: Any) -> bool:
        """Of a condition. Null counts as false; what is unknown is taken."""
        kind = type(value)
        if kind is bool:
            return value  # type: ignore[no-any-return]
        if kind is int:
            return value != 0  # type: ignore[no-any-return]
        value = plain(self.machine, value)
        if value is NULL:
            return False
        return bool(to_boolean(value))


def _add(one: Any, two: Any) -> Any:
    return one + two


def _sub(one: Any, two: Any) -> Any:
    return one - two


def _mul(one: Any, two: Any) -> Any:
    return one * two


def _div(one: Any, two: Any) -> float:
    if two == 0:
        raise ScriptError(*((6, "Overflow") if one == 0 else (DIVISION_BY_ZERO, "Division by zero")))
    return float(one / two)


def _idiv(one: int, two: int) -> int:
    quotient = abs(one) // abs(two)
    return quotient if (one < 0) == (two < 0) else -quotient


def _mod(one: int, two: int) -> int:
    rest = abs(one) % abs(two)
    return -rest if one < 0 else rest


def _power(one: Any, two: Any) -> float:
    if (one == 0 and two < 0) or (one < 0 and two != int(two)):
        raise ScriptError(INVALID_CALL, "Invalid procedure call or argument")
    return float(float(one) ** two)


@lru_cache(maxsize=256)
def _wildcard(pattern: str, ignore_case: bool) -> list[re.Pattern[str]]:
    """The pieces between `*`, each of fixed length: matched one after the other, so no pattern of a sample backtracks."""
    pieces: list[str] = [""]
    i = 0
    while i < len(pattern):
        char = pattern[i]
        if char == "*":
            pieces.append("")
        elif char == "?":
            pieces[-1] += r"[\s\S]"
        elif char == "#":
            pieces[-1] += "[0-9]"
        elif char == "[":
            end = pattern.find("]", i + 1)
            if end < 0:
                raise ScriptError(93, "Invalid pattern string")
            inner = pattern[i + 1 : end]
            if inner:
                negated = inner.startswith("!") and len(inner) > 1
                body = re.sub(r"([\\^\[\]&~|])", r"\\\1", inner[1:] if negated else inner)
                try:
                    re.compile(f"[{body}]")
                except re.error:
                    raise ScriptError(93, "Invalid pattern string") from None
                pieces[-1] += f"[{'^' if negated else ''}{body}]"
            i = end
        else:
            pieces[-1] += re.escape(char)
        i += 1
    return [re.compile(piece, re.IGNORECASE if ignore_case else 0) for piece in pieces]


def wildcard_match(subject: str, pattern: str, *, ignore_case: bool = False) -> bool:
    """Whether `subject Like pattern`. Raises error 93 for a pattern that is none."""
    pieces = _wildcard(pattern, ignore_case)
    first = pieces[0].match(subject)
    if first is None:
        return False
    at = first.end()
    if len(pieces) == 1:
        return at == len(subject)
    for piece in pieces[1:-1]:
        found = piece.search(subject, at)
        if found is None:
            return False
        at = found.end()
    last = pieces[-1]
    # Pieces have a fixed length, so the last one can only stand at one place.
    length = _length(last.pattern)
    start = len(subject) - length
    return start >= at and last.fullmatch(subject, start) is not None


def _length(pattern: str) -> int:
    """Characters that a piece of a Like pattern matches."""
    return len(re.sub(r"\[(?:\\.|[^\]\\])*\]|\\.", "x", pattern))
