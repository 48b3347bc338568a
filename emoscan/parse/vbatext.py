"""What can be told from the text of VBA modules without parsing them: whether there is any code, and a digest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from emoscan.parse.bundle import Form, Module

FOLDED: Final = 1 << 19
"""Characters of source up to which a project is normalised; a larger one is known by its exact text."""


@lru_cache(maxsize=1)
def _no_statement() -> re.Pattern[str]:
    """A line that does nothing: blank, attribute, option, comment, and the head of an exported module."""
    return re.compile(
        r"\s*+(?:$|'|rem\b|attribute\s|option\s+(?:explicit|compare|base|private)\b|version\s+[0-9.]+\s+class\b|begin\b|end\s*$|multiuse\s*=)",
        re.IGNORECASE,
    )


def has_code(source: str) -> bool:
    """Whether there is any statement besides attributes, options and comments."""
    nothing = _no_statement()
    return any(not nothing.match(line) for line in logical_lines(source))


def logical_lines(source: str) -> Iterator[str]:
    """Lines, with those that a trailing underscore continues in one piece ([MS-VBAL] 3.2.2)."""
    parts: list[str] = []
    for line in source.splitlines():
        if line.endswith((" _", "\t_")):
            parts.append(line[:-1])
        elif parts:
            parts.append(line)
            yield "".join(parts)
            parts.clear()
        else:
            yield line
    if parts:
        yield "".join(parts)


@lru_cache(maxsize=1)
def _tokens() -> re.Pattern[str]:
    """Text literals, names with a dot before and a type after them, comments, numbers, signs, line ends."""
    return re.compile(r'"(?:[^"\n]|"")*+"?|\.?[^\W\d]\w*+[%&@!#$]?|\'[^\n]*+|\d[\w.]*+|[^\s\w]|\n')


_MODIFIERS: Final = frozenset(("dim", "static", "redim", "const", "private", "public", "global", "friend", "preserve", "withevents"))
_DECLARING: Final = frozenset(("dim", "static", "redim", "const", "private", "public", "global"))
_ROUTINES: Final = frozenset(("sub", "function", "property"))
_NO_VARIABLES: Final = frozenset(("declare", "enum", "type", "event"))
_BEFORE_PARAMETER: Final = frozenset(("(", ",", "byval", "byref", "optional", "paramarray"))


def normalised_sha256(modules: Iterable[Module], forms: Iterable[Form] = ()) -> str:
    """Digest of a project that stays the same when it is reformatted, commented or its variables are renamed.

    Of each module with code: comments, attributes, options and white space are dropped, everything outside string
    literals is lower-cased, and every name that the project declares as a variable, constant or parameter is replaced
    by its number in the order of first use. Names of procedures, members, controls and of everything that is not
    declared stay as they are, and so do literals: what a project calls and says is part of its identity. Modules are
    sorted by their text, so neither their order nor their names count. The properties and controls of UserForms are
    included, because code may lie in them; the document is not. Projects above FOLDED keep their exact text.
    """
    texts = [m.source for m in modules if has_code(m.source)]
    if sum(map(len, texts)) <= FOLDED:
        tokenised = [_tokenised(source) for source in texts]
        declared = {name for tokens in tokenised for name in _declared(tokens)}
        texts = [_renamed(tokens, declared) for tokens in tokenised]
    digest = hashlib.sha256()
    for text in sorted(texts):
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    for form in sorted(forms, key=lambda f: f.name):
        digest.update(repr((form.properties, form.controls)).encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def _tokenised(source: str) -> list[str]:
    """Tokens of the statements, line ends included."""
    nothing = _no_statement()
    text = "".join(f"{line}\n" for line in logical_lines(source) if not nothing.match(line))
    return [token if token[0] == '"' else token.lower() for token in _tokens().findall(text) if token[0] != "'"]


def _declared(tokens: list[str]) -> Iterator[str]:
    """Names of variables, constants and parameters, by the statements that declare them."""
    start = 0
    for end, token in enumerate(tokens):
        if token in ("\n", ":"):
            yield from _declared_by(tokens[start:end])
            start = end + 1


def _declared_by(statement: list[str]) -> Iterator[str]:
    if not statement or statement[0] not in _MODIFIERS | _ROUTINES:
        return
    at = 0
    while at < len(statement) and statement[at] in _MODIFIERS:
        at += 1
    head = statement[at] if at < len(statement) else ""
    if head in _NO_VARIABLES or (head not in _ROUTINES and statement[0] not in _DECLARING):
        return
    wanted = 1 if head in _ROUTINES else 0  # parameters stand in brackets, variables do not
    depth, before = 0, ","
    for word in statement[at:]:
        if depth == wanted and before in _BEFORE_PARAMETER and word[0].isalpha() and word not in _BEFORE_PARAMETER:
            yield word.rstrip("%&@!#$")
        depth += (word == "(") - (word == ")")
        if wanted and before == ")" and not depth:
            return
        before = word


def _renamed(tokens: list[str], declared: set[str]) -> str:
    bases = {token: base for token in set(tokens) if (base := token.rstrip("%&@!#$")) in declared}
    numbers = {base: f"v{number}" for number, base in enumerate(dict.fromkeys(bases[token] for token in tokens if token in bases))}
    names = {token: numbers[base] for token, base in bases.items()}
    return " ".join([names.get(token, token) for token in tokens])
