"""A household with one fact changed, evaluated by what the change reaches alone."""

from __future__ import annotations

from datetime import date
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from mingbai.engine.compiling import Evaluated
from mingbai.engine.explaining.counterfactual import changed_fact
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.model.pack import CaseRow, Fact
from tests.generative.households import facts_of, households, value_of
from tests.generative.profile import PROFILE, PROGRAMS
from tests.generative.rules import DAYS, Drawn, drawn_rules, pack_of, programs

HOUSEHOLDS, TRIES = 4, 6


@settings(PROFILE, max_examples=PROGRAMS // 2)
@given(drawn_rules(), st.sampled_from(DAYS), st.integers(0, 10**6))
def test_what_a_change_cannot_reach_is_taken_as_it_was(
    drawn: list[Drawn], as_of: date, seed: int
) -> None:
    _, program = programs(pack_of(drawn), as_of)
    tracer, random = Tracer(program), Random(seed)
    for row in households(program.pack, as_of, seed, HOUSEHOLDS):
        before = tracer.evaluate(row)
        for path, fact in _some(tracer, row, random):
            changed = changed_fact(row, path, value_of(tracer.pack, fact, as_of, random))
            found = _told(tracer.evaluate(changed, before))
            assert found == _told(tracer.evaluate(changed)), (path, row)
        assert _told(before) == _told(tracer.evaluate(row)), row


def _some(tracer: Tracer, row: CaseRow, random: Random) -> list[tuple[str, Fact]]:
    listed = list(facts_of(tracer.pack, row))
    return random.sample(listed, min(TRIES, len(listed)))


def _told(row: Evaluated) -> object:
    below = {name: [_told(one) for one in rows] for name, rows in row.below.items()}
    return row.values, row.source.facts, below
