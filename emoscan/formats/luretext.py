"""What documents say to have their protection switched off, in the languages campaigns were written in."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Final

from emoscan.model import Fact
from emoscan.parse.lazy import lazy

MOST: Final = 5
LONGEST: Final = 8 << 20

# fmt: off
PHRASES: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "enable content", "enable editing", "enable macro", "enable the content", "enable the macro", "enable all content", "macros must be enabled",
        "created in an earlier version of", "created in earlier version of", "created in a previous version of", "created in an older version of", "created in a newer version of",
        "created in online version of", "created using an earlier version", "previewing is not available for protected", "online preview is not available",
        "protected document can't be", "this document is protected", "document is protected by", "created on an android device", "created in ios device",
        "some apps need to be upgraded", "upgrade your edition", "root\\templates", "requires the macros to be", "to view this content, please", "to view this document, please",
        "double click to view", "double-click to view", 'double click "view"', 'double-click "view"', "click the button to view", "double click to open", "double click here to view",
        "double click the button", "double click to access", "click to view document", "double click open to",
    ),
    "de": (
        "inhalt aktivieren", "inhalte aktivieren", "bearbeitung aktivieren", "makros aktivieren", "makros zu aktivieren", "dokument ist geschützt", "früheren version von microsoft",
        "doppelklicken sie auf", "doppelklick, um",
    ),
    "it": (
        "abilita contenuto", "abilita il contenuto", "abilita contenuti", "abilita modifica", "abilitare le macro", "attivare le macro", "attiva contenuto", "documento è protetto",
        "versione precedente di microsoft",
    ),
    "fr": ("activer le contenu", "activer la modification", "activer les macros", "document est protégé"),
    "es": ("habilitar contenido", "habilitar el contenido", "habilitar edición", "habilitar la edición", "habilitar macros", "habilitar las macros", "documento está protegido"),
    "pt": ("habilitar conteúdo", "habilitar edição", "ativar conteúdo", "habilitar macros"),
    "pl": ("włącz zawartość", "włącz edytowanie", "włączyć makra"),
    "ja": ("コンテンツの有効化", "コンテンツを有効", "編集を有効に", "マクロを有効に", "マクロの有効化"),
}  # fmt: skip
# fmt: on

_PATTERN: Final = lazy("|".join(re.escape(phrase) for phrases in PHRASES.values() for phrase in phrases))
_ENCODINGS: Final = ("utf-16-le", "cp1252", "cp932")


def lures_in(text: str) -> Iterator[Fact]:
    """Facts `document.lure`, with some words around the phrase."""
    low = " ".join(text[:LONGEST].lower().split())
    if not any(map(low.__contains__, MARKS)):
        return
    seen: set[str] = set()
    for match in _PATTERN.finditer(low):
        if match[0] not in seen:
            seen.add(match[0])
            yield Fact("document.lure", low[max(0, match.start() - 60) : match.end() + 60].strip())
            if len(seen) >= MOST:
                return


def dense(data: bytes) -> bytes:
    """A file in lower case, without the bytes that are in no mark: far shorter, and ASCII text is the same in UTF-16 and in code pages.

    Words of ASCII letters that stand in the file stand here too; they may come together by chance.
    """
    return data[:LONGEST].translate(_LOWER, _dense_marks()[1])


def lures_in_bytes(data: bytes, letters: bytes) -> Iterator[Fact]:
    """The same, in a file whose texts lie in it as they are, in UTF-16 or a code page: .doc, .xls, .ppt. `letters`: what `dense` made of it."""
    marks = {mark for mark, spellings in _dense_marks()[0] if any(map(letters.__contains__, spellings))}
    if not marks:
        return
    low = data[:LONGEST].lower()
    found = 0
    for phrases in _as_bytes():
        for phrase, mark, spellings in phrases:
            if mark in marks and any(short in letters and spelt in low for spelt, short in spellings):
                yield Fact("document.lure", phrase)
                found += 1
        if found >= MOST:
            return


MARKS: Final = (
    "abilita", "created", "e clic", "prote", "enabl", "aktiv", "o view", "activer l", "lklic", "tivar", "pgrad", "ne pr", "res the m", "ist ges", "ren ver", "uble-cl",
    "z zawa", "cument es", "cz edyto", "templates", "va co", "makra", "コンテンツ", "編集を", "マクロ",
)  # fmt: skip
"""One of them is in every phrase, and hardly one in other files: few are looked for where nothing is found."""


@cache
def _as_bytes() -> tuple[tuple[tuple[str, str, tuple[tuple[bytes, bytes], ...]], ...], ...]:
    """By language, each phrase with its mark and with its bytes in every encoding that has it, as they are and as `dense` leaves them."""
    return tuple(
        tuple(
            (phrase, next(mark for mark in MARKS if mark in phrase), tuple((spelt, dense(spelt)) for spelt in _spellings(phrase)))
            for phrase in phrases
        )
        for phrases in PHRASES.values()
    )


_LOWER: Final = bytes(range(256)).lower()


@cache
def _dense_marks() -> tuple[tuple[tuple[str, tuple[bytes, ...]], ...], bytes]:
    """Each mark with its bytes in every encoding, zero bytes left out; and the bytes that are in none."""
    marks = tuple((mark, tuple(dict.fromkeys(raw.replace(b"\0", b"") for raw in _spellings(mark)))) for mark in MARKS)
    used = b"".join((string.ascii_letters.encode(), *(raw for _, spellings in marks for raw in spellings)))
    return marks, bytes(byte for byte in range(256) if byte not in used)


def _spellings(phrase: str) -> tuple[bytes, ...]:
    found = []
    for encoding in _ENCODINGS:
        with suppress(UnicodeEncodeError):
            found.append(phrase.encode(encoding).lower())
    return tuple(dict.fromkeys(found))
