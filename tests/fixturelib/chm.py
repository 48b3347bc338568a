"""Writer of compiled help: one leaf of the directory, and a compressed section of LZX blocks that stand as they are."""

from __future__ import annotations

import struct
from collections.abc import Mapping

FRAME = 32_768
CHUNK = 4_096
SPACE = "::DataSpace/Storage/MSCompressed/"
RESETS = SPACE + "Transform/{7FC28940-9D31-11D0-9B27-00A0C91E9C7C}/InstanceData/ResetTable"


def number(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))


def lzx_frames(plain: bytes) -> list[bytes]:
    """Each frame begins anew: no calls translated, one block of type 3, then the bytes."""
    frames = []
    for at in range(0, len(plain), FRAME):
        piece = plain[at : at + FRAME]
        bits = (3 << 24 | len(piece)) << 4  # 1 bit of calls, 3 of type, 24 of length, 4 of padding
        words = struct.pack("<HH", bits >> 16, bits & 0xFFFF)
        frames.append(words + struct.pack("<III", 1, 1, 1) + piece + b"\0" * (len(piece) % 2))
    return frames


def help_file(files: Mapping[str, bytes], *, plain: Mapping[str, bytes] | None = None) -> bytes:
    """`files` in the compressed section, `plain` in the other one."""
    entries, body = [], b""
    for name, content in files.items():
        entries.append((name, 1, len(body), len(content)))
        body += content
    frames = lzx_frames(body)
    starts = [sum(map(len, frames[:n])) for n in range(len(frames))]
    packed = b"".join(frames)
    table = struct.pack("<IIIIQQQ", 2, len(frames), 8, 40, len(body), len(packed), FRAME) + struct.pack(f"<{len(starts)}Q", *starts)
    control = struct.pack("<I4sIIIII", 6, b"LZXC", 2, 1, 2, 1, 0)
    rest = b""
    for name, content in {**(plain or {}), SPACE + "Content": packed, SPACE + "ControlData": control, RESETS: table}.items():
        entries.append((name, 0, len(rest), len(content)))
        rest += content
    listing = b""
    for name, section, offset, size in entries:
        raw = name.encode()
        listing += number(len(raw)) + raw + number(section) + number(offset) + number(size)
    leaf = (b"PMGL" + struct.pack("<IIii", CHUNK - 20 - len(listing), 0, -1, -1) + listing).ljust(CHUNK, b"\0")
    directory = struct.pack("<4sIIIIIIiiiiiI", b"ITSP", 1, 0x54, 10, CHUNK, 2, 1, -1, 0, 0, -1, 1, 0x411).ljust(0x54, b"\0") + leaf
    head = struct.pack("<4sIIIII32x", b"ITSF", 3, 0x60, 1, 0, 0x411)
    at = 0x60 + 0x18
    sections = struct.pack("<QQQQQ", 0x60, 0x18, at, len(directory), at + len(directory))
    return head + sections + bytes(0x18) + directory + rest
