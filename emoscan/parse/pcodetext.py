"""P-code back to source: the text VBA would show for it, near enough that it means the same.

Instructions work on a stack of expressions, and what they leave is written down line by line. Parentheses are
instructions of their own, so operators need no ranks. Expressions are trees of texts that are joined once, at the end
of a line: joining them at each step would take square time on long ones.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from emoscan.parse.pcode import Code, Instruction, Operand, Procedure, Variable

Expression = str | tuple["Expression", ...]

OPERATORS: Final = {
    **{name: f" {name} " for name in ("Imp", "Eqv", "Xor", "Or", "And", "Mod", "Like", "Is")},
    "Eq": " = ",
    "Ne": " <> ",
    "Le": " <= ",
    "Ge": " >= ",
    "Lt": " < ",
    "Gt": " > ",
    "Add": " + ",
    "Sub": " - ",
    "IDiv": " \\ ",
    "Mul": " * ",
    "Div": " / ",
    "Concat": " & ",
    "Pwr": " ^ ",
}
AROUND: Final = {
    "Not": ("Not ", ""), "UMi": ("-", ""), "Paren": ("(", ")"), "Sharp": ("#", ""), "ParamByVal": ("ByVal ", ""),
    "PrintSpc": ("Spc(", ")"), "PrintTab": ("Tab(", ")"),
}  # fmt: skip
"""What is written before and after one expression."""

FUNCTIONS: Final = {
    "FnAbs": ("Abs", 1), "FnFix": ("Fix", 1), "FnInt": ("Int", 1), "FnSgn": ("Sgn", 1), "FnLen": ("Len", 1), "FnLenB": ("LenB", 1),
    "FnCurDir": ("CurDir", 1), "FnDir": ("Dir", 1), "FnError": ("Error", 1), "FnFormat": ("Format", 2), "FnFreeFile": ("FreeFile", 0),
    "FnInStr": ("InStr", 2), "FnInStr3": ("InStr", 3), "FnInStr4": ("InStr", 4),
    "FnInStrB": ("InStrB", 2), "FnInStrB3": ("InStrB", 3), "FnInStrB4": ("InStrB", 4),
    "FnMid": ("Mid", 3), "FnMidB": ("MidB", 3), "FnStrComp": ("StrComp", 2), "FnStrComp3": ("StrComp", 3),
    "FnStringVar": ("String", 2), "FnStringStr": ("String$", 2),
}  # fmt: skip

WORDS: Final = {
    "DoEvents": "DoEvents", "Do": "Do", "Loop": "Loop", "Wend": "Wend", "ElseBlock": "Else", "EndIfBlock": "End If", "End": "End",
    "EndFunc": "End Function", "EndProp": "End Property", "EndSelect": "End Select", "EndSub": "End Sub", "EndType": "End Type",
    "EndEnum": "End Enum", "EndWith": "End With", "ExitDo": "Exit Do", "ExitFor": "Exit For", "ExitFunc": "Exit Function",
    "ExitProp": "Exit Property", "ExitSub": "Exit Sub", "Next": "Next", "Return": "Return", "Stop": "Stop", "CloseAll": "Close",
    "CaseElse": "Case Else", "LbElse": "#Else", "LbEndIf": "#End If",
}  # fmt: skip
"""Statements that are nothing but words."""

STATEMENTS: Final = {
    "DoUntil": "Do Until {0}", "DoWhile": "Do While {0}", "LoopUntil": "Loop Until {0}", "LoopWhile": "Loop While {0}", "While": "While {0}",
    "IfBlock": "If {0} Then", "ElseIfBlock": "ElseIf {0} Then", "LbIf": "#If {0} Then", "LbElseIf": "#ElseIf {0} Then",
    "SelectCase": "Select Case {0}", "With": "With {0}", "NextVar": "Next {0}", "Error": "Error {0}", "For": "For {0} = {1} To {2}",
    "ForStep": "For {0} = {1} To {2} Step {3}", "ForEach": "For Each {0} In {1}", "Name": "Name {0} As {1}", "LineInput": "Line Input {0}, {1}",
    "PutRec": "Put {0}, {1}, {2}", "GetRec": "Get {0}, {1}, {2}", "Seek": "Seek {0}, {1}", "LSet": "LSet {1} = {0}", "RSet": "RSet {1} = {0}",
    "Assert": "{0}.Assert {1}", "Mid": "Mid({0}, {1}, {2}) = {3}", "MidB": "MidB({0}, {1}, {2}) = {3}",
}  # fmt: skip
"""Statements with what they take from the stack, {0} the first that was put there."""

CASES: Final = {"Case": "{0}", "CaseTo": "{0} To {1}"} | {
    f"Case{name}": f"Is {sign} {{0}}" for name, sign in (("Gt", ">"), ("Lt", "<"), ("Ge", ">="), ("Le", "<="), ("Ne", "<>"), ("Eq", "="))
}

IGNORED: Final = frozenset(
    "SetStmt Let StartForVariable EndForVariable StartWithExpr LbMark LineCont BoL Context Stack EndContext ConstFuncExpr NewRedim "
    "EndImmediate PrintEoS InputDone Empty0 Empty1".split()
)

SUFFIXES: Final = {2: "%", 3: "&", 4: "!", 5: "#", 6: "@", 8: "$"}
"""By the flags of an instruction with a name: the sign of its type."""
BRACKETED: Final = 32
CONVERSIONS: Final = {
    2: "CInt",
    3: "CLng",
    4: "CSng",
    5: "CDbl",
    6: "CCur",
    7: "CDate",
    8: "CStr",
    10: "CVErr",
    11: "CBool",
    12: "CVar",
} | {14: "CDec", 17: "CByte", 20: "CLngLng"}
SPECIAL: Final = ("False", "True", "Null", "Empty")
OPTIONS: Final = ("Base 0", "Base 1", "Compare Text", "Compare Binary", "Explicit", "Private Module")
SCOPES: Final = ((0x04, "Global"), (0x08, "Public"), (0x10, "Private"), (0x20, "Static"))
CONSTANT: Final = 0x01
NO_VALUE: Final = ""


def decompile(code: Code) -> str:
    """The source of a module's p-code, as many lines as it has. Never raises."""
    writer = _Writer()
    return "".join(f"{writer.line(line)}\r\n" for line in code.lines)


def flat(expression: Expression) -> str:
    pieces: list[str] = []
    todo = [expression]
    while todo:
        part = todo.pop()
        if isinstance(part, str):
            pieces.append(part)
        else:
            todo.extend(reversed(part))
    return "".join(pieces)


class _Writer:
    def __init__(self) -> None:
        self.stack: list[Expression] = []
        self.out: list[Expression] = []
        """Of the line, as far as it is written."""
        self.list: list[Expression] = []
        """Items of the statement that is being put together: variables, cases, things to print."""
        self.head = ""
        """Words that statement begins with."""
        self.constant = False
        self.record = False
        """Within a Type."""
        self.special: dict[str, Callable[[Instruction], None]] = {
            "BoS": lambda _: self.end_statement(": "),
            "BoSImplicit": lambda _: self.end_statement(" "),
            "If": lambda _: self.say("If ", self.pop(), " Then"),
            "Else": lambda _: self.say(" Else"),
            "EndIf": lambda _: self.end_statement(""),
            "Coerce": self.coerce, "CoerceVar": self.coerce,
            "LitVarSpecial": lambda i: self.push(SPECIAL[i.flags & 3]),
            "LitSmallI2": lambda i: self.push(str(i.flags)),
            "LitNothing": lambda _: self.push("Nothing"),
            "Me": lambda _: self.push("Me"), "MeImplicit": lambda _: self.push("Me"), "Debug": lambda _: self.push("Debug"),
            "LitDefault": lambda _: self.push(NO_VALUE), "ParamOmitted": lambda _: self.push(NO_VALUE), "OptionBase": lambda _: self.push(NO_VALUE),
            "CaseDone": lambda _: self.end_list("Case "),
            "PrintObj": self.start_print, "PrintChan": self.start_print, "WriteChan": self.start_print, "Input": self.start_print,
            "PrintItemNL": lambda _: self.print_item("", last=True), "PrintItemSemi": lambda _: self.print_item("; "),
            "PrintItemComma": lambda _: self.print_item(", "), "InputItem": lambda _: self.print_item(", "),
            "PrintNL": lambda _: self.end_print(), "PrintSemi": lambda _: self.list.append("; "), "PrintComma": lambda _: self.list.append(", "),
            "Dim": self.start_variables, "DimImplicit": self.start_variables,
            "Option": lambda i: self.say("Option ", OPTIONS[i.flags] if i.flags < len(OPTIONS) else ""),
        }  # fmt: skip

    def line(self, instructions: tuple[Instruction, ...]) -> str:
        self.stack.clear()
        self.out.clear()
        self.list.clear()
        self.head = ""
        for instruction in instructions:
            self.one(instruction)
        self.end_statement("")
        return flat(tuple(self.out))

    # ------------------------------------------------ the stack

    def push(self, expression: Expression) -> None:
        self.stack.append(expression)

    def pop(self) -> Expression:
        return self.stack.pop() if self.stack else "?"

    def take(self, count: int) -> list[Expression]:
        """The last `count` expressions, or as many as there are."""
        start = max(0, len(self.stack) - count)
        found = self.stack[start:]
        del self.stack[start:]
        return found

    def arguments(self, count: int) -> Expression:
        return joined(self.take(count), ", ")

    def say(self, *parts: Expression) -> None:
        self.out.append(parts)

    def end_statement(self, sign: str) -> None:
        if self.list or self.head:
            self.end_list("")
        if self.stack:  # an expression that nothing took: a call without arguments, or damage
            self.say(joined(self.take(len(self.stack)), " "))
        if sign:
            self.out.append(sign)

    # ------------------------------------------------ instructions

    def one(self, instruction: Instruction) -> None:
        name = instruction.name
        if name in OPERATORS:
            right, left = self.pop(), self.pop()
            self.push((left, OPERATORS[name], right))
        elif name in self.special:
            self.special[name](instruction)
        elif name.startswith("Lit"):
            self.push(literal(name, instruction.operands[0]))
        elif name in AROUND:
            before, after = AROUND[name]
            self.push((before, self.pop(), after))
        elif name in FUNCTIONS:
            function, count = FUNCTIONS[name]
            self.push((function, "(", self.arguments(count), ")"))
        elif name in WORDS:
            self.say(WORDS[name])
            self.record = self.record and name != "EndType"
        elif name in STATEMENTS:
            self.say(self.filled(STATEMENTS[name]))
        elif name in CASES:
            self.list.append(self.filled(CASES[name]))
        elif name not in IGNORED:
            self.with_operands(name, instruction.flags, instruction.operands)

    def filled(self, shape: str) -> Expression:
        """A shape whose {0}, {1} … are what lies on the stack."""
        count = shape.count("{")
        values = self.take(count)
        values += ["?"] * (count - len(values))
        parts: list[Expression] = []
        for i, piece in enumerate(shape.split("{")):
            if i == 0:
                parts.append(piece)
            else:
                number, _, rest = piece.partition("}")
                parts += [values[int(number)], rest]
        return tuple(parts)

    def with_operands(self, name: str, flags: int, operands: tuple[Operand, ...]) -> None:
        first = operands[0] if operands else ""
        method = getattr(self, f"do_{name.lower()}", None)
        if method is not None:
            method(flags, operands)
        elif name.endswith(("Ld", "LdWith", "LdLHS")):
            self.push(self.place(name, flags, operands))
        elif name.endswith(("St", "StWith")):
            place = self.place(name, flags, operands)
            self.say(place, " = ", self.pop())
        elif name.endswith(("Set", "SetWith")):
            place = self.place(name, flags, operands)
            self.say("Set ", place, " = ", self.pop())
        elif name.startswith("Args") and name.endswith(("Call", "CallWith")):
            self.call(name, flags, operands)
        elif isinstance(first, Procedure):
            self.say(heading(first, name))
        else:
            values = " ".join(str(operand) for operand in operands)
            self.say(f"' {name} {values}")

    def place(self, name: str, flags: int, operands: tuple[Operand, ...], *, arguments: bool = True) -> Expression:
        """What an instruction that loads, stores or calls refers to: `x`, `o.x`, `.x`, `o!x`, with arguments after it."""
        base: Expression = ""
        if "With" not in name and ("Mem" in name or "Dict" in name or "Index" in name):
            base = self.pop()
        sign = "." if "Mem" in name else "!" if "Dict" in name else ""
        if "Index" in name:
            return (base, "(", self.arguments(whole(operands[0])), ")")
        word = named(operands[0], flags, member=sign != "")
        if not name.startswith("Args") or not arguments:
            return (base, sign, word)
        return (base, sign, word, "(", self.arguments(whole(operands[1])), ")")

    def call(self, name: str, flags: int, operands: tuple[Operand, ...]) -> None:
        place = self.place(name, flags & ~16, operands, arguments=False)
        count = whole(operands[1])
        values = self.arguments(count)
        if flags < 16:
            self.say("Call ", place, *(("(", values, ")") if count else ()))
        else:
            self.say(place, *((" ", values) if count else ()))

    def coerce(self, instruction: Instruction) -> None:
        function = CONVERSIONS.get(instruction.flags, "CVar")
        if instruction.name == "CoerceVar":
            function = {7: "CVDate", 10: "CVErr"}.get(instruction.flags, "CVar")
        self.push((function, "(", self.pop(), ")"))

    # ------------------------------------------------ statements that are lists

    def end_list(self, head: str) -> None:
        if self.list or self.head or head:
            self.say(self.head or head, joined(self.list, "" if self.head.endswith(", ") else ", "))
        self.list = []
        self.head = ""

    def start_print(self, instruction: Instruction) -> None:
        target = flat(self.pop())
        words = {"PrintObj": f"{target}.Print ", "PrintChan": f"Print {target}, ", "WriteChan": f"Write {target}, "}
        self.say(words.get(instruction.name, f"Input {target}, "))

    def print_item(self, sign: str, *, last: bool = False) -> None:
        self.list += [self.pop(), sign]
        if last:
            self.end_print()

    def end_print(self) -> None:
        self.say(tuple(self.list))
        self.list = []

    def start_variables(self, instruction: Instruction) -> None:
        scope = next((word for flag, word in SCOPES if instruction.flags & flag), "")
        self.constant = bool(instruction.flags & CONSTANT)
        words = [scope] if scope else []
        if self.constant:
            words.append("Const")
        elif not scope and not self.record:
            words.append("Dim")
        self.head = "".join(f"{word} " for word in words)

    def do_vardefn(self, flags: int, operands: tuple[Operand, ...]) -> None:
        variable = operands[0]
        assert isinstance(variable, Variable)
        values = self.take(len(self.stack))
        text: list[Expression] = ["WithEvents "] if flags & 0x20 else []
        text.append(variable.name)
        if values and not self.constant:
            text += ["(", bounds(values), ")"]
        if variable.type:
            text.append(f" As {'New ' if variable.new else ''}{variable.type}")
        if values and self.constant:
            text += [" = ", values[-1]]
        self.list.append(tuple(text))

    # ------------------------------------------------ other statements

    def redim(self, flags: int, operands: tuple[Operand, ...], base: Expression, typed: bool) -> None:
        dimensions = bounds(self.take(2 * whole(operands[1])))
        kind = f" As {operands[2]}" if typed and operands[2] else ""
        self.say("ReDim Preserve " if flags & 16 else "ReDim ", base, named(operands[0], flags & 15), "(", dimensions, ")", kind)

    def do_redim(self, flags: int, operands: tuple[Operand, ...]) -> None:
        self.redim(flags, operands, "", typed=False)

    def do_redimas(self, flags: int, operands: tuple[Operand, ...]) -> None:
        self.redim(flags, operands, "", typed=True)

    def do_memredim(self, flags: int, operands: tuple[Operand, ...]) -> None:
        self.redim(flags, operands, (self.pop(), "."), typed=False)

    def do_memredimas(self, flags: int, operands: tuple[Operand, ...]) -> None:
        self.redim(flags, operands, (self.pop(), "."), typed=True)

    def do_memredimwith(self, flags: int, operands: tuple[Operand, ...]) -> None:
        self.redim(flags, operands, ".", typed=False)

    def do_memredimaswith(self, flags: int, operands: tuple[Operand, ...]) -> None:
        self.redim(flags, operands, ".", typed=True)

    def do_argsarray(self, flags: int, operands: tuple[Operand, ...]) -> None:
        self.push((named(operands[0], flags), "(", self.arguments(whole(operands[1])), ")"))

    def do_ldaddressof(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.push(f"AddressOf {operands[0]}")

    def do_memaddressof(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.push(("AddressOf ", self.pop(), f".{operands[0]}"))

    def do_new(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.push(f"New {operands[0]}")

    def do_typeof(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.push(("TypeOf ", self.pop(), f" Is {operands[0]}"))

    def do_iftypeblock(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.say("If TypeOf ", self.pop(), f" Is {operands[0]} Then")

    def do_elseiftypeblock(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.say("ElseIf TypeOf ", self.pop(), f" Is {operands[0]} Then")

    def do_paramnamed(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.push((f"{operands[0]}:=", self.pop()))

    def do_fnubound(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.push(("UBound(", self.arguments(1 + whole(operands[0])), ")"))

    def do_fnlbound(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.push(("LBound(", self.arguments(1 + whole(operands[0])), ")"))

    def do_onerror(self, flags: int, operands: tuple[Operand, ...]) -> None:
        self.say("On Error ", {1: "Resume Next", 2: "GoTo 0"}.get(flags, f"GoTo {operands[0]}"))

    def do_resume(self, flags: int, operands: tuple[Operand, ...]) -> None:
        self.say("Resume", " Next" if flags == 1 else f" {operands[0]}" if flags == 0 and operands[0] else "")

    def do_goto(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.say(f"GoTo {operands[0]}")

    def do_gosub(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.say(f"GoSub {operands[0]}")

    def do_label(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.say(f"{operands[0]}:")

    def do_linenum(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.say(f"{operands[0]} ")

    def do_ongoto(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.say("On ", self.pop(), " GoTo ", labels(operands[0]))

    def do_ongosub(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.say("On ", self.pop(), " GoSub ", labels(operands[0]))

    def do_erase(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.say("Erase ", self.arguments(whole(operands[0])))

    def do_close(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.say("Close ", self.arguments(whole(operands[0])))

    def do_open(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        mode = whole(operands[0])
        words = next((word for flag, word in OPEN_MODES if mode & flag), "Random")
        access = ("", "Read", "Write", "Read Write")[mode >> 8 & 3]
        values = self.take(3)
        values += [NO_VALUE] * (3 - len(values))
        self.say("Open ", values[0], f" For {words}", f" Access {access}" if access else "", " As ", values[1])
        if values[2] != NO_VALUE:
            self.say(" Len = ", values[2])

    def do_raiseevent(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.say(f"RaiseEvent {operands[0]}(", self.arguments(whole(operands[1])), ")")

    def do_type(self, flags: int, operands: tuple[Operand, ...]) -> None:
        self.record = True
        self.say("Private " if flags & 0x10 else "", f"Type {operands[0]}")

    def do_lbconst(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.say(f"#Const {operands[0]} = ", self.pop())

    def do_rem(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.say(f"Rem{operands[0]}")

    def do_quoterem(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.end_statement(" ")
        self.say(f"'{operands[1]}")

    def do_reparse(self, _flags: int, operands: tuple[Operand, ...]) -> None:
        self.say(str(operands[0]))


KEYWORDS: Final = frozenset(
    "And As Call Case Close Const Declare Dim Do Each Else ElseIf End EndIf Eqv Erase Exit For Function Get Go GoSub Goto If Imp Implements In Is "
    "Let Like Loop Mod New Next Not On Open Option Or Preserve Print Private Property Public Put ReDim Rem Resume Return Select Set Static "
    "Step Stop Sub Then To Type Until WEnd While With Write Xor".split()
)

OPEN_MODES: Final = ((0x01, "Input"), (0x02, "Output"), (0x04, "Random"), (0x08, "Append"), (0x20, "Binary"))


def joined(parts: list[Expression], sign: str) -> Expression:
    if len(parts) < 2:
        return tuple(parts)
    found: list[Expression] = [parts[0]]
    for part in parts[1:]:
        found += [sign, part]
    return tuple(found)


def bounds(values: list[Expression]) -> Expression:
    """Of an array: lower and upper bound by turns, the lower one left out where it is not written."""
    found: list[Expression] = []
    for i in range(0, len(values) - 1, 2):
        lower, upper = values[i], values[i + 1]
        found.append(upper if lower == NO_VALUE else (lower, " To ", upper))
    return joined(found, ", ")


def whole(operand: Operand) -> int:
    return operand if isinstance(operand, int) else 0


def labels(operand: Operand) -> str:
    return ", ".join(operand) if isinstance(operand, tuple) else str(operand)


def named(operand: Operand, flags: int, *, member: bool = False) -> str:
    """A name with the sign of its type, or in brackets: so are words that would begin a statement, which only damage makes names."""
    name = str(operand)
    if flags & BRACKETED or (name in KEYWORDS and not member):
        return f"[{name}]"
    return name + ("" if name.endswith("$") else SUFFIXES.get(flags & 15, ""))


def literal(name: str, operand: Operand) -> str:
    """A constant as source writes it, with a sign where its value alone would be of another type."""
    if isinstance(operand, str):
        return '"' + operand.replace('"', '""') + '"'
    value = whole(operand)
    kind, size = name[3:-1], name[-1]
    if kind in ("DI", "HI", "OI"):
        sign = {"4": "&", "8": "^"}.get(size, "")
        if kind == "DI":
            return f"{value}{sign if size == '8' or value <= 0x7FFF else ''}"
        digits = f"&H{value:X}" if kind == "HI" else f"&O{value:o}"
        return digits + (sign if size == "8" or value <= 0xFFFF else "")
    if name == "LitR4":
        return f"{struct.unpack('<f', value.to_bytes(4, 'little'))[0]:.9g}!"
    if name == "LitCy":
        return f"{value / 10_000:.4f}".rstrip("0").rstrip(".") + "@"
    number = struct.unpack("<d", value.to_bytes(8, "little"))[0]
    if name == "LitDate":
        return date(number)
    text = repr(number).upper()
    return text[:-2] + "#" if text.endswith(".0") else text


def date(days: float) -> str:
    """A date literal; days since the end of 1899, the time of days before counted forward."""
    try:
        moment = datetime(1899, 12, 30, tzinfo=UTC) + timedelta(int(days)) + timedelta(abs(days) % 1)
    except (OverflowError, ValueError):
        return "#1/1/1900#"
    time = f" {moment.hour}:{moment.minute:02}:{moment.second:02}" if days % 1 else ""
    return f"#{moment.month}/{moment.day}/{moment.year}{time}#"


def heading(procedure: Procedure, instruction: str) -> str:
    parameters = ", ".join(
        " ".join(word for word in ("Optional" if p.optional else "", p.passed, p.name, f"As {p.type}" if p.type else "") if word)
        for p in procedure.parameters
    )
    result = f" As {procedure.type}" if procedure.type else ""
    if instruction == "EventDecl":
        return f"Event {procedure.name}({parameters})"
    if procedure.library:
        alias = f' Alias "{procedure.alias}"' if procedure.alias != procedure.name else ""
        return f'Declare {procedure.kind} {procedure.name} Lib "{procedure.library}"{alias} ({parameters}){result}'
    return f"{procedure.kind} {procedure.name}({parameters}){result}"
