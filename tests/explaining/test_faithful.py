"""Explanations are faithful: what they say would change an outcome does, and nothing unnamed does."""

import random
from datetime import date

import pytest

from mingbai.engine.compiling import bind_pack, compile_bound
from mingbai.engine.explaining.counterfactual import Counterfactuals, changed_fact, named_inputs
from mingbai.engine.explaining.directions import DOWN, EITHER, STILL, UP, Directions
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.loading import load_pack
from tests.explaining.households import Households, paths

AS_OF = date(2025, 6, 30)
HOUSEHOLDS, SLICES = 1000, 10


@pytest.fixture(scope="module")
def tracers():
    bound = bind_pack(load_pack("cn", with_cases=False), AS_OF)
    names = [name for name, rule in bound.rules.items() if rule.rule.role is not None]
    household = [name for name in names if bound.rules[name].rule.entity == bound.pack.top.id]
    return {name: Tracer(compile_bound(bound, outputs=[name])) for name in household}


@pytest.mark.parametrize("part", range(SLICES))
def test_every_printed_change_changes_the_outcome_as_it_says(tracers, part):
    """A change of one fact gives exactly the outcome that is printed with it (design 2.3)."""
    printed = 0
    for household, name, tracer in _drawn(tracers, part):
        before = tracer.outcome(tracer.evaluate(household), name)
        for change in Counterfactuals(tracer).of(household, name):
            after = tracer.outcome(
                tracer.evaluate(changed_fact(household, change.path, change.new)), name
            )
            assert after is change.outcome or after == change.outcome
            assert after is not before
            assert not change.fact.fixed
            assert _is_nearest(tracer, household, name, change)
            printed += 1
    assert printed > 40


def test_a_search_by_direction_finds_what_a_search_of_everything_finds(tracers, monkeypatch):
    """What an end of a range does not change is passed over; nothing is missed by that."""
    drawn = list(_drawn(tracers, part=3))
    quick = [Counterfactuals(tracer).of(household, name) for household, name, tracer in drawn]
    monkeypatch.setattr(Counterfactuals, "_one_way", lambda *_about: False)
    whole = [Counterfactuals(tracer).of(household, name) for household, name, tracer in drawn]
    assert quick == whole
    assert sum(map(len, whole)) > 40


@pytest.mark.parametrize(
    ("rule", "fact", "way"),
    [
        ("income.above_monitoring_line", "household.income_wage", UP),
        ("income.above_monitoring_line", "household.expense_business", DOWN),
        ("income.above_monitoring_line", "household.division_code", STILL),
        ("signal.illness", "bill.self_paid", UP),
        ("signal.illness", "bill.paid_on", EITHER),
    ],
)
def test_direction_of_a_rule(tracers, rule, fact, way):
    bound = tracers[rule].program.bound
    assert Directions(bound, *fact.split(".")).of_rule(rule) == way


@pytest.mark.parametrize("part", range(SLICES))
def test_no_unnamed_fact_changes_the_outcome(tracers, part):
    """Any single fact that the trace does not name, changed alone within its range, changes nothing."""
    tried = 0
    for household, name, tracer in _drawn(tracers, part):
        evaluated = tracer.evaluate(household)
        before = tracer.outcome(evaluated, name)
        named = named_inputs(tracer.trace(evaluated, name))
        draw = Households(tracer.pack, AS_OF, seed=part)
        unnamed = [item for item in paths(household, tracer.pack) if item[0] not in named]
        for path, fact in draw.random.sample(unnamed, min(12, len(unnamed))):
            after = tracer.outcome(
                tracer.evaluate(changed_fact(household, path, draw.value(fact))), name
            )
            assert after is before or after == before, path
            tried += 1
    assert tried > HOUSEHOLDS // SLICES


def _is_nearest(tracer, household, name, change):
    """One unit nearer to what is recorded, that outcome does not come out."""
    numbers = isinstance(change.old, int) and isinstance(change.new, int)
    if isinstance(change.old, bool) or not numbers or abs(change.new - change.old) < 2:
        return True
    nearer = change.new + (1 if change.old > change.new else -1)
    found = tracer.outcome(tracer.evaluate(changed_fact(household, change.path, nearer)), name)
    return found is not change.outcome and found != change.outcome


def _drawn(tracers, part):
    """A slice of the 1,000 households, each with one rule."""
    pack = next(iter(tracers.values())).pack
    draw = Households(pack, AS_OF, seed=1000 + part)
    choose = random.Random(part)  # no secret
    for _ in range(HOUSEHOLDS // SLICES):
        name = choose.choice(list(tracers))
        yield draw.draw(), name, tracers[name]
