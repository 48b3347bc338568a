"""Whole and broken numbers, Math, BitConverter, Convert, Random, BigInteger, Guid."""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from collections.abc import Callable
from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, Object, Unknown
from emoscan.evaluate.powershell.convert import LIMITS, elements, is_list, number, parse_number, to_char, to_whole, truth, whole
from emoscan.evaluate.powershell.format import format_guid, format_number
from emoscan.evaluate.powershell.net import net_class
from emoscan.evaluate.powershell.types import cast, cast_to
from emoscan.evaluate.powershell.values import (
    BigInt,
    Char,
    Decimal,
    Int16,
    Int64,
    NetClass,
    Reference,
    SByte,
    Single,
    Thrown,
    UInt16,
    UInt32,
    UInt64,
)
from emoscan.parse.lazy import lazy

# ---------------------------------------------------------------- numbers


def number_text(machine: Any, this: Any, form: Any = MISSING, _provider: Any = MISSING) -> Any:
    if isinstance(form, str) and form:
        return format_number(this, form, type(this))
    return machine.text(this)


def parsed(name: str, text: str, style: str) -> Any:
    if name in LIMITS:
        if "hex" in style:
            if not re.fullmatch(r"\s*[0-9a-fA-F]{1,32}\s*", text):
                raise bad_input()
            return (
                cast_to(None, int(text, 16), name)
                if int(text, 16) <= LIMITS[name][1]
                else cast_to(None, int(text, 16) - (LIMITS[name][1] + 1) * 2, name)
            )
        if not re.fullmatch(r"\s*[+-]?\d{1,400}\s*", text):
            raise bad_input()
        return to_whole(int(text), name)
    value = parse_number(text) if text.strip() else None
    if value is None:
        raise bad_input()
    return cast_to(None, value, name)


def bad_input() -> Thrown:
    return Thrown("System.FormatException", "Input string was not in a correct format.")


def _number_class(name: str, *of: type) -> NetClass:
    cls = net_class(name, of=of)
    cls.call("ToString")(number_text)

    @cls.shared("Parse")
    def parse(machine: Any, _type: str, text: Any, style: Any = "", *_rest: Any) -> Any:
        return parsed(name, machine.shown(text), machine.shown(style).lower())

    @cls.shared("TryParse")
    def try_parse(machine: Any, _type: str, text: Any, *rest: Any) -> bool:
        result = next((arg for arg in reversed(rest) if type(arg) is Reference), None)
        try:
            value = parsed(name, machine.shown(text), "")
        except Thrown:
            if result is not None:
                result.put(0)
            return False
        if result is not None:
            result.put(value)
        return True

    if name in LIMITS:
        least, most = LIMITS[name]
        cls.values(MinValue=cast_to(None, least, name), MaxValue=cast_to(None, most, name))
    return cls


for _name, _types in (
    ("System.Int32", (int,)),
    ("System.Int64", (Int64,)),
    ("System.UInt32", (UInt32,)),
    ("System.UInt64", (UInt64,)),
    ("System.Int16", (Int16,)),
    ("System.UInt16", (UInt16,)),
    ("System.SByte", (SByte,)),
    ("System.Byte", ()),
):
    _number_class(_name, *_types)

DOUBLE: Final = _number_class("System.Double", float)
DOUBLE.values(
    MaxValue=1.7976931348623157e308,
    MinValue=-1.7976931348623157e308,
    NaN=math.nan,
    PositiveInfinity=math.inf,
    NegativeInfinity=-math.inf,
    Epsilon=5e-324,
)
_number_class("System.Single", Single).values(MaxValue=Single(3.4028234663852886e38), MinValue=Single(-3.4028234663852886e38))
_number_class("System.Decimal", Decimal).values(MaxValue=Decimal(7.922816251426434e28), MinValue=Decimal(-7.922816251426434e28))

BOOLEAN: Final = net_class("System.Boolean", of=(bool,))
BOOLEAN.values(TrueString="True", FalseString="False")


@BOOLEAN.shared("Parse")
def parse_boolean(machine: Any, _type: str, text: Any) -> bool:
    word = machine.shown(text).strip().lower()
    if word not in ("true", "false"):
        raise Thrown("System.FormatException", "String was not recognized as a valid Boolean.")
    return bool(word == "true")


# ---------------------------------------------------------------- Math

MATH: Final = net_class("System.Math")
MATH.values(PI=math.pi, E=math.e)


def of_double(function: Callable[[float], float]) -> Callable[..., Any]:
    def member(_machine: Any, _type: str, value: Any) -> Any:
        try:
            return function(float(number(value)))  # type: ignore[arg-type]
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf

    return member


for _word, _function in (
    ("Sqrt", math.sqrt),
    ("Sin", math.sin),
    ("Cos", math.cos),
    ("Tan", math.tan),
    ("Asin", math.asin),
    ("Acos", math.acos),
    ("Atan", math.atan),
    ("Sinh", math.sinh),
    ("Cosh", math.cosh),
    ("Tanh", math.tanh),
    ("Exp", math.exp),
    ("Log10", math.log10),
):
    MATH.shared(_word)(of_double(_function))


def rounded(function: Callable[[float], float]) -> Callable[..., Any]:
    def member(_machine: Any, _type: str, value: Any) -> Any:
        held = number(value)
        if isinstance(held, int):
            return held
        assert isinstance(held, float)
        return float(function(held)) if math.isfinite(held) else held

    return member


MATH.shared("Floor")(rounded(math.floor))
MATH.shared("Ceiling")(rounded(math.ceil))
MATH.shared("Truncate")(rounded(math.trunc))


@MATH.shared("Round")
def round_(machine: Any, _type: str, value: Any, digits: Any = 0, mode: Any = "") -> Any:
    held = number(value)
    if isinstance(held, int):
        return held
    assert isinstance(held, float)
    if not math.isfinite(held):
        return held
    places = digits if type(digits) is int else 0
    away = "away" in machine.shown(mode).lower() or "away" in machine.shown(digits).lower()
    if away:
        scale = 10.0**places
        return math.copysign(math.floor(abs(held) * scale + 0.5) / scale, held)
    return round(held, min(max(places, 0), 15))


@MATH.shared("Abs")
def absolute(_machine: Any, _type: str, value: Any) -> Any:
    return abs(number(value))  # type: ignore[arg-type]


@MATH.shared("Pow")
def power(_machine: Any, _type: str, base: Any, exponent: Any) -> float:
    try:
        return math.pow(float(number(base)), float(number(exponent)))  # type: ignore[arg-type]
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


@MATH.shared("Log")
def logarithm(_machine: Any, _type: str, value: Any, base: Any = MISSING) -> float:
    try:
        return math.log(float(number(value))) if base is MISSING else math.log(float(number(value)), float(number(base)))  # type: ignore[arg-type]
    except (ValueError, ZeroDivisionError):
        return math.nan


@MATH.shared("Max")
def maximum(_machine: Any, _type: str, left: Any, right: Any) -> Any:
    return max(number(left), number(right))


@MATH.shared("Min")
def minimum(_machine: Any, _type: str, left: Any, right: Any) -> Any:
    return min(number(left), number(right))


@MATH.shared("Sign")
def sign(_machine: Any, _type: str, value: Any) -> int | Unknown:
    held = number(value)
    return held if type(held) is Unknown else (held > 0) - (held < 0)


@MATH.shared("DivRem")
def div_rem(machine: Any, _type: str, left: Any, right: Any, rest: Any = None) -> Any:
    a, b = machine.whole(left), machine.whole(right)
    if not b:
        raise Thrown("System.DivideByZeroException", "Attempted to divide by zero.")
    quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    if type(rest) is Reference:
        rest.put(a - quotient * b)
    return quotient


@MATH.shared("BigMul")
def big_mul(machine: Any, _type: str, left: Any, right: Any) -> Any:
    return Int64(machine.whole(left) * machine.whole(right))


@MATH.shared("Atan2")
def atan2(_machine: Any, _type: str, y: Any, x: Any) -> float:
    return math.atan2(float(number(y)), float(number(x)))  # type: ignore[arg-type]


# ---------------------------------------------------------------- BitConverter

BITS: Final = net_class("System.BitConverter")
BITS.values(IsLittleEndian=True)


@BITS.shared("GetBytes")
def get_bytes(_machine: Any, _type: str, value: Any) -> bytearray:
    kind = type(value)
    if kind is bool:
        return bytearray([int(value)])
    if kind is Char:
        return bytearray(struct.pack("<H", ord(value) & 0xFFFF))
    if kind is Single:
        return bytearray(struct.pack("<f", value))
    if isinstance(value, float):
        return bytearray(struct.pack("<d", value))
    code = whole(value)
    assert isinstance(code, int)
    sizes = {Int64: 8, UInt64: 8, UInt32: 4, Int16: 2, UInt16: 2, SByte: 2}
    size = sizes.get(kind, 4 if -(1 << 31) <= code < 1 << 31 else 8)
    return bytearray((code & ((1 << 8 * size) - 1)).to_bytes(size, "little"))


def reader(form: str, make: Callable[[Any], Any]) -> Callable[..., Any]:
    size = struct.calcsize(form)

    def member(machine: Any, _type: str, data: Any, start: Any = 0) -> Any:
        held = cast(machine, data, "byte[]")
        at = machine.whole(start)
        if type(held) is not bytearray or not 0 <= at <= len(held) - size:
            raise Thrown("System.ArgumentOutOfRangeException", "Index was out of range.")
        return make(struct.unpack_from(form, held, at)[0])

    return member


for _word, _form, _make in (
    ("ToInt16", "<h", Int16),
    ("ToUInt16", "<H", UInt16),
    ("ToInt32", "<i", int),
    ("ToUInt32", "<I", UInt32),
    ("ToInt64", "<q", Int64),
    ("ToUInt64", "<Q", UInt64),
    ("ToSingle", "<f", Single),
    ("ToDouble", "<d", float),
    ("ToBoolean", "<B", bool),
    ("ToChar", "<H", to_char),
):
    BITS.shared(_word)(reader(_form, _make))


@BITS.shared("ToString")
def bits_text(machine: Any, _type: str, data: Any, start: Any = 0, count: Any = MISSING) -> str:
    held = cast(machine, data, "byte[]")
    at = machine.whole(start)
    part = bytes(held[at : at + machine.whole(count, len(held))])
    machine.grow(3 * len(part))
    return part.hex("-").upper() if part else ""


# ---------------------------------------------------------------- Convert

CONVERT: Final = net_class("System.Convert")


@CONVERT.shared("FromBase64String")
def from_base64(machine: Any, _type: str, value: Any) -> bytearray:
    """Blanks are left out. What is not base64 is an error, as in .NET; text that was cut off is taken as far as it goes."""
    text = machine.shown(value)
    machine.grow(len(text))
    machine.tick(len(text) // 256 + 1)
    packed = text.translate(_BLANKS) if any(c in text for c in " \t\r\n") else text
    machine.undo("base64")
    try:
        if len(packed) % 4 == 0:
            return bytearray(base64.b64decode(packed, validate=True))
        short = packed.rstrip("=")
        return bytearray(base64.b64decode(short[: len(short) - (len(short) % 4 == 1)] + "=" * (-len(short) % 4 % 3), validate=True))
    except (binascii.Error, ValueError):
        raise Thrown("System.FormatException", "The input is not a valid Base-64 string.") from None


_BLANKS: Final = {9: None, 10: None, 13: None, 32: None}


@CONVERT.shared("FromBase64CharArray")
def from_base64_chars(machine: Any, _type: str, value: Any, start: Any = 0, count: Any = MISSING) -> bytearray:
    items = elements(value)
    begin = machine.whole(start)
    return from_base64(machine, "", "".join(machine.shown(c) for c in items[begin : begin + machine.whole(count, len(items))]))


@CONVERT.shared("ToBase64String")
def to_base64(machine: Any, _type: str, value: Any, *_rest: Any) -> str:
    held = cast(machine, value, "byte[]")
    machine.grow(len(held) * 4 // 3 + 4)
    return base64.b64encode(bytes(held)).decode("ascii")


@CONVERT.shared("FromHexString")
def from_hex(machine: Any, _type: str, value: Any) -> bytearray:
    try:
        return bytearray(bytes.fromhex(machine.shown(value)))
    except ValueError:
        raise bad_input() from None


def from_base(machine: Any, value: Any, base: Any, name: str) -> Any:
    """A whole number, in base 2, 8, 10 or 16 when one is given."""
    if base is MISSING or not isinstance(base, int):
        return to_whole(value, name) if not (isinstance(value, str) and not value.strip()) else 0
    text = machine.shown(value).strip()
    machine.undo("char_codes")
    if base == 16:
        text = re.sub(r"^0[xX]", "", text)
    if not text or len(text) > 80 or base not in (2, 8, 10, 16):
        raise Thrown("System.ArgumentOutOfRangeException", "Index was out of range.")
    try:
        code = int(text, base)
    except ValueError:
        raise Thrown("System.FormatException", "Could not find any recognizable digits.") from None
    least, most = LIMITS[name]
    if base != 10 and code > most:  # two's complement
        code -= 2 * (most + 1) if least < 0 else 0
    return to_whole(code, name)


def _whole_member(name: str) -> Callable[..., Any]:
    def member(machine: Any, _type: str, value: Any, base: Any = MISSING) -> Any:
        if type(value) is Char and base is MISSING:
            return cast_to(machine, ord(value), name)
        return from_base(machine, value, base, name)

    return member


for _word, _name in (
    ("ToByte", "System.Byte"),
    ("ToSByte", "System.SByte"),
    ("ToInt16", "System.Int16"),
    ("ToUInt16", "System.UInt16"),
    ("ToInt32", "System.Int32"),
    ("ToUInt32", "System.UInt32"),
    ("ToInt64", "System.Int64"),
    ("ToUInt64", "System.UInt64"),
):
    CONVERT.shared(_word)(_whole_member(_name))


@CONVERT.shared("ToChar")
def convert_char(_machine: Any, _type: str, value: Any, _provider: Any = None) -> Any:
    return to_char(value)


@CONVERT.shared("ToString")
def convert_text(machine: Any, _type: str, value: Any, base: Any = MISSING) -> Any:
    if base is MISSING or not isinstance(base, int):
        return machine.text(value)
    code = machine.whole(value)
    if base == 10:
        return str(code)
    if base not in (2, 8, 16):
        raise Thrown("System.ArgumentException", "Invalid Base.")
    if code < 0:
        code &= 0xFFFFFFFF if code >= -(1 << 31) else (1 << 64) - 1
    return format(code, {2: "b", 8: "o", 16: "x"}[base])


@CONVERT.shared("ToBoolean")
def convert_boolean(_machine: Any, _type: str, value: Any) -> Any:
    if isinstance(value, str):
        return value.strip().lower() == "true"
    return truth(value)


@CONVERT.shared("ToDouble", "ToSingle", "ToDecimal")
def convert_double(_machine: Any, _type: str, value: Any, _provider: Any = None) -> Any:
    held = number(value)
    return held if type(held) is Unknown else float(held)


@CONVERT.shared("ToDateTime")
def convert_date(machine: Any, _type: str, value: Any, _provider: Any = None) -> Any:
    return cast(machine, value, "datetime")


@CONVERT.shared("ChangeType")
def change_type(machine: Any, _type: str, value: Any, type_: Any, _provider: Any = None) -> Any:
    return cast(machine, value, machine.shown(type_))


# ---------------------------------------------------------------- Random

RANDOM: Final = net_class("System.Random")


@RANDOM.makes
def make_random(_machine: Any, _seed: Any = 0) -> Object:
    return Object(RANDOM)


def next_random(machine: Any, least: int, most: int) -> int:
    """A number from `least` to below `most`, the same in each run."""
    machine.random = (machine.random * 6364136223846793005 + 1442695040888963407) & ((1 << 64) - 1)
    return least + int(machine.random >> 33) % max(1, most - least)


@RANDOM.call("Next")
def random_next(machine: Any, _this: Object, first: Any = MISSING, second: Any = MISSING) -> int:
    if second is not MISSING:
        return next_random(machine, machine.whole(first), machine.whole(second))
    return next_random(machine, 0, machine.whole(first, (1 << 31) - 1))


@RANDOM.call("NextDouble", "Sample")
def random_double(machine: Any, _this: Object) -> float:
    return next_random(machine, 0, 1 << 30) / (1 << 30)


@RANDOM.call("NextBytes")
def random_bytes(machine: Any, _this: Object, data: Any) -> None:
    if type(data) is bytearray:
        machine.tick(len(data) // 16)
        for i in range(len(data)):
            data[i] = next_random(machine, 0, 256)


# ---------------------------------------------------------------- BigInteger

BIG: Final = net_class("System.Numerics.BigInteger", of=(BigInt,))
BIG.call("ToString")(number_text)
BIG.values(Zero=BigInt(0), One=BigInt(1), MinusOne=BigInt(-1))


@BIG.makes
def make_big(machine: Any, value: Any = 0) -> Any:
    return cast(machine, value, "bigint")


@BIG.shared("Parse")
def parse_big(machine: Any, _type: str, text: Any, style: Any = "") -> BigInt:
    digits = machine.shown(text).strip()
    hexadecimal = "hex" in machine.shown(style).lower()
    if len(digits) > 100_000 or not re.fullmatch(r"[0-9a-fA-F]+" if hexadecimal else r"[+-]?\d{1,4000}", digits):
        raise bad_input()
    machine.tick(len(digits))
    return BigInt(int(digits, 16 if hexadecimal else 10))


@BIG.shared("Pow")
def big_power(machine: Any, _type: str, base: Any, exponent: Any) -> BigInt:
    a, n = machine.whole(base), machine.whole(exponent)
    machine.grow(a.bit_length() * max(n, 0) // 8)
    machine.tick(a.bit_length() * max(n, 0) // 256)
    return BigInt(a ** max(n, 0)) if a.bit_length() * n < 1 << 20 else BigInt(0)


@BIG.shared("ModPow")
def mod_power(machine: Any, _type: str, base: Any, exponent: Any, modulus: Any) -> BigInt:
    a, n, m = machine.whole(base), machine.whole(exponent), machine.whole(modulus)
    if m == 0 or n < 0 or max(a.bit_length(), n.bit_length(), m.bit_length()) > 8192:
        raise Thrown("System.DivideByZeroException", "Attempted to divide by zero.")
    machine.tick(n.bit_length() * 8)
    return BigInt(pow(a, n, m))


@BIG.call("ToByteArray")
def big_bytes(_machine: Any, this: BigInt) -> bytearray:
    return bytearray(int(this).to_bytes((int(this).bit_length() + 8) // 8 or 1, "little", signed=True))


# ---------------------------------------------------------------- Guid

GUID: Final = net_class("System.Guid")
_GUID: Final = lazy(r"[({]?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})[)}]?")


def guid(text: str) -> Object:
    match = _GUID.fullmatch(text.strip().lower())
    if match is None:
        raise Thrown("System.FormatException", "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).")
    return Object(GUID, guid="-".join(match.groups()))


@GUID.makes
def make_guid(machine: Any, value: Any = MISSING, *_rest: Any) -> Object:
    if is_list(value):
        data = bytes(cast(machine, value, "byte[]"))
        if len(data) != 16:
            raise Thrown("System.ArgumentException", "Byte array for GUID must be exactly 16 bytes long.")
        return guid((data[3::-1] + data[5:3:-1] + data[7:5:-1] + data[8:]).hex())
    return guid(machine.shown(value)) if value is not MISSING else guid("0" * 32)


@GUID.shared("NewGuid")
def new_guid(machine: Any, _type: str) -> Object:
    digits = "".join(format(next_random(machine, 0, 16), "x") for _ in range(32))
    return guid(f"{digits[:12]}4{digits[13:16]}a{digits[17:]}")


@GUID.shared("Parse")
def parse_guid(machine: Any, _type: str, value: Any) -> Object:
    return guid(machine.shown(value))


GUID.static["empty"] = lambda *_: guid("0" * 32)


@GUID.call("ToString")
def guid_text(machine: Any, this: Object, form: Any = "D", _provider: Any = None) -> str:
    return format_guid(this.data["guid"], machine.shown(form))


@GUID.prop("Guid")
def guid_itself(_machine: Any, this: Object) -> str:
    return str(this.data["guid"])


@GUID.call("ToByteArray")
def guid_bytes(_machine: Any, this: Object) -> bytearray:
    data = bytes.fromhex(this.data["guid"].replace("-", ""))
    return bytearray(data[3::-1] + data[5:3:-1] + data[7:5:-1] + data[8:])
