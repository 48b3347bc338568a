"""Windows shortcuts ([MS-SHLLINK]): where they lead, with which arguments, and what lies behind their end."""

from __future__ import annotations

import struct
from typing import Final
from uuid import UUID

from msgspec import Struct

from emoscan.parse import Malformed
from emoscan.parse.codepage import decode

HEADER: Final = 0x4C
CLSID: Final = bytes.fromhex("0114020000000000c000000000000046")
MAX_ITEMS: Final = 256
MAX_BLOCKS: Final = 64

# LinkFlags (2.1.1)
HAS_ID_LIST, HAS_INFO, UNICODE, NO_INFO = 0x1, 0x2, 0x80, 0x100
STRINGS: Final = ((0x4, "name"), (0x8, "relative_path"), (0x10, "folder"), (0x20, "arguments"), (0x40, "icon"))
"""StringData (2.4) in the order of the file."""

SHOW: Final = {1: "normal", 3: "maximised", 7: "minimised"}

ENVIRONMENT, CONSOLE, TRACKER, DARWIN, ICON, SHIM, ITEMS = (
    0xA0000001,
    0xA0000002,
    0xA0000003,
    0xA0000006,
    0xA0000007,
    0xA0000008,
    0xA000000C,
)
LOWEST_BLOCK, HIGHEST_BLOCK = 0xA0000000, 0xA000000F

FOLDERS: Final = {
    "20d04fe0-3aea-1069-a2d8-08002b30309d": "",  # This PC: what follows is a drive
    "f02c1a0d-be21-4350-88b0-7367fc96ef3c": "",  # Network
    "208d2c60-3aea-1069-a2d7-08002b30309d": "",
    "871c5380-42a0-1069-a2ea-08002b30309d": "",  # Internet
    "21ec2020-3aea-1069-a2dd-08002b30309d": "Control Panel",
    "26ee0668-a00a-44d7-9371-beb064c98683": "Control Panel",
    "645ff040-5081-101b-9f08-00aa002f954e": "Recycle Bin",
}
"""Roots of the shell's namespace ([MS-SHLLINK] leaves them to the shell) and how their part of a path reads."""


class Shortcut(Struct, frozen=True):
    """What a shortcut says. Texts that are not there are ""."""

    flags: int
    show: int
    """ShowCommand: 1 normal, 3 maximised, 7 minimised; Windows takes everything else for 1."""
    items: str = ""
    """The target as its list of shell items spells it: what Windows opens first."""
    local: str = ""
    """LocalBasePath and suffix of LinkInfo."""
    network: str = ""
    """The share of LinkInfo, with the rest of the path."""
    environment: str = ""
    """The target with variables, of the extra block for it."""
    name: str = ""
    relative_path: str = ""
    folder: str = ""
    arguments: str = ""
    icon: str = ""
    icon_environment: str = ""
    darwin: str = ""
    """Identifier of a program that the installer brings."""
    shim: str = ""
    machine: str = ""
    """The computer the shortcut was last on, by the link tracker."""
    end: int = 0
    """Offset behind the terminal block; bytes from here on belong to nobody."""
    damage: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """The target that Windows would open, as far as it is a path or an address."""
        candidates = (self.items, self.environment, self.local, self.network, self.relative_path)
        return next((path for path in candidates if has_file(path)), "") or next((path for path in candidates if path), "")


def has_file(path: str) -> bool:
    """Whether a path ends in a name with an extension, or is an address."""
    return "://" in path or "." in path.replace("/", "\\").rpartition("\\")[2].strip(".")


def parse(data: bytes) -> Shortcut:
    """Raises Malformed when it is no shortcut; what is broken further on is told in `damage`."""
    if len(data) < HEADER or data[4:20] != CLSID:
        raise Malformed("the header is no shortcut's")
    flags, show = struct.unpack_from("<I", data, 20)[0], struct.unpack_from("<I", data, 60)[0]
    found: dict[str, str] = {}
    damage: list[str] = []
    at = HEADER
    if flags & HAS_ID_LIST:
        size = _number(data, at, 2)
        if at + 2 + size > len(data):
            damage.append("the list of shell items is cut off")
        found["items"] = items_path(data[at + 2 : at + 2 + size])
        at += 2 + size
    if flags & HAS_INFO and not flags & NO_INFO:
        size = _number(data, at, 4)
        if size < 4 or at + size > len(data):
            damage.append("the link information is cut off")
        found["local"], found["network"] = _link_info(data[at : at + size])
        at += max(size, 4)
    for flag, field in STRINGS:
        if flags & flag:
            count = _number(data, at, 2)
            width = 2 if flags & UNICODE else 1
            raw = data[at + 2 : at + 2 + count * width]
            if len(raw) < count * width:
                damage.append(f"{field.replace('_', ' ')} has {len(raw) // width:,} of its {count:,} characters")
            found[field] = _text(raw, wide=width == 2)
            at += 2 + count * width
    at = _extra_blocks(data, min(at, len(data)), found, damage)
    return Shortcut(flags, show, end=at, damage=tuple(damage), **found)


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _text(raw: bytes, *, wide: bool) -> str:
    text = raw.decode("utf-16-le", "replace") if wide else decode(raw, 1252)
    return text.rstrip("\0")


def _until_zero(data: bytes, at: int, *, wide: bool = False) -> str:
    if not 0 <= at < len(data):
        return ""
    if wide:
        end = at
        while end + 1 < len(data) and data[end : end + 2] != b"\0\0":
            end += 2
        return _text(data[at:end], wide=True)
    end = data.find(b"\0", at)
    return decode(data[at : end if end >= 0 else len(data)], 1252)


def _link_info(info: bytes) -> tuple[str, str]:
    """(local path, path on the network) of a LinkInfo (2.3); the forms in Unicode before those that are not."""
    header, flags, _, base, share, suffix = (_number(info, at, 4) for at in range(4, 28, 4))
    rest = _until_zero(info, suffix)
    local = _until_zero(info, base) if flags & 1 else ""
    if header >= 0x24:
        rest = _until_zero(info, _number(info, 32, 4), wide=True) or rest
        local = (_until_zero(info, _number(info, 28, 4), wide=True) or local) if flags & 1 else ""
    network = ""
    if flags & 2:
        link = info[share : share + _number(info, share, 4)]
        name = _number(link, 8, 4)
        network = _until_zero(link, name)
        if name > 0x14:
            network = _until_zero(link, _number(link, 20, 4), wide=True) or network
        if rest:
            network = f"{network}\\{rest}"
    return _join(local, rest) if local else "", network


def _join(base: str, rest: str) -> str:
    return base + ("\\" if rest and not base.endswith("\\") else "") + rest


def _extra_blocks(data: bytes, at: int, found: dict[str, str], damage: list[str]) -> int:
    """ExtraData (2.5) from `at`; returns where it ends. A size that leads nowhere, or a signature of nobody, ends it as well."""
    for _ in range(MAX_BLOCKS):
        size = _number(data, at, 4)
        if size < 8:  # the terminal block is any size below 4
            return min(at + 4, len(data))
        signature = _number(data, at + 4, 4)
        if at + size > len(data) or not LOWEST_BLOCK <= signature <= HIGHEST_BLOCK:
            if LOWEST_BLOCK <= signature <= HIGHEST_BLOCK:
                damage.append(f"the extra block at {at:#x} is cut off")
                return len(data)
            damage.append("the terminal block is missing")
            return at
        _extra(signature, data[at : at + size], found)
        at += size
    damage.append(f"more than {MAX_BLOCKS} extra blocks")
    return at


def _extra(signature: int, block: bytes, found: dict[str, str]) -> None:
    if signature in _PATHS:  # ANSI in 260 bytes, Unicode in 520
        found[_PATHS[signature]] = _until_zero(block[268:788], 0, wide=True) or _until_zero(block[8:268], 0)
    elif signature == TRACKER:
        found["machine"] = _until_zero(block[16:32], 0)
    elif signature == SHIM:
        found["shim"] = _until_zero(block[8:], 0, wide=True)
    elif signature == ITEMS and not found.get("items"):
        found["items"] = items_path(block[8:])


_PATHS: Final = {ENVIRONMENT: "environment", ICON: "icon_environment", DARWIN: "darwin"}


# ---------------------------------------------------------------- shell items


def items_path(data: bytes) -> str:
    """The path that a list of shell items (2.2) spells; parts nobody can read are left out."""
    parts: list[str] = []
    at = 0
    for _ in range(MAX_ITEMS):
        size = _number(data, at, 2)
        if size < 3:
            break
        part = _item(data[at : at + size])
        if part:
            parts.append(part)
        at += size
    path = ""
    for part in parts:  # items of the network repeat the whole path so far
        path = part if not path or part.startswith("\\\\") or "://" in part else _join(path, part)
    return path


def _item(item: bytes) -> str:
    """One item (libfwsi, "Windows Shell Item format"): its class is in the upper bits of the first byte."""
    kind = _number(item, 2, 1)
    extended = item.find(b"CFSF", 0, 64)  # a file below the user's own folder, wrapped in an item of its own
    if extended >= 0:
        return _file_item(item[extended + 4 :], wide=bool(_number(item, extended + 6, 1) & 4))
    if kind & 0x70 == 0x30:
        return _file_item(item, wide=bool(kind & 4))
    if kind == 0x1F:
        return _folder(item[4:20])
    if kind & 0x70 == 0x20:
        return _folder(item[4:20]) if kind == 0x2E else _until_zero(item, 3)
    if kind & 0x70 == 0x40:
        return _until_zero(item, 5)
    if kind == 0x61:
        at, wide = 6 + _number(item, 4, 2), bool(_number(item, 3, 1) & 0x80)
        at = at if at < len(item) else 6
        return _until_zero(item, at, wide=wide) or _until_zero(item, 8, wide=wide)
    if kind == 0x71:
        return _folder(item[14:30])
    if kind == 0 and len(item) > 24:  # an applet of the control panel: icon, offsets, then the path of its library
        return _until_zero(item, 24, wide=True) if has_file(_until_zero(item, 24, wide=True)) else ""
    return ""


def _file_item(item: bytes, *, wide: bool) -> str:
    """Name of a file or folder: the long one of extension block 0xBEEF0004, else the short one."""
    mark = item.find(b"\x04\x00\xef\xbe")
    if mark >= 4:
        version = _number(item, mark - 2, 2)
        at = mark + 14 + 2 * (version >= 3) + 18 * (version >= 7) + 4 * (version >= 8) + 4 * (version >= 9)
        name = _until_zero(item, at, wide=True)
        if name:
            return name
    return _until_zero(item, 14, wide=wide)


def _folder(guid: bytes) -> str:
    if len(guid) < 16:
        return ""
    name = str(UUID(bytes_le=guid))
    return FOLDERS.get(name, f"::{{{name}}}")
