"""What is decided while facts are unknown stays decided when they become known; numbers keep their bounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from mingbai.engine.compiling import Evaluated, Program
from mingbai.engine.model.pack import CaseRow, Pack
from mingbai.engine.model.values import Kind
from mingbai.engine.reference import Interpreter, tree_of
from tests.generative.engines import walk
from tests.generative.households import filled, gaps, households, value_of
from tests.generative.profile import PROFILE, PROGRAMS
from tests.generative.rules import DAYS, Drawn, drawn_rules, pack_of, programs

HOUSEHOLDS, FILLS = 25, 4


@settings(PROFILE, max_examples=2 * PROGRAMS)
@given(drawn_rules(asks_about_unknown=False), st.sampled_from(DAYS), st.integers(0, 10**6))
def test_filling_unknown_facts_never_turns_an_answer(
    drawn: list[Drawn], as_of: date, seed: int
) -> None:
    pack = pack_of(drawn)
    bound, program = programs(pack, as_of)
    random = Random(seed)
    for row in households(pack, as_of, seed, HOUSEHOLDS):
        before = program.closures.household(row)
        for trial in _fills(pack, row, as_of, random):
            if not _contradicts(Interpreter(bound), pack, trial):
                after = program.closures.household(trial)
                assert list(_turned(program, before, after)) == [], (row, trial)


def _fills(pack: Pack, row: CaseRow, as_of: date, random: Random) -> Iterator[CaseRow]:
    """One unknown fact filled, a few times; some of them; all; and members where none are listed."""
    open_facts = list(gaps(pack, row))
    if not row.below["members"]:
        yield replace(row, below={**row.below, "members": _members(pack, as_of, random)})
    for count in [1] * FILLS + [len(open_facts) // 2, len(open_facts)]:
        trial = row
        for path, fact in random.sample(open_facts, min(count, len(open_facts))):
            trial = filled(trial, path, value_of(pack, fact, as_of, random))
        yield trial


def _members(pack: Pack, as_of: date, random: Random) -> tuple[CaseRow, ...]:
    """Members that nobody knew of: those of another household, with keys of their own."""
    donors = households(pack, as_of, random.randrange(10**6), 10)
    found = next((donor.below["members"] for donor in donors if donor.below["members"]), ())
    return tuple(replace(item, key=f"new.{item.key}") for item in found)


def _contradicts(judge: Interpreter, pack: Pack, household: CaseRow) -> bool:
    """Whether a value is recorded for something that does not apply: then the record is wrong."""
    for row in tree_of(pack, household).walk():
        for (entity, name), condition in judge.bound.conditions.items():
            if entity == row.entity.id and row.source.facts.get(name) is not None:
                when = judge.answer(row, condition)
                if when.na or when.value is False:
                    return True
    return False


def _turned(program: Program, before: Evaluated, after: Evaluated) -> Iterator[object]:
    """Answers that became their opposite, and numbers that left their bounds."""
    rows = {row.source.key: row for _, row in walk(program.pack, after)}
    for entity, old in walk(program.pack, before):
        new = rows[old.source.key]
        for name in program.outputs_of(entity):
            a, b = old.values[name], new.values[name]
            if a is None and program.rule(name).type.kind is Kind.NUMBER and b is not None:
                low, high = old.values.get(f"{name}@lo"), old.values.get(f"{name}@hi")
                if (low is not None and b < low) or (high is not None and b > high):
                    yield name, program.rule(name).form, (low, high), b
            elif a is not None and b is not None and a != b:
                yield name, program.rule(name).form, a, b
