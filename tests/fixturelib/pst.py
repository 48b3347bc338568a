"""A writer of Outlook's data files ([MS-PST]): folders of messages with attachments. Just what readers need to find them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from fixturelib.outlook import (
    BINARY,
    CLASS,
    DATA,
    LONG_NAME,
    METHOD,
    NAME,
    NUMBER,
    OBJECT,
    SHORT_NAME,
    TEXT8,
    TEXT16,
    TIME,
    Attached,
    Message,
    Property,
)

ANSI, UNICODE, LARGE = 14, 23, 36
"""Versions: Outlook 97 to 2002, those after it, and copies of mailboxes since Outlook 2013, whose blocks are deflated."""
BLOCK: Final = 8_100
_ROOT, _STORE, _NAMES = 0x122, 0x21, 0x61
_FOLDER, _MESSAGE, _ATTACHMENT = 0x02, 0x04, 0x05
_ATTACHMENTS: Final = 0x671
_ROW_ID, _ROW_VERSION, _SIZE = 0x67F2, 0x67F3, 0x0E20


@dataclass
class Folder:
    name: str
    messages: Sequence[Message] = ()
    folders: Sequence[Folder] = field(default_factory=list)


def pst(root: Folder, version: int = UNICODE, cipher: int = 0) -> bytes:
    """The file. `root` stands for the top of the store; its name is kept, too. `cipher`: 0 none, 1 permute, 2 cyclic."""
    writer = _Writer(version, cipher)
    writer.node(_STORE, writer.context([(NAME, TEXT16, "store")]), 0)
    writer.node(_NAMES, writer.context([(1, NUMBER, 251), *((id_, BINARY, bytes(16)) for id_ in (2, 3, 4))]), 0)
    waiting = [(root, _ROOT, _ROOT)]
    while waiting:
        folder, id_, parent = waiting.pop()
        writer.node(id_, writer.context([(NAME, TEXT16, folder.name), (0x3602, NUMBER, len(folder.messages))]), parent)
        waiting += [(inner, writer.new(_FOLDER), id_) for inner in folder.folders]
        for message in folder.messages:
            writer.node(writer.new(_MESSAGE), writer.message(message), id_)
    return writer.file()


Placed = tuple[int, int]
"""Blocks of the data and of the subnodes, 0 for none."""


class _Writer:
    def __init__(self, version: int, cipher: int) -> None:
        self.version, self.cipher = version, cipher
        self.id = "I" if version == ANSI else "Q"
        self.body = bytearray(0x4800)
        self.blocks: list[tuple[int, int, int, int]] = []
        self.nodes: list[tuple[int, int, int, int]] = []
        self.last_block = 0
        self.last_node = 0x400

    def new(self, type_: int) -> int:
        self.last_node += 1
        return self.last_node << 5 | type_

    def node(self, id_: int, placed: Placed, parent: int) -> None:
        self.nodes.append((id_, *placed, parent))

    # blocks (2.2.2.8)

    def block(self, data: bytes, *, inner: bool = False) -> int:
        self.last_block += 4
        id_ = self.last_block | (2 if inner else 0)
        at = len(self.body)
        raw = data if inner else _hidden(data, self.cipher, id_)
        if self.version == LARGE:
            raw = zlib.compress(raw)
            trailer = struct.pack("<HHIQHHHH", len(raw), _signature(at, id_), _crc(raw), id_, 0, len(data), 0, 0)
        elif self.version == ANSI:
            trailer = struct.pack("<HHII", len(raw), _signature(at, id_), id_, _crc(raw))
        else:
            trailer = struct.pack("<HHIQ", len(raw), _signature(at, id_), _crc(raw), id_)
        self.blocks.append((id_, at, len(raw), len(data)))
        unit = 512 if self.version == LARGE else 64
        room = -(-(len(raw) + len(trailer)) // unit) * unit
        self.body += raw.ljust(room - len(trailer), b"\0") + trailer
        return id_

    def data(self, data: bytes) -> int:
        if len(data) <= BLOCK:
            return self.block(data)
        parts = [self.block(data[at : at + BLOCK]) for at in range(0, len(data), BLOCK)]
        return self.block(struct.pack("<BBHI", 1, 1, len(parts), len(data)) + struct.pack(f"<{len(parts)}{self.id}", *parts), inner=True)

    def subnodes(self, nodes: Sequence[tuple[int, int, int]]) -> int:
        rows = b"".join(struct.pack(f"<3{self.id}", *node) for node in sorted(nodes))
        head = struct.pack("<BBH", 2, 0, len(nodes)) + (b"" if self.version == ANSI else bytes(4))
        return self.block(head + rows, inner=True) if nodes else 0

    # lists, tables and properties (2.3)

    def context(self, properties: Sequence[Property], nodes: Sequence[tuple[int, int, int]] = ()) -> Placed:
        """Properties, those of them that are long as subnodes of their own beside the others."""
        below = list(nodes)
        heap = _Heap(0xBC)
        rows = b""
        for id_, type_, value in sorted(properties):
            if isinstance(value, int) and type_ != TIME:
                number = value
            else:
                raw = struct.pack("<q", value) if isinstance(value, int) else _encoded(type_, value)
                if len(raw) > 256:
                    number = self.new(0x1F)
                    below.append((number, self.data(raw), 0))
                else:
                    number = heap.put(raw) if raw else 0
            rows += struct.pack("<HHi", id_, type_, number)
        heap.root(2, 6, rows)
        return self.block(heap.packed()), self.subnodes(below)

    def message(self, message: Message) -> Placed:
        nodes: list[tuple[int, int, int]] = []
        rows: list[int] = []
        for one in message.attached:
            names: list[Property] = [(LONG_NAME, TEXT16, one.name), *([(SHORT_NAME, TEXT16, one.short)] if one.short else [])]
            id_ = self.new(_ATTACHMENT)
            rows.append(id_)
            nodes.append((id_, *self.attachment(one, names)))
        if rows:
            nodes.append((_ATTACHMENTS, self.table(rows), 0))
        return self.context([*message.properties, (CLASS, TEXT16, "IPM.Note")], nodes)

    def attachment(self, one: Attached, names: list[Property]) -> Placed:
        if not isinstance(one.data, Message):
            return self.context([*names, (METHOD, NUMBER, 1), (_SIZE, NUMBER, len(one.data)), (DATA, BINARY, one.data)])
        inner = self.new(_MESSAGE)
        place = struct.pack("<II", inner, 0)
        return self.context([*names, (METHOD, NUMBER, 5), (_SIZE, NUMBER, 0), (DATA, OBJECT, place)], [(inner, *self.message(one.data))])

    def table(self, rows: Sequence[int]) -> int:
        """A table of nothing but which rows there are (2.3.4)."""
        heap = _Heap(0x7C)
        heap.root(4, 4, b"".join(struct.pack("<II", id_, number) for number, id_ in enumerate(rows)), first=False)
        index = heap.last
        matrix = heap.put(b"".join(struct.pack("<IIB", id_, 1, 0xC0) for id_ in rows))
        columns = struct.pack("<IHBB", _ROW_ID << 16 | NUMBER, 0, 4, 0) + struct.pack("<IHBB", _ROW_VERSION << 16 | NUMBER, 4, 4, 1)
        heap.user = heap.put(struct.pack("<BBHHHHIII", 0x7C, 2, 8, 8, 8, 9, index, matrix, 0) + columns)
        return self.block(heap.packed())

    # the two trees and the header (2.2.2)

    def file(self) -> bytes:
        small = self.version == ANSI
        node = "<IIII" if small else "<QQQI4x"
        node_tree = self.tree(0x81, [struct.pack(node, *each) for each in sorted(self.nodes)])
        if small:
            places = [struct.pack("<IIHH", id_, at, stored, 2) for id_, at, stored, _ in sorted(self.blocks)]
        elif self.version == LARGE:
            places = [struct.pack("<QQHHI", id_, at, stored, size, 2) for id_, at, stored, size in sorted(self.blocks)]
        else:
            places = [struct.pack("<QQHHI", id_, at, stored, 2, 0) for id_, at, stored, _ in sorted(self.blocks)]
        block_tree = self.tree(0x80, places)
        root = struct.pack(f"<I8{self.id}BBH", 0, len(self.body), 0x4400, 0, 0, *node_tree, *block_tree, 2, 0, 0)
        head = struct.pack("<HHHBBII", 0x4D53, self.version, 19, 1, 1, 0, 0)
        head += struct.pack("<III", self.last_block + 4, 0, 1) if small else struct.pack("<QQI", 0, self.last_block + 4, 1)
        head += bytes(128) + (root if small else bytes(8) + root + bytes(4))
        head += b"\xff" * 256 + struct.pack("<BBH", 0x80, self.cipher, 0) + (b"" if small else struct.pack("<Q", self.last_block + 4))
        head = head.ljust(504, b"\0")
        self.body[: 8 + len(head)] = b"!BDN" + struct.pack("<I", _crc(head[:471])) + head
        if not small:
            self.body[524:528] = struct.pack("<I", _crc(bytes(self.body[8:524])))
        return bytes(self.body)

    def tree(self, type_: int, entries: list[bytes], level: int = 0) -> tuple[int, int]:
        """(block, place) of the root page."""
        width = len(entries[0])
        room = {ANSI: 496, UNICODE: 488, LARGE: 4_056}[self.version]
        most = room // width
        pages: list[tuple[bytes, int, int]] = []
        for start in range(0, len(entries), most):
            part = entries[start : start + most]
            self.last_block += 4
            at, id_ = len(self.body), self.last_block
            counts = struct.pack(
                "<HHBB10x" if self.version == LARGE else "<BBBB" if self.version == ANSI else "<BBBB4x", len(part), most, width, level
            )
            content = b"".join(part).ljust(room, b"\0") + counts
            if self.version == ANSI:
                trailer = struct.pack("<BBHII", type_, type_, _signature(at, id_), id_, _crc(content))
            else:
                trailer = struct.pack("<BBHIQ", type_, type_, _signature(at, id_), _crc(content), id_)
            self.body += content + trailer + bytes(8 if self.version == LARGE else 0)
            pages.append((part[0][: struct.calcsize(self.id)], id_, at))
        if len(pages) == 1:
            return pages[0][1:]
        return self.tree(type_, [key + struct.pack(f"<2{self.id}", id_, at) for key, id_, at in pages], level + 1)


class _Heap:
    """A heap on a node, of one block (2.3.1)."""

    def __init__(self, client: int) -> None:
        self.client = client
        self.items: list[bytes] = []
        self.user = 0

    @property
    def last(self) -> int:
        return len(self.items) << 5

    def put(self, item: bytes) -> int:
        self.items.append(item)
        return self.last

    def root(self, key: int, width: int, rows: bytes, *, first: bool = True) -> None:
        """A tree on the heap (2.3.2) of one level."""
        records = self.put(rows) if rows else 0
        header = self.put(struct.pack("<BBBBI", 0xB5, key, width, 0, records))
        if first:
            self.user = header

    def packed(self) -> bytes:
        at, places, body = 12, [12], b""
        for item in self.items:
            body += item
            at += len(item)
            places.append(at)
        body += b"\0" * (at % 2)
        return (
            struct.pack("<HBBII", 12 + len(body), 0xEC, self.client, self.user, 0)
            + body
            + struct.pack(f"<HH{len(places)}H", len(self.items), 0, *places)
        )


def _encoded(type_: int, value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-16-le" if type_ == TEXT16 else "cp932" if type_ == TEXT8 else "ascii")


def _signature(at: int, id_: int) -> int:
    value = (at ^ id_) & 0xFFFFFFFF
    return (value >> 16 ^ value) & 0xFFFF


def _crc(data: bytes) -> int:
    """CRC-32 that begins with zero and is not turned round at the end (5.3)."""
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


def _hidden(data: bytes, cipher: int, id_: int) -> bytes:
    """What the tables of 5.1 and 5.2 make of the bytes: the reader's tables, used the other way round."""
    from emoscan.parse.pst import _BACK, _MIDDLE, _ROTOR

    if cipher == 1:
        return data.translate(_ROTOR)
    if cipher != 2:
        return data
    key = (id_ >> 16 ^ id_) & 0xFFFF
    out = bytearray()
    for byte in data:
        low, high = key & 0xFF, key >> 8
        out.append((_BACK[(_MIDDLE[(_ROTOR[(byte + low) & 0xFF] + high) & 0xFF] - high) & 0xFF] - low) & 0xFF)
        key = key + 1 & 0xFFFF
    return bytes(out)
