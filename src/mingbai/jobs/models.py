"""Background work as people see it (后台任务): what, how far, may it be stopped; and who does it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mingbai.jobs.enums import JobState
from mingbai.jobs.queries import JobQuerySet


class Job(models.Model):
    """A piece of background work (后台任务). Arguments hold keys, never names or ID numbers."""

    kind = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    actor = models.CharField(max_length=64)
    division_code = models.CharField(max_length=12, blank=True)  # whose scope sees it
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.QUEUED)
    ticket = models.CharField(max_length=36, blank=True)  # of the queue; its change voids a claim
    step = models.CharField(max_length=80, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=400, blank=True)
    attempts = models.IntegerField(default=0)  # starts; what a worker handed back does not count
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)  # by the database's clock
    ended_at = models.DateTimeField(null=True)
    stop_requested_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "id"], name="job_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class WorkerProcess(models.Model):
    """A running worker (后台进程) and when it was last alive, so that an idle one is seen too."""

    name = models.CharField(max_length=120, unique=True)  # host:process
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # by the database's clock

    def __str__(self) -> str:
        return self.name
