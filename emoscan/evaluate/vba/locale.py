"""How Windows is set up: names of months and days, order of dates, signs of money."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct


class Locale(Struct, frozen=True, kw_only=True):
    """What formats by name mean, and the words in them."""

    months: tuple[str, ...]
    short_months: tuple[str, ...]
    days: tuple[str, ...]
    """From Sunday."""
    short_days: tuple[str, ...]
    short_date: str
    medium_date: str
    long_date: str
    halves: tuple[str, str]
    """Of the day."""
    currency: str
    currency_digits: int


JAPANESE: Final = Locale(
    months=tuple(f"{number}月" for number in range(1, 13)),
    short_months=tuple(str(number) for number in range(1, 13)),
    days=tuple(f"{day}曜日" for day in "日月火水木金土"),
    short_days=tuple("日月火水木金土"),
    short_date="yyyy/mm/dd",
    medium_date="yy-mm-dd",
    long_date='yyyy"年"m"月"d"日"',
    halves=("午前", "午後"),
    currency="¥",
    currency_digits=0,
)

ENGLISH: Final = Locale(
    months=tuple("January February March April May June July August September October November December".split()),
    short_months=tuple("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()),
    days=tuple("Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()),
    short_days=tuple("Sun Mon Tue Wed Thu Fri Sat".split()),
    short_date="m/d/yyyy",
    medium_date="dd-mmm-yy",
    long_date="dddd, mmmm d, yyyy",
    halves=("AM", "PM"),
    currency="$",
    currency_digits=2,
)

ERAS: Final = (
    ((2019, 5, 1), "R", "令", "令和"),
    ((1989, 1, 8), "H", "平", "平成"),
    ((1926, 12, 25), "S", "昭", "昭和"),
    ((1912, 7, 30), "T", "大", "大正"),
    ((1868, 1, 25), "M", "明", "明治"),
)
"""First day, letter, sign and name of Japan's eras, the latest first."""


def locale_of(machine: Any) -> Locale:
    """The one of the world's profile: Japanese, or English for any other language."""
    return JAPANESE if machine.world.profile.lcid == 1041 else ENGLISH
