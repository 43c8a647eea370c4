"""The worker (后台进程): takes one job after the other until it is told to leave."""

from __future__ import annotations

import fcntl
import os
import platform
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    connections,
)
from django.db.models.functions import Now
from django.utils import timezone

from mingbai.audit.actions import give_up
from mingbai.audit.batches import sweep
from mingbai.audit.models import Batch
from mingbai.common.errors import RegisterError
from mingbai.jobs import claims, registry
from mingbai.jobs.enums import JobState
from mingbai.jobs.errors import HandedBack, Stopped, TakenAway, error
from mingbai.jobs.handle import BETWEEN_SIGNS, JobHandle
from mingbai.jobs.models import Job, WorkerProcess

Say = Callable[[str], None]

#: The database restarts, is locked or full: what ran is taken up like after a kill.
AWAY = (OperationalError, InterfaceError)

#: Seconds: how often an idle worker looks, and how often the beat looks for a request to stop.
LOOKS, BEATS = 0.5, 0.2


def run_worker(
    *,
    leave: threading.Event,
    say: Say,
    silence: timedelta = claims.SILENCE,
    until_empty: bool = False,
) -> int:
    """Work until `leave` is set (or, `until_empty`, until nothing waits); how many jobs ended here.

    On SQLite one worker a data folder: JOB-006 for a second one.
    """
    name = this_process()
    with _alone(silence) as silence_at_start, _Beat(name) as beat:
        worked, search_at, patience = 0, 0.0, silence_at_start
        while not leave.is_set():
            try:
                if time.monotonic() >= search_at:
                    take_up(say, patience)
                    search_at, patience = time.monotonic() + silence.total_seconds(), silence
                job = claims.take_job(name)
                if job is not None:
                    worked += _work(job, leave, say, beat)
                elif until_empty:
                    break
            except AWAY as problem:
                why = str(problem).strip().split("\n")[0][:200]
                say(f"数据库不可用，继续等 / the database is away, waiting: {why}")
                connections.close_all()
                leave.wait(2.0)
                job = None
            close_old_connections()
            if job is None:
                leave.wait(LOOKS)
    return worked


def work_off() -> int:
    """Do all that waits, in this thread and on its connection (逐个做完): where there is no worker."""
    never, worked = threading.Event(), 0
    while (job := claims.take_job("inline")) is not None:
        worked += _work(job, never, lambda line: None, None)
    return worked


def this_process() -> str:
    """Host and process, as batches name who writes them."""
    return f"{platform.node()}/{os.getpid()}"


def take_up(say: Say, silence: timedelta) -> None:
    """Sweep what dead processes wrote half, then queue their jobs again."""
    sweep()
    for job in claims.take_up_lost(silence):
        again = (
            "重新排队 / queued again" if job.state == JobState.QUEUED else job.error or job.state
        )
        say(f"任务 {job.pk} {job.kind}：中断过 / was cut off, {again}")


def _work(job: Job, leave: threading.Event, say: Say, beat: _Beat | None) -> bool:
    """Do one job and say how it ended; whether it ended here."""
    handle, began = JobHandle(job, leave, inline=beat is None), time.monotonic()
    ended, words = _outcome(job, handle, beat)
    say(f"任务 / job {job.pk} {job.kind}：{words} {time.monotonic() - began:.1f} s")
    return ended


def _outcome(job: Job, handle: JobHandle, beat: _Beat | None) -> tuple[bool, str]:
    """Run the work to one of its ends; what it left open is given up. A database gone away raises."""
    last = Batch.objects.order_by("-id").values_list("id", flat=True).first() or 0
    try:
        try:
            with beat.following(handle) if beat else nullcontext():
                result = registry.run(job.kind, handle, job.arguments)
        finally:
            _give_up_since(last)
        return _finish(job, handle, JobState.DONE, result=result), "完成 / done"
    except HandedBack:
        claims.hand_back(job)
        return False, "交还，等下一个后台进程 / handed back, waits for the next worker"
    except TakenAway:
        return False, "已由别的后台进程接手 / another worker has it"
    except Stopped:
        return _finish(job, handle, JobState.STOPPED), "已停止 / stopped"
    except AWAY:
        raise
    except RegisterError as refusal:
        words = str(refusal)
    except Exception as fault:  # one job's fault must not end the worker
        words = str(error("JOB-004", job=job.pk, fault=where(fault)))
    return _finish(job, handle, JobState.FAILED, error=words[:400]), words


def _give_up_since(last: int) -> None:
    """Batches this process opened for the job and did not record: nobody will."""
    mine = Batch.objects.open().filter(owner=this_process(), id__gt=last, given_up_at=None)
    for batch in mine:
        give_up(batch)


def _finish(job: Job, handle: JobHandle, state: Any, **fields: object) -> bool:
    step, done, total = handle.latest()
    return claims.end_job(job, state, step=step, done=done, total=total, **fields)


def where(fault: BaseException) -> str:
    """Type and place of a fault, without its text: that may quote a row with a name in it."""
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if "mingbai" in frame.filename] or frames
    last = ours[-1] if ours else None
    return (
        f"{type(fault).__name__}, {Path(last.filename).name}:{last.lineno}"
        if last
        else type(fault).__name__
    )


@contextmanager
def _alone(silence: timedelta) -> Iterator[timedelta]:
    """On SQLite hold the folder's lock: as the only worker, it takes up every RUNNING job at once."""
    if connection.vendor != "sqlite":
        yield silence
        return
    path = Path(settings.MINGBAI_DATA) / "worker.lock"
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise error("JOB-006", folder=settings.MINGBAI_DATA) from None
        yield timedelta(0)


class _Beat:
    """A thread with a connection of its own (心跳): signs of life, progress, and requests to stop."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._over = threading.Event()
        self._handle: JobHandle | None = None
        self._thread = threading.Thread(target=self._run, name="beat", daemon=True)

    def __enter__(self) -> _Beat:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._thread.join()

    @contextmanager
    def following(self, handle: JobHandle) -> Iterator[None]:
        """Write this job's progress meanwhile."""
        self._handle = handle
        try:
            yield
        finally:
            self._handle = None

    def _run(self) -> None:
        signed = float("-inf")
        try:
            while not self._over.wait(BEATS):
                try:
                    handle = self._handle
                    if handle is not None:
                        handle.write()
                    if time.monotonic() - signed >= BETWEEN_SIGNS:
                        self._sign()
                        signed = time.monotonic()
                except AWAY:  # busy or away: the next beat tries again
                    connection.close()
            WorkerProcess.objects.filter(name=self._name).delete()
        except AWAY:
            pass  # its row grows old, that is all
        finally:
            connection.close()

    def _sign(self) -> None:
        known = WorkerProcess.objects.filter(name=self._name).update(seen_at=Now())
        if not known:
            WorkerProcess.objects.filter(seen_at__lt=timezone.now() - timedelta(days=1)).delete()
            WorkerProcess.objects.create(name=self._name, started_at=timezone.now(), seen_at=Now())
