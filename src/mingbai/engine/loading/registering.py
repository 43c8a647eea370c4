"""The clause register (条款登记表): which bit a reason has. It only grows, so that old masks stay true."""

from __future__ import annotations

import json
from pathlib import Path

from mingbai.engine.model.pack import Pack

_HEAD = "# Append-only: the place of a clause id is its bit in the reason masks. Never reorder.\n"


def append_clauses(pack: Pack) -> int:
    """Append clauses of the pack's own rules that are not registered; returns how many."""
    wanted: dict[str, list[str]] = {}
    added = 0
    for rule in pack.rules:
        if not rule.place.file.startswith(f"{pack.id}/"):
            continue
        ids = wanted.setdefault(rule.id, list(pack.register.get(rule.id, ())))
        for clause, _ in rule.clauses():
            if clause not in ids:
                ids.append(clause)
                added += 1
    if not added:
        return 0
    lines = [f"{name}: [{', '.join(map(_word, ids))}]\n" for name, ids in wanted.items() if ids]
    kept = {name: ids for name, ids in pack.register.items() if name not in wanted}
    lines += [f"{name}: [{', '.join(map(_word, ids))}]\n" for name, ids in kept.items()]
    path = Path(pack.folders[-1]) / "clauses.yaml"
    path.write_text(_HEAD + "".join(lines), encoding="utf-8")
    return added


def _word(name: str) -> str:
    """Quoted where YAML would read a word such as ``yes`` or ``no`` as something else."""
    return json.dumps(name) if name in ("yes", "no", "on", "off", "true", "false", "null") else name
