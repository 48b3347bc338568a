"""What a step may know beside its artifact, and what a scan is told from outside."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Final, Protocol

from msgspec import Struct

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.model import Artifact, Child, Fact, Yield

CHUNK: Final = 1 << 16

RANK_OF_DEFAULTS: Final = 0.25
"""Of passwords that are tried where nothing is known: after what stands in a text like a password, before its ordinary words."""


class Settings(Struct, frozen=True, kw_only=True):
    """What the caller of a scan decides. Travels to the worker processes."""

    limits: Limits = Limits()
    passwords: tuple[str, ...] = ()
    """Given by the user; tried before everything else."""
    rules: tuple[str, ...] = ()
    """Folders with further rules."""
    allow: tuple[str, ...] = ()
    """SHA-256 (hex) of files or of normalised macro projects that are known to be harmless."""
    domains: tuple[str, ...] = ()
    """Domains of the caller and of those he knows, which senders may imitate."""
    include: str = "none"
    """Which artifacts' text goes into the report: none, decoded, all."""
    debug: bool = False


class Clue(Struct, frozen=True):
    """A hint found in one place that may be of use in another: a password, the date of a mail."""

    value: str
    source: str
    """Where it was found, in words for the report."""
    rank: float = 1.0
    """How likely it is to be right, 0 to 1."""


Take = Callable[[Yield], None]


class Inside(Protocol):
    """Adds a child that the step has already worked itself, with what it knows (a text run as code where it stands).

    Returns what takes the things found in that child, and the same for children inside it.
    """

    def __call__(self, child: Child) -> tuple[Take, Inside]: ...


def _nowhere(item: Yield) -> None:
    raise RuntimeError(f"nobody takes {item}")


def _inside_nothing(child: Child) -> tuple[Take, Inside]:
    raise RuntimeError(f"nobody takes {child}")


class Context:
    """What the engine hands to a step: its share of the budget, the clues so far, the names it was reached by.

    A step sees no graph, no files, no logger, no clock.
    """

    __slots__ = ("_clues", "above", "again", "budget", "emit", "inside", "is_input", "names", "settings", "tried")

    def __init__(
        self,
        budget: Budget,
        settings: Settings | None = None,
        names: tuple[str, ...] = (),
        clues: Iterable[Fact] = (),
        tried: frozenset[str] | None = None,
        *,
        is_input: bool = False,
        above: Callable[[], Iterable[tuple[str, Artifact]]] = tuple,
    ) -> None:
        self.budget = budget
        self.settings = settings or Settings()
        self.names = names
        self.tried = tried or frozenset()
        """Values of clues that an earlier run of this step on this artifact has already used."""
        self.again = tried is not None
        """Whether there was such a run."""
        self.emit: Take = _nowhere
        """Takes what is found deep inside an evaluator, where nothing can be yielded; as good as yielding it."""
        self.inside: Inside = _inside_nothing
        """Adds a child whose content this step has worked where it stood: it is not given to the step again."""
        self.is_input = is_input
        """Whether the artifact is the input itself, not something that came out of it."""
        self.above = above
        """(name, artifact) of what the artifact came out of, the input first, itself last."""
        self._clues = clues

    def files(self) -> Iterator[tuple[str, str, bytes]]:
        """(name, kind, content) of the shortcuts, registry files and scripts that the artifact is or came out of: a script may read what
        it lies in.
        """
        for name, artifact in self.above():
            if artifact.kind in {"windows.lnk", "windows.reg"} or artifact.kind.startswith("script."):
                yield name, artifact.kind, artifact.data

    @property
    def document(self) -> str:
        """The file name of the nearest document that the artifact is part of or came out of, or ""."""
        documents = (
            name for name, artifact in reversed((*self.above(),)) if artifact.kind.startswith("office.") and "vba" not in artifact.kind
        )
        return next(filter(None, documents), "")

    @property
    def name(self) -> str:
        """The name the artifact goes by in the first place it was found, or ""."""
        return self.names[0] if self.names else ""

    def clues(self, kind: str, *, tried: bool = False) -> list[Clue]:
        """Clues of one kind ("password"), likeliest first, each value once; those tried before only if asked for."""
        best: dict[str, Clue] = {}
        for fact in self._clues:
            if fact.kind == f"clue.{kind}" and (tried or fact.value not in self.tried):
                known = best.get(fact.value)
                if known is None or fact.confidence > known.rank:
                    best[fact.value] = Clue(fact.value, fact.how, fact.confidence)
        return sorted(best.values(), key=lambda clue: -clue.rank)

    def now(self) -> datetime | None:
        """The clock of what is evaluated, local and naive: when the mail around it was sent."""
        for clue in self.clues("date"):
            with suppress(ValueError):
                return datetime.fromisoformat(clue.value).replace(tzinfo=None)
        return None

    def passwords(self, defaults: Iterable[str] = (), *, tried: bool = False, last: Iterable[str] = ()) -> list[Clue]:
        """Passwords to try, likeliest first: what `clues` gives, and `defaults`, those only in the first run unless `tried` is set.

        `last` come behind all others, in the first run only: where a check costs next to nothing they are tried in turn.
        """
        clues = self.clues("password", tried=tried)
        if self.again and not tried:
            return clues
        known = {clue.value for clue in clues}
        clues += [Clue(word, "default password", RANK_OF_DEFAULTS) for word in dict.fromkeys(defaults) if word not in known]
        clues.sort(key=lambda clue: -clue.rank)
        if not self.again:
            known = {clue.value for clue in clues}
            clues += [Clue(word, "short numbers, tried in turn", 0.0) for word in last if word not in known]
        return clues

    def inflate(self, body: bytes, wbits: int = -15, size: int | None = None) -> tuple[bytes, bytes]:
        """Undo deflate, asking the budget for each piece before it is kept. Returns the output and the unused input.

        `wbits` as in zlib: -15 raw, 15 zlib, 31 gzip, 47 zlib or gzip. `size` is where to stop.
        Raises zlib.error on damage, LimitReached when there is more than the budget allows.
        """
        engine = zlib.decompressobj(wbits)
        pieces: list[bytes] = []
        total, fed = 0, 0
        view = memoryview(body)
        rest: bytes | memoryview = b""
        while not engine.eof and (size is None or total < size):
            if not rest:  # a chunk at a time: zlib copies what it has not taken on every call
                rest = view[fed : fed + CHUNK]
                fed += len(rest)
            piece = engine.decompress(rest, CHUNK if size is None else min(CHUNK, size - total))
            taken = bool(rest)
            rest = engine.unconsumed_tail
            if not piece and not taken:
                break
            total += len(piece)
            if total > self.budget.limits.object_bytes:
                raise LimitReached("object_bytes", self.budget.limits.object_bytes, "deflate stream")
            self.budget.spend(len(piece), "expanded_bytes", "deflate stream")
            pieces.append(piece)
        return b"".join(pieces), (engine.unused_data or bytes(rest)) + bytes(view[fed:])
