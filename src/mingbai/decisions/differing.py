"""What a rule reads that differs between two runs (依据的变化): facts of one household, values of parameters.

Facts are compared as the register knew them right after either run, on that run's day; values as that run's
version of the pack gives them for the household's place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mingbai.decisions.behind import facts_behind
from mingbai.decisions.columns import FROM_STATUSES, LAST_YEAR_SPEAKS, Column, column_of
from mingbai.decisions.models import Run
from mingbai.decisions.programs import state_program
from mingbai.decisions.versions import pack_of
from mingbai.engine.compiling import Program
from mingbai.engine.compiling.packs import BoundPack
from mingbai.engine.model.expressions import Expr, ParameterRef, RuleRef
from mingbai.engine.model.pack import Parameter, ParameterValue
from mingbai.households.enums import Subject
from mingbai.households.queries import HouseholdView, RecordView
from mingbai.households.topics import TOPICS

#: Registrations of a household or a person that speak for facts of civil affairs.
_CIVIL = ("on_dibao", "on_tekun")
Records = Mapping[str, Sequence[RecordView]]


@dataclass(frozen=True)
class FactChange:
    """A value that is another than it was (事实变化); a side without a record is None."""

    column: Column
    person_id: int | None  # None: of the household
    before: RecordView | None
    after: RecordView | None


@dataclass(frozen=True)
class ValueChange:
    """A parameter with another value in the place (参数变化); None: nothing in force."""

    parameter: Parameter
    before: ParameterValue | None
    after: ParameterValue | None


@dataclass(frozen=True)
class Basis:
    """What some rules rest on (依据): columns of topics, and whether registrations are read."""

    columns: frozenset[Column]
    statuses: bool


def program_of(run: Run) -> Program:
    """The rules of a run, compiled. Raises DEC-009, ``PackError``."""
    return state_program(pack_of(run), run.as_of, run.not_recorded)


def basis_of(program: Program, rules: Collection[str]) -> Basis:
    """The columns that rules read, themselves or by others."""
    columns: set[Column] = set()
    statuses = False
    for rule in rules:
        if rule in program.bound.rules:
            for entity, fact in facts_behind(program, rule):
                column = column_of(entity, fact.id)
                columns |= {column} if column else set()
                statuses |= fact.id in FROM_STATUSES or fact.id in _CIVIL
    return Basis(frozenset(columns), statuses)


def fact_changes(then: HouseholdView, now: HouseholdView, basis: Basis) -> Iterator[FactChange]:
    """Values that differ in the columns of a basis, the household's first; each record that came or went."""
    yield from _changes(Subject.HOUSEHOLD, None, then, now, basis, (then.records, now.records))
    before = {one.person_id: one.records for one in then.members}
    for member in now.members:
        sides = before.get(member.person_id, {}), member.records
        yield from _changes(Subject.PERSON, member.person_id, then, now, basis, sides)


def _changes(
    subject: Subject, person_id: int | None, then: HouseholdView, now: HouseholdView, basis: Basis,
    sides: tuple[Records, Records],
) -> Iterator[FactChange]:  # fmt: skip
    before, after = sides
    for column in sorted(basis.columns):
        topic = TOPICS[column.topic]
        if topic.subject != subject:
            continue
        if topic.many:
            yield from _entries(column, person_id, before, after)
            continue
        old, new = _speaks(before, column.topic, then.day), _speaks(after, column.topic, now.day)
        if _value(old, column) != _value(new, column):
            yield FactChange(column, person_id, old, new)


def _entries(
    column: Column, person_id: int | None, before: Records, after: Records
) -> Iterator[FactChange]:
    """Payments, bills and the like: those that only one side has."""
    old, new = ({one.id: one for one in side.get(column.topic, ())} for side in (before, after))
    for key in sorted(old.keys() ^ new.keys()):
        one, other = old.get(key), new.get(key)
        if _value(one, column) is not None or _value(other, column) is not None:
            yield FactChange(column, person_id, one, other)


def _speaks(records: Records, topic: str, day: date) -> RecordView | None:
    """The record that has the last word on a day: of a year that is over, or that was asked by then."""
    found = records.get(topic, ())
    if topic in LAST_YEAR_SPEAKS:
        found = [one for one in found if _is_told(one, day)]
    return found[0] if found else None


def _is_told(record: RecordView, day: date) -> bool:
    over = record.valid_to is not None and record.valid_to <= day
    return over or record.observed_on is None or record.observed_on <= day


def _value(record: RecordView | None, column: Column) -> object:
    if record is None:
        return None
    return record.valid_from if column.column == "valid_from" else record.columns.get(column.column)


def value_changes(
    earlier: tuple[Program, date], later: tuple[Program, date], rules: Collection[str], code: str
) -> list[ValueChange]:
    """Parameters that rules read, themselves or by others, whose value in a place is another."""
    found: list[ValueChange] = []
    names = {
        name
        for program, _ in (earlier, later)
        for rule in rules
        for name in _parameters(program.bound, rule)
    }
    for name in sorted(names):
        known = [program.pack.parameters.get(name) for program, _ in (earlier, later)]
        values = [
            one.value_for(day, code) if one else None
            for one, (_, day) in zip(known, (earlier, later), strict=True)
        ]
        told = [one.value if one else None for one in values]
        parameter = known[1] or known[0]
        if told[0] != told[1] and parameter is not None:
            found.append(ValueChange(parameter, values[0], values[1]))
    return found


def _parameters(bound: BoundPack, rule: str) -> set[str]:
    seen: set[str] = set()
    return set(_named(bound, bound.rules[rule].expr, seen)) if rule in bound.rules else set()


def _named(bound: BoundPack, expr: Expr, seen: set[str]) -> Iterator[str]:
    if isinstance(expr, ParameterRef):
        yield expr.name
    if isinstance(expr, RuleRef) and expr.name not in seen:
        seen.add(expr.name)
        yield from _named(bound, bound.rules[expr.name].expr, seen)
    for child in expr.children():
        yield from _named(bound, child, seen)


def rewritten(earlier: Program, later: Program, rules: Collection[str]) -> list[str]:
    """Rules that were written otherwise in the earlier version, themselves or one that they rest on."""
    found = []
    for rule in rules:
        texts = [
            {name: one.bound.rules[name].expr for name in one.bound.needs(rule)}
            if rule in one.bound.rules else {}
            for one in (earlier, later)
        ]  # fmt: skip
        if texts[0] != texts[1]:
            found.append(rule)
    return found
