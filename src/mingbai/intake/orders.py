"""Imports in the background (后台导入): ordered on a screen, done by the worker, looked at page by page."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from mingbai.engine.model.pack import Pack
from mingbai.intake.actions import Imported
from mingbai.intake.choices import Choices
from mingbai.intake.choosing import copy_choices
from mingbai.intake.difference import Difference
from mingbai.intake.errors import NothingReadError, error
from mingbai.intake.files import folder, opened
from mingbai.intake.layouts import (
    asked_sheets,
    kept_layouts,
    make_profiles,
    profiles_of_layouts,
)
from mingbai.intake.looking import Made, keep, keep_unread, too_long
from mingbai.intake.models import ImportOrder, Layout, StoredFile
from mingbai.intake.running import Request, register_pack, run_import
from mingbai.intake.work import Progress
from mingbai.intake.workbook import write_difference
from mingbai.jobs.actions import start_job
from mingbai.screening.inputs import schema_of
from mingbai.tables import Intake
from mingbai.tables.proposing.asking import Asked

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
    layouts: Sequence[Layout] | None = None,
    follows: ImportOrder | None = None,
) -> ImportOrder:
    """Queue an import of accepted files (申请导入). A password cannot wait in a queue: it is not taken.

    `layouts`: what was said about columns; by default what is kept for this sender. `follows`: the dry run
    that is written now with what was chosen in it, or looked at anew.
    """
    if layouts is None:
        layouts = kept_layouts(request.asking.source, request.division)
    order = ImportOrder.objects.create(
        as_of=request.as_of, year=request.asking.year, source=request.asking.source,
        reason=request.reason, whole=list(request.whole), division_code=request.division,
        dry_run=dry_run, apply_gone=request.apply_gone, again=request.again, ordered_by=actor,
        ordered_at=timezone.now(), follows=follows,
    )  # fmt: skip
    order.files.set(files)
    order.layouts.set(layouts)
    if follows is not None and not dry_run:
        copy_choices(follows, order)
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
    layouts, pack = list(order.layouts.order_by("pk")), register_pack(None)
    with ExitStack() as stack:
        paths = [stack.enter_context(opened(one)) for one in stored]
        make_profiles(layouts, paths, pack)
        request = replace(request_of(order), profiles=profiles_of_layouts(layouts, pack))
        try:
            imported = run_import(
                actor=order.ordered_by, files=paths, stored=stored, request=request,
                dry_run=order.dry_run, progress=progress,
            )  # fmt: skip
        except NothingReadError as refused:
            return _ask(order, asked_sheets(layouts, paths, refused.files, pack), refused)
        if (found := imported.difference) is not None:
            order.counts = found.counts()
            made, asked = Made(), []
            if marking is not None and order.dry_run:
                progress("mark", 0, 0)
                made = _made(found, pack, marking, paths, Path(stack.enter_context(_scratch())))
                asked = asked_sheets(layouts, paths, found.intake.files, pack)
            keep(order, found, asked, made)
    return _noted(order, imported)


def _ask(order: ImportOrder, asked: Sequence[Asked], refused: NothingReadError) -> dict[str, Any]:
    """No sheet could be read: where somebody can say what its columns are, that is what comes of it."""
    if not order.dry_run or not asked:
        raise refused
    keep_unread(order, asked)
    order.save(update_fields=["kept_as"])
    return {"order": order.pk, "batch": None, "imported_before": None}


def _made(
    found: Difference, pack: Pack, marking: Marking, paths: Sequence[Path], scratch: Path
) -> Made:
    whole: list[Path] = []
    if too_long(found):
        (scratch / "whole").mkdir()
        whole = write_difference(found, schema_of(pack), scratch / "whole")
    return Made(marking(found.intake, paths, scratch), whole)


def _scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder that is gone when the block ends; in memory where the system has such a place."""
    for left in folder().glob(f"{_MARKED}*"):
        shutil.rmtree(left, ignore_errors=True)  # of a worker that was killed
    memory = Path("/dev/shm")  # noqa: S108 — a folder of our own is made in it, mode 0700
    place = memory if os.access(memory, os.W_OK) else folder()
    return tempfile.TemporaryDirectory(prefix=_MARKED, dir=place)


def request_of(order: ImportOrder) -> Request:
    """What was ordered, with what was chosen row by row where it is to be written. Two queries."""
    said = order.choices.values_list("verdict", "mark") if not order.dry_run else ()
    return Request(
        order.as_of, order.year, None, order.source, tuple(order.whole), order.division_code,
        order.apply_gone, order.again, order.reason, choices=Choices.of(said),
        layouts=tuple(order.layouts.values_list("pk", flat=True)),
    )  # fmt: skip


def _noted(order: ImportOrder, imported: Imported) -> dict[str, Any]:
    order.batch_id = imported.batch.pk if imported.batch else None
    order.save(update_fields=["counts", "kept_as", "batch_id"])
    before = imported.before.batch_id if imported.before else None
    return {"order": order.pk, "batch": order.batch_id, "imported_before": before}
