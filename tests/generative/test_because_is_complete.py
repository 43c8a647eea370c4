"""What an unknown comes from is named completely, and the same by the trace and by the masks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from mingbai.engine.compiling import Evaluated, Program
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.model.pack import CaseRow
from tests.generative.households import filled, gaps, households, value_of
from tests.generative.profile import PROFILE, PROGRAMS
from tests.generative.rules import DAYS, Drawn, drawn_rules, pack_of, programs

HOUSEHOLDS = 25
#: What can be unknown though every fact is known: division by zero, and the latest of no record.
SETTLED = re.compile(r"round\(|latest\(")


@settings(PROFILE, max_examples=2 * PROGRAMS)
@given(drawn_rules(), st.sampled_from(DAYS), st.integers(0, 10**6))
def test_the_named_facts_decide_or_lead_on(drawn: list[Drawn], as_of: date, seed: int) -> None:
    pack = pack_of(drawn)
    _, program = programs(pack, as_of)
    tracer, random = Tracer(program), Random(seed)
    for row in households(pack, as_of, seed, HOUSEHOLDS):
        before = tracer.evaluate(row)
        for name in _unknown(tracer, before):
            named = tracer.because(before, name)
            trial = _filled(tracer, row, set(named), as_of, random)
            after = tracer.evaluate(trial)
            assert _leads_on(tracer, after, name, set(named)), (name, named, row, trial)


def _unknown(tracer: Tracer, row: Evaluated) -> Iterator[str]:
    for name in tracer.program.outputs_of(tracer.pack.top.id):
        if tracer.outcome(row, name) is None:
            yield name


def _filled(tracer: Tracer, row: CaseRow, named: set[str], as_of: date, random: Random) -> CaseRow:
    for path, fact in list(gaps(tracer.pack, row)):
        if path in named:
            row = filled(row, path, value_of(tracer.pack, fact, as_of, random))
    return row


def _leads_on(tracer: Tracer, after: Evaluated, name: str, named: set[str]) -> bool:
    """Decided now; or new facts are named; or what is missing is no fact at all."""
    if tracer.outcome(after, name) is not None:
        return True
    now = set(tracer.because(after, name))
    no_facts = {*tracer.pack.parameters, *(item.relation for item in tracer.pack.entities.values())}
    lacking = {path for path in now if path.rpartition(".")[2] in no_facts}
    return bool(now - named) or bool(lacking) or _is_settled(tracer.program, name)


def _is_settled(program: Program, name: str) -> bool:
    """Whether the rule, or one it reads, can be unknown without any unknown fact."""
    rules = [program.rule(other) for other in program.bound.needs(name)]
    texts = [repr((rule.form, rule.applies_when)) for rule in rules]
    return any(SETTLED.search(text) for text in texts)


@settings(PROFILE, max_examples=2 * PROGRAMS)
@given(drawn_rules(), st.sampled_from(DAYS), st.integers(0, 10**6))
def test_trace_and_masks_name_the_same(drawn: list[Drawn], as_of: date, seed: int) -> None:
    pack = pack_of(drawn)
    _, program = programs(pack, as_of)
    tracer = Tracer(program)
    for row in households(pack, as_of, seed, HOUSEHOLDS):
        evaluated = tracer.evaluate(row)
        for name in _unknown(tracer, evaluated):
            by_trace = {_last(tracer, path) for path in tracer.because(evaluated, name)}
            assert by_trace == _by_masks(program, evaluated, name), (name, row)


def _last(tracer: Tracer, path: str) -> str:
    """A path as entity.fact, a relation or a parameter by its name."""
    *way, name = path.split(".")
    entity = tracer.pack.top
    for relation in way[::2]:
        entity = next(item for item in tracer.pack.below(entity.id) if item.relation == relation)
    return f"{entity.id}.{name}" if name in tracer.pack.facts[entity.id] else name


def _by_masks(program: Program, evaluated: Evaluated, name: str) -> set[str]:
    found = set()
    for word, column in program.lowered.rules[name].why:
        for cause in program.causes_in(word, evaluated.values[column]):
            is_fact = cause.kind == "fact"
            found.add(f"{cause.entity}.{cause.name}" if is_fact else cause.name)
    return found
