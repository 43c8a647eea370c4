"""Starting and stopping background work (发起与停止任务)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from mingbai.audit.actions import record
from mingbai.jobs import queue, registry
from mingbai.jobs.enums import JobState
from mingbai.jobs.errors import error
from mingbai.jobs.models import Job


@transaction.atomic
def start_job(
    *, kind: str, arguments: Mapping[str, Any], actor: str, division_code: str = ""
) -> Job:
    """Queue a job (发起任务). Raises JOB-001 for an unknown kind, JOB-002 for an argument that is no key."""
    registry.work_of(kind)
    if name := registry.personal_argument(arguments):
        raise error("JOB-002", kind=kind, name=name)
    job = Job.objects.create(
        kind=kind, arguments=dict(arguments), actor=actor, division_code=division_code,
        created_at=timezone.now(),
    )  # fmt: skip
    job.ticket = queue.put(job.pk)
    job.save(update_fields=["ticket"])
    record(actor=actor, action="jobs.job.started", target=f"job:{job.pk}", data={"kind": kind})
    return job


@transaction.atomic
def stop_job(*, job: Job, actor: str) -> Job:
    """Stop a job (停止任务): one that waits ends at once, a running one at its next slice. Raises JOB-003."""
    held: Job = Job.objects.select_for_update().get(pk=job.pk)
    now = timezone.now()
    if held.state == JobState.QUEUED:
        queue.drop(held.ticket)
        held.state, held.ended_at, held.ticket = JobState.STOPPED, now, ""
    elif held.state != JobState.RUNNING:
        raise error("JOB-003", job=held.pk, state=held.get_state_display())
    elif held.stop_requested_at is not None:
        return held
    held.stop_requested_at = now
    held.save(update_fields=["state", "ended_at", "ticket", "stop_requested_at"])
    record(actor=actor, action="jobs.job.stopped", target=f"job:{held.pk}")
    return held
