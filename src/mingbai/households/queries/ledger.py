"""How a stock became another (增减台账): who came and went between two days, and why, to the last one.

The report of 2019 leaves 37,693 persons unexplained (S4-03). Here every one has a line: the stock of the
first day and all lines add up to the stock of the last, by construction and by test.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from mingbai.accounts.scopes import EVERYTHING, Scope
from mingbai.households.enums import MembershipReason, StatusKind, Subject
from mingbai.households.models import HouseholdLife, Membership, Residence, Status
from mingbai.households.queries.counting import Count, Standing

NEVER = date.max


class Time(NamedTuple):
    """A time of being in the stock (在册时段), and why it began and ended."""

    starts: date
    ends: date
    began: str
    ended: str


@dataclass
class Ledger:
    """The ledger of a stock between two days (增减台账). `reason → (households, persons)`, with signs."""

    opening: Count
    closing: Count
    lines: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def adds_up(self) -> bool:
        """Whether the lines explain the whole difference."""
        homes = sum(one[0] for one in self.lines.values())
        people = sum(one[1] for one in self.lines.values())
        return (
            self.opening.households + homes == self.closing.households
            and self.opening.persons + people == self.closing.persons
        )


#: Why members come and go, as the yearly adjustment counts them (自然增加, 自然减少).
_INTO = {reason.value: "natural_increase" for reason in MembershipReason}
_OUT = {reason.value: "natural_decrease" for reason in MembershipReason}
for _reason in (MembershipReason.SPLIT, MembershipReason.MERGE):
    _INTO[_reason.value] = _OUT[_reason.value] = _reason.value
_INTO[MembershipReason.MISTAKE.value] = _OUT[MembershipReason.MISTAKE.value] = "mistake"


def adjustment_ledger(
    start: date, end: date, *, standing: Standing = Standing.REGISTERED, scope: Scope = EVERYTHING
) -> Ledger:
    """What changed a stock after `start` up to `end` (S4-03). `standing`: registered or poor.

    Lines: identified, returned, exited, removed, status_ended, household_ended, natural_increase and
    natural_decrease (with the reason: ``natural_decrease.death``), split, merge, mistake, moved_in,
    moved_out. Five queries; everybody who ever was registered is looked at.
    """
    times = _stock_times(standing)
    places = _places(scope, times)
    homes = {home: list(_cross(times[home], places.get(home, ()))) for home in times}
    stays: dict[int, list[Time]] = defaultdict(list)
    founded: dict[int, set[date]] = defaultdict(set)
    for person, home, time in _stays(homes):
        stays[person].extend(_cross([time], homes[home], tie=True))
        if time.began == MembershipReason.SPLIT.value:
            founded[home].add(time.starts)
    for home, days in founded.items():
        homes[home] = [t._replace(began="split") if t.starts in days else t for t in homes[home]]
    lines: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for mine in homes.values():
        for reason, sign in _crossings(mine, start, end):
            lines[reason][0] += sign
    for mine in stays.values():
        for reason, sign in _crossings(mine, start, end):
            lines[reason][1] += sign
    opening, closing = _stocks(homes.values(), stays.values(), start, end)
    told = {name: (one[0], one[1]) for name, one in sorted(lines.items()) if one[0] or one[1]}
    return Ledger(opening, closing, told)


def _stocks(
    homes: Iterable[Iterable[Time]], people: Iterable[Iterable[Time]], start: date, end: date
) -> tuple[Count, Count]:
    tallies: Counter[tuple[int, date]] = Counter()
    for axis, group in enumerate((homes, people)):
        for mine in group:
            for day in {start, end}:
                tallies[axis, day] += any(time.starts <= day < time.ends for time in mine)
    return (
        Count("", tallies[0, start], tallies[1, start]),
        Count("", tallies[0, end], tallies[1, end]),
    )


def _crossings(times: Iterable[Time], start: date, end: date) -> Iterator[tuple[str, int]]:
    """Comings and goings after `start` up to `end`; leaving and coming back on one day is neither."""
    came: dict[date, list[str]] = defaultdict(list)
    went: dict[date, list[str]] = defaultdict(list)
    for time in times:
        came[time.starts].append(time.began)
        went[time.ends].append(time.ended)
    for day in {*came, *went}:
        if start < day <= end:
            both = min(len(came[day]), len(went[day]))
            yield from ((reason, 1) for reason in came[day][both:])
            yield from ((reason, -1) for reason in went[day][both:])


def _cross(left: Iterable[Time], right: Iterable[Time], *, tie: bool = False) -> Iterator[Time]:
    """Times that lie in both, with the reason of the one that begins last or ends first.

    When both end on one day it is the left that ended it; when both begin, the right with `tie`.
    """
    others = list(right)
    for one in left:
        for other in others:
            starts, ends = max(one.starts, other.starts), min(one.ends, other.ends)
            if starts < ends:
                later = one.starts < other.starts or (tie and one.starts == other.starts)
                sooner = other.ends < one.ends
                yield Time(
                    starts, ends, (other if later else one).began, (other if sooner else one).ended
                )


def _stock_times(standing: Standing) -> dict[int, list[Time]]:
    """Household → the times it was in the stock."""
    kinds = (StatusKind.REGISTERED, StatusKind.EXITED, StatusKind.REMOVED)
    rows = Status.objects.recorded().filter(subject=Subject.HOUSEHOLD, kind__in=kinds)
    by_kind: dict[str, dict[int, list[tuple[date, date]]]] = {
        kind.value: defaultdict(list) for kind in kinds
    }
    for key, kind, starts, ends in rows.order_by("valid_from").values_list(
        "subject_id", "kind", "valid_from", "valid_to"
    ):
        by_kind[kind][key].append((starts, ends or NEVER))
    lives = HouseholdLife.objects.recorded().exclude(valid_to=None)
    ended = {
        home: (day, why)
        for home, day, why in lives.values_list("household_id", "valid_to", "ended_because")
    }
    found: dict[int, list[Time]] = {}
    for key, mine in by_kind[StatusKind.REGISTERED.value].items():
        removed = {starts for starts, _ in by_kind[StatusKind.REMOVED.value][key]}
        times = [Time(s, e, "identified", _end_of(e, removed, ended.get(key))) for s, e in mine]
        if standing == Standing.POOR:
            times = list(_without(times, by_kind[StatusKind.EXITED.value][key]))
        found[key] = times
    return found


def _end_of(day: date, removed: set[date], ended: tuple[date, str] | None) -> str:
    if ended is not None and ended[0] == day:
        return f"household_ended.{ended[1] or 'other'}"
    # A place that was loaded keeps no episode of removal: the registration simply ends.
    return "removed" if day in removed or ended is None else "status_ended"


def _without(times: Iterable[Time], holes: list[tuple[date, date]]) -> Iterator[Time]:
    """Registered times less exited ones: exit and return are their edges."""
    for time in times:
        starts, began = time.starts, time.began
        for out, back in holes:
            if out >= time.ends or back <= starts:
                continue
            if starts < out:
                yield Time(starts, out, began, "exited")
            starts, began = back, "returned"
        if starts < time.ends:
            yield Time(starts, time.ends, began, time.ended)


def _places(scope: Scope, times: dict[int, list[Time]]) -> dict[int, list[Time]]:
    """Household → the times it lived inside the scope."""
    if scope.everything:
        always = [Time(date.min, NEVER, "moved_in", "moved_out")]
        return dict.fromkeys(times, always)
    found: dict[int, list[Time]] = defaultdict(list)
    rows = Residence.objects.recorded().filter(scope.rows())
    for home, starts, ends in rows.values_list("household_id", "valid_from", "valid_to"):
        found[home].append(Time(starts, ends or NEVER, "moved_in", "moved_out"))
    return found


def _stays(homes: dict[int, list[Time]]) -> Iterator[tuple[int, int, Time]]:
    registered = Status.objects.recorded().filter(
        subject=Subject.HOUSEHOLD, kind=StatusKind.REGISTERED
    )
    rows = Membership.objects.recorded().filter(household_id__in=registered.values("subject_id"))
    columns = ("person_id", "household_id", "valid_from", "valid_to", "reason_in", "reason_out")
    for person, home, starts, ends, why, why_not in rows.values_list(*columns):
        if home in homes:
            began = _named(_INTO, why, "natural_increase")
            ended = _named(_OUT, why_not, "natural_decrease")
            yield person, home, Time(starts, ends or NEVER, began, ended)


def _named(names: dict[str, str], reason: str, otherwise: str) -> str:
    name = names.get(reason, otherwise)
    return f"{name}.{reason or 'other'}" if name.startswith("natural") else name
