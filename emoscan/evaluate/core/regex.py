"""Regular expressions of samples: .NET's (and VBScript's) on a matcher of our own that counts its steps.

A pattern out of a sample may be written to run for ever (`(a+)+$`). No backtracking library with a time limit was
found good enough: `re` cannot be stopped inside a search, and `regex`, which can, still takes all memory when it
compiles `((a{1000}){1000}){1000}`. So patterns run on a small backtracking machine with a step counter, which makes
the limit the same on every computer. Patterns in which nothing can be tried twice (by far the most) are handed to `re`.

VBScript's are the option ECMASCRIPT. Differences to .NET: no balancing groups, Unicode categories are approximated, digits and word characters are Python's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

STEPS: Final = 2_000_000
"""Steps one search may take, at about 5 million a second."""

LONGEST: Final = 20_000
"""Characters of a pattern."""

DEEPEST: Final = 60
"""Groups within groups."""

MOST_COUNTED: Final = 100_000
"""The largest number of repetitions a pattern may ask for."""

PATHS: Final = 64
"""Ways through a pattern up to which it is given to `re`."""

IGNORE_CASE, MULTILINE, EXPLICIT, SINGLELINE, EXTENDED, RIGHT_TO_LEFT, ECMASCRIPT = 1, 2, 4, 16, 32, 64, 256
"""As RegexOptions numbers them. ECMASCRIPT also leaves out what only .NET has, and `$` is the very end: that is VBScript."""


class BadPattern(ValueError):
    """The pattern is no regular expression, or uses what is not modelled."""


class TooManySteps(Exception):
    """The search was given up."""


class Match:
    """`spans[n]` is (start, end) of group n, (-1, -1) when it took no part; group 0 is the whole."""

    __slots__ = ("regex", "spans", "text")

    def __init__(self, text: str, spans: list[tuple[int, int]], regex: Regex) -> None:
        self.text = text
        self.spans = spans
        self.regex = regex

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[0][1]

    def group(self, number: int) -> str:
        start, end = self.spans[number]
        return self.text[start:end] if start >= 0 else ""


class Regex:
    """A compiled pattern. `names` maps the names of groups to their numbers."""

    __slots__ = ("_first", "_fold", "_machine", "_python", "backward", "groups", "names", "pattern", "steps")

    def __init__(self, pattern: str, options: int = 0) -> None:
        if len(pattern) > LONGEST:
            raise BadPattern("pattern too long")
        reader = _Reader(pattern, options)
        tree = reader.read()
        self.pattern = pattern
        self.names = reader.names
        self.groups = reader.group_count
        self.backward = bool(options & RIGHT_TO_LEFT)
        self.steps = 0
        """Steps the searches so far have taken."""
        self._fold = reader.folds
        self._first: re.Pattern[str] | None = None
        self._python: re.Pattern[str] | None = None
        self._machine: list[tuple[Any, ...]] = []
        if not self.backward and _paths(tree, last=True) <= PATHS:
            self._python = re.compile(_as_python(tree))
        else:
            self._machine = _Assembler(self.groups).program(tree, backward=self.backward)
            self._first = None if self.backward else _first_of(tree)

    def search(self, text: str, start: int = 0, limit: int = STEPS) -> Match | None:
        """The first match at or after `start` (right to left: the last that ends at or before it). Raises TooManySteps."""
        if self._python is not None:
            found = self._python.search(text, start)
            self.steps += 1 + len(text) // 256
            return Match(text, list(found.regs), self) if found else None
        return self._search(text, start, limit)

    def _search(self, text: str, start: int, limit: int) -> Match | None:
        run = _Run(self._machine, text, self._fold, self.groups, limit)
        run.last = start
        try:
            if self.backward:
                for at in range(start, -1, -1):
                    spans = run.match(at)
                    if spans is not None:
                        return Match(text, spans, self)
                return None
            at = start
            while at <= len(text):
                if self._first is not None:
                    found = self._first.search(text, at)
                    if found is None:
                        return None
                    at = found.start()
                spans = run.match(at)
                if spans is not None:
                    return Match(text, spans, self)
                at += 1
            return None
        finally:
            self.steps += limit - run.left

    def matches(self, text: str, start: int | None = None) -> Iterator[Match]:
        """All matches one after the other, from the left or the right."""
        left = STEPS
        at = (len(text) if self.backward else 0) if start is None else start
        while 0 <= at <= len(text):
            before = self.steps
            found = self.search(text, at, left)
            left -= self.steps - before
            if left <= 0:
                raise TooManySteps
            if found is None:
                return
            yield found
            at = found.start - (found.start == found.end) if self.backward else found.end + (found.start == found.end)

    def replace(self, text: str, replacement: Callable[[Match], str], count: int = -1) -> str:
        """The text with matches replaced, `count` of them when it is not negative."""
        pieces: list[str] = []
        done = 0
        if self.backward:
            at = len(text)
            for found in self.matches(text):
                if done == count:
                    break
                pieces += [text[found.end : at], replacement(found)]
                at = found.start
                done += 1
            pieces.append(text[:at])
            return "".join(reversed(pieces))
        at = 0
        for found in self.matches(text):
            if done == count:
                break
            pieces += [text[at : found.start], replacement(found)]
            at = found.end
            done += 1
        pieces.append(text[at:])
        return "".join(pieces)

    def split(self, text: str, count: int = 0) -> list[str]:
        """The text between matches, with what groups of the pattern took. `count` is the most pieces, 0 for all."""
        pieces: list[str] = []
        at = 0
        found_all = list(self.matches(text))
        if self.backward:
            found_all.reverse()
        for found in found_all:
            if count and len(pieces) + 1 >= count:
                break
            pieces.append(text[at : found.start])
            pieces += [found.group(n) for n in range(1, self.groups + 1) if found.spans[n][0] >= 0]
            at = found.end
        pieces.append(text[at:])
        return pieces


@lru_cache(maxsize=256)
def compile_regex(pattern: str, options: int = 0) -> Regex:
    """Raises BadPattern."""
    return Regex(pattern, options)


_REFERENCE: Final = re.compile(r"\$(?:(\d{1,4})|\{(\w{1,60})\}|([$&`'+_]))")


def expand(replacement: str, match: Match) -> str:
    """What a replacement text makes of a match: `$1 ${name} $& $$ $+ $_` and the texts before and after."""
    if "$" not in replacement:
        return replacement

    def one(reference: re.Match[str]) -> str:
        number, name, sign = reference.groups()
        if number is not None:
            while number and int(number) >= len(match.spans):  # $12 is group 1 and a 2 where there are no twelve
                number = number[:-1]
            return match.group(int(number)) + (reference[1][len(number) :]) if number else reference[0]
        if name is not None:
            index = match.regex.names.get(name, int(name) if name.isdigit() else -1)
            return match.group(index) if 0 <= index < len(match.spans) else reference[0]
        return {
            "$": "$",
            "&": match.group(0),
            "`": match.text[: match.start],
            "'": match.text[match.end :],
            "+": match.group(len(match.spans) - 1),
            "_": match.text,
        }[sign]

    return _REFERENCE.sub(one, replacement)


def escape(text: str) -> str:
    """Regex.Escape of .NET."""
    return re.sub(r"[\\*+?|{\[()^$.# ]", r"\\\g<0>", text).translate({10: "\\n", 13: "\\r", 9: "\\t", 12: "\\f"})


# ---------------------------------------------------------------- reading patterns

# Trees are tuples: ("one", single) ("seq", [..]) ("alt", [..]) ("rep", tree, least, most, lazy) ("group", tree, number)
# ("back", number) ("at", kind) ("look", tree, ahead, negative) ("atomic", tree) ("if", number, tree, tree).
# A single is the text of a Python pattern that takes exactly one character.

Tree = tuple[Any, ...]

_CATEGORIES: Final = {
    "L": "A-Za-zªµºÀ-ÖØ-öø-ʯͰ-ҁҊ-֏א-ת\u0620-\u064a\u0904-\u1fff\u2c00-\u2dff\u3041-\u318e\u3400-\u9fff\ua000-\ud7ff\uf900-\ufdff\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc",
    "Lu": "A-ZÀ-ÖØ-ÞΑ-ΫА-Я",
    "Ll": "a-zß-öø-ÿα-ωа-я",
    "N": r"\d", "Nd": r"\d", "Z": "\x20\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000", "Zs": "\x20\xa0\u1680\u2000-\u200a\u202f\u205f\u3000",
    "P": r"!-#%-*,-/:;?@\[-\]_{}¡§«¶·»¿\u2010-\u2027\u2030-\u205e\u3001-\u3003\u3008-\u3011",
    "S": r"$+<=>\^`|~¢-©¬®-±´×÷\u2044\u20a0-\u20bf\u2100-\u214f\u2190-\u23ff",
    "C": "\x00-\x1f\x7f-\x9f\ue000-\uf8ff\ufffe\uffff", "Cc": "\x00-\x1f\x7f-\x9f",
    "IsCyrillic": "\u0400-\u04ff", "IsGreek": "\u0370-\u03ff", "IsHiragana": "\u3040-\u309f", "IsKatakana": "\u30a0-\u30ff",
    "IsBasicLatin": "\x00-\x7f", "IsCJKUnifiedIdeographs": "\u4e00-\u9fff",
}  # fmt: skip

_SHORT: Final = {"d": "0-9", "D": r"\x00-/:-\U0010ffff", "w": "0-9A-Za-z_", "W": r"\x00-/:-@\[-\^`{-\U0010ffff"}
_CONTROL: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}
_ANCHORS: Final = {"A": "start", "z": "end", "Z": "end?", "b": "word", "B": "not word", "G": "last"}
_BRACES: Final = re.compile(r"\{(\d{1,6})(?:(,)(\d{1,6})?)?\}")
_GROUP: Final = re.compile(
    r"\?(?:(?P<sort>:|=|!|<=|<!|>|#|P?<(?P<name>\w+)>|'(?P<quoted>\w+)')|(?P<on>[imnsx]*)(?:-(?P<off>[imnsx]*))?(?P<end>[:)]))"
)
_OPTION: Final = {"i": IGNORE_CASE, "m": MULTILINE, "n": EXPLICIT, "s": SINGLELINE, "x": EXTENDED}


class _Reader:
    def __init__(self, pattern: str, options: int) -> None:
        self.src = pattern
        self.pos = 0
        self.options = options
        self.folds = bool(options & IGNORE_CASE)
        self.script = bool(options & ECMASCRIPT)
        self.names: dict[str, int] = {}
        self.group_count = 0
        self.depth = 0
        self._number_groups()

    def _number_groups(self) -> None:
        """Unnamed groups are numbered first, then the named ones."""
        named: list[str] = []
        unnamed = pos = 0
        in_set = False
        while pos < len(self.src):
            c = self.src[pos]
            if c == "\\":
                pos += 1
            elif in_set:
                in_set = c != "]"
            elif c == "[":
                in_set = True
                if not self.script:
                    pos += self.src.startswith("]", pos + 1) + 2 * self.src.startswith("^]", pos + 1)
            elif c == "(":
                match = None if self.script else re.compile(r"\?(?:P?<(\w+)>|'(\w+)')").match(self.src, pos + 1)
                if match:
                    named.append(match[1] or match[2])
                elif not self.src.startswith("?", pos + 1):
                    unnamed += 1
            pos += 1
        if self.options & EXPLICIT:
            unnamed = 0
        taken = unnamed
        for name in named:
            if name in self.names:
                continue
            if name.isdigit() and len(name) < 4:
                self.names[name] = int(name)
                taken = max(taken, int(name))
            else:
                taken += 1
                self.names[name] = taken
        self.total = max([taken, *self.names.values()])
        self.next_unnamed = 0

    def read(self) -> Tree:
        tree = self.alternatives()
        if self.pos < len(self.src):
            raise BadPattern("too many )")
        self.group_count = self.total
        return tree

    def peek(self) -> str:
        return self.src[self.pos] if self.pos < len(self.src) else ""

    def alternatives(self) -> Tree:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadPattern("nested too deeply")
        options = self.options
        found = [self.sequence()]
        while self.peek() == "|":
            self.pos += 1
            found.append(self.sequence())
        self.options = options
        self.depth -= 1
        return found[0] if len(found) == 1 else ("alt", found)

    def sequence(self) -> Tree:
        parts: list[Tree] = []
        while True:
            c = self.peek()
            if c in ("", "|", ")"):
                return parts[0] if len(parts) == 1 else ("seq", parts)
            if self.options & EXTENDED:
                if c in " \t\r\n\f\v":
                    self.pos += 1
                    continue
                if c == "#":
                    end = self.src.find("\n", self.pos)
                    self.pos = end if end >= 0 else len(self.src)
                    continue
            part = self.atom()
            if part is not None:
                parts.append(self.quantified(part))

    def quantified(self, part: Tree) -> Tree:
        c = self.peek()
        if c == "*":
            least, most = 0, -1
        elif c == "+":
            least, most = 1, -1
        elif c == "?":
            least, most = 0, 1
        elif c == "{":
            match = _BRACES.match(self.src, self.pos)
            if match is None:
                return part
            least = int(match[1])
            most = int(match[3]) if match[3] else (-1 if match[2] else least)
            if max(least, most) > MOST_COUNTED or 0 <= most < least:
                raise BadPattern("a strange number of repetitions")
            self.pos = match.end() - 1
        else:
            return part
        self.pos += 1
        lazy = self.peek() == "?"
        self.pos += lazy
        if self.peek() and self.peek() in "*+?" and part[0] != "at":
            raise BadPattern("nested quantifier")
        return ("rep", part, least, most, lazy)

    def one(self, single: str) -> Tree:
        if self.options & IGNORE_CASE:
            self.folds = True
            return ("one", f"(?i:{single})")
        return ("one", single)

    def atom(self) -> Tree | None:
        c = self.src[self.pos]
        self.pos += 1
        if c == "(":
            return self.group()
        if c == "[":
            return self.one(self.char_class())
        if c == ".":
            return ("one", r"[\s\S]" if self.options & SINGLELINE else r"[^\n]")
        if c == "^":
            return ("at", "line" if self.options & MULTILINE else "start")
        if c == "$":
            return ("at", "line end" if self.options & MULTILINE else "end" if self.script else "end?")
        if c == "\\":
            return self.escaped()
        if c in "*+?":
            raise BadPattern(f"{c} after nothing")
        return self.one(re.escape(c))

    def group(self) -> Tree | None:
        if self.peek() != "?":
            if self.options & EXPLICIT:
                return self.closed(self.alternatives())
            self.next_unnamed += 1
            number = self.next_unnamed
            return ("group", self.closed(self.alternatives()), number)
        if self.src.startswith("?(", self.pos) and not self.script:
            return self.conditional()
        match = _GROUP.match(self.src, self.pos)
        if match is None or (self.script and match["sort"] not in (":", "=", "!")):
            raise BadPattern("unknown kind of group")
        self.pos = match.end()
        sort = match["sort"]
        if sort is None:
            before = self.options
            for letter in match["on"] or "":
                self.options |= _OPTION[letter]
            for letter in match["off"] or "":
                self.options &= ~_OPTION[letter]
            if match["end"] == ")":
                return None
            tree = self.closed(self.alternatives())
            self.options = before
            return tree
        if sort == "#":
            end = self.src.find(")", self.pos)
            if end < 0:
                raise BadPattern("comment without its end")
            self.pos = end + 1
            return None
        name = match["name"] or match["quoted"]
        if name:
            return ("group", self.closed(self.alternatives()), self.names[name])
        tree = self.closed(self.alternatives())
        if sort == ":":
            return tree
        if sort == ">":
            return ("atomic", tree)
        return ("look", tree, sort in ("=", "!"), sort.endswith("!"))

    def conditional(self) -> Tree:
        match = re.compile(r"\?\((\w+)\)").match(self.src, self.pos)
        if match is None:
            raise BadPattern("conditions other than groups are not modelled")
        self.pos = match.end()
        number = int(match[1]) if match[1].isdigit() else self.names.get(match[1], -1)
        if not 0 < number <= self.total:
            raise BadPattern("condition on a group that does not exist")
        tree = self.closed(self.alternatives())
        if tree[0] == "alt" and len(tree[1]) == 2:
            return ("if", number, tree[1][0], tree[1][1])
        return ("if", number, tree, ("seq", []))

    def closed(self, tree: Tree) -> Tree:
        if self.peek() != ")":
            raise BadPattern("not enough )")
        self.pos += 1
        return tree

    def escaped(self) -> Tree:
        if self.pos >= len(self.src):
            raise BadPattern("\\ at the end")
        c = self.src[self.pos]
        if c in ("bB" if self.script else _ANCHORS):
            self.pos += 1
            return ("at", _ANCHORS[c])
        if c in "dDwWsS":
            self.pos += 1
            return self.one(f"[{self.short(c)}]")
        if c in "pP" and not self.script:
            return self.one(f"[{'^' if c == 'P' else ''}{self.category()}]")
        if c == "k" and not self.script:
            match = re.compile(r"k(?:<(\w+)>|'(\w+)'|\{(\w+)\})").match(self.src, self.pos)
            name = (match[1] or match[2] or match[3]) if match else ""
            number = self.names.get(name, int(name) if name.isdigit() and len(name) < 4 else -1)
            if match is None or not 0 <= number <= self.total:
                raise BadPattern("reference to a group that does not exist")
            self.pos = match.end()
            return ("back", number, bool(self.options & IGNORE_CASE))
        if c in "123456789":
            match = re.compile(r"\d{1,3}").match(self.src, self.pos)
            assert match is not None
            if int(match[0]) <= max(self.total, 9):
                if int(match[0]) > self.total:
                    raise BadPattern("reference to a group that does not exist")
                self.pos = match.end()
                return ("back", int(match[0]), bool(self.options & IGNORE_CASE))
        return self.one(re.escape(self.character()))

    def short(self, letter: str) -> str:
        """Inside of a set for one of the letters d D w W s S."""
        return _SHORT.get(letter, f"\\{letter}") if self.script else f"\\{letter}"

    def category(self) -> str:
        match = re.compile(r"[pP]\{(\w+)\}").match(self.src, self.pos)
        if match is None:
            raise BadPattern("category without braces")
        text = _CATEGORIES.get(match[1]) or _CATEGORIES.get(match[1][:1] if not match[1].startswith("Is") else "")
        if text is None:
            raise BadPattern(f"category {match[1]} is not modelled")
        self.pos = match.end()
        return text

    def character(self) -> str:
        """The character an escape stands for; stands behind the backslash."""
        c = self.src[self.pos]
        for shape, base in ((r"x([0-9a-fA-F]{2})", 16), (r"u([0-9a-fA-F]{4})", 16), (r"([0-7]{1,3})", 8)):
            match = re.compile(shape).match(self.src, self.pos)
            if match:
                self.pos = match.end()
                return chr(int(match[1], base) & 0xFFFF)
        self.pos += 1
        if c == "c" and self.pos < len(self.src):
            self.pos += 1
            return chr(ord(self.src[self.pos - 1].upper()) ^ 0x40) if ord(self.src[self.pos - 1]) < 128 else "c"
        return _CONTROL.get(c, c)

    def char_class(self) -> str:
        """A set up to its closing bracket, as Python writes it."""
        pieces: list[str] = []
        negative = self.peek() == "^"
        self.pos += negative
        first = not self.script
        if self.script and self.peek() == "]":
            self.pos += 1
            return r"[\s\S]" if negative else r"(?!)[\s\S]"
        while True:
            c = self.peek()
            if c == "":
                raise BadPattern("set without its end")
            if c == "]" and not first:
                self.pos += 1
                break
            first = False
            if c == "-" and self.src.startswith("-[", self.pos) and pieces and not self.script:
                self.pos += 2
                self.depth += 1
                if self.depth > DEEPEST:
                    raise BadPattern("nested too deeply")
                without = self.char_class()
                self.depth -= 1
                if self.peek() != "]":
                    raise BadPattern("set without its end")
                self.pos += 1
                return f"(?!{without})[{'^' if negative else ''}{''.join(pieces)}]"
            low = self.class_item()
            if (
                len(low) == 1
                and self.peek() == "-"
                and self.src[self.pos + 1 : self.pos + 2] not in (("]",) if self.script else ("]", "["))
            ):
                self.pos += 1
                high = self.class_item()
                if len(high) != 1:
                    pieces += [_in_set(low), r"\-", high]
                elif high < low:
                    raise BadPattern("range in reverse order")
                else:
                    pieces.append(f"{_in_set(low)}-{_in_set(high)}")
            else:
                pieces.append(_in_set(low) if len(low) == 1 else low)
        return f"[{'^' if negative else ''}{''.join(pieces)}]"

    def class_item(self) -> str:
        """One character, or the text of a class such as a backslash and d (two characters and more)."""
        if self.pos >= len(self.src):
            raise BadPattern("a set that does not end")
        c = self.src[self.pos]
        self.pos += 1
        if c != "\\":
            return c
        if self.pos >= len(self.src):
            raise BadPattern("\\ at the end")
        c = self.src[self.pos]
        if c in "dDwWsS":
            self.pos += 1
            return self.short(c)
        if c == "p" and not self.script:
            return self.category()
        if c == "P" and not self.script:
            raise BadPattern("negated category in a set is not modelled")
        if c == "b":
            self.pos += 1
            return "\b"
        return self.character()


def _in_set(c: str) -> str:
    return "\\" + c if c in "\\]^-[&~|" else c


# ---------------------------------------------------------------- what Python may do


def _paths(tree: Tree, *, last: bool) -> int:
    """In how many ways a tree can match at one place; more than PATHS means: not for `re`.

    `last`: nothing that takes a character follows, so that an endless repetition is never given back.
    """
    kind = tree[0]
    if kind == "one":
        return 1
    if kind == "at":
        return PATHS + 1 if tree[1] == "last" else 1
    if kind == "seq":
        product = 1
        for i, part in enumerate(tree[1]):
            product *= _paths(part, last=last and i + 1 == len(tree[1]))
            if product > PATHS:
                return product
        return product
    if kind == "alt":
        return sum(_paths(part, last=last) for part in tree[1][: PATHS + 1])
    if kind == "group":
        return _paths(tree[1], last=last)
    if kind == "rep":
        inner, least, most = tree[1], tree[2], tree[3]
        if inner[0] != "one":
            return PATHS + 1 if least != most or most > 8 else max(1, _paths(inner, last=False) ** min(most, 8))
        if most < 0:
            return 1 if last and least <= 1 and not tree[4] else PATHS + 1
        return most - least + 1 if most <= 1_000 else PATHS + 1
    return PATHS + 1


_AT: Final = {
    "start": r"\A",
    "end": r"\Z",
    "end?": r"(?=\n?\Z)",
    "line": r"(?m:^)",
    "line end": r"(?=\n|\Z)",
    "word": r"\b",
    "not word": r"\B",
}


def _as_python(tree: Tree) -> str:
    kind = tree[0]
    if kind == "one":
        return str(tree[1])
    if kind == "at":
        return _AT[tree[1]]
    if kind == "seq":
        return "".join(_as_python(part) for part in tree[1])
    if kind == "alt":
        return "(?:" + "|".join(_as_python(part) for part in tree[1]) + ")"
    if kind == "group":
        return f"({_as_python(tree[1])})"
    inner = _as_python(tree[1])
    if tree[1][0] != "one" or inner.startswith("(?!"):
        inner = f"(?:{inner})"
    most = "" if tree[3] < 0 else str(tree[3])
    return f"{inner}{{{tree[2]},{most}}}{'?' if tree[4] else ''}"


def _first_of(tree: Tree) -> re.Pattern[str] | None:
    """What the first character of a match must be; None when nobody can say."""
    kind = tree[0]
    if kind == "one":
        return re.compile(tree[1])
    if kind in ("group", "atomic"):
        return _first_of(tree[1])
    if kind == "seq" and tree[1]:
        return _first_of(tree[1][0])
    if kind == "rep" and tree[2] > 0:
        return _first_of(tree[1])
    return None


# ---------------------------------------------------------------- the machine

ONE, RUN, LAZY_RUN, SPLIT, JUMP, OPEN, CLOSE, BACK, AT, LOOK, ATOMIC, COUNT_0, COUNT, MARK, MOVED, IF, DONE = range(17)


class _Assembler:
    """Trees to instructions. Registers: two for each group, then one for each counter and loop mark."""

    def __init__(self, groups: int) -> None:
        self.code: list[tuple[Any, ...]] = []
        self.registers = 2 * (groups + 1)
        self.singles: dict[str, Callable[..., Any]] = {}

    def program(self, tree: Tree, *, backward: bool) -> list[tuple[Any, ...]]:
        self.add(tree, backward)
        self.code.append((DONE,))
        self.code.append((self.registers,))
        return self.code

    def single(self, text: str) -> Callable[..., Any]:
        known = self.singles.get(text)
        if known is None:
            known = self.singles[text] = re.compile(text).match
        return known

    def add(self, tree: Tree, backward: bool) -> None:
        code = self.code
        kind = tree[0]
        if kind == "one":
            code.append((ONE, self.single(tree[1]), backward))
        elif kind == "seq":
            for part in reversed(tree[1]) if backward else tree[1]:
                self.add(part, backward)
        elif kind == "alt":
            self.alternatives(tree[1], backward)
        elif kind == "group":
            number = tree[2]
            code.append((OPEN, 2 * number + backward, 2 * number + 1 - backward))
            self.add(tree[1], backward)
            code.append((CLOSE, 2 * number + 1 - backward))
        elif kind == "rep":
            self.repeat(tree, backward)
        elif kind == "back":
            code.append((BACK, tree[1], tree[2], backward))
        elif kind == "at":
            code.append((AT, tree[1]))
        elif kind == "look":
            at = len(code)
            code.append(())
            self.add(tree[1], not tree[2])
            code.append((DONE,))
            code[at] = (LOOK, len(code), tree[3])
        elif kind == "atomic":
            at = len(code)
            code.append(())
            self.add(tree[1], backward)
            code.append((DONE,))
            code[at] = (ATOMIC, len(code))
        else:
            at = len(code)
            code.append(())
            self.add(tree[2], backward)
            jump = len(code)
            code.append(())
            code[at] = (IF, tree[1], len(code))
            self.add(tree[3], backward)
            code[jump] = (JUMP, len(code))

    def alternatives(self, options: list[Tree], backward: bool) -> None:
        code = self.code
        jumps = []
        for option in options[:-1]:
            split = len(code)
            code.append(())
            self.add(option, backward)
            jumps.append(len(code))
            code.append(())
            code[split] = (SPLIT, split + 1, len(code))
        self.add(options[-1], backward)
        for jump in jumps:
            code[jump] = (JUMP, len(code))

    def repeat(self, tree: Tree, backward: bool) -> None:
        code = self.code
        _, inner, least, most, lazy = tree
        if inner[0] == "one":
            single = self.single(inner[1])
            run = re.compile(f"(?:{inner[1]})*+").match
            code.append((LAZY_RUN if lazy else RUN, single, run, least, most, backward))
            return
        counter, mark = self.registers, self.registers + 1
        self.registers += 2
        code.append((COUNT_0, counter, mark))
        loop = len(code)
        code.append(())  # COUNT: go on, leave, or either
        code.append((MARK, mark))
        self.add(inner, backward)
        code.append((MOVED, counter, mark, least, loop))
        code[loop] = (COUNT, counter, least, most, lazy, len(code))


class _Run:
    """One text being searched. `left` steps may still be taken."""

    def __init__(self, code: list[tuple[Any, ...]], text: str, fold: bool, groups: int, limit: int) -> None:
        self.code = code
        self.text = text
        self.groups = groups
        self.registers = code[-1][0]
        folded = text.lower() if fold else text
        self.folded = folded if len(folded) == len(text) else text
        self.left = limit
        self.last = 0

    def match(self, at: int) -> list[tuple[int, int]] | None:
        registers = [-1] * self.registers
        end = self.run(0, at, registers)
        if end < 0:
            return None
        spans = [(min(at, end), max(at, end))]
        spans += [(registers[2 * n], registers[2 * n + 1]) if registers[2 * n + 1] >= 0 else (-1, -1) for n in range(1, self.groups + 1)]
        return spans

    def run(self, pc: int, pos: int, registers: list[int]) -> int:
        """Where a match that begins at `pos` ends, -1 when there is none. Registers are left as the match set them."""
        code, text = self.code, self.text
        size = len(text)
        stack: list[tuple[int, ...]] = []
        while True:
            self.left -= 1
            if self.left <= 0:
                raise TooManySteps
            op = code[pc]
            kind = op[0]
            failed = False
            if kind == ONE:
                if op[2]:
                    if pos > 0 and op[1](text, pos - 1):
                        pos -= 1
                        pc += 1
                    else:
                        failed = True
                elif pos < size and op[1](text, pos):
                    pos += 1
                    pc += 1
                else:
                    failed = True
            elif kind == RUN:
                _, single, run, least, most, backward = op
                if backward:
                    end = pos
                    while end > 0 and (most < 0 or pos - end < most) and single(text, end - 1):
                        end -= 1
                    taken = pos - end
                else:
                    end = run(text, pos).end() if most < 0 else run(text, pos, min(size, pos + most)).end()
                    taken = end - pos
                self.left -= taken >> 5 if not backward else taken
                if taken < least:
                    failed = True
                else:
                    if taken > least:
                        stack.append((0, pc + 1, pos, least, taken - 1, -1 if backward else 1))
                    pos = end
                    pc += 1
            elif kind == LAZY_RUN:
                _, single, _run, least, most, backward = op
                step = -1 if backward else 1
                taken = 0
                while taken < least:
                    place = pos - 1 if backward else pos
                    if not 0 <= place < size or not single(text, place):
                        break
                    pos += step
                    taken += 1
                self.left -= taken
                if taken < least:
                    failed = True
                else:
                    stack.append((1, pc, pos, taken))
                    pc += 1
            elif kind == SPLIT:
                stack.append((2, op[2], pos))
                pc = op[1]
            elif kind == JUMP:
                pc = op[1]
            elif kind == OPEN:
                stack.append((3, op[1], registers[op[1]]))
                stack.append((3, op[2], registers[op[2]]))
                registers[op[1]] = pos
                registers[op[2]] = -1
                pc += 1
            elif kind == CLOSE:
                stack.append((3, op[1], registers[op[1]]))
                registers[op[1]] = pos
                pc += 1
            elif kind == COUNT_0:
                stack.append((3, op[1], registers[op[1]]))
                stack.append((3, op[2], registers[op[2]]))
                registers[op[1]] = 0
                registers[op[2]] = -1
                pc += 1
            elif kind == COUNT:
                _, counter, least, most, lazy, leave = op
                count = registers[counter]
                if count < least:
                    pc += 1
                elif 0 <= most <= count:
                    pc = leave
                elif lazy:
                    stack.append((2, pc + 1, pos))
                    pc = leave
                else:
                    stack.append((2, leave, pos))
                    pc += 1
            elif kind == MARK:
                stack.append((3, op[1], registers[op[1]]))
                registers[op[1]] = pos
                pc += 1
            elif kind == MOVED:
                _, counter, mark, least, loop = op
                stack.append((3, counter, registers[counter]))
                registers[counter] += 1
                if registers[mark] == pos and registers[counter] >= least:
                    pc += 1  # an empty round is the last
                else:
                    pc = loop
            elif kind == AT:
                if self.stands(op[1], pos):
                    pc += 1
                else:
                    failed = True
            elif kind == BACK:
                _, number, fold, backward = op
                start, end = registers[2 * number], registers[2 * number + 1]
                if start < 0 or end < 0:
                    failed = True
                else:
                    source = self.folded if fold else text
                    size_of = end - start
                    begin = pos - size_of if backward else pos
                    if begin >= 0 and source[begin : begin + size_of] == source[start:end]:
                        pos = begin if backward else pos + size_of
                        self.left -= size_of >> 4
                        pc += 1
                    else:
                        failed = True
            elif kind in (LOOK, ATOMIC):
                inner = list(registers)
                end = self.run(pc + 1, pos, inner)
                if kind == LOOK and op[2]:
                    if end >= 0:
                        failed = True
                    else:
                        pc = op[1]
                elif end < 0:
                    failed = True
                else:
                    for i, value in enumerate(inner):
                        if value != registers[i]:
                            stack.append((3, i, registers[i]))
                            registers[i] = value
                    pos = end if kind == ATOMIC else pos
                    pc = op[1]
            elif kind == IF:
                pc = pc + 1 if registers[2 * op[1] + 1] >= 0 else op[2]
            else:
                return pos
            if not failed:
                continue
            while True:  # back to the last choice
                if not stack:
                    return -1
                top = stack.pop()
                sort = top[0]
                if sort == 3:
                    registers[top[1]] = top[2]
                elif sort == 2:
                    pc, pos = top[1], top[2]
                    break
                elif sort == 0:
                    _, pc, start, least, taken, step = top
                    if taken > least:
                        stack.append((0, pc, start, least, taken - 1, step))
                    pos = start + taken * step
                    break
                else:
                    _, at, place, taken = top
                    _, single, _run, _least, most, backward = code[at]
                    beside = place - 1 if backward else place
                    if (most < 0 or taken < most) and 0 <= beside < size and single(text, beside):
                        pos = place - 1 if backward else place + 1
                        stack.append((1, at, pos, taken + 1))
                        pc = at + 1
                        break

    def stands(self, kind: str, pos: int) -> bool:
        text = self.text
        if kind == "start":
            return pos == 0
        if kind == "end":
            return pos == len(text)
        if kind == "end?":
            return pos == len(text) or (pos == len(text) - 1 and text[pos] == "\n")
        if kind == "line":
            return pos == 0 or text[pos - 1] == "\n"
        if kind == "line end":
            return pos == len(text) or text[pos] == "\n"
        if kind == "last":
            return pos == self.last
        before = pos > 0 and (text[pos - 1].isalnum() or text[pos - 1] == "_")
        after = pos < len(text) and (text[pos].isalnum() or text[pos] == "_")
        return (before != after) == (kind == "word")
