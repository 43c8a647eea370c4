"""How many households of each village stand how, in memory (各村状态组合): heads and tabs of every list.

A county has some hundreds of patterns in some hundreds of villages. They are read once a process and then
follow the chain: only villages that a batch has written are counted again.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from mingbai.accounts.scopes import Scope
from mingbai.audit.following import Mark, newest_mark, since
from mingbai.decisions.enums import WORDS, Letter
from mingbai.decisions.models import Pattern, State
from mingbai.places.codes import range_of

#: More villages than this are counted by one reading of all.
MOST_ANEW = 60
#: Answers that are kept.
MOST_KNOWN = 300
UNMET, UNKNOWN, MET, NOT_APPLICABLE = "unmet", "unknown", "met", "not_applicable"
#: Of several rules the weightiest speaks.
_WEIGHT: tuple[tuple[str, str], ...] = (
    (UNMET, str(Letter.UNMET)), (UNKNOWN, str(Letter.UNKNOWN)), (MET, str(Letter.MET)),
)  # fmt: skip
assert set(WORDS.values()) == {UNMET, UNKNOWN, MET, NOT_APPLICABLE}


@dataclass(frozen=True)
class Standings:
    """Households by village and pattern (各村状态组合), and what each pattern says."""

    villages: Mapping[str, Mapping[int, int]]
    letters: Mapping[int, Mapping[str, str]]  # pattern → rule → letter
    #: What was asked before; every list asks the same again.
    _known: dict[tuple[object, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    def matching(self, rules: Collection[str], word: str) -> frozenset[int]:
        """The patterns whose weightiest state under these rules is this one."""
        found: frozenset[int] | None = self._known.get((word, *rules))
        if found is None:
            found = frozenset(
                key for key, letters in self.letters.items() if _weightiest(letters, rules) == word
            )
            self._keep((word, *rules), found)
        return found

    def lacking(self, rule: str) -> bool:
        """Whether nobody at all is known under a rule: then that is one question, not one a household."""
        found: bool | None = self._known.get(("", rule))
        if found is None:
            said = {letters[rule] for letters in self.letters.values() if rule in letters}
            found = said == {str(Letter.UNKNOWN)}
            self._keep(("", rule), found)
        return found

    def tally(self, scope: Scope, division_code: str = "") -> Mapping[int, int]:
        """Households by pattern in a place, as far as it lies in the ranges of a scope."""
        asked = ("", "", division_code, scope.everything, scope.ranges)
        found: dict[int, int] | None = self._known.get(asked)
        if found is None:
            found = tally(self.inside(scope, division_code).values())
            self._keep(asked, found)
        return found

    def _keep(self, asked: tuple[object, ...], found: Any) -> None:
        if len(self._known) >= MOST_KNOWN:  # an address may name any rule
            self._known.clear()
        self._known[asked] = found

    def inside(self, scope: Scope, division_code: str = "") -> dict[str, Mapping[int, int]]:
        """The villages of a scope that lie in a place, by code; of a list of households none."""
        low, high = range_of(division_code) if division_code else ("", "9" * 12)
        return {
            code: found
            for code, found in sorted(self.villages.items())
            if low <= code <= high and scope.covers(code)
        }


def tally(villages: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """Households by pattern over villages."""
    found: dict[int, int] = {}
    for village in villages:
        for pattern, households in village.items():
            found[pattern] = found.get(pattern, 0) + households
    return found


def counted(found: Mapping[int, int], patterns: Collection[int]) -> int:
    """The households of these patterns."""
    return sum(households for pattern, households in found.items() if pattern in patterns)


def _weightiest(letters: Mapping[str, str], rules: Collection[str]) -> str:
    mine = {letters[rule] for rule in rules if rule in letters}
    return next(
        (word for word, letter in _WEIGHT if letter in mine), NOT_APPLICABLE if mine else ""
    )


@dataclass
class _Memory:
    """Standings as of a place in the chain (内存中的状态组合)."""

    mark: Mark = field(default_factory=Mark)
    villages: dict[str, dict[int, int]] = field(default_factory=dict)
    letters: dict[int, dict[str, str]] = field(default_factory=dict)
    read: Standings | None = None  # as handed out, until a batch writes states


_memory = _Memory()
_lock = threading.Lock()


def standings() -> Standings:
    """How the households of every village stand. One query when nothing was recorded since the last look."""
    with _lock:
        found = since(_memory.mark)
        if found is None:
            mark = newest_mark()
            _memory.villages, _memory.letters = _read(None), {}
            _memory.mark, _memory.read = mark, None
        else:
            _memory.mark, batches = found
            _follow(batches)
        if _memory.read is None:
            _learn()
            _memory.read = Standings(dict(_memory.villages), _memory.letters)
        return _memory.read


def _follow(batches: Collection[int]) -> None:
    if not batches:
        return
    written = State.objects.filter(Q(begun_by__in=batches) | Q(ended_by__in=batches))
    codes = set(written.order_by().values_list("division_code", flat=True).distinct())
    if codes:
        _memory.read = None
    if len(codes) > MOST_ANEW:
        _memory.villages = _read(None)
    elif codes:
        anew = _read(codes)
        for code in codes:
            _memory.villages.pop(code, None)
        _memory.villages |= anew


def _read(codes: Collection[str] | None) -> dict[str, dict[int, int]]:
    rows = State.objects.recorded().order_by()
    if codes is not None:
        rows = rows.filter(division_code__in=codes)
    found: dict[str, dict[int, int]] = {}
    for code, pattern, households in rows.values_list("division_code", "pattern_id").annotate(
        Count("id")
    ):
        found.setdefault(code, {})[pattern] = households
    return found


def _learn() -> None:
    """What the patterns say that were not met before."""
    new = {key for village in _memory.villages.values() for key in village}
    new -= _memory.letters.keys()
    rows = Pattern.objects.filter(pk__in=new) if len(new) < MOST_ANEW else Pattern.objects.all()
    if new:
        named = rows.values_list("id", "rule_set__rules", "letters")
        learned = {key: dict(zip(rules, said, strict=True)) for key, rules, said in named}
        _memory.letters = {**_memory.letters, **learned}
