"""What every step of the generator gets (生成环境): place, seed, day and the tables so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.demo.errors import PlaceError
from mingbai.demo.place import Place
from mingbai.demo.schema import TABLES


@dataclass(frozen=True)
class Village:
    """A village, community or farm with rural people, as valid on a day (村)."""

    code: str
    name: str
    township: str
    kind: str


@dataclass
class Context:
    """The place being built: `tables` is the register, `truth` what the application must not read."""

    place: Place
    seed: int
    until: date
    tables: dict[str, pa.Table] = field(default_factory=dict)
    truth: dict[str, pa.Table] = field(default_factory=dict)
    rural: frozenset[str] = frozenset()  # codes of the villages with rural people

    def rng(self, name: str) -> np.random.Generator:
        """One stream per name, so that a new draw in one step does not move the others."""
        return np.random.Generator(
            np.random.PCG64(np.random.SeedSequence([self.seed, crc32(name.encode())]))
        )

    def total(self, name: str) -> int:
        """A published figure in base units (persons, fen, hundredths of a mu …)."""
        found = self.place.totals.by_id.get(name)
        if found is None:
            raise PlaceError(f"没有公布数 {name}", f"no published total {name}")
        return found.in_base_units()

    def put(self, name: str, table: pa.Table) -> None:
        """Set a table of the register; its columns must be those of the schema."""
        self.tables[name] = fitted(name, table)

    def append(self, name: str, table: pa.Table) -> None:
        """Add rows to a table of the register."""
        more = fitted(name, table)
        known = self.tables.get(name)
        self.tables[name] = more if known is None else pa.concat_tables([known, more])

    def column(self, table: str, name: str) -> np.ndarray[Any, Any]:
        return np.asarray(self.tables[table][name].to_numpy(zero_copy_only=False))

    def villages(self, day: date) -> list[Village]:
        """The villages with rural people on a day, in code order (有农村人口的村)."""
        rows = valid_on(self.tables["divisions"], day)
        return [
            Village(row["code"], row["name"], row["parent"], row["kind"])
            for row in sorted(rows.to_pylist(), key=lambda row: row["code"])
            if row["code"] in self.rural
        ]


def fitted(name: str, table: pa.Table) -> pa.Table:
    """The table with the schema's columns in the schema's order and types."""
    schema = TABLES.get(name)
    if schema is None:
        raise PlaceError(f"没有表 {name}", f"there is no table {name}")
    if set(table.column_names) != set(schema.names):
        odd = ", ".join(sorted(set(table.column_names) ^ set(schema.names)))
        raise PlaceError(f"表 {name} 的列不符：{odd}", f"columns of table {name} do not fit: {odd}")
    return table.select(schema.names).cast(schema)


def valid_on(table: pa.Table, day: date) -> pa.Table:
    """The rows that hold on a day: from `from_date` (included) to `to_date` (excluded)."""
    at = pa.scalar(day, pa.date32())
    begun = pc.less_equal(table["from_date"], at)
    open_ = pc.fill_null(pc.greater(table["to_date"], at), True)  # no end: still
    return table.filter(pc.and_(pc.fill_null(begun, True), open_))
