"""Watched households (监测对象): episodes of three kinds after a shock, most of them cleared."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from mingbai.demo.context import Context
from mingbai.demo.exact import choose
from mingbai.demo.registered import put_episodes
from mingbai.demo.rows import sum_of
from mingbai.demo.shocks import KINDS as SHOCKS
from mingbai.demo.shocks import Shocks
from mingbai.demo.society import OPEN, Flags, Society, day_of
from mingbai.demo.traits import Traits

KINDS = ("watched_unstable", "watched_marginal", "watched_sudden")
# The kind of risk a shock is written down as, codes of policies/cn.
RISKS = {
    "illness": "illness",
    "accident": "accident",
    "disaster": "disaster",
    "job": "job",
    "schooling": "schooling",
}


def put(context: Context, society: Society, traits: Traits, shocks: Shocks) -> None:
    """Unstable: exited households; marginal: others; sudden, from May 2021: either; one episode each."""
    rng, houses, given = context.rng("watched"), society.households, society.settings["watched"]
    early = _marginal(context, society, traits)
    first, third_kind = day_of(date(2020, 3, 20)), day_of(date(2021, 5, 14))
    start = np.maximum(
        shocks.day + 30 + rng.integers(0, 90, shocks.day.size),
        first + rng.integers(0, 60, shocks.day.size),
    )
    home = shocks.household
    exited = (houses.exited[home] < start) & (houses.unlisted[home] > start)
    never = ~houses.on_register(society.until)[home]
    chance = np.where(exited, given["exited"], np.where(never, given["general"], 0.0))
    # A household that fell ill or lost its house is seen; that a wage stopped, less often.
    chance = chance * np.array([1.2, 1.2, 1.1, 0.8, 0.6])[shocks.kind]
    chance[early[home]] = 0.0
    fit = (start <= society.until) & (shocks.day > first - 270) & (houses.end[home] > start)
    rows = np.flatnonzero(fit & (rng.random(start.size) < chance))
    rows = rows[np.unique(home[rows], return_index=True)[1]]
    start, home = start[rows].astype(np.int64), home[rows]
    sudden = (start >= third_kind) & (rng.random(rows.size) < given["sudden"])
    kind = np.where(sudden, 2, np.where(exited[rows], 0, 1))
    shortest, longest = given["months"]
    months = rng.integers(shortest, longest, rows.size)
    cleared = start + months * 30 + rng.integers(0, 30, rows.size)
    done = (rng.random(rows.size) < given["cleared"]) & (cleared <= society.until)
    end = np.minimum(np.where(done, cleared, OPEN), houses.end[home])
    reasons = pa.array([RISKS[one] for one in SHOCKS]).take(pa.array(shocks.kind[rows]))
    for at, name in enumerate(KINDS):
        mine = np.flatnonzero(kind == at)
        put_episodes(
            context, "household", society.household_ids, name, home[mine], start[mine], end[mine],
            reasons.take(pa.array(mine)),
        )  # fmt: skip
    over = np.flatnonzero(done & (houses.end[home] > cleared))
    put_episodes(
        context, "household", society.household_ids, "cleared", home[over], cleared[over],
        houses.end[home[over]].astype(np.int64), reasons.take(pa.array(over)),
    )  # fmt: skip


def _marginal(context: Context, society: Society, traits: Traits) -> Flags:
    """Marginal households of the report's day (边缘户): the poorest not registered, with so many persons."""
    houses = society.households
    early = np.zeros(houses.count, dtype=bool)
    given = society.local.get("marginal")
    if given is None:
        return early
    rng, persons = context.rng("watched.marginal"), sum_of(context, given["persons"])
    sizes = society.sizes(society.anchor)
    able = (houses.listed == OPEN) & (houses.end == OPEN) & (sizes > 0)
    weights = able * np.exp(-2.5 * traits.welfare.clip(-3, 3))
    rows = choose(sizes, round(persons / given["mean"]), persons, rng, weights=weights)
    early[rows] = True
    first, last = (day_of(day) for day in given["days"])
    start = np.asarray(first + rng.integers(0, last - first, rows.size))
    put_episodes(
        context, "household", society.household_ids, KINDS[1], rows, start, houses.end[rows]
    )
    return early
