"""Types as objects, assemblies, Marshal: what loads code, looks behind the scenes, or tampers with them."""

from __future__ import annotations

import struct
from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, Object, Unknown
from emoscan.evaluate.powershell.convert import elements, is_list
from emoscan.evaluate.powershell.net import CLASSES, enumeration, net_class
from emoscan.evaluate.powershell.net.crypto import SECURE
from emoscan.evaluate.powershell.types import ACCELERATORS, cast, full_name
from emoscan.evaluate.powershell.values import Bound, Hash, NetType, Record, Thrown, type_name

TYPE: Final = net_class("System.Type", "System.RuntimeType", of=(NetType,))
ASSEMBLY: Final = net_class("System.Reflection.Assembly")
METHOD: Final = net_class("System.Reflection.MethodInfo", "System.Reflection.MethodBase", "System.Reflection.ConstructorInfo")
FIELD: Final = net_class("System.Reflection.FieldInfo", "System.Reflection.PropertyInfo")
MARSHAL: Final = net_class("System.Runtime.InteropServices.Marshal")
ACTIVATOR: Final = net_class("System.Activator")
DOMAIN: Final = net_class("System.AppDomain")
POINTER: Final = net_class("System.IntPtr", "System.UIntPtr")
PS_METHOD: Final = net_class("System.Management.Automation.PSMethod", of=(Bound,))
GAC: Final = net_class("Microsoft.Win32.UnsafeNativeMethods")

enumeration(
    "System.Reflection.BindingFlags",
    Default=0,
    IgnoreCase=1,
    DeclaredOnly=2,
    Instance=4,
    Static=8,
    Public=16,
    NonPublic=32,
    InvokeMethod=256,
    CreateInstance=512,
    GetField=1024,
    SetField=2048,
    GetProperty=4096,
    SetProperty=8192,
)
enumeration("System.Runtime.InteropServices.CharSet", **{"None": 1}, Ansi=2, Unicode=3, Auto=4)
enumeration("System.Reflection.Emit.AssemblyBuilderAccess", Run=1, Save=2, RunAndSave=3)

TAMPERED: Final = (
    "amsiutils",
    "amsiinitfailed",
    "amsicontext",
    "amsisession",
    "etwprovider",
    "pseventlogprovider",
    "scriptblocklogging",
    "cachedgrouppolicysettings",
    "signatures",
)
"""Parts of PowerShell's own machinery that scripts switch off: the malware scan interface and the logs."""


def note_tampering(machine: Any, name: str) -> None:
    lower = name.lower()
    if any(word in lower for word in TAMPERED):
        machine.fact("evade.amsi", name[:120], "reflection")


# ---------------------------------------------------------------- types


@TYPE.prop("FullName")
def type_full_name(_machine: Any, this: NetType) -> str:
    return this.name


@TYPE.prop("Name")
def type_short_name(_machine: Any, this: NetType) -> str:
    return this.name.rpartition(".")[2]


@TYPE.prop("Namespace")
def namespace(_machine: Any, this: NetType) -> str:
    return this.name.rpartition(".")[0]


@TYPE.prop("AssemblyQualifiedName")
def qualified(_machine: Any, this: NetType) -> str:
    return f"{this.name}, mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"


@TYPE.call("ToString")
def type_text(_machine: Any, this: NetType) -> str:
    return this.name


@TYPE.prop("Assembly", "Module")
def assembly_of(_machine: Any, this: NetType) -> Object:
    return Object(ASSEMBLY, name="System.Management.Automation" if "Automation" in this.name else "mscorlib", loaded=False)


@TYPE.prop("BaseType")
def base_type(_machine: Any, this: NetType) -> NetType:
    return NetType("System.Array" if this.name.endswith("]") else "System.Object")


@TYPE.prop("IsArray")
def is_array(_machine: Any, this: NetType) -> bool:
    return this.name.endswith("]")


@TYPE.prop("IsPublic", "IsClass", "IsSerializable")
def yes(_machine: Any, _this: NetType) -> bool:
    return True


@TYPE.prop("IsEnum", "IsValueType", "IsPrimitive", "IsGenericType", "IsInterface")
def no(_machine: Any, _this: NetType) -> bool:
    return False


@TYPE.prop("UnderlyingSystemType")
def itself(_machine: Any, this: NetType) -> NetType:
    return this


@TYPE.call("GetElementType")
def element_type(_machine: Any, this: NetType) -> NetType:
    return NetType(this.name.removesuffix("[]"))


@TYPE.call("MakeArrayType")
def array_type(_machine: Any, this: NetType) -> NetType:
    return NetType(f"{this.name}[]")


@TYPE.call("MakeByRefType", "MakePointerType", "MakeGenericType")
def same_type(_machine: Any, this: NetType, *_args: Any) -> NetType:
    return this


@TYPE.shared("GetType")
def get_type(machine: Any, _type: str, name: Any, *_rest: Any) -> Any:
    text = machine.shown(name).partition(",")[0]
    note_tampering(machine, text)
    return NetType(full_name(text)) if text else None


@TYPE.shared("GetTypeFromProgID", "GetTypeFromCLSID")
def type_from_prog_id(machine: Any, _type: str, name: Any, *_rest: Any) -> Object:
    return Object(COM_TYPE, prog_id=machine.shown(name))


COM_TYPE: Final = net_class("System.__ComType")


@TYPE.call("GetMethod", "GetConstructor", opened=True)
def get_method(machine: Any, this: NetType, name: Any = "", *_rest: Any) -> Object:
    text = machine.shown(name) if not is_list(name) else ".ctor"
    note_tampering(machine, f"{this.name}.{text}")
    return Object(METHOD, type=this, name=text)


def method_of(target: NetType, name: Any) -> Object:
    return Object(METHOD, type=target, name=str(name))


@TYPE.call("GetField", "GetProperty", "GetMember", opened=True)
def get_field(machine: Any, this: NetType, name: Any, *_rest: Any) -> Object:
    text = machine.shown(name)
    note_tampering(machine, f"{this.name}.{text}")
    return Object(FIELD, type=this, name=text)


@TYPE.call("GetMembers", "GetMethods", "GetFields", "GetProperties", "GetConstructors", opened=True)
def get_members(machine: Any, this: NetType, *_rest: Any) -> list[Any]:
    if this.name == "System.Runtime.InteropServices.Marshal":
        return [Object(METHOD, type=this, name=POINTER_READER) for _ in range(140)]
    cls = CLASSES.get(this.name.lower())
    names = [] if cls is None else [*cls.static, *cls.get]
    return [Object(METHOD, type=this, name=name) for name in names]


POINTER_READER: Final = "PtrToStringAuto"
"""What a member of Marshal picked by number is taken for: the only use seen is to read a secure string."""


@TYPE.call("InvokeMember", opened=True)
def invoke_member(
    machine: Any, this: NetType, name: Any, flags: Any = 0, _binder: Any = None, target: Any = None, args: Any = None, *_rest: Any
) -> Any:
    given = tuple(elements(args)) if is_list(args) else ()
    text = machine.shown(name)
    if not text or text == ".ctor" or "createinstance" in machine.shown(flags).lower():
        return instance_of(machine, this, given)
    if target is None:
        return machine.static_call(this, text, given)
    return machine.call_method(target, text, given)


@TYPE.call("IsInstanceOfType", "IsAssignableFrom", "IsSubclassOf")
def is_instance(_machine: Any, this: NetType, value: Any) -> bool:
    return bool(type_name(value).lower() == this.name.lower())


@TYPE.call("GetInterfaces", "GetNestedTypes", "GetCustomAttributes", "GetGenericArguments", "GetEvents")
def nothing_listed(_machine: Any, _this: NetType, *_args: Any) -> list[Any]:
    return []


@TYPE.call("GetNestedType")
def nested_type(machine: Any, this: NetType, name: Any, *_rest: Any) -> NetType:
    return NetType(f"{this.name}+{machine.shown(name)}")


# ---------------------------------------------------------------- methods and fields


@METHOD.prop("Name")
def method_name(_machine: Any, this: Object) -> str:
    return str(this.data["name"])


@METHOD.call("ToString")
def method_text(_machine: Any, this: Object) -> str:
    return f"Void {this.data['name']}()"


@METHOD.call("Invoke", opened=True)
def invoke(machine: Any, this: Object, target: Any = None, args: Any = None, *rest: Any) -> Any:
    given = tuple(elements(args)) if is_list(args) else () if args is None else (args,)
    if rest and is_list(rest[-1]):
        given = tuple(elements(rest[-1]))
    type_ = this.data.get("type")
    name = this.data["name"]
    if type(type_) is NetType and type_.name.startswith("loaded:"):
        return run_loaded(machine, type_, name, given)
    if type(type_) is NetType:
        if name == ".ctor":
            return machine.create_object(type_.name, given)
        if target is None:
            return machine.static_call(type_, name, given)
        return machine.call_method(target, name, given)
    if this.data.get("entry"):
        return run_loaded(machine, NetType(this.data["entry"]), name, given)
    return Unknown(f"result of {name}")


def run_loaded(machine: Any, type_: NetType, name: str, args: tuple[Any, ...]) -> Unknown:
    """A method of an assembly out of memory is called."""
    shown = ", ".join(machine.shown(arg)[:80] for arg in args)
    machine.effect("run", f"{type_.name.removeprefix('loaded:')}::{name}({shown})", "method of an assembly in memory")
    return Unknown(f"result of {name} of an assembly in memory")


@METHOD.prop("IsStatic", "IsPublic")
def method_flag(_machine: Any, _this: Object) -> bool:
    return True


@METHOD.call("GetParameters")
def parameters(_machine: Any, _this: Object) -> list[Any]:
    return []


DELEGATE: Final = net_class("System.Delegate", "System.MulticastDelegate")


@DELEGATE.shared("CreateDelegate", opened=True)
def create_delegate(machine: Any, _type: str, _kind: Any, target: Any, name: Any = MISSING, *_rest: Any) -> Any:
    """A method of an object or type as a value; a method that was found by reflection is one."""
    if name is MISSING:
        return target
    return Bound(target, machine.shown(name), static=type(target) is NetType)


@METHOD.call("CreateDelegate", "MakeGenericMethod")
def delegate(_machine: Any, this: Object, *_args: Any) -> Object:
    return this


@METHOD.prop("MethodHandle")
def method_handle(_machine: Any, _this: Object) -> Unknown:
    return Unknown("handle of a method")


FIELD.prop("Name")(method_name)


@FIELD.call("SetValue", opened=True)
def set_value(machine: Any, this: Object, *args: Any) -> None:
    note_tampering(
        machine, f"{this.data['type'].name}.{this.data['name']} = {machine.shown(args[1] if len(args) > 1 else args[-1] if args else '')}"
    )


@FIELD.call("GetValue", opened=True)
def get_value(_machine: Any, this: Object, *_args: Any) -> Any:
    name = this.data["name"].lower()
    if name == "signatures":
        return Hash("System.Collections.Generic.HashSet")
    if "grouppolicy" in name:
        return Hash("System.Collections.Generic.Dictionary")
    return Unknown(f"{this.data['type'].name}.{this.data['name']}")


# ---------------------------------------------------------------- assemblies


def load_assembly(machine: Any, data: Any, how: str) -> Object:
    """Bytes or a name become an assembly; bytes become an artifact."""
    if isinstance(data, str):
        if "\\" in data or data.lower().endswith((".dll", ".exe")):
            machine.effect("load", data, how)
        return Object(ASSEMBLY, name=data.partition(",")[0], loaded="\\" in data)
    if type(data) is Unknown:
        machine.effect("load", data, how)
        return Object(ASSEMBLY, name=data.text(), loaded=True)
    held = cast(machine, data, "byte[]")
    raw = bytes(held) if type(held) is bytearray else b""
    if not raw:
        raise Thrown(
            "System.BadImageFormatException",
            "Could not load file or assembly: an attempt was made to load a program with an incorrect format.",
        )
    machine.effect("load", f"assembly of {len(raw):,} bytes", how)
    machine.child(raw, "" if raw[:2] == b"MZ" else "data.unknown", "assembly", "loaded into memory")
    return Object(ASSEMBLY, name="assembly in memory", loaded=True)


@ASSEMBLY.shared("LoadFile", "LoadFrom", "UnsafeLoadFrom", "ReflectionOnlyLoadFrom", opened=True)
def assembly_load_file(machine: Any, _type: str, path: Any, *_rest: Any) -> Object:
    return load_assembly(machine, machine.text(path), "[Reflection.Assembly]::LoadFrom")


@ASSEMBLY.shared("Load", "ReflectionOnlyLoad", opened=True)
def assembly_load(machine: Any, _type: str, data: Any, *_rest: Any) -> Object:
    return load_assembly(machine, data, "[Reflection.Assembly]::Load")


@ASSEMBLY.shared("LoadWithPartialName")
def load_partial(machine: Any, _type: str, name: Any) -> Object:
    return Object(ASSEMBLY, name=machine.shown(name), loaded=False)


@ASSEMBLY.shared("GetExecutingAssembly", "GetEntryAssembly", "GetCallingAssembly", "GetAssembly")
def own_assembly(_machine: Any, _type: str, *_args: Any) -> Object:
    return Object(ASSEMBLY, name="System.Management.Automation", loaded=False)


@ASSEMBLY.call("GetType", opened=True)
def type_in(machine: Any, this: Object, name: Any = MISSING, *_rest: Any) -> Any:
    if name is MISSING:
        return NetType("System.Reflection.RuntimeAssembly")
    text = machine.shown(name)
    note_tampering(machine, text)
    return NetType(f"loaded:{text}") if this.data["loaded"] else NetType(full_name(text))


@ASSEMBLY.call("GetTypes", "GetExportedTypes", "DefinedTypes")
def types_in(_machine: Any, this: Object) -> list[Any]:
    if this.data["loaded"]:
        return [NetType("loaded:a type of the assembly")]
    return (
        [NetType("System.Management.Automation.AmsiUtils"), NetType(ACCELERATORS["powershell"])]
        if "Automation" in this.data["name"]
        else []
    )


@ASSEMBLY.prop("EntryPoint")
def entry_point(_machine: Any, this: Object) -> Object:
    return Object(METHOD, type=NetType("loaded:" + this.data["name"]), name="Main")


@ASSEMBLY.call("CreateInstance", opened=True)
def instance_in(machine: Any, this: Object, name: Any, *_rest: Any) -> Any:
    return instance_of(machine, type_in(machine, this, name))


@ASSEMBLY.prop("FullName")
def assembly_name(_machine: Any, this: Object) -> str:
    name = str(this.data["name"])
    return (
        name if this.data["loaded"] else f"{name.removesuffix('.dll')}, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"
    )


@ASSEMBLY.prop("Location", "CodeBase")
def assembly_place(_machine: Any, this: Object) -> str:
    name = str(this.data["name"])
    if this.data["loaded"]:
        return name
    stem = name.removesuffix(".dll")
    return rf"C:\Windows\Microsoft.Net\assembly\GAC_MSIL\{stem}\v4.0_4.0.0.0__b77a5c561934e089\{stem}.dll"


@ASSEMBLY.prop("GlobalAssemblyCache")
def in_cache(_machine: Any, _this: Object) -> bool:
    return True


@ASSEMBLY.call("ToString")
def assembly_text(machine: Any, this: Object) -> str:
    return assembly_name(machine, this)


@DOMAIN.shared_prop("CurrentDomain")
def current_domain(_machine: Any, _type: str) -> Object:
    return Object(DOMAIN)


@DOMAIN.call("GetAssemblies")
def get_assemblies(_machine: Any, _this: Object) -> list[Any]:
    return [Object(ASSEMBLY, name=name, loaded=False) for name in ("System.dll", "mscorlib", "System.Management.Automation")]


@DOMAIN.call("Load", opened=True)
def domain_load(machine: Any, _this: Object, data: Any, *_rest: Any) -> Object:
    return load_assembly(machine, data, "[AppDomain]::Load")


@DOMAIN.call("DefineDynamicAssembly", opened=True)
def define_assembly(_machine: Any, _this: Object, *_args: Any) -> Object:
    return builder()


BUILDER: Final = net_class("System.Reflection.Emit.AssemblyBuilder", "System.Reflection.Emit.TypeBuilder")


def builder() -> Object:
    """Types that are put together at run time, for delegates: they lead to native functions."""
    return Object(BUILDER)


for _name in (
    "DefineDynamicModule", "DefineType", "DefineMethod", "DefineConstructor", "DefineField", "DefinePInvokeMethod", "DefineParameter",
    "SetImplementationFlags", "SetCustomAttribute", "CreateType", "DefineEnum", "DefineLiteral", "GetILGenerator", "Emit", "GetMethod", "GetField",
):  # fmt: skip
    BUILDER.call(_name, opened=True)(lambda _machine, this, *_args: this)


@BUILDER.call("Invoke", opened=True)
def builder_invoke(_machine: Any, _this: Object, *_args: Any) -> Unknown:
    return Unknown("result of a function made at run time")


net_class("System.Reflection.AssemblyName").makes(
    lambda machine, name="": Record("System.Reflection.AssemblyName", Name=machine.text(name))
)
net_class("System.Reflection.Emit.CustomAttributeBuilder").makes(lambda _machine, *_args: Record())
EMIT: Final = net_class("System.Reflection.Emit.AssemblyBuilder")
EMIT.static["definedynamicassembly"] = lambda _machine, _type, *_args: builder()
EMIT.static_calls.add("definedynamicassembly")


def instance_of(machine: Any, type_: Any, args: tuple[Any, ...] = ()) -> Any:
    if type(type_) is Object and "prog_id" in type_.data:
        made = machine.create(type_.data["prog_id"])
        return made if made is not None else machine.unmodelled(f"COM class {type_.data['prog_id']}")
    if type(type_) is NetType and type_.name.startswith("loaded:"):
        return run_loaded(machine, type_, ".ctor", args)
    return machine.create_object(machine.shown(type_), args)


@ACTIVATOR.shared("CreateInstance", opened=True)
def create_instance(machine: Any, _type: str, type_: Any, *args: Any) -> Any:
    given = tuple(elements(args[0])) if len(args) == 1 and is_list(args[0]) else args
    return instance_of(machine, type_, tuple(given))


@GAC.call("Invoke", opened=True)
def gac_invoke(_machine: Any, _this: Object, *_args: Any) -> Unknown:
    return Unknown("address of a native function")


# ---------------------------------------------------------------- pointers and Marshal


def pointer(value: int, **more: Any) -> Object:
    """An address. What lies there may be known: `secret` text, or `memory` that is shared with others."""
    return Object(POINTER, address_value=value, **more)


POINTER.static["zero"] = lambda *_: pointer(0)
POINTER.static["size"] = lambda *_: 8


@POINTER.makes
def make_pointer(machine: Any, value: Any = 0) -> Object:
    return pointer(machine.whole(value))


@POINTER.call("ToInt32", "ToInt64", "ToPointer")
def pointer_value(_machine: Any, this: Object) -> int:
    return int(this.data["address_value"])


@POINTER.call("ToString")
def pointer_text(_machine: Any, this: Object) -> str:
    return str(this.data["address_value"])


@POINTER.shared("Add")
def pointer_add(machine: Any, _type: str, value: Any, offset: Any) -> Any:
    if type(value) is Object and "address_value" in value.data:
        more = {key: held for key, held in value.data.items() if key != "address_value"}
        return pointer(value.data["address_value"] + machine.whole(offset), **more)
    return value


def new_memory(machine: Any, size: int) -> Object:
    size = max(0, min(size, 1 << 26))
    machine.grow(size)
    machine.addresses += 0x10000 + size
    memory = bytearray(size)
    if len(machine.memories) < 1_000:
        machine.memories.append((machine.addresses, memory))
    return pointer(machine.addresses, memory=memory, start=machine.addresses)


@MARSHAL.shared("AllocHGlobal", "AllocCoTaskMem")
def alloc(machine: Any, _type: str, size: Any) -> Object:
    return new_memory(machine, machine.whole(size))


@MARSHAL.shared(
    "FreeHGlobal",
    "FreeCoTaskMem",
    "ZeroFreeBSTR",
    "ZeroFreeGlobalAllocUnicode",
    "ReleaseComObject",
    "FinalReleaseComObject",
    "FreeBSTR",
    "ThrowExceptionForHR",
    opened=True,
)
def free(_machine: Any, _type: str, *_args: Any) -> None:
    return None


@MARSHAL.shared(
    "SecureStringToBSTR", "SecureStringToGlobalAllocUnicode", "SecureStringToGlobalAllocAnsi", "SecureStringToCoTaskMemUnicode",
    "SecureStringToCoTaskMemAnsi", opened=True,
)  # fmt: skip
def secure_to_pointer(machine: Any, _type: str, value: Any) -> Any:
    if type(value) is Object and value.cls is SECURE:
        return pointer(0x2000, secret=value.data["secret"])
    return value if type(value) is Unknown else pointer(0x2000, secret=machine.text(value))


@MARSHAL.shared("StringToHGlobalAnsi", "StringToHGlobalUni", "StringToBSTR", "StringToCoTaskMemAuto", "StringToHGlobalAuto")
def text_to_pointer(machine: Any, _type: str, value: Any) -> Object:
    return pointer(0x3000, secret=machine.text(value))


@MARSHAL.shared("PtrToStringAuto", "PtrToStringBSTR", "PtrToStringUni", "PtrToStringAnsi", "PtrToStringUTF8", opened=True)
def pointer_to_text(machine: Any, _type: str, value: Any, _size: Any = MISSING) -> Any:
    if type(value) is Object and "secret" in value.data:
        return value.data["secret"]
    if type(value) is Object and value.cls is SECURE:
        return value.data["secret"]
    return value if type(value) is Unknown else Unknown("text at an address")


def memory_of(value: Any) -> tuple[bytearray, int] | None:
    """(memory, offset) that a pointer points into."""
    if type(value) is Object and "memory" in value.data:
        return value.data["memory"], value.data["address_value"] - value.data["start"]
    return None


@MARSHAL.shared("Copy", opened=True)
def marshal_copy(machine: Any, _type: str, source: Any, *args: Any) -> None:
    """Copy(byte[], start, pointer, count), and Copy(pointer, byte[], start, count)."""
    if len(args) != 3:
        return
    if is_list(source) or type(source) is Unknown:
        place = memory_of(args[1])
        if type(source) is Unknown:
            if type(args[1]) is Object:
                args[1].data["unknown"] = source
            return
        data = cast(machine, source, "byte[]")
        if type(data) is not bytearray:
            return
        begin = machine.whole(args[0])
        part = bytes(data[begin : begin + machine.whole(args[2])])
        from emoscan.evaluate.powershell.net import native

        native.copied(machine, part)
        if place is not None and 0 <= place[1] <= len(place[0]):
            place[0][place[1] : place[1] + len(part)] = part
        return
    place = memory_of(source)
    if place is not None and type(args[0]) is bytearray and place[1] >= 0:
        count, at = machine.whole(args[2]), machine.whole(args[1])
        part = bytes(place[0][place[1] : place[1] + count])
        args[0][at : at + len(part)] = part


def _reader(form: str) -> Any:
    size = struct.calcsize(form)

    def member(machine: Any, _type: str, value: Any, offset: Any = 0) -> Any:
        place = memory_of(value)
        at = place[1] + machine.whole(offset) if place else 0
        if place is None or not 0 <= at <= len(place[0]) - size:
            return Unknown("memory at an address")
        return struct.unpack_from(form, place[0], at)[0]

    return member


def _writer(form: str) -> Any:
    size = struct.calcsize(form)

    def member(machine: Any, _type: str, value: Any, *args: Any) -> None:
        place = memory_of(value)
        if place is None or not args or type(args[-1]) is Unknown:
            return
        at = place[1] + (machine.whole(args[0]) if len(args) > 1 else 0)
        if 0 <= at <= len(place[0]) - size:
            code = machine.whole(args[-1] if type(args[-1]) is not Object else args[-1].data.get("address_value", 0))
            place[0][at : at + size] = (code & ((1 << 8 * size) - 1)).to_bytes(size, "little")

    return member


for _name, _form in (("Byte", "<B"), ("Int16", "<h"), ("Int32", "<i"), ("Int64", "<q"), ("IntPtr", "<q")):
    MARSHAL.shared(f"Read{_name}", opened=True)(_reader(_form))
    MARSHAL.shared(f"Write{_name}", opened=True)(_writer(_form))


@MARSHAL.shared("GetDelegateForFunctionPointer", "GetFunctionPointerForDelegate", opened=True)
def delegate_for(machine: Any, _type: str, value: Any = None, *_rest: Any) -> Any:
    from emoscan.evaluate.powershell.net import native

    return native.delegate(machine, value)


@MARSHAL.shared("SizeOf", opened=True)
def size_of(_machine: Any, _type: str, value: Any = None) -> int:
    sizes = {
        "System.Byte": 1,
        "System.Int16": 2,
        "System.Int32": 4,
        "System.UInt32": 4,
        "System.Int64": 8,
        "System.IntPtr": 8,
        "System.Char": 2,
    }
    name = value.name if type(value) is NetType else type_name(value)
    return sizes.get(name, 8)


@MARSHAL.shared("GetLastWin32Error", "GetHRForLastWin32Error")
def last_error(_machine: Any, _type: str) -> int:
    return 0


@MARSHAL.shared("UnsafeAddrOfPinnedArrayElement", "GetHINSTANCE", "OffsetOf", "PtrToStructure", "StructureToPtr", opened=True)
def some_address(machine: Any, _type: str, value: Any = None, *_rest: Any) -> Any:
    if type(value) is bytearray:
        from emoscan.evaluate.powershell.net import native

        native.copied(machine, bytes(value))
        return pointer(0x5000, memory=value, start=0x5000)
    return Unknown("an address")


@MARSHAL.shared("GetActiveObject", "BindToMoniker", opened=True)
def active_object(machine: Any, _type: str, name: Any) -> Any:
    made = machine.create(machine.shown(name))
    return made if made is not None else Unknown(f"object {machine.shown(name)}")


# ---------------------------------------------------------------- methods as values


@PS_METHOD.prop("Name")
def bound_name(_machine: Any, this: Bound) -> str:
    return this.name


@PS_METHOD.prop("OverloadDefinitions")
def overloads(machine: Any, this: Bound) -> list[str]:
    return [machine.shown(this)]


@PS_METHOD.prop("Length", "Count")
def bound_count(_machine: Any, _this: Bound) -> int:
    return 1


PS_METHOD.prop("MemberType", "TypeNameOfValue")(lambda _machine, _this: "Method")
PS_METHOD.prop("IsInstance")(lambda _machine, this: not this.static)
