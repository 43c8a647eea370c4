"""What stands behind a rule (规则所依据的登记): the facts it reads, itself or by others, and their topics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from mingbai.decisions.columns import column_of
from mingbai.decisions.programs import pack_named, state_program
from mingbai.engine.compiling import Program
from mingbai.engine.model.expressions import Expr, FactRef, RuleRef
from mingbai.engine.model.pack import Fact


def facts_behind(program: Program, rule: str) -> Iterator[tuple[str, Fact]]:
    """Entity and fact, of every fact that a rule reads, itself or by another rule."""
    return _facts(program, program.bound.rules[rule].expr, set())


def _facts(program: Program, expr: Expr, seen: set[str]) -> Iterator[tuple[str, Fact]]:
    if isinstance(expr, FactRef):
        yield expr.entity, program.pack.facts[expr.entity][expr.name]
    if isinstance(expr, RuleRef) and expr.name not in seen:
        seen.add(expr.name)
        yield from _facts(program, program.bound.rules[expr.name].expr, seen)
    for child in expr.children():
        yield from _facts(program, child, seen)


@lru_cache(maxsize=64)
def topics_behind(pack: str, digest: str, as_of: date, rule: str) -> frozenset[str]:
    """The topics whose records a rule reads. `digest`: the pack's, to ask anew when it changes.

    Whoever sees only some topics is shown no rule that would tell of another one.
    """
    program = state_program(pack_named(pack), as_of, ())
    if rule not in program.bound.rules:
        return frozenset()
    columns = (column_of(entity, fact.id) for entity, fact in facts_behind(program, rule))
    return frozenset(column.topic for column in columns if column is not None)
