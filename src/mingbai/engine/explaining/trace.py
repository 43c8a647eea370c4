"""The trace (推导) of one household: every clause with its state, its inputs, and why it is unknown.

A trace is read off a program that was compiled with ``causes=True``; nothing is computed twice. Inputs
are named by path (``members.0.work_months``), so that a reader can be sent to the very cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from mingbai.engine.compiling import BoundClause, Evaluated, Program
from mingbai.engine.compiling.closures import Function, compiled
from mingbai.engine.compiling.core import FALSE
from mingbai.engine.model.expressions import (
    Aggregate,
    Assume,
    Choose,
    Constant,
    Expr,
    FactRef,
    ParameterRef,
    RuleRef,
)
from mingbai.engine.model.pack import CaseRow, Fact, ParameterValue
from mingbai.engine.model.values import NA, Text, Type, Value


@dataclass(frozen=True, slots=True)
class Input:
    """A fact that a clause reads (所用事实): its path, its value, and the row it stands in."""

    path: str
    fact: Fact
    value: Value
    row: CaseRow


@dataclass(frozen=True, slots=True)
class ParameterInput:
    """A parameter that a clause reads (所用参数), in the value of the day and region."""

    name: str
    label: Text
    type: Type
    value: ParameterValue | None


@dataclass(slots=True)
class Node:
    """A step of a trace (推导步骤): a rule, a clause, or a row below that decided."""

    kind: str  # rule | clause | row
    id: str
    label: Text
    value: Value
    type: Type
    text: str = ""
    low: int | None = None
    high: int | None = None
    inputs: list[Input] = field(default_factory=list)
    parameters: list[ParameterInput] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """The step and all steps inside."""
        yield self
        for child in self.children:
            yield from child.walk()


#: The rows above a row, outermost first: entity, evaluated row, path prefix.
Above: TypeAlias = tuple[tuple[str, Evaluated, str], ...]


class Tracer:
    """Traces households under one program (推导器). The program must know its causes."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.pack = program.pack
        self._probes: dict[tuple[str, Expr], tuple[Function, Function | None]] = {}
        self._open_rows: dict[tuple[str, Expr], Function] = {}
        self._reads: dict[Expr, tuple[Expr, ...]] = {}

    def evaluate(self, household: CaseRow) -> Evaluated:
        """Compute every column of a household."""
        return self.program.closures.household(household)

    def value_of(self, evaluated: Evaluated, entity: str, expr: Expr) -> Value:
        """The value of an expression in a row: a value, ``None`` for unknown, or ``NA``."""
        probe = self._probes.get((entity, expr))
        if probe is None:
            low = self.program.lowered.memos[entity][expr]
            na = None if low.na == FALSE else compiled(low.na)
            probe = self._probes[entity, expr] = (compiled(low.v), na)
        value: Value = probe[0](evaluated.values)
        if value is None and probe[1] is not None and probe[1](evaluated.values):
            return NA
        return value

    def outcome(self, evaluated: Evaluated, name: str) -> Value:
        """The outcome of a rule in a row of its entity."""
        columns = self.program.lowered.rules[name]
        value: Value = evaluated.values[name]
        if value is None and columns.low.na != FALSE and evaluated.values.get(f"{name}@na"):
            return NA
        return value

    def trace(self, evaluated: Evaluated, name: str, path: str = "", above: Above = ()) -> Node:
        """The trace of a rule for an evaluated row; a row below needs the rows above it."""
        return _Walk(self, {}).rule(evaluated, name, path, above)

    def because(
        self, evaluated: Evaluated, name: str, path: str = "", above: Above = ()
    ) -> tuple[str, ...]:
        """The paths of the facts (and names of parameters) that an unknown outcome comes from."""
        bound = self.program.bound.rules[name]
        found = dict.fromkeys(self._because(evaluated, bound.rule.entity, bound.expr, path, above))
        return tuple(found)

    def _because(
        self,
        evaluated: Evaluated,
        entity: str,
        expr: Expr,
        path: str,
        above: Above,
    ) -> Iterator[str]:
        if isinstance(expr, Constant) or self.value_of(evaluated, entity, expr) is not None:
            return
        if isinstance(expr, FactRef):
            yield from self._fact_because(evaluated, entity, expr, path, above)
        elif isinstance(expr, ParameterRef):
            yield expr.name
        elif isinstance(expr, RuleRef):
            inner = self.program.bound.rules[expr.name].expr
            yield from self._because(evaluated, entity, inner, path, above)
        elif isinstance(expr, Aggregate):
            yield from self._rows_because(evaluated, entity, expr, path, above)
        elif isinstance(expr, Choose):
            when = self.value_of(evaluated, entity, expr.condition)
            part = (
                expr.then if when is True else expr.otherwise if when is False else expr.condition
            )
            yield from self._because(evaluated, entity, part, path, above)
        else:
            for child in expr.children():
                yield from self._because(evaluated, entity, child, path, above)

    def _fact_because(
        self,
        evaluated: Evaluated,
        entity: str,
        expr: FactRef,
        path: str,
        above: Above,
    ) -> Iterator[str]:
        if expr.entity != entity:
            upper = next(item for item in above if item[0] == expr.entity)
            yield f"{upper[2]}{expr.name}"
            return
        yield f"{path}{expr.name}"
        condition = self.program.bound.conditions.get((expr.entity, expr.name))
        if condition is not None:
            yield from self._because(evaluated, entity, condition, path, above)

    def _rows_because(
        self,
        evaluated: Evaluated,
        entity: str,
        expr: Aggregate,
        path: str,
        above: Above,
    ) -> Iterator[str]:
        child = self.pack.entities[expr.entity]
        rows = evaluated.below.get(child.relation or "", [])
        no_row_is_open = not any(self._is_open(row, entity, expr) for row in rows)
        if not rows or (expr.kind == "latest" and no_row_is_open):
            yield f"{path}{child.relation}"
            return
        trail = (*above, (entity, evaluated, path))
        for number, row in enumerate(rows):
            if self._is_open(row, entity, expr):
                here = f"{path}{child.relation}.{number}."
                if child.date is not None and row.values.get(child.date) is None:
                    yield f"{here}{child.date}"
                for part in expr.children():
                    yield from self._because(row, expr.entity, part, here, trail)

    def _is_open(self, row: Evaluated, entity: str, expr: Aggregate) -> bool:
        """Whether a row leaves the aggregate unknown."""
        function = self._open_rows.get((entity, expr))
        if function is None:
            function = compiled(self.program.lowered.open_rows[entity][expr])
            self._open_rows[entity, expr] = function
        return function(row.values) is True

    def descend(self, evaluated: Evaluated, path: str) -> tuple[Evaluated, Above]:
        """The row at a path such as ``members.0.``, and the rows above it."""
        above: list[tuple[str, Evaluated, str]] = []
        entity, prefix = self.pack.top, ""
        parts = path.rstrip(".").split(".") if path else []
        for relation, number in zip(parts[::2], parts[1::2], strict=True):
            above.append((entity.id, evaluated, prefix))
            evaluated = evaluated.below[relation][int(number)]
            prefix = f"{prefix}{relation}.{number}."
            entity = next(item for item in self.pack.below(entity.id) if item.relation == relation)
        return evaluated, tuple(above)

    def reads(self, expr: Expr) -> tuple[Expr, ...]:
        """The facts, parameters, rules, aggregates and assumptions an expression reads directly."""
        found = self._reads.get(expr)
        if found is None:
            found = self._reads[expr] = tuple(dict.fromkeys(_direct(expr)))
        return found


def _direct(expr: Expr) -> Iterator[Expr]:
    if isinstance(expr, (FactRef, ParameterRef, RuleRef, Aggregate)):
        yield expr
        return
    if isinstance(expr, Assume):
        yield expr
    for child in expr.children():
        yield from _direct(child)


class _Walk:
    """Builds one trace; a rule that was shown before is only named again."""

    def __init__(self, tracer: Tracer, shown: dict[tuple[int, str], Node]) -> None:
        self.tracer, self.program, self.shown = tracer, tracer.program, shown

    def rule(
        self,
        evaluated: Evaluated,
        name: str,
        path: str,
        above: Above,
    ) -> Node:
        bound = self.program.bound.rules[name]
        rule, key = bound.rule, (id(evaluated), name)
        low, high = (evaluated.values.get(f"{name}@{end}") for end in ("lo", "hi"))
        node = Node("rule", name, rule.label, self.tracer.outcome(evaluated, name), rule.type)
        node.low, node.high = low, high
        if key in self.shown:
            return node
        self.shown[key] = node
        if bound.condition is not None:
            self._inputs(node, evaluated, rule.entity, bound.condition, path, above)
        if bound.clauses:
            for clause in bound.clauses:
                node.children.append(self.clause(evaluated, rule.entity, clause, path, above))
        else:
            node.text = rule.form.expr.text if rule.form.expr else ""
            inner = bound.expr
            self._inputs(node, evaluated, rule.entity, inner, path, above)
        return node

    def clause(
        self,
        evaluated: Evaluated,
        entity: str,
        clause: BoundClause,
        path: str,
        above: Above,
    ) -> Node:
        value = self.tracer.value_of(evaluated, entity, clause.expr)
        node = Node("clause", clause.id, clause.clause.label, value, clause.expr.type)
        if clause.items:
            node.text = clause.clause.kind
            for item in clause.items:
                node.children.append(self.clause(evaluated, entity, item, path, above))
        else:
            node.text = clause.clause.expr.text if clause.clause.expr else ""
            self._inputs(node, evaluated, entity, clause.expr, path, above)
        return node

    def _inputs(
        self,
        node: Node,
        evaluated: Evaluated,
        entity: str,
        expr: Expr,
        path: str,
        above: Above,
    ) -> None:
        for item in self.tracer.reads(expr):
            if isinstance(item, FactRef):
                self._fact(node, evaluated, entity, item, path, above)
            elif isinstance(item, ParameterRef):
                self._parameter(node, item, evaluated, above)
            elif isinstance(item, RuleRef):
                node.children.append(self.rule(evaluated, item.name, path, above))
            elif isinstance(item, Aggregate):
                self._rows(node, evaluated, entity, item, path, above)
            elif isinstance(item, Assume):
                node.assumed.append(_name(item.item))

    def _fact(
        self,
        node: Node,
        evaluated: Evaluated,
        entity: str,
        item: FactRef,
        path: str,
        above: Above,
    ) -> None:
        fact = self.program.pack.facts[item.entity][item.name]
        if item.entity != entity:
            _, upper, prefix = next(part for part in above if part[0] == item.entity)
            value = upper.source.facts.get(item.name)
            node.inputs.append(Input(f"{prefix}{item.name}", fact, value, upper.source))
            return
        value = self.tracer.value_of(evaluated, entity, item)
        node.inputs.append(Input(f"{path}{item.name}", fact, value, evaluated.source))
        condition = self.program.bound.conditions.get((item.entity, item.name))
        if condition is not None:
            self._inputs(node, evaluated, entity, condition, path, above)

    def _parameter(
        self, node: Node, item: ParameterRef, evaluated: Evaluated, above: Above
    ) -> None:
        """The value of the day and region; where it differs by region, the region is an input too."""
        pack = self.program.pack
        parameter, name = pack.parameters[item.name], pack.top.region or ""
        top = above[0][1] if above else evaluated
        region = top.source.facts.get(name)
        code = region if isinstance(region, str) else None
        value = parameter.value_for(self.program.as_of, code)
        node.parameters.append(ParameterInput(item.name, parameter.label, parameter.type, value))
        if any(item.region for item in parameter.values_on(self.program.as_of)):
            node.inputs.append(Input(name, pack.facts[pack.top.id][name], code, top.source))

    def _rows(
        self,
        node: Node,
        evaluated: Evaluated,
        entity: str,
        item: Aggregate,
        path: str,
        above: Above,
    ) -> None:
        child = self.program.pack.entities[item.entity]
        trail = (*above, (entity, evaluated, path))
        if item.window is not None and isinstance(item.window.amount, ParameterRef):
            self._parameter(node, item.window.amount, evaluated, above)
        for number, row in enumerate(evaluated.below.get(child.relation or "", [])):
            here = f"{path}{child.relation}.{number}."
            value: Any = True
            kind = item.type
            if item.item is not None:
                value = self.tracer.value_of(row, item.entity, item.item)
                kind = item.item.type
            inner = Node("row", f"{child.relation}.{number}", child.label, value, kind)
            for part in (item.where, item.item):
                if part is not None:
                    self._inputs(inner, row, item.entity, part, here, trail)
            if child.date is not None:
                fact = self.program.pack.facts[child.id][child.date]
                day = row.source.facts.get(child.date)
                inner.inputs.append(Input(f"{here}{child.date}", fact, day, row.source))
            node.children.append(inner)


def _name(expr: Expr) -> str:
    return expr.name if isinstance(expr, (FactRef, RuleRef, ParameterRef)) else type(expr).__name__
