"""Income of registered households by line and year (收入台账): integer fen, lines that sum to the net.

The net per person is drawn first: below the line of the year while a household is poor, above it once it has
exited, then growing; transfers follow from the members, and wages and farming fill what is left.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from mingbai.demo.context import Context
from mingbai.demo.exact import Floats, InexactError, Ints, apportion
from mingbai.demo.shocks import WEIGHT, Shocks
from mingbai.demo.society import Flags, Society, ages, year_start, years_of
from mingbai.demo.support import Support
from mingbai.demo.traits import Traits

YUAN = 100


def line_of(society: Society, year: int) -> int:
    """The income line of a year in fen: of poverty to 2020, of monitoring later."""
    return int(society.local["lines"][year]) * YUAN


def net_per_person(
    society: Society, traits: Traits, year: int, shocks: Shocks, rng: np.random.Generator
) -> Floats:
    """What each household has per person and year, before rounding; also the base of the truth."""
    houses, given, line = society.households, society.settings["income"], line_of(society, year)
    rank = _ranks(society, traits)
    others = (
        line * given["general"] * np.exp(given["general_spread"] * (traits.welfare - 0.25) / 0.85)
    )
    end = min(year_start(year + 1) - 1, society.until)
    exit_year = years_of(np.minimum(houses.exited, year_start(2021)))
    since = (year - exit_year).astype(np.float64)
    at_exit = np.array(
        [line_of(society, max(2014, min(int(one), 2020))) for one in range(2014, 2022)]
    )
    level = at_exit[(exit_year - 2014).clip(0, 7)] * given["exited"]
    level = level * level_of(society, year)
    above = level * np.exp(given["exited_spread"] * rank + given["growth"] * since.clip(0, 7))
    above = np.maximum(above, line * (1.02 + 0.25 * rng.random(houses.count)))
    below = line * given["left"] * np.exp(given["left_spread"] * rank - 0.05 * (-since).clip(0, 4))
    below = np.minimum(below, line * (0.90 + 0.085 * rng.random(houses.count)))
    poor = houses.poor(end)
    value = np.where(houses.on_register(end), np.where(poor, below, above), others)
    value = value * np.exp(0.05 * rng.normal(size=houses.count) * ~poor)
    struck = struck_share(society, shocks, year)
    return np.asarray(np.where(poor, value, value * (1 - 0.55 * struck)))


def level_of(society: Society, year: int) -> float:
    """How the exited stand against the general shape in a year: given for some years, even steps between."""
    levels = society.local.get("income_levels", {})
    if not levels:
        return 1.0
    return float(np.exp(np.interp(year, list(levels), np.log(list(levels.values())))))


def _ranks(society: Society, traits: Traits) -> Floats:
    """Welfare within its class, as a standard score: the same household stays poorer for years."""
    result = np.zeros(traits.welfare.size)
    for klass in np.unique(society.households.klass):
        rows = society.households.klass == klass
        values = traits.welfare[rows]
        result[rows] = (values - values.mean()) / max(values.std(), 1e-9)
    return result.clip(-2.5, 2.5)


def struck_share(society: Society, shocks: Shocks, year: int) -> Floats:
    """How hard each household is hit in a year, 0 to 1; half of it stays for the next year."""
    result = np.zeros(society.households.count)
    years = years_of(shocks.day)
    for lag, kept in ((0, 1.0), (1, 0.5)):
        rows = years == year - lag
        np.maximum.at(result, shocks.household[rows], WEIGHT[shocks.kind[rows]] * kept)
    return result


def build(
    context: Context, society: Society, traits: Traits, support: Support, shocks: Shocks
) -> None:
    """Every year from the first of the register to the last full one before `until`."""
    until = years_of(np.array([society.until + 1], dtype=np.int32))[0]
    for year in range(2014, int(until)):
        _put_year(context, society, traits, support, shocks, year)


def _put_year(
    context: Context, society: Society, traits: Traits, support: Support, shocks: Shocks, year: int
) -> None:
    rng, houses = context.rng(f"incomes.{year}"), society.households
    end = min(year_start(year + 1) - 1, society.until)
    target = net_per_person(society, traits, year, shocks, context.rng(f"welfare.{year}"))
    sizes = society.sizes(end)
    rows = np.flatnonzero(houses.on_register(end) & (sizes > 0))
    n = sizes[rows]
    lines = _transfers(society, traits, support, rows, n, year, end, rng)
    fixed = sum(lines.values())
    wanted = np.maximum((target[rows] * n / YUAN).astype(np.int64) * YUAN, fixed)
    if mean := society.local.get("means", {}).get(year):
        least = np.where(
            houses.poor(end)[rows], wanted, np.maximum(fixed, line_of(society, year) * n)
        )
        wanted = _meeting(wanted, least, context.total(mean) * int(n.sum()))
    rest = wanted - fixed
    rest = rest - _property(lines, rest, rng)
    _earned(society, traits, lines, rest, rows, year, end, rng)
    net = sum(values for name, values in lines.items() if name != "cost") - lines["cost"]
    context.append("incomes", pa.table({
        "household_id": society.household_ids.take(pa.array(rows)),
        "year": np.full(rows.size, year), "members": n,
        **{name: lines[name] for name in _ORDER}, "net": net, "per_capita": net // n,
    }))  # fmt: skip


def _meeting(wanted: Ints, least: Ints, total: int) -> Ints:
    """Incomes in whole yuan that sum to a published mean, none below its least; the poor stay as they are."""
    met = least // YUAN
    free = least < wanted
    while free.any():
        left = total // YUAN - int(met[~free].sum())
        shares = apportion(left, wanted[free])
        low = shares < met[free]
        if not low.any():
            met[free] = shares
            return met * YUAN
        free[np.flatnonzero(free)[low]] = False
    raise InexactError(f"incomes of {total} fen cannot be had above their least")


_ORDER = (
    "wage", "business", "dividend", "property_other", "family_planning", "dibao", "tekun", "pension",
    "ecology", "transfer_other", "cost",
)  # fmt: skip


def _transfers(
    society: Society, traits: Traits, support: Support, rows: Ints, n: Ints, year: int, end: int,
    rng: np.random.Generator,
) -> dict[str, Any]:  # fmt: skip
    """What the state pays, by who the members are: pensions from 60, dibao a person, and so on."""
    count, settings = society.households.count, society.settings
    persons, homes = society.members(end)
    old = ages(society.persons.birth[persons], year_start(year)) >= 60
    elders = np.bincount(homes[old], minlength=count)[rows]
    destitute = np.bincount(
        homes[np.isin(persons, np.flatnonzero(support.tekun))], minlength=count
    )[rows]
    growth = 1 + 0.07 * (year - 2016)
    low, high = settings["dibao"]["amount"]
    on: Flags = support.dibao[rows] <= end
    monthly = (rng.integers(low, high, rows.size) * growth / 12).astype(np.int64) * 12
    tekun = int(settings["dibao"]["tekun"] * growth) // 12 * 12 * YUAN
    given = settings["transfers"]
    single_child = (elders > 0) & (rng.random(rows.size) < given["single_child"][0])
    forest = _compensated(society, rows)  # hundredths of a mu
    ecology = forest * given["forest"] // YUAN * YUAN  # hundredths of a mu at yuan a mu are fen
    least, most = given["other"]
    small = rng.integers(least, most, rows.size) * YUAN
    return {
        "family_planning": single_child * given["single_child"][1] * YUAN,
        "dibao": on * monthly * n * YUAN,
        "tekun": destitute * tekun,
        "pension": elders * settings["pensions"][year] * YUAN,
        "ecology": ecology,
        "transfer_other": small,
    }


def _compensated(society: Society, rows: Ints) -> Ints:
    known = society.local.get("_compensated")
    return np.zeros(rows.size, dtype=np.int64) if known is None else known[rows]


def _property(lines: dict[str, Any], rest: Ints, rng: np.random.Generator) -> Ints:
    """Shares and rents, never more than is left."""
    dividend = np.where(rng.random(rest.size) < 0.7, rng.integers(60, 420, rest.size), 0) * YUAN
    other = np.where(rng.random(rest.size) < 0.12, rng.integers(80, 900, rest.size), 0) * YUAN
    lines["dividend"] = np.minimum(dividend, rest // 4 // YUAN * YUAN)
    lines["property_other"] = np.minimum(other, rest // 4 // YUAN * YUAN)
    return np.asarray(lines["dividend"] + lines["property_other"])


def _earned(
    society: Society, traits: Traits, lines: dict[str, Any], rest: Ints, rows: Ints, year: int, end: int,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Wages where somebody can work, farming for the rest; its cost is a share of what it brings."""
    persons, homes = society.members(end)
    age = ages(society.persons.birth[persons], end)
    able = (
        (age >= 18)
        & (age < 62)
        & ((traits.disability_grade[persons] == 0) | (traits.disability_grade[persons] > 2))
    )
    workers = np.bincount(homes[able], minlength=society.households.count)[rows]
    share = np.where(workers > 0, rng.beta(4.0, 1.6, rows.size), 0.0)
    wage = (rest * share / YUAN).astype(np.int64) * YUAN
    farm = rest - wage
    ratio = (society.settings["income"]["cost"] + rng.uniform(-0.12, 0.12, rows.size)).clip(
        0.1, 0.6
    )
    cost = (farm * ratio / (1 - ratio) / YUAN).astype(np.int64) * YUAN
    lines["wage"], lines["business"], lines["cost"] = wage, farm + cost, cost
