"""What-if (试算): a pack with some parameters changed, beside the pack as it is, in one query.

Rules that the change reaches are there twice, the second with ``~`` after its id; everything else
(scan, rows below, aggregates) is shared. Nothing is written to any register.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from mingbai.engine.compiling.packs import BoundClause, BoundPack, BoundRule, bind_pack
from mingbai.engine.compiling.program import Program, compile_bound
from mingbai.engine.errors import nearest, run_error
from mingbai.engine.model.expressions import (
    Arithmetic,
    Compare,
    Constant,
    Expr,
    FactRef,
    ParameterRef,
    RuleRef,
    Window,
    walk,
)
from mingbai.engine.model.pack import Pack, Parameter, ParameterValue
from mingbai.engine.model.values import Kind, Period, scaled

ALT = "~"


@dataclass(frozen=True)
class Trial:
    """A changed parameter (试算取值): in one region (a beginning of a division code) or everywhere."""

    name: str
    value: bool | int | str | date
    region: str = ""


@dataclass(frozen=True)
class WhatIf:
    """A compiled what-if (试算程序): the rules reached, in order; each has a twin ``id~``."""

    program: Program
    trials: tuple[Trial, ...]
    reached: tuple[str, ...]
    lines: Mapping[str, tuple[str, str]]  # reached bool rule → (number compared, parameter)


def parse_trial(pack: Pack, text: str) -> Trial:
    """``monitoring_line=9000`` or ``monitoring_line@53=9000``. Raises ``RunError``."""
    head, equals, written = text.partition("=")
    name, _, region = head.strip().partition("@")
    if name not in pack.parameters:
        raise run_error("RUN-001", name=name, near=nearest(name, pack.parameters))
    kind = pack.parameters[name].type
    written = written.strip()
    try:
        if not equals or not written or (region and not region.isdigit()):
            raise ValueError(text)
        if kind.kind is Kind.BOOL:
            return Trial(name, {"true": True, "false": False}[written], region)
        if kind.kind is Kind.NUMBER:
            return Trial(name, scaled(written.replace(",", ""), kind.scale), region)
        if kind.kind is Kind.DATE:
            return Trial(name, date.fromisoformat(written), region)
        if written not in pack.codes.get(kind.codes or "", {}):
            raise ValueError(written)
    except (ValueError, KeyError):
        raise run_error("RUN-002", name=name, detail=text) from None
    return Trial(name, written, region)


def compile_whatif(pack: Pack, as_of: date, trials: tuple[Trial, ...]) -> WhatIf:
    """Compile a pack together with its changed twin."""
    bound = bind_pack(pack, as_of)
    names = {trial.name for trial in trials}
    reached = tuple(_reached(bound, names))
    twins = {
        f"{name}{ALT}": _twin(bound.rules[name], _Renamer(names, set(reached))) for name in reached
    }
    parameters = {
        **pack.parameters,
        **{f"{name}{ALT}": _changed(pack.parameters[name], trials) for name in names},
    }
    register = {
        **pack.register,
        **{f"{name}{ALT}": pack.register.get(name, ()) for name in reached},
    }
    both = replace(pack, parameters=parameters, register=register)
    joined = BoundPack(both, as_of, {**bound.rules, **twins}, bound.conditions, bound.not_in_force)
    lines = {name: line for name in reached if (line := _line(bound.rules[name].expr, names))}
    outputs = [*reached, *twins, *(number for number, _ in lines.values())]
    return WhatIf(compile_bound(joined, outputs=dict.fromkeys(outputs)), trials, reached, lines)


def _reached(bound: BoundPack, names: set[str]) -> Iterator[str]:
    """Rules whose outcome can depend on the parameters, in order of computation."""
    conditions = {
        key
        for key, expr in bound.conditions.items()
        if any(isinstance(node, ParameterRef) and node.name in names for node in walk(expr))
    }
    found: set[str] = set()
    for name, rule in bound.rules.items():
        for node in walk(rule.expr):
            if isinstance(node, FactRef) and (node.entity, node.name) in conditions:
                raise run_error("RUN-010", name=f"{node.entity}.{node.name}")
            hit = isinstance(node, ParameterRef) and node.name in names
            if hit or (isinstance(node, RuleRef) and node.name in found):
                found.add(name)
        if name in found:
            yield name


def _changed(parameter: Parameter, trials: tuple[Trial, ...]) -> Parameter:
    values = parameter.values
    for trial in (item for item in trials if item.name == parameter.id):
        if not trial.region:
            values = ()
        values = tuple(value for value in values if value.region != trial.region)
        source = "试算 / what-if"
        new = ParameterValue(
            Period(date.min), trial.region, trial.value, source, True, parameter.place
        )
        values = (*values, new)
    return replace(parameter, id=f"{parameter.id}{ALT}", values=values)


@dataclass(frozen=True)
class _Renamer:
    parameters: set[str]
    rules: set[str]

    def of(self, expr: Expr) -> Expr:
        if isinstance(expr, ParameterRef) and expr.name in self.parameters:
            return replace(expr, name=f"{expr.name}{ALT}")
        if isinstance(expr, RuleRef) and expr.name in self.rules:
            return replace(expr, name=f"{expr.name}{ALT}")
        changed: dict[str, Any] = {}
        for item in fields(expr):
            old = getattr(expr, item.name)
            new = self._value(old)
            if new is not old:
                changed[item.name] = new
        return replace(expr, **changed) if changed else expr

    def _value(self, value: object) -> object:
        if isinstance(value, Expr):
            return self.of(value)
        if isinstance(value, Window):
            return replace(value, amount=self.of(value.amount))
        if isinstance(value, tuple) and any(isinstance(part, Expr) for part in value):
            return tuple(self._value(part) for part in value)
        return value


def _twin(rule: BoundRule, renamer: _Renamer) -> BoundRule:
    return BoundRule(
        replace(rule.rule, id=f"{rule.rule.id}{ALT}"),
        renamer.of(rule.expr),
        None if rule.condition is None else renamer.of(rule.condition),
        tuple(_twin_clause(clause, renamer) for clause in rule.clauses),
    )


def _twin_clause(clause: BoundClause, renamer: _Renamer) -> BoundClause:
    items = tuple(_twin_clause(item, renamer) for item in clause.items)
    return BoundClause(clause.id, clause.clause, renamer.of(clause.expr), items)


def _line(expr: Expr, names: set[str]) -> tuple[str, str] | None:
    """The number that a rule compares with a changed parameter, if it is a rule's outcome."""
    for node in walk(expr):
        if isinstance(node, Compare):
            for number, line in ((node.left, node.right), (node.right, node.left)):
                plain, bar = _plain(number), _plain(line)
                if (
                    isinstance(plain, RuleRef)
                    and isinstance(bar, ParameterRef)
                    and bar.name in names
                ):
                    return plain.name, bar.name
    return None


def _plain(expr: Expr) -> Expr:
    """An expression without a mere change of scale."""
    while isinstance(expr, Arithmetic) and expr.op == "*" and isinstance(expr.right, Constant):
        expr = expr.left
    return expr
