"""Background work that needs documents (后台任务): an import, with the senders' tables marked."""

from __future__ import annotations

from typing import Any

from mingbai.desk.imports.marking import mark_tables
from mingbai.intake.orders import KIND, run_order
from mingbai.jobs.handle import JobHandle
from mingbai.jobs.registry import job


@job(KIND)
def run(handle: JobHandle, *, order: int) -> dict[str, Any]:
    """Import what was ordered; between two slices it can be stopped, and then nothing of it is seen."""
    return run_order(order, handle.progress, mark_tables)
