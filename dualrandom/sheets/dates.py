"""Dates as they stand in sheets: 2026-03-01, 2026/3/1, 20260301, 46082 and so on.

Border: pure functions over text. A month without a day is not a date.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

FOREVER: Final = dt.date(9999, 9, 9)
"""The day that stands for a certificate without an end."""

_EPOCH: Final = dt.date(1899, 12, 30)
_EPOCH_1904: Final = dt.date(1904, 1, 1)
_FIRST_YEAR: Final = 1800

_SIGNS: Final = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)
_TIME: Final = r"(?:[T\s]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_PARTED: Final = re.compile(
    r"([0-9]{4})\s*([-/.\u5e74])\s*([0-9]{1,2})\s*([-/.\u6708])\s*([0-9]{1,2})\s*"
    r"[\u65e5\u53f7]?" + _TIME,
    re.ASCII,
)
_TO: Final = (re.compile("[\u81f3\u5230~\u301c]|\u2014{1,2}|--"), re.compile("-"))
_JOINED: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)
# Five digits: 1927-05-18 to 2173-10-13. Four would be a year, six a month.
_SERIAL: Final = re.compile(r"([1-9][0-9]{4})(?:\.[0-9]+)?", re.ASCII)
# 1952-01-01 to 2022-09 both: who wrote the digits may have meant either.
_MONTH: Final = re.compile(r"(?:19[0-9]{2}|20[0-9]{2})[1-9]", re.ASCII)
_MIXED: Final = {"-": "-", "/": "/", ".": ".", "\u5e74": "\u6708"}


def date_of(text: str) -> dt.date | None:
    """Return the date that text writes out, or None.

    Args:
        text: trimmed, half-width.
    """
    text = text.translate(_SIGNS)
    parted = _PARTED.fullmatch(text)
    if parted and _MIXED[parted[2]] == parted[4]:
        return _date(parted[1], parted[3], parted[5])
    joined = _JOINED.fullmatch(text)
    return _date(*joined.groups()) if joined else None


def date_of_serial(text: str, *, epoch_1904: bool = False) -> dt.date | None:
    """Return the date behind a day number, or behind 20260301, or None.

    Args:
        text: trimmed, half-width.
        epoch_1904: the book counts its days from 1904.
    """
    if _JOINED.fullmatch(text):
        return date_of(text)
    serial = _SERIAL.fullmatch(text)
    if serial is None:
        return None
    epoch = _EPOCH_1904 if epoch_1904 else _EPOCH
    return epoch + dt.timedelta(days=int(serial[1]))


def is_month(text: str) -> bool:
    """Say whether a day number reads like a year and a month: 20229."""
    return _MONTH.fullmatch(text) is not None


def end_of_period(text: str, for_ever: Collection[str]) -> dt.date | None:
    """Return the last day of a period: ``2020.1.1-2025.12.31``, or None.

    Args:
        text: trimmed, half-width, and no date by itself.
        for_ever: words for a period without an end.
    """
    text = text.removesuffix("\u6b62").strip()
    for sign in _TO:
        first, *rest = (part.strip() for part in sign.split(text))
        if len(rest) == 1 and (first == "" or date_of(first)):
            return FOREVER if rest[0] in for_ever else date_of(rest[0])
    return date_of(text)


def period_of(text: str) -> tuple[dt.date, dt.date] | None:
    """Return first and last day of a period that has both, or None.

    Args:
        text: trimmed, half-width, and no date by itself.
    """
    for sign in _TO:
        days = [date_of(part.strip()) for part in sign.split(text)]
        if len(days) == len([day for day in days if day]) == 2:  # noqa: PLR2004
            return (days[0] or dt.date.min, days[1] or dt.date.min)
    return None


def _date(year: str, month: str, day: str) -> dt.date | None:
    try:
        made = dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
    return made if made.year >= _FIRST_YEAR else None
