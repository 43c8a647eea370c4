"""A clerk who saves a form every 200 ms while something else is written, in a process of its own."""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path

from mingbai.common.starting import start_django


def save_until(stop: Path, report: Path) -> None:
    """Save until the file `stop` is there; `report` gets how many were saved, and what failed."""
    start_django()
    from mingbai.audit.actions import recording
    from mingbai.households.models import Household
    from mingbai.households.writing import set_values

    home = Household.objects.recorded().order_by("id").first()
    assert home is not None
    saved = 0
    failed: list[str] = []
    while not stop.exists():
        began = time.monotonic()
        try:
            with recording(actor="user:7", action="households.fact.recorded") as batch:
                set_values(
                    batch=batch, topic="water", subject_id=home.pk, valid_from=date(2025, 1, 1),
                    valid_to=None, values={"water_minutes": saved % 90}, source="village",
                )  # fmt: skip
            saved += 1
        except Exception as problem:
            failed.append(repr(problem))
        time.sleep(max(0.0, 0.2 - (time.monotonic() - began)))
    report.write_text(json.dumps({"saved": saved, "failed": failed}))


if __name__ == "__main__":
    save_until(Path(sys.argv[1]), Path(sys.argv[2]))
