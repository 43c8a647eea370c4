"""Background work of this package (评估任务)."""

from __future__ import annotations

from datetime import date
from typing import Any

from mingbai.decisions.actions import evaluate, reevaluate
from mingbai.decisions.following import follow_batch
from mingbai.households.actions.keeping import keep_day_counts
from mingbai.jobs.handle import JobHandle
from mingbai.jobs.registry import job
from mingbai.places.queries import working_date


@job("evaluate")
def evaluate_register(
    handle: JobHandle, *, pack: str, as_of: str, division_code: str = ""
) -> dict[str, Any]:
    """Evaluate the register or a division."""
    run = evaluate(
        actor=handle.actor,
        pack=pack,
        as_of=date.fromisoformat(as_of),
        division_code=division_code,
        progress=handle.progress,
    )
    handle.progress("counts", 0, 1)
    keep_day_counts(today=working_date())
    return {"run": run.pk, "households": run.households}


@job("decisions.reevaluate")
def reevaluate_households(handle: JobHandle, *, household_ids: list[int]) -> dict[str, Any]:
    """Evaluate households that an action changed."""
    changed = 0
    size = 500
    for start in range(0, len(household_ids), size):
        handle.progress("reevaluate", start, len(household_ids))
        some = household_ids[start : start + size]
        changed += len(reevaluate(household_ids=some, actor=handle.actor))
    keep_day_counts(today=working_date())  # many changed at once: nobody should wait for a count
    return {"households": len(household_ids), "changed": changed}


@job("decisions.follow")
def follow(handle: JobHandle, *, batch: int) -> dict[str, Any]:
    """Evaluate whom an import, or its undo, touched."""
    return follow_batch(batch, actor=handle.actor, progress=handle.progress)
