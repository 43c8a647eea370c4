"""What a running job holds in its hand (任务手柄): say how far it is, learn that it has to end."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from django.db.models.functions import Now

from mingbai.jobs.errors import HandedBack, Stopped, TakenAway
from mingbai.jobs.models import Job

if TYPE_CHECKING:
    from datetime import datetime

#: Progress is written at most twice a second, and a sign of life at least every five.
BETWEEN_WRITES, BETWEEN_SIGNS = 0.5, 5.0


class JobHandle:
    """One claim of one job (任务手柄).

    `progress` only notes the figures; a thread of the worker with a connection of its own writes them, so
    that they are seen while the work is in the middle of a transaction and cost the work no wait.
    """

    def __init__(self, job: Job, worker_leaves: threading.Event, *, inline: bool = False) -> None:
        self.job_id, self.ticket = int(job.pk), str(job.ticket)
        self.actor, self.division_code = str(job.actor), str(job.division_code)
        self._latest: tuple[str, int, int] = ("", 0, 0)
        self._written: tuple[str, int, int] = ("", 0, 0)
        self._written_at = 0.0
        self._worker_leaves = worker_leaves
        self._stop, self._taken = threading.Event(), threading.Event()
        self._inline = inline

    def progress(self, step: str, done: int = 0, total: int = 0) -> None:
        """Say how far the work is. Raises Stopped (or HandedBack, TakenAway) when it has to end here."""
        self._latest = (step[:80], done, total)
        if self._inline and time.monotonic() - self._written_at >= BETWEEN_WRITES:
            self.write()
        if self._taken.is_set():
            raise TakenAway
        if self._stop.is_set():
            raise Stopped
        if self._worker_leaves.is_set():
            raise HandedBack

    def latest(self) -> tuple[str, int, int]:
        """Step, done and total as last said."""
        return self._latest

    def write(self) -> None:
        """Write what is due, and read whether to stop: in short transactions of the calling thread."""
        mine = Job.objects.running().filter(pk=self.job_id, ticket=self.ticket)
        asked: list[datetime | None] = list(mine.values_list("stop_requested_at", flat=True))
        if not asked:
            self._taken.set()
        elif asked[0] is not None:
            self._stop.set()
        now, latest = time.monotonic(), self._latest
        since = now - self._written_at
        if since >= BETWEEN_SIGNS or (latest != self._written and since >= BETWEEN_WRITES):
            step, done, total = latest
            mine.update(step=step, done=done, total=total, heartbeat_at=Now())
            self._written, self._written_at = latest, now
