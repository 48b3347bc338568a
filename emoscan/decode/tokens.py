"""Strings that were seeded with a token: `wi~#q~nm~#q~gm~#q~ts`. A guess, made where nothing was evaluated.

The token is the piece that repeats so often that little else is left; taking it out is right when what remains is a
command, a URL or base64. Tokens that the code itself names in `Replace` or `Split` are tried first.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from emoscan.context import Context
from emoscan.decode.plausible import decoded, telling
from emoscan.decode.strings import MODULE, placed_texts, strings
from emoscan.model import Artifact, Child, Fact, Yields
from emoscan.parse.bundle import VBA_PROJECT
from emoscan.parse.encodings import from_base64
from emoscan.parse.lazy import lazy
from emoscan.parse.literals import LANGUAGES, fold, tokens, value_of
from emoscan.parse.text import as_bytes
from emoscan.registry import sniff, step

CONFIDENCE: Final = 0.5
OFTEN: Final = 20
"""How often a token that nothing names must stand in one string (techniques: more than 20 times)."""
SAMPLE: Final = 1 << 16
"""Characters of one string a token is looked for in."""
SHORTEST: Final = 40
"""Characters of a string in which a token is looked for."""
LONGEST_TOKEN: Final = 60
GRAM: Final = 2
NAMED: Final = 200
"""Literals of `Replace` and `Split` that are tried."""
WORTH_A_CHILD: Final = 40
LEAST_SHARE: Final = 50
"""A token makes up one part in this many of the string, at least."""

_BEFORE_ARGUMENT: Final = lazy(r"""(?:,\s{0,4}|\b(?:replace|split)["']?\s{0,4}\(\s{0,4}|-[ci]?(?:replace|split)\s{0,4})\Z""", re.IGNORECASE)
"""What stands before a literal that something is replaced or split by."""


@step("tokens", takes=(VBA_PROJECT, "script.vbs", "script.js", "script.powershell", "script.cmd"), fallback=True, order=10)
def undo_token_splitting(artifact: Artifact, ctx: Context) -> Yields:
    """What comes out when the token is taken out of the strings of a macro project or script."""
    pieces = dict.fromkeys(strings(artifact, WORTH_A_CHILD // 2))
    named = _named(artifact)
    learned: dict[str, None] = dict.fromkeys(named)
    for _, text in pieces:
        if len(text) >= SHORTEST:
            ctx.budget.spend(min(len(text), SAMPLE) // 8)
            learned.update(dict.fromkeys(learn(text[:SAMPLE])))
    done: set[str] = set()
    for place, text in pieces:
        for token in sorted(learned, key=len, reverse=True):
            count = text.count(token)
            ctx.budget.spend(len(text) // 256 + 1)
            if count < 2 or count * len(token) * LEAST_SHARE < len(text) or (residue := text.replace(token, "")) in done or not residue:
                continue
            if not says_more(residue, text):
                continue
            done.add(residue)
            how = f"token {token!r} taken out" + (f" of {place}" if place else "")
            yield Fact("obfuscation.token_split", token, how=place, confidence=CONFIDENCE, detail={"text": residue[:200]}, count=count)
            kind = sniff(as_bytes(residue))[0]
            if len(residue) >= WORTH_A_CHILD or kind.startswith("script."):
                ctx.budget.grow(len(residue), "token repair")
                yield Child(as_bytes(residue), kind, label=place, how=how)
            break


def _named(artifact: Artifact) -> list[str]:
    """Literals the code replaces by something or splits at, the likeliest tokens."""
    sources = [text for place, text in placed_texts(artifact) if not place or place.startswith(MODULE)]
    language = LANGUAGES.get(artifact.kind, "vba")
    found: dict[str, None] = {}
    for source in sources:
        lower = source.lower()
        if language == "cmd" or ("replace" not in lower and "split" not in lower):
            continue
        folded = fold(source, language)
        for token in tokens(folded, language):
            if 4 <= token.end - token.start <= LONGEST_TOKEN and _BEFORE_ARGUMENT.search(folded, max(0, token.start - 20), token.start):
                found.setdefault(value_of(folded[token.start : token.end], language))
                if len(found) >= NAMED:
                    return list(found)
    return list(found)


def says_more(residue: str, text: str) -> bool:
    """Whether taking the token out made something of the text that it was not before."""
    if telling(residue) and not telling(text):
        return True
    return is_base64(residue) and not is_base64(text)


_BASE64: Final = lazy(r"[A-Za-z0-9+/]{40,}={0,2}\Z")


def is_base64(text: str) -> bool:
    """Whether the text, or the last word of it as in a command line, is base64 of something."""
    word = text.split()[-1:]
    return bool(word) and bool(_BASE64.match(word[0])) and bool(decoded(from_base64(word[0]))[0])


def learn(text: str) -> list[str]:
    """Pieces that repeat so often in the text that they may be tokens, those that leave least first."""
    counts = Counter(text[at : at + GRAM] for at in range(len(text) - GRAM + 1))
    found: dict[str, int] = {}
    for gram, count in counts.most_common(12):
        if count <= OFTEN or any(gram in token for token in found):
            continue
        token = _grow(text, gram)
        if len(token) <= LONGEST_TOKEN:
            for shorter in (token, token[1:], token[:-1], token[1:-1]):
                # two letters that follow each other often are nothing special, unless they are a third of all
                if (
                    len(shorter) >= 2
                    and len(set(shorter)) > 1
                    and text.count(shorter) > max(OFTEN, len(text) // 6 if len(shorter) == 2 else 0)
                ):
                    found.setdefault(shorter, len(text) - text.count(shorter) * len(shorter))
    return sorted(found, key=lambda token: found[token])


def _grow(text: str, gram: str) -> str:
    """The longest piece around `gram` that nearly all of its places share."""
    places = [m.start() for m in re.finditer(re.escape(gram), text)]
    token = gram
    for step_ in (-1, 1):
        while len(token) < LONGEST_TOKEN:
            at = [place - 1 if step_ < 0 else place + len(token) for place in places]
            letters = Counter(text[i] for i in at if 0 <= i < len(text))
            if not letters:
                break
            letter, count = letters.most_common(1)[0]
            if count * 100 < len(places) * 92:
                break
            token = letter + token if step_ < 0 else token + letter
            if step_ < 0:
                places = [place - 1 for place in places if place > 0 and text[place - 1] == letter]
    return token
