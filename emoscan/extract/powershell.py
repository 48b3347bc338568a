"""What the words of a PowerShell script tell without running it: functions of Windows it imports, keys it turns to, letters of random case.

Tools of attackers are collections of functions, and the line that calls one often lies elsewhere: evaluated alone, such a file does nothing.
"""

from __future__ import annotations

import re
from typing import Final

from emoscan.context import Context
from emoscan.model import Artifact, Fact, Yields
from emoscan.parse.text import lowered, text_of
from emoscan.registry import step

LONGEST: Final = 1 << 20
"""Characters that are looked at."""

_PURPOSES: Final = {
    "code in memory": "VirtualAlloc VirtualAllocEx NtAllocateVirtualMemory CreateThread RtlCreateUserThread QueueUserAPC NtMapViewOfSection",
    "memory of another process": "CreateRemoteThread NtCreateThreadEx WriteProcessMemory NtWriteVirtualMemory MiniDumpWriteDump",
    "rights of another process": (
        "DuplicateToken DuplicateTokenEx ImpersonateLoggedOnUser ImpersonateNamedPipeClient SetThreadToken NtImpersonateThread "
        "CreateProcessWithLogonW CreateProcessWithTokenW CreateProcessAsUser CreateProcessAsUserW"
    ),
    "keys that are pressed": "GetAsyncKeyState GetKeyboardState SetWindowsHookEx SetWindowsHookExA SetWindowsHookExW GetRawInputData",
    "passwords and keys": (
        "CredEnumerate CredEnumerateW LsaEnumerateLogonSessions LsaRetrievePrivateData SamIConnect EnumerateSecurityPackages VaultEnumerateItems"
    ),
    "tables of the kernel": "NtQuerySystemInformation",
    "services of another computer": "OpenSCManagerA OpenSCManagerW CreateServiceA CreateServiceW",
}
PURPOSES: Final = {name: purpose for purpose, names in _PURPOSES.items() for name in names.split()}
"""What a function of Windows is taken for, where a script takes it."""

IMPORTS: Final = ("dllimport", "getprocaddress", "definepinvokemethod", "getdelegateforfunctionpointer", "nativemethods")
_NATIVE: Final = re.compile(rf"\b(?:{'|'.join(PURPOSES)})\b")
_CAPTURE: Final = re.compile(r"\b(?:CopyFromScreen\s*\(|(?:mciSendString|waveInOpen|capCreateCaptureWindow)[AW]?\b)", re.IGNORECASE)
CAPTURES: Final = ("copyfromscreen", "mcisendstring", "waveinopen", "capcreatecapturewindow")
COMPILERS: Final = ("add-type", "csharpcodeprovider")
_LOADS: Final = re.compile(r"\bAssembly\.Load\s*\(")
_FETCHES: Final = re.compile(r"\.Download(?:Data|String)\s*\(|\bGetResponse(?:Stream)?\s*\(")
_KEYS: Final = (
    r"(?:HKCU:|HKEY_CURRENT_USER)\\+Software\\+(?:Classes\\+(?:mscfile|exefile|ms-settings|folder)\\+shell\\+(?:open|runas)\\+command"
    r"|Microsoft\\+Windows\\+CurrentVersion\\+App Paths\\+control\.exe)"
)
_ELEVATES: Final = re.compile(_KEYS, re.IGNORECASE)
OBEYING: Final = ("eventvwr", "sdclt", "fodhelper", "computerdefaults", "slui", "wsreset", "changepk")
_OBEYING: Final = re.compile(rf"\b(?:{'|'.join(OBEYING)})\b", re.IGNORECASE)
"""Programs that take more rights without asking, and read a key of the user first."""

_WORD: Final = re.compile(r"[A-Za-z]{5,40}")
_PLAIN: Final = re.compile(r"[A-Z]?[a-z]+\Z|[A-Z]+\Z")
_NAMES: Final = """
Service PointManager ServicePointManager WebClient WebRequest WebProxy DefaultWebProxy DefaultNetworkCredentials DefaultCredentials CredentialCache
NetworkCredential Credentials Headers Proxy Expect System Security SecurityProtocol ServerCertificateValidationCallback Encoding GetBytes GetString
DownloadString DownloadFile DownloadData UploadString UploadData OpenRead Convert FromBase64String ToBase64String MemoryStream StreamReader ReadToEnd
DeflateStream GZipStream CompressionMode Decompress Compression Reflection Assembly GetType GetField GetMethod GetProperty SetValue GetValue NonPublic
Static Public Collections Generic Management Automation Utils ScriptBlock ScriptBlockLogging EnableScriptBlockLogging Invoke Length ToString
ToCharArray Split Replace Substring Random Runtime InteropServices Marshal Diagnostics Process ProcessStartInfo Environment String StringBuilder
Hidden WindowStyle ExecutionPolicy Bypass NoProfile NonInteractive EncodedCommand PowerShell Threading Thread Sleep Start Object Command Expression
Variable Content ChildItem Location Property Member
"""
SPELLING: Final = {name.lower(): name for name in _NAMES.split()}
MANY: Final = 4
"""Different names in random case that are no slips of the keyboard."""


@step("powershell-words", takes="script.powershell", order=5)
def read_words(artifact: Artifact, ctx: Context) -> Yields:
    """Facts `powershell.native`, `powershell.capture`, `powershell.compiled_loader`, `powershell.elevates`, `obfuscation.random_case`."""
    text = text_of(artifact.data)[:LONGEST]
    ctx.budget.spend(len(text) // 8 + 1)
    holds = lowered(text).__contains__
    if any(map(holds, IMPORTS)):
        for name in dict.fromkeys(match[0] for match in _NATIVE.finditer(text)):
            yield Fact("powershell.native", name, PURPOSES[name])
    for name in dict.fromkeys(match[0].rstrip(" (") for match in _CAPTURE.finditer(text)) if any(map(holds, CAPTURES)) else ():
        yield Fact("powershell.capture", name)
    if any(map(holds, COMPILERS)) and _LOADS.search(text) and (fetch := _FETCHES.search(text)):
        yield Fact("powershell.compiled_loader", "Assembly.Load", fetch[0].strip(".( "))
    program = _OBEYING.search(text) if any(map(holds, OBEYING)) else None
    key = _ELEVATES.search(text) if program is not None else None
    if key is not None and program is not None:
        yield Fact("powershell.elevates", key[0], program[0])
    odd, known = random_case(text)
    if len(odd) >= MANY and 3 * len(odd) >= known:
        yield Fact("obfuscation.random_case", " ".join(odd[:8]), detail={"count": str(len(odd))})


def random_case(text: str) -> tuple[list[str], int]:
    """Well-known names whose letters stand in a case that nobody types, and how many different spellings of well-known names there are."""
    odd: list[str] = []
    known = 0
    for word in dict.fromkeys(_WORD.findall(text)):
        usual = SPELLING.get(word.lower())
        if usual is None:
            continue
        known += 1
        if not _PLAIN.match(word) and word != usual and word != usual[0].lower() + usual[1:]:
            odd.append(word)
    return odd, known
