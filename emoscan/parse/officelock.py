"""Locked documents of Office 97 to 2003: where each says that it is locked, and the document without its lock.

Word: [MS-DOC] 2.2.6; Excel: [MS-XLS] 2.2.10 and 2.4.117; PowerPoint: [MS-PPT] 2.3.7 and 2.4.17. The compound file itself is
not encrypted, so the plain streams are put back where the locked ones stood.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.cfb import CompoundFile, Entry
from emoscan.parse.cfbwriter import patched
from emoscan.parse.ciphers import rc4
from emoscan.parse.officecrypto import ROTATED, BlockKey, Lock, Rc4, Unmodelled, Xor, binary_lock, password_of, rc4_blocks, xor_at


class Locked(Struct, frozen=True):
    lock: Lock
    open: Callable[[Any], bytes]
    """Key of the lock → the plain document. Raises Malformed when the plain text is none."""
    recover: Callable[[], str] | None = None
    """The password, where the scheme is so weak that the text gives it away; "" when it does not."""


def locked(file: CompoundFile) -> Locked | None:
    """What locks the document, None when nothing does. Raises Malformed for damaged headers, Unmodelled for unknown schemes."""
    for path, finder in (("WordDocument", _word), ("Workbook", _excel), ("Book", _excel), ("PowerPoint Document", _powerpoint)):
        stream = file.stream(path)
        if stream is not None:
            found = finder(file, stream)
            if found is not None:
                return found
    return None


# ------------------------------------------------------------------ Word

_FIB_PLAIN: Final = 0x44
"""Bytes at the beginning of WordDocument that are never encrypted, 2.2.6.2."""
_F_ENCRYPTED, _F_TABLE_1, _F_OBFUSCATED = 0x0100, 0x0200, 0x8000
_WORD_97: Final = 0x00C1
"""nFib from which on there is a table stream; Word 6 and 95 are below."""


def _word(file: CompoundFile, stream: Entry) -> Locked | None:
    fib = file.read(stream, 32)
    if len(fib) < 32:
        return None
    ident, version, flags, key = struct.unpack_from("<HH6xHxxI", fib)
    if not flags & _F_ENCRYPTED or ident not in {0xA5EC, 0xA5DC, 0xA697, 0xA699}:
        return None
    if version < _WORD_97:
        raise Unmodelled("encryption of Word 6 and 95")
    table = file.stream("1Table" if flags & _F_TABLE_1 else "0Table")
    if table is None:
        raise Malformed("an encrypted document without table stream")
    streams = [stream, table, *(entry for entry in (file.stream("Data"),) if entry is not None)]
    if flags & _F_OBFUSCATED:
        return Locked(Xor(key & 0xFFFF, key >> 16, "XOR obfuscation of Word"), lambda array: _plain_word(file, streams, _xor_word(array)))
    lock = binary_lock(file.read(table, min(key, 4_096)))
    return Locked(lock, lambda of_block: _plain_word(file, streams, lambda data: rc4_blocks(of_block, data, 512)))


def _xor_word(array: bytes) -> Callable[[bytes], bytes]:
    """Method 2 of 2.3.7 leaves bytes alone that are zero, or would become zero."""

    def undo(data: bytes) -> bytes:
        other = xor_at(array, data, 0)
        return bytes(byte if not byte or not plain else plain for byte, plain in zip(data, other, strict=True))

    return undo


def _plain_word(file: CompoundFile, streams: list[Entry], undo: Callable[[bytes], bytes]) -> bytes:
    contents: dict[Entry, bytes] = {}
    for number, entry in enumerate(streams):
        data = file.read(entry)
        plain = undo(data)
        if number == 0:
            head = bytearray(data[:_FIB_PLAIN])
            (flags,) = struct.unpack_from("<H", head, 10)
            struct.pack_into("<H", head, 10, flags & ~(_F_ENCRYPTED | _F_OBFUSCATED))
            struct.pack_into("<I", head, 14, 0)
            plain = bytes(head) + plain[_FIB_PLAIN:]
        contents[entry] = plain
    return patched(file, contents)


# ------------------------------------------------------------------ Excel

_FILEPASS, _BOUNDSHEET, _EOF = 0x002F, 0x0085, 0x000A
_BOF: Final = frozenset({0x0809, 0x0409, 0x0209, 0x0009})
_CLEAR: Final = frozenset({*_BOF, _FILEPASS, 0x0194, 0x0195, 0x00E1, 0x0196, 0x0138})
"""Records that are never encrypted, 2.2.10: BOF of every version, FilePass, UsrExcl, FileLock, InterfaceHdr, RRDInfo, RRDHead."""
_BIFF8: Final = 0x0600
_MAX_GLOBALS: Final = 1_000
"""Records among which FilePass is looked for: it stands right behind BOF."""


def _records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(type, offset of the content, length) of each record; the last may be cut short."""
    at = 0
    while at + 4 <= len(data):
        type_, length = struct.unpack_from("<HH", data, at)
        at += 4
        yield type_, at, min(length, len(data) - at)
        at += length


def _excel(file: CompoundFile, stream: Entry) -> Locked | None:
    head = file.read(stream, 1 << 16)
    version = -1
    for number, (type_, at, length) in enumerate(_records(head)):
        if version < 0 and type_ in _BOF:
            version = int.from_bytes(head[at : at + 2], "little")
        elif version >= 0 and type_ == _FILEPASS:
            return _excel_lock(file, stream, head[at : at + length], version)
        elif (version < 0 and (type_ or length)) or type_ == _EOF or number > _MAX_GLOBALS:
            return None
    return None


def _excel_lock(file: CompoundFile, stream: Entry, info: bytes, version: int) -> Locked:
    if version == _BIFF8:
        if len(info) < 6:
            raise Malformed("FilePass is cut off")
        kind, info = struct.unpack_from("<H", info)[0], info[2:]
        if kind == 1:
            lock = binary_lock(info)
            return Locked(lock, lambda of_block: _plain_excel(file, stream, lambda data: _rc4_records(of_block, data)))
        if kind:
            raise Unmodelled(f"FilePass of type {kind}")
    if len(info) < 4:
        raise Malformed("FilePass is cut off")
    xor = Xor(*struct.unpack_from("<HH", info))

    return Locked(
        xor,
        lambda array: _plain_excel(file, stream, lambda data: _xor_records(array, data)),
        lambda: _password_by_zeros(file.read(stream), xor),
    )


def _rc4_records(of_block: BlockKey, data: bytes) -> bytearray:
    """The key stream runs over headers too, and they are left as they are."""
    stream = rc4_blocks(of_block, data, 1_024)
    plain = bytearray(data)
    for type_, at, length in _records(data):
        if type_ not in _CLEAR:
            start = at + (4 if type_ == _BOUNDSHEET else 0)  # the offset of the sheet stays readable
            plain[start : at + length] = stream[start : at + length]
    return plain


def _xor_records(array: bytes, data: bytes) -> bytearray:
    """Method 1 of 2.3.7: the index of the array begins with the end of the record."""
    plain = bytearray(data)
    for type_, at, length in _records(data):
        if type_ not in _CLEAR:
            start = at + (4 if type_ == _BOUNDSHEET else 0)
            plain[start : at + length] = xor_at(array, data[start : at + length], at + length + start - at).translate(ROTATED)
    return plain


def _password_by_zeros(data: bytes, lock: Xor) -> str:
    """The password of XOR obfuscation, out of the text, "" when it does not show.

    Plain zeros are by far the commonest byte of a workbook, and each shows a byte of the array: so the commonest byte at
    each index is the array, and the array gives the password back, which the key and the verifier then prove.
    """
    counts = [Counter[int]() for _ in range(16)]
    for type_, at, length in _records(data[: 1 << 20]):
        if type_ not in _CLEAR and type_ != _BOUNDSHEET:
            for index in range(min(16, length)):
                counts[(at + length + index) % 16].update(data[at + index : at + length : 16])
    array = bytes(count.most_common(1)[0][0] if count else 0 for count in counts)
    for length in range(1, 16):
        password = password_of(array, lock.key_value, length)
        if lock.key(password) is not None:
            return password
    return ""


def _plain_excel(file: CompoundFile, stream: Entry, undo: Callable[[bytes], bytearray]) -> bytes:
    data = file.read(stream)
    plain = undo(data)
    for type_, at, length in _records(data[: 1 << 16]):
        if type_ == _FILEPASS:  # without it, readers take the rest as it is
            plain[at - 4 : at + length] = bytes(2) + data[at - 2 : at] + bytes(length)
            break
    return patched(file, {stream: bytes(plain)})


# ------------------------------------------------------------------ PowerPoint

_USER_EDIT, _PERSIST_DIRECTORY, _CRYPT_SESSION, _CURRENT_USER = 0x0FF5, 0x1772, 0x2F14, 0x0FF6
_ENCRYPTED_TOKEN, _PLAIN_TOKEN = 0xF3D1C4DF, 0xE391C05F
_MAX_EDITS: Final = 1_000
_MAX_PERSIST: Final = 100_000


def _powerpoint(file: CompoundFile, stream: Entry) -> Locked | None:
    user = file.stream("Current User")
    if user is None:
        return None
    atom = file.read(user, 64)
    if len(atom) < 20 or struct.unpack_from("<H", atom, 2)[0] != _CURRENT_USER:
        return None
    token, edit = struct.unpack_from("<II", atom, 12)
    data = file.read(stream)
    persist, edits = _persist_objects(data, edit)
    session = next((at for _, at in persist.items() if _record(data, at)[0] == _CRYPT_SESSION), -1)
    if session < 0:
        if token == _ENCRYPTED_TOKEN:
            raise Malformed("an encrypted presentation without its CryptSession10Container")
        return None
    length = _record(data, session)[1]
    lock = binary_lock(data[session + 8 : session + 8 + length])
    if isinstance(lock, Rc4):
        raise Unmodelled("presentation with RC4 40-bit")
    return Locked(lock, lambda of_block: _plain_powerpoint(file, stream, user, _Presentation(data, persist, edits, session), of_block))


class _Presentation(Struct, frozen=True):
    data: bytes
    persist: dict[int, int]
    edits: list[int]
    session: int


def _record(data: bytes, at: int) -> tuple[int, int]:
    """(type, length) of the record at an offset; (0, 0) where there is none."""
    if not 0 <= at <= len(data) - 8:
        return 0, 0
    type_, length = struct.unpack_from("<HI", data, at + 2)
    return type_, min(length, len(data) - at - 8)


def _persist_objects(data: bytes, edit: int) -> tuple[dict[int, int], list[int]]:
    """(identifier → offset of its record, offsets of the edits), the latest edit first, [MS-PPT] 2.1.2."""
    persist: dict[int, int] = {}
    edits: list[int] = []
    while len(edits) < _MAX_EDITS and edit not in edits and _record(data, edit)[0] == _USER_EDIT:
        length = _record(data, edit)[1]
        if length < 28:
            break
        edits.append(edit)
        edit, directory = struct.unpack_from("<II", data, edit + 16)
        type_, length = _record(data, directory)
        at, end = directory + 8, directory + 8 + length
        while type_ == _PERSIST_DIRECTORY and at + 4 <= end and len(persist) < _MAX_PERSIST:
            (entry,) = struct.unpack_from("<I", data, at)
            at += 4
            for number in range(entry >> 20):
                if at + 4 > end:
                    break
                persist.setdefault((entry & 0xFFFFF) + number, struct.unpack_from("<I", data, at)[0])
                at += 4
        if not edit:
            break
    return persist, edits


def _plain_powerpoint(file: CompoundFile, stream: Entry, user: Entry, found: _Presentation, of_block: BlockKey) -> bytes:
    """Each persist object is one RC4 stream, whose block is the object's identifier."""
    data = found.data
    plain = bytearray(data)
    taken = 0
    for identifier, at in found.persist.items():
        if at == found.session or at in found.edits or _record(data, at)[0] in {_USER_EDIT, _PERSIST_DIRECTORY} or at + 8 > len(data):
            continue
        key = of_block(identifier)
        length = 8 + _record(rc4(key, data[at : at + 8]).ljust(len(data) - at, b"\0"), 0)[1]
        taken += length
        if taken > 2 * len(data):
            raise Malformed("objects of the presentation overlap")
        plain[at : at + length] = rc4(key, data[at : at + length])
    length = _record(data, found.session)[1]
    plain[found.session : found.session + 8 + length] = bytes(8 + length)
    for edit in found.edits:
        if _record(data, edit)[1] >= 32:
            struct.pack_into("<I", plain, edit + 36, 0)
    atom = bytearray(file.read(user))
    struct.pack_into("<I", atom, 12, _PLAIN_TOKEN)
    return patched(file, {stream: bytes(plain), user: bytes(atom)})
