"""What-if over a folder (试算结果): who changes, how many, what it costs, who stands near the line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.compiling.whatif import ALT, WhatIf
from mingbai.engine.model.pack import Rule
from mingbai.engine.model.values import Kind
from mingbai.engine.running import run
from mingbai.screening.result import STATES
from mingbai.screening.states import RuleStates, indices, states_of
from mingbai.tables import Intake

NEAREST = 10


@dataclass(frozen=True, slots=True)
class Move:
    """How many rows go from one state to another under a rule (状态变化), and which."""

    rule: Rule
    before: str
    after: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """A sum of money before and after (金额变化), in the smallest unit, over the rows known on both sides.

    Where one side is known of no row (no line was published before), that side is None, and the other is the
    sum of all its rows. `unknown` counts the rows that are in neither sum.
    """

    rule: Rule
    before: int | None
    after: int | None
    unknown: int

    @property
    def difference(self) -> int | None:
        """What more it costs; None where one side is unknown."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class Near:
    """A household near the line (线旁户): its number and how far it is from the tried value."""

    key: str
    name: str
    value: int
    distance: int


@dataclass(frozen=True)
class WhatIfResult:
    """A finished trial (试算结果)."""

    whatif: WhatIf
    households: int
    moves: tuple[Move, ...]
    costs: tuple[Cost, ...]
    below: tuple[Near, ...]
    above: tuple[Near, ...]
    line: tuple[str, str] | None  # number compared, parameter


def try_out(whatif: WhatIf, intake: Intake) -> WhatIfResult:
    """Evaluate both twins in one run and compare them."""
    program = whatif.program
    top = program.pack.top
    wanted = [top.id] + [
        entity.id
        for entity in program.pack.entities.values()
        if entity.parent and entity.key and program.outputs_of(entity.id)
    ]
    results = run(program, intake.tables, entities=wanted)
    moves: list[Move] = []
    costs: list[Cost] = []
    for name in whatif.reached:
        rule = program.rule(name)
        if rule.entity not in results:
            continue
        if rule.type.kind is Kind.BOOL and rule.role is not None:
            keys = results[rule.entity].column(program.pack.entities[rule.entity].key or "")
            before, after = (states_of(program, results, twin) for twin in (name, f"{name}{ALT}"))
            moves.extend(_moves(rule, before, after, keys))
        elif rule.cost and rule.type.money and rule.entity == top.id:
            costs.append(cost_of(rule, results[top.id], name))
    line = next(iter(whatif.lines.values()), None)
    below, above = _near(whatif, line, results, intake) if line else ((), ())
    size = results[top.id].num_rows
    return WhatIfResult(whatif, size, tuple(moves), tuple(costs), below, above, line)


def _moves(
    rule: Rule, before: RuleStates, after: RuleStates, keys: pa.ChunkedArray
) -> Iterator[Move]:
    masks = [
        {"met": s.good, "unmet": s.bad, "unknown": s.unknown, "not_applicable": s.not_applicable}
        for s in (before, after)
    ]
    for old in STATES:
        for new in STATES:
            if old == new:
                continue
            rows = indices(pc.and_(masks[0][old], masks[1][new]))
            if rows:
                yield Move(rule, old, new, tuple(keys.take(pa.array(rows)).to_pylist()))


def cost_of(rule: Rule, table: pa.Table, name: str) -> Cost:
    """The sums of a money rule and of its twin."""
    sides = [table.column(one) for one in (name, f"{name}{ALT}")]
    known = [pc.is_valid(one) for one in sides if one.null_count < len(one)]
    counted = reduce(pc.and_, known) if known else pc.is_valid(sides[0])
    sums = [pc.sum(one.filter(counted)).as_py() for one in sides]
    return Cost(rule, sums[0], sums[1], table.num_rows - (pc.sum(counted).as_py() or 0))


def _near(
    whatif: WhatIf, line: tuple[str, str], results: dict[str, pa.Table], intake: Intake
) -> tuple[tuple[Near, ...], tuple[Near, ...]]:
    """The households nearest to the tried value, below it and from it upwards."""
    program, top = whatif.program, whatif.program.pack.top
    trial = next(item for item in whatif.trials if item.name == line[1])
    rule = program.rule(line[0])
    if rule.entity != top.id or not isinstance(trial.value, int):
        return (), ()
    table, source = results[top.id], intake.tables[top.id]
    scale = program.pack.parameters[line[1]].type.scale
    target = trial.value * 10**rule.type.scale // 10**scale
    distance = pc.subtract(table.column(line[0]), target)
    keys = table.column(top.key or "")
    names = dict(zip(*(_column(source, name) for name in (top.key, top.name)), strict=True))

    def side(mask: Any, order: str) -> tuple[Near, ...]:
        picked = pa.table({"key": keys, "value": table.column(line[0]), "distance": distance})
        rows = picked.filter(mask).sort_by([("distance", order), ("key", "ascending")])
        return tuple(
            Near(row["key"], names.get(row["key"]) or "", row["value"], row["distance"])
            for row in rows.slice(0, NEAREST).to_pylist()
        )

    inside = pa.array([True] * table.num_rows)
    if trial.region and top.region:
        codes = dict(zip(*(_column(source, name) for name in (top.key, top.region)), strict=True))
        inside = pa.array([(codes.get(key.as_py()) or "").startswith(trial.region) for key in keys])
    low = pc.and_(pc.less(distance, 0), inside)
    return side(low, "descending"), side(
        pc.and_(pc.greater_equal(distance, 0), inside), "ascending"
    )


def _column(table: pa.Table, name: str | None) -> list[Any]:
    return table.column(name).to_pylist() if name else [""] * table.num_rows
