"""Imports in the background (后台导入): ordered on a screen, done by the worker, looked at page by page."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from mingbai.intake.actions import Imported
from mingbai.intake.errors import error
from mingbai.intake.files import folder, opened
from mingbai.intake.looking import keep
from mingbai.intake.models import ImportOrder, StoredFile
from mingbai.intake.running import Request, run_import
from mingbai.intake.work import Progress
from mingbai.jobs.actions import start_job
from mingbai.tables import Intake

KIND = "import.run"
_MARKED = "mingbai-marked-"

#: What was read, the files, a folder to write into → the marked tables.
Marking = Callable[[Intake, Sequence[Path], Path], list[Path]]


@transaction.atomic
def order_import(
    *,
    actor: str,
    files: Sequence[StoredFile],
    request: Request,
    dry_run: bool,
    job_division: str = "",
) -> ImportOrder:
    """Queue an import of accepted files (申请导入). A password cannot wait in a queue: it is not taken."""
    order = ImportOrder.objects.create(
        as_of=request.as_of, year=request.asking.year, source=request.asking.source,
        reason=request.reason, whole=list(request.whole), division_code=request.division,
        dry_run=dry_run, apply_gone=request.apply_gone, again=request.again, ordered_by=actor,
        ordered_at=timezone.now(),
    )  # fmt: skip
    order.files.set(files)
    job = start_job(
        kind=KIND, arguments={"order": order.pk}, actor=actor, division_code=job_division
    )
    order.job_id = job.pk
    order.save(update_fields=["job_id"])
    return order


def run_order(order_id: int, progress: Progress, marking: Marking | None = None) -> dict[str, Any]:
    """Do what was ordered; the worker's part. Returns what the job keeps: keys and counts, no names.

    `marking` writes the senders' own tables with their wrong cells marked; the layers above know how.
    """
    order = ImportOrder.objects.filter(pk=order_id).first()
    if order is None:
        raise error("INTAKE-014", file=order_id)
    stored = list(order.files.order_by("name", "pk"))
    with ExitStack() as stack:
        paths = [stack.enter_context(opened(one)) for one in stored]
        imported = run_import(
            actor=order.ordered_by, files=paths, stored=stored, request=_request(order),
            dry_run=order.dry_run, progress=progress,
        )  # fmt: skip
        if imported.difference is not None:
            order.counts = imported.difference.counts()
            marked = []
            if marking is not None and order.dry_run:
                scratch = Path(stack.enter_context(_scratch()))
                progress("mark", 0, 0)
                marked = marking(imported.difference.intake, paths, scratch)
            keep(order, imported.difference, marked)
    return _noted(order, imported)


def _scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder that is gone when the block ends; in memory where the system has such a place."""
    for left in folder().glob(f"{_MARKED}*"):
        shutil.rmtree(left, ignore_errors=True)  # of a worker that was killed
    memory = Path("/dev/shm")  # noqa: S108 — a folder of our own is made in it, mode 0700
    place = memory if os.access(memory, os.W_OK) else folder()
    return tempfile.TemporaryDirectory(prefix=_MARKED, dir=place)


def _request(order: ImportOrder) -> Request:
    return Request(
        order.as_of, order.year, None, order.source, tuple(order.whole), order.division_code,
        order.apply_gone, order.again, order.reason,
    )  # fmt: skip


def _noted(order: ImportOrder, imported: Imported) -> dict[str, Any]:
    order.batch_id = imported.batch.pk if imported.batch else None
    order.save(update_fields=["counts", "kept_as", "batch_id"])
    before = imported.before.batch_id if imported.before else None
    return {"order": order.pk, "batch": order.batch_id, "imported_before": before}
