"""The work list as shown (待办清单): counts of the tabs, groups by day, by place or by matter, lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from mingbai.accounts.queries import answering_for
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import EVERYTHING as ALL
from mingbai.accounts.scopes import Scope
from mingbai.decisions.models import Run
from mingbai.decisions.worklist import (
    EVERYTHING,
    Counted,
    Item,
    Teller,
    Told,
    Wanted,
    by_day,
    counted_work,
    items_of,
)
from mingbai.desk.components.parts import changed_query
from mingbai.desk.components.reaching import whole
from mingbai.desk.components.words import listed, of
from mingbai.desk.home import words
from mingbai.desk.home.words import NAMED_DAYS
from mingbai.households.queries import rows_of
from mingbai.places.codes import prefix_of, range_of
from mingbai.places.remembered import Roster, roster

LATE, TODAY, SOON, LATER, NO_DAY = "late", "today", "soon", "later", "no_day"
GROUPS = (LATE, TODAY, SOON, LATER, NO_DAY)


def group_of(due_on: date | None, day: date) -> str:
    """In which stretch of days something is due."""
    if due_on is None:
        return NO_DAY
    left = (due_on - day).days
    if left < 0:
        return LATE
    if left == 0:
        return TODAY
    return SOON if left < NAMED_DAYS else LATER


def group_words(group: str) -> tuple[str, str]:
    """The head of a group, and what to know about it."""
    return {
        LATE: (_("已逾期"), _("先办这些；办完才消失，不会自己没有")),
        TODAY: (_("今天到期"), ""),
        SOON: (_("七天内到期"), ""),
        LATER: (_("以后到期"), ""),
        NO_DAY: (_("没有期限"), _("规则没有给这一天、这个地方的核查天数")),
    }[group]


def wanted_of(group: str, day: date, place: str, matter: str) -> Wanted:
    """What the list holds under a tab: a stretch of days, or everything."""
    spans: dict[str, tuple[date | None, date | None]] = {
        LATE: (None, day - timedelta(days=1)), TODAY: (day, day),
    }  # fmt: skip
    first, last = spans.get(group, (None, None))
    return Wanted(place, matter, first, last, without_day=group == NO_DAY)


@dataclass(frozen=True)
class Line:
    """A household of the list (待办行)."""

    item: Item
    name: str
    number: str
    place: str
    group: str
    due: str
    late: bool
    matter: str
    why: Sequence[tuple[str, str]]  # what is wrong, and the clauses that say so
    more: int  # reasons beyond
    unknowns: str
    who: str
    verb: str
    address: str
    does: str


@dataclass
class Board:
    """What the list is made from (待办清单): counts of one's scope, and the words of the run."""

    request: HttpRequest
    scope: Scope
    health: Scope
    run: Run
    teller: Teller
    counted: list[Counted] = field(default_factory=list)

    @property
    def records(self) -> bool:
        """Whether the one who asks records facts, so that the list is theirs to work off."""
        return Permission.HOUSEHOLDS_WRITE in self.request.rights.permissions

    @property
    def day(self) -> date:
        """The working date."""
        found: date = self.request.day
        return found

    def totals(self, counted: Iterable[Counted] | None = None) -> Counter[str]:
        """Households by stretch of days."""
        found: Counter[str] = Counter()
        for due_on, households in by_day(self.counted if counted is None else counted).items():
            found[group_of(due_on, self.day)] += households
        return found

    def shown_matter(self, rule: str) -> str:
        """A matter that was asked for; nothing for one that rests on illness where that is nowhere open."""
        closed = self.teller.is_restricted(rule) and not self.health
        return "" if closed else rule

    def taken(self, wanted: Wanted) -> list[Counted]:
        """The counts that a part of the list is about."""
        if wanted == EVERYTHING:
            return self.counted
        low, high = range_of(wanted.division_code) if wanted.division_code else ("", "~")
        return [
            one for one in self.counted if low <= one.village_code <= high and wanted.takes(one)
        ]

    def lines(self, wanted: Wanted, start: int, stop: int) -> list[Line]:
        """A page of the list. Eight queries."""
        dated = sum(one.households for one in self.taken(wanted) if one.due_on is not None)
        scope = (
            ALL if whole(self.scope) else self.scope
        )  # the order of the index without a look aside
        # Held against one's own scope: everything that is here may be less than everything there is.
        health = ALL if self.scope.lies_in(self.health) else self.health
        items = items_of(scope, wanted, start=start, stop=stop, dated=dated, health=health)
        return lines_of(self, items)


def board_of(request: HttpRequest, run: Run, teller: Teller) -> Board:
    """The list of the one who asks. One query for the counts."""
    rights = request.rights
    scope = rights[Permission.EVALUATION_READ]
    health = rights[Permission.HEALTH_READ]
    counted = counted_work(scope, health=health)
    request.work_open = sum(one.households for one in counted)
    return Board(request, scope, health, run, teller, counted)


def lines_of(board: Board, items: Sequence[Item]) -> list[Line]:
    """Items with names, places and who answers for them. Seven queries."""
    day, keys = board.day, {one.household_id: one.division_code for one in items}
    rows = rows_of(list(keys), day, scope=board.scope)
    helpers, officers = answering_for(keys, day)
    known = roster(day).places
    apart = board.teller.villages
    place_of = {key: code if code in apart else "" for key, code in keys.items()}
    alike: dict[tuple[Any, ...], tuple[Told, list[tuple[str, str]]]] = {}  # a page has few patterns
    found = []
    for one in items:
        row = rows.get(one.household_id)
        health = board.health.covers(one.division_code, one.household_id)
        pattern = (
            one.rules,
            one.letters,
            repr((one.reasons, one.causes)),
            place_of[one.household_id],
            health,
        )
        if pattern not in alike:
            told = board.teller.tell(one, health=health)
            alike[pattern] = told, words.why(told)
        told, why = alike[pattern]
        place = known.get(one.division_code)
        names = helpers.get(one.household_id) or officers.get(one.division_code) or []
        page = reverse("register:household", args=[one.household_id])
        rule = told.callings[0].rule.id if told.callings else ""
        found.append(
            Line(
                one,
                row.head_name if row else "",
                row.number if row else "",
                place.name if place else one.division_code,
                (row.group_number.lstrip("0") if row else ""),
                words.due_words(one.due_on, day),
                one.due_on is not None and one.due_on < day,
                words.matter_words(told),
                why,
                max(len(told.callings) - words.MOST_SAID, 0),
                listed(of(text) for text in told.unknowns[: words.MOST_SAID]),
                listed(names),
                words.verb(told, records=board.records),
                page,
                reverse("register:why", args=[one.household_id, rule]) if rule else page,
            )
        )
    return found


@dataclass(frozen=True)
class Share:
    """How much of the list a place or a matter has (待办分布), by stretch of days."""

    words: str
    address: str
    counts: Counter[str]

    @property
    def total(self) -> int:
        """All of it."""
        return self.counts.total()

    @property
    def cells(self) -> list[tuple[str, int]]:
        """The counts in the order of the heads."""
        return [(group, self.counts[group]) for group in GROUPS]


def shares_by_place(board: Board, wanted: Wanted, place: str) -> list[Share]:
    """The places right under one, and those with most that is late first."""
    known = roster(board.day)
    reached = [one.code for one in known.under(place)] or [place]
    found: dict[str, Counter[str]] = {}
    for one in board.taken(wanted):
        code = next(
            (code for code in reached if one.village_code.startswith(prefix_of(code))),
            one.village_code,
        )
        counts = found.setdefault(code, Counter())
        counts[group_of(one.due_on, board.day)] += one.households
    shares = [
        Share(
            known.places[code].name if code in known.places else code,
            changed_query(board.request.GET, {"place": code, "by": _deeper(known, code)}),
            counts,
        )
        for code, counts in found.items()
    ]
    return sorted(shares, key=_urgent)


def _deeper(known: Roster, code: str) -> str | None:
    return "place" if known.under(code) else None


def shares_by_matter(board: Board, wanted: Wanted) -> list[Share]:
    """The rules that are most urgent somewhere."""
    found: dict[str, Counter[str]] = {}
    for one in board.taken(wanted):
        counts = found.setdefault(one.matter, Counter())
        counts[group_of(one.due_on, board.day)] += one.households
    shares = [
        Share(
            of(board.teller.matter(rule)),
            changed_query(board.request.GET, {"matter": rule, "by": None}),
            counts,
        )
        for rule, counts in found.items()
    ]
    return sorted(shares, key=_urgent)


def _urgent(share: Share) -> tuple[int, ...]:
    return tuple(-share.counts[group] for group in GROUPS)


def grouped(board: Board, wanted: Wanted, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The lines of a page under the heads of their stretch of days, with how many there are in all."""
    totals = board.totals(board.taken(wanted))
    found: list[dict[str, Any]] = []
    for line in lines:
        group = group_of(line.item.due_on, board.day)
        if not found or found[-1]["key"] != group:
            head, note = group_words(group)
            found.append(
                {"key": group, "head": head, "note": note, "total": totals[group], "lines": []}
            )
        found[-1]["lines"].append(line)
    return found
