"""The household a report opens on (开篇的一户): one with something met, unmet and unknown."""

from __future__ import annotations

from collections import Counter

from mingbai.engine.model.pack import CaseRow, Role
from mingbai.screening.inputs import household_row
from mingbai.screening.result import Screening
from mingbai.screening.states import indices, role_rules


def typical_household(screening: Screening) -> CaseRow | None:
    """The household with the most kinds of states, most states decided; the first of equals."""
    program, top = screening.program, screening.program.pack.top
    if screening.households == 0:
        return None
    kinds: dict[int, set[str]] = {}
    guarantees: dict[int, set[str]] = {}
    decided: Counter[int] = Counter()
    for item in role_rules(program, dict(screening.results)):
        if item.rule.entity != top.id:
            continue
        masks = {"met": item.good, "unmet": item.bad, "unknown": item.unknown}
        for word, mask in masks.items():
            for row in indices(mask):
                kinds.setdefault(row, set()).add(word)
                if item.rule.role is Role.INDICATOR:
                    guarantees.setdefault(row, set()).add(word)
                decided[row] += word != "unknown"
    best = max(
        kinds,
        key=lambda row: (len(guarantees.get(row, ())), len(kinds[row]), decided[row], -row),
        default=0,
    )
    key = screening.intake.tables[top.id].column(top.key or "")[best].as_py()
    return household_row(program.pack, screening.intake.tables, key)
