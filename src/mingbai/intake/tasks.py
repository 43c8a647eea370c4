"""Background work of this package (后台任务); an import is run by the desk, which marks the tables."""

from __future__ import annotations

from typing import Any

from mingbai.intake import undo_orders
from mingbai.jobs.handle import JobHandle
from mingbai.jobs.registry import job


@job(undo_orders.KIND)
def undo(handle: JobHandle, *, batch: int, event: int) -> dict[str, Any]:
    """Undo an import; stopped between two slices, the import stands as before."""
    return undo_orders.run_undo(batch, event, handle.actor, handle.progress)
