"""Importing and taking back (导入与撤销): one open batch a list, seen by one row, undone by another batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Count
from django.utils import timezone

from mingbai.audit.actions import give_up, is_abandoned, last_event, open_batch
from mingbai.audit.batches import record_batch, undo
from mingbai.audit.enums import BatchKind
from mingbai.audit.models import Batch, Event
from mingbai.engine.model.pack import Pack
from mingbai.households.actions.contradicting import refuse_filled_gaps
from mingbai.households.search import index_touched
from mingbai.intake.applying import apply_difference
from mingbai.intake.claims import Asking
from mingbai.intake.difference import Difference
from mingbai.intake.errors import error
from mingbai.intake.examining import examine
from mingbai.intake.following import queue_states
from mingbai.intake.listing import fresh
from mingbai.intake.models import Import, StoredFile
from mingbai.intake.work import Progress, room_for_indexes
from mingbai.tables import Profile


@dataclass(frozen=True)
class Delivery:
    """Files to import (来件): where they can be read, and the same files as they are kept."""

    paths: Sequence[Path]
    stored: Sequence[StoredFile]
    password: str | None = None
    profiles: Sequence[Profile] = ()  # layouts besides those of the pack


@dataclass(frozen=True)
class Imported:
    """What came of an import (导入结果). `batch` is none where nothing was written.

    `before`: the import that brought these files already; then nothing was compared.
    """

    difference: Difference | None
    batch: Batch | None = None
    before: Import | None = None


def import_files(
    *,
    actor: str,
    delivery: Delivery,
    pack: Pack,
    asking: Asking,
    apply_gone: bool = False,
    again: bool = False,
    reason: str = "",
    progress: Progress | None = None,
) -> Imported:
    """Import files into the register (导入): write what is new or changed, list what conflicts.

    Files that were imported already as of the same day are known again unless `again`. Whom it touched is
    evaluated by a job that is queued with it. Raises INTAKE-006 and INTAKE-016; a batch that fails is given
    up and never seen.
    """
    before = None if again else already(delivery.stored, pack, asking)
    if before is not None:
        return Imported(None, before=before)
    _refuse_beside_another()
    read_after = last_event()
    difference = examine(
        delivery.paths, pack, asking, profiles=delivery.profiles, password=delivery.password,
        progress=progress,
    )  # fmt: skip
    listed = fresh(difference, with_gone=not apply_gone)
    ends = apply_gone and bool(difference.gone.households or difference.gone.persons)
    if difference.nothing and not listed and not ends:
        return Imported(difference)
    batch = open_batch(
        actor=actor, kind=BatchKind.IMPORT, source=asking.source, reason=reason,
        title=f"{len(delivery.paths)} 个文件，{asking.as_of}", read_after=read_after,
    )  # fmt: skip
    try:
        made = _note(batch, difference, pack, asking, delivery.stored)
        with room_for_indexes():
            apply_difference(batch, difference, listed, apply_gone=apply_gone, progress=progress)
        record_batch(
            batch, action="intake.import.recorded", progress=progress,
            then=lambda made: queue_states(made, asking.division_code),
            data={"as_of": asking.as_of.isoformat(), "counts": made.counts,
                  "files": [one.digest for one in delivery.stored]},
        )  # fmt: skip
    except BaseException:
        give_up(batch)
        raise
    return Imported(difference, batch)


def already(stored: Sequence[StoredFile], pack: Pack, asking: Asking) -> Import | None:
    """The recorded import of exactly these files as of this day, unless it was undone. One query."""
    keys = {one.pk for one in stored}
    if not keys:
        return None
    found = Import.objects.filter(
        batch__recorded_at__isnull=False, batch__undone_by=None, as_of=asking.as_of, pack=pack.id,
        source=asking.source, division_code=asking.division_code, files__in=keys,
        choices=asking.chosen,
    )  # fmt: skip
    same = found.annotate(together=Count("files")).filter(together=len(keys))
    for one in same.order_by("-batch_id")[:20]:
        if one.files.count() == len(keys):
            return one
    return None


def _refuse_beside_another() -> None:
    """Two imports at a time would each bring the same new household. Raises INTAKE-016."""
    now = timezone.now()
    kinds = (BatchKind.IMPORT, BatchKind.LOAD)
    for batch in Batch.objects.open().filter(kind__in=kinds, given_up_at=None):
        if not is_abandoned(batch, now):
            raise error("INTAKE-016", batch=batch.pk)


def _note(
    batch: Batch, difference: Difference, pack: Pack, asking: Asking, stored: Iterable[StoredFile]
) -> Import:
    made = Import.objects.create(
        batch=batch, as_of=asking.as_of, pack=pack.id, source=asking.source,
        division_code=asking.division_code, counts=difference.counts(), choices=asking.chosen,
    )  # fmt: skip
    made.files.set(stored)
    return made


def _division_of(batch_id: int) -> str:
    code = Import.objects.filter(batch_id=batch_id).values_list("division_code", flat=True).first()
    return code or ""


def undo_import(
    *, actor: str, batch_id: int, reason: str, progress: Progress | None = None
) -> Event:
    """Take an import back (撤销导入): what it began ends, what it ended stands again; nothing is erased.

    Raises INTAKE-007, INTAKE-010, AUD-002 naming later batches that rest on it, and HOME-051 when something
    later filled what the import had ended.
    """
    if not reason.strip():
        raise error("INTAKE-010")
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None or batch.recorded_at is None:
        raise error("INTAKE-007", batch=batch_id)
    return undo(
        batch=batch, actor=actor, reason=reason.strip(), progress=progress,
        check=lambda back: refuse_filled_gaps(back, progress),
        then=lambda back: queue_states(back, _division_of(batch_id)),
        rebuild=lambda back: index_touched(back, progress),
    )  # fmt: skip
