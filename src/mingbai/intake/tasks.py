"""Background work of this package (后台任务)."""

from __future__ import annotations

from typing import Any

from mingbai.intake import undo_orders
from mingbai.intake.orders import KIND, run_order
from mingbai.jobs.handle import JobHandle
from mingbai.jobs.registry import job


@job(KIND)
def run(handle: JobHandle, *, order: int) -> dict[str, Any]:
    """Import what was ordered; between two slices it can be stopped, and then nothing of it is seen."""
    return run_order(order, handle.progress)


@job(undo_orders.KIND)
def undo(handle: JobHandle, *, batch: int, event: int) -> dict[str, Any]:
    """Undo an import; stopped between two slices, the import stands as before."""
    return undo_orders.run_undo(batch, event, handle.actor, handle.progress)
