"""What comes next and what came last (下一步，最近的经过), on the page of a household."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mingbai.decisions.models import WorkItem
from mingbai.desk.components.words import listed, of
from mingbai.desk.register.blocks import KINDS, what_happened
from mingbai.desk.register.standing import FEW, Standing, StateLine
from mingbai.households.queries import Happening, HouseholdView

#: Lines of the timeline on the page.
MOST = 9
#: Names that a line takes; more are counted.
FEW_NAMES = 2


@dataclass(frozen=True)
class Next:
    """The one thing to do next (下一步): because of what, by when, what to ask while there."""

    calls: tuple[StateLine, ...]
    due_on: date | None
    late: int  # days beyond it
    left: int  # days until it
    questions: tuple[tuple[str, str], ...]  # how it is asked, who may know it
    more: int


def next_step(household_id: int, standing: Standing, today: date) -> Next:
    """What is next, from the states and the day the work list gives. One query."""
    row = WorkItem.objects.recorded().filter(household_id=household_id).order_by("-id")
    due_on = row.values_list("due_on", flat=True).first() if standing.called else None
    days = (due_on - today).days if due_on else 0
    questions = tuple((of(one.ask), of(one.owner)) for one in standing.questions[:FEW])
    return Next(
        standing.called, due_on, max(0, -days), max(0, days), questions,
        len(standing.questions) - len(questions),
    )  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A line of the timeline (经过一行), for the component."""

    when: date
    kind: str
    text: str
    address: str = ""
    tone: str = ""


def recent(happened: Iterable[Happening], view: HouseholdView) -> list[Entry]:
    """The newest happenings; those of one day and kind are one line."""
    people = {one.person_id: one.name for one in view.members}
    found = []
    for (day, kind), group in groupby(happened, key=lambda one: (one.day, one.kind)):
        ones = list(group)
        found.append(Entry(day, _(KINDS.get(kind, kind)), _together(ones, people)))
        if len(found) == MOST:
            break
    return found


def _together(ones: list[Happening], people: dict[int, str]) -> str:
    """What happened to whom: topics with how many members, or the members by name."""
    by_what: dict[str, list[str]] = {}
    for one in ones:
        name = people.get(one.person_id or 0, "")
        by_what.setdefault(what_happened(one), []).append(name)
    return listed(_about(what, names) for what, names in by_what.items())


def _about(what: str, names: list[str]) -> str:
    told = list(dict.fromkeys(name for name in names if name))
    if not told:
        return what
    n = len(told)
    whom = listed(told) if n <= FEW_NAMES else ngettext("{n} 人", "{n} 人", n).format(n=n)
    return _("{whom} {what}").format(whom=whom, what=what).strip()
