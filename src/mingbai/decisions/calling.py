"""What calls for a person (触发): the same rule of what is a task as in screening, by pattern.

A household is to be seen when a rule with a role calls there; an unknown alone rides along on the next visit
(随访补充). Which rules call is read from the letters of its pattern, so that it is worked out once for all
households that stand so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from mingbai.decisions.enums import Letter
from mingbai.engine.compiling import Program
from mingbai.engine.model.pack import Role, Rule
from mingbai.screening.reasons import Reasons
from mingbai.screening.tasks import said_twice, stake_of

_MOST = 99


@dataclass(frozen=True)
class Call:
    """What a way of standing asks of people (待办判定), the most urgent rule first."""

    rules: tuple[str, ...]
    told: tuple[str, ...]  # without what another of them already says of a member
    rank: int

    @property
    def matter(self) -> str:
        """The most urgent rule."""
        return self.told[0]


class Calls:
    """Reads patterns under one program (待办判定)."""

    def __init__(self, program: Program, *, without: Collection[str] = ()) -> None:
        """`without`: rules that are left out, as if the pack had them not."""
        self._rules: Mapping[str, Rule] = {
            name: program.rule(name)
            for name in program.bound.rules
            if program.rule(name).role is not None and name not in without
        }
        self._reasons = Reasons(program)
        self._found = cache(self._call)

    def of(self, rules: Iterable[str], letters: str) -> Call | None:
        """What calls under these letters, one for each of the rules; None: nothing does."""
        return self._found(tuple(rules), letters)

    def _call(self, rules: Sequence[str], letters: str) -> Call | None:
        called = [
            self._rules[name]
            for name, letter in zip(rules, letters, strict=True)
            if name in self._rules and letter == self._calling(name)
        ]
        if not called:
            return None
        called.sort(key=lambda rule: rule.priority)
        twice = said_twice(called, self._reasons)
        told = [rule for rule in called if rule.id not in twice]
        return Call(tuple(rule.id for rule in called), tuple(rule.id for rule in told), _rank(told))

    def _calling(self, name: str) -> Letter:
        """Readiness for a procedure calls by its good answer, everything else by its bad one."""
        return Letter.MET if self._rules[name].role is Role.READINESS else Letter.UNMET


def _rank(rules: Iterable[Rule]) -> int:
    """The stake as one number, for an index: two digits for each of the counts."""
    priority, urgent, many = stake_of(rules)
    return (priority * 100 + _MOST - min(-urgent, _MOST)) * 100 + _MOST - min(-many, _MOST)
