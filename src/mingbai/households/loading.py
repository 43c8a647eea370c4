"""Bulk rows from columns (批量装载): Arrow columns become plain rows in slices; numbers are closed in bulk.

The cost of a county is the rows themselves: what is the same for all rows, or for many, becomes one Python
object once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, repeat
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from mingbai.audit.records import Recorded
from mingbai.audit.writing import BatchWriter
from mingbai.common.bulk import reserve_ids
from mingbai.common.keys import Keys
from mingbai.households.closing import phone_digests, plain_document

#: Rows that become Python objects at a time.
SLICE = 50_000
#: While a county is written. SQLite: pages of indexes stay in memory (128 MB) and are copied into the file
#: after 80 MB of the log, not after 4: half as much is written to the disk. PostgreSQL: no slice waits for
#: the disk; nobody sees them, and the row that makes them seen waits for itself and for all before it.
_WRITING = {
    "sqlite": (
        ("PRAGMA cache_size", "PRAGMA cache_size = {}", -128000),
        ("PRAGMA wal_autocheckpoint", "PRAGMA wal_autocheckpoint = {}", 20000),
    ),
    "postgresql": (("SHOW synchronous_commit", "SET synchronous_commit TO {}", "off"),),
}


@contextmanager
def bulk_writing() -> Iterator[None]:
    """Settings of the connection for millions of rows (批量写入设置); as before afterwards."""
    if connection.in_atomic_block:
        yield
        return
    before: list[tuple[str, Any]] = []
    with connection.cursor() as cursor:
        for ask, tell, value in _WRITING[connection.vendor]:
            cursor.execute(ask)
            before.append((tell, cursor.fetchone()[0]))
            cursor.execute(tell.format(value))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            for tell, value in before:
                cursor.execute(tell.format(value))


@dataclass(frozen=True)
class Same:
    """One value for all rows (常数列)."""

    value: Any


Column: TypeAlias = pa.Array | pa.ChunkedArray | Sequence[Any] | Same


def put(
    writer: BatchWriter, model: type[Recorded], columns: Mapping[str, Column], count: int
) -> int:
    """Insert `count` rows; columns are named as in the database. Days become ISO text, which both read."""
    if not count:
        return 0
    return writer.insert(model, tuple(columns), rows_of(list(columns.values()), count), total=count)


def rows_of(columns: Sequence[Column], count: int) -> Iterator[tuple[Any, ...]]:
    """Rows of plain values, slice by slice."""
    for start in range(0, count, SLICE):
        length = min(SLICE, count - start)
        yield from zip(*(_plain(one, start, length) for one in columns), strict=True)


def _plain(column: Column, start: int, length: int) -> Iterable[Any]:
    if isinstance(column, Same):
        return repeat(column.value, length)
    if isinstance(column, (pa.Array, pa.ChunkedArray)):
        return plain_values(column.slice(start, length))
    return islice(column, start, start + length)


def plain_values(values: pa.Array | pa.ChunkedArray) -> list[Any]:
    """Python values of a column, none where it is empty; equal ones of a short list are one object."""
    if pa.types.is_date32(values.type):
        values = pc.cast(values, pa.string())
    if values.null_count == len(values):
        return [None] * len(values)
    if pa.types.is_integer(values.type) and not values.null_count:
        return list(values.to_numpy().tolist())
    encoded = pc.dictionary_encode(values)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    if isinstance(encoded, pa.ChunkedArray) or len(encoded.dictionary) * 2 > len(values):
        return list(values.to_pylist())
    words = np.empty(len(encoded.dictionary) + 1, dtype=object)
    words[:-1] = encoded.dictionary.to_pylist()
    places = encoded.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)
    return list(words[places].tolist())


@dataclass(frozen=True)
class Ids:
    """Keys in the database of numbers in the files (编号对照)."""

    numbers: pa.Array
    keys: pa.Array

    @classmethod
    def reserved(cls, model: type[Recorded], numbers: pa.ChunkedArray) -> Ids:
        """New keys for all of them, in their order."""
        keys = reserve_ids(model, len(numbers))
        return cls(_one(numbers), pa.array(np.fromiter(keys, np.int64, len(numbers))))

    def __len__(self) -> int:
        return len(self.keys)

    def places(self, numbers: pa.Array | pa.ChunkedArray) -> pa.Array:
        """Where each number stands among these; null for an unknown one."""
        return _one(pc.index_in(numbers, value_set=self.numbers))

    def of(self, numbers: pa.Array | pa.ChunkedArray) -> pa.Array:
        """The key of each number; null for an unknown one."""
        return self.keys.take(self.places(numbers))


def _one(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    if not isinstance(values, pa.ChunkedArray):
        return values
    joined = values.combine_chunks()
    return joined if isinstance(joined, pa.Array) else pa.concat_arrays(joined.chunks)


Bytes = list[bytes | None]


@dataclass(frozen=True)
class Closed:
    """Numbers as they are stored (加密后的号码): closed, and their digests by column."""

    stored: Bytes
    digests: dict[str, Bytes]


def close_documents(numbers: Iterable[str | None], using: Keys) -> Closed:
    """ID numbers for `Identity`: what `closing.document_digests` gives, each tail reckoned once."""
    four, six = _tails(using, 4, "id4"), _tails(using, 6, "id6")
    stored: Bytes = []
    whole: Bytes = []
    tails: tuple[Bytes, Bytes] = ([], [])
    for number in numbers:
        if not number:
            for column in (stored, whole, *tails):
                column.append(None)
            continue
        text = plain_document(number)
        stored.append(using.encrypt(number, "identity.id_number"))
        whole.append(using.digest(text, "id"))
        tails[0].append(four(text))
        tails[1].append(six(text))
    return Closed(stored, {"id_digest": whole, "id_tail4": tails[0], "id_tail6": tails[1]})


def close_phones(numbers: Iterable[str | None], using: Keys, purpose: str) -> Closed:
    """Phones: what `closing.phone_digests` gives, column by column."""
    stored: Bytes = []
    digests: dict[str, Bytes] = {name: [] for name in phone_digests(None)}
    for number in numbers:
        stored.append(using.encrypt(number, purpose) if number else None)
        for name, digest in phone_digests(number, using).items():
            digests[name].append(digest)
    return Closed(stored, digests)


def _tails(using: Keys, signs: int, purpose: str) -> Callable[[str], bytes]:
    """The digest of the last signs of a text; many documents share theirs."""
    known: dict[str, bytes] = {}

    def digest(text: str) -> bytes:
        tail = text[-signs:]
        found = known.get(tail)
        if found is None:
            found = known[tail] = using.digest(tail, purpose)
        return found

    return digest
