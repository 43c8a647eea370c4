"""Asks every engine the same and gives the one answer they all must give."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from mingbai.engine.compiling import bind_pack, compile_bound
from mingbai.engine.compiling.binding import Scope, bind
from mingbai.engine.errors import Place
from mingbai.engine.model.pack import CaseRow, Form, LegalSource, Pack, Rule, Source
from mingbai.engine.model.values import NA, Kind, Period, Text
from mingbai.engine.reference import Answer, interpret
from tests.engine.packs import DAY, household
from tests.generative import engines


def with_rule(pack: Pack, text: str, name: str = "asked") -> Pack:
    """The pack with one more household rule, of the type its expression has."""
    source, nothing = Source(text, Place("asked")), Text("", "")
    in_force = {rule.id: rule for rule in pack.rules}
    rule = Rule(
        id=name,
        entity=pack.top.id,
        type=bind(source, Scope(pack, pack.top.id, in_force)).type,
        role=None,
        met_when=True,
        label=nothing,
        sentence=nothing,
        source=LegalSource("", "", ""),
        period=Period(date(2000, 1, 1)),
        applies_when=None,
        priority=5,
        owner=None,
        form=Form("expr", expr=source),
        place=source.place,
    )
    return replace(pack, rules=(*pack.rules, rule))


def everywhere(pack: Pack, row: CaseRow, name: str, day: date = DAY) -> Answer:
    """The outcome of a household rule, on which all engines must agree."""
    program = compile_bound(bind_pack(pack, day), outputs=[name], causes=True)
    answer = interpret(program.bound, row).answer(name)
    runs = [
        run(program, [row]) for run in (engines.on_duckdb, engines.on_sqlite, engines.on_closures)
    ]
    number = program.rule(name).type.kind is Kind.NUMBER
    for cells in runs:
        found = {column: value for (_, _, column), value in cells.items()}
        assert _same(found[name], answer.value), (cells, answer)
        assert bool(found.get(f"{name}@na")) is answer.na
        if number:
            assert found.get(f"{name}@lo", found[name]) == answer.low
            assert found.get(f"{name}@hi", found[name]) == answer.high
    return answer


def _same(found: Any, wanted: Any) -> bool:
    """SQLite gives 0 and 1 for no and yes, and texts for dates."""
    return found == wanted or str(found) == str(wanted)


def answer_to(pack: Pack, text: str, facts: str, day: date = DAY) -> Any:
    """What an expression comes to: a value, ``None`` for unknown, ``NA``."""
    answer = everywhere(with_rule(pack, text), household(pack, facts), "asked", day)
    return NA if answer.na else answer.value


def bounds_of(pack: Pack, text: str, facts: str, day: date = DAY) -> tuple[int | None, int | None]:
    """Between which numbers an expression stands."""
    answer = everywhere(with_rule(pack, text), household(pack, facts), "asked", day)
    return answer.low, answer.high
