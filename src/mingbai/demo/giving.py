"""Society and campaigns (社会帮扶与专项行动): volunteers, needs and matches, and what campaigns counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.demo import naming, rounds, rows
from mingbai.demo.assistance import rounded_shares
from mingbai.demo.context import Context
from mingbai.demo.exact import apportion, choose, spread
from mingbai.demo.helping import village_codes
from mingbai.demo.rows import DAY, Households, Texts, add, amount, numbered

Recipe = Mapping[str, Any]


def build(context: Context) -> None:
    """Put volunteers, needs, campaigns and their records."""
    around = context.place.parameters["around"]
    for recipe in around.get("volunteers", []):
        _volunteers(context, recipe)
    for recipe in around.get("needs", []):
        _needs(context, recipe)
    for recipe in around.get("purchases", []):
        _purchases(context, recipe)
    for recipe in around.get("campaigns", []):
        _campaign(context, recipe)


def _volunteers(context: Context, recipe: Recipe) -> None:
    """Persons who registered to help (爱心人士)."""
    rng = context.rng(f"volunteers.{recipe['kind']}")
    count = amount(context, recipe["count"], recipe["kind"])
    first, last = recipe["days"]
    add(
        context, "volunteers", count, volunteer_id=numbered(f"V-{recipe['kind']}-{{:06d}}", count),
        name=naming.draw(rng, count), kind=recipe["kind"],
        registered_on=np.sort(rows.days_between(rng, first, last, count)),
    )  # fmt: skip


def _needs(context: Context, recipe: Recipe) -> None:
    """Needs of registered households (爱心需求), so many matched by the day; most were delivered."""
    rng = context.rng("needs")
    posted, matched = amount(context, recipe["posted"]), amount(context, recipe["matched"])
    homes = rows.registered_on(context, recipe["day"])
    first, last = recipe["days"]
    days = np.sort(rows.days_between(rng, first, last, posted))
    lag = np.rint(rng.exponential(recipe["match_days"], posted)).astype(np.int64)
    # Those that waited least are the matched ones; none is matched after the last day.
    lag = np.minimum(lag, (days[-1] - days).astype(np.int64))
    order = np.argsort(lag + rng.random(posted) * recipe["match_days"], kind="stable")
    is_matched = np.isin(np.arange(posted), order[:matched])
    delivered = days + (lag + rng.integers(1, recipe["delivery_days"], posted)) * DAY
    is_delivered = is_matched & (delivered <= np.datetime64(last, "D"))
    kinds = np.array(list(recipe["kinds"]), dtype=object)
    weights = np.array(list(recipe["kinds"].values()), dtype=np.float64)
    kind = rng.choice(kinds.size, posted, p=weights / weights.sum())
    low, high, step = recipe["amount"]
    donor = _donors(context, days + lag * DAY, rng)
    nat = np.datetime64("NaT", "D")
    add(
        context, "needs", posted, need_id=numbered("W-{:06d}", posted), kind=kinds[kind],
        household_id=homes.ids[rng.integers(0, homes.ids.size, posted)],
        channel=recipe["channel"], posted_on=days,
        matched_on=np.where(is_matched, days + lag * DAY, nat),
        delivered_on=np.where(is_delivered, delivered, nat),
        amount=rng.integers(low // step, high // step + 1, posted) * step,
        donor_id=pa.array(donor, pa.string(), mask=~is_matched),
    )  # fmt: skip


def _purchases(context: Context, recipe: Recipe) -> None:
    """What was bought of registered households (消费扶贫): a published sum over sales and channels."""
    name = "-".join(recipe["channels"])
    rng = context.rng(f"purchases.{name}")
    homes = rows.registered_on(context, recipe["day"])
    count = amount(context, recipe["count"])
    first, last = recipe["days"]
    days = np.sort(rows.days_between(rng, first, last, count))
    channels = np.array(list(recipe["channels"]), dtype=object)
    loads = apportion(count, np.array(list(recipe["channels"].values()), dtype=np.float64))
    weights = rng.lognormal(0, 0.7, count)
    add(
        context, "needs", count, need_id=numbered(f"B-{name}-{{:05d}}", count), kind="purchase",
        household_id=homes.ids[rng.integers(0, homes.ids.size, count)],
        channel=rng.permutation(np.repeat(channels, loads)), posted_on=days, matched_on=days,
        delivered_on=days, amount=rounded_shares(amount(context, recipe["total"]), weights, recipe["step"]),
    )  # fmt: skip


def _donors(context: Context, matched_on: Any, rng: np.random.Generator) -> Texts:
    """A donor for each match, of those who had registered by then."""
    people = context.tables["volunteers"].sort_by("registered_on")
    since = people["registered_on"].to_numpy().astype("datetime64[D]")
    known = np.maximum(1, np.searchsorted(since, matched_on, side="right"))
    return people["volunteer_id"].to_numpy()[(rng.random(known.size) * known).astype(np.int64)]


def _campaign(context: Context, recipe: Recipe) -> None:
    add(
        context, "campaigns", 1, campaign_id=recipe["id"], name=recipe["name"],
        code=context.place.code, from_date=recipe["from"], to_date=recipe.get("to"),
        kind=recipe["kind"],
    )  # fmt: skip
    codes = _campaign_villages(context, recipe)
    for record in recipe.get("records", []):
        _records(context, recipe, record, codes)


def _campaign_villages(context: Context, recipe: Recipe) -> Texts:
    if "code" in recipe:
        return np.array([recipe["code"]], dtype=object)
    codes = village_codes(context, recipe.get("among", "all"))
    if "villages" not in recipe:
        return codes
    rng = context.rng(f"campaign.{recipe['id']}")
    return codes[np.sort(rng.permutation(codes.size)[: amount(context, recipe["villages"])])]


def _records(context: Context, recipe: Recipe, record: Recipe, codes: Texts) -> None:
    """What a campaign counted: one record a household, a case, or a village."""
    if "helped_by" in record:
        _key_households(context, recipe, record)
        return
    if rounds.put(context, recipe, record, codes):
        return
    name = f"{recipe['id']}.{record['kind']}"
    rng = context.rng(f"records.{name}")
    first, last = recipe["from"], min(recipe.get("to") or context.place.as_of, context.place.as_of)
    persons = money = homes = None
    if "linked" in record:
        homes, codes = _linked(context, record["linked"])
    elif "households" in record:
        found = _record_homes(context, record, codes, rng)
        homes, codes, persons = found.ids, found.villages, found.sizes
    elif "count" in record:
        count = amount(context, record["count"], name)
        # Every village has one where there are enough; the others fall as they fall.
        more = rng.integers(0, codes.size, max(0, count - codes.size))
        codes = codes[np.sort(np.concatenate([np.arange(min(count, codes.size)), more]))]
        persons = record.get("persons")
        if "total_persons" in record:
            persons = spread(
                amount(context, record["total_persons"]), count, 1, record["most"], rng
            )
    elif "groups" in record:  # one in every group of the place
        codes = context.tables["groups"]["village_code"].to_numpy()
        low, high = record["groups"]
        persons = rng.integers(low, high + 1, codes.size)
    else:
        codes, persons, money = _by_village(context, record, codes, name)
    opened = rows.days_between(rng, first, last, codes.size)
    closed = None
    if "closed_within" in record:
        wait = rng.integers(0, record["closed_within"] + 1, codes.size)
        closed = np.minimum(opened + wait * DAY, np.datetime64(last, "D"))
    add(
        context, "campaign_records", codes.size, campaign_id=recipe["id"], kind=record["kind"],
        code=codes, household_id=homes, day=opened, persons=persons, amount=money,
        closed_on=closed,
    )  # fmt: skip


def _key_households(context: Context, recipe: Recipe, record: Recipe) -> None:
    """The households that neighbours help, each with why it is a key one (重点户)."""
    rng = context.rng(f"records.{recipe['id']}")
    table = context.tables["assignments"]
    ids = pc.unique(table.filter(pc.equal(table["role"], record["helped_by"]))["target_id"])
    homes = rows.households_on(context, context.place.as_of)
    homes = homes.take(rows.is_among(homes.ids, ids))
    weights = np.array(list(record["kind"].values()), dtype=np.float64)
    drawn = rng.choice(weights.size, homes.ids.size, p=weights / weights.sum())
    add(
        context, "campaign_records", homes.ids.size, campaign_id=recipe["id"], code=homes.villages,
        kind=np.array(list(record["kind"]), dtype=object)[drawn], household_id=homes.ids,
        day=recipe["from"], persons=homes.sizes,
    )  # fmt: skip


def _linked(context: Context, kinds: list[str]) -> tuple[Texts, Texts]:
    """Households with a link of these kinds, and their villages."""
    links = context.tables["links"]
    linked = links.filter(pc.is_in(links["kind"], value_set=pa.array(kinds)))["household_id"]
    homes = rows.households_on(context, context.place.as_of)
    homes = homes.take(rows.is_among(homes.ids, pc.unique(linked.combine_chunks())))
    return homes.ids, homes.villages


def _record_homes(
    context: Context, record: Recipe, codes: Texts, rng: np.random.Generator
) -> Households:
    """Households that a campaign reached: of all residents, or those still poor."""
    day = record["day"]
    homes = rows.households_on(context, day)
    homes = homes.take(rows.is_among(homes.villages, codes))
    if record["households"] == "poor":
        listed = rows.is_among(homes.ids, rows.households_with(context, "registered", day))
        out = rows.is_among(homes.ids, rows.households_with(context, "exited", day))
        return homes.take(listed & ~out)
    count = amount(context, record["households"], record["kind"])
    # Registered households are visited first: the campaign is for them.
    listed = rows.is_among(homes.ids, rows.households_with(context, "registered", day))
    weights = np.where(listed, float(record["registered_weight"]), 1.0)
    if "total_persons" not in record:
        keys = rng.gumbel(size=homes.ids.size) + np.log(weights)
        return homes.take(np.sort(np.argsort(-keys, kind="stable")[:count]))
    persons = amount(context, record["total_persons"])
    return homes.take(choose(homes.sizes, count, persons, rng, weights))


def _by_village(
    context: Context, record: Recipe, codes: Texts, name: str
) -> tuple[Texts, Any, Any]:
    """A sum over the villages: persons present, or money given."""
    rng = context.rng(f"villages.{name}")
    weights = rng.uniform(1, 3, codes.size)
    if "total" in record:
        return (
            codes,
            None,
            rounded_shares(amount(context, record["total"]), weights, record["step"]),
        )
    if record.get("of_role"):
        return codes, _reviewers(context, record["of_role"], codes), None
    if "of_volunteers" in record:
        kinds = context.tables["volunteers"]["kind"]
        came = int(pc.sum(pc.equal(kinds, record["of_volunteers"])).as_py())
        return codes, apportion(came, weights), None
    low, high = record.get("bounds", (0, 0))
    count = amount(context, record["persons"], name)
    if high:
        return codes, spread(count, codes.size, low, high, rng), None
    return codes, apportion(count, weights), None


def _reviewers(context: Context, role: str, codes: Texts) -> Any:
    """Cadres of a role assigned to each village."""
    table = context.tables["assignments"]
    target = table["target_id"].to_numpy()[table["role"].to_numpy() == role]
    own, counts = np.unique(target.astype(str), return_counts=True)
    found = dict(zip(own.tolist(), counts.tolist(), strict=True))
    return np.array([found.get(code, 0) for code in codes.tolist()], dtype=np.int64)
