"""Streams, and their readers and writers. A stream is `data["buffer"]` with a position; those that lie around another
one (decompression, decryption) are worked out when they are first read.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Any, Final

from emoscan.budget import LimitReached
from emoscan.evaluate.core.values import MISSING, Object, Unknown
from emoscan.evaluate.powershell.convert import elements, is_list
from emoscan.evaluate.powershell.net import enumeration, net_class
from emoscan.evaluate.powershell.net.encodings import decode, encode
from emoscan.evaluate.powershell.types import cast
from emoscan.evaluate.powershell.values import Char, Enum, Int64, NetClass, Thrown

CHUNK: Final = 1 << 16

STREAM: Final = net_class("System.IO.Stream")
MEMORY: Final = net_class("System.IO.MemoryStream", "System.IO.UnmanagedMemoryStream", parent=STREAM)
FILE_STREAM: Final = net_class("System.IO.FileStream", parent=STREAM)
BUFFERED: Final = net_class("System.IO.BufferedStream", parent=STREAM)
DEFLATE: Final = net_class("System.IO.Compression.DeflateStream", parent=STREAM)
GZIP: Final = net_class("System.IO.Compression.GZipStream", parent=STREAM)
ZLIB: Final = net_class("System.IO.Compression.ZLibStream", parent=STREAM)

enumeration("System.IO.Compression.CompressionMode", Decompress=0, Compress=1)
enumeration("System.IO.SeekOrigin", Begin=0, Current=1, End=2)
enumeration("System.IO.FileMode", CreateNew=1, Create=2, Open=3, OpenOrCreate=4, Truncate=5, Append=6)
enumeration("System.IO.FileAccess", Read=1, Write=2, ReadWrite=3)


def stream(cls: NetClass, buffer: bytearray | Unknown, **more: Any) -> Object:
    return Object(cls, buffer=buffer, pos=0, **more)


def buffer_of(machine: Any, this: Object) -> bytearray | Unknown:
    """All a stream holds, worked out now if it must be."""
    fill = this.data.get("fill")
    if fill is not None:
        this.data["fill"] = None
        this.data["buffer"] = fill()
    return this.data["buffer"]  # type: ignore[no-any-return]


def rest_of(machine: Any, value: Any) -> bytes | Unknown:
    """What is left to read of a stream, or the bytes of an array."""
    if type(value) is Unknown:
        return value
    if type(value) is Object and "buffer" in value.data:
        held = buffer_of(machine, value)
        if type(held) is Unknown:
            return held
        begin = value.data["pos"]
        value.data["pos"] = len(held)
        return bytes(held[begin:])
    if type(value) is Object:
        return Unknown(f"data of {value.cls.name}")
    held = cast(machine, value, "byte[]")
    return bytes(held) if type(held) is bytearray else b"" if held is None else held


@MEMORY.makes
def make_memory(machine: Any, data: Any = MISSING, start: Any = MISSING, count: Any = MISSING, *_rest: Any) -> Object:
    if data is MISSING or isinstance(data, int):
        return stream(MEMORY, bytearray())
    held = cast(machine, data, "byte[]")
    if start is not MISSING and isinstance(start, int) and type(start) is not bool:
        held = held[start : start + machine.whole(count, len(held))]
    machine.grow(len(held))
    return stream(MEMORY, bytearray(held))


# ---------------------------------------------------------------- what all streams do


@STREAM.call("ToArray", "GetBuffer")
def to_array(machine: Any, this: Object) -> Any:
    held = buffer_of(machine, this)
    return bytearray(held) if type(held) is bytearray else held


@STREAM.prop("Length")
def length(machine: Any, this: Object) -> Any:
    held = buffer_of(machine, this)
    return Int64(len(held)) if type(held) is bytearray else Unknown(f"length of {held.why}")  # type: ignore[union-attr]


@STREAM.prop("Position")
def position(_machine: Any, this: Object) -> Int64:
    return Int64(this.data["pos"])


@STREAM.setter("Position")
def set_position(machine: Any, this: Object, value: Any) -> None:
    this.data["pos"] = max(0, machine.whole(value))


@STREAM.prop("CanRead", "CanWrite", "CanSeek", "DataAvailable", "Connected")
def yes(_machine: Any, _this: Object) -> bool:
    return True


@STREAM.prop("Capacity")
def capacity(machine: Any, this: Object) -> Any:
    return length(machine, this)


@STREAM.call("Seek")
def seek(machine: Any, this: Object, offset: Any, origin: Any = "Begin") -> Int64:
    held = buffer_of(machine, this)
    size = len(held) if type(held) is bytearray else 0
    word = machine.shown(origin).lower()
    base = this.data["pos"] if word in ("current", "1") else size if word in ("end", "2") else 0
    this.data["pos"] = max(0, base + machine.whole(offset))
    return Int64(this.data["pos"])


@STREAM.call("SetLength")
def set_length(machine: Any, this: Object, size: Any) -> None:
    held = buffer_of(machine, this)
    if type(held) is bytearray:
        wanted = max(0, machine.whole(size))
        machine.grow(wanted)
        this.data["buffer"] = held[:wanted] + bytearray(max(0, wanted - len(held)))


@STREAM.call("Read", opened=True)
def read(machine: Any, this: Object, target: Any, start: Any = 0, count: Any = MISSING) -> Any:
    held = buffer_of(machine, this)
    if type(held) is Unknown:
        if this.data.get("asked"):
            return 0
        this.data["asked"] = True
        return held
    if type(target) is Unknown or type(start) is Unknown or type(count) is Unknown:
        return Unknown("how much was read")
    into = machine.whole(start)
    sequence = target if type(target) is bytearray else elements(target)
    begin = this.data["pos"]
    part = held[begin : begin + max(0, machine.whole(count, len(sequence)))]
    part = part[: max(0, len(sequence) - into)]
    sequence[into : into + len(part)] = part if type(sequence) is bytearray else list(part)
    this.data["pos"] = begin + len(part)
    machine.tick(len(part) // 256)
    return len(part)


@STREAM.call("ReadByte")
def read_byte(machine: Any, this: Object) -> Any:
    held = buffer_of(machine, this)
    if type(held) is Unknown:
        return held
    at = this.data["pos"]
    if at >= len(held):
        return -1
    this.data["pos"] = at + 1
    return held[at]


@STREAM.call("Write", opened=True)
def write(machine: Any, this: Object, data: Any, start: Any = 0, count: Any = MISSING) -> None:
    if type(data) is Unknown or type(count) is Unknown or (type(this.data["buffer"]) is Unknown and "asking" not in this.data):
        if "sink" in this.data and type(data) is Unknown:
            this.data["buffer"] = data
        this.data.setdefault("unknown", True)
        return
    held = cast(machine, data, "byte[]")
    begin = machine.whole(start)
    put(machine, this, bytes(held[begin : begin + machine.whole(count, len(held))]))


def put(machine: Any, this: Object, part: bytes) -> None:
    buffer, at = this.data["buffer"], this.data["pos"]
    if "asking" in this.data:
        this.data["asking"](part)
    if type(buffer) is Unknown:
        return
    machine.grow(len(buffer) + len(part) if at == len(buffer) else len(part))
    machine.tick(len(part) // 256 + 1)
    if at > len(buffer):
        buffer.extend(bytes(at - len(buffer)))
    buffer[at : at + len(part)] = part
    this.data["pos"] = at + len(part)


@STREAM.call("WriteByte")
def write_byte(machine: Any, this: Object, value: Any) -> None:
    put(machine, this, bytes([machine.whole(value) & 0xFF]))


@STREAM.call("WriteTo", opened=True)
def write_to(machine: Any, this: Object, target: Any) -> None:
    this.data["pos"] = 0
    copy_to(machine, this, target)


@STREAM.call("CopyTo", "CopyToAsync", opened=True)
def copy_to(machine: Any, this: Object, target: Any, _size: Any = MISSING) -> None:
    data = rest_of(machine, this)
    if type(target) is Object and "buffer" in target.data:
        if type(data) is Unknown:
            target.data["buffer"] = data
        else:
            put(machine, target, data)


@STREAM.call("Flush", "FlushFinalBlock", "BeginRead", "BeginWrite", "FlushAsync")
def flush(machine: Any, this: Object, *_args: Any) -> None:
    sink = this.data.get("sink")
    if sink is not None:
        sink()


@STREAM.call("Close", "Dispose")
def close(machine: Any, this: Object, *_args: Any) -> None:
    sink = this.data.pop("sink", None)
    if sink is not None:
        sink()
    closing = this.data.pop("closing", None)
    if closing is not None:
        closing()


@STREAM.call("ToString")
def shown(_machine: Any, this: Object) -> str:
    return str(this.cls.name)


# ---------------------------------------------------------------- compression


def inflate(machine: Any, data: bytes, wbits: int) -> bytearray:
    """What deflated data unpacks to, as far as it is sound. Raises Thrown when there is nothing."""
    engine = zlib.decompressobj(wbits)
    out = bytearray()
    at = 0
    pending: bytes = b""
    limits = machine.budget.limits
    while not engine.eof:
        if not pending:
            if at >= len(data):
                break
            pending = data[at : at + CHUNK]
            at += len(pending)
        try:
            piece = engine.decompress(pending, CHUNK)
        except zlib.error:
            if not out:
                raise Thrown("System.IO.InvalidDataException", "The magic number in GZip header is not correct.") from None
            break
        pending = engine.unconsumed_tail
        if not piece and not pending and at >= len(data):
            break
        if len(out) + len(piece) > limits.object_bytes:
            raise LimitReached("object_bytes", limits.object_bytes, "deflate stream")
        machine.budget.spend(len(piece), "expanded_bytes", "deflate stream")
        machine.tick(len(piece) // 256 + 1)
        out += piece
    return out


def _packed(cls: NetClass, wbits: int) -> None:
    @cls.makes
    def make(machine: Any, inner: Any, mode: Any = "Decompress", *_rest: Any) -> Any:
        compress = (mode.name if type(mode) is Enum else machine.shown(mode)).lower().startswith(("compress", "1", "optimal", "fastest"))
        if compress:
            made = stream(cls, bytearray())

            def sink() -> None:
                engine = zlib.compressobj(6, zlib.DEFLATED, wbits)
                if type(inner) is Object and "buffer" in inner.data and type(made.data["buffer"]) is bytearray:
                    put(machine, inner, engine.compress(bytes(made.data["buffer"])) + engine.flush())
                    made.data["buffer"] = bytearray()

            made.data["closing"] = sink
            return made
        machine.undo("compressed")

        def fill() -> bytearray | Unknown:
            data = rest_of(machine, inner)
            return data if type(data) is Unknown else inflate(machine, data, wbits)

        return stream(cls, bytearray(), fill=fill)


_packed(DEFLATE, -15)
_packed(GZIP, 31)
_packed(ZLIB, 15)


@BUFFERED.makes
def make_buffered(machine: Any, inner: Any, _size: Any = MISSING) -> Any:
    return inner


# ---------------------------------------------------------------- files


@FILE_STREAM.makes
def make_file(machine: Any, path: Any, mode: Any = "Open", *_rest: Any) -> Object:
    return open_file(machine, machine.shown(path), machine.shown(mode))


MODES: Final = {"1": "createnew", "2": "create", "3": "open", "4": "openorcreate", "5": "truncate", "6": "append"}


def open_file(machine: Any, path: str, mode: str) -> Object:
    where = machine.path(path)
    word = MODES.get(mode, mode.lower())
    content = machine.content_of(where)
    if word == "open" and content is None:
        raise Thrown("System.IO.FileNotFoundException", f"Could not find file '{where}'.")
    if word in ("create", "createnew", "truncate") or content is None:
        content = b""
    made = stream(FILE_STREAM, bytearray(content) if isinstance(content, bytes) else content, path=where, before=content)
    if word == "append" and isinstance(content, bytes):
        made.data["pos"] = len(content)

    def sink() -> None:
        held = made.data["buffer"]
        if held != made.data["before"] or made.data.get("unknown"):
            made.data["before"] = bytes(held) if type(held) is bytearray else held
            machine.write_file(where, bytes(held) if type(held) is bytearray else held, "System.IO.FileStream")

    made.data["sink"] = sink
    made.data["closing"] = lambda: machine.close_file(where)
    machine.at_end(sink)
    return made


@FILE_STREAM.prop("Name")
def file_name(_machine: Any, this: Object) -> str:
    return str(this.data.get("path", ""))


# ---------------------------------------------------------------- readers

READER: Final = net_class("System.IO.StreamReader", "System.IO.TextReader")
STRING_READER: Final = net_class("System.IO.StringReader", parent=READER)
BINARY_READER: Final = net_class("System.IO.BinaryReader")

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


def text_in(data: bytes, codec: str) -> str:
    """Bytes as a StreamReader decodes them: by their mark, or as told."""
    for mark, marked in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return decode(marked, data[len(mark) :])
    return decode(codec, data)


@READER.makes
def make_reader(machine: Any, source: Any, code: Any = MISSING, *_rest: Any) -> Any:
    codec = code.data["codec"] if type(code) is Object and "codec" in code.data else "utf-8"
    if isinstance(source, str):
        content = machine.content_of(machine.path(source))
        if content is None:
            raise Thrown("System.IO.FileNotFoundException", f"Could not find file '{source}'.")
        if type(content) is Unknown:
            return content
        return Object(READER, text=text_in(content, codec), pos=0)

    def text() -> Any:
        data = rest_of(machine, source)
        if type(data) is Unknown:
            return data
        machine.grow(2 * len(data))
        return text_in(data, codec)

    return Object(READER, lazy=text, pos=0, source=source)


@STRING_READER.makes
def make_string_reader(machine: Any, text: Any) -> Object:
    return Object(STRING_READER, text=machine.text(text), pos=0)


def text_held(this: Object) -> Any:
    lazy = this.data.pop("lazy", None)
    if lazy is not None:
        this.data["text"] = lazy()
    return this.data["text"]


@READER.call("ReadToEnd", "ReadToEndAsync")
def read_to_end(_machine: Any, this: Object) -> Any:
    text = text_held(this)
    if type(text) is Unknown:
        return text
    begin = this.data["pos"]
    this.data["pos"] = len(text)
    return text[begin:]


@READER.call("ReadLine")
def read_line(_machine: Any, this: Object) -> Any:
    text = text_held(this)
    if type(text) is Unknown:
        if this.data.get("asked"):
            return None
        this.data["asked"] = True
        return text
    begin = this.data["pos"]
    if begin >= len(text):
        return None
    match = _LINE.match(text, begin)
    assert match is not None
    this.data["pos"] = match.end()
    return match[0].rstrip("\r\n")


@READER.call("Read", opened=True)
def read_char(machine: Any, this: Object, target: Any = MISSING, start: Any = 0, count: Any = 0) -> Any:
    text = text_held(this)
    if type(text) is Unknown:
        return text
    begin = this.data["pos"]
    if target is MISSING:
        this.data["pos"] = min(begin + 1, len(text))
        return ord(text[begin]) if begin < len(text) else -1
    part = text[begin : begin + machine.whole(count)]
    sequence = elements(target)
    into = machine.whole(start)
    sequence[into : into + len(part)] = [Char(c) for c in part]
    this.data["pos"] = begin + len(part)
    return len(part)


@READER.call("Peek")
def peek(_machine: Any, this: Object) -> Any:
    text = text_held(this)
    if type(text) is Unknown:
        return text
    at = this.data["pos"]
    return ord(text[at]) if at < len(text) else -1


@READER.prop("EndOfStream")
def end_of_stream(_machine: Any, this: Object) -> Any:
    text = text_held(this)
    return bool(this.data.get("asked")) if type(text) is Unknown else this.data["pos"] >= len(text)


@READER.prop("BaseStream")
def base_stream(_machine: Any, this: Object) -> Any:
    return this.data.get("source")


@READER.call("ToString")
def reader_shown(_machine: Any, this: Object) -> str:
    return str(this.cls.name)


@BINARY_READER.makes
def make_binary_reader(_machine: Any, source: Any, *_rest: Any) -> Object:
    return Object(BINARY_READER, source=source)


def take(machine: Any, this: Object, count: int) -> bytes | Unknown:
    source = this.data["source"]
    held = buffer_of(machine, source)
    if type(held) is Unknown:
        return held
    begin = source.data["pos"]
    part = bytes(held[begin : begin + max(0, count)])
    source.data["pos"] = begin + len(part)
    return part


@BINARY_READER.call("ReadBytes")
def read_bytes(machine: Any, this: Object, count: Any) -> Any:
    data = take(machine, this, machine.whole(count))
    return bytearray(data) if isinstance(data, bytes) else data


def whole_reader(size: int, *, signed: bool) -> Callable[..., Any]:
    def member(machine: Any, this: Object) -> Any:
        data = take(machine, this, size)
        if type(data) is Unknown:
            return data
        if len(data) < size:
            raise Thrown("System.IO.EndOfStreamException", "Unable to read beyond the end of the stream.")
        return int.from_bytes(data, "little", signed=signed)

    return member


for _name, _size, _signed in (
    ("ReadByte", 1, False),
    ("ReadInt16", 2, True),
    ("ReadUInt16", 2, False),
    ("ReadInt32", 4, True),
    ("ReadUInt32", 4, False),
    ("ReadInt64", 8, True),
    ("ReadUInt64", 8, False),
):
    BINARY_READER.call(_name)(whole_reader(_size, signed=_signed))


@BINARY_READER.prop("BaseStream")
def binary_base(_machine: Any, this: Object) -> Any:
    return this.data["source"]


# ---------------------------------------------------------------- writers

WRITER: Final = net_class("System.IO.StreamWriter", "System.IO.TextWriter")
STRING_WRITER: Final = net_class("System.IO.StringWriter", parent=WRITER)
BINARY_WRITER: Final = net_class("System.IO.BinaryWriter")


@WRITER.makes
def make_writer(machine: Any, target: Any, second: Any = MISSING, *_rest: Any) -> Object:
    codec = second.data["codec"] if type(second) is Object and "codec" in second.data else "utf-8"
    if type(target) is not Object:
        append = type(second) is bool and second
        target = open_file(machine, machine.shown(target), "append" if append else "create")
    return Object(WRITER, target=target, codec=codec)


@STRING_WRITER.makes
def make_string_writer(_machine: Any, *_args: Any) -> Object:
    return Object(STRING_WRITER, target=stream(MEMORY, bytearray()), codec="utf-16-le")


def write_text(machine: Any, this: Object, text: Any) -> None:
    target = this.data["target"]
    if type(target) is not Object:
        return
    if "buffer" not in target.data:
        machine.touched += 1
        return
    if type(text) is Unknown:
        if not target.data["buffer"] or type(target.data["buffer"]) is Unknown:
            target.data["buffer"] = text
        target.data["unknown"] = True
        return
    put(machine, target, encode(this.data["codec"], text))


@WRITER.call("Write", opened=True)
def writer_write(machine: Any, this: Object, value: Any = "", *args: Any) -> None:
    text = machine.operators.joined([machine.text(item) for item in elements(value)], "") if is_list(value) else machine.text(value)
    if args and isinstance(text, str) and "{" in text:
        from emoscan.evaluate.powershell.net.strings import format_

        text = format_(machine, "", text, *args)
    write_text(machine, this, text)


@WRITER.call("WriteLine", opened=True)
def writer_line(machine: Any, this: Object, value: Any = "", *args: Any) -> None:
    writer_write(machine, this, value, *args)
    write_text(machine, this, "\r\n")


@WRITER.call("Flush")
def writer_flush(machine: Any, this: Object) -> None:
    if type(this.data["target"]) is Object and "buffer" in this.data["target"].data:
        flush(machine, this.data["target"])


@WRITER.call("Close", "Dispose")
def writer_close(machine: Any, this: Object) -> None:
    if type(this.data["target"]) is Object and "buffer" in this.data["target"].data:
        close(machine, this.data["target"])


@WRITER.prop("BaseStream")
def writer_base(_machine: Any, this: Object) -> Any:
    return this.data["target"]


@STRING_WRITER.call("ToString", "GetStringBuilder")
def string_written(machine: Any, this: Object) -> Any:
    held = this.data["target"].data["buffer"]
    return decode("utf-16-le", bytes(held)) if type(held) is bytearray else held


@BINARY_WRITER.makes
def make_binary_writer(_machine: Any, target: Any, *_rest: Any) -> Object:
    return Object(BINARY_WRITER, target=target, codec="utf-8")


@BINARY_WRITER.call("Write", opened=True)
def binary_write(machine: Any, this: Object, value: Any, start: Any = 0, count: Any = MISSING) -> None:
    target = this.data["target"]
    if type(target) is not Object or "buffer" not in target.data:
        return
    if is_list(value):
        write(machine, target, value, start, count)
    elif isinstance(value, str):
        put(machine, target, encode("utf-8", value))
    elif isinstance(value, int):
        from emoscan.evaluate.powershell.net.numbers import get_bytes

        put(machine, target, bytes(get_bytes(machine, "", value)))
    elif type(value) is Unknown:
        write(machine, target, value)


BINARY_WRITER.call("Close", "Dispose")(writer_close)
BINARY_WRITER.call("Flush")(writer_flush)
