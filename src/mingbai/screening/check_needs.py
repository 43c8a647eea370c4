"""What a check of records needs (核对所需的列): a check whose columns no file has says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from mingbai.engine.compiling import BoundPack
from mingbai.engine.model.expressions import (
    Aggregate,
    AnyOf,
    Assume,
    Certainty,
    Choose,
    Expr,
    FactRef,
    RuleRef,
    walk,
)
from mingbai.tables import Intake

#: A fact as (entity, name); the name is empty when the whole list is missing.
Key = tuple[str, str]


class Needs:
    """Finds, for the checks of one pack and one intake, what is missing and what to point to."""

    def __init__(self, bound: BoundPack, intake: Intake) -> None:
        self._rules = bound.rules
        self._supplied = {
            (entity, name) for entity, names in intake.supplied.items() for name in names
        }
        self._lists = {entity for entity, names in intake.supplied.items() if names}
        self._intake = intake
        self._lack = cache(self._lacks_of)
        self.rows_of = cache(self._rows_of)

    def lacking(self, name: str) -> tuple[Key, ...]:
        """The facts without which the check can never speak, in a stable order."""
        found = self._lack(self._rules[name].expr) | self._uneven(name)
        return tuple(sorted(found))

    def _lacks_of(self, expr: Expr) -> frozenset[Key]:
        """Of alternatives one is enough; of everything else all parts are needed."""
        if isinstance(expr, FactRef):
            key = (expr.entity, expr.name)
            return frozenset() if key in self._supplied else frozenset({key})
        if isinstance(expr, RuleRef):
            return self._lack(self._rules[expr.name].expr)
        if isinstance(expr, (AnyOf, Choose)):
            parts = expr.items if isinstance(expr, AnyOf) else (expr.then, expr.otherwise)
            lacks = [self._lack(part) for part in parts]
            return frozenset() if not all(lacks) else frozenset().union(*lacks)
        if isinstance(expr, Aggregate) and expr.entity not in self._lists:
            return frozenset({(expr.entity, "")})
        return frozenset().union(*(self._lack(part) for part in expr.children()))

    def _uneven(self, name: str) -> set[Key]:
        """Facts of rows below that count as "none" when blank, yet lack a column in some sheet."""
        rule = self._rules[name]
        return {
            (entity, fact)
            for entity, fact in _taken_as_blank(rule.expr)
            if entity != rule.rule.entity and not self._everywhere(entity, fact)
        }

    def _everywhere(self, entity: str, fact: str) -> bool:
        columns = self._intake.columns
        return all(fact in columns.get((*one, entity), {}) for one in self.rows_of(entity))

    def _rows_of(self, entity: str) -> dict[tuple[str, str | None], int]:
        """The sheets that the rows of an entity come from (no lists that only add to them), counted."""
        table = self._intake.tables[entity].select(["_file", "_sheet"])
        found = table.group_by(["_file", "_sheet"]).aggregate([([], "count_all")])
        return {(one["_file"], one["_sheet"]): one["count_all"] for one in found.to_pylist()}

    def blanks(self, name: str) -> tuple[str, ...]:
        """Facts of the check's own row that speak by being blank: the row's sheet must have them."""
        rule = self._rules[name]
        pairs = _taken_as_blank(rule.expr)
        return tuple(dict.fromkeys(fact for entity, fact in pairs if entity == rule.rule.entity))

    def about(self, name: str) -> tuple[Key, ...]:
        """The facts a finding points to, the main one first; those of the check's own row if any."""
        rule = self._rules[name]
        if rule.rule.check is not None and rule.rule.check.about:
            return tuple((rule.rule.entity, fact) for fact in rule.rule.check.about)
        found = dict.fromkeys((one.entity, one.name) for one in self._facts(rule.expr))
        own = tuple(key for key in found if key[0] == rule.rule.entity)
        return own or tuple(found)

    def _facts(self, expr: Expr) -> Iterator[FactRef]:
        """The facts as written; those of another rule only when the check names none itself."""
        direct = [node for node in walk(expr) if isinstance(node, FactRef)]
        if direct:
            yield from direct
            return
        for node in walk(expr):
            if isinstance(node, RuleRef):
                yield from self._facts(self._rules[node.name].expr)


def _taken_as_blank(expr: Expr) -> Iterator[Key]:
    """The facts under ``known``, ``surely``, ``possibly`` and ``assume``, where unknown counts."""
    for node in walk(expr):
        if isinstance(node, (Certainty, Assume)):
            yield from (
                (part.entity, part.name) for part in walk(node.item) if isinstance(part, FactRef)
            )
