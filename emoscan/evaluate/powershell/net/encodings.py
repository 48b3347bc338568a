"""System.Text.Encoding and its kin."""

from __future__ import annotations

import codecs
from functools import lru_cache
from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, Object, Unknown
from emoscan.evaluate.powershell.convert import chars, elements, is_list
from emoscan.evaluate.powershell.net import net_class
from emoscan.evaluate.powershell.types import cast
from emoscan.evaluate.powershell.values import Array, Thrown

ENCODING: Final = net_class("System.Text.Encoding")

NAMES: Final = {
    "unicode": "utf-16-le",
    "bigendianunicode": "utf-16-be",
    "utf8": "utf-8",
    "utf7": "utf-7",
    "utf32": "utf-32-le",
    "ascii": "ascii",
    "default": "cp932",
}
"""Static properties of Encoding, as Python calls them. The default is the code page of the profile, which is Japanese."""

CODE_PAGES: Final = {
    1200: "utf-16-le",
    1201: "utf-16-be",
    12000: "utf-32-le",
    20127: "ascii",
    28591: "latin-1",
    65000: "utf-7",
    65001: "utf-8",
    0: "cp932",
}
WEB_NAMES: Final = {
    "utf-16-le": "utf-16", "utf-16-be": "utf-16BE", "utf-8": "utf-8", "utf-7": "utf-7", "utf-32-le": "utf-32", "ascii": "us-ascii",
    "latin-1": "iso-8859-1", "cp932": "shift_jis",
}  # fmt: skip


@lru_cache(maxsize=128)
def python_name(name: str) -> str | None:
    """Python's name for an encoding that scripts name; None when there is none."""
    key = name.lower().strip()
    short = key.replace("-", "").replace("_", "")
    if short in NAMES and short != "default":
        return NAMES[short]
    if short in ("utf16", "utf16le"):
        return "utf-16-le"
    if short == "utf16be":
        return "utf-16-be"
    if short in ("usascii", "string", "oem", "ansi"):
        return {"usascii": "ascii", "string": "utf-16-le", "oem": "cp932", "ansi": "cp932"}[short]
    if short == "default":
        return "cp932"
    try:
        found = codecs.lookup(key)
    except (LookupError, ValueError):
        return None
    return found.name if found._is_text_encoding else None


def encoding(name: str, *, signature: bool = False) -> Object:
    """An Encoding object. `name` as Python calls it."""
    return Object(ENCODING, codec=name, signature=signature)


def encode(codec: str, text: str) -> bytes:
    if codec == "ascii":
        return text.encode("ascii", "replace")
    if codec.startswith("utf"):
        return text.encode(codec, "surrogatepass") if codec not in ("utf-8", "utf-7") else text.encode(codec, "replace")
    return text.encode(codec, "replace")


def decode(codec: str, data: bytes) -> str:
    """Text as .NET decodes it: bytes that fit nothing become replacement marks, in ASCII question marks."""
    if codec == "ascii":
        return "".join(chr(b) if b < 128 else "?" for b in data) if any(b > 127 for b in data) else data.decode("ascii")
    if codec == "utf-16-le":
        return data.decode("utf-16-le", "surrogatepass") if not len(data) % 2 else data[:-1].decode("utf-16-le", "surrogatepass") + "\ufffd"
    return data.decode(codec, "replace")


for _name, _codec in NAMES.items():
    ENCODING.static[_name] = lambda *_, _codec=_codec: encoding(_codec, signature=_codec.startswith("utf"))


@ENCODING.shared("GetEncoding")
def get_encoding(machine: Any, _type: str, name: Any, *_fallbacks: Any) -> Object:
    if isinstance(name, int):
        codec = CODE_PAGES.get(name) or python_name(f"cp{name}")
    else:
        text = machine.shown(name)
        codec = CODE_PAGES.get(int(text)) if text.isdigit() and len(text) < 6 else python_name(text)
    if codec is None:
        raise Thrown("System.ArgumentException", f"'{machine.shown(name)[:60]}' is not a supported encoding name.")
    return encoding(codec)


@ENCODING.shared("Convert")
def convert(machine: Any, _type: str, source: Any, target: Any, data: Any) -> Any:
    if type(source) is not Object or type(target) is not Object:
        return Unknown("bytes in another encoding")
    text = decode(source.data["codec"], bytes(cast(machine, data, "byte[]")))
    return bytearray(encode(target.data["codec"], text))


def data_of(machine: Any, value: Any, start: Any, count: Any) -> bytes:
    held = cast(machine, value, "byte[]")
    data = bytes(held) if type(held) is bytearray else b""
    if start is not MISSING:
        begin = machine.whole(start)
        data = data[begin : begin + machine.whole(count, len(data))]
    machine.grow(2 * len(data))
    machine.tick(len(data) // 256)
    return data


@ENCODING.call("GetString")
def get_string(machine: Any, this: Object, value: Any, start: Any = MISSING, count: Any = MISSING) -> str:
    return decode(this.data["codec"], data_of(machine, value, start, count))


@ENCODING.call("GetChars")
def get_chars(machine: Any, this: Object, value: Any, start: Any = MISSING, count: Any = MISSING) -> Array:
    return Array(chars(get_string(machine, this, value, start, count)), "System.Char")


@ENCODING.call("GetBytes")
def get_bytes(machine: Any, this: Object, value: Any, start: Any = MISSING, count: Any = MISSING) -> bytearray:
    text = "".join(machine.shown(item) for item in elements(value)) if is_list(value) else machine.shown(value)
    if start is not MISSING:
        begin = machine.whole(start)
        text = text[begin : begin + machine.whole(count, len(text))]
    machine.grow(4 * len(text))
    return bytearray(encode(this.data["codec"], text))


@ENCODING.call("GetByteCount")
def byte_count(machine: Any, this: Object, value: Any) -> int:
    return len(get_bytes(machine, this, value))


@ENCODING.call("GetCharCount")
def char_count(machine: Any, this: Object, value: Any) -> int:
    return len(get_string(machine, this, value))


@ENCODING.call("GetPreamble")
def preamble(_machine: Any, this: Object) -> bytearray:
    marks = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    return bytearray(marks.get(this.data["codec"], b"") if this.data["signature"] else b"")


@ENCODING.prop("BodyName", "WebName", "HeaderName")
def web_name(_machine: Any, this: Object) -> str:
    return str(WEB_NAMES.get(this.data["codec"], this.data["codec"]))


@ENCODING.prop("CodePage", "WindowsCodePage")
def code_page(_machine: Any, this: Object) -> int:
    for number, name in CODE_PAGES.items():
        if name == this.data["codec"] and number:
            return number
    codec = this.data["codec"]
    return int(codec[2:]) if codec.startswith("cp") and codec[2:].isdigit() else 932


@ENCODING.prop("EncodingName")
def encoding_name(_machine: Any, this: Object) -> str:
    codec = str(this.data["codec"])
    return {"ascii": "US-ASCII", "utf-16-le": "Unicode", "utf-8": "Unicode (UTF-8)"}.get(codec, codec)


@ENCODING.call("ToString")
def shown(_machine: Any, this: Object) -> str:
    names = {
        "ascii": "System.Text.ASCIIEncoding", "utf-16-le": "System.Text.UnicodeEncoding", "utf-16-be": "System.Text.UnicodeEncoding",
        "utf-8": "System.Text.UTF8Encoding", "utf-7": "System.Text.UTF7Encoding", "utf-32-le": "System.Text.UTF32Encoding",
    }  # fmt: skip
    return names.get(this.data["codec"], "System.Text.DBCSCodePageEncoding")


def _kind(name: str, codec: str) -> None:
    cls = net_class(name, parent=ENCODING)
    cls.static.update(ENCODING.static)
    cls.static_calls |= ENCODING.static_calls

    @cls.makes
    def make(machine: Any, first: Any = False, *_rest: Any) -> Object:
        return encoding(
            "utf-16-be" if codec == "utf-16-le" and machine.truth(first) else codec, signature=codec == "utf-8" and machine.truth(first)
        )


for _class, _codec in (
    ("System.Text.UTF8Encoding", "utf-8"),
    ("System.Text.UnicodeEncoding", "utf-16-le"),
    ("System.Text.ASCIIEncoding", "ascii"),
    ("System.Text.UTF7Encoding", "utf-7"),
    ("System.Text.UTF32Encoding", "utf-32-le"),
):
    _kind(_class, _codec)
