"""Background work that people start on a screen (后台任务): an import with its tables marked, a check."""

from __future__ import annotations

from typing import Any

from mingbai.audit.checking import check_register
from mingbai.desk.auditing.checks import CHECK
from mingbai.desk.imports.marking import mark_tables
from mingbai.intake.orders import KIND, run_order
from mingbai.jobs.handle import JobHandle
from mingbai.jobs.registry import job


@job(KIND)
def run(handle: JobHandle, *, order: int) -> dict[str, Any]:
    """Import what was ordered; between two slices it can be stopped, and then nothing of it is seen."""
    return run_order(order, handle.progress, mark_tables)


@job(CHECK)
def check(handle: JobHandle, *, expect: str = "") -> dict[str, Any]:
    """Check the audit chain and every recorded row; `expect`: the head of an earlier check."""
    return check_register(
        actor=handle.actor, expect=expect.replace("-", ""), progress=handle.progress
    )
