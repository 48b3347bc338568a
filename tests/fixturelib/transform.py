"""What recipes may do to a text before it goes into a macro, a control or a mail: the encodings attackers use."""

from __future__ import annotations

import base64
import unicodedata
import zlib
from collections.abc import Callable
from typing import Final

TRANSFORMS: Final[dict[str, Callable[..., str]]] = {}


def transform(function: Callable[..., str]) -> Callable[..., str]:
    TRANSFORMS[function.__name__] = function
    return function


@transform
def one_line(text: str) -> str:
    """Lines without their indentation, put together; comment lines (#) fall away."""
    return "".join(line.strip() for line in text.splitlines() if not line.lstrip().startswith("#"))


@transform
def strip(text: str) -> str:
    return text.strip()


@transform
def join(text: str, separator: str) -> str:
    """Lines with a separator in between: a list of URLs as stagers hold it."""
    return separator.join(line.strip() for line in text.splitlines() if line.strip())


@transform
def replace(text: str, old: str, new: str) -> str:
    return text.replace(old, new)


@transform
def base64_utf16(text: str) -> str:
    """As -EncodedCommand takes it."""
    return base64.b64encode(text.encode("utf-16-le")).decode()


@transform
def base64_utf8(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@transform
def reverse(text: str) -> str:
    return text[::-1]


@transform
def token(text: str, marker: str, every: int = 1) -> str:
    """A marker behind every so many characters, and in front."""
    return marker + marker.join(text[at : at + every] for at in range(0, len(text), every)) + marker


@transform
def carets(text: str, every: int = 1) -> str:
    """A caret in front of every n-th letter, for cmd."""
    out, letters = "", 0
    for character in text:
        letters += character.isalpha()
        out += "^" + character if character.isalpha() and letters % every == 0 else character
    return out


@transform
def hex_codes(text: str) -> str:
    """Two hexadecimal digits for each character."""
    return text.encode("latin-1").hex()


@transform
def part(text: str, number: int, count: int) -> str:
    """One of so many parts, from 1, of nearly equal length."""
    return text[len(text) * (number - 1) // count : len(text) * number // count]


@transform
def vba_string(text: str, width: int = 80) -> str:
    """A VBA expression: literals of limited width, put together over continued lines (at most 24, as VBA has it)."""
    pieces = [text[at : at + width].replace('"', '""') for at in range(0, len(text), width)]
    return " & _\n        ".join(f'"{piece}"' for piece in pieces) or '""'


@transform
def vba_chr(text: str, every: int = 4) -> str:
    """A VBA expression in which every n-th character is a call of Chr with a sum."""
    out: list[str] = []
    literal = ""
    for number, character in enumerate(text, 1):
        if number % every and character != '"':
            literal += character
            continue
        out += [f'"{literal}"'] * bool(literal) + [f"Chr({ord(character) - 7} + 7)"]
        literal = ""
    out += [f'"{literal}"'] * bool(literal)
    return " & _\n        ".join(" & ".join(out[at : at + 14]) for at in range(0, len(out), 14))


@transform
def vba_quote(text: str) -> str:
    """The inside of a VBA literal."""
    return text.replace('"', '""')


@transform
def full_width(text: str) -> str:
    """Digits and letters in their wide forms, as a Japanese keyboard gives them."""
    return "".join(wide if unicodedata.normalize("NFKC", wide := chr(ord(c) + 0xFEE0)) == c else c for c in text)


@transform
def repeat(text: str, count: int, separator: str = "") -> str:
    return separator.join([text] * count)


@transform
def crlf(text: str) -> str:
    """Line ends as a text box of several lines holds them."""
    return text.replace("\n", "\r\n")


@transform
def deflate(text: str) -> str:
    """Raw deflate in base64, as scripts unpack it with DeflateStream. Stored, so that every library makes the same bytes."""
    packer = zlib.compressobj(level=0, wbits=-15)
    return base64.b64encode(packer.compress(text.encode()) + packer.flush()).decode()


@transform
def secure_string(text: str, first: int, count: int) -> str:
    """What ConvertFrom-SecureString gives for a key of so many bytes that count up."""
    from Crypto.Cipher import AES

    vector = bytes(range(16))
    data = text.encode("utf-16-le")
    data += bytes([16 - len(data) % 16]) * (16 - len(data) % 16)
    body = AES.new(bytes(range(first, first + count)), AES.MODE_CBC, vector).encrypt(data).hex()
    return (
        "76492d1116743f0423413b16050a5345" + base64.b64encode(f"2|{base64.b64encode(vector).decode()}|{body}".encode("utf-16-le")).decode()
    )


@transform
def for_coded(text: str, filler: str = "") -> str:
    """A command of cmd.exe that picks the text letter by letter out of an alphabet, as Invoke-DOSfuscation and the Emotet of 2018 do it.

    `filler` are letters of the alphabet that stand for nothing. The text must be without `"`, `%`, `!`, `^` and `&`.
    """
    alphabet = "".join(dict.fromkeys(text[::-1] + filler))
    last = len(alphabet) + 7
    places = " ".join(str(alphabet.index(letter)) for letter in text)
    steps = f"for %n in ({places} {last}) do set t=!t!!z:~%n,1!&&if %n=={last} call %t:~-{len(text)}%"
    return f'cmd /V:ON /C"set z={alphabet}&&{steps}"'
