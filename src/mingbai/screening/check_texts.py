"""Texts of findings (核对提示的填写): the row's own values in the blanks, masked where they are private."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.model import values
from mingbai.engine.model.pack import BLANK, Pack, blanks_in
from mingbai.engine.model.values import Kind, Type, unscaled
from mingbai.tables.identity import masked
from mingbai.tables.texts import Text

_NOTHING = Text("空", "blank")


class Filler:
    """Fills texts for the rows with findings of one entity (填空)."""

    def __init__(
        self,
        pack: Pack,
        as_of: date,
        entity: str,
        rows: pa.Table,
        results: pa.Table,
        tables: Mapping[str, pa.Table],
    ) -> None:
        self.pack, self.as_of, self.entity = pack, as_of, entity
        self.rows, self.results, self.tables = rows, results, tables
        self._above: dict[str, pa.Table] = {}

    def fill(self, text: values.Text, places: list[int]) -> list[Text]:
        """The text for each of the rows at these places."""
        names = list(dict.fromkeys(blanks_in(text.zh)))
        if not names:
            return [Text(text.zh, text.en)] * len(places)
        columns = [self._texts(name, places) for name in names]
        known: dict[tuple[Text, ...], Text] = {}
        found = []
        for said in zip(*columns, strict=True):
            if said not in known:
                by_name = dict(zip(names, said, strict=True))
                known[said] = Text(*(_put(text.get(side), by_name, side) for side in ("zh", "en")))
            found.append(known[said])
        return found

    def shown(self, fact: str, places: list[int]) -> list[str | None]:
        """A fact of the rows themselves as people write it; ``None`` when it is blank."""
        if fact not in self.pack.facts.get(self.entity, {}):
            return [None] * len(places)
        return [None if one is _NOTHING else one.zh for one in self._texts(fact, places)]

    def _texts(self, name: str, places: list[int]) -> list[Text]:
        column, kind = self._column(name, places)
        show = self._shower(kind)
        known: dict[Any, Text] = {}
        return [
            known[value] if value in known else known.setdefault(value, show(value))
            for value in column
        ]

    def _column(self, name: str, places: list[int]) -> tuple[list[Any], Type]:
        """The values a name stands for, and their type."""
        take = pa.array(places, pa.int64())
        facts = self.pack.facts.get(self.entity, {})
        if name in facts:
            return self.rows.column(name).take(take).to_pylist(), facts[name].type
        head, _, rest = name.partition(".")
        if rest and head in self.pack.entities and rest in self.pack.facts.get(head, {}):
            column = self._at(head).column(rest).take(take).to_pylist()
            return column, self.pack.facts[head][rest].type
        if name in self.pack.parameters:
            return self._parameter(name, take)
        kind = next(rule.type for rule in self.pack.rules if rule.id == name)
        return self.results.column(name).take(take).to_pylist(), kind

    def _parameter(self, name: str, take: pa.Array) -> tuple[list[Any], Type]:
        """The value of a parameter in the region of each row."""
        parameter, top = self.pack.parameters[name], self.pack.top
        regions: list[str | None] = [None] * len(take)
        if top.region is not None and any(value.region for value in parameter.values):
            regions = self._at(top.id).column(top.region).take(take).to_pylist()
        known: dict[str | None, Any] = {}
        for region in set(regions):
            value = parameter.value_for(self.as_of, region)
            known[region] = value.value if value is not None else None
        return [known[region] for region in regions], parameter.type

    def _at(self, entity: str) -> pa.Table:
        """The rows of an entity above (or the rows themselves), one for each row."""
        if entity == self.entity:
            return self.rows
        if entity not in self._above:
            below, rows = self.pack.entities[self.entity], self.rows
            for above in self.pack.above(self.entity):
                table = self.tables[above.id]
                keys = table.column(above.key or "").combine_chunks()
                links = rows.column(below.link or "").combine_chunks()
                rows = table.take(pc.index_in(links, value_set=keys))
                self._above[above.id] = rows
                below = above
        return self._above[entity]

    def _shower(self, kind: Type) -> Callable[[Any], Text]:
        codes = self.pack.codes.get(kind.codes or "", {})

        def show(value: Any) -> Text:
            if value is None:
                return _NOTHING
            if isinstance(value, bool):
                return Text("是", "yes") if value else Text("否", "no")
            if kind.kind is Kind.CODE and value in codes:
                return Text(codes[value].zh, codes[value].en)
            if kind.kind is Kind.NUMBER:
                return Text(*[unscaled(value, kind.scale)] * 2)
            return Text(*[masked(str(value))] * 2)

        return show


def _put(text: str, said: Mapping[str, Text], side: str) -> str:
    return BLANK.sub(lambda match: getattr(said[match[1]], side), text)
