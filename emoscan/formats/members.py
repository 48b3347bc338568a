"""What every archive's step says of its members: those it hands on, and those that stay shut."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from emoscan.context import Clue, Context
from emoscan.model import Child, Fact, Problem, Yields
from emoscan.parse import passwords, unpack

MAX_NAMED: Final = 200
"""Members of a locked archive that are named one by one."""
MAX_NAMES: Final = 4
"""Names that one member is handed on by."""

Shut = tuple[str, int, str]
"""(name, size, scheme) of a member that stays locked."""


def handed_on(names: Iterable[str], content: unpack.Content, how: str, archive: str, packed: int = 0) -> Yields:
    """A member's content by each of its names, and what is to be said of it. `archive` names the format: "ZIP"."""
    names = list(dict.fromkeys(names))
    name = names[0] if names else ""
    if content.data:
        for each in names[:MAX_NAMES]:
            yield Child(content.data, label=each, how=how)
    if content.padding:
        detail = {"member": name, "kept": str(len(content.data)), "packed": str(packed)}
        yield Fact("archive.padded", f"{content.padding:,} equal bytes at the end of {name!r}", detail=detail)
    if content.limit:
        message = f"{name!r} of the {archive} is larger than may be read; only its first {len(content.data):,} bytes were"
        yield Problem("limit", content.limit, message)
    if content.trouble:
        yield Problem("malformed", archive.lower(), f"{name!r} of the {archive} is damaged: {content.trouble}")


def still_shut(members: list[Shut]) -> Yields:
    for name, size, scheme in members[:MAX_NAMED]:
        yield Fact("archive.member", name, detail={"size": str(size), "encrypted": scheme})


def locked_problem(members: list[Shut], tried: int) -> Problem:
    schemes = ", ".join(sorted({scheme for _, _, scheme in members}))
    names = ", ".join(f"{name!r} ({size:,} bytes)" for name, size, _ in members[:5])
    more = f" and {len(members) - 5} more" if len(members) > 5 else ""
    return Problem("encrypted", schemes, f"locked with {schemes}, none of {tried} passwords opens {names}{more}")


def opened_with(clue: Clue) -> Yields:
    yield Fact("opened.password", clue.value, clue.source)
    yield Fact("clue.password", clue.value, "opened the archive around it", confidence=OPENED)


OPENED: Final = 0.99
"""Rank of a password that has opened something: likely to open what is inside, and what lies beside it."""


def candidates(ctx: Context, most: int) -> list[Clue]:
    """Passwords for an archive, likeliest first; in a later run those that are new, and those that have opened something."""
    stems = [name.rpartition(".")[0] or name for name in ctx.names]
    proven = [clue for clue in ctx.clues("password", tried=True) if clue.rank == OPENED] if ctx.again else []
    fresh = ctx.passwords((*passwords.DEFAULT_ARCHIVE, *stems))
    known = {clue.value for clue in proven}
    return (proven + [clue for clue in fresh if clue.value not in known])[:most]
