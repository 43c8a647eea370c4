"""Calendar arithmetic (日期计算) by year, month and day; no clock, no time zone."""

from __future__ import annotations

import calendar
from datetime import date


def months_before(day: date, months: int) -> date:
    """The same day some months earlier, or the last day of that month."""
    index = day.year * 12 + day.month - 1 - months
    if index < 12:
        return date.min
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def full_months(then: date, now: date) -> int:
    """Full months from one day to another; none when ``then`` lies after ``now``."""
    if then > now:
        return 0
    return (now.year - then.year) * 12 + now.month - then.month - (then.day > now.day)


def full_years(then: date, now: date) -> int:
    """Full years from one day to another; none when ``then`` lies after ``now``."""
    if then > now:
        return 0
    return now.year - then.year - ((then.month, then.day) > (now.month, now.day))
