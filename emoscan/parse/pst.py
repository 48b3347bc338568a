"""Outlook's data files ([MS-PST]), .pst and .ost: a store of nodes, and the messages among them.

Unicode files, the older ANSI ones, and those with pages of 4,096 bytes that Outlook 2013 and later keep copies of mailboxes in. Nodes are
found in the tree of all nodes, not by the tables of the folders: what a table leaves out is read, too.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Final

from msgspec import Struct

from emoscan.budget import Budget
from emoscan.parse import Malformed
from emoscan.parse.mapi import (
    ATTACHED,
    INTERNET_CODE_PAGE,
    MESSAGE_CODE_PAGE,
    OBJECT,
    SUBJECT,
    Properties,
    number,
    text,
    value_of,
)

MAX_PAGES: Final = 200_000
MAX_NODES: Final = 1_000_000
MAX_BLOCKS: Final = 50_000
"""Blocks of one stream."""
MAX_LEVELS: Final = 8
MAX_PROPERTIES: Final = 4_000
MAX_ATTACHMENTS: Final = 500
MAX_TEXT: Final = 16 << 20
"""Bytes of one property that is not an attachment's content."""
MAX_EMBEDDED: Final = 200
MAX_FOLDERS: Final = 32

_FOLDER, _MESSAGE, _ATTACHMENT = 0x02, 0x04, 0x05
_NODE_TYPE: Final = 0x1F
_NAME: Final = 0x3001
_METHOD, _EMBEDDED_MESSAGE = 0x3705, 5
_INLINE: Final = frozenset({0x02, 0x03, 0x04, 0x0A, 0x0B})
"""Types whose value stands in the record itself (2.3.3.3)."""
_CIPHERS: Final = {0: "", 1: "permute", 2: "cyclic"}

# The three tables of 5.1, which obfuscate and keep nothing secret.
_ROTOR: Final = bytes.fromhex(
    "41361362a8216ebbf416cc047f64e85d1ef2cb2a74c55e35d295479e962d9a884c7d843fdbac31b6485ff6c4d8398be7233b388ec8c1df25b120a546604e9cfb"
    "aad35651457c550007c92b9d859b09a08fadb30f63ab894bd7a7155a716642bf264a6b98faea7753b270052cfd593a867ece06eb827857c78d43afb41cd45bcd"
    "e2e9274fc3087280cfb0eff5286dbe304d3492d50e3c2232e5e4f99fc2d10a8112e1ee918376e397e6618a1779a4b7dc907a5c8c02a6ca69de501a1193b95287"
    "58fced1d37491b6ae0293399bd6cd994f340546ff0c673b8d63e6518441fdd6710f10c19ecae03a1147ba90bfff8a3c0a201f72ebc2468750dfeba2fb5d0da3d"
)
_MIDDLE: Final = bytes.fromhex(
    "14530f56b3c87a9ceb65481716159f02cc547c83000d0c0ba262a876dbd9edc7c5a4dcac8574d6d0a79bae9a967166c36399b8dd73928e847da55ed15d93b157"
    "515080895294 4f4e0a6bbc8d7f6e47464140440111cb033ff7f4e1a98f3c3af9fbf019308209 2ec99da08649ee6f4d6dc42d813425871b88aafc06a11238fd4c"
    "4272641337246a757743ffe6b44b365ce4d8353d45b92cecb7312b290768a30e697b189e2139be281a5b78f523ca2ab0af3efe048ce7e59832 95d3f64ae8a6ea"
    "e9f3d52f7020f21f0567ad5510cecde3273bdabad7c226d4911dd21c2233f8faf15aefcf90b68bb5bdc0bf08971e6ce261e0c6c159abbb58de5fdf60797eb28a"
)
_BACK: Final = bytes(_ROTOR.index(byte) for byte in range(256))


class Node(Struct, frozen=True):
    id: int
    data: int
    """Block of the data, 0 for none."""
    sub: int
    """Block of the list of the nodes inside, 0 for none."""
    parent: int = 0


class Attachment(Struct, frozen=True):
    properties: Properties
    data: bytes = b""
    message: Node | None = None
    """A message, instead."""


class Message(Struct, frozen=True):
    properties: Properties
    attachments: tuple[Attachment, ...]
    damage: tuple[str, ...]


class _Form(Struct, frozen=True):
    """Sizes that the versions differ in."""

    id: int
    """Bytes of a reference to a block."""
    page: int
    foot: int
    """Where a page says how many entries it has."""
    wide: bool
    """Pages of 4,096 bytes, blocks that may be deflated."""


_ANSI, _UNICODE, _LARGE = _Form(4, 512, 496, False), _Form(8, 512, 488, False), _Form(8, 4_096, 4_056, True)


class Store:
    """A data file. Raises Malformed when it has no trees of nodes and blocks; `damage` says what of them is broken."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        if not data.startswith(b"!BDN") or len(data) < 564:
            raise Malformed("no data file of Outlook")
        self.file = data
        self.budget = budget
        self.damage: list[str] = []
        version = int.from_bytes(data[10:12], "little")
        self.form = _ANSI if version < 20 else _UNICODE if version < 36 else _LARGE
        nodes_at, blocks_at, cipher_at = (188, 196, 461) if self.form is _ANSI else (224, 240, 513)
        self.cipher = _CIPHERS.get(data[cipher_at], "unknown")
        size = self.form.id
        self.blocks: dict[int, tuple[int, int]] = {}
        """Where each block lies, and its bytes there."""
        for entry in self._leaves(int.from_bytes(data[blocks_at : blocks_at + size], "little"), 2 * size + 4):
            id_, at, stored = struct.unpack_from("<QQH" if size == 8 else "<IIH", entry)
            self.blocks[id_ & ~1] = (at, stored)
        self.nodes: dict[int, Node] = {}
        for entry in self._leaves(int.from_bytes(data[nodes_at : nodes_at + size], "little"), 3 * size + 4):
            id_, main, sub, parent = struct.unpack_from("<QQQI" if size == 8 else "<IIII", entry)
            self.nodes[id_ & 0xFFFFFFFF] = Node(id_ & 0xFFFFFFFF, main, sub, parent)
        if not self.nodes:
            raise Malformed("its tree of nodes cannot be read")

    def note(self, what: str) -> None:
        if len(self.damage) < 20 and what not in self.damage:
            self.damage.append(what)

    # ------------------------------------------------------------ nodes and blocks (2.2.2)

    def _leaves(self, root: int, least: int) -> Iterator[bytes]:
        """Entries of the leaf pages of a tree, which have at least so many bytes."""
        form = self.form
        waiting, seen = [(root, MAX_LEVELS)], {root}
        count = 0
        while waiting:
            at, above = waiting.pop()
            page = self.file[at : at + form.page]
            self.budget.spend(8)
            if len(page) < form.page:
                self.note("a page of its trees lies behind the end of the file")
                continue
            entries, _, width, level = struct.unpack_from("<HHBB" if form.wide else "<BBBB", page, form.foot)
            if level >= above or width < (least if not level else 3 * form.id) or entries * width > form.foot:
                self.note("a page of its trees is damaged")
                continue
            for start in range(0, entries * width, width):
                if not level:
                    count += 1
                    if count > MAX_NODES:
                        self.note("its trees are larger than are read")
                        return
                    yield page[start : start + width]
                    continue
                below = int.from_bytes(page[start + 2 * form.id : start + 3 * form.id], "little")
                if below not in seen and len(seen) < MAX_PAGES:
                    seen.add(below)
                    waiting.append((below, level))

    def _block(self, id_: int) -> bytes:
        place = self.blocks.get(id_ & ~1)
        if place is None:
            raise Malformed("a block is missing")
        at, stored = place
        raw = self.file[at : at + stored]
        self.budget.spend(1 + len(raw) // 4_096)
        if len(raw) < stored:
            self.note("blocks lie behind the end of the file")
        if self.form.wide:
            raw = _inflated(raw)
        if id_ & 2 or not self.cipher:
            return raw
        return raw.translate(_BACK) if self.cipher == "permute" else self._cyclic(raw, id_)

    def _cyclic(self, raw: bytes, id_: int) -> bytes:
        """5.2: the key is the block's number."""
        if self.cipher != "cyclic":
            raise Malformed("its blocks are encrypted")
        self.budget.spend(len(raw) // 4)
        key = (id_ >> 16 ^ id_) & 0xFFFF
        out = bytearray()
        at = 0
        while at < len(raw):
            low, high = key & 0xFF, key >> 8
            table = _rotors(high)
            part = raw[at : at + 256 - low]
            out += bytes(table[byte + low + place & 0xFF] - low - place & 0xFF for place, byte in enumerate(part))
            at += len(part)
            key = key + len(part) & 0xFFFF
        return bytes(out)

    def _stream(self, root: int, limit: int) -> list[bytes]:
        """The blocks of a stream, up to so many bytes in all."""
        found: list[bytes] = []
        total = 0
        waiting = [(root, 3)]
        count = 0
        while waiting and total < limit:
            id_, above = waiting.pop()
            count += 1
            if not id_ or count > MAX_BLOCKS:
                break
            block = self._block(id_)
            if not id_ & 2:
                self.budget.grow(len(block), "a data file of Outlook")
                found.append(block)
                total += len(block)
                continue
            if len(block) < 8 or block[0] != 1 or not 0 < block[1] < above:  # 2.2.2.8.3.2
                raise Malformed("a list of blocks is damaged")
            size = self.form.id
            most = min(int.from_bytes(block[2:4], "little"), (len(block) - 8) // size)
            ids = [int.from_bytes(block[8 + size * n : 8 + size * n + size], "little") for n in range(most)]
            waiting += [(one, block[1]) for one in reversed(ids)]
        return found

    def _inside(self, node: Node) -> dict[int, Node]:
        """The nodes inside a node (2.2.2.8.3.3)."""
        found: dict[int, Node] = {}
        size = self.form.id
        head = 8 if size == 8 else 4
        waiting = [(node.sub, MAX_LEVELS)] if node.sub else []
        seen = {node.sub}
        while waiting and len(found) < MAX_NODES:
            id_, above = waiting.pop()
            block = self._block(id_)
            if len(block) < head or block[0] != 2 or not id_ & 2 or block[1] >= above:
                raise Malformed("a list of nodes is damaged")
            level = block[1]
            width = (2 if level else 3) * size
            most = min(int.from_bytes(block[2:4], "little"), (len(block) - head) // width)
            self.budget.spend(1 + most)
            for at in range(head, head + most * width, width):
                key, first, *rest = (int.from_bytes(block[at + n : at + n + size], "little") for n in range(0, width, size))
                if not level:
                    found[key & 0xFFFFFFFF] = Node(key & 0xFFFFFFFF, first, rest[0])
                elif first not in seen:
                    seen.add(first)
                    waiting.append((first, level))
        return found

    # ------------------------------------------------------------ properties (2.3)

    def _properties(self, node: Node, inside: dict[int, Node], code_page: int) -> tuple[Properties, dict[int, bytes | Node]]:
        """(values, what an attachment holds). Raises Malformed when the node holds no properties."""
        blocks = self._stream(node.data, MAX_TEXT)
        if not blocks or len(blocks[0]) < 12 or blocks[0][2:4] != b"\xec\xbc":
            raise Malformed("a node holds no properties")
        values: Properties = {}
        contents: dict[int, bytes | Node] = {}
        for record in self._records(blocks, int.from_bytes(blocks[0][4:8], "little"), 2, 6):
            id_, type_, place = struct.unpack("<HHI", record)
            if type_ in _INLINE:
                raw = record[4:8]
            elif not place:
                raw = b""
            elif not place & _NODE_TYPE:
                raw = self._item(blocks, place)
            elif place in inside:
                raw = b"".join(self._stream(inside[place].data, self.budget.limits.object_bytes if id_ == ATTACHED else MAX_TEXT))
            else:
                self.note("a value of a message is missing")
                continue
            if id_ == ATTACHED:
                held = inside.get(int.from_bytes(raw[:4], "little")) if type_ == OBJECT else None
                contents[id_] = held if held is not None else raw
                continue
            value = value_of(type_, raw, code_page)
            if value is not None:
                values[id_] = value
        return values, contents

    def _item(self, blocks: list[bytes], place: int) -> bytes:
        """An item of a heap (2.3.1): b"" when there is none."""
        bits = 14 if self.form.wide else 11
        index, number_ = place >> 5 & (1 << bits) - 1, place >> 5 + bits
        if number_ >= len(blocks) or not index:
            return b""
        block = blocks[number_]
        at = int.from_bytes(block[:2], "little") + 4 + 2 * (index - 1)
        if at + 4 > len(block):
            return b""
        start, end = struct.unpack_from("<HH", block, at)
        return block[start:end]

    def _records(self, blocks: list[bytes], place: int, key: int, width: int) -> list[bytes]:
        """Records of a tree on a heap (2.3.2), key and data."""
        head = self._item(blocks, place)
        if len(head) < 8 or head[0] != 0xB5 or head[1] != key or head[2] != width:
            raise Malformed("a table of properties is damaged")
        pages = [int.from_bytes(head[4:8], "little")]
        for _ in range(min(head[3], MAX_LEVELS)):
            below: list[int] = []
            for page in pages[:MAX_PROPERTIES]:
                item = self._item(blocks, page)
                below += [int.from_bytes(item[at + key : at + key + 4], "little") for at in range(0, len(item) - key - 3, key + 4)]
            self.budget.spend(1 + len(below))
            pages = list(dict.fromkeys(below))
        found: list[bytes] = []
        for page in pages[:MAX_PROPERTIES]:
            item = self._item(blocks, page)
            found += [item[at : at + key + width] for at in range(0, len(item) - key - width + 1, key + width)]
        self.budget.spend(1 + len(found))
        return found[:MAX_PROPERTIES]

    # ------------------------------------------------------------ messages (2.4)

    def messages(self) -> Iterator[tuple[str, Node]]:
        """(path of its folder, node) of every message, the oldest first."""
        paths: dict[int, str] = {}
        for id_ in sorted(self.nodes):
            if id_ & _NODE_TYPE == _MESSAGE:
                parent = self.nodes[id_].parent
                if parent not in paths:
                    paths[parent] = self._path(parent)
                yield paths[parent], self.nodes[id_]

    def _path(self, id_: int) -> str:
        names: list[str] = []
        seen: set[int] = set()
        while id_ in self.nodes and id_ not in seen and len(names) < MAX_FOLDERS and id_ & _NODE_TYPE == _FOLDER:
            seen.add(id_)
            node = self.nodes[id_]
            with suppress(Malformed):
                names.append(text(self._properties(node, self._inside(node), 1252)[0], _NAME))
            id_ = node.parent
        return "/".join(name for name in reversed(names) if name)

    def message(self, node: Node) -> Message:
        """A message, its attachments with it; those that are messages are left to be asked for. Raises Malformed."""
        damage: list[str] = []
        try:
            inside = self._inside(node)
        except Malformed as error:
            damage.append(str(error))
            inside = {}
        values, _ = self._properties(node, inside, 1252)
        code_page = number(values, MESSAGE_CODE_PAGE) or number(values, INTERNET_CODE_PAGE)
        if self.form is _ANSI and code_page not in (0, 1252):
            values, _ = self._properties(node, inside, code_page)
        subject = text(values, SUBJECT)
        if subject[:1] == "\1":  # 2.5.3.1.1.1: how long the "Re: " is
            values[SUBJECT] = subject[2:]
        found: list[Attachment] = []
        for id_ in sorted(inside):
            if id_ & _NODE_TYPE != _ATTACHMENT:
                continue
            if len(found) >= MAX_ATTACHMENTS:
                damage.append(f"attachments beyond {MAX_ATTACHMENTS} are not read")
                break
            try:
                found.append(self._attachment(inside[id_], code_page or 1252))
            except Malformed as error:
                damage.append(f"an attachment cannot be read: {error}")
        return Message(values, tuple(found), tuple(damage))

    def _attachment(self, node: Node, code_page: int) -> Attachment:
        inside = self._inside(node)
        values, contents = self._properties(node, inside, code_page)
        content = contents.get(ATTACHED, b"")
        if not isinstance(content, Node):
            return Attachment(values, content)
        if number(values, _METHOD) == _EMBEDDED_MESSAGE or content.id & _NODE_TYPE == _MESSAGE:
            return Attachment(values, message=content)
        return Attachment(values, b"".join(self._stream(content.data, self.budget.limits.object_bytes)))


def _inflated(raw: bytes) -> bytes:
    """A block as it was before it was deflated, if it was: the stream ends with a checksum of its own."""
    engine = zlib.decompressobj()
    try:
        plain = engine.decompress(raw, 1 << 16)
    except zlib.error:
        return raw
    return plain if engine.eof else raw


@lru_cache(maxsize=256)
def _rotors(high: int) -> bytes:
    """What the three tables make of a byte while the upper half of the key is this."""
    return bytes(_BACK[_MIDDLE[_ROTOR[byte] + high & 0xFF] - high & 0xFF] for byte in range(256))
