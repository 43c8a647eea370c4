"""What would change a household's outcomes (改变结果的条件), rule by rule, each on a program of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection

from mingbai.engine.compiling import BoundPack, compile_bound
from mingbai.engine.explaining.counterfactual import Change, Counterfactuals
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.model.pack import CaseRow
from mingbai.engine.model.values import NA


def changes_of(
    bound: BoundPack,
    household: CaseRow,
    *,
    only: Collection[str] | None = None,
    tracer_of: Callable[[str], Tracer] | None = None,
) -> dict[str, list[Change]]:
    """For each household rule with a role that applies: single facts that would change it.

    A small program per rule, because the search evaluates the household many times. `only`: of these rules.
    `tracer_of`: gives that program where somebody keeps them.
    """
    found: dict[str, list[Change]] = {}
    for name, rule in bound.rules.items():
        if rule.rule.role is None or rule.rule.entity != bound.pack.top.id:
            continue
        if only is not None and name not in only:
            continue
        tracer = tracer_of(name) if tracer_of else Tracer(compile_bound(bound, outputs=[name]))
        if tracer.outcome(tracer.evaluate(household), name) is not NA:
            found[name] = Counterfactuals(tracer).of(household, name)
    return found
