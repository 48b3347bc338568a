"""Dates and times. A moment is a number: days since 1899-12-30, the time of day as the fraction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.values import MISSING, Unknown
from emoscan.evaluate.xlm.library import function, on_ranges
from emoscan.evaluate.xlm.library.text import Wrong, text_of, whole
from emoscan.evaluate.xlm.values import NUM, VALUE, to_number

if TYPE_CHECKING:
    from emoscan.evaluate.xlm.machine import XlmMachine

EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's moments have no zone
LAST: Final = 2958466.0
"""The first day Excel does not know, that after 9999-12-31."""
FORMATS: Final = (
    "%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y/%m/%d",
    "%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p",
)  # fmt: skip


def serial(moment: datetime) -> float:
    return (moment - EPOCH) / timedelta(days=1)


def moment_of(value: Any) -> datetime | None:
    number = to_number(value)
    if type(number) is not float or not 0 <= number < LAST:
        return None
    return EPOCH + timedelta(seconds=round(number * 86_400))


def parse_moment(text: str) -> float | None:
    """The moment a text is of, None when it is of none."""
    text = text.strip()
    if not 3 < len(text) < 40 or not text[0].isalnum():
        return None
    date, _, clock = text.partition(" ")
    for whole_text, rest in ((text, ""), (date, clock)):
        for layout in FORMATS:
            try:
                found = datetime.strptime(whole_text, layout)  # noqa: DTZ007
            except ValueError:
                continue
            day = serial(found) if "%d" in layout else (found.hour * 3600 + found.minute * 60 + found.second) / 86_400
            more = parse_moment(rest) if rest else 0.0
            if more is not None:
                return day + more
    return None


@on_ranges("NOW")
def now(m: XlmMachine) -> Any:
    m.times += 1
    m.query("the time", "")
    m.world.pass_time(1)
    return serial(m.world.now)


@on_ranges("TODAY")
def today(m: XlmMachine) -> Any:
    m.times += 1
    m.query("the time", "")
    return float(int(serial(m.world.now)))


def _part(name: str, unit: str) -> None:
    def run(_: XlmMachine, value: Any) -> Any:
        moment = moment_of(value)
        return NUM if moment is None else float(getattr(moment, unit))

    function(name)(run)


for _name in ("DAY", "MONTH", "YEAR", "HOUR", "MINUTE", "SECOND"):
    _part(_name, _name.lower())


@function("WEEKDAY")
def weekday(_: XlmMachine, value: Any, kind: Any = 1.0) -> Any:
    moment = moment_of(value)
    if moment is None:
        return NUM
    day = moment.isoweekday()
    number = to_number(kind) if kind is not MISSING else 1.0
    if number == 2.0:
        return float(day)
    return float(day - 1) if number == 3.0 else float(day % 7 + 1)


@function("WEEKNUM")
def weeknum(_: XlmMachine, value: Any, *_more: Any) -> Any:
    moment = moment_of(value)
    if moment is None:
        return NUM
    first = moment.replace(month=1, day=1)
    return float((moment.timetuple().tm_yday + first.isoweekday() % 7 - 1) // 7 + 1)


@function("DATE")
def date(_: XlmMachine, year: Any, month: Any, day: Any) -> Any:
    try:
        y, mo, d = whole(year), whole(month), whole(day)
    except Wrong:
        return VALUE
    y += 1900 if 0 <= y < 1900 else 0
    y, mo = y + (mo - 1) // 12, (mo - 1) % 12
    if not 1900 <= y <= 9999 or abs(d) > 3_000_000:
        return NUM
    made = serial(datetime(y, mo + 1, 1)) + d - 1  # noqa: DTZ001
    return made if 0 <= made < LAST else NUM


@function("TIME")
def time(_: XlmMachine, hour: Any, minute: Any, second: Any) -> Any:
    try:
        return (whole(hour) * 3600 + whole(minute) * 60 + whole(second)) % 86_400 / 86_400
    except Wrong:
        return VALUE


@function("DATEVALUE")
def datevalue(_: XlmMachine, value: Any) -> Any:
    found = parse_moment(text_of(value))
    return VALUE if found is None else float(int(found))


@function("TIMEVALUE")
def timevalue(_: XlmMachine, value: Any) -> Any:
    found = parse_moment(text_of(value))
    return VALUE if found is None else found % 1


@function("DAYS")
def days(_: XlmMachine, end: Any, start: Any) -> Any:
    last, first = to_number(end), to_number(start)
    return float(int(last) - int(first)) if type(first) is float and type(last) is float else VALUE


@function("DAYS360")
def days360(_: XlmMachine, start: Any, end: Any, european: Any = False) -> Any:
    """Days between two dates in a year of twelve months of thirty days."""
    first, last = moment_of(start), moment_of(end)
    if first is None or last is None:
        return NUM
    one, other = first.day, last.day
    if european is not MISSING and european:
        one, other = min(one, 30), min(other, 30)
    else:
        if one == 31 or (first.month == 2 and (first + timedelta(days=1)).month == 3):
            one = 30
        if other == 31 and one == 30:
            other = 30
    months = 12 * (last.year - first.year) + last.month - first.month
    # A last day of 31 behind an earlier first one counts as the first of the month that follows.
    return float(30 * months + other - one)


@function("ISOWEEKNUM")
def isoweeknum(_: XlmMachine, value: Any) -> Any:
    moment = moment_of(value)
    return NUM if moment is None else float(moment.isocalendar()[1])


@function("YEARFRAC")
def yearfrac(m: XlmMachine, start: Any, end: Any, basis: Any = 0.0) -> Any:
    first, last = moment_of(start), moment_of(end)
    if first is None or last is None:
        return NUM
    if first > last:
        first, last, start, end = last, first, end, start
    match to_number(basis) if basis is not MISSING else 0.0:
        case 1.0:
            years = range(first.year, last.year + 1)
            length = sum(366 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 365 for year in years) / len(years)
            return (last - first).days / length
        case 2.0:
            return (last - first).days / 360
        case 3.0:
            return (last - first).days / 365
        case kind:
            between = days360(m, start, end, kind == 4.0)
            return between / 360 if type(between) is float else between


@function("DATEDIF")
def datedif(_: XlmMachine, start: Any, end: Any, unit: Any) -> Any:
    first, last = moment_of(start), moment_of(end)
    if first is None or last is None or first > last:
        return NUM
    months = 12 * (last.year - first.year) + last.month - first.month - (last.day < first.day)
    match text_of(unit).lower():
        case "d":
            return float((last - first).days)
        case "m":
            return float(months)
        case "y":
            return float(months // 12)
        case "ym":
            return float(months % 12)
        case "md":
            before = last if last.day >= first.day else last.replace(day=1) - timedelta(days=1)
            return float(last.day - first.day + (0 if last.day >= first.day else before.day))
        case "yd":
            year = last.year - ((last.month, last.day) < (first.month, first.day))
            return float((last - first.replace(year=year, day=min(first.day, 28))).days - max(0, first.day - 28))
    return NUM


def _weekend(m: XlmMachine, value: Any) -> frozenset[int]:
    """Days off, 0 for Monday: by number (1: Saturday and Sunday, 11: Sunday …), or as seven digits that begin with Monday. Raises Wrong."""
    value = m.single(value)
    if isinstance(value, str):
        if len(value) != 7 or value.strip("01") or "0" not in value:
            raise Wrong
        return frozenset(at for at, digit in enumerate(value) if digit == "1")
    number = whole(value, 1)
    if 1 <= number <= 7:
        return frozenset(((number + 4) % 7, (number + 5) % 7))
    if 11 <= number <= 17:
        return frozenset(((number - 5) % 7,))
    raise Wrong


def _holidays(m: XlmMachine, values: Any) -> set[int]:
    found = (to_number(value) for value in m.flat((values,)) if value is not None and value is not MISSING)
    return {int(number) for number in found if type(number) is float}


MAX_DAYS: Final = 100_000
"""That are counted one by one."""


def _networkdays(m: XlmMachine, start: Any, end: Any, weekend: Any, holidays: Any) -> Any:
    try:
        first, last, off = whole(m.single(start)), whole(m.single(end)), _weekend(m, weekend)
    except Wrong:
        return next((value for value in map(m.single, (start, end)) if type(value) is Unknown), VALUE)
    sign = 1 if last >= first else -1
    first, last = min(first, last), max(first, last)
    if first < 0 or last >= LAST:
        return NUM
    weeks, rest = divmod(last - first + 1, 7)
    # Serial 2 is a Monday.
    days = weeks * (7 - len(off)) + sum((day - 2) % 7 not in off for day in range(last - rest + 1, last + 1))
    return float(sign * (days - sum(first <= day <= last and (day - 2) % 7 not in off for day in _holidays(m, holidays))))


def _workday(m: XlmMachine, start: Any, count: Any, weekend: Any, holidays: Any) -> Any:
    try:
        day, left, off = whole(m.single(start)), whole(m.single(count)), _weekend(m, weekend)
    except Wrong:
        return next((value for value in map(m.single, (start, count)) if type(value) is Unknown), VALUE)
    if abs(left) > MAX_DAYS:
        return NUM
    free = _holidays(m, holidays)
    step = 1 if left > 0 else -1
    if left and not free:  # whole weeks at once
        weeks, over = divmod(abs(left) - 1, 7 - len(off))
        day, left = day + 7 * step * weeks, step * (over + 1)
    m.spend(1 + abs(left) // 4)
    while left:
        day += step
        if not 0 <= day < LAST:
            return NUM
        if (day - 2) % 7 not in off and day not in free:
            left -= step
    return float(day)


@on_ranges("NETWORKDAYS")
def networkdays(m: XlmMachine, start: Any, end: Any, holidays: Any = MISSING) -> Any:
    return _networkdays(m, start, end, 1.0, holidays)


@on_ranges("NETWORKDAYS.INTL")
def networkdays_intl(m: XlmMachine, start: Any, end: Any, weekend: Any = 1.0, holidays: Any = MISSING) -> Any:
    return _networkdays(m, start, end, weekend, holidays)


@on_ranges("WORKDAY")
def workday(m: XlmMachine, start: Any, count: Any, holidays: Any = MISSING) -> Any:
    return _workday(m, start, count, 1.0, holidays)


@on_ranges("WORKDAY.INTL")
def workday_intl(m: XlmMachine, start: Any, count: Any, weekend: Any = 1.0, holidays: Any = MISSING) -> Any:
    return _workday(m, start, count, weekend, holidays)


@function("EDATE")
def edate(m: XlmMachine, value: Any, months: Any) -> Any:
    moment, more = moment_of(value), to_number(months)
    if moment is None or type(more) is not float:
        return NUM
    found = date(m, float(moment.year), float(moment.month) + int(more), 1.0)
    return found + moment.day - 1 if type(found) is float else found


@function("EOMONTH")
def eomonth(m: XlmMachine, value: Any, months: Any) -> Any:
    moment, more = moment_of(value), to_number(months)
    if moment is None or type(more) is not float:
        return NUM
    return date(m, float(moment.year), float(moment.month) + int(more) + 1, 0.0)


WORDS: Final = {
    "yyyy": "%Y", "yy": "%y", "mmmm": "%B", "mmm": "%b", "mm": "%m", "dddd": "%A", "ddd": "%a", "dd": "%d", "hh": "%H", "ss": "%S",
}  # fmt: skip


def written(_: XlmMachine, number: float, layout: str) -> Any:
    """A moment by a number format."""
    moment = moment_of(number)
    if moment is None:
        return VALUE
    out: list[str] = []
    rest, last = layout[:200], ""
    while rest:
        letter = rest[0].lower()
        if letter == '"':
            literal = rest[1:].partition('"')
            rest = literal[2]
            out.append(literal[0])
            continue
        run = len(rest) - len(rest.lower().lstrip(letter))
        token, rest = rest[:run].lower(), rest[run:]
        if letter == "m" and last == "h":
            out.append(f"{moment.minute:0{min(run, 2)}d}")
        elif token in WORDS:
            out.append(moment.strftime(WORDS[token]))
        elif letter in "mdhs":
            out.append(str({"m": moment.month, "d": moment.day, "h": moment.hour, "s": moment.second}[letter]))
        elif letter == "y":
            out.append(moment.strftime("%Y"))
        else:
            out.append(token)
        if letter in "ymdhs":
            last = letter
    return "".join(out)
