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
from mingbai.engine.model.pack import (
    Clause,
    Form,
    LegalSource,
    Pack,
    Rule,
    Source,
    TableRow,
)
from mingbai.engine.model.values import BOOL, INT, Kind, Period, Text, Type
from tests.generative.expressions import WHOLE, Names, expressions, names_of

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
    kind: str  # expr, all, any, none, when or table
    texts: tuple[str, ...]
    applies_when: str | None = None


def _source(text: str) -> Source:
    return Source(text, HERE)


def built(drawn: Drawn, result: Type) -> Rule:
    """The rule of a drawn text."""
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
        form=_form(drawn),
        place=HERE,
    )


def _form(drawn: Drawn) -> Form:
    """Clauses with a group in the middle; a choice; a table over two inputs; or one expression."""
    first, *rest = (_source(text) for text in drawn.texts)
    if drawn.kind == "expr":
        return Form("expr", expr=first)
    if drawn.kind == "when":
        return Form("when", expr=first, then=rest[0], otherwise=rest[1])
    if drawn.kind == "table":
        cells = [tuple(rest[number : number + 2]) for number in range(1, len(rest), 2)]
        rows = [
            TableRow(f"t{number}", None, row, _source(str(number * 3)))
            for number, row in enumerate(cells)
        ]
        return Form("table", inputs=(first, rest[0]), rows=tuple(rows), otherwise=_source("-7"))
    leaves = [
        Clause(f"c{number}", NO_TEXT, "expr", source, (), HERE)
        for number, source in enumerate((first, *rest))
    ]
    group = Clause("g", NO_TEXT, "any", None, tuple(leaves[1:]), HERE)
    return Form(drawn.kind, clauses=(leaves[0], group) if len(leaves) > 2 else tuple(leaves))


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
        result = INT if drawn.kind == "table" else BOOL
        if drawn.kind == "expr":
            result = bind(_source(drawn.texts[0]), scope).type
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
    form = draw(st.sampled_from(FORMS.get(kind, ["expr"])))
    condition = draw(st.one_of(st.none(), st.none(), expressions(names, "bool", 1)))
    if form == "table":
        texts = draw(_table(names))
    else:
        count = {"expr": 1, "when": 3}.get(form) or draw(st.integers(1, 3))
        texts = tuple(draw(expressions(names, kind, depth)) for _ in range(count))
    return Drawn(name, names.entity, form, texts, condition), kind


FORMS = {
    "bool": ["expr", "expr", "expr", "all", "any", "none", "when"],
    "number": ["expr", "expr", "expr", "expr", "table"],
}
CELLS = ["-", "0, 3", "-1", ">= 2", "< 5", "= 0", "<> 1", "between 1 and 5", "not in (0, 3)"]


@st.composite
def _table(draw: st.DrawFn, names: Names) -> tuple[str, ...]:
    """A whole number and a yes or no, then the two cells of each row."""
    inputs = [draw(st.sampled_from(names.of("number", WHOLE))), draw(expressions(names, "bool", 1))]
    rows = draw(st.integers(1, 4))
    cells = [
        draw(st.sampled_from(cells))
        for _ in range(rows)
        for cells in (CELLS, ["-", "-", "true", "= false"])
    ]
    return (*inputs, *cells)


def programs(pack: Pack, as_of: date) -> tuple[BoundPack, Program]:
    """The pack bound on a day, and compiled with reasons and causes."""
    bound = bind_pack(pack, as_of)
    return bound, compile_bound(bound, reasons=True, causes=True)


__all__ = ["DAYS", "Kind", "dictionary", "drawn_rules", "pack_of", "programs"]
