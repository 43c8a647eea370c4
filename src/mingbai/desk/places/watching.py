"""The comparison of places (各地比较): households, persons, who is watched, their share, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.utils.safestring import mark_safe

from mingbai.desk.places.asking import Asked
from mingbai.desk.places.counting import Counted
from mingbai.desk.places.standing import Evaluated, Sums
from mingbai.desk.register.list_asking import ANY, GAP
from mingbai.documents.drawing import share_bar
from mingbai.households.daycounts import NONE, Counts
from mingbai.households.queries.counting import Standing
from mingbai.households.queries.daily import month_ends, standing_of
from mingbai.places.enums import Universe
from mingbai.places.rates import denominators_under
from mingbai.places.remembered import Place

#: Points of the trend: the last month ends, and the day itself.
MONTHS = 12
#: From so many times the mean on a place stands out.
FAR = Decimal("1.5")
#: One household more counts for so many per cent points: from there on a place is called small.
SMALL = Decimal("0.1")
KEYS = (
    "name", "households", "persons", "watched", "watched_persons", "share", "before", "change",
    "unmet", "unknown", "unsupplied", "gaps",
)  # fmt: skip


@dataclass(frozen=True)
class Base:
    """What a share divides by (分母): persons, counted on a day, who says so."""

    persons: int
    day: date
    source: str


def share_of(part: int, whole: int) -> Decimal | None:
    """Per cent to two places; None over nobody, or where the parts are more than the whole."""
    if not 0 <= part <= whole or not whole:
        return None
    return (Decimal(100) * part / whole).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Line:
    """A place as a row of the comparison (比较行)."""

    asked: Asked
    place: Place
    counts: Counts
    base: Base | None
    earlier: Counts | None  # on the day that is compared with
    trend: tuple[int | None, ...]  # watched persons at the month ends and on the day
    found: Evaluated | None
    mean: Decimal | None = None  # of the whole
    largest: Decimal = Decimal(0)
    whole: bool = False  # the last line
    moved: bool = False  # codes changed since the day that is compared with

    @property
    def under(self) -> str:
        """The place above a row that does not lie right below the page's."""
        if not self.asked.villages:
            return ""
        above = self.asked.roster.places.get(self.place.parent)
        return above.name if above else ""

    @property
    def households(self) -> int:
        return standing_of(self.counts, Standing.ALL)[0]

    @property
    def persons(self) -> int:
        return standing_of(self.counts, Standing.ALL)[1]

    @property
    def watched(self) -> int:
        return standing_of(self.counts, Standing.WATCHED)[0]

    @property
    def watched_persons(self) -> int:
        return standing_of(self.counts, Standing.WATCHED)[1]

    @cached_property
    def share(self) -> Decimal | None:
        """Watched persons of a hundred; None: no denominator, or one that is too small to be right."""
        return share_of(self.watched_persons, self.base.persons) if self.base else None

    @cached_property
    def sums(self) -> Sums | None:
        """Over the indicators; only rows that are shown are added up."""
        if self.found is None:
            return None
        return self.found.sums("" if self.whole else self.place.code)

    @property
    def before(self) -> int | None:
        return None if self.earlier is None else standing_of(self.earlier, Standing.WATCHED)[1]

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.watched_persons - self.before

    @property
    def unmet(self) -> int | None:
        return self.sums.unmet if self.sums else None

    @property
    def unknown(self) -> int | None:
        return self.sums.unknown if self.sums else None

    @property
    def unsupplied(self) -> int | None:
        return self.sums.unsupplied if self.sums else None

    @property
    def gaps(self) -> int | None:
        return self.sums.gaps if self.sums else None

    @property
    def bar(self) -> str:
        """The share as a bar with a tick at the mean; red where it is far above it."""
        if self.share is None:
            return ""
        far = self.mean is not None and self.share >= FAR * self.mean > 0
        drawn = share_bar(
            float(self.share), float(self.largest) or 1, said=f"{self.share} %",
            at=None if self.mean is None else float(self.mean), tone="fz" if far else "fg", width=110,
        )  # fmt: skip
        return mark_safe(drawn)  # noqa: S308 — the builder escapes every text where it enters

    @property
    def one_more(self) -> Decimal | None:
        """By how many per cent points one household more would raise the share; None in large places."""
        if not self.base or not self.households or not self.base.persons:
            return None
        size = Decimal(self.persons) / self.households
        points = (100 * size / self.base.persons).quantize(Decimal("0.01"))
        return points if points >= SMALL else None

    # Where the figures lead

    @property
    def address(self) -> str:
        return self.asked.page_of(self.place.code)

    @property
    def all_list(self) -> str:
        return self.asked.list_of(self.place.code)

    @property
    def watched_list(self) -> str:
        return self.asked.list_of(self.place.code, kind=Standing.WATCHED)

    @property
    def people_list(self) -> str:
        return self.asked.people_of(self.place.code)

    @property
    def watched_people(self) -> str:
        return self.asked.people_of(self.place.code, kind=Standing.WATCHED)

    @property
    def before_list(self) -> str:
        """The persons of the other day; none where places were re-coded or merged in between."""
        if self.asked.against is None or self.moved or not self.before:
            return ""
        code, day = self.place.code, self.asked.against
        return self.asked.people_of(code, kind=Standing.WATCHED, day=day)

    @property
    def unmet_list(self) -> str:
        return self.asked.list_of(self.place.code, state=f"{ANY}:unmet")

    @property
    def unknown_list(self) -> str:
        return self.asked.list_of(self.place.code, state=f"{ANY}:unknown")

    @property
    def unsupplied_list(self) -> str:
        return self.asked.list_of(self.place.code, state=f"{ANY}:unsupplied")

    @property
    def gaps_list(self) -> str:
        return self.asked.list_of(self.place.code, state=f"{GAP}:unmet")


@dataclass(frozen=True)
class Comparison:
    """The rows of a page, the whole, and what the shares are of (比较表)."""

    lines: tuple[Line, ...]
    whole: Line
    elsewhere: int  # households of the whole that live in none of the rows
    universe: Universe | None  # none: of the persons in the register on the day
    days: tuple[date, ...]  # of the trend

    @property
    def smallest(self) -> Line | None:
        """The smallest place, where one household more changes its share."""
        some = [line for line in self.lines if line.one_more is not None]
        return min(some, key=lambda line: line.persons, default=None)

    @property
    def trend_known(self) -> bool:
        return any(value is not None for value in self.whole.trend)

    @property
    def counted_days(self) -> list[date]:
        """The days on which the denominators were counted, the oldest first."""
        return sorted({line.base.day for line in (*self.lines, self.whole) if line.base})

    @property
    def sources(self) -> list[str]:
        return sorted({line.base.source for line in (*self.lines, self.whole) if line.base})


def compare(
    asked: Asked, places: list[Place], counted: Counted, found: Evaluated | None
) -> Comparison:
    """Places side by side, and what they come to. One query beside those of `counted`."""
    now = counted.by_place(asked.day, asked.digits)
    days = tuple(trend_days(asked.day))
    earlier = counted.by_place(asked.against, asked.digits) if asked.against else None
    trends, whole_trend = _trends(counted, days, asked.digits)
    total = counted.whole(asked.day)
    moved = bool(asked.against and counted.moved_since(asked.against))
    universe, bases, whole_base = _bases(asked, [one.code for one in places], now, total)
    mean = (
        share_of(standing_of(total, Standing.WATCHED)[1], whole_base.persons) if whole_base else None
    )  # fmt: skip
    shares = [
        share_of(standing_of(now.get(one.code, NONE), Standing.WATCHED)[1], bases[one.code].persons)
        for one in places
        if one.code in bases
    ]
    largest = max([one for one in (*shares, mean) if one is not None], default=Decimal(0))
    lines = tuple(
        Line(
            asked, one, now.get(one.code, NONE), bases.get(one.code),
            earlier.get(one.code, NONE) if earlier is not None else None,
            trends.get(one.code, (None,) * len(days)), found, mean, largest, moved=moved,
        )
        for one in places
    )  # fmt: skip
    whole = Line(
        asked, asked.place, total, whole_base,
        counted.whole(asked.against) if asked.against else None, whole_trend, found, mean, largest,
        whole=True, moved=moved,
    )  # fmt: skip
    elsewhere = whole.households - sum(line.households for line in lines)
    return Comparison(lines, whole, elsewhere, universe, days)


def trend_days(day: date) -> list[date]:
    """The last month ends and the day."""
    ends = month_ends(day, MONTHS)
    return ends if ends[-1] == day else [*ends, day]


def _trends(
    counted: Counted, days: tuple[date, ...], digits: int
) -> tuple[dict[str, tuple[int | None, ...]], tuple[int | None, ...]]:
    """Watched persons by place; days before anybody at all was watched have no point."""
    whole = [standing_of(counted.whole(day), Standing.WATCHED)[1] for day in days]
    first = next((at for at, persons in enumerate(whole) if persons), len(whole))

    def known(row: list[int]) -> tuple[int | None, ...]:
        return tuple(None if at < first else persons for at, persons in enumerate(row))

    series = counted.series(Standing.WATCHED, days, digits)
    return {code: known([persons for _, persons in row]) for code, row in series.items()}, known(
        whole
    )


def _bases(
    asked: Asked, codes: list[str], now: Mapping[str, Counts], total: Counts
) -> tuple[Universe | None, dict[str, Base], Base | None]:
    """What shares divide by, and that of the whole: the rural population where each row has one.

    Else the persons in the register on the day. The whole's is the sum of the rows', so that the last line
    adds up; where the rows are a part only, its own.
    """
    found = denominators_under(asked.place.code, Universe.RURAL_REGISTERED, asked.day)
    inhabited = [code for code in codes if code in now]
    if inhabited and all(code in found for code in inhabited):
        bases = {code: Base(*found[code]) for code in codes if code in found}
        if sum(now[code][0] for code in inhabited) == total[0]:
            newest = max(one.day for one in bases.values())
            sources = sorted({one.source for one in bases.values()})
            whole = Base(sum(one.persons for one in bases.values()), newest, sources[0])
            return Universe.RURAL_REGISTERED, bases, whole
        own = found.get(asked.place.code)
        return Universe.RURAL_REGISTERED, bases, Base(*own) if own else None
    persons = {code: standing_of(now[code], Standing.ALL)[1] for code in inhabited}
    everybody = standing_of(total, Standing.ALL)[1]
    return (
        None,
        {code: Base(count, asked.day, "") for code, count in persons.items() if count},
        Base(everybody, asked.day, "") if everybody else None,
    )


def ordered(lines: tuple[Line, ...], key: str, *, down: bool) -> list[Line]:
    """Rows in the order of a column; those without a value come last either way."""
    if key == "name":
        return sorted(lines, key=lambda line: line.place.code, reverse=down)
    some = [line for line in lines if getattr(line, key) is not None]
    rest = [line for line in lines if getattr(line, key) is None]
    some.sort(key=lambda line: line.place.code)
    return sorted(some, key=lambda line: getattr(line, key), reverse=down) + rest
