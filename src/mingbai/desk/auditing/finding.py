"""What the audit chain is asked for in the address (审计条件): who, what, about whom, when, which batch.

Each condition has an index that ends in the event's number, so that a page of a chain of millions is read
backwards from where one stands; a period is first turned into numbers of events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mingbai.accounts.queries import user_called
from mingbai.audit.models import Event
from mingbai.desk.auditing.words import GROUPS, action_words, known_actions
from mingbai.desk.components.fields import Day
from mingbai.desk.components.paging import SIZE
from mingbai.desk.components.parts import Chip, changed_query

LATEST = 2**63 - 1


class FindForm(forms.Form):
    """Filters of the audit chain."""

    actor = forms.CharField(
        label=lazy("谁（账号或姓名）"), max_length=64, required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    action = forms.ChoiceField(label=lazy("做了什么"), required=False)
    target = forms.CharField(
        label=lazy("对谁（账号，或 household:7）"), max_length=64, required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    since = forms.DateField(label=lazy("从哪天起"), widget=Day(), required=False)
    until = forms.DateField(label=lazy("到哪天（含）"), widget=Day(), required=False)
    batch = forms.IntegerField(label=lazy("批次"), required=False, min_value=1, max_value=2**31)

    def __init__(self, asked: Mapping[str, Any]) -> None:
        super().__init__(asked)
        self.fields["action"].choices = [("", _("全部")), *_actions(asked.get("action", ""))]


def _actions(named: str) -> list[tuple[str, Any]]:
    """Every action by what it is about; one that only the chain knows stands by itself."""
    known, found = known_actions(), list[tuple[str, Any]]()
    for start, words in GROUPS.items():
        held = [(one, action_words(one)) for one in known if one.startswith(start)]
        found.append((_(words), sorted(held, key=lambda one: one[1])))
    return [*found, *([(named, named)] if named and named not in known else [])]


@dataclass(frozen=True)
class Asked:
    """The conditions of the address, as far as they can be read (审计条件)."""

    form: FindForm
    chips: list[Chip]
    found: QuerySet[Event]
    before: int


def asked_of(request: HttpRequest) -> Asked:
    """What the address asks. At most four queries for names and the ends of a period."""
    form = FindForm(request.GET)
    form.is_valid()
    said = form.cleaned_data
    number = request.GET.get("before", "")
    before = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else LATEST
    return Asked(form, _chips(request, form), Event.objects.filter(_wanted(said)), before)


def page_of_events(asked: Asked) -> tuple[list[Event], int | None]:
    """A page of events, newest first, and the number below which the next one begins."""
    rows = list(asked.found.filter(id__lt=asked.before).order_by("-id")[: SIZE + 1])
    return rows[:SIZE], rows[SIZE - 1].pk if len(rows) > SIZE else None


def _wanted(said: Mapping[str, Any]) -> Q:
    wanted = Q()
    if actor := said.get("actor"):
        wanted &= Q(actor=_actor(actor))
    if action := said.get("action"):
        wanted &= Q(action=action)
    if target := said.get("target"):
        wanted &= Q(target=_actor(target))
    if batch := said.get("batch"):
        wanted &= Q(batch_id=batch)
    return wanted & _period(said.get("since"), said.get("until"))


def _actor(text: str) -> str:
    """An actor as it is written in the chain: of an account or a person's name, else as typed."""
    named = None if ":" in text else user_called(text)
    return named.actor if named is not None else text


def _period(since: date | None, until: date | None) -> Q:
    """The numbers of the events between two days; one query for each end."""
    wanted = Q()
    if since is not None:
        first = Event.objects.filter(at__gte=_midnight(since)).order_by("at", "id")
        wanted &= Q(id__gte=first.values_list("id", flat=True).first() or LATEST)
    if until is not None:
        last = Event.objects.filter(at__lt=_midnight(until + timedelta(days=1))).order_by(
            "-at", "-id"
        )
        wanted &= Q(id__lte=last.values_list("id", flat=True).first() or 0)
    return wanted


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _chips(request: HttpRequest, form: FindForm) -> list[Chip]:
    found = []
    for name, field in form.fields.items():
        if value := form.cleaned_data.get(name):
            shown = action_words(value) if name == "action" else value
            without = changed_query(request.GET, {name: None, "before": None})
            found.append(Chip(field.label, shown, without))
    return found
