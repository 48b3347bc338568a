"""Items and their content: files, the registry, and the drives of variables, the environment, aliases and functions."""

from __future__ import annotations

import re
from typing import Any, Final

from emoscan.evaluate.com import registry
from emoscan.evaluate.core.values import MISSING, Object, Unknown
from emoscan.evaluate.core.world import Files
from emoscan.evaluate.powershell.binding import Call
from emoscan.evaluate.powershell.commands import ALIASES, alias_target, cmdlet, command_info, find_function, spelt
from emoscan.evaluate.powershell.commands.variables import exists, names_like, variable_object
from emoscan.evaluate.powershell.convert import elements, is_list, unwrap
from emoscan.evaluate.powershell.flow import Scope
from emoscan.evaluate.powershell.net.encodings import encode, python_name
from emoscan.evaluate.powershell.net.files import FOLDER, ITEM, expand_archive, item, last_part, of_path, without_extension
from emoscan.evaluate.powershell.net.files import exists as file_exists
from emoscan.evaluate.powershell.net.streams import text_in
from emoscan.evaluate.powershell.net.system import plain_value
from emoscan.evaluate.powershell.types import cast
from emoscan.evaluate.powershell.values import Record, Thrown
from emoscan.evaluate.powershell.variables import environment, set_environment
from emoscan.evaluate.powershell.wildcards import has_wildcards, like
from emoscan.parse.lazy import lazy

_DRIVE: Final = lazy(
    r"(?:microsoft\.powershell\.core\\)?(variable|env|environment|alias|function|hk[a-z_]+|registry|cert|wsman)::?[\\/]*(.*)",
    re.IGNORECASE | re.DOTALL,
)

Text = str | Unknown


def provider(path: str) -> tuple[str, str]:
    """(drive, rest): "file" for everything that is a path of the file system."""
    match = _DRIVE.fullmatch(path.strip())
    if match is None or (len(match[1]) == 1):
        return "file", path
    drive, rest = match[1].lower(), match[2]
    if drive.startswith("hk"):
        return "registry", f"{match[1]}\\{rest}"
    if drive == "registry":
        return "registry", rest
    return "env" if drive == "environment" else drive, rest


# ---------------------------------------------------------------- content of files


def content(m: Any, path: str) -> Any:
    """Text of a file by the variable of its name."""
    return unwrap(lines_of(m, path))


def bytes_at(m: Any, where: str) -> Any:
    """The bytes of a file. Raises Thrown when there is none."""
    held = m.read(where)
    if held is None:
        raise Thrown("System.Management.Automation.ItemNotFoundException", f"Cannot find path '{where}' because it does not exist.")
    return held


def text_at(m: Any, path: str, codec: str = "") -> Text:
    """The text of a file. Raises Thrown when there is none."""
    where = m.path(path)
    held = bytes_at(m, where)
    if type(held) is Unknown:
        return held
    m.grow(2 * len(held))
    if not codec and len(held) > 3 and held[1::2].count(0) * 10 > len(held) * 4:
        codec = "utf-16-le"
    return text_in(held, codec or "utf-8")


def lines_of(m: Any, path: str) -> list[Any]:
    text = text_at(m, path)
    return [text] if type(text) is Unknown else text.splitlines()


def write_lines(m: Any, path: Any, values: list[Any], how: str, *, append: bool, codec: str = "utf-16-le", newline: bool = True) -> None:
    """What is written out line by line."""
    where = m.path(m.shown(path))
    end = "\r\n" if newline else ""
    text = m.operators.joined([Unknown.join((m.text(value), end)) for value in values], "")
    if type(text) is Unknown:
        m.write_file(where, text, how, append=append)
        return
    started = append and m.world.files.read(where)
    data = encode(codec, text)
    if codec == "utf-16-le" and not started:
        data = b"\xff\xfe" + data
    m.write_file(where, data, how, append=append)


def encoding_of(m: Any, call: Call, default: str) -> str:
    word = call.get("Encoding")
    if word is None:
        return default
    if type(word) is Object and "codec" in word.data:
        return str(word.data["codec"])
    name = m.shown(word).lower()
    if name == "byte":
        return "byte"
    return python_name(name) or default


@cmdlet(
    "Get-Content",
    takes="Path+0 LiteralPath,PSPath ReadCount TotalCount,First,Head Tail,Last Filter Include Exclude Force? Credential Delimiter Wait? Raw? Encoding Stream AsByteStream?",
)
def get_content(m: Any, call: Call) -> list[Any]:
    out: list[Any] = []
    for name in call.names("Path", "LiteralPath"):
        path = m.shown(name)
        drive, rest = provider(path)
        if drive != "file":
            value = value_of_item(m, call, drive, rest)
            out += elements(value) if is_list(value) else [] if value is None else [value]
            continue
        for where in matching(m, path):
            out += content_lines(m, call, where)
    if call.has("TotalCount"):
        out = out[: call.whole("TotalCount")]
    if call.has("Tail"):
        out = out[max(0, len(out) - call.whole("Tail")) :]
    return out


def content_lines(m: Any, call: Call, where: str) -> list[Any]:
    codec = encoding_of(m, call, "")
    if codec == "byte" or call.on("AsByteStream"):
        held = bytes_at(m, m.path(where))
        if type(held) is Unknown:
            return [held]
        return [bytearray(held)] if call.has("ReadCount") or call.on("Raw") else list(held)
    text = text_at(m, where, codec)
    if type(text) is Unknown or call.on("Raw"):
        return [text]
    if call.has("Delimiter"):
        return [piece for piece in text.split(call.shown("Delimiter")) if piece]
    return text.splitlines()


def matching(m: Any, path: str) -> list[str]:
    """Paths that a wildcard stands for."""
    if not has_wildcards(path) or ("[" in path and "*" not in path and "?" not in path):
        return [path]
    folder, _, form = m.path(path).rpartition("\\")
    return [name for name in [*m.world.files.inside(folder), *m.world.files.folders_inside(folder)] if like(last_part(name), form)]


@cmdlet(
    "Set-Content",
    "Add-Content",
    takes="Path+0 Value+1 LiteralPath,PSPath PassThru? Filter Include Exclude Force? Credential NoNewline? Encoding Stream AsByteStream?",
)
def set_content(m: Any, call: Call) -> list[Any]:
    values = list(call.input) if call.input is not None else call.many("Value")
    append = call.name == "Add-Content"
    names = call.many("Path") or call.many("LiteralPath")
    for name in names:
        path = m.text(name)
        if type(path) is str:
            drive, rest = provider(path)
            if drive != "file":
                put_item(m, call, drive, rest, unwrap(values))
                continue
        codec = encoding_of(m, call, "cp932")
        if codec == "byte" or call.on("AsByteStream"):
            unknown = next((value for value in values if type(value) is Unknown), None)
            data = (
                unknown
                if unknown is not None
                else cast(m, [b for value in values for b in (elements(value) if is_list(value) else [value])], "byte[]")
            )
            m.write_file(m.path(m.shown(path)), bytes(data) if type(data) is bytearray else data, call.name, append=append)
        else:
            write_lines(
                m,
                path,
                [piece for value in values for piece in (elements(value) if is_list(value) else [value])],
                call.name,
                append=append,
                codec=codec,
                newline=not call.on("NoNewline"),
            )
        m.close_file(m.path(m.shown(path)))
    return values if call.on("PassThru") else []


@cmdlet("Out-File", takes="FilePath,Path+0 Encoding+1 LiteralPath,PSPath Append? Force? NoClobber? Width InputObject NoNewline?")
def out_file(m: Any, call: Call) -> None:
    codec = encoding_of(m, call, "utf-16-le")
    path = call.text("FilePath" if call.has("FilePath") else "LiteralPath")
    write_lines(
        m,
        path,
        list(call.objects()),
        "Out-File",
        append=call.on("Append"),
        codec="utf-16-le" if codec == "byte" else codec,
        newline=not call.on("NoNewline"),
    )
    m.close_file(m.path(m.shown(path)))


@cmdlet("Clear-Content", takes="Path+0 LiteralPath Filter Include Exclude Force?")
def clear_content(m: Any, call: Call) -> None:
    for name in call.names("Path", "LiteralPath"):
        m.write_file(m.path(m.shown(name)), b"", "Clear-Content")


# ---------------------------------------------------------------- items


def value_of_item(m: Any, call: Call, drive: str, rest: str) -> Any:
    if drive == "variable":
        return m.find_variable(call.scope, rest.lower())
    if drive == "env":
        return environment(m, rest)
    if drive == "alias":
        return alias_target(m, rest)
    if drive == "function":
        return find_function(call.scope, rest)
    return None


def put_item(m: Any, call: Call, drive: str, rest: str, value: Any) -> None:
    if drive == "variable":
        call.scope.vars[rest.lower()] = value
    elif drive == "env":
        set_environment(m, rest, value)
    elif drive in ("alias", "function"):
        m.set_variable(call.scope, drive, rest.lower(), value)
    elif drive == "registry":
        registry.write(m, rest.rstrip("\\") + "\\", plain_value(m, value), call.name)


def env_item(m: Any, name: str, value: Any) -> Record:
    return Record("System.Collections.DictionaryEntry", Name=name, Key=name, Value=value)


def drive_items(m: Any, call: Call, drive: str, rest: str) -> list[Any]:
    """Items of a drive that is not of files."""
    form = rest.rstrip("\\/") or "*"
    if drive == "variable":
        if has_wildcards(form):
            return [variable_object(m, name, call.scope) for name in names_like(call.scope, form)]
        return [variable_object(m, form.lower(), call.scope)] if exists(call.scope, form.lower()) else []
    if drive == "env":
        spelling = m.world.profile.environment()
        names = {name.lower(): name for name in [*m.world.environment, *spelling]} | {name.lower(): name for name in spelling}
        found = [
            (shown, environment(m, shown) if not has_wildcards(form) else m.world.environ(shown))
            for low, shown in sorted(names.items())
            if like(low, form)
        ]
        return [env_item(m, name, value) for name, value in found if value is not None]
    if drive == "alias":
        return [command_info(name, "Alias", spelt(target)) for name, target in {**ALIASES, **m.aliases}.items() if like(name, form)]
    if drive == "function":
        scope: Scope | None = call.scope
        made = []
        while scope is not None:
            made += [command_info(name, "Function", code.tree.text, code) for name, code in scope.functions.items() if like(name, form)]
            scope = scope.parent
        return made
    if drive == "registry":
        return [registry_key(m, rest)]
    return []


def registry_key(m: Any, path: str) -> Record:
    normal = registry.normal(path.rstrip("\\"))
    keys, values = registry.inside(m, normal)
    return Record(
        "Microsoft.Win32.RegistryKey",
        Name=normal,
        PSPath=f"Registry::{normal}",
        PSChildName=normal.rpartition("\\")[2],
        Property=values,
        SubKeyCount=len(keys),
        ValueCount=len(values),
        GetValue=lambda name="", default=None, *_: registry_value(m, normal, m.shown(name), default),
        GetValueNames=lambda: values,
        GetSubKeyNames=lambda: keys,
        SetValue=lambda name="", value=None, *_: registry.write(
            m, f"{normal}\\{m.shown(name)}", plain_value(m, value), "RegistryKey.SetValue"
        ),
        OpenSubKey=lambda name="", *_: registry_key(m, f"{normal}\\{m.shown(name)}"),
        Close=lambda: None,
    )


def registry_value(m: Any, key: str, name: str, default: Any = None) -> Any:
    found = registry.read(m, f"{key}\\{name}")
    return default if found is None else found


@cmdlet("Get-Item", takes="Path+0 LiteralPath,PSPath Filter Include Exclude Force? Credential Stream")
def get_item(m: Any, call: Call) -> list[Any]:
    out: list[Any] = []
    for name in call.names("Path", "LiteralPath"):
        path = m.text(name)
        if type(path) is Unknown:
            out.append(Unknown(f"item {path.text()}"))
            continue
        drive, rest = provider(path)
        if drive != "file":
            out += drive_items(m, call, drive, rest)
            continue
        for where in matching(m, path):
            full = m.path(where)
            if m.world.files.exists(full) or m.world.files.folder_exists(full) or not is_absent(m, full):
                out.append(of_path(m, full))
    return out


def is_absent(m: Any, path: str) -> bool:
    """Whether nobody can say that a file is there: the script did not make it, and it is no part of Windows."""
    unpacked = Files.key(path).rpartition("\\")[0]
    return unpacked not in m.unpacked


@cmdlet(
    "Get-ChildItem",
    takes="Path+0 Filter+1 LiteralPath,PSPath Include Exclude Recurse,s? Depth Force? Name? Attributes Directory,ad? File,af? Hidden,ah? ReadOnly? System? FollowSymlink? CodeSigningCert? Credential",
)
def get_child_item(m: Any, call: Call) -> list[Any]:
    names = call.names("Path", "LiteralPath") or [m.world.directory]
    out: list[Any] = []
    for name in names:
        path = m.shown(name)
        drive, rest = provider(path)
        if drive == "registry":
            keys, _ = registry.inside(m, rest)
            out += [registry_key(m, f"{rest.rstrip(chr(92))}\\{key}") for key in keys]
        elif drive != "file":
            out += drive_items(m, call, drive, rest)
        else:
            out += folder_items(m, call, path)
    if call.on("Name"):
        return [m.get_member(entry, "name", "Name") for entry in out]
    return out


def folder_items(m: Any, call: Call, path: str) -> list[Any]:
    full = m.path(path)
    form = call.shown("Filter") or "*"
    include = call.texts("Include")
    if has_wildcards(path):
        full, _, last = full.rpartition("\\")
        form = last if form == "*" else form
    elif m.world.files.exists(full):
        return [of_path(m, full)]
    files, folders = [], []
    queue = [full]
    for folder in queue[:200]:
        inside = m.world.files.folders_inside(folder)
        folders += inside
        files += m.world.files.inside(folder)
        if call.on("Recurse") and len(queue) < 200:
            queue += inside
    found = [item(FOLDER, where) for where in folders if not call.on("File")] + [
        item(ITEM, where) for where in files if not call.on("Directory")
    ]
    found = [entry for entry in found if like(last_part(entry.data["path"]), form)]
    if include:
        found = [entry for entry in found if any(like(last_part(entry.data["path"]), one) for one in include)]
    archive = m.unpacked.get(Files.key(full))
    if archive is not None:
        found.append(item(ITEM, f"{full}\\{form if not has_wildcards(form) else 'file'}"))
    if not found and full.lower().startswith(m.world.profile.home.lower()):
        return [Unknown(f"files in {path}")] if form != "*" or call.on("Recurse") else []
    return found


@cmdlet("Set-Item", takes="Path+0 Value+1 LiteralPath,PSPath Force? PassThru? Filter Include Exclude Options Type")
def set_item(m: Any, call: Call) -> list[Any]:
    value = call.get("Value", MISSING)
    if value is MISSING:
        value = unwrap(list(call.input)) if call.input is not None else None
    for name in call.many("Path") or call.many("LiteralPath"):
        path = m.shown(name)
        drive, rest = provider(path)
        if drive == "file":
            write_lines(m, path, [value], "Set-Item", append=False)
        else:
            put_item(m, call, drive, rest, value)
    return [value] if call.on("PassThru") else []


@cmdlet("Clear-Item", takes="Path+0 LiteralPath Force?")
def clear_item(m: Any, call: Call) -> None:
    for name in call.many("Path"):
        drive, rest = provider(m.shown(name))
        put_item(m, call, drive, rest, None)


@cmdlet("New-Item", "mkdir", "md", takes="Path+0 Name ItemType,Type Value,Target Force? Credential Options")
def new_item(m: Any, call: Call) -> list[Any]:
    sort = call.shown("ItemType").lower()
    if call.name in ("mkdir", "md"):
        sort = "directory"
    out: list[Any] = []
    paths = call.many("Path") or (list(call.input) if call.input else [m.world.directory])
    for base in paths:
        path = m.text(base)
        for name in call.many("Name") or [None]:
            whole: Any = path if name is None else Unknown.join((path if type(path) is Unknown else path.rstrip("\\"), "\\", m.text(name)))
            if type(whole) is Unknown:
                if sort != "directory":
                    m.write_file(whole, Unknown("a new file"), "New-Item")
                out.append(Unknown(f"item {whole.text()}"))
                continue
            drive, rest = provider(whole)
            if drive == "registry":
                if call.has("Value"):
                    registry.write(m, rest.rstrip("\\") + "\\", plain_value(m, call.get("Value")), "New-Item")
                out.append(registry_key(m, rest))
            elif drive != "file":
                put_item(m, call, drive, rest, call.get("Value"))
            elif sort.startswith("d"):
                full = m.path(whole)
                m.world.files.make_folder(full)
                out.append(item(FOLDER, full))
            else:
                full = m.path(whole)
                write_lines(m, full, call.many("Value"), "New-Item", append=False, codec="utf-8", newline=False)
                out.append(item(ITEM, full))
    return out


@cmdlet("Remove-Item", takes="Path+0 LiteralPath,PSPath Filter Include Exclude Recurse? Force? Credential Stream")
def remove_item(m: Any, call: Call) -> None:
    for name in call.names("Path", "LiteralPath"):
        path = m.text(name)
        if type(path) is Unknown:
            m.effect("delete", path, "Remove-Item")
            continue
        drive, rest = provider(path)
        if drive == "variable":
            call.scope.vars.pop(rest.lower(), None)
        elif drive == "env":
            set_environment(m, rest, None)
        elif drive == "alias":
            m.aliases.pop(rest.lower(), None)
        elif drive == "function":
            call.scope.functions.pop(rest.lower(), None)
        elif drive == "registry":
            registry.delete(m, rest.rstrip("\\") + "\\", "Remove-Item")
        elif not has_wildcards(path) and m.world.files.folder_exists(m.path(path)) and not m.world.files.exists(m.path(path)):
            m.effect("delete", m.path(path), "Remove-Item")
            m.world.files.remove_folder(m.path(path))
        else:
            m.delete_file(m.path(path), "Remove-Item")


def target_of(m: Any, source: str, target: str) -> str:
    """Where a copy goes: into a folder, under its own name."""
    where = m.path(target)
    if target.endswith("\\") or (m.world.files.folder_exists(where) and not m.world.files.exists(where)):
        return f"{where.rstrip(chr(92))}\\{last_part(source)}"
    return str(where)


@cmdlet(
    "Copy-Item",
    "Move-Item",
    takes="Path+0 Destination+1 LiteralPath,PSPath Container? Force? Filter Include Exclude Recurse? PassThru? Credential FromSession ToSession",
)
def copy_item(m: Any, call: Call) -> None:
    for name in call.names("Path", "LiteralPath"):
        source, target = m.text(name), call.text("Destination")
        if type(source) is str and provider(source)[0] != "file":
            if provider(source)[0] in ("function", "alias", "variable") and type(target) is str:
                drive, rest = provider(source)
                put_item(m, call, *provider(target), value_of_item(m, call, drive, rest))
            continue
        if type(source) is Unknown or type(target) is Unknown:
            m.copy_file(source if type(source) is Unknown else m.path(source), target, call.name)
            continue
        for where in matching(m, source) or [source]:
            full = m.path(where)
            m.copy_file(full, target_of(m, full, target), call.name)
            if call.name == "Move-Item":
                m.world.files.delete(full)


@cmdlet("Rename-Item", takes="Path+0 NewName+1 LiteralPath,PSPath Force? PassThru?")
def rename_item(m: Any, call: Call) -> None:
    for name in call.names("Path", "LiteralPath"):
        full = m.path(m.shown(name))
        new = call.shown("NewName")
        target = m.path(new) if "\\" in new else f"{full.rpartition(chr(92))[0]}\\{new}"
        m.copy_file(full, target, "Rename-Item")
        m.world.files.delete(full)


@cmdlet("Invoke-Item", takes="Path+0 LiteralPath,PSPath Filter Include Exclude Credential")
def invoke_item(m: Any, call: Call) -> None:
    from emoscan.evaluate.com.common import is_address

    for name in call.names("Path", "LiteralPath"):
        path = m.text(name)
        if type(path) is str and provider(path)[0] == "file" and not is_address(path):
            path = m.path(path)
        if is_address(path):
            m.effect("open", path, "Invoke-Item")
        else:
            m.run(path if type(path) is Unknown or " " not in path else f'"{path}"', "Invoke-Item")


@cmdlet("Test-Path", takes="Path+0 LiteralPath,PSPath Filter Include Exclude PathType,Type IsValid? Credential OlderThan NewerThan")
def test_path(m: Any, call: Call) -> list[Any]:
    out: list[Any] = []
    for name in call.names("Path", "LiteralPath"):
        path = m.text(name)
        if type(path) is Unknown:
            out.append(Unknown(f"whether there is {path.text()}"))
            continue
        drive, rest = provider(path)
        if drive == "variable":
            out.append(exists(call.scope, rest.lower()))
        elif drive == "env":
            out.append(m.world.environ(rest) is not None)
        elif drive == "registry":
            keys, values = registry.inside(m, rest)
            out.append(bool(keys or values) or m.query(f"registry {registry.normal(rest)}", Unknown(f"whether there is {rest}")))
        elif drive != "file":
            out.append(bool(drive_items(m, call, drive, rest)))
        else:
            out.append(path_exists(m, path, call.shown("PathType").lower()))
    return out or [False]


USUAL_FOLDERS: Final = frozenset(
    "users public default desktop documents downloads pictures music videos appdata local locallow roaming temp startup programs microsoft windows templates".split()
)
"""Folders everybody has below C:\\Users."""


def path_exists(m: Any, path: str, sort: str) -> Any:
    full = m.path(path)
    if has_wildcards(path):
        return bool(matching(m, path)) or Unknown(f"whether there is {path}")
    if sort != "container":
        found = file_exists(m, full)
        if found is not False:
            return found
    if sort != "leaf" and m.world.files.folder_exists(full):
        sure = m.world.files.is_folder(full) or last_part(full.rstrip("\\")).lower() in USUAL_FOLDERS
        return sure or Unknown(f"whether there is {path}")
    if not is_absent(m, full):
        return Unknown(f"whether there is {path}")
    return m.query(f"file {path}", False)


@cmdlet("Resolve-Path", "Convert-Path", takes="Path+0 LiteralPath,PSPath Relative?")
def resolve_path(m: Any, call: Call) -> list[Any]:
    from emoscan.evaluate.powershell.variables import path_info

    found = [m.path(m.shown(name)) for name in call.names("Path", "LiteralPath")]
    return list(found) if call.name == "Convert-Path" else [path_info(path) for path in found]


@cmdlet("Join-Path", takes="Path+0 ChildPath+1 AdditionalChildPath+2* Resolve? Credential")
def join_path(m: Any, call: Call) -> list[Any]:
    out = []
    for base in call.many("Path") if call.has("Path") else list(call.input or []):
        made: Any = m.text(base)
        for child in [*call.many("ChildPath"), *call.many("AdditionalChildPath")]:
            piece = m.text(child)
            piece = piece.lstrip("\\/") if isinstance(piece, str) else piece
            last = made if isinstance(made, str) else made.parts[-1] if made.parts else ""
            made = Unknown.join((made, "" if isinstance(last, str) and last.endswith(("\\", "/")) else "\\", piece))
        out.append(made)
    return out


@cmdlet("Split-Path", takes="Path+0 LiteralPath Parent? Leaf? LeafBase? Extension? Qualifier? NoQualifier? IsAbsolute? Resolve?")
def split_path(m: Any, call: Call) -> list[Any]:
    out: list[Any] = []
    for name in call.names("Path", "LiteralPath"):
        path = m.text(name)
        if type(path) is Unknown:
            last = path.parts[-1] if path.parts else ""
            out.append(last_part(last) if call.on("Leaf") and isinstance(last, str) and "\\" in last else path)
        elif call.on("Leaf"):
            out.append(last_part(path.rstrip("\\")))
        elif call.on("LeafBase"):
            out.append(without_extension(last_part(path)))
        elif call.on("Extension"):
            out.append("." + path.rpartition(".")[2] if "." in last_part(path) else "")
        elif call.on("Qualifier"):
            out.append(path.partition(":")[0] + ":")
        elif call.on("NoQualifier"):
            out.append(path.partition(":")[2])
        elif call.on("IsAbsolute"):
            out.append(path[1:2] == ":")
        else:
            out.append(path.replace("/", "\\").rstrip("\\").rpartition("\\")[0])
    return out


@cmdlet("Get-Location", takes="PSProvider PSDrive Stack? StackName")
def get_location(m: Any, _call: Call) -> list[Any]:
    from emoscan.evaluate.powershell.variables import path_info

    return [path_info(m.world.directory)]


@cmdlet("Set-Location", "Push-Location", "cd..", takes="Path+0 LiteralPath PassThru? StackName")
def set_location(m: Any, call: Call) -> None:
    if call.name == "Push-Location":
        m.locations.append(m.world.directory)
    path = call.shown("Path") if call.has("Path") else call.shown("LiteralPath") or m.world.profile.home
    if provider(path)[0] == "file":
        m.world.directory = m.path(path)
        from emoscan.evaluate.powershell.variables import path_info

        m.top.vars["pwd"] = path_info(m.world.directory)


@cmdlet("Pop-Location", takes="PassThru? StackName")
def pop_location(m: Any, _call: Call) -> None:
    if m.locations:
        m.world.directory = m.locations.pop()


@cmdlet("Expand-Archive", takes="Path+0 DestinationPath+1 LiteralPath Force? PassThru?")
def expand(m: Any, call: Call) -> None:
    for name in call.names("Path", "LiteralPath"):
        source = m.path(m.shown(name))
        target = m.path(call.shown("DestinationPath")) if call.has("DestinationPath") else without_extension(source)
        expand_archive(m, source, target, "Expand-Archive")


@cmdlet("Compress-Archive", takes="Path+0 DestinationPath+1 LiteralPath CompressionLevel Update? Force? PassThru?")
def compress(m: Any, call: Call) -> None:
    m.write_file(m.path(call.shown("DestinationPath")), Unknown(f"archive of {call.shown('Path')}"), "Compress-Archive")


@cmdlet(
    "Unblock-File",
    "Set-Acl",
    "Set-AuthenticodeSignature",
    "Get-AuthenticodeSignature",
    takes="Path+0 AclObject+1 LiteralPath FilePath Certificate",
)
def unblock(m: Any, call: Call) -> list[Any]:
    if call.name == "Get-AuthenticodeSignature":
        return [
            Record(
                "System.Management.Automation.Signature",
                Status=Unknown("status of a signature"),
                SignerCertificate=Unknown("a certificate"),
            )
        ]
    return []


@cmdlet("Get-Acl", takes="Path+0 LiteralPath InputObject Audit?")
def get_acl(_m: Any, call: Call) -> list[Any]:
    return [Unknown(f"access control of {call.shown('Path')}")]


@cmdlet("Get-PSDrive", takes="Name+0 PSProvider Scope LiteralName")
def get_ps_drive(m: Any, call: Call) -> list[Any]:
    size = m.world.profile.disk
    drive = Record("System.Management.Automation.PSDriveInfo", Name="C", Root="C:\\", Provider="FileSystem", Used=size // 2, Free=size // 2)
    return [drive] if not call.has("Name") or "c" in call.shown("Name").lower() else []


@cmdlet("New-PSDrive", takes="Name+0 PSProvider+1 Root+2 Description Scope Persist? Credential")
def new_ps_drive(m: Any, call: Call) -> list[Any]:
    root = call.text("Root")
    if isinstance(root, str) and root.startswith("\\\\"):
        m.effect("connect", root, "New-PSDrive")
    return [Record("System.Management.Automation.PSDriveInfo", Name=call.get("Name"), Root=root)]


@cmdlet("Remove-PSDrive", takes="Name+0 Force?")
def remove_ps_drive(_m: Any, _call: Call) -> None:
    return None


# ---------------------------------------------------------------- properties: the registry, and attributes of files


@cmdlet(
    "Set-ItemProperty",
    "New-ItemProperty",
    takes="Path+0 Name,PSProperty+1 Value+2 LiteralPath,PSPath PropertyType,Type InputObject Force? PassThru? Filter Include Exclude Credential",
)
def set_item_property(m: Any, call: Call) -> list[Any]:
    for base in call.names("Path", "LiteralPath"):
        path = m.shown(base)
        drive, rest = provider(path)
        name, value = call.shown("Name"), call.get("Value")
        if drive == "registry" or path.lower().startswith("hkey_"):
            registry.write(m, f"{rest.rstrip(chr(92))}\\{name}", plain_value(m, value), call.name, call.shown("PropertyType"))
        elif name.lower() == "attributes":
            m.fact("powershell.hides_file", m.path(path), m.shown(value))
    return []


@cmdlet("Get-ItemProperty", "Get-ItemPropertyValue", takes="Path+0 Name,PSProperty+1 LiteralPath,PSPath Filter Include Exclude Credential")
def get_item_property(m: Any, call: Call) -> list[Any]:
    out: list[Any] = []
    names = call.texts("Name")
    for base in call.names("Path", "LiteralPath"):
        path = m.shown(base)
        drive, rest = provider(path)
        if drive != "registry" and not path.lower().startswith("hkey_"):
            out.append(of_path(m, m.path(path)))
            continue
        key = registry.normal(rest.rstrip("\\"))
        wanted = [name for name in names if not has_wildcards(name)] or registry.inside(m, key)[1]
        values = {name: registry_value(m, key, name) for name in wanted}
        if call.name == "Get-ItemPropertyValue":
            out += [Unknown(f"registry {key}\\{name}") if value is None else value for name, value in values.items()]
            continue
        made = Record(PSPath=f"Registry::{key}", PSChildName=key.rpartition("\\")[2], PSProvider="Microsoft.PowerShell.Core\\Registry")
        for name, value in values.items():
            made.set(name, Unknown(f"registry {key}\\{name}") if value is None else value)
        if not values:
            out.append(Unknown(f"values of registry {key}"))
            continue
        out.append(made)
    return out


@cmdlet("Remove-ItemProperty", "Clear-ItemProperty", takes="Path+0 Name+1 LiteralPath Force? Filter")
def remove_item_property(m: Any, call: Call) -> None:
    for base in call.names("Path", "LiteralPath"):
        rest = provider(m.shown(base))[1]
        for name in call.texts("Name"):
            registry.delete(m, f"{rest.rstrip(chr(92))}\\{name}", call.name)


@cmdlet("Rename-ItemProperty", "Copy-ItemProperty", "Move-ItemProperty", takes="Path+0 Name+1 NewName+2 Destination LiteralPath")
def rename_item_property(m: Any, call: Call) -> None:
    rest = provider(call.shown("Path"))[1]
    name = call.shown("Name")
    value = registry_value(m, rest, name)
    new = call.shown("NewName") or name
    target = provider(call.shown("Destination"))[1] if call.has("Destination") else rest
    registry.write(m, f"{target}\\{new}", value if value is not None else Unknown(f"registry {rest}\\{name}"), call.name)
