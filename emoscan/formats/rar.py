"""RAR archives of version 2.9 to 5, names encrypted or not."""

from __future__ import annotations

from typing import Final

from emoscan.context import Clue, Context
from emoscan.formats.members import candidates, handed_on, locked_problem, opened_with, still_shut
from emoscan.model import Artifact, Fact, Problem, Yields
from emoscan.parse import Malformed, rar, unpack
from emoscan.registry import step

QUICK: Final = 4
"""Candidates for version 5, whose check needs no unpacking, as a multiple of those for other locks."""


@step("rar", "archive.rar", clue="password")
def open_rar(artifact: Artifact, ctx: Context) -> Yields:
    run = _Run(ctx)
    try:
        archive = rar.parse(artifact.data)
        if archive.header_lock is not None:
            lock = archive.header_lock
            if not ctx.again:
                run.schemes.add(lock.name)
                yield Fact("archive.encrypted", f"{lock.name}, names too")
            opened = run.names(artifact.data, lock)
            if opened is None:
                yield from run.limits()
                yield Problem(
                    "encrypted", lock.name, f"locked with {lock.name}, names of the members too; none of {run.tried} passwords opens it"
                )
                return
            archive = opened
    except unpack.Unsupported as error:
        yield Problem("unmodelled", "rar", f"the RAR archive was not read: no reader of {error}")
        return
    except Malformed as error:
        yield Problem("malformed", "rar", f"the RAR archive cannot be read: {error}")
        return
    if archive.damage:
        yield Problem("malformed", "rar", f"the RAR archive is damaged: {archive.damage}; members may be missing")
    if archive.volume:
        yield Problem("unmodelled", "rar", "the RAR archive is one volume of several; the others are not here")
    yield from run.members(archive)


class _Run:
    """One pass over an archive with the passwords there are."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.clues = candidates(ctx, ctx.budget.limits.passwords * QUICK)
        self.working: list[Clue] = []
        self.known: dict[bytes, Clue] = {}
        """Salt → password that opened a member with it."""
        self.schemes: set[str] = set()
        self.out_of_rounds = False
        self.tried = 0

    def to_try(self, lock: rar.Lock) -> list[Clue]:
        most = self.ctx.budget.limits.passwords * (QUICK if lock.check else 1)
        return [*self.working, *(clue for clue in self.clues[:most] if clue not in self.working)]

    def pay(self, lock: rar.Lock) -> bool:
        if self.ctx.budget.left("kdf_rounds") < lock.rounds:
            self.out_of_rounds = True
            return False
        self.ctx.budget.spend(lock.rounds, "kdf_rounds")
        self.tried += 1
        return True

    def limits(self) -> Yields:
        if self.out_of_rounds:
            size = self.ctx.budget.size["kdf_rounds"]
            yield Problem(
                "limit", "kdf_rounds", f"not every password could be tried on the RAR archive: {size:,} rounds of key derivation are spent"
            )

    def names(self, data: bytes, lock: rar.Lock) -> rar.Rar | None:
        for clue in self.to_try(lock):
            if not self.pay(lock):
                return None
            if lock.check and not rar.fits5(lock, clue.value):
                continue
            try:
                archive = rar.parse(data, clue.value)
            except Malformed:
                continue
            if archive.header_lock is None:
                self.working.append(clue)
                return archive
        return None

    def password_of(self, archive: rar.Rar, member: rar.Member, lock: rar.Lock) -> Clue | None:
        """A password the check value or, where there is none, the content proves right."""
        known = self.known.get(lock.salt)
        if known is not None:
            return known
        for clue in self.to_try(lock):
            if not self.pay(lock):
                return None
            right = rar.fits5(lock, clue.value) if lock.check else _unpacks(rar.Contents(archive, self.ctx.budget), member, clue.value)
            if right:
                self.known[lock.salt] = clue
                if clue not in self.working:
                    self.working.append(clue)
                return clue
        return None

    def members(self, archive: rar.Rar) -> Yields:
        contents = rar.Contents(archive, self.ctx.budget)
        shut: list[tuple[str, int, str]] = []
        files = [m for m in archive.members if not m.directory]
        most = self.ctx.budget.limits.objects
        if len(files) > most:
            yield Problem("limit", "objects", f"{len(files) - most} further members of the RAR archive are not read")
        for member in files[:most]:
            lock, clue = member.lock, None
            try:
                if lock is None and self.ctx.again and not member.solid:
                    continue
                if lock is not None:
                    if lock.name not in self.schemes and not self.ctx.again:
                        self.schemes.add(lock.name)
                        yield Fact("archive.encrypted", lock.name)
                    clue = self.password_of(archive, member, lock)
                    if clue is None:
                        contents.broken = True
                        shut.append((member.name, member.size, lock.name))
                        continue
                content = contents.read(member, clue.value if clue else "")
            except unpack.Unsupported as error:
                yield Problem(
                    "unmodelled", "rar", f"{member.name!r} ({member.size:,} bytes) of the RAR archive not read: no reader of {error}"
                )
                continue
            how = f"{lock.name}, password from {clue.source}" if lock and clue else "unpacked from RAR"
            yield from handed_on((member.name,), content, how, "RAR", member.end - member.start)
        for clue in self.working:
            yield from opened_with(clue)
        if shut:
            yield from still_shut(shut)
            yield from self.limits()
            yield locked_problem(shut, self.tried)


def _unpacks(contents: rar.Contents, member: rar.Member, password: str) -> bool:
    """Whether a member comes out whole. A wrong password may lead anywhere, also to a method there is no reader of."""
    try:
        content = contents.read(member, password, trial=True)
    except unpack.Unsupported:
        return False
    return not content.trouble and not content.limit
