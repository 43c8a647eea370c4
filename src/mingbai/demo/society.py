"""The people of a place while it is built (人口的数组形式): one array a field, days as whole numbers.

Nearly eight hundred thousand persons and no loop over them: every step works on whole arrays, and text is
made once, at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Days = NDArray[np.int32]
Ints32 = NDArray[np.int32]
Codes = NDArray[np.int8]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

OPEN = 2_000_000  # a day that never comes: the row still holds
_EPOCH = date(1970, 1, 1).toordinal()

# Classes of households at the anchor day; the last three are on the register of the poor.
CLASSES = ("general", "exited", "left", "floor")
GENERAL, EXITED, LEFT, FLOOR = range(4)

# The 28 relations to the head, in the order of the national code list (与户主关系).
RELATIONS = (
    "head", "spouse", "son", "daughter", "daughter_in_law", "son_in_law", "grandson",
    "granddaughter", "grandson_maternal", "granddaughter_maternal", "father", "mother",
    "wife_father", "wife_mother", "husband_father", "husband_mother", "grandfather",
    "grandmother", "grandfather_maternal", "grandmother_maternal", "sibling", "great_grandson",
    "great_granddaughter", "nephew", "niece", "brother_wife", "uncle", "other",
)  # fmt: skip
RELATION = {name: at for at, name in enumerate(RELATIONS)}
REASONS = (
    "initial", "birth", "marriage", "death", "married_out", "moved_out", "new_head",
)  # fmt: skip
REASON = {name: at for at, name in enumerate(REASONS)}


def day_of(day: date) -> int:
    """Days since 1970 of a date."""
    return day.toordinal() - _EPOCH


def date_of(day: int) -> date:
    return date.fromordinal(int(day) + _EPOCH)


def year_start(year: int) -> int:
    return day_of(date(year, 1, 1))


def years_of(days: NDArray[Any]) -> NDArray[np.int64]:
    """The calendar year of each day."""
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def ages(births: Days, day: int) -> NDArray[np.int64]:
    """Full years of age on a day (周岁), by calendar date as the law counts them."""
    born = births.astype("datetime64[D]")
    years = years_of(births)
    at = date_of(day)
    months = born.astype("datetime64[M]").astype(np.int64) % 12 + 1
    days = (born - born.astype("datetime64[M]")).astype(np.int64) + 1
    before = (months > at.month) | ((months == at.month) & (days > at.day))
    return at.year - years - before


@dataclass
class Households:
    """Households (户): village and class are positions, days are whole numbers."""

    village: NDArray[np.int32]
    group: NDArray[np.int32]
    klass: Codes
    stage: Codes  # position among the classes of the place's file, -1: general
    start: Days
    end: Days
    # The register of the poor: from, to, and the day of exit (OPEN: none).
    listed: Days
    unlisted: Days
    exited: Days
    removed: Flags
    cause: Codes = field(default_factory=lambda: np.zeros(0, np.int8))
    returned: Days = field(default_factory=lambda: np.zeros(0, np.int32))
    exited_again: Days = field(default_factory=lambda: np.zeros(0, np.int32))

    @property
    def count(self) -> int:
        return int(self.village.size)

    def on_register(self, day: int) -> Flags:
        """Whether each household is on the register (建档立卡) on a day."""
        return np.asarray((self.listed <= day) & (self.unlisted > day))

    def poor(self, day: int) -> Flags:
        """Whether it is on the register and has not exited (在册未脱贫)."""
        out = (self.exited <= day) & ~((self.returned <= day) & (self.exited_again > day))
        return np.asarray(self.on_register(day) & ~out)


@dataclass
class Persons:
    """Persons (人): everybody who lives, or lived, in the place since its first day."""

    birth: Days
    male: Flags
    died: Days
    surname: NDArray[np.int32]
    given: NDArray[np.int32]
    ethnicity: Codes

    @property
    def count(self) -> int:
        return int(self.birth.size)


@dataclass
class Memberships:
    """Who belongs to which household, from when to when (户成员)."""

    person: NDArray[np.int32]
    household: NDArray[np.int32]
    relation: Codes
    start: Days
    end: Days
    came: Codes
    left: Codes

    def on(self, day: int) -> Ints:
        """Positions of the memberships that hold on a day."""
        return np.flatnonzero((self.start <= day) & (self.end > day))

    def add(self, **columns: NDArray[Any]) -> None:
        for name in ("person", "household", "relation", "start", "end", "came", "left"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, columns[name].astype(old.dtype)]))


@dataclass
class Society:
    """The whole rural population of a place, and the days that matter."""

    households: Households
    persons: Persons
    memberships: Memberships
    anchor: int
    base: int
    first: int
    until: int
    settings: dict[str, Any]
    local: dict[str, Any]
    villages: list[Any]
    surnames: list[str] = field(default_factory=list)
    givens: list[str] = field(default_factory=list)
    ethnicities: list[str] = field(default_factory=list)
    household_ids: Any = None
    person_ids: Any = None

    def sizes(self, day: int) -> Ints:
        """Members of each household on a day."""
        members = self.memberships
        rows = members.on(day)
        return np.bincount(members.household[rows], minlength=self.households.count)

    def members(self, day: int, chosen: Flags | None = None) -> tuple[Ints, Ints]:
        """Persons and households of the memberships of a day, of chosen households only."""
        rows = self.memberships.on(day)
        if chosen is not None:
            rows = rows[chosen[self.memberships.household[rows]]]
        return (
            self.memberships.person[rows].astype(np.int64),
            self.memberships.household[rows].astype(np.int64),
        )
