"""Dates and times. A moment is a number: days since 1899-12-30, the time of day as the fraction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from emoscan.evaluate.core.values import MISSING
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
            day = serial(found) if found.year != 1900 else (found.hour * 3600 + found.minute * 60 + found.second) / 86_400
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


@function("DAYS360", "DAYS")
def days(_: XlmMachine, one: Any, other: Any, *_more: Any) -> Any:
    first, last = to_number(one), to_number(other)
    return last - first if type(first) is float and type(last) is float else VALUE


@function("EDATE")
def edate(m: XlmMachine, value: Any, months: Any) -> Any:
    moment = moment_of(value)
    if moment is None:
        return NUM
    found = date(m, float(moment.year), float(moment.month) + (to_number(months) or 0.0), 1.0)  # type: ignore[operator]
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
        elif letter != '"':
            out.append(token)
        if letter in "ymdhs":
            last = letter
    return "".join(out)
