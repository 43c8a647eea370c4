"""What an event will do, before it is confirmed (演练): members before and after, in each household."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from mingbai.desk.events.forms import HEAD, relations
from mingbai.desk.events.homes import names_of
from mingbai.desk.register.words import code_words, column_of, status_words
from mingbai.households.acting import Outcome
from mingbai.households.draft import Draft, Effect
from mingbai.households.enums import HouseholdEnd
from mingbai.households.kept import Kept
from mingbai.households.models import Household
from mingbai.households.topics import TOPICS
from mingbai.places.queries import name_on


@dataclass(frozen=True)
class Line:
    """A person in a household, before and after (前后)."""

    person_id: int
    name: str
    before: str
    after: str
    code: str = ""  # the relation after
    asked: bool = False  # a person has to look at the relation


@dataclass(frozen=True)
class Shown:
    """A household as it would stand (拟定的户)."""

    title: str
    note: str
    lines: tuple[Line, ...]
    new: bool

    @property
    def count(self) -> int:
        return sum(1 for line in self.lines if line.code)


@dataclass(frozen=True)
class Preview:
    """What the screen shows before one confirms (演练结果)."""

    homes: tuple[Shown, ...]
    sentences: tuple[str, ...]
    relations: tuple[tuple[str, str], ...]
    heads: tuple[tuple[int, str], ...] = ()  # who might follow as head
    head: int | None = None  # the one proposed or chosen
    keep: tuple[tuple[int, str, bool], ...] = ()  # statuses to go on, each to be decided
    names: Mapping[int, str] = field(default_factory=dict)


def preview_of(outcome: Outcome, decided: Mapping[str, Any]) -> Preview:
    """The outcome of a dry run in words. Three queries."""
    draft = outcome.draft
    names = {**names_of(draft.persons), **_new_names(draft)}
    numbers = dict(
        Household.objects.recorded().filter(pk__in=draft.households).values_list("pk", "number")
    )
    asked = {
        effect.person_id for effect in outcome.effects if effect.kind == "member.relation"
    } | _joined(outcome)
    homes = tuple(_shown(draft, key, names, numbers, asked) for key in draft.households)
    head = decided.get("new_head_id") or outcome.proposals.get("new_head_id")
    return Preview(
        homes, tuple(_sentences(outcome, names, numbers)), tuple(relations()),
        _heads(draft, outcome, names) if head else (), head,
        _keep(outcome, decided, numbers), names,
    )  # fmt: skip


def _new_names(draft: Draft) -> dict[int, str]:
    facts = (one for one in draft.facts if one["topic"] == "identity" and "name" in one["values"])
    return {one["subject_id"]: one["values"]["name"] for one in facts}


def _joined(outcome: Outcome) -> set[int | None]:
    """Who joins a household that begins: the relation to its new head was worked out, not asked."""
    new = set(outcome.draft.new_households)
    return {one.person_id for one in outcome.effects
            if one.kind == "member.joins" and one.household_id in new}  # fmt: skip


def _before(kept: Kept) -> dict[str, Any] | None:
    """The columns of a stored row, None for one that would be new."""
    if kept.stored is None:
        return None
    return dict(zip(("starts", "ends", *kept.names), kept.stored, strict=True))


def _stood(draft: Draft, home: int) -> dict[int, str]:
    """Person → relation, as it stands on the day."""
    found = {}
    for stay in draft.stays:
        was = _before(stay)
        if was is None or was["household_id"] != home:
            continue
        if was["starts"] <= draft.on and (was["ends"] is None or draft.on < was["ends"]):
            found[was["person_id"]] = was["relation"]
    return found


def _shown(
    draft: Draft, home: int, names: Mapping[int, str], numbers: Mapping[int, str], asked: Any
) -> Shown:
    before = _stood(draft, home)
    after = {stay.person_id: stay.relation for stay in draft.members(home, draft.on)}
    order = [*after, *(person for person in before if person not in after)]
    words = code_words("relation")
    lines = tuple(
        Line(
            person, names.get(person, ""), _said(before.get(person), words),
            _said(after.get(person), words), after.get(person, ""),
            person in asked and after.get(person, HEAD) != HEAD,
        )
        for person in order
    )  # fmt: skip
    new = home in draft.new_households
    title = _("新立的一户") if new else _("户 {number}").format(number=numbers.get(home, home))
    return Shown(title, _note(draft, home, new), lines, new)


def _said(relation: str | None, words: Mapping[str, str]) -> str:
    return _("不在这户") if relation is None else words.get(relation, relation)


def _note(draft: Draft, home: int, new: bool) -> str:
    if new:
        return _("编号在办好时给")
    ends = next(
        (one for one in draft.lives if one.household_id == home and one.ended_because), None
    )
    if ends is None or ends.ends != draft.on:
        return ""
    why = _(HouseholdEnd(ends.ended_because).label)
    return _("从 {day} 起销户：{why}").format(day=draft.on, why=why)


def _heads(draft: Draft, outcome: Outcome, names: Mapping[int, str]) -> tuple[tuple[int, str], ...]:
    """Who is left in the household whose head goes."""
    goes = next(
        one for one in outcome.effects
        if one.kind == "member.leaves" and one.details.get("relation") == HEAD
    )  # fmt: skip
    left = draft.members(goes.household_id or 0, draft.on)
    return tuple((stay.person_id, names.get(stay.person_id, "")) for stay in left)


def _keep(
    outcome: Outcome, decided: Mapping[str, Any], numbers: Mapping[int, str]
) -> tuple[tuple[int, str, bool], ...]:
    """Statuses of both households of a merger, with what has been decided about each."""
    kept = decided.get("keep")
    wanted = outcome.proposals.get("keep") or ()
    return tuple(
        (
            one["status"],
            _("{status}（户 {number}）").format(
                status=status_words(one["kind"]), number=numbers.get(one["household"], "")
            ),
            one["status"] in (kept or ()),
        )
        for one in wanted
    )


def _sentences(
    outcome: Outcome, names: Mapping[int, str], numbers: Mapping[int, str]
) -> Iterator[str]:
    """Effects beside who lives where: statuses and facts."""
    for one in outcome.effects:
        if one.kind in ("status.begins", "status.ends"):
            yield _status(one, names, numbers)
    for fact in outcome.draft.facts:
        for key, value in fact["values"].items():
            if fact["topic"] == "residence" and value not in (None, ""):
                yield _moved(key, value, outcome.draft.on)


def _status(one: Effect, names: Mapping[int, str], numbers: Mapping[int, str]) -> str:
    if one.person_id is not None:
        who = names.get(one.person_id, "")
    else:
        key = one.household_id or 0
        who = _("户 {number}").format(number=numbers[key]) if key in numbers else _("新户")
    status = status_words(one.details["status"])
    if one.kind == "status.begins":
        return _("{who}从 {day} 起登记为{status}").format(who=who, day=one.day, status=status)
    return _("{who}的{status}身份到 {day} 止").format(who=who, day=one.day, status=status)


def _moved(key: str, value: Any, on: date) -> str:
    if key == "division_code":
        return _("住在：{place}").format(place=name_on(value, on))
    column = column_of(TOPICS["residence"], key)
    return _("{what}：{value}").format(what=column.label, value=column.show(value))
