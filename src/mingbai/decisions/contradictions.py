"""Where states speak against what people decided (与人工决定不一致): listed with the reason, never applied.

A decision is a registration; what speaks against it is read from the roles of the rules, so that no rule of
one pack is named here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from mingbai.accounts.scopes import EVERYTHING, Scope
from mingbai.decisions.enums import Letter, Reason
from mingbai.decisions.models import Pattern, State
from mingbai.decisions.programs import pack_named
from mingbai.decisions.queries import latest_run
from mingbai.engine.model.pack import Role
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import Status
from mingbai.places.codes import range_of

Roles = Mapping[str, Role]


@dataclass(frozen=True)
class Contradiction:
    """A household that people decided about one way and the rules see another (不一致)."""

    household_id: int
    division_code: str
    decision: str  # StatusKind
    since: date
    reason: str  # Reason
    rules: tuple[str, ...]  # the rules that speak against it; none where nothing speaks for it


def _unmet(letters: Mapping[str, str], roles: Roles, *wanted: Role) -> tuple[str, ...]:
    return tuple(
        rule
        for rule, letter in letters.items()
        if letter == Letter.UNMET and roles.get(rule) in wanted
    )


def _exited(letters: Mapping[str, str], roles: Roles) -> tuple[str, ...] | None:
    """Exited 脱贫, but a guarantee is not met."""
    return _unmet(letters, roles, Role.INDICATOR) or None


def _cleared(letters: Mapping[str, str], roles: Roles) -> tuple[str, ...] | None:
    """Risk cleared 风险消除, but a guarantee is not met, or the rules would watch it again."""
    return _unmet(letters, roles, Role.INDICATOR, Role.STATUS) or None


def _removed(letters: Mapping[str, str], roles: Roles) -> tuple[str, ...] | None:
    """Removed 清退, but the rules would look at it again."""
    return _unmet(letters, roles, Role.STATUS) or None


def _watched(letters: Mapping[str, str], roles: Roles) -> tuple[str, ...] | None:
    """Monitored 监测对象, and nothing is unmet, raised or open."""
    asked = [
        letters[rule]
        for rule, role in roles.items()
        if rule in letters and role in (Role.INDICATOR, Role.SIGNAL, Role.STATUS)
    ]
    calm = all(letter in (Letter.MET, Letter.NOT_APPLICABLE) for letter in asked)
    return () if calm else None


_Speaks = Callable[[Mapping[str, str], Roles], "tuple[str, ...] | None"]
_WATCHED: tuple[Any, ...] = (
    StatusKind.WATCHED_UNSTABLE,
    StatusKind.WATCHED_MARGINAL,
    StatusKind.WATCHED_SUDDEN,
)
_QUESTIONS: tuple[tuple[Any, tuple[Any, ...], _Speaks], ...] = (
    (Reason.EXITED_UNMET, (StatusKind.EXITED,), _exited),
    (Reason.CLEARED_AT_RISK, (StatusKind.CLEARED,), _cleared),
    (Reason.REMOVED_IN_NEED, (StatusKind.REMOVED,), _removed),
    (Reason.WATCHED_WITHOUT_REASON, _WATCHED, _watched),
)


def contradictions(
    *, division_code: str = "", scope: Scope = EVERYTHING, limit: int = 1000
) -> list[Contradiction]:
    """Contradictions in a place, by decision, then by village. Raises DEC-001. At most ten queries."""
    run = latest_run(division_code)
    pack = pack_named(run.pack)
    roles = {
        name: rule.role for name, rule in pack.rules_on(run.as_of).items() if rule.role is not None
    }
    states = State.objects.recorded().filter(scope.rows())
    if division_code:
        states = states.filter(division_code__range=range_of(division_code))
    known = Pattern.objects.filter(rule_set=run.rule_set_id).values_list("id", "letters")
    patterns = [
        (key, dict(zip(run.rule_set.rules, letters, strict=True))) for key, letters in known
    ]
    found: list[Contradiction] = []
    for reason, kinds, speaks in _QUESTIONS:
        against = {
            key: rules for key, letters in patterns if (rules := speaks(letters, roles)) is not None
        }
        asked = _Asked(reason, kinds, run.as_of, against)
        found.extend(asked.among(states, limit - len(found)))
    return found


@dataclass(frozen=True)
class _Asked:
    """One question: which decision, and under which patterns something speaks against it."""

    reason: Any
    kinds: Sequence[Any]
    day: date
    against: Mapping[int, tuple[str, ...]]

    def among(self, states: QuerySet[State], limit: int) -> Iterator[Contradiction]:
        decided = Status.objects.recorded().on(self.day)
        decided = decided.filter(subject=Subject.HOUSEHOLD, kind__in=self.kinds)
        rows = states.filter(
            pattern__in=list(self.against), household_id__in=decided.values("subject_id")
        )
        listed = list(
            rows.order_by("division_code", "household_id").values_list(
                "household_id", "division_code", "pattern_id"
            )[:limit]
        )
        theirs = decided.filter(subject_id__in=[row[0] for row in listed]).order_by("valid_from")
        since = {row[0]: row[1:] for row in theirs.values_list("subject_id", "kind", "valid_from")}
        for household, code, pattern in listed:
            kind, day = since[household]
            yield Contradiction(household, code, kind, day, str(self.reason), self.against[pattern])
