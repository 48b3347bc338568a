"""System.String, System.Char and StringBuilder."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, Object, Unknown
from emoscan.evaluate.powershell.convert import char as make_char
from emoscan.evaluate.powershell.convert import chars, elements, is_list, to_char, whole
from emoscan.evaluate.powershell.format import composite
from emoscan.evaluate.powershell.net import net_class
from emoscan.evaluate.powershell.values import Array, Char, Enum, Thrown

STRING: Final = net_class("System.String", of=(str,))
CHAR: Final = net_class("System.Char", of=(Char,))


def out_of_range(name: str = "index") -> Thrown:
    return Thrown(
        "System.ArgumentOutOfRangeException",
        f"Index was out of range. Must be non-negative and less than the size of the collection. Parameter name: {name}",
    )


def known(machine: Any, value: Any) -> str:
    return str(machine.shown(value))


def ignores_case(machine: Any, comparison: Any) -> bool:
    """Whether a StringComparison (by name or number) or a flag says so."""
    if type(comparison) is bool:
        return comparison
    return "ignorecase" in known(machine, comparison).lower() or (type(comparison) is int and comparison in (1, 3, 5))


# ---------------------------------------------------------------- properties and pieces


@STRING.prop("Length")
def length(_machine: Any, this: str) -> int:
    return len(this)


@STRING.call("Chars", "get_Chars")
def characters(_machine: Any, this: str, at: Any = 0) -> Any:
    place = whole(at)
    if type(place) is Unknown:
        return place
    if not 0 <= place < len(this):
        raise out_of_range()
    return make_char(ord(this[place]))


@STRING.call("get_Length")
def get_length(_machine: Any, this: str) -> int:
    return len(this)


@STRING.call("Substring")
def substring(machine: Any, this: str, start: Any, count: Any = MISSING) -> str:
    begin = machine.whole(start)
    size = machine.whole(count, len(this) - begin)
    if begin < 0 or size < 0 or begin + size > len(this):
        raise out_of_range("startIndex")
    return this[begin : begin + size]


@STRING.call("Remove")
def remove(machine: Any, this: str, start: Any, count: Any = MISSING) -> str:
    begin = machine.whole(start)
    size = machine.whole(count, len(this) - begin)
    if begin < 0 or size < 0 or begin + size > len(this):
        raise out_of_range("startIndex")
    return this[:begin] + this[begin + size :]


@STRING.call("Insert")
def insert(machine: Any, this: str, at: Any, value: Any) -> str:
    place = machine.whole(at)
    if not 0 <= place <= len(this):
        raise out_of_range("startIndex")
    return this[:place] + known(machine, value) + this[place:]


@STRING.call("Replace", opened=True)
def replace(machine: Any, this: str, old: Any, new: Any = "", comparison: Any = MISSING) -> Any:
    sought, put = machine.text(old), machine.text(new)
    if type(sought) is Unknown:
        return Unknown(f"text with {sought.why} replaced")
    if not sought:
        raise Thrown("System.ArgumentException", "String cannot be of zero length. Parameter name: oldValue")
    if type(put) is Unknown:
        pieces: list[Any] = []
        for i, piece in enumerate(str(this).split(sought)):
            pieces += [put, piece] if i else [piece]
        return Unknown.join(pieces)
    machine.tick(len(this) // 256 + 1)
    if comparison is not MISSING and ignores_case(machine, comparison):
        return machine.regex_replace(str(this), _literal(sought), put.replace("$", "$$"), 1)
    if len(put) > len(sought):
        machine.grow(len(this) + this.count(sought) * (len(put) - len(sought)))
    return str(this).replace(sought, put)


def _literal(text: str) -> str:
    from emoscan.evaluate.core.regex import escape

    return escape(text)


@STRING.call("Split", opened=True)
def split(machine: Any, this: str, *args: Any) -> Any:
    """By any of some characters, or by whole texts when options or a text[] say so; by blanks without arguments."""
    words: list[str] = []
    count = 0
    drop = whole_words = False
    for position, arg in enumerate(args):
        if type(arg) is Unknown:
            return Unknown(f"text split at {arg.why}")
        if type(arg) is Enum or (position and isinstance(arg, str) and arg.lower() in ("removeemptyentries", "none")):
            drop = known(machine, arg).lower() == "removeemptyentries"
        elif position and type(arg) is int:
            if position == len(args) - 1 and not is_list(args[0]) and len(args) == 2 and arg == 1:
                drop = True
            else:
                count = arg
        elif is_list(arg):
            words += [known(machine, item) for item in elements(arg)]
            whole_words = (
                whole_words
                or (type(arg) is Array and arg.of == "System.String")
                or (len(args) > 1 and any(isinstance(item, str) and len(item) > 1 for item in elements(arg)))
            )
        elif arg is not None and arg is not MISSING:
            words.append(known(machine, arg))
    machine.tick(len(this) // 64 + 1)
    if not words:
        pieces = _split_at(str(this), " \t\n\r\v\f\xa0\x85\u3000", count)
    elif whole_words:
        pieces = _split_words(str(this), [word for word in words if word], count)
    else:
        pieces = _split_at(str(this), "".join(words), count)
    if drop:
        pieces = [piece for piece in pieces if piece]
    machine.grow(60 * len(pieces))
    machine.was_split(pieces, "".join(words))
    return Array(pieces, "System.String")


def _split_at(text: str, separators: str, count: int) -> list[str]:
    if not separators:
        return [text]
    limit = count - 1 if count > 0 else -1
    if len(separators) == 1:
        return text.split(separators, limit)
    import re

    return re.split("[" + re.escape(separators) + "]", text, maxsplit=max(limit, 0)) if limit else [text]


def _split_words(text: str, words: list[str], count: int) -> list[str]:
    import re

    if not words:
        return [text]
    if count == 1:
        return [text]
    return re.split("|".join(re.escape(word) for word in words), text, maxsplit=max(count - 1, 0))


@STRING.call("ToCharArray")
def to_char_array(machine: Any, this: str, start: Any = 0, count: Any = MISSING) -> Array:
    begin = machine.whole(start)
    size = machine.whole(count, len(this) - begin)
    machine.grow(8 * len(this))
    machine.tick(len(this) // 32)
    return Array(chars(this[begin : begin + size]), "System.Char")


@STRING.call("GetEnumerator")
def enumerator(_machine: Any, this: str) -> Array:
    return Array(chars(this), "System.Char")


# ---------------------------------------------------------------- trimming, case, padding


def trimmer(trim: Callable[[str, str | None], str]) -> Callable[..., str]:
    def member(machine: Any, this: str, *args: Any) -> str:
        cut = "".join(known(machine, item) for arg in args for item in (elements(arg) if is_list(arg) else [arg]))
        return trim(str(this), cut or None)

    return member


STRING.call("Trim")(trimmer(lambda text, cut: text.strip(cut)))
STRING.call("TrimStart")(trimmer(lambda text, cut: text.lstrip(cut)))
STRING.call("TrimEnd")(trimmer(lambda text, cut: text.rstrip(cut)))


@STRING.call("ToLower", "ToLowerInvariant")
def to_lower(_machine: Any, this: str, _culture: Any = None) -> str:
    lower = this.lower()
    return lower if len(lower) == len(this) else "".join(c.lower() if len(c.lower()) == 1 else c for c in this)


@STRING.call("ToUpper", "ToUpperInvariant")
def to_upper(_machine: Any, this: str, _culture: Any = None) -> str:
    upper = this.upper()
    return upper if len(upper) == len(this) else "".join(c.upper() if len(c.upper()) == 1 else c for c in this)


def padder(left: bool) -> Callable[..., str]:
    def member(machine: Any, this: str, width: Any, filler: Any = " ") -> str:
        size = machine.whole(width)
        machine.grow(max(size, len(this)))
        with_ = known(machine, filler)[:1] or " "
        return this.rjust(size, with_) if left else this.ljust(size, with_)

    return member


STRING.call("PadLeft")(padder(left=True))
STRING.call("PadRight")(padder(left=False))


@STRING.call("Normalize")
def normalize(_machine: Any, this: str, _form: Any = None) -> str:
    return unicodedata.normalize("NFC", this)


@STRING.call("Clone", "ToString", "Intern")
def itself(_machine: Any, this: str, _provider: Any = None) -> str:
    return str(this)


# ---------------------------------------------------------------- searching


def finder(last: bool) -> Callable[..., int]:
    def member(machine: Any, this: str, sought: Any, start: Any = MISSING, count: Any = MISSING, comparison: Any = MISSING) -> int:
        text, what = str(this), known(machine, sought)
        for option in (start, count, comparison):
            if (type(option) is Enum or isinstance(option, str)) and ignores_case(machine, option):
                text, what = text.lower(), what.lower()
        begin = machine.whole(start, len(text) - 1 if last else 0) if type(start) not in (Enum, str) else (len(text) - 1 if last else 0)
        if last:
            return text.rfind(what, 0, begin + len(what) if begin + 1 < len(text) else len(text))
        if begin < 0 or begin > len(text):
            raise out_of_range("startIndex")
        end = begin + machine.whole(count) if type(count) is int else len(text)
        return text.find(what, begin, end)

    return member


STRING.call("IndexOf")(finder(last=False))
STRING.call("LastIndexOf")(finder(last=True))


@STRING.call("IndexOfAny")
def index_of_any(machine: Any, this: str, sought: Any, start: Any = 0) -> int:
    found = [this.find(known(machine, c), machine.whole(start)) for c in elements(sought)]
    return min((at for at in found if at >= 0), default=-1)


@STRING.call("LastIndexOfAny")
def last_index_of_any(machine: Any, this: str, sought: Any, _start: Any = 0) -> int:
    return max((this.rfind(known(machine, c)) for c in elements(sought)), default=-1)


def tester(test: Callable[[str, str], bool]) -> Callable[..., bool]:
    def member(machine: Any, this: str, sought: Any, comparison: Any = MISSING, _culture: Any = MISSING) -> bool:
        text, what = str(this), known(machine, sought)
        if comparison is not MISSING and ignores_case(machine, comparison):
            text, what = text.lower(), what.lower()
        return test(text, what)

    return member


STRING.call("Contains")(tester(lambda text, what: what in text))
STRING.call("StartsWith")(tester(lambda text, what: text.startswith(what)))
STRING.call("EndsWith")(tester(lambda text, what: text.endswith(what)))


@STRING.call("Equals")
def equals(machine: Any, this: str, other: Any, comparison: Any = MISSING) -> bool:
    if comparison is not MISSING and ignores_case(machine, comparison):
        return this.lower() == known(machine, other).lower()
    return isinstance(other, str) and str(this) == str(other)


@STRING.call("CompareTo")
def compare_to(machine: Any, this: str, other: Any) -> int:
    return compare(machine, "", this, other)


# ---------------------------------------------------------------- static


@STRING.shared("Join", opened=True)
def join(machine: Any, _type: str, separator: Any, *values: Any) -> Any:
    first = values[0] if values else MISSING
    items = elements(first) if len(values) == 1 and is_list(first) else list(values)
    if len(values) == 3 and is_list(first) and type(values[1]) is int and type(values[2]) is int:
        items = elements(first)[values[1] : values[1] + values[2]]
    if len(values) == 1 and type(first) is Unknown:
        return first
    machine.tick(len(items) // 16)
    return machine.operators.joined([machine.text(item) for item in items], machine.text(separator))


@STRING.shared("Concat", opened=True)
def concat(machine: Any, _type: str, *values: Any) -> Any:
    items = elements(values[0]) if len(values) == 1 and is_list(values[0]) else list(values)
    return machine.operators.joined([machine.text(item) for item in items], "")


@STRING.shared("Format", opened=True)
def format_(machine: Any, _type: str, form: Any, *values: Any) -> Any:
    text = machine.text(form)
    if type(text) is Unknown:
        return text
    args = elements(values[0]) if len(values) == 1 and is_list(values[0]) else list(values)
    return composite(text, list(args), machine.text, machine.grow)


@STRING.shared("IsNullOrEmpty")
def is_null_or_empty(machine: Any, _type: str, value: Any = None) -> bool:
    return value is None or known(machine, value) == ""


@STRING.shared("IsNullOrWhiteSpace")
def is_null_or_white_space(machine: Any, _type: str, value: Any = None) -> bool:
    return value is None or known(machine, value).strip() == ""


@STRING.shared("Compare", "CompareOrdinal")
def compare(machine: Any, _type: str, left: Any, right: Any, ignore: Any = MISSING, _culture: Any = MISSING) -> int:
    a, b = known(machine, left), known(machine, right)
    if ignore is not MISSING and ignores_case(machine, ignore):
        a, b = a.lower(), b.lower()
    return (a > b) - (a < b)


@STRING.shared("Equals")
def shared_equals(machine: Any, _type: str, left: Any, right: Any, comparison: Any = MISSING) -> bool:
    return compare(machine, "", left, right, comparison) == 0


@STRING.shared("Copy", "Intern", "IsInterned")
def copy(machine: Any, _type: str, value: Any) -> str:
    return known(machine, value)


STRING.values(Empty="")


@STRING.makes
def make_string(machine: Any, value: Any = "", second: Any = MISSING, third: Any = MISSING) -> Any:
    """A character so many times, or the characters of an array."""
    if is_list(value):
        items = elements(value)
        if second is not MISSING and third is not MISSING:
            begin = machine.whole(second)
            items = items[begin : begin + machine.whole(third)]
        machine.tick(len(items) // 16)
        return machine.operators.joined([str(to_char(item)) for item in items], "")
    if second is not MISSING:
        times = machine.whole(second)
        machine.grow(max(times, 0))
        return str(to_char(value)) * times
    return known(machine, value)


# ---------------------------------------------------------------- Char


def char_test(test: Callable[[str], bool]) -> Callable[..., bool]:
    def member(machine: Any, _type: str, value: Any, at: Any = MISSING) -> bool:
        if isinstance(value, str):
            place = machine.whole(at)
            return test(value[place : place + 1] or "\0")
        return test(str(to_char(value)))

    return member


for _name, _test in (
    ("IsDigit", str.isdigit),
    ("IsNumber", str.isnumeric),
    ("IsLetter", str.isalpha),
    ("IsLetterOrDigit", str.isalnum),
    ("IsUpper", str.isupper),
    ("IsLower", str.islower),
    ("IsWhiteSpace", str.isspace),
    ("IsControl", lambda c: unicodedata.category(c) == "Cc"),
    ("IsPunctuation", lambda c: unicodedata.category(c).startswith("P")),
    ("IsSymbol", lambda c: unicodedata.category(c).startswith("S")),
):
    CHAR.shared(_name)(char_test(_test))


@CHAR.shared("ToUpper", "ToUpperInvariant")
def char_upper(_machine: Any, _type: str, value: Any, _culture: Any = None) -> Any:
    upper = str(to_char(value)).upper()
    return make_char(ord(upper)) if len(upper) == 1 else to_char(value)


@CHAR.shared("ToLower", "ToLowerInvariant")
def char_lower(_machine: Any, _type: str, value: Any, _culture: Any = None) -> Any:
    lower = str(to_char(value)).lower()
    return make_char(ord(lower)) if len(lower) == 1 else to_char(value)


@CHAR.shared("ConvertFromUtf32")
def from_utf32(machine: Any, _type: str, value: Any) -> str:
    code = machine.whole(value)
    if not 0 <= code < 0x110000:
        raise out_of_range("utf32")
    return chr(code)


@CHAR.shared("ConvertToUtf32")
def to_utf32(machine: Any, _type: str, value: Any, at: Any = 0) -> int:
    place = machine.whole(at)
    text = known(machine, value)
    if not 0 <= place < len(text):
        raise out_of_range()
    return ord(text[place])


@CHAR.shared("Parse")
def char_parse(_machine: Any, _type: str, value: Any) -> Any:
    return to_char(value)


@CHAR.shared("GetNumericValue")
def numeric_value(_machine: Any, _type: str, value: Any) -> float:
    return unicodedata.numeric(str(to_char(value)), -1.0)


CHAR.values(MinValue=Char("\0"), MaxValue=Char("\uffff"))


@CHAR.call("ToString")
def char_text(_machine: Any, this: Char, _provider: Any = None) -> str:
    return str(this)


@CHAR.call("ToInt32", "ToByte", "ToUInt16")
def char_code(_machine: Any, this: Char, _provider: Any = None) -> int:
    return ord(this)


# ---------------------------------------------------------------- StringBuilder

BUILDER: Final = net_class("System.Text.StringBuilder")


@BUILDER.makes
def make_builder(machine: Any, value: Any = "", _capacity: Any = 0, *_rest: Any) -> Object:
    return Object(BUILDER, pieces=[] if isinstance(value, int) else [machine.text(value)], size=0)


def built(machine: Any, this: Object) -> Any:
    """The text so far; keeps it in one piece."""
    pieces = this.data["pieces"]
    if len(pieces) != 1:
        text = machine.operators.joined(pieces, "")
        this.data["pieces"] = pieces = [text]
    return pieces[0]


def add_piece(machine: Any, this: Object, text: Any) -> Object:
    this.data["size"] += len(text) if isinstance(text, str) else 1
    machine.grow(this.data["size"])
    this.data["pieces"].append(text)
    return this


@BUILDER.call("Append", opened=True)
def append(machine: Any, this: Object, value: Any = "", count: Any = MISSING, size: Any = MISSING) -> Object:
    text = machine.operators.joined([machine.text(item) for item in elements(value)], "") if is_list(value) else machine.text(value)
    if size is not MISSING and isinstance(text, str):
        text = text[machine.whole(count) : machine.whole(count) + machine.whole(size)]
    elif count is not MISSING and isinstance(text, str):
        machine.grow(len(text) * max(machine.whole(count), 0))
        text *= machine.whole(count)
    return add_piece(machine, this, text)


@BUILDER.call("AppendLine", opened=True)
def append_line(machine: Any, this: Object, value: Any = "") -> Object:
    add_piece(machine, this, machine.text(value))
    return add_piece(machine, this, "\r\n")


@BUILDER.call("AppendFormat", opened=True)
def append_format(machine: Any, this: Object, form: Any, *values: Any) -> Object:
    return add_piece(machine, this, format_(machine, "", form, *values))


@BUILDER.call("ToString")
def builder_text(machine: Any, this: Object, start: Any = MISSING, count: Any = MISSING) -> Any:
    text = built(machine, this)
    if start is MISSING or type(text) is Unknown:
        return text
    return substring(machine, text, start, count)


@BUILDER.prop("Length")
def builder_length(machine: Any, this: Object) -> Any:
    text = built(machine, this)
    return len(text) if isinstance(text, str) else Unknown(f"length of {text.why}")


@BUILDER.setter("Length")
def set_builder_length(machine: Any, this: Object, value: Any) -> None:
    text = built(machine, this)
    if isinstance(text, str):
        this.data["pieces"] = [text[: machine.whole(value)]]


@BUILDER.call("Item", "Chars", "get_Chars")
def builder_item(machine: Any, this: Object, at: Any) -> Any:
    text = built(machine, this)
    return characters(machine, text, at) if isinstance(text, str) else text


def builder_edit(edit: Callable[..., Any]) -> Callable[..., Object]:
    def member(machine: Any, this: Object, *args: Any) -> Object:
        text = built(machine, this)
        if isinstance(text, str):
            this.data["pieces"] = [edit(machine, text, *args)]
        return this

    return member


BUILDER.call("Replace")(builder_edit(replace))
BUILDER.call("Remove")(builder_edit(remove))
BUILDER.call("Insert")(builder_edit(insert))
BUILDER.call("Clear")(builder_edit(lambda _machine, _text: ""))
