"""The trace (推导) of one household: every clause with its state, its inputs, and why it is unknown.

A trace is read off the same lowered program that answers for a county; nothing is decided twice. Inputs
are named by path (``members.0.work_months``), so that a reader can be sent to the very cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mingbai.engine.compiling import Closures, Evaluated, Program
from mingbai.engine.compiling.closures import Function, compiled
from mingbai.engine.explaining.steps import ClauseStep, Reads, RowsStep, Steps
from mingbai.engine.model.expressions import (
    Aggregate,
    Choose,
    Constant,
    Expr,
    FactRef,
    ParameterRef,
    RuleRef,
)
from mingbai.engine.model.pack import CaseRow, Fact, ParameterValue
from mingbai.engine.model.values import BOOL, Text, Type, Value


# Not frozen: a trace makes hundreds of these, and freezing would double what they cost.
@dataclass(slots=True)
class Input:
    """A fact that a clause reads (所用事实): its path, its value, and the row it stands in."""

    path: str
    fact: Fact
    value: Value
    row: CaseRow


@dataclass(slots=True)
class ParameterInput:
    """A parameter that a clause reads (所用参数), in the value of the day and region."""

    name: str
    label: Text
    type: Type
    value: ParameterValue | None


class Node:
    """A step of a trace (推导步骤): a rule, a clause, or a row below that decided.

    Not a dataclass: a household has some two hundred of these, and most leave most of it empty.
    """

    text: str = ""
    low: int | None = None
    high: int | None = None
    inputs: Sequence[Input] = ()
    parameters: Sequence[ParameterInput] = ()
    assumed: tuple[str, ...] = ()
    children: Sequence[Node] = ()

    def __init__(self, kind: str, name: str, label: Text, value: Value, of: Type) -> None:
        self.kind = kind  # rule | clause | row
        self.id = name
        self.label = label
        self.value = value
        self.type = of

    def walk(self) -> Iterator[Node]:
        """The step and all steps inside."""
        yield self
        for child in self.children:
            yield from child.walk()


#: The rows above a row, outermost first: entity, evaluated row, path prefix.
Above: TypeAlias = tuple[tuple[str, Evaluated, str], ...]


class Tracer:
    """Traces households under one program (推导器)."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.pack = program.pack
        self.steps = Steps(program)
        # Masks of causes are for whole counties; a trace finds the causes itself.
        self._closures = Closures(program.lowered, masks=False)
        self._open_rows: dict[tuple[str, int], Function] = {}

    def evaluate(self, household: CaseRow, like: Evaluated | None = None) -> Evaluated:
        """Compute every column of a household; `like`: before a change that reaches only a part of it."""
        return self._closures.household(household, like)

    def value_of(self, evaluated: Evaluated, entity: str, expr: Expr) -> Value:
        """The value of an expression in a row: a value, ``None`` for unknown, or ``NA``."""
        return self.steps.read(entity, expr)(evaluated)

    def outcome(self, evaluated: Evaluated, name: str) -> Value:
        """The outcome of a rule in a row of its entity."""
        return self.steps.rule(name).read(evaluated)

    def trace(self, evaluated: Evaluated, name: str, path: str = "", above: Above = ()) -> Node:
        """The trace of a rule for an evaluated row; a row below needs the rows above it."""
        return _Walk(self).rule(evaluated, name, path, above)

    def traces(self, evaluated: Evaluated, names: Iterable[str]) -> list[Node]:
        """Traces of several rules of a household; each rule of each row is opened once."""
        walk = _Walk(self)
        return [walk.rule(evaluated, name, "", ()) for name in names]

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
            yield self._parameter_because(expr, evaluated, above)
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

    def _parameter_because(self, expr: ParameterRef, evaluated: Evaluated, above: Above) -> str:
        """The parameter; or the region, where values differ by region and none is recorded."""
        region = self.pack.top.region or ""
        top = above[0][1] if above else evaluated
        values = self.pack.parameters[expr.name].values_on(self.program.as_of)
        regional = any(value.region for value in values)
        return region if regional and top.source.facts.get(region) is None else expr.name

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
        function = self._open_rows.get((entity, id(expr)))
        if function is None:
            function = compiled(self.program.lowered.open_rows[entity][expr])
            self._open_rows[entity, id(expr)] = function
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


class _Walk:
    """Builds traces; a rule of a row that was opened before is only named again."""

    def __init__(self, tracer: Tracer) -> None:
        self.steps, self.pack = tracer.steps, tracer.pack
        self.known = tracer.steps.rules
        self.region = self.pack.top.region or ""
        self.opened: set[tuple[int, str]] = set()

    def rule(self, row: Evaluated, name: str, path: str, above: Above) -> Node:
        step = self.known.get(name) or self.steps.rule(name)
        node = Node("rule", name, step.label, step.read(row), step.type)
        if step.low is not None:
            node.low = row.values[step.low]
        if step.high is not None:
            node.high = row.values[step.high]
        key = (id(row), name)
        if key not in self.opened:
            self.opened.add(key)
            node.text = step.text
            children = self.add(node, row, step.reads, path, above) if step.reads.anything else []
            children += [self.clause(row, clause, path, above) for clause in step.clauses]
            node.children = children
        return node

    def clause(self, row: Evaluated, step: ClauseStep, path: str, above: Above) -> Node:
        node = Node("clause", step.id, step.label, step.read(row), step.type)
        node.text = step.text
        if step.items:
            node.children = [self.clause(row, item, path, above) for item in step.items]
        elif step.reads.anything:
            node.children = self.add(node, row, step.reads, path, above)
        return node

    def add(self, node: Node, row: Evaluated, reads: Reads, path: str, above: Above) -> list[Node]:
        """Put what a step reads into its node; the rules and rows it reads come back as children."""
        source = row.source
        if reads.own:
            node.inputs = [
                Input(path + step.name, step.fact, step.read(row), source) for step in reads.own
            ]
        if reads.upper:
            node.inputs = [*node.inputs, *self.upper(reads, above)]
        if reads.parameters:
            self.parameters(node, reads, above[0][1] if above else row)
        if reads.assumed:
            node.assumed = reads.assumed
        children = [self.rule(row, name, path, above) for name in reads.rules]
        for rows in reads.rows:
            children += self.rows(row, rows, path, above)
        return children

    def upper(self, reads: Reads, above: Above) -> Iterator[Input]:
        """Facts of the rows above."""
        for fact, entity in reads.upper:
            _, row, prefix = next(item for item in above if item[0] == entity)
            yield Input(prefix + fact.id, fact, row.source.facts.get(fact.id), row.source)

    def parameters(self, node: Node, reads: Reads, top: Evaluated) -> None:
        """Values of the day and region; where they differ by region, the region is an input too."""
        region = top.source.facts.get(self.region)
        code = region if isinstance(region, str) else None
        node.parameters = [
            ParameterInput(item.id, item.label, item.type, self.steps.parameter(item, code))
            for item, _ in reads.parameters
        ]
        if any(regional for _, regional in reads.parameters):
            fact = self.pack.facts[self.pack.top.id][self.region]
            node.inputs = [*node.inputs, Input(self.region, fact, code, top.source)]

    def rows(self, row: Evaluated, step: RowsStep, path: str, above: Above) -> Iterator[Node]:
        """A node for each row below, with what is read of it."""
        found = row.below.get(step.relation)
        if not found:
            return
        trail = (*above, (self.pack.entities[step.entity].parent or "", row, path))
        kind = BOOL if step.value is None else step.type
        for number, part in enumerate(found):
            name = f"{step.relation}.{number}"
            here = f"{path}{name}."
            value = True if step.value is None else step.value(part)
            node = Node("row", name, step.label, value, kind)
            if step.only_rule is None or (id(part), step.only_rule) not in self.opened:
                node.children = self.add(node, part, step.reads, here, trail)
            if step.day is not None:
                day = part.source.facts.get(step.day.id)
                node.inputs = [*node.inputs, Input(here + step.day.id, step.day, day, part.source)]
            yield node
