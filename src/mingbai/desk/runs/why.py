"""Why one household stands otherwise (变动依据页): which fact or value is another, who said it and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from mingbai.decisions.behind import topics_behind
from mingbai.decisions.differing import (
    Basis,
    FactChange,
    ValueChange,
    basis_of,
    fact_changes,
    program_of,
    rewritten,
    value_changes,
)
from mingbai.decisions.moves import HOUSEHOLD, Moved
from mingbai.desk.components.words import actor_names, of
from mingbai.desk.register.comparing import Difference, member_differences, status_differences
from mingbai.desk.register.readers import read
from mingbai.desk.register.words import column_of, source_words, topic_label
from mingbai.desk.rules.reading import written
from mingbai.desk.runs.comparing import Asked
from mingbai.desk.runs.words import Told
from mingbai.households.access import Reader, household_for
from mingbai.households.queries import HouseholdView, RecordView
from mingbai.households.topics import TOPICS


@dataclass(frozen=True)
class FactLine:
    """A fact that is another (事实变化行): whose, what, then, now, by whom and since when."""

    whose: str
    what: str
    then: str
    now: str
    source: str
    since: date | None
    entered_by: str
    entered_at: datetime | None


@dataclass(frozen=True)
class ValueLine:
    """A parameter that is another (参数变化行)."""

    name: str
    label: str
    then: str
    now: str
    source: str


@dataclass(frozen=True)
class Why:
    """All that a household's moves rest on (变动依据)."""

    household_id: int
    name: str
    told: tuple[Told, ...]
    facts: tuple[FactLine, ...]
    members: tuple[Difference, ...]
    statuses: tuple[Difference, ...]
    values: tuple[ValueLine, ...]
    rewritten: tuple[str, ...]  # rules that are written otherwise

    @property
    def explained(self) -> bool:
        """Whether anything was found."""
        return any((self.facts, self.members, self.statuses, self.values, self.rewritten))


def why_of(asked: Asked, household_id: int) -> Why:
    """Of a household that moved. 404 where it did not, or where the one who asks may not read it."""
    moved = _moved(asked, household_id)
    reader, views = read(asked.request, lambda one: _views(one, asked, moved))
    rules = _readable(asked, reader, moved)
    if not rules:
        raise Http404
    earlier, later = program_of(asked.earlier), program_of(asked.later)
    basis = basis_of(later, rules)
    sides = (earlier, asked.earlier.as_of), (later, asked.later.as_of)
    told = tuple(asked.words.told(move, moved) for move in moved.moves if move.rule in rules)
    then, now = views
    return Why(
        household_id, now.head.name if now.head else now.number, told,
        tuple(_fact_lines(then, now, basis)), tuple(member_differences(then, now)),
        tuple(status_differences(then, now)) if basis.statuses else (),
        tuple(_value_line(one) for one in value_changes(*sides, rules, moved.division_code)),
        tuple(asked.words.rule(one) for one in rewritten(earlier, later, rules)),
    )  # fmt: skip


def _moved(asked: Asked, household_id: int) -> Moved:
    rows = asked.found.of(household_id)
    if not rows:
        raise Http404
    (found,) = asked.found.listed(rows)
    if any(move.rule == HOUSEHOLD for move in found.moves):
        raise Http404  # it came or went: there is nothing on one of the sides
    return found


def _views(reader: Reader, asked: Asked, moved: Moved) -> tuple[HouseholdView, HouseholdView]:
    then, now = (
        household_for(reader, moved.household_id, day=run.as_of, known_at=run.batch.recorded_at)
        for run in (asked.earlier, asked.later)
    )
    return then, now


def _readable(asked: Asked, reader: Reader, moved: Moved) -> list[str]:
    """The rules that moved and tell of no topic that is closed to the reader."""
    topics = reader.topics_at(moved.division_code, moved.household_id)
    run = asked.later
    return [
        move.rule
        for move in moved.moves
        if topics is None or topics_behind(run.pack, run.pack_hash, run.as_of, move.rule) <= topics
    ]


def _fact_lines(then: HouseholdView, now: HouseholdView, basis: Basis) -> Iterator[FactLine]:
    found = list(fact_changes(then, now, basis))
    names = {one.person_id: one.name for one in now.members}
    actors = actor_names(_said(one).entered_by for one in found)
    for one in found:
        topic = TOPICS[one.column.topic]
        happened = one.column.column == "valid_from"
        label = _("日期") if happened else column_of(topic, one.column.column).label
        said, origin = _said(one), _said(one).origins.get(one.column.column)
        yield FactLine(
            names.get(one.person_id, "") if one.person_id else "",
            f"{topic_label(topic)} · {label}", _shown(one, one.before), _shown(one, one.after),
            source_words(origin.source if origin else said.source),
            origin.since if origin else said.valid_from,
            actors.get(said.entered_by, ""), origin.recorded_at if origin else said.entered_at,
        )  # fmt: skip


def _said(change: FactChange) -> RecordView:
    """The record that says what is so now; where it is gone, the one that was."""
    found = change.after or change.before
    assert found is not None
    return found


def _shown(change: FactChange, record: RecordView | None) -> str:
    if record is None:
        return _("没有登记") if not TOPICS[change.column.topic].many else _("没有这一笔")
    if change.column.column == "valid_from":
        return record.valid_from.isoformat()
    column = column_of(TOPICS[change.column.topic], change.column.column)
    return column.show(record.columns.get(change.column.column))


def _value_line(change: ValueChange) -> ValueLine:
    sides = [
        written(change.parameter, one.value) if one else _("没有公布")
        for one in (change.before, change.after)
    ]
    last: Any = change.after or change.before
    return ValueLine(
        change.parameter.id,
        of(change.parameter.label),
        sides[0],
        sides[1],
        last.source if last else "",
    )
