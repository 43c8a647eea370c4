"""Rows of the input by what people call them (名册): head, place and number of each household."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.model.pack import Entity
from mingbai.screening.result import Screening

_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A household in a list, and the member it is about, if it is a list of members."""

    key: str
    name: str
    places: tuple[str, ...]
    member: str = ""


class Register:
    """The rows of an entity (名册), in the order of the results."""

    def __init__(self, screening: Screening, entity: str) -> None:
        self.screening = screening
        self.pack = screening.program.pack
        self.entity: Entity = self.pack.entities[entity]
        self.is_top = self.entity.parent is None
        self.rows: int = screening.results[entity].num_rows

    def all(self) -> Iterator[Cell]:
        """Every row, a part at a time."""
        for start in range(0, self.rows, _AT_ONCE):
            yield from self.cells(range(start, min(start + _AT_ONCE, self.rows)))

    def cells(self, rows: Sequence[int]) -> list[Cell]:
        """Some rows, by their position."""
        table = self.screening.intake.tables[self.entity.id]
        chosen = table.take(pa.array(list(rows), pa.int64()))
        homes, members = chosen, [""] * len(rows)
        entity = self.entity
        if not self.is_top:
            members = _texts(chosen, entity.name or entity.key)
        while entity.parent is not None:
            above = self.pack.entities[entity.parent]
            homes = self._above(homes, entity, above)
            entity = above
        keys, names = _texts(homes, entity.key), _texts(homes, entity.name)
        places = [_texts(homes, name) for name in entity.places]
        return [
            Cell(keys[n], names[n], tuple(column[n] for column in places), members[n])
            for n in range(len(rows))
        ]

    def _above(self, rows: pa.Table, entity: Entity, above: Entity) -> pa.Table:
        table = self.screening.intake.tables[above.id]
        found = pc.index_in(rows.column(entity.link or ""), table.column(above.key or ""))
        return table.take(found)


def _texts(table: pa.Table, name: str | None) -> list[str]:
    if name is None or name not in table.column_names:
        return [""] * table.num_rows
    return [str(value) if value is not None else "" for value in table.column(name).to_pylist()]
