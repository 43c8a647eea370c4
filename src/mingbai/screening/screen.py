"""The main job (主流程): a folder of tables and a pack in, every household's states and tasks out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.compiling import Program, compile_pack
from mingbai.engine.model.pack import Pack
from mingbai.engine.model.values import Text
from mingbai.engine.running import complete_facts, run
from mingbai.screening.gaps import OpenMasks, gaps_of, lacks_of
from mingbai.screening.inputs import pack_for, read_input
from mingbai.screening.people import Below
from mingbai.screening.result import Confusion, Screening
from mingbai.screening.states import RuleStates, counts_of, role_rules, states_of
from mingbai.screening.tasks import TaskBuilder
from mingbai.tables import Intake
from mingbai.tables.reading import Progress


def screen(
    folder: Path,
    pack: Pack,
    as_of: date,
    progress: Progress | None = None,
    *,
    password: str | None = None,
) -> Screening:
    """Screen a folder of tables under a pack on a day.

    Raises ``PackError``, ``RunError`` or ``TablesError``, each with numbered faults.
    """
    compile_pack(pack, as_of, outputs=())  # a wrong pack is said before a county is read
    intake = read_input(folder, pack, progress, password=password)
    complete = complete_facts(pack, intake.tables)
    fitted = pack_for(pack, intake)
    program = compile_pack(fitted, as_of, reasons=True, causes=True, complete=complete)
    return screen_intake(program, intake, progress)


def screen_intake(program: Program, intake: Intake, progress: Progress | None = None) -> Screening:
    """Screen tables that are already read."""
    step = progress or (lambda name, done, total: None)
    pack, top = program.pack, program.pack.top.id
    step("evaluate", 0, 1)
    results = _aligned(program, intake, _evaluate(program, intake))
    states = list(role_rules(program, results))
    step("tasks", 0, 1)
    places, regions = _places(pack, intake)
    smallest = [place[-1] if place else "" for place in places]
    files = [name or "" for name in intake.tables[top].column("_file").to_pylist()]
    lacks = lacks_of(program, intake, files, smallest)
    below = Below(pack, intake.tables, results)
    masks = OpenMasks.of(program, states, results, below.homes)
    builder = TaskBuilder(program, below, lacks, files, places)
    tasks, asks = builder.build(intake.tables[top], results, states, masks)
    return Screening(
        program=program,
        intake=intake,
        results=results,
        counts={item.rule.id: counts_of(item) for item in states},
        tasks=tasks,
        asks=asks,
        gaps=gaps_of(masks, lacks, files, smallest, regions),
        confusions=_confusions(program, intake, results),
    )


def _evaluate(program: Program, intake: Intake) -> dict[str, pa.Table]:
    """Results of the household and of every entity below that has a key and rules."""
    wanted = [
        entity.id
        for entity in program.pack.entities.values()
        if entity.key and (entity.parent is None or program.outputs_of(entity.id))
    ]
    return run(program, intake.tables, entities=wanted)


def _aligned(program: Program, intake: Intake, results: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Results in the order of the input rows (a query may give them in another)."""
    ordered = {}
    for name, table in results.items():
        key = program.pack.entities[name].key or ""
        order = pc.index_in(intake.tables[name].column(key), table.column(key))
        ordered[name] = table.take(order)
    return ordered


def _places(pack: Pack, intake: Intake) -> tuple[list[tuple[str, ...]], list[tuple[str, str]]]:
    """For each household its places from large to small, and its region as (code, largest place)."""
    table = intake.tables[pack.top.id]
    columns = [table.column(name).to_pylist() for name in pack.top.places]
    rows = [tuple(value or "" for value in row) for row in zip(*columns, strict=True)]
    places = rows or [()] * table.num_rows
    codes = table.column(pack.top.region).to_pylist() if pack.top.region else [""] * table.num_rows
    largest = [place[0] if place else "" for place in places]
    return places, [(code or "", name) for code, name in zip(codes, largest, strict=True)]


@dataclass(frozen=True)
class _Labels:
    positive: pa.ChunkedArray
    missing: pa.ChunkedArray


def _confusions(
    program: Program, intake: Intake, results: Mapping[str, pa.Table]
) -> tuple[Confusion, ...]:
    found = []
    for item in program.pack.agreements:
        if item.rule not in program.bound.rules:
            continue
        states = states_of(program, dict(results), item.rule)
        column = intake.tables[program.pack.top.id].column(item.label)
        values = pa.array(list(item.positive), pa.string())
        labels = _Labels(pc.is_in(column, values), pc.is_null(column))
        found.append(_confusion(item.title, item.label, states, labels))
    return tuple(found)


def _confusion(title: Text, label: str, states: RuleStates, labels: _Labels) -> Confusion:
    known = pc.invert(pc.or_(pc.is_null(states.value), labels.missing))
    true = pc.fill_null(states.value, False)

    def count(*masks: pa.ChunkedArray) -> int:
        joined = known
        for mask in masks:
            joined = pc.and_(joined, mask)
        return int(pc.sum(joined).as_py() or 0)

    return Confusion(
        title=title,
        rule=states.rule,
        label=label,
        both=count(true, labels.positive),
        only_rule=count(true, pc.invert(labels.positive)),
        only_label=count(pc.invert(true), labels.positive),
        neither=count(pc.invert(true), pc.invert(labels.positive)),
        undecided=int(pc.sum(pc.invert(known)).as_py() or 0),
    )


__all__ = ["screen", "screen_intake"]
