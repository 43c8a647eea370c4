"""What an event changed, value by value (改前改后): for who may read the record itself, and for nobody else.

Opening it is a look at that record, and is noted as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from mingbai.audit.access import log_look
from mingbai.audit.models import Event
from mingbai.common.errors import RegisterError
from mingbai.desk.auditing.telling import data_of
from mingbai.desk.register.readers import ABSENT, own_reader
from mingbai.desk.register.words import columns_of
from mingbai.households.access import (
    Reader,
    get_household_for,
    get_person_household_for,
    place_of,
)
from mingbai.households.enums import Subject
from mingbai.households.queries.asof import view
from mingbai.households.topics import TOPICS, Topic


@dataclass(frozen=True)
class Change:
    """One value before and after (改前改后一项); before is "" where nothing stood."""

    label: str
    before: str
    after: str


def changes_of(request: HttpRequest, event: Event) -> list[Change]:
    """The values that a save of facts changed, as far as one may read them; none for any other event."""
    said = data_of(event)
    kind, _colon, key = event.target.partition(":")
    topic = TOPICS.get(str(said.get("topic", "")))
    if topic is None or kind != topic.subject.value or not key.isdigit():
        return []
    reader = own_reader(request)
    if not _may_read(reader, request, topic, int(key)):
        return []
    about_person = topic.subject == Subject.PERSON
    log_look(
        actor=reader.actor, via=reader.via, person_id=int(key) if about_person else None,
        household_id=None if about_person else int(key),
    )  # fmt: skip
    about = {topic.subject_column: int(key)}
    rows = {
        name: topic.model.objects.filter(pk__in=said.get(name, []), **about).order_by("-valid_from", "-pk")
        for name in ("begun", "ended")
    }  # fmt: skip
    return _compared(topic, rows["ended"].first(), rows["begun"].first(), said.get("columns", []))


def _may_read(reader: Reader, request: HttpRequest, topic: Topic, key: int) -> bool:
    try:
        reached = (
            get_household_for if topic.subject.value == "household" else get_person_household_for
        )
        home = reached(reader, key, day=request.day)
    except RegisterError as refused:
        if refused.code != ABSENT:
            raise
        return False
    code, _until = place_of(home.pk, request.day)
    opened = reader.topics_at(code, home.pk)
    if opened is not None and topic.key not in opened:
        return False
    return topic.restriction is None or topic.restriction in reader.restrictions(code, home.pk)


def _compared(topic: Topic, before: Any, after: Any, changed: list[str]) -> list[Change]:
    old = view(topic, before).columns if before is not None else {}
    new = view(topic, after).columns if after is not None else {}
    return [
        Change(
            one.label,
            one.show(old.get(one.key)) if before is not None else "",
            one.show(new.get(one.key)) if after is not None else "",
        )
        for one in columns_of(topic)
        if one.key in changed
    ]
