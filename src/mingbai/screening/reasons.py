"""From reason masks to clauses (理由码还原): which clauses decided, cached per mask."""

from __future__ import annotations

from collections.abc import Iterator

from mingbai.engine.compiling import Program
from mingbai.engine.model.expressions import Aggregate, Expr, Not, RuleRef
from mingbai.engine.model.values import Text


class Reasons:
    """Reads the reason masks of one program (理由解读)."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._cache: dict[tuple[str, bool, int], tuple[Text, ...]] = {}
        self._members: dict[tuple[str, bool], tuple[str, bool] | None] = {}

    def clauses(self, name: str, value: bool, mask: int) -> tuple[Text, ...]:
        """The labels of the top clauses that made a rule come out as it did."""
        key = (name, value, mask)
        if key not in self._cache:
            self._cache[key] = tuple(self._decisive(name, value, mask))
        return self._cache[key]

    def _decisive(self, name: str, value: bool, mask: int) -> Iterator[Text]:
        bound = self.program.bound.rules[name]
        register = self.program.pack.register.get(name, ())
        wanted = value if bound.rule.form.kind != "none" else not value
        for clause in bound.clauses:
            bit = register.index(clause.id)
            true, unknown = mask >> bit & 1, mask >> (bit + 24) & 1
            if not unknown and bool(true) == wanted:
                yield clause.clause.label

    def members(self, name: str, value: bool) -> tuple[str, bool] | None:
        """For a rule that asks about the rows below: which of their rules, and which answer, decided."""
        key = (name, value)
        if key not in self._members:
            self._members[key] = self._deciding(name, value)
        return self._members[key]

    def _deciding(self, name: str, value: bool) -> tuple[str, bool] | None:
        bound = self.program.bound.rules[name]
        exprs = [clause.expr for clause in bound.flat_clauses()] or [bound.expr]
        for expr in exprs:
            found = _row_rule(expr, value)
            if found is not None:
                return found
        return None


def _row_rule(expr: Expr, value: bool) -> tuple[str, bool] | None:
    while isinstance(expr, Not) or not isinstance(expr, Aggregate):
        inner = list(expr.children())
        if isinstance(expr, Not):
            value = not value
        aggregates = [part for part in inner if isinstance(part, (Aggregate, Not))]
        if not aggregates:
            return None
        expr = aggregates[0]
    if not isinstance(expr.item, RuleRef):
        return None
    if expr.kind == "any" and value:
        return expr.item.name, True
    if expr.kind == "all" and not value:
        return expr.item.name, False
    return (expr.item.name, True) if expr.kind == "count" else None
