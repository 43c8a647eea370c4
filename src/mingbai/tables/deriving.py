"""Facts of a household that stand on its members' rows (户级字段): they must agree."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.marks import ABOVE, BATCH, KEY, LINK, POSITION
from mingbai.tables.schema import Table


@dataclass(frozen=True)
class Disagreement:
    """A household whose rows say different things: the deciding row, the facts, two values."""

    place: int
    key: str
    facts: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True)
class Derived:
    """The parents as their rows tell them, with the place of the row each was taken from."""

    table: pa.Table
    disagreements: list[Disagreement]


def derive(rows: pa.Table, decide: tuple[str, str] | None, parent: Table) -> Derived:
    """One parent per link value. Rows that agree give the value; else the deciding row does."""
    encoded = rows[LINK].combine_chunks().dictionary_encode()
    groups = encoded.indices
    keys = encoded.dictionary
    deciding = _deciding(rows, decide, groups, len(keys))
    first = _first(groups, pa.array(range(len(groups)), pa.int64()), len(keys))
    anchor = pc.coalesce(deciding, first)
    columns = {KEY: keys}
    found: dict[int, list[tuple[str, str]]] = {}
    for name in (name for name in rows.column_names if name.startswith(ABOVE)):
        fact = name.removeprefix(ABOVE)
        values, odd = _agreed(rows[name].combine_chunks(), groups, deciding, first)
        columns[fact] = values
        column = parent.column(fact)
        for group, pair in odd:
            said = " / ".join(column.show(one) if column else str(one) for one in pair)
            found.setdefault(group, []).append((fact, said))
    columns[BATCH] = rows[BATCH].combine_chunks().take(anchor)
    columns[POSITION] = rows[POSITION].combine_chunks().take(anchor)
    disagreements = [
        Disagreement(
            anchor[group].as_py(),
            keys[group].as_py(),
            tuple(fact for fact, _ in pairs),
            tuple(said for _, said in pairs),
        )
        for group, pairs in sorted(found.items())
    ]
    return Derived(pa.table(columns), disagreements)


def _first(groups: pa.Array, places: pa.Array, count: int) -> pa.Array:
    """The smallest place of each group; null for a group that has none."""
    pairs = pa.table({"group": groups, "place": places})
    found = pairs.group_by("group", use_threads=False).aggregate([("place", "min")])
    where = pc.index_in(
        pa.array(range(count), groups.type), value_set=found["group"].combine_chunks()
    )
    return found["place_min"].combine_chunks().take(where)


def _deciding(
    rows: pa.Table, decide: tuple[str, str] | None, groups: pa.Array, count: int
) -> pa.Array:
    """The place of the row that decides in each group (户主): null where there is none."""
    if decide is None or decide[0] not in rows.column_names:
        return pa.nulls(count, pa.int64())
    chosen = pc.fill_null(pc.equal(rows[decide[0]], decide[1]), False).combine_chunks()
    places = pa.array(range(len(groups)), pa.int64()).filter(chosen)
    return _first(groups.filter(chosen), places, count)


def _span(codes: pa.Array, groups: pa.Array, first: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The smallest and the largest code of each group; null where it has none.

    Nearly all groups say what their first row says: only the others are gathered.
    """
    lead = codes.take(first)
    same = pc.fill_null(pc.equal(codes, lead.take(groups)), False)
    other = pc.and_not(pc.is_valid(codes), same)
    asked = groups.filter(other).unique()
    if not len(asked):
        return lead, lead
    mine = pc.is_in(groups, value_set=asked)
    pairs = pa.table({"group": groups.filter(mine), "code": codes.filter(mine)})
    span = pairs.group_by("group", use_threads=False).aggregate([("code", "min"), ("code", "max")])
    where = pc.index_in(
        pa.array(range(len(first)), groups.type), value_set=span["group"].combine_chunks()
    )
    low, high = (
        pc.coalesce(span[name].combine_chunks().take(where), lead)
        for name in ("code_min", "code_max")
    )
    return low, high


def _agreed(
    values: pa.Array, groups: pa.Array, deciding: pa.Array, first: pa.Array
) -> tuple[pa.Array, list[tuple[int, tuple[object, object]]]]:
    """The value of each group, and the groups that disagree with two of the values they give."""
    encoded = values.dictionary_encode()
    low, high = _span(encoded.indices, groups, first)
    same = pc.fill_null(pc.equal(low, high), True)
    said = encoded.indices.take(deciding)
    chosen = pc.if_else(same, low, said)
    words = encoded.dictionary
    odd = [
        (group, (words[low[group].as_py()].as_py(), words[high[group].as_py()].as_py()))
        for group in pc.indices_nonzero(pc.invert(same)).to_pylist()
    ]
    return words.take(chosen), odd
