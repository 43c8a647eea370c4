"""What the pack wants to know: the shape of the tables that reading gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa

_ARROW = {
    "bool": pa.bool_(),
    "int": pa.int64(),
    "decimal": pa.int64(),
    "money": pa.int64(),
    "date": pa.date32(),
    "code": pa.string(),
    "text": pa.string(),
}


@dataclass(frozen=True)
class Column:
    """A fact (事实) as a column: its type, its range in kept units, and what people call it."""

    name: str
    type: str
    scale: int = 0
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    minimum: int | None = None
    maximum: int | None = None
    labels: tuple[str, ...] = ()
    judge: bool = False

    @property
    def arrow(self) -> pa.DataType:
        return _ARROW[self.type]

    def show(self, value: object) -> str:
        """A kept value as people write it: 870000 fen is 8700, exited is 脱贫户."""
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, int) and self.scale:
            return f"{Decimal(value).scaleb(-self.scale):f}"
        if self.type == "code":
            return next(iter(self.codes.get(str(value), ())), str(value))
        return str(value)


@dataclass(frozen=True)
class Table:
    """An entity (实体): household, person or a dated record, and how its rows are tied together."""

    entity: str
    key: str | None
    link: str | None
    parent: str | None
    columns: tuple[Column, ...]
    name: str | None = None
    label_zh: str = ""
    label_en: str = ""

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    @property
    def arrow(self) -> pa.Schema:
        """The typed columns of the result: key, link, facts, and where the row stood."""
        fields = [pa.field(name, pa.string()) for name in (self.key, self.link) if name]
        known = {one.name for one in fields}
        fields += [pa.field(c.name, c.arrow) for c in self.columns if c.name not in known]
        places = [("_file", pa.string()), ("_sheet", pa.string()), ("_row", pa.int32())]
        return pa.schema(fields + [pa.field(name, kind) for name, kind in places])


@dataclass(frozen=True)
class Schema:
    """All entities of a pack, the top one (户) first and each after its parent."""

    tables: tuple[Table, ...]

    def table(self, entity: str) -> Table | None:
        return next((table for table in self.tables if table.entity == entity), None)

    def children(self, entity: str) -> tuple[Table, ...]:
        return tuple(table for table in self.tables if table.parent == entity)
