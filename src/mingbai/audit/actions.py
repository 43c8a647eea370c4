"""Recording (登记): every write stands under a batch, and every batch under one event of the chain.

A single change is one transaction (`recording`). Long work opens a batch, writes slices that nobody sees
(`audit.writing`), and `audit.batches.record_batch` makes them seen by setting one row. What somebody recorded
meanwhile wins: rows of the batch about the same subject and topic are withdrawn before the flip, and named.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from mingbai.audit.digests import (
    FIRST,
    event_digest,
    instant_text,
    table_columns,
    table_digests,
)
from mingbai.audit.enums import BatchKind
from mingbai.audit.errors import error
from mingbai.audit.models import Batch, Event
from mingbai.audit.tables import recorded_tables

#: Any number will do; it is the name of the lock under which the chain grows on PostgreSQL.
_CHAIN_LOCK = 7_301_042
#: A writer on another machine that has not said a word for so long is taken for dead.
SILENCE = timedelta(minutes=5)


def hold_chain() -> None:
    """Wait for everybody who is adding to the chain. On SQLite the transaction itself is that wait."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])


def hold_saves() -> None:
    """Wait for everybody who is recording a change, and let nobody begin before the transaction ends.

    Whoever records has written a row of batches first; on PostgreSQL the lock of that table is the wait.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(Batch._meta.db_table)
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


def record(
    *,
    actor: str,
    action: str,
    target: str = "",
    data: Mapping[str, Any] | None = None,
    batch: Batch | None = None,
) -> Event:
    """Add one event (审计事件) to the chain, in the caller's transaction. `data` holds keys, never names."""
    hold_chain()
    last = Event.objects.order_by("-id").values_list("digest", flat=True).first() or FIRST
    fields: dict[str, Any] = {
        "at": timezone.now(),
        "actor": actor,
        "action": action,
        "target": target,
        "batch_id": batch.pk if batch else None,
        "data": json.dumps(
            dict(data or {}), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        ),
        "previous": last,
    }
    return Event.objects.create(**fields, digest=event_digest(last, fields))


@contextmanager
def recording(
    *,
    actor: str,
    action: str,
    title: str = "",
    reason: str = "",
    source: str = "",
    target: str = "",
    data: Mapping[str, Any] | None = None,
) -> Iterator[Batch]:
    """One change (单项登记): its rows, its batch and its event stand or fall together.

    The block may add to `batch.event_data` and set `batch.event_target`.
    """
    with transaction.atomic():
        now = timezone.now()
        batch = Batch.objects.create(
            kind=BatchKind.ACTION, actor=actor, title=title, reason=reason, source=source,
            started_at=now, recorded_at=now,
        )  # fmt: skip
        batch.event_data = dict(data or {})
        batch.event_target = target
        yield batch
        said = {**batch.event_data, **({"reason": reason} if reason else {})}
        with connection.cursor() as cursor:
            vendor = connection.vendor
            tables = table_digests(cursor, vendor, recorded_tables(), batch.pk, _columns_of)
        said |= {"recorded_at": instant_text(now), "tables": tables}
        record(actor=actor, action=action, target=batch.event_target, data=said, batch=batch)


#: Columns of tables by (database, table): no process outlives a change of the schema it was started with.
_columns: dict[tuple[str, str], dict[str, str]] = {}


def _columns_of(cursor: Any, vendor: str, table: str) -> dict[str, str]:
    """`table_columns`, asked once a process: PostgreSQL's catalogue takes a millisecond or two each time."""
    name = str(connection.settings_dict["NAME"]), table
    if name not in _columns:
        _columns[name] = table_columns(cursor, vendor, table)
    return _columns[name]


def open_batch(
    *,
    actor: str,
    kind: BatchKind,
    title: str = "",
    reason: str = "",
    source: str = "",
    undoes: Batch | None = None,
    read_after: int | None = None,
) -> Batch:
    """Begin long work (开始批次): nothing under it is seen before `record_batch`.

    `read_after`: the last event before the register was read for it, where that was earlier than now.
    """
    now = timezone.now()
    return Batch.objects.create(
        kind=kind, actor=actor, title=title, reason=reason, source=source, undoes=undoes,
        started_at=now, heartbeat_at=now, owner=_this_process(),
        after_event=last_event() if read_after is None else read_after,
    )  # fmt: skip


def last_event() -> int:
    """The newest event of the chain; none is 0."""
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


def give_up(batch: Batch) -> None:
    """Stop a batch for good (放弃批次); what it wrote is never seen and is swept."""
    Batch.objects.filter(pk=batch.pk, recorded_at=None).update(given_up_at=timezone.now())


def is_abandoned(batch: Batch, now: datetime) -> bool:
    """Whether nobody writes this open batch any more: given up, its process gone, or long silent."""
    if batch.given_up_at:
        return True
    host, _, process = batch.owner.rpartition("/")
    if host == platform.node() and process.isdigit() and not _lives(int(process)):
        return True
    return now - (batch.heartbeat_at or batch.started_at) > SILENCE


def check_open(batch: Batch) -> None:
    """Raises AUD-001 when the batch takes no more rows."""
    if not Batch.objects.filter(pk=batch.pk, recorded_at=None, given_up_at=None).exists():
        raise error("AUD-001", batch=batch.pk)


def _this_process() -> str:
    return f"{platform.node()}/{os.getpid()}"


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
