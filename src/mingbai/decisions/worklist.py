"""The work list (待办清单): whom somebody has to see, by due day, in a scope; what each is about, in words.

Counts come from the tallies of the villages; a page of the list comes by index, however long the list is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db.models import Count, QuerySet

from mingbai.accounts.scopes import EVERYTHING as ALL
from mingbai.accounts.scopes import Scope
from mingbai.decisions.calling import Call, Calls
from mingbai.decisions.models import RuleSet, WorkItem, WorkTally
from mingbai.decisions.programs import pack_named, state_program
from mingbai.decisions.withholding import readings
from mingbai.decisions.wording import cause_label, restricted_rules
from mingbai.decisions.working import read_since, read_tally
from mingbai.engine.model.pack import Rule
from mingbai.engine.model.values import Text
from mingbai.places.codes import range_of


@dataclass(frozen=True)
class Counted:
    """Households of a village that are due on a day for a matter (待办数)."""

    village_code: str
    due_on: date | None
    matter: str  # a rule
    households: int


@dataclass(frozen=True)
class Wanted:
    """Which part of the list (筛选): a place, one matter, due days from and to (both included)."""

    division_code: str = ""
    matter: str = ""
    due_from: date | None = None
    due_to: date | None = None
    without_day: bool = False  # only what has no due day

    def takes(self, one: Counted) -> bool:
        """Whether counted households belong to it; the place is not asked."""
        if self.matter and one.matter != self.matter:
            return False
        if self.without_day:
            return one.due_on is None
        if one.due_on is None:
            return not (self.due_from or self.due_to)
        late_enough = self.due_from is None or one.due_on >= self.due_from
        return late_enough and (self.due_to is None or one.due_on <= self.due_to)


EVERYTHING = Wanted()


@dataclass(frozen=True)
class Item:
    """A household to be seen (待办)."""

    household_id: int
    division_code: str
    due_on: date | None
    matter: str
    rules: tuple[str, ...]  # of the pattern's letters
    letters: str
    reasons: Mapping[str, Sequence[str]]
    causes: Mapping[str, Sequence[str]]
    since: Mapping[str, date]  # rule that calls → the day it has done so from


def counted_work(scope: Scope, division_code: str = "", *, health: Scope = ALL) -> list[Counted]:
    """How many are to be seen, by village, due day and matter. One query.

    `health`: where the reader may see illness; elsewhere what only that asks for is not counted.
    """
    if not scope.lies_in(health):
        return [
            Counted(village, due_on, matter, households)
            for village, counts in readings().counts(scope, health, division_code).items()
            for (due_on, matter), households in counts.items()
        ]
    if scope.household_ids is not None and not scope.everything:
        return _counted_items(scope, division_code)
    rows = WorkTally.objects.recorded().filter(scope.divisions("village_code"))
    if division_code:
        rows = rows.filter(village_code__range=range_of(division_code))
    tallies = rows.order_by("village_code").values_list("village_code", "counts")
    return [one for village, text in tallies for one in _counted(village, text)]


@lru_cache(maxsize=4_096)
def _counted(village: str, text: str) -> tuple[Counted, ...]:
    """A tally as it is read; every page reads those of all villages, and few change."""
    return tuple(
        Counted(village, date.fromisoformat(day) if day else None, matter, count)
        for day, matter, count in read_tally(text)
    )


def _counted_items(scope: Scope, division_code: str) -> list[Counted]:
    """A scope that names households is counted as it is."""
    rows = _standing(scope, Wanted(division_code))
    found = rows.values_list("division_code", "due_on", "matter").annotate(Count("id"))
    return [Counted(*row) for row in found.order_by("division_code", "due_on", "matter")]


def open_work(scope: Scope, *, health: Scope = ALL) -> int:
    """How many households are to be seen (要办): the number in the navigation. One query."""
    return sum(one.households for one in counted_work(scope, health=health))


def is_counted(scope: Scope) -> bool:
    """Whether an evaluation has said of anybody in the scope whether he is to be seen. One query."""
    if scope.household_ids is not None and not scope.everything:
        return WorkTally.objects.recorded().exists()
    return WorkTally.objects.recorded().filter(scope.divisions("village_code")).exists()


def by_day(counted: Iterable[Counted]) -> Counter[date | None]:
    """Households by due day."""
    found: Counter[date | None] = Counter()
    for one in counted:
        found[one.due_on] += one.households
    return found


def items_of(
    scope: Scope,
    wanted: Wanted = EVERYTHING,
    *,
    start: int = 0,
    stop: int = 50,
    dated: int = 0,
    health: Scope = ALL,
) -> list[Item]:
    """Part of the list: by due day, then by what is most at stake, then by place; without a day at the end.

    `dated`: how many of the list have a due day, as counted. `health`: as in `counted_work`. Two queries.
    """
    if not scope.lies_in(health):
        return _told_items(scope, wanted, health, start, stop)
    found: list[Any] = []
    # The day is named for those without one too: PostgreSQL sorts them all rather than see that it is one.
    rows = _standing(scope, wanted).select_related("pattern").order_by(
        "due_on", "rank", "division_code", "household_id"
    )  # fmt: skip
    if start < dated and not wanted.without_day:
        found += rows.filter(due_on__isnull=False)[start : min(stop, dated)]
    if stop > dated and not (wanted.due_from or wanted.due_to):
        rest = rows.filter(due_on__isnull=True)
        found += rest[max(start - dated, 0) : stop - dated]
    sets = _rule_sets(one.pattern.rule_set_id for one in found)
    return [_item(one, sets) for one in found]


def _told_items(scope: Scope, wanted: Wanted, health: Scope, start: int, stop: int) -> list[Item]:
    """The items as they may be read without illness, each with what then calls for it."""
    lines = readings().lines(scope, health, wanted.division_code)
    mine = (
        one for one in lines if wanted.takes(Counted(one.division_code, one.due_on, one.matter, 1))
    )
    page = list(islice(mine, start, stop))
    rows = WorkItem.objects.select_related("pattern").in_bulk([one.item_id for one in page])
    sets = _rule_sets(one.pattern.rule_set_id for one in rows.values())
    return [
        replace(_item(rows[one.item_id], sets), due_on=one.due_on, matter=one.matter)
        for one in page
        if one.item_id in rows
    ]


def items_of_households(household_ids: Iterable[int], scope: Scope) -> dict[int, Item]:
    """What is open at these households. Two queries."""
    rows = WorkItem.objects.recorded().filter(scope.rows(), household_id__in=list(household_ids))
    found = list(rows.select_related("pattern").order_by("id"))
    sets = _rule_sets(one.pattern.rule_set_id for one in found)
    return {one.household_id: _item(one, sets) for one in found}


def _item(row: WorkItem, sets: Mapping[int, tuple[str, ...]]) -> Item:
    pattern = row.pattern
    return Item(
        row.household_id, row.division_code, row.due_on, row.matter, sets[pattern.rule_set_id],
        pattern.letters, pattern.reasons, pattern.causes, read_since(row.since),
    )  # fmt: skip


def _rule_sets(keys: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Lists of rules by key; they never change, so that a process reads each once."""
    return {key: _rules_of(key) for key in set(keys)}


@lru_cache(maxsize=64)
def _rules_of(key: int) -> tuple[str, ...]:
    return tuple(RuleSet.objects.values_list("rules", flat=True).get(pk=key))


def _standing(scope: Scope, wanted: Wanted) -> QuerySet[WorkItem]:
    rows = WorkItem.objects.recorded().filter(scope.rows())
    if wanted.division_code:
        rows = rows.filter(division_code__range=range_of(wanted.division_code))
    if wanted.matter:
        rows = rows.filter(matter=wanted.matter)
    if wanted.without_day:
        rows = rows.filter(due_on__isnull=True)
    if wanted.due_from:
        rows = rows.filter(due_on__gte=wanted.due_from)
    if wanted.due_to:
        rows = rows.filter(due_on__lte=wanted.due_to)
    return rows


@dataclass(frozen=True)
class Calling:
    """A rule that calls for somebody at a household, in words (触发项)."""

    rule: Rule
    clauses: tuple[Text, ...]  # that decided
    since: date | None


@dataclass(frozen=True)
class Told:
    """An item in words (待办说明): what calls there, as far as it may be told, and what is not known."""

    callings: tuple[Calling, ...]
    unknowns: tuple[Text, ...]  # facts to ask for on the same visit


class Teller:
    """Words for items under one run (待办用语): what a whole area lacks is not asked of everybody."""

    def __init__(self, pack: str, as_of: date, messages: Iterable[Mapping[str, Any]]) -> None:
        self._pack = pack_named(pack)
        self.rules = self._pack.rules_on(as_of)
        self._closed = restricted_rules(pack, self._pack.hash, as_of)
        self._calls = _calls(pack, self._pack.hash, as_of)
        self._lacking = {(str(one["cause"]), str(one["where"])) for one in messages}

    @property
    def villages(self) -> frozenset[str]:
        """Villages that lack something of which a message of the run tells."""
        return frozenset(where for _cause, where in self._lacking if where)

    def matter(self, rule: str) -> Text:
        """What a rule is called."""
        found = self.rules.get(rule)
        return found.label if found else Text(rule, rule)

    def is_restricted(self, rule: str) -> bool:
        """Whether a rule rests on restricted facts."""
        return rule in self._closed

    def tell(self, item: Item, *, health: bool) -> Told:
        """What calls there. `health`: the reader may see what rests on illness."""
        call = self._calls.of(item.rules, item.letters)
        callings = tuple(self._callings(item, call)) if call else ()
        shown = tuple(one for one in callings if health or one.rule.id not in self._closed)
        unknowns = tuple(self._unknowns(item, health=health))
        return Told(shown, unknowns)

    def _callings(self, item: Item, call: Call) -> Iterator[Calling]:
        for name in call.told:
            rule = self.rules[name]
            labels = {key: clause.label for key, clause in rule.clauses()}
            clauses = tuple(labels[key] for key in item.reasons.get(name, ()) if key in labels)
            yield Calling(rule, clauses, item.since.get(name))

    def _unknowns(self, item: Item, *, health: bool) -> Iterator[Text]:
        """Facts of rules that are open, those that leave most rules open first."""
        open_: Counter[str] = Counter()
        for name, causes in item.causes.items():
            if health or name not in self._closed:
                open_.update(one for one in causes if not self._is_message(one, item))
        for cause, _ in sorted(open_.items(), key=lambda one: (-one[1], one[0])):
            yield cause_label(self._pack, cause)

    def _is_message(self, cause: str, item: Item) -> bool:
        if cause.startswith("parameter:"):
            return True
        return (cause, "") in self._lacking or (cause, item.division_code) in self._lacking


@lru_cache(maxsize=8)
def _calls(pack: str, digest: str, as_of: date) -> Calls:
    """`digest`: the pack's, to ask anew when it changed."""
    return Calls(state_program(pack_named(pack), as_of, ()))
