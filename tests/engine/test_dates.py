"""Calendar arithmetic by year, month and day, held against counting."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingbai.engine.dates import full_months, full_years, months_before

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("then", "now", "years", "months"),
    [
        (date(2000, 2, 29), date(2001, 2, 28), 0, 11),
        (date(2000, 2, 29), date(2001, 3, 1), 1, 12),
        (date(2000, 2, 29), date(2004, 2, 28), 3, 47),
        (date(2000, 2, 29), date(2004, 2, 29), 4, 48),
        (date(2025, 1, 31), date(2025, 2, 28), 0, 0),
        (date(2025, 1, 31), date(2025, 3, 1), 0, 1),
        (date(2025, 1, 31), date(2025, 3, 31), 0, 2),
        (date(2024, 12, 31), date(2025, 1, 1), 0, 0),
        (date(2024, 6, 15), date(2025, 6, 14), 0, 11),
        (date(2024, 6, 15), date(2025, 6, 15), 1, 12),
        (date(2025, 6, 15), date(2025, 6, 15), 0, 0),
        (date(2025, 6, 16), date(2025, 6, 15), 0, 0),
    ],
)
def test_full_years_and_months(then: date, now: date, years: int, months: int) -> None:
    assert full_years(then, now) == years
    assert full_months(then, now) == months


@settings(derandomize=True)
@given(DAYS, DAYS)
def test_full_months_counts_the_days_of_the_month_reached(then: date, now: date) -> None:
    reached = [
        (then.year + (then.month - 1 + n) // 12, (then.month - 1 + n) % 12 + 1, then.day)
        for n in range(1, 2500)
    ]
    assert full_months(then, now) == sum(day <= (now.year, now.month, now.day) for day in reached)


@settings(derandomize=True)
@given(DAYS, DAYS)
def test_full_years_is_twelve_full_months(then: date, now: date) -> None:
    assert full_years(then, now) == full_months(then, now) // 12


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2025, 3, 31), 1, date(2025, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2025, 2, 28), 12, date(2024, 2, 28)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2024, 2, 29), 48, date(2020, 2, 29)),
        (date(2025, 1, 31), 2, date(2024, 11, 30)),
        (date(2025, 1, 1), 1, date(2024, 12, 1)),
        (date(2025, 6, 30), 40_000, date.min),
    ],
)
def test_months_before(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


@settings(derandomize=True)
@given(DAYS, st.integers(1, 400))
def test_a_window_of_months_never_loses_or_repeats_a_day(day: date, months: int) -> None:
    """The window of the next day begins on the same day or later: no record falls out and back in."""
    assert months_before(day, months) <= months_before(day + timedelta(days=1), months)
