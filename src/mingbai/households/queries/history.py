"""Where a value comes from, and how much was changed (数据来源与清洗): S3-18, S3-21, S3-22."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, Sum

from mingbai.accounts.scopes import EVERYTHING, Scope
from mingbai.audit.models import Batch
from mingbai.households.closing import open_column
from mingbai.households.enums import Subject
from mingbai.households.masking import mask_column
from mingbai.households.models import IncomeEntry, IncomeYear, SearchEntry
from mingbai.households.queries.asof import (
    FieldOrigin,
    batches_of,
    origins_of,
    readable_topics,
)
from mingbai.households.topics import Restriction, Topic, topic_of


def field_origins(topic: str, subject_id: int, day: date) -> dict[str, FieldOrigin]:
    """Column → where its value on a day comes from (S3-18): carried-over records lead back. Three queries.

    A household's or person's records know it by themselves: `RecordView.origins`.
    """
    kind = topic_of(topic)
    every = {row.pk: row for row in kind.model.objects.filter(**{kind.subject_column: subject_id})}
    standing = kind.model.objects.recorded().on(day).filter(**{kind.subject_column: subject_id})
    rows = list(standing.order_by("valid_from", "id"))
    if not rows:
        return {}
    return origins_of(kind, rows[-1], every, batches_of(row.begun_by_id for row in every.values()))


@dataclass(frozen=True)
class Correction:
    """A value that was mended (清洗前后): before, after, by whom and why (S3-22)."""

    topic: str
    subject_id: int
    record_id: int
    corrects: int
    before: dict[str, Any]
    after: dict[str, Any]
    actor: str
    recorded_at: datetime | None
    reason: str
    source: str


def corrections(
    *,
    since: datetime,
    until: datetime,
    scope: Scope = EVERYTHING,
    restrictions: Collection[Restriction] = (),
    limit: int = 200,
) -> Iterator[Correction]:
    """What was corrected in a time, by topic; numbers masked. Three queries a topic."""
    batches = Batch.objects.filter(recorded_at__gte=since, recorded_at__lt=until)
    for topic in _readable(restrictions):
        rows = topic.model.objects.filter(begun_by__in=batches.values("id")).exclude(corrects=None)
        rows = list(_inside(topic, rows, scope).order_by("-id")[:limit])
        old = topic.model.objects.in_bulk([row.corrects for row in rows])
        named = batches_of(row.begun_by_id for row in rows)
        for row in rows:
            batch = named[row.begun_by_id]
            names = [name for name in row.changed.split() if name in topic.columns]
            yield Correction(
                topic.key, getattr(row, topic.subject_column), row.pk, row.corrects,
                _values(topic, old.get(row.corrects), names), _values(topic, row, names), batch.actor,
                batch.recorded_at, batch.reason, row.source,
            )  # fmt: skip


def _values(topic: Topic, row: Any, names: Collection[str]) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        name: mask_column(topic, name, open_column(topic, name, getattr(row, name)))
        for name in names
    }


def _readable(restrictions: Collection[Restriction]) -> list[Topic]:
    return [topic for subject in Subject for topic in readable_topics(subject, restrictions, None)]


def _inside(topic: Topic, rows: Any, scope: Scope) -> Any:
    """Rows about those whom the scope reaches, by where they are found today."""
    if scope.everything:
        return rows
    column = topic.subject_column
    here = SearchEntry.objects.recorded().filter(scope.rows()).values(column)
    return rows.filter(**{f"{column}__in": here})


@dataclass(frozen=True)
class ChangeCount:
    """How often a topic was written in a time (更新次数)."""

    topic: str
    added: int  # records of which nothing stood before
    changed: int
    corrected: int


def change_counts(
    *, since: datetime, until: datetime, scope: Scope = EVERYTHING
) -> list[ChangeCount]:
    """Updates (S3-21) and corrections (S3-22) recorded in a time, by topic. One query a topic."""
    batches = Batch.objects.filter(recorded_at__gte=since, recorded_at__lt=until).values("id")
    found = []
    for topic in _readable(tuple(Restriction)):
        rows = _inside(topic, topic.model.objects.filter(begun_by__in=batches), scope)
        sums = rows.aggregate(
            added=Count("id", filter=Q(follows=None, corrects=None)),
            changed=Count("id", filter=Q(corrects=None) & ~Q(changed="")),
            corrected=Count("id", filter=~Q(corrects=None)),
        )
        if any(sums.values()):
            found.append(ChangeCount(topic.key, **sums))
    return found


def income_differences(household_id: int, year: int) -> dict[str, tuple[int, int | None]]:
    """Item → sum of the ledger's lines, amount of the income of the year, where the two differ; fen.

    Neither is overwritten: a person decides which is right. Two queries.
    """
    about = {"household_id": household_id, "valid_from": date(year, 1, 1)}
    lines = IncomeEntry.objects.recorded().filter(**about)
    sums = Counter(dict(lines.values_list("item").annotate(Sum("amount"))))
    stated = IncomeYear.objects.recorded().filter(**about).first()
    found: dict[str, tuple[int, int | None]] = {}
    for item, total in sorted(sums.items()):
        amount = getattr(stated, item, None) if stated is not None else None
        if amount != total:
            found[item] = (total, amount)
    return found
