"""States by column (按列的状态): masks over the engine's result tables; no loop over households."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.compiling import Program
from mingbai.engine.model.pack import Role, Rule
from mingbai.screening.result import Counts

Mask: TypeAlias = pa.ChunkedArray


@dataclass(frozen=True)
class RuleStates:
    """The masks of one rule (规则状态) over the rows of its entity."""

    rule: Rule
    value: Mask
    not_applicable: Mask
    unknown: Mask

    @property
    def good(self) -> Mask:
        """Rows in which the good answer came out."""
        return _is(self.value, self.rule.met_when)

    @property
    def bad(self) -> Mask:
        """Rows in which the other answer came out."""
        return _is(self.value, not self.rule.met_when)

    @property
    def called(self) -> Mask:
        """Rows that call for a person: the bad answer, or readiness for a procedure."""
        return self.good if self.rule.role is Role.READINESS else self.bad

    @property
    def word(self) -> str:
        """What a called row is: unmet, raised or ready."""
        if self.rule.role is Role.READINESS:
            return "ready"
        return "raised" if self.rule.role in (Role.SIGNAL, Role.STATUS) else "unmet"


def _is(value: Mask, wanted: bool) -> Mask:
    same = value if wanted else pc.invert(value)
    return pc.fill_null(same, False)


def states_of(program: Program, results: dict[str, pa.Table], name: str) -> RuleStates:
    """The masks of a bool rule that was put out."""
    rule = program.rule(name)
    table = results[rule.entity]
    value = table.column(name)
    missing = pc.is_null(value)
    if f"{name}@na" in table.column_names:
        na = table.column(f"{name}@na")
        return RuleStates(rule, value, na, pc.and_(missing, pc.invert(na)))
    return RuleStates(rule, value, pc.and_(missing, pc.invert(missing)), missing)


def role_rules(program: Program, results: dict[str, pa.Table]) -> Iterator[RuleStates]:
    """The masks of all rules with a role whose entity was computed, by role, then by urgency."""
    rules = [program.rule(name) for name in program.bound.rules]
    wanted = [rule.id for rule in rules if rule.role is not None and rule.entity in results]
    for name in program.pack.in_reading_order(wanted):
        yield states_of(program, results, name)


def counts_of(states: RuleStates) -> Counts:
    """The four counts of a rule; they add up to the rows of its entity."""
    return Counts(
        states.rule,
        met=_count(states.good),
        unmet=_count(states.bad),
        unknown=_count(states.unknown),
        not_applicable=_count(states.not_applicable),
    )


def _count(mask: Mask) -> int:
    return cast(int, pc.sum(mask).as_py()) or 0


def indices(mask: Mask) -> list[int]:
    """The positions at which a mask is true."""
    return cast("list[int]", pc.indices_nonzero(mask).to_pylist())
