"""What households get and belong to (帮扶措施): entities, links, dividends, crops, posts and payments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.demo import rows
from mingbai.demo.context import Context, valid_on
from mingbai.demo.exact import Ints, apportion, choose
from mingbai.demo.helping import village_codes
from mingbai.demo.rows import Members, Texts, add, amount, numbered

Recipe = Mapping[str, Any]


def build(context: Context) -> None:
    """Put the entities of the place, who is linked to them, what they pay, and who holds a post."""
    around = context.place.parameters["around"]
    _entities(context, around["entities"], around.get("entity_amounts", []))
    for recipe in around["links"]:
        _links(context, recipe)
    _count_members(context)
    for recipe in around.get("dividends", []):
        _dividends(context, recipe)
    for recipe in around["crops"]:
        _crops(context, recipe)
    for recipe in around["posts"]:
        _posts(context, recipe)


def _entities(context: Context, recipes: list[Recipe], shares: list[Recipe]) -> None:
    """Entities one recipe after the other; published sums are shared out over their kinds."""
    found: dict[str, list[Any]] = {"id": [], "kind": [], "name": [], "code": [], "size": []}
    starts, units = [], []
    for recipe in recipes:
        names, codes, sizes = _named(context, recipe)
        ids = _estate_ids(context)[0] if recipe["kind"] == "estate" else None
        kind, count = recipe["kind"], len(names)
        found["id"] += list(numbered(f"N-{kind}-{{:03d}}", count) if ids is None else ids)
        found["kind"] += [kind] * count
        found["name"] += names
        found["code"] += codes
        found["size"] += sizes
        starts += [recipe["from"]] * count
        units += [recipe.get("unit")] * count
    amounts = np.zeros(len(starts), dtype=np.int64)
    kinds = np.array(found["kind"])
    for share in shares:
        which = np.flatnonzero(np.isin(kinds, share["kinds"]))
        weights = context.rng(f"amounts.{share['kinds'][0]}").uniform(1, 2, which.size)
        amounts[which] = rounded_shares(amount(context, share["total"]), weights, share["step"])
    add(
        context, "entities", len(starts), entity_id=found["id"], kind=found["kind"],
        name=found["name"], code=found["code"], from_date=starts, size=found["size"], unit=units,
        amount=[value or None for value in amounts.tolist()],
    )  # fmt: skip


def rounded_shares(total: int, weights: Any, step: int) -> Ints:
    """Shares in whole steps (amounts as budgets are written); the last one takes the residual."""
    parts = apportion(total // step, weights) * step
    parts[-1] += total % step
    return parts


def _named(context: Context, recipe: Recipe) -> tuple[list[str], list[str], list[int | None]]:
    """Names, codes and sizes of the entities of a recipe."""
    rng = context.rng(f"entities.{recipe['kind']}")
    villages = {each.code: each.name for each in context.villages(context.place.as_of)}
    if recipe["kind"] == "estate":
        ids, sizes = _estate_ids(context)
        names = recipe.get("names") or [recipe["name"].format(n=at + 1) for at in range(len(ids))]
        return names[: len(ids)], [context.place.code] * len(ids), list(sizes)
    if "among" in recipe:
        codes = list(village_codes(context, recipe["among"]))
    elif "townships" in recipe:
        villages = _towns(context)
        codes = [
            code for name in recipe["townships"] for code in villages if name in villages[code]
        ]
    elif "villages" in recipe:
        codes = [code for name in recipe["villages"] for code in villages if name in villages[code]]
    else:
        count = amount(context, recipe["count"])
        codes = sorted(rng.permutation(np.array(sorted(villages)))[:count].tolist())
    names = [
        recipe["name"].format(village=_short(villages[code]), n=at + 1)
        for at, code in enumerate(codes)
    ]
    low, high = recipe.get("size", (0, 0))
    sizes = rng.integers(low, high + 1, len(codes)).tolist()
    return names, codes, [size or None for size in sizes]


def _towns(context: Context) -> dict[str, str]:
    divisions = valid_on(context.tables["divisions"], context.place.as_of)
    towns = divisions.filter(pc.equal(divisions["level"], "township"))
    return dict(zip(towns["code"].to_pylist(), towns["name"].to_pylist(), strict=True))


def _short(name: str) -> str:
    for ending in ("村村民委员会", "村民委员会", "村委会", "居民委员会", "居委会", "社区居委会"):
        name = name.removesuffix(ending)
    return name


def _estate_ids(context: Context) -> tuple[list[str], list[int]]:
    """The relocation estates that the dwellings name, and the households in each."""
    at_home = valid_on(context.tables["dwellings"], context.place.as_of)
    counted = at_home["estate_id"].drop_null().value_counts().to_pylist()
    counts = {each["values"]: each["counts"] for each in counted}
    return sorted(counts), [counts[each] for each in sorted(counts)]


def _of_kind(context: Context, kind: str | list[str]) -> pa.Table:
    entities = context.tables["entities"]
    kinds = [kind] if isinstance(kind, str) else kind
    return entities.filter(pc.is_in(entities["kind"], value_set=pa.array(kinds)))


def _links(context: Context, recipe: Recipe) -> None:
    """Links of households or persons to the entities of a kind: their own village's where it has one."""
    kinds = recipe.get("kinds", {recipe.get("kind"): 1})  # one kind, or several with their weights
    rng = context.rng(f"links.{next(iter(kinds))}.{recipe['entity']}")
    entities = _of_kind(context, recipe["entity"])
    if "persons" in recipe:
        who = chosen_members(context, recipe, rng)
        households, persons = who.households, who.ids
        which = rng.integers(0, entities.num_rows, persons.size)
    else:
        households, which = _own_entity(context, recipe, entities, rng)
        persons = None
    start = recipe["from"]
    end = start.replace(year=start.year + recipe["years"]) if "years" in recipe else None
    values = None
    if "amount" in recipe:
        low, high, step = recipe["amount"]
        values = rng.integers(low // step, high // step + 1, households.size) * step
    add(
        context, "links", households.size, entity_id=entities["entity_id"].to_numpy()[which],
        kind=_shared_out(kinds, households.size, rng), household_id=households, person_id=persons,
        from_date=start, to_date=end, amount=values,
    )  # fmt: skip


def _shared_out(kinds: Mapping[str, float], count: int, rng: np.random.Generator) -> Texts:
    """So many kinds in the shares of their weights, in a drawn order."""
    loads = apportion(count, np.array(list(kinds.values()), dtype=np.float64))
    return rng.permutation(np.repeat(np.array(list(kinds), dtype=object), loads))


def _count_members(context: Context) -> None:
    """The size of co-operatives and funds is the number of households that belong to them."""
    links, entities = context.tables["links"], context.tables["entities"]
    joined = links.filter(pc.is_in(links["kind"], pa.array(["share", "membership"])))
    counted = joined["entity_id"].value_counts().to_pylist()
    members = {each["values"]: each["counts"] for each in counted}
    known = zip(entities["entity_id"].to_pylist(), entities["size"].to_pylist(), strict=True)
    sizes = pa.array([members.get(entity, size) for entity, size in known], pa.int64())
    at = entities.schema.get_field_index("size")
    context.put("entities", entities.set_column(at, "size", sizes))


def _own_entity(
    context: Context, recipe: Recipe, entities: pa.Table, rng: np.random.Generator
) -> tuple[Texts, Ints]:
    """Households and the entity of each; `own`: only households of villages that have one."""
    day = recipe.get("day", context.place.as_of)
    homes = rows.registered_on(context, day)
    if recipe.get("among") == "exited":
        homes = homes.take(rows.is_among(homes.ids, rows.households_with(context, "exited", day)))
    found = pc.index_in(pa.array(homes.villages), entities["code"].combine_chunks())
    drawn = rng.integers(0, entities.num_rows, homes.ids.size)
    which = pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    keep = rng.random(homes.ids.size) < recipe.get("share", 1.0)
    if "households" in recipe:
        keep = np.isin(
            np.arange(homes.ids.size),
            rng.permutation(homes.ids.size)[: amount(context, recipe["households"])],
        )
    if recipe.get("own"):
        keep &= which >= 0
    return homes.ids[keep], np.where(which >= 0, which, drawn)[keep]


def chosen_members(context: Context, recipe: Recipe, rng: np.random.Generator) -> Members:
    """Members drawn of those who fit a recipe, as many as it says."""
    who = able_members(context, recipe, recipe.get("day", context.place.as_of))
    count = amount(context, recipe["persons"], recipe["kind"])
    if recipe.get("at_most"):
        count = min(count, who.ids.size)
    return who.take(choose(np.ones(who.ids.size, dtype=np.int64), count, count, rng))


def able_members(context: Context, recipe: Recipe, day: date) -> Members:
    """Members of households within ages, in a status of their own or at a stage of school.

    `among`: registered households, relocated ones, or registered ones in another status (dibao).
    """
    among = recipe.get("among", "registered")
    homes: Any = rows.registered_on(context, day).ids
    if among == "relocated":
        moved = valid_on(context.tables["dwellings"], day)
        homes = moved.filter(pc.equal(moved["kind"], "resettled"))["household_id"].combine_chunks()
    elif among != "registered":  # registered and in another status too
        homes = homes[rows.is_among(homes, rows.households_with(context, among, day))]
    who = rows.members_on(context, homes, day)
    low, high = recipe.get("ages", (0, 200))
    fits = (who.ages >= low) & (who.ages <= high)
    if "status" in recipe:
        states = valid_on(context.tables["statuses"], day)
        states = states.filter(pc.equal(states["kind"], recipe["status"]))
        fits &= rows.is_among(who.ids, states["subject_id"].combine_chunks())
    if "stages" in recipe:
        terms = valid_on(context.tables["schoolings"], day)
        terms = terms.filter(pc.is_in(terms["stage"], pa.array(recipe["stages"])))
        fits &= rows.is_among(who.ids, terms["person_id"].combine_chunks())
    return who.take(np.flatnonzero(fits))


def _dividends(context: Context, recipe: Recipe) -> None:
    """Yearly dividends on shares (分红), each at least the guaranteed rate, paid in the next year."""
    links = context.tables["links"]
    every = links.filter(pc.equal(links["kind"], "share"))
    homes = context.tables["households"]
    at = pc.index_in(every["household_id"], value_set=homes["household_id"].combine_chunks())
    ended = homes["to_date"].take(at)
    for year in range(recipe["first_year"], context.until.year):
        rng = context.rng(f"dividends.{year}")
        first, last = (date(year + 1, *day) for day in recipe["paid"])
        if first > context.until:
            break
        shares = every.filter(pc.fill_null(pc.greater(ended, first), True))
        invested = shares["amount"].to_numpy()
        low, high = recipe["rate"]  # hundredths of a percent
        rates = rng.integers(low, high + 1, invested.size)
        rates[rng.random(invested.size) < recipe["at_the_guarantee"]] = low
        add(
            context, "dividends", invested.size, entity_id=shares["entity_id"],
            household_id=shares["household_id"], year=year, share=invested,
            paid=-(-invested * rates // 10_000),
            paid_on=rows.days_between(rng, first, min(last, context.until), invested.size),
        )  # fmt: skip


def _crops(context: Context, recipe: Recipe) -> None:
    """A published area or quantity over crops and villages, in whole mu or bags."""
    rng = context.rng(f"crops.{recipe['crops'][0]}")
    codes = village_codes(context, "village")
    cells = []
    for crop in recipe["crops"]:
        grown = np.sort(rng.permutation(codes.size)[: max(1, int(codes.size * recipe["spread"]))])
        cells += [(crop, code) for code in codes[grown]]
    quantities = rounded_shares(
        amount(context, recipe["total"]), rng.lognormal(0, 0.5, len(cells)), recipe["step"]
    )
    coops = _of_kind(context, "coop")
    own = dict(zip(coops["code"].to_pylist(), coops["entity_id"].to_pylist(), strict=True))
    add(
        context, "crops", len(cells), code=[code for _, code in cells],
        entity_id=[own.get(code) for _, code in cells], crop=[crop for crop, _ in cells],
        year=recipe["year"], quantity=quantities, unit=recipe["unit"],
    )  # fmt: skip


def _posts(context: Context, recipe: Recipe) -> None:
    """Posts for members of registered households (护林员、公益性岗位), renewed each year."""
    rng = context.rng(f"posts.{recipe['kind']}")
    who = chosen_members(context, recipe, rng)
    stations = _of_kind(context, recipe["entity"])["entity_id"].to_numpy()
    areas = None
    if "area" in recipe:
        areas = apportion(amount(context, recipe["area"]), rng.uniform(1, 2, who.ids.size))
    start = recipe["from"]
    while start <= context.until:
        if start > context.place.as_of:
            who = _succeeded(who, able_members(context, recipe, start), rng)
        end = start.replace(year=start.year + 1)
        add(
            context, "posts", who.ids.size, person_id=who.ids, household_id=who.households,
            kind=recipe["kind"], entity_id=stations[0], from_date=start,
            to_date=end, area=areas,
        )  # fmt: skip
        start = end


def _succeeded(holders: Members, able: Members, rng: np.random.Generator) -> Members:
    """Those who hold a post in the next year: who died, left or is too old has a successor."""
    stays = rows.is_among(holders.ids, able.ids)
    others = np.flatnonzero(~rows.is_among(able.ids, holders.ids))
    vacant = np.flatnonzero(~stays)[: others.size]
    new = able.take(rng.permutation(others)[: vacant.size])
    ids, homes, ages = holders.ids.copy(), holders.households.copy(), holders.ages.copy()
    ids[vacant], homes[vacant], ages[vacant] = new.ids, new.households, new.ages
    return Members(ids, homes, ages)
