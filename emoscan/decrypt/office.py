"""Locked Office documents: encrypted packages, and .doc, .xls and .ppt with encrypted streams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emoscan.context import Clue, Context
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, cfb, officecrypto, officelock, passwords
from emoscan.registry import step

LEGACY_LENGTH = 15
"""Characters of a password that the older formats, and some writers of them, take notice of."""


@step("decrypt package", "office.encrypted", clue="password")
def open_package(artifact: Artifact, ctx: Context) -> Yields:
    """Office Open XML encrypted as a whole ([MS-OFFCRYPTO] 2.3.4)."""
    try:
        file = cfb.CompoundFile(artifact.data, ctx.budget)
        info = file.read("EncryptionInfo")
        lock = officecrypto.package_lock(info)
    except officecrypto.Unmodelled as error:
        yield Fact("document.encrypted", str(error))
        yield Problem("unmodelled", "encryption", f"the document is locked in a way there is no reader of: {error}")
        return
    except Malformed as error:
        yield Fact("document.encrypted", "damaged")
        yield Problem("malformed", "encryption", f"the document is encrypted and its header is damaged: {error}")
        return

    def plain(key: bytes) -> bytes:
        stream = file.read("EncryptedPackage")
        ctx.budget.grow(len(stream), "decrypted document")
        return lock.package(stream, key)

    yield from _open(ctx, lock, plain)


@step("decrypt document", "office.ole", clue="password")
def open_document(artifact: Artifact, ctx: Context) -> Yields:
    """Word, Excel and PowerPoint 97 to 2003, whose streams are encrypted inside the compound file."""
    try:
        locked = officelock.locked(cfb.CompoundFile(artifact.data, ctx.budget))
    except officecrypto.Unmodelled as error:
        yield Fact("document.encrypted", str(error))
        yield Problem("unmodelled", "encryption", f"the document is locked in a way there is no reader of: {error}")
        return
    except Malformed as error:
        yield Problem("malformed", "encryption", f"whether and how the document is encrypted cannot be read: {error}")
        return
    if locked is not None:
        yield from _open(ctx, locked.lock, locked.open, locked.recover)


def _open(ctx: Context, lock: officecrypto.Lock, plain: Callable[[Any], bytes], recover: Callable[[], str] | None = None) -> Yields:
    """Try the passwords; yield the document, or what keeps it shut."""
    if not ctx.again:
        yield Fact("document.encrypted", lock.name)
    tried, limit = 0, ""
    for clue in _candidates(ctx, lock):
        if lock.rounds > 1:
            if ctx.budget.left("kdf_rounds") < lock.rounds:
                limit = "kdf_rounds"
                break
            ctx.budget.spend(lock.rounds, "kdf_rounds")
        tried += 1
        key, password = _key(ctx, lock, clue.value)
        if key is not None:
            yield from _opened(ctx, lock, plain(key), Clue(password, clue.source))
            return
    password = recover() if recover is not None else ""
    if password:
        yield from _opened(ctx, lock, plain(lock.key(password)), Clue(password, "the document itself, which gives it away"))
        return
    if limit:
        size = ctx.budget.size[limit]
        yield Problem("limit", limit, f"not every password could be tried on the document: {size:,} rounds of key derivation are spent")
    yield Problem("encrypted", lock.name, f"the document is locked with {lock.name}; none of {tried} passwords opens it")


def _opened(ctx: Context, lock: officecrypto.Lock, document: bytes, clue: Clue) -> Yields:
    yield Child(document, label=ctx.name, how=f"{lock.name}, password from {clue.source}")
    yield Fact("opened.password", clue.value, clue.source)
    yield Fact("clue.password", clue.value, "opened the document around it", confidence=0.99)


def _candidates(ctx: Context, lock: officecrypto.Lock) -> list[Clue]:
    """Passwords in the order in which they are tried: those of the user, Excel's own, then by rank."""
    cheap = lock.rounds == 1
    clues = ctx.passwords((passwords.VELVET_SWEATSHOP, *passwords.DEFAULT_OFFICE), last=passwords.short_numbers() if cheap else ())
    clues.sort(key=lambda clue: (clue.rank <= 1, clue.value != passwords.VELVET_SWEATSHOP))
    return clues[: ctx.budget.limits.passwords * (passwords.CHEAP if cheap else 1)]


def _key(ctx: Context, lock: officecrypto.Lock, password: str) -> tuple[Any, str]:
    """(key, the form of the password that gave it), (None, "") for a wrong one."""
    forms = (password, password[:LEGACY_LENGTH]) if lock.rounds == 1 and len(password) > LEGACY_LENGTH else (password,)
    for form in forms:
        ctx.budget.spend(100)
        key = lock.key(form)
        if key is not None:
            return key, form
    return None, ""
