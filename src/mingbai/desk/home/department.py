"""What rests on the topics of a line department (本部门的条款): its rules, and how many are not met."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from mingbai.accounts.roles import Permission
from mingbai.decisions.behind import topics_behind
from mingbai.decisions.programs import pack_named
from mingbai.decisions.queries import counts, latest_runs
from mingbai.desk.components.words import of

#: Roles whose rules a department looks at: what it answers for, and what its lists raise.
_ROLES = ("indicator", "signal", "entitlement")


@dataclass(frozen=True)
class Clause:
    """A rule that reads the department's topics (条款), and the households by state."""

    label: str
    unmet: int
    unknown: int
    unmet_at: str
    unknown_at: str


def clauses_of(request: HttpRequest) -> list[Clause]:
    """The rules of a line department's topics; nothing for anybody else. At most four queries."""
    rights = request.rights
    topics = rights.topics(Permission.EVALUATION_READ)
    found = latest_runs() if topics else []
    if not topics or not found:
        return []
    run, households = found[0], reverse("register:households")
    pack = pack_named(run.pack)
    counted = counts(scope=rights[Permission.EVALUATION_READ])
    rules = pack.rules_on(run.as_of)
    clauses = []
    for name in pack.in_reading_order(counted.keys() & rules.keys()):
        behind = topics_behind(run.pack, pack.hash, run.as_of, name)
        if rules[name].role not in _ROLES or not behind or not behind <= topics:
            continue
        number = counted[name]
        clauses.append(
            Clause(
                of(rules[name].label), number["unmet"], number["unknown"],
                f"{households}?state={name}:unmet", f"{households}?state={name}:unknown",
            )
        )  # fmt: skip
    return clauses
