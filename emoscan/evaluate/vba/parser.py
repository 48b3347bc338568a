"""A tolerant parser of VBA 6/7 (MS-VBAL 5) and VBScript.

A statement that cannot be read becomes a `Bad` node with its text, and the next line is read as if nothing had been: a
module is never lost. Blocks that are not closed end with their procedure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from emoscan.evaluate.vba import syntax as s
from emoscan.evaluate.vba.lexer import BRACKET, COLON, DATE, END, NAME, NEWLINE, NUMBER, OPERATOR, STRING, Tokens, number, tokenize

MAX_DEPTH: Final = 80
"""Nesting of parentheses and blocks. Office itself stops at 64 levels of blocks."""


class Unreadable(Exception):
    """Inside a statement: it does not follow the grammar."""


BINARY: Final[dict[str, int]] = {
    "^": 13,
    "*": 11,
    "/": 11,
    "\\": 10,
    "mod": 9,
    "+": 8,
    "-": 8,
    "&": 7,
    "=": 6,
    "<>": 6,
    "><": 6,
    "<": 6,
    ">": 6,
    "<=": 6,
    "=<": 6,
    ">=": 6,
    "=>": 6,
    "like": 6,
    "is": 6,
    "and": 4,
    "or": 3,
    "xor": 2,
    "eqv": 1,
    "imp": 0,
}
NEGATION: Final = 12
NOT: Final = 5
SAME: Final = {"><": "<>", "=<": "<=", "=>": ">="}

SUFFIXES: Final = {"%": "integer", "&": "long", "^": "longlong", "!": "single", "#": "double", "@": "currency", "$": "string"}

LITERALS: Final = {
    "true": s.Lit(value=True, type="boolean"),
    "false": s.Lit(value=False, type="boolean"),
    "empty": s.Lit(value=None, type="empty"),
    "null": s.Lit(value=None, type="null"),
    "nothing": s.Lit(value=None, type="nothing"),
}

BLOCK_ENDS: Final = frozenset("loop wend next else elseif case endif".split())
"""First words of lines that close or divide a block; `End x` does too."""

PROCEDURE: Final = frozenset(("sub", "function", "property"))
VISIBILITY: Final = frozenset(("public", "private", "friend", "global", "static", "default"))


def parse(
    source: str,
    *,
    vbscript: bool = False,
    project: str = "",
    modules: Collection[str] = (),
    constants: Mapping[str, str] | None = None,
    evaluates: bool = True,
) -> s.Module:
    """The syntax tree of a module's source. Never raises for what it holds.

    `project`: the name of the project, which may stand before those of its `modules` (both in lower case). `constants`: what the
    properties of the project set for conditional compilation, whole numbers (MS-OVBA 2.3.4.2.1.12). `evaluates`: the application takes
    text in brackets as a formula, as Excel does, and not as a name (MS-VBAL 3.3.5.3).
    """
    parser = _Parser(tokenize(source, vbscript=vbscript), vbscript=vbscript)
    parser.project, parser.modules = project, modules
    parser.foreign_names = vbscript or not evaluates
    for name, value in (constants or {}).items():
        parser.conditional.setdefault(name.lower(), int(value) if value.removeprefix("-").isdecimal() and len(value) < 10 else None)
    return parser.module()


def parse_expression(source: str) -> s.Expr | None:
    """The tree of one expression, as `Eval` and `Evaluate` take it. None when it is none."""
    parser = _Parser(tokenize(source, vbscript=True), vbscript=True)
    try:
        tree = parser.expression()
    except (Unreadable, IndexError):
        return None
    return tree if parser.types[parser.at] in (END, NEWLINE) else None


class _Parser:
    def __init__(self, tokens: Tokens, *, vbscript: bool) -> None:
        self.tokens = tokens
        self.types = tokens.types
        self.texts = tokens.texts
        self.at = 0
        self.depth = 0
        self.vbscript = vbscript
        self.tree = s.Module(spellings=tokens.spellings)
        self.project = ""
        self.modules: Collection[str] = ()
        self.foreign_names = vbscript
        self.conditional: dict[str, Compiled] = dict(SET_BY_OFFICE)

    # ------------------------------------------------------------ helpers

    def line(self) -> int:
        return self.tokens.line(self.tokens.offsets[self.at])

    def is_word(self, *words: str) -> bool:
        return self.types[self.at] == NAME and self.texts[self.at] in words

    def is_operator(self, text: str) -> bool:
        return self.types[self.at] == OPERATOR and self.texts[self.at] == text

    def take_word(self, *words: str) -> bool:
        if self.types[self.at] == NAME and self.texts[self.at] in words:
            self.at += 1
            return True
        return False

    def take(self, text: str) -> bool:
        if self.types[self.at] == OPERATOR and self.texts[self.at] == text:
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise Unreadable(f"{text} expected")

    def expect_word(self, word: str) -> None:
        if not self.take_word(word):
            raise Unreadable(f"{word} expected")

    def name(self) -> str:
        """A name as it stands in a declaration or after a dot; keywords are allowed."""
        kind, text = self.types[self.at], self.texts[self.at]
        if kind == NAME:
            self.at += 1
            return text
        if kind == BRACKET:
            self.at += 1
            return text[1:-1].lower()
        raise Unreadable("name expected")

    def at_end(self) -> bool:
        """Whether the statement ends here."""
        return self.types[self.at] in (NEWLINE, COLON, END)

    def skip_line(self) -> None:
        types = self.types
        while types[self.at] not in (NEWLINE, END):
            self.at += 1

    def skip_statement(self) -> None:
        types = self.types
        while types[self.at] not in (NEWLINE, COLON, END):
            self.at += 1

    def text_from(self, start: int) -> str:
        offsets = self.tokens.offsets
        return self.tokens.source[offsets[start] : offsets[self.at]].strip()

    def bad(self, start: int, why: str) -> s.Bad:
        """The rest of the statement from token `start` on as a node that says it was not understood."""
        self.skip_statement()
        node = s.Bad(self.tokens.line(self.tokens.offsets[start]), self.text_from(start), why)
        self.tree.errors.append(node)
        return node

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("nested too deeply")

    # ------------------------------------------------------------ modules

    def module(self) -> s.Module:
        types = self.types
        while types[self.at] != END:
            kind = types[self.at]
            if kind in (NEWLINE, COLON):
                self.at += 1
            else:
                self.module_item(self.tree)
        return self.tree

    def module_item(self, tree: s.Module) -> None:
        start = self.at
        try:
            if self.types[start] == NAME:
                handler = MODULE_ITEMS.get(self.texts[start])
                if handler is not None and handler(self, tree):
                    return
                if self.texts[start] in VISIBILITY and self.declaration(tree):
                    return
            if self.types[start] == OPERATOR and self.texts[start] == "#":
                self.directive()
                return
            self.at = start
            tree.statements.append(self.statement())
        except (Unreadable, IndexError) as error:
            self.at = start
            tree.statements.append(self.bad(start, str(error)))
        if self.at == start:
            self.at += 1

    def declaration(self, tree: s.Module) -> bool:
        """After Public, Private, …: a procedure, a declaration, variables. False when it is none."""
        words: set[str] = set()
        while self.types[self.at] == NAME and self.texts[self.at] in VISIBILITY:
            words.add(self.texts[self.at])
            self.at += 1
        public = not words & {"private"}
        text = self.texts[self.at] if self.types[self.at] == NAME else ""
        if text in PROCEDURE:
            self.procedure(tree, public=public, static="static" in words, default="default" in words)
            return True
        handler = {
            "const": self.constants,
            "declare": self.declare,
            "type": self.user_type,
            "enum": self.enumeration,
            "event": self.event,
        }.get(text)
        if handler is not None and not (text in ("type", "enum", "event") and self.types[self.at + 1] != NAME):
            handler(tree, public)
            return True
        if words == {"default"}:
            return False
        self.dim(tree, public=public, static="static" in words)
        return True

    def procedure_item(self, tree: s.Module) -> bool:
        if self.texts[self.at] == "property" and self.texts[self.at + 1] not in ("get", "let", "set"):
            return False
        if self.types[self.at + 1] not in (NAME, BRACKET):
            return False
        self.procedure(tree, public=True, static=False, default=False)
        return True

    def procedure(self, tree: s.Module, *, public: bool, static: bool, default: bool) -> None:
        line = self.line()
        word = self.texts[self.at]
        self.at += 1
        kind = word
        if word == "property":
            kind = self.texts[self.at]
            if kind not in ("get", "let", "set"):
                raise Unreadable("Get, Let or Set expected")
            self.at += 1
        name, suffix = self.split(self.name())
        parameters = self.parameters() if self.is_operator("(") else []
        type_ = suffix
        if self.take_word("as"):
            type_ = self.type_name()
            if self.take("("):
                self.take(")")
                type_ += "()"
        if self.take_word("static"):
            static = True
        if not self.at_end():
            self.bad(self.at, "end of line expected")
        depth, self.depth = self.depth, 0
        body = self.block_until_end_of(word)
        self.depth = depth
        end_line = self.line()
        if self.is_word("end"):
            self.skip_statement()
        tree.procedures.append(
            s.Procedure(name, kind, parameters, type_, body, line, end_line, static, public, default)  # type: ignore[arg-type]
        )

    def block_until_end_of(self, word: str) -> list[s.Statement]:
        """Statements up to `End Sub` and its like. A missing end is supplied where the next procedure begins."""
        body: list[s.Statement] = []
        while True:
            body.extend(self.block())
            if self.types[self.at] == END:
                return body
            text, after = self.texts[self.at], self.texts[self.at + 1]
            if text == "end" and after in (word, *PROCEDURE, "class"):
                return body
            if text in PROCEDURE or text in VISIBILITY:
                return body
            body.append(self.bad(self.at, f"{text} without its beginning"))

    def parameters(self) -> list[s.Parameter]:
        self.expect("(")
        found: list[s.Parameter] = []
        while not self.take(")"):
            parameter = s.Parameter("", by_ref=True)
            while self.types[self.at] == NAME and self.texts[self.at] in ("byval", "byref", "optional", "paramarray"):
                if self.types[self.at + 1] not in (NAME, BRACKET):
                    break  # a parameter that is called so
                word = self.texts[self.at]
                parameter.by_ref = parameter.by_ref and word != "byval"
                parameter.optional = parameter.optional or word == "optional"
                parameter.rest = parameter.rest or word == "paramarray"
                self.at += 1
            parameter.name, parameter.type = self.split(self.name())
            if self.take("("):
                self.expect(")")
                parameter.array = True
            if self.take_word("as"):
                parameter.type = self.type_name()
            if self.take("="):
                parameter.default = self.expression()
            found.append(parameter)
            if not self.take(",") and not self.is_operator(")"):
                raise Unreadable(") expected")
        return found

    def split(self, name: str) -> tuple[str, str]:
        """A name and the type its suffix stands for."""
        if name[-1:] in SUFFIXES and len(name) > 1:
            return name[:-1], SUFFIXES[name[-1]]
        return name, ""

    def type_name(self) -> str:
        """After `As` [New]: the name of a type, with dots."""
        text = self.name()
        while self.take("."):
            text += "." + self.name()
        return text

    def constants(self, tree: s.Module, public: bool) -> None:
        tree.statements.extend(self.const_statements(public=public))

    def const_statements(self, *, public: bool) -> list[s.Statement]:
        line = self.line()
        self.at += 1
        found: list[s.Statement] = []
        while True:
            name, type_ = self.split(self.name())
            if self.take_word("as"):
                type_ = self.type_name()
                if self.take("*"):
                    self.expression()
            self.expect("=")
            found.append(s.Const(line, name, self.expression(), type_, public))
            if not self.take(","):
                return found

    def declare(self, tree: s.Module, _public: bool) -> None:
        line = self.line()
        self.at += 1
        self.take_word("ptrsafe")
        word = self.texts[self.at]
        if word not in ("sub", "function"):
            raise Unreadable("Sub or Function expected")
        self.at += 1
        name, type_ = self.split(self.name())
        if self.is_operator("&") or self.is_operator("#"):  # type characters that a space makes operators
            self.at += 1
        self.take_word("cdecl")
        self.expect_word("lib")
        library = self.string()
        alias = self.string() if self.take_word("alias") else name
        parameters = self.parameters() if self.is_operator("(") else []
        if self.take_word("as"):
            type_ = self.type_name()
        tree.declares.append(s.Declare(name, library, alias, word == "function", parameters, type_, line))
        self.rest_of_line()

    def string(self) -> str:
        if self.types[self.at] != STRING:
            raise Unreadable("text expected")
        self.at += 1
        return self.texts[self.at - 1]

    def rest_of_line(self) -> None:
        if not self.at_end():
            self.bad(self.at, "end of statement expected")

    def user_type(self, tree: s.Module, _public: bool) -> None:
        self.at += 1
        kind = s.UserType(self.name(), [])
        for _ in self.lines_until("type"):
            try:
                kind.fields.append(self.declarator())
            except Unreadable as error:
                self.bad(self.at, str(error))
            self.skip_statement()
        tree.types.append(kind)

    def enumeration(self, tree: s.Module, _public: bool) -> None:
        self.at += 1
        enum = s.Enum(self.name(), [])
        for _ in self.lines_until("enum"):
            try:
                name = self.name()
                enum.members.append((name, self.expression() if self.take("=") else None))
            except Unreadable as error:
                self.bad(self.at, str(error))
            self.skip_statement()
        tree.enums.append(enum)

    def lines_until(self, word: str) -> Iterator[None]:
        """The beginning of each statement up to `End word`, which is taken."""
        while True:
            while self.types[self.at] in (NEWLINE, COLON):
                self.at += 1
            if self.types[self.at] == END:
                return
            if self.is_operator("#"):
                self.directive()
                continue
            if self.is_word("end") and self.texts[self.at + 1] == word:
                self.at += 2
                return
            if self.texts[self.at] in PROCEDURE or (self.is_word("end") and self.texts[self.at + 1] in PROCEDURE):
                return
            yield

    def event(self, tree: s.Module, _public: bool) -> None:
        self.at += 1
        tree.events.append(self.name())
        self.skip_statement()

    def class_block(self, tree: s.Module) -> bool:
        """`Class name … End Class` (VBScript)."""
        if not self.vbscript or self.types[self.at + 1] != NAME:
            return False
        self.at += 1
        name = self.name()
        inner = s.Module(name=name, spellings=self.tokens.spellings)
        outer, self.tree = self.tree, inner
        while self.types[self.at] != END:
            if self.types[self.at] in (NEWLINE, COLON):
                self.at += 1
            elif self.is_word("end") and self.texts[self.at + 1] == "class":
                self.at += 2
                break
            else:
                self.module_item(inner)
        self.tree = outer
        outer.errors.extend(inner.errors)
        tree.classes.append(s.ClassBlock(name, inner))
        return True

    def attribute(self, tree: s.Module) -> bool:
        """`Attribute VB_Name = "x"`."""
        if self.types[self.at + 1] != NAME:
            return False
        self.at += 1
        name = self.name()
        while self.take("."):
            name += "." + self.name()
        if self.take("="):
            start = self.at
            self.skip_line()
            value = self.text_from(start)
            if name == "vb_control":
                tree.controls.append(self.texts[start].split(",")[0].strip().lower())
            elif name.endswith(".vb_usermemid") and value == "0":
                self.mark_default(tree, name.split(".")[0])
            tree.attributes.setdefault(name, self.texts[start] if self.types[start] == STRING else value)
        self.skip_line()
        return True

    def mark_default(self, tree: s.Module, name: str) -> None:
        for procedure in tree.procedures:
            if procedure.name == name:
                procedure.default = True
        tree.attributes[f"default:{name}"] = "0"

    def option(self, tree: s.Module) -> bool:
        words = self.texts[self.at + 1 : self.at + 3]
        if words[:1] == ["base"] and words[1:] == ["1"]:
            tree.option_base = 1
        elif words == ["compare", "text"]:
            tree.option_compare_text = True
        elif words[:1] == ["private"]:
            tree.option_private = True
        elif words[:1] not in (["base"], ["compare"], ["explicit"]):
            return False
        self.skip_statement()
        return True

    def def_type(self, tree: s.Module) -> bool:
        """`DefInt A-Z`."""
        type_ = DEF_TYPES[self.texts[self.at]]
        if self.types[self.at + 1] != NAME:
            return False
        self.at += 1
        while True:
            first = last = self.name()
            if self.take("-"):
                last = self.name()
            for code in range(ord(first[0]), min(ord(last[0]), 122) + 1):
                tree.def_types[chr(code)] = type_
            if not self.take(","):
                return True

    def version(self, _tree: s.Module) -> bool:
        """`VERSION 1.0 CLASS` and its block, at the head of exported modules and forms."""
        if self.types[self.at + 1] != NUMBER:
            return False
        self.skip_line()
        depth = 0
        while self.types[self.at] != END:
            if self.types[self.at] in (NEWLINE, COLON):
                self.at += 1
                continue
            word = self.texts[self.at] if self.types[self.at] == NAME else ""
            if word in ("begin", "beginproperty"):
                depth += 1
            elif word in ("end", "endproperty") and self.types[self.at + 1] in (NEWLINE, END):
                depth -= 1
            elif depth <= 0:
                return True
            self.skip_line()
            if depth <= 0 and word in ("end", "endproperty"):
                return True
        return True

    def implements(self, tree: s.Module) -> bool:
        if self.types[self.at + 1] != NAME:
            return False
        self.at += 1
        tree.implements.append(self.type_name())
        return True

    def dim(self, tree: s.Module, *, public: bool, static: bool) -> None:
        tree.statements.append(self.dim_statement(self.line(), public=public, static=static))

    # ------------------------------------------------------------ conditional compilation

    def directive(self) -> None:
        """`#If … Then / #ElseIf / #Else / #End If / #Const`: the branch that Office 16, 64 bit on Windows takes is read."""
        self.at += 1
        word = self.texts[self.at]
        if word == "if":
            self.at += 1
            if not self.condition():
                self.skip_to_branch()
        elif word in ("elseif", "else"):
            self.skip_to_end_if()
        elif word == "const":
            self.at += 1
            self.set_conditional()
        self.skip_line()

    def set_conditional(self) -> None:
        try:
            name = self.name()
            self.expect("=")
            self.conditional[name] = constant(self.expression(), self.conditional)
        except Unreadable:
            return

    def condition(self) -> bool:
        start = self.at
        try:
            tree = self.expression()
        except Unreadable:
            self.at = start
            return True
        return bool(constant(tree, self.conditional))

    def skip_to_branch(self) -> None:
        """Behind the next branch of a false #If that is to be read, or behind its end."""
        depth = 0
        while self.types[self.at] != END:
            self.skip_line()
            while self.types[self.at] == NEWLINE:
                self.at += 1
            if not self.is_operator("#"):
                continue
            word = self.texts[self.at + 1]
            if word == "if":
                depth += 1
            elif word == "end":
                if depth == 0:
                    return
                depth -= 1
            elif depth == 0 and word == "else":
                self.at += 2
                return
            elif depth == 0 and word == "elseif":
                self.at += 2
                if self.condition():
                    return

    def skip_to_end_if(self) -> None:
        depth = 0
        while self.types[self.at] != END:
            self.skip_line()
            while self.types[self.at] == NEWLINE:
                self.at += 1
            if self.is_operator("#"):
                word = self.texts[self.at + 1]
                depth += (word == "if") - (word == "end")
                if depth < 0:
                    return

    # ------------------------------------------------------------ blocks and statements

    def block(self) -> list[s.Statement]:
        """Statements up to a line that closes or divides a block, which is left to the caller."""
        body: list[s.Statement] = []
        append = body.append
        types, texts = self.types, self.texts
        while True:
            kind = types[self.at]
            if kind in (NEWLINE, COLON):
                self.at += 1
                continue
            if kind == END:
                return body
            text = texts[self.at]
            if kind == NAME:
                if text in BLOCK_ENDS and (text not in ("next", "case", "endif", "loop", "wend") or not self.assigned()):
                    return body
                if text == "end" and types[self.at + 1] == NAME and texts[self.at + 1] in ENDS:
                    return body
                if text in VISIBILITY or text in PROCEDURE:
                    if self.starts_procedure():
                        return body
                elif text == "attribute" and types[self.at + 1] == NAME:
                    self.attribute(self.tree)
                    continue
            elif kind == OPERATOR and text == "#":
                self.directive()
                continue
            start = self.at
            try:
                node = self.statement()
                append(node)
                if types[self.at] not in (NEWLINE, COLON, END) and not isinstance(node, s.Label) and not self.is_word("else", "next"):
                    append(self.bad(self.at, "end of statement expected"))
            except (Unreadable, IndexError) as error:
                self.at = start
                append(self.bad(start, str(error)))
                if self.at == start:
                    self.at += 1

    def assigned(self) -> bool:
        """Whether a word that could close a block is a variable here: `Next = 1`."""
        return self.types[self.at + 1] == OPERATOR and self.texts[self.at + 1] == "="

    def starts_procedure(self) -> bool:
        at = self.at
        while self.types[at] == NAME and self.texts[at] in VISIBILITY:
            at += 1
        if self.types[at] != NAME or self.texts[at] not in PROCEDURE:
            return False
        return self.types[at + 1] in (NAME, BRACKET)

    def statement(self) -> s.Statement:
        types, texts = self.types, self.texts
        at = self.at
        line = self.tokens.line(self.tokens.offsets[at])
        kind = types[at]
        if kind == NAME:
            text = texts[at]
            following = types[at + 1]
            if following == COLON and texts[at + 1] == ":" and text not in ALONE:
                self.at += 2
                return s.Label(line, text)
            handler = STATEMENTS.get(text)
            if handler is not None and (text in BEFORE_EQUALS or not (following == OPERATOR and self.is_plain_name(at))):
                found = handler(self, line)
                if found is not None:
                    return found
                self.at = at
        elif kind == NUMBER and texts[at].isdigit():
            self.at += 1
            if types[self.at] == COLON:
                self.at += 1
            return s.Label(line, texts[at])
        return self.assignment_or_call(line)

    def is_plain_name(self, at: int) -> bool:
        """Whether the word at a place is a name after all: `Name = 1`, `print.x`."""
        text = self.texts[at + 1]
        if text == ".":
            return self.tokens.offsets[at] + len(self.texts[at]) == self.tokens.offsets[at + 1]
        return text == "="

    def assignment_or_call(self, line: int) -> s.Statement:
        target = self.primary(head=True)
        kind, text = self.types[self.at], self.texts[self.at]
        if kind == OPERATOR and text == "=":
            self.at += 1
            value = self.expression()
            if (
                isinstance(target, s.Call)
                and isinstance(target.function, s.Name)
                and target.function.name in ("mid", "midb")
                and 2 <= len(target.args) <= 3
            ):
                first, start = target.args[0], target.args[1]
                if first is not None and start is not None:
                    return s.MidAssign(line, first, start, target.args[2] if len(target.args) > 2 else None, value)
            return s.Assign(line, target, value)
        if kind in (NEWLINE, COLON, END) or (kind == NAME and text == "else"):
            if isinstance(target, s.Call) and len(target.args) == 1 and not target.named and target.args[0] is not None:
                target = s.Call(target.function, [s.ByVal(target.args[0])], [])  # `Sub (x)`: in parentheses, by value
            if isinstance(target, (s.Name, s.Member, s.Call, s.Bang, s.Evaluate)):
                return s.Invoke(line, target)
            raise Unreadable("a value is no statement")
        return self.call_with_args(line, target)

    def call_with_args(self, line: int, target: s.Expr) -> s.Statement:
        """`name arg, arg`: arguments without parentheses. `name (a), b` and `name (a) + b` arrive with the first one taken."""
        if isinstance(target, s.Call) and len(target.args) == 1 and not target.named and target.args[0] is not None:
            first: s.Expr | None = s.ByVal(target.args[0])
            if not self.is_operator(","):
                assert first is not None
                first = self.continue_expression(first)
            args: list[s.Expr | None] = [first]
            named: list[tuple[str, s.Expr]] = []
            if self.take(","):
                more, named = self.arguments_bare()
                args += more
            elif not self.at_end() and not self.is_word("else"):
                raise Unreadable("end of statement expected")
            return s.Invoke(line, s.Call(target.function, args, named))
        if not isinstance(target, (s.Name, s.Member, s.Bang, s.Evaluate)):
            raise Unreadable("end of statement expected")
        args, named = self.arguments_bare()
        return s.Invoke(line, s.Call(target, args, named))

    def arguments_bare(self) -> tuple[list[s.Expr | None], list[tuple[str, s.Expr]]]:
        args: list[s.Expr | None] = []
        named: list[tuple[str, s.Expr]] = []
        while True:
            if self.at_end() or self.is_word("else"):
                args.append(None)
                break
            if self.is_operator(",") or self.is_operator(";"):
                args.append(None)
            else:
                self.argument(args, named)
            if not (self.take(",") or self.take(";")):
                break
        while args and args[-1] is None:
            args.pop()
        return args, named

    def argument(self, args: list[s.Expr | None], named: list[tuple[str, s.Expr]]) -> None:
        if self.types[self.at] == NAME:
            if self.types[self.at + 1] == OPERATOR and self.texts[self.at + 1] == ":=":
                name = self.texts[self.at]
                self.at += 2
                named.append((name, self.expression()))
                return
            if self.texts[self.at] in ("byval", "byref") and self.types[self.at + 1] in (NAME, STRING, NUMBER):
                by_value = self.texts[self.at] == "byval"
                self.at += 1
                value = self.expression()
                args.append(s.ByVal(value) if by_value else value)
                return
        if self.types[self.at] == OPERATOR and self.texts[self.at] == "#" and self.types[self.at + 1] in (NUMBER, NAME):
            self.at += 1
        args.append(self.expression())

    # -- one function for each statement; None: the word is a plain name here

    def call_statement(self, line: int) -> s.Statement | None:
        if self.types[self.at + 1] not in (NAME, BRACKET, OPERATOR):
            return None
        if self.types[self.at + 1] == OPERATOR and self.texts[self.at + 1] != ".":
            return None
        self.at += 1
        target = self.primary()
        if not self.at_end() and not self.is_word("else"):
            return self.call_with_args(line, target)
        return s.Invoke(line, target)

    def set_statement(self, line: int) -> s.Statement | None:
        if self.types[self.at + 1] not in (NAME, BRACKET, OPERATOR):
            return None
        self.at += 1
        target = self.primary()
        self.expect("=")
        return s.Assign(line, target, self.expression(), set=True)

    def let_statement(self, line: int) -> s.Statement | None:
        if self.types[self.at + 1] not in (NAME, BRACKET):
            return None
        self.at += 1
        found = self.assignment_or_call(line)
        if not isinstance(found, (s.Assign, s.MidAssign)):
            raise Unreadable("= expected")
        return found

    def lset_statement(self, line: int) -> s.Statement | None:
        if self.types[self.at + 1] not in (NAME, BRACKET):
            return None
        self.at += 1
        target = self.primary()
        self.expect("=")
        return s.Assign(line, target, self.expression())

    def dim_item(self, line: int) -> s.Statement | None:
        word = self.texts[self.at]
        if self.types[self.at + 1] not in (NAME, BRACKET):
            return None
        self.at += 1
        return self.dim_statement(line, public=word in ("public", "global"), static=word == "static")

    def dim_statement(self, line: int, *, public: bool, static: bool) -> s.Dim:
        if self.is_word("dim") and self.types[self.at + 1] in (NAME, BRACKET):
            self.at += 1
        with_events = self.is_word("withevents") and self.types[self.at + 1] == NAME
        if with_events:
            self.at += 1
        found = [self.declarator()]
        while self.take(","):
            found.append(self.declarator())
        return s.Dim(line, found, static, public, with_events)

    def declarator(self) -> s.Declarator:
        name, type_ = self.split(self.name())
        bounds = self.bounds() if self.is_operator("(") else None
        declarator = s.Declarator(name, type_, bounds)
        if self.take_word("as"):
            if self.is_word("new") and self.types[self.at + 1] == NAME:
                self.at += 1
                declarator.new = True
            declarator.type = self.type_name()
            if self.take("*"):
                declarator.length = self.expression()
        return declarator

    def bounds(self) -> list[tuple[s.Expr | None, s.Expr]]:
        self.expect("(")
        found: list[tuple[s.Expr | None, s.Expr]] = []
        while not self.take(")"):
            upper = self.expression()
            lower = None
            if self.take_word("to"):
                lower, upper = upper, self.expression()
            found.append((lower, upper))
            if not self.take(",") and not self.is_operator(")"):
                raise Unreadable(") expected")
        return found

    def const_statement(self, _line: int) -> s.Statement | None:
        if self.types[self.at + 1] != NAME:
            return None
        found = self.const_statements(public=False)
        if len(found) == 1:
            return found[0]
        return s.If(found[0].line, [(s.Lit(value=True, type="boolean"), found)], [])

    def redim_statement(self, line: int) -> s.Statement | None:
        if self.types[self.at + 1] not in (NAME, BRACKET, OPERATOR):
            return None
        self.at += 1
        preserve = self.is_word("preserve") and self.types[self.at + 1] in (NAME, BRACKET, OPERATOR) and not self.is_operator("(")
        if preserve:
            self.at += 1
        found: list[s.Statement] = []
        while True:
            target = self.primary(index=False)
            if not self.is_operator("("):
                raise Unreadable("( expected")
            bounds = self.bounds()
            while self.is_operator(".") or self.is_operator("("):  # ReDim a(1).b(2)
                args: list[s.Expr | None] = [upper for _, upper in bounds]
                target = self.postfix(s.Call(target, args, []), index=False)
                bounds = self.bounds()
            type_ = self.type_name() if self.take_word("as") else ""
            found.append(s.ReDim(line, preserve, target, bounds, type_))
            if not self.take(","):
                break
        return found[0] if len(found) == 1 else s.If(line, [(s.Lit(value=True, type="boolean"), found)], [])

    def erase_statement(self, line: int) -> s.Statement | None:
        if self.types[self.at + 1] not in (NAME, BRACKET):
            return None
        self.at += 1
        targets = [self.primary()]
        while self.take(","):
            targets.append(self.primary())
        return s.Erase(line, targets)

    def if_statement(self, line: int) -> s.Statement:
        self.at += 1
        test = self.expression()
        if not self.take_word("then") and not self.is_word("goto"):
            raise Unreadable("Then expected")
        if self.types[self.at] not in (NEWLINE, END) and not (self.types[self.at] == COLON and self.types[self.at + 1] == NEWLINE):
            return self.single_line_if(line, test)
        self.enter()
        branches = [(test, self.block())]
        otherwise: list[s.Statement] = []
        while True:
            if self.is_word("elseif") or (self.is_word("else") and self.is_next("if")):
                self.at += 1 if self.is_word("elseif") else 2
                test = self.expression()
                self.take_word("then")
                branches.append((test, self.block()))
            elif self.is_word("else"):
                self.at += 1
                otherwise += self.block()
            else:
                break
        self.close("if")
        self.depth -= 1
        return s.If(line, branches, otherwise)

    def is_next(self, word: str) -> bool:
        return self.types[self.at + 1] == NAME and self.texts[self.at + 1] == word

    def single_line_if(self, line: int, test: s.Expr) -> s.Statement:
        """`If a Then b: c Else d`. A line number after Then or Else is a GoTo."""
        then = self.single_line_block()
        otherwise: list[s.Statement] = []
        if self.take_word("else"):
            otherwise = self.single_line_block()
        elif self.is_word("elseif"):
            inner = self.line()
            self.at += 1
            second = self.expression()
            self.take_word("then")
            otherwise = [self.single_line_if(inner, second)]
        if self.is_word("end") and self.is_next("if"):
            self.at += 2
        return s.If(line, [(test, then)], otherwise)

    def single_line_block(self) -> list[s.Statement]:
        self.enter()
        body: list[s.Statement] = []
        while self.types[self.at] not in (NEWLINE, END):
            if self.types[self.at] == COLON:
                self.at += 1
                continue
            if self.is_word("else", "elseif") or (self.is_word("end") and self.is_next("if")):
                break
            if self.types[self.at] == NUMBER and self.texts[self.at].isdigit():
                body.append(s.GoTo(self.line(), self.texts[self.at]))
                self.at += 1
                continue
            start = self.at
            try:
                body.append(self.statement())
                if self.types[self.at] not in (NEWLINE, COLON, END) and not self.is_word("else", "elseif", "end"):
                    body.append(self.bad(self.at, "end of statement expected"))
            except Unreadable as error:
                self.at = start
                body.append(self.bad(start, str(error)))
                break
        self.depth -= 1
        return body

    def close(self, word: str) -> None:
        """Take `End word` if it stands here; a block may also end with its procedure."""
        if self.is_word("end") and self.is_next(word):
            self.at += 2
        elif word == "if" and self.is_word("endif"):
            self.at += 1

    def select_statement(self, line: int) -> s.Statement | None:
        if not self.is_next("case"):
            return None
        self.at += 2
        subject = self.expression()
        self.enter()
        cases: list[tuple[list[s.Case], list[s.Statement]]] = []
        otherwise: list[s.Statement] = []
        lost = self.block()
        for node in lost:
            self.tree.errors.append(s.Bad(node.line, "", "statement before the first Case"))
        while self.is_word("case"):
            self.at += 1
            if self.take_word("else"):
                otherwise = self.block()
                continue
            tests = [self.case()]
            while self.take(","):
                tests.append(self.case())
            cases.append((tests, self.block()))
        self.close("select")
        self.depth -= 1
        return s.Select(line, subject, cases, otherwise)

    def case(self) -> s.Case:
        self.take_word("is")
        if self.types[self.at] == OPERATOR and self.texts[self.at] in ("=", "<>", "<", ">", "<=", ">=", "><", "=<", "=>"):
            op = self.texts[self.at]
            self.at += 1
            return s.Case(SAME.get(op, op), self.expression())
        value = self.expression()
        if self.take_word("to"):
            return s.Case("to", value, self.expression())
        return s.Case("=", value)

    def for_statement(self, line: int) -> s.Statement:
        self.at += 1
        self.enter()
        if self.is_word("each") and self.types[self.at + 1] in (NAME, BRACKET):
            self.at += 1
            variable = self.primary()
            self.expect_word("in")
            group = self.expression()
            found: s.Statement = s.ForEach(line, variable, group, self.block())
        else:
            variable = self.primary()
            if self.take_word("as"):
                self.type_name()
            self.expect("=")
            start = self.expression()
            self.expect_word("to")
            end = self.expression()
            step = self.expression() if self.take_word("step") else None
            found = s.For(line, variable, start, end, step, self.block())
        self.depth -= 1
        self.next_of_for()
        return found

    def next_of_for(self) -> None:
        """`Next`, `Next i`, `Next j, i`: the part after the first comma is left for the loop around this one."""
        if not self.is_word("next"):
            return
        self.at += 1
        if self.types[self.at] in (NAME, BRACKET):
            self.primary()
        if self.is_operator(","):
            # What follows closes the loop outside: show it a Next of its own.
            self.types[self.at] = NAME
            self.texts[self.at] = "next"

    def do_statement(self, line: int) -> s.Statement | None:
        self.at += 1
        self.enter()
        test, until, after = None, False, False
        if self.is_word("while", "until"):
            until = self.texts[self.at] == "until"
            self.at += 1
            test = self.expression()
        body = self.block()
        if self.take_word("loop") and self.is_word("while", "until"):
            until, after = self.texts[self.at] == "until", True
            self.at += 1
            test = self.expression()
        self.depth -= 1
        return s.Do(line, test, until, after, body)

    def while_statement(self, line: int) -> s.Statement:
        self.at += 1
        self.enter()
        test = self.expression()
        body = self.block()
        if not self.take_word("wend") and self.is_word("end") and self.is_next("while"):
            self.at += 2
        self.depth -= 1
        return s.Do(line, test, until=False, after=False, body=body)

    def with_statement(self, line: int) -> s.Statement:
        self.at += 1
        self.enter()
        subject = self.expression()
        body = self.block()
        self.close("with")
        self.depth -= 1
        return s.With(line, subject, body)

    def goto_statement(self, line: int) -> s.Statement | None:
        sub = self.texts[self.at] == "gosub"
        if self.types[self.at + 1] not in (NAME, NUMBER, BRACKET):
            return None
        self.at += 2
        return s.GoTo(line, self.texts[self.at - 1], sub)

    def go_statement(self, line: int) -> s.Statement | None:
        """`Go To label`."""
        if not self.is_next("to") and not self.is_next("sub"):
            return None
        self.at += 3
        return s.GoTo(line, self.texts[self.at - 1], sub=self.texts[self.at - 2] == "sub")

    def on_statement(self, line: int) -> s.Statement:
        self.at += 1
        self.take_word("local")
        if self.take_word("error"):
            if self.take_word("resume"):
                self.expect_word("next")
                return s.OnError(line, "next")
            if self.take_word("go"):
                self.expect_word("to")
            else:
                self.expect_word("goto")
            negative = self.take("-")
            label = self.texts[self.at]
            self.at += 1
            return s.OnError(line, "-1" if negative else label)
        selector = self.expression()
        if not self.is_word("goto", "gosub"):
            raise Unreadable("GoTo expected")
        sub = self.texts[self.at] == "gosub"
        labels = []
        while True:
            self.at += 1
            labels.append(self.texts[self.at])
            self.at += 1
            if not self.is_operator(","):
                return s.OnJump(line, selector, labels, sub)

    def resume_statement(self, line: int) -> s.Statement | None:
        self.at += 1
        if self.at_end() or self.is_word("else"):
            return s.Resume(line, "")
        label = self.texts[self.at]
        self.at += 1
        return s.Resume(line, "" if label == "0" else label)

    def return_statement(self, line: int) -> s.Statement:
        self.at += 1
        return s.Return(line)

    def exit_statement(self, line: int) -> s.Statement | None:
        what = self.texts[self.at + 1]
        if what not in ("sub", "function", "property", "for", "do", "while"):
            return None
        self.at += 2
        return s.Exit(line, "do" if what == "while" else what)  # type: ignore[arg-type]

    def end_statement(self, line: int) -> s.Statement | None:
        if self.types[self.at + 1] not in (NEWLINE, COLON, END) and not (
            self.types[self.at + 1] == NAME and self.texts[self.at + 1] == "else"
        ):
            return None
        self.at += 1
        return s.End(line)

    def nothing(self, line: int) -> s.Statement | None:
        start = self.at
        if self.types[start + 1] not in (NEWLINE, COLON, END):
            return None
        self.at += 1
        return s.Nothing(line, self.texts[start])

    def option_statement(self, line: int) -> s.Statement | None:
        if not self.option(self.tree):
            return None
        return s.Nothing(line, "option")

    def raise_event(self, line: int) -> s.Statement | None:
        if self.types[self.at + 1] != NAME:
            return None
        self.at += 1
        name = self.name()
        args: list[s.Expr | None] = []
        if self.is_operator("("):
            args = self.arguments()[0]
        return s.RaiseEvent(line, name, args)

    # -- files (MS-VBAL 5.4.5)

    def open_statement(self, line: int) -> s.Statement | None:
        """`Open path For mode [Access access] [lock] As [#]number [Len = n]`."""
        if self.at + 1 < len(self.types) and self.types[self.at + 1] == OPERATOR and self.texts[self.at + 1] != "(":
            return None
        self.at += 1
        path = self.expression()
        words: list[str] = []
        while self.types[self.at] == NAME and not self.is_word("as"):
            words.append(self.texts[self.at])
            self.at += 1
        self.expect_word("as")
        handle = self.file_number()
        length = None
        if self.take_word("len"):
            self.expect("=")
            length = self.expression()
        return s.FileStatement(line, "open", [path, handle, length], words)

    def file_number(self) -> s.Expr:
        self.take("#")
        return self.expression()

    def close_statement(self, line: int) -> s.Statement | None:
        what = self.texts[self.at]
        self.at += 1
        handles: list[s.Expr | None] = []
        while not self.at_end() and not self.is_word("else"):
            handles.append(self.file_number())
            if not self.take(","):
                break
        return s.FileStatement(line, what, handles, [])

    def print_statement(self, line: int) -> s.Statement | None:
        """`Print #n, items` with `;`, `,`, `Spc(n)` and `Tab(n)`; `Write #n, items`."""
        what = self.texts[self.at]
        if not (self.types[self.at + 1] == OPERATOR and self.texts[self.at + 1] == "#"):
            return None
        self.at += 1
        args: list[s.Expr | None] = [self.file_number()]
        words: list[str] = []
        self.take(",")
        while not self.at_end() and not self.is_word("else"):
            if self.is_operator(";") or self.is_operator(","):
                words.append(self.texts[self.at])
                self.at += 1
                if len(words) > len(args) - 1:
                    args.append(None)
            else:
                args.append(self.expression())
                if not self.at_end() and not self.is_operator(";") and not self.is_operator(","):
                    words.append(";")
        return s.FileStatement(line, what, args, words)

    def file_arguments(self, line: int) -> s.Statement | None:
        """`Get #n, [record], variable` and its kin: a number and arguments."""
        what = self.texts[self.at]
        following = self.types[self.at + 1]
        if following not in (OPERATOR, NUMBER, NAME) or (following == OPERATOR and self.texts[self.at + 1] != "#"):
            return None
        if what in ("get", "put", "seek", "input", "width", "lock", "unlock") and following != OPERATOR and self.texts[self.at + 2] != ",":
            return None
        self.at += 1
        args: list[s.Expr | None] = [self.file_number()]
        while self.take(","):
            args.append(None if self.is_operator(",") or self.at_end() else self.expression())
        if self.take_word("to"):
            args.append(self.expression())
        return s.FileStatement(line, what, args, [])

    def line_statement(self, line: int) -> s.Statement | None:
        """`Line Input #n, variable`."""
        if not self.is_next("input"):
            return None
        self.at += 2
        handle = self.file_number()
        self.expect(",")
        return s.FileStatement(line, "line input", [handle, self.primary()], [])

    def name_statement(self, line: int) -> s.Statement | None:
        """`Name old As new`."""
        if self.types[self.at + 1] not in (NAME, STRING, BRACKET) or (self.types[self.at + 1] == NAME and self.texts[self.at + 2] == "="):
            return None
        self.at += 1
        old = self.expression()
        self.expect_word("as")
        return s.FileStatement(line, "name", [old, self.expression()], [])

    # ------------------------------------------------------------ expressions

    def expression(self) -> s.Expr:
        self.enter()
        tree = self.binary(0)
        self.depth -= 1
        return tree

    def continue_expression(self, left: s.Expr) -> s.Expr:
        """The rest of an expression whose first operand was read already."""
        self.enter()
        tree = self.rest_of_binary(left, 0)
        self.depth -= 1
        return tree

    def binary(self, lowest: int) -> s.Expr:
        """Precedence climbing; a chain of operators of one level is a loop, not a recursion."""
        return self.rest_of_binary(self.unary(), lowest)

    def rest_of_binary(self, left: s.Expr, lowest: int) -> s.Expr:
        types, texts = self.types, self.texts
        while True:
            kind = types[self.at]
            if kind not in (OPERATOR, NAME):
                return left
            op = texts[self.at]
            level = BINARY.get(op)
            if level is None or level < lowest:
                return left
            self.at += 1
            # Unary operators stand where an operand does: a * -b, a And Not b.
            right = self.binary(level + 1) if level < 13 or not self.is_operator("-") else self.unary()
            left = s.Binary(SAME.get(op, op), left, right)

    def unary(self) -> s.Expr:
        kind, text = self.types[self.at], self.texts[self.at]
        if kind == OPERATOR and text in "+-":
            self.at += 1
            self.enter()
            operand = self.binary(NEGATION)
            self.depth -= 1
            if text == "+":
                return operand
            if isinstance(operand, s.Lit) and type(operand.value) in (int, float):
                return s.Lit(-operand.value, operand.type)
            return s.Unary("-", operand)
        if kind == NAME:
            if text == "not":
                self.at += 1
                self.enter()
                operand = self.binary(NOT)
                self.depth -= 1
                return s.Unary("not", operand)
            if text == "new" and self.types[self.at + 1] == NAME:
                self.at += 1
                return s.New(self.type_name())
            if text == "typeof" and self.types[self.at + 1] in (NAME, BRACKET):
                self.at += 1
                operand = self.primary()
                self.expect_word("is")
                return s.TypeOf(operand, self.type_name())
            if text == "addressof" and self.types[self.at + 1] == NAME:
                self.at += 1
                return s.AddressOf(self.type_name().rpartition(".")[2])
        return self.primary()

    def primary(self, *, index: bool = True, head: bool = False) -> s.Expr:
        """A value with the members and arguments behind it. `head`: it begins a statement, and its own arguments may follow."""
        kind, text = self.types[self.at], self.texts[self.at]
        tree: s.Expr
        if kind == NAME:
            if text in LITERALS:
                self.at += 1
                return LITERALS[text]
            if text in RESERVED:
                raise Unreadable(f"{text} is no value")
            if text == self.project and self.texts[self.at + 1] == "." and self.texts[self.at + 2] in self.modules:
                self.at += 2  # Project.Module1.Procedure
                text = self.texts[self.at]
            self.at += 1
            tree = s.Name(text[:-1], text[-1]) if text[-1] in SUFFIXES else s.Name(text)
        elif kind == STRING:
            self.at += 1
            tree = s.Lit(text, "string")
        elif kind == NUMBER:
            self.at += 1
            value, type_ = number(text)
            return s.Lit(value, type_.lower())
        elif kind == DATE:
            self.at += 1
            return s.Lit(text[1:-1].strip(), "date")
        elif kind == BRACKET:
            self.at += 1
            tree = s.Name(text[1:-1].lower()) if self.foreign_names else s.Evaluate(text[1:-1])
        elif kind == OPERATOR:
            if text == "(":
                self.at += 1
                tree = self.expression()
                self.expect(")")
                if isinstance(tree, (s.Name, s.Member, s.Call)):
                    tree = s.ByVal(tree)
            elif text in (".", "!"):
                self.at += 1
                name = self.member_name()
                tree = s.Member(None, name) if text == "." else s.Bang(None, name)
            elif text == "#" and self.types[self.at + 1] == NUMBER:
                self.at += 1
                return self.primary()
            else:
                raise Unreadable("a value expected")
        else:
            raise Unreadable("a value expected")
        return self.postfix(tree, index=index, head=head and not self.vbscript)

    def member_name(self) -> str:
        name = self.name()
        return name[:-1] if name[-1:] in SUFFIXES and len(name) > 1 else name

    def stands_apart(self) -> bool:
        """Whether white space lies before this token, on the same line (MS-VBAL 5.6.12: a member access has none there, but may
        have a line continuation). Such a `.name` is an argument, a member of the object of the With block: `Shell .Caption, 0`.
        """
        at, source = self.tokens.offsets[self.at], self.tokens.source
        if source[at - 1 : at] not in (" ", "\t"):
            return False
        gap = source[self.tokens.offsets[self.at - 1] : at]
        return "\n" not in gap and "\r" not in gap

    def postfix(self, tree: s.Expr, *, index: bool = True, head: bool = False) -> s.Expr:
        types, texts = self.types, self.texts
        while types[self.at] == OPERATOR:
            text = texts[self.at]
            if head and text in (".", "!") and self.stands_apart():
                break
            if text == ".":
                if types[self.at + 1] not in (NAME, BRACKET):
                    raise Unreadable("a name expected")
                self.at += 1
                tree = s.Member(tree, self.member_name())
            elif text == "(" and index:
                args, named = self.arguments()
                tree = s.Call(tree, args, named)
            elif text == "!" and types[self.at + 1] in (NAME, BRACKET):
                self.at += 1
                name = texts[self.at]
                spelt = self.tokens.spellings.get(name, name) if types[self.at] == NAME else name[1:-1]
                self.at += 1
                tree = s.Bang(tree, spelt)
            else:
                break
        return tree

    def arguments(self) -> tuple[list[s.Expr | None], list[tuple[str, s.Expr]]]:
        self.expect("(")
        args: list[s.Expr | None] = []
        named: list[tuple[str, s.Expr]] = []
        if self.take(")"):
            return args, named
        while True:
            if self.is_operator(",") or self.is_operator(")"):
                args.append(None)
            else:
                self.argument(args, named)
            if self.take(")"):
                return args, named
            self.expect(",")


Compiled = bool | int | float | str | None
"""What a conditional compilation constant may be."""

MAX_CONDITIONAL: Final = 1024
"""Characters of a text for conditional compilation."""

SET_BY_OFFICE: Final[Mapping[str, Compiled]] = {"vba6": True, "vba7": True, "win32": True, "win64": True, "mac": False, "win16": False}


def constant(tree: s.Expr, names: Mapping[str, Compiled]) -> Compiled:
    """Value of a conditional compilation expression (MS-VBAL 3.4.1). A constant that nothing sets is Empty."""
    if isinstance(tree, s.Lit):
        return tree.value  # type: ignore[no-any-return]
    if isinstance(tree, s.Name):
        return names.get(tree.name)
    if isinstance(tree, s.ByVal):
        return constant(tree.operand, names)
    if isinstance(tree, s.Unary):
        value = constant(tree.operand, names)
        if tree.op == "not":
            return ~value if isinstance(value, int) and not isinstance(value, bool) else not value
        return -(value or 0) if isinstance(value, (int, float)) else value
    if isinstance(tree, s.Binary):
        return _constant_of_two(tree.op, constant(tree.left, names), constant(tree.right, names))
    return True


def _constant_of_two(op: str, left: Compiled, right: Compiled) -> Compiled:
    if op in ("and", "or", "xor"):
        return {"and": bool(left) and bool(right), "or": bool(left) or bool(right), "xor": bool(left) != bool(right)}[op]
    if op == "&":
        return f"{'' if left is None else left}{'' if right is None else right}"[:MAX_CONDITIONAL]
    left = (0 if not isinstance(right, str) else "") if left is None else -left if isinstance(left, bool) else left
    right = (0 if not isinstance(left, str) else "") if right is None else -right if isinstance(right, bool) else right
    if op in ("=", "<>"):
        return (left == right) == (op == "=")
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        if op in ("+", "-"):
            return left + right if op == "+" else left - right
        return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}.get(op)
    return True


ENDS: Final = frozenset("if select with sub function property class type enum while".split())

ALONE: Final = frozenset("else loop wend next end return resume stop do doevents beep randomize close reset exit endif then".split())
"""Words that, followed by a colon, are statements rather than labels."""

BEFORE_EQUALS: Final = frozenset(("if", "while", "do", "for", "select", "with", "on"))

RESERVED: Final = frozenset("then to step else elseif loop wend until and or xor mod imp eqv like is end sub function".split())

MODULE_ITEMS: Final = {
    "attribute": _Parser.attribute,
    "option": _Parser.option,
    "sub": _Parser.procedure_item,
    "function": _Parser.procedure_item,
    "property": _Parser.procedure_item,
    "class": _Parser.class_block,
    "version": _Parser.version,
    "implements": _Parser.implements,
    **dict.fromkeys(
        "defbool defbyte defint deflng deflnglng deflngptr defsng defdbl defcur defdate defdec defstr defobj defvar".split(),
        _Parser.def_type,
    ),
    **dict.fromkeys(("declare", "type", "enum", "event"), _Parser.declaration),
}

DEF_TYPES: Final = {
    "defbool": "boolean",
    "defbyte": "byte",
    "defint": "integer",
    "deflng": "long",
    "deflnglng": "longlong",
    "deflngptr": "longptr",
    "defsng": "single",
    "defdbl": "double",
    "defcur": "currency",
    "defdate": "date",
    "defdec": "decimal",
    "defstr": "string",
    "defobj": "object",
    "defvar": "variant",
}

STATEMENTS: Final = {
    "call": _Parser.call_statement,
    "set": _Parser.set_statement,
    "let": _Parser.let_statement,
    "lset": _Parser.lset_statement,
    "rset": _Parser.lset_statement,
    "dim": _Parser.dim_item,
    "static": _Parser.dim_item,
    "public": _Parser.dim_item,
    "private": _Parser.dim_item,
    "global": _Parser.dim_item,
    "const": _Parser.const_statement,
    "redim": _Parser.redim_statement,
    "erase": _Parser.erase_statement,
    "if": _Parser.if_statement,
    "select": _Parser.select_statement,
    "for": _Parser.for_statement,
    "do": _Parser.do_statement,
    "while": _Parser.while_statement,
    "with": _Parser.with_statement,
    "goto": _Parser.goto_statement,
    "gosub": _Parser.goto_statement,
    "go": _Parser.go_statement,
    "on": _Parser.on_statement,
    "resume": _Parser.resume_statement,
    "return": _Parser.return_statement,
    "exit": _Parser.exit_statement,
    "end": _Parser.end_statement,
    "stop": _Parser.nothing,
    "option": _Parser.option_statement,
    "raiseevent": _Parser.raise_event,
    "open": _Parser.open_statement,
    "close": _Parser.close_statement,
    "reset": _Parser.close_statement,
    "print": _Parser.print_statement,
    "write": _Parser.print_statement,
    "line": _Parser.line_statement,
    "name": _Parser.name_statement,
    **dict.fromkeys(("get", "put", "seek", "input", "lock", "unlock", "width"), _Parser.file_arguments),
}
