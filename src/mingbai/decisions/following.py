"""New states after a whole batch (批次之后的评估): of whom an import or its undo touched, by the worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mingbai.audit.writing import Progress, lots
from mingbai.common.errors import RegisterError
from mingbai.decisions.actions import MOST_AT_ONCE, evaluate, reevaluate
from mingbai.decisions.changes import households_touched
from mingbai.decisions.models import Run
from mingbai.decisions.queries import latest_runs
from mingbai.places.models import Register
from mingbai.places.queries import working_date

#: With more households than this a whole evaluation is sooner done than so many small ones.
MOST_SINGLY = 5_000
#: Another evaluation is being written: it looks again at whom others recorded meanwhile.
_ANOTHER_RUNS = "DEC-004"


def follow_batch(batch_id: int, *, actor: str, progress: Progress) -> dict[str, Any]:
    """Evaluate whom a recorded batch touched (批次之后的评估), by the rules and the day of the latest runs.

    Where nothing was evaluated yet, the register is, by its own rules as of its working date: a first list
    has states without anybody asking. Raises what `evaluate` raises.
    """
    progress("touched", 0, 0)
    touched = households_touched([batch_id])
    runs = latest_runs()
    if touched and not runs:
        return {"households": len(touched), "run": _first(actor, progress)}
    if len(touched) > MOST_SINGLY:
        try:
            return {"households": len(touched), "run": _again(runs, actor, progress)}
        except RegisterError as refusal:
            if refusal.code != _ANOTHER_RUNS:
                raise
    changed = 0
    for done, some in enumerate(lots(touched, MOST_AT_ONCE)):
        progress("reevaluate", done * MOST_AT_ONCE, len(touched))
        changed += len(reevaluate(household_ids=some, actor=actor, recount=True))
    return {"households": len(touched), "changed": changed}


def _first(actor: str, progress: Progress) -> int | None:
    pack = Register.objects.values_list("pack", flat=True).first()
    if not pack:
        return None
    run = evaluate(actor=actor, pack=pack, as_of=working_date(), progress=progress)
    return int(run.pk)


def _again(runs: Sequence[Run], actor: str, progress: Progress) -> int:
    """The runs whose states stand, made again: oldest first, so that the newest has the last word."""
    whole = next((at for at, run in enumerate(runs) if not run.division_code), len(runs))
    newest = 0
    for run in reversed(runs[: whole + 1]):
        made = evaluate(
            actor=actor, pack=run.pack, as_of=run.as_of, division_code=run.division_code,
            progress=progress,
        )  # fmt: skip
        newest = int(made.pk)
    return newest
