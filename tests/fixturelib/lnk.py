"""Writer of Windows shortcuts, after [MS-SHLLINK]; shell items as Explorer writes them, with their long names."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from uuid import UUID

CLSID = UUID("00021401-0000-0000-c000-000000000046").bytes_le
THIS_PC = UUID("20d04fe0-3aea-1069-a2d8-08002b30309d").bytes_le


@dataclass(frozen=True)
class Shortcut:
    target: str = ""
    """Local path, as items and in LinkInfo; a path that begins with two backslashes is a share."""
    name: str | None = None
    relative_path: str | None = None
    folder: str | None = None
    arguments: str | None = None
    icon: str | None = None
    environment: str = ""
    machine: str = ""
    show: int = 1
    unicode: bool = True
    overlay: bytes = b""
    terminal: bool = True

    def file(self) -> bytes:
        strings = (self.name, self.relative_path, self.folder, self.arguments, self.icon)
        remote = self.target.startswith("\\\\")
        flags = (bool(self.target) and not remote) | bool(self.target) << 1 | self.unicode << 7 | bool(self.environment) << 9
        flags |= sum(1 << 2 + number for number, text in enumerate(strings) if text is not None)
        header = struct.pack("<I16sII24xIIIH10x", 0x4C, CLSID, flags, 0x20, 0, 0, self.show, 0)
        body = b"".join((self._items(), self._info()) if not remote else (self._share(),)) if self.target else b""
        for text in strings:
            if text is not None:
                body += struct.pack("<H", len(text)) + text.encode("utf-16-le" if self.unicode else "cp1252")
        if self.environment:
            wide = self.environment.encode("utf-16-le").ljust(520, b"\0")
            body += struct.pack("<II", 0x314, 0xA0000001) + self.environment.encode("cp1252").ljust(260, b"\0") + wide
        if self.machine:
            body += struct.pack("<IIII16s64x", 0x60, 0xA0000003, 0x58, 0, self.machine.encode())
        return header + body + (bytes(4) if self.terminal else b"") + self.overlay

    def _items(self) -> bytes:
        drive, *names = self.target.split("\\")
        items = [b"\x1f\x50" + THIS_PC, b"\x2f" + f"{drive}\\".encode().ljust(22, b"\0")]
        for number, name in enumerate(names):
            kind = 0x32 if number == len(names) - 1 else 0x31
            short = name.encode("cp1252") + b"\0"
            first = struct.pack("<BBIII", kind, 0, 0, 0, 0)[:12] + short + b"\0" * (len(short) % 2)
            long = name.encode("utf-16-le") + b"\0\0"
            extension = struct.pack("<HHIIIHH", 20 + len(long) + 2, 3, 0xBEEF0004, 0, 0, 0x14, 0) + long
            items.append(first + extension + struct.pack("<H", 2 + len(first)))
        listed = b"".join(struct.pack("<H", len(item) + 2) + item for item in items) + b"\0\0"
        return struct.pack("<H", len(listed)) + listed

    def _info(self) -> bytes:
        volume = struct.pack("<IIII", 17, 3, 0x12345678, 16) + b"\0"
        path = self.target.encode("cp1252") + b"\0"
        base = 28 + len(volume)
        return struct.pack("<7I", base + len(path) + 1, 28, 1, 28, base, 0, base + len(path)) + volume + path + b"\0"

    def _share(self) -> bytes:
        share, _, rest = self.target[2:].rpartition("\\")
        name = f"\\\\{share}\0".encode("cp1252")
        link = struct.pack("<5I", 20 + len(name), 2, 20, 0, 0x20000) + name
        suffix = rest.encode("cp1252") + b"\0"
        return struct.pack("<7I", 28 + len(link) + len(suffix), 28, 2, 0, 0, 28, 28 + len(link)) + link + suffix
