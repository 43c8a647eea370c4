"""Background work of the synthetic places (示范地后台任务): published figures out of the register."""

from __future__ import annotations

from typing import Any

from mingbai.jobs.handle import JobHandle
from mingbai.jobs.registry import job


@job("places.published")
def run(handle: JobHandle) -> dict[str, Any]:
    """Compute every published figure of the place from the register; the result is what the page shows."""
    from mingbai.demo.published import compute

    return compute(handle.progress)
