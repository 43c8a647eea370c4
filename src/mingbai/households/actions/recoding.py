"""Villages under another code (区划变更后的住址): households stay, old days keep the old code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Q

from mingbai.audit.actions import give_up, open_batch
from mingbai.audit.batches import record_batch
from mingbai.audit.enums import BatchKind
from mingbai.audit.models import Batch
from mingbai.audit.writing import BatchWriter, Progress
from mingbai.households.errors import error
from mingbai.households.indexing import index_touched
from mingbai.households.models import Residence
from mingbai.households.topics import TOPICS
from mingbai.households.writing import carry

LOT = 5_000


def recode_residences(
    *,
    actor: str,
    reason: str,
    on: date,
    codes: Mapping[str, str],
    groups: Mapping[tuple[str, str], str] | None = None,
    progress: Progress | None = None,
) -> Batch:
    """From a day on the households of a village are found under another code (户随区划变更).

    `codes`: old village code → new; `groups`: (old code, group) → new group number, where they change too.
    In slices nobody sees before the last. Whoever moved meanwhile keeps what was recorded of him, and is
    found under the new code by a second batch. Raises HOME-053 when a code is its own successor.
    """
    if wrong := sorted(old for old, new in codes.items() if old == new or len(new) != len(old)):
        raise error("HOME-053", division=wrong[0])
    done: list[Batch] = []
    while not done or next(_lots(on, list(codes), done), None):
        batch = open_batch(actor=actor, kind=BatchKind.IMPORT, title="区划变更", reason=reason)
        writer = BatchWriter(batch, progress)
        try:
            lots = _lots(on, list(codes), done)
            count = sum(_recode_lot(writer, lot, on, codes, groups or {}) for lot in lots)
            index_touched(batch, progress)
            data = {"on": on.isoformat(), "codes": dict(codes), "residences": count}
            record_batch(
                batch, action="households.residences.recoded", progress=progress, data=data
            )
        except BaseException:
            give_up(batch)
            raise
        done.append(batch)
    return done[0]


def _lots(on: date, codes: list[str], done: list[Batch]) -> Iterator[list[Any]]:
    """Residences under the old codes, besides those that were made of others: a code may follow a code."""
    rows = Residence.objects.recorded().filter(division_code__in=codes).exclude(begun_by__in=done)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=on)).order_by("id")
    after = 0
    while lot := list(rows.filter(id__gt=after)[:LOT]):
        after = lot[-1].pk
        yield lot


def _recode_lot(
    writer: BatchWriter,
    rows: list[Any],
    on: date,
    codes: Mapping[str, str],
    groups: Mapping[tuple[str, str], str],
) -> int:
    topic = TOPICS["residence"]
    made = [new for row in rows for new in _pieces(row, on, codes[row.division_code], groups)]
    names = [
        "household_id",
        *topic.stored,
        "valid_from",
        "valid_to",
        "source",
        "observed_on",
        "follows",
        "changed",
    ]
    writer.end(Residence, [row.pk for row in rows])
    writer.insert(Residence, names, [[new[name] for name in names] for new in made])
    return len(rows)


def _pieces(
    row: Any, on: date, code: str, groups: Mapping[tuple[str, str], str]
) -> Iterator[dict[str, Any]]:
    kept = {**carry(TOPICS["residence"], row), "household_id": row.household_id, "changed": ""}
    if row.valid_from < on:
        yield {**kept, "valid_from": row.valid_from, "valid_to": on}
    group = groups.get((row.division_code, row.group_number or ""), row.group_number)
    changed = "division_code group_number" if group != row.group_number else "division_code"
    yield {
        **kept, "division_code": code, "group_number": group, "changed": changed,
        "valid_from": max(row.valid_from, on), "valid_to": row.valid_to,
    }  # fmt: skip
