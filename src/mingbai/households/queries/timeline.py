"""What happened to a household (户的大事记): by day, with who entered it, when, why and on whose word."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mingbai.households.enums import MembershipReason, Subject
from mingbai.households.queries.asof import readable_topics
from mingbai.households.queries.stored import Row, Stored, read_household
from mingbai.households.topics import TOPICS, Restriction, Topic


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

    Two statements, whatever happened.
    """
    named = [
        topic.key for subject in Subject for topic in readable_topics(subject, restrictions, topics)
    ]
    stored = read_household(household_id, named)
    stays = stored.standing("Membership", known_at)
    people = {stay.person_id for stay in stays}
    found = [
        *_lives(stored.standing("HouseholdLife", known_at)),
        *(one for stay in stays for one in _stay(stay)),
        *_statuses(stored.standing("Status", known_at), people),
        *(one for topic in named for one in _facts(stored, TOPICS[topic], people, known_at)),
    ]
    seen = [one for one in found if until is None or one.day < until]
    told = [_told(one, stored.batches.get(one.batch_id)) for one in seen]
    return sorted(told, key=lambda one: (one.day, one.batch_id, one.kind), reverse=True)


def _told(one: Happening, batch: Any) -> Happening:
    if batch is None:
        return one
    return Happening(
        one.day, one.kind, one.what, one.person_id, one.details, one.batch_id, batch.actor,
        batch.recorded_at, batch.reason, one.source or batch.source,
    )  # fmt: skip


def _lives(rows: Iterable[Row]) -> Iterator[Happening]:
    for life in rows:
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


def _statuses(rows: Iterable[Row], people: Collection[int]) -> Iterator[Happening]:
    for row in rows:
        person = row.subject_id if row.subject == Subject.PERSON else None
        if person is not None and person not in people:
            continue
        about = {"cause": row.cause, "reason": row.reason, "case": row.case}
        yield Happening(row.valid_from, "status.began", row.kind, person, about, row.begun_by_id)
        if row.valid_to:
            yield Happening(row.valid_to, "status.ended", row.kind, person, about, row.begun_by_id)


def _facts(
    stored: Stored, topic: Topic, people: Collection[int], known_at: datetime | None
) -> Iterator[Happening]:
    every = {row.pk: row for row in stored.of(topic.key)}
    for standing in stored.standing(topic.key, known_at):
        row = told_by(standing, every)
        if row.follows and not row.changed:
            continue  # a record that only goes on beside a change
        person = row.person_id if topic.subject == Subject.PERSON else None
        if person is not None and person not in people:
            continue
        kind = "facts.corrected" if row.corrects else "facts.set"
        about = {"record": row.pk, "columns": row.changed.split()}
        yield Happening(
            row.valid_from, kind, topic.key, person, about, row.begun_by_id, source=row.source
        )


def told_by(row: Any, every: Mapping[int, Any]) -> Any:
    """The row by which something was said for the day on which `row` begins.

    A record that a later change cut short goes on in a new row, and still begins with what was said then.
    """
    while not row.changed and row.follows in every:
        before = every[row.follows]
        if before.valid_from != row.valid_from:
            break
        row = before
    return row
