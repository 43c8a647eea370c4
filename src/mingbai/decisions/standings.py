"""How many households of each village stand how, in memory (各村状态组合): heads and tabs of every list.

A county has some hundreds of patterns in some hundreds of villages. They are read once a process and then
follow the chain: only villages that a batch has written are counted again.

What a household lacks is of two kinds: what a visit can settle, and what hardly anybody in the township has,
because it was never loaded or published (`supply`). Both are counted, apart; the last run settled which is
which, so that one record moves its own household alone.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Count, Q

from mingbai.accounts.scopes import Scope
from mingbai.audit.following import Mark, newest_mark, since
from mingbai.decisions.enums import WORDS, Letter
from mingbai.decisions.models import Pattern, Run, State
from mingbai.decisions.queries import latest_runs, run_over
from mingbai.households.queries.columns import MOST_ANEW
from mingbai.places.codes import range_of
from mingbai.places.enums import DIGITS, Level

#: Answers that are kept.
MOST_KNOWN = 300
UNMET, UNKNOWN, MET, NOT_APPLICABLE = "unmet", "unknown", "met", "not_applicable"
#: Unknown for want of what the township was not supplied with; `UNKNOWN` is then the rest.
UNSUPPLIED = "unsupplied"
#: Of several rules the weightiest speaks.
_WEIGHT = (UNMET, UNKNOWN, UNSUPPLIED, MET)
assert set(WORDS.values()) == {UNMET, UNKNOWN, MET, NOT_APPLICABLE}
_TOWNSHIP = DIGITS[Level.TOWNSHIP]

#: A pattern, and what is not supplied where the households are.
Kind = tuple[int, frozenset[str]]
#: Kinds of households, one flag a kind; of the `Standings` that gave it.
Kinds = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Said:
    """What a pattern says (状态组合): a letter a rule, and what each unknown waits for."""

    letters: Mapping[str, str]
    causes: Mapping[str, Collection[str]]

    def word(self, rule: str, unsupplied: frozenset[str]) -> str:
        """The state under one rule; nothing for a rule that the pattern does not know."""
        letter = self.letters.get(rule)
        if letter == str(Letter.UNKNOWN):
            return UNKNOWN if unsupplied.isdisjoint(self.causes.get(rule, ())) else UNSUPPLIED
        return WORDS[letter] if letter else ""


@dataclass(frozen=True)
class Standings:
    """Households by village and pattern (各村状态组合), and what each pattern says where."""

    villages: Mapping[str, Mapping[int, int]]
    patterns: Mapping[int, Said]
    runs: tuple[Run, ...]  # the newest over each division, with what was not supplied
    #: The weightiest state by rules and kind: patterns do not change, so that it outlives a save.
    _words: dict[tuple[str, ...], dict[Kind, str]] = field(
        default_factory=dict, repr=False, compare=False
    )
    #: What was asked before; every list asks the same again.
    _known: dict[tuple[object, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    def unsupplied(self, code: str) -> frozenset[str]:
        """What the township of a place was not supplied with, as of the last run over it."""
        township = code[:_TOWNSHIP]
        key = ("", "unsupplied", township)
        found: frozenset[str] | None = self._known.get(key)
        if found is None:
            run = run_over(self.runs, code)
            found = frozenset(run.unsupplied.get(township, ()) if run else ())
            self._keep(key, found)
        return found

    def matching(self, rules: Collection[str], word: str) -> Kinds:
        """The kinds of households whose weightiest state under these rules is this one."""
        found: Kinds | None = self._known.get((word, *rules))
        if found is None:
            kinds = self._table.kinds
            words = self._weightiest_of(kinds, tuple(rules))
            found = np.fromiter((words[kind] == word for kind in kinds), np.bool_, len(kinds))
            self._keep((word, *rules), found)
        return found

    def _weightiest_of(self, kinds: list[Kind], rules: tuple[str, ...]) -> dict[Kind, str]:
        if rules not in self._words:
            if len(self._words) >= MOST_KNOWN:  # an address may name any rule
                self._words.clear()
            self._words[rules] = {}
        words = self._words[rules]
        for kind in kinds:
            if kind not in words:
                words[kind] = self._weightiest(kind, rules)
        return words

    def _weightiest(self, kind: Kind, rules: Collection[str]) -> str:
        said = self.patterns[kind[0]]
        mine = {said.word(rule, kind[1]) for rule in rules} - {""}
        return next((word for word in _WEIGHT if word in mine), NOT_APPLICABLE if mine else "")

    def is_among(self, kinds: Kinds, pattern: int, code: str) -> bool:
        """Whether a household of a village that stands so is of these kinds."""
        at = self._table.places.get((pattern, self.unsupplied(code)))
        return at is not None and bool(kinds[at])

    def kinds_of(
        self, codes: Sequence[str], village: npt.NDArray[np.int64], pattern: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """The kind of each household that stands so in the village of its code; -1 where there is none."""
        supplies = {one: at for at, one in enumerate(self._table.supplies)}
        most = max(self.patterns, default=0)
        kinds = np.full((len(supplies) + 1, most + 1), -1, np.int64)
        for (said, supply), at in self._table.places.items():
            kinds[supplies[supply], said] = at
        supplied = [supplies.get(self.unsupplied(code), -1) for code in codes]
        known = np.where(pattern <= most, pattern, 0)
        return kinds[np.array(supplied, np.int64)[village], known]

    def everybody(self) -> Kinds:
        """All kinds."""
        return np.ones(len(self._table.kinds), np.bool_)

    def by_village(self, kinds: Kinds, scope: Scope, division_code: str = "") -> dict[str, int]:
        """Households of these kinds in the villages of a place, as far as a scope's ranges go."""
        table = self._table
        counts = np.bincount(
            table.village, table.households * kinds[table.kind], len(table.codes)
        ).astype(np.int64)
        return {table.codes[at]: int(counts[at]) for at in self._inside(scope, division_code)}

    def count(self, kinds: Kinds, scope: Scope, division_code: str = "") -> int:
        """The same in all villages together."""
        table = self._table
        mine = np.zeros(len(table.codes), np.bool_)
        mine[self._inside(scope, division_code)] = True
        return int((table.households * (kinds[table.kind] & mine[table.village])).sum())

    def lacks(self, rules: Collection[str], scope: Scope, division_code: str = "") -> list[str]:
        """What these rules wait for in a place that was not supplied with it; of most households first."""
        asked = ("", "lacks", *rules, division_code, scope.everything, scope.ranges)
        found: list[str] | None = self._known.get(asked)
        if found is None:
            table, counts = self._table, dict[str, int]()
            mine = np.isin(table.village, self._inside(scope, division_code))
            for kind, households in zip(
                table.kind[mine].tolist(), table.households[mine].tolist(), strict=True
            ):
                pattern, supply = table.kinds[kind]
                waits = self.patterns[pattern].causes
                for cause in supply.intersection(chain(*(waits.get(rule, ()) for rule in rules))):
                    counts[cause] = counts.get(cause, 0) + households
            found = sorted(counts, key=lambda cause: (-counts[cause], cause))
            self._keep(asked, found)
        return found

    def asking(self, rules: Collection[str], cause: str) -> Kinds:
        """The kinds of households that wait for one fact under these rules, where a visit can settle it."""
        found: Kinds | None = self._known.get(("", "asking", cause, *rules))
        if found is None:
            kinds = self._table.kinds
            found = np.fromiter(
                (cause in self._open(kind, rules) for kind in kinds), np.bool_, len(kinds)
            )
            self._keep(("", "asking", cause, *rules), found)
        return found

    def asked(
        self, rules: Collection[str], scope: Scope, division_code: str = ""
    ) -> list[tuple[str, int]]:
        """What is to be asked under these rules in a place, and at how many households; most first."""
        key = ("", "asked", *rules, division_code, scope.everything, scope.ranges)
        found: list[tuple[str, int]] | None = self._known.get(key)
        if found is None:
            table, counts = self._table, dict[str, int]()
            mine = np.isin(table.village, self._inside(scope, division_code))
            kinds, homes = table.kind[mine], table.households[mine]
            for at in np.unique(kinds).tolist():
                households = int(homes[kinds == at].sum())
                for cause in self._open(table.kinds[at], rules):
                    counts[cause] = counts.get(cause, 0) + households
            found = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
            self._keep(key, found)
        return found

    def _open(self, kind: Kind, rules: Collection[str]) -> set[str]:
        """What a visit can settle: causes of unknown rules, but for those that wait for more than that."""
        said, supply = self.patterns[kind[0]], kind[1]
        return {
            cause
            for rule in rules
            if said.word(rule, supply) == UNKNOWN
            for cause in said.causes.get(rule, ())
            if not cause.startswith("parameter:")
        }

    def rows(self, kinds: Kinds, villages: Collection[str] | None = None) -> Q:
        """The states of these kinds, for a query over `State`; all of it, or over these villages."""
        table, by_supply = self._table, dict[frozenset[str], set[int]]()
        supplies = table.supplies if villages is None else {*map(self.unsupplied, villages)}
        for at in np.flatnonzero(kinds).tolist():
            pattern, supply = table.kinds[at]
            if supply in supplies:
                by_supply.setdefault(supply, set()).add(pattern)
        wanted = set[int]().union(*by_supply.values())
        found = Q(pattern_id__in=wanted)
        for supply in supplies:
            mine = by_supply.get(supply, set())
            if {one for one in wanted if (one, supply) in table.places} != mine:
                codes = [one for one in table.codes if self.unsupplied(one) == supply]
                found &= ~Q(division_code__in=codes) | Q(pattern_id__in=mine)
        return found

    def _inside(self, scope: Scope, division_code: str) -> list[int]:
        asked = ("", "inside", division_code, scope.everything, scope.ranges)
        found: list[int] | None = self._known.get(asked)
        if found is None:
            low, high = range_of(division_code) if division_code else ("", "9" * 12)
            codes = self._table.codes
            found = [
                at for at, code in enumerate(codes) if low <= code <= high and scope.covers(code)
            ]
            self._keep(asked, found)
        return found

    def _keep(self, asked: tuple[object, ...], found: Any) -> None:
        if len(self._known) >= MOST_KNOWN:  # an address may name any rule
            self._known.clear()
        self._known[asked] = found

    @cached_property
    def _table(self) -> _Table:
        places: dict[tuple[int, frozenset[str]], int] = {}
        codes = sorted(self.villages)
        village, kind, households = list[int](), list[int](), list[int]()
        for at, code in enumerate(codes):
            supply = self.unsupplied(code)
            for pattern, count in self.villages[code].items():
                village.append(at)
                kind.append(places.setdefault((pattern, supply), len(places)))
                households.append(count)
        columns = (np.array(one, np.int64) for one in (village, kind, households))
        return _Table(codes, list(places), places, *columns)


@dataclass(frozen=True)
class _Table:
    """Villages, kinds and households side by side (状态组合表); a kind: a pattern and what is lacking."""

    codes: list[str]
    kinds: list[tuple[int, frozenset[str]]]
    places: dict[tuple[int, frozenset[str]], int]
    village: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int64]
    households: npt.NDArray[np.int64]

    @cached_property
    def supplies(self) -> set[frozenset[str]]:
        """What places lack, each once."""
        return {supply for _pattern, supply in self.kinds}


@dataclass
class _Memory:
    """Standings as of a place in the chain (内存中的状态组合)."""

    mark: Mark = field(default_factory=Mark)
    villages: dict[str, dict[int, int]] = field(default_factory=dict)
    patterns: dict[int, Said] = field(default_factory=dict)
    words: dict[tuple[str, ...], dict[Kind, str]] = field(default_factory=dict)
    runs: tuple[Run, ...] = ()
    read: Standings | None = None  # as handed out, until a batch writes states


_memory = _Memory()
_lock = threading.Lock()


def standings() -> Standings:
    """How the households of every village stand. One query when nothing was recorded since the last look."""
    with _lock:
        found = since(_memory.mark)
        if found is None:
            mark = newest_mark()
            _memory.villages, _memory.patterns, _memory.words = _read(None), {}, {}
            _memory.runs, _memory.mark, _memory.read = _runs(), mark, None
        else:
            _memory.mark, batches = found
            _follow(batches)
        if _memory.read is None:
            _learn()
            read = dict(_memory.villages), _memory.patterns, _memory.runs, _memory.words
            _memory.read = Standings(*read)
        return _memory.read


def _follow(batches: Collection[int]) -> None:
    if not batches:
        return
    if Run.objects.filter(batch__in=batches).exists():
        _memory.runs, _memory.read = _runs(), None
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


def _runs() -> tuple[Run, ...]:
    found = tuple(latest_runs())
    for run in found:
        run.refresh_from_db(fields=["unsupplied"])
    return found


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
    new -= _memory.patterns.keys()
    rows = Pattern.objects.filter(pk__in=new) if len(new) < MOST_ANEW else Pattern.objects.all()
    if new:
        named = rows.values_list("id", "rule_set__rules", "letters", "causes")
        learned = {
            key: Said(dict(zip(rules, letters, strict=True)), causes)
            for key, rules, letters, causes in named
        }
        _memory.patterns = {**_memory.patterns, **learned}
