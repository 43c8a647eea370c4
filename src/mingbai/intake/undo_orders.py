"""Undoing an import in the background (后台撤销): ordered on a screen, done by the worker, stoppable.

A job carries keys only; the reason stands in the event of the order.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction

from mingbai.audit.actions import record
from mingbai.audit.batches import sweep
from mingbai.audit.models import Batch, Event
from mingbai.intake.actions import undo_import
from mingbai.intake.errors import error
from mingbai.intake.models import Import
from mingbai.intake.work import Progress
from mingbai.jobs.actions import start_job
from mingbai.jobs.enums import JobState
from mingbai.jobs.models import Job

KIND = "import.undo"


@transaction.atomic
def order_undo(*, actor: str, batch_id: int, reason: str) -> Job:
    """Queue the undo of a recorded import (申请撤销); ordered already, the order that waits or runs.

    Raises INTAKE-007 and INTAKE-010.
    """
    if not reason.strip():
        raise error("INTAKE-010")
    found = Import.objects.filter(batch_id=batch_id, batch__recorded_at__isnull=False).first()
    if found is None:
        raise error("INTAKE-007", batch=batch_id)
    Batch.objects.select_for_update().get(pk=batch_id)  # two clicks are one order
    if running := undo_job(batch_id):
        return running
    said = {"batch": batch_id, "reason": reason.strip()}
    event = record(actor=actor, action="intake.undo.ordered", target=f"batch:{batch_id}", data=said)
    return start_job(
        kind=KIND, arguments={"batch": batch_id, "event": event.pk}, actor=actor,
        division_code=found.division_code,
    )  # fmt: skip


def undo_job(batch_id: int) -> Job | None:
    """The undo of a batch that waits or runs (排着的撤销). One query."""
    live = Job.objects.filter(kind=KIND, state__in=(JobState.QUEUED, JobState.RUNNING))
    return live.filter(arguments__batch=batch_id).order_by("-id").first()


def run_undo(batch_id: int, event_id: int, actor: str, progress: Progress) -> dict[str, Any]:
    """Do what was ordered; the worker's part. Done already by a worker killed at the very end, it stays."""
    sweep()
    done = Batch.objects.filter(undoes_id=batch_id, recorded_at__isnull=False, actor=actor).first()
    if done is not None:
        return {"batch": done.pk, "undone": batch_id}
    reason = json.loads(Event.objects.get(pk=event_id).data)["reason"]
    event = undo_import(actor=actor, batch_id=batch_id, reason=reason, progress=progress)
    return {"batch": event.batch_id, "undone": batch_id}
