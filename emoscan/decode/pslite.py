"""PowerShell made readable without running it: ticks, split literals, format strings, replacements and character codes.

Constants only. What depends on a variable stays as it is, and what comes out means what went in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from emoscan.budget import Budget
from emoscan.context import Context
from emoscan.model import SIMPLIFIED, Artifact, Child, Fact, Yields
from emoscan.parse.lazy import lazy
from emoscan.parse.literals import number_of, quoted, tokens, value_of
from emoscan.parse.text import as_bytes, text_of
from emoscan.registry import step

ROUNDS: Final = 40
MANY: Final = 5
"""Expressions from which a script is called obfuscated; honest ones hold a few format strings."""
LONGEST: Final = 1 << 20
"""Characters of one literal."""


@step("powershell.simplify", takes="script.powershell", fallback=True)
def simplify(artifact: Artifact, ctx: Context) -> Yields:
    script = Script(text_of(artifact.data), ctx.budget)
    script.reduce()
    for layer in script.layers():
        ctx.budget.grow(len(layer), "text that is run")
        yield Child(as_bytes(layer), "script.powershell", how="text that iex runs")
    if script.changes:
        simplified = as_bytes(script.text())
        ctx.budget.grow(len(simplified), "simplified script")
        if script.odd >= MANY:
            yield Fact("obfuscation.powershell", f"{script.odd} obfuscated expressions", detail={"count": str(script.odd)})
        yield Child(simplified, "script.powershell", how=SIMPLIFIED)


# While a script is worked on, each literal is a number between marks, so no pattern can take the text between two
# literals for a third: \1 7 \2 is a constant, \3 8 \4 a string that is not (it holds a variable).
_L: Final = "\1([0-9]+)\2"
_L0: Final = "\1[0-9]+\2"
_NUMBER: Final = lazy("\1([0-9]+)\2")
_RAW: Final = lazy("\3([0-9]+)\4")
_MARKS: Final = str.maketrans("", "", "\1\2\3\4")
_VARIABLE: Final = lazy(r"(?<!`)\$[\w({:]")
_TICK_IN_WORD: Final = lazy(r"(?<=[A-Za-z])`(?=[c-dg-mo-qsw-zA-Z])|(?<![\w`])`[c-dg-mo-qsw-zA-Z](?=\w)")
"""A tick that means nothing where it stands: `n, `t and the like mean something."""
_TICKS: Final = lazy(r"`(?:\r?\n[ \t]*+|([\s\S]))")

_IEX: Final = r"(?:iex|invoke-expression)(?![\w-])"
_RUN: Final = lazy(rf"(?<![\w.$-]){_IEX}\s*[(\s]*{_L}|{_L}\s*\)*\s*\|\s*[&.]?\s*\(?\s*{_IEX}", re.IGNORECASE)
SHORTEST_LAYER: Final = 8
_OPERATOR: Final = lazy(r"(?<![\w-])(-(?:f|[ci]?replace|join|[ci]?split|bxor))(?=[(\1\3])", re.IGNORECASE)


class Script:
    """A script whose literals are held apart.

    `changes` counts what was undone; `odd` counts what nobody writes for people: ticks inside words, and words put
    together from pieces.
    """

    def __init__(self, text: str, budget: Budget) -> None:
        self.changes = 0
        self.odd = 0
        self._budget = budget
        self._values: list[str] = []
        self._raw: list[str] = []
        self._skeleton = self._take_apart(text.translate(_MARKS))

    def text(self) -> str:
        shown = _NUMBER.sub(lambda m: quoted(self._values[int(m[1])], "powershell", "'"), self._skeleton)
        return _RAW.sub(lambda m: self._raw[int(m[1])], shown)

    def reduce(self) -> None:
        """Apply every rule until none fits any more."""
        for _ in range(ROUNDS):
            before = self._skeleton
            for pattern, replacement in _RULES:
                self._budget.spend(len(self._skeleton) // 64 + 1)
                self._skeleton = pattern.sub(lambda m, f=replacement: f(self, m), self._skeleton)  # type: ignore[misc]
            if self._skeleton == before:
                return

    def layers(self) -> list[str]:
        """Constants that the script runs as code."""
        return [value for match in _RUN.finditer(self._skeleton) if len(value := self._values[int(match[1] or match[2])]) >= SHORTEST_LAYER]

    # ------------------------------------------------------------ literals

    def _take_apart(self, text: str) -> str:
        pieces: list[str] = []
        at = 0
        for token in tokens(text, "powershell"):
            pieces.append(self._without_ticks(text[at : token.start]))
            if token.type == "string":
                pieces.append(self._literal(text[token.start : token.end]))
            at = token.end
        pieces.append(self._without_ticks(text[at:]))
        return _OPERATOR.sub(r"\1 ", "".join(pieces))

    def _literal(self, written: str) -> str:
        expands = written.lstrip("@")[:1] not in "'\u2018\u2019\u201a\u201b"
        if expands and "$" in written and _VARIABLE.search(written):
            self._raw.append(written)
            return f"\3{len(self._raw) - 1}\4"
        if expands and "`" in written:
            self._ticks(written)
        return self.constant(value_of(written, "powershell"))

    def _without_ticks(self, code: str) -> str:
        if "`" not in code:
            return code
        self._ticks(code)
        return _TICKS.sub(lambda m: m[1] or " ", code)

    def _ticks(self, written: str) -> None:
        count = len(_TICK_IN_WORD.findall(written))
        self.changes += count
        self.odd += count

    def constant(self, value: str) -> str:
        """The mark of a new constant."""
        self._budget.grow(len(value), "literal")
        self._values.append(value)
        return f"\1{len(self._values) - 1}\2"

    def value(self, mark: str) -> str:
        return self._values[int(mark)]

    def values(self, marks: str) -> list[str]:
        return [self._values[int(number)] for number in _NUMBER.findall(marks)]

    def undone(self, value: str, match: re.Match[str]) -> str:
        """The mark of what an expression comes to, or the expression when that is too long."""
        if len(value) > LONGEST:
            return match[0]
        self.changes += 1
        self.odd += len(value) > 2 and not any(letter.isspace() for letter in value)
        return self.constant(value)


# ---------------------------------------------------------------- rules


def _character(script: Script, match: re.Match[str]) -> str:
    code = number_of(match[1] or match[2])
    return script.undone(chr(code), match) if 0 < code < 0x10000 else match[0]


def _joined(script: Script, match: re.Match[str]) -> str:
    return script.undone("".join(script.values(match[0])), match)


def _bare(_script: Script, match: re.Match[str]) -> str:
    return match[1]


_PLACE: Final = lazy(r"\{\{|\}\}|\{\s*([0-9]{1,4})\s*(?:,\s*(-?[0-9]{1,3})\s*)?\}")


def _formatted(script: Script, match: re.Match[str]) -> str:
    arguments = [script.value(m[1]) if m[1] else m[2] for m in re.finditer(f"{_L}|([0-9]+)", match[2])]
    form = script.value(match[1])
    if any(int(place[1]) >= len(arguments) for place in _PLACE.finditer(form) if place[1]):
        return match[0]
    if len(form) + sum(len(arguments[int(place[1])]) for place in _PLACE.finditer(form) if place[1]) > LONGEST:
        return match[0]

    def fill(place: re.Match[str]) -> str:
        if not place[1]:
            return place[0][0]
        width = int(place[2] or 0)
        return arguments[int(place[1])].rjust(width) if width >= 0 else arguments[int(place[1])].ljust(-width)

    return script.undone(_PLACE.sub(fill, form), match)


def _replaced(script: Script, match: re.Match[str]) -> str:
    text, old = script.value(match[1]), script.value(match[2])
    new = script.value(match[3]) if match[3] else ""
    if not old or len(text) + text.count(old) * len(new) > LONGEST:
        return match[0]
    return script.undone(text.replace(old, new), match)


_PLAIN_PATTERN: Final = lazy(r"(?:[^\\^$.|?*+()\[\]{}]|\\[^\w])+\Z")


def _substituted(script: Script, match: re.Match[str]) -> str:
    """-replace takes a regular expression; only patterns that stand for themselves are handled."""
    text, pattern = script.value(match[1]), script.value(match[3])
    new = script.value(match[4]) if match[4] else ""
    if not _PLAIN_PATTERN.match(pattern) or "$" in new:
        return match[0]
    old = re.sub(r"\\(.)", r"\1", pattern)
    if len(text) + text.count(old) * len(new) > LONGEST:
        return match[0]
    flags = re.NOFLAG if match[2].lower() == "c" else re.IGNORECASE
    return script.undone(re.sub(re.escape(old), lambda _: new, text, flags=flags), match)


def _listed(script: Script, match: re.Match[str]) -> str:
    separator = script.value(match["separator"]) if "separator" in match.re.groupindex else ""
    return script.undone(separator.join(script.values(match["list"])), match)


def _reversed(script: Script, match: re.Match[str]) -> str:
    text = script.value(match[1])
    if match[2] and int(match[2]) != len(text):
        return match[0]
    return script.undone(text[::-1], match)


def _invoke(script: Script, match: re.Match[str]) -> str:
    """iex, cut out of the value of a variable that is the same everywhere."""
    if match[1] and script.value(match[1]).lower() not in {"x", "*mdr*", "maximumdrivecount"}:
        return match[0]
    script.changes += 1
    script.odd += 1
    return "iex"


_IDENTIFIER: Final = lazy(r"[A-Za-z_][\w-]{0,80}\Z")


def _named(script: Script, match: re.Match[str]) -> str:
    """A member or a command whose name is a literal."""
    name = script.value(match[2])
    if not _IDENTIFIER.match(name):
        return match[0]
    script.changes += 1
    script.odd += 1
    return match[1] + name


_LIST: Final = rf"(?P<list>{_L0}(?:\s*,\s*{_L0})*+)"
_SEPARATOR: Final = "\1(?P<separator>[0-9]+)\2"
_PREFERENCE: Final = r"\$verbosepreference\s*(?:\.\s*tostring\s*\(\s*\)\s*)?"
_ARGUMENTS: Final = rf"((?:{_L0}|[0-9]+)(?:\s*,\s*(?:{_L0}|[0-9]+))*+)"

_RULES: Final[tuple[tuple[re.Pattern[str], Callable[[Script, re.Match[str]], str]], ...]] = tuple(
    (lazy(pattern, re.IGNORECASE), rule)
    for pattern, rule in (
        (
            r"(?:\[\s*string\s*\]\s*)?\[\s*char\s*\]\s*(?:(0x[0-9a-f]{1,4}|[0-9]{1,5})(?![\w.])|\(\s*(0x[0-9a-f]{1,4}|[0-9]{1,5})\s*\))",
            _character,
        ),
        (rf"\[\s*string\s*\]\s*({_L0})", _bare),
        (rf"{_L0}(?:\s*\+\s*{_L0})++", _joined),
        (rf"(?<![\w\2\4)\]}}.])\(\s*({_L0})\s*\)", _bare),
        (rf"{_L}\s*-f\s*{_ARGUMENTS}", _formatted),
        (rf"{_L}\s*-f\s*\(\s*{_ARGUMENTS}\s*\)", _formatted),
        (rf"([\w)\]\2\4]\s*\.\s*){_L}(?=\s*[(.=,;)])", _named),
        (rf"((?<![\w\2\4)\]])[&.]\s*){_L}(?=[\s(])", _named),
        (rf"((?<![\w\2\4)\]])[&.]\s*)\(\s*{_L}\s*\)", _named),
        (r"[&.]\s*\(\s*(iex)\s*\)", _bare),
        (rf"{_L}\s*\.\s*replace\s*\(\s*{_L}\s*,\s*{_L}\s*\)", _replaced),
        (rf"{_L}\s*-([ci]?)replace\s*{_L}(?:\s*,\s*{_L})?", _substituted),
        (rf"{_L}\s*-([ci]?)replace\s*\(\s*{_L}(?:\s*,\s*{_L})?\s*\)", _substituted),
        (rf"(?<![\w\2)\]])-join\s*\(\s*{_LIST}\s*\)", _listed),
        (rf"\(\s*{_LIST}\s*\)\s*-join\s*{_SEPARATOR}", _listed),
        (rf"\[\s*string\s*\]\s*::\s*join\s*\(\s*{_SEPARATOR}\s*,\s*\(?\s*{_LIST}\s*\)?\s*\)", _listed),
        (rf"{_L}\s*\[\s*-1\s*\.\.\s*-\s*(?:([0-9]+)|\(\s*{_L0}\s*\.\s*length\s*\))\s*\](?:\s*-join\s*{_L0})?", _reversed),
        (rf"(?:{_PREFERENCE}|\(\s*(?:\[\s*string\s*\]\s*)?{_PREFERENCE}\s*\))\s*\[\s*1\s*,\s*3\s*\]\s*\+\s*{_L}\s*-join\s*{_L0}", _invoke),
        (rf"\(\s*(?:gv|get-variable|variable)\s+{_L}\s*\)\s*\.\s*name\s*\[\s*3\s*,\s*11\s*,\s*2\s*\]\s*-join\s*{_L0}", _invoke),
        (rf"\$env:comspec\s*\[\s*4\s*,\s*(?:15|24|26)\s*,\s*25\s*\]\s*-join\s*{_L0}()", _invoke),
        (
            rf"\$(?:pshome\s*\[\s*(?:4|21)\s*\]\s*\+\s*\$pshome\s*\[\s*(?:30|34)\s*\]|shellid\s*\[\s*1\s*\]\s*\+\s*\$shellid\s*\[\s*13\s*\])\s*\+\s*{_L}",
            _invoke,
        ),
    )
)
