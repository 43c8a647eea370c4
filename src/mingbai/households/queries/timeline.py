"""What happened to a household (户的大事记): by day, with who entered it, when, why and on whose word."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mingbai.households.enums import MembershipReason, Subject
from mingbai.households.models import HouseholdLife, Membership, Status
from mingbai.households.queries.asof import batches_of, readable_topics
from mingbai.households.topics import Restriction
from mingbai.households.writing import told_by


@dataclass(frozen=True)
class Happening:
    """One thing that happened (事件). `kind`: household.began, member.joined, status.began, facts.set …"""

    day: date
    kind: str
    what: str  # code of the status, relation, topic or reason
    person_id: int | None
    details: dict[str, Any]
    batch_id: int
    actor: str = ""
    recorded_at: datetime | None = None
    reason: str = ""
    source: str = ""


def timeline(
    household_id: int,
    *,
    restrictions: Collection[Restriction] = (),
    topics: Collection[str] | None = None,
    until: date | None = None,
    known_at: datetime | None = None,
) -> list[Happening]:
    """Everything that happened, the last first; up to `until` (excluded) for whoever may see no further.

    About forty queries, whatever happened.
    """
    stays = list(Membership.objects.recorded(known_at).filter(household_id=household_id))
    people = {stay.person_id for stay in stays}
    found = [
        *_lives(household_id, known_at),
        *(one for stay in stays for one in _stay(stay)),
        *_statuses(household_id, people, known_at),
        *_facts(Subject.HOUSEHOLD, {household_id}, restrictions, topics, known_at),
        *_facts(Subject.PERSON, people, restrictions, topics, known_at),
    ]
    seen = [one for one in found if until is None or one.day < until]
    named = batches_of(one.batch_id for one in seen)
    told = [_told(one, named.get(one.batch_id)) for one in seen]
    return sorted(told, key=lambda one: (one.day, one.batch_id, one.kind), reverse=True)


def _told(one: Happening, batch: Any) -> Happening:
    if batch is None:
        return one
    return Happening(
        one.day, one.kind, one.what, one.person_id, one.details, one.batch_id, batch.actor,
        batch.recorded_at, batch.reason, one.source or batch.source,
    )  # fmt: skip


def _lives(household_id: int, known_at: datetime | None) -> Iterator[Happening]:
    for life in HouseholdLife.objects.recorded(known_at).filter(household_id=household_id):
        yield Happening(life.valid_from, "household.began", "", None, {}, life.begun_by_id)
        if life.valid_to:
            yield Happening(
                life.valid_to, "household.ended", life.ended_because, None, {}, life.begun_by_id
            )


def _stay(stay: Any) -> Iterator[Happening]:
    about = {"relation": stay.relation, "reason": stay.reason_in}
    same = stay.reason_in == MembershipReason.HEADSHIP.value
    kind = "member.relation" if same else "member.joined"
    yield Happening(stay.valid_from, kind, stay.reason_in, stay.person_id, about, stay.begun_by_id)
    if stay.valid_to and stay.reason_out != MembershipReason.HEADSHIP.value:
        about = {"relation": stay.relation, "reason": stay.reason_out}
        yield Happening(
            stay.valid_to, "member.left", stay.reason_out, stay.person_id, about, stay.begun_by_id
        )


def _statuses(
    household_id: int, people: set[int], known_at: datetime | None
) -> Iterator[Happening]:
    rows = Status.objects.recorded(known_at)
    whom = [
        *rows.filter(subject=Subject.HOUSEHOLD, subject_id=household_id),
        *rows.filter(subject=Subject.PERSON, subject_id__in=people),
    ]
    for row in whom:
        person = row.subject_id if row.subject == Subject.PERSON else None
        about = {"cause": row.cause, "reason": row.reason, "case": row.case}
        yield Happening(row.valid_from, "status.began", row.kind, person, about, row.begun_by_id)
        if row.valid_to:
            yield Happening(row.valid_to, "status.ended", row.kind, person, about, row.begun_by_id)


def _facts(
    subject: Subject,
    keys: set[int],
    restrictions: Collection[Restriction],
    topics: Collection[str] | None,
    known_at: datetime | None,
) -> Iterator[Happening]:
    for topic in readable_topics(subject, restrictions, topics):
        about = topic.model.objects.filter(**{f"{topic.subject_column}__in": keys})
        every = {row.pk: row for row in about}
        for standing in about.recorded(known_at):
            row = told_by(standing, every)
            if row.follows and not row.changed:
                continue  # a record that only goes on beside a change
            person = row.person_id if subject == Subject.PERSON else None
            kind = "facts.corrected" if row.corrects else "facts.set"
            about = {"record": row.pk, "columns": row.changed.split()}
            yield Happening(
                row.valid_from, kind, topic.key, person, about, row.begun_by_id, source=row.source
            )
