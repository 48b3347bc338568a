"""Files: the Open statement and its kin (MS-VBAL 5.4.5), and the functions around them (6.1.2.5).

An open file is a buffer in memory; what the script wrote goes to the world's files when it is closed, or when the script
ends. Texts are written in the machine's code page.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from emoscan.evaluate.core.encoding import ansi_decode, ansi_encode, text_of_memory
from emoscan.evaluate.core.values import MISSING, NULL, Date, ErrorValue, Object, ObjectClass, Unknown, display
from emoscan.evaluate.core.world import Files
from emoscan.evaluate.vba.arrays import Array
from emoscan.evaluate.vba.convert import integer, number, parse_date, to_datetime
from emoscan.evaluate.vba.errors import failure
from emoscan.evaluate.vba.library import builtin, invalid_call, unknown
from emoscan.evaluate.vba.library.binary import pack, unpack
from emoscan.evaluate.vba.library.conversion import is_numeric, val
from emoscan.evaluate.vba.library.dates import serial_of
from emoscan.evaluate.vba.operators import plain, text, wildcard_match

HIGHEST: Final = 511
ZONE: Final = 14
"""Columns between two stops of `Print #`."""

MODES: Final = {"input": 1, "output": 2, "random": 4, "append": 8, "binary": 32}
"""As FileAttr tells them."""

Path = str | Unknown


class OpenFile:
    """`content` is a buffer, or Unknown for a file that nobody can read here."""

    __slots__ = ("access", "added", "changed", "column", "content", "mode", "path", "position", "record", "short")

    def __init__(self, path: Path, mode: str, access: str, record: int, content: bytearray | Unknown) -> None:
        self.path = path
        self.mode = mode
        self.access = access
        self.record = record
        self.content = content
        self.position = 0
        self.column = 0
        self.changed = mode == "output"
        self.short = False
        """The latest Get reached beyond the end."""
        self.added = self.size if mode == "append" else 0
        """What lies before was there already and stays."""

    @property
    def size(self) -> int:
        return 0 if isinstance(self.content, Unknown) else len(self.content)


# ---------------------------------------------------------------- statements


def statement(machine: Any, what: str, args: tuple[Any, ...], words: list[str]) -> None:
    """Open, Close, Print #, Write #, Put, Seek, Name …; `args` and `words` as in syntax.FileStatement."""
    STATEMENTS[what](machine, args, words)


def handle_of(machine: Any, value: Any) -> OpenFile:
    """The open file of a number. Raises error 52."""
    wanted = integer(plain(machine, value))
    found = machine.handles.get(wanted) if isinstance(wanted, int) else None
    if found is None:
        raise failure(52)
    return found  # type: ignore[no-any-return]


def path_of(machine: Any, value: Any) -> Path:
    """A path, seen from the current directory. Raises error 75 for an empty one."""
    path = text(plain(machine, value))
    if isinstance(path, Unknown):
        return path
    path = path.strip().strip('"')
    if not path or "\0" in path:
        raise failure(75)
    return machine.world.absolute(path)  # type: ignore[no-any-return]


def open_(machine: Any, args: tuple[Any, ...], words: list[str]) -> None:
    path = path_of(machine, args[0])
    handle = integer(plain(machine, args[1]))
    if not isinstance(handle, int):
        return
    if not 1 <= handle <= HIGHEST:
        raise failure(52)
    if handle in machine.handles:
        raise failure(55)
    mode = next((word for word in words if word in MODES), "random")
    access = "read" if "read" in words and "write" not in words else "write" if "write" in words and "read" not in words else ""
    length = 128 if args[2] is MISSING else integer(plain(machine, args[2]))
    if isinstance(length, int) and not 1 <= length <= 0x7FFF:
        raise invalid_call()
    content: bytes | Unknown | None = b"" if mode == "output" else machine.read(path) if mode == "input" else machine.content_of(path)
    if mode == "input":
        if content is None:
            raise failure(53)
        machine.fact("effect.query", f"content of file {display(path)}")
    if isinstance(content, bytes):
        machine.grow(len(content))
        buffer: bytearray | Unknown = bytearray(content)
    else:
        buffer = bytearray() if content is None else content
    file = OpenFile(path, mode, access, length if isinstance(length, int) else 128, buffer)
    file.position = file.added
    if not machine.handles:
        machine.at_end(lambda: close_all(machine))
    machine.handles[handle] = file


def close(machine: Any, args: tuple[Any, ...], _words: list[str]) -> None:
    if not args:
        close_all(machine)
    for value in args:
        handle = integer(plain(machine, value))
        file = machine.handles.pop(handle, None) if isinstance(handle, int) else None
        if file is not None:
            flush(machine, file)


def close_all(machine: Any) -> None:
    while machine.handles:
        flush(machine, machine.handles.pop(next(iter(machine.handles))))


def flush(machine: Any, file: OpenFile) -> None:
    """What was written goes to the file, and becomes an artifact."""
    if file.changed:
        file.changed = False
        content = file.content if isinstance(file.content, Unknown) else bytes(file.content[file.added :])
        machine.write_file(file.path, content, "Open", append=file.added > 0)
        machine.close_file(file.path)


def put_bytes(machine: Any, file: OpenFile, data: bytes) -> None:
    """Write at the file's position, which moves on."""
    if file.mode == "input" or file.access == "read":
        raise failure(54)
    if isinstance(file.content, Unknown):
        file.changed = True
        return
    end = file.position + len(data)
    if end > len(file.content):
        if end > machine.budget.limits.string_bytes:
            machine.grow(end)
        machine.grow(end - len(file.content))
    if file.position > len(file.content):
        file.content.extend(bytes(file.position - len(file.content)))
    file.content[file.position : end] = data
    file.position = end
    file.changed = True


# -- Print and Write

LAYOUT: Final = ObjectClass("layout")
"""What Tab and Spc are in the list of Print: `tab` a column (0: the next zone), or `blanks`."""


@builtin("Tab", "column", "I?")
def tab(_machine: Any, column: Any) -> Object:
    return Object(LAYOUT, tab=0 if column is MISSING else max(1, column))


@builtin("Spc", "n", "I")
def spc(machine: Any, count: int) -> Object:
    machine.grow(max(0, count))
    return Object(LAYOUT, blanks=max(0, count))


def print_(machine: Any, args: tuple[Any, ...], words: list[str]) -> None:
    """Items with `;` between them stand side by side; after `,` the next zone begins."""
    file = sequential(machine, args[0])
    items = args[1:]
    line = ""
    for at, value in enumerate(items):
        column = file.column + len(line)
        if type(value) is Object and value.cls is LAYOUT:
            line += laid_out(value, column)
        elif value is not MISSING:
            line += printed(machine, value)
        if at < len(words) and words[at] == ",":
            line += " " * (ZONE - (file.column + len(line)) % ZONE)
    if len(words) >= len(items) > 0:
        file.column += len(line)
    else:
        file.column = 0
        line += "\r\n"
    put_bytes(machine, file, ansi_encode(line, machine.codec))


def sequential(machine: Any, value: Any) -> OpenFile:
    file = handle_of(machine, value)
    if file.mode not in ("output", "append"):
        raise failure(54)
    return file


def laid_out(layout: Object, column: int) -> str:
    if "blanks" in layout.data:
        return " " * int(layout.data["blanks"])
    wanted = int(layout.data["tab"])
    if wanted == 0:
        return " " * (ZONE - column % ZONE)
    wanted = min(wanted, 0x7FFF) - 1
    return " " * (wanted - column) if wanted >= column else "\r\n" + " " * wanted


def printed(machine: Any, value: Any) -> str:
    """A value as Print shows it: numbers with a blank (or the minus) before and a blank behind them."""
    if value is NULL:
        return "Null"
    if type(value) is ErrorValue:
        return repr(value)
    value = plain(machine, value)
    shown = display(text(value))
    if type(value) in (int, float):
        return f"{'' if shown.startswith('-') else ' '}{shown} "
    return shown


def write(machine: Any, args: tuple[Any, ...], words: list[str]) -> None:
    """Items in a form that `Input #` reads back."""
    file = sequential(machine, args[0])
    items = [written(machine, value) for value in args[1:]]
    end = "," if len(words) >= len(items) > 0 else "\r\n"
    put_bytes(machine, file, ansi_encode(",".join(items) + end, machine.codec))


def written(machine: Any, value: Any) -> str:
    if value is NULL:
        return "#NULL#"
    if type(value) is ErrorValue:
        return f"#ERROR {value.number}#"
    value = plain(machine, value) if value is not MISSING else None
    if type(value) is bool:
        return "#TRUE#" if value else "#FALSE#"
    if type(value) is Date:
        moment = to_datetime(value)
        day, time = f"{moment:%m-%d}", f"{moment:%H:%M:%S}"
        whole = value.serial == int(value.serial)
        return f"#{moment.year:04d}-{day}#" if whole else f"#{time}#" if int(value.serial) == 0 else f"#{moment.year:04d}-{day} {time}#"
    shown = display(text(value))
    return f'"{shown}"' if type(value) in (str, Unknown, Array) else shown


# -- Put, Seek and the rest


def seek(machine: Any, args: tuple[Any, ...], _words: list[str]) -> None:
    file = handle_of(machine, args[0])
    go_to(machine, file, args[1] if len(args) > 1 else MISSING)


def go_to(machine: Any, file: OpenFile, record: Any) -> None:
    """To a record, or byte of a binary file, counted from 1."""
    if record is MISSING:
        return
    wanted = integer(plain(machine, record))
    if isinstance(wanted, int):
        if not 1 <= wanted <= 0x7FFFFFFF:
            raise failure(63)
        file.position = (wanted - 1) * (file.record if file.mode == "random" else 1)


def put(machine: Any, args: tuple[Any, ...], words: list[str]) -> None:
    file = handle_of(machine, args[0])
    if file.mode not in ("binary", "random"):
        raise failure(54)
    if len(args) > 2:
        go_to(machine, file, args[1])
    value = args[-1]
    if type(value) is Unknown:
        file.content = value if file.size == 0 else Unknown.join((ansi_decode(bytes(file.content), machine.codec), value))  # type: ignore[arg-type, assignment]
        file.changed = True
        return
    data = pack(machine, value, words[0] if words else "", in_records=file.mode == "random")
    start = file.position
    put_bytes(machine, file, data)
    if file.mode == "random":
        if len(data) > file.record:
            raise failure(59)
        file.position = start + file.record


def name(machine: Any, args: tuple[Any, ...], _words: list[str]) -> None:
    old, new = path_of(machine, args[0]), path_of(machine, args[1])
    if isinstance(old, str) and not machine.world.files.exists(old):
        raise failure(53)
    if isinstance(new, str) and machine.world.files.exists(new):
        raise failure(58)
    machine.copy_file(old, new, "Name")
    if isinstance(old, str):
        machine.world.files.delete(old)


def nothing(_machine: Any, _args: tuple[Any, ...], _words: list[str]) -> None:
    """Lock, Unlock, Width: nobody else has the file, and lines are as long as they are."""


STATEMENTS: Final = {
    "open": open_,
    "close": close,
    "reset": close,
    "print": print_,
    "write": write,
    "seek": seek,
    "put": put,
    "name": name,
    "lock": nothing,
    "unlock": nothing,
    "width": nothing,
}

# ---------------------------------------------------------------- reading


def read(machine: Any, what: str, handle: Any, record: Any, current: Any, type_: str = "") -> Any:
    """What `Input #`, `Line Input #` or `Get` puts into its variable, whose value is `current` now, of declared type `type_`."""
    file = handle_of(machine, handle)
    if what == "get":
        if file.mode not in ("binary", "random"):
            raise failure(54)
        go_to(machine, file, record)
        return get(machine, file, current, type_)
    if file.mode not in ("input", "binary"):
        raise failure(54)
    if isinstance(file.content, Unknown):
        if file.short:
            raise failure(62)
        file.short = True
        return file.content
    if file.position >= len(file.content):
        raise failure(62)
    return line(machine, file) if what == "line input" else field(machine, file, current, type_)


def get(machine: Any, file: OpenFile, current: Any, type_: str) -> Any:
    if isinstance(file.content, Unknown):
        file.short = True
        if type(current) is Array:
            return Array(list(current.bounds), current.type, [file.content] * len(current.data))
        return file.content
    start = file.position
    value, size = unpack(machine, file.content, start, current, type_, in_records=file.mode == "random")
    file.short = start + size > len(file.content)
    file.position = start + (file.record if file.mode == "random" else size)
    return value


def line(machine: Any, file: OpenFile) -> str:
    """Up to a carriage return, which is taken with a line feed behind it."""
    content = file.content
    assert isinstance(content, bytearray)
    end = content.find(b"\r", file.position)
    found = content[file.position :] if end < 0 else content[file.position : end]
    file.position = len(content) if end < 0 else end + (2 if content[end + 1 : end + 2] == b"\n" else 1)
    machine.grow(len(found))
    return ansi_decode(bytes(found), machine.codec)


def field(machine: Any, file: OpenFile, current: Any, type_: str) -> Any:
    """The next item of a list: quoted, or up to a comma or the end of the line."""
    content = file.content
    assert isinstance(content, bytearray)
    at = file.position
    while at < len(content) and content[at] in b" \t":
        at += 1
    if content[at : at + 1] == b'"':
        end = content.find(b'"', at + 1)
        end = len(content) if end < 0 else end
        found = ansi_decode(bytes(content[at + 1 : end]), machine.codec)
        at = end + 1
        while at < len(content) and content[at] not in b",\r\n":
            at += 1
        quoted = True
    else:
        end = at
        while end < len(content) and content[end] not in b",\r\n":
            end += 1
        found = ansi_decode(bytes(content[at:end]), machine.codec).rstrip(" ")
        at, quoted = end, False
    machine.spend((at - file.position) >> 4)
    machine.grow(len(found))
    if content[at : at + 2] == b"\r\n":
        at += 2
    elif at < len(content):
        at += 1
    file.position = at
    return found if quoted else unquoted(machine, found, current, type_)


def unquoted(machine: Any, found: str, current: Any, type_: str) -> Any:
    """An item that is no text: what `Write #` makes of truths, dates and Null, or a number."""
    word = found.lower()
    if word in ("#true#", "#false#"):
        return word == "#true#"
    if word == "#null#":
        return NULL
    if word.startswith("#error ") and word[7:-1].isdigit():
        return ErrorValue(int(word[7:-1]) & 0xFFFF)
    if word.startswith("#") and word.endswith("#"):
        date = parse_date(word[1:-1])
        return found if date is None else date
    if type_ == "string" or type(current) is str:
        return found
    if type(current) in (int, float):
        return val(machine, found)
    return (None if not found else number(found)) if not found or is_numeric(found) else found


@builtin("Input", "number filenumber", "I x", result="P")
def input_(machine: Any, count: int, handle: Any) -> Any:
    """So many characters."""
    found = taken(machine, count, handle)
    return found if isinstance(found, Unknown) else ansi_decode(found, machine.codec)


@builtin("InputB", "number filenumber", "I x", result="P")
def input_b(machine: Any, count: int, handle: Any) -> Any:
    """So many bytes, as they are."""
    found = taken(machine, count, handle)
    return found if isinstance(found, Unknown) else text_of_memory(found)


def taken(machine: Any, count: int, handle: Any) -> bytes | Unknown:
    file = handle_of(machine, handle)
    if file.mode not in ("input", "binary"):
        raise failure(54)
    if count < 0:
        raise invalid_call()
    if isinstance(file.content, Unknown):
        file.short = True
        return file.content
    if file.position + count > len(file.content):
        raise failure(62)
    machine.grow(count)
    found = bytes(file.content[file.position : file.position + count])
    file.position += count
    return found


# ---------------------------------------------------------------- what is known of open files


@builtin("FreeFile", "rangenumber", "I?", result="P")
def free_file(machine: Any, range_number: Any) -> int:
    if range_number is not MISSING and range_number not in (0, 1):
        raise invalid_call()
    numbers = range(256, HIGHEST + 1) if range_number == 1 else range(1, 256)
    for handle in numbers:
        if handle not in machine.handles:
            return handle
    raise failure(67)


@builtin("EOF", "filenumber", result="B")
def eof(machine: Any, handle: Any) -> bool:
    file = handle_of(machine, handle)
    if file.mode in ("binary", "random") or isinstance(file.content, Unknown):
        return file.short
    return file.position >= len(file.content)


@builtin("LOF", "filenumber", result="P")
def lof(machine: Any, handle: Any) -> Any:
    file = handle_of(machine, handle)
    if not isinstance(file.content, Unknown):
        return len(file.content)
    return machine.world.files.size(file.path) if isinstance(file.path, str) else unknown("LOF", file.content)


@builtin("Loc", "filenumber", result="P")
def loc(machine: Any, handle: Any) -> int:
    """The latest record, or byte; of text files in pieces of 128 bytes."""
    file = handle_of(machine, handle)
    return file.position // {"binary": 1, "random": file.record}.get(file.mode, 128)


@builtin("Seek", "filenumber", result="P")
def seek_(machine: Any, handle: Any) -> int:
    """The next record, or byte."""
    file = handle_of(machine, handle)
    return file.position // (file.record if file.mode == "random" else 1) + 1


@builtin("FileAttr", "filenumber returntype", "x I?", result="P")
def file_attr(machine: Any, handle: Any, return_type: Any) -> int:
    file = handle_of(machine, handle)
    if return_type is not MISSING and return_type not in (1, 2):
        raise invalid_call()
    return MODES[file.mode] if return_type is MISSING or return_type == 1 else 0


# ---------------------------------------------------------------- files by path

DIRECTORY, ARCHIVE = 16, 32


def existing(machine: Any, path: Path) -> bool:
    return isinstance(path, Unknown) or machine.world.files.exists(path)


@builtin("FileLen", "pathname", "T", result="P")
def file_len(machine: Any, pathname: Path) -> Any:
    path = path_of(machine, pathname)
    if isinstance(path, Unknown):
        return unknown("FileLen", path)
    if not machine.world.files.exists(path):
        raise failure(53)
    return machine.query(f"size of file {path}", machine.world.files.size(path))


@builtin("FileDateTime", "pathname", "T", result="P")
def file_date_time(machine: Any, pathname: Path) -> Any:
    path = path_of(machine, pathname)
    if isinstance(path, Unknown):
        return unknown("FileDateTime", path)
    if not machine.world.files.exists(path):
        raise failure(53)
    if machine.world.files.revision(path):
        return serial_of(machine.world.now)
    return serial_of(INSTALLED)


INSTALLED: Final = datetime(2019, 12, 7, 18, 8, 41)  # noqa: DTZ001 - the script's local time, no zone
"""Time of the files of Windows."""


@builtin("GetAttr", "pathname", "T", result="P")
def get_attr(machine: Any, pathname: Path) -> Any:
    path = path_of(machine, pathname)
    if isinstance(path, Unknown):
        return unknown("GetAttr", path)
    files = machine.world.files
    if not files.exists(path):
        if not files.folder_exists(path):
            raise failure(53)
        return machine.attributes.get(Files.key(path), DIRECTORY)
    return machine.attributes.get(Files.key(path), ARCHIVE)


@builtin("SetAttr", "pathname attributes", "T I", result="P")
def set_attr(machine: Any, pathname: Path, attributes: int) -> None:
    path = path_of(machine, pathname)
    if isinstance(path, str):
        if not machine.world.files.exists(path) and not machine.world.files.folder_exists(path):
            raise failure(53)
        machine.attributes[Files.key(path)] = attributes


@builtin("Dir", "pathname attributes", "T? I?", result="P")
def dir_(machine: Any, pathname: Any, attributes: Any) -> Any:
    """The first name that fits a path with * and ?; without a path the next one; empty at the end."""
    if pathname is MISSING:
        if machine.dir_matches is None:
            raise invalid_call()
        if not machine.dir_matches:
            machine.dir_matches = None
            return ""
        return machine.dir_matches.pop(0)
    if isinstance(pathname, Unknown):
        machine.dir_matches = []
        return unknown("Dir", pathname)
    wanted = 0 if attributes is MISSING else attributes
    found = matches(machine, pathname, folders=bool(wanted & DIRECTORY))
    machine.dir_matches = found[1:] if found else None
    return machine.query(f"file {pathname}", found[0] if found else "")


def matches(machine: Any, pathname: str, *, folders: bool) -> list[str]:
    """Names of files (and folders) that fit a path with wildcards."""
    files = machine.world.files
    path = machine.world.absolute(pathname.strip() or "*")
    ends_in_folder = pathname.strip().endswith(("\\", "/", ":"))
    folder, _, pattern = path.rpartition("\\")
    if ends_in_folder:
        folder, pattern = path.rstrip("\\"), "*"
    if "*" not in pattern and "?" not in pattern:
        if files.exists(path) or (folders and files.folder_exists(path)):
            return [pattern]
        return []
    pattern = "*" if pattern == "*.*" else "".join(f"[{c}]" if c in "[#" else c for c in pattern.lower())
    names = [found.rpartition("\\")[2] for found in files.inside(folder)]
    if folders:
        names += [".", "..", *(found.rpartition("\\")[2] for found in files.folders_inside(folder))]
    machine.spend(len(names) * len(pattern))
    return [found for found in names if wildcard_match(found.lower(), pattern)]


@builtin("CurDir", "drive", "S?", result="P")
def cur_dir(machine: Any, _drive: Any) -> str:
    machine.fact("effect.query", "current directory", answer=machine.world.directory)
    return machine.world.directory  # type: ignore[no-any-return]


@builtin("ChDir", "path", "T", result="P")
def ch_dir(machine: Any, pathname: Path) -> None:
    path = path_of(machine, pathname)
    if isinstance(path, str):
        if not machine.world.files.folder_exists(path):
            raise failure(76)
        machine.world.directory = path


@builtin("ChDrive", "drive", "S", result="P")
def ch_drive(machine: Any, drive: str) -> None:
    if drive[:1].lower() not in ("", machine.world.directory[:1].lower()):
        raise failure(68)


@builtin("MkDir", "path", "T", result="P")
def mk_dir(machine: Any, pathname: Path) -> None:
    path = path_of(machine, pathname)
    if isinstance(path, str):
        if machine.world.files.folder_exists(path) and Files.key(path) in machine.made_folders:
            raise failure(75)
        machine.grow(64 + len(path))
        machine.made_folders.add(Files.key(path))
        machine.world.files.make_folder(path)


@builtin("RmDir", "path", "T", result="P")
def rm_dir(machine: Any, pathname: Path) -> None:
    path = path_of(machine, pathname)
    if isinstance(path, str):
        if not machine.world.files.folder_exists(path):
            raise failure(76)
        machine.made_folders.discard(Files.key(path))
        machine.world.files.remove_folder(path)


@builtin("Kill", "pathname", "T", result="P")
def kill(machine: Any, pathname: Path) -> None:
    if isinstance(pathname, Unknown):
        machine.delete_file(pathname, "Kill")
        return
    path = path_of(machine, pathname)
    assert isinstance(path, str)
    folder, _, last = path.rpartition("\\")
    found = [f"{folder}\\{each}" for each in matches(machine, path, folders=False)] if "*" in last or "?" in last else [path]
    if not found or not all(machine.world.files.exists(each) for each in found):
        raise failure(53)
    for each in found:
        machine.delete_file(each, "Kill")


@builtin("FileCopy", "source destination", "T T", result="P")
def file_copy(machine: Any, source: Path, destination: Path) -> None:
    old, new = path_of(machine, source), path_of(machine, destination)
    if not existing(machine, old):
        raise failure(53)
    machine.copy_file(old, new, "FileCopy")
