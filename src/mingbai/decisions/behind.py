"""What stands behind a rule (规则所依据的登记): the facts it reads, itself or by others, and their topics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from mingbai.decisions.columns import column_of
from mingbai.decisions.models import Run
from mingbai.decisions.programs import state_program
from mingbai.decisions.versions import pack_at, pack_of
from mingbai.engine.compiling import Program
from mingbai.engine.compiling.packs import BoundPack, bind_pack
from mingbai.engine.model.expressions import Expr, FactRef, RuleRef
from mingbai.engine.model.pack import Fact


def facts_behind(program: Program, rule: str) -> Iterator[tuple[str, Fact]]:
    """Entity and fact, of every fact that a rule reads, itself or by another rule."""
    return _facts(program.bound, program.bound.rules[rule].expr, set())


def _facts(bound: BoundPack, expr: Expr, seen: set[str]) -> Iterator[tuple[str, Fact]]:
    if isinstance(expr, FactRef):
        yield expr.entity, bound.pack.facts[expr.entity][expr.name]
    if isinstance(expr, RuleRef) and expr.name not in seen:
        seen.add(expr.name)
        yield from _facts(bound, bound.rules[expr.name].expr, seen)
    for child in expr.children():
        yield from _facts(bound, child, seen)


@lru_cache(maxsize=64)
def topics_behind(pack: str, digest: str, as_of: date, rule: str) -> frozenset[str]:
    """The topics whose records a rule reads. `digest`: the pack's, to ask anew when it changes.

    Whoever sees only some topics is shown no rule that would tell of another one.
    """
    program = state_program(pack_at(pack, digest), as_of, ())
    if rule not in program.bound.rules:
        return frozenset()
    columns = (column_of(entity, fact.id) for entity, fact in facts_behind(program, rule))
    return frozenset(column.topic for column in columns if column is not None)


_closed: dict[tuple[str, tuple[int, ...]], frozenset[str]] = {}
_MOST_CLOSED = 100


def restricted_in(run: Run) -> frozenset[str]:
    """The rules of a run that only who may see illness is told of (病残规则).

    A rule that the pack at hand has not is one of them: nobody can say what it read. Bound once for all days
    that have the same versions of the rules, so that a list of runs asks for many days at no cost.
    """
    pack = pack_of(run)
    rules = pack.rules_on(run.as_of)
    key = pack.hash, tuple(id(rule) for rule in rules.values())
    if key not in _closed:
        if len(_closed) >= _MOST_CLOSED:
            _closed.clear()
        bound = bind_pack(pack.without_checks(), run.as_of)
        _closed[key] = frozenset(
            name
            for name, rule in bound.rules.items()
            if any(fact.restricted for _, fact in _facts(bound, rule.expr, set()))
        )
    return _closed[key] | (frozenset(run.rule_set.rules) - rules.keys())
