"""What the register holds now (登记现状), in blocks: keys, numbers, names, records of a topic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import models
from django.db.models import Q, QuerySet

from mingbai.audit.writing import lots
from mingbai.households.closing import keys
from mingbai.households.models import Household, HouseholdLife, Identity, Membership, Person
from mingbai.households.topics import TOPICS, Topic

#: Subjects of one query where they lie close together, and keys of an IN list where they do not.
BLOCK, IN_LIST = 20_000, 2_000
#: How much wider than its subjects a block of keys may be and still be read as a range.
_SPREAD = 4


@dataclass(frozen=True)
class Standing:
    """Households and persons of the register on a day (登记现状): keys beside the offices' numbers.

    `households`: id, number. `persons`: id, number, household (number), relation, name, id_number (plain).
    `doubtful` are numbers that stand for more than one; nothing is matched by them.
    """

    households: pa.Table
    persons: pa.Table
    doubtful_households: frozenset[str]
    doubtful_persons: frozenset[str]
    resting: frozenset[str]  # numbers of households that are there but do not live on the day

    @property
    def empty(self) -> bool:
        return self.households.num_rows == 0


_HOUSEHOLDS = pa.schema([("id", pa.int64()), ("number", pa.string())])
_PERSONS = pa.schema(
    [
        ("id", pa.int64()), ("number", pa.string()), ("household", pa.string()),
        ("relation", pa.string()), ("name", pa.string()), ("id_number", pa.string()),
    ]
)  # fmt: skip


def standing_on(day: date) -> Standing:
    """Everybody of the register on a day. Four passes over tables, nothing a row."""
    every, households = _households(day)
    persons = Person.objects.recorded().values_list("id", "number")
    people = _table(persons, ("id", "number"), _PERSONS)
    homes = _joined(_memberships(day), "household_id", households, "id", "number", "household")
    for name in ("household", "relation"):
        people = _looked_up(people, homes, "person_id", name)
    named = _names(day)
    for name in ("name", "id_number"):
        people = _looked_up(people, named, "person_id", name)
    people = people.select(_PERSONS.names).cast(_PERSONS)
    alive = pc.is_in(every["number"], value_set=households["number"].combine_chunks())
    resting = frozenset(every.filter(pc.invert(alive))["number"].to_pylist())
    return Standing(households, people, _twice(every), _twice(people), resting)


def _households(day: date) -> tuple[pa.Table, pa.Table]:
    lives = HouseholdLife.objects.recorded().on(day).values_list("household_id")
    alive = pa.array([key for (key,) in lives.iterator(chunk_size=10_000)], pa.int64())
    found = _table(
        Household.objects.recorded().values_list("id", "number"), ("id", "number"), _HOUSEHOLDS
    )
    return found, found.filter(pc.is_in(found["id"], value_set=alive))


def _memberships(day: date) -> pa.Table:
    rows = Membership.objects.recorded().on(day).order_by("valid_from", "id")
    shape = pa.schema(
        [("person_id", pa.int64()), ("household_id", pa.int64()), ("relation", pa.string())]
    )
    return _table(rows.values_list(*shape.names), shape.names, shape)


def _names(day: date) -> pa.Table:
    """Names and plain ID numbers; the numbers leave the database only into this process."""
    rows = Identity.objects.recorded().on(day).values_list("person_id", "name", "id_number")
    decrypt, purpose = keys().decrypt, TOPICS["identity"].purpose("id_number")
    found: list[list[Any]] = [[], [], []]
    for person, name, closed in rows.iterator(chunk_size=10_000):
        found[0].append(person)
        found[1].append(name or None)
        found[2].append(decrypt(closed, purpose) if closed is not None else None)
    kinds = (pa.int64(), pa.string(), pa.string())
    columns = [pa.array(values, kind) for values, kind in zip(found, kinds, strict=True)]
    return pa.table(columns, names=["person_id", "name", "id_number"])


def _table(rows: QuerySet[Any, Any], names: Sequence[str], shape: pa.Schema) -> pa.Table:
    fields = [shape.field(name) for name in names]
    columns: list[list[Any]] = [[] for _ in fields]
    for row in rows.iterator(chunk_size=10_000):
        for values, value in zip(columns, row, strict=True):
            values.append(value)
    arrays = [pa.array(values, one.type) for values, one in zip(columns, fields, strict=True)]
    return pa.table(arrays, schema=pa.schema(fields))


def _looked_up(table: pa.Table, other: pa.Table, key: str, name: str) -> pa.Table:
    """A column of another table beside the rows it belongs to, by their id."""
    where = pc.index_in(table["id"], value_set=other[key].combine_chunks())
    return table.append_column(name, other[name].take(where))


def _joined(
    table: pa.Table, key: str, other: pa.Table, other_key: str, name: str, called: str
) -> pa.Table:
    where = pc.index_in(table[key], value_set=other[other_key].combine_chunks())
    return table.append_column(called, other[name].take(where))


def _twice(table: pa.Table) -> frozenset[str]:
    counts = pc.value_counts(table["number"].combine_chunks())
    return frozenset(
        counts.field("values").filter(pc.greater(counts.field("counts"), 1)).to_pylist()
    )


def standing_rows(
    model: type[models.Model], column: str, subjects: Sequence[int], starts: date, ends: date | None
) -> Iterator[Any]:
    """Querysets of the rows that stand and reach into a period, for subjects in blocks.

    Each is to be read whole before the next: no cursor stays open over a slice that is written.
    """
    rows = model.objects.recorded().filter(Q(valid_to=None) | Q(valid_to__gt=starts))
    if ends is not None:
        rows = rows.filter(valid_from__lt=ends)
    for block in lots(sorted(set(subjects)), BLOCK):
        low, high = block[0], block[-1]
        if high - low < _SPREAD * len(block) + IN_LIST:
            yield rows.filter(**{f"{column}__gte": low, f"{column}__lte": high})
            continue
        for few in lots(block, IN_LIST):
            yield rows.filter(**{f"{column}__in": few})


def known_tables(standing: Standing) -> dict[str, pa.Table]:
    """Households and persons as the table reader wants to know them; doubtful numbers left out."""
    persons = _without(standing.persons, standing.doubtful_persons)
    return {
        "household": pa.table({"household_id": standing.households["number"]}),
        "person": pa.table(
            {
                "person_id": persons["number"],
                "household_id": persons["household"],
                "name": persons["name"],
                "id_number": persons["id_number"],
            }
        ),
    }


def _without(table: pa.Table, numbers: frozenset[str]) -> pa.Table:
    if not numbers:
        return table
    bad = pc.is_in(table["number"], value_set=pa.array(sorted(numbers), pa.string()))
    return table.filter(pc.invert(bad))


def open_values(topic: Topic, column: str, values: Sequence[Any]) -> list[Any]:
    """Stored values of a column as people read them."""
    if column not in topic.encrypted:
        return list(values)
    decrypt, purpose = keys().decrypt, topic.purpose(column)
    return [None if one is None else decrypt(one, purpose) for one in values]
