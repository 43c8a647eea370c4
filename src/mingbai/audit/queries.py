"""Reading batches and what they recorded (登记查询): now, or as it was known at an instant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q


class BatchQuerySet(models.QuerySet[Any]):
    """Batches (登记批次)."""

    def open(self) -> Self:
        """Not recorded: what they began or ended is not seen. Swept ones left nothing."""
        return self.filter(recorded_at=None, swept_at=None)


class RecordedQuerySet(models.QuerySet[Any]):
    """Rows with the batch that began them and the one that ended them (两个时间轴的记录)."""

    def recorded(self, known_at: datetime | None = None, *, within: Any = None) -> Self:
        """Rows that stand: now, or as the register knew them at an instant.

        `within` is an open batch whose own writes are to be seen, for work under that batch.

        Open batches are few, so that "not in" is a look-up in a small hash on both databases.
        """
        from mingbai.audit.models import Batch

        if known_at is None:
            unseen = Batch.objects.open().values("id")
            if within is not None:
                unseen = unseen.exclude(pk=within.pk)
            return self.exclude(begun_by__in=unseen).filter(
                Q(ended_by=None) | Q(ended_by__in=unseen)
            )
        ended = Batch.objects.filter(recorded_at__lte=known_at, id=models.OuterRef("ended_by_id"))
        return self.filter(begun_by__recorded_at__lte=known_at).filter(
            Q(ended_by=None) | ~models.Exists(ended)
        )

    def on(self, day: date) -> Self:
        """Rows true on a day: `valid_from` included, `valid_to` excluded."""
        return self.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gt=day))

    def latest_by(self, day: date) -> Self:
        """Rows that began by the day, newest first; for facts of a year that is over."""
        return self.filter(valid_from__lte=day).order_by(F("valid_from").desc())
