"""Dates and times (MS-VBAL 6.1.2.4). The clock is the world's; asking for the time takes a little of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from emoscan.evaluate.core.values import MISSING, NULL, Date, Unknown
from emoscan.evaluate.vba.convert import LAST_DAY, mismatch, overflow, parse_date, to_date, to_datetime
from emoscan.evaluate.vba.library import assignable, builtin, invalid_call, unknown
from emoscan.evaluate.vba.operators import plain

TICK: Final = 1 / 64
"""Seconds that pass when a script asks for the time: one tick of Windows' clock."""
PATIENT: Final = 256
"""Questions after which a script seems to wait: from then on more time passes with each, so that waiting ends."""

ONE_DAY: Final = 86_400
DAY_ZERO: Final = date(1899, 12, 30)
FIRST_DAY: Final = -657434
"""0100-01-01; no date is earlier."""


def now(machine: Any) -> datetime:
    """The world's time, which goes on a little."""
    machine.clock_questions += 1
    machine.world.pass_time(TICK * (1 + machine.clock_questions // PATIENT))
    return machine.world.now  # type: ignore[no-any-return]


def seconds_of_day(machine: Any) -> float:
    moment = now(machine)
    return moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1_000_000


def serial_of(moment: datetime) -> Date:
    """A moment with its seconds whole, as the clock of VBA gives it."""
    days = moment.date().toordinal() - DAY_ZERO.toordinal()
    return serial(days, moment.hour * 3600 + moment.minute * 60 + moment.second)


def serial(days: int, seconds: float = 0) -> Date:
    """A day and the time in it. Before 1899-12-30 the fraction counts away from zero. Raises error 5 out of range."""
    if not FIRST_DAY <= days <= LAST_DAY:
        raise invalid_call()
    fraction = seconds / ONE_DAY
    return Date(days + fraction if days >= 0 else days - fraction)


def day_and_seconds(value: Date) -> tuple[int, int]:
    """(days since 1899-12-30, whole seconds in the day)."""
    days = math.floor(value.serial) if value.serial >= 0 else math.ceil(value.serial)
    return days, min(round(abs(value.serial - days) * ONE_DAY), ONE_DAY - 1)


def days_of(year: int, month: int, day: int) -> int:
    """Days of a date whose month and day may lie outside of the year and month. Raises error 5 out of range."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if not 1 <= year <= 9999:
        raise invalid_call()
    return date(year, month, 1).toordinal() - DAY_ZERO.toordinal() + day - 1


# ---------------------------------------------------------------- the clock


@builtin("Now", result="P")
def now_(machine: Any) -> Date:
    return machine.query("Now", serial_of(now(machine)))  # type: ignore[no-any-return]


@builtin("Date", result="P")
def date_(machine: Any) -> Date:
    return machine.query("Date", serial(day_and_seconds(serial_of(now(machine)))[0]))  # type: ignore[no-any-return]


@builtin("Time", result="P")
def time_(machine: Any) -> Date:
    return machine.query("Time", serial(0, day_and_seconds(serial_of(now(machine)))[1]))  # type: ignore[no-any-return]


@builtin("Timer", result="D")
def timer(machine: Any) -> float:
    """Seconds since midnight."""
    return round(seconds_of_day(machine), 2)


@assignable("Date")
def set_date(machine: Any, value: Any) -> None:
    wanted = to_date(plain(machine, value))
    if isinstance(wanted, Date):
        machine.world.now = datetime.combine(to_datetime(wanted).date(), machine.world.now.time())


@assignable("Time")
def set_time(machine: Any, value: Any) -> None:
    wanted = to_date(plain(machine, value))
    if isinstance(wanted, Date):
        machine.world.now = datetime.combine(machine.world.now.date(), to_datetime(wanted).time())


# ---------------------------------------------------------------- parts


def part(names: str, take: Callable[[datetime], int]) -> None:
    """Register a function that takes one part of a date."""

    @builtin(names, names.lower() if names in ("Hour", "Minute", "Second") else "date", "d", result="P")
    def part_of(_machine: Any, value: Date) -> int:
        return take(to_datetime(value))


part("Year", lambda moment: moment.year)
part("Month", lambda moment: moment.month)
part("Day", lambda moment: moment.day)
part("Hour", lambda moment: moment.hour)
part("Minute", lambda moment: moment.minute)
part("Second", lambda moment: moment.second)


def weekday_of(days: int, first: int = 1) -> int:
    """1 to 7, counted from the first day of the week (1 = Sunday; 0 = what Windows is set up with: Sunday). Raises error 5."""
    if not 0 <= first <= 7:
        raise invalid_call()
    return (days - 1 - ((first or 1) - 1)) % 7 + 1  # 1899-12-30 was a Saturday


@builtin("Weekday", "date firstdayofweek", "d i?", result="P")
def weekday(_machine: Any, value: Date, first: Any) -> int:
    return weekday_of(day_and_seconds(value)[0], 1 if first is MISSING else first)


def week_of_year(days: int, first_day: int, first_week: int) -> int:
    """Number of the week. `first_week`: 1 holds January 1st, 2 has four days of the year at least, 3 is the first full one."""
    if not 0 <= first_week <= 3:
        raise invalid_call()
    year = date.fromordinal(days + DAY_ZERO.toordinal()).year

    def start(of: int) -> int:
        """The day on which week 1 of a year begins."""
        new_year = days_of(of, 1, 1)
        offset = weekday_of(new_year, first_day) - 1
        begins = new_year - offset
        in_year = 7 - offset
        least = {0: 1, 1: 1, 2: 4, 3: 7}[first_week]
        return begins if in_year >= least else begins + 7

    begins = start(year)
    if first_week > 1:
        if days < begins:
            begins = start(year - 1) if year > 1 else begins
        elif year < 9999 and days >= start(year + 1):
            begins = start(year + 1)
    return (days - begins) // 7 + 1


# ---------------------------------------------------------------- making dates


@builtin("DateSerial", "year month day", "I I I", result="P")
def date_serial(_machine: Any, year: int, month: int, day: int) -> Date:
    """Years 0 to 29 are of this century, 30 to 99 of the last."""
    if any(not -0x8000 <= number <= 0x7FFF for number in (year, month, day)):
        raise overflow()
    if 0 <= year < 100:
        year += 2000 if year < 30 else 1900
    return serial(days_of(year, month, day))


@builtin("TimeSerial", "hour minute second", "I I I", result="P")
def time_serial(_machine: Any, hour: int, minute: int, second: int) -> Date:
    return Date((hour * 3600 + minute * 60 + second) / ONE_DAY)


@builtin("DateValue", "date", "v", result="P")
def date_value(_machine: Any, value: Any) -> Any:
    found = from_text(value, "DateValue")
    return found if type(found) is not Date else serial(day_and_seconds(found)[0])


@builtin("TimeValue", "time", "v", result="P")
def time_value(_machine: Any, value: Any) -> Any:
    found = from_text(value, "TimeValue")
    return found if type(found) is not Date else serial(0, day_and_seconds(found)[1])


def from_text(value: Any, name: str) -> Any:
    if value is NULL or type(value) is Date:
        return value
    if type(value) is Unknown:
        return unknown(name, value)
    found = parse_date(value) if type(value) is str else None
    if found is None:
        raise mismatch()
    return found


# ---------------------------------------------------------------- reckoning

MONTHS: Final = {"yyyy": 12, "q": 3, "m": 1}
SECONDS: Final = {"h": 3600, "n": 60, "s": 1}
DAYS: Final = {"y": 1, "d": 1, "w": 1, "ww": 7}


@builtin("DateAdd", "interval number date", "S n d", result="P")
def date_add(_machine: Any, interval: str, number: float, value: Date) -> Date:
    """Whole intervals later; the day stays inside the month."""
    unit = interval.lower()
    if abs(number) > 1e12:
        raise invalid_call()
    count = math.trunc(number)
    days, seconds = day_and_seconds(value)
    if unit in MONTHS:
        day = date.fromordinal(days + DAY_ZERO.toordinal())
        months = day.year * 12 + day.month - 1 + count * MONTHS[unit]
        first = days_of(months // 12, months % 12 + 1, 1)
        following = days_of((months + 1) // 12, (months + 1) % 12 + 1, 1) if months < 9999 * 12 + 11 else first + 31
        return serial(min(first + day.day, following) - 1, seconds)
    if unit in SECONDS:
        total = days * ONE_DAY + seconds + count * SECONDS[unit]
        return serial(total // ONE_DAY, total % ONE_DAY)
    if unit in DAYS:
        return serial(days + count * DAYS[unit], seconds)
    raise invalid_call()


@builtin("DateDiff", "interval date1 date2 firstdayofweek firstweekofyear", "S d d i? i?", result="P")
def date_diff(_machine: Any, interval: str, one: Date, two: Date, first_day: Any, _first_week: Any) -> int:
    """Boundaries of the interval between two dates."""
    unit = interval.lower()
    (day_one, second_one), (day_two, second_two) = day_and_seconds(one), day_and_seconds(two)
    if unit in MONTHS:
        months = [d.year * 12 + d.month - 1 for d in (date.fromordinal(days + DAY_ZERO.toordinal()) for days in (day_one, day_two))]
        return months[1] // MONTHS[unit] - months[0] // MONTHS[unit]
    if unit in SECONDS:
        size = SECONDS[unit]
        return (day_two * ONE_DAY + second_two) // size - (day_one * ONE_DAY + second_one) // size
    if unit in ("d", "y"):
        return day_two - day_one
    if unit == "w":
        return math.trunc((day_two - day_one) / 7)
    if unit == "ww":
        first = 1 if first_day is MISSING else first_day
        starts = [days - weekday_of(days, first) for days in (day_one, day_two)]
        return (starts[1] - starts[0]) // 7
    raise invalid_call()


@builtin("DatePart", "interval date firstdayofweek firstweekofyear", "S d i? i?", result="P")
def date_part(_machine: Any, interval: str, value: Date, first_day: Any, first_week: Any) -> int:
    unit = interval.lower()
    first = 1 if first_day is MISSING else first_day
    days = day_and_seconds(value)[0]
    if unit == "w":
        return weekday_of(days, first)
    if unit == "ww":
        return week_of_year(days, first, 1 if first_week is MISSING else first_week)
    take = PARTS.get(unit)
    if take is None:
        raise invalid_call()
    return take(to_datetime(value))


PARTS: Final[dict[str, Callable[[datetime], int]]] = {
    "yyyy": lambda moment: moment.year,
    "q": lambda moment: (moment.month + 2) // 3,
    "m": lambda moment: moment.month,
    "y": lambda moment: moment.timetuple().tm_yday,
    "d": lambda moment: moment.day,
    "h": lambda moment: moment.hour,
    "n": lambda moment: moment.minute,
    "s": lambda moment: moment.second,
}
