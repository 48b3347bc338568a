"""The simplified source of a project: what ran, with what it computed, without the junk around it.

Only procedures that were called are shown. An assignment that ran once shows the value it gave; statements in branches
that were never entered are left out, and so are assignments to variables that no call and no kept branch depends on.
Names stay as they are. A statement that had an effect carries it as a comment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from emoscan.evaluate.core.values import Unknown
from emoscan.evaluate.vba import syntax as s
from emoscan.evaluate.vba.project import Project
from emoscan.evaluate.vba.symbols import UNSET, Procedure, blocks, expressions, statements
from emoscan.evaluate.vba.unparse import quoted, text_of
from emoscan.model import Fact

MAX_TEXT: Final = 1 << 20
MAX_VALUE: Final = 1 << 16

Effects = dict[tuple[str, int], list[str]]


class Simplified:
    """The text, and how much of the code was kept."""

    def __init__(self, text: str, kept: int, statements: int) -> None:
        self.text = text
        self.kept = kept
        self.statements = statements

    @property
    def junk(self) -> float:
        """Share of the statements that were left out."""
        return 1 - self.kept / self.statements if self.statements else 0.0


def simplify(project: Project, facts: Iterable[Fact]) -> Simplified:
    """The simplified source of a project that has run; `facts` are those it emitted."""
    effects: Effects = defaultdict(list)
    for fact in facts:
        if fact.kind.startswith("effect.") and fact.kind != "effect.query" and "line" in fact.detail:
            place = (fact.detail.get("module", ""), int(fact.detail["line"]))
            effects[place].append(f"{fact.kind.removeprefix('effect.')}: {fact.value}")
    lines: list[str] = []
    kept = total = 0
    for module in project.modules.values():
        outside = [p for p in project.procedures if not p.name and p.module is module and p.tree.body]
        ran = [p for p in dict.fromkeys((*outside, *module.procedures.values())) if p.trace and p.trace[0]]
        total += sum(1 for p in (*outside, *module.procedures.values()) for _ in statements(p.tree.body))
        if not ran:
            continue
        lines.append(f"' ---- {module.shown}")
        for procedure in ran:
            writer = _Writer(project, procedure, effects)
            lines += writer.procedure()
            kept += writer.kept
    return Simplified("\n".join(lines)[:MAX_TEXT] + "\n" if lines else "", kept, total)


class _Writer:
    def __init__(self, project: Project, procedure: Procedure, effects: Effects) -> None:
        self.project = project
        self.owner = procedure
        self.effects = effects
        self.spellings = project.spellings
        self.lines: list[str] = []
        self.indent = 1
        self.kept = 0
        self.names: dict[str, bool] = {}
        """By name: whether a procedure of the project is meant."""
        self.acting: dict[int, bool] = {}
        self.live = self.live_names()

    # ------------------------------------------------------------ what is worth keeping

    def live_names(self) -> set[str]:
        """Names that calls, conditions and the procedure's result depend on, directly or through assignments."""
        uses: dict[str, set[str]] = defaultdict(set)
        live = {self.owner.name} | {p.name for p in self.owner.tree.parameters}
        module = self.owner.module
        for node in statements(self.owner.tree.body):
            if id(node) in self.owner.junk or not self.was_reached(node):
                continue
            match node:
                case s.Assign(target=s.Name(name=name)):
                    uses[name].update(self.names_in([node.value]))
                    if self.acts(node) or name in module.variables or name in self.project.public:
                        live |= uses[name] | {name}
                case s.Assign():
                    live.update(self.names_in(expressions(node)))
                case s.For() | s.ForEach() | s.Dim() | s.Const() | s.Label() | s.Nothing():
                    names = self.names_in(expressions(node))
                    for name in names:
                        uses[name].update(names)
                case s.If() | s.Do() | s.Select():
                    if any(self.acts(inner) for block in blocks(node) for inner in statements(block)):
                        live.update(self.names_in(expressions(node)))
                case _:
                    live.update(self.names_in(expressions(node)))
        queue = list(live)
        while queue:
            for name in uses.get(queue.pop(), ()):
                if name not in live:
                    live.add(name)
                    queue.append(name)
        return live

    def acts(self, node: s.Statement) -> bool:
        """Whether a statement may do something beyond computing: a call that is no library function, an effect."""
        known = self.acting.get(id(node))
        if known is None:
            known = self.acting[id(node)] = self._acts(node)
        return known

    def _acts(self, node: s.Statement) -> bool:
        if (self.owner.module.shown, node.line) in self.effects:
            return True
        if isinstance(node, (s.Invoke, s.FileStatement, s.End, s.Exit, s.GoTo, s.RaiseEvent)):
            return True
        for tree in expressions(node):
            found = self.project.shared.reads(tree)
            if any(isinstance(call.function, s.Member) for call in found.calls) or any(map(self.is_procedure, found.names)):
                return True
        return False

    def names_in(self, trees: Iterable[s.Expr]) -> list[str]:
        return [name for tree in trees for name in self.project.shared.reads(tree).names]

    def is_procedure(self, name: str) -> bool:
        known = self.names.get(name)
        if known is None:
            known = self.names[name] = isinstance(self.project.lookup(self.owner.module, name), Procedure)
        return known

    def value(self, node: s.Statement) -> Any:
        """What a statement gave, UNSET when it was not reached or is not traced."""
        slot = self.owner.slots.get(id(node))
        return self.owner.trace[slot] if slot is not None and slot < len(self.owner.trace) else UNSET

    def was_reached(self, node: s.Statement) -> bool:
        """Whether a statement ran; of one that leaves no trace (inside a loop, a declaration) it is assumed."""
        return id(node) not in self.owner.slots or self.value(node) is not UNSET

    def block_was_reached(self, body: list[s.Statement]) -> bool:
        traced = [node for node in statements(body) if id(node) in self.owner.slots]
        return not traced or any(self.value(node) is not UNSET for node in traced)

    # ------------------------------------------------------------ writing

    def procedure(self) -> list[str]:
        tree = self.owner.tree
        if not tree.name:
            self.indent = 0
            self.body(tree.body)
            return self.lines
        word = {"sub": "Sub", "function": "Function", "get": "Property Get", "let": "Property Let", "set": "Property Set"}[tree.kind]
        parameters = ", ".join(self.spell(p.name) for p in tree.parameters)
        self.lines = [f"{word} {self.spell(tree.name)}({parameters})"]
        self.body(tree.body)
        self.lines.append(f"End {word.split(' ', maxsplit=1)[0]}")
        return self.lines

    def spell(self, name: str) -> str:
        return self.spellings.get(name, name)

    def text(self, tree: s.Expr | None) -> str:
        return text_of(tree, self.spellings)

    def put(self, line: str, node: s.Statement | None = None) -> None:
        pad = "    " * self.indent
        self.lines.append(pad + line)
        if node is not None:
            self.kept += 1
            for effect in dict.fromkeys(self.effects.get((self.owner.module.shown, node.line), ())):
                self.lines.append(f"{pad}' => {comment(effect)}")

    def block(self, body: list[s.Statement]) -> None:
        self.indent += 1
        self.body(body)
        self.indent -= 1

    def body(self, body: list[s.Statement]) -> None:
        for node in body:
            if id(node) not in self.owner.junk and self.was_reached(node):
                self.statement(node)

    def statement(self, node: s.Statement) -> None:
        match node:
            case s.Assign():
                self.assign(node)
            case s.Invoke():
                self.put(self.invocation(node), node)
            case s.If():
                self.if_(node)
            case s.Select():
                self.select(node)
            case s.For():
                self.loop(
                    node, f"For {self.text(node.variable)} = {self.text(node.start)} To {self.text(node.end)}{self.step(node)}", "Next"
                )
            case s.ForEach():
                self.loop(node, f"For Each {self.text(node.variable)} In {self.text(node.group)}", "Next")
            case s.Do():
                test = f" {'Until' if node.until else 'While'} {self.text(node.test)}" if node.test is not None else ""
                self.loop(node, f"Do{'' if node.after else test}", f"Loop{test if node.after else ''}")
            case s.With():
                self.put(f"With {self.text(node.object)}", node)
                self.block(node.body)
                self.put("End With")
            case s.ReDim():
                self.if_live(
                    node, f"ReDim {'Preserve ' if node.preserve else ''}{self.text(node.target)}({self.bounds(node)})", node.target
                )
            case s.MidAssign():
                self.if_live(node, f"Mid({self.text(node.target)}, {self.text(node.start)}) = {self.text(node.value)}", node.target)
            case s.OnError():
                label = {"next": "Resume Next", "0": "GoTo 0"}.get(node.label, f"GoTo {node.label}")
                self.put(f"On Error {label}", node)
            case s.FileStatement():
                args = ", ".join(self.text(a) for a in node.args)
                self.put(f"{node.what.title()} {args} {' '.join(node.words)}".rstrip(), node)
            case s.Label():
                self.put(f"{node.name}:")
            case s.GoTo():
                self.put(f"{'GoSub' if node.sub else 'GoTo'} {node.label}", node)
            case s.Exit():
                self.put(f"Exit {node.what.capitalize()}", node)
            case s.End():
                self.put("End", node)
            case s.Bad():
                self.put(f"' not understood: {comment(node.text)}", node)
            case s.Resume():
                self.put(f"Resume {node.label.capitalize()}".rstrip(), node)
            case _:
                pass

    def assign(self, node: s.Assign) -> None:
        target = node.target
        if isinstance(target, s.Name) and target.name not in self.live and not self.acts(node):
            return
        value = self.value(node)
        word = "Set " if node.set else ""
        text = self.folded(value) if self.owner.trace[0] == 1 and not node.set else ""
        self.put(f"{word}{self.text(target)} = {text or self.text(node.value)}", node)

    @staticmethod
    def folded(value: Any) -> str:
        """A value as VBA text; "" for what has none."""
        if isinstance(value, bool):
            return str(value)
        if isinstance(value, (int, float)):
            return repr(value)
        if isinstance(value, str) and len(value) <= MAX_VALUE:
            return quoted(value)
        if isinstance(value, Unknown) and value.parts:
            return " & ".join(quoted(p) if isinstance(p, str) else f"[{p.why}]" for p in value.parts)
        return ""

    def invocation(self, node: s.Invoke) -> str:
        tree = node.call
        if isinstance(tree, s.Call):
            args = [self.text(a) for a in tree.args] + [f"{self.spell(n)}:={self.text(v)}" for n, v in tree.named]
            return f"{self.text(tree.function)} {', '.join(args)}".rstrip()
        return self.text(tree)

    def if_(self, node: s.If) -> None:
        branches = [(test, block) for test, block in node.branches if self.block_was_reached(block)]
        otherwise = node.otherwise if self.block_was_reached(node.otherwise) else []
        whole = [x for _, block in branches for x in block] + otherwise
        if not any(self.matters(inner) for inner in whole):
            return
        word = "If"
        for test, block in branches:
            self.put(f"{word} {self.text(test)} Then", node if word == "If" else None)
            self.block(block)
            word = "ElseIf"
        if otherwise:
            if branches:
                self.put("Else")
                self.block(otherwise)
            else:
                self.put(f"If Not ({self.text(node.branches[0][0])}) Then", node)
                self.block(otherwise)
        self.put("End If")

    def select(self, node: s.Select) -> None:
        cases = [(tests, block) for tests, block in node.cases if self.block_was_reached(block)]
        otherwise = node.otherwise if self.block_was_reached(node.otherwise) else []
        if not any(self.matters(x) for _, block in cases for x in block) and not any(map(self.matters, otherwise)):
            return
        self.put(f"Select Case {self.text(node.subject)}", node)
        for tests, block in cases:
            self.put("Case " + ", ".join(self.case(test) for test in tests))
            self.block(block)
        if otherwise:
            self.put("Case Else")
            self.block(otherwise)
        self.put("End Select")

    def case(self, test: s.Case) -> str:
        if test.op == "to":
            return f"{self.text(test.value)} To {self.text(test.upper)}"
        return self.text(test.value) if test.op == "=" else f"Is {test.op} {self.text(test.value)}"

    def matters(self, node: s.Statement) -> bool:
        """Whether a statement would be written."""
        match node:
            case s.Assign(target=s.Name(name=name)):
                return self.was_reached(node) and (name in self.live or self.acts(node))
            case s.Dim() | s.Const() | s.Nothing() | s.Label():
                return False
            case s.If() | s.Select() | s.For() | s.ForEach() | s.Do() | s.With():
                return any(self.matters(inner) for block in blocks(node) for inner in block)
        return self.was_reached(node)

    def loop(self, node: s.For | s.ForEach | s.Do, head: str, foot: str) -> None:
        if not any(self.matters(inner) for inner in node.body):
            return
        self.put(head, node)
        self.block(node.body)
        self.put(foot)

    def step(self, node: s.For) -> str:
        return f" Step {self.text(node.step)}" if node.step is not None else ""

    def bounds(self, node: s.ReDim) -> str:
        return ", ".join(f"{self.text(low)} To {self.text(high)}" if low is not None else self.text(high) for low, high in node.bounds)

    def if_live(self, node: s.Statement, line: str, target: s.Expr) -> None:
        if not isinstance(target, s.Name) or target.name in self.live:
            self.put(line, node)


def comment(text: str) -> str:
    return " ".join(text.split())[:500]
