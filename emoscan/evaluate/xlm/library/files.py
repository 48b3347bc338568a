"""Files: text files a macro reads and writes, folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from emoscan.evaluate.core.encoding import ansi_encode
from emoscan.evaluate.core.values import MISSING, Unknown, display
from emoscan.evaluate.xlm.library import command, on_ranges
from emoscan.evaluate.xlm.library.text import text_of
from emoscan.evaluate.xlm.values import NA, VALUE, Array, to_number

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.machine import XlmMachine


class Opened(Struct):
    path: str | Unknown
    position: int = 0
    written: bool = False


@command("FOPEN")
def fopen(m: XlmMachine, path: Any, access: Any = 1.0) -> Any:
    name = m.text(path)
    kind = to_number(m.single(access))
    whole = name if isinstance(name, Unknown) else m.world.absolute(name)
    if kind == 2.0 and isinstance(whole, str) and not m.world.files.exists(whole) and not m.made_by_program(whole):
        return NA
    number = float(1 + len(m.open_files))
    m.open_files[number] = Opened(whole)
    if kind == 3.0:
        m.write_file(whole, b"", "FOPEN")
    return number


def _opened(m: XlmMachine, number: Any) -> Opened | None:
    found = to_number(m.single(number))
    opened = m.open_files.get(found) if type(found) is float else None
    if opened is None and m.open_files and type(found) is not float:
        opened = list(m.open_files.values())[-1]
    return opened if isinstance(opened, Opened) else None


def _write(m: XlmMachine, number: Any, text: Any, end: str) -> Any:
    opened = _opened(m, number)
    if opened is None:
        return VALUE
    value = m.text(text)
    if isinstance(value, Unknown):
        value = value.text()
    data = ansi_encode(value + end, m.codec)
    m.write_file(opened.path, data, "FWRITE", append=True)
    opened.position += len(data)
    return float(len(data))


@command("FWRITE")
def fwrite(m: XlmMachine, number: Any, text: Any) -> Any:
    return _write(m, number, text, "")


@command("FWRITELN")
def fwriteln(m: XlmMachine, number: Any, text: Any) -> Any:
    return _write(m, number, text, "\r\n")


@command("FCLOSE")
def fclose(m: XlmMachine, number: Any) -> Any:
    opened = _opened(m, number)
    if opened is not None:
        m.close_file(opened.path)
    return True


def _read(m: XlmMachine, opened: Opened) -> bytes | Unknown:
    content = m.content_of(opened.path)
    return Unknown(f"content of file {display(opened.path)}") if content is None else content


@command("FREAD")
def fread(m: XlmMachine, number: Any, count: Any) -> Any:
    opened = _opened(m, number)
    size = to_number(m.single(count))
    if opened is None or type(size) is not float or size < 0:
        return VALUE
    content = _read(m, opened)
    if isinstance(content, Unknown):
        return content
    piece = content[opened.position : opened.position + int(min(size, 255))]
    opened.position += len(piece)
    return m.decoded(piece) if piece else NA


@command("FREADLN")
def freadln(m: XlmMachine, number: Any) -> Any:
    opened = _opened(m, number)
    if opened is None:
        return VALUE
    content = _read(m, opened)
    if isinstance(content, Unknown):
        return content
    if opened.position >= len(content):
        return NA
    end = content.find(b"\n", opened.position)
    end = len(content) if end < 0 else end + 1
    line = content[opened.position : end]
    opened.position = end
    return m.decoded(line.rstrip(b"\r\n"))


@command("FSIZE")
def fsize(m: XlmMachine, number: Any) -> Any:
    opened = _opened(m, number)
    return VALUE if opened is None else float(m.world.files.size(display(opened.path)))


@command("FPOS")
def fpos(m: XlmMachine, number: Any, position: Any = MISSING) -> Any:
    opened = _opened(m, number)
    if opened is None:
        return VALUE
    place = to_number(m.single(position))
    if position is not MISSING and type(place) is float:
        opened.position = max(0, int(min(place, 1e9)) - 1)
    return float(opened.position + 1)


@command("FILE.DELETE")
def file_delete(m: XlmMachine, path: Any) -> Any:
    name = m.text(path)
    m.delete_file(name if isinstance(name, Unknown) else m.world.absolute(name), "FILE.DELETE")
    return True


@command("FILE.EXISTS")
def file_exists(m: XlmMachine, path: Any) -> Any:
    name = m.text(path)
    if isinstance(name, Unknown):
        return name
    whole = m.world.absolute(name)
    return m.world.files.exists(whole) or m.world.files.folder_exists(whole) or m.made_by_program(whole)


@on_ranges("FILES")
def files(m: XlmMachine, pattern: Any = "*.*", *_more: Any) -> Any:
    from emoscan.evaluate.xlm.library.text import matches

    value = m.text(pattern)
    if isinstance(value, Unknown):
        return value
    m.query(f"files {value}", "")
    folder, _, mask = m.world.absolute(value or "*.*").rpartition("\\")
    mask = "*" if mask in ("*.*", "") else mask.lower()
    names = [path.rpartition("\\")[2] for path in m.world.files.inside(folder)]
    found = [name for name in names if matches(m, name.lower(), mask)]
    if not found and "*" not in mask and "?" not in mask and m.made_by_program(mask):
        found = [mask]
    return Array([list(found[:500])]) if found else NA


@on_ranges("DIRECTORY")
def directory(m: XlmMachine, path: Any = MISSING) -> Any:
    if path is not MISSING:
        name = text_of(m.single(path))
        if name:
            m.world.directory = m.world.absolute(name).rstrip("\\") or m.world.directory
    return m.world.directory


@on_ranges("DIRECTORIES")
def directories(m: XlmMachine, path: Any = MISSING) -> Any:
    folder = m.world.directory if path is MISSING else m.world.absolute(text_of(m.single(path)))
    found = [name.rpartition("\\")[2] for name in m.world.files.folders_inside(folder)]
    return Array([list(found)]) if found else NA


@command("CREATE.DIRECTORY")
def create_directory(m: XlmMachine, path: Any) -> Any:
    m.world.files.make_folder(m.world.absolute(display(m.text(path))))
    return True


@command("DELETE.DIRECTORY")
def delete_directory(m: XlmMachine, path: Any) -> Any:
    m.world.files.remove_folder(m.world.absolute(display(m.text(path))))
    return True
