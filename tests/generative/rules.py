"""Draws packs: the dictionary in drawn/ with rules whose expressions are drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from mingbai.engine.compiling import BoundPack, Program, bind_pack, compile_bound
from mingbai.engine.compiling.binding import Scope, bind
from mingbai.engine.errors import PackError, Place
from mingbai.engine.loading import load_pack
from mingbai.engine.model.pack import Clause, Form, LegalSource, Pack, Rule, Source
from mingbai.engine.model.values import BOOL, Kind, Period, Text, Type
from tests.generative.expressions import Names, expressions, names_of

FOLDER = Path(__file__).parent / "drawn"
START = date(2000, 1, 1)
HERE = Place("drawn")
NO_TEXT = Text("", "")
#: Month ends, leap days, and the days around them.
DAYS = [
    date(2024, 2, 29), date(2023, 2, 28), date(2025, 2, 28), date(2024, 3, 1), date(2025, 1, 31),
    date(2025, 3, 31), date(2024, 4, 30), date(2024, 12, 31), date(2025, 1, 1), date(2025, 6, 15),
]  # fmt: skip


@cache
def dictionary() -> Pack:
    """The pack whose facts and parameters the drawn rules name."""
    return load_pack(FOLDER)


@dataclass(frozen=True)
class Drawn:
    """A drawn rule as text: its entity, the form it takes, and the expressions in it."""

    id: str
    entity: str
    kind: str  # expr, all, any or none
    texts: tuple[str, ...]
    applies_when: str | None = None


def _source(text: str) -> Source:
    return Source(text, HERE)


def built(drawn: Drawn, result: Type) -> Rule:
    """The rule of a drawn text; the middle one of three clauses is a group."""
    clauses: tuple[Clause, ...] = ()
    if drawn.kind != "expr":
        leaves = [
            Clause(f"c{number}", NO_TEXT, "expr", _source(text), (), HERE)
            for number, text in enumerate(drawn.texts)
        ]
        group = Clause("g", NO_TEXT, "any", None, tuple(leaves[1:]), HERE)
        clauses = (leaves[0], group) if len(leaves) > 2 else tuple(leaves)
    expr = _source(drawn.texts[0]) if drawn.kind == "expr" else None
    return Rule(
        id=drawn.id,
        entity=drawn.entity,
        type=result,
        role=None,
        met_when=True,
        label=NO_TEXT,
        sentence=NO_TEXT,
        source=LegalSource("", "", ""),
        period=Period(START),
        applies_when=_source(drawn.applies_when) if drawn.applies_when else None,
        priority=5,
        owner=None,
        form=Form(drawn.kind, expr=expr, clauses=clauses),
        place=HERE,
    )


def pack_of(drawn: list[Drawn]) -> Pack:
    """The dictionary with the drawn rules; those that could leave the safe range are left out."""
    base = replace(dictionary(), rules=())
    for item in drawn:
        rule = _typed(base, item)
        if rule is not None:
            ids = tuple(name for name, _ in rule.clauses())
            base = replace(
                base, rules=(*base.rules, rule), register={**base.register, item.id: ids}
            )
    return base


def _typed(base: Pack, drawn: Drawn) -> Rule | None:
    in_force = {rule.id: rule for rule in base.rules}
    scope = Scope(base, drawn.entity, in_force)
    try:
        result = BOOL if drawn.kind != "expr" else bind(_source(drawn.texts[0]), scope).type
        rule = built(drawn, result)
        trial = replace(base, rules=(*base.rules, rule))
        ids = tuple(name for name, _ in rule.clauses())
        trial = replace(trial, register={**trial.register, drawn.id: ids})
        compile_bound(bind_pack(trial, DAYS[0]), outputs=[drawn.id])
    except PackError as error:
        if {fault.code for fault in error.faults} <= {"PACK-026", "PACK-020"}:
            return None  # out of range; or naming a rule that was
        raise
    return rule


KINDS = ["bool", "bool", "number", "number", "date", "kind"]


@st.composite
def drawn_rules(draw: st.DrawFn, *, asks_about_unknown: bool = True, depth: int = 3) -> list[Drawn]:
    """Rules of bills, then of persons, then of the household, which may name earlier ones."""
    pack = dictionary()
    found: list[Drawn] = []
    named: dict[str, Names] = {}
    for entity, count in (("bill", 1), ("person", 3), ("household", 4)):
        names = names_of(pack, entity, asks_about_unknown=asks_about_unknown)
        for child in names.below:
            if child.entity in named:
                child.by_kind = named[child.entity].by_kind
        named[entity] = names
        for number in range(count):
            rule, kind = draw(_rule(names, f"{entity}.r{number}", depth))
            found.append(rule)
            names.add(kind, rule.id)
    return found


@st.composite
def _rule(draw: st.DrawFn, names: Names, name: str, depth: int) -> tuple[Drawn, str]:
    kind = draw(st.sampled_from(KINDS))
    form = (
        draw(st.sampled_from(["expr", "expr", "all", "any", "none"])) if kind == "bool" else "expr"
    )
    count = 1 if form == "expr" else draw(st.integers(1, 3))
    texts = tuple(draw(expressions(names, kind, depth)) for _ in range(count))
    condition = draw(st.one_of(st.none(), st.none(), expressions(names, "bool", 1)))
    return Drawn(name, names.entity, form, texts, condition), kind


def programs(pack: Pack, as_of: date) -> tuple[BoundPack, Program]:
    """The pack bound on a day, and compiled with reasons and causes."""
    bound = bind_pack(pack, as_of)
    return bound, compile_bound(bound, reasons=True, causes=True)


__all__ = ["DAYS", "Kind", "dictionary", "drawn_rules", "pack_of", "programs"]
