"""Money and works that are no single household's (资金与项目): spendings, projects, assessments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow.compute as pc

from mingbai.demo import rows
from mingbai.demo.assistance import rounded_shares
from mingbai.demo.context import Context
from mingbai.demo.exact import apportion
from mingbai.demo.helping import targets, village_codes
from mingbai.demo.rows import DAY, Texts, add, amount, numbered

Recipe = Mapping[str, Any]


def build(context: Context) -> None:
    """Put what was spent, what was built and what assessments found."""
    around = context.place.parameters["around"]
    for recipe in around.get("spendings", []):
        _spendings(context, recipe)
    for recipe in around.get("projects", []):
        _projects(context, recipe)
    for recipe in around.get("assessments", []):
        _assessments(context, recipe)
    for recipe in around.get("rankings", []):
        _rankings(context, recipe)


def _codes(context: Context, level: str, role: str) -> Texts:
    if level == "place":
        return np.array([context.place.code], dtype=object)
    if level == "township":
        return targets(context, {"target": "township", "role": role})
    return village_codes(context, level)


def _spendings(context: Context, recipe: Recipe) -> None:
    """A published sum over years and places in budget steps, or the same sum for each village."""
    purpose = recipe["purpose"]
    rng = context.rng(f"spendings.{purpose}.{recipe['by']}")
    codes = _codes(context, recipe["by"], purpose)
    years = list(range(recipe["years"][0], recipe["years"][1] + 1))
    cells = len(codes) * len(years)
    if "each" in recipe:
        amounts = np.full(cells, amount(context, recipe["each"]), dtype=np.int64)
    else:
        weights = rng.lognormal(0, recipe.get("spread", 0.3), cells)
        amounts = rounded_shares(amount(context, recipe["total"]), weights, recipe["step"])
    known = context.tables.get("spendings")
    add(
        context, "spendings", cells, purpose=purpose, code=np.tile(codes, len(years)),
        spending_id=numbered("S-{:05d}", cells, 1 + (known.num_rows if known is not None else 0)),
        from_date=[date(year, 1, 1) for year in years for _ in codes],
        to_date=[_end(context, year) for year in years for _ in codes],
        amount=amounts, origin=recipe["origin"],
    )  # fmt: skip


def _end(context: Context, year: int) -> date:
    """The end of a year, or the report's day within it."""
    return min(date(year, 12, 31), context.place.as_of)


def _projects(context: Context, recipe: Recipe) -> None:
    """Works and plans (项目): a published number over villages, or one in every village."""
    kind = recipe["kind"]
    rng = context.rng(f"projects.{kind}")
    codes = _codes(context, recipe["by"], kind)
    if "count" in recipe:
        count = amount(context, recipe["count"])
        codes = np.sort(rng.permutation(np.resize(codes, count)).astype(str)).astype(object)
    persons = None
    if "persons" in recipe:
        people = _people(context, codes)
        persons = apportion(amount(context, recipe["persons"]), people)
    first, last = recipe["days"]
    ends = rows.days_between(rng, first, last, codes.size)
    low, high = recipe["takes"]
    add(
        context, "projects", codes.size, project_id=numbered(f"P-{kind}-{{:04d}}", codes.size),
        kind=kind, code=codes, from_date=ends - rng.integers(low, high + 1, codes.size) * DAY,
        to_date=ends, persons=persons, result=recipe.get("result"),
    )  # fmt: skip


def _people(context: Context, codes: Texts) -> Any:
    """Residents of the village of each project, shared between the projects of one village."""
    homes = rows.households_on(context, context.place.as_of)
    names, place = np.unique(homes.villages.astype(str), return_inverse=True)
    residents = np.bincount(place, weights=homes.sizes)
    own, at, shared = np.unique(codes.astype(str), return_inverse=True, return_counts=True)
    found = np.searchsorted(names, own).clip(0, names.size - 1)
    people = np.where(names[found] == own, residents[found], 0)
    return (people / shared)[at] + 1


def _assessments(context: Context, recipe: Recipe) -> None:
    """Results of an assessment (考核评估): what was looked for, in how many, and what was found."""
    code = context.place.code
    for day in recipe["days"]:
        for measure in recipe["measures"]:
            add(
                context, "assessments", 1, code=code, day=day, measure=measure,
                sample=_sample(context, recipe, measure, day), found=recipe["found"],
                by=recipe["by"],
            )  # fmt: skip


def _sample(context: Context, recipe: Recipe, measure: str, day: date) -> int:
    """Households looked at: those that the measure is about, or a share of them drawn as a sample."""
    if "sample" in recipe:
        return int(recipe["sample"])
    every = rows.households_on(context, day).ids
    registered = rows.registered_on(context, day).ids
    exited = rows.households_with(context, "exited", day)
    left_out = pc.invert(pc.is_in(rows.listed(every), value_set=rows.listed(registered)))
    universe = {
        "missed": int(pc.sum(left_out).as_py()),
        "wrong_in": registered.size,
        "wrong_out": len(exited),
        "returned": len(exited),
    }[measure]
    return max(1, int(universe * recipe["share"]))


def _rankings(context: Context, recipe: Recipe) -> None:
    """Villages ranked at the end of each month (月评比): `found` is the rank among `sample`.

    A village's standing lasts, so that some stay at the bottom for months on end.
    """
    rng = context.rng(f"rankings.{recipe['measure']}")
    codes = village_codes(context, recipe["among"])
    months = np.arange(np.datetime64(recipe["from"], "M"), np.datetime64(recipe["to"], "M") + 1)
    days = (months + 1).astype("datetime64[D]") - DAY
    standing = rng.normal(size=codes.size)
    scores = standing + recipe["noise"] * rng.normal(size=(months.size, codes.size))
    ranks = np.argsort(np.argsort(-scores, axis=1), axis=1) + 1
    add(
        context, "assessments", ranks.size, code=np.tile(codes, months.size),
        day=np.repeat(days, codes.size), measure=recipe["measure"], sample=codes.size,
        found=ranks.ravel(), by=recipe["by"],
    )  # fmt: skip
