"""An import while it is written (导入写入): its batch, its writer, and the keys of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from mingbai.audit.models import Batch
from mingbai.audit.writing import BatchWriter, lots
from mingbai.households.enums import Subject
from mingbai.households.models import Membership
from mingbai.intake.difference import Difference

Progress = Callable[[str, int, int], None]
#: Subjects whose records are rewritten at a time.
SUBJECTS = 2_000

#: Keyed digests fall anywhere in their indexes: with less room SQLite reads a page for nearly every row.
_CACHE_KIB = 160_000


@contextmanager
def room_for_indexes() -> Iterator[None]:
    """Let SQLite keep more pages of this connection while a county is written."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size")
        before = int(cursor.fetchone()[0])
        cursor.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = {before}")


@dataclass
class Applying:
    """An import being written. `touched`: households whose search entries have to be made again."""

    batch: Batch
    difference: Difference
    writer: BatchWriter
    ids: dict[Subject, pa.Table] = field(default_factory=dict)  # number → id, new ones included
    touched: set[int] = field(default_factory=set)

    @property
    def day(self) -> date:
        return self.difference.as_of

    def keys(self, subject: Subject, numbers: Any) -> pa.Array:
        """The register's keys of offices' numbers."""
        known = self.ids[subject]
        plain = isinstance(numbers, pa.Array | pa.ChunkedArray)
        values = numbers if plain else pa.array(numbers, pa.string())
        where = pc.index_in(values, value_set=known["number"].combine_chunks())
        found = known["id"].combine_chunks().take(where)
        return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found

    def touch_homes(self, persons: Iterable[int]) -> None:
        """The households of these persons are to be indexed again."""
        for few in lots(sorted(persons), SUBJECTS):
            homes = Membership.objects.recorded(within=self.batch).filter(person_id__in=few)
            self.touched.update(homes.values_list("household_id", flat=True))
