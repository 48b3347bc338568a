"""System.IO.File, Path, Directory and their objects, on the files of the world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from emoscan.evaluate.core.values import Object, Unknown
from emoscan.evaluate.core.world import Files
from emoscan.evaluate.powershell.convert import elements, is_list
from emoscan.evaluate.powershell.net import enumeration, net_class
from emoscan.evaluate.powershell.net.dates import date
from emoscan.evaluate.powershell.net.encodings import encode
from emoscan.evaluate.powershell.net.streams import make_reader, make_writer, open_file, text_in
from emoscan.evaluate.powershell.types import cast
from emoscan.evaluate.powershell.values import Array, Int64, NetClass, Thrown

FILE: Final = net_class("System.IO.File")
PATH: Final = net_class("System.IO.Path")
DIRECTORY: Final = net_class("System.IO.Directory")
ITEM: Final = net_class("System.IO.FileInfo", "System.IO.FileSystemInfo")
FOLDER: Final = net_class("System.IO.DirectoryInfo", parent=ITEM)
DRIVE: Final = net_class("System.IO.DriveInfo")

enumeration("System.IO.FileAttributes", ReadOnly=1, Hidden=2, System=4, Directory=16, Archive=32, Normal=128, Temporary=256)


def missing(path: str) -> Thrown:
    return Thrown("System.IO.FileNotFoundException", f"Could not find file '{path}'.")


def whole_path(machine: Any, value: Any) -> str:
    return str(machine.path(machine.shown(value)))


def codec_of(code: Any, default: str = "utf-8") -> str:
    return code.data["codec"] if type(code) is Object and "codec" in code.data else default


def exists(machine: Any, path: str) -> Any:
    """Whether there is a file: unknown for one that was to be fetched, or that only the computer can know of."""
    files = machine.world.files
    held = files.unknown(path)
    if held is not None and "content of file" not in held.why:
        return Unknown(f"whether {held.why} came")
    return files.exists(path)


def content(machine: Any, path: str) -> Any:
    """The bytes of a file. Raises Thrown when there is none."""
    held = machine.read(path)
    if held is None:
        raise missing(path)
    return held


def text_content(machine: Any, path: str, codec: str = "utf-8") -> Any:
    held = content(machine, path)
    if type(held) is Unknown:
        return held
    machine.grow(2 * len(held))
    return text_in(held, codec)


# ---------------------------------------------------------------- File


@FILE.shared("ReadAllText")
def read_all_text(machine: Any, _type: str, path: Any, code: Any = None) -> Any:
    return text_content(machine, whole_path(machine, path), codec_of(code))


@FILE.shared("ReadAllLines", "ReadLines")
def read_all_lines(machine: Any, _type: str, path: Any, code: Any = None) -> Any:
    text = read_all_text(machine, "", path, code)
    return text if type(text) is Unknown else Array(text.splitlines(), "System.String")


@FILE.shared("ReadAllBytes")
def read_all_bytes(machine: Any, _type: str, path: Any) -> Any:
    held = content(machine, whole_path(machine, path))
    return held if type(held) is Unknown else bytearray(held)


def writer(how: str, *, append: bool, lines: bool) -> Callable[..., None]:
    def member(machine: Any, _type: str, path: Any, value: Any = "", code: Any = None) -> None:
        where = machine.path(machine.shown(path))
        if is_list(value) and lines:
            text = machine.operators.joined([Unknown.join((machine.text(item), "\r\n")) for item in elements(value)], "")
        else:
            text = machine.text(value)
        data = text if type(text) is Unknown else encode(codec_of(code), text)
        machine.write_file(where, data, how, append=append)
        machine.close_file(where)

    return member


FILE.shared("WriteAllText", opened=True)(writer("File.WriteAllText", append=False, lines=False))
FILE.shared("WriteAllLines", opened=True)(writer("File.WriteAllLines", append=False, lines=True))
FILE.shared("AppendAllText", opened=True)(writer("File.AppendAllText", append=True, lines=False))
FILE.shared("AppendAllLines", opened=True)(writer("File.AppendAllLines", append=True, lines=True))


@FILE.shared("WriteAllBytes", opened=True)
def write_all_bytes(machine: Any, _type: str, path: Any, data: Any = None) -> None:
    where = machine.path(machine.shown(path))
    held = data if type(data) is Unknown else cast(machine, data, "byte[]")
    machine.write_file(where, bytes(held) if type(held) is bytearray else held if type(held) is Unknown else b"", "File.WriteAllBytes")
    machine.close_file(where)


@FILE.shared("Exists")
def file_exists(machine: Any, _type: str, path: Any) -> Any:
    return exists(machine, whole_path(machine, path))


@FILE.shared("Delete")
def delete(machine: Any, _type: str, path: Any) -> None:
    machine.delete_file(whole_path(machine, path), "File.Delete")


@FILE.shared("Copy", opened=True)
def copy(machine: Any, _type: str, source: Any, target: Any, _overwrite: Any = False) -> None:
    machine.copy_file(whole_path(machine, source), whole_path(machine, target), "File.Copy")


@FILE.shared("Move", "Replace", opened=True)
def move(machine: Any, _type: str, source: Any, target: Any, *_rest: Any) -> None:
    machine.copy_file(whole_path(machine, source), whole_path(machine, target), "File.Move")
    machine.world.files.delete(whole_path(machine, source))


@FILE.shared("Open", "OpenRead", "OpenWrite", "Create")
def open_(machine: Any, _type: str, path: Any, mode: Any = "OpenOrCreate", *_rest: Any) -> Object:
    return open_file(machine, machine.shown(path), machine.shown(mode))


@FILE.shared("OpenText")
def open_text(machine: Any, _type: str, path: Any) -> Any:
    return make_reader(machine, machine.shown(path))


@FILE.shared("CreateText", "AppendText")
def create_text(machine: Any, _type: str, path: Any) -> Any:
    return make_writer(machine, machine.shown(path))


FILE.shared("SetAttributes", "SetCreationTime", "SetLastWriteTime", "SetLastAccessTime", "Encrypt")(lambda _machine, _type, *_args: None)


@FILE.shared("GetLastWriteTime", "GetCreationTime", "GetLastAccessTime")
def file_time(machine: Any, _type: str, _path: Any) -> Object:
    return date(machine.world.now)


# ---------------------------------------------------------------- Path


def on_text(work: Callable[[str], str]) -> Callable[..., Any]:
    """A function of a path, of which the known end may be all that counts."""

    def member(machine: Any, _type: str, path: Any) -> Any:
        text = machine.text(path)
        if type(text) is Unknown:
            last = text.parts[-1] if text.parts else None
            return work(last) if isinstance(last, str) and ("\\" in last or "/" in last) else text
        return work(text)

    return member


def last_part(path: str) -> str:
    return path.replace("/", "\\").rpartition("\\")[2]


def without_extension(name: str) -> str:
    stem, dot, _ = name.rpartition(".")
    return stem if dot else name


PATH.shared("GetFileName", opened=True)(on_text(last_part))
PATH.shared("GetFileNameWithoutExtension", opened=True)(on_text(lambda path: without_extension(last_part(path))))
PATH.shared("GetExtension", opened=True)(on_text(lambda path: "." + last_part(path).rpartition(".")[2] if "." in last_part(path) else ""))


@PATH.shared("GetDirectoryName", opened=True)
def directory_name(machine: Any, _type: str, path: Any) -> Any:
    text = machine.text(path)
    if type(text) is Unknown:
        return text
    return text.replace("/", "\\").rpartition("\\")[0]


@PATH.shared("GetFullPath")
def full_path(machine: Any, _type: str, path: Any) -> str:
    return whole_path(machine, path)


@PATH.shared("GetPathRoot")
def path_root(machine: Any, _type: str, path: Any) -> str:
    return str(machine.shown(path)[:3])


@PATH.shared("Combine", opened=True)
def combine(machine: Any, _type: str, *parts: Any) -> Any:
    pieces = [machine.text(part) for part in (elements(parts[0]) if len(parts) == 1 and is_list(parts[0]) else parts)]
    made: Any = ""
    for piece in pieces:
        if (isinstance(piece, str) and (piece[1:2] == ":" or piece.startswith("\\"))) or made == "":
            made = piece
        else:
            last = made if isinstance(made, str) else made.parts[-1] if made.parts else ""
            slash = "" if isinstance(last, str) and last.endswith("\\") else "\\"
            made = Unknown.join((made, slash, piece))
    return made


@PATH.shared("GetTempPath")
def temp_path(machine: Any, _type: str) -> str:
    return str(machine.world.profile.temp) + "\\"


@PATH.shared("GetTempFileName")
def temp_file(machine: Any, _type: str) -> str:
    from emoscan.evaluate.powershell.net.numbers import next_random

    path = f"{machine.world.profile.temp}\\tmp{next_random(machine, 0x1000, 0xFFFF):X}.tmp"
    machine.world.files.write(path, b"")
    return path


@PATH.shared("GetRandomFileName")
def random_name(machine: Any, _type: str) -> str:
    from emoscan.evaluate.powershell.net.numbers import next_random

    letters = "".join("abcdefghijklmnopqrstuvwxyz012345"[next_random(machine, 0, 32)] for _ in range(11))
    return f"{letters[:8]}.{letters[8:]}"


@PATH.shared("ChangeExtension")
def change_extension(machine: Any, _type: str, path: Any, extension: Any) -> str:
    text, new = str(machine.shown(path)), str(machine.shown(extension))
    folder, slash, name = text.rpartition("\\")
    return folder + slash + without_extension(name) + (new if new.startswith(".") or not new else f".{new}")


@PATH.shared("HasExtension")
def has_extension(machine: Any, _type: str, path: Any) -> bool:
    return "." in last_part(machine.shown(path))


@PATH.shared("IsPathRooted")
def is_rooted(machine: Any, _type: str, path: Any) -> bool:
    text = machine.shown(path)
    return bool(text[1:2] == ":" or text.startswith("\\"))


PATH.values(DirectorySeparatorChar="\\", PathSeparator=";", AltDirectorySeparatorChar="/", VolumeSeparatorChar=":")
PATH.shared("GetInvalidFileNameChars", "GetInvalidPathChars")(lambda _machine, _type: Array(list('<>:"/\\|?*'), "System.Char"))


# ---------------------------------------------------------------- Directory


@DIRECTORY.shared("Exists")
def folder_exists(machine: Any, _type: str, path: Any) -> bool:
    return bool(machine.world.files.folder_exists(whole_path(machine, path)))


@DIRECTORY.shared("CreateDirectory")
def create_directory(machine: Any, _type: str, path: Any) -> Object:
    where = whole_path(machine, path)
    machine.world.files.make_folder(where)
    return item(FOLDER, where)


@DIRECTORY.shared("Delete")
def delete_directory(machine: Any, _type: str, path: Any, _recurse: Any = False) -> None:
    machine.effect("delete", whole_path(machine, path), "Directory.Delete")
    machine.world.files.remove_folder(whole_path(machine, path))


@DIRECTORY.shared("GetFiles", "EnumerateFiles")
def get_files(machine: Any, _type: str, path: Any, pattern: Any = "*", *_rest: Any) -> Array:
    from emoscan.evaluate.powershell.wildcards import like

    form = machine.shown(pattern)
    return Array([name for name in machine.world.files.inside(whole_path(machine, path)) if like(last_part(name), form)], "System.String")


@DIRECTORY.shared("GetDirectories", "EnumerateDirectories")
def get_directories(machine: Any, _type: str, path: Any, *_rest: Any) -> Array:
    return Array(machine.world.files.folders_inside(whole_path(machine, path)), "System.String")


@DIRECTORY.shared("GetCurrentDirectory")
def current_directory(machine: Any, _type: str) -> str:
    return str(machine.world.directory)


@DIRECTORY.shared("SetCurrentDirectory")
def set_current_directory(machine: Any, _type: str, path: Any) -> None:
    machine.world.directory = whole_path(machine, path)


@DIRECTORY.shared("GetParent")
def get_parent(machine: Any, _type: str, path: Any) -> Object:
    return item(FOLDER, whole_path(machine, path).rpartition("\\")[0])


# ---------------------------------------------------------------- FileInfo, DirectoryInfo


def item(cls: NetClass, path: str) -> Object:
    """A file or folder as an object."""
    return Object(cls, path=path)


def of_path(machine: Any, path: str) -> Object:
    """What there is at a path."""
    return item(FOLDER if machine.world.files.folder_exists(path) and not machine.world.files.exists(path) else ITEM, path)


ITEM.makes(lambda machine, path: item(ITEM, whole_path(machine, path)))
FOLDER.makes(lambda machine, path: item(FOLDER, whole_path(machine, path)))


@ITEM.prop("FullName", "PSPath", "VersionInfo", "Target")
def full_name(_machine: Any, this: Object) -> str:
    return str(this.data["path"])


@ITEM.call("ToString")
def item_text(_machine: Any, this: Object) -> str:
    return str(this.data["path"])


@ITEM.prop("Name", "PSChildName")
def name(_machine: Any, this: Object) -> str:
    return last_part(this.data["path"])


@ITEM.prop("BaseName")
def base_name(_machine: Any, this: Object) -> str:
    return without_extension(last_part(this.data["path"])) if this.cls is ITEM else last_part(this.data["path"])


@ITEM.prop("Extension")
def extension_(_machine: Any, this: Object) -> str:
    found = last_part(this.data["path"])
    return "." + found.rpartition(".")[2] if "." in found else ""


@ITEM.prop("DirectoryName", "PSParentPath")
def item_directory(_machine: Any, this: Object) -> str:
    return this.data["path"].rpartition("\\")[0]  # type: ignore[no-any-return]


@ITEM.prop("Directory", "Parent")
def item_parent(_machine: Any, this: Object) -> Object:
    return item(FOLDER, this.data["path"].rpartition("\\")[0])


@ITEM.prop("Length")
def item_length(machine: Any, this: Object) -> Any:
    held = machine.content_of(this.data["path"])
    if isinstance(held, bytes):
        return Int64(len(held))
    return Unknown(f"length of {held.why}") if type(held) is Unknown else Unknown(f"length of content of file {this.data['path']}")


@ITEM.prop("Exists")
def item_exists(machine: Any, this: Object) -> Any:
    path = this.data["path"]
    return exists(machine, path) if this.cls is ITEM else machine.world.files.folder_exists(path)


@ITEM.prop("PSIsContainer")
def is_container(_machine: Any, this: Object) -> bool:
    return this.cls is FOLDER


@ITEM.prop("CreationTime", "LastWriteTime", "LastAccessTime", "CreationTimeUtc", "LastWriteTimeUtc")
def item_time(machine: Any, _this: Object) -> Object:
    return date(machine.world.now)


for _name in ("CreationTime", "LastWriteTime", "LastAccessTime", "IsReadOnly", "CreationTimeUtc", "LastWriteTimeUtc"):
    ITEM.put[_name.lower()] = lambda _machine, _this, _value: None


@ITEM.prop("Attributes", "Mode")
def attributes(_machine: Any, this: Object) -> Any:
    return this.data.get("attributes", "Directory" if this.cls is FOLDER else "Archive")


@ITEM.setter("Attributes")
def set_attributes(machine: Any, this: Object, value: Any) -> None:
    this.data["attributes"] = machine.text(value)


@ITEM.call("Delete")
def item_delete(machine: Any, this: Object, _recurse: Any = False) -> None:
    machine.delete_file(this.data["path"], "FileInfo.Delete")


@ITEM.call("CopyTo", opened=True)
def item_copy(machine: Any, this: Object, target: Any, _overwrite: Any = False) -> Object:
    machine.copy_file(this.data["path"], whole_path(machine, target), "FileInfo.CopyTo")
    return item(ITEM, whole_path(machine, target))


@ITEM.call("MoveTo", opened=True)
def item_move(machine: Any, this: Object, target: Any) -> None:
    move(machine, "", this.data["path"], target)


@ITEM.call("Refresh", "Create", "SetAccessControl")
def refresh(machine: Any, this: Object, *_args: Any) -> None:
    if this.cls is FOLDER:
        machine.world.files.make_folder(this.data["path"])


@ITEM.call("GetAccessControl")
def access_control(_machine: Any, this: Object) -> Unknown:
    return Unknown(f"access control of {this.data['path']}")


@ITEM.call("OpenText", "OpenRead")
def item_open(machine: Any, this: Object) -> Any:
    return make_reader(machine, this.data["path"])


@FOLDER.call("GetFiles", "EnumerateFiles")
def folder_files(machine: Any, this: Object, pattern: Any = "*", *_rest: Any) -> list[Object]:
    return [item(ITEM, path) for path in get_files(machine, "", this.data["path"], pattern)]


@FOLDER.call("GetDirectories")
def folder_folders(machine: Any, this: Object, *_rest: Any) -> list[Object]:
    return [item(FOLDER, path) for path in machine.world.files.folders_inside(this.data["path"])]


@DRIVE.shared("GetDrives")
def get_drives(machine: Any, _type: str) -> list[Any]:
    from emoscan.evaluate.powershell.values import Record

    size = machine.world.profile.disk
    return [
        Record(
            "System.IO.DriveInfo",
            Name="C:\\",
            DriveType="Fixed",
            IsReady=True,
            TotalSize=Int64(size),
            TotalFreeSpace=Int64(size // 2),
            AvailableFreeSpace=Int64(size // 2),
            VolumeLabel="Windows",
            DriveFormat="NTFS",
        )
    ]


# ---------------------------------------------------------------- archives

ZIP_FILE: Final = net_class("System.IO.Compression.ZipFile")


@ZIP_FILE.shared("ExtractToDirectory", opened=True)
def extract(machine: Any, _type: str, source: Any, target: Any, *_rest: Any) -> None:
    expand_archive(machine, whole_path(machine, source), whole_path(machine, target), "ZipFile.ExtractToDirectory")


@ZIP_FILE.shared("CreateFromDirectory", opened=True)
def create_from_directory(machine: Any, _type: str, source: Any, target: Any, *_rest: Any) -> None:
    machine.write_file(whole_path(machine, target), Unknown(f"archive of {machine.shown(source)}"), "ZipFile.CreateFromDirectory")


def expand_archive(machine: Any, source: str, target: str, how: str) -> None:
    """Unpack an archive: what it holds is only known as what it came from."""
    held = machine.content_of(source)
    machine.effect("write", target, how, source=source)
    machine.world.files.make_folder(target)
    if type(held) is Unknown:
        machine.unpacked[Files.key(target)] = held
