"""What follows an import or its undo (导入之后): new states of whom it touched, by a job of its own.

The rules lie above this package: the job is known here by its name alone.
"""

from __future__ import annotations

from mingbai.audit.models import Batch
from mingbai.jobs.actions import start_job
from mingbai.jobs.models import Job

FOLLOW = "decisions.follow"


def queue_states(batch: Batch, division_code: str = "") -> Job:
    """Queue the evaluation of whom a batch touched, in the transaction that makes the batch seen."""
    return start_job(
        kind=FOLLOW, arguments={"batch": batch.pk}, actor=batch.actor, division_code=division_code
    )


def states_job(batch_id: int) -> Job | None:
    """The job that evaluates whom a batch touched (随后的评估). One query."""
    return Job.objects.filter(kind=FOLLOW, arguments__batch=batch_id).order_by("-id").first()
