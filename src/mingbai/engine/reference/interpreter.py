"""The interpreter (参考解释器): one household, one day, every rule for every row.

It walks the typed tree and nothing else. Unknown (待核实) follows Kleene; what is not applicable
(不适用) is left out by and, or and aggregates, and otherwise spreads; bounds (上下界) decide
comparisons and never turn an unknown number into a known one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mingbai.engine.compiling.packs import BoundPack
from mingbai.engine.model.expressions import Aggregate, Expr, FactRef, ParameterRef, RuleRef
from mingbai.engine.model.pack import CaseRow, Entity, Pack
from mingbai.engine.model.values import NotApplicable
from mingbai.engine.reference import logic, numbers, rows
from mingbai.engine.reference.answers import (
    NOT_APPLICABLE,
    TRUE,
    UNKNOWN,
    Answer,
    between,
    known,
)
from mingbai.engine.reference.reach import Reach


@dataclass(eq=False)
class TreeRow:
    """A row with those above and below it (树中的一行); ``path`` is ``members.0.bills.1.``"""

    entity: Entity
    source: CaseRow
    path: str
    above: TreeRow | None
    below: dict[str, list[TreeRow]] = field(default_factory=dict)

    def walk(self) -> Iterator[TreeRow]:
        """The row and all rows below it."""
        yield self
        for below in self.below.values():
            for row in below:
                yield from row.walk()

    def at(self, entity: str) -> TreeRow:
        """This row, or the one above it that is of an entity."""
        if self.entity.id == entity or self.above is None:
            return self
        return self.above.at(entity)

    @cached_property
    def top(self) -> TreeRow:
        """The household."""
        return self if self.above is None else self.above.top


def tree_of(pack: Pack, household: CaseRow) -> TreeRow:
    """A household as rows that know each other."""

    def grow(entity: Entity, source: CaseRow, path: str, above: TreeRow | None) -> TreeRow:
        row = TreeRow(entity, source, path, above)
        for child in pack.below(entity.id):
            sources = source.below.get(child.relation or "", ())
            row.below[child.id] = [
                grow(child, part, f"{path}{child.relation}.{number}.", row)
                for number, part in enumerate(sources)
            ]
        return row

    return grow(pack.top, household, "", None)


class Interpreter:
    """Answers expressions in rows (参考解释器); each rule is answered once for each row."""

    def __init__(self, bound: BoundPack) -> None:
        self.bound, self.pack, self.as_of = bound, bound.pack, bound.as_of
        self.reach = Reach(bound)
        self.answers: dict[tuple[TreeRow, str], Answer] = {}

    def rule(self, row: TreeRow, name: str) -> Answer:
        """The outcome of a rule in a row of its entity."""
        found = self.answers.get((row, name))
        if found is None:
            found = self.answers[row, name] = self.answer(row, self.bound.rules[name].expr)
        return found

    def answer(self, row: TreeRow, expr: Expr) -> Answer:
        """What an expression comes to in a row."""
        return _ANSWER[type(expr)](self, row, expr)

    def fact(self, row: TreeRow, expr: FactRef) -> Answer:
        """A recorded value; not applicable when its condition is false; else within its range."""
        owner = row.at(expr.entity)
        condition = self.bound.conditions.get((expr.entity, expr.name))
        when = TRUE if condition is None else self.answer(owner, condition)
        if when.na or when.value is False:
            return NOT_APPLICABLE
        value = owner.source.facts.get(expr.name)
        if isinstance(value, NotApplicable):
            return NOT_APPLICABLE
        if value is not None:
            return known(value)
        # While the question may not arise, its answer has no bounds.
        fact = self.pack.facts[expr.entity][expr.name]
        return between(fact.minimum, fact.maximum) if when.known else UNKNOWN

    def parameter(self, row: TreeRow, expr: ParameterRef) -> Answer:
        """The value of the day and the household's region; unknown where none is published."""
        name = self.pack.top.region
        region = row.top.source.facts.get(name) if name else None
        code = region if isinstance(region, str) else None
        found = self.pack.parameters[expr.name].value_for(self.as_of, code)
        return UNKNOWN if found is None else known(found.value)

    def reference(self, row: TreeRow, expr: RuleRef) -> Answer:
        """The outcome of another rule of the same row."""
        return self.rule(row, expr.name)

    def aggregate(self, row: TreeRow, expr: Aggregate) -> Answer:
        """A total over the rows of an entity below."""
        return rows.aggregate(self, row, expr)


_Answerer = Callable[[Interpreter, TreeRow, Any], Answer]
_ANSWER: Mapping[type, _Answerer] = {
    **logic.OPERATIONS,
    **numbers.OPERATIONS,
    FactRef: Interpreter.fact,
    ParameterRef: Interpreter.parameter,
    RuleRef: Interpreter.reference,
    Aggregate: Interpreter.aggregate,
}


@dataclass(frozen=True)
class RowAnswers:
    """The outcomes of all rules of one row (一行的全部结果)."""

    row: TreeRow
    rules: Mapping[str, Answer]

    @property
    def path(self) -> str:
        """Where the row stands: empty for the household, else ``members.0.``"""
        return self.row.path


@dataclass(frozen=True)
class Interpreted:
    """A household with every outcome (解释结果): rows of every entity, the household first."""

    rows: tuple[RowAnswers, ...]

    def of(self, entity: str) -> tuple[RowAnswers, ...]:
        """The rows of an entity, in the order they are listed."""
        return tuple(item for item in self.rows if item.row.entity.id == entity)

    def answer(self, name: str, path: str = "") -> Answer:
        """The outcome of a rule in the row at a path."""
        return next(item.rules[name] for item in self.rows if item.path == path)


def interpret(bound: BoundPack, household: CaseRow) -> Interpreted:
    """Every rule in force for every row of a household."""
    interpreter = Interpreter(bound)
    found = []
    for row in tree_of(bound.pack, household).walk():
        names = [name for name, item in bound.rules.items() if item.rule.entity == row.entity.id]
        found.append(RowAnswers(row, {name: interpreter.rule(row, name) for name in names}))
    return Interpreted(tuple(found))
