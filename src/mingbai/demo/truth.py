"""The truth behind the files (真实情况): welfare by household and year, who is poor, what was misjudged.

The published four rates are what assessments found, which is none; missed and wrongly listed households exist
here at local rates, and nothing but tests reads them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from mingbai.demo.context import Context
from mingbai.demo.exact import Floats, Ints
from mingbai.demo.incomes import line_of, net_per_person
from mingbai.demo.registered import days
from mingbai.demo.shocks import Shocks
from mingbai.demo.society import OPEN, Society, day_of, year_start, years_of
from mingbai.demo.traits import Traits

KINDS = ("missed", "wrong_in", "wrong_out")


@dataclass
class Misjudged:
    """Households that assessments should have found: positions by kind."""

    missed: Ints
    wrong_in: Ints
    wrong_out: Ints


def draw(context: Context, society: Society, traits: Traits) -> Misjudged:
    """The poorest of those never listed; the least poor of the listed; some of those who exited too early."""
    rng, houses, given = context.rng("truth"), society.households, society.settings["truth"]
    alive = houses.end > society.anchor
    never = np.flatnonzero((houses.listed == OPEN) & alive)
    listed = np.flatnonzero((houses.listed < OPEN) & ~houses.removed & alive)
    out = np.flatnonzero((houses.exited < society.anchor) & alive)
    poorest = -traits.welfare + 0.5 * rng.normal(size=houses.count)
    missed = _best(never, poorest, round(given["missed"] * never.size))
    wrong_in = _best(listed, -poorest, round(given["wrong_in"] * listed.size))
    early = np.setdiff1d(out, wrong_in)
    return Misjudged(
        missed, wrong_in, _best(early, poorest, round(given["wrong_out"] * early.size))
    )


def _best(rows: Ints, score: Floats, count: int) -> Ints:
    return np.sort(rows[np.argsort(-score[rows], kind="stable")[:count]])


def put(
    context: Context, society: Society, traits: Traits, shocks: Shocks, misjudged: Misjudged
) -> None:
    """Welfare and poverty of each year end, and the misjudged households with their days."""
    years = range(2014, int(years_of(np.array([society.until + 1], dtype=np.int32))[0]))
    parts = [_year(context, society, traits, shocks, misjudged, year) for year in years]
    context.truth["welfare"] = pa.concat_tables(parts)
    houses = society.households
    struck_off = np.flatnonzero(houses.removed)
    rows = [misjudged.missed, np.union1d(misjudged.wrong_in, struck_off), misjudged.wrong_out]
    home = np.concatenate(rows)
    since = np.concatenate([
        np.full(rows[0].size, day_of(context.place.first_day)),
        houses.listed[rows[1]],
        houses.exited[rows[2]],
    ])  # fmt: skip
    context.truth["misjudged"] = pa.table({
        "household_id": society.household_ids.take(pa.array(home)),
        "kind": pa.array(KINDS).take(pa.array(np.repeat(np.arange(3), [one.size for one in rows]))),
        "from_date": days(since),
    })  # fmt: skip


def _year(
    context: Context,
    society: Society,
    traits: Traits,
    shocks: Shocks,
    misjudged: Misjudged,
    year: int,
) -> pa.Table:
    """Welfare a person in fen; truly poor: below the line of the year."""
    houses, line = society.households, line_of(society, year)
    end = min(year_start(year + 1) - 1, society.until)
    value = net_per_person(society, traits, year, shocks, context.rng(f"welfare.{year}"))
    rng = context.rng(f"truth.{year}")
    poor = houses.poor(end) & ~houses.removed  # who was struck off later was listed wrongly
    poor[misjudged.wrong_in] = False
    poor[misjudged.missed] = True
    poor[misjudged.wrong_out] |= houses.exited[misjudged.wrong_out] <= end
    # Who is neither listed nor missed stays above the line, but for the year of a shock.
    above = line * (1.03 + 0.2 * rng.random(houses.count))
    hit = value < line * 0.8
    value = np.where(poor, np.minimum(value, line * rng.uniform(0.45, 0.97, houses.count)), value)
    value = np.where(~poor & ~hit, np.maximum(value, above), value)
    rows = np.flatnonzero((houses.start <= end) & (houses.end > end))
    welfare = (value[rows] / 100).astype(np.int64) * 100
    return pa.table({
        "household_id": society.household_ids.take(pa.array(rows)),
        "year": np.full(rows.size, year),
        "welfare": welfare,
        "poor": welfare < line,
    })  # fmt: skip
