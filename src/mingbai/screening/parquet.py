"""households.parquet (逐户结果): one row a household, readable without knowing the engine.

States are words; numbers are integers in the pack's smallest unit with their scale in the field's
metadata; a bound stands beside a number where it can be unknown. The schema carries pack and day.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mingbai.engine.model.values import Kind
from mingbai.screening.result import Screening
from mingbai.screening.states import RuleStates, states_of


def write_households(screening: Screening, path: Path) -> None:
    """Write the states of every household."""
    pq.write_table(households_table(screening), path, compression="zstd")


def households_table(screening: Screening) -> pa.Table:
    """The states of every household as a table: key, name, places, then each rule."""
    program, top = screening.program, screening.program.pack.top
    source, result = screening.intake.tables[top.id], screening.results[top.id]
    columns: list[tuple[pa.Field, pa.ChunkedArray]] = [
        (pa.field(name, pa.string()), source.column(name))
        for name in dict.fromkeys([top.key, top.name, *top.places])
        if name
    ]
    for name in program.outputs_of(top.id):
        rule = program.rule(name)
        if rule.type.kind is Kind.BOOL:
            states = states_of(program, dict(screening.results), name)
            words = _words(states, as_role=rule.role is not None)
            columns.append((pa.field(name, pa.string(), metadata={"label": rule.label.zh}), words))
        else:
            meta = {"label": rule.label.zh, "scale": str(rule.type.scale)}
            for column in (name, f"{name}@lo", f"{name}@hi"):
                if column in result.column_names:
                    values = result.column(column)
                    columns.append((pa.field(column, values.type, metadata=meta), values))
        if f"{name}@reasons" in result.column_names:
            values = result.column(f"{name}@reasons")
            columns.append((pa.field(f"{name}@reasons", values.type), values))
    schema = pa.schema([field for field, _ in columns], metadata=_metadata(screening))
    return pa.table([values for _, values in columns], schema=schema)


def _words(states: RuleStates, *, as_role: bool) -> pa.ChunkedArray:
    """met/unmet for rules with a role, true/false for steps; unknown and not_applicable for both."""
    good, bad = ("met", "unmet") if as_role else ("true", "false")
    if not as_role and not states.rule.met_when:
        good, bad = bad, good
    rest = pc.if_else(states.not_applicable, "not_applicable", "unknown")
    return pc.if_else(states.good, good, pc.if_else(states.bad, bad, rest))


def _metadata(screening: Screening) -> dict[str, str]:
    pack = screening.program.pack
    return {
        "pack": pack.id,
        "pack_version": pack.version,
        "pack_hash": pack.hash,
        "as_of": screening.program.as_of.isoformat(),
    }
