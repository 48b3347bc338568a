"""Scripting.FileSystemObject, its text streams, files, folders and drives; Scripting.Dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from emoscan.evaluate.com import com_class
from emoscan.evaluate.com.common import FILE_NOT_FOUND, INVALID_CALL, Text, collection, date_of, flag, join, known, text, whole
from emoscan.evaluate.core import encoding
from emoscan.evaluate.core.failures import ScriptError
from emoscan.evaluate.core.machine import is_remote, origin
from emoscan.evaluate.core.values import MISSING, Date, Object, ObjectClass, Unknown, display

SYSTEM: Final = ObjectClass("Scripting.FileSystemObject")


@com_class("Scripting.FileSystemObject", "0d43fe01-f093-11cf-8940-00a0c9054228")
def make_system(_machine: Any) -> Object:
    return Object(SYSTEM)


# ---------------------------------------------------------------- paths


def parent_of(path: str) -> str:
    head = path.rstrip("\\").rpartition("\\")[0]
    return head + "\\" if len(head) == 2 and head.endswith(":") else head


def last_of(path: str) -> str:
    return path.rstrip("\\").rpartition("\\")[2]


def _on_known(machine: Any, path: Any, function: Any) -> Text:
    """A function of a path that is known; of another we know nothing but its end."""
    value = text(machine, path)
    return function(value.replace("/", "\\")) if isinstance(value, str) else value


@SYSTEM.method("BuildPath", takes="Path Name")
def _build_path(machine: Any, _this: Object, path: Any, name: Any) -> Text:
    head, tail = text(machine, path), text(machine, name)
    end = head if isinstance(head, str) else head.text()
    return join(head, "" if end.endswith(("\\", ":")) or display(tail).startswith("\\") or not end else "\\", tail)


@SYSTEM.method("GetFileName", takes="Path")
def _get_file_name(machine: Any, _this: Object, path: Any) -> Text:
    return _on_known(machine, path, last_of)


@SYSTEM.method("GetBaseName", takes="Path")
def _get_base_name(machine: Any, _this: Object, path: Any) -> Text:
    return _on_known(machine, path, lambda value: last_of(value).rpartition(".")[0] or last_of(value))


@SYSTEM.method("GetExtensionName", takes="Path")
def _get_extension(machine: Any, _this: Object, path: Any) -> Text:
    return _on_known(machine, path, lambda value: last_of(value).rpartition(".")[2] if "." in last_of(value) else "")


@SYSTEM.method("GetParentFolderName", takes="Path")
def _get_parent(machine: Any, _this: Object, path: Any) -> Text:
    return _on_known(machine, path, parent_of)


@SYSTEM.method("GetDriveName", takes="Path")
def _get_drive_name(machine: Any, _this: Object, path: Any) -> Text:
    return _on_known(machine, path, lambda value: value[:2] if value[1:2] == ":" else "")


@SYSTEM.method("GetAbsolutePathName", takes="Path")
def _get_absolute(machine: Any, _this: Object, path: Any) -> Text:
    return _on_known(machine, path, machine.world.absolute)


@SYSTEM.method("GetTempName")
def _get_temp_name(machine: Any, _this: Object) -> str:
    return f"rad{int(machine.world.random.next() * 0x100000):05X}.tmp"


@SYSTEM.method("GetFileVersion", takes="FileName")
def _get_version(machine: Any, _this: Object, path: Any) -> str:
    return "10.0.19041.546" if exists(machine, text(machine, path)) else ""


def exists(machine: Any, path: Text) -> Any:
    """Whether there is such a file. The script's own document is there; asking for what it did not write is recorded."""
    if isinstance(path, Unknown):
        return Unknown(f"existence of file {path.text()}")
    files = machine.world.files
    if files.revision(path):
        return files.exists(path)
    if is_remote(path):
        machine.effect("open", path, "FileSystemObject")
        return machine.world.online
    name = files.key(path)
    document = machine.world.document.lower()
    return machine.query(f"file {path}", files.exists(path) or name.rpartition("\\")[2] == document.rpartition("\\")[2])


@SYSTEM.method("FileExists", takes="FileSpec")
def _file_exists(machine: Any, _this: Object, path: Any) -> Any:
    return exists(machine, text(machine, path))


@SYSTEM.method("FolderExists", takes="FolderSpec")
def _folder_exists(machine: Any, _this: Object, path: Any) -> Any:
    value = text(machine, path)
    if isinstance(value, Unknown):
        return Unknown(f"existence of folder {value.text()}")
    return machine.world.files.folder_exists(value)


@SYSTEM.method("DriveExists", takes="DriveSpec")
def _drive_exists(machine: Any, _this: Object, drive: Any) -> bool:
    return known(machine, drive)[:1].lower() == "c"


@SYSTEM.method("GetSpecialFolder", takes="SpecialFolder")
def _special_folder(machine: Any, _this: Object, number: Any) -> Object:
    profile = machine.world.profile
    folders = {0: profile.windows, 1: rf"{profile.windows}\System32", 2: profile.temp}
    at = whole(machine, number)
    if at not in folders:
        raise ScriptError(INVALID_CALL, "Invalid procedure call or argument")
    return make_folder(folders[at])


# ---------------------------------------------------------------- whole files


@SYSTEM.method("CopyFile", takes="Source Destination OverWriteFiles")
def _copy_file(machine: Any, _this: Object, source: Any, target: Any, _overwrite: Any = MISSING) -> None:
    copy(machine, text(machine, source), text(machine, target), "FileSystemObject.CopyFile")


def copy(machine: Any, source: Text, target: Text, how: str) -> None:
    """Copies a file. A target that ends with a backslash, or is a folder, gets a file of the same name."""
    goal = display(target)
    if goal.endswith("\\") or machine.world.files.is_folder(goal):
        target = join(goal.rstrip("\\"), "\\", last_of(display(source)))
    machine.copy_file(source, target, how)


@SYSTEM.method("MoveFile", takes="Source Destination")
def _move_file(machine: Any, _this: Object, source: Any, target: Any) -> None:
    move(machine, text(machine, source), text(machine, target), "FileSystemObject.MoveFile")


def move(machine: Any, source: Text, target: Text, how: str) -> None:
    copy(machine, source, target, how)
    machine.give_file(source)
    machine.world.files.delete(display(source))


@SYSTEM.method("DeleteFile", takes="FileSpec Force")
def _delete_file(machine: Any, _this: Object, path: Any, _force: Any = MISSING) -> None:
    machine.delete_file(text(machine, path), "FileSystemObject.DeleteFile")


@SYSTEM.method("CreateFolder", takes="Path")
def _create_folder(machine: Any, _this: Object, path: Any) -> Object:
    value = text(machine, path)
    machine.world.files.make_folder(display(value))
    return make_folder(value)


@SYSTEM.method("DeleteFolder", takes="FolderSpec Force")
def _delete_folder(machine: Any, _this: Object, path: Any, _force: Any = MISSING) -> None:
    value = text(machine, path)
    machine.effect("delete", value, "FileSystemObject.DeleteFolder")
    machine.world.files.remove_folder(display(value))


@SYSTEM.method("CopyFolder", "MoveFolder", takes="Source Destination OverWriteFiles")
def _copy_folder(machine: Any, _this: Object, source: Any, target: Any, _overwrite: Any = MISSING) -> None:
    machine.effect("write", text(machine, target), "FileSystemObject.CopyFolder", source=text(machine, source))
    machine.world.files.make_folder(known(machine, target))


# ---------------------------------------------------------------- text streams

STREAM: Final = ObjectClass("TextStream")
READING, WRITING, APPENDING = 1, 2, 8


@SYSTEM.method("CreateTextFile", takes="FileName Overwrite Unicode")
def _create_text_file(machine: Any, _this: Object, path: Any, overwrite: Any = MISSING, unicode: Any = MISSING) -> Object:
    return create_text_file(machine, text(machine, path), overwrite, unicode)


def create_text_file(machine: Any, path: Text, overwrite: Any = MISSING, unicode: Any = MISSING) -> Object:
    files = machine.world.files
    if not flag(machine, overwrite, default=True) and files.exists(display(path)):
        raise ScriptError(58, "File already exists")
    return opened(machine, path, WRITING, unicode=flag(machine, unicode))


@SYSTEM.method("OpenTextFile", takes="FileName IOMode Create Format")
def _open_text_file(machine: Any, _this: Object, path: Any, mode: Any = MISSING, create: Any = MISSING, form: Any = MISSING) -> Object:
    how, target = whole(machine, mode, READING), text(machine, path)
    if (
        isinstance(target, str)
        and not flag(machine, create)
        and how != WRITING
        and not exists(machine, target)
        and machine.read(target) is None
    ):
        raise ScriptError(FILE_NOT_FOUND, "File not found")
    return opened(machine, target, how, unicode=whole(machine, form) == -1)


def opened(machine: Any, path: Text, mode: int, *, unicode: bool = False) -> Object:
    """A text stream on a file."""
    codec = "utf-16-le" if unicode else machine.codec
    made = Object(STREAM, path=path, mode=mode, codec=codec, at=0, line=1, open=True)
    if mode == READING:
        content = machine.read(path)
        made.data["text"] = _decoded(content, codec) if isinstance(content, bytes) else content or ""
    elif mode == WRITING:
        machine.write_file(path, b"\xff\xfe" if unicode else b"", "TextStream")
    elif mode == APPENDING:
        machine.write_file(path, b"", "TextStream", append=True)
    else:
        raise ScriptError(INVALID_CALL, "Invalid procedure call or argument")
    return made


def _decoded(content: bytes, codec: str) -> str:
    if content.startswith(b"\xff\xfe"):
        return encoding.decode(content[2:], "utf-16-le")
    return encoding.decode(content, codec)


@STREAM.method("Write", takes="Text")
def _write(machine: Any, this: Object, value: Any = MISSING) -> None:
    write(machine, this, text(machine, value))


def write(machine: Any, this: Object, value: Text) -> None:
    data = this.data
    if not data["open"] or data["mode"] == READING:
        raise ScriptError(54, "Bad file mode")
    url = origin(value)
    if url and not machine.world.files.read(display(data["path"])):
        machine.write_file(data["path"], value, "TextStream")
        return
    content = display(value)
    data["line"] += content.count("\n")
    machine.write_file(data["path"], encoding.encode(content, data["codec"]), "TextStream", append=True)


@STREAM.method("WriteLine", takes="Text")
def _write_line(machine: Any, this: Object, value: Any = MISSING) -> None:
    write(machine, this, text(machine, value))
    if not origin(machine.content_of(this.data["path"])):
        write(machine, this, "\r\n")


@STREAM.method("WriteBlankLines", takes="Lines")
def _blank_lines(machine: Any, this: Object, count: Any = MISSING) -> None:
    lines = max(0, whole(machine, count))
    machine.grow(2 * lines)
    write(machine, this, "\r\n" * lines)


@STREAM.method("Close")
def _close(machine: Any, this: Object) -> None:
    if this.data["open"] and this.data["mode"] != READING:
        machine.close_file(this.data["path"])
    this.data["open"] = False


def _read_text(this: Object, count: int) -> Text:
    """The next characters; all of them when `count` is below zero. Raises error 62 at the end."""
    data = this.data
    if data["mode"] != READING or not data["open"]:
        raise ScriptError(54, "Bad file mode")
    if isinstance(data["text"], Unknown):
        if data["at"]:
            raise ScriptError(62, "Input past end of file")
        data["at"] = 1
        return data["text"]
    if data["at"] >= len(data["text"]):
        raise ScriptError(62, "Input past end of file")
    end = len(data["text"]) if count < 0 else data["at"] + count
    found: str = data["text"][data["at"] : end]
    data["at"] = min(end, len(data["text"]))
    data["line"] += found.count("\n")
    return found


@STREAM.method("Read", takes="Characters")
def _read(machine: Any, this: Object, count: Any = MISSING) -> Text:
    return _read_text(this, max(0, whole(machine, count, 1)))


@STREAM.method("ReadAll")
def _read_all(_machine: Any, this: Object) -> Text:
    return _read_text(this, -1)


@STREAM.method("ReadLine")
def _read_line(machine: Any, this: Object) -> Text:
    content, at = this.data["text"] if this.data["mode"] == READING else "", this.data["at"]
    if isinstance(content, Unknown):
        return _read_text(this, -1)
    end = content.find("\n", at)
    machine.spend(1)
    line = _read_text(this, (end if end >= 0 else len(content)) - at + 1)
    return line.removesuffix("\n").removesuffix("\r") if isinstance(line, str) else line


@STREAM.method("Skip", takes="Characters")
def _skip(machine: Any, this: Object, count: Any = MISSING) -> None:
    _read(machine, this, count)


@STREAM.method("SkipLine")
def _skip_line(machine: Any, this: Object) -> None:
    _read_line(machine, this)


@STREAM.method("AtEndOfStream")
def _at_end(_machine: Any, this: Object) -> bool:
    content, at = this.data.get("text", ""), this.data["at"]
    return bool(at) if isinstance(content, Unknown) else at >= len(content)


@STREAM.method("AtEndOfLine")
def _at_end_of_line(machine: Any, this: Object) -> bool:
    content, at = this.data.get("text", ""), this.data["at"]
    return _at_end(machine, this) or (isinstance(content, str) and content[at : at + 1] in ("\r", "\n"))


@STREAM.method("Line")
def _line(_machine: Any, this: Object) -> int:
    return this.data["line"]  # type: ignore[no-any-return]


@STREAM.method("Column")
def _column(_machine: Any, this: Object) -> int:
    content, at = this.data.get("text", ""), this.data["at"]
    return at - content.rfind("\n", 0, at) if isinstance(content, str) else 1


# ---------------------------------------------------------------- File, Folder, Drive

FILE: Final = ObjectClass("File", default="Path")
FOLDER: Final = ObjectClass("Folder", default="Path")
DRIVE: Final = ObjectClass("Drive", default="Path")
for _class in (FILE, FOLDER):
    _class.field("Attributes", 32 if _class is FILE else 16)
FILE.constants({"Type": "ファイル"})
FOLDER.constants({"Type": "ファイル フォルダー"})


def make_folder(path: Text) -> Object:
    return Object(FOLDER, path=path)


@SYSTEM.method("GetFile", takes="FilePath")
def _get_file(machine: Any, _this: Object, path: Any) -> Object:
    value = text(machine, path)
    if isinstance(value, str) and not exists(machine, value):
        raise ScriptError(FILE_NOT_FOUND, "File not found")
    return Object(FILE, path=value)


@SYSTEM.method("GetFolder", takes="FolderPath")
def _get_folder(machine: Any, _this: Object, path: Any) -> Object:
    """Any folder one asks for is there: a script that cannot find its folder would end here."""
    value = text(machine, path)
    return make_folder(machine.world.absolute(value) if isinstance(value, str) else value)


@FILE.method("Path")
@FOLDER.method("Path")
def _path(_machine: Any, this: Object) -> Text:
    return this.data["path"]  # type: ignore[no-any-return]


@FILE.method("ShortPath")
@FOLDER.method("ShortPath")
def _short_path(_machine: Any, this: Object) -> Text:
    return this.data["path"]  # type: ignore[no-any-return]


@FILE.method("Name", "ShortName")
@FOLDER.method("Name", "ShortName")
def _name(machine: Any, this: Object) -> Text:
    return _on_known(machine, this.data["path"], last_of)


@FILE.setter("Name")
@FOLDER.setter("Name")
def _rename(machine: Any, this: Object, name: Any) -> None:
    path = display(this.data["path"])
    target = join(parent_of(path).rstrip("\\"), "\\", text(machine, name))
    if this.cls is FILE:
        move(machine, path, target, "File.Name")
    this.data["path"] = target


@FILE.method("ParentFolder")
@FOLDER.method("ParentFolder")
def _parent(machine: Any, this: Object) -> Object:
    return make_folder(_on_known(machine, this.data["path"], parent_of))


@FILE.method("Drive")
@FOLDER.method("Drive")
def _drive(_machine: Any, _this: Object) -> Object:
    return Object(DRIVE)


@FILE.method("DateCreated", "DateLastModified", "DateLastAccessed")
@FOLDER.method("DateCreated", "DateLastModified", "DateLastAccessed")
def _date(machine: Any, this: Object) -> Date | Unknown:
    """What the script wrote is new; of the rest nobody knows."""
    path = display(this.data["path"])
    return date_of(machine.world.now) if machine.world.files.revision(path) else Unknown(f"date of {path}")


@FILE.method("Size")
def _size(machine: Any, this: Object) -> Any:
    return machine.world.files.size(display(this.data["path"]))


@FOLDER.method("Size")
def _folder_size(machine: Any, this: Object) -> int:
    files = machine.world.files
    return sum(files.size(path) for path in files.inside(display(this.data["path"])))


@FILE.method("Copy", takes="Destination OverWriteFiles")
@FOLDER.method("Copy", takes="Destination OverWriteFiles")
def _copy(machine: Any, this: Object, target: Any, _overwrite: Any = MISSING) -> None:
    copy(machine, this.data["path"], text(machine, target), f"{this.cls.name}.Copy")


@FILE.method("Move", takes="Destination")
@FOLDER.method("Move", takes="Destination")
def _move(machine: Any, this: Object, target: Any) -> None:
    goal = text(machine, target)
    move(machine, this.data["path"], goal, f"{this.cls.name}.Move")
    this.data["path"] = goal


@FILE.method("Delete", takes="Force")
@FOLDER.method("Delete", takes="Force")
def _delete(machine: Any, this: Object, _force: Any = MISSING) -> None:
    machine.delete_file(this.data["path"], f"{this.cls.name}.Delete")


@FILE.method("OpenAsTextStream", takes="IOMode Format")
def _as_stream(machine: Any, this: Object, mode: Any = MISSING, form: Any = MISSING) -> Object:
    return opened(machine, this.data["path"], whole(machine, mode, READING), unicode=whole(machine, form) == -1)


@FOLDER.method("CreateTextFile", takes="FileName Overwrite Unicode")
def _create_inside(machine: Any, this: Object, name: Any, overwrite: Any = MISSING, unicode: Any = MISSING) -> Object:
    return create_text_file(machine, join(this.data["path"], "\\", text(machine, name)), overwrite, unicode)


@FOLDER.method("IsRootFolder")
def _is_root(_machine: Any, this: Object) -> bool:
    return len(display(this.data["path"]).rstrip("\\")) == 2


@FOLDER.method("Files")
def _files(machine: Any, this: Object) -> Object:
    found = machine.world.files.inside(display(this.data["path"]))
    return collection([Object(FILE, path=path) for path in found], [last_of(path) for path in found])


@FOLDER.method("SubFolders")
def _subfolders(machine: Any, this: Object) -> Object:
    found = machine.world.files.folders_inside(display(this.data["path"]))
    return collection([make_folder(path) for path in found], [last_of(path) for path in found])


DRIVE.constants({"DriveLetter": "C", "Path": "C:", "DriveType": 2, "FileSystem": "NTFS", "IsReady": True})
DRIVE.constants({"VolumeName": "Windows", "ShareName": "", "SerialNumber": -1_431_389_082})


@SYSTEM.method("GetDrive", takes="DriveSpec")
def _get_drive(_machine: Any, _this: Object, _drive: Any = MISSING) -> Object:
    return Object(DRIVE)


@SYSTEM.method("Drives")
def _drives(_machine: Any, _this: Object) -> Object:
    return collection([Object(DRIVE)], ["c"])


@DRIVE.method("TotalSize")
def _total(machine: Any, _this: Object) -> float:
    return machine.query("Drive.TotalSize", float(machine.world.profile.disk))  # type: ignore[no-any-return]


@DRIVE.method("FreeSpace", "AvailableSpace")
def _free(machine: Any, _this: Object) -> float:
    return machine.query("Drive.FreeSpace", float(machine.world.profile.disk // 3))  # type: ignore[no-any-return]


@DRIVE.method("RootFolder")
def _root(_machine: Any, _this: Object) -> Object:
    return make_folder("C:\\")


# ---------------------------------------------------------------- Scripting.Dictionary

DICTIONARY: Final = ObjectClass("Scripting.Dictionary", default="Item")
TEXT_COMPARE: Final = 1
ENTRY: Final = 200
"""Bytes one entry takes, roughly."""


@com_class("Scripting.Dictionary", "ee09b103-97e0-11cf-978f-00a02463e06f")
def make_dictionary(_machine: Any) -> Object:
    return Object(DICTIONARY, entries={}, compare=0)


def _key(machine: Any, this: Object, value: Any) -> tuple[str, Any]:
    """What keys are compared by: numbers of all types with each other, texts by the compare mode."""
    kind = type(value)
    if kind is str:
        return "text", value.lower() if this.data["compare"] == TEXT_COMPARE else value
    if kind in (int, float, bool):
        return "number", machine.number(value)
    if kind is Unknown:
        return "unknown", value.text()
    if kind is Date:
        return "date", value.serial
    if kind is Object:
        return "object", id(value)
    if value is None or value is MISSING:
        return "empty", None
    if machine.items(value) is not None:
        raise ScriptError(INVALID_CALL, "Invalid procedure call or argument")
    return "other", repr(value)


@DICTIONARY.method("Item", takes="Key")
def _item(machine: Any, this: Object, key: Any = MISSING) -> Any:
    """The item of a key; asking for one that is not there adds it."""
    entries = this.data["entries"]
    entry = entries.get(_key(machine, this, key))
    if entry is None:
        machine.grow(ENTRY)
        entry = entries[_key(machine, this, key)] = [key, None]
    return entry[1]


@DICTIONARY.setter("Item")
def _put_item(machine: Any, this: Object, key: Any, value: Any) -> None:
    entries, compared = this.data["entries"], _key(machine, this, key)
    if compared in entries:
        entries[compared][1] = value
    else:
        machine.grow(ENTRY)
        entries[compared] = [key, value]


@DICTIONARY.method("Add", takes="Key Item")
def _add(machine: Any, this: Object, key: Any, item: Any = MISSING) -> None:
    if _key(machine, this, key) in this.data["entries"]:
        raise ScriptError(457, "This key is already associated with an element of this collection")
    _put_item(machine, this, key, item if item is not MISSING else None)


@DICTIONARY.method("Exists", takes="Key")
def _exists(machine: Any, this: Object, key: Any = MISSING) -> bool:
    return _key(machine, this, key) in this.data["entries"]


@DICTIONARY.method("Remove", takes="Key")
def _remove(machine: Any, this: Object, key: Any = MISSING) -> None:
    if this.data["entries"].pop(_key(machine, this, key), None) is None:
        raise ScriptError(32811, "Element not found")


@DICTIONARY.method("RemoveAll")
def _remove_all(_machine: Any, this: Object) -> None:
    this.data["entries"].clear()


@DICTIONARY.method("Count")
def _count(_machine: Any, this: Object) -> int:
    return len(this.data["entries"])


@DICTIONARY.method("Keys")
def _keys(machine: Any, this: Object) -> Any:
    machine.spend(len(this.data["entries"]) // 64)
    return machine.make_array([key for key, _ in this.data["entries"].values()])


@DICTIONARY.method("Items")
def _items(machine: Any, this: Object) -> Any:
    machine.spend(len(this.data["entries"]) // 64)
    return machine.make_array([item for _, item in this.data["entries"].values()])


@DICTIONARY.setter("Key")
def _put_key(machine: Any, this: Object, old: Any, new: Any) -> None:
    entries = this.data["entries"]
    if _key(machine, this, new) in entries:
        raise ScriptError(457, "This key is already associated with an element of this collection")
    entry = entries.pop(_key(machine, this, old), None)
    if entry is None:
        raise ScriptError(32811, "Element not found")
    entries[_key(machine, this, new)] = [new, entry[1]]


@DICTIONARY.method("CompareMode")
def _compare_mode(_machine: Any, this: Object) -> int:
    return this.data["compare"]  # type: ignore[no-any-return]


@DICTIONARY.setter("CompareMode")
def _put_compare_mode(machine: Any, this: Object, value: Any) -> None:
    if this.data["entries"]:
        raise ScriptError(INVALID_CALL, "Invalid procedure call or argument")
    this.data["compare"] = whole(machine, value)


@DICTIONARY.method("HashVal", takes="Key")
def _hash(machine: Any, _this: Object, key: Any = MISSING) -> Unknown:
    return Unknown(f"hash of {known(machine, key)}")


def _each_key(_machine: Any, this: Object) -> Iterator[Any]:
    yield from [key for key, _ in this.data["entries"].values()]


DICTIONARY.items = _each_key
