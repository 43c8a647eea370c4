"""Whom a form is about (登记对象): found only where one may write this topic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse

from mingbai.accounts.roles import Permission
from mingbai.common.errors import RegisterError
from mingbai.desk.register.readers import ABSENT, own_reader
from mingbai.households.access import (
    WRITES,
    Reader,
    get_household_for,
    get_person_household_for,
    may_write_topic,
)
from mingbai.households.enums import Subject
from mingbai.households.models import SearchEntry
from mingbai.households.queries import households_of_person
from mingbai.households.topics import TOPICS, Topic

PLURALS = {"households": Subject.HOUSEHOLD, "persons": Subject.PERSON}


@dataclass(frozen=True)
class Chosen:
    """A topic of a household or person that one may write (所选对象)."""

    topic: Topic
    subject_id: int
    name: str
    address: str

    def record_on(self, day: date) -> Any:
        """The record that stands on a day, or None."""
        rows = self.topic.model.objects.recorded().on(day)
        return rows.filter(**{self.topic.subject_column: self.subject_id}).first()

    def record(self, key: int) -> Any:
        """A record by its key, whether it still stands or not, or None."""
        about = {self.topic.subject_column: self.subject_id}
        return self.topic.model.objects.filter(pk=key, **about).first()


def choose(request: HttpRequest, subject: str, subject_id: int, topic: str) -> Chosen:
    """The topic and its subject; absent, out of scope and not allowed are one answer."""
    kind = TOPICS.get(topic)
    if kind is None or PLURALS.get(subject) != kind.subject:
        raise Http404
    reader = own_reader(request)
    find = get_household_for if kind.subject == Subject.HOUSEHOLD else get_person_household_for
    try:
        home = find(reader, subject_id, day=request.day, permission=Permission.HOUSEHOLDS_WRITE)
    except RegisterError as refused:
        if refused.code == ABSENT:
            raise Http404 from refused
        raise
    if not may_write_topic(reader, home.pk, topic, day=request.day):
        raise Http404
    name = name_of(kind.subject, subject_id) or home.number
    return Chosen(
        kind, subject_id, name, reverse(f"register:{kind.subject.value}", args=[subject_id])
    )


def homes_of(chosen: Chosen) -> list[int]:
    """The households whose states may be others after a save."""
    if chosen.topic.subject == Subject.HOUSEHOLD:
        return [chosen.subject_id]
    return [stay.household_id for stay in households_of_person(chosen.subject_id)]


def name_of(subject: Subject, subject_id: int) -> str:
    """The name of a person, or of who speaks for a household. One query."""
    rows = SearchEntry.objects.recorded().filter(extra=False, **{f"{subject.value}_id": subject_id})
    if subject == Subject.HOUSEHOLD:
        rows = rows.exclude(household_number=None)
    return rows.order_by("left_on", "id").values_list("name", flat=True).first() or ""


def writable(reader: Reader, division_code: str, household_id: int) -> frozenset[str]:
    """The topics one may record for a household that lives there. No query."""
    if not reader.may(Permission.HOUSEHOLDS_WRITE, division_code, household_id):
        return frozenset()
    opened = reader.topics_at(division_code, household_id)
    return frozenset(
        key
        for key, topic in TOPICS.items()
        if (opened is None or key in opened)
        and (
            topic.restriction is None
            or reader.may(WRITES[topic.restriction], division_code, household_id)
        )
    )
