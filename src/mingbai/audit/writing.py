"""Long writes in slices (分片写入): nobody sees them before one row flips, and nobody waits for them.

No transaction takes longer than about half a second, so that on SQLite a form is saved between two slices.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from mingbai.audit.actions import check_open
from mingbai.audit.errors import error
from mingbai.audit.models import Batch, Event, Span
from mingbai.audit.records import Recorded
from mingbai.audit.sharing import others_have_open
from mingbai.common.bulk import Row, insert_rows, last_id

#: (step, done, total); may raise to stop.
Progress = Callable[[str, int, int], None]
#: What a slice should take, and the rows it begins with.
SLICE_SECONDS, FIRST_ROWS, MOST_ROWS = 0.25, 4_000, 100_000
MOST_KEYS = 500  # in one IN list
#: Who waits for SQLite's lock looks ten times a second: as long as somebody else has the file open, the lock
#: is free for so long at least so often.
ROOM_SECONDS, BETWEEN_ROOMS = 0.105, 0.4

Item = TypeVar("Item")


class BatchWriter:
    """Writes the rows of an open batch (批次写入)."""

    def __init__(self, batch: Batch, progress: Progress | None = None) -> None:
        self.batch = batch
        self._progress = progress or (lambda step, done, total: None)
        self._rows: dict[str, int] = {}  # of a slice, by table: one with seven indexes takes fewer
        self._written: dict[str, int] = {}
        self._freed = self._roomy = time.monotonic()

    def insert(
        self, model: type[Recorded], columns: Sequence[str], rows: Iterable[Row], *, total: int = 0
    ) -> int:
        """Insert rows of plain values under the batch; returns how many. `columns` as in the database."""
        table = model._meta.db_table
        names = [*columns, "begun_by_id"]
        key = names.index("id") if "id" in names else None
        mine = (self.batch.pk,)
        todo = iter(rows)
        count = 0
        while slice_ := [(*row, *mine) for row in islice(todo, self._rows.get(table, FIRST_ROWS))]:
            self._let_others_in()
            started = time.monotonic()
            with transaction.atomic():
                before = last_id(model) if key is None else min(row[key] for row in slice_) - 1
                insert_rows(model, names, slice_)
                after = last_id(model) if key is None else max(row[key] for row in slice_)
                self._note(table, before + 1, after, begun=len(slice_))
            count += len(slice_)
            self._freed = time.monotonic()
            self._adapt(table, len(slice_), time.monotonic() - started)
            self._written[table] = self._written.get(table, 0) + len(slice_)
            self._progress(table, self._written[table], total)
        return count

    def end(self, model: type[Recorded], ids: Iterable[int]) -> int:
        """End standing rows by the batch. Raises AUD-004 when another batch has ended some of them.

        What somebody ended since the batch read is left to him: he wins, and before the batch is seen it
        withdraws what it wrote about his subject. Of rows that are made from others as well: who records
        during an evaluation counts his village anew, and it is counted again when the evaluation is seen.
        """
        table = model._meta.db_table
        count = 0
        for keys in lots(ids):
            self._let_others_in()
            with transaction.atomic():
                rows = model.objects.filter(pk__in=keys)
                done = rows.recorded().update(ended_by=self.batch)
                if done != len(keys) and not model.derived:
                    self._refuse_ended_before(rows.exclude(ended_by=self.batch), table)
                self._note(table, ended=done)
            self._freed = time.monotonic()
            count += done
            self._progress(table, 0, 0)
        return count

    def _refuse_ended_before(self, rows: QuerySet[Recorded], table: str) -> None:
        others = set(rows.values_list("ended_by", flat=True))
        meanwhile = Event.objects.filter(id__gt=self.batch.after_event, batch_id__in=others)
        if before := others - set(meanwhile.values_list("batch_id", flat=True)):
            raise error("AUD-004", table=table, count=rows.filter(ended_by__in=before).count())

    def _note(
        self, table: str, first: int = 0, last: int = 0, *, begun: int = 0, ended: int = 0
    ) -> None:
        span = Span.objects.filter(batch=self.batch, table=table).first()
        if span is None:
            check_open(self.batch)
            span = Span(batch=self.batch, table=table, first_id=first, last_id=last)
        if begun:
            span.first_id = min(span.first_id, first) if span.begun else first
            span.last_id = max(span.last_id, last)
        span.begun += begun
        span.ended += ended
        span.save()
        Batch.objects.filter(pk=self.batch.pk).update(heartbeat_at=timezone.now())

    def _let_others_in(self) -> None:
        """Leave SQLite's lock free for a moment, unless nobody is there or making the rows has done so."""
        if connection.vendor != "sqlite":
            return
        now = time.monotonic()
        if now - self._freed < ROOM_SECONDS:
            if now - self._roomy < BETWEEN_ROOMS:
                return
            if not others_have_open(Path(connection.settings_dict["NAME"])):
                return
            time.sleep(ROOM_SECONDS - (now - self._freed))
        self._roomy = time.monotonic()

    def _adapt(self, table: str, rows: int, seconds: float) -> None:
        """How many rows the next slice of this table has; a short one says little."""
        wanted = int(rows * SLICE_SECONDS / max(seconds, 0.001))
        before = self._rows.get(table, FIRST_ROWS)
        self._rows[table] = (
            max(500, min(wanted, before * 2, MOST_ROWS)) if rows > before // 2 else before
        )


def lots(keys: Iterable[Item], size: int = MOST_KEYS) -> Iterator[list[Item]]:
    """Lists of at most `size`."""
    todo = iter(keys)
    while lot := list(islice(todo, size)):
        yield lot
