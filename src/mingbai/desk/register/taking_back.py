"""Taking back what was just recorded (收回登记): beside the fact, by whoever may write it.

A batch of its own undoes the save, so that what was known meanwhile stays answerable. Nothing is taken back
once something later rests on it; then it is corrected.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.audit.models import Batch, Event
from mingbai.common.errors import RegisterError
from mingbai.decisions.actions import after_change
from mingbai.desk.access import screen
from mingbai.desk.components.paging import whole_number
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.words import actor_names, aside
from mingbai.desk.register.changing import Seen
from mingbai.desk.register.subjects import PLURALS, Chosen, choose, homes_of
from mingbai.desk.register.words import topic_label
from mingbai.households.actions import undo_action

#: The actions that one form saves; events of a household are undone from the page of their batch.
TAKEN_BACK = ("households.facts.recorded", "households.facts.corrected")


@dataclass(frozen=True)
class LastSave:
    """Who wrote the record that stands, while it may be taken back (上次登记)."""

    batch_id: int
    actor: str
    recorded_at: datetime
    address: str


def last_save(chosen: Chosen, row: Any) -> LastSave | None:
    """The save that a standing record comes from, if it was a form's. At most three queries."""
    batch = _save(chosen, row.begun_by_id) if row is not None else None
    if batch is None or batch.recorded_at is None:
        return None
    name = actor_names([batch.actor])[batch.actor]
    return LastSave(batch.pk, name, batch.recorded_at, address_of(chosen))


def _save(chosen: Chosen, batch_id: int) -> Batch | None:
    """A save by a form about this subject and topic."""
    about = {chosen.topic.subject_column: chosen.subject_id}
    said = Event.objects.filter(batch_id=batch_id, action__in=TAKEN_BACK)
    mine = chosen.topic.model.objects.filter(begun_by=batch_id, **about)
    if not said.exists() or not mine.exists():
        return None
    return Batch.objects.filter(pk=batch_id).first()


def address_of(chosen: Chosen) -> str:
    """Where a save of this topic is taken back."""
    plural = next(name for name, subject in PLURALS.items() if subject == chosen.topic.subject)
    about = {"subject": plural, "subject_id": chosen.subject_id, "topic": chosen.topic.key}
    return reverse("register:take_back", kwargs=about)


def offer(request: HttpRequest, chosen: Chosen, told: str, batch_id: int | None) -> SafeString:
    """What was saved, in words, with the button that takes it back."""
    said = {"told": told, "batch_id": batch_id, "address": address_of(chosen),
            "home": request.GET.get("home", "")}  # fmt: skip
    return render_to_string("register/templates/saved.html", said, request)


@screen(Permission.HOUSEHOLDS_WRITE, reads=False, writes=True)
def take_back(request: HttpRequest, subject: str, subject_id: int, topic: str) -> HttpResponse:
    """Take back one save of a topic. Says what rests on it where that is refused."""
    chosen = choose(request, subject, subject_id, topic)
    batch_id = whole_number(request.POST.get("batch", ""), least=0, most=2**31, otherwise=0)
    batch = _save(chosen, batch_id)
    if batch is None:
        raise Http404
    reason = request.POST.get("reason", "").strip()[:200] or _("记错了，随即收回")
    seen = Seen(request, homes_of(chosen))
    where = redirect(back_to(request, chosen, seen.homes, request.POST.get("home", "")))
    try:
        undo_action(actor=request.user.actor, reason=reason, batch_id=batch.pk)
    except RegisterError as refused:
        messages.error(request, aside(words_of(refused), refused.code))
        return where
    after_change(seen.homes, actor=request.user.actor)
    said = _("已收回：{topic}。改前的样子回来了，收回本身也留痕。")
    messages.success(request, said.format(topic=topic_label(chosen.topic)))
    for sentence in seen.what_changed():
        messages.info(request, sentence)
    return where


def back_to(request: HttpRequest, chosen: Chosen, homes: list[int], asked: str) -> str:
    """The household from which a fact was asked, else the page of whom it is about."""
    home = whole_number(asked, least=0, most=2**31, otherwise=0)
    return reverse("register:household", args=[home]) if home in homes else chosen.address
