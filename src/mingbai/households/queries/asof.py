"""A household on a day (某日户情): who lived in it, as what, every topic; as known now or then.

"What was true on day X" is `day`, "what did we know on day Y" is `known_at`; the two are asked apart.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from mingbai.audit.models import Batch
from mingbai.households.closing import open_column
from mingbai.households.enums import Subject
from mingbai.households.errors import error
from mingbai.households.masking import mask_column
from mingbai.households.models import Household, HouseholdLife, Membership, Person, Status
from mingbai.households.topics import Restriction, Span, Topic, topics_about


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
    Raises HOME-001. A number of queries that does not depend on the household.
    """
    household = Household.objects.recorded(known_at).filter(pk=household_id).first()
    if household is None:
        raise error("HOME-001", subject=Subject.HOUSEHOLD.label, key=household_id)
    life = (
        HouseholdLife.objects.recorded(known_at).on(day).filter(household_id=household_id).first()
    )
    stays = Membership.objects.recorded(known_at).on(day).filter(household_id=household_id)
    stays = sorted(stays, key=lambda one: (one.relation != "head", one.valid_from, one.person_id))
    people = [stay.person_id for stay in stays]
    numbers = dict(Person.objects.filter(pk__in=people).values_list("pk", "number"))
    said: dict[str, Any] = {"day": day, "known_at": known_at, "full": full}
    allowed = {"restrictions": restrictions, "topics": topics}
    own = _records(Subject.HOUSEHOLD, [household_id], allowed, **said)
    theirs = _records(Subject.PERSON, people, allowed, **said)
    statuses = _statuses(household_id, people, day, known_at)
    _name_batches([*own.values(), *theirs.values()])
    members = tuple(
        MemberView(
            stay.pk, stay.person_id, numbers.get(stay.person_id, ""), stay.relation, stay.valid_from,
            stay.valid_to, theirs.get(stay.person_id, {}),
            tuple(statuses[Subject.PERSON, stay.person_id]),
        )
        for stay in stays
    )  # fmt: skip
    return HouseholdView(
        household.pk, household.number, day, known_at,
        life.valid_from if life else None, life.valid_to if life else None,
        life.ended_because if life else "", members,
        tuple(statuses[Subject.HOUSEHOLD, household_id]), own.get(household_id, {}),
        state_token(household_id),
    )  # fmt: skip


def state_token(household_id: int) -> str:
    """Names what a form about members and statuses is filled from: changes with it. Three queries."""
    rows = [
        *(f"HouseholdLife{key}" for key in _keys(HouseholdLife, household_id=household_id)),
        *(f"Membership{key}" for key in _keys(Membership, household_id=household_id)),
        *(
            f"Status{key}"
            for key in _keys(Status, subject=Subject.HOUSEHOLD, subject_id=household_id)
        ),
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
    """Topic → records of one person on a day. Raises HOME-001."""
    if not Person.objects.recorded(known_at).filter(pk=person_id).exists():
        raise error("HOME-001", subject=Subject.PERSON.label, key=person_id)
    allowed = {"restrictions": restrictions, "topics": topics}
    found = _records(Subject.PERSON, [person_id], allowed, day=day, known_at=known_at, full=full)
    _name_batches(found.values())
    return found.get(person_id, {})


def readable_topics(
    subject: Subject, restrictions: Collection[Restriction], topics: Collection[str] | None
) -> list[Topic]:
    """The topics somebody may read."""
    found = [one for one in topics_about(subject) if topics is None or one.key in topics]
    return [one for one in found if one.restriction is None or one.restriction in restrictions]


def _records(
    subject: Subject,
    keys: Collection[int],
    allowed: Mapping[str, Any],
    *,
    day: date,
    known_at: datetime | None,
    full: bool,
) -> dict[int, dict[str, tuple[RecordView, ...]]]:
    """Subject → topic → records, newest first: those of the day; of years and payments all up to the day."""
    found: dict[int, dict[str, tuple[RecordView, ...]]] = {key: {} for key in keys}
    for topic in readable_topics(subject, allowed["restrictions"], allowed["topics"]):
        rows = topic.model.objects.recorded(known_at).filter(
            **{f"{topic.subject_column}__in": keys}
        )
        rows = rows.on(day) if topic.span == Span.LASTING else rows.filter(valid_from__lte=day)
        by_key: dict[int, list[RecordView]] = defaultdict(list)
        for row in rows.order_by("-valid_from", "-id"):
            by_key[getattr(row, topic.subject_column)].append(view(topic, row, full=full))
        for key, views in by_key.items():
            found[key][topic.key] = tuple(views)
    return found


def view(topic: Topic, row: Any, *, full: bool = False) -> RecordView:
    """A stored row as it is shown."""
    columns = {}
    for name in topic.columns:
        plain = open_column(topic, name, getattr(row, name))
        columns[name] = plain if full else mask_column(topic, name, plain)
    return RecordView(
        row.pk, topic.key, getattr(row, topic.subject_column), row.valid_from, row.valid_to, columns,
        row.source, row.observed_on, row.begun_by_id, row.corrects,
    )  # fmt: skip


def _statuses(
    household_id: int, people: Collection[int], day: date, known_at: datetime | None
) -> dict[tuple[str, int], list[StatusView]]:
    rows = Status.objects.recorded(known_at).on(day)
    mine = rows.filter(subject=Subject.HOUSEHOLD, subject_id=household_id)
    theirs = rows.filter(subject=Subject.PERSON, subject_id__in=people)
    found: dict[tuple[str, int], list[StatusView]] = defaultdict(list)
    for row in sorted((*mine, *theirs), key=lambda one: (one.valid_from, one.pk)):
        found[row.subject, row.subject_id].append(status_view(row))
    return found


def status_view(row: Any) -> StatusView:
    """A stored episode as it is shown."""
    return StatusView(
        row.pk, row.subject, row.subject_id, row.kind, row.valid_from, row.valid_to, row.cause, row.reason,
        row.case, row.begun_by_id,
    )  # fmt: skip


def _name_batches(groups: Iterable[Mapping[str, tuple[RecordView, ...]]]) -> None:
    """Say who entered the records and when. One query."""
    views = [one for group in groups for records in group.values() for one in records]
    named = batches_of(one.batch_id for one in views)
    for one in views:
        batch = named.get(one.batch_id)
        if batch is not None:
            object.__setattr__(one, "entered_by", batch.actor)
            object.__setattr__(one, "entered_at", batch.recorded_at)


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
