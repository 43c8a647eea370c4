"""Rows of a table in the making (数据行), and what the generators read of the households.

Columns are given whole, one value for all rows or one value a row; nothing is written row by row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mingbai.demo.context import Context, valid_on
from mingbai.demo.exact import Ints
from mingbai.demo.schema import TABLES

Texts = NDArray[np.object_]
DAY = np.timedelta64(1, "D")


def rows(table: str, count: int, **columns: Any) -> pa.Table:
    """`count` rows of `table`; a column is one value for all or one a row, absent ones are empty."""
    schema = TABLES[table]
    strange = set(columns) - set(schema.names)
    if strange:
        raise KeyError(f"{table} has no column {sorted(strange)}")
    arrays = [_array(columns.get(field.name), field.type, count) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: Any, kind: pa.DataType, count: int) -> pa.Array:
    if values is None:
        return pa.nulls(count, kind)
    if isinstance(values, np.ndarray):
        return pa.array(values, type=kind, from_pandas=True)
    if isinstance(values, pa.Array):
        return values
    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks()
    if isinstance(values, list):
        return pa.array(values, type=kind)
    return pa.repeat(pa.scalar(values, kind), count)


def add(context: Context, table: str, count: int, **columns: Any) -> None:
    """Append rows to a table of the place, in the order of the calls."""
    context.append(table, rows(table, count, **columns))


def numbered(pattern: str, count: int, first: int = 1) -> Texts:
    """Ids in sequence: `numbered("H{:05d}", 2)` is H00001, H00002."""
    return np.array([pattern.format(at) for at in range(first, first + count)], dtype=object)


def sum_of(context: Context, terms: list[str | int]) -> int:
    """The sum of published totals by id, `-` before an id subtracts; whole numbers are local."""
    value = 0
    for term in terms:
        if isinstance(term, int):
            value += term
        elif term.startswith("-"):
            value -= context.total(term[1:])
        else:
            value += context.total(term)
    return value


def amount(context: Context, spec: Any, name: str = "") -> int:
    """A number of a parameter file: a published total by its id, a sum of them, an "about" one, or ours.

    A total printed with 余 or 多 is built with a seeded excess below its last printed digit.
    """
    if isinstance(spec, str):
        return int(context.total(spec))
    if isinstance(spec, list):
        return sum_of(context, spec)
    if isinstance(spec, Mapping):
        excess = context.rng(f"amount.{name}.{spec['about']}").integers(1, int(spec["below"]))
        return int(context.total(spec["about"])) + int(excess)
    return int(spec)


def days_between(rng: np.random.Generator, first: date, last: date, count: int) -> NDArray[Any]:
    """`count` days drawn from `first` to `last`, both included."""
    start = np.datetime64(first, "D")
    return start + rng.integers(0, (last - first).days + 1, count) * DAY


@dataclass(frozen=True)
class Households:
    """Households on a day (户): their ids, village codes and members, sorted by village and id."""

    ids: Texts
    villages: Texts
    sizes: Ints

    def take(self, which: NDArray[Any]) -> Households:
        return Households(self.ids[which], self.villages[which], self.sizes[which])


def households_on(context: Context, day: date) -> Households:
    """Every household with members on a day, with its size."""
    members = valid_on(context.tables["memberships"], day).group_by("household_id")
    counted = members.aggregate([([], "count_all")])
    homes = context.tables["households"]
    found = pc.index_in(counted["household_id"], value_set=homes["household_id"])
    villages = homes["village_code"].take(found).to_numpy()
    ids = counted["household_id"].to_numpy()
    order = np.lexsort((ids.astype(str), villages.astype(str)))
    sizes = counted["count_all"].to_numpy().astype(np.int64)
    return Households(ids[order], villages[order], sizes[order])


def households_with(context: Context, kind: str, day: date) -> pa.Array:
    """The ids of the households in a status on a day (`registered` stays open after `exited`)."""
    statuses = context.tables["statuses"]
    kept = pc.and_(pc.equal(statuses["subject"], "household"), pc.equal(statuses["kind"], kind))
    return pc.unique(valid_on(statuses.filter(kept), day)["subject_id"].combine_chunks())


def registered_on(context: Context, day: date) -> Households:
    """Households on the register of the poor on a day (建档立卡户), exited ones included."""
    every = households_on(context, day)
    return every.take(is_among(every.ids, households_with(context, "registered", day)))


@dataclass(frozen=True)
class Members:
    """Persons of chosen households on a day (成员), with their ages."""

    ids: Texts
    households: Texts
    ages: Ints

    def take(self, which: NDArray[Any]) -> Members:
        return Members(self.ids[which], self.households[which], self.ages[which])


def members_on(context: Context, households: Any, day: date) -> Members:
    """The members of the households on a day, by person id."""
    table = valid_on(context.tables["memberships"], day)
    table = table.filter(pc.is_in(table["household_id"], listed(households))).sort_by("person_id")
    persons = context.tables["persons"]
    births = persons["birth_date"].take(pc.index_in(table["person_id"], persons["person_id"]))
    lived = np.datetime64(day, "D") - births.to_numpy().astype("datetime64[D]")
    ages = (lived.astype(np.int64) / 365.25).astype(np.int64)
    return Members(table["person_id"].to_numpy(), table["household_id"].to_numpy(), ages)


def listed(values: Any) -> pa.Array:
    return values if isinstance(values, pa.Array) else pa.array(values, type=pa.string())


def is_among(values: Sequence[Any] | NDArray[Any] | pa.Array, others: Any) -> NDArray[np.bool_]:
    """Which of the values stand among the others."""
    return pc.is_in(listed(values), value_set=listed(others)).to_numpy(zero_copy_only=False)


def blocks(loads: Ints) -> Ints:
    """Which owner each unit belongs to: `blocks([2, 1])` is 0, 0, 1."""
    return np.repeat(np.arange(loads.size), loads)
