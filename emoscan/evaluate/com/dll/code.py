"""Memory and what runs in it: allocation, copying, and the many ways to start machine code that was put there."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
import uuid
from typing import Any, Final

from emoscan.evaluate.com.api import Call, Function, api
from emoscan.evaluate.com.common import given
from emoscan.evaluate.com.xml import from_base64, from_hex
from emoscan.evaluate.core.memory import Block
from emoscan.evaluate.core.values import Object, Unknown

EXECUTABLE: Final = 0xF0
"""PAGE_EXECUTE and its kin."""

LITTLE: Final = 16
"""Fewer bytes than this that are not zero are no code."""

# ---------------------------------------------------------------- allocation


def allocate(call: Call, size: int, *, executable: bool = False, wanted: int = 0) -> int:
    """The address of a new block, the one that is wanted if it is free; 0 for none."""
    if size <= 0:
        return 0
    machine = call.machine
    machine.grow(256)
    block = Block(min(size, machine.budget.limits.string_bytes), call.name, executable=executable)
    machine.at_end(lambda: show(machine, block) if block.executable and not block.ran else None)
    return int(machine.memory.allocate(block, block.size, wanted))


@api("VirtualAlloc VirtualAllocFromApp", "address size type protect")
def virtual_alloc(call: Call) -> int:
    known = call.number("address")
    if known and call.machine.memory.find(known) is not None:
        return known  # committing what was reserved
    return allocate(call, call.number("size"), executable=bool(call.number("protect") & EXECUTABLE), wanted=known)


@api("VirtualAllocEx VirtualAlloc2", "process address size type protect")
def virtual_alloc_ex(call: Call) -> int:
    return virtual_alloc(call)


@api("NtAllocateVirtualMemory", "process address zero size type protect")
def nt_allocate(call: Call) -> int:
    call.out("address", allocate(call, call.number("size"), executable=bool(call.number("protect") & EXECUTABLE)), 8)
    return 0


@api("HeapCreate", "options initial maximum")
def heap_create(call: Call) -> int:
    return call.handle({"executable": bool(call.number("options") & 0x40000)})  # HEAP_CREATE_ENABLE_EXECUTE


@api("HeapAlloc RtlAllocateHeap", "heap flags size")
def heap_alloc(call: Call) -> int:
    heap = call.meaning("heap")
    return allocate(call, call.number("size"), executable=isinstance(heap, dict) and bool(heap.get("executable")))


@api("GlobalAlloc LocalAlloc", "flags size")
def global_alloc(call: Call) -> int:
    return allocate(call, call.number("size"))


@api("CoTaskMemAlloc malloc SysAllocStringByteLen", "size")
def malloc(call: Call) -> int:
    return allocate(call, call.number("size"))


@api("GlobalLock GlobalHandle LocalLock", "memory")
def lock(call: Call) -> int:
    return call.number("memory")


@api("GetProcessHeap")
def process_heap(call: Call) -> int:
    return call.handle({"executable": False})


@api("VirtualProtect", "address size protect old")
def virtual_protect(call: Call) -> int:
    block, _ = block_of(call, call.number("address"))
    if block is not None and call.number("protect") & EXECUTABLE:
        block.executable = True
        block.used(call.name)
    call.out("old", 4)
    return 1


@api("VirtualProtectEx", "process address size protect old")
def virtual_protect_ex(call: Call) -> int:
    return virtual_protect(call)


@api("NtProtectVirtualMemory", "process address size protect old")
def nt_protect(call: Call) -> int:
    virtual_protect(call)
    return 0


@api(
    "VirtualFree VirtualFreeEx HeapFree HeapDestroy GlobalFree LocalFree GlobalUnlock LocalUnlock CoTaskMemFree free FlushInstructionCache "
    "VirtualLock HeapSize HeapValidate NtFreeVirtualMemory SysFreeString"
)
def succeed(_call: Call) -> int:
    return 1


def block_of(call: Call, address: int) -> tuple[Block | None, int]:
    found = call.machine.memory.find(address)
    return found if found is not None and isinstance(found[0], Block) else (None, 0)


# ---------------------------------------------------------------- copying


@api("RtlMoveMemory RtlCopyMemory CopyMemory MoveMemory memcpy memmove RtlCopyBytes", "target source length")
def move_memory(call: Call) -> int:
    length = call.number("length")
    call.machine.spend(1 + max(0, length) // 256)
    call.write(call.pointer("target"), call.data("source", length))
    return call.number("target")


@api("WriteProcessMemory NtWriteVirtualMemory", "process target source length written")
def write_process_memory(call: Call) -> int:
    move_memory(call)
    call.out("written", call.number("length"), 8)
    return 0 if call.entry.name.startswith("Nt") else 1


@api("ReadProcessMemory NtReadVirtualMemory Toolhelp32ReadProcessMemory", "process source target length read")
def read_process_memory(call: Call) -> int:
    move_memory(call)
    call.out("read", call.number("length"), 8)
    return 0 if call.entry.name.startswith("Nt") else 1


@api("RtlFillMemory FillMemory", "target length fill")
def fill_memory(call: Call) -> None:
    length = max(0, min(call.number("length"), call.machine.budget.limits.string_bytes))
    call.machine.grow(length)
    call.write(call.pointer("target"), bytes([call.number("fill") & 0xFF]) * length)


@api("memset", "target fill length")
def memset(call: Call) -> int:
    fill_memory(call)
    return call.number("target")


@api("RtlZeroMemory ZeroMemory RtlSecureZeroMemory", "target length")
def zero_memory(call: Call) -> None:
    length = max(0, min(call.number("length"), call.machine.budget.limits.string_bytes))
    call.machine.grow(length)
    call.write(call.pointer("target"), bytes(length))


@api("GetMem1 GetMem2 GetMem4 GetMem8", "source target")
def get_mem(call: Call) -> None:
    """Of the Visual Basic run time: copy so many bytes."""
    call.write(call.pointer("target"), call.data("source", int(call.entry.name[-1])))


@api("PutMem1 PutMem2 PutMem4 PutMem8", "target value")
def put_mem(call: Call) -> None:
    size = int(call.entry.name[-1])
    call.write(call.pointer("target"), (call.number("value") & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "little")[:size])


@api("lstrcpy lstrcat strcpy wcscpy StrCpy", "target source")
def copy_text(call: Call) -> int:
    before = call.known("target") if call.entry.name.endswith("cat") else ""
    call.out_text("target", before + call.known("source"))
    return call.number("target")


@api("lstrcpyn StrCpyN", "target source length")
def copy_text_n(call: Call) -> int:
    call.out_text("target", call.known("source")[: max(0, call.number("length") - 1)])
    return call.number("target")


@api("lstrlen strlen wcslen", "text")
def text_length(call: Call) -> Any:
    value = call.text("text")
    return Unknown(f"length of {value.text()}") if isinstance(value, Unknown) else len(value)


# ---------------------------------------------------------------- bytes written as something else

_GUID: Final = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")
_MAC: Final = re.compile(r"[0-9a-fA-F]{2}(?:[-:][0-9a-fA-F]{2}){5}")


@api("UuidFromString CLSIDFromString IIDFromString", "text target")
def uuid_from_string(call: Call) -> int:
    match = _GUID.search(call.known("text"))
    if match is None:
        return 1705  # RPC_S_INVALID_STRING_UUID
    call.write(call.pointer("target"), uuid.UUID(match[1]).bytes_le)
    return 0


@api("RtlIpv4StringToAddress", "text strict end target")
def ipv4_from_string(call: Call) -> int:
    return _address(call, ipaddress.IPv4Address)


@api("RtlIpv6StringToAddress", "text end target")
def ipv6_from_string(call: Call) -> int:
    return _address(call, ipaddress.IPv6Address)


def _address(call: Call, kind: Any) -> int:
    try:
        packed: bytes = kind(call.known("text").strip()).packed
    except ValueError:
        return 0xC000000D - (1 << 32)  # STATUS_INVALID_PARAMETER
    call.write(call.pointer("target"), packed)
    return 0


@api("RtlEthernetStringToAddress", "text end target")
def ethernet_from_string(call: Call) -> int:
    match = _MAC.search(call.known("text"))
    if match is None:
        return 0xC000000D - (1 << 32)
    call.write(call.pointer("target"), bytes.fromhex(re.sub("[-:]", "", match[0])))
    return 0


BASE64_HEADER, BASE64, BINARY, HEX, HEX_RAW = 0, 1, 2, 4, 12


@api("CryptStringToBinary", "text length flags target size skip used")
def crypt_string_to_binary(call: Call) -> int:
    source = call.text("text")
    if isinstance(source, Unknown):
        call.write(call.pointer("target"), source)
        return 1
    call.machine.grow(len(source))
    kind = call.number("flags") & 0xFF
    if kind in (HEX, HEX_RAW, 5, 8, 10, 11):
        data = from_hex(source)
    elif kind == BINARY:
        data = source.encode("latin-1", "replace")
    else:
        data = from_base64(re.sub(r"-----[A-Z ]{1,40}-----", "", source))
    pointer = call.pointer("target")
    if given(pointer) and pointer != 0:
        call.write(pointer, data)
    call.out("size", len(data))
    return 1


@api("CryptBinaryToString", "source length flags target size")
def crypt_binary_to_string(call: Call) -> int:
    data = call.data("source", call.number("length"))
    if isinstance(data, Unknown):
        return 1
    kind = call.number("flags") & 0xFF
    call.machine.grow(4 * len(data))
    encoded = binascii.hexlify(data).decode() if kind in (HEX, HEX_RAW) else base64.b64encode(data).decode() + "\r\n"
    call.out_text("target", encoded)
    call.out("size", len(encoded))
    return 1


# ---------------------------------------------------------------- running it


def show(machine: Any, block: Block) -> None:
    """Code in a block was run, or could have been: the effect, and its bytes as an artifact."""
    if block.ran:
        return
    block.ran = True
    chain = ", ".join(block.uses)
    if block.unknown is not None:
        machine.effect("load", block.unknown, chain)
        return
    data = bytes(block.data)
    if len(data.replace(b"\0", b"")) < LITTLE:
        return
    machine.effect("load", f"{len(data):,} bytes of machine code", chain)
    machine.child(data, "data.shellcode", how=chain)


def run_at(call: Call, value: Any) -> bool:
    """Run what an address, a procedure of the script or a function of a library points to; False when it is none of these."""
    machine = call.machine
    if type(value) is Object:
        machine.call(value, (0, 0, 0, 0))
        return True
    if type(value) is not int:
        return False
    found = machine.memory.find(value)
    if found is None:
        return False
    place, _ = found
    if isinstance(place, Block):
        place.used(call.name)
        show(machine, place)
        return True
    if isinstance(place, Function):
        return True
    data = machine.read_place(place, 0, machine.budget.limits.string_bytes)
    if isinstance(data, bytes) and len(data.replace(b"\0", b"")) >= LITTLE:
        machine.effect("load", f"{len(data):,} bytes of machine code", call.name)
        machine.child(data, "data.shellcode", how=call.name)
        return True
    return False


@api("GetProcAddress", "module name")
def get_proc_address(call: Call) -> int:
    module = call.meaning("module")
    library = str(module.get("module", "")) if isinstance(module, dict) else ""
    name = call.known("name")
    return int(call.machine.memory.address_of(Function(library, name), 16, ("function", library, name)))


def _start(call: Call, name: str) -> int:
    """A thread or callback begins at an argument; any other argument that points to code counts where that one does not."""
    if not run_at(call, call.value(name)):
        for argument in call.args:
            value = argument[0] if hasattr(argument, "__setitem__") else argument
            block, _ = block_of(call, value) if type(value) is int else (None, 0)
            if block is not None:
                block.used(call.name)
                show(call.machine, block)
                break
    return 1


@api("CreateThread", "attributes stack start parameter flags id")
@api("CreateRemoteThread CreateRemoteThreadEx", "process attributes stack start parameter flags attribute_list id")
def create_thread(call: Call) -> int:
    function = call.machine.memory.find(call.number("start"))
    if function is not None and isinstance(function[0], Function):
        if function[0].name.lower().startswith("loadlibrary"):
            call.machine.effect("load", call.text("parameter"), f"{call.name}, {function[0].name}")
    else:
        _start(call, "start")
    call.out("id", 4716)
    return call.handle("thread")


@api("NtCreateThreadEx", "thread access attributes process start parameter flags zero stack maximum list")
def nt_create_thread(call: Call) -> int:
    _start(call, "start")
    call.out("thread", call.handle("thread"), 8)
    return 0


@api("RtlCreateUserThread", "process descriptor suspended zero reserve commit start parameter thread id")
def rtl_create_thread(call: Call) -> int:
    _start(call, "start")
    call.out("thread", call.handle("thread"), 8)
    return 0


@api("QueueUserAPC QueueUserWorkItem", "start thread data")
@api("NtQueueApcThread", "thread start a b c")
@api("CallWindowProc", "start window message w l")
@api("CreateFiber", "stack start parameter")
@api("CreateFiberEx", "commit reserve flags start parameter")
@api("CreateThreadpoolWork TrySubmitThreadpoolCallback CreateThreadpoolWait CreateThreadpoolTimer", "start context environment")
@api("CreateTimerQueueTimer", "timer queue start parameter due period flags")
@api("RegisterWaitForSingleObject", "wait object start context milliseconds flags")
@api("SetTimer", "window id milliseconds start")
@api("SetWindowsHookEx", "id start module thread")
@api(
    "EnumWindows EnumSystemLocales EnumUILanguages EnumSystemCodePages EnumLanguageGroupLocales EnumSystemLanguageGroups", "start parameter"
)
@api("EnumDateFormats EnumDateFormatsEx EnumTimeFormats EnumTimeFormatsEx EnumCalendarInfo EnumCalendarInfoEx", "start locale flags")
@api("EnumDateFormatsExEx EnumCalendarInfoExEx EnumSystemLocalesEx", "start locale flags parameter reserved")
@api(
    "EnumDesktops EnumChildWindows EnumThreadWindows EnumDesktopWindows EnumProps EnumPropsEx EnumWindowStations", "subject start parameter"
)
@api(
    "EnumFontFamilies EnumFonts EnumObjects EnumDisplayMonitors EnumICMProfiles EnumSystemGeoID EnumEnhMetaFile",
    "subject family start parameter",
)
@api("EnumFontFamiliesEx EnumResourceNames EnumResourceTypes EnumResourceLanguages EnumerateLoadedModules", "subject a start b c")
@api("CertEnumSystemStore CertEnumSystemStoreLocation CertEnumPhysicalStore", "flags parameter argument start")
@api("CryptEnumOIDInfo CryptEnumOIDFunction", "group flags argument start")
@api("SymEnumProcesses ImageGetDigestStream EnumPageFiles EnumDirTree SymFindFileInPath SetupCommitFileQueue", "start parameter a b c d")
@api("SetUnhandledExceptionFilter AddVectoredExceptionHandler RtlUserFiberStart LdrEnumerateLoadedModules", "start a b")
@api("CopyFileEx CopyFile2 MoveFileWithProgress", "source target start data cancel flags")
@api("InitOnceExecuteOnce FlsAlloc VerifierEnumerateResource", "once start parameter context")
@api("WinHttpSetStatusCallback InternetSetStatusCallback", "handle start flags reserved")
def start_callback(call: Call) -> int:
    return _start(call, "start")


@api("ResumeThread NtResumeThread NtSignalAndWaitForSingleObject SwitchToFiber", "thread")
def resume_thread(call: Call) -> int:
    """A thread that was stopped goes on: with code that was put into its process, if there is any."""
    for block in [place for place in call.machine.memory.places() if isinstance(place, Block) and place.executable]:
        block.used(call.name)
        show(call.machine, block)
    return 1


@api("DispCallFunc", "instance offset convention result_type count types arguments result")
def disp_call_func(call: Call) -> int:
    """Calls a function by its address; which one is all there is to say."""
    found = call.machine.memory.find(call.number("offset"))
    if found is not None and isinstance(found[0], Function):
        call.machine.unmodelled(f"DispCallFunc of {found[0].library}!{found[0].name}")
    else:
        _start(call, "offset")
    return 0
