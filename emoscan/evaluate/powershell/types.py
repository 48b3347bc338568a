"""Types by name, and casts to them: `[char]65`, `[byte[]]$x`, `-is`, `-as`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from emoscan.evaluate.core.values import Object, Unknown
from emoscan.evaluate.powershell import net
from emoscan.evaluate.powershell import syntax as s
from emoscan.evaluate.powershell.convert import LIMITS, elements, is_list, number, simple_text, to_char, to_whole, truth, whole
from emoscan.evaluate.powershell.flow import Code, Scope
from emoscan.evaluate.powershell.values import (
    Array,
    BigInt,
    Char,
    Decimal,
    Enum,
    Grid,
    Hash,
    NetClass,
    NetType,
    Record,
    Single,
    chars,
    conversion_error,
    type_name,
)
from emoscan.parse.lazy import lazy

ACCELERATORS: Final[dict[str, str]] = {
    "adsi": "System.DirectoryServices.DirectoryEntry",
    "adsisearcher": "System.DirectoryServices.DirectorySearcher",
    "array": "System.Array",
    "bigint": "System.Numerics.BigInteger",
    "bool": "System.Boolean",
    "byte": "System.Byte",
    "char": "System.Char",
    "ciminstance": "Microsoft.Management.Infrastructure.CimInstance",
    "cimsession": "Microsoft.Management.Infrastructure.CimSession",
    "cultureinfo": "System.Globalization.CultureInfo",
    "datetime": "System.DateTime",
    "decimal": "System.Decimal",
    "double": "System.Double",
    "float": "System.Single",
    "guid": "System.Guid",
    "hashtable": "System.Collections.Hashtable",
    "initialsessionstate": "System.Management.Automation.Runspaces.InitialSessionState",
    "int": "System.Int32",
    "int16": "System.Int16",
    "int32": "System.Int32",
    "int64": "System.Int64",
    "ipaddress": "System.Net.IPAddress",
    "long": "System.Int64",
    "mailaddress": "System.Net.Mail.MailAddress",
    "nullstring": "System.Management.Automation.Language.NullString",
    "object": "System.Object",
    "ordered": "System.Collections.Specialized.OrderedDictionary",
    "powershell": "System.Management.Automation.PowerShell",
    "pscredential": "System.Management.Automation.PSCredential",
    "pscustomobject": "System.Management.Automation.PSCustomObject",
    "psobject": "System.Management.Automation.PSObject",
    "psvariable": "System.Management.Automation.PSVariable",
    "ref": "System.Management.Automation.PSReference",
    "regex": "System.Text.RegularExpressions.Regex",
    "runspace": "System.Management.Automation.Runspaces.Runspace",
    "runspacefactory": "System.Management.Automation.Runspaces.RunspaceFactory",
    "sbyte": "System.SByte",
    "scriptblock": "System.Management.Automation.ScriptBlock",
    "securestring": "System.Security.SecureString",
    "short": "System.Int16",
    "single": "System.Single",
    "string": "System.String",
    "switch": "System.Management.Automation.SwitchParameter",
    "timespan": "System.TimeSpan",
    "type": "System.Type",
    "uint": "System.UInt32",
    "uint16": "System.UInt16",
    "uint32": "System.UInt32",
    "uint64": "System.UInt64",
    "ulong": "System.UInt64",
    "uri": "System.Uri",
    "ushort": "System.UInt16",
    "version": "System.Version",
    "void": "System.Void",
    "wmi": "System.Management.ManagementObject",
    "wmiclass": "System.Management.ManagementClass",
    "wmisearcher": "System.Management.ManagementObjectSearcher",
    "x509certificate": "System.Security.Cryptography.X509Certificates.X509Certificate",
    "xml": "System.Xml.XmlDocument",
}

_ARRAY: Final = lazy(r"(.+?)\[(,*)\]$")
_GENERIC: Final = lazy(r"([\w.+]+)(?:`\d+)?\[(.*)\]$")


@lru_cache(maxsize=2_048)
def full_name(name: str) -> str:
    """The full name of a type as scripts write it: "int" → System.Int32. A name nobody knows stays as it is."""
    name = name.strip().strip("[]") if name.startswith("[") else name.strip()
    array = _ARRAY.match(name)
    if array:
        return f"{full_name(array[1])}[{array[2]}]"
    key = name.lower().removesuffix("`1").removesuffix("`2")
    known = ACCELERATORS.get(key)
    if known is not None:
        return known
    generic = _GENERIC.match(name)
    if generic:
        return full_name(generic[1])
    for candidate in (key, f"system.{key}"):
        found = net.find(candidate)
        if found is not None:
            return str(found.name)
        spelt = net.ENUMS.get(candidate)
        if spelt is not None:
            return spelt[0]
    return name


def derives(name: str, base: str) -> bool:
    """Whether a type is another one or, as far as we know, made from it. Exceptions derive from their relatives."""
    lower, wanted = name.lower(), base.lower()
    if lower == wanted or wanted in ("system.object", "system.exception"):
        return True
    if wanted.endswith("exception"):
        return wanted in _EXCEPTIONS.get(lower, ())
    found: NetClass | None = net.find(lower)
    while found is not None:
        if found.name.lower() == wanted:
            return True
        found = found.parent
    return False


_EXCEPTIONS: Final = {
    "system.dividebyzeroexception": ("system.arithmeticexception", "system.systemexception"),
    "system.overflowexception": ("system.arithmeticexception", "system.systemexception"),
    "system.argumentoutofrangeexception": ("system.argumentexception", "system.systemexception"),
    "system.argumentnullexception": ("system.argumentexception", "system.systemexception"),
    "system.io.filenotfoundexception": ("system.io.ioexception", "system.management.automation.itemnotfoundexception"),
    "system.management.automation.itemnotfoundexception": ("system.management.automation.sessionstateexception",),
    "system.net.webexception": ("system.invalidoperationexception", "system.systemexception"),
    "system.management.automation.psinvalidcastexception": ("system.invalidcastexception", "system.management.automation.runtimeexception"),
}


# ---------------------------------------------------------------- casts


def caster(machine: Any, name: str) -> Callable[[Any], Any]:
    """A function that casts to the type of that name."""
    lower = name.lower().removeprefix("system.")
    if lower == "string":

        def to_text(value: Any) -> Any:
            return value if type(value) is str else machine.text(value)

        return to_text
    if lower == "char":
        return to_char
    if lower in ("int", "int32"):

        def to_int(value: Any) -> Any:
            return value if type(value) is int and -0x80000000 <= value <= 0x7FFFFFFF else to_whole(value, "System.Int32")

        return to_int
    if lower in ("object", "psobject"):
        return lambda value: value
    full: list[str] = []

    def convert(value: Any) -> Any:
        if not full:
            full.append(full_name(name))
        return cast_to(machine, value, full[0])

    return convert


def cast(machine: Any, value: Any, name: str) -> Any:
    return cast_to(machine, value, full_name(name))


def cast_to(machine: Any, value: Any, name: str) -> Any:
    """A value as the type of that full name. Raises Thrown where PowerShell would."""
    if name.endswith("]"):
        return to_array(machine, value, name)
    rule = CASTS.get(name)
    if rule is not None:
        return rule(machine, value)
    if name in LIMITS:
        return to_whole(value, name)
    if value is None or type(value) is Unknown:
        return value
    return to_class(machine, value, name)


def to_array(machine: Any, value: Any, name: str) -> Any:
    array = _ARRAY.match(name)
    if array is None or array[2]:
        return value
    of = array[1]
    if value is None:
        return None
    if type(value) is Unknown:
        return value
    if of == "System.Char" and isinstance(value, str):
        machine.grow(8 * len(value))
        machine.tick(len(value) // 32)
        return Array(chars(value), of)
    if of == "System.Byte":
        return to_bytes(machine, value)
    items = elements(value) if is_list(value) else [value]
    machine.grow(8 * len(items))
    machine.tick(len(items) // 16)
    if of == "System.Object":
        return list(items)
    if of == "System.Char":
        return Array([to_char(item) for item in items], of)
    if of == "System.String":
        return Array([machine.text(item) for item in items], of)
    convert = caster(machine, of)
    return Array([convert(item) for item in items], of)


def to_bytes(machine: Any, value: Any) -> Any:
    if type(value) is bytearray:
        return value
    items = elements(value) if is_list(value) else [value]
    machine.grow(len(items))
    machine.tick(len(items) // 16)
    try:
        return bytearray(items)
    except (TypeError, ValueError):
        pass
    made = bytearray()
    for item in items:
        code = to_whole(item, "System.Byte")
        if type(code) is Unknown:
            return Unknown(f"bytes with {code.why}")
        made.append(code)
    return made


def to_double(_machine: Any, value: Any) -> Any:
    result = number(value)
    return result if type(result) is Unknown else float(result)


def to_decimal(_machine: Any, value: Any) -> Any:
    result = number(value)
    return result if type(result) is Unknown else Decimal(result)


def to_single(_machine: Any, value: Any) -> Any:
    result = number(value)
    return result if type(result) is Unknown else Single(result)


def to_bool(_machine: Any, value: Any) -> Any:
    return truth(value)


def to_block(machine: Any, value: Any) -> Any:
    if type(value) is Code or value is None:
        return value
    text = machine.text(value)
    if type(text) is Unknown:
        return text
    machine.effect("eval", text if len(text) < 300 else text[:300] + "…", "[scriptblock]")
    return Code(machine.parse(text))


def to_hash(_machine: Any, value: Any) -> Any:
    if type(value) is Hash or value is None or type(value) is Unknown:
        return value
    raise conversion_error(type_name(value), "System.Collections.Hashtable")


def to_record(_machine: Any, value: Any) -> Any:
    if type(value) is not Hash:
        return value
    made = Record()
    for key, held in value.items():
        made.set(str(key), held)
    return made


def to_type(machine: Any, value: Any) -> Any:
    if type(value) is NetType or type(value) is Unknown:
        return value
    if value is None:
        raise conversion_error("", "System.Type")
    text = machine.text(value)
    if type(text) is Unknown:
        return text
    machine.undo("computed_type")
    return NetType(full_name(text))


def to_list(_machine: Any, value: Any) -> Any:
    return value if is_list(value) or type(value) is Unknown else [] if value is None else [value]


def to_bigint(_machine: Any, value: Any) -> Any:
    if isinstance(value, bytearray):
        return BigInt(int.from_bytes(value, "little", signed=True))
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d{1,4000}\s*", value):
        return BigInt(int(value))
    result = whole(value)
    return result if type(result) is Unknown else BigInt(result)


def to_void(_machine: Any, _value: Any) -> None:
    return None


CASTS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "System.String": lambda machine, value: machine.text(value),
    "System.Char": lambda _machine, value: to_char(value),
    "System.Boolean": to_bool,
    "System.Management.Automation.SwitchParameter": to_bool,
    "System.Double": to_double,
    "System.Single": to_single,
    "System.Decimal": to_decimal,
    "System.Numerics.BigInteger": to_bigint,
    "System.Object": lambda _machine, value: value,
    "System.Management.Automation.PSObject": lambda _machine, value: value,
    "System.Array": to_list,
    "System.Management.Automation.ScriptBlock": to_block,
    "System.Collections.Hashtable": to_hash,
    "System.Collections.Specialized.OrderedDictionary": to_hash,
    "System.Management.Automation.PSCustomObject": to_record,
    "System.Type": to_type,
    "System.Void": to_void,
}


def to_class(machine: Any, value: Any, name: str) -> Any:
    """A value as an object of a class: through its constructor; as an enumeration's value by name or number."""
    enum = net.ENUMS.get(name.lower()) or machine.own_enums.get(name.lower())
    if enum is not None:
        return to_enum(machine, value, enum)
    if type(value) is Object and derives(value.cls.name, name):
        return value
    if name.lower() in machine.class_definitions:
        return machine.create_object(name, (value,))
    found = net.find(name)
    if found is not None and found.constructor is not None:
        if type(value) is Object and value.cls.name == found.name:
            return value
        if type(value) is Hash:
            made = machine.create_object(name, ())
            for key, held in value.items():
                machine.put_member(made, str(key), held)
            return made
        return machine.create_object(name, (value,))
    return value


def to_enum(machine: Any, value: Any, enum: tuple[str, dict[str, tuple[str, int]]]) -> Any:
    type_, names = enum
    if type(value) is Enum:
        return Enum(type_, value.name, value.value)
    text = simple_text(value)
    if text is None:
        text = machine.shown(value)
    total, shown = 0, []
    for word in re.split(r"[,\s]+", text.strip()):
        if re.fullmatch(r"-?\d{1,18}", word):
            total |= int(word)
            shown.append(next((name for name, number_ in names.values() if number_ == int(word)), word))
            continue
        known = names.get(word.lower())
        if known is None:
            raise conversion_error(text, type_)
        total |= known[1]
        shown.append(known[0])
    return Enum(type_, ", ".join(shown), total)


def combine_enums(machine: Any, left: Any, right: Any, combine: Callable[[int, int], int]) -> Any:
    type_ = left.type if type(left) is Enum else right.type
    numbers = []
    for value in (left, right):
        if type(value) is Unknown:
            return value
        numbers.append(
            value.value
            if type(value) is Enum
            else machine.whole(value)
            if not isinstance(value, str)
            else cast_to(machine, value, type_).value
        )
    return enum_of(type_, combine(*numbers))


def enum_of(type_: str, value: int) -> Enum:
    """A value of an enumeration, with the name it goes by."""
    names = net.ENUMS.get(type_.lower(), (type_, {}))[1]
    for name, number_ in names.values():
        if number_ == value:
            return Enum(type_, name, value)
    parts = [name for name, number_ in names.values() if number_ and value & number_ == number_]
    return Enum(type_, ", ".join(parts) or str(value), value)


def define_enum(machine: Any, node: s.Class, scope: Scope) -> None:
    names: dict[str, tuple[str, int]] = {}
    following = 0
    for name, _, value, _ in node.properties[:1_000]:
        if value is not None:
            following = machine.whole(machine.compiler.value(value)(scope))
        names[name.lower()] = (name, following)
        following += 1
    if len(net.ENUMS) < 5_000 and node.name.lower() not in net.ENUMS:
        machine.own_enums[node.name.lower()] = (node.name, names)


# ---------------------------------------------------------------- -is

_BASES: Final = {
    "system.valuetype": (bool, int, float, Char),
    "system.icomparable": (bool, int, float, str),
}


def is_instance(machine: Any, value: Any, name: str) -> bool:
    """`$x -is [type]`."""
    if value is None:
        return False
    full = full_name(name)
    lower = full.lower()
    mine = type_name(value)
    if lower in ("system.object", mine.lower()):
        return True
    if lower == "system.array":
        return type(value) in (list, Array, bytearray, Grid)
    if lower == "system.object[]":
        return type(value) is list
    if lower in ("system.collections.ienumerable", "system.collections.icollection", "system.collections.ilist"):
        return is_list(value) or type(value) is Hash
    if lower == "system.collections.idictionary":
        return type(value) is Hash
    if lower in {"system.management.automation.pscustomobject", "system.management.automation.psobject"}:
        return type(value) is Record
    if lower == "system.enum":
        return type(value) is Enum
    if lower == "system.type":
        return type(value) is NetType
    if lower == "system.byte":
        return False
    bases = _BASES.get(lower)
    if bases is not None:
        return isinstance(value, bases)
    return derives(mine, full)
