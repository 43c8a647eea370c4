"""One row from several lists (多表合并): the first list leads, others fill what it leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.marks import BATCH, KEY, LINK, POSITION

_OWN = (KEY, BATCH, POSITION)


@dataclass(frozen=True)
class Conflict:
    """A row of the second list that says something else than the first in some columns."""

    place: int
    base_place: int
    facts: tuple[str, ...]


@dataclass
class Merged:
    """The merged table, what disagreed, and the places of second rows nobody else has."""

    table: pa.Table
    conflicts: list[Conflict]
    alone: list[int]


@dataclass
class Part:
    """One list as it came, to tell where a merged fact was said first."""

    table: pa.Table
    _places: dict[str, int] = field(default_factory=dict)

    def says(self, key: str, fact: str) -> tuple[int, int] | None:
        """Batch and row in it where this list gives the fact of that key; none if it does not."""
        if fact not in self.table.column_names:
            return None
        if not self._places:
            self._places.update((one, at) for at, one in enumerate(self.table[KEY].to_pylist()))
        place = self._places.get(key)
        if place is None or not self.table[fact][place].is_valid:
            return None
        return self.table[BATCH][place].as_py(), self.table[POSITION][place].as_py()


def merge(base: pa.Table, extra: pa.Table, *, append: bool) -> Merged:
    """Fill the open facts of `base` from `extra` by key; both have unique keys."""
    where = pc.index_in(base[KEY], value_set=extra[KEY].combine_chunks())
    known = pc.is_in(extra[KEY], value_set=base[KEY].combine_chunks())
    alone = pc.indices_nonzero(pc.invert(known)).to_pylist()
    table = base
    differing: dict[int, list[str]] = {}
    for name in extra.column_names:
        if name in _OWN:
            continue
        told = extra[name].take(where)
        if name not in base.column_names:
            table = table.append_column(name, told)
            continue
        mine = base[name]
        differs = pc.fill_null(pc.not_equal(mine, told), False)
        for place in pc.indices_nonzero(differs).to_pylist():
            differing.setdefault(place, []).append(name)
        place = table.column_names.index(name)
        table = table.set_column(place, name, pc.coalesce(mine, told))
    if append and alone:
        table = pa.concat_tables([table, extra.take(alone)], promote_options="default")
    places = where.combine_chunks() if isinstance(where, pa.ChunkedArray) else where
    return Merged(table, list(_conflicts(differing, places)), alone)


def _conflicts(differing: dict[int, list[str]], where: pa.Array) -> Iterator[Conflict]:
    for base_place, names in differing.items():
        facts = tuple(name for name in names if name != LINK)
        if facts:
            yield Conflict(where[base_place].as_py(), base_place, facts)
