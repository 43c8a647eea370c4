"""The income bar (收入条): an amount, or the range it lies in, against a line of policy.

Found in the rules, not by name: a comparison of a money rule with a money parameter in a rule of the
household that has a role.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mingbai.engine.compiling import Evaluated
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.model.expressions import Compare, Expr, ParameterRef, RuleRef
from mingbai.engine.model.pack import ParameterValue, Rule
from mingbai.engine.model.values import Text, Type


@dataclass(frozen=True, slots=True)
class Bar:
    """An amount against a line: at least ``low``, at most ``high``; ``None`` is an open end."""

    rule: Rule
    label: Text
    type: Type
    low: int | None
    high: int | None
    line: int
    line_label: Text
    line_value: ParameterValue
    good_above: bool
    counts_line: bool  # whether the line itself already is on the upper side

    @property
    def is_known(self) -> bool:
        return self.low is not None and self.low == self.high


def bars_of(tracer: Tracer, evaluated: Evaluated, rules: Iterable[Rule]) -> Mapping[str, Bar]:
    """The bar of each rule of the household that compares an amount with a line."""
    top = tracer.program.pack.top.id
    found: dict[str, Bar] = {}
    for rule in rules:
        if rule.entity == top:
            bar = _bar(tracer, evaluated, rule)
            if bar is not None:
                found[rule.id] = bar
    return found


def _bar(tracer: Tracer, evaluated: Evaluated, rule: Rule) -> Bar | None:
    program = tracer.program
    region = evaluated.source.facts.get(program.pack.top.region or "")
    for amount, line, op in _comparisons(tracer, rule):
        parameter = program.pack.parameters[line]
        value = parameter.value_for(program.as_of, region if isinstance(region, str) else None)
        low, high = _bounds(tracer, evaluated, amount)
        if value is None or (low is None and high is None):
            continue
        true_above = op in (">", ">=")
        return Bar(
            rule=rule,
            label=program.rule(amount).label,
            type=program.rule(amount).type,
            low=low,
            high=high,
            line=int(value.value) if isinstance(value.value, int) else 0,
            line_label=parameter.label,
            line_value=value,
            good_above=true_above == rule.met_when,
            counts_line=op in (">=", "<"),
        )
    return None


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _comparisons(tracer: Tracer, rule: Rule) -> Iterator[tuple[str, str, str]]:
    bound = tracer.program.bound.rules[rule.id]
    exprs: list[Expr] = [clause.expr for clause in bound.flat_clauses()] or [bound.expr]
    for expr in exprs:
        if not isinstance(expr, Compare) or expr.op not in _TURNED:
            continue
        left, right, op = expr.left, expr.right, str(expr.op)
        if isinstance(left, ParameterRef):
            left, right, op = right, left, _TURNED[op]
        if isinstance(left, RuleRef) and isinstance(right, ParameterRef) and left.type.money:
            yield left.name, right.name, op


def _bounds(tracer: Tracer, evaluated: Evaluated, name: str) -> tuple[int | None, int | None]:
    value = tracer.outcome(evaluated, name)
    if isinstance(value, int):
        return value, value
    low, high = (evaluated.values.get(f"{name}@{end}") for end in ("lo", "hi"))
    return (
        low if isinstance(low, int) else None,
        high if isinstance(high, int) else None,
    )
