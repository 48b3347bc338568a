import pytest
from evaluate.com.program import machine, run, value
from hypothesis import given
from hypothesis import strategies as st

from emoscan.evaluate.com.wmi import Target, like, parse_path

MONIKERS = [
    ("", Target(".", "", "")),
    ("Win32_Process", Target(".", "", "Win32_Process")),
    (r"\\.\root\cimv2", Target(".", r"root\cimv2", "")),
    ("//./root/cimv2", Target(".", r"root\cimv2", "")),
    (r"\\.\root\cimv2:Win32_Process", Target(".", r"root\cimv2", "Win32_Process")),
    (r"root\cimv2:Win32_Process", Target(".", r"root\cimv2", "Win32_Process")),
    (r"{impersonationLevel=impersonate}!\\.\root\cimv2:Win32_Process", Target(".", r"root\cimv2", "Win32_Process")),
    (r"{impersonationLevel=impersonate, (Debug,Shutdown)}!\\pc1\root\cimv2", Target("pc1", r"root\cimv2", "")),
    ("{impersonationLevel=impersonate}", Target(".", "", "")),
    (r"[locale=ms_409]!\\.\root\cimv2", Target(".", r"root\cimv2", "")),
    (r'\\.\root\cimv2:Win32_Process.Handle="4"', Target(".", r"root\cimv2", 'Win32_Process.Handle="4"')),
]


@pytest.mark.parametrize(("name", "expected"), MONIKERS)
def test_moniker(name, expected):
    assert parse_path(name) == expected


WAYS = [
    'GetObject("winmgmts:Win32_Process").Create "cmd /c echo inert", Null, s, pid',
    'GetObject("winmgmts:{impersonationLevel=impersonate}!\\\\.\\root\\cimv2:Win32_Process").Create "cmd /c echo inert", Null, s, pid',
    'GetObject("WinMgmts:\\\\.\\root\\cimv2").Get("Win32_Process").Create "cmd /c echo inert", , s',
    'CreateObject("winmgmts:Win32_Process").Create "cmd /c echo inert", Null, s, pid',
    'CreateObject("WbemScripting.SWbemLocator").ConnectServer(".", "root\\cimv2").Get("Win32_Process").Create "cmd /c echo inert", Null, s, p',
    'GetObject("winmgmts:Win32_Process").Create ProcessStartupInformation:=s, CommandLine:="cmd /c echo inert"',
    """Set c = GetObject("winmgmts:").Get("Win32_Process")
    Set p = c.Methods_("Create").InParameters.SpawnInstance_()
    p.CommandLine = "cmd /c echo inert": p.ProcessStartupInformation = s
    x = c.ExecMethod_("Create", p).ProcessId""",
    """Set w = GetObject("winmgmts:\\\\.\\root\\cimv2")
    Set p = w.Get("Win32_Process").Methods_("Create").InParameters.SpawnInstance_
    p.Properties_.Item("CommandLine") = "cmd /c echo inert"
    Set p.Properties_("ProcessStartupInformation").Value = s
    w.ExecMethod "Win32_Process", "Create", p""",
]


@pytest.mark.parametrize("statement", WAYS)
def test_ways_to_start_a_process(statement):
    outcome = run(
        f'Set s = GetObject("winmgmts:Win32_ProcessStartup").SpawnInstance_: s.ShowWindow# = Len("")\n{statement}'.replace('Len("")', "0")
    )
    assert outcome.error == 0
    assert outcome.effects() == [("run", "cmd /c echo inert")]
    fact = outcome.fact("effect.run")
    assert (fact.how, fact.detail["show_window"]) == ("Win32_Process.Create", "0")
    assert outcome.texts("script.cmd") == ["cmd /c echo inert"]


def test_class_whose_name_did_not_come_out():
    assert run('GetObject("winmgmts:xWinx32_Process").Create "cmd", Null, Null, 0').effects() == [("run", "cmd")]
    assert run('GetObject("winmgmts:Win32_Share").Create "C:\\x", "n", 0').effects() == []


QUERIES = [
    ("SELECT * FROM Win32_OperatingSystem", "Caption", "Microsoft Windows 10 Pro"),
    ("select * from Win32_ComputerSystem", "Manufacturer", "LENOVO"),
    ("Select TotalPhysicalMemory From Win32_ComputerSystem", "TotalPhysicalMemory", "17179869184"),
    ("SELECT * FROM Win32_LogicalDisk WHERE DeviceID = 'C:'", "FileSystem", "NTFS"),
    ("SELECT * FROM Win32_Process WHERE Name LIKE '%word%' AND ProcessId > 9000", "Name", "WINWORD.EXE"),
    ("SELECT * FROM AntiVirusProduct", "displayName", "Windows Defender"),
    ("SELECT * FROM Win32_VideoController", "Name", "Intel(R) UHD Graphics 620"),
    ("SELECT * FROM Win32_Fan", "Status", "OK"),
    ("SELECT * FROM Win32_Something", "Name", "<Unknown: WMI Win32_Something.name>"),
]


@pytest.mark.parametrize(("query", "name", "expected"), QUERIES)
def test_query(query, name, expected):
    outcome = run(f'For Each o In GetObject("winmgmts:").ExecQuery("{query}", , 48): Main = o.{name}\nNext')
    assert outcome.value == expected
    assert outcome.effects("query") == [f"WMI {query}"]


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("Name = 'vmtoolsd.exe'", 0),
        ("Name='EXCEL.EXE' Or Name='x'", 1),
        ("Name Like 'csrss%'", 2),
        ("Name Like 'csr__.exe'", 2),
        ("ProcessId <= 4", 2),
        ("ExecutablePath Is Null", 2),
        ("(Name = 'explorer.exe')", 1),
        ("Strange(1)", 29),
    ],
)
def test_conditions(condition, count):
    assert value(f'GetObject("winmgmts:").ExecQuery("SELECT * FROM Win32_Process WHERE {condition}").Count') == count


@given(st.text("ab%_", max_size=8), st.text("ab", max_size=8))
def test_like_is_what_it_says(pattern, text):
    reachable = {0}
    for char in pattern:
        if char == "%":
            reachable = set(range(min(reachable), len(text) + 1)) if reachable else set()
        else:
            reachable = {at + 1 for at in reachable if at < len(text) and char in ("_", text[at])}
    assert like(text, pattern) == (len(text) in reachable)


def test_lists_in_properties():
    query = 'GetObject("winmgmts:").ExecQuery("select * from Win32_NetworkAdapterConfiguration where IPEnabled = True")'
    assert value("x.IPAddress(0)", f"For Each x In {query}: Exit For: Next") == "192.0.2.45"


def test_registry_provider():
    before = 'Set r = GetObject("winmgmts:{impersonationLevel=impersonate}!\\\\.\\root\\default:StdRegProv")\n'
    windows = '&H80000002, "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"'
    assert value("v", f'{before}r.GetStringValue {windows}, "ProductName", v') == "Windows 10 Pro"
    assert value('r.GetDWORDValue(&H80000001, "none", "none", v)', before) == 2
    assert value("UBoundOf", f"{before}r.EnumValues {windows}, n, t: For Each x In n: UBoundOf = UBoundOf + 1: Next") == 9
    outcome = run(f'{before}r.SetStringValue &H80000001, "Software\\Microsoft\\Windows\\CurrentVersion\\Run", "x", "calc.exe"')
    assert outcome.effects() == [("registry", r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run\x")]
    assert outcome.texts("script.cmd") == ["calc.exe"]


def test_methods_of_the_user_are_not_mistaken_for_those_of_wmi():
    own = """
        Function GetStringValue(a, b)
            GetStringValue = a & b
        End Function
        """
    assert run('v = "b": Main = Module1.GetStringValue("a", v) & GetStringValue("c", v)', before=own).value == "abcb"


def test_scheduled_job_and_service():
    outcome = run(
        """
        Set w = GetObject("winmgmts:\\\\.\\root\\cimv2")
        x = w.Get("Win32_ScheduledJob").Create("cmd /c a.bat", "********123000.000000+540", True, 1, , , id)
        w.Get("Win32_Service").Create "svc", "Service", "C:\\a.exe"
        """
    )
    assert outcome.effects() == [("schedule", "cmd /c a.bat"), ("schedule", "svc")]
    assert outcome.texts("script.cmd") == ["cmd /c a.bat", r"C:\a.exe"]


def test_event_consumers():
    outcome = run(
        """
        Set w = GetObject("winmgmts:\\\\.\\root\\subscription")
        Set f = w.Get("__EventFilter").SpawnInstance_
        f.Name = "flt": f.QueryLanguage = "WQL": f.Query = "SELECT * FROM __InstanceModificationEvent WITHIN 60": f.Put_
        Set c = w.Get("CommandLineEventConsumer").SpawnInstance_
        c.Name = "con": c.CommandLineTemplate = "powershell -enc AAAA": Set p = c.Put_
        Set s = w.Get("ActiveScriptEventConsumer").SpawnInstance_
        s.Name = "scr": s.ScriptingEngine = "JScript": s.ScriptText = "new ActiveXObject('x')": s.Put_
        Set b = w.Get("__FilterToConsumerBinding").SpawnInstance_
        b.Filter = "x": b.Consumer = p.Path: b.Put_
        """
    )
    assert [(k, v) for k, v in outcome.effects() if k == "schedule"] == [
        ("schedule", "flt"),
        ("schedule", "con"),
        ("schedule", "scr"),
        ("schedule", r'\\.\root\subscription:CommandLineEventConsumer.Name="con"'),
    ]
    assert [(child.kind, child.data) for child in outcome.children] == [
        ("script.cmd", b"powershell -enc AAAA"),
        ("script.js", b"new ActiveXObject('x')"),
    ]


def test_instances_by_key():
    assert value('GetObject("winmgmts:Win32_Process.Handle=""4780""").Name') == "explorer.exe"
    assert run('Set x = GetObject("winmgmts:Win32_Process.Handle=""77""")').error == 432
    assert value('GetObject("winmgmts:Win32_OperatingSystem=@").Version') == "10.0.19042"
    assert run('Set x = GetObject("winmgmts:").Get("Win32_Service.Name=""VBoxService""")').error == -2147217406


def test_values_come_from_the_profile():
    made = machine()
    system = made.create("winmgmts:Win32_ComputerSystem=@")
    assert made.get(system, "Name") == made.world.profile.computer
    assert made.get(system, "NumberOfLogicalProcessors") == made.world.profile.cores
