"""Writer of RTF with objects, after the RTF specification 1.9.1 and [MS-OLEDS]; plain, or disguised as attackers do."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass


def ole1(class_name: str, data: bytes, *, linked: str = "") -> bytes:
    """An OLE 1 object: embedded, or linked to an address."""

    def text(value: str) -> bytes:
        raw = value.encode("cp1252") + b"\0" if value else b""
        return struct.pack("<I", len(raw)) + raw

    head = struct.pack("<II", 0x501, 1 if linked else 2) + text(class_name) + text(linked) + text("")
    return head + (text("") + bytes(8) if linked else struct.pack("<I", len(data)) + data)


def package(name: str, data: bytes) -> bytes:
    """What the Object Packager writes around a file."""
    path = f"C:\\work\\{name}".encode("cp1252") + b"\0"
    short = name.encode("cp1252") + b"\0"
    return b"\2\0" + short + path + struct.pack("<HHI", 0, 3, len(path)) + path + struct.pack("<I", len(data)) + data


@dataclass(frozen=True)
class Object:
    data: bytes
    class_name: str = "Package"
    words: str = "\\objemb"
    disguise: str = ""
    """junk: control words and groups between the digits; nibble: a digit and a character that Word leaves out behind each digit."""

    def rtf(self) -> str:
        digits = self.data.hex()
        if self.disguise == "junk":
            digits = "{\\mcount 77}".join(digits[at : at + 9] + "\\b0 \r\n" for at in range(0, len(digits), 9))
        elif self.disguise == "nibble":
            digits = "".join(f"{digit}f\\'cc" for digit in digits)
        return f"{{\\object{self.words}{{\\*\\objclass {self.class_name}}}{{\\*\\objdata {digits}}}{{\\result{{\\pard x}}}}}}"


def document(
    text: str = "",
    objects: Sequence[Object] = (),
    *,
    head: str = "\\rtf1\\ansi\\ansicpg1252",
    fields: Sequence[str] = (),
    template: str = "",
) -> bytes:
    out = f"{{{head}{{\\fonttbl{{\\f0 Arial;}}}}"
    out += f"{{\\*\\template {template}}}" if template else ""
    out += "\\par ".join(text.split("\n"))
    out += "".join(f"{{\\field{{\\*\\fldinst {one}}}{{\\fldrslt x}}}}" for one in fields)
    return (out + "".join(one.rtf() for one in objects) + "}").encode("cp1252")
