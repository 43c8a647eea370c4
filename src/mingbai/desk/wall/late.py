"""What is late and where (哪里晚了), and what falls due next, from the tallies of the work list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.decisions.queries import latest_runs, run_over
from mingbai.decisions.worklist import Counted, Teller, counted_work, is_counted
from mingbai.desk.access import scope_for
from mingbai.desk.components.words import listed, of
from mingbai.desk.home.work import LATE
from mingbai.desk.places.asking import Asked
from mingbai.documents.drawing import Column, columns
from mingbai.places.codes import LENGTH
from mingbai.places.remembered import Place

#: How many days ahead are drawn, how many shades a tile may have, and how many places a sentence names.
AHEAD, SHADES, NAMED = 10, 5, 3
#: Units across a drawing: few, so that its words are large.
WIDE = 420


@dataclass(frozen=True)
class Tile:
    """A place of the grid (格) and how many households wait there. By code: it is no map."""

    name: str
    households: int
    address: str
    shade: int  # nobody: 0; the place with most: 5


@dataclass(frozen=True)
class Late:
    """What waits beyond its day (逾期): where, since when, and what comes next.

    Where the rules give no days at all nothing can be late: the tiles then show all that is to be seen to.
    """

    dated: bool
    tiles: tuple[Tile, ...]
    total: int
    longest: int  # days
    most: str  # the places that have half of it, where they are few
    soon: int  # due in the days that are drawn
    drawn: SafeString


@dataclass(frozen=True)
class Matter:
    """What is to be seen to (事项): households by their most urgent rule that may be told."""

    words: str
    open: int
    late: int
    address: str


def work_of(asked: Asked) -> list[Counted] | None:
    """What is to be seen to in a place; None before the first evaluation. Two queries."""
    if not is_counted(asked.states_scope):
        return None
    health = scope_for(asked.request, Permission.HEALTH_READ)
    return counted_work(asked.states_scope, asked.place.code, health=health)


def late_of(asked: Asked, work: Sequence[Counted]) -> Late:
    """Where what is late, and what comes next."""
    by_day: Counter[date] = Counter()
    by_place: Counter[str] = Counter()
    dated = any(one.due_on is not None for one in work)
    for one in work:
        if one.due_on is not None:
            by_day[one.due_on] += one.households
        if not dated or (one.due_on is not None and one.due_on < asked.day):
            by_place[one.village_code[: asked.digits].ljust(LENGTH, "0")] += one.households
    oldest = min((day for day in by_day if day < asked.day), default=asked.day)
    below = asked.roster.under(asked.place.code)
    ahead = [asked.day + timedelta(days=step) for step in range(AHEAD)]
    return Late(
        dated, tuple(_tile(one, by_place, LATE if dated else "") for one in below), by_place.total(),
        (asked.day - oldest).days, _half(below, by_place), sum(by_day[day] for day in ahead),
        _drawn(ahead, by_day),
    )  # fmt: skip


def matters_of(asked: Asked, work: Sequence[Counted]) -> list[Matter]:
    """By matter, those with most that is late first. Three queries."""
    run = run_over(latest_runs(), asked.place.code)
    if run is None:
        return []
    teller = Teller(run.pack, run.as_of, ())
    open_: Counter[str] = Counter()
    late: Counter[str] = Counter()
    for one in work:
        open_[one.matter] += one.households
        is_late = one.due_on is not None and one.due_on < asked.day
        late[one.matter] += one.households if is_late else 0
    home = reverse("home")
    found = [
        Matter(
            of(teller.matter(rule)), count, late[rule], f"{home}?{urlencode({'matter': rule})}",
        )
        for rule, count in open_.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.late, -one.open))


def _tile(place: Place, waiting: Mapping[str, int], tab: str) -> Tile:
    count, most = waiting.get(place.code, 0), max(waiting.values(), default=0)
    shade = -(-SHADES * count // most) if count else 0
    query = urlencode({**({"tab": tab} if tab else {}), "place": place.code})
    return Tile(place.name, count, f"{reverse('home')}?{query}" if count else "", shade)


def _half(below: Sequence[Place], late: Counter[str]) -> str:
    """The fewest places that have half of all that is late; nothing where it takes many."""
    names = {one.code: one.name for one in below}
    ranked = late.most_common()
    sums = list(accumulate(count for _, count in ranked))
    needed = next((at for at, so_far in enumerate(sums, 1) if 2 * so_far >= late.total()), 0)
    if not 0 < needed <= NAMED or len(below) <= needed:
        return ""
    return listed(names.get(code, code) for code, _ in ranked[:needed])


def _drawn(ahead: Sequence[date], due: Mapping[date, int]) -> SafeString:
    """A column a day, today's in red: what is due on it must be done on it."""
    items = [
        Column(
            due.get(day, 0), str(day.day),
            _("{day} 到期 {n} 户").format(day=date_format(day, "m-d"), n=due.get(day, 0)),
            "fg" if at else "fz", over=f"{due.get(day, 0):,}",
        )
        for at, day in enumerate(ahead)
    ]  # fmt: skip
    return SafeString(columns(items, said=_("往后十天，每天到期的户数"), height=90, width=WIDE))
