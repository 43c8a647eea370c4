"""Days (日期) in the forms offices write them; a month alone only where the profile says how."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime

from mingbai.tables.cells import Reading, broken
from mingbai.tables.texts import half_width

_DAY = re.compile(
    r"(?P<y>\d{4})(?:"
    r"(?P<m1>\d{2})(?P<d1>\d{2})"
    r"|[-/.](?P<m2>\d{1,2})[-/.](?P<d2>\d{1,2})"
    r"|\s*年\s*(?P<m3>\d{1,2})\s*月\s*(?P<d3>\d{1,2})\s*日"
    r")(?:[T\s]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?",
    re.ASCII,
)
_MONTH = re.compile(r"(\d{4})(?:(\d{2})|[-/.](\d{1,2})|\s*年\s*(\d{1,2})\s*月)", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1850, 2199


@dataclass(frozen=True)
class DateReader:
    """Reads days; `month` is first, last or none: which day of the month 201401 stands for."""

    month: str | None = None

    def read(self, raw: object) -> Reading:
        day = self._day(raw)
        if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            return broken("TABLE-063", raw)
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
        return self._typed(half_width(raw).strip()) if isinstance(raw, str) else None

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
