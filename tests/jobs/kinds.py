"""Kinds of jobs that only tests have."""

import os
import time
from datetime import date

from django.db.models.functions import Now

from mingbai.audit.actions import open_batch
from mingbai.audit.batches import record_batch
from mingbai.audit.enums import BatchKind
from mingbai.audit.models import Batch
from mingbai.audit.writing import BatchWriter
from mingbai.jobs.handle import JobHandle
from mingbai.jobs.models import Job
from mingbai.jobs.registry import job
from mingbai.places.models import Denominator

#: The slice before which something happens to the job, as a test asked: from inside, because nobody outside
#: knows when it is there.
MIDDLE = 10
COLUMNS = ("division_code", "counted_on", "universe", "value", "source")


@job("test.count")
def count(
    handle: JobHandle,
    *,
    slices: int,
    rest: float = 0,
    signal: int = 0,
    times: int = 1,
    stop: bool = False,
) -> dict:
    """Write ten rows a slice under one batch, resting between slices; recorded at the end.

    In the middle its process gets the signal, the first `times` that a worker takes it, or somebody asks
    for it to stop.
    """
    batch = open_batch(actor=handle.actor, kind=BatchKind.LOAD)
    writer = BatchWriter(batch)
    for done in range(slices):
        if done == MIDDLE and signal and Batch.objects.count() <= times:
            os.kill(os.getpid(), signal)
        if done == MIDDLE and stop:
            Job.objects.filter(pk=handle.job_id).update(stop_requested_at=Now())
        handle.progress("counting", done, slices)
        rows = [("430000000000", date(2026, 1, 1), "test", done * 10 + n, "") for n in range(10)]
        writer.insert(Denominator, COLUMNS, rows)
        time.sleep(rest)
    record_batch(batch, action="test.batch.counted")
    return {"rows": slices * 10}


@job("test.quick")
def quick(handle: JobHandle) -> dict:
    """Leave a row about this job: two workers that take the same job leave two."""
    batch = open_batch(actor=handle.actor, kind=BatchKind.LOAD)
    row = (str(handle.job_id), date(2026, 1, 1), "test", 1, "")
    BatchWriter(batch).insert(Denominator, COLUMNS, [row])
    record_batch(batch, action="test.batch.counted")
    return {}


@job("test.faulty")
def faulty(handle: JobHandle) -> dict:
    """Leave an open batch and fail with a text that must not be kept."""
    batch = open_batch(actor=handle.actor, kind=BatchKind.LOAD)
    BatchWriter(batch).insert(Denominator, COLUMNS, [("1", date(2026, 1, 1), "test", 1, "")])
    raise ValueError("张三 99000019900101001X")
