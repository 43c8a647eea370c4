"""Two days of a household side by side (比较两个日期): only what differs, nothing that stayed as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mingbai.accounts.roles import Permission
from mingbai.decisions.queries import states_of
from mingbai.decisions.wording import RuleWords, worded
from mingbai.desk.access import scope_for, screen
from mingbai.desk.components.fields import Day
from mingbai.desk.components.words import document_words, of
from mingbai.desk.register.readers import read
from mingbai.desk.register.standing import run_for, visible
from mingbai.desk.register.states import CHECK, look
from mingbai.desk.register.words import code_words, columns_of, status_words, topic_label
from mingbai.households.access import Reader, household_for, place_of
from mingbai.households.enums import Subject
from mingbai.households.queries import HouseholdView, RecordView
from mingbai.households.topics import Topic, topics_about

Records = Mapping[str, tuple[RecordView, ...]]


@dataclass(frozen=True)
class Difference:
    """Something that was another on the other day (不同的一项). Tones only for states."""

    what: str
    before: str
    after: str
    tone_before: str = ""
    tone_after: str = ""


@dataclass(frozen=True)
class Part:
    """The differences of one kind (一类不同)."""

    title: str
    lines: tuple[Difference, ...]


class DaysForm(forms.Form):
    """The two days, the earlier first or not."""

    a = forms.DateField(label=lazy("从哪天"), widget=Day())
    b = forms.DateField(label=lazy("到哪天"), widget=Day())

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("a", "b"):
            if (day := data.get(name)) and day > self.today:
                self.add_error(name, _("不能晚于登记日期 {day}").format(day=self.today))
        return data


@screen(Permission.HOUSEHOLDS_READ)
def compare(request: HttpRequest, household_id: int) -> HttpResponse:
    """One household on two days, as far as the one who asks may read on both."""
    today: date = request.day
    usual = {"a": date(today.year - 1, today.month, min(today.day, 28)), "b": today}
    asked = {name: request.GET.get(name) or day for name, day in usual.items()}
    form = DaysForm(asked, today=today)
    days = sorted((form.cleaned_data["a"], form.cleaned_data["b"])) if form.is_valid() else [today]
    reader, now = read(request, lambda one: household_for(one, household_id, day=days[-1]))
    parts: list[Part] = []
    if len(days) > 1:
        _same, then = read(request, lambda one: household_for(one, household_id, day=days[0]))
        parts = [*_differences(then, now), *_states(request, reader, household_id, days)]
    said = {
        "view": now, "form": form, "days": days, "parts": parts,
        "name": now.head.name if now.head else now.number,
        "count": sum(len(part.lines) for part in parts),
    }  # fmt: skip
    return render(request, "register/templates/compare.html", said)


def _differences(then: HouseholdView, now: HouseholdView) -> Iterator[Part]:
    home = _topics(Subject.HOUSEHOLD, then.records, now.records)
    parts: list[tuple[str, Iterable[Difference]]] = [
        (_("家里有谁"), member_differences(then, now)),
        (_("身份"), status_differences(then, now)),
        *((topic_label(topic), lines) for topic, lines in home),
    ]
    before = {one.person_id: one for one in then.members}
    for member in now.members:
        old = before.get(member.person_id)
        if old is not None:
            theirs = _topics(Subject.PERSON, old.records, member.records)
            parts.append((member.name, [line for _topic, found in theirs for line in found]))
    for title, found in parts:
        lines = list(found)
        if lines:
            yield Part(title, tuple(lines))


def member_differences(then: HouseholdView, now: HouseholdView) -> Iterator[Difference]:
    """Who came, who went, and who stands otherwise to the head."""
    relations = code_words("relation")
    sides = [
        {
            one.person_id: (one.name, relations.get(one.relation, one.relation))
            for one in view.members
        }
        for view in (then, now)
    ]
    before, after = sides
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old is None and new is not None:
            yield Difference(new[0], _("不在户里"), new[1])
        elif new is None and old is not None:
            yield Difference(old[0], old[1], _("不在户里"))
        elif old is not None and new is not None and old[1] != new[1]:
            yield Difference(new[0], old[1], new[1])


def status_differences(then: HouseholdView, now: HouseholdView) -> Iterator[Difference]:
    """Registrations that only one side has."""
    before = {one.kind: one for one in then.statuses}
    after = {one.kind: one for one in now.statuses}
    for kind in dict.fromkeys([*before, *after]):
        if (kind in before) != (kind in after):
            yes, no = _("是"), _("不是")
            yield Difference(
                status_words(kind), yes if kind in before else no, yes if kind in after else no
            )


def _topics(
    subject: Subject, then: Records, now: Records
) -> Iterator[tuple[Topic, list[Difference]]]:
    for topic in topics_about(subject):
        if topic.many:
            continue
        old, new = (side.get(topic.key, ()) for side in (then, now))
        if (old[0].id if old else 0) == (new[0].id if new else 0):
            continue
        lines = list(_columns(topic, old[0] if old else None, new[0] if new else None))
        if lines:
            yield topic, lines


def _columns(topic: Topic, old: RecordView | None, new: RecordView | None) -> Iterator[Difference]:
    for column in columns_of(topic):
        before = old.columns.get(column.key) if old else None
        after = new.columns.get(column.key) if new else None
        if before != after:
            yield Difference(column.label, column.show(before), column.show(after))


def _states(
    request: HttpRequest, reader: Reader, household_id: int, days: list[date]
) -> Iterator[Part]:
    """The states as they were known at the end of either day."""
    code, _until = place_of(household_id, days[-1])
    run = run_for(code)
    if run is None:
        return
    scope = scope_for(request, Permission.EVALUATION_READ)
    sides: list[dict[str, RuleWords]] = []
    for day in days:
        ended = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
        states = states_of([household_id], scope=scope, known_at=ended).get(household_id)
        told = worded(states, run.as_of) if states else []
        shown = visible(told, reader, code, household_id, run.pack, run.as_of)
        sides.append({one.rule: one for one in shown if one.role not in (None, CHECK)})
    before, after = sides
    lines = tuple(
        _state(before[rule], after[rule])
        for rule in after
        if rule in before and before[rule].state != after[rule].state
    )
    if lines:
        yield Part(_("状态（按那时的评估）"), lines)


def _state(old: RuleWords, new: RuleWords) -> Difference:
    say = document_words().say
    (tone_then, then), (tone_now, now) = look(old), look(new)
    return Difference(of(new.label), say(then), say(now), tone_then, tone_now)
