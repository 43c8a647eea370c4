"""The one missing fact, asked in place (就地补上缺的一项): its value, who said it, when, a note.

The form is that of the topic with a single column; it saves the same way, with the same lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mingbai.decisions.columns import column_of
from mingbai.desk.register.forms import RecordForm
from mingbai.desk.register.subjects import writable
from mingbai.desk.register.words import Column
from mingbai.desk.register.words import column_of as column_in_words
from mingbai.documents.readings import OpenFact
from mingbai.households.access import Reader
from mingbai.households.queries import HouseholdView, RecordView
from mingbai.households.topics import TOPICS, Span, Topic

SUBJECTS = {"household": "households", "person": "persons"}
#: Forms that stand open beside a reason; the rest is one click away.
MOST = 3


class BriefForm(RecordForm):
    """One column: the day it was asked is the day from which it holds, unless somebody says otherwise."""

    def __init__(self, *args: Any, known: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = known
        self.fields["reason"].required = False
        note = self.fields["reason"]
        note.label = lazy("说明")
        note.widget = forms.TextInput({"size": 28})
        note.help_text = ""
        self.fields["observed_on"].initial = self.today
        if not known:
            self.fields["mode"].widget = forms.HiddenInput()
            self.fields.pop("valid_from", None)
            self.fields.pop("valid_to", None)
        elif "valid_from" in self.fields:
            self.fields["valid_from"].help_text = _("空着就从问到的那天起")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "valid_from" in self.errors and not self.data.get("valid_from"):
            del self.errors["valid_from"]
        if data.get("mode") == self.CORRECT and not (data.get("reason") or "").strip():
            self.add_error("reason", _("更正要写明为什么，例如：看了鉴定报告"))
        data.setdefault("valid_from", None)
        data["valid_from"] = data["valid_from"] or data.get("observed_on")
        return data


@dataclass(frozen=True)
class Ask:
    """A missing fact with the form that takes it (要问的一件)."""

    open: OpenFact
    label: str
    year: str
    address: str  # where the form is sent, and where it stands by itself
    form: BriefForm | None
    field: Any = None


def asks_of(
    request: HttpRequest,
    reader: Reader,
    view: HouseholdView,
    code: str,
    missing: Iterable[OpenFact],
) -> list[Ask]:
    """The missing facts that the reader may note down now; nothing on another day than today's."""
    today: date = request.day
    topics = writable(reader, code, view.id) if view.day == today else frozenset()
    found: list[Ask] = []
    for one in missing:
        ask = _ask(view, one, topics, today, len(found) < MOST)
        if ask is not None:
            found.append(ask)
    return found


def _ask(
    view: HouseholdView, one: OpenFact, topics: frozenset[str], today: date, with_form: bool
) -> Ask | None:
    kept = column_of(one.entity, one.fact)
    if one.kind != "fact" or kept is None or kept.topic not in topics or one.entity not in SUBJECTS:
        return None
    topic = TOPICS[kept.topic]
    if topic.many or kept.column not in topic.columns:
        return None
    subject_id, records = _whose(view, one)
    if not subject_id:
        return None
    row = _speaks(topic, records.get(topic.key, ()), today)
    query = {"only": kept.column, "home": view.id}
    year = str(row.valid_from.year) if row and topic.span == Span.PERIOD else ""
    if year and topic.key != "schooling":
        query["year"] = year
    about = {"subject": SUBJECTS[one.entity], "subject_id": subject_id, "topic": topic.key}
    address = f"{reverse('register:record', kwargs=about)}?{urlencode(query)}"
    column = column_in_words(topic, kept.column)
    in_place = with_form and topic.key != "schooling" and not (row is None and year_of(topic))
    form = brief(topic, column, row, today) if in_place else None
    field = form[RecordForm.name_of(column.key)] if form else None
    return Ask(one, column.label, year, address, form, field)


def year_of(topic: Topic) -> bool:
    """Whether its records are of a year, so that the form must know which."""
    return topic.span == Span.PERIOD


def _whose(view: HouseholdView, one: OpenFact) -> tuple[int, Any]:
    if one.entity == "household":
        return view.id, view.records
    member = next((m for m in view.members if str(m.person_id) == one.key), None)
    return (member.person_id, member.records) if member else (0, {})


def _speaks(topic: Topic, rows: tuple[RecordView, ...], today: date) -> RecordView | None:
    """The record that lacks the value: of a year the newest one that is over or was looked at."""
    if topic.span != Span.PERIOD:
        return rows[0] if rows else None
    over = [row for row in rows if (row.valid_to and row.valid_to <= today) or row.observed_on]
    return over[0] if over else None


def brief(topic: Topic, column: Column, row: Any, today: date) -> BriefForm:
    """The form of one column, empty: what is not known has no value to begin with."""
    span = "lasting" if topic.span == Span.LASTING else "year"
    return BriefForm(
        columns=(column,), today=today, span=span, known=False, auto_id=f"ask_{topic.key}_%s",
        initial={"token": row.id if row else 0, "mode": RecordForm.SAME},
    )  # fmt: skip
