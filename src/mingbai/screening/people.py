"""Rows below a household (户下各行): whom a missing fact is about, and how many live there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.model.pack import Entity, Pack


class Below:
    """Finds the household and the name for rows of any entity below (上溯到户)."""

    def __init__(self, pack: Pack, tables: Mapping[str, pa.Table], results: Mapping[str, pa.Table]):
        self.pack, self.tables, self.results = pack, tables, results
        self._owners: dict[str, dict[str, tuple[str, str]]] = {}
        self._places: dict[str, list[tuple[str, str]]] = {}

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Number of rows of the first entity below, by household."""
        children = self.pack.below(self.pack.top.id)
        if not children or children[0].id not in self.tables:
            return {}
        table = self.tables[children[0].id]
        counted = pc.value_counts(table.column(children[0].link or ""))
        return {item["values"]: item["counts"] for item in counted.to_pylist()}

    def owners(self, entity: str) -> dict[str, tuple[str, str]]:
        """Key of a row → (household, name of the row)."""
        if entity not in self._owners:
            item = self.pack.entities[entity]
            table = self.tables[entity]
            keys = table.column(item.key or "").to_pylist()
            names = table.column(item.name).to_pylist() if item.name else [""] * len(keys)
            homes = [home for home, _ in self._located(item, table)]
            self._owners[entity] = {
                key: (home, name or "") for key, home, name in zip(keys, homes, names, strict=True)
            }
        return self._owners[entity]

    def located(self, entity: str) -> list[tuple[str, str]]:
        """For each row of an entity below: its household, and whom it is about."""
        if entity not in self._places:
            self._places[entity] = self._located(self.pack.entities[entity], self.tables[entity])
        return self._places[entity]

    def _located(self, entity: Entity, table: pa.Table) -> list[tuple[str, str]]:
        """For each row: its household, and the name of the person it belongs to (or its own)."""
        links = table.column(entity.link or "").to_pylist()
        parent = self.pack.entities[entity.parent or ""]
        if parent.parent is None:
            names = table.column(entity.name).to_pylist() if entity.name else [""] * len(links)
            return [(link or "", name or "") for link, name in zip(links, names, strict=True)]
        owners = self.owners(parent.id)
        return [owners.get(link, ("", "")) for link in links]

    def homes(self, entity: str) -> list[int]:
        """For each row of an entity below the position of its household; -1 when it has none."""
        top = self.pack.top
        keys = self.tables[top.id].column(top.key or "").to_pylist()
        position = {key: row for row, key in enumerate(keys)}
        return [position.get(home, -1) for home, _ in self.located(entity)]

    def missing(self, entity: str, fact: str) -> dict[str, list[str]]:
        """Household → names of the rows (or their persons) for which a fact is missing and applies."""
        item, table = self.pack.entities[entity], self.tables.get(entity)
        if table is None or fact not in table.column_names:
            return {}
        mask = pc.is_null(table.column(fact))
        result = self.results.get(entity)
        if result is not None and f"{fact}@na" in result.column_names:
            mask = pc.and_(mask, pc.invert(self._aligned(item, result, table, f"{fact}@na")))
        return self._grouped(item, table.filter(mask))

    def holding(self, entity: str, rule: str, value: bool) -> dict[str, list[str]]:
        """Household → names of the rows for which a rule came out as ``value``."""
        item, table, result = (
            self.pack.entities[entity],
            self.tables.get(entity),
            self.results.get(entity),
        )
        if table is None or result is None or rule not in result.column_names:
            return {}
        column = self._aligned(item, result, table, rule)
        same = column if value else pc.invert(column)
        return self._grouped(item, table.filter(pc.fill_null(same, False)))

    def _aligned(self, entity: Entity, result: pa.Table, table: pa.Table, column: str) -> pa.Array:
        """A column of the result in the order of the input rows."""
        order = pc.index_in(table.column(entity.key or ""), result.column(entity.key or ""))
        return result.column(column).take(order)

    def _grouped(self, entity: Entity, table: pa.Table) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for home, name in self._located(entity, table):
            names = found.setdefault(home, [])
            if name and name not in names:
                names.append(name)
        return found
