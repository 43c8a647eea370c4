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


class Stands(models.Func):
    """Whether a row stands now (有效): the batch that began it is recorded, the one that ended it is not.

    Written as text: every query of the register says it, and building it from parts took three times as long
    as the rest of a query. Open batches are few, so that "not in" is a look-up in a small hash.
    """

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, within: int | None = None) -> None:
        super().__init__(F("begun_by"), F("ended_by"))
        self.within = within

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        (begun, _), (ended, _) = (compiler.compile(one) for one in self.source_expressions)
        unseen = "SELECT id FROM audit_batch WHERE recorded_at IS NULL AND swept_at IS NULL"
        if self.within is not None:
            unseen += f" AND id <> {int(self.within)}"
        return f"({begun} NOT IN ({unseen}) AND ({ended} IS NULL OR {ended} IN ({unseen})))", []


class RecordedQuerySet(models.QuerySet[Any]):
    """Rows with the batch that began them and the one that ended them (两个时间轴的记录)."""

    def recorded(self, known_at: datetime | None = None, *, within: Any = None) -> Self:
        """Rows that stand: now, or as the register knew them at an instant.

        `within` is an open batch whose own writes are to be seen, for work under that batch.
        """
        if known_at is None:
            return self.filter(Stands(within.pk if within is not None else None))
        from mingbai.audit.models import Batch  # models import this module

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
