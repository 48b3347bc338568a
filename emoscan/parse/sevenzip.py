"""7z archives (7zFormat.txt and Methods.txt of the 7-Zip sources): members, and the streams they are packed in.

    archive = parse(data, budget)                                 # raises Malformed
    archive = archive.unlocked(Keys("password"), budget)          # when even the names are encrypted
    for member, content in contents(archive, 0, budget, keys):    # the members of its first folder, in order

A folder is a run of members packed as one stream through a chain of coders. Numbers in headers are never believed: every
count is checked against the bytes that would have to follow it.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import Struct

from emoscan.budget import MIB, Budget
from emoscan.parse import Malformed
from emoscan.parse.ciphers import aes_cbc
from emoscan.parse.unpack import (
    CHUNK,
    WINDOW,
    Collector,
    Content,
    Pieces,
    Unsupported,
    bzip2,
    deflate,
    deflate64,
    lzma1,
    lzma2,
    stored,
    zstandard,
)

MAGIC: Final = b"7z\xbc\xaf\x27\x1c"
_SIGNATURE: Final = struct.Struct("<6sBBIQQI")

# Identifiers of the header's parts.
(END, HEADER, PROPERTIES, ADDITIONAL, MAIN, FILES, PACK, UNPACK, SUBSTREAMS, SIZE, CRC, FOLDER, UNPACK_SIZE, NUM_UNPACK, EMPTY_STREAM) = (
    range(15)
)
EMPTY_FILE, ANTI, NAMES = 15, 16, 17
ATTRIBUTES, ENCODED_HEADER = 21, 23

MAX_HEADER: Final = 64 * MIB
MAX_CODERS: Final = 32

METHODS: Final[dict[bytes, str]] = {
    b"\x00": "Copy",
    b"\x03": "Delta",
    b"\x04": "BCJ x86",
    b"\x05": "PPC",
    b"\x06": "IA64",
    b"\x07": "ARM",
    b"\x08": "ARMT",
    b"\x09": "SPARC",
    b"\x0a": "ARM64",
    b"\x21": "LZMA2",
    b"\x03\x01\x01": "LZMA",
    b"\x03\x03\x01\x03": "BCJ x86",
    b"\x03\x03\x01\x1b": "BCJ2",
    b"\x03\x03\x02\x05": "PPC",
    b"\x03\x03\x04\x01": "IA64",
    b"\x03\x03\x05\x01": "ARM",
    b"\x03\x03\x07\x01": "ARMT",
    b"\x03\x03\x08\x05": "SPARC",
    b"\x03\x04\x01": "PPMd",
    b"\x04\x01\x08": "Deflate",
    b"\x04\x01\x09": "Deflate64",
    b"\x04\x02\x02": "BZip2",
    b"\x04\xf7\x11\x01": "Zstandard",
    b"\x06\xf1\x07\x01": "AES-256",
}


class Coder(Struct, frozen=True):
    method: bytes
    properties: bytes = b""
    inputs: int = 1
    outputs: int = 1

    @property
    def name(self) -> str:
        return METHODS.get(self.method, f"method {self.method.hex()}")


class Folder(Struct, frozen=True):
    coders: tuple[Coder, ...]
    bonds: dict[int, int]
    """Input of a coder → output of another that feeds it. Inputs and outputs are counted over all coders."""
    packed: dict[int, tuple[int, int]]
    """Input of a coder → (start, end) of the packed bytes in the file that feed it."""
    sizes: tuple[int, ...]
    """Of each output."""
    crc: int | None

    @property
    def final(self) -> int:
        """The output that feeds no other coder: the plain bytes."""
        taken = set(self.bonds.values())
        return next((index for index in range(len(self.sizes)) if index not in taken), 0)

    @property
    def size(self) -> int:
        """Of the plain bytes, as the header says."""
        return self.sizes[self.final] if self.sizes else 0

    @property
    def packed_size(self) -> int:
        return sum(end - start for start, end in self.packed.values())

    @property
    def lock(self) -> Locked | None:
        return next((locked(coder.properties) for coder in self.coders if coder.name == "AES-256"), None)

    @property
    def methods(self) -> str:
        return " + ".join(coder.name for coder in self.coders)


class Member(Struct, frozen=True):
    name: str
    size: int
    crc: int | None
    folder: int
    """Index of the folder it is in; -1 for empty files and directories."""
    directory: bool = False


class Archive(Struct, frozen=True):
    data: bytes
    members: tuple[Member, ...]
    folders: tuple[Folder, ...]
    header: Folder | None = None
    """Set when the header itself is packed and encrypted, so that not even names can be read."""
    header_lock: Locked | None = None

    def unlocked(self, keys: Keys, budget: Budget) -> Archive:
        """The archive with its header read. Raises Malformed when the password is wrong."""
        assert self.header is not None
        return _read_header(self.data, _plain_header(self.data, self.header, budget, keys), budget, keys)


# ------------------------------------------------------------------ encryption


class Locked(Struct, frozen=True):
    """7zAES: AES-256 in CBC mode, the key a SHA-256 over password and counter, repeated."""

    power: int
    salt: bytes
    iv: bytes
    name: str = "7z AES-256"

    @property
    def rounds(self) -> int:
        """What a password costs, in rounds of a hash called one by one: the repetition is hashed in large pieces."""
        return (1 << self.power) // 6 + 1

    def key(self, password: str) -> bytes:
        word = password.encode("utf-16-le", "surrogatepass")
        if self.power == 0x3F:
            return (self.salt + word)[:32].ljust(32, b"\0")
        step = len(self.salt) + len(word) + 8
        count = 1 << min(self.power, 16)
        block = bytearray((self.salt + word + bytes(8)) * count)
        counter = step - 8
        numbers = struct.pack(f"<{count}H", *range(count)) if count > 1 else bytes(2)
        block[counter::step] = numbers[0::2]
        block[counter + 1 :: step] = numbers[1::2]
        digest = hashlib.sha256()
        for high in range((1 << self.power) // count):
            for byte, value in enumerate(high.to_bytes(6, "little")):
                if byte == 0 or value or high >> 8 * byte:
                    block[counter + 2 + byte :: step] = bytes([value]) * count
            digest.update(block)
        return digest.digest()


class Keys:
    """The keys a password gives, each made once."""

    def __init__(self, password: str) -> None:
        self.password = password
        self.made: dict[tuple[int, bytes], bytes] = {}

    def of(self, lock: Locked) -> bytes:
        key = (lock.power, lock.salt)
        if key not in self.made:
            self.made[key] = lock.key(self.password)
        return self.made[key]


MAX_POWER: Final = 24
"""7-Zip's own limit."""


def locked(properties: bytes) -> Locked:
    """The parameters of an AES coder. Raises Malformed, Unsupported."""
    if not properties:
        raise Malformed("AES without properties")
    first = properties[0]
    second = properties[1] if first & 0xC0 and len(properties) > 1 else 0
    salt = (first >> 7) + (second >> 4) if first & 0xC0 else 0
    vector = (first >> 6 & 1) + (second & 0x0F) if first & 0xC0 else 0
    body = properties[2:]
    if len(body) < salt + vector:
        raise Malformed("AES properties are cut off")
    power = first & 0x3F
    if power > MAX_POWER and power != 0x3F:
        raise Unsupported(f"AES with 2^{power} rounds")
    return Locked(power, body[:salt], body[salt : salt + vector].ljust(16, b"\0"))


# ------------------------------------------------------------------ header


def parse(data: bytes, budget: Budget) -> Archive:
    """Members and folders. Raises Malformed, Unsupported."""
    at = data.find(MAGIC, 0, 1 << 20)
    if at < 0 or len(data) < at + _SIGNATURE.size:
        raise Malformed("no 7z archive")
    data = data[at:] if at else data
    _, _, _, _, offset, size, crc = _SIGNATURE.unpack_from(data)
    start = _SIGNATURE.size + offset
    if not size and not offset:
        return Archive(data, (), ())
    header = data[start : start + size]
    if size > MAX_HEADER or len(header) < size or zlib.crc32(header) != crc:
        raise Malformed("the header is not where it should be: the archive is cut off or damaged")
    return _read_header(data, header, budget, None)


def _read_header(data: bytes, header: bytes, budget: Budget, keys: Keys | None) -> Archive:
    for _ in range(4):  # a packed header may hold another
        reader = _Reader(header)
        kind = reader.byte()
        if kind == HEADER:
            return _archive(data, reader)
        if kind != ENCODED_HEADER:
            raise Malformed(f"header of kind {kind}")
        folders, _ = _streams(reader)
        if not folders:
            return Archive(data, (), ())
        lock = folders[0].lock
        if lock is not None and keys is None:
            return Archive(data, (), (), folders[0], lock)
        header = _plain_header(data, folders[0], budget, keys)
    raise Malformed("headers within headers")


def _plain_header(data: bytes, folder: Folder, budget: Budget, keys: Keys | None) -> bytes:
    pieces = bytearray()
    for piece in _decoded(data, folder, keys):
        budget.spend(len(piece), "expanded_bytes", "header of a 7z archive")
        pieces += piece
        if len(pieces) >= min(folder.size, MAX_HEADER):
            break
    plain = bytes(pieces[: folder.size])
    if folder.crc is not None and zlib.crc32(plain) != folder.crc:
        raise Malformed("the header does not unpack to what it should")
    return plain


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) < count:
            raise Malformed("the header is cut off")
        self.at += count
        return piece

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """As many bytes follow as the first has leading ones; its other bits are the highest."""
        first = self.byte()
        mask, value = 0x80, 0
        for index in range(8):
            if not first & mask:
                return value | (first & mask - 1) << 8 * index
            value |= self.byte() << 8 * index
            mask >>= 1
        return value

    def count(self, least: int = 1) -> int:
        """A number of things, each of which takes at least so many bytes of what is left of the header."""
        number = self.number()
        if number * least > len(self.data) - self.at:
            raise Malformed(f"{number} entries in a header of {len(self.data)} bytes")
        return number

    def bits(self, count: int) -> list[bool]:
        packed = self.take((count + 7) // 8)
        return [bool(packed[index >> 3] & 0x80 >> (index & 7)) for index in range(count)]

    def some(self, count: int) -> list[bool]:
        """Bits, or one byte that says they are all set."""
        return [True] * count if self.byte() else self.bits(count)

    def digests(self, count: int) -> list[int | None]:
        return [struct.unpack("<I", self.take(4))[0] if defined else None for defined in self.some(count)]


def _archive(data: bytes, reader: _Reader) -> Archive:
    folders: list[Folder] = []
    parts: list[list[tuple[int, int | None]]] = []
    while (kind := reader.byte()) != END:
        if kind == PROPERTIES:
            while reader.byte() != END:
                reader.take(reader.number())
        elif kind == ADDITIONAL:
            _streams(reader)
        elif kind == MAIN:
            folders, parts = _streams(reader)
        elif kind == FILES:
            return Archive(data, tuple(_files(reader, parts)), tuple(folders))
        else:
            raise Malformed(f"part {kind} in the header")
    return Archive(data, (), tuple(folders))


def _streams(reader: _Reader) -> tuple[list[Folder], list[list[tuple[int, int | None]]]]:
    """(folders, (size, CRC) of each member of each folder)."""
    offset, packed_sizes = 0, list[int]()
    shapes: list[_Shape] = []
    sizes: list[tuple[int, ...]] = []
    crcs: list[int | None] = []
    parts: list[list[tuple[int, int | None]]] | None = None
    folders: list[Folder] = []
    while (kind := reader.byte()) != END:
        if kind == PACK:
            offset, packed_sizes = _pack_info(reader)
        elif kind == UNPACK:
            shapes, sizes, crcs = _folder_info(reader)
        elif kind == SUBSTREAMS:
            folders = _placed(shapes, sizes, crcs, offset, packed_sizes)
            parts = _substreams(reader, folders)
        else:
            raise Malformed(f"part {kind} among the streams")
    folders = folders or _placed(shapes, sizes, crcs, offset, packed_sizes)
    return folders, parts if parts is not None else [[(folder.size, folder.crc)] for folder in folders]


def _pack_info(reader: _Reader) -> tuple[int, list[int]]:
    offset = _SIGNATURE.size + reader.number()
    count = reader.count(0)
    sizes: list[int] = []
    while (kind := reader.byte()) != END:
        if kind == SIZE:
            if count > len(reader.data):
                raise Malformed("more streams than bytes")
            sizes = [reader.number() for _ in range(count)]
        elif kind == CRC:
            if count > 8 * len(reader.data):
                raise Malformed("more streams than bytes")
            reader.digests(count)
        else:
            raise Malformed(f"part {kind} of the packed streams")
    return offset, sizes


def _folder_info(reader: _Reader) -> tuple[list[_Shape], list[tuple[int, ...]], list[int | None]]:
    """(shape of each folder, sizes of its outputs, CRCs)."""
    if reader.byte() != FOLDER:
        raise Malformed("no folders")
    count = reader.count(2)
    if reader.byte():
        raise Unsupported("folders outside the header")
    shapes = [_shape(reader) for _ in range(count)]
    sizes: list[tuple[int, ...]] = []
    crcs: list[int | None] = [None] * count
    while (kind := reader.byte()) != END:
        if kind == UNPACK_SIZE:
            sizes = [tuple(reader.number() for coder in coders for _ in range(coder.outputs)) for coders, _, _ in shapes]
        elif kind == CRC:
            crcs = reader.digests(count)
        else:
            raise Malformed(f"part {kind} of the folders")
    if len(sizes) < count:
        raise Malformed("folders without sizes")
    return shapes, sizes, crcs


_Shape = tuple[tuple[Coder, ...], dict[int, int], list[int]]
"""(coders, bonds, inputs that packed streams feed)."""


def _shape(reader: _Reader) -> _Shape:
    coders = []
    count = reader.count(2)
    if not 0 < count <= MAX_CODERS:
        raise Malformed(f"a folder with {count} coders")
    for _ in range(count):
        flags = reader.byte()
        method = reader.take(flags & 0x0F)
        inputs, outputs = (reader.number(), reader.number()) if flags & 0x10 else (1, 1)
        if not (0 < inputs <= MAX_CODERS and 0 < outputs <= MAX_CODERS):
            raise Malformed(f"a coder with {inputs} inputs and {outputs} outputs")
        coders.append(Coder(method, reader.take(reader.number()) if flags & 0x20 else b"", inputs, outputs))
    total_in, total_out = sum(c.inputs for c in coders), sum(c.outputs for c in coders)
    bonds = {reader.number(): reader.number() for _ in range(total_out - 1)}
    packed = total_in - (total_out - 1)
    if packed < 1:
        raise Malformed("a folder without input")
    fed = [reader.number() for _ in range(packed)] if packed > 1 else [i for i in range(total_in) if i not in bonds][:1]
    return tuple(coders), bonds, fed


def _placed(
    shapes: list[_Shape], sizes: list[tuple[int, ...]], crcs: list[int | None], offset: int, packed_sizes: list[int]
) -> list[Folder]:
    """The folders with the places of their packed bytes."""
    folders = []
    stream, at = 0, offset
    for (coders, bonds, inputs), out_sizes, crc in zip(shapes, sizes, crcs, strict=True):
        packed: dict[int, tuple[int, int]] = {}
        for input_ in inputs:
            if stream >= len(packed_sizes):
                raise Malformed("more folders than packed streams")
            packed[input_] = (at, at + packed_sizes[stream])
            at += packed_sizes[stream]
            stream += 1
        folders.append(Folder(coders, bonds, packed, out_sizes, crc))
    return folders


def _substreams(reader: _Reader, folders: list[Folder]) -> list[list[tuple[int, int | None]]]:
    counts = [1] * len(folders)
    kind = reader.byte()
    if kind == NUM_UNPACK:
        counts = [reader.count(0) for _ in folders]
        kind = reader.byte()
    if sum(counts) > len(reader.data):
        raise Malformed("more members than bytes")
    sizes: list[list[int]] = []
    for folder, count in zip(folders, counts, strict=True):
        mine = [reader.number() for _ in range(count - 1)] if kind == SIZE else []
        sizes.append([*mine, folder.size - sum(mine)] if count else [])
    if kind == SIZE:
        kind = reader.byte()
    unknown = [(f, n) for f, folder in enumerate(folders) for n in range(counts[f]) if counts[f] != 1 or folder.crc is None]
    crcs: dict[tuple[int, int], int | None] = {}
    while kind != END:
        if kind == CRC:
            crcs = dict(zip(unknown, reader.digests(len(unknown)), strict=True))
        else:
            raise Malformed(f"part {kind} of the members' streams")
        kind = reader.byte()
    return [
        [(size, crcs.get((f, n), folder.crc if counts[f] == 1 else None)) for n, size in enumerate(sizes[f])]
        for f, folder in enumerate(folders)
    ]


def _files(reader: _Reader, parts: list[list[tuple[int, int | None]]]) -> Iterator[Member]:
    count = reader.count(0)
    if count > 8 * len(reader.data):
        raise Malformed("more members than the header has bits")
    names = [""] * count
    empty, empty_file = [False] * count, set[int]()
    directories: set[int] = set()
    while (kind := reader.number()) != END:
        body = _Reader(reader.take(reader.number()))
        if kind == EMPTY_STREAM:
            empty = body.bits(count)
        elif kind == EMPTY_FILE:
            which = [index for index in range(count) if empty[index]]
            empty_file = {index for index, is_file in zip(which, body.bits(len(which)), strict=True) if is_file}
        elif kind == NAMES and not body.byte():
            found = body.data[1:].decode("utf-16-le", "replace").split("\0")
            names = [*found[:count], *[""] * (count - len(found))]
        elif kind == ATTRIBUTES:
            defined = body.some(count)
            if not body.byte():
                directories = {i for i, d in enumerate(defined) if d and struct.unpack("<I", body.take(4))[0] & 0x10}
    streams = iter([(f, size, crc) for f, members in enumerate(parts) for size, crc in members])
    for index, name in enumerate(names):
        if empty[index]:
            yield Member(name, 0, None, -1, index not in empty_file or index in directories)
            continue
        stream = next(streams, None)
        if stream is None:
            raise Malformed("more members than streams")
        yield Member(name, stream[1], stream[2], stream[0])


# ------------------------------------------------------------------ contents


def contents(archive: Archive, folder: int, budget: Budget, keys: Keys | None = None) -> Iterator[tuple[Member, Content]]:
    """The members of a folder with what they hold, in order; damage and limits are told in the answers.

    Raises Unsupported, before the first, for methods there is no reader of and for encryption without keys.
    """
    shape = archive.folders[folder]
    collector = Collector(_decoded(archive.data, shape, keys), shape.packed_size, budget)
    return ((member, collector.take(member.size, member.crc, member.name)) for member in archive.members if member.folder == folder)


def fits(archive: Archive, folder: int, keys: Keys, budget: Budget) -> bool:
    """Whether a password is right: the first member of the folder unpacks, and to its CRC. Keeps nothing of it."""
    first = next((m for m in archive.members if m.folder == folder), None)
    shape = archive.folders[folder]
    size, crc = (shape.size, shape.crc) if first is None or first.crc is None else (first.size, first.crc)
    digest = made = 0
    try:
        for piece in _decoded(archive.data, shape, keys):
            piece = piece[: size - made]
            digest, made = zlib.crc32(piece, digest), made + len(piece)
            budget.check_time()
            if made >= size:
                break
    except Unsupported:
        raise
    except Malformed:
        return False
    return made == size and crc in {None, digest}


def _decoded(data: bytes, folder: Folder, keys: Keys | None) -> Pieces:
    if any(coder.outputs != 1 for coder in folder.coders):
        raise Unsupported(folder.methods)
    first_input = [sum(coder.inputs for coder in folder.coders[:index]) for index in range(len(folder.coders))]

    def feed(input_: int, above: tuple[int, ...]) -> Iterator[bytes | memoryview]:
        if input_ in folder.packed:
            start, end = folder.packed[input_]
            if end > len(data):
                raise Malformed("the archive is cut off")
            return iter((memoryview(data)[start:end],))
        if input_ not in folder.bonds:
            raise Malformed("a coder without input")
        return output(folder.bonds[input_], above)

    def output(index: int, above: tuple[int, ...]) -> Pieces:
        if index in above or index >= len(folder.coders):
            raise Malformed("coders that feed each other")
        coder = folder.coders[index]
        inputs = [feed(first_input[index] + number, (*above, index)) for number in range(coder.inputs)]
        if coder.name == "BCJ2" and len(inputs) == 4:
            main, calls, jumps, choices = map(_whole, inputs)
            return bcj2(main, calls, jumps, choices, folder.sizes[index])
        opener = _OPENERS.get(coder.name)
        if opener is None or len(inputs) != 1:
            raise Unsupported(coder.name)
        return opener(inputs[0], coder.properties, folder.sizes[index], keys)

    return output(folder.final, ())


MAX_WHOLE: Final = 128 * MIB


def _whole(pieces: Iterator[bytes | memoryview]) -> bytes:
    """All of it, for what cannot be done piece by piece."""
    out = bytearray()
    for piece in pieces:
        out += piece
        if len(out) > MAX_WHOLE:
            raise Unsupported(f"a stream of more than {MAX_WHOLE >> 20} MiB")
    return bytes(out)


_JUMP: Final = re.compile(rb"[\xe8\xe9]|\x0f[\x80-\x8f]", re.DOTALL)


def bcj2(main: bytes, calls: bytes, jumps: bytes, choices: bytes, size: int) -> Pieces:
    """Machine code whose call and jump targets were taken out of it; a range coder tells which ones."""
    if len(choices) < 5:
        raise Malformed("BCJ2 is cut off")
    probabilities = [1_024] * 258
    code, range_, at_choice = int.from_bytes(choices[1:5], "big"), 0xFFFFFFFF, 5
    at = at_call = at_jump = done = previous = 0
    out = bytearray()
    while at < len(main) and done + len(out) < size:
        if previous == 0x0F and main[at] & 0xF0 == 0x80:
            jump = at
        else:
            match = _JUMP.search(main, at)
            jump = match.end() - 1 if match else -1
        if jump < 0:
            out += main[at:]
            break
        if jump > at:
            previous = main[jump - 1]
        out += main[at : jump + 1]
        byte, at = main[jump], jump + 1
        which = previous if byte == 0xE8 else 256 if byte == 0xE9 else 257
        bound = (range_ >> 11) * probabilities[which]
        taken = code >= bound
        if taken:
            range_, code = range_ - bound, code - bound
            probabilities[which] -= probabilities[which] >> 5
        else:
            range_ = bound
            probabilities[which] += 2_048 - probabilities[which] >> 5
        if range_ < 1 << 24:
            range_, code = range_ << 8 & 0xFFFFFFFF, (code << 8 | (choices[at_choice] if at_choice < len(choices) else 0)) & 0xFFFFFFFF
            at_choice += 1
        previous = byte
        if taken:
            if byte == 0xE8:
                target, at_call = calls[at_call : at_call + 4], at_call + 4
            else:
                target, at_jump = jumps[at_jump : at_jump + 4], at_jump + 4
            if len(target) < 4:
                raise Malformed("BCJ2 ends too early")
            relative = int.from_bytes(target, "big") - (done + len(out) + 4) & 0xFFFFFFFF
            out += relative.to_bytes(4, "little")
            previous = relative >> 24
        if len(out) >= MIB:
            yield bytes(out)
            done += len(out)
            out.clear()
    yield bytes(out[: max(size - done, 0)])


Opener = Callable[[Iterator[bytes | memoryview], bytes, int, Keys | None], Pieces]


def _aes(pieces: Iterator[bytes | memoryview], properties: bytes, size: int, keys: Keys | None) -> Pieces:
    """The packed bytes come in one piece: nothing stands before encryption."""
    if keys is None:
        raise Unsupported("encryption without a password")
    lock = locked(properties)
    return _decrypted(b"".join(bytes(piece) for piece in pieces), keys.of(lock), lock.iv, size)


def _decrypted(packed: bytes, key: bytes, vector: bytes, size: int) -> Pieces:
    for at in range(0, min(len(packed) & ~15, size + 15), CHUNK):
        block = packed[at : min(at + CHUNK, len(packed) & ~15)]
        yield aes_cbc(key, vector, block)[: max(size - at, 0)]
        vector = block[-16:]


def _lzma(pieces: Iterator[bytes | memoryview], properties: bytes, size: int, _keys: Keys | None) -> Pieces:
    if len(properties) < 5:
        raise Malformed("LZMA properties are cut off")
    return lzma1(pieces, properties[0], min(struct.unpack_from("<I", properties, 1)[0], max(size, 4_096)), size)


def _lzma2(pieces: Iterator[bytes | memoryview], properties: bytes, size: int, _keys: Keys | None) -> Pieces:
    if len(properties) != 1 or properties[0] > 40:
        raise Malformed("LZMA2 properties are damaged")
    window = 0xFFFFFFFF if properties[0] == 40 else (2 | properties[0] & 1) << properties[0] // 2 + 11
    return lzma2(pieces, min(window, max(size, 4_096), WINDOW))


MAX_PPMD: Final = 512 << 10
"""Which takes up to ten seconds."""


def _ppmd(pieces: Iterator[bytes | memoryview], properties: bytes, size: int, _keys: Keys | None) -> Pieces:
    from emoscan.parse.ppmd import Model, SevenZipCoder

    if len(properties) < 5:
        raise Malformed("PPMd properties are cut off")
    if size > MAX_PPMD:
        raise Unsupported(f"PPMd of more than {MAX_PPMD >> 10} KiB")
    order, memory = struct.unpack_from("<BI", properties)
    yield from Model(order, memory).decode(SevenZipCoder(_whole(pieces)), size)


def _delta(pieces: Iterator[bytes | memoryview], properties: bytes, _size: int, _keys: Keys | None) -> Pieces:
    """Each byte is the difference from the one so many before it."""
    distance = properties[0] + 1 if properties else 1
    before = bytearray(distance)
    for piece in pieces:
        plain = bytearray(piece)
        for lane in range(distance):
            value = before[lane]
            for at in range(lane, len(plain), distance):
                value = value + plain[at] & 0xFF
                plain[at] = value
            before[lane] = value
        turn = len(plain) % distance
        before = before[turn:] + before[:turn]
        yield bytes(plain)


def _branch(name: str) -> Opener:
    """Filters for machine code, which make jumps relative again."""

    def undo(pieces: Iterator[bytes | memoryview], _properties: bytes, size: int, _keys: Keys | None) -> Pieces:
        try:
            import bcj
        except ImportError:
            raise Unsupported(name.removesuffix("Decoder")) from None
        return fed(getattr(bcj, name)(size), pieces)

    def fed(decoder: Any, pieces: Iterator[bytes | memoryview]) -> Pieces:
        for piece in pieces:
            yield decoder.decode(bytes(piece))
        yield decoder.decode(b"")

    return undo


def _plain_of(reader: Callable[[Iterator[bytes | memoryview]], Pieces]) -> Opener:
    return lambda pieces, _properties, _size, _key: reader(pieces)


_OPENERS: Final[dict[str, Opener]] = {
    "Copy": _plain_of(stored),
    "LZMA": _lzma,
    "LZMA2": _lzma2,
    "BZip2": _plain_of(bzip2),
    "Deflate": _plain_of(deflate),
    "Deflate64": _plain_of(deflate64),
    "Zstandard": _plain_of(zstandard),
    "PPMd": _ppmd,
    "Delta": _delta,
    "BCJ x86": _branch("BCJDecoder"),
    "PPC": _branch("PPCDecoder"),
    "IA64": _branch("IA64Decoder"),
    "ARM": _branch("ARMDecoder"),
    "ARMT": _branch("ARMTDecoder"),
    "SPARC": _branch("SparcDecoder"),
    "AES-256": _aes,
}
