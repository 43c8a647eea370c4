"""Taking a job, ending it, and taking up what a dead worker left (领取、结束、接续)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from mingbai.jobs import queue
from mingbai.jobs.enums import JobState
from mingbai.jobs.errors import error
from mingbai.jobs.models import Job
from mingbai.jobs.queries import database_now

#: A running job without a sign of life for so long (six are missing) belongs to a dead worker.
SILENCE = timedelta(seconds=30)
MOST_ATTEMPTS = 3


def take_job(worker: str) -> Job | None:
    """The next job, now RUNNING under this claim, or None. One short transaction."""
    if not queue.waits():
        return None
    with transaction.atomic():
        taken = queue.take(worker)
        if taken is None:
            return None
        ticket, job_id = taken
        job: Job | None = (
            Job.objects.select_for_update()
            .filter(pk=job_id, ticket=ticket, state=JobState.QUEUED)
            .first()
        )
        if job is None:  # an old ticket: the job was stopped or queued again
            queue.drop(ticket)
            return None
        Job.objects.filter(pk=job_id).update(
            state=JobState.RUNNING, attempts=job.attempts + 1, heartbeat_at=Now(), step="", done=0, total=0,
            started_at=job.started_at or timezone.now(),
        )  # fmt: skip
        job.refresh_from_db()
        return job


@transaction.atomic
def end_job(job: Job, state: Any, **fields: Any) -> bool:
    """End this claim of a job; False, and nothing is written, when it stands under another claim."""
    mine = Job.objects.running().filter(pk=job.pk, ticket=job.ticket)
    ended = mine.update(state=state, ended_at=timezone.now(), ticket="", **fields)
    queue.drop(job.ticket)
    return bool(ended)


@transaction.atomic
def hand_back(job: Job) -> None:
    """Queue this claim's job again; the attempt does not count. Asked to stop meanwhile, it stops."""
    held = _hold(job.pk)
    if held is not None and held.ticket == job.ticket:
        held.attempts -= 1
        _queue_again(held)


def take_up_lost(silence: timedelta = SILENCE) -> list[Job]:
    """Queue again what dead workers left, or fail it after three attempts (JOB-005).

    Sweep their open batches first. Also mends a waiting job whose ticket is gone (a restored backup).
    """
    now = database_now()
    lost = [
        job.pk
        for job in Job.objects.running()
        if job.heartbeat_at is None or now - job.heartbeat_at >= silence
    ]
    taken_up = [job for job_id in lost if (job := _take_up(job_id, silence)) is not None]
    waiting = dict(Job.objects.filter(state=JobState.QUEUED).values_list("ticket", "pk"))
    for ticket in queue.without_ticket(waiting):
        _mend(waiting[ticket], ticket)
    return taken_up


@transaction.atomic
def _take_up(job_id: int, silence: timedelta) -> Job | None:
    held = _hold(job_id)
    if held is None or (held.heartbeat_at and database_now() - held.heartbeat_at < silence):
        return None  # another worker was quicker, or it lives
    if held.attempts < MOST_ATTEMPTS or held.stop_requested_at:
        _queue_again(held)
        return held
    queue.drop(held.ticket)
    held.state, held.ticket, held.ended_at = JobState.FAILED, "", timezone.now()
    held.error = str(error("JOB-005", job=held.pk))[:400]
    held.save(update_fields=["state", "ticket", "ended_at", "error"])
    return held


def _hold(job_id: int) -> Job | None:
    held: Job | None = Job.objects.select_for_update().running().filter(pk=job_id).first()
    return held


def _queue_again(held: Job) -> None:
    queue.drop(held.ticket)
    if held.stop_requested_at:
        held.state, held.ticket, held.ended_at = JobState.STOPPED, "", timezone.now()
    else:
        held.state, held.ticket = JobState.QUEUED, queue.put(held.pk)
    held.save(update_fields=["state", "ticket", "ended_at", "attempts"])


@transaction.atomic
def _mend(job_id: int, ticket: str) -> None:
    held = (
        Job.objects.select_for_update()
        .filter(pk=job_id, state=JobState.QUEUED, ticket=ticket)
        .first()
    )
    if held is not None and queue.without_ticket([ticket]):
        queue.drop(ticket)
        held.ticket = queue.put(job_id)
        held.save(update_fields=["ticket"])
