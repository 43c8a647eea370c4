"""Benefits as paid (惠农补贴发放): one row is one person-time, money is whole fen and meets its total.

Published totals of person-times and money seldom divide: payments stand at two rates, the older one first,
and one residual carries what is left (X22).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mingbai.demo import rows
from mingbai.demo.assistance import chosen_members
from mingbai.demo.context import Context
from mingbai.demo.exact import Ints, two_rates
from mingbai.demo.rows import Members, add, amount, numbered
from mingbai.demo.totals import read_data

Recipe = Mapping[str, Any]


def build(context: Context) -> None:
    """Put every payment of the place, programme after programme."""
    for recipe in context.place.parameters["around"]["payments"]:
        _WAYS[recipe["by"]](context, recipe)
    _help_the_watched(context)


def _help_the_watched(context: Context) -> None:
    """Measures for watched households (监测对象帮扶措施): one by the risk, one that lets them earn."""
    given = read_data("people.yaml")["watched_help"]["value"]
    statuses = context.tables["statuses"]
    watched = statuses.filter(pc.starts_with(statuses["kind"], "watched"))
    risks = pc.fill_null(watched["reason"], "").to_pylist()
    first = np.array([given["by_risk"].get(one, given["other"]) for one in risks], dtype=object)
    since = watched["from_date"].to_numpy().astype("datetime64[D]")
    homes = watched["subject_id"].to_numpy()
    for name in ("first", "earning"):
        rng, one = context.rng(f"payments.watched.{name}"), given[name]
        choice = np.array(one.get("programmes", [""]), dtype=object)
        programme = choice[rng.integers(0, choice.size, homes.size)] if choice[0] else first
        low, high = one["days"]
        paid_on = since + rng.integers(low, high + 1, homes.size) * rows.DAY
        amounts = _amounts(given["amount"], homes.size, rng)
        kept = rng.random(homes.size) < one["share"]
        kept &= paid_on <= np.datetime64(context.until, "D")
        count = int(kept.sum())
        add(
            context, "payments", count, payment_id=numbered(f"Z-watched-{name}-{{:06d}}", count),
            programme=programme[kept], household_id=homes[kept], paid_on=paid_on[kept],
            amount=amounts[kept], source="农业农村部门",
        )  # fmt: skip


def _amounts(bounds: list[int], count: int, rng: np.random.Generator) -> Ints:
    low, high, step = bounds
    return np.asarray(rng.integers(low // step, high // step + 1, count) * step)


def _pay(context: Context, recipe: Recipe, amounts: Ints, **columns: Any) -> None:
    programme, count = recipe["programme"], amounts.size
    add(
        context, "payments", count, payment_id=numbered(f"Z-{programme}-{{:06d}}", count),
        programme=programme, amount=amounts, source=recipe["source"], **columns,
    )  # fmt: skip


def _by_terms(context: Context, recipe: Recipe) -> None:
    """School grants by term (雨露计划): terms of pupils of registered households, in order of time.

    After the day of the totals every term is paid at the present rate, but for the share that is missed.
    """
    day, (low, high) = recipe["day"], recipe["rates"]
    who, since = _pupils(context, day)
    terms = _terms(context, recipe["stages"], who.ids)
    place = pc.index_in(terms["person_id"], value_set=pa.array(who.ids)).to_numpy()
    begins = terms["from_date"].to_numpy().astype("datetime64[D]")
    paid_on = begins + recipe["days_after"] * rows.DAY
    past = (paid_on <= np.datetime64(day, "D")) & (begins >= since[place])
    past &= paid_on >= np.datetime64(recipe.get("first", context.place.first_day), "D")
    rng = context.rng(f"payments.{recipe['programme']}")
    count = amount(context, recipe["count"])
    chosen, parts = _in_parts(np.flatnonzero(past), count, rng)
    after = (paid_on > np.datetime64(day, "D")) & (paid_on <= np.datetime64(context.until, "D"))
    later = np.flatnonzero(after & (begins >= since[place]))
    later = later[rng.random(later.size) < recipe.get("later", 0)]
    which = np.concatenate([chosen, later])
    paid_on = paid_on[which]
    paid_on[:count] = np.minimum(paid_on[:count] + parts * recipe["part_days"] * rows.DAY, day)
    order = np.argsort(paid_on, kind="stable")
    which, paid_on = which[order], paid_on[order]
    amounts = two_rates(amount(context, recipe["total"]), count, low, high)[::-1]
    _pay(
        context, recipe, np.concatenate([amounts, np.full(later.size, high, dtype=np.int64)]),
        person_id=who.ids[place[which]], household_id=who.households[place[which]],
        paid_on=paid_on, term=terms["term"].to_numpy()[which],
    )  # fmt: skip


def _pupils(context: Context, day: date) -> tuple[Members, NDArray[Any]]:
    """Members of households registered on the day, and of those watched later, each with since when."""
    who = rows.members_on(context, rows.registered_on(context, day).ids, day)
    statuses = context.tables["statuses"]
    watched = statuses.filter(pc.starts_with(statuses["kind"], "watched"))
    watched = watched.filter(pc.greater(watched["from_date"], day))
    homes, first = np.unique(watched["subject_id"].to_numpy().astype(str), return_index=True)
    more = rows.members_on(context, homes.tolist(), context.until)
    more = more.take(np.flatnonzero(~rows.is_among(more.ids, who.ids)))
    start = watched["from_date"].to_numpy().astype("datetime64[D]")[first]
    since = start[np.searchsorted(homes, more.households.astype(str))]
    both = Members(
        np.concatenate([who.ids, more.ids]),
        np.concatenate([who.households, more.households]),
        np.concatenate([who.ages, more.ages]),
    )
    long_ago = np.full(who.ids.size, np.datetime64(context.place.first_day, "D"))
    return both, np.concatenate([long_ago, since])


def _in_parts(due: Ints, count: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """So many of the terms due, in order, and which part of its term each is (0: the first).

    Where terms are fewer than person-times, drawn ones were paid in several parts.
    """
    turns = -(-count // max(due.size, 1))
    drawn = np.concatenate([rng.permutation(due) for _ in range(turns)])[:count]
    parts = np.arange(count) // max(due.size, 1)
    order = np.lexsort((parts, drawn))
    return drawn[order], parts[order]


def _terms(context: Context, stages: list[str], persons: Any) -> pa.Table:
    """Terms at school of the persons in the stages, the oldest first."""
    terms = context.tables["schoolings"]
    kept = pc.and_(pc.is_in(terms["stage"], pa.array(stages)), pc.equal(terms["state"], "enrolled"))
    kept = pc.and_(kept, pc.is_in(terms["person_id"], pa.array(persons)))
    return terms.filter(kept).sort_by([("from_date", "ascending"), ("person_id", "ascending")])


def _by_persons(context: Context, recipe: Recipe) -> None:
    """One payment each to drawn members of registered households, so many in all."""
    rng = context.rng(f"payments.{recipe['programme']}")
    who = chosen_members(context, {**recipe, "kind": recipe["programme"]}, rng)
    amounts = _amounts(recipe["amount"], who.ids.size, rng)
    first, last = recipe["days"]
    _pay(
        context, recipe, amounts, person_id=who.ids, household_id=who.households,
        paid_on=rows.days_between(rng, first, last, who.ids.size), term=recipe.get("term"),
    )  # fmt: skip


def _by_area(context: Context, recipe: Recipe) -> None:
    """Compensation by area (公益林生态效益补偿), each year to the households that own the forest."""
    lands = context.tables["lands"]
    lands = lands.filter(pc.equal(lands["year"], recipe["year"]))
    lands = lands.filter(pc.greater(pc.fill_null(lands[recipe["column"]], 0), 0))
    areas = lands[recipe["column"]].to_numpy()
    for year in range(recipe["first_year"], context.until.year + 1):
        paid_on = date(year, *recipe["paid"])
        if paid_on <= context.until:
            one = {**recipe, "programme": recipe["programme"]}
            _pay_year(
                context, one, year, areas * recipe["rate"] // 100, lands["household_id"], paid_on
            )


def _pay_year(
    context: Context, recipe: Recipe, year: int, amounts: Ints, homes: Any, paid_on: date
) -> None:
    programme = recipe["programme"]
    add(
        context, "payments", amounts.size, programme=programme, household_id=homes,
        payment_id=numbered(f"Z-{programme}-{year}-{{:06d}}", amounts.size), paid_on=paid_on,
        amount=amounts, term=str(year), source=recipe["source"],
    )  # fmt: skip


def _by_dwellings(context: Context, recipe: Recipe) -> None:
    """Building grants (危房改造), paid to each household on the day its house was finished."""
    homes = context.tables["dwellings"]
    built = pc.and_(
        pc.greater(pc.fill_null(homes["subsidy"], 0), 0), pc.is_valid(homes["renovated_on"])
    )
    homes = homes.filter(built).sort_by(
        [("renovated_on", "ascending"), ("household_id", "ascending")]
    )
    _pay(
        context, recipe, homes["subsidy"].to_numpy(), household_id=homes["household_id"],
        paid_on=homes["renovated_on"],
    )  # fmt: skip


_WAYS: dict[str, Callable[[Context, Recipe], None]] = {
    "terms": _by_terms,
    "persons": _by_persons,
    "area": _by_area,
    "dwellings": _by_dwellings,
}
