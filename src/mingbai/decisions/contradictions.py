"""Where states speak against what people decided (与人工决定不一致): listed with the reason, never applied.

A decision is a registration; what speaks against it is read from the roles of the rules, so that no rule of
one pack is named here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from mingbai.accounts.scopes import EVERYTHING, Scope
from mingbai.audit.following import one_look
from mingbai.decisions.enums import Letter, Reason
from mingbai.decisions.homes import Homes, homes
from mingbai.decisions.models import Run
from mingbai.decisions.programs import pack_named
from mingbai.decisions.queries import latest_run
from mingbai.decisions.standings import Said, standings
from mingbai.decisions.wording import restricted_rules
from mingbai.engine.model.pack import Role
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import Status
from mingbai.households.queries.columns import Flags, Keys
from mingbai.households.queries.holding import with_status

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


_DECIDED = ("subject_id", "kind", "valid_from")


@dataclass(frozen=True)
class Against:
    """The households that one question finds (不一致的户): places in the columns of `homes`."""

    reason: str  # Reason
    homes: Homes
    at: Keys
    _ask: _Ask
    _kinds: tuple[StatusKind, ...]
    _seen: Flags  # where illness may be told

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.at)

    def listed(self, start: int, stop: int) -> list[Contradiction]:
        """Some of them, by village and key. One query."""
        at = self.at[start:stop]
        patterns = self.homes.pattern[at].tolist()
        named = self.homes.named(at)
        rows = Status.objects.recorded().on(self._ask.day)
        rows = rows.filter(subject=Subject.HOUSEHOLD, kind__in=self._kinds)
        theirs = rows.filter(subject_id__in=[key for key, _code in named]).order_by("valid_from")
        since = {key: (kind, day) for key, kind, day in theirs.values_list(*_DECIDED)}
        return [
            Contradiction(
                key, code, since[key][0], since[key][1], self.reason,
                self._ask.rules(self.reason, pattern, told=bool(seen)) or (),
            )
            for (key, code), pattern, seen in zip(named, patterns, self._seen[at], strict=True)
            if key in since
        ]  # fmt: skip


@dataclass(frozen=True)
class _Ask:
    """The questions under one run (不一致的查法), and what each pattern answers: worked out once."""

    day: date
    roles: Roles
    closed: frozenset[str]
    patterns: Mapping[int, Said]
    answers: dict[tuple[str, int, bool], tuple[str, ...] | None]

    def rules(self, reason: str, pattern: int, *, told: bool) -> tuple[str, ...] | None:
        """The rules that speak against a decision; `told`: those that rest on illness count."""
        key = reason, pattern, told or not self.closed
        if key not in self.answers:
            self.answers[key] = self._rules(*key)
        return self.answers[key]

    def _rules(self, reason: str, pattern: int, told: bool) -> tuple[str, ...] | None:
        letters = self.patterns[pattern].letters
        if not told:
            # That nothing speaks for a decision would be said without looking at illness: not asked.
            if reason == Reason.WATCHED_WITHOUT_REASON:
                return None
            letters = {rule: one for rule, one in letters.items() if rule not in self.closed}
        return _SPEAKS[reason](letters, self.roles)


_SPEAKS = {str(reason): speaks for reason, _kinds, speaks in _QUESTIONS}
#: Pack, its hash and the day → what each pattern answers; of a few runs.
_answers: dict[tuple[str, str, date], dict[tuple[str, int, bool], tuple[str, ...] | None]] = {}


def against(
    run: Run,
    *,
    day: date,
    scope: Scope = EVERYTHING,
    health: Scope = EVERYTHING,
    division_code: str = "",
) -> list[Against]:
    """What speaks against decisions in a place, by question; empty ones too.

    `health`: where the reader may see illness; elsewhere no rule that rests on it speaks. Two queries, none
    where nothing was recorded since the page began.
    """
    pack = pack_named(run.pack)
    if len(_answers) > 8:
        _answers.clear()
    roles = {
        name: rule.role for name, rule in pack.rules_on(run.as_of).items() if rule.role is not None
    }
    ask = _Ask(
        day, roles, frozenset(restricted_rules(run.pack, pack.hash, run.as_of)),
        standings().patterns, _answers.setdefault((run.pack, pack.hash, run.as_of), {}),
    )  # fmt: skip
    columns = homes()
    inside = columns.inside(scope, division_code)
    seen = inside if scope.lies_in(health) else columns.inside(health)
    return [_asked(ask, columns, inside, seen, question) for question in _QUESTIONS]


def _asked(
    ask: _Ask, columns: Homes, inside: Flags, seen: Flags, question: tuple[Any, Any, _Speaks]
) -> Against:
    reason, kinds, _speaks = question
    at = np.flatnonzero(inside & with_status(kinds, ask.day, columns.household))
    patterns, where = np.unique(columns.pattern[at], return_inverse=True)
    known = [pattern in ask.patterns for pattern in patterns.tolist()]
    whole, told = (
        np.array(
            [
                there and ask.rules(str(reason), pattern, told=one) is not None
                for pattern, there in zip(patterns.tolist(), known, strict=True)
            ],
            np.bool_,
        )
        for one in (True, False)
    )
    found = np.where(seen[at], whole[where], told[where])
    return Against(str(reason), columns, at[found], ask, kinds, seen)


def contradictions(
    *, division_code: str = "", scope: Scope = EVERYTHING, limit: int = 1000
) -> list[Contradiction]:
    """Contradictions in a place, by decision, then by village. Raises DEC-001.

    At most twelve queries, once the columns of states are in memory.
    """
    run = latest_run(division_code)
    found: list[Contradiction] = []
    with one_look():
        for one in against(run, day=run.as_of, scope=scope, division_code=division_code):
            found += one.listed(0, limit - len(found))
    return found
