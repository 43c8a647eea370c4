"""Long batches as a whole (批次): recorded by one row, undone by another batch, swept after a kill."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils import timezone

from mingbai.audit.actions import (
    check_open,
    give_up,
    hold_chain,
    hold_saves,
    is_abandoned,
    last_event,
    open_batch,
    record,
)
from mingbai.audit.digests import claim, digest_ended, digest_rows, instant_text, table_columns
from mingbai.audit.enums import BatchKind
from mingbai.audit.errors import error
from mingbai.audit.models import Batch, Event, Span
from mingbai.audit.records import Recorded
from mingbai.audit.tables import recorded_model, recorded_models, subject_columns
from mingbai.audit.writing import BatchWriter, Progress, lots
from mingbai.common.bulk import Row

#: Rows read at a time while an undo copies them.
READ_ROWS = 10_000
#: Rows of one table from which a batch changes what PostgreSQL's planner should know of it.
MANY_ROWS = 10_000

Then = Callable[[Batch], object]


def nobody() -> None:
    """Whom a batch waits for that ends no derived rows."""


def nothing(batch: Batch) -> None:
    """What follows where nothing does."""


def record_batch(
    batch: Batch,
    *,
    action: str,
    data: dict[str, Any] | None = None,
    wait: Callable[[], object] = nobody,
    then: Then = nothing,
    progress: Progress | None = None,
) -> Event:
    """Make a batch seen (登记批次): withdraw what somebody changed meanwhile, digest the rows, flip one row.

    The event's data name the rows and digest of every table and, under ``withdrawn``, what was left out.
    `then` is done in the transaction that makes it seen: with the batch, or not at all. `wait` is called at
    its beginning, for who is ending derived rows at this moment; then for whoever is recording. He may end
    rows that the batch has ended already: those speak for him, and what the event says of the batch is
    counted after him.
    """
    step = progress or (lambda name, done, total: None)
    withdrawn: dict[str, int] = {}
    checked = batch.after_event
    spans: dict[str, Any] = {}
    _tell_the_planner(batch)
    while True:
        before = dict(withdrawn)
        checked = _withdraw(batch, checked, withdrawn)
        for span in batch.spans.order_by("table"):
            # Digesting a county takes longer than the next save needs to come: only what changed again.
            if span.table not in spans or withdrawn.get(span.table) != before.get(span.table):
                step(f"digest {span.table}", 0, 0)
                spans[span.table] = _digest(batch, span)
        with transaction.atomic():
            wait()
            hold_saves()
            hold_chain()
            check_open(batch)
            if _recorded_after(checked, batch):
                continue  # somebody was quicker: look at those as well
            if _recorded_after(batch.after_event, batch):
                _count_ended_again(batch, spans)
            now = timezone.now()
            Batch.objects.filter(pk=batch.pk).update(recorded_at=now)
            batch.recorded_at = now
            said = {**(data or {}), "recorded_at": instant_text(now), "tables": spans}
            if withdrawn:
                said["withdrawn"] = withdrawn
            event = record(
                actor=batch.actor, action=action, target=f"batch:{batch.pk}", data=said, batch=batch
            )
            then(batch)
            return event


def _tell_the_planner(batch: Batch) -> None:
    """Fresh statistics of the tables that grew much: pages ask them the moment the batch is seen.

    PostgreSQL's own cleaning comes up to a minute later; until then fifty households of a list were looked
    for in the whole table, on all cores. SQLite's planner does without.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for span in batch.spans.filter(begun__gte=MANY_ROWS).order_by("table"):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(span.table)}")


def _digest(batch: Batch, span: Span) -> dict[str, Any]:
    """What the batch began and ended in one table, as `mingbai audit verify` will count it."""
    with connection.cursor() as cursor:
        columns = table_columns(cursor, connection.vendor, span.table)
        within = (batch.pk, span.first_id, span.last_id)
        begun = digest_rows(cursor, connection.vendor, span.table, columns, *within)
        ended = digest_ended(cursor, connection.vendor, span.table, batch.pk)
    span.begun, span.ended, span.digest = begun[0], ended[0], begun[1]
    span.save()
    return {**claim(columns, begun, ended), "first": span.first_id, "last": span.last_id}


def _count_ended_again(batch: Batch, spans: dict[str, Any]) -> None:
    """The rows that the batch has ended and nobody after it, where somebody took some."""
    for span in batch.spans.order_by("table"):
        if recorded_model(span.table).objects.filter(ended_by=batch).count() != span.ended:
            with connection.cursor() as cursor:
                ended = digest_ended(cursor, connection.vendor, span.table, batch.pk)
            span.ended = ended[0]
            span.save()
            spans[span.table] |= {"ended": ended[0], "ended_digest": ended[1]}


def _recorded_after(event_id: int, batch: Batch) -> list[int]:
    """Batches that were recorded since an event of the chain."""
    found = Event.objects.filter(id__gt=event_id).exclude(batch_id=None)
    return list(found.exclude(batch_id=batch.pk).values_list("batch_id", flat=True))


def _withdraw(batch: Batch, since: int, withdrawn: dict[str, int]) -> int:
    """Take back rows about subjects that others recorded since; returns the event looked up to."""
    head = last_event()
    others = _recorded_after(since, batch)
    for span in batch.spans.all() if others else ():
        model = recorded_model(span.table)
        subject = subject_columns(model)
        if not subject:
            continue
        theirs: set[tuple[Any, ...]] = set()
        for keys in lots(others):
            touched = model.objects.filter(Q(begun_by__in=keys) | Q(ended_by__in=keys))
            theirs.update(touched.values_list(*subject).distinct())
        count = 0
        for one in theirs:
            same = dict(zip(subject, one, strict=True))
            with transaction.atomic():
                count += model.objects.filter(begun_by=batch, **same).delete()[0]
                count += model.objects.filter(ended_by=batch, **same).update(ended_by=None)
        if count:
            withdrawn[span.table] = withdrawn.get(span.table, 0) + count
    return head


def undo(
    *,
    batch: Batch,
    actor: str,
    reason: str,
    rebuild: Then,
    check: Then = nothing,
    then: Then = nothing,
    progress: Progress | None = None,
) -> Event:
    """Undo a recorded batch (撤销批次) by a batch that ends what it began and begins again what it ended.

    `check` refuses by raising while the undo is open; `rebuild` makes the derived rows again under it.
    `then` as in `record_batch`. Raises AUD-002 when later rows rest on the batch and AUD-003 when there is
    nothing to undo. What was known while it stood stays answerable.
    """
    batch.refresh_from_db()
    already = Batch.objects.filter(undoes=batch, recorded_at__isnull=False).exists()
    if batch.recorded_at is None or already:
        raise error("AUD-003", batch=batch.pk)
    _refuse_when_built_on(batch)
    Batch.objects.filter(undoes=batch, recorded_at=None).update(undoes=None)
    back = open_batch(actor=actor, kind=BatchKind.UNDO, reason=reason, undoes=batch)
    writer = BatchWriter(back, progress)
    try:
        for model in recorded_models():
            if model.derived:
                continue
            ended = model.objects.filter(ended_by=batch).order_by("id")
            columns = [
                field.column
                for field in model._meta.concrete_fields
                if field.column not in ("id", "begun_by_id", "ended_by_id")
            ]
            writer.insert(model, columns, _plain(ended, columns))
            begun = model.objects.filter(begun_by=batch).recorded()
            writer.end(model, list(begun.values_list("id", flat=True)))
        check(back)
        rebuild(back)
        said = {"undone": batch.pk, "reason": reason}
        return record_batch(back, action="audit.batch.undone", data=said, then=then)
    except BaseException:
        give_up(back)
        raise


def _plain(rows: Any, columns: Sequence[str]) -> Iterator[Row]:
    """Column values as they are stored, read in blocks by key so that no cursor stays open between slices."""
    after = 0
    while block := list(rows.filter(id__gt=after).values_list("id", *columns)[:READ_ROWS]):
        after = block[-1][0]
        yield from (row[1:] for row in block)


def _refuse_when_built_on(batch: Batch) -> None:
    later: dict[int, int] = {}

    def note(rows: Any, column: str) -> None:
        for key, count in rows.values_list(column).annotate(Count("id")):
            later[key] = later.get(key, 0) + count

    begun_subjects: dict[str, Any] = {}
    lasting = [model for model in recorded_models() if not model.derived]
    for model in lasting:
        begun = model.objects.filter(begun_by=batch)
        others = begun.exclude(ended_by=None).exclude(ended_by=batch)
        note(others.filter(ended_by__recorded_at__isnull=False), "ended_by")
        if model._meta.model_name in ("household", "person"):
            begun_subjects[model._meta.model_name] = begun.values("id")
    for model in lasting:
        names = {field.column for field in model._meta.concrete_fields}
        for base, keys in begun_subjects.items():
            if f"{base}_id" in names:
                rest = model.objects.recorded().filter(**{f"{base}_id__in": keys})
            elif {"subject", "subject_id"} <= names:
                rest = model.objects.recorded().filter(subject=base, subject_id__in=keys)
            else:
                continue
            note(rest.filter(begun_by__recorded_at__gt=batch.recorded_at), "begun_by")
    if later:
        named = ", ".join(str(key) for key in sorted(later)[:10])
        raise error("AUD-002", batch=batch.pk, count=sum(later.values()), later=named)


def sweep(progress: Progress | None = None) -> int:
    """Remove what abandoned batches left (清扫); returns how many batches. Safe at any start."""
    now = timezone.now()
    swept = 0
    for batch in Batch.objects.open().order_by("id"):
        if not is_abandoned(batch, now):
            continue
        give_up(batch)
        for model in recorded_models():
            _sweep_table(model, batch)
            (progress or (lambda step, done, total: None))(f"sweep {model._meta.db_table}", 0, 0)
        with transaction.atomic():
            batch.spans.all().delete()
            Batch.objects.filter(pk=batch.pk).update(swept_at=timezone.now(), undoes=None)
            record(actor="system", action="audit.batch.swept", target=f"batch:{batch.pk}")
        swept += 1
    return swept


def _sweep_table(model: type[Recorded], batch: Batch) -> None:
    while keys := list(model.objects.filter(begun_by=batch).values_list("id", flat=True)[:20_000]):
        with transaction.atomic():
            first, last = min(keys), max(keys)
            model.objects.filter(begun_by=batch, id__range=(first, last))._raw_delete(
                connection.alias
            )
    while keys := list(model.objects.filter(ended_by=batch).values_list("id", flat=True)[:5_000]):
        with transaction.atomic():
            for lot in lots(keys):
                model.objects.filter(ended_by=batch, pk__in=lot).update(ended_by=None)
