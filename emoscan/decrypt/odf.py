"""Locked OpenDocument packages."""

from __future__ import annotations

import io
import re
import zlib
from typing import Final

from msgspec import Struct

from emoscan.context import Clue, Context
from emoscan.model import Artifact, Child, Fact, Problem, Yields
from emoscan.parse import Malformed, odfcrypto, passwords, unpack, zipdir
from emoscan.registry import step

MANIFEST: Final = "META-INF/manifest.xml"
MAX_MEMBERS: Final = 1_000
CHEAP_ITERATIONS: Final = 2_000
_ENCRYPTION_DATA: Final = re.compile(rb"<(?:[\w-]{1,20}:)?encryption-data\b.*?</(?:[\w-]{1,20}:)?encryption-data\s*>", re.DOTALL)


@step("decrypt odf", "office.odf", clue="password")
def open_odf(artifact: Artifact, ctx: Context) -> Yields:
    """A text, sheet or presentation of OpenOffice or LibreOffice with a password."""
    data = artifact.data
    try:
        directory = zipdir.parse(data)
        manifests = directory.find(MANIFEST)
        if not manifests:
            return
        manifest = zipdir.content(data, manifests[0], ctx.budget).data
        locked = [(lock, found[0]) for lock in odfcrypto.locks(manifest)[:MAX_MEMBERS] if (found := directory.find(lock.path))]
    except Malformed as error:
        yield Problem("malformed", "odf", f"the manifest of the document cannot be read: {error}")
        return
    if not locked:
        return
    easiest = min(locked, key=lambda pair: (not pair[0].supported, pair[0].iterations, pair[1].packed))
    lock = easiest[0]
    if not ctx.again:
        yield Fact("document.encrypted", lock.name)
    if not lock.supported:
        yield Problem(
            "unmodelled", "encryption", f"the document is locked in a way there is no reader of: {lock.cipher}, {lock.derivation}"
        )
        return
    tried = 0
    for clue in _candidates(ctx, lock):
        if ctx.budget.left("kdf_rounds") < lock.iterations:
            limit = ctx.budget.size["kdf_rounds"]
            yield Problem(
                "limit", "kdf_rounds", f"not every password could be tried on the document: {limit:,} rounds of key derivation are spent"
            )
            break
        tried += 1
        if _key(data, *easiest, clue.value, ctx) is not None:
            yield from _opened(_Package(data, manifest, directory.members, locked), clue, ctx)
            return
    yield Problem("encrypted", lock.name, f"the document is locked with {lock.name}; none of {tried} passwords opens it")


def _candidates(ctx: Context, lock: odfcrypto.OdfLock) -> list[Clue]:
    most = ctx.budget.limits.passwords * (passwords.CHEAP if lock.iterations <= CHEAP_ITERATIONS else 1)
    return ctx.passwords(passwords.DEFAULT_OFFICE)[:most]


def _key(data: bytes, lock: odfcrypto.OdfLock, member: zipdir.Member, password: str, ctx: Context) -> bytes | None:
    """The key, if the checksum proves it right."""
    ctx.budget.spend(lock.iterations, "kdf_rounds")
    key = lock.key(password)
    try:
        return key if lock.fits(data[member.start : member.end], key) else None
    except Malformed:
        return None


class _Package(Struct, frozen=True):
    """A locked package and its members."""

    data: bytes
    manifest: bytes
    members: tuple[zipdir.Member, ...]
    locked: list[tuple[odfcrypto.OdfLock, zipdir.Member]]


def _opened(package: _Package, clue: Clue, ctx: Context) -> Yields:
    """The same package with plain members, and no word of encryption in its manifest."""
    import zipfile

    data = package.data
    plain: dict[int, bytes] = {}
    for lock, member in package.locked:
        if not lock.supported or ctx.budget.left("kdf_rounds") < lock.iterations:
            yield Problem("limit", "kdf_rounds", f"{lock.path!r} was not decrypted: too many rounds of key derivation")
            continue
        key = _key(data, lock, member, clue.value, ctx)
        if key is None:
            yield Problem("malformed", "odf", f"{lock.path!r} does not decrypt with the password of the rest")
            continue
        try:
            plain[member.start], _ = ctx.inflate(lock.undo(data[member.start : member.end], key))
        except (zlib.error, Malformed) as error:
            yield Problem("malformed", "odf", f"{lock.path!r} is damaged: {error}")
    still_locked = {member.start for _, member in package.locked} - plain.keys()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as writer:
        for member in package.members:
            if member.name == MANIFEST:
                content = _ENCRYPTION_DATA.sub(b"", package.manifest)
            elif member.start in plain:
                content = plain[member.start]
            elif member.start in still_locked:
                continue
            else:
                try:
                    content = zipdir.content(data, member, ctx.budget).data
                except unpack.Unsupported:
                    continue
            ctx.budget.grow(len(content), member.name)
            writer.writestr(zipfile.ZipInfo(member.name), content)
    yield Child(file.getvalue(), label=ctx.name, how=f"{package.locked[0][0].name}, password from {clue.source}")
    yield Fact("opened.password", clue.value, clue.source)
    yield Fact("clue.password", clue.value, "opened the document around it", confidence=0.99)
