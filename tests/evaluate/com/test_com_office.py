import pytest
from evaluate.com.program import run, value


def test_inner_document_is_opened_with_its_password():
    outcome = run(
        """
        Set w = CreateObject("Word.Application"): w.Visible = False
        w.Documents.Open FileName:="C:\\Users\\Public\\inner.doc", PasswordDocument:="open sesame"
        Set x = CreateObject("Excel.Application")
        x.Workbooks.Open "https://files.example.test/a.xls", , , , "second"
        """
    )
    assert [f.value for f in outcome.facts if f.kind == "clue.password"] == ["open sesame", "second"]
    assert outcome.effects() == [("open", r"C:\Users\Public\inner.doc"), ("download", "https://files.example.test/a.xls")]


@pytest.mark.parametrize(
    ("statement", "effect"),
    [
        ('CreateObject("Outlook.Application").CreateObject("WScript.Shell").Run "calc"', ("run", "calc")),
        ('CreateObject("Excel.Application").DDEInitiate "cmd", "/c calc"', ("run", "cmd /c calc")),
        ('CreateObject("Excel.Application").RegisterXLL "C:\\a.dll"', ("load", r"C:\a.dll")),
        ('CreateObject("Excel.Application").ExecuteExcel4Macro "EXEC(""calc"")"', ("eval", 'EXEC("calc")')),
        ('CreateObject("Word.Application").AddIns.Add "C:\\a.wll"', ("load", r"C:\a.wll")),
        ('CreateObject("PowerPoint.Application").Presentations.Open "C:\\a.pptm"', ("open", r"C:\a.pptm")),
        ('CreateObject("Access.Application").Eval "Shell(""calc"")"', ("eval", 'result = Shell("calc")')),
        ('CreateObject("Visio.InvisibleApp").Documents.Add("").ExecuteLine "Shell ""calc"""', ("eval", 'Shell "calc"')),
        ('CreateObject("Visio.InvisibleApp").Addons.Add("C:\\a.exe").Run "/x"', ("run", r"C:\a.exe /x")),
        ('CreateObject("MSProject.Application").AppExecute Command:="calc"', ("run", "calc")),
        ('CreateObject("Word.Application").Run "Module1.Go"', ("eval", "Module1.Go")),
    ],
)
def test_effects(statement, effect):
    assert run(statement).effects() == [effect]


def test_macros_put_into_another_document():
    outcome = run(
        """
        Set x = CreateObject("Excel.Application"): Set b = x.Workbooks.Add
        With b.VBProject.VBComponents.Add(1).CodeModule
            .AddFromString "Sub Go()"
            .InsertLines 2, "Shell ""calc"", 0"
            .InsertLines 3, "End Sub"
            Main = .CountOfLines
        End With
        x.Run "Go"
        """
    )
    assert outcome.value == 3
    assert [(c.kind, c.data) for c in outcome.children] == [("office.vba-source", b'Sub Go()\nShell "calc", 0\nEnd Sub\n')]


def test_mail():
    outcome = run(
        """
        Set o = CreateObject("Outlook.Application")
        Set m = o.CreateItem(0)
        m.Recipients.Add "a@example.test": m.CC = "b@example.test": m.Subject = "Invoice"
        m.Attachments.Add "C:\\a.doc"
        m.Send
        Set l = o.GetNamespace("MAPI").AddressLists
        """
    )
    fact = outcome.fact("effect.mail")
    assert (fact.value, fact.detail["subject"], fact.detail["attachments"]) == ("a@example.test; b@example.test", "Invoice", r"C:\a.doc")
    assert [q.lower() for q in outcome.effects("query")] == ["outlook addresslists"]


def test_about_the_application():
    before = 'Set w = CreateObject("Word.Application")\n'
    assert value("w & w.Version & w.UserName", before) == "Microsoft Word16.0田中"
    assert value("w.Documents.Count", before) == 1
