"""What every recorded row has (登记行的共同部分)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mingbai.audit.models import Batch
from mingbai.audit.queries import RecordedQuerySet


class Recorded(models.Model):
    """A row that a batch began and perhaps another ended (登记行); never changed otherwise, never deleted.

    Keys of batches and subjects are not checked by the database: a county is millions of rows, ids are given
    by us, and `mingbai audit verify` looks for orphans (ADR 0013).
    """

    begun_by = models.ForeignKey(
        Batch, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    ended_by = models.ForeignKey(
        Batch,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        null=True,
    )

    #: Rows made from other rows alone; an undo makes them again instead of turning them back.
    derived: ClassVar[bool] = False

    objects = RecordedQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes: ClassVar = [
            models.Index(fields=["begun_by"], name="%(class)s_begun"),
            models.Index(
                fields=["ended_by"],
                name="%(class)s_ended",
                condition=models.Q(ended_by__isnull=False),
            ),
        ]


class Dated(Recorded):
    """A recorded row (起止日期登记行) that is true from a day, included, to a day, excluded."""

    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta(Recorded.Meta):
        abstract = True
