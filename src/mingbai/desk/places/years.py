"""Years of a place (历年): the poor while they were counted, the watched since; never joined."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from mingbai.desk.places.asking import Asked
from mingbai.desk.places.counting import Counted
from mingbai.desk.places.watching import Base, share_of
from mingbai.households.queries.counting import Standing
from mingbai.households.queries.daily import standing_of
from mingbai.places.enums import Universe
from mingbai.places.models import Denominator
from mingbai.places.rates import denominators_of


@dataclass(frozen=True)
class Year:
    """A day of the table of years (历年一列). `first`: the definition changes before it."""

    day: date
    standing: Standing
    households: int
    persons: int
    base: Base | None
    share: Decimal | None
    address: str
    people: str  # the persons behind the figure
    first: bool = False

    @property
    def words(self) -> str:
        """Who is counted on the day."""
        return _("监测对象") if self.standing == Standing.WATCHED else _("在册未脱贫")


def years_of(asked: Asked, counted: Counted, ends: list[date]) -> list[Year]:
    """Year ends and the day of the page. One query.

    The poor are counted while more of the register are poor than watched, from then on the watched: the
    first marginal households were written down while others had still to exit (渌口 2019). A share only where
    all of the place is in scope and a rural population was counted by then.
    """
    days = [*ends, asked.day]
    watched = next((day for day in days if is_watched(counted, day)), None)
    bases = denominators_of(asked.place.code, Universe.RURAL_REGISTERED) if asked.whole else []
    found: list[Year] = []
    for day in days:
        standing = Standing.WATCHED if watched and day >= watched else Standing.POOR
        if counted.everywhere(day, standing):
            first = bool(found) and found[-1].standing != standing
            found.append(_year(asked, counted, day, standing, bases, first=first))
    return found


def is_watched(counted: Counted, day: date) -> bool:
    """Whether the register speaks of the watched on a day, and no longer of the poor."""
    persons = counted.everywhere(day, Standing.WATCHED)
    return persons > 0 and persons >= counted.everywhere(day, Standing.POOR)


def years_words(found: list[Year]) -> str:
    """Which definitions the table has."""
    if len({one.standing for one in found}) > 1:
        return _("先是在册未脱贫的，后来是监测对象；两段定义不同，不连成一条线")
    return found[0].words if found else ""


def _year(
    asked: Asked, counted: Counted, day: date, standing: Standing, bases: list[Denominator], *,
    first: bool,
) -> Year:  # fmt: skip
    households, persons = standing_of(counted.whole(day), standing)
    by_then = [one for one in bases if one.counted_on <= day]
    base = (
        Base(by_then[-1].value, by_then[-1].counted_on, by_then[-1].source) if by_then else None
    )  # fmt: skip
    share = share_of(persons, base.persons) if base else None
    code = counted.place_on(day)
    address = asked.list_on(day, code, kind=standing) if code and households else ""
    people = asked.people_of(code, kind=standing, day=day) if address else ""
    return Year(day, standing, households, persons, base, share, address, people, first)
