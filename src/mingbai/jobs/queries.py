"""Reading background work (任务查询): one's own and that of one's places; and whether a worker lives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.functions import Now

from mingbai.jobs.enums import JobState

if TYPE_CHECKING:
    from mingbai.jobs.models import Job


#: A worker says every few seconds that it lives.
SILENT_SECONDS = 30


class JobQuerySet(models.QuerySet[Any]):
    """Jobs (后台任务)."""

    def visible_to(
        self, *, actor: str, ranges: Iterable[tuple[str, str]] = (), everything: bool = False
    ) -> Self:
        """One's own, and those of places within `ranges` of 12-digit codes; without a place: its owner's."""
        if everything:
            return self.all()
        seen = models.Q(actor=actor)
        for low, high in ranges:
            seen |= models.Q(division_code__gte=low, division_code__lte=high) & ~models.Q(
                division_code=""
            )
        return self.filter(seen)

    def running(self) -> Self:
        """A worker has them, dead or alive."""
        return self.filter(state=JobState.RUNNING)


def find_job(
    job_id: int, *, actor: str, ranges: Iterable[tuple[str, str]] = (), everything: bool = False
) -> Job | None:
    """The job, or None: absent and not visible are told apart by nobody."""
    from mingbai.jobs.models import Job

    visible = Job.objects.visible_to(actor=actor, ranges=ranges, everything=everything)
    return visible.filter(pk=job_id).first()


def worker_seen_at() -> tuple[datetime | None, datetime]:
    """When any worker was last alive, and now, both by the database's clock. One query."""
    from mingbai.jobs.models import WorkerProcess

    found = WorkerProcess.objects.order_by("-seen_at").values_list("seen_at", Now()).first()
    return found or (None, database_now())


def worker_is_silent() -> bool:
    """Whether no worker gave a sign of life lately: what waits then waits on (没有后台程序). One query."""
    seen, now = worker_seen_at()
    return seen is None or (now - seen).total_seconds() > SILENT_SECONDS


def database_now() -> datetime:
    """The database's clock: two machines may disagree about theirs. One query."""
    from django.db import connection
    from django.utils import timezone

    if connection.vendor == "sqlite":
        return timezone.now()  # the same machine
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cursor.fetchone()[0]
