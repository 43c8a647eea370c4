"""What comes round (周期性工作): records by month and week, days in the village, monthly visits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from mingbai.demo import rows
from mingbai.demo.context import Context
from mingbai.demo.rows import DAY, Texts, add

Recipe = Mapping[str, Any]
WEEK = 7 * DAY


def put(context: Context, recipe: Recipe, record: Recipe, codes: Texts) -> bool:
    """The records of a campaign that come round; whether the record is one of these."""
    for key, way in (
        ("months", _monthly), ("weekday", _weekly), ("days", _daily), ("visited", _visits),
    ):  # fmt: skip
        if key in record:
            way(context, recipe, record, codes)
            return True
    return False


def _months(context: Context, recipe: Recipe) -> NDArray[Any]:
    """The months of a campaign, the report's own not yet over."""
    last = np.datetime64(recipe.get("to") or context.place.as_of, "M")
    return np.arange(np.datetime64(recipe["from"], "M"), last)


def _monthly(context: Context, recipe: Recipe, record: Recipe, codes: Texts) -> None:
    """A record for each place at the end of every so many months: a team with all its members."""
    months = _months(context, recipe)
    days = (months + 1).astype("datetime64[D]")[
        record.get("every", 1) - 1 :: record.get("every", 1)
    ] - DAY
    members = np.full(codes.size, record.get("persons", 0), dtype=np.int64)
    if "persons" not in record:
        teams = context.tables["teams"]
        teams = teams.filter(pc.equal(teams["kind"], "resident"))
        own = dict(
            zip(teams["village_code"].to_pylist(), teams["members"].to_pylist(), strict=True)
        )
        members = np.array([own.get(code, 0) for code in codes.tolist()], dtype=np.int64)
    add(
        context, "campaign_records", codes.size * days.size, campaign_id=recipe["id"],
        kind=record["kind"], code=np.tile(codes, days.size), day=np.repeat(days, codes.size),
        persons=np.tile(members, days.size),
    )  # fmt: skip


def _weekly(context: Context, recipe: Recipe, record: Recipe, codes: Texts) -> None:
    """A record of the place for each week, on one weekday (周五例会)."""
    days = _days(context, recipe)
    days = days[(days.astype(np.int64) + 3) % 7 == record["weekday"]]  # 1 January 1970: Thursday
    add(
        context, "campaign_records", days.size, campaign_id=recipe["id"], kind=record["kind"],
        code=context.place.code, day=days, persons=record["persons"],
    )  # fmt: skip


def _days(context: Context, recipe: Recipe) -> NDArray[Any]:
    last = min(recipe.get("to") or context.place.as_of, context.place.as_of)
    return np.arange(np.datetime64(recipe["from"], "D"), np.datetime64(last, "D") + DAY)


def _daily(context: Context, recipe: Recipe, record: Recipe, codes: Texts) -> None:
    """So many days from Monday on, each week and village, for each resident team (五天四夜)."""
    days = _days(context, recipe)
    days = days[(days.astype(np.int64) + 3) % 7 < record["days"]]
    teams = context.tables["teams"]
    bases = teams.filter(pc.equal(teams["kind"], "resident"))
    members = np.resize(bases["members"].to_numpy(), days.size * bases.num_rows)
    add(
        context, "campaign_records", members.size, campaign_id=recipe["id"], kind=record["kind"],
        code=np.tile(bases["village_code"].to_numpy(), days.size), persons=members,
        day=np.repeat(days, bases.num_rows),
    )  # fmt: skip


def _visits(context: Context, recipe: Recipe, record: Recipe, codes: Texts) -> None:
    """A visit to each registered household every month (每月入户), to a share of them a second one."""
    homes = rows.registered_on(context, record["visited"])
    months = _months(context, recipe)
    rng = context.rng(f"visits.{recipe['id']}")
    twice = rng.random((months.size, homes.ids.size)) < record.get("twice", 0)
    which, at = np.nonzero(np.concatenate([np.ones_like(twice), twice]))
    which %= months.size
    day = months[which].astype("datetime64[D]") + rng.integers(0, 28, which.size) * DAY
    order = np.lexsort((at, day))
    add(
        context, "campaign_records", order.size, campaign_id=recipe["id"], kind=record["kind"],
        code=homes.villages[at[order]], household_id=homes.ids[at[order]], day=day[order],
        persons=homes.sizes[at[order]],
    )  # fmt: skip
