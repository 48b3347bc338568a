"""DateTime, TimeSpan, Stopwatch. The clock is that of the world the script runs in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from emoscan.evaluate.core.values import Object, Unknown
from emoscan.evaluate.powershell.convert import from_ticks, number, spread
from emoscan.evaluate.powershell.format import MONTHS, STANDARD_MOMENT, format_moment
from emoscan.evaluate.powershell.net import enumeration, net_class
from emoscan.evaluate.powershell.types import cast
from emoscan.evaluate.powershell.values import Enum, Int64, Reference, Thrown
from emoscan.parse.lazy import lazy

DATE: Final = net_class("System.DateTime", "System.DateTimeOffset")
SPAN: Final = net_class("System.TimeSpan")
DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - dates of scripts have no zone
EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001
ZONE: Final = timedelta(hours=9)
"""The profile lives in Japan."""

enumeration("System.DayOfWeek", Sunday=0, Monday=1, Tuesday=2, Wednesday=3, Thursday=4, Friday=5, Saturday=6)


def date(moment: datetime) -> Object:
    return Object(DATE, moment=moment)


def from_serial(serial: float) -> Object:
    return date(DAY_ZERO + timedelta(days=serial))


def shifted(moment: datetime, delta: timedelta) -> Object:
    try:
        return date(moment + delta)
    except OverflowError:
        raise Thrown(
            "System.ArgumentOutOfRangeException", "The added or subtracted value results in an un-representable DateTime."
        ) from None


def span(ticks: int) -> Object:
    """A TimeSpan of so many 100 ns."""
    return Object(SPAN, ticks=ticks)


def delta_of(this: Object) -> timedelta:
    try:
        return timedelta(microseconds=this.data["ticks"] / 10)
    except OverflowError:
        raise Thrown("System.OverflowException", "TimeSpan overflowed because the duration is too long.") from None


_FORMS: Final = (
    re.compile(r"(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})"),
    re.compile(r"(?P<m>\d{1,2})[-/](?P<d>\d{1,2})[-/](?P<y>\d{4}|\d{2})"),
    re.compile(r"(?P<d>\d{1,2})[ -](?P<n>[a-z]{3,9})[ ,-]{1,2}(?P<y>\d{4}|\d{2})", re.IGNORECASE),
    re.compile(r"(?P<n>[a-z]{3,9})\.? (?P<d>\d{1,2}),? (?P<y>\d{4})", re.IGNORECASE),
)
_TIME: Final = lazy(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?\s*([ap]m)?", re.IGNORECASE)


def parse_moment(text: str) -> datetime:
    """A moment in the spellings of the invariant culture. Raises Thrown."""
    text = text.strip()[:80]
    for form in _FORMS:
        found = form.search(text)
        if found is None:
            continue
        parts = found.groupdict()
        month = (
            int(parts["m"])
            if parts.get("m")
            else next((i + 1 for i, name in enumerate(MONTHS) if name.lower().startswith(parts["n"].lower()[:3])), 0)
        )
        year = int(parts["y"]) + (2000 if len(parts["y"]) == 2 else 0)
        clock = _TIME.search(text, found.end()) or _TIME.match(text)
        hour = minute = second = micro = 0
        if clock:
            hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
            micro = int((clock[4] or "0").ljust(7, "0")[:6])
            if clock[5]:
                hour = hour % 12 + (12 if clock[5].lower() == "pm" else 0)
        try:
            return datetime(year, month, int(parts["d"]), hour, minute, second, micro)  # noqa: DTZ001
        except ValueError:
            break
    raise Thrown("System.FormatException", "String was not recognized as a valid DateTime.")


@DATE.makes
def make_date(machine: Any, *args: Any) -> Object:
    if len(args) == 1 and isinstance(args[0], str):
        return date(parse_moment(args[0]))
    if len(args) == 1:
        return date(from_ticks(machine.whole(args[0])))
    numbers = [machine.whole(arg) for arg in args[:7]]
    try:
        moment = datetime(*(numbers[:6] + [1, 1][len(numbers) - 1 :] if len(numbers) < 3 else numbers[:6]))  # noqa: DTZ001
        return date(moment + timedelta(milliseconds=numbers[6] if len(numbers) > 6 else 0))
    except (ValueError, OverflowError, TypeError):
        raise Thrown(
            "System.ArgumentOutOfRangeException", "Year, Month, and Day parameters describe an un-representable DateTime."
        ) from None


def _now(machine: Any) -> datetime:
    machine.asked = True
    return machine.world.now  # type: ignore[no-any-return]


@DATE.shared_prop("Now")
def now(machine: Any, _type: str) -> Object:
    return date(_now(machine))


@DATE.shared_prop("UtcNow")
def utc_now(machine: Any, _type: str) -> Object:
    return date(_now(machine) - ZONE)


@DATE.shared_prop("Today")
def today(machine: Any, _type: str) -> Object:
    return date(_now(machine).replace(hour=0, minute=0, second=0, microsecond=0))


@DATE.shared("Parse", "ParseExact", "FromFileTime")
def parse(machine: Any, _type: str, text: Any, *_rest: Any) -> Object:
    return date(parse_moment(machine.shown(text)))


@DATE.shared("TryParse")
def try_parse(machine: Any, _type: str, text: Any, *rest: Any) -> bool:
    reference = next((arg for arg in rest if type(arg) is Reference), None)
    try:
        moment = parse_moment(machine.shown(text))
    except Thrown:
        return False
    if reference is not None:
        reference.put(date(moment))
    return True


@DATE.shared("FromUnixTimeSeconds")
def from_unix(machine: Any, _type: str, seconds: Any) -> Object:
    return shifted(EPOCH, timedelta(seconds=max(-1e10, min(1e11, machine.whole(seconds)))))


@DATE.shared("DaysInMonth")
def days_in_month(machine: Any, _type: str, year: Any, month: Any) -> int:
    first = datetime(max(1, min(9998, machine.whole(year))), max(1, min(12, machine.whole(month))), 1)  # noqa: DTZ001
    return ((first + timedelta(days=32)).replace(day=1) - first).days


@DATE.shared("IsLeapYear")
def is_leap_year(machine: Any, _type: str, year: Any) -> bool:
    number_ = machine.whole(year)
    return bool(number_ % 4 == 0 and (number_ % 100 != 0 or number_ % 400 == 0))


DATE.static["minvalue"] = lambda *_: date(datetime(1, 1, 1))  # noqa: DTZ001
DATE.static["maxvalue"] = lambda *_: date(datetime(9999, 12, 31, 23, 59, 59, 999999))  # noqa: DTZ001
DATE.static["unixepoch"] = lambda *_: date(EPOCH)


def field(read: Callable[[datetime], Any]) -> Callable[..., Any]:
    return lambda _machine, this: read(this.data["moment"])


for _name, _read in (
    ("Year", lambda m: m.year),
    ("Month", lambda m: m.month),
    ("Day", lambda m: m.day),
    ("Hour", lambda m: m.hour),
    ("Minute", lambda m: m.minute),
    ("Second", lambda m: m.second),
    ("Millisecond", lambda m: m.microsecond // 1000),
    ("Ticks", lambda m: Int64(spread(m))),
    ("DayOfYear", lambda m: m.timetuple().tm_yday),
    ("DayOfWeek", lambda m: Enum("System.DayOfWeek", m.strftime("%A"), (m.weekday() + 1) % 7)),
    ("Date", lambda m: date(m.replace(hour=0, minute=0, second=0, microsecond=0))),
    ("TimeOfDay", lambda m: span(spread(m) % 864_000_000_000)),
    ("Kind", lambda _m: "Local"),
    ("DateTime", lambda m: format_moment(m, STANDARD_MOMENT["F"])),
):
    DATE.prop(_name)(field(_read))


def adder(unit: str) -> Callable[..., Any]:
    def member(_machine: Any, this: Object, amount: Any) -> Any:
        value = number(amount)
        if type(value) is Unknown:
            return value
        try:
            delta = timedelta(**{unit: float(value)})
        except (OverflowError, ValueError):
            raise Thrown("System.ArgumentOutOfRangeException", "Value to add was out of range.") from None
        return shifted(this.data["moment"], delta)

    return member


for _name in ("Days", "Hours", "Minutes", "Seconds", "Milliseconds"):
    DATE.call(f"Add{_name}")(adder(_name.lower()))


@DATE.call("AddMonths")
def add_months(machine: Any, this: Object, amount: Any) -> Object:
    moment = this.data["moment"]
    total = moment.year * 12 + moment.month - 1 + machine.whole(amount)
    year, month = divmod(total, 12)
    if not 1 <= year <= 9999:
        raise Thrown("System.ArgumentOutOfRangeException", "The added or subtracted value results in an un-representable DateTime.")
    return date(moment.replace(year=year, month=month + 1, day=min(moment.day, days_in_month(machine, "", year, month + 1))))


@DATE.call("AddYears")
def add_years(machine: Any, this: Object, amount: Any) -> Object:
    return add_months(machine, this, 12 * machine.whole(amount))


@DATE.call("AddTicks")
def add_ticks(machine: Any, this: Object, amount: Any) -> Object:
    return date(from_ticks(spread(this.data["moment"]) + machine.whole(amount)))


@DATE.call("Add")
def add(_machine: Any, this: Object, other: Object) -> Object:
    return shifted(this.data["moment"], delta_of(other))


@DATE.call("Subtract")
def subtract(machine: Any, this: Object, other: Object) -> Any:
    return operate(machine, "-", this, other)


@DATE.call("ToUniversalTime")
def to_universal(_machine: Any, this: Object) -> Object:
    return shifted(this.data["moment"], -ZONE)


@DATE.call("ToLocalTime")
def to_local(_machine: Any, this: Object) -> Object:
    return shifted(this.data["moment"], ZONE)


@DATE.call("ToFileTime", "ToFileTimeUtc")
def to_file_time(_machine: Any, this: Object) -> Int64:
    return Int64(spread(this.data["moment"]) - 504_911_232_000_000_000)


@DATE.call("ToUnixTimeSeconds")
def to_unix(_machine: Any, this: Object) -> Int64:
    return Int64(int((this.data["moment"] - EPOCH).total_seconds()))


@DATE.call("ToOADate")
def to_serial(_machine: Any, this: Object) -> float:
    return float((this.data["moment"] - DAY_ZERO).total_seconds() / 86_400)


@DATE.call("ToString")
def date_text(machine: Any, this: Object, form: Any = "G", _provider: Any = None) -> str:
    shown = machine.shown(form)
    return format_moment(this.data["moment"], shown or "G")


for _name, _form in (("ToShortDateString", "d"), ("ToLongDateString", "D"), ("ToShortTimeString", "t"), ("ToLongTimeString", "T")):
    DATE.call(_name)(lambda _machine, this, _form=_form: format_moment(this.data["moment"], _form))


# ---------------------------------------------------------------- TimeSpan

UNITS: Final = {"Days": 864_000_000_000, "Hours": 36_000_000_000, "Minutes": 600_000_000, "Seconds": 10_000_000, "Milliseconds": 10_000}


@SPAN.makes
def make_span(machine: Any, *args: Any) -> Object:
    numbers = [machine.whole(arg) for arg in args]
    if len(numbers) == 1:
        return span(numbers[0])
    if len(numbers) == 3:
        numbers = [0, *numbers]
    factors = list(UNITS.values())
    return span(sum(amount * factor for amount, factor in zip(numbers, factors)))


def span_from(factor: int) -> Callable[..., Any]:
    return lambda _machine, _type, amount: span(int(float(number(amount)) * factor))  # type: ignore[arg-type]


for _name, _factor in UNITS.items():
    SPAN.shared(f"From{_name}")(span_from(_factor))
    SPAN.prop(f"Total{_name}")(lambda _machine, this, _factor=_factor: this.data["ticks"] / _factor)

SPAN.static["zero"] = lambda *_: span(0)

_limits = list(UNITS.items())
for _i, (_name, _factor) in enumerate(_limits):
    _outer = _limits[_i - 1][1] if _i else 0
    SPAN.prop(_name)(
        lambda _machine, this, _factor=_factor, _outer=_outer: (
            int(this.data["ticks"] / _factor)
            if not _outer
            else int((abs(this.data["ticks"]) % _outer) // _factor) * (1 if this.data["ticks"] >= 0 else -1)
        )
    )


@SPAN.prop("Ticks")
def span_ticks(_machine: Any, this: Object) -> Int64:
    return Int64(this.data["ticks"])


@SPAN.call("ToString")
def span_text(_machine: Any, this: Object, _form: Any = "", _provider: Any = None) -> str:
    ticks = abs(this.data["ticks"])
    days, rest = divmod(ticks, UNITS["Days"])
    seconds, fraction = divmod(rest, UNITS["Seconds"])
    shown = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return ("-" if this.data["ticks"] < 0 else "") + (f"{days}." if days else "") + shown + (f".{fraction:07}" if fraction else "")


@SPAN.call("Add")
def span_add(_machine: Any, this: Object, other: Object) -> Object:
    return span(this.data["ticks"] + other.data["ticks"])


@SPAN.call("Subtract")
def span_subtract(_machine: Any, this: Object, other: Object) -> Object:
    return span(this.data["ticks"] - other.data["ticks"])


def operate(machine: Any, sign: str, left: Any, right: Any) -> Any:
    """Sums and differences with dates and spans. Raises Thrown for what makes no sense."""
    if type(left) is Object and "moment" in left.data:
        if type(right) is Object and "ticks" in right.data:
            delta = delta_of(right)
            return shifted(left.data["moment"], delta if sign == "+" else -delta)
        if sign == "-":
            other = right if type(right) is Object else cast(machine, right, "datetime")
            if type(other) is Object and "moment" in other.data:
                return span(spread(left.data["moment"]) - spread(other.data["moment"]))
        if isinstance(right, (int, float)):
            return date(from_ticks(spread(left.data["moment"]) + int(right)))
    if type(left) is Object and "ticks" in left.data:
        amount = right.data.get("ticks", 0) if type(right) is Object else machine.whole(right)
        return span(left.data["ticks"] + (amount if sign == "+" else -amount))
    if sign == "+":
        text = machine.text(left)
        return machine.operators.concat(text, right) if isinstance(text, str) else text
    return Unknown(f"{machine.shown(left)[:80]} {sign} …")


# ---------------------------------------------------------------- Stopwatch

WATCH: Final = net_class("System.Diagnostics.Stopwatch")


@WATCH.makes
def make_watch(_machine: Any) -> Object:
    return Object(WATCH, start=None)


@WATCH.shared("StartNew")
def start_new(machine: Any, _type: str) -> Object:
    return Object(WATCH, start=machine.world.now)


@WATCH.call("Start", "Restart")
def start(machine: Any, this: Object) -> None:
    this.data["start"] = machine.world.now


@WATCH.call("Stop", "Reset")
def stop(_machine: Any, _this: Object) -> None:
    return None


@WATCH.prop("Elapsed")
def elapsed(machine: Any, this: Object) -> Object:
    machine.world.pass_time(0.01)
    begin = this.data["start"] or machine.world.now
    return span(int((machine.world.now - begin).total_seconds() * 10_000_000))


@WATCH.prop("ElapsedMilliseconds")
def elapsed_milliseconds(machine: Any, this: Object) -> int:
    return int(elapsed(machine, this).data["ticks"] // 10_000)
