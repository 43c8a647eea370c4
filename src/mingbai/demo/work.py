"""Labour and work (劳动能力与务工): who is able follows from age, health and school."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mingbai.demo.context import Context
from mingbai.demo.exact import Floats, InexactError, Ints
from mingbai.demo.rows import sum_of
from mingbai.demo.schooling import stage_of
from mingbai.demo.shocks import KINDS, Shocks
from mingbai.demo.sizes import pick
from mingbai.demo.society import FLOOR, Codes, Flags, Society, ages, day_of, years_of
from mingbai.demo.society import year_start as first_day
from mingbai.demo.traits import Traits

LABOUR = ("ordinary", "skilled", "weak", "lost", "none")
ORDINARY, SKILLED, WEAK, LOST, NONE = range(5)
EDUCATION = ("illiterate", "primary", "junior", "senior", "college", "bachelor")
CHANNELS = ("", "transfer", "local")
PLACES = ("", "本乡镇", "本县", "本省", "广东省", "浙江省", "福建省", "江苏省", "上海市", "北京市")
_AWAY = np.array([0, 0, 0.24, 0.2, 0.34, 0.1, 0.05, 0.03, 0.02, 0.02])
# Shares of the six levels of education by decade of birth, first those born before 1940.
_ATTAINED = np.array([
    [0.62, 0.33, 0.04, 0.01, 0, 0], [0.42, 0.46, 0.10, 0.02, 0, 0], [0.20, 0.52, 0.23, 0.05, 0, 0],
    [0.08, 0.45, 0.38, 0.09, 0, 0], [0.03, 0.28, 0.57, 0.10, 0.015, 0.005],
    [0.015, 0.16, 0.60, 0.16, 0.045, 0.02], [0.01, 0.06, 0.55, 0.20, 0.11, 0.07],
    [0.01, 0.03, 0.48, 0.28, 0.12, 0.08],
])  # fmt: skip


def labour_of(society: Society, traits: Traits, persons: Ints, day: int) -> Codes:
    """Ability to work on a day (劳动技能): full from 16 to 59 if healthy and not in school."""
    age = ages(society.persons.birth[persons], day)
    stage, _ = stage_of(society, traits, persons, day_year(day))
    grade, vigour = traits.disability_grade[persons], traits.vigour[persons]
    result = np.where(vigour > 0.86, SKILLED, ORDINARY)
    result = np.where((traits.chronic[persons] > 0) & (vigour < 0.35), WEAK, result)
    result = np.where(traits.major[persons] > 0, np.where(vigour < 0.5, LOST, WEAK), result)
    result = np.where(grade >= 3, WEAK, result)
    result = np.where((grade > 0) & (grade <= 2), LOST, result)
    old = np.where((vigour > 0.4 + (age - 60) * 0.045) & (result != LOST), WEAK, NONE)
    result = np.where(age >= 60, old, result)
    return np.where((age < 16) | (stage > 0), NONE, result).astype(np.int8)


def day_year(day: int) -> int:
    """The school year that runs on a day."""
    year = int(years_of(np.array([day], dtype=np.int32))[0])
    return year if day >= first_day(year) + 243 else year - 1


def meet_labour(context: Context, society: Society, traits: Traits) -> tuple[Ints, Codes, Flags]:
    """Labour of all at the anchor day, with the published split of those still poor; who is on the floor."""
    persons, homes = society.members(society.anchor)
    labour = labour_of(society, traits, persons, society.anchor)
    houses = society.households
    floor = np.zeros(society.persons.count, dtype=bool)
    if society.local["floor"] == "class":
        mine = houses.klass[homes] == FLOOR
        labour[mine & (labour < LOST)] = LOST
        floor[persons[mine]] = True
        return persons, labour, floor
    poor = np.flatnonzero(houses.poor(society.anchor)[homes])
    able = sum_of(context, society.local["able"])
    age = ages(society.persons.birth[persons[poor]], society.anchor)
    score = _ability(labour[poor], age, traits.vigour[persons[poor]])
    order = np.argsort(-score, kind="stable")
    if not score[order[able - 1]] > 0:
        raise InexactError(f"{able} able persons among {poor.size} poor")
    chosen, rest = poor[order[:able]], poor[order[able:]]
    labour[chosen] = np.minimum(labour[chosen], WEAK)
    labour[rest[labour[rest] < LOST]] = LOST
    floor[persons[rest]] = True
    return persons, labour, floor


def _ability(labour: Codes, age: Ints, vigour: Floats) -> Floats:
    """Ranks the poor by how able they are; children and the very old are not (0)."""
    base = np.array([3.0, 3.2, 2.0, 0.9, 0.8])[labour] + vigour * 0.5
    return np.asarray(np.where((age < 16) | (age > 75), 0.0, base))


def attained(society: Society, traits: Traits, persons: Ints) -> NDArray[np.int64]:
    """Education of who has left school, by decade of birth and the same path that leads through school."""
    decade = ((years_of(society.persons.birth[persons]) - 1930) // 10).clip(0, len(_ATTAINED) - 1)
    edges = np.cumsum(_ATTAINED, axis=1)
    rank = 1 - traits.path[persons]
    lower = (traits.disability_grade[persons] > 0) * 0.7
    level = (edges[decade] < (rank * (1 - lower))[:, None]).sum(axis=1)
    return np.asarray(level.clip(0, len(EDUCATION) - 1))


def build(context: Context, society: Society, traits: Traits, shocks: Shocks) -> Flags:
    """Work by year: of everybody in the anchor year, of the registered in other years.

    In the last years also of those whom a blow hit: the watched are asked what the registered are asked.
    """
    persons, labour, floor = meet_labour(context, society, traits)
    year = int(years_of(np.array([society.anchor], dtype=np.int32))[0])
    hit = _Stops(society, shocks)
    before = _asked(society, traits, year - 1)
    _put_year(context, society, traits, year - 1, *before, hit, exact=False)
    exact = "employed" in society.local
    _put_year(context, society, traits, year, persons, labour, hit, exact=exact)
    last = int(years_of(np.array([society.until], dtype=np.int32))[0])
    for later in range(
        max(year + 1, last - 2), last + (society.until > day_of(context.place.as_of))
    ):
        asked = _asked(society, traits, later, struck=np.unique(shocks.household))
        _put_year(context, society, traits, later, *asked, hit, exact=False)
    return floor


def _asked(
    society: Society, traits: Traits, year: int, struck: Ints | None = None
) -> tuple[Ints, Codes]:
    """The registered, and the members of households that were struck, with their labour."""
    day = min(first_day(year + 1) - 1, society.until)
    persons, homes = society.members(day)
    kept = traits.registered[persons]
    if struck is not None:
        kept = kept | np.isin(homes, struck)
    return persons[kept], labour_of(society, traits, persons[kept], day)


class _Stops:
    """Whose work ended on which day (务工中断), from the true blows."""

    def __init__(self, society: Society, shocks: Shocks) -> None:
        lost = np.flatnonzero((shocks.kind == KINDS.index("job")) & (shocks.person >= 0))
        self.years, self.count = years_of(shocks.day[lost]), society.persons.count
        self.persons, self.days = shocks.person[lost], shocks.day[lost]

    def most(self, year: int, persons: Ints) -> Ints:
        """How many months at most each worked in a year; whoever kept the work has all twelve."""
        months = np.full(self.count, 12, dtype=np.int64)
        mine = self.years == year
        np.minimum.at(months, self.persons[mine], (self.days[mine] - first_day(year)) // 30)
        return np.maximum(months[persons], 1)


def _put_year(
    context: Context,
    society: Society,
    traits: Traits,
    year: int,
    persons: Ints,
    labour: Codes,
    hit: _Stops,
    *,
    exact: bool,
) -> None:
    rng = context.rng(f"work.{year}")
    day = min(first_day(year + 1) - 1, society.until)
    age = ages(society.persons.birth[persons], day)
    stage, _ = stage_of(society, traits, persons, day_year(day))
    away = _away(labour, age, traits.vigour[persons], rng)
    if exact:
        _meet_employed(context, society, persons, labour, age, away, rng)
    near = ~away & (labour <= WEAK) & (rng.random(persons.size) < 0.22)
    months = np.where(
        away,
        3 + rng.binomial(9, 0.68, persons.size),
        np.where(near, rng.integers(1, 9, persons.size), 0),
    )
    months = np.minimum(months, hit.most(year, persons))
    where = np.where(away, pick(_AWAY, persons.size, rng), np.where(near, 1, 0))
    channel = np.where(away, 1, np.where(near, 2, 0))
    level = attained(society, traits, persons)
    context.append("works", pa.table({
        "person_id": society.person_ids.take(pa.array(persons)),
        "year": np.full(persons.size, year),
        "labour": pa.array(LABOUR).take(pa.array(labour)),
        "months": months.astype(np.int64),
        "place": pa.array(PLACES).take(pa.array(where, mask=where == 0)),
        "employer_id": pa.nulls(persons.size, pa.string()),
        "channel": pa.array(CHANNELS).take(pa.array(channel, mask=channel == 0)),
        "education": pa.array(EDUCATION).take(pa.array(level, mask=(stage > 0) | (age < 7))),
    }))  # fmt: skip


def _away(labour: Codes, age: Ints, vigour: Floats, rng: np.random.Generator) -> Flags:
    chance = np.array([0.80, 0.86, 0.16, 0.0, 0.0])[labour] * np.where(age > 50, 0.75, 1.0)
    return np.asarray((age >= 16) & (age <= 64) & (rng.random(age.size) < chance))


def _meet_employed(
    context: Context, society: Society, persons: Ints, labour: Codes, age: Ints, away: Flags,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Exactly the published number of registered persons at work away from the village (转移就业)."""
    wanted = sum_of(context, society.local["employed"])
    inside = np.zeros(society.persons.count, dtype=bool)
    inside[society.members(society.anchor, society.households.on_register(society.anchor))[0]] = (
        True
    )
    mine = inside[persons]
    surplus = int((mine & away).sum()) - wanted
    if surplus > 0:
        away[rng.permutation(np.flatnonzero(mine & away))[:surplus]] = False
        return
    pool = np.flatnonzero(mine & ~away & (labour <= WEAK) & (age >= 16) & (age <= 66))
    if pool.size < -surplus:
        raise InexactError(f"{wanted} workers where {pool.size + wanted + surplus} are able")
    away[rng.permutation(pool)[:-surplus]] = True
