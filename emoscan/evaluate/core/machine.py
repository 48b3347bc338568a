"""The part of an evaluator that is the same in every language: accounting, effects, objects."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

from emoscan.budget import Budget, LimitReached
from emoscan.evaluate.core.values import MISSING, Object, ObjectClass, Unknown, display
from emoscan.evaluate.core.world import World
from emoscan.model import Child, Fact, Yield
from emoscan.parse.text import as_bytes

Emit = Callable[[Yield], None]

LOOK_EVERY: Final = 1 << 24
"""Bytes of new strings between two counts of what a script holds."""

SMALL: Final = 1_024
"""Strings below this length are not looked at when that is counted."""

MAX_EFFECTS: Final = 2_000
"""Effects of one script that are recorded; a loop that starts ten thousand programs shows nothing new."""

MAX_UNMODELLED: Final = 200


class Machine:
    """Runs one script or project in one world. Languages derive from it.

    `emit` takes facts and children as they arise.
    """

    language = "script"

    def __init__(self, budget: Budget, world: World, emit: Emit) -> None:
        self.budget = budget
        self.world = world
        self._emit = emit
        self.effects = 0
        self.new_bytes = 0
        self._seen: set[tuple[str, str, str]] = set()
        self.guessed = 0
        """Branches taken on something unknown."""
        self.asked = False
        """The script has asked something of its surroundings and not yet branched on it."""
        self._at_end: list[Callable[[], None]] = []

    # ------------------------------------------------------------ accounting

    def spend(self, operations: int) -> None:
        self.budget.spend(operations)

    def grow(self, size: int) -> None:
        """Asked before a string or array of `size` bytes comes to be."""
        limits = self.budget.limits
        if size > limits.string_bytes:
            raise LimitReached("string_bytes", limits.string_bytes, f"one string of {size:,} bytes")
        self.new_bytes += size
        if self.new_bytes > LOOK_EVERY:
            self.new_bytes = 0
            held = self.held() + size
            if held > limits.strings_bytes:
                raise LimitReached("strings_bytes", limits.strings_bytes, f"{held:,} bytes held")

    def held(self) -> int:
        """Bytes of the strings the script holds now."""
        seen: set[int] = set()
        total = 0
        stack = list(self.roots())
        while stack:
            value = stack.pop()
            if isinstance(value, (str, bytes, bytearray)):
                if len(value) >= SMALL and id(value) not in seen:
                    seen.add(id(value))
                    total += sys.getsizeof(value)
            elif isinstance(value, (list, tuple, dict)):
                if id(value) not in seen:
                    seen.add(id(value))
                    total += sys.getsizeof(value)
                    stack.extend(value.values() if isinstance(value, dict) else value)
            elif isinstance(value, Object):
                stack.append(value.data)
        return total

    def roots(self) -> Iterator[Any]:
        """The values a script can still reach: what `held` starts from."""
        yield from ()

    # ------------------------------------------------------------ effects

    def where(self) -> dict[str, str]:
        """Where the script stands, for the details of an effect: module, line."""
        return {}

    def effect(self, kind: str, value: Any, how: str = "", **detail: Any) -> None:
        """Record what the script would have done. `kind` without "effect.": run, write, download, load, …"""
        self.effects += 1
        if self.effects > MAX_EFFECTS:
            if self.effects == MAX_EFFECTS + 1:
                raise LimitReached("effects", MAX_EFFECTS)
            return
        details = {key: display(item) for key, item in detail.items() if item not in (None, "", MISSING)} | self.where()
        self._emit(Fact(f"effect.{kind}", display(value), how, detail=details, confidence=0.8 if isinstance(value, Unknown) else 1.0))

    def query(self, what: str, answer: Any) -> Any:
        """Record a question to the surroundings, and answer it."""
        self.asked = True
        self.fact("effect.query", what, answer=display(answer)[:80])
        return answer

    def at_end(self, action: Callable[[], None]) -> None:
        """Have something done when the script has ended: files it never closed are written all the same."""
        self._at_end.append(action)

    def finish(self) -> None:
        """The script, or one entry of it, has ended."""
        while self._at_end:
            self._at_end.pop(0)()

    def fact(self, kind: str, value: Any, how: str = "", **detail: str) -> None:
        """State something else about the script, once."""
        key = (kind, display(value), how)
        if key not in self._seen:
            self._seen.add(key)
            self._emit(Fact(kind, key[1], how, detail={**detail, **self.where()}))

    def child(self, data: bytes | str | Unknown, kind: str = "", label: str = "", how: str = "") -> None:
        """A new artifact: a script that would be run, a file that was written."""
        if isinstance(data, Unknown):
            data = data.text()
        self._emit(Child(as_bytes(data) if isinstance(data, str) else data, kind, label, how))

    def unmodelled(self, what: str) -> Unknown:
        """Note a call nobody modelled; its result is unknown."""
        if len(self._seen) < MAX_UNMODELLED:
            self.fact("eval.unmodelled", what)
        return Unknown(what)

    def compared(self, unknown: Unknown, other: Any) -> None:
        """Something unknown is compared with a value: often a check of the surroundings."""
        self.fact("evade.env", f"{unknown.text()} against {display(other)}")

    # ------------------------------------------------------------ objects

    def get(self, this: Object, name: str, args: tuple[Any, ...] = ()) -> Any:
        """The value of a member: of a method called with `args`, or of a property."""
        member = this.cls.get.get(name.lower())
        if member is not None:
            return member(self, this, *args)
        if this.cls.missing is not None:
            return this.cls.missing(self, this, name, args)
        return self.unmodelled(f"{this.cls.name}.{name}")

    def put(self, this: Object, name: str, args: tuple[Any, ...], value: Any) -> None:
        """Assign to a property. What nobody modelled is kept, so that it reads back."""
        member = this.cls.put.get(name.lower())
        if member is not None:
            member(self, this, *args, value)
        else:
            this.data[f"={name.lower()}"] = value

    # ------------------------------------------------------------ coercion, which languages define

    def text(self, value: Any) -> str | Unknown:
        """The value as text, by the language's rules."""
        raise NotImplementedError

    def number(self, value: Any) -> int | float | Unknown:
        raise NotImplementedError

    def truth(self, value: Any) -> bool:
        raise NotImplementedError

    def call(self, function: Any, args: tuple[Any, ...]) -> Any:
        """Call a value that is a function of the script: an event handler, a callback."""
        raise NotImplementedError

    def create(self, prog_id: str) -> Object | Unknown | None:
        """A new COM object by ProgID or `new:{CLSID}`; None when there is no such class on this computer."""
        from emoscan.evaluate.com import create

        return create(self, prog_id)


__all__ = ["Emit", "Machine", "ObjectClass"]
