"""ZIP archives: members by priority, locked ones opened with the passwords there are."""

from __future__ import annotations

import zlib
from typing import Final

from msgspec import Struct

from emoscan.budget import MIB
from emoscan.context import Clue, Context
from emoscan.formats.members import handed_on, locked_problem, still_shut
from emoscan.formats.zipkind import flavour
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, passwords, unpack, zipdir, ziplock
from emoscan.parse.names import priority
from emoscan.registry import Look, sniffs, step

NUMBERS_FOR: Final = 4 * MIB
"""Packed bytes of a member that short numbers are tried on: of some hundred of them one passes the first check, and the next reads all."""


@sniffs("archive.zip")
def is_zip(look: Look) -> bool:
    return flavour(look) == "zip"


@step("zip", "archive.zip", clue="password")
def unzip(artifact: Artifact, ctx: Context) -> Yields:
    data = artifact.data
    try:
        directory = zipdir.parse(data)
    except Malformed as error:
        yield Problem("malformed", "zip", f"the ZIP cannot be read: {error}")
        return
    if not ctx.again:
        yield from _about(directory)
    members, left_out = _to_read(directory, ctx.budget.limits.objects)
    if left_out:
        names = ", ".join(repr(m.name) for m in left_out[:5])
        yield Problem("limit", "objects", f"{len(left_out)} further members of the ZIP are not read: {names} …")
    locked = [m for m in members if m.encryption]
    if not ctx.again:
        for member in members:
            if not member.encryption:
                yield from _plain(data, member, ctx)
    if locked:
        yield from _Lock(data, locked, ctx).open()


def _about(directory: zipdir.Directory) -> Yields:
    """What is odd about the archive itself."""
    for lie in directory.lies:
        yield Fact("archive.directory_lies", lie)
    for overlap in directory.overlaps:
        yield Fact("archive.overlap", overlap)
    for scheme in sorted({m.encryption for m in directory.members if m.encryption}):
        yield Fact("archive.encrypted", scheme)
    if directory.lost:
        names = ", ".join(map(repr, directory.lost[:5]))
        yield Problem("malformed", "zip", f"{len(directory.lost)} members are listed in the ZIP and not there: {names}")
    if directory.cut:
        yield Problem("limit", "members", f"the ZIP lists more than {zipdir.MAX_MEMBERS:,} members; the rest was not read")
    if not directory.central:
        yield Problem(
            "malformed", "zip", "the ZIP has no central directory: its members were found by their own headers, some may be missing"
        )
    elif not directory.ended:
        yield Problem("malformed", "zip", "the ZIP has no end record: it was cut off or damaged, members may be missing")
    if directory.comment:
        yield Child(directory.comment, "text.plain", "archive comment", "comment of the ZIP")


def _to_read(directory: zipdir.Directory, most: int) -> tuple[list[zipdir.Member], list[zipdir.Member]]:
    """Members in the order in which they are read, and those there is no room for. Equal bytes are read once."""
    ranges: set[tuple[int, int, int, str]] = set()
    distinct = []
    for member in directory.members:
        key = (member.start, member.end, member.method, member.encryption)
        if key not in ranges and not member.is_folder:
            ranges.add(key)
            distinct.append(member)
    distinct.sort(key=lambda m: priority(m.name))
    return distinct[:most], distinct[most:]


def _plain(data: bytes, member: zipdir.Member, ctx: Context) -> Yields:
    try:
        content = zipdir.content(data, member, ctx.budget)
    except unpack.Unsupported as error:
        yield Problem("unmodelled", "zip", f"{member.name!r} ({member.size:,} bytes) was not read: no reader of {error}")
        return
    yield from _child(member, content, "unzipped")


def _child(member: zipdir.Member, content: unpack.Content, how: str) -> Yields:
    return handed_on((member.name, *member.names), content, how, "ZIP", member.packed)


class _Opened(Struct, frozen=True):
    member: zipdir.Member
    content: unpack.Content
    clue: Clue


class _Lock:
    """The locked members of one archive and the passwords there are for them."""

    def __init__(self, data: bytes, locked: list[zipdir.Member], ctx: Context) -> None:
        self.data = data
        self.ctx = ctx
        self.locked = locked
        self.clues = _candidates(ctx)
        self.working: list[Clue] = []
        """Passwords that have opened a member; the next member is most likely to take one of them."""
        self.tried = len(self.clues)
        self.numbers = True
        """Whether short numbers are still to be tried: on the first member with a lock that costs little."""
        self.out_of_rounds = False
        self.bad_hmac: list[str] = []
        self.unsupported: dict[str, list[str]] = {}

    def open(self) -> Yields:
        shut: list[zipdir.Member] = []
        smallest_first = sorted(self.locked, key=lambda m: m.packed)  # proof costs reading a member, so begin with the least
        opened: dict[int, _Opened | None] = {}
        for member in smallest_first[:1]:
            opened[id(member)] = self.try_all(member)
        for member in self.locked:
            result = opened[id(member)] if id(member) in opened else self.try_all(member)
            if result is None:
                shut.append(member)
                continue
            yield from _child(member, result.content, f"{member.encryption} ZIP, password from {result.clue.source}")
        for clue in self.working:
            yield Fact("opened.password", clue.value, clue.source)
            yield Fact("clue.password", clue.value, "opened the archive around it", confidence=0.99)
        yield from self.what_stays_shut(shut)

    def try_all(self, member: zipdir.Member) -> _Opened | None:
        clues = [*self.working, *self.clues]
        if self.numbers and member.aes is None and member.packed <= NUMBERS_FOR:
            self.numbers = False
            clues += self.ctx.passwords(last=passwords.short_numbers())
            self.tried = len(clues)
        for clue in clues:
            for password in ziplock.passwords_as_bytes(clue.value):
                try:
                    content = self.aes(member, password) if member.aes is not None else self.zipcrypto(member, password)
                except unpack.Unsupported as error:
                    self.unsupported.setdefault(str(error), []).append(member.name)
                    return None
                except Malformed:
                    self.bad_hmac.append(member.name)
                    return None
                if content is not None:
                    if clue not in self.working:
                        self.working.append(clue)
                    return _Opened(member, content, clue)
        return None

    def zipcrypto(self, member: zipdir.Member, password: bytes) -> unpack.Content | None:
        """The content, if the password is proven right."""
        if member.encryption != "ZipCrypto":
            raise unpack.Unsupported(member.encryption)
        self.ctx.budget.spend()
        if not ziplock.zipcrypto_may_fit(self.data, member, password):
            return None
        packed = ziplock.zipcrypto(self.data, member, password)
        if packed is None:
            return None
        self.ctx.budget.spend(len(packed) >> 8)
        if member.method == 0 and not member.cut and member.crc is not None and zlib.crc32(packed) != member.crc:
            return None  # before anything is charged to the budget
        content = zipdir.unpack(packed, member, self.ctx.budget)
        return None if content.trouble and not member.cut else content

    def aes(self, member: zipdir.Member, password: bytes) -> unpack.Content | None:
        """The content, if the password is proven right. Raises Malformed when it passes the check and the HMAC does not fit."""
        assert member.aes is not None
        if self.ctx.budget.left("kdf_rounds") < ziplock.AES_ROUNDS:
            self.out_of_rounds = True
            return None
        self.ctx.budget.spend(ziplock.AES_ROUNDS, "kdf_rounds")
        keys = ziplock.aes_keys(self.data, member, member.aes, password)
        if keys is None:
            return None
        packed = ziplock.aes(self.data, member, member.aes, keys)
        return zipdir.unpack(packed, member, self.ctx.budget, check_crc=member.aes.version == 1)

    def what_stays_shut(self, shut: list[zipdir.Member]) -> Yields:
        yield from still_shut([(m.name, m.size, m.encryption) for m in shut])
        for name in self.bad_hmac:
            yield Problem(
                "malformed",
                "zip",
                f"{name!r} of the ZIP passes the password check, but its HMAC does not fit: it was changed or is damaged",
            )
        for what, unread in self.unsupported.items():
            yield Problem("unmodelled", "zip", f"no reader of {what}: {', '.join(map(repr, unread[:5]))} not read")
        if self.out_of_rounds and shut:
            limit = self.ctx.budget.size["kdf_rounds"]
            yield Problem(
                "limit", "kdf_rounds", f"not every password could be tried on the ZIP: {limit:,} rounds of key derivation are spent"
            )
        said = {*self.bad_hmac, *(name for names in self.unsupported.values() for name in names)}
        still = [m for m in shut if m.name not in said]
        if still:
            yield locked_problem([(m.name, m.size, m.encryption) for m in still], self.tried)


def _candidates(ctx: Context) -> list[Clue]:
    """Each password there is, also those of earlier runs: other members may have other passwords, and checks are cheap."""
    stems = [name.rpartition(".")[0] or name for name in ctx.names]
    return ctx.passwords((*passwords.DEFAULT_ARCHIVE, *stems), tried=True)[: ctx.budget.limits.passwords * passwords.CHEAP]
