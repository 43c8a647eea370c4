"""Make rows for the facts of any pack: types, code lists and ranges come from its fact dictionary.

Used for policies/cn. Values are drawn without knowing what they mean, so the shares that come out mean
nothing either: it is the cost of evaluating them that is measured.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.generate import Draw, days_before, draw_sizes, texts, write_table
from benchmarks.work import AS_OF
from mingbai.engine.loading import load_pack
from mingbai.engine.model.values import Kind

# Rows of an entity below for each row of its parent, where the pack does not say.
ROWS_EACH = {"bill": 0.5, "benefit": 0.4, "enrolment": 0.25, "measure": 0.7, "incident": 0.1}
NOT_NAMED = 0.3
UNKNOWN_MAXIMUM = 400
FIRST_KEY = 100_000_000_000


def regions_of(pack: Any) -> list[str]:
    """Division codes under each region that a parameter names, so that each value is used."""
    named = {value.region for item in pack.parameters.values() for value in item.values}
    return [name.ljust(12, "0") for name in sorted(named | {"530000"}) if name]


def draw_fact(draw: Draw, fact: Any, pack: Any, regions: list[str]) -> Any:
    kind = fact.type
    if kind.kind is Kind.BOOL:
        return draw.flag(0.5)
    if kind.kind is Kind.CODE:
        codes = list(pack.codes[kind.codes])
        positions = draw.rng.integers(0, len(codes), draw.rows).astype(np.int8)
        return pa.DictionaryArray.from_arrays(
            pa.array(positions, mask=draw.mask()), pa.array(codes)
        )
    if kind.kind is Kind.DATE:
        back = 85 * 365 if fact.fixed or "birth" in fact.id else 3 * 365
        return days_before(AS_OF, draw.rng.integers(0, back, draw.rows), draw.mask())
    if kind.kind is Kind.TEXT:
        names = regions if fact.id == pack.top.region else [str(n) for n in range(500)]
        positions = draw.rng.integers(0, len(names), draw.rows).astype(np.int16)
        mask = None if fact.id == pack.top.region else draw.mask()
        return pa.DictionaryArray.from_arrays(pa.array(positions, mask=mask), pa.array(names))
    if kind.money:
        return draw.column(np.maximum(draw.money(0.6, 4000), fact.minimum or 0))
    most = fact.maximum if fact.maximum is not None else UNKNOWN_MAXIMUM * 10**kind.scale
    return draw.column(draw.whole(fact.minimum or 0, most))


def make_tables(pack: Any, persons: int, seed: int) -> dict[str, pa.Table]:
    """A table for each entity, ordered by its parent."""
    rng = np.random.Generator(np.random.SFC64(seed))
    regions = regions_of(pack)
    keys: dict[str, np.ndarray] = {}
    tables: dict[str, pa.Table] = {}
    for entity in sorted(pack.entities.values(), key=lambda item: len(pack.above(item.id))):
        links = None
        if entity.parent is None:
            sizes = draw_sizes(rng, persons)
            rows = len(sizes)
        else:
            above = keys[entity.parent]
            each = sizes if entity.relation == "members" else None
            if each is None:
                each = rng.poisson(ROWS_EACH.get(entity.id, NOT_NAMED), len(above))
            links = np.repeat(above, each)
            rows = len(links)
        keys[entity.id] = np.arange(rows, dtype=np.int64) + FIRST_KEY * (len(keys) + 1)
        draw = Draw(rng, rows, nulls=True)
        columns: dict[str, Any] = {}
        if entity.key:
            columns[entity.key] = texts(keys[entity.id])
        if entity.link and links is not None:
            columns[entity.link] = texts(links)
        for fact in pack.facts.get(entity.id, {}).values():
            if fact.id not in columns:
                columns[fact.id] = draw_fact(draw, fact, pack, regions)
        tables[entity.id] = pa.table(columns)
    return tables


def write_tables(name: str, persons: int, seed: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for entity, table in make_tables(load_pack(name, with_cases=False), persons, seed).items():
        write_table(table, folder / f"{entity}.parquet")


if __name__ == "__main__":
    write_tables(sys.argv[1], 1_000_000, 6, Path(sys.argv[2]))
