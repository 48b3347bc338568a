"""How the parts of emoscan are found: a step, sniffer, output or builtin is a function with a decorator.

Discovery imports every module of the packages in `HOMES`, so a new format or decoder is one new file. Packages of
others are found by the entry point group `emoscan.steps`, each a module that is imported.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

from msgspec import Struct

from emoscan.context import Context
from emoscan.model import UNKNOWN_KIND, Artifact, Yields, of_kind

HOMES: Final = ("formats", "decrypt", "extract", "decode", "evaluate", "detect")
"""Packages whose modules may hold steps and sniffers."""

ENTRY_POINT: Final = "emoscan.steps"

StepFunction = Callable[[Artifact, Context], Yields]
F = TypeVar("F", bound=Callable[..., Any])


class Step(Struct, frozen=True):
    """One transformation: artifact in; children, facts and problems out."""

    name: str
    takes: tuple[str, ...]
    """Kinds it works on; `*` matches any run of characters: `script.*`."""
    run: StepFunction
    clue: str = ""
    """Kind of clue ("password") with which it is tried again when it left something encrypted."""
    fallback: bool = False
    """Runs only when everything else has come to rest and has found no effect, or one that is not known in full: guesses,
    marked as such."""
    order: int = 0
    """Among the steps of one artifact, those with a lower order run first."""
    seconds: str = ""
    """Name of the limit that caps its time, where a share of the input's would be too much."""
    simplified: bool = False
    """Looks at simplified scripts too."""


class Look:
    """A piece of content under the eyes of the sniffers. What several of them want is worked out once, in `memo`."""

    __slots__ = ("data", "memo", "name")

    def __init__(self, data: bytes, name: str = "") -> None:
        self.data = data
        self.name = name
        self.memo: dict[str, Any] = {}


class Sniffer(Struct, frozen=True):
    kind: str
    test: Callable[[Look], Any]
    text: bool
    """Text sniffers answer with a confidence, 0 to 100, and the surest wins; the others with yes or no, and all count."""
    first: frozenset[int] | None = None
    """The bytes that the content can begin with; None for any."""


_steps: dict[str, Step] = {}
_sniffers: dict[str, Sniffer] = {}
_outputs: dict[str, Callable[..., Any]] = {}
_by_kind: dict[str, tuple[Step, ...]] = {}
_by_first: dict[int, tuple[Sniffer, ...]] = {}
_discovered: set[str] = set()


def step(
    name: str,
    takes: str | tuple[str, ...],
    *,
    clue: str = "",
    fallback: bool = False,
    order: int = 0,
    seconds: str = "",
    simplified: bool = False,
) -> Callable[[StepFunction], StepFunction]:
    """Register a generator function as a step. Raises ValueError when the name is taken."""

    def register(function: StepFunction) -> StepFunction:
        kinds = (takes,) if isinstance(takes, str) else takes
        _add(_steps, name, Step(name, kinds, function, clue, fallback, order, seconds, simplified))
        _by_kind.clear()
        return function

    return register


def sniffs(
    kind: str, *, magic: bytes | tuple[bytes, ...] = (), at: int = 0, text: bool = False, first: frozenset[int] | None = None
) -> Callable[[F], F]:
    """Register a test for a kind. With `magic`, the bytes must stand at offset `at` for the function to be asked at all;
    with `first`, the content must begin with one of these bytes.
    """
    starts = (magic,) if isinstance(magic, bytes) else magic
    if starts and at == 0 and all(starts):
        first = frozenset(start[0] for start in starts)

    def register(function: F) -> F:
        def test(look: Look) -> Any:
            return look.data.startswith(magic, at) and function(look)

        _add(_sniffers, kind, Sniffer(kind, test if magic else function, text, first))
        _by_first.clear()
        return function

    return register


def output(name: str) -> Callable[[F], F]:
    """Register a renderer of reports."""

    def register(function: F) -> F:
        _add(_outputs, name, function)
        return function

    return register


def _add(table: dict[str, Any], name: str, value: Any) -> None:
    if name in table:
        raise ValueError(f"{name!r} is registered twice: {table[name]} and {value}")
    table[name] = value


def discover(homes: tuple[str, ...] = HOMES) -> None:
    """Import every module directly in the packages named, and those of the entry point group. Later calls cost nothing.

    Packages inside them (an evaluator) are left to the module that holds their step, which imports them when it runs.
    """
    for home in homes:
        if home in _discovered:
            continue
        _discovered.add(home)
        package = importlib.import_module(f"emoscan.{home}")
        for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            if not module.ispkg:
                importlib.import_module(module.name)
    if ENTRY_POINT not in _discovered and homes == HOMES:
        _discovered.add(ENTRY_POINT)
        if _anybody_names(ENTRY_POINT):
            from importlib.metadata import entry_points

            for entry in entry_points(group=ENTRY_POINT):
                entry.load()


def _anybody_names(group: str) -> bool:
    """Whether an installed package mentions this group of entry points. `importlib.metadata` knows too, but takes 10 ms."""
    section = f"[{group}]".encode()
    for folder in sys.path:
        with suppress(OSError), os.scandir(folder or ".") as entries:
            for entry in entries:
                if entry.name.endswith((".dist-info", ".egg-info")):
                    with suppress(OSError), open(os.path.join(entry.path, "entry_points.txt"), "rb") as file:
                        if section in file.read():
                            return True
    return False


def steps_for(kind: str) -> tuple[Step, ...]:
    """The steps that take artifacts of this kind, in the order in which they run."""
    found = _by_kind.get(kind)
    if found is None:
        found = _by_kind[kind] = tuple(
            sorted(
                (s for s in _steps.values() if any(of_kind(kind, pattern) for pattern in s.takes)),
                key=lambda s: (s.order, s.name),
            )
        )
    return found


def steps() -> tuple[Step, ...]:
    return tuple(_steps.values())


def _test(sniffer: Sniffer, look: Look) -> Any:
    return sniffer.test(look)


def sniff(data: bytes, name: str = "", ask: Callable[[Sniffer, Look], Any] = _test) -> tuple[str, ...]:
    """What the content is, by the content. Several kinds for a polyglot; never none: `data.unknown` when nothing fits.

    `name` only settles which of several equally likely kinds of *text* it is. `ask` puts the question to one sniffer.
    """
    look = Look(data, name)
    kinds = _but_text(look, ask)
    if kinds:
        return kinds
    best, best_score = UNKNOWN_KIND, 0
    for sniffer in _sniffers_of(TEXT):
        score = ask(sniffer, look)
        if score > best_score:
            best, best_score = sniffer.kind, score
    return (best,)


def sniff_but_text(data: bytes) -> str:
    """What content is that is known to be no text; `data.unknown` when nothing fits."""
    return next(iter(_but_text(Look(data), _test)), UNKNOWN_KIND)


def _but_text(look: Look, ask: Callable[[Sniffer, Look], Any]) -> tuple[str, ...]:
    first = look.data[0] if look.data else -1
    return tuple([sniffer.kind for sniffer in _sniffers_of(first) if ask(sniffer, look)])


TEXT: Final = -2


def _sniffers_of(first: int) -> tuple[Sniffer, ...]:
    """Those to be asked about content that begins with a byte (-1: that is empty), or about text."""
    found = _by_first.get(first)
    if found is None:
        text = first == TEXT
        found = _by_first[first] = tuple(s for s in _sniffers.values() if s.text == text and (text or s.first is None or first in s.first))
    return found


def sniffed_kinds() -> tuple[str, ...]:
    return tuple(_sniffers)


def renderer(name: str) -> Callable[..., Any]:
    """The output of that name: only its own module is imported. Raises KeyError."""
    if name not in _outputs and name in outputs():
        importlib.import_module(f"emoscan.output.{name}")
    return _outputs[name]


def outputs() -> tuple[str, ...]:
    """Names of the outputs: those of the modules they lie in."""
    package = importlib.import_module("emoscan.output")
    modules = (module.name for module in pkgutil.iter_modules(package.__path__))
    return tuple(sorted({*_outputs, *(name for name in modules if not name.startswith("_"))}))
