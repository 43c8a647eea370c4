"""What a screening means for a morning's work (摘要), and the object that ``--json`` prints."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mingbai.engine.model.values import Text
from mingbai.screening.result import Screening
from mingbai.tables import Text as TableText


def headline(screening: Screening) -> Text:
    """The first sentence: signals → households to see, because of …; questions that ride along."""
    signals = sum(len(task.findings) for task in screening.tasks)
    reasons = Counter(
        finding.rule.id for task in screening.tasks for finding in task.findings
    ).most_common(3)
    rules = [screening.counts[name].rule.label for name, _ in reasons]
    numbers = [number for _, number in reasons]
    zh = "、".join(f"{rule.zh} {number} 户" for rule, number in zip(rules, numbers, strict=True))
    en = ", ".join(f"{rule.en} ({number})" for rule, number in zip(rules, numbers, strict=True))
    riding = sum(len(ask.questions) for ask in screening.asks)
    return Text(
        f"{signals} 条线索 → {len(screening.tasks)} 户要去看"
        + (f"，主要因为：{zh}" if zh else "")
        + f"；另有 {len(screening.asks)} 户的 {riding} 个问题，随下次走访顺带问。",
        f"{signals} findings → {len(screening.tasks)} households to see"
        + (f", mostly because of {en}" if en else "")
        + f"; {riding} questions about {len(screening.asks)} more households ride along on the next visit.",
    )


def as_json(screening: Screening) -> dict[str, Any]:
    """One object with every count a program may want."""
    pack, intake = screening.program.pack, screening.intake
    return {
        "pack": {"id": pack.id, "version": pack.version, "hash": pack.hash},
        "as_of": screening.program.as_of.isoformat(),
        "households": screening.households,
        "persons": screening.persons,
        "rows_in": intake.rows_in,
        "rows_accepted": intake.rows_accepted,
        "rows_listed": intake.rows_listed,
        "remarks": intake.remarks,
        "tasks": len(screening.tasks),
        "ask_next_visit": len(screening.asks),
        "questions": sum(len(ask.questions) for ask in screening.asks),
        "headline": _text(headline(screening)),
        "indicators": {name: counts.as_dict() for name, counts in screening.counts.items()},
        "rules": {
            name: {
                "role": counts.rule.role.value if counts.rule.role else None,
                "entity": counts.rule.entity,
                "met_when": counts.rule.met_when,
                "label": _text(counts.rule.label),
            }
            for name, counts in screening.counts.items()
        },
        "not_in_force": list(screening.program.bound.not_in_force),
        "warnings": [
            {"kind": gap.kind, "name": gap.name, "where": gap.where, "households": gap.households}
            for gap in screening.gaps
        ],
        "agreement": [
            {
                "rule": item.rule.id,
                "label": item.label,
                "both": item.both,
                "only_rule": item.only_rule,
                "only_label": item.only_label,
                "neither": item.neither,
                "undecided": item.undecided,
                "precision": item.precision,
                "recall": item.recall,
            }
            for item in screening.confusions
        ],
        "files": [
            {
                "name": item.name,
                "sheet": item.sheet,
                "what": item.what,
                "rows": item.rows,
                "reason": _text(item.reason) if item.reason else None,
            }
            for item in intake.files
        ],
    }


def _text(text: Text | TableText) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
