"""One row a subject out of many (取一条): sorting and aligning Arrow tables by integer keys."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Keys = npt.NDArray[np.int64]


def keys_in(table: pa.Table, column: str) -> Keys:
    """A column of keys as numbers."""
    found: Keys = table.column(column).to_numpy()
    return found


def days_in(table: pa.Table, column: str) -> Keys:
    """A column of days as numbers; without a day: after all others."""
    days = table.column(column).cast(pa.int32()).fill_null(np.iinfo(np.int32).max)
    found: Keys = days.to_numpy().astype(np.int64)
    return found


def last_of_each(table: pa.Table, subject: str, order: Sequence[Keys]) -> pa.Table:
    """The last row of each subject by `order`, the weightiest first; subjects come out sorted."""
    subjects = keys_in(table, subject)
    if len(subjects) < 2 or bool(np.all(subjects[1:] > subjects[:-1])):
        return table
    rows = np.lexsort([*reversed(order), subjects])
    sorted_subjects = subjects[rows]
    last = np.append(sorted_subjects[1:] != sorted_subjects[:-1], True)
    return table.take(pa.array(rows[last]))


def aligned(table: pa.Table, subject: str, keys: Keys) -> pa.Table:
    """The rows of sorted, single subjects in the order of `keys`; nulls where a key has none."""
    subjects = keys_in(table, subject)
    if len(subjects) == 0:
        return pa.table({name: pa.nulls(len(keys), table.schema.field(name).type)
                         for name in table.column_names})  # fmt: skip
    places = np.searchsorted(subjects, keys)
    places[places == len(subjects)] = 0
    gone = subjects[places] != keys
    return table.take(pa.array(places, mask=gone))


def counts_per(table: pa.Table, subject: str, keys: Keys) -> Keys:
    """How many rows each of the sorted `keys` has."""
    subjects = np.sort(keys_in(table, subject))
    last = np.searchsorted(subjects, keys, side="right")
    counts: Keys = last - np.searchsorted(subjects, keys, side="left")
    return counts
