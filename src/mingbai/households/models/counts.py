"""Counts that were kept (留存的统计): no fact of their own, to be made again at will."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class DayCount(models.Model):
    """Households and persons of every village on one day (逐日分村统计), by standing.

    It holds for everything recorded up to an event of the chain. What was recorded since is added whenever
    somebody asks, so that a save never waits for a count and a count never lags behind a save.
    """

    day = models.DateField(unique=True)
    event_id = models.BigIntegerField()
    event_digest = models.CharField(
        max_length=64
    )  # the chain may be another one: a restored backup
    villages = models.JSONField()  # code → households and persons of every standing, in its order
    standings = models.JSONField()  # the order: a new standing makes old rows useless

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(event_id__gt=0), name="counted_at_an_event")
        ]

    def __str__(self) -> str:
        return f"{self.day}"
