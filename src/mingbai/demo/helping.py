"""Who helps (帮扶力量): units, cadres, teams and their assignments, from the recipes of the place.

A recipe says how many cadres of a role there are and what they are assigned to. Every target has one, or
every cadre has a target, whichever are more; households go to helpers in blocks of neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.demo import naming, rows
from mingbai.demo.context import Context, valid_on
from mingbai.demo.exact import Ints, apportion, choose, spread
from mingbai.demo.rows import Texts, add, amount, blocks, numbered

Recipe = Mapping[str, Any]


def build(context: Context) -> None:
    """Put units, cadres, teams and assignments, and list the supervised villages (挂牌督战)."""
    around = context.place.parameters["around"]
    _supervise(context, around.get("supervised"))
    for recipe in around["units"]:
        _units(context, recipe)
    for recipe in around["teams"]:
        _teams(context, recipe)
    for recipe in around["cadres"]:
        _cadres(context, recipe)
    for recipe in around.get("second_roles", []):
        _second_role(context, recipe)
    _help_the_watched(context, around.get("watched_days", 0))


def village_codes(context: Context, among: str) -> Texts:
    """Codes of the villages of a kind on the report day: all, villages, communities, poor, …"""
    villages = context.villages(context.place.as_of)
    if among == "all":
        return np.array([village.code for village in villages], dtype=object)
    if among in ("village", "community"):
        return np.array([each.code for each in villages if each.kind == among], dtype=object)
    listed = context.tables["village_statuses"]
    kinds = {"others": ["poor"], "supervised": ["supervised_province", "supervised_county"]}
    codes = listed.filter(pc.is_in(listed["kind"], pa.array(kinds.get(among, [among]))))["code"]
    if among == "others":
        plain = village_codes(context, "village")
        return plain[~rows.is_among(plain, codes.combine_chunks())]
    return np.array(sorted(set(codes.to_pylist())), dtype=object)


def targets(context: Context, recipe: Recipe) -> Texts:
    """The ids that a recipe's cadres are assigned to."""
    kind = recipe["target"]
    if kind == "village" and recipe.get("among") == "with_team":
        teams = context.tables["teams"]
        found = teams.filter(pc.equal(teams["kind"], "resident"))["village_code"].to_numpy()
    elif kind == "village":
        found = village_codes(context, recipe.get("among", "all"))
    elif kind == "township":
        divisions = valid_on(context.tables["divisions"], context.place.as_of)
        towns = divisions.filter(pc.equal(divisions["level"], "township"))
        found = np.sort(towns["code"].to_numpy().astype(str)).astype(object)
    elif kind == "unit":
        units = context.tables["units"]
        found = units.filter(pc.equal(units["kind"], recipe["among"]))["unit_id"].to_numpy()
    elif kind == "estate":
        estates = pc.unique(context.tables["dwellings"]["estate_id"].drop_null().combine_chunks())
        found = np.sort(estates.to_numpy(zero_copy_only=False).astype(str)).astype(object)
    else:
        return _homes(context, recipe)
    rng = context.rng(f"targets.{recipe['role']}.{kind}")
    if "only" in recipe:
        found = found[np.sort(rng.permutation(found.size)[: amount(context, recipe["only"])])]
    vacant = amount(context, recipe.get("vacant", 0))
    return np.delete(found, rng.permutation(found.size)[:vacant])


def _homes(context: Context, recipe: Recipe) -> Texts:
    """Households that get a helper, in the order of their villages."""
    day = recipe.get("day", context.place.as_of)
    if recipe.get("among") == "every":
        return rows.households_on(context, day).ids
    homes = rows.registered_on(context, day)
    if "households" not in recipe:
        return homes.ids
    rng = context.rng(f"targets.{recipe['role']}.household")
    count = amount(context, recipe["households"])
    if "persons" not in recipe:
        return homes.ids[np.sort(rng.permutation(homes.ids.size)[:count])]
    return homes.ids[choose(homes.sizes, count, amount(context, recipe["persons"]), rng)]


def _supervise(context: Context, listed: Recipe | None) -> None:
    """List villages for supervision, those with most households still poor the likeliest."""
    if listed is None:
        return
    day = context.place.as_of
    homes = rows.registered_on(context, day)
    poor = ~rows.is_among(homes.ids, rows.households_with(context, "exited", day))
    codes = village_codes(context, "village")
    left = pc.index_in(pa.array(homes.villages[poor]), value_set=pa.array(codes)).drop_null()
    weights = np.bincount(left.to_numpy(zero_copy_only=False), minlength=codes.size) + 0.01
    rng = context.rng("supervise")
    total, province = amount(context, listed["total"]), amount(context, listed["province"])
    keys = np.log(weights) + rng.gumbel(size=codes.size)
    order = np.argsort(-keys, kind="stable")[:total]
    kinds = np.where(np.arange(total) < province, "supervised_province", "supervised_county")
    back = np.argsort(order, kind="stable")
    add(
        context, "village_statuses", total, code=codes[order][back],
        kind=kinds.astype(object)[back], from_date=listed["from"],
    )  # fmt: skip


def _units(context: Context, recipe: Recipe) -> None:
    names = list(recipe.get("names", []))
    if "count" in recipe:
        names = [recipe["name"].format(n=at + 1) for at in range(amount(context, recipe["count"]))]
    if "per" in recipe:
        villages = {each.code: each.name for each in context.villages(context.place.as_of)}
        codes = village_codes(context, recipe["per"])
        names = [recipe["name"].format(village=villages[code]) for code in codes]
    add(
        context, "units", len(names), unit_id=numbered(f"U-{recipe['kind']}-{{:03d}}", len(names)),
        name=names, kind=recipe["kind"], level=recipe["level"],
    )  # fmt: skip


def _teams(context: Context, recipe: Recipe) -> None:
    """Teams of a kind: one a village, in so many villages, or a number that goes round the townships."""
    kind, rng = recipe["kind"], context.rng(f"teams.{recipe['kind']}")
    if "among" in recipe and "count" in recipe:
        bases = _some_villages(context, recipe, rng)
        ids = np.array([f"T{code}" for code in bases], dtype=object)
    elif "count" in recipe:
        bases = _bases(context, amount(context, recipe["count"]), rng)
        ids = numbered(f"C{context.place.code}-{{:03d}}", bases.size)
    else:
        bases = village_codes(context, recipe["among"])
        ids = np.array([f"T{code}" for code in bases], dtype=object)
    low, high = recipe["members"]
    members = rng.integers(low, high + 1, ids.size)
    if "persons" in recipe:
        members = spread(amount(context, recipe["persons"]), ids.size, low, high, rng)
    add(
        context, "teams", ids.size, team_id=ids, kind=kind, village_code=bases, members=members,
        from_date=recipe["from"],
    )  # fmt: skip
    extra = village_codes(context, recipe.get("extra_among", "all"))
    helped = rng.permutation(extra)[: amount(context, recipe.get("extra", 0))]
    loan = rng.permutation(ids[~rows.is_among(bases, helped)])[: helped.size]
    add(
        context, "assignments", ids.size + helped.size, team_id=np.concatenate([ids, loan]),
        target="village", target_id=np.concatenate([bases, helped]), role=f"{kind}_team",
        from_date=recipe["from"],
    )  # fmt: skip


def _some_villages(context: Context, recipe: Recipe, rng: np.random.Generator) -> Texts:
    """So many villages of a kind in code order, the poor ones in any case."""
    codes = village_codes(context, recipe["among"])
    keys = rng.random(codes.size) - rows.is_among(codes, village_codes(context, "poor"))
    return codes[np.sort(np.argsort(keys, kind="stable")[: amount(context, recipe["count"])])]


def _bases(context: Context, count: int, rng: np.random.Generator) -> Texts:
    """Village of each team: the teams go round the townships, and within each to drawn villages."""
    by_town: dict[str, list[str]] = {}
    for village in context.villages(context.place.as_of):
        by_town.setdefault(village.township, []).append(village.code)
    towns = [rng.permutation(np.array(by_town[town], dtype=object)) for town in sorted(by_town)]
    picks = (towns[at % len(towns)] for at in range(count))
    return np.array([t[at // len(towns) % t.size] for at, t in enumerate(picks)], dtype=object)


def _cadres(context: Context, recipe: Recipe) -> None:
    """Cadres of a role, and what each is assigned to."""
    role = recipe["role"]
    count = amount(context, recipe["count"], role)
    rng = context.rng(f"cadres.{role}")
    ids = numbered(f"K-{role}-{{:05d}}", count)
    named = np.arange(count) < amount(context, recipe.get("named", 0))
    add(
        context, "cadres", count, cadre_id=ids, name=naming.draw(rng, count), kind=role,
        unit_id=_unit_ids(context, recipe, count, rng), named=named,
    )  # fmt: skip
    for each in recipe.get("targets", [recipe]):
        _assign(context, {**recipe, **each}, ids, rng)


def _unit_ids(
    context: Context, recipe: Recipe, count: int, rng: np.random.Generator
) -> Texts | None:
    if "unit" not in recipe:
        return None
    units = context.tables["units"]
    own = units.filter(pc.equal(units["kind"], recipe["unit"]))["unit_id"].to_numpy()
    return np.sort(own[rng.integers(0, own.size, count)].astype(str)).astype(object)


def _assign(context: Context, recipe: Recipe, ids: Texts, rng: np.random.Generator) -> None:
    same = recipe.get("same_as")
    found = _targets_of(context, same) if same else targets(context, recipe)
    who, what = _cover(ids.size, found.size, recipe.get("most"), rng)
    teams = None
    if recipe.get("with_team"):
        teams = np.array([f"T{code}" for code in found[what]], dtype=object)
    since: Any = recipe["from"]
    if "joined" in recipe:  # so many from the first day, the others from a later one
        early = amount(context, recipe["first"])
        since = [recipe["from"] if at < early else recipe["joined"] for at in who]
    add(
        context, "assignments", who.size, cadre_id=ids[who], team_id=teams,
        target=recipe["target"], target_id=found[what], role=recipe["role"],
        from_date=since,
    )  # fmt: skip


def _targets_of(context: Context, role: str) -> Texts:
    assigned = context.tables["assignments"]
    return assigned.filter(pc.equal(assigned["role"], role))["target_id"].to_numpy()


def _cover(
    owners: int, units: int, most: int | None, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Pairs that leave no target without a cadre and no cadre without a target."""
    if owners > units:
        loads = rng.permutation(apportion(owners, np.ones(units)))
        return np.arange(owners), blocks(loads)
    if most is None:
        loads = rng.permutation(apportion(units, np.ones(owners)))
    else:
        loads = spread(units, owners, 1, most, rng)
    return blocks(loads), np.arange(units)


def _second_role(context: Context, recipe: Recipe) -> None:
    """Cadres of one role who take on another (回头看 reviewers are helpers)."""
    cadres = context.tables["cadres"]
    ids = cadres.filter(pc.equal(cadres["kind"], recipe["of"]))["cadre_id"].to_numpy()
    rng = context.rng(f"second.{recipe['role']}")
    count = amount(context, recipe["count"], recipe["role"])
    _assign(context, recipe, ids[np.sort(rng.permutation(ids.size)[:count])], rng)


def _help_the_watched(context: Context, days: int) -> None:
    """Households put under watch after the report's day (监测对象) get a helper of their village."""
    statuses = context.tables["statuses"]
    watched = statuses.filter(pc.starts_with(statuses["kind"], "watched"))
    watched = watched.filter(pc.greater(watched["from_date"], context.place.as_of))
    ids, first = np.unique(watched["subject_id"].to_numpy().astype(str), return_index=True)
    since = watched["from_date"].to_numpy().astype("datetime64[D]")[first] + days * rows.DAY
    assigned = context.tables["assignments"]
    pairs = assigned.filter(pc.equal(assigned["role"], "helper"))
    new = ~rows.is_among(ids.tolist(), pairs["target_id"].combine_chunks())
    new &= since <= np.datetime64(context.until, "D")
    if not new.any() or pairs.num_rows == 0:
        return
    rng = context.rng("watched")
    homes = rows.households_on(context, context.until)
    village = dict(zip(homes.ids.tolist(), homes.villages.tolist(), strict=True))
    near: dict[str, list[str]] = {}
    for cadre, home in zip(
        pairs["cadre_id"].to_pylist(), pairs["target_id"].to_pylist(), strict=True
    ):
        near.setdefault(village.get(home, ""), []).append(cadre)
    every = pairs["cadre_id"].to_pylist()
    helpers = [rng.choice(near.get(village.get(one, ""), every)) for one in ids[new].tolist()]
    add(
        context, "assignments", len(helpers), cadre_id=[str(one) for one in helpers],
        target="household", target_id=ids[new].astype(object), role="helper", from_date=since[new],
    )  # fmt: skip
