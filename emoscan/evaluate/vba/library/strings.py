"""Texts (MS-VBAL 6.1.2.11). What is known of a text that is not known altogether goes through these functions.

`InStr`, `Mid`, `Replace` and their kin begin with the case that macros meet in loops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from emoscan.evaluate.core.encoding import ansi_codes, ansi_decode, ansi_encode, memory_of, text_of_memory
from emoscan.evaluate.core.values import MISSING, NULL, Object, Unknown
from emoscan.evaluate.vba.arrays import Array, array_of
from emoscan.evaluate.vba.convert import integer, mismatch
from emoscan.evaluate.vba.library import builtin, converting, invalid_call, unknown
from emoscan.evaluate.vba.operators import LARGE, plain, text

Text = str | Unknown

# ---------------------------------------------------------------- characters and their codes


@builtin("Chr", "charcode", result="S")
def chr_(machine: Any, code: Any) -> Any:
    if type(code) is int and 0 <= code < 256:
        return machine.ansi[code]
    return _chr(machine, code)


@converting("I", "Chr")
def _chr(machine: Any, code: int) -> str:
    if not 0 <= code < 256:
        raise invalid_call()
    return machine.ansi[code]  # type: ignore[no-any-return]


@builtin("ChrW", "charcode", result="S")
def chr_w(machine: Any, code: Any) -> Any:
    if type(code) is int and 0 <= code < 0x10000:
        return chr(code)
    return _chr_w(machine, code)


@converting("I", "ChrW")
def _chr_w(_machine: Any, code: int) -> str:
    if not -0x8000 <= code < 0x10000:
        raise invalid_call()
    return chr(code & 0xFFFF)


@builtin("ChrB", "charcode", "I", result="S")
def chr_b(_machine: Any, code: int) -> str:
    if not 0 <= code < 256:
        raise invalid_call()
    return text_of_memory(bytes((code,)))


@builtin("Asc", "string", result="I")
def asc(machine: Any, string: Any) -> Any:
    if type(string) is str and string:
        code = ord(string[0])
        if code < 128:
            return code
    return _asc(machine, string)


@converting("T", "Asc")
def _asc(machine: Any, string: Text) -> int | Unknown:
    first = first_character(string)
    if isinstance(first, Unknown):
        return unknown("Asc", first)
    return ansi_codes(machine.codec).get(first) or ansi_encode(first, machine.codec)[0]


@builtin("AscW", "string", result="I")
def asc_w(machine: Any, string: Any) -> Any:
    if type(string) is str and string:
        code = ord(string[0])
        if code < 0x8000:
            return code
    return _asc_w(machine, string)


@converting("T", "AscW")
def _asc_w(_machine: Any, string: Text) -> int | Unknown:
    first = first_character(string)
    if isinstance(first, Unknown):
        return unknown("AscW", first)
    return int.from_bytes(memory_of(first)[:2], "little", signed=True)


@builtin("AscB", "string", "T", result="Y")
def asc_b(_machine: Any, string: Text) -> int | Unknown:
    first = first_character(string)
    return unknown("AscB", first) if isinstance(first, Unknown) else memory_of(first)[0]


def first_character(string: Text) -> Text:
    if isinstance(string, Unknown):
        return string.parts[0][0] if string.parts and isinstance(string.parts[0], str) else string
    if not string:
        raise invalid_call()
    return string[0]


# ---------------------------------------------------------------- pieces


def known_left(string: Text, count: int) -> Text:
    """The first characters; of something unknown those that are certain, with the unknown behind them."""
    if isinstance(string, str):
        return string[:count]
    pieces: list[Text] = []
    for part in string.parts or (string,):
        if count <= 0:
            break
        pieces.append(part[:count] if isinstance(part, str) else part)
        count = count - len(part) if isinstance(part, str) else 0
    return Unknown.join(pieces)


def known_right(string: Text, count: int) -> Text:
    if isinstance(string, str):
        return string[-count:] if count else ""
    pieces: list[Text] = []
    for part in reversed(string.parts or (string,)):
        if count <= 0:
            break
        pieces.insert(0, part[-count:] if isinstance(part, str) else part)
        count = count - len(part) if isinstance(part, str) else 0
    return Unknown.join(pieces)


def known_from(string: Text, start: int) -> Text:
    """What is left behind `start` characters."""
    if isinstance(string, str):
        return string[start:]
    parts = string.parts or (string,)
    for at, part in enumerate(parts):
        if not isinstance(part, str):
            # How many characters the unknown part has nobody knows: all behind it stays.
            return Unknown.join(parts[at:])
        if start < len(part):
            return Unknown.join((part[start:], *parts[at + 1 :]))
        start -= len(part)
    return ""


def announced(machine: Any, result: Text) -> Text:
    """A piece of a text, no longer than the text it was cut from, that the script may keep."""
    if isinstance(result, str) and len(result) >= LARGE:
        machine.grow(len(result))
    return result


def map_known(string: Text, change: Callable[[str], str]) -> Text:
    """A change of each character, made on what is known."""
    if isinstance(string, str):
        return change(string)
    return Unknown.join(change(part) if isinstance(part, str) else part for part in string.parts or (string,))


@builtin("Left", "string length", result="P")
def left(machine: Any, string: Any, length: Any) -> Any:
    if type(string) is str and type(length) is int and 0 <= length < LARGE:
        return string[:length]
    return _left(machine, string, length)


@converting("t i", "Left")
def _left(machine: Any, string: Text, length: int) -> Text:
    if length < 0:
        raise invalid_call()
    return announced(machine, known_left(string, length))


@builtin("Right", "string length", result="P")
def right(machine: Any, string: Any, length: Any) -> Any:
    if type(string) is str and type(length) is int and 0 < length < LARGE:
        return string[-length:]
    return _right(machine, string, length)


@converting("t i", "Right")
def _right(machine: Any, string: Text, length: int) -> Text:
    if length < 0:
        raise invalid_call()
    return announced(machine, known_right(string, length))


@builtin("Mid", "string start length", result="P")
def mid(machine: Any, string: Any, start: Any, length: Any = MISSING) -> Any:
    if type(string) is str and type(start) is int and start > 0:
        if type(length) is int and 0 <= length < LARGE:
            return string[start - 1 : start - 1 + length]
        if length is MISSING and len(string) < LARGE:
            return string[start - 1 :]
    return _mid(machine, string, start, length)


@converting("t i i?", "Mid")
def _mid(machine: Any, string: Text, start: int, length: Any) -> Text:
    if start < 1 or (length is not MISSING and length < 0):
        raise invalid_call()
    rest = known_from(string, start - 1)
    return announced(machine, rest if length is MISSING else known_left(rest, length))


@builtin("LeftB", "string length", "s i", result="P")
def left_b(_machine: Any, string: str, length: int) -> str:
    if length < 0:
        raise invalid_call()
    return text_of_memory(memory_of(string)[:length])


@builtin("RightB", "string length", "s i", result="P")
def right_b(_machine: Any, string: str, length: int) -> str:
    if length < 0:
        raise invalid_call()
    return text_of_memory(memory_of(string)[-length:] if length else b"")


@builtin("MidB", "string start length", "s i i?", result="P")
def mid_b(_machine: Any, string: str, start: int, length: Any) -> str:
    if start < 1 or (length is not MISSING and length < 0):
        raise invalid_call()
    rest = memory_of(string)[start - 1 :]
    return text_of_memory(rest if length is MISSING else rest[:length])


# ---------------------------------------------------------------- lengths

SIZES: Final = {"byte": 1, "boolean": 2, "integer": 2, "long": 4, "single": 4, "double": 8, "currency": 8, "date": 8, "longlong": 8}
SIZES["longptr"] = 8


@builtin("Len", "expression", result="P")
def len_(machine: Any, expression: Any, type_: str = "") -> Any:
    """`type_` is the declared type, where the argument is a variable: of a number, Len is its size in bytes."""
    if type(expression) is str:
        return len(expression)
    if type(expression) is Object and expression.cls.name == "record":
        return _record_size(machine, expression, type_)
    return SIZES[type_] if type_ in SIZES else _len(machine, expression)


def _record_size(machine: Any, value: Object, type_: str) -> int:
    from emoscan.evaluate.vba.library.binary import size_in_memory

    machine.spend(1)
    return size_in_memory(machine, value, type_)


@converting("s", "Len")
def _len(_machine: Any, string: str) -> int:
    return len(string)


@builtin("LenB", "expression", result="P")
def len_b(machine: Any, expression: Any, type_: str = "") -> Any:
    if type(expression) is Object and expression.cls.name == "record":
        return _record_size(machine, expression, type_)
    return SIZES[type_] if type_ in SIZES else _len_b(machine, expression)


@converting("s", "LenB")
def _len_b(_machine: Any, string: str) -> int:
    return len(memory_of(string))


# ---------------------------------------------------------------- searching


def fold(string: str) -> str:
    """Letters made alike for comparison, one for one, so that positions stay."""
    folded = string.lower()
    return folded if len(folded) == len(string) else "".join(c.lower() if len(c.lower()) == 1 else c for c in string)


def compares_text(compare: Any) -> bool:
    """Whether a `compare` argument asks for text comparison; what `Option Compare` says, the compiler fills in. Raises error 5."""
    if compare is MISSING or compare == -1:
        return False
    if compare not in (0, 1, 2) and compare < 256:  # above: an LCID
        raise invalid_call()
    return bool(compare != 0)


@builtin("InStr", "start string1 string2 compare", result="P")
def in_str(machine: Any, first: Any, second: Any, third: Any = MISSING, compare: Any = MISSING) -> Any:
    """`InStr(string1, string2)` or `InStr(start, string1, string2[, compare])`."""
    if third is MISSING and compare is MISSING:
        if type(first) is str and type(second) is str and first:
            if len(first) > LARGE:
                machine.spend(len(first) >> 8)
            return first.find(second) + 1
        return _in_str(machine, MISSING, first, second, MISSING)
    return _in_str(machine, first, second, third, compare)


@converting("i? t s i?", "InStr")
def _in_str(machine: Any, start: Any, string: Text, wanted: str, compare: Any) -> int | Unknown:
    start = 1 if start is MISSING else start
    if start < 1:
        raise invalid_call()
    as_text = compares_text(compare)
    rest = string
    if isinstance(string, Unknown):
        string = string.parts[0] if string.parts and isinstance(string.parts[0], str) else ""
    machine.spend(len(string) >> 8)
    if as_text:
        string, wanted = fold(string), fold(wanted)
    found = string.find(wanted, start - 1) + 1 if string and start <= len(string) else 0
    return found if found or isinstance(rest, str) else unknown("InStr", rest)


@builtin("InStrB", "start string1 string2 compare", "x x x? x?", result="P")
def in_str_b(machine: Any, first: Any, second: Any, third: Any, compare: Any) -> Any:
    if third is MISSING:
        return _in_str_b(machine, MISSING, first, second, compare)
    return _in_str_b(machine, first, second, third, compare)


@converting("i? s s i?", "InStrB")
def _in_str_b(_machine: Any, start: Any, string: str, wanted: str, _compare: Any) -> int:
    start = 1 if start is MISSING else start
    if start < 1:
        raise invalid_call()
    data = memory_of(string)
    return data.find(memory_of(wanted), start - 1) + 1 if data and start <= len(data) else 0


@builtin("InStrRev", "stringcheck stringmatch start compare", "s s i? i?", result="P")
def in_str_rev(machine: Any, string: str, wanted: str, start: Any, compare: Any) -> int:
    start = -1 if start is MISSING else start
    if start == 0 or start < -1:
        raise invalid_call()
    if not string or start > len(string):
        return 0
    end = len(string) if start == -1 else start
    machine.spend(len(string) >> 8)
    if compares_text(compare):
        string, wanted = fold(string), fold(wanted)
    return end if not wanted else string.rfind(wanted, 0, end) + 1


@builtin("StrComp", "string1 string2 compare", "s s i?", result="P")
def str_comp(_machine: Any, one: str, two: str, compare: Any) -> int:
    if compares_text(compare):
        one, two = fold(one), fold(two)
    return (one > two) - (one < two)


# ---------------------------------------------------------------- replacing, taking apart, putting together


@builtin("Replace", "expression find replace start count compare", result="P")
def replace(
    machine: Any, expression: Any, find: Any, replacement: Any, start: Any = MISSING, count: Any = MISSING, compare: Any = MISSING
) -> Any:
    if start is MISSING and count is MISSING and compare is MISSING and type(expression) is str and type(find) is str:
        if not find:
            return expression
        if type(replacement) is str:
            size = len(expression)
            if size > 256:
                if len(replacement) > len(find):
                    machine.grow(size + expression.count(find) * (len(replacement) - len(find)))
                machine.spend(size >> 8)
            elif len(replacement) > 256:
                machine.grow(size * len(replacement))
            if replacement:
                return expression.replace(find, replacement)
            left = expression.replace(find, "")
            machine.take_out(find, (size - len(left)) // len(find), left)
            return left
    return _replace(machine, expression, find, replacement, start, count, compare)


@converting("T S T I? I? I?", "Replace")
def _replace(machine: Any, expression: Text, find: str, replacement: Text, start: Any, count: Any, compare: Any) -> Text:
    start = 1 if start is MISSING else start
    count = -1 if count is MISSING else count
    if start < 1 or count < -1:
        raise invalid_call()
    as_text = compares_text(compare)
    rest = known_from(expression, start - 1)
    if not find or count == 0:
        return rest
    pieces: list[Text] = []
    for part in (rest,) if isinstance(rest, str) else rest.parts or (rest,):
        if not isinstance(part, str):
            pieces.append(part)
            continue
        between = cut(machine, part, find, count, as_text=as_text)
        if count > 0:
            count -= len(between) - 1
        for number, piece in enumerate(between):
            pieces += (replacement, piece) if number else (piece,)
    size = sum(len(piece) for piece in pieces if isinstance(piece, str))
    machine.grow(size)
    if replacement == "" and isinstance(expression, str):
        left = "".join(piece for piece in pieces if isinstance(piece, str))
        machine.take_out(find, (len(expression) - start + 1 - len(left)) // len(find), left)
    return Unknown.join(pieces) if len(pieces) > 1 else pieces[0] if pieces else ""


def cut(machine: Any, string: str, delimiter: str, most: int = -1, *, as_text: bool = False) -> list[str]:
    """The pieces of a text between delimiters, cut at no more than `most` places (-1: at all)."""
    machine.spend(len(string) >> 8)
    if not as_text:
        pieces = string.split(delimiter, min(most, len(string)))
    else:
        pieces = []
        folded, wanted, at = fold(string), fold(delimiter), 0
        while most != len(pieces):
            found = folded.find(wanted, at)
            if found < 0:
                break
            pieces.append(string[at:found])
            at = found + len(delimiter)
        pieces.append(string[at:])
    if len(pieces) > 64:
        machine.grow(64 * len(pieces) + len(string))
        machine.spend(len(pieces) >> 4)
    return pieces


@builtin("Split", "expression delimiter limit compare", result="P")
def split(machine: Any, expression: Any, delimiter: Any = " ", limit: Any = MISSING, compare: Any = MISSING) -> Any:
    if type(expression) is str and type(delimiter) is str and limit is MISSING and compare is MISSING and expression and delimiter:
        pieces = expression.split(delimiter) if len(expression) < 256 else cut(machine, expression, delimiter)
        if len(delimiter) > 1 and len(pieces) > 4:
            machine.take_out(delimiter, len(pieces) - 1, "".join(pieces))
        return Array([(0, len(pieces) - 1)], "string", pieces)
    return _split(machine, expression, " " if delimiter is MISSING else delimiter, limit, compare)


@converting("T S I? I?", "Split")
def _split(machine: Any, expression: Text, delimiter: str, limit: Any, compare: Any) -> Array:
    limit = -1 if limit is MISSING else limit
    as_text = compares_text(compare)
    if limit < -1:
        raise invalid_call()
    if expression == "" or limit == 0:
        return array_of([], 0, "string")
    if not delimiter:
        return array_of([expression], 0, "string")
    if isinstance(expression, str):
        return array_of(list(cut(machine, expression, delimiter, limit - 1 if limit > 0 else -1, as_text=as_text)), 0, "string")
    found: list[list[Text]] = [[]]
    for part in expression.parts or (expression,):
        pieces: list[Text] = [part]
        if isinstance(part, str):
            left_over = limit - len(found) if limit > 0 else -1
            pieces = list(cut(machine, part, delimiter, left_over, as_text=as_text))
        found[-1].append(pieces[0])
        found += [[piece] for piece in pieces[1:]]
    return array_of([Unknown.join(piece) for piece in found], 0, "string")


@builtin("Join", "sourcearray delimiter", result="P")
def join(machine: Any, source: Any, delimiter: Any = " ") -> Any:
    if type(source) is Array and type(delimiter) is str and len(source.bounds) == 1:
        data = source.data
        try:
            size = sum(map(len, data)) + len(delimiter) * len(data)
            if size > 256:
                machine.grow(size)
                machine.spend(len(data) >> 4)
            return delimiter.join(data)
        except TypeError:
            pass
    return _join(machine, source, " " if delimiter is MISSING else delimiter)


@converting("x T", "Join")
def _join(machine: Any, source: Any, delimiter: Text) -> Text:
    source = plain(machine, source)
    if type(source) is Unknown:
        return unknown("Join", source)
    if type(source) is not Array or len(source.bounds) != 1:
        raise mismatch()
    machine.spend(len(source.data))
    pieces: list[Text] = []
    size = 0
    for element in source.data:
        piece = text(plain(machine, element))
        if pieces:
            pieces.append(delimiter)
        pieces.append(piece)
        size += (len(piece) if isinstance(piece, str) else 0) + (len(delimiter) if isinstance(delimiter, str) else 0)
    machine.grow(size)
    return "".join(pieces) if all(type(piece) is str for piece in pieces) else Unknown.join(pieces)  # type: ignore[arg-type]


@builtin("Filter", "sourcearray match include compare", "x S B? I?", result="P")
def filter_(machine: Any, source: Any, match: str, include: Any, compare: Any) -> Any:
    source = plain(machine, source)
    if type(source) is Unknown:
        return unknown("Filter", source)
    if type(source) is not Array or len(source.bounds) > 1:
        raise mismatch()
    wanted = True if include is MISSING else include
    as_text = compares_text(compare)
    machine.spend(len(source.data))
    kept: list[Any] = []
    for element in source.data:
        string = text(plain(machine, element))
        if isinstance(string, Unknown) or ((fold(match) in fold(string)) if as_text else (match in string)) == wanted:
            kept.append(string)
    return array_of(kept, 0, "string")


# ---------------------------------------------------------------- case, blanks, order


def one_for_one(change: Callable[[str], str]) -> Callable[[str], str]:
    """A change of case as Windows makes it: letters that would become two stay as they are."""

    def changed(string: str) -> str:
        result = change(string)
        return result if len(result) == len(string) else "".join(change(c) if len(change(c)) == 1 else c for c in string)

    return changed


upper: Final = one_for_one(str.upper)
lower: Final = one_for_one(str.lower)


@builtin("UCase", "string", result="P")
def u_case(machine: Any, string: Any) -> Any:
    if type(string) is str and len(string) < LARGE and string.isascii():
        return string.upper()
    return _u_case(machine, string)


@converting("t", "UCase")
def _u_case(machine: Any, string: Text) -> Text:
    return announced(machine, map_known(string, upper))


@builtin("LCase", "string", result="P")
def l_case(machine: Any, string: Any) -> Any:
    if type(string) is str and len(string) < LARGE and string.isascii():
        return string.lower()
    return _l_case(machine, string)


@converting("t", "LCase")
def _l_case(machine: Any, string: Text) -> Text:
    return announced(machine, map_known(string, lower))


@builtin("LTrim", "string", "t", result="P")
def l_trim(_machine: Any, string: Text) -> Text:
    return trimmed(string, at_start=True)


@builtin("RTrim", "string", "t", result="P")
def r_trim(_machine: Any, string: Text) -> Text:
    return trimmed(string, at_end=True)


@builtin("Trim", "string", "t", result="P")
def trim(_machine: Any, string: Text) -> Text:
    return trimmed(string, at_start=True, at_end=True)


def trimmed(string: Text, *, at_start: bool = False, at_end: bool = False) -> Text:
    """Without blanks at its ends; only blanks, not tabs, as VBA does it."""
    parts = list(string.parts or (string,)) if isinstance(string, Unknown) else [string]
    first, last = parts[0], parts[-1]
    if at_start and isinstance(first, str):
        parts[0] = first.lstrip(" ")
        last = parts[-1]
    if at_end and isinstance(last, str):
        parts[-1] = last.rstrip(" ")
    return Unknown.join(parts)


@builtin("StrReverse", "expression", result="P")
def str_reverse(machine: Any, expression: Any) -> Any:
    if type(expression) is str and len(expression) < LARGE:
        return expression[::-1]
    return _str_reverse(machine, expression)


@converting("T", "StrReverse")
def _str_reverse(machine: Any, expression: Text) -> Text:
    if isinstance(expression, str):
        return announced(machine, expression[::-1])
    return Unknown.join(part[::-1] if isinstance(part, str) else part for part in reversed(expression.parts or (expression,)))


@builtin("Space", "number", "I", result="S")
def space(machine: Any, number: int) -> str:
    if number < 0:
        raise invalid_call()
    machine.grow(number)
    return " " * number


@builtin("String", "number character", "i v", result="P")
def string_(machine: Any, number: int, character: Any) -> Any:
    if character is NULL:
        return NULL
    if number < 0:
        raise invalid_call()
    if type(character) is Unknown:
        return unknown("String", character)
    if type(character) is str:
        char = str(first_character(character))
    else:
        code = integer(character)
        char = machine.ansi[code & 0xFF]
    machine.grow(number)
    return char * number


# ---------------------------------------------------------------- StrConv

LCID_CODECS: Final = {1041: "cp932", 2052: "cp936", 1042: "cp949", 1028: "cp950", 1049: "cp1251", 1033: "cp1252"}
WORD_BREAKS: Final = frozenset("\0\t\n\v\f\r ")

UPPER_CASE, LOWER_CASE, PROPER_CASE = 1, 2, 3
WIDE, NARROW, KATAKANA, HIRAGANA, UNICODE, FROM_UNICODE = 4, 8, 16, 32, 64, 128


@builtin("StrConv", "string conversion localeid", "v i i?", result="P")
def str_conv(machine: Any, string: Any, conversion: int, lcid: Any) -> Any:
    """Changes of case and width; vbUnicode makes a character of every byte, vbFromUnicode a byte of every character."""
    if string is NULL:
        return NULL
    both_cases = conversion & 3
    if (conversion & UNICODE and conversion & FROM_UNICODE) or conversion < 0 or conversion > 0xFF:
        raise invalid_call()
    codec = LCID_CODECS.get(lcid) if lcid is not MISSING else None
    if conversion & UNICODE:
        data = bytes_to_convert(string)
        if isinstance(data, Unknown):
            return data
        machine.grow(len(data))
        string = ansi_decode(data, machine.codec) if codec is None else data.decode(codec, "replace")
    string = text(string)
    for flag, change in CHANGES.items():
        if conversion & flag == flag and (flag > 3 or both_cases == flag):
            string = map_known(string, change)
    if conversion & FROM_UNICODE:
        if isinstance(string, Unknown):
            return string
        machine.grow(len(string))
        return text_of_memory(ansi_encode(string, machine.codec) if codec is None else string.encode(codec, "replace"))
    return string


def bytes_to_convert(value: Any) -> bytes | Unknown:
    """The bytes of a Byte array, or of a text in memory."""
    if type(value) is Array:
        unknown_element = next((element for element in value.data if type(element) is Unknown), None)
        if unknown_element is not None:
            return unknown("StrConv", unknown_element)
        if value.type == "byte":
            return bytes(byte & 0xFF for byte in value.data)
        raise mismatch()
    string = text(value)
    return string if isinstance(string, Unknown) else memory_of(string)


def proper_case(string: str) -> str:
    starts = True
    letters: list[str] = []
    for char in lower(string):
        letters.append(upper(char) if starts else char)
        starts = char in WORD_BREAKS
    return "".join(letters)


def to_wide(string: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\u3000" if c == " " else c for c in compose_katakana(string))


def to_narrow(string: str) -> str:
    pieces: list[str] = []
    for char in string:
        if "\uff01" <= char <= "\uff5e":
            pieces.append(chr(ord(char) - 0xFEE0))
        elif char == "\u3000":
            pieces.append(" ")
        else:
            pieces.append(half_katakana().get(char, char))
    return "".join(pieces)


def to_katakana(string: str) -> str:
    return "".join(chr(ord(c) + 0x60) if "\u3041" <= c <= "\u3096" else c for c in string)


def to_hiragana(string: str) -> str:
    return "".join(chr(ord(c) - 0x60) if "\u30a1" <= c <= "\u30f6" else c for c in string)


HALF_KATAKANA: Final = (
    "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜"
)
"""The full-width forms of U+FF61 to U+FF9F, in order (JIS X 0201)."""
_HALF: Final[dict[str, str]] = {}


def half_katakana() -> dict[str, str]:
    """Half-width form by full-width katakana; voiced ones become two characters."""
    if not _HALF:
        from unicodedata import normalize

        _HALF.update({char: chr(0xFF61 + at) for at, char in enumerate(HALF_KATAKANA)})
        for code in range(0x30A1, 0x30FB):
            base, *marks = list(normalize("NFD", chr(code)))
            if marks and base in _HALF:
                _HALF[chr(code)] = _HALF[base] + {"\u3099": "\uff9e", "\u309a": "\uff9f"}[marks[0]]
    return _HALF


def compose_katakana(string: str) -> str:
    """Half-width katakana made full-width, with their voice marks."""
    if not any("\uff61" <= c <= "\uff9f" for c in string):
        return string
    from unicodedata import normalize

    pieces: list[str] = []
    for char in string:
        if "\uff61" <= char <= "\uff9f":
            mark = {"\uff9e": "\u3099", "\uff9f": "\u309a"}.get(char)
            joined = normalize("NFC", pieces[-1] + mark) if mark and pieces else ""
            if len(joined) == 1:
                pieces[-1] = joined
            else:
                pieces.append(HALF_KATAKANA[ord(char) - 0xFF61])
        else:
            pieces.append(char)
    return "".join(pieces)


CHANGES: Final[dict[int, Callable[[str], str]]] = {
    UPPER_CASE: upper,
    LOWER_CASE: lower,
    PROPER_CASE: proper_case,
    WIDE: to_wide,
    NARROW: to_narrow,
    KATAKANA: to_katakana,
    HIRAGANA: to_hiragana,
}

# ---------------------------------------------------------------- VBScript

NOT_ESCAPED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@*_+-./")


@builtin("Escape", "string", "s", result="P")
def escape(machine: Any, string: str) -> str:
    machine.grow(6 * len(string))
    units = memory_of(string)
    codes = [units[at] | units[at + 1] << 8 for at in range(0, len(units) - 1, 2)]
    return "".join(
        chr(code) if code < 128 and chr(code) in NOT_ESCAPED else f"%{code:02X}" if code < 256 else f"%u{code:04X}" for code in codes
    )


@builtin("Unescape", "string", "t", result="P")
def unescape(_machine: Any, string: Text) -> Text:
    return map_known(string, unescaped)


def unescaped(string: str) -> str:
    pieces = string.split("%")
    made = pieces[:1]
    for piece in pieces[1:]:
        digits, rest = (piece[1:5], piece[5:]) if piece[:1] in ("u", "U") else (piece[:2], piece[2:])
        wanted = 4 if piece[:1] in ("u", "U") else 2
        if len(digits) == wanted and all(c in "0123456789abcdefABCDEF" for c in digits):
            made.append(chr(int(digits, 16)) + rest)
        else:
            made.append("%" + piece)
    return "".join(made)
