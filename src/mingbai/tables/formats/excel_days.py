"""Days and times in old workbooks (日期序号): a number whose format says it is a day."""

from __future__ import annotations

import datetime
import re

# Number formats of the program itself that show days or times; those from 27 on in Chinese.
_BUILT_IN = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
# What says nothing about the value: quoted words, escaped signs, colours and places, fill, blanks.
_ASIDE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DAY_SIGNS = re.compile(r"[ymdhs]|上午", re.IGNORECASE)
_START = datetime.date(1899, 12, 30)
_START_1904 = datetime.date(1904, 1, 1)
_LAST = 2_958_465
_FALSE_LEAP_DAY = 60


def is_day_format(number: int, code: str | None) -> bool:
    """Whether cells of this format show days or times; `code` is the text of a custom format."""
    if code is None:
        return number in _BUILT_IN
    first = code.split(";", maxsplit=1)[0]
    if first.strip().casefold() == "general":
        return False
    return bool(_ELAPSED.search(first)) or bool(_DAY_SIGNS.search(_ASIDE.sub("", first)))


def moment(serial: float, since_1904: bool) -> object:
    """The day, or the time of a day, or the number itself where there is no such day."""
    if not 0 <= serial <= _LAST:
        return serial
    # The program counts a 29 February 1900 that never was; days before it are one further on.
    days = serial + 1 if not since_1904 and 1 <= serial < _FALSE_LEAP_DAY else serial
    start = _START_1904 if since_1904 else _START
    midnight = datetime.datetime.combine(start, datetime.time())
    found = midnight + datetime.timedelta(seconds=round(days * 86_400))
    if serial < 1:
        return found.time()
    return found.date() if found.time() == datetime.time() else found
