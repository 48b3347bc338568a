"""Arrays of VBA: bounds of their own in every dimension, elements of one type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.vba.convert import RANGES, SUBSCRIPT, default_of

Bounds = list[tuple[int, int]]
Fill = Callable[[int], list[Any]]


WIDEST: Final = (-(1 << 95), 1 << 95)
NONE: Final = (1, 0)
WHOLE: Final = {**RANGES, "": WIDEST, "variant": WIDEST}


def out_of_range() -> ScriptError:
    return ScriptError(SUBSCRIPT, "Subscript out of range")


class Array:
    """`data` holds the elements, the first index running fastest (as in memory); `bounds` (lower, upper) by dimension.

    An array that was declared without bounds and not yet dimensioned has none. `fill` makes new elements, where the
    default of the type is not enough (records).
    """

    __slots__ = ("bounds", "data", "fill", "fixed", "least", "lower", "most", "one", "type")

    def __init__(
        self, bounds: Bounds, type_: str = "", data: list[Any] | None = None, *, fixed: bool = False, fill: Fill | None = None
    ) -> None:
        self.bounds = bounds
        self.type = type_
        self.fixed = fixed
        self.fill = fill
        self.lower = bounds[0][0] if bounds else 0
        self.least, self.most = WHOLE.get(type_, NONE)
        """Whole numbers from `least` to `most` are elements as they are."""
        self.one = (default_of(type_),)
        """What the array grows by when it grows by one element."""
        self.data: list[Any] = self.new(size_of(bounds)) if data is None else data

    def new(self, count: int) -> list[Any]:
        return [*self.one] * count if self.fill is None else self.fill(count)

    def offset(self, indices: tuple[int, ...]) -> int:
        """Position of an element. Raises error 9."""
        if len(indices) != len(self.bounds):
            raise out_of_range()
        position, stride = 0, 1
        for index, (low, high) in zip(indices, self.bounds):
            if not low <= index <= high:
                raise out_of_range()
            position += (index - low) * stride
            stride *= high - low + 1
        return position

    def bound(self, dimension: int) -> tuple[int, int]:
        if not 1 <= dimension <= len(self.bounds):
            raise out_of_range()
        return self.bounds[dimension - 1]

    def copy(self) -> Array:
        return Array(list(self.bounds), self.type, list(self.data), fill=self.fill)

    def become(self, other: Array) -> None:
        """Take over the content of another array, keeping the identity that references share."""
        self.bounds, self.data, self.lower = list(other.bounds), list(other.data), other.lower

    def redim(self, bounds: Bounds, *, preserve: bool) -> None:
        if preserve and self.bounds:
            if len(bounds) != len(self.bounds) or bounds[:-1] != self.bounds[:-1]:
                raise out_of_range()
            stride = size_of(bounds[:-1]) if len(bounds) > 1 else 1
            keep = stride * min(bounds[-1][1] - bounds[-1][0] + 1, self.bounds[-1][1] - self.bounds[-1][0] + 1)
            # In place: macros that grow an array by one element at a time do so tens of thousands of times.
            del self.data[keep:]
            self.data += self.new(size_of(bounds) - keep)
        else:
            self.data = self.new(size_of(bounds))
        self.bounds = bounds
        self.lower = bounds[0][0] if bounds else 0

    def erase(self) -> None:
        if self.fixed:
            self.data = self.new(len(self.data))
        else:
            self.bounds, self.data, self.lower = [], [], 0

    def __repr__(self) -> str:
        return f"Array({self.bounds}, {self.type!r}, {self.data!r})"


def size_of(bounds: Bounds) -> int:
    """Number of elements. Raises error 9 for bounds the wrong way round."""
    total = 1 if bounds else 0
    for low, high in bounds:
        if high < low - 1:
            raise out_of_range()
        total *= high - low + 1
    return total


def array_of(values: list[Any], lower: int = 0, type_: str = "") -> Array:
    """A one-dimensional array of the values."""
    return Array([(lower, lower + len(values) - 1)], type_, values)
