"""Imports in the background (后台导入): ordered on a screen, done by the worker, looked at page by page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mingbai.common.keys import read_keys
from mingbai.engine.model.pack import Pack
from mingbai.intake.actions import Imported
from mingbai.intake.difference import Difference
from mingbai.intake.errors import error
from mingbai.intake.files import folder, opened
from mingbai.intake.models import ImportOrder, StoredFile
from mingbai.intake.running import Request, register_pack, run_import
from mingbai.intake.sealing import seal, unseal
from mingbai.intake.work import Progress
from mingbai.intake.workbook import Wording, sheets
from mingbai.jobs.actions import start_job
from mingbai.screening.inputs import schema_of

KIND = "import.run"
#: Rows of each list that are kept to be looked at; all of them stand in difference.xlsx of the command.
MOST_KEPT = 5_000


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


def run_order(order_id: int, progress: Progress) -> dict[str, Any]:
    """Do what was ordered; the worker's part. Returns what the job keeps: keys and counts, no names."""
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
    return _kept(order, imported)


def _request(order: ImportOrder) -> Request:
    return Request(
        order.as_of, order.year, None, order.source, tuple(order.whole), order.division_code,
        order.apply_gone, order.again, order.reason,
    )  # fmt: skip


def _kept(order: ImportOrder, imported: Imported) -> dict[str, Any]:
    if imported.difference is not None:
        order.counts = imported.difference.counts()
        order.kept_as = f"order-{order.pk}.sealed"
        _keep_rows(order, imported.difference, register_pack(None))
    order.batch_id = imported.batch.pk if imported.batch else None
    order.save(update_fields=["counts", "kept_as", "batch_id"])
    before = imported.before.batch_id if imported.before else None
    return {"order": order.pk, "batch": order.batch_id, "imported_before": before}


def _keep_rows(order: ImportOrder, difference: Difference, pack: Pack) -> None:
    """The first rows of every list, masked and closed, to be looked at on a screen."""
    lists = {
        sheet.name: {
            "heads": sheet.heads,
            "rows": [list(row) for row in islice(sheet.rows(), MOST_KEPT)],
        }
        for sheet in sheets(difference, Wording(schema_of(pack)))
    }
    text = json.dumps(lists, ensure_ascii=False, default=str).encode()
    seal([text], folder() / order.kept_as, read_keys(settings.MINGBAI_KEY_FILE))


def order_rows(
    order: ImportOrder, name: str, start: int = 0, stop: int = 100
) -> tuple[list[str], list[list[Any]], int]:
    """Heads, a page of rows and how many are kept, of one list of the difference (差异列表)."""
    if not order.kept_as:
        return [], [], 0
    keys = read_keys(settings.MINGBAI_KEY_FILE)
    lists = json.loads(b"".join(unseal(folder() / order.kept_as, keys)))
    found = lists.get(name, {"heads": [], "rows": []})
    return found["heads"], found["rows"][start:stop], len(found["rows"])
