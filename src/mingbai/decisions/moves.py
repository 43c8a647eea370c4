"""Who stands otherwise after a run than after an earlier one (两次评估之间的变动), by rule and direction.

What stood at two instants that are over never changes, so that it is read once a process. Between two runs
lie whatever was recorded and evaluated again meanwhile: the later run is compared with how everybody stood
right after the earlier one. A household counts when the letter of a rule differs; other reasons for the same
letter do not count, nor does a rule that only one of the two runs had.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from django.db.models import Exists, OuterRef

from mingbai.accounts.scopes import Scope
from mingbai.audit.models import Batch
from mingbai.decisions.models import Pattern, Run, State
from mingbai.decisions.picking import Keys
from mingbai.places.codes import range_of

Flags = npt.NDArray[np.bool_]

#: In place of a rule, where the whole household came or went; and in place of its letters.
HOUSEHOLD = "household"
PRESENT, ABSENT = "present", "absent"
#: Comparisons that are kept: of a county under another pack some 4 MB each.
_MOST = 24


class Move(NamedTuple):
    """From which state to which under a rule (变动): letters, or `PRESENT` and `ABSENT`."""

    rule: str
    before: str
    after: str


@dataclass(frozen=True)
class Standing:
    """What a pattern says (状态组合): letters, deciding clauses and open facts, rule by rule."""

    letters: Mapping[str, str]
    reasons: Mapping[str, Sequence[str]]
    causes: Mapping[str, Sequence[str]]


NOBODY = Standing({}, {}, {})


@dataclass(frozen=True)
class Moved:
    """A household that stands otherwise (变动的户)."""

    household_id: int
    division_code: str  # its village afterwards; of one that is gone, before
    moves: tuple[Move, ...]
    before: Standing
    after: Standing


@dataclass(frozen=True)
class Moves:
    """All who stand otherwise (全部变动), by village and key, in columns."""

    keys: Keys
    villages: tuple[str, ...]
    village: Keys
    pairs: tuple[tuple[Standing, Standing], ...]
    pair: Keys
    kinds: tuple[Move, ...]
    table: Flags  # pairs x kinds

    def within(
        self, scope: Scope, *, health: Scope, closed: Collection[str], division_code: str = ""
    ) -> Within:
        """The part of it in a scope and a place; rules of `closed` only where `health` reaches."""
        inside = self._covered(scope)
        if division_code:
            low, high = range_of(division_code)
            inside &= np.array([low <= code <= high for code in self.villages], bool)[self.village]
        hidden = np.array([kind.rule in closed for kind in self.kinds], bool)
        told = self.table & ~hidden
        seen = self._covered(health)
        return Within(self, inside & np.where(seen, True, told.any(axis=1)[self.pair]), seen, told)

    def _covered(self, scope: Scope) -> Flags:
        villages: Flags = np.array([scope.covers(code) for code in self.villages], bool)
        found: Flags = villages[self.village]
        if scope.household_ids:
            found |= np.isin(self.keys, np.array(sorted(scope.household_ids), np.int64))
        return found


@dataclass(frozen=True)
class Within:
    """Moves as somebody may see them (范围内的变动)."""

    moves: Moves
    rows: Flags
    seen: Flags  # where restricted rules may be told
    told: Flags  # pairs x kinds without them

    @property
    def households(self) -> int:
        """Who stands otherwise under any rule that may be told."""
        return int(self.rows.sum())

    @cached_property
    def counts(self) -> dict[Move, int]:
        """Households by rule and direction."""
        size = len(self.moves.pairs)
        found = np.zeros(len(self.moves.kinds), np.int64)
        for rows, table in ((self.seen, self.moves.table), (~self.seen, self.told)):
            found += np.bincount(self.moves.pair[self.rows & rows], minlength=size) @ table
        return {
            kind: int(count)
            for kind, count in zip(self.moves.kinds, found, strict=True)
            if count
        }  # fmt: skip

    def by_division(self, digits: int, chosen: Keys | None = None) -> dict[str, int]:
        """Households by the places below, cut to so many digits of their code."""
        rows = np.flatnonzero(self.rows) if chosen is None else chosen
        counted = np.bincount(self.moves.village[rows], minlength=len(self.moves.villages))
        found: dict[str, int] = {}
        for code, count in zip(self.moves.villages, counted.tolist(), strict=True):
            if count:
                above = code[:digits].ljust(12, "0")
                found[above] = found.get(above, 0) + count
        return found

    def chosen(self, rule: str = "", before: str = "", after: str = "") -> Keys:
        """The rows of a rule, a state before, a state after; blank: any."""
        asked = np.array(
            [
                rule in ("", kind.rule)
                and before in ("", kind.before)
                and after in ("", kind.after)
                for kind in self.moves.kinds
            ],
            bool,
        )
        if asked.all():
            return np.flatnonzero(self.rows)
        whole = (self.moves.table & asked).any(axis=1)[self.moves.pair]
        told = (self.told & asked).any(axis=1)[self.moves.pair]
        return np.flatnonzero(self.rows & np.where(self.seen, whole, told))

    def of(self, household_id: int) -> list[int]:
        """The row of a household; none where it does not stand otherwise, or may not be told of."""
        rows: list[int] = np.flatnonzero(self.rows & (self.moves.keys == household_id)).tolist()
        return rows

    def listed(self, rows: Iterable[int]) -> list[Moved]:
        """Rows with all that may be told of them."""
        return [self._moved(row) for row in rows]

    def _moved(self, row: int) -> Moved:
        pair = int(self.moves.pair[row])
        table = self.moves.table if self.seen[row] else self.told
        found = tuple(self.moves.kinds[at] for at in np.flatnonzero(table[pair]).tolist())
        code = self.moves.villages[int(self.moves.village[row])]
        return Moved(int(self.moves.keys[row]), code, found, *self.moves.pairs[pair])


_known: OrderedDict[tuple[int, int, datetime, datetime], Moves] = OrderedDict()
_lock = threading.Lock()


def moves_between(earlier: Run, later: Run) -> Moves:
    """Who stands otherwise after the later of two recorded runs. Three queries, once a process."""
    first, last = earlier.batch.recorded_at, later.batch.recorded_at
    assert first is not None
    assert last is not None
    key = (earlier.pk, later.pk, first, last)
    with _lock:
        if key not in _known:
            _known[key] = _read(first, last)
            while len(_known) > _MOST:
                _known.popitem(last=False)
        _known.move_to_end(key)
        return _known[key]


_COLUMNS = ("household_id", "division_code", "pattern_id")
_Rows = dict[int, tuple[str, int]]


def _read(first: datetime, last: datetime) -> Moves:
    between = Batch.objects.filter(recorded_at__gt=first, recorded_at__lte=last).values("id")
    known = Batch.objects.filter(id=OuterRef("begun_by_id"), recorded_at__lte=first)
    ended = Batch.objects.filter(id=OuterRef("ended_by_id"), recorded_at__lte=last)
    before = _rows(State.objects.filter(Exists(known), ended_by__in=between))
    after = _rows(State.objects.filter(~Exists(ended), begun_by__in=between))
    return _compared(
        before, after, _said({pattern for _, pattern in (*before.values(), *after.values())})
    )


def _rows(rows: Any) -> _Rows:
    """Household → village and pattern; the newest row speaks."""
    return {
        key: (code, pattern) for key, code, pattern in rows.order_by("id").values_list(*_COLUMNS)
    }


def _said(patterns: Collection[int]) -> dict[int, Standing]:
    rows = Pattern.objects.all() if len(patterns) > 500 else Pattern.objects.filter(pk__in=patterns)
    wanted = ("id", "rule_set__rules", "letters", "reasons", "causes")
    return {
        key: Standing(dict(zip(rules, letters, strict=True)), reasons, causes)
        for key, rules, letters, reasons, causes in rows.values_list(*wanted)
    }


def _compared(before: _Rows, after: _Rows, said: Mapping[int, Standing]) -> Moves:
    """Rows whose letters differ, in the order of place and key."""
    kinds: dict[Move, int] = {}
    pairs: dict[tuple[int, int], tuple[int, frozenset[int]]] = {}
    found: list[tuple[str, int, int]] = []
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        pair = (old[1] if old else 0, new[1] if new else 0)
        if pair not in pairs:
            told = [kinds.setdefault(one, len(kinds)) for one in _moves(said, *pair)]
            pairs[pair] = len(pairs), frozenset(told)
        place, told_of = pairs[pair]
        if told_of:
            found.append(((new or old or ("", 0))[0], key, place))
    found.sort()
    villages = {code: at for at, code in enumerate(dict.fromkeys(code for code, _, _ in found))}
    table = np.zeros((len(pairs), len(kinds)), bool)
    for at, told_of in pairs.values():
        table[at, list(told_of)] = True
    return Moves(
        keys=np.array([key for _, key, _ in found], np.int64),
        villages=tuple(villages),
        village=np.array([villages[code] for code, _, _ in found], np.int64),
        pairs=tuple((said.get(old, NOBODY), said.get(new, NOBODY)) for old, new in pairs),
        pair=np.array([place for _, _, place in found], np.int64),
        kinds=tuple(kinds), table=table,
    )  # fmt: skip


def _moves(said: Mapping[int, Standing], old: int, new: int) -> Iterable[Move]:
    if not old:
        return [Move(HOUSEHOLD, ABSENT, PRESENT)]
    if not new:
        return [Move(HOUSEHOLD, PRESENT, ABSENT)]
    was, now = said[old].letters, said[new].letters
    return [
        Move(rule, was[rule], letter)
        for rule, letter in now.items()
        if rule in was and was[rule] != letter
    ]
