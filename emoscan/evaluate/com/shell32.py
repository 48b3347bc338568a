"""Explorer as an object: Shell.Application, folders and their items, shell windows, and other objects that start programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from emoscan.evaluate.com import com_class
from emoscan.evaluate.com.common import Text, collection, command_line, given, is_address, join, known, text, whole
from emoscan.evaluate.com.shells import SHORTCUT, save_shortcut, special_folders
from emoscan.evaluate.core.values import MISSING, NOTHING, Object, ObjectClass, Unknown, display

APPLICATION: Final = ObjectClass("Shell.Application")

VIRTUAL_MACHINE: Final = ("vbox", "vmware", "vmtools", "vmic", "vmhgfs", "qemu", "xen", "prl_", "sandbox", "wireshark", "npcap", "procmon")
"""What names of services, processes and drivers of analysts' computers contain. None of them is here."""


@com_class("Shell.Application", "Shell32.Shell", "13709620-c279-11ce-a49e-444553540000")
def make_application(_machine: Any) -> Object:
    return Object(APPLICATION)


def start(machine: Any, target: Text, arguments: Text, how: str, *, verb: str = "", show: Any = MISSING) -> None:
    """What ShellExecute does: runs a program, or opens a document or address in the program for it."""
    if display(target).strip() == "":
        return
    if is_address(target):
        machine.effect("open", join(target, arguments), how)
        return
    hidden = "0" if given(show) and whole(machine, show, 1) == 0 else ""
    machine.run(command_line(target, arguments), how, show_window=hidden, verb="" if verb.lower() == "open" else verb)


@APPLICATION.method("ShellExecute", takes="File vArgs vDir vOperation vShow")
def _shell_execute(
    machine: Any,
    _this: Object,
    file: Any,
    arguments: Any = MISSING,
    _folder: Any = MISSING,
    operation: Any = MISSING,
    show: Any = MISSING,
) -> None:
    how = "Shell.Application.ShellExecute"
    start(machine, text(machine, file), text(machine, arguments), how, verb=known(machine, operation), show=show)


@APPLICATION.method("Open", "Explore", takes="vDir")
def _open(machine: Any, _this: Object, target: Any) -> None:
    if type(target) is Object and target.cls is FOLDER:
        return
    start(machine, text(machine, target), "", "Shell.Application.Open")


@APPLICATION.method("ControlPanelItem", takes="bstrDir")
def _control_panel(machine: Any, _this: Object, name: Any) -> None:
    machine.run(join("control.exe ", text(machine, name)), "Shell.Application.ControlPanelItem")


@APPLICATION.method("FileRun", "MinimizeAll", "UndoMinimizeALL", "ToggleDesktop", "CascadeWindows", "TileHorizontally", "TileVertically")
def _arrange(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@APPLICATION.method("ShutdownWindows", "RefreshMenu", "TrayProperties", "SetTime", "Help", "FindFiles", "AddToRecent", "EjectPC", "Suspend")
def _dialogs(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@APPLICATION.method("IsServiceRunning", "CanStartStopService", takes="ServiceName")
def _service_runs(machine: Any, _this: Object, name: Any) -> Any:
    service = known(machine, name)
    return machine.query(f"service {service}", not any(word in service.lower() for word in VIRTUAL_MACHINE))


@APPLICATION.method("ServiceStart", "ServiceStop", takes="ServiceName Persistent")
def _control_service(machine: Any, _this: Object, name: Any, _persistent: Any = MISSING) -> bool:
    machine.effect("query", f"service {known(machine, name)} started or stopped", "Shell.Application")
    return True


@APPLICATION.method("GetSystemInformation", takes="Name")
def _system_information(machine: Any, _this: Object, name: Any) -> Any:
    wanted = known(machine, name)
    profile = machine.world.profile
    answers = {
        "physicalmemoryinstalled": float(profile.memory),
        "processorspeed": 1992,
        "processorarchitecture": 9,
        "isos_domainmember": True,
        "directoryservicesavailable": True,
    }
    return machine.query(f"Shell.Application.GetSystemInformation {wanted}", answers.get(wanted.lower()))


@APPLICATION.method("GetSetting", takes="lSetting")
def _get_setting(_machine: Any, _this: Object, _setting: Any = MISSING) -> bool:
    return True


@APPLICATION.method("BrowseForFolder", takes="Hwnd Title Options RootFolder")
def _browse(machine: Any, _this: Object, *_: Any) -> Object:
    return make_folder(machine, rf"{machine.world.profile.home}\Documents")


@APPLICATION.method("Application", "Parent")
def _itself(_machine: Any, this: Object) -> Object:
    return this


# ---------------------------------------------------------------- folders

FOLDER: Final = ObjectClass("Folder", default="Title")
ITEMS: Final = ObjectClass("FolderItems", default="Item")
ITEM: Final = ObjectClass("FolderItem", default="Name")
ITEM.constants({"IsLink": False, "IsBrowsable": False, "IsFileSystem": True, "Type": "ファイル"})


def known_folder(machine: Any, number: int) -> str:
    """Folders by CSIDL (ShellSpecialFolderConstants)."""
    profile = machine.world.profile
    special = special_folders(profile)
    table: dict[int, str] = {
        0x00: special["Desktop"],
        0x02: special["Programs"],
        0x05: special["MyDocuments"],
        0x06: special["Favorites"],
        0x07: special["Startup"],
        0x08: special["Recent"],
        0x09: special["SendTo"],
        0x0B: special["StartMenu"],
        0x10: special["Desktop"],
        0x14: special["Fonts"],
        0x15: special["Templates"],
        0x16: special["AllUsersStartMenu"],
        0x17: special["AllUsersPrograms"],
        0x18: special["AllUsersStartup"],
        0x19: special["AllUsersDesktop"],
        0x1A: special["AppData"],
        0x1C: rf"{profile.home}\AppData\Local",
        0x1D: special["Startup"],
        0x1E: special["AllUsersStartup"],
        0x20: rf"{profile.home}\AppData\Local\Microsoft\Windows\INetCache",
        0x23: r"C:\ProgramData",
        0x24: profile.windows,
        0x25: rf"{profile.windows}\System32",
        0x26: r"C:\Program Files",
        0x27: rf"{profile.home}\Pictures",
        0x28: profile.home,
        0x29: rf"{profile.windows}\SysWOW64",
        0x2A: r"C:\Program Files (x86)",
        0x2E: r"C:\Users\Public\Documents",
    }
    return table.get(number, f"::shell folder {number}")


NAMED_FOLDERS: Final = {
    "shell:startup": 0x07,
    "shell:common startup": 0x18,
    "shell:appdata": 0x1A,
    "shell:local appdata": 0x1C,
    "shell:desktop": 0x00,
    "shell:personal": 0x05,
    "shell:system": 0x25,
    "shell:windows": 0x24,
}


def make_folder(_machine: Any, path: Text) -> Object:
    return Object(FOLDER, path=path)


def make_item(path: Text) -> Object:
    return Object(ITEM, path=path)


@APPLICATION.method("NameSpace", takes="vDir")
def _namespace(machine: Any, _this: Object, folder: Any) -> Any:
    if type(folder) in (int, float):
        return make_folder(machine, known_folder(machine, whole(machine, folder)))
    path = text(machine, folder)
    number = NAMED_FOLDERS.get(path.strip().lower()) if isinstance(path, str) else None
    if number is not None:
        path = known_folder(machine, number)
    if path == "":
        return NOTHING
    return make_folder(machine, path)


def path_of(machine: Any, value: Any) -> Text:
    """The path of an argument that is an item, several items, a folder, or a path."""
    if type(value) is Object and "path" in value.data:
        path: Text = value.data["path"]
        return join(path, r"\*") if value.cls is ITEMS else path
    return text(machine, value)


def base_name(path: Text) -> Text:
    return path.rstrip("\\").rpartition("\\")[2] if isinstance(path, str) else path


@FOLDER.method("Self")
def _folder_item(_machine: Any, this: Object) -> Object:
    return make_item(this.data["path"])


@FOLDER.method("Title")
def _title(_machine: Any, this: Object) -> Text:
    return base_name(this.data["path"])


@FOLDER.method("Items")
def _items(_machine: Any, this: Object) -> Object:
    return Object(ITEMS, path=this.data["path"])


@FOLDER.method("ParseName", takes="bName")
def _parse_name(machine: Any, this: Object, name: Any) -> Object:
    wanted = text(machine, name)
    absolute = isinstance(wanted, str) and ":" in wanted
    return make_item(wanted if absolute else join(this.data["path"], "\\", wanted))


@FOLDER.method("CopyHere", "MoveHere", takes="vItem vOptions")
def _copy_here(machine: Any, this: Object, item: Any, _options: Any = MISSING) -> None:
    """Copies a file, or takes files out of a ZIP that Explorer shows as a folder."""
    source = path_of(machine, item)
    machine.copy_file(source, join(this.data["path"], "\\", base_name(source)), "Folder.CopyHere")


@FOLDER.method("NewFolder", takes="bName")
def _new_folder(machine: Any, this: Object, name: Any) -> None:
    machine.world.files.make_folder(display(join(this.data["path"], "\\", text(machine, name))))


@FOLDER.method("GetDetailsOf", takes="vItem iColumn")
def _details(machine: Any, this: Object, item: Any = MISSING, column: Any = MISSING) -> Unknown:
    return Unknown(f"detail {known(machine, column)} of {display(path_of(machine, item) if given(item) else this.data['path'])}")


@FOLDER.method("ParentFolder")
def _parent(machine: Any, this: Object) -> Any:
    path = this.data["path"]
    return make_folder(machine, path.rpartition("\\")[0]) if isinstance(path, str) and "\\" in path else NOTHING


def _inside(machine: Any, this: Object) -> list[str]:
    path = this.data["path"]
    if isinstance(path, Unknown):
        return []
    files = machine.world.files
    return [*files.folders_inside(path), *files.inside(path)]


@ITEMS.method("Count")
def _item_count(machine: Any, this: Object) -> int:
    return len(_inside(machine, this)) or 1


@ITEMS.method("Item", takes="Index")
def _item(machine: Any, this: Object, index: Any = MISSING) -> Any:
    if not given(index):
        return make_item(this.data["path"])
    found, at = _inside(machine, this), whole(machine, index)
    return make_item(found[at]) if 0 <= at < len(found) else make_item(join(this.data["path"], f"\\item {at}"))


@ITEMS.method("Filter")
def _filter(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@ITEMS.method("InvokeVerbEx", takes="vVerb vArgs")
def _invoke_items(machine: Any, this: Object, verb: Any = MISSING, arguments: Any = MISSING) -> None:
    start(machine, this.data["path"], text(machine, arguments), "FolderItems.InvokeVerbEx", verb=known(machine, verb))


def _each_item(machine: Any, this: Object) -> Iterator[Object]:
    yield from [make_item(path) for path in _inside(machine, this)]


ITEMS.items = _each_item


@ITEM.method("Path")
def _item_path(_machine: Any, this: Object) -> Text:
    return this.data["path"]  # type: ignore[no-any-return]


@ITEM.method("Name")
def _item_name(_machine: Any, this: Object) -> Text:
    return base_name(this.data["path"])


@ITEM.method("IsFolder")
def _is_folder(machine: Any, this: Object) -> Any:
    path = this.data["path"]
    return machine.world.files.folder_exists(path) if isinstance(path, str) else path


@ITEM.method("GetFolder")
def _item_folder(machine: Any, this: Object) -> Object:
    return make_folder(machine, this.data["path"])


@ITEM.method("Size")
def _item_size(machine: Any, this: Object) -> int:
    return machine.world.files.size(display(this.data["path"]))  # type: ignore[no-any-return]


@ITEM.method("ModifyDate")
def _item_date(_machine: Any, this: Object) -> Unknown:
    return Unknown(f"date of {display(this.data['path'])}")


@ITEM.method("ExtendedProperty", takes="bstrPropName")
def _extended_property(machine: Any, this: Object, name: Any) -> Unknown:
    return Unknown(f"{known(machine, name)} of {display(this.data['path'])}")


@ITEM.method("InvokeVerb", "InvokeVerbEx", takes="vVerb vArgs")
def _invoke(machine: Any, this: Object, verb: Any = MISSING, arguments: Any = MISSING) -> None:
    wanted = known(machine, verb).replace("&", "").lower()
    if wanted in ("properties", "copy", "cut", "paste", "delete"):
        return
    start(machine, this.data["path"], text(machine, arguments), "FolderItem.InvokeVerb", verb=wanted)


@ITEM.method("Verbs")
def _verbs(_machine: Any, this: Object) -> Object:
    return collection([Object(VERB, path=this.data["path"], name=name) for name in ("&Open", "P&roperties")], first=0)


VERB: Final = ObjectClass("FolderItemVerb", default="Name")


@VERB.method("Name")
def _verb_name(_machine: Any, this: Object) -> str:
    return this.data["name"]  # type: ignore[no-any-return]


@VERB.method("DoIt")
def _do_verb(machine: Any, this: Object) -> None:
    if this.data["name"] == "&Open":
        start(machine, this.data["path"], "", "FolderItemVerb.DoIt")


LINK: Final = ObjectClass("ShellLinkObject", parent=SHORTCUT)
LINK.field("Path", "")


@ITEM.method("GetLink")
def _get_link(_machine: Any, this: Object) -> Object:
    return Object(LINK, path=this.data["path"], shortcut=this.data["path"])


@LINK.method("Save", takes="vWhere")
def _save_link(machine: Any, this: Object, where: Any = MISSING) -> None:
    arguments = text(machine, this.data.get("arguments"))
    save_shortcut(
        machine, text(machine, where) or this.data["shortcut"], text(machine, this.data["path"]), arguments, "ShellLinkObject.Save"
    )


# ---------------------------------------------------------------- windows of Explorer, as ways to Shell.Application

WINDOW: Final = ObjectClass("ShellBrowserWindow")
WINDOWS: Final = ObjectClass("ShellWindows", default="Item")
VIEW: Final = ObjectClass("ShellFolderView")
WINDOW.constants({"Name": "エクスプローラー", "FullName": r"C:\WINDOWS\explorer.exe", "HWND": 66_308, "Busy": False, "ReadyState": 4})
WINDOW.constants({"LocationURL": "", "LocationName": "ドキュメント", "Visible": True})


@com_class("ShellWindows", "9ba05972-f6a8-11cf-a442-00a0c90a8f39")
def make_windows(_machine: Any) -> Object:
    return Object(WINDOWS)


@com_class("ShellBrowserWindow", "c08afd90-f2a1-11d1-8455-00a0c91f3880")
def make_window(_machine: Any) -> Object:
    return Object(WINDOW)


@APPLICATION.method("Windows")
def _windows(_machine: Any, _this: Object) -> Object:
    return Object(WINDOWS)


@WINDOWS.method("Item", takes="Index")
def _window(_machine: Any, _this: Object, _index: Any = MISSING) -> Object:
    return Object(WINDOW)


@WINDOWS.method("Count")
def _window_count(_machine: Any, _this: Object) -> int:
    return 1


def _each_window(_machine: Any, _this: Object) -> Iterator[Object]:
    yield Object(WINDOW)


WINDOWS.items = _each_window


@WINDOW.method("Document")
def _view(_machine: Any, _this: Object) -> Object:
    return Object(VIEW)


@WINDOW.method("Navigate", "Navigate2", takes="URL Flags TargetFrameName PostData Headers")
def _navigate(machine: Any, _this: Object, target: Any, *_: Any) -> None:
    start(machine, text(machine, target), "", "ShellBrowserWindow.Navigate")


@WINDOW.method("Quit", "Stop", "Refresh")
def _quit(_machine: Any, _this: Object) -> None:
    return None


@VIEW.method("Application", "Parent")
@WINDOW.method("Application", "Parent")
def _shell(_machine: Any, _this: Object) -> Object:
    return Object(APPLICATION)


@VIEW.method("Folder")
def _shown_folder(machine: Any, _this: Object) -> Object:
    return make_folder(machine, rf"{machine.world.profile.home}\Documents")


@VIEW.method("SelectedItems")
def _selected(_machine: Any, _this: Object) -> Object:
    return collection([])


# ---------------------------------------------------------------- the management console

CONSOLE: Final = ObjectClass("MMC20.Application")
CONSOLE_DOCUMENT: Final = ObjectClass("MMC20.Document")
CONSOLE_VIEW: Final = ObjectClass("MMC20.View")
CONSOLE.field("Visible", initial=False)


@com_class("MMC20.Application", "49b2791a-b1ae-4c90-9b8e-e860ba07f889")
def make_console(_machine: Any) -> Object:
    return Object(CONSOLE)


@CONSOLE.method("Document")
def _console_document(_machine: Any, _this: Object) -> Object:
    return Object(CONSOLE_DOCUMENT)


@CONSOLE.method("Load", "NewDocument", "Show", "Hide", "Quit")
def _console_nothing(_machine: Any, _this: Object, *_: Any) -> None:
    return None


@CONSOLE_DOCUMENT.method("ActiveView")
def _console_view(_machine: Any, _this: Object) -> Object:
    return Object(CONSOLE_VIEW)


@CONSOLE_DOCUMENT.method("Views")
def _console_views(_machine: Any, _this: Object) -> Object:
    return collection([Object(CONSOLE_VIEW)])


@CONSOLE_VIEW.method("ExecuteShellCommand", takes="Command Directory Parameters WindowState")
def _execute(machine: Any, _this: Object, command: Any, _folder: Any = MISSING, parameters: Any = MISSING, state: Any = MISSING) -> None:
    hidden = "0" if known(machine, state).lower() in ("0", "minimized") else ""
    line = command_line(text(machine, command), text(machine, parameters))
    machine.run(line, "MMC20.Application.ExecuteShellCommand", show_window=hidden)
