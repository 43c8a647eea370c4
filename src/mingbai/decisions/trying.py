"""Trying a parameter on the register (登记簿试算): who would stand otherwise, and where; nothing is changed.

The facts are those of the last evaluation, so that both sides are of the same moment. Behaviour is not
simulated: who is given less does not work more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.decisions.kept_snapshots import kept, kept_sizes
from mingbai.decisions.models import Run
from mingbai.decisions.programs import with_lacking
from mingbai.decisions.requests import Scope
from mingbai.decisions.snapshot import take_snapshot
from mingbai.decisions.versions import pack_of
from mingbai.decisions.wording import restricted_rules
from mingbai.engine.compiling.whatif import ALT, Trial, WhatIf, compile_whatif
from mingbai.engine.model.pack import Role, Rule
from mingbai.engine.model.values import Kind
from mingbai.engine.running import run as run_program
from mingbai.screening.states import RuleStates, states_of
from mingbai.screening.whatif import Cost, cost_of

STATES = ("met", "unmet", "unknown", "not_applicable")
#: Bins of the distribution around the two values of a line.
BINS = 40


@dataclass(frozen=True)
class Shift:
    """Households that go from one state to another under a rule (状态变化)."""

    rule: Rule
    before: str
    after: str
    households: npt.NDArray[np.int64]  # keys, ascending
    persons: int | None  # not known where the facts are no longer kept
    by_village: Mapping[str, int]


@dataclass(frozen=True)
class Bins:
    """How many households have which amount (分布): edges in the unit of the rule, counts between them."""

    rule: Rule
    parameter: str
    edges: tuple[int, ...]
    counts: tuple[int, ...]
    without: int  # households whose amount is not known


@dataclass(frozen=True)
class Tried:
    """A finished trial (试算结果)."""

    whatif: WhatIf
    as_of: date
    households: int
    shifts: tuple[Shift, ...]
    about_others: tuple[Rule, ...]  # rules about members or records that the parameter reaches
    costs: tuple[Cost, ...]
    still_unknown: int  # households that stay unknown under the first rule that compares
    bins: Bins | None
    from_kept: bool  # the facts of the evaluation, not read again


def try_parameters(
    run: Run, trials: Sequence[Trial], *, division_code: str = "", health: bool = False
) -> Tried:
    """What other values of parameters would change, on the facts of a run, in a division.

    `health`: rules that rest on restricted facts are told too. Raises ``PackError`` and ``RunError``.
    """
    pack = pack_of(run)
    whatif = compile_whatif(with_lacking(pack, run.not_recorded), run.as_of, tuple(trials))
    closed = frozenset() if health else restricted_rules(run.pack, pack.hash, run.as_of)
    program, top = whatif.program, whatif.program.pack.top
    tables = kept(run, program, division_code)
    found = tables or take_snapshot(program, Scope(run.as_of, division_code)).tables
    results = run_program(program, found, entities=[top.id])
    told = [program.rule(name) for name in whatif.reached if name not in closed]
    mine = [rule for rule in told if rule.entity == top.id and rule.role not in (None, Role.CHECK)]
    at = _At(
        results[top.id].column(top.key or ""), found[top.id], top.key or "", top.region or "",
        kept_sizes(run, top.key or ""),
    )  # fmt: skip
    states = {
        rule.id: (
            states_of(program, results, rule.id),
            states_of(program, results, f"{rule.id}{ALT}"),
        )
        for rule in mine
        if rule.type.kind is Kind.BOOL
    }
    shifts = [
        one for rule in mine if rule.id in states for one in _shifts(rule, *states[rule.id], at)
    ]
    line = next((name for name in whatif.lines if name in states), None)
    return Tried(
        whatif, run.as_of, results[top.id].num_rows, tuple(shifts),
        tuple(rule for rule in told if rule.entity != top.id and rule.role is not None),
        tuple(
            cost_of(rule, results[top.id], rule.id) for rule in told
            if rule.cost and rule.type.money and rule.entity == top.id
        ),
        _both_unknown(*states[line]) if line else 0,
        _bins(whatif, line, results[top.id]) if line else None, tables is not None,
    )  # fmt: skip


@dataclass(frozen=True)
class _At:
    """Where the rows of a result live and how many persons they are (各户位置与人数)."""

    keys: pa.ChunkedArray
    homes: pa.Table
    key: str
    region: str
    sizes: Mapping[str, int] | None

    def shift(self, rule: Rule, before: str, after: str, mask: pa.ChunkedArray) -> Shift | None:
        """The rows of a mask; none for nobody."""
        keys = self.keys.filter(mask)
        if not len(keys):
            return None
        homes = self.homes.filter(pc.is_in(self.homes.column(self.key), value_set=pc.unique(keys)))
        counted = pc.value_counts(homes.column(self.region).combine_chunks())
        villages = {one["values"].as_py() or "": one["counts"].as_py() for one in counted}
        named = keys.to_pylist()
        ids = np.sort(np.array(named, dtype=np.int64))
        sizes = self.sizes
        persons = None if sizes is None else sum(sizes.get(one, 0) for one in named)
        return Shift(rule, before, after, ids, persons, villages)


def _shifts(rule: Rule, before: RuleStates, after: RuleStates, at: _At) -> list[Shift]:
    masks = [
        dict(zip(STATES, (one.good, one.bad, one.unknown, one.not_applicable), strict=True))
        for one in (before, after)
    ]
    pairs = [(old, new) for old in STATES for new in STATES if old != new]
    found = [at.shift(rule, old, new, pc.and_(masks[0][old], masks[1][new])) for old, new in pairs]
    return [one for one in found if one is not None]


def _both_unknown(before: RuleStates, after: RuleStates) -> int:
    return int(pc.sum(pc.and_(before.unknown, after.unknown)).as_py() or 0)


def _bins(whatif: WhatIf, name: str, table: pa.Table) -> Bins | None:
    """Counts between edges a fortieth of the way from half to twice the tried value."""
    number, parameter = whatif.lines[name]
    trial = next(one for one in whatif.trials if one.name == parameter)
    rule = whatif.program.rule(number)
    if number not in table.column_names or not isinstance(trial.value, int):
        return None
    scale = whatif.program.pack.parameters[parameter].type.scale
    tried = trial.value * 10**rule.type.scale // 10**scale
    step = max(tried * 3 // 2 // BINS, 1)
    edges = np.arange(tried - (BINS // 3) * step, tried + (BINS - BINS // 3) * step + 1, step)
    values = table.column(number).drop_null().to_numpy()
    counts, _ = np.histogram(values, bins=edges)
    return Bins(
        rule, parameter, tuple(int(one) for one in edges), tuple(int(one) for one in counts),
        table.num_rows - len(values),
    )  # fmt: skip
