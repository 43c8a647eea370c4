"""Days (日期) in the forms offices write them; a month alone only where the profile says how."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mingbai.tables.cells import Reading, broken
from mingbai.tables.texts import half_width

_TIME = r"(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_DAY = re.compile(
    r"(?P<y>\d{4})(?:"
    r"(?P<m1>\d{2})(?P<d1>\d{2})"
    r"|\s*[-/.]\s*(?P<m2>\d{1,2})\s*[-/.]\s*(?P<d2>\d{1,2})"
    r"|\s*年\s*(?P<m3>\d{1,2})\s*月\s*(?P<d3>\d{1,2})\s*[日号]"
    rf"){_TIME}",
    re.ASCII,
)
_MONTH = re.compile(r"(\d{4})(?:(\d{2})|[-/.](\d{1,2})|\s*年\s*(\d{1,2})\s*月)", re.ASCII)
# Which part is the day, or the century, nobody can tell: 1/2/2014, 14.1.31.
_UNSURE = re.compile(
    rf"(\d{{1,4}})\s*[-/.年]\s*(\d{{1,2}})\s*[-/.月]\s*(\d{{1,4}})\s*[日号]?{_TIME}", re.ASCII
)
_FIRST_YEAR, _LAST_YEAR = 1850, 2199
# A spreadsheet counts days from here; below and above are no days of living people.
_DAY_ZERO = date(1899, 12, 30)
_SERIALS = range(10_000, 73_050)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)

_AS_NUMBER = re.compile(r"(\d{6}|\d{8})\.0+", re.ASCII)
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_CHINESE = re.compile(
    r"([〇零○一二三四五六七八九]{4}|\d{4})\s*年\s*(.{1,3}?)\s*月\s*(?:(.{1,3}?)\s*[日号])?"
)


@dataclass(frozen=True)
class DateReader:
    """Reads days; `month` is first, last or none: which day of the month 201401 stands for."""

    month: str | None = None

    def read(self, raw: object) -> Reading:
        day = self._day(raw)
        if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            return _unread(raw)
        return Reading(day)

    def _day(self, raw: object) -> date | None:
        if isinstance(raw, datetime):
            return raw.date()
        if isinstance(raw, date):
            return raw
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw) if abs(raw) < 1e9 else raw
        if isinstance(raw, int) and not isinstance(raw, bool):
            raw = str(raw)
        if not isinstance(raw, str):
            return None
        text = half_width(raw).strip()
        if match := _AS_NUMBER.fullmatch(text):  # a program took the days for numbers: 19620202.0
            text = match[1]
        return self._typed(_arabic(text))

    def _typed(self, text: str) -> date | None:
        if match := _DAY.fullmatch(text):
            year, *rest = (int(part) for part in _parts(match))
            return _true_day(year, rest[0], rest[1])
        match = _MONTH.fullmatch(text)
        if match is None or self.month is None:
            return None
        year, month = int(match[1]), int(match[2] or match[3] or match[4])
        if not (1 <= month <= 12 and year):
            return None
        last = calendar.monthrange(year, month)[1]
        return date(year, month, 1 if self.month == "first" else last)


def _parts(match: re.Match[str]) -> tuple[str, ...]:
    """Year, month and day of whichever form fitted."""
    found = (match["y"], match["m1"] or match["m2"] or match["m3"])
    return (*found, match["d1"] or match["d2"] or match["d3"])


def _true_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _arabic(text: str) -> str:
    """A day written in Chinese numerals (二〇一四年元月三十一日) in digits; anything else as it is."""
    match = _CHINESE.fullmatch(text)
    if match is None:
        return text
    year, month, day = match.groups()
    month = "1" if month in ("元", "正") else _number(month)
    digits = f"{year.translate(_DIGITS)}年{month}月"
    return digits if day is None else f"{digits}{_number(day)}日"


def _number(text: str) -> str:
    """A number below forty in digits: 十, 十二, 三十一, 初五, 廿三."""
    text = text.removeprefix("初").replace("廿", "二十").replace("卅", "三十")
    if "十" not in text:
        return text.translate(_DIGITS)
    tens, _, ones = text.partition("十")
    return f"{tens or '一'}{ones or '〇'}".translate(_DIGITS)


def _unread(raw: object) -> Reading:
    """Why a cell is no day; what it may mean is offered to confirm, never taken."""
    text = half_width(str(raw)).strip() if isinstance(raw, (str, int, float)) else ""
    if isinstance(raw, bool):
        text = ""
    if (serial := _SERIAL.fullmatch(text)) and int(serial[1]) in _SERIALS:
        day = _DAY_ZERO + timedelta(days=int(serial[1]))
        return broken("TABLE-087", raw, reading=day.isoformat())
    if match := _UNSURE.fullmatch(text):
        days = dict.fromkeys(_possible(*match.group(1, 2, 3), year_last="年" not in text))
        if days:
            return broken("TABLE-086", raw, readings=" / ".join(day.isoformat() for day in days))
    return broken("TABLE-063", raw)


def _possible(first: str, second: str, third: str, *, year_last: bool) -> Iterator[date]:
    """The days that three numbers may mean: year first, or last as well; of either century."""
    one, two, three = int(first), int(second), int(third)
    shapes = []
    if len(third) <= 2:
        shapes += [(year, two, three) for year in _years(first)]
    if len(first) <= 2 and year_last:
        shapes += [(year, one, two) for year in _years(third)]
        shapes += [(year, two, one) for year in _years(third)]
    for shape in shapes:
        day = _true_day(*shape)
        if day is not None and _FIRST_YEAR <= day.year <= _LAST_YEAR:
            yield day


def _years(text: str) -> tuple[int, ...]:
    if len(text) == 4:
        return (int(text),)
    return (2000 + int(text), 1900 + int(text)) if len(text) == 2 else ()
