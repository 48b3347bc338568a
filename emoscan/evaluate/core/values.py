"""Values of evaluated scripts.

`str int float bool None` are themselves (None is VBA's Empty, PowerShell's $null, JScript's undefined); everything else
is one of the classes here. A script can never reach an attribute of a Python object: what it may ask of an object is
only what the object's `ObjectClass` lists by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Final, TypeVar, final

from emoscan.evaluate.core.failures import ScriptError


class Singleton:
    """A value with only one instance."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


NULL: Final = Singleton("Null")
NOTHING: Final = Singleton("Nothing")
MISSING: Final = Singleton("Missing")
"""The value of an optional argument that was left out."""


LONGEST_REASON: Final = 2_000
"""A reason may name a URL, but not all that a loop did to it."""
MOST_PARTS: Final = 256
"""Of a text that is not known altogether."""


@final
class Unknown:
    """What we do not know, with what we do know of it: a text is kept in parts, the known as `str`, the unknown as
    `Unknown` with a reason. `Unknown("cell A1")` is unknown altogether.

    It travels through arithmetic and ordering; a branch on it is taken (`__bool__`), which the machine is told of by
    `on_branch`. Equality stays that of Python objects, so that containers work.
    """

    __slots__ = ("parts", "why")

    on_branch: Callable[[Unknown], None] | None = None

    def __init__(self, why: str, parts: tuple[str | Unknown, ...] = ()) -> None:
        self.why = why if len(why) <= LONGEST_REASON else why[:LONGEST_REASON] + "…"
        self.parts = parts

    @classmethod
    def join(cls, pieces: Iterable[str | Unknown]) -> str | Unknown:
        """Pieces of text put together: a plain text when all are known.

        Unknown parts side by side with the same reason are one, and there are no more than MOST_PARTS, so that a loop over what
        nobody knows ends.
        """
        flat: list[str | Unknown] = []
        run: list[str] = []
        why = ""
        for piece in pieces:
            for part in piece.parts or (piece,) if isinstance(piece, Unknown) else (piece,):
                if isinstance(part, str):
                    run.append(part)
                    continue
                known = "".join(run)
                run.clear()
                if known:
                    flat.append(known)
                elif flat and isinstance(flat[-1], Unknown) and flat[-1].why == part.why:
                    continue
                flat.append(part)
                why = why or part.why
        known = "".join(run)
        if not flat:
            return known
        if known:
            flat.append(known)
        if len(flat) > MOST_PARTS:
            flat[MOST_PARTS:] = [cls("the rest")]
        return cls(why, tuple(flat))

    def text(self) -> str:
        """For people and reports: the known parts in clear, the rest as `<Unknown: why>`."""
        if not self.parts:
            return f"<Unknown: {self.why}>"
        return "".join(p if isinstance(p, str) else f"<Unknown: {p.why}>" for p in self.parts)

    def known(self) -> str:
        """The known parts alone."""
        return "".join(p for p in self.parts if isinstance(p, str))

    def __repr__(self) -> str:
        return f"Unknown({self.text()!r})"

    def __bool__(self) -> bool:
        if Unknown.on_branch is not None:
            Unknown.on_branch(self)
        return True

    def _result(self, *_: Any) -> Unknown:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _result
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = _result
    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = __neg__ = __pos__ = __invert__ = _result
    __lt__ = __le__ = __gt__ = __ge__ = _result


def display(value: Any) -> str:
    """A value for a report or message, never for the script."""
    if isinstance(value, Unknown):
        return value.text()
    if value is None:
        return ""
    return str(value)


Member = Callable[..., Any]
F = TypeVar("F", bound=Callable[..., Any])
"""Called as member(machine, this, *args). What it returns is the value of the call or property."""


OUTPUTS: Final = frozenset(
    "getstringvalue getexpandedstringvalue getmultistringvalue getdwordvalue getqwordvalue getbinaryvalue enumkey enumvalues getowner".split()
)
"""Names of methods that write to their arguments. Where an argument names a variable they get a reference, which has an item 0."""

VARIADIC: Final = 0x04  # CO_VARARGS


def arity(member: Member) -> tuple[int, int]:
    """How many arguments a member needs and takes, beside the machine and the object."""
    function = getattr(member, "__wrapped__", member)
    code = getattr(function, "__code__", None)
    if code is None:
        return 0, 255
    least = code.co_argcount - 2 - len(function.__defaults__ or ())
    return max(0, least), 255 if code.co_flags & VARIADIC else max(0, code.co_argcount - 2)


def accepts(member: Member, count: int) -> bool:
    """Whether a member takes so many arguments."""
    return count <= arity(member)[1]


def _padded(function: Member, count: int) -> Member:
    """The function, with MISSING for arguments that a call leaves out."""

    @wraps(function)
    def member(machine: Any, this: Object, *args: Any) -> Any:
        return function(machine, this, *args, *[MISSING] * (count - len(args)))

    return member


class ObjectClass:
    """What a script may ask of an object of this class: members by lower-case name.

    `get` holds properties and methods alike (VBA tells them apart by what is done with them), `put` assignments
    (member(machine, this, *args, value)). `default` names the member an object stands for where a value is needed.
    A member nobody modelled goes to `missing`, or yields Unknown.
    """

    __slots__ = ("default", "get", "items", "missing", "name", "outputs", "put", "signatures")

    def __init__(self, name: str, default: str = "", parent: ObjectClass | None = None) -> None:
        self.name = name
        self.default: str = default or (parent.default if parent else "")
        self.get: dict[str, Member] = dict(parent.get) if parent else {}
        self.put: dict[str, Member] = dict(parent.put) if parent else {}
        self.signatures: dict[str, tuple[str, ...]] = dict(parent.signatures) if parent else {}
        """Parameter names of methods that may be called with named arguments."""
        self.items: Member | None = parent.items if parent else None
        """Yields the values of For Each."""
        self.outputs: set[str] = set(parent.outputs) if parent else set()
        """Those of OUTPUTS that objects of the class have."""
        self.missing: Member | None = parent.missing if parent else None
        """Called as missing(machine, this, name, args) for members in neither table."""

    def method(self, *names: str, takes: str = "") -> Callable[[F], F]:
        """Register a method or a readable property under one or several names. `takes`: its parameters' names.

        An argument that a call leaves out is the parameter's default, or MISSING.
        """

        def register(function: F) -> F:
            least = arity(function)[0]
            for name in names:
                self.get[name.lower()] = _padded(function, least) if least else function
                if takes:
                    self.signatures[name.lower()] = tuple(takes.lower().split())
            return function

        return register

    def setter(self, *names: str) -> Callable[[F], F]:
        """Register what assigning to a property does."""

        def register(function: F) -> F:
            for name in names:
                self.put[name.lower()] = function
            return function

        return register

    def inherit(self, parent: ObjectClass) -> None:
        """Take over what another class has and this one has not itself."""
        self.get = parent.get | self.get
        self.put = parent.put | self.put
        self.signatures = parent.signatures | self.signatures
        self.outputs |= parent.outputs
        self.items = self.items or parent.items
        self.missing = self.missing or parent.missing

    def field(self, name: str, initial: Any = None) -> None:
        """A property that just keeps its value."""
        key = name.lower()
        self.get[key] = lambda _machine, this, *_: this.data.get(key, initial)

        def put(_machine: Any, this: Object, *args: Any) -> None:
            this.data[key] = args[-1]

        self.put[key] = put

    def fields(self, **initial: Any) -> None:
        for name, value in initial.items():
            self.field(name, value)

    def constants(self, values: dict[str, Any]) -> None:
        """Properties with a fixed value."""
        for name, value in values.items():
            self.get[name.lower()] = lambda *_, _value=value: _value

    def __repr__(self) -> str:
        return f"ObjectClass({self.name})"


class Object:
    """A handle: its class, and data that only members of the class touch."""

    __slots__ = ("cls", "data")

    def __init__(self, cls: ObjectClass, **data: Any) -> None:
        self.cls = cls
        self.data: dict[str, Any] = data

    def __repr__(self) -> str:
        return f"<{self.cls.name}>"


class Date:
    """A moment as VBA and Excel count it: days since 1899-12-30, the time of day as the fraction."""

    __slots__ = ("serial",)

    def __init__(self, serial: float) -> None:
        if not -657434.0 <= serial < 2958466.0:  # years 100 to 9999
            raise ScriptError(6, "Overflow")
        self.serial = serial

    def __repr__(self) -> str:
        return f"Date({self.serial})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Date) and other.serial == self.serial

    def __hash__(self) -> int:
        return hash(self.serial)


class ErrorValue:
    """An error as a value: what `CVErr` makes, and what a cell holds that shows #N/A."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def __repr__(self) -> str:
        return f"Error {self.number}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ErrorValue) and other.number == self.number

    def __hash__(self) -> int:
        return hash(self.number)
