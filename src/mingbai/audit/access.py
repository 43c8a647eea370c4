"""The log of looks (查阅记录): who opened which person's or household's record, when, for what.

Lists and counts are not looks; a record's own page, an export and the API's detail are. One insert each, so
that a page costs one statement more. A person may ask for the looks at her own record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from mingbai.audit.actions import record
from mingbai.audit.errors import error
from mingbai.audit.guards import LOOKS_KEPT_YEARS
from mingbai.audit.models import AccessLook, Event
from mingbai.common.bulk import insert_rows

PERSON, HOUSEHOLD = "person", "household"
_COLUMNS = ("at", "actor", "subject", "subject_id", "purpose", "via")
_LOT = 2_000


def log_look(
    *,
    actor: str,
    via: str,
    purpose: str = "page",
    person_id: int | None = None,
    household_id: int | None = None,
    leave_id: int | None = None,
) -> AccessLook:
    """Note one look (查阅一次) at a person's or a household's record; one statement.

    `leave_id` is the leave to read outside one's scope, when the look rests on it.
    """
    subject, key = _subject(person_id, household_id)
    return AccessLook.objects.create(
        at=timezone.now(), actor=actor, subject=subject, subject_id=key,
        purpose=purpose, via=via, leave_id=leave_id,
    )  # fmt: skip


def log_looks(*, actor: str, via: str, purpose: str, subject: str, keys: Iterable[int]) -> int:
    """Note the records that one export or document shows (批量查阅); short transactions; returns how many."""
    at = timezone.now()
    stamp: Any = at if connection.vendor == "postgresql" else at.strftime("%Y-%m-%d %H:%M:%S.%f")
    rows = [(stamp, actor, subject, key, purpose, via) for key in keys]
    for start in range(0, len(rows), _LOT):
        with transaction.atomic():
            insert_rows(AccessLook, _COLUMNS, rows[start : start + _LOT])
    return len(rows)


def looks_at(
    person_id: int | None = None, *, household_id: int | None = None
) -> QuerySet[AccessLook]:
    """Looks at one record, newest first (谁查阅过)."""
    subject, key = _subject(person_id, household_id)
    return AccessLook.objects.filter(subject=subject, subject_id=key).order_by("-id")


def looks_by(actor: str) -> QuerySet[AccessLook]:
    """What one actor looked at, newest first."""
    return AccessLook.objects.filter(actor=actor).order_by("-id")


def forget_looks(*, actor: str, before: datetime, now: datetime) -> Event:
    """Remove looks that are old enough (清理查阅记录), in slices, and say so in the chain.

    Raises AUD-006 for a time within the years that the database itself guards.
    """
    if before > now.replace(year=now.year - LOOKS_KEPT_YEARS, day=min(now.day, 28)):
        raise error("AUD-006", before=before.date(), years=LOOKS_KEPT_YEARS)
    count = 0
    while keys := list(
        AccessLook.objects.filter(at__lt=before).order_by("id").values_list("id", flat=True)[:_LOT]
    ):
        with transaction.atomic():
            count += AccessLook.objects.filter(
                at__lt=before, id__range=(keys[0], keys[-1])
            ).delete()[0]
    with transaction.atomic():
        said = {"before": before.date().isoformat(), "count": count}
        return record(actor=actor, action="audit.looks.forgotten", data=said)


def _subject(person_id: int | None, household_id: int | None) -> Sequence[Any]:
    if (person_id is None) == (household_id is None):
        raise ValueError("a look is at one person or one household")
    return (PERSON, person_id) if person_id is not None else (HOUSEHOLD, household_id)
