"""Background work as people see it (后台任务): what, how far, may it be stopped."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mingbai.jobs.enums import JobState


class Job(models.Model):
    """A piece of background work (后台任务). Arguments hold keys only, never names or numbers of documents."""

    kind = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    actor = models.CharField(max_length=64)
    division_code = models.CharField(max_length=12, blank=True)  # whose scope sees it
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.QUEUED)
    step = models.CharField(max_length=80, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=400, blank=True)
    attempts = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    stop_requested_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "id"], name="job_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
