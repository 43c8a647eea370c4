"""The facts of the last evaluation, kept beside the database (留存快照), to try a parameter on in seconds.

Keys, places and facts as a snapshot holds them, never a name or a number of a person. A county's are some
12 MB; a division has one, that of its newest run. What is lost is made again by the next evaluation.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from mingbai.decisions.models import Run
from mingbai.decisions.requests import facts_read
from mingbai.decisions.snapshot import Snapshot
from mingbai.engine.compiling import Program
from mingbai.places.codes import range_of

Tables = dict[str, pa.Table]


def keep(run: Run, snapshot: Snapshot) -> None:
    """Write the tables of a run that is not recorded yet; `forget_others` when it is."""
    folder = _folder(run)
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    for name, table in snapshot.tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")


def forget_others(run: Run) -> None:
    """The tables of earlier runs over the same division, and of runs that were given up."""
    mine = _folder(run)
    for folder in mine.parent.iterdir():
        if folder != mine:
            shutil.rmtree(folder, ignore_errors=True)


def kept(run: Run, program: Program, division_code: str = "") -> Tables | None:
    """The tables of a run that a program reads, of a division; None where they are gone or lack a fact."""
    folder = _folder(run)
    top = program.pack.top
    try:
        tables = {
            name: pq.read_table(folder / f"{name}.parquet", memory_map=True)
            for name in program.lowered.plans
            if program.pack.entities[name].key or facts_read(program, program.pack.entities[name])
        }
    except FileNotFoundError:
        return None
    for name, table in tables.items():
        if set(facts_read(program, program.pack.entities[name])) - set(table.column_names):
            return None
    return _within(tables, program, top.id, division_code) if division_code else tables


def kept_sizes(run: Run, top: str) -> dict[str, int] | None:
    """Household key → persons, of the tables of a run; None where they are gone."""
    try:
        homes = pq.read_table(_folder(run) / "person.parquet", columns=[top]).column(top)
    except FileNotFoundError:
        return None
    counted = pc.value_counts(homes.combine_chunks())
    names, counts = counted.field("values"), counted.field("counts")
    return dict(zip(names.to_pylist(), counts.to_pylist(), strict=True))


def _within(tables: Tables, program: Program, top: str, division_code: str) -> Tables:
    """The households of a division, and what lies below them."""
    entities = program.pack.entities
    region, key = entities[top].region or "", entities[top].key or ""
    low, high = range_of(division_code)
    codes = tables[top].column(region)
    inside = pc.and_(pc.greater_equal(codes, low), pc.less_equal(codes, high))
    found = {top: tables[top].filter(inside)}
    while len(found) < len(tables):
        for name in tables.keys() - found.keys():
            entity = entities[name]
            if entity.parent in found:
                above = found[entity.parent].column(entities[entity.parent].key or key)
                rows = pc.is_in(tables[name].column(entity.link or key), value_set=pc.unique(above))
                found[name] = tables[name].filter(rows)
    return found


def _folder(run: Run) -> Path:
    base = Path(settings.MINGBAI_DATA) / "snapshots" / (run.division_code or "all")
    return base / f"{run.pk}-{run.snapshot_hash[:16]}"
