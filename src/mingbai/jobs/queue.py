"""The queue (任务队列): tickets in the same database, so that a job and its ticket stand or fall together.

The only module that knows django-tasks. Its own worker marks a ticket as running and forgets it when it is
killed; so a ticket here only says that a job waits. Who works on it, how far, and whether that worker lives
stands in the job itself, and the ticket is deleted with the job's end.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django_tasks import task

from mingbai.jobs.errors import error


@task()
def run_job(job_id: int) -> None:
    """What a ticket points to; `mingbai worker` takes it by `take` and never calls this."""
    raise error("JOB-007", job=job_id)


def put(job_id: int) -> str:
    """Queue a job, inside the caller's transaction; the ticket."""
    return str(run_job.enqueue(job_id).id)


def waits() -> bool:
    """Whether anything waits; a read, so that an idle worker takes no lock."""
    return bool(_tickets().ready().exists())


def take(worker: str) -> tuple[str, int] | None:
    """The next ticket and its job, or None. Call it inside `transaction.atomic()`.

    No two workers get the same: PostgreSQL passes over locked rows, SQLite has one writer at a time.
    """
    ticket = _tickets().ready().get_locked()
    if ticket is None:
        return None
    ticket.claim(worker)
    return str(ticket.pk), int(ticket.args_kwargs["args"][0])


def drop(ticket: str) -> None:
    """Forget a ticket; one that is gone already is no error."""
    if ticket:
        _tickets().filter(pk=ticket).delete()


def without_ticket(tickets: Iterable[str]) -> set[str]:
    """Which of these nobody can take: gone, or marked as taken."""
    wanted = set(tickets)
    return wanted - {
        str(pk) for pk in _tickets().ready().filter(pk__in=wanted).values_list("pk", flat=True)
    }


def _tickets() -> Any:  # a QuerySet of an untyped package
    from django_tasks_db.models import DBTaskResult

    return DBTaskResult.objects.filter(task_path=run_job.module_path)
