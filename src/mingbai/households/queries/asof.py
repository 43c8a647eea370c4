"""A household on a day (某日户情): who lived in it, as what, every topic; as known now or then.

"What was true on day X" is `day`, "what did we know on day Y" is `known_at`; the two are asked apart.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from mingbai.audit.models import Batch
from mingbai.households.closing import open_column
from mingbai.households.enums import Subject
from mingbai.households.errors import error
from mingbai.households.masking import mask_column
from mingbai.households.models import HouseholdLife, Membership, Status
from mingbai.households.queries.stored import Row, Stored, on, read_household, read_person
from mingbai.households.topics import TOPICS, Restriction, Span, Topic, topics_about


@dataclass(frozen=True)
class FieldOrigin:
    """Who last said a value, and when (字段更新时间)."""

    column: str
    record_id: int
    since: date  # the day from which the value holds
    source: str
    observed_on: date | None
    actor: str
    recorded_at: datetime | None


@dataclass(frozen=True)
class RecordView:
    """A record of a topic as it is shown (登记内容): numbers masked; who said it, who entered it, when."""

    id: int
    topic: str
    subject_id: int
    valid_from: date
    valid_to: date | None
    columns: Mapping[str, Any]
    source: str
    observed_on: date | None
    batch_id: int
    corrects: int | None
    entered_by: str = ""
    entered_at: datetime | None = None
    follows: int | None = None  # the record whose columns were carried over
    changed: frozenset[str] = frozenset()  # columns that differ from that one's
    #: Every row of the topic, by key, and the batches: what `origins` is told from.
    told: tuple[Mapping[int, Row], Mapping[int, Batch]] = field(
        default=({}, {}), repr=False, compare=False
    )

    @cached_property
    def origins(self) -> dict[str, FieldOrigin]:
        """Column → where its value comes from (S3-18): carried-over records lead back. No query."""
        rows, batches = self.told
        if self.id not in rows:
            return {}
        return origins_of(TOPICS[self.topic], rows[self.id], rows, batches)


@dataclass(frozen=True)
class StatusView:
    """An episode of being registered as something (身份)."""

    id: int
    subject: str
    subject_id: int
    kind: str
    valid_from: date
    valid_to: date | None
    cause: str
    reason: str
    case: str
    batch_id: int


@dataclass(frozen=True)
class MemberView:
    """A member on the day (成员)."""

    membership_id: int
    person_id: int
    number: str
    relation: str
    valid_from: date
    valid_to: date | None
    records: Mapping[str, tuple[RecordView, ...]] = field(default_factory=dict)
    statuses: tuple[StatusView, ...] = ()

    @property
    def name(self) -> str:
        """The name on the day."""
        return str(self.fact("identity", "name") or "")

    def fact(self, topic: str, column: str) -> Any:
        """A column of the topic's newest record on the day; None: unknown."""
        rows = self.records.get(topic, ())
        return rows[0].columns.get(column) if rows else None


@dataclass(frozen=True)
class HouseholdView:
    """A household on a day (户)."""

    id: int
    number: str
    day: date
    known_at: datetime | None
    starts: date | None  # of its life on the day; none: it did not live then
    ends: date | None
    ended_because: str
    members: tuple[MemberView, ...]
    statuses: tuple[StatusView, ...]
    records: Mapping[str, tuple[RecordView, ...]]
    token: str  # of what a form about members and statuses was filled from

    @property
    def head(self) -> MemberView | None:
        """The head on the day."""
        return next((one for one in self.members if one.relation == "head"), None)

    def fact(self, topic: str, column: str) -> Any:
        """A column of the topic's newest record on the day; None: unknown."""
        rows = self.records.get(topic, ())
        return rows[0].columns.get(column) if rows else None


def household_as_of(
    household_id: int,
    day: date,
    known_at: datetime | None = None,
    *,
    restrictions: Collection[Restriction] = (),
    topics: Collection[str] | None = None,
    full: bool = False,
) -> HouseholdView:
    """A household as it was on a day. Restricted topics only as `restrictions` says; `topics` narrows.

    Numbers are masked unless `full`: who asks for that leaves an audit event (`access.show_numbers`).
    Raises HOME-001. Two statements, whatever the household.
    """
    named = [
        topic.key for subject in Subject for topic in readable_topics(subject, restrictions, topics)
    ]
    stored = read_household(household_id, named)
    household = next(iter(stored.standing("Household", known_at)), None)
    if household is None:
        raise error("HOME-001", subject=Subject.HOUSEHOLD.label, key=household_id)
    said: dict[str, Any] = {"day": day, "known_at": known_at, "full": full}
    life = next(iter(on(stored.standing("HouseholdLife", known_at), day)), None)
    statuses = _statuses(on(stored.standing("Status", known_at), day))
    own, theirs = _records(stored, named, **said)
    return HouseholdView(
        household.pk, household.number, day, known_at,
        life.valid_from if life else None, life.valid_to if life else None,
        life.ended_because if life else "",
        tuple(_member(one, stored, theirs, statuses) for one in _stays(stored, day, known_at)),
        tuple(statuses[Subject.HOUSEHOLD, household_id]), own.get(household_id, {}),
        _token(
            [row.pk for row in stored.standing("HouseholdLife")],
            [row.pk for row in stored.standing("Membership")],
            [r.pk for r in stored.standing("Status") if r.subject == Subject.HOUSEHOLD],
        ),
    )  # fmt: skip


def _stays(stored: Stored, day: date, known_at: datetime | None) -> list[Row]:
    stays = on(stored.standing("Membership", known_at), day)
    return sorted(stays, key=lambda one: (one.relation != "head", one.valid_from, one.person_id))


def _member(
    stay: Row,
    stored: Stored,
    theirs: Mapping[int, Mapping[str, tuple[RecordView, ...]]],
    statuses: Mapping[tuple[str, int], list[StatusView]],
) -> MemberView:
    numbers = {row.pk: row.number for row in stored.of("Person")}
    return MemberView(
        stay.pk, stay.person_id, numbers.get(stay.person_id, ""), stay.relation, stay.valid_from,
        stay.valid_to, theirs.get(stay.person_id, {}),
        tuple(statuses.get((Subject.PERSON, stay.person_id), ())),
    )  # fmt: skip


def state_token(household_id: int) -> str:
    """Names what a form about members and statuses is filled from: changes with it. Three queries."""
    return _token(
        _keys(HouseholdLife, household_id=household_id),
        _keys(Membership, household_id=household_id),
        _keys(Status, subject=Subject.HOUSEHOLD, subject_id=household_id),
    )


def _token(lives: Iterable[int], stays: Iterable[int], statuses: Iterable[int]) -> str:
    rows = [
        *(f"HouseholdLife{key}" for key in lives),
        *(f"Membership{key}" for key in stays),
        *(f"Status{key}" for key in statuses),
    ]
    return hashlib.sha256(" ".join(sorted(rows)).encode()).hexdigest()[:16]


def _keys(model: Any, **about: Any) -> list[int]:
    return list(model.objects.recorded().filter(**about).values_list("pk", flat=True))


def person_records(
    person_id: int,
    day: date,
    known_at: datetime | None = None,
    *,
    restrictions: Collection[Restriction] = (),
    topics: Collection[str] | None = None,
    full: bool = False,
) -> Mapping[str, tuple[RecordView, ...]]:
    """Topic → records of one person on a day. Raises HOME-001. Two statements."""
    named = [topic.key for topic in readable_topics(Subject.PERSON, restrictions, topics)]
    stored = read_person(person_id, named)
    if not stored.standing("Person", known_at):
        raise error("HOME-001", subject=Subject.PERSON.label, key=person_id)
    _, theirs = _records(stored, named, day=day, known_at=known_at, full=full)
    return theirs.get(person_id, {})


def readable_topics(
    subject: Subject, restrictions: Collection[Restriction], topics: Collection[str] | None
) -> list[Topic]:
    """The topics somebody may read."""
    found = [one for one in topics_about(subject) if topics is None or one.key in topics]
    return [one for one in found if one.restriction is None or one.restriction in restrictions]


_ByTopic = dict[int, dict[str, tuple[RecordView, ...]]]


def _records(
    stored: Stored, named: Iterable[str], *, day: date, known_at: datetime | None, full: bool
) -> tuple[_ByTopic, _ByTopic]:
    """Subject → topic → records, newest first, of households and of persons.

    Those of the day; of years and payments all up to the day.
    """
    found: dict[Subject, _ByTopic] = {subject: defaultdict(dict) for subject in Subject}
    for topic in (TOPICS[key] for key in named):
        rows = stored.standing(topic.key, known_at)
        lasting = topic.span == Span.LASTING
        rows = on(rows, day) if lasting else [row for row in rows if row.valid_from <= day]
        every = {row.pk: row for row in stored.of(topic.key)}
        by_key: dict[int, list[RecordView]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: (row.valid_from, row.pk), reverse=True):
            shown = view(topic, row, full=full, told=(every, stored.batches))
            by_key[shown.subject_id].append(shown)
        for key, views in by_key.items():
            found[topic.subject][key][topic.key] = tuple(views)
    return found[Subject.HOUSEHOLD], found[Subject.PERSON]


def view(
    topic: Topic,
    row: Any,
    *,
    full: bool = False,
    told: tuple[Mapping[int, Row], Mapping[int, Batch]] = ({}, {}),
) -> RecordView:
    """A stored row as it is shown; `told`: every row of the topic and the batches, where they were read."""
    columns = {name: getattr(row, name) for name in topic.columns}
    for name in topic.encrypted:
        plain = open_column(topic, name, columns[name])
        columns[name] = plain if full else mask_column(topic, name, plain)
    batch = told[1].get(row.begun_by_id)
    return RecordView(
        row.pk, topic.key, getattr(row, topic.subject_column), row.valid_from, row.valid_to, columns,
        row.source, row.observed_on, row.begun_by_id, row.corrects,
        batch.actor if batch else "", batch.recorded_at if batch else None,
        row.follows, frozenset(row.changed.split()), told,
    )  # fmt: skip


def origins_of(
    topic: Topic, row: Any, every: Mapping[int, Any], batches: Mapping[int, Batch]
) -> dict[str, FieldOrigin]:
    """Column → who said the value of a row first, through the records it was carried over from."""
    found = {}
    for name in topic.columns:
        first = _first(name, row, every)
        if getattr(first, name) is None:
            continue
        batch = batches.get(first.begun_by_id)
        found[name] = FieldOrigin(
            name, first.pk, first.valid_from, first.source, first.observed_on,
            batch.actor if batch else "", batch.recorded_at if batch else None,
        )  # fmt: skip
    return found


def _first(column: str, row: Any, every: Mapping[int, Any]) -> Any:
    while row.follows in every and column not in row.changed.split():
        row = every[row.follows]
    return row


def _statuses(rows: Iterable[Row]) -> dict[tuple[str, int], list[StatusView]]:
    found: dict[tuple[str, int], list[StatusView]] = defaultdict(list)
    for row in sorted(rows, key=lambda one: (one.valid_from, one.pk)):
        found[row.subject, row.subject_id].append(status_view(row))
    return found


def status_view(row: Any) -> StatusView:
    """A stored episode as it is shown."""
    return StatusView(
        row.pk, row.subject, row.subject_id, row.kind, row.valid_from, row.valid_to, row.cause, row.reason,
        row.case, row.begun_by_id,
    )  # fmt: skip


def batches_of(keys: Iterable[int | None]) -> dict[int, Batch]:
    """Batches by key. One query."""
    return {batch.pk: batch for batch in Batch.objects.filter(pk__in={key for key in keys if key})}


def members_ever(household_id: int, known_at: datetime | None = None) -> list[Membership]:
    """Who ever lived in a household, in the order they came. One query."""
    rows = Membership.objects.recorded(known_at).filter(household_id=household_id)
    return list(rows.order_by("valid_from", "id"))


def households_of_person(person_id: int, known_at: datetime | None = None) -> list[Membership]:
    """Where a person lived, in order (居住经历). One query."""
    rows = Membership.objects.recorded(known_at).filter(person_id=person_id)
    return list(rows.order_by("valid_from", "id"))
