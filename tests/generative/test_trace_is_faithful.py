"""A fact that the trace of a rule does not name changes nothing, whatever becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from mingbai.engine.explaining.counterfactual import named_inputs
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.model.pack import CaseRow, Fact
from mingbai.engine.model.values import Value
from tests.generative.households import facts_of, filled, households, value_of
from tests.generative.profile import PROFILE, PROGRAMS
from tests.generative.rules import DAYS, Drawn, drawn_rules, pack_of, programs

HOUSEHOLDS, TRIES = 15, 6


@settings(PROFILE, max_examples=PROGRAMS)
@given(drawn_rules(), st.sampled_from(DAYS), st.integers(0, 10**6))
def test_a_fact_that_is_not_named_changes_nothing(
    drawn: list[Drawn], as_of: date, seed: int
) -> None:
    _, program = programs(pack_of(drawn), as_of)
    tracer, random = Tracer(program), Random(seed)
    for row in households(program.pack, as_of, seed, HOUSEHOLDS):
        before = tracer.evaluate(row)
        for name in program.outputs_of(program.pack.top.id):
            outcome = tracer.outcome(before, name)
            named = set(named_inputs(tracer.trace(before, name)))
            for path, value in _unnamed(tracer, row, named, as_of, random):
                after = tracer.evaluate(filled(row, path, value))
                found = tracer.outcome(after, name)
                assert found is outcome or found == outcome, (name, path, value, row)


def _unnamed(
    tracer: Tracer, row: CaseRow, named: set[str], as_of: date, random: Random
) -> Iterator[tuple[str, Value]]:
    """Some facts that are not named, each with another value or none."""
    listed: list[tuple[str, Fact]] = [
        item for item in facts_of(tracer.pack, row) if item[0] not in named
    ]
    for path, fact in random.sample(listed, min(TRIES, len(listed))):
        value = value_of(tracer.pack, fact, as_of, random)
        yield path, value if random.random() < 0.8 else None
