"""Medical bills (医疗费用): stays by age and illness, what insurance paid and what was left.

Registered persons from 2017 on, everybody in the twelve months before the report day and before `until`.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mingbai.demo.context import Context
from mingbai.demo.exact import Floats, InexactError, Ints
from mingbai.demo.naming import numbered
from mingbai.demo.registered import days
from mingbai.demo.rows import sum_of
from mingbai.demo.shocks import Shocks
from mingbai.demo.society import Flags, Society, ages, day_of, year_start
from mingbai.demo.traits import Traits

KINDS = ("inpatient", "chronic")


def build(context: Context, society: Society, traits: Traits, shocks: Shocks) -> None:
    """Stays of all windows, the big bills of true illness shocks, and visits for chronic diseases."""
    report = day_of(context.place.as_of)
    spans = [(year_start(2017), report, True, "report"), (report - 365, report, False, "others")]
    if society.until > report:
        first = max(report, society.until - 730)
        spans += [
            (first, society.until, True, "late"),
            (max(report, society.until - 365), society.until, False, "late.others"),
        ]
    parts = [_stays(context, society, traits, *span) for span in spans]
    parts.append(_shocks(society, traits, shocks, spans))
    parts.append(_visits(context, society, traits, max(report - 365, society.first), report))
    if society.until > report:
        parts.append(
            _visits(context, society, traits, max(report, society.until - 365), society.until)
        )
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((rows["person"], rows["day"]))
    _put(context, society, traits, {name: values[order] for name, values in rows.items()})


def _stays(
    context: Context,
    society: Society,
    traits: Traits,
    start: int,
    end: int,
    listed: bool,
    name: str,
) -> dict[str, Ints]:
    """Hospital stays of the registered, or of all others, between two days."""
    rng, given = context.rng(f"bills.{name}"), society.settings["hospital"]
    persons, _ = society.members(end - 1)
    persons = persons[traits.registered[persons] == listed]
    age = ages(society.persons.birth[persons], end)
    rate = given["base"] + given["old"] * (age / 100) ** 1.3 * 1.6
    rate = rate + given["chronic"] * (traits.chronic[persons] > 0)
    rate = rate + given["major"] * (traits.major[persons] > 0)
    number = rng.poisson(rate * (end - start) / 365.0)
    who = np.repeat(persons, number)
    when = start + rng.integers(0, end - start, who.size)
    kept = when > society.persons.birth[who]
    who, when = who[kept], when[kept]
    cost = given["cost"] * np.exp(given["spread"] * rng.normal(size=who.size))
    years = (when - society.persons.birth[who]) / 365.0
    cost = cost * (0.75 + years * 0.008) * np.where(traits.major[who] > 0, 3.2, 1.0)
    inside = rng.random(who.size) < np.where(cost > 15_000, 0.45, given["in_county"])
    return {
        "person": who, "day": when, "kind": np.zeros(who.size, np.int64),
        "cost": (cost * 100).astype(np.int64), "inside": inside.astype(np.int64),
        "bare": np.zeros(who.size, np.int64),
    }  # fmt: skip


def _shocks(
    society: Society, traits: Traits, shocks: Shocks, spans: list[tuple[int, int, bool, str]]
) -> dict[str, Ints]:
    """One big bill for each true illness or accident in a window, most of it left to the household."""
    ill = np.flatnonzero((shocks.kind <= 1) & (shocks.person >= 0))
    who, when = shocks.person[ill], shocks.day[ill].astype(np.int64)
    kept = np.zeros(ill.size, dtype=bool)
    for start, end, listed, _ in spans:
        kept |= (when >= start) & (when < end) & (traits.registered[who] == listed)
    kept &= when < society.persons.died[who]
    who, when = who[kept], when[kept]
    return {
        "person": who, "day": when, "kind": np.zeros(who.size, np.int64),
        "cost": (shocks.loss[ill][kept] * 1.9).astype(np.int64),
        "inside": np.zeros(who.size, np.int64), "bare": np.ones(who.size, np.int64),
    }  # fmt: skip


def _visits(
    context: Context, society: Society, traits: Traits, start: int, end: int
) -> dict[str, Ints]:
    """Outpatient settlements of registered chronic patients, two to five a year."""
    rng = context.rng(f"bills.visits.{end}")
    persons, _ = society.members(end - 1)
    persons = persons[traits.registered[persons] & (traits.chronic[persons] > 0)]
    who = np.repeat(persons, rng.integers(2, 6, persons.size))
    when = start + rng.integers(0, end - start, who.size)
    kept = when > society.persons.birth[who]
    who, when = who[kept], when[kept]
    cost = (250 * np.exp(0.6 * rng.normal(size=who.size)) * 100).astype(np.int64)
    ones = np.ones(who.size, np.int64)
    return {
        "person": who,
        "day": when,
        "kind": ones,
        "cost": cost,
        "inside": ones,
        "bare": ones * 0,
    }


def _put(context: Context, society: Society, traits: Traits, rows: dict[str, Ints]) -> None:
    rng = context.rng("bills.paid")
    cost, count = rows["cost"] // 100 * 100, rows["cost"].size
    members = society.memberships
    home = np.zeros(society.persons.count, dtype=np.int64)
    home[members.person] = members.household
    listed = society.households.on_register(society.anchor)[home[rows["person"]]]
    inside = rows["inside"] > 0
    paid = _layers(cost, listed, inside, rows["bare"] > 0, rng)
    first = _treated_first(context, society, rows, listed & inside, rng)
    context.put("bills", pa.table({
        "bill_id": numbered("B", np.arange(1, count + 1), 9),
        "person_id": society.person_ids.take(pa.array(rows["person"])),
        "paid_on": days(rows["day"]),
        "kind": pa.array(KINDS).take(pa.array(rows["kind"])),
        "in_county": inside,
        "treated_first": first,
        "policy_cost": cost,
        "paid_basic": paid[0], "paid_major": paid[1], "paid_aid": paid[2], "paid_supplement": paid[3],
        "self_paid": cost - sum(paid),
    }))  # fmt: skip


def _layers(
    cost: Ints, listed: Flags, inside: Flags, bare: Flags, rng: np.random.Generator
) -> list[Ints]:
    """What basic and major-illness insurance, medical aid and supplementary insurance paid, in this order."""
    share: Floats = np.where(inside, 0.68, 0.52) + rng.uniform(-0.06, 0.06, cost.size)
    share = np.where(bare, share - 0.15, share)
    basic = (cost * share).astype(np.int64)
    rest = cost - basic
    floor = np.where(listed, 700_000, 1_500_000)
    major = ((rest - floor).clip(0) * np.where(bare, 0.35, 0.6)).astype(np.int64)
    rest = rest - major
    aid = np.where(listed, rest * np.where(bare, 0.25, 0.55), 0).astype(np.int64)
    rest = rest - aid
    supplement = np.where(listed & ~bare, rest * 0.35, 0).astype(np.int64)
    return [basic, major, aid, supplement]


def _treated_first(
    context: Context, society: Society, rows: dict[str, Ints], able: Flags, rng: np.random.Generator
) -> Flags:
    """Treated first, paid later (先诊疗后付费): the published person-times, or every stay in the county."""
    able = able & (rows["kind"] == 0)
    if "treated_first" not in society.local:
        return able
    wanted = sum_of(context, society.local["treated_first"])
    pool = np.flatnonzero(able & (rows["day"] <= society.anchor))
    if pool.size < wanted:
        raise InexactError(f"{wanted} person-times among {pool.size} stays")
    result = able & (rows["day"] > society.anchor)
    result[rng.permutation(pool)[:wanted]] = True
    return result
