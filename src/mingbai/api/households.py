"""Households and persons: lists, one as of a day, search, and recording a fact (户和人接口)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from mingbai.accounts.roles import Permission
from mingbai.api.errors import error
from mingbai.api.tokens import Caller, caller
from mingbai.api.types import Clean, Code, Day, Key, Rows, Sentence, Word
from mingbai.decisions.actions import after_change
from mingbai.households.access import (
    Reader,
    get_household_for,
    get_person_household_for,
    household_for,
    may_write_topic,
    person_for,
    reader_of_token,
)
from mingbai.households.actions.facts import Said, correct_facts, record_facts
from mingbai.households.enums import Subject
from mingbai.households.queries import Filter, RecordView, count_households, list_households
from mingbai.households.queries.counting import Standing
from mingbai.households.search import search
from mingbai.households.topics import TOPICS

router = Router(tags=["households"])
After = Annotated[str, Field(max_length=80), Clean]
Sort = Literal["place", "-place", "number", "-number"]
Topic = Annotated[str, Field(pattern=r"^[a-z_]{2,24}$", max_length=24)]
Column = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", max_length=40)]
#: A number beyond it fits no column; a text beyond it no topic.
Value = (
    bool
    | Annotated[int, Field(ge=-(10**15), le=10**15)]
    | Annotated[str, Field(max_length=400), Clean]
    | None
)
#: An instant the register can have known something at.
Instant = Annotated[
    datetime, Field(ge=datetime(1990, 1, 1, tzinfo=UTC), le=datetime(2199, 1, 1, tzinfo=UTC))
]


class ListIn(Schema):
    """What a list is narrowed to (筛选条件)."""

    day: Day | None = None
    division: Code = ""
    standing: Standing = Standing.ALL
    sort: Sort = "place"
    after: After = ""
    limit: Rows = 50


class SearchIn(Schema):
    """What is looked for (检索条件)."""

    q: Word
    limit: Rows = 50


class RowOut(Schema):
    """A line of the list of households (户列表行)."""

    household_id: int
    number: str
    division_code: str
    group_number: str
    head_id: int | None
    head_name: str
    members: int
    kinds: list[str]


class ListOut(Schema):
    """A page of households (一页户); hand `next` back as `after`, blank: the last page."""

    total: int
    rows: list[RowOut]
    next: str


class RecordOut(Schema):
    """A record of a topic (登记内容), numbers masked; who said it, who entered it and when."""

    id: int
    valid_from: date
    valid_to: date | None
    columns: dict[str, Any]
    source: str
    observed_on: date | None
    entered_by: str
    entered_at: datetime | None


class StatusOut(Schema):
    """An episode of being registered as something (身份)."""

    kind: str
    valid_from: date
    valid_to: date | None
    cause: str
    reason: str


class MemberOut(Schema):
    """A member on the day (成员)."""

    person_id: int
    number: str
    relation: str
    valid_from: date
    statuses: list[StatusOut]
    records: dict[str, list[RecordOut]]


class HouseholdOut(Schema):
    """A household on a day (户)."""

    id: int
    number: str
    day: date
    starts: date | None
    ends: date | None
    token: str
    statuses: list[StatusOut]
    records: dict[str, list[RecordOut]]
    members: list[MemberOut]


class PersonOut(Schema):
    """A person on a day (人)."""

    id: int
    household_id: int
    records: dict[str, list[RecordOut]]


class HitOut(Schema):
    """A person found (检索结果), the document masked."""

    person_id: int
    household_id: int
    household_number: str
    division_code: str
    name: str
    relation: str
    left: bool
    match: str
    document: str


class FactsIn(Schema):
    """Facts of one topic (登记内容): as they are from a day on, or a correction of what holds on that day.

    `seen` is the id of the record the caller had before it, 0 for none: when somebody saved since, nothing is
    written and the answer is 409.
    """

    topic: Topic
    on: Day
    until: Day | None = None
    values: Annotated[dict[Column, Value], Field(min_length=1, max_length=40)]
    source: Annotated[str, Field(min_length=1, max_length=64), Clean]
    observed_on: Day | None = None
    reason: Sentence = ""
    correcting: bool = False
    seen: Annotated[int, Field(ge=0, le=2**62)] | None = None


class SavedOut(Schema):
    """What was written (写入结果): rows begun and ended; the batch, none when every value stood already."""

    batch_id: int | None
    begun: list[int]
    ended: list[int]
    changed: list[str]
    reevaluated: list[int]


def _reader(asking: Caller) -> Reader:
    asking.scope(Permission.HOUSEHOLDS_READ)
    return reader_of_token(asking.token, asking.day)


@router.get("/households", response=ListOut, summary="户列表 Households of the scope")
def list_page(request: HttpRequest, asked: Query[ListIn]) -> Mapping[str, Any]:
    """As of a day, page by page; the total is counted each time."""
    asking = caller(request)
    scope = asking.scope(Permission.HOUSEHOLDS_READ)
    filters = Filter(division_code=asked.division, standing=asked.standing)
    on = asked.day or asking.day
    page = list_households(
        on, scope=scope, filters=filters, sort=asked.sort, after=asked.after, limit=asked.limit
    )
    total = count_households(on, scope=scope, filters=filters)
    return {"total": total, "rows": page.rows, "next": page.next}


@router.get(
    "/households/{household_id}", response=HouseholdOut, summary="一户 A household as of a day"
)
def read_household(
    request: HttpRequest,
    household_id: Path[Key],
    day: Query[Day | None] = None,
    known_at: Query[Instant | None] = None,
) -> Mapping[str, Any]:
    """`day`: what was true on it. `known_at`: as the register knew it at that instant. The look is logged."""
    asking = caller(request)
    known = known_at.replace(tzinfo=UTC) if known_at and known_at.tzinfo is None else known_at
    found = household_for(_reader(asking), household_id, day=day or asking.day, known_at=known)
    return {
        "id": found.id, "number": found.number, "day": found.day, "starts": found.starts,
        "ends": found.ends, "token": found.token, "statuses": found.statuses,
        "records": _records(found.records),
        "members": [
            {
                "person_id": one.person_id, "number": one.number, "relation": one.relation,
                "valid_from": one.valid_from, "statuses": one.statuses,
                "records": _records(one.records),
            }
            for one in found.members
        ],
    }  # fmt: skip


@router.get("/persons/{person_id}", response=PersonOut, summary="一个人 A person as of a day")
def read_person(
    request: HttpRequest, person_id: Path[Key], day: Query[Day | None] = None
) -> Mapping[str, Any]:
    """A person through the household she lives in, or lived in last. The look is logged."""
    asking = caller(request)
    reader, on = _reader(asking), day or asking.day
    records = person_for(reader, person_id, day=on)
    home = get_person_household_for(reader, person_id, day=on)
    return {"id": person_id, "household_id": home.pk, "records": _records(records)}


@router.get("/search", response=list[HitOut], summary="检索 Names, initials, tails, numbers")
def find(request: HttpRequest, asked: Query[SearchIn]) -> list[Any]:
    """What the one search box of the desk finds."""
    asking = caller(request)
    return search(asked.q, asking.scope(Permission.HOUSEHOLDS_READ), asking.day, asked.limit)


@router.post(
    "/households/{household_id}/facts", response=SavedOut, summary="登记户的事实 Record facts"
)
def write_household(
    request: HttpRequest, household_id: Path[Key], facts: FactsIn
) -> Mapping[str, Any]:
    """Facts about a household; its states are new when the answer comes."""
    asking = caller(request)
    reader = _reader(asking)
    get_household_for(reader, household_id, day=asking.day, permission=Permission.HOUSEHOLDS_WRITE)
    return _write(asking, reader, household_id, household_id, facts)


@router.post("/persons/{person_id}/facts", response=SavedOut, summary="登记人的事实 Record facts")
def write_person(request: HttpRequest, person_id: Path[Key], facts: FactsIn) -> Mapping[str, Any]:
    """Facts about a person; the household's states are new when the answer comes."""
    asking = caller(request)
    reader = _reader(asking)
    home = get_person_household_for(
        reader, person_id, day=asking.day, permission=Permission.HOUSEHOLDS_WRITE
    )
    return _write(asking, reader, person_id, home.pk, facts, person=True)


def _write(
    asking: Caller,
    reader: Reader,
    subject_id: int,
    home: int,
    facts: FactsIn,
    *,
    person: bool = False,
) -> Mapping[str, Any]:
    topic = TOPICS.get(facts.topic)
    if topic is None or (topic.subject == Subject.PERSON) != person or topic.many:
        raise error("API-005", topic=facts.topic)
    if not may_write_topic(reader, home, facts.topic, day=asking.day):
        raise Http404
    said = Said(source=facts.source, observed_on=facts.observed_on, seen=facts.seen)
    told: dict[str, Any] = {
        "actor": asking.actor, "topic": facts.topic, "subject_id": subject_id, "on": facts.on,
        "values": facts.values, "reason": facts.reason, "said": said,
    }  # fmt: skip
    saved = correct_facts(**told) if facts.correcting else record_facts(until=facts.until, **told)
    fresh = after_change([home], actor=asking.actor) if saved.batch_id else []
    return {
        "batch_id": saved.batch_id, "begun": saved.begun, "ended": saved.ended,
        "changed": sorted(saved.changed), "reevaluated": fresh,
    }  # fmt: skip


def _records(found: Mapping[str, tuple[RecordView, ...]]) -> dict[str, list[RecordView]]:
    return {topic: list(records) for topic, records in found.items()}
