"""Keeping the counts of days (留存统计): of today, of the last month ends, of every year's end."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from mingbai.households.daycounts import STANDINGS
from mingbai.households.models import DayCount
from mingbai.households.queries.daily import count_as_of, month_ends, year_ends

#: The end of the month a year ago is compared with, and one more, for the days before this month ends.
MONTHS = 14


def days_kept(today: date) -> list[date]:
    """Today, the last month ends, and the year ends since the first status of the register. One query."""
    return sorted({today, *month_ends(today, MONTHS), *year_ends(today)})


def keep_day_counts(*, today: date) -> int:
    """Count the days that are asked for at any moment and keep them (留存); returns how many. Some seconds.

    Made from the register's own rows alone, so that it has no event: whoever asks adds what came later.
    """
    days = days_kept(today)
    mark, counts = count_as_of(days)
    if not mark.event:
        return 0
    made = [
        DayCount(
            day=day, event_id=mark.event, event_digest=mark.digest, villages=counts[day],
            standings=list(STANDINGS),
        )
        for day in days
    ]  # fmt: skip
    with transaction.atomic():
        DayCount.objects.all().delete()
        DayCount.objects.bulk_create(made)
    return len(made)
