"""Dwellings, drinking water and land (住房、饮水、土地) of households, with dated moves and works."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mingbai.demo.context import Context
from mingbai.demo.exact import Ints, apportion, choose
from mingbai.demo.registered import days
from mingbai.demo.rows import sum_of
from mingbai.demo.society import GENERAL, OPEN, Flags, Society, day_of, year_start, years_of
from mingbai.demo.support import Support
from mingbai.demo.traits import Traits

GRADES = ("A", "B", "C", "D")
MODES = ("", "concentrated", "scattered")
WORKS = ("works", "well", "spring")
HA = 100  # hundredths of a mu in a mu


def build(context: Context, society: Society, traits: Traits, support: Support) -> None:
    """Dwellings, waters and lands; relocated and renovated households have an old row and a new one."""
    moved, estate = _relocated(context, society)
    renewed, subsidy = _renovated(context, society, traits, support, moved)
    _put_dwellings(context, society, traits, moved, estate, renewed, subsidy)
    _put_waters(context, society, traits)
    _put_lands(context, society)


def _dates(shares: dict[int, float], count: int, rng: np.random.Generator) -> Ints:
    years = np.repeat(list(shares), apportion(count, np.array(list(shares.values()))))
    starts = np.array([year_start(int(year)) for year in years], dtype=np.int64)
    return np.asarray(rng.permutation(starts + 60 + rng.integers(0, 270, count)))


def _relocated(context: Context, society: Society) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Day of the move of each household, and its estate: the published households and persons (易地搬迁)."""
    rng, houses, given = context.rng("homes.moves"), society.households, society.local["relocation"]
    moved = np.full(houses.count, OPEN, dtype=np.int64)
    estate = np.full(houses.count, -1, dtype=np.int64)
    sizes = society.sizes(society.anchor)
    able = (
        (houses.klass != GENERAL)
        & houses.on_register(society.anchor)
        & (houses.listed <= society.base)
    )
    # Whole groups move from the hills: some villages far more than others.
    lean = rng.gamma(0.6, 1.0, len(society.villages))[houses.village] + 0.05
    count = sum_of(context, given["households"])
    if given["persons"] is None:
        keys = np.where(able, rng.gumbel(size=houses.count) + np.log(lean), -np.inf)
        rows = np.sort(np.argsort(-keys, kind="stable")[:count])
    else:
        rows = choose(sizes, count, sum_of(context, given["persons"]), rng, weights=able * lean)
    moved[rows] = _dates(given["years"], rows.size, rng)
    number = given["estates"]
    order = np.argsort(houses.village[rows], kind="stable")  # neighbours stay neighbours
    estate[rows[order]] = np.repeat(
        np.arange(number), apportion(rows.size, rng.uniform(0.6, 1.6, number))
    )
    return moved, estate


def _renovated(
    context: Context, society: Society, traits: Traits, support: Support, moved: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Day of the works and money for them (危房改造): one published sum, or one a group of households."""
    rng, houses = context.rng("homes.works"), society.households
    given = society.local["renovation"]
    day = np.full(houses.count, OPEN, dtype=np.int64)
    subsidy = np.zeros(houses.count, dtype=np.int64)
    free = (moved == OPEN) & (houses.end == OPEN)
    score = -traits.welfare + rng.gumbel(size=houses.count) * 0.7
    last = int(years_of(np.array([society.anchor], dtype=np.int32))[0])
    years = dict.fromkeys(range(given.get("since", 2014), last + 1), 1.0)
    for part in given.get("parts", [given]):
        count = sum_of(context, part["households"])
        pools = _pools(society, traits, support, part.get("among"), count, free)
        rows = np.concatenate([
            np.argsort(-np.where(pool, score, -np.inf), kind="stable")[:number]
            for pool, number in pools
        ])  # fmt: skip
        day[rows] = _dates(years, rows.size, rng)
        sizes = society.sizes(society.anchor)[rows]
        # Larger households and worse houses get more; whole hundreds of yuan, the last household the rest.
        shares = (1.0 + 0.18 * sizes) * rng.choice(
            [0.55, 1.0, 1.35], rows.size, p=[0.35, 0.4, 0.25]
        )
        money = sum_of(context, part["subsidy"])
        amounts = apportion(money // 10_000, shares) * 10_000
        amounts[-1] += money - int(amounts.sum())
        subsidy[rows] = amounts
    return day, subsidy


def _pools(
    society: Society, traits: Traits, support: Support, among: str | None, count: int, free: Flags
) -> list[tuple[Flags, int]]:
    """Of whom so many houses are rebuilt: of the registered, of others of the four groups, or of both."""
    houses = society.households
    listed = houses.on_register(society.anchor)
    if among == "registered":
        return [(listed & free, count)]
    if among == "others":
        return [(~listed & free & _aided(society, traits, support), count)]
    share = society.settings["dwellings"]["renovated_registered"]
    first = min(round(count * share), round((listed & free).sum() * 0.8))
    return [(listed & free, first), (~listed & free, count - first)]


def _aided(society: Society, traits: Traits, support: Support) -> Flags:
    """Households on dibao, with a destitute or a disabled member: with the registered, the four groups."""
    persons, homes = society.members(society.anchor)
    of_members = support.tekun[persons] | (traits.disability_grade[persons] > 0)
    aided = np.asarray(support.dibao <= society.anchor)
    aided[homes[of_members]] = True
    return aided


def _put_dwellings(
    context: Context, society: Society, traits: Traits, moved: NDArray[np.int64],
    estate: NDArray[np.int64], renewed: NDArray[np.int64], subsidy: NDArray[np.int64],
) -> None:  # fmt: skip
    rng, houses = context.rng("homes.dwellings"), society.households
    count = houses.count
    sizes = society.sizes(society.base).clip(1)
    least, most = society.settings["dwellings"]["area"]
    area = (rng.integers(least, most, count) * sizes**0.75).astype(np.int64) + 25
    built = (2009 - rng.gamma(2.2, 7.5, count)).astype(np.int64).clip(1950, 2014)
    changed = np.minimum(moved, renewed)
    old = changed < OPEN
    grade = np.where(built > 2000, 0, 1)
    bad = ~houses.on_register(society.anchor) & (
        rng.random(count)
        < society.settings["dwellings"]["unsafe_general"] * np.exp(-0.9 * traits.welfare)
    )
    grade = np.where(bad & ~old, np.where(rng.random(count) < 0.35, 3, 2), grade)
    before = np.where(rng.random(count) < 0.45, 3, 2)
    rented = ~old & (rng.random(count) < 0.006)
    rows = np.flatnonzero(old)
    resettled = moved[rows] < OPEN
    new_area = np.where(resettled, np.minimum(25 * sizes[rows], 150), area[rows])
    mode = np.where(resettled, np.where(estate[rows] >= 0, 1, 2), 0)
    built = np.where(old, np.minimum(built, 1995), built)
    new_built = np.where(resettled, years_of(changed[rows].astype(np.int32)), built[rows])
    new_grade = np.where(resettled, 0, rng.integers(0, 2, rows.size))
    never, nothing = np.full(count, OPEN), np.zeros(count, dtype=np.int64)
    first = {
        "home": np.arange(count), "kind": np.where(rented, 1, 0), "grade": np.where(old, before, grade),
        "area": area, "built": built, "renewed": never, "subsidy": nothing, "estate": nothing - 1,
        "moved": never, "mode": nothing, "start": houses.start.astype(np.int64),
        "end": np.minimum(changed, houses.end),
    }  # fmt: skip
    second = {
        "home": rows, "kind": np.where(resettled, 2, 0), "grade": new_grade, "area": new_area,
        "built": new_built, "renewed": renewed[rows], "subsidy": subsidy[rows], "estate": estate[rows],
        "moved": moved[rows], "mode": mode, "start": changed[rows], "end": houses.end[rows].astype(np.int64),
    }  # fmt: skip
    _append_dwellings(context, society, first, second)


def _append_dwellings(
    context: Context, society: Society, first: dict[str, Ints], second: dict[str, Ints]
) -> None:
    """The dwellings of the first day, and behind them those that were moved into or renovated."""
    all_ = {name: np.concatenate([first[name], second[name]]) for name in first}
    estates = pa.array(
        [
            f"E{context.place.code}-{n + 1:02d}"
            for n in range(max(1, int(second["estate"].max(initial=0)) + 1))
        ]
    )
    context.put("dwellings", pa.table({
        "household_id": society.household_ids.take(pa.array(all_["home"])),
        "kind": pa.array(["own", "rented", "resettled"]).take(pa.array(all_["kind"])),
        "grade": pa.array(GRADES).take(pa.array(all_["grade"])),
        "area_m2": all_["area"], "built_year": all_["built"], "renovated_on": days(all_["renewed"]),
        "subsidy": pa.array(all_["subsidy"], mask=all_["renewed"] >= OPEN),
        "estate_id": estates.take(pa.array(all_["estate"], mask=all_["estate"] < 0)),
        "relocated_on": days(all_["moved"]),
        "mode": pa.array(MODES).take(pa.array(all_["mode"], mask=all_["mode"] == 0)),
        "from_date": days(all_["start"]), "to_date": days(all_["end"]),
    }))  # fmt: skip


def _put_waters(context: Context, society: Society, traits: Traits) -> None:
    """Piped from the works, or from a well or spring; unsafe only where nobody registered lives."""
    rng, houses, given = context.rng("homes.waters"), society.households, society.settings["waters"]
    sizes = society.sizes(society.anchor)
    if "piped" in society.local:
        piped = _piped(sizes, society.local["piped"], rng)
    else:
        piped = rng.random(houses.count) < given["piped"]
    listed: Flags = houses.on_register(society.anchor)
    unsafe = (
        ~piped
        & ~listed
        & (rng.random(houses.count) < given["unsafe_general"] / (1 - given["piped"]))
    )
    minutes = np.where(piped, 0, rng.integers(0, 18, houses.count) + unsafe * 14)
    source = np.where(piped, 0, np.where(rng.random(houses.count) < 0.6, 1, 2))
    context.put("waters", pa.table({
        "household_id": society.household_ids, "safe": ~unsafe, "piped": piped,
        "source": pa.array(WORKS).take(pa.array(source)), "minutes": minutes.astype(np.int64),
        "from_date": days(houses.start), "to_date": days(houses.end),
    }))  # fmt: skip


def _piped(sizes: Ints, persons: int, rng: np.random.Generator) -> Flags:
    """Households with exactly `persons` members in all: drawn in a row, the last ones by size."""
    order = rng.permutation(sizes.size)
    inside = np.cumsum(sizes[order]) <= persons - 40
    piped = np.zeros(sizes.size, dtype=bool)
    piped[order[inside]] = True
    rest = persons - int(sizes[piped].sum())
    for row in order[~inside]:
        if 0 < sizes[row] <= rest:
            piped[row] = True
            rest -= int(sizes[row])
        if not rest:
            break
    return piped


def _put_lands(context: Context, society: Society) -> None:
    """Land of the households that were ever registered, as of the anchor year (土地)."""
    rng, houses = context.rng("homes.lands"), society.households
    rows = np.flatnonzero(houses.listed < OPEN)
    count = rows.size
    sizes = society.sizes(society.base)[rows].clip(1)
    arable = (sizes * rng.gamma(4.0, 22.0, count)).astype(np.int64)
    forest = (sizes * rng.gamma(1.2, 260.0, count)).astype(np.int64)
    some = rng.random((5, count))
    compensated = np.zeros(count, dtype=np.int64)
    if given := society.local.get("forest"):
        on_register = np.flatnonzero(houses.on_register(day_of(date(given["year"], 12, 31)))[rows])
        chosen = np.sort(rng.permutation(on_register)[: sum_of(context, given["households"])])
        weights = np.exp(rng.normal(0, 0.55, chosen.size))
        area = sum_of(context, given["area"])
        compensated[chosen] = (
            apportion(area - chosen.size * HA, weights) + HA
        )  # at least one mu each
        forest = np.maximum(forest, compensated)
        society.local["_compensated"] = np.bincount(rows, compensated, houses.count).astype(
            np.int64
        )
    year = int(years_of(np.array([society.anchor], dtype=np.int32))[0])
    context.put("lands", pa.table({
        "household_id": society.household_ids.take(pa.array(rows)),
        "arable": arable, "forest": forest,
        "returned": np.where(some[0] < 0.35, np.minimum(arable * some[1], forest).astype(np.int64), 0),
        "grass": np.zeros(count, dtype=np.int64),
        "fruit": np.where(some[2] < 0.4, (arable * some[3] * 0.6).astype(np.int64), 0),
        "water_surface": np.where(some[4] < 0.08, rng.integers(20, 300, count), 0),
        "compensated_forest": compensated, "year": np.full(count, year),
    }))  # fmt: skip
