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
    return asked_of_all(pack, [row], [name], day)[row.key, name]


def asked_of_all(
    pack: Pack, rows: list[CaseRow], names: list[str], day: date = DAY
) -> dict[tuple[str, str], Answer]:
    """The outcomes of household rules for households, by key and rule, on which all agree."""
    program = compile_bound(bind_pack(pack, day), outputs=names, causes=True)
    judged = {
        (row.key, name): interpret(program.bound, row).answer(name)
        for row in rows
        for name in names
    }
    for run in (engines.on_duckdb, engines.on_sqlite, engines.on_closures):
        cells = run(program, rows)
        for (key, name), answer in judged.items():
            found = {c: v for (_, row_key, c), v in cells.items() if row_key == key}
            number = program.rule(name).type.kind is Kind.NUMBER
            assert _agree(found, name, answer, number=number), (run, key, name, found, answer)
    return judged


def _agree(found: dict[str, Any], name: str, answer: Answer, *, number: bool) -> bool:
    """SQLite gives 0 and 1 for no and yes, and texts for dates."""
    value = found[name]
    same = value == answer.value or str(value) == str(answer.value)
    if number:
        ends = found.get(f"{name}@lo", value), found.get(f"{name}@hi", value)
        same = same and ends == (answer.low, answer.high)
    return same and bool(found.get(f"{name}@na")) is answer.na


def answer_to(pack: Pack, text: str, facts: str, day: date = DAY) -> Any:
    """What an expression comes to: a value, ``None`` for unknown, ``NA``."""
    answer = everywhere(with_rule(pack, text), household(pack, facts), "asked", day)
    return NA if answer.na else answer.value


def bounds_of(pack: Pack, text: str, facts: str, day: date = DAY) -> tuple[int | None, int | None]:
    """Between which numbers an expression stands."""
    answer = everywhere(with_rule(pack, text), household(pack, facts), "asked", day)
    return answer.low, answer.high
