"""Files and the registry, by handles."""

from __future__ import annotations

from typing import Any, Final

from emoscan.evaluate.com import registry
from emoscan.evaluate.com.api import Call, api
from emoscan.evaluate.com.common import Text, join
from emoscan.evaluate.com.files import exists, move
from emoscan.evaluate.core.values import Unknown, display

INVALID: Final = -1
NOT_FOUND: Final = 2
GENERIC_WRITE: Final = 0x40000000
FILE_APPEND: Final = 4

# ---------------------------------------------------------------- files


def _open(call: Call, path: Text, *, write: bool, create: bool) -> int:
    machine = call.machine
    if not create and not machine.world.files.exists(display(path)):
        return INVALID
    if write and create:
        machine.write_file(path, b"", call.name)
    return call.handle({"file": path, "at": 0})


@api("CreateFile", "path access share security disposition flags template")
def create_file(call: Call) -> int:
    disposition = call.number("disposition", 3)  # 1 CREATE_NEW 2 CREATE_ALWAYS 3 OPEN_EXISTING 4 OPEN_ALWAYS 5 TRUNCATE_EXISTING
    write = bool(call.number("access") & (GENERIC_WRITE | FILE_APPEND | 2))
    return _open(call, call.text("path"), write=write, create=write and disposition != 3)


@api("_lcreat", "path attributes")
def lcreat(call: Call) -> int:
    return _open(call, call.text("path"), write=True, create=True)


@api("_lopen", "path mode")
def lopen(call: Call) -> int:
    return _open(call, call.text("path"), write=bool(call.number("mode") & 3), create=False)


@api("OpenFile", "path structure style")
def open_file(call: Call) -> int:
    create = bool(call.number("style") & 0x1000)  # OF_CREATE
    return _open(call, call.text("path"), write=create, create=create)


def _file(call: Call, name: str) -> dict[str, Any] | None:
    found = call.meaning(name)
    return found if isinstance(found, dict) and "file" in found else None


def _write(call: Call) -> int:
    found, length = _file(call, "file"), call.number("length")
    if found is None:
        return 0
    call.machine.write_file(found["file"], call.data("buffer", length), call.name, append=True)
    return length


@api("WriteFile", "file buffer length written overlapped")
def write_file(call: Call) -> int:
    call.out("written", _write(call))
    return 1


@api("_lwrite _hwrite", "file buffer length")
def lwrite(call: Call) -> int:
    return _write(call)


def _read(call: Call) -> int:
    found = _file(call, "file")
    if found is None:
        return 0
    content = call.machine.content_of(found["file"])
    if isinstance(content, Unknown):
        if found["at"]:
            return 0
        found["at"] = 1
        call.write(call.pointer("buffer"), content)
        return max(1, call.number("length"))
    piece = (content or b"")[found["at"] : found["at"] + max(0, call.number("length"))]
    found["at"] += len(piece)
    call.write(call.pointer("buffer"), piece)
    return len(piece)


@api("ReadFile", "file buffer length read overlapped")
def read_file(call: Call) -> int:
    call.out("read", _read(call))
    return 1


@api("_lread _hread", "file buffer length")
def lread(call: Call) -> int:
    return _read(call)


@api("CloseHandle", "file")
@api("_lclose", "file")
def close_handle(call: Call) -> int:
    found = _file(call, "file")
    if found is not None:
        call.machine.close_file(found["file"])
        if call.entry.name == "_lclose":
            return 0
    return 1


@api("SetFilePointer SetFilePointerEx", "file distance high method")
@api("_llseek", "file distance method")
def set_pointer(call: Call) -> int:
    found = _file(call, "file")
    if found is not None and call.number("method") == 0:
        found["at"] = max(0, call.number("distance"))
    return found["at"] if found is not None else INVALID


@api("GetFileSize", "file high")
def file_size(call: Call) -> int:
    found = _file(call, "file")
    return call.machine.world.files.size(display(found["file"])) if found is not None else INVALID


@api("CopyFile", "source target fail")
def copy_file(call: Call) -> int:
    call.machine.copy_file(call.text("source"), call.text("target"), call.name)
    return 1


@api("MoveFile MoveFileEx", "source target flags")
def move_file(call: Call) -> int:
    move(call.machine, call.text("source"), call.text("target"), call.name)
    return 1


@api("DeleteFile", "path")
def delete_file(call: Call) -> int:
    call.machine.delete_file(call.text("path"), call.name)
    return 1


@api("SHFileOperation", "operation")
def file_operation(call: Call) -> int:
    """1 move, 2 copy, 3 delete, 4 rename."""
    machine = call.machine
    kind = machine.number(call.field("operation", "wFunc"))
    source = display(machine.text(call.field("operation", "pFrom"))).partition("\0")[0]
    if kind == 3:
        machine.delete_file(source, call.name)
    else:
        target = display(machine.text(call.field("operation", "pTo"))).partition("\0")[0]
        (move if kind in (1, 4) else type(machine).copy_file)(machine, source, target, call.name)
    return 0


@api("CreateDirectory CreateDirectoryEx", "path security")
def create_directory(call: Call) -> int:
    call.machine.world.files.make_folder(call.known("path"))
    return 1


@api("SHCreateDirectoryEx SHCreateDirectory", "window path security")
def create_directory_ex(call: Call) -> int:
    create_directory(call)
    return 0


@api("MakeSureDirectoryPathExists", "path")
def make_sure(call: Call) -> int:
    return create_directory(call)


@api("RemoveDirectory", "path")
def remove_directory(call: Call) -> int:
    call.machine.effect("delete", call.text("path"), call.name)
    call.machine.world.files.remove_folder(call.known("path"))
    return 1


@api("GetFileAttributes GetFileAttributesEx", "path")
def file_attributes(call: Call) -> int:
    path = call.known("path")
    if call.machine.world.files.folder_exists(path):
        return 16
    return 32 if exists(call.machine, path) else INVALID


@api("SetFileAttributes SetFileTime", "path attributes")
def set_attributes(_call: Call) -> int:
    return 1


@api("PathFileExists", "path")
@api("PathIsDirectory", "path")
def path_exists(call: Call) -> int:
    path = call.known("path")
    return int(bool(exists(call.machine, path)) or call.machine.world.files.folder_exists(path))


@api("FindFirstFile FindFirstFileEx", "path data")
def find_first(call: Call) -> int:
    path = call.known("path")
    if "*" in path or "?" in path or not exists(call.machine, path):
        return INVALID
    call.out_fields("data", {"cFileName": path.rpartition("\\")[2] + "\0", "dwFileAttributes": 32})
    return call.handle("search")


@api("FindNextFile", "search data")
def find_next(_call: Call) -> int:
    return 0


@api("FindClose", "search")
def find_close(_call: Call) -> int:
    return 1


# ---------------------------------------------------------------- registry


def _key_path(call: Call, name: str) -> Text:
    number = call.number(name) & 0xFFFFFFFF
    if number in registry.HANDLES:
        return registry.HANDLES[number]
    found = call.meaning(name)
    return found["key"] if isinstance(found, dict) and "key" in found else "HKEY_CURRENT_USER"


@api("RegOpenKey RegCreateKey", "key path result")
@api("RegOpenKeyEx", "key path options access result")
@api("RegCreateKeyEx", "key path reserved class options access security result disposition")
@api("RegConnectRegistry", "machine key result")
def open_key(call: Call) -> int:
    path = join(_key_path(call, "key"), "\\", call.text("path")) if "path" in call.entry.parameters else _key_path(call, "key")
    call.out("result", call.handle({"key": path}), 8)
    return 0


@api("RegSetValueEx", "key name reserved kind data length")
@api("RegSetKeyValue", "key path name kind data length")
def set_value(call: Call) -> int:
    path = _key_path(call, "key")
    if "path" in call.entry.parameters:
        path = join(path, "\\", call.text("path"))
    registry.write(call.machine, join(path, "\\", call.text("name")), _value(call), call.name, KINDS.get(call.number("kind"), ""))
    return 0


KINDS: Final = {1: "REG_SZ", 2: "REG_EXPAND_SZ", 3: "REG_BINARY", 4: "REG_DWORD", 7: "REG_MULTI_SZ", 11: "REG_QWORD"}


def _value(call: Call) -> Any:
    if call.number("kind") in (4, 11):
        data = call.data("data", 4 if call.number("kind") == 4 else 8)
        return data if isinstance(data, Unknown) else int.from_bytes(data, "little")
    return call.text("data")


@api("RegSetValue", "key path kind data length")
def set_default_value(call: Call) -> int:
    path = join(_key_path(call, "key"), "\\", call.text("path"), "\\")
    registry.write(call.machine, path, call.text("data"), call.name, "REG_SZ")
    return 0


@api("RegQueryValueEx", "key name reserved kind data length")
def query_value(call: Call) -> int:
    value = registry.read(call.machine, join(_key_path(call, "key"), "\\", call.text("name")))
    if value is None:
        return NOT_FOUND
    if type(value) is int:
        call.out("kind", 4)
        call.out("data", value)
        call.out("length", 4)
        return 0
    call.out("kind", 1)
    call.out_text("data", display(value))
    call.out("length", len(display(value)) + 1)
    return 0


@api("RegDeleteValue", "key name")
def delete_value(call: Call) -> int:
    return 0 if registry.delete(call.machine, join(_key_path(call, "key"), "\\", call.text("name")), call.name) else NOT_FOUND


@api("RegDeleteKey RegDeleteKeyEx RegDeleteTree SHDeleteKey", "key path")
def delete_key(call: Call) -> int:
    registry.delete(call.machine, join(_key_path(call, "key"), "\\", call.text("path"), "\\"), call.name)
    return 0


@api("RegCloseKey RegFlushKey", "key")
def close_key(_call: Call) -> int:
    return 0


@api("RegEnumKey RegEnumKeyEx RegEnumValue", "key index name")
def enumerate_key(_call: Call) -> int:
    return 259  # ERROR_NO_MORE_ITEMS


# ---------------------------------------------------------------- ini files


@api("WritePrivateProfileString", "section key value file")
def write_profile(call: Call) -> int:
    line = f"[{call.known('section')}]\r\n{call.known('key')}={call.known('value')}\r\n"
    call.machine.write_file(call.text("file"), line.encode("utf-8", "replace"), call.name, append=True)
    call.machine.close_file(call.text("file"))
    return 1


@api("GetPrivateProfileString", "section key default buffer size file")
def read_profile(call: Call) -> int:
    default = call.known("default")
    call.out_text("buffer", default)
    return len(default)
