"""Programs that a command starts: what each would do, from its arguments.

A program of Windows that attackers put to use has an entry in `PROGRAMS`; what it fetches, loads, runs or changes becomes an
effect, and its use a fact `lolbin.<name>` with the URL or file and the technique of ATT&CK. Sources: the LOLBAS project's entries by
these names, and Microsoft's reference of Windows commands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from emoscan.evaluate.core.ftp import follow
from emoscan.evaluate.core.machine import origin
from emoscan.evaluate.core.values import Unknown
from emoscan.parse.commandline import Argument, plain_path, program_name, split
from emoscan.parse.lazy import lazy
from emoscan.parse.psargs import yields_of

if TYPE_CHECKING:
    from emoscan.evaluate.cmd.machine import CmdMachine

URL: Final = lazy(r"(?:https?|ftp|file)[:/\\][^\s\"'<>|)]{2,2000}", 2)
_REMOTE: Final = lazy(r"(?:https?|ftp)(?:://|:\\\\|:/)|\\\\[^\\?.]", 2)
_SCRIPT: Final = lazy(r"(vbscript|javascript|jscript)\s*:\s*", 2)
_SCRIPT_FILE: Final = lazy(r"\.(?:vbs|vbe|js|jse|wsf|wsh|hta)$", 2)


class Call:
    """A program and its arguments, as it gets them."""

    __slots__ = ("_args", "_words", "name", "path", "rest")

    def __init__(self, path: str, name: str, rest: str) -> None:
        self.path, self.name, self.rest = path, name, rest
        self._words: list[Argument] | None = None
        self._args: list[str] | None = None

    @property
    def words(self) -> list[Argument]:
        if self._words is None:
            self._words = split(self.rest)
        return self._words

    @property
    def args(self) -> list[str]:
        if self._args is None:
            self._args = [word.text for word in self.words]
        return self._args

    @property
    def line(self) -> str:
        rest = self.rest
        shown = f'"{self.path}"' if " " in self.path else self.path
        return (shown + ("" if not rest or rest[:1].isspace() else " " if rest[:1] not in '/,;=-"' else "") + rest).strip()

    def after(self, index: int) -> str:
        """The line from an argument on, as written."""
        return self.rest[self.words[index].start :] if index < len(self.words) else ""

    def option(self, *names: str) -> str | None:
        """The value of an option: the next argument, or what follows its colon or equals sign. Names without dash, lower case."""
        for index, word in enumerate(self.args):
            if word[:1] not in ("/", "-"):
                continue
            bare = word.lstrip("/-")
            head, sign, value = _parted(bare)
            if head.lower() in names and sign:
                return value
            if bare.lower() in names:
                return self.args[index + 1] if index + 1 < len(self.args) else ""
        return None

    def has(self, *names: str) -> bool:
        return any(word[:1] in ("/", "-") and _parted(word.lstrip("/-"))[0].lower() in names for word in self.args)

    def plain(self) -> list[str]:
        """Arguments that are no options."""
        return [word for word in self.args if word[:1] not in ("/", "-")]

    def url(self) -> str:
        match = URL.search(self.rest)
        return match[0] if match else ""


def _parted(word: str) -> tuple[str, str, str]:
    for at, char in enumerate(word):
        if char in ":=":
            return word[:at], char, word[at + 1 :]
    return word, "", ""


Handler = Callable[["CmdMachine", Call], None]
PROGRAMS: Final[dict[str, Handler]] = {}


def program(*names: str) -> Callable[[Handler], Handler]:
    def register(function: Handler) -> Handler:
        PROGRAMS.update(dict.fromkeys(names, function))
        return function

    return register


KNOWN: Final = frozenset(
    (
        "arp at bcdedit cipher cleanmgr cmdkey defrag diskpart dism dllhost dxdiag eventvwr fltmc fodhelper sdclt format gpresult iexplore"
        " logoff lsass mmc mountvol msconfig msg msinfo32 mspaint mstsc nbtstat net net1 netsh netstat notepad nslookup nltest perfmon powercfg"
        " qwinsta reagentc regedit robocopy route runas sc secedit services sfc shutdown setx sigverif slmgr svchost syskey taskkill taskmgr"
        " telnet tftp tracert vssadmin wbadmin wevtutil winver write xcopy calc explorer winword excel outlook msedge chrome firefox java javaw"
        " python pythonw node php perl ruby 7z winrar rar unrar wget git"
    ).split()
)
"""Programs that are there, or may be, and that need no entry."""


def run_program(machine: CmdMachine, written: str, rest: str) -> None:
    """Start what a command names: cmd.exe itself, a batch file, a program with an entry, or any other."""
    from emoscan.evaluate.cmd.filters import FILTERS

    path = machine.world.expand(written.strip().strip('"')) if "%" in written else written.strip().strip('"')
    whole = machine.world.absolute(path)
    files = machine.world.files
    key = files.key(whole)
    name = program_name(path)
    name = machine.copies.get(key) or machine.copies.get(key + ".exe") or name
    if name in ("cmd", "command"):
        _shell(machine, path, rest)
        return
    batch = machine.batch_of(path)
    if batch:
        if machine.is_own(batch):
            machine.effect("run", Call(path, name, rest).line, "cmd")
        machine.give_file(batch)
        machine.run_file(batch, rest)
        return
    if rest[:1] in (",", ";", "=") or rest[:2].strip() in (",", ";"):
        rest = " " + rest.lstrip(" \t,;=")
    call = Call(path, name, rest)
    filter_ = FILTERS.get(name)
    if filter_ is not None:
        filter_(machine, call)
        return
    machine.commands.append(call.line)
    if open_target(machine, call.line):
        return
    handler = PROGRAMS.get(name)
    known = handler is not None or name in KNOWN or files.exists(whole) or files.exists(whole + ".exe") or "." in path or "\\" in path
    machine.effect("run", call.line, "cmd", downloaded=downloaded(machine, call))
    machine.give_named_files(call.line)
    again(machine, call)
    if key in machine.copies and name != program_name(path):
        machine.fact("lolbin.renamed", f"{name} as {path}", "a program of Windows under another name", attack="T1036.003")
    if not known:
        machine.status = None
    if handler is not None:
        machine.enter()
        handler(machine, call)
        machine.depth -= 1


def downloaded(machine: CmdMachine, call: Call) -> str:
    """The URL that the program, or a file it is given to run, was fetched from before; empty when there is none."""
    if call.name in HANDLES_FILES:
        return ""
    piped = _CONTENT.search(call.path) or (_CONTENT.search(machine.stdin) if isinstance(machine.stdin, str) else None)
    if piped is not None:
        return str(piped[1])
    files = machine.world.files
    for word in (call.path, f"{call.path}.exe", *call.args[:MOST_LOOKED_AT]):
        content = files.unknown(machine.world.absolute(word.strip('"').split(",")[0])) if word else None
        url = origin(content) if content is not None else ""
        if url:
            return url
    return ""


_CONTENT: Final = lazy(r"<Unknown: content of ((?:https?|ftp)://[^<>\s]{1,2000})>")
MOST_LOOKED_AT: Final = 40
HANDLES_FILES: Final = frozenset(
    "tar 7z 7za unrar rar winrar expand extrac32 makecab xcopy robocopy esentutl replace print certutil reg".split()
)
"""Programs that only move or unpack what they are given."""


def _shell(machine: CmdMachine, path: str, rest: str) -> None:
    from emoscan.parse.commandline import cmd_call

    if cmd_call(rest).command is None and not isinstance(machine.stdin, str):
        machine.effect("run", f"{path}{rest}".strip(), "cmd")
        return
    machine.enter()
    machine.shell(rest)
    machine.depth -= 1


def again(machine: CmdMachine, call: Call) -> None:
    """A batch file that has some program start it once more, as administrator or without a window, goes on there."""
    own = machine.frame.path
    if not own or call.name not in RELAUNCHERS:
        return
    lower = call.line.lower()
    name = own.lower()
    at = lower.find(name)
    if at < 0:
        name = own.rpartition("\\")[2].lower()
        at = lower.find(name)
    if at < 0 or not name:
        return
    match = _ARGUMENT_LIST.search(call.line, at + len(name)) or _ARGUMENTS.match(call.line, at + len(name))
    machine.run_file(own, match[1].strip("'\" ") if match else "")


RELAUNCHERS: Final = frozenset(("mshta", "powershell", "pwsh", "wscript", "cscript", "conhost", "runas", "nircmd", "schtasks"))
_ARGUMENT_LIST: Final = lazy(r"""-a(?:rgs|rgument\w{0,8})\s{1,4}((?:"[^"]{0,200}"|'[^']{0,200}'|[^\s"']{1,100}))""", 2)
_ARGUMENTS: Final = lazy(r"""["'\s]{0,4}((?:[\w:~-]{1,20}[ ]?){0,4})""")


def place_of(machine: CmdMachine, name: str) -> str:
    """Path of a program of Windows; empty when there is none of that name."""
    bare = program_name(name)
    if (
        bare not in PROGRAMS
        and bare not in KNOWN
        and bare not in ("cmd", "findstr", "find", "ping", "more", "sort", "where", "whoami", "timeout")
    ):
        return ""
    system = rf"{machine.world.profile.windows}\System32"
    if bare == "powershell":
        return rf"{system}\WindowsPowerShell\v1.0\powershell.exe"
    if bare in ("explorer", "notepad", "regedit", "hh"):
        return rf"{machine.world.profile.windows}\{bare}.exe"
    return rf"{system}\{bare}.exe"


def open_target(machine: CmdMachine, text: str) -> bool:
    """An address or document in place of a program is opened by the program for it."""
    shown = text.strip().strip('"')
    if _REMOTE.match(shown) and not shown.startswith("\\\\"):
        machine.effect("open", shown, "cmd")
        return True
    match = _DOCUMENT.match(text.strip())
    if match is None:
        return False
    path = machine.world.absolute((match[1] or match[2]).strip('"'))
    if _SCRIPT_FILE.search(path):
        machine.effect("run", f"wscript {text.strip()}", "cmd")
        machine.commands.append(text.strip())
    elif not machine.batch_of(path) and path.lower().endswith((".lnk", ".msi", ".reg", ".msc")):
        machine.effect("run", text.strip(), "cmd")
        machine.commands.append(text.strip())
    else:
        if machine.batch_of(path):
            return False
        machine.effect("open", text.strip(), "cmd")
    machine.give_named_files(text)
    return True


_DOCUMENT: Final = lazy(
    r"""(?:"([^"]{1,400}\.(?:vbs|vbe|js|jse|wsf|hta|lnk|msi|reg|msc|pdf|docx?|xlsx?|pptx?|txt|jpe?g|png|html?|url))"|([^\s"]{1,400}\.(?:vbs|vbe|js|jse|wsf|hta|lnk|msi|reg|msc|pdf|docx?|xlsx?|pptx?|txt|jpe?g|png|html?|url)))(?=\s|$)""",
    2,
)


def used(machine: CmdMachine, call: Call, what: str, target: str, attack: str) -> None:
    """State that a program was put to use."""
    machine.fact(f"lolbin.{call.name}", target or call.line[:500], what, attack=attack)


def remote(text: str) -> bool:
    return _REMOTE.match(text.strip()) is not None


def fetch_or_load(machine: CmdMachine, call: Call, target: str, attack: str) -> None:
    """What a program takes from an address is fetched; from a file, it is loaded."""
    if not target:
        return
    if remote(target):
        used(machine, call, "from a server", target, attack)
        machine.download(target, call.name)
    else:
        used(machine, call, "a file", plain_path(target), attack)
        machine.effect("load", plain_path(target), call.name)
        machine.give_named_files(target)


def text_child(machine: CmdMachine, language: str, code: str, call: Call) -> None:
    """Script text on a command line runs in a page, which has a window to close."""
    used(machine, call, f"{language.lower()} on its command line", code[:500], ATTACK.get(call.name, ""))
    machine.effect("eval", code, call.name, language=language)
    code = _environment_of_page(machine, language, code) + code
    kind, shown = "script.hta", f'<script language="{language.lower()}">{code}</script>'
    if "</script" in code.lower():
        kind, shown = ("script.vbs" if language.lower() == "vbscript" else "script.js"), code
    machine.child(shown, kind, how=f"{language.lower()}: argument of {call.name}")


def _environment_of_page(machine: CmdMachine, language: str, code: str) -> str:
    """Statements that set the variables of the environment that what the page starts may read."""
    lower, vbscript = code.lower(), language.lower().startswith("vb")
    lines = []
    for key, value in machine.set_here.items():
        if key not in lower or "\n" in value:
            continue
        if vbscript:
            quoted = value.replace('"', '""')
            lines.append(f'CreateObject("WScript.Shell").Environment("PROCESS")("{key}")="{quoted}":')
        else:
            quoted = value.replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'new ActiveXObject("WScript.Shell").Environment("PROCESS").Item("{key}")="{quoted}";')
    return "".join(lines)


ATTACK: Final = {"mshta": "T1218.005", "rundll32": "T1218.011"}


# ---------------------------------------------------------------- script hosts


@program("powershell", "pwsh", "powershell_ise")
def powershell(machine: CmdMachine, call: Call) -> None:
    """What PowerShell is told to run, with the variables, input and clipboard it takes its code from."""
    from emoscan.parse.psargs import calls

    found = calls(f"{call.name} {call.rest.lstrip()}")
    piped = machine.stdin if isinstance(machine.stdin, str) else ""
    if _CONTENT.search(piped):  # what a server sends is run; nobody knows what it is
        machine.effect("eval", piped.strip(), "PowerShell")
        piped = ""
    for item in found:
        code = item.text
        if code.strip() == "-":
            continue
        given = _given(machine, code)
        for result in yields_of(item, given):
            machine.hand_on(result)
        if piped.strip() and _READS_INPUT.search(code):
            machine.child(_given(machine, piped) + piped, "script.powershell", how="what is piped into PowerShell")
        if machine.world.clipboard and "clip" in code.lower():
            machine.child(machine.world.clipboard, "script.powershell", how="what PowerShell takes from the clipboard")
    if piped.strip() and (not found or all(item.text.strip() == "-" for item in found)):
        machine.child(_given(machine, piped) + piped, "script.powershell", how="what is piped into PowerShell")
    if machine.output is not None and found and machine.printed_by_powershell is not None:
        machine.write(machine.printed_by_powershell(_given(machine, found[0].text) + found[0].text, machine.budget, machine.world))
    file = call.option("file", "f", "fi", "fil")
    script = file or next((word for word in call.plain()[:1] if word.lower().endswith(".ps1")), "")
    if script:
        machine.give_named_files(script)


_READS_INPUT: Final = lazy(r"\$\{?input\b|stdin|console\]?::in\b|openstandardinput|\bread-host", 2)
_ENVIRONMENT: Final = lazy(r"env(?:iron\w*)?\b|\bgetenvironment", 2)


def _given(machine: CmdMachine, code: str) -> str:
    """Assignments for the variables of the environment that a script set and the code may read."""
    if not machine.set_here or not _ENVIRONMENT.search(code):
        return ""
    lower = code.lower()
    lines = []
    for key, value in machine.set_here.items():
        if key in lower or "env" in lower:
            quoted = value.replace("'", "''")
            lines.append(f"${{env:{machine.spelling.get(key, key)}}} = '{quoted}'\n")
    return "".join(lines)


@program("mshta")
def mshta(machine: CmdMachine, call: Call) -> None:
    rest = call.rest.strip()
    body = rest[1:].rpartition('"')[0] if rest.startswith('"') and rest.count('"') == 2 else rest.lstrip('"')
    match = _SCRIPT.match(body)
    if match is not None:
        code = body[match.end() :]
        if rest.startswith('"') and code.endswith('"') and code.count('"') % 2:
            code = code[:-1]
        text_child(machine, match[1], code, call)
    elif body.lower().startswith("about:"):
        used(machine, call, "a page on its command line", body[:500], "T1218.005")
        machine.child(body[6:].strip('"'), "script.hta", how="page on the command line of mshta")
    else:
        target = call.args[0] if call.args else ""
        fetch_or_load(machine, call, call.url() if remote(target) else target, "T1218.005")


@program("wscript", "cscript")
def script_host(machine: CmdMachine, call: Call) -> None:
    files = [word for word in call.args if not word.startswith("//")]
    engine = next((word.partition(":")[2].lower() for word in call.args if word.lower().startswith(("//e:", "/e:"))), "")
    if not files:
        return
    target = files[0]
    own = PROGRAMS.get(program_name(_SCRIPT_FILE.sub("", target)))
    if own is not None and _SCRIPT_FILE.search(target):  # a script that comes with Windows
        own(machine, Call(target, program_name(_SCRIPT_FILE.sub("", target)), call.after(call.args.index(target) + 1)))
        return
    fetch_or_load(machine, call, target, "T1059.005")
    kind = {"vbscript": "script.vbs", "jscript": "script.js", "javascript": "script.js"}.get(engine.replace(".encode", ""), "")
    content = machine.read_file(target)
    if kind and isinstance(content, str):
        machine.child(content, kind, label=target, how=f"run by {call.name} {engine}")


@program("regsvr32")
def regsvr32(machine: CmdMachine, call: Call) -> None:
    given = next((word[3:] for word in call.args if word[:3].lower() in ("/i:", "-i:")), "")
    files = call.plain()
    if given and (remote(given) or any("scrobj" in file.lower() for file in files)):
        fetch_or_load(machine, call, given, "T1218.010")
        return
    for file in files:
        fetch_or_load(machine, call, file, "T1218.010")


_RUN_BY_EXPORT: Final = {
    "shellexec_rundll": "shell32",
    "shellexec_rundlla": "shell32",
    "shellexec_rundllw": "shell32",
    "openas_rundll": "shell32",
    "fileprotocolhandler": "url",
    "openurl": "url",
    "openurla": "url",
    "registerocx": "advpack",
    "launchapplication": "pcwutl",
    "routethecall": "zipfldr",
    "launchinfsection": "advpack",
    "installscreensaver": "desk.cpl",
    "shopenverbapplication": "dfshim",
    "printhtml": "mshtml",
    "runhtmlapplication": "mshtml",
    "runsetupcommand": "ieadvpack",
    "mouseopen": "shdocvw",
}
_SYSTEM_LIBRARY: Final = lazy(
    r"^(?:[a-z]:\\windows\\system32\\)?(?:shell32|url|advpack|ieadvpack|pcwutl|zipfldr|desk|dfshim|mshtml|ieframe|shdocvw|setupapi|syssetup|comsvcs"
    r"|user32|printui|keymgr|powrprof|sysdm|netplwiz|inetcpl|appwiz|timedate|davclnt|advapi32|kernel32|ntdll|hotplug|mmsys|main|inseng|dsquery"
    r"|newdev|iedkcs32|cryptext|cryptui|msi|bthprops|iernonce|shimgvw|van|ndfapi|sti|themecpl|wlanui|apphelp|pla|tzres|edgehtml|wininet|urlmon|uxtheme|gameux"
    r"|oobefldr|stobject|migration|cmicnfgp|aclui|fdprnt|sendmail|tapi32|msrating|mscories|cscui|diskcopy|shwebsvc|shsvcs|srclient|winethc|werconcpl|devmgr"
    r"|display|hdwwiz|intl|joy|ncpa|nusrmgr|odbccp32|telephon|wscui|firewall|irprops|sapi|tabletpc|infocardapi|colorui|dsuiext|rasapi32|rasdlg|wpdshext|xwtpw32"
    r"|thumbcache|tcpmonui|localspl|ole32|comctl32|spwizui|amstream|fontext|shlwapi|wshext|netshell|netid|inetppui|tapiui|winmm|gdi32)(?:\.dll|\.cpl)?$",
    2,
)


@program("rundll32")
def rundll32(machine: CmdMachine, call: Call) -> None:
    rest = call.rest.strip()
    match = _SCRIPT.match(rest.lstrip('"'))
    if match is not None:
        body = rest.lstrip('"')
        at = body.lower().find("runhtmlapplication")
        code = body[at:].partition(";")[2] if at >= 0 else body[match.end() :]
        code = code.rstrip('"') if rest.startswith('"') and code.count('"') % 2 else code
        text_child(machine, match[1], code or body, call)
        return
    if rest.startswith('"'):
        library, _, after = rest[1:].partition('"')
    else:
        head = _LIBRARY.match(rest)
        library = head[0].strip() if head else ""
        after = rest[head.end() :] if head else ""
    if not library:
        return
    after = after.lstrip(" \t,")
    export, _, arguments = after.partition(" ")
    export = export.strip('",').lower()
    target = arguments.strip()
    if _SYSTEM_LIBRARY.match(plain_path(library)):
        if export.startswith("control_rundll") and target:
            control(machine, Call("rundll32", "rundll32", f" {target}"))
        elif export.split(",")[0] in _RUN_BY_EXPORT and target:
            used(machine, call, f"{library},{export} runs another program", target, "T1218.011")
            if export == "shopenverbapplication" and remote(target):
                machine.download(target, "dfshim")
            elif not open_target(machine, target):
                machine.create_process(target)
        elif export == "minidump":
            used(machine, call, "memory of a process is written", target, "T1003.001")
        return
    used(machine, call, f"export {after.split()[0] if after else '(none)'}", plain_path(library), "T1218.011")
    machine.effect("load", plain_path(library), "rundll32", export=after[:200])
    machine.give_named_files(library)


_LIBRARY: Final = lazy(r"[^,]{1,1000}?\.(?:dll|ocx|cpl|dat|png|jpg|tmp|txt|bin|log)(?=[,\s]|$)|[^\s,]{1,1000}", 2)


# ---------------------------------------------------------------- fetching


@program("certutil")
def certutil(machine: CmdMachine, call: Call) -> None:
    files = [word for word in call.args if word[:1] not in ("-", "/")]
    url = next((word for word in files if remote(word)), "")
    if url:
        path = next((word for word in files[files.index(url) + 1 :]), "") or url.rpartition("/")[2]
        used(machine, call, "fetches a file", url, "T1105")
        machine.download(url, "certutil", machine.world.absolute(path) if path else "")
        return
    for option in ("decode", "decodehex", "encode", "encodehex"):
        if call.has(option) and len(files) >= 2:
            _recode(machine, call, option, files[0], files[1])


def _recode(machine: CmdMachine, call: Call, option: str, source: str, target: str) -> None:
    from emoscan.parse.encodings import from_base64

    used(machine, call, option, plain_path(target), "T1140" if option.startswith("decode") else "T1027.013")
    text = machine.read_file(source)
    path = machine.world.absolute(target)
    if not isinstance(text, str):
        content = text if text is not None and origin(text) else Unknown(f"content of file {source}")
        machine.write_file(path, content, f"certutil -{option}")
        return
    machine.spend(len(text) // 16 + 1)
    if option == "decode":
        lines = text.splitlines()
        begin = next((at for at, line in enumerate(lines) if line.startswith("-----BEGIN")), -1)
        end = next((at for at, line in enumerate(lines) if at > begin and line.startswith("-----END")), len(lines))
        lines = lines[begin + 1 : end]
        data = from_base64("".join("".join(lines).split()))
    elif option == "decodehex":
        digits = _NOT_HEX.sub("", text)
        data = bytes.fromhex(digits[: len(digits) & ~1])
    else:
        return
    machine.write_file(path, data, f"certutil -{option}")
    machine.close_file(path)


_NOT_HEX: Final = lazy(r"[^0-9A-Fa-f]+")


@program("bitsadmin")
def bitsadmin(machine: CmdMachine, call: Call) -> None:
    for index, word in enumerate(call.args):
        if remote(word):
            path = call.args[index + 1] if index + 1 < len(call.args) else ""
            used(machine, call, "fetches a file", word, "T1197")
            machine.download(word, "bitsadmin", machine.world.absolute(path) if path else "")
    for index, word in enumerate(call.args):
        if word.lower() == "/setnotifycmdline":
            line = " ".join(call.args[index + 2 :]).replace("NULL", "")
            used(machine, call, "runs a program", line, "T1197")
            machine.create_process(line)


@program("curl", "wget")
def curl(machine: CmdMachine, call: Call) -> None:
    urls: list[str] = []
    paths: list[str] = []
    own_name = False
    args = call.args
    index = 0
    while index < len(args):
        word = args[index]
        if word in ("-o", "--output", "-O", "--output-document") and not (word == "-O" and call.name == "curl"):
            paths += args[index + 1 : index + 2]
            index += 1
        elif word.startswith("--output="):
            paths.append(word.partition("=")[2])
        elif word.startswith("-") and not word.startswith("--") and word.endswith("o") and call.name == "curl":
            paths += args[index + 1 : index + 2]
            index += 1
        elif (word.startswith("-") and "O" in word and not word.startswith("--")) or word == "--remote-name":
            own_name = True
        elif word == "--url":
            urls += args[index + 1 : index + 2]
            index += 1
        elif word.startswith("-") and word in TAKES_VALUE:
            index += 1
        elif not word.startswith("-") and (remote(word) or _HOSTLIKE.match(word)):
            urls.append(word)
        index += 1
    for position, url in enumerate(urls):
        path = paths[position] if position < len(paths) else url.rpartition("/")[2] if own_name or call.name == "wget" else ""
        used(machine, call, "fetches a file", url, "T1105")
        content = machine.download(url, call.name, machine.world.absolute(path) if path else "")
        if not path:
            machine.write(content.text())


TAKES_VALUE: Final = frozenset(
    "-A --user-agent -H --header -x --proxy -u --user -e --referer -d --data --data-binary -F --form -T --upload-file -X --request -m --max-time"
    " --connect-timeout --retry -b --cookie -c --cookie-jar -r --range -U -P --directory-prefix".split()
)
_HOSTLIKE: Final = lazy(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?::\d{1,5})?/\S")


@program("msiexec")
def msiexec(machine: CmdMachine, call: Call) -> None:
    rest = call.rest
    match = _PACKAGE.search(rest)
    target = (match[1] or match[2]).strip() if match else ""
    fetch_or_load(machine, call, target, "T1218.007")


_PACKAGE: Final = lazy(r"""[/-](?:i|package|update|p|y|z|fv|a|j[um]?|q\w{0,2}\s+/?i)\s*(?:"([^"]{1,2000})"|([^\s"]{2,2000}))""", 2)


@program("ftp")
def ftp(machine: CmdMachine, call: Call) -> None:
    script = next((word[3:] for word in call.args if word.lower().startswith("-s:")), "")
    text = machine.read_file(script) if script else None
    if not isinstance(text, str):
        if script:
            used(machine, call, "commands from a file", script, "T1105")
        return
    host = follow(machine, text, machine.run_line)
    used(machine, call, "commands from a file", host, "T1105")


@program("desktopimgdownldr", "certoc", "certreq", "ieexec", "presentationhost", "imewdbld", "xwizard", "mpcmdrun", "configsecuritypolicy",
         "installutil", "regasm", "regsvcs", "hh", "cmdl32", "msdeploy", "squirrel", "update", "protocolhandler", "appinstaller", "winget", "pwsh_")  # fmt: skip
def takes_target(machine: CmdMachine, call: Call) -> None:
    """Programs that fetch or run what they are given as an address or a file."""
    attack = {"installutil": "T1218.004", "regasm": "T1218.009", "regsvcs": "T1218.009", "hh": "T1218.001"}.get(call.name, "T1105")
    url = call.url()
    if url:
        path = next((word for word in reversed(call.plain()) if not remote(word)), "")
        used(machine, call, "from a server", url, attack)
        machine.download(url, call.name, machine.world.absolute(path) if path and call.name not in ("hh", "ieexec") else "")
        return
    for file in call.plain()[-1:]:
        fetch_or_load(machine, call, file, attack)


# ---------------------------------------------------------------- running others


@program("wmic")
def wmic(machine: CmdMachine, call: Call) -> None:
    lower = call.rest.lower()
    at = lower.find("create")
    if "process" in lower and "call" in lower and at >= 0:
        line = call.rest[at + 6 :].strip()
        if line.startswith('"'):
            end = _closing(line)
            line = line[1:end].replace('\\"', '"')
        elif line.startswith("'"):
            line = line[1:].partition("'")[0]
        used(machine, call, "starts a process", line, "T1047")
        machine.create_process(line)
        return
    match = _SHEET.search(call.rest)
    sheet = match[1] if match else ""
    if sheet and (remote(sheet) or sheet.lower().endswith(".xsl") or "\\" in sheet):
        fetch_or_load(machine, call, sheet.strip('"'), "T1220")
    elif "shadowcopy" in lower and "delete" in lower:
        used(machine, call, "deletes shadow copies", call.line, "T1490")
    elif machine.output is not None:
        machine.query(call.line, "")
        machine.write(WMIC_ANSWERS.get(_wmic_question(lower), "\r\n"))


_SHEET: Final = lazy(r"""/format\s*:\s*["']{0,4}([^\s"']{1,2000})""", 2)


def _wmic_question(lower: str) -> str:
    return next((name for name in WMIC_ANSWERS if all(word in lower for word in name.split())), "")


WMIC_ANSWERS: Final = {
    "computersystem model": "Model\r\n20KH006KJP\r\n",
    "computersystem manufacturer": "Manufacturer\r\nLENOVO\r\n",
    "computersystem domain": "Domain\r\ncorp.example.test\r\n",
    "os caption": "Caption\r\nMicrosoft Windows 10 Pro\r\n",
    "cpu name": "Name\r\nIntel(R) Core(TM) i7-8550U CPU @ 1.80GHz\r\n",
    "bios serialnumber": "SerialNumber\r\nPF1A2B3C\r\n",
}


def _closing(text: str) -> int:
    """Where the quote ends that a text begins with; escaped ones are passed over."""
    at = 1
    while (at := text.find('"', at)) >= 0:
        if text[at - 1] != "\\":
            return at
        at += 1
    return len(text)


@program("schtasks")
def schtasks(machine: CmdMachine, call: Call) -> None:
    if not call.has("create", "change"):
        if call.has("run"):
            machine.commands.append(f"schtasks /run {call.option('tn') or ''}")
        return
    line = (call.option("tr") or "").replace('\\"', '"')
    name, xml = call.option("tn") or "", call.option("xml") or ""
    used(machine, call, "makes a task", line or xml, "T1053.005")
    machine.effect("schedule", name, "schtasks", command=line or xml, trigger=call.option("sc") or "")
    machine.give_named_files(f"{line} {xml}")
    machine.create_process(line)


@program("at")
def at_(machine: CmdMachine, call: Call) -> None:
    if len(call.args) > 1:
        line = call.after(1)
        machine.effect("schedule", call.args[0], "at", command=line)
        machine.create_process(line)


@program("sc")
def services(machine: CmdMachine, call: Call) -> None:
    words = [word.lower() for word in call.args]
    if "create" in words or "config" in words:
        at = next((index for index, word in enumerate(words) if word.startswith("binpath=")), -1)
        if at >= 0:
            line = call.args[at][8:] or (call.args[at + 1] if at + 1 < len(call.args) else "")
            machine.effect("schedule", f"service {call.args[1] if len(call.args) > 1 else ''}", "sc", command=line)
            used(machine, call, "makes a service", line, "T1543.003")
            machine.create_process(line)
    elif words[:1] in (["stop"], ["delete"]) and any("windefend" in word or "sense" in word for word in words):
        used(machine, call, "stops protection", call.line, "T1562.001")


@program("forfiles")
def forfiles(machine: CmdMachine, call: Call) -> None:
    line = call.option("c") or ""
    pattern, folder = call.option("m") or "*", call.option("p") or machine.world.directory
    line = _HEX_SIGN.sub(lambda match: chr(int(match[1], 16)), line).replace('\\"', '"')
    for word, value in (("@file", f'"{pattern}"'), ("@path", f'"{folder}\\{pattern}"'), ("@isdir", "FALSE")):
        line = line.replace(word, value)
    used(machine, call, "runs a program", line, "T1202")
    machine.create_process(line)


_HEX_SIGN: Final = lazy(r"0x([0-9A-Fa-f]{2})")


@program("pcalua")
def pcalua(machine: CmdMachine, call: Call) -> None:
    target = call.option("a") or ""
    used(machine, call, "runs a program", target, "T1202")
    given = call.option("c")
    machine.create_process(f"{_quoted(target)} {given or ''}")


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path and not path.startswith('"') else path


@program("conhost", "scriptrunner", "runas", "bash", "wsl", "explorer", "nircmd", "start_", "hidcon", "syncappvpublishingserver", "appvlp", "wt", "runonce_",
         "openconsole", "stordiag", "psexec", "paexec", "gpscript", "dnx", "ttdinject", "tttracer", "workfolders", "devtoolslauncher")  # fmt: skip
def runs_argument(machine: CmdMachine, call: Call) -> None:
    """Programs that start what they are given."""
    if call.name == "explorer":
        target = call.rest.strip().strip('"')
        if target and not target.startswith("/") and not open_target(machine, target):
            whole = machine.world.absolute(target)
            if machine.world.files.exists(whole) or target.lower().endswith((".exe", ".bat", ".cmd", ".com", ".scr")):
                used(machine, call, "runs a file", target, "T1202")
                machine.create_process(target)
        return
    if call.name == "syncappvpublishingserver":
        code = call.rest.strip().strip('"').partition(";")[2]
        if code:
            used(machine, call, "PowerShell on its command line", code[:500], "T1216")
            machine.child(code, "script.powershell", how="argument of SyncAppvPublishingServer")
        return
    index = 0
    args = call.args
    while index < len(args) and (args[index][:1] in ("-", "/") or args[index].lower() in ("exec", "hide")):
        if args[index].lower() in ("-c", "/c", "-e", "-appvscript"):
            index += 1
            break
        index += 1
    line = call.after(index)
    if call.name == "runas" and index < len(args):
        line = args[index]
    if line and call.name not in ("bash", "wsl"):
        used(machine, call, "runs a program", line[:500], "T1202")
        machine.create_process(line)


@program("cmstp")
def cmstp(machine: CmdMachine, call: Call) -> None:
    for file in call.plain()[-1:]:
        fetch_or_load(machine, call, file, "T1218.003")


@program("odbcconf")
def odbcconf(machine: CmdMachine, call: Call) -> None:
    match = _REGSVR.search(call.rest)
    if match:
        fetch_or_load(machine, call, match[1].strip(' "'), "T1218.008")
    elif call.has("f"):
        fetch_or_load(machine, call, call.option("f") or "", "T1218.008")


_REGSVR: Final = lazy(r"regsvr\s+([^}]{1,500})\}?", 2)


@program("control")
def control(machine: CmdMachine, call: Call) -> None:
    target = next((word for word in call.args if word.lower().split(",")[0].endswith((".cpl", ".dll")) or ":" in word), "")
    if target and not _SYSTEM_LIBRARY.match(plain_path(target.split(",")[0])):
        fetch_or_load(machine, call, target.split(",")[0], "T1218.002")


@program("msbuild", "csc", "vbc", "jsc", "aspnet_compiler", "dotnet")
def builds(machine: CmdMachine, call: Call) -> None:
    for file in call.plain()[-1:]:
        fetch_or_load(machine, call, file, "T1127.001")


@program("msdt")
def msdt(machine: CmdMachine, call: Call) -> None:
    used(machine, call, "troubleshooter with code in its parameters", call.line[:500], "T1218")
    match = _BROWSE.search(call.rest)
    if match:
        machine.child(match[1], "script.powershell", how="expression in the parameters of msdt")


_BROWSE: Final = lazy(r"\$\((.{1,20000})\)", 2 | 16)


@program("infdefaultinstall", "wuauclt", "mavinject", "extexport", "verclsid", "diskshadow", "cdb", "rasautou", "dfsvc", "pnputil", "winrm", "mftrace",
         "dnscmd", "wab", "bginfo", "eventvwr_", "msxsl", "te", "rcsi", "tracker", "vsjitdebugger", "atbroker", "fsi", "slmgr_")  # fmt: skip
def other_launchers(machine: CmdMachine, call: Call) -> None:
    used(machine, call, "may run other code", call.line[:500], "T1218")
    for word in call.args:
        if remote(word):
            machine.download(word, call.name)


# ---------------------------------------------------------------- files and settings


@program("xcopy", "robocopy", "esentutl", "extrac32", "expand", "replace", "print", "makecab")
def copies(machine: CmdMachine, call: Call) -> None:
    """Programs that copy files."""
    from emoscan.evaluate.cmd.builtins import copy_to

    words = call.plain()
    if call.name == "esentutl":
        source, target = call.option("y") or "", call.option("d") or ""
    elif call.name == "print":
        source, target = (words or [""])[-1], call.option("d") or ""
    elif call.name == "robocopy" and len(words) > 2:
        source, target = f"{words[0]}\\{words[2]}", f"{words[1]}\\{words[2]}"
    else:
        source, target = (*words, "", "")[:2]
    if source and target and "*" not in source:
        if call.name in ("xcopy", "robocopy"):
            machine.succeed()
        else:
            used(machine, call, "copies a file", target, "T1105")
        copy_to(machine, source, target, call.name)


@program("tar", "7z", "7za", "unrar", "rar", "winrar")
def unpacks(machine: CmdMachine, call: Call) -> None:
    machine.give_named_files(call.line)


@program("reg")
def registry(machine: CmdMachine, call: Call) -> None:
    from emoscan.evaluate.com import registry as hive

    words = call.args
    verb = words[0].lower() if words else ""
    key = words[1] if len(words) > 1 else ""
    name = call.option("v")
    path = hive.normal(key) + "\\" + (name or "")
    if verb == "add":
        hive.write(machine, path, call.option("d") or "", "reg add", call.option("t") or "")
    elif verb == "delete":
        hive.delete(machine, path if name else hive.normal(key) + "\\", "reg delete")
    elif verb == "query":
        value = hive.read(machine, path)
        if value is None:
            machine.fail()
        else:
            machine.write(f"\r\n{hive.normal(key)}\r\n    {name or '(Default)'}    REG_SZ    {value}\r\n\r\n")
    elif verb == "import":
        machine.give_named_files(key)


@program("regedit")
def regedit(machine: CmdMachine, call: Call) -> None:
    for file in call.plain():
        machine.give_named_files(file)


@program("setx")
def setx(machine: CmdMachine, call: Call) -> None:
    words = call.plain()
    if len(words) > 1:
        machine.effect("registry", rf"HKEY_CURRENT_USER\Environment\{words[0]}", "setx", value=words[1])


@program("net", "net1")
def net(machine: CmdMachine, call: Call) -> None:
    words = call.args
    if words[:1] and words[0].lower() == "use":
        share = next((word for word in words if remote(word)), "")
        if share:
            machine.effect("open", share, "net use")
            letter = next((word for word in words if len(word) == 2 and word[1] == ":"), "")
            if letter:
                machine.world.drives[letter[0].lower()] = share.rstrip("\\")


@program("netsh")
def netsh(machine: CmdMachine, call: Call) -> None:
    lower = call.rest.lower()
    if "firewall" in lower and ("off" in lower or "add rule" in lower or "disable" in lower):
        used(machine, call, "changes the firewall", call.line[:300], "T1562.004")


@program("vssadmin", "bcdedit", "wbadmin", "wevtutil")
def recovery(machine: CmdMachine, call: Call) -> None:
    lower = call.rest.lower()
    if call.name == "wevtutil" and (" cl " in f" {lower} " or "clear-log" in lower):
        used(machine, call, "clears a log", call.line[:300], "T1070.001")
    elif "delete" in lower or "recoveryenabled" in lower or "ignoreallfailures" in lower:
        used(machine, call, "takes away means of recovery", call.line[:300], "T1490")


@program("nslookup", "finger")
def asks_server(machine: CmdMachine, call: Call) -> None:
    """What a server says of a name or a user: some send commands that way."""
    names = call.plain()
    if names:
        machine.effect("connect", names[0].rpartition("@")[2], call.name)
        machine.write(f"{Unknown(f'output of {call.name} {names[0]}').text()}\r\n")


@program("tftp")
def tftp(machine: CmdMachine, call: Call) -> None:
    words = call.plain()
    verb = next((index for index, word in enumerate(words) if word.lower() == "get"), 0)
    if verb and len(words) > verb + 1:
        url, path = f"tftp://{words[0]}/{words[verb + 1]}", words[-1]
        used(machine, call, "fetches a file", url, "T1105")
        machine.download(url, "tftp", machine.world.absolute(path))


@program("ssh", "scp", "sftp")
def secure_shell(machine: CmdMachine, call: Call) -> None:
    """They can be told to start a program of this computer."""
    for index, word in enumerate(call.args):
        option, _, line = word.partition("=")
        line = line or " ".join(call.args[index + 1 : index + 2])
        if option.lower().removeprefix("-o") in ("proxycommand", "localcommand") or word == "-S":
            used(machine, call, "runs a program", line, "T1202")
            machine.create_process(line)


@program("pubprn")
def publishes(machine: CmdMachine, call: Call) -> None:
    """A script of Windows that opens the moniker it is given."""
    scheme, _, address = (call.args[-1] if call.args else "").partition(":")
    if scheme.lower() in ("script", "scriptlet"):
        fetch_or_load(machine, call, address, "T1216.001")
