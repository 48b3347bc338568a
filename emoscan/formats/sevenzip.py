"""7z archives, names encrypted or not."""

from __future__ import annotations

from emoscan.context import Clue, Context
from emoscan.formats.members import candidates, handed_on, locked_problem, opened_with, still_shut
from emoscan.model import Artifact, Fact, Problem, Yields
from emoscan.parse import Malformed, sevenzip, unpack
from emoscan.registry import step


@step("7z", "archive.7z", clue="password")
def open_7z(artifact: Artifact, ctx: Context) -> Yields:
    run = _Run(ctx)
    try:
        archive = sevenzip.parse(artifact.data, ctx.budget)
        if archive.header_lock is not None:
            if not ctx.again:
                run.schemes.add(archive.header_lock.name)
                yield Fact("archive.encrypted", f"{archive.header_lock.name}, names too")
            unlocked = run.names(archive, archive.header_lock)
            if unlocked is None:
                yield from run.shut_names(archive.header_lock)
                return
            archive = unlocked
    except unpack.Unsupported as error:
        yield Problem("unmodelled", "7z", f"the 7z archive was not read: no reader of {error}")
        return
    except Malformed as error:
        yield Problem("malformed", "7z", f"the 7z archive cannot be read: {error}")
        return
    yield from run.members(archive)


class _Run:
    """One pass over an archive with the passwords there are."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.clues = candidates(ctx, ctx.budget.limits.passwords)
        self.keys: dict[str, sevenzip.Keys] = {}
        self.working: list[Clue] = []
        self.out_of_rounds = False
        self.tried = 0
        self.schemes: set[str] = set()
        """Of what was said to be encrypted."""

    def keys_for(self, lock: sevenzip.Locked) -> list[tuple[Clue, sevenzip.Keys]]:
        """Passwords to try on a lock, as many as the rounds that are left allow; one that has worked before all others."""
        found = []
        for clue in [*self.working, *(clue for clue in self.clues if clue not in self.working)]:
            keys = self.keys.get(clue.value)
            if keys is None:
                if self.ctx.budget.left("kdf_rounds") < lock.rounds:
                    self.out_of_rounds = True
                    break
                keys = sevenzip.Keys(clue.value)
            found.append((clue, keys))
        return found

    def charge(self, lock: sevenzip.Locked, clue: Clue, keys: sevenzip.Keys) -> bool:
        """Pay for a key that is about to be made. Returns whether there is enough."""
        if (lock.power, lock.salt) in keys.made:
            return True
        if self.ctx.budget.left("kdf_rounds") < lock.rounds:
            self.out_of_rounds = True
            return False
        self.ctx.budget.spend(lock.rounds, "kdf_rounds")
        self.keys[clue.value] = keys
        self.tried += 1
        return True

    def names(self, archive: sevenzip.Archive, lock: sevenzip.Locked) -> sevenzip.Archive | None:
        for clue, keys in self.keys_for(lock):
            if not self.charge(lock, clue, keys):
                break
            try:
                unlocked = archive.unlocked(keys, self.ctx.budget)
            except Malformed:
                continue
            self.working.append(clue)
            return unlocked
        return None

    def shut_names(self, lock: sevenzip.Locked) -> Yields:
        yield from self.limits()
        yield Problem("encrypted", lock.name, f"locked with {lock.name}, names of the members too; none of {self.tried} passwords opens it")

    def limits(self) -> Yields:
        if self.out_of_rounds:
            size = self.ctx.budget.size["kdf_rounds"]
            yield Problem(
                "limit", "kdf_rounds", f"not every password could be tried on the 7z archive: {size:,} rounds of key derivation are spent"
            )

    def members(self, archive: sevenzip.Archive) -> Yields:
        shut: list[tuple[str, int, str]] = []
        most = self.ctx.budget.limits.objects
        if len(archive.members) > most:
            yield Problem("limit", "objects", f"{len(archive.members) - most} further members of the 7z archive are not read")
        allowed = {id(member) for member in archive.members[:most]}
        for index, folder in enumerate(archive.folders):
            names = [m for m in archive.members if m.folder == index and id(m) in allowed]
            try:
                lock = folder.lock
                if lock is None and self.ctx.again:
                    continue
                opened = (None, None) if lock is None else self.password_of(archive, index, lock)
                if lock is not None and lock.name not in self.schemes and not self.ctx.again:
                    self.schemes.add(lock.name)
                    yield Fact("archive.encrypted", lock.name)
                if lock is not None and opened is None:
                    shut += [(m.name, m.size, lock.name) for m in names]
                    continue
                clue, keys = opened or (None, None)
                how = f"{lock.name}, password from {clue.source}" if lock and clue else "unpacked from 7z"
                for member, content in sevenzip.contents(archive, index, self.ctx.budget, keys):
                    if id(member) not in allowed:
                        break
                    yield from handed_on((member.name,), content, how, "7z", folder.packed_size)
            except unpack.Unsupported as error:
                what = ", ".join(repr(m.name) for m in names[:5])
                yield Problem("unmodelled", "7z", f"{what} of the 7z archive not read: no reader of {error}")
            except Malformed as error:
                yield Problem("malformed", "7z", f"a part of the 7z archive is damaged: {error}")
        for clue in self.working:
            yield from opened_with(clue)
        if shut:
            yield from still_shut(shut)
            yield from self.limits()
            yield locked_problem(shut, self.tried)

    def password_of(self, archive: sevenzip.Archive, index: int, lock: sevenzip.Locked) -> tuple[Clue, sevenzip.Keys] | None:
        for clue, keys in self.keys_for(lock):
            if not self.charge(lock, clue, keys):
                break
            if sevenzip.fits(archive, index, keys, self.ctx.budget):
                if clue not in self.working:
                    self.working.append(clue)
                return clue, keys
        return None
