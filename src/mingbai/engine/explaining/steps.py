"""Trace plans (推导计划): what each rule shows and how to read it, worked out once per program.

Walking a plan costs one household a few tenths of a millisecond, because nothing is looked up by
expression any more: every value has its function, every input its path suffix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mingbai.engine.compiling import BoundClause, Evaluated, Program
from mingbai.engine.compiling.closures import compiled
from mingbai.engine.compiling.core import FALSE
from mingbai.engine.model.expressions import (
    Aggregate,
    Assume,
    Expr,
    FactRef,
    ParameterRef,
    RuleRef,
)
from mingbai.engine.model.pack import Fact, Parameter, ParameterValue
from mingbai.engine.model.values import NA, Text, Type, Value

#: Reads a value off an evaluated row: a value, ``None`` for unknown, or ``NA``.
Read = Callable[[Evaluated], Value]


@dataclass(slots=True)
class FactStep:
    """A fact of the row itself to show (要列出的事实)."""

    fact: Fact
    name: str
    read: Read


@dataclass(slots=True)
class RowsStep:
    """The rows of an entity below to show (要列出的下级行), each with what is read of it."""

    entity: str
    relation: str
    label: Text
    type: Type
    value: Read | None
    reads: Reads
    day: Fact | None
    only_rule: str | None  # the one rule that is read of each row, when that is all


@dataclass(slots=True)
class Reads:
    """What an expression reads directly (直接所用)."""

    own: tuple[FactStep, ...] = ()
    upper: tuple[tuple[Fact, str], ...] = ()  # facts of entities above
    parameters: tuple[tuple[Parameter, bool], ...] = ()  # with: differs by region
    rules: tuple[str, ...] = ()
    rows: tuple[RowsStep, ...] = ()
    assumed: tuple[str, ...] = ()
    anything: bool = False


@dataclass(slots=True)
class ClauseStep:
    """A clause to show (要列出的条款)."""

    id: str
    label: Text
    type: Type
    text: str
    read: Read
    reads: Reads
    items: tuple[ClauseStep, ...]


@dataclass(slots=True)
class RuleStep:
    """A rule to show (要列出的规则)."""

    id: str
    label: Text
    type: Type
    text: str
    read: Read
    low: str | None
    high: str | None
    reads: Reads
    clauses: tuple[ClauseStep, ...]


@dataclass
class Steps:
    """The trace plans of one program (各规则的推导计划)."""

    program: Program
    rules: dict[str, RuleStep] = field(default_factory=dict)
    _reads: dict[tuple[str, int], Read] = field(default_factory=dict)
    _values: dict[tuple[str, str | None], ParameterValue | None] = field(default_factory=dict)

    def rule(self, name: str) -> RuleStep:
        """The plan of a rule."""
        step = self.rules.get(name)
        if step is None:
            step = self.rules[name] = self._rule(name)
        return step

    def read(self, entity: str, expr: Expr) -> Read:
        """The function that reads an expression off a row of an entity."""
        key = (entity, id(expr))
        found = self._reads.get(key)
        if found is None:
            low = self.program.lowered.memos[entity][expr]
            value = compiled(low.v)
            na = None if low.na == FALSE else compiled(low.na)
            found = self._reads[key] = _reader(value, na)
        return found

    def parameter(self, parameter: Parameter, region: str | None) -> ParameterValue | None:
        """The value of a parameter on the day of the program in a region."""
        key = (parameter.id, region)
        if key not in self._values:
            self._values[key] = parameter.value_for(self.program.as_of, region)
        return self._values[key]

    def _rule(self, name: str) -> RuleStep:
        bound = self.program.bound.rules[name]
        rule, columns = bound.rule, self.program.lowered.rules[name]
        plan = self.program.lowered.plans[rule.entity]
        na = None if columns.low.na == FALSE else f"{name}@na"
        parts = [] if bound.condition is None else [bound.condition]
        if not bound.clauses:
            parts.append(bound.expr)
        return RuleStep(
            id=name,
            label=rule.label,
            type=rule.type,
            text="" if bound.clauses or rule.form.expr is None else rule.form.expr.text,
            read=_column(name, na),
            low=f"{name}@lo" if f"{name}@lo" in plan.level_of else None,
            high=f"{name}@hi" if f"{name}@hi" in plan.level_of else None,
            reads=self._direct(rule.entity, parts),
            clauses=tuple(self._clause(rule.entity, clause) for clause in bound.clauses),
        )

    def _clause(self, entity: str, clause: BoundClause) -> ClauseStep:
        source = clause.clause.expr
        return ClauseStep(
            id=clause.id,
            label=clause.clause.label,
            type=clause.expr.type,
            text=source.text if source is not None else clause.clause.kind,
            read=self.read(entity, clause.expr),
            reads=Reads() if clause.items else self._direct(entity, [clause.expr]),
            items=tuple(self._clause(entity, item) for item in clause.items),
        )

    def _direct(self, entity: str, exprs: list[Expr]) -> Reads:
        """What some expressions read, and what decides whether their facts apply."""
        own: list[FactStep] = []
        upper: list[tuple[Fact, str]] = []
        parameters: list[tuple[Parameter, bool]] = []
        rules: list[str] = []
        rows: list[RowsStep] = []
        assumed: list[str] = []
        todo = [item for expr in exprs for item in _leaves(expr)]
        seen: set[Expr] = set()
        while todo:
            item = todo.pop(0)
            if item in seen:
                continue
            seen.add(item)
            if isinstance(item, FactRef):
                fact = self.program.pack.facts[item.entity][item.name]
                if item.entity == entity:
                    own.append(FactStep(fact, item.name, self.read(entity, item)))
                else:
                    upper.append((fact, item.entity))
                condition = self.program.bound.conditions.get((item.entity, item.name))
                todo += [] if condition is None else list(_leaves(condition))
            elif isinstance(item, ParameterRef):
                parameters.append(self._parameter(item))
            elif isinstance(item, RuleRef):
                rules.append(item.name)
            elif isinstance(item, Aggregate):
                rows.append(self._rows(item))
                if item.window is not None:
                    todo += [
                        part for part in [item.window.amount] if isinstance(part, ParameterRef)
                    ]
            elif isinstance(item, Assume):
                assumed.append(_name(item.item))
        anything = any((own, upper, parameters, rules, rows, assumed))
        return Reads(
            tuple(own),
            tuple(upper),
            tuple(parameters),
            tuple(rules),
            tuple(rows),
            tuple(assumed),
            anything,
        )

    def _parameter(self, item: ParameterRef) -> tuple[Parameter, bool]:
        parameter = self.program.pack.parameters[item.name]
        values = parameter.values_on(self.program.as_of)
        return parameter, any(value.region for value in values)

    def _rows(self, item: Aggregate) -> RowsStep:
        pack = self.program.pack
        child = pack.entities[item.entity]
        parts = [part for part in (item.where, item.item) if part is not None]
        whole = item.item if item.where is None else None
        return RowsStep(
            entity=child.id,
            relation=child.relation or "",
            label=child.label,
            type=item.item.type if item.item is not None else item.type,
            value=None if item.item is None else self.read(child.id, item.item),
            reads=self._direct(child.id, parts),
            day=pack.facts[child.id][child.date] if child.date is not None else None,
            only_rule=whole.name if isinstance(whole, RuleRef) else None,
        )


def _reader(value: Callable[[dict[str, object]], object], na: object) -> Read:
    if not callable(na):
        return lambda row: value(row.values)  # type: ignore[return-value]  # as below

    def read(row: Evaluated) -> Value:
        found = value(row.values)
        if found is None and na(row.values):
            return NA
        return found  # type: ignore[return-value]  # columns hold values

    return read


def _column(name: str, na: str | None) -> Read:
    if na is None:
        return lambda row: row.values[name]

    def read(row: Evaluated) -> Value:
        found: Value = row.values[name]
        return NA if found is None and row.values[na] else found

    return read


def _leaves(expr: Expr) -> Iterator[Expr]:
    """Facts, parameters, rules and aggregates read directly, and assumptions on the way."""
    if isinstance(expr, (FactRef, ParameterRef, RuleRef, Aggregate)):
        yield expr
        return
    if isinstance(expr, Assume):
        yield expr
    for child in expr.children():
        yield from _leaves(child)


def _name(expr: Expr) -> str:
    return expr.name if isinstance(expr, (FactRef, RuleRef, ParameterRef)) else type(expr).__name__
