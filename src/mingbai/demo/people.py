"""The whole rural population (全部农村人口): households, persons and memberships, as arrays.

Households are drawn by class (not registered, exited, still poor, on the floor) with the published numbers of
households and persons, spread over the villages, and filled with families. Who left before the anchor day is
added by `listing`; what happens after the report day by `rolling`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mingbai.demo.context import Context
from mingbai.demo.exact import Floats, Ints, apportion
from mingbai.demo.families import Members, draw_members
from mingbai.demo.naming import Names, codes_by_day, id_numbers, numbered
from mingbai.demo.rows import amount, sum_of
from mingbai.demo.sizes import pick, sizes_with_sum
from mingbai.demo.society import (
    CLASSES,
    GENERAL,
    OPEN,
    REASON,
    RELATION,
    RELATIONS,
    Households,
    Memberships,
    Persons,
    Society,
    day_of,
)
from mingbai.demo.totals import read_data

YEAR = 365.2425
_STAGE_WEIGHT = {"exited": 1.7, "left": 1.9, "floor": 1.4}  # of poor villages, against the others
_HEADS_LINE = {"father", "grandfather", "sibling", "nephew", "niece", "uncle"}
_CHILDREN_LINE = {
    "son", "daughter", "grandson", "granddaughter", "great_grandson", "great_granddaughter",
    "husband_father",
}  # fmt: skip


def build(context: Context) -> Society:
    """Households with members, all alive at the anchor day; the published sizes are exact."""
    local = dict(context.place.parameters["people"])  # steps keep notes in it
    settings = {key: entry["value"] for key, entry in read_data("people.yaml").items()}
    stages = [
        (
            CLASSES.index(one["name"]),
            sum_of(context, one["households"]),
            sum_of(context, one["persons"]),
        )
        for one in local["classes"]
    ]
    households, persons = _population(context, local)
    others = (
        GENERAL,
        households - sum(one[1] for one in stages),
        persons - sum(one[2] for one in stages),
    )
    rng = context.rng("people.sizes")
    shape = np.array(settings["sizes"])
    sizes = np.concatenate(
        [sizes_with_sum(one[1], one[2], shape, rng) for one in [others, *stages]]
    )
    classes = np.repeat(
        [one[0] for one in [others, *stages]], [one[1] for one in [others, *stages]]
    )
    stage = np.repeat(np.arange(-1, len(stages)), [one[1] for one in [others, *stages]])
    villages = context.villages(context.place.as_of)
    village = _villages(context, [one[1] for one in [others, *stages]], local)
    order = np.lexsort((rng.random(sizes.size), village))
    sizes, classes, stage, village = sizes[order], classes[order], stage[order], village[order]
    members = draw_members(
        sizes, classes, local.get("children", 1.0), context.rng("people.members")
    )
    anchor = day_of(local["anchor"])
    society = Society(
        households=_households(context, village, classes, stage, villages),
        persons=_persons(context, members, village, villages, anchor, local),
        memberships=_memberships(context, members, anchor),
        anchor=anchor,
        base=day_of(local["base"]),
        first=day_of(context.place.first_day),
        until=day_of(context.until),
        settings=settings,
        local=local,
        villages=villages,
        ethnicities=list(local["ethnicity"]),
    )
    _weddings(society, context.rng("people.weddings"))
    return society


def _population(context: Context, local: dict[str, Any]) -> tuple[int, int]:
    """Households and persons of the whole place at the anchor day."""
    wanted = local["population"]
    if isinstance(wanted["persons"], list):
        return sum_of(context, wanted["households"]), sum_of(context, wanted["persons"])
    rows = context.tables["denominators"]
    rows = rows.filter(pc.equal(rows["universe"], wanted["persons"])).sort_by("day")
    persons = rows["value"][-1].as_py()
    return round(persons / wanted["mean"]), persons


def _villages(context: Context, counts: list[int], local: dict[str, Any]) -> Ints:
    """The village of each household, class after class: more of the registered in poor villages."""
    villages = context.villages(context.place.as_of)
    rng = context.rng("people.villages")
    groups = pc.value_counts(context.tables["groups"]["village_code"]).to_pylist()
    number = {one["values"]: one["counts"] for one in groups}
    weights = np.array([number[one.code] for one in villages]) * rng.uniform(
        0.85, 1.15, len(villages)
    )
    rows = context.tables["village_statuses"]
    poor = set(rows.filter(pc.equal(rows["kind"], "poor"))["code"].to_pylist())
    in_poor = np.array([one.code in poor for one in villages])
    in_all = apportion(sum(counts), weights)
    parts = []
    for one, count in zip(local["classes"], counts[1:], strict=True):
        lean = np.where(in_poor, _STAGE_WEIGHT[one["name"]], 1.0) * rng.uniform(
            0.7, 1.3, in_poor.size
        )
        shares = one.get("areas", {})
        parts.append(_over_villages(count, weights * lean, villages, shares, in_all))
    rest = (in_all - sum(parts)).clip(0)
    parts.insert(0, apportion(counts[0], rest.astype(np.float64)))
    return np.concatenate([np.repeat(np.arange(len(villages)), part) for part in parts])


def _over_villages(
    count: int, weights: Floats, villages: list[Any], shares: Mapping[str, float], in_all: Ints
) -> Ints:
    """`count` households of a class over the villages; in some areas a given share of all there are."""
    part = np.zeros(len(villages), dtype=np.int64)
    free = np.ones(len(villages), dtype=bool)
    for code, share in shares.items():
        inside = np.array([one.code.startswith(code) for one in villages])
        part[inside] = apportion(round(int(in_all[inside].sum()) * share), weights[inside])
        free &= ~inside
    part[free] = apportion(count - int(part.sum()), weights[free])
    return part


def _households(
    context: Context, village: Ints, classes: NDArray[Any], stage: NDArray[Any], villages: list[Any]
) -> Households:
    groups = context.tables["groups"]
    code_at = {one.code: at for at, one in enumerate(villages)}
    of_village = np.array([code_at.get(code, -1) for code in groups["village_code"].to_pylist()])
    order = np.argsort(of_village, kind="stable")
    starts = np.searchsorted(of_village[order], np.arange(len(villages) + 1))
    number = np.diff(starts)[village]
    rng = context.rng("people.groups")
    place = starts[village] + (rng.random(village.size) * number).astype(np.int64)
    place = _named_groups(context, order[place], of_village, village)
    count = village.size
    never = np.full(count, OPEN, dtype=np.int32)
    return Households(
        village=village.astype(np.int32),
        group=place.astype(np.int32),
        klass=classes.astype(np.int8),
        stage=stage.astype(np.int8),
        start=np.full(count, day_of(context.place.first_day), dtype=np.int32),
        end=never.copy(),
        listed=never.copy(),
        unlisted=never.copy(),
        exited=never.copy(),
        removed=np.zeros(count, dtype=bool),
        cause=np.zeros(count, dtype=np.int8),
        returned=never.copy(),
        exited_again=never.copy(),
    )


def _named_groups(context: Context, group: Ints, of_village: Ints, village: Ints) -> Ints:
    """Groups that a report names with their households: so many of their village, the others elsewhere."""
    wanted = context.place.parameters["people"].get("named_groups", {})
    names = context.tables["groups"]["name"].to_pylist()
    for name, spec in wanted.items():
        rng, at = context.rng(f"people.group.{name}"), names.index(name)
        count = amount(context, spec, name)
        homes = rng.permutation(np.flatnonzero(village == of_village[at]))
        others = np.flatnonzero((of_village == of_village[at]) & (np.arange(len(names)) != at))
        group[homes[:count]] = at
        rest = homes[count:][group[homes[count:]] == at]
        group[rest] = others[rng.integers(0, others.size, rest.size)]
    return group


def _persons(
    context: Context,
    members: Members,
    village: Ints,
    villages: list[Any],
    anchor: int,
    local: dict[str, Any],
) -> Persons:
    names = Names()
    rng = context.rng("people.names")
    births = (anchor - np.floor(members.age * YEAR) - 1).astype(np.int32)
    return Persons(
        birth=births,
        male=members.male,
        died=np.full(births.size, OPEN, dtype=np.int32),
        surname=_surnames(members, village, names, rng).astype(np.int32),
        given=names.draw_givens(members.male, rng).astype(np.int32),
        ethnicity=_ethnicities(context, members, village, villages, local),
    )


def _surnames(members: Members, village: Ints, names: Names, rng: np.random.Generator) -> Ints:
    """Surnames by line: children bear the husband's, a village has three of its own (大姓)."""
    count = int(village.max()) + 1
    clans = names.draw_surnames(count * 3, rng).reshape(count, 3)
    of_clan = clans[village, rng.integers(0, 3, village.size)]
    line = np.where(
        rng.random(village.size) < 0.55, of_clan, names.draw_surnames(village.size, rng)
    )
    other = names.draw_surnames(village.size, rng)  # of the spouse of the head
    head_male = np.zeros(village.size, dtype=bool)
    heads = members.relation == RELATION["head"]
    head_male[members.household[heads]] = members.male[heads]
    fathers = np.where(head_male, line, other)
    free = names.draw_surnames(members.household.size, rng)
    for relation, code in RELATION.items():
        rows = members.relation == code
        home = members.household[rows]
        if relation == "head" or relation in _HEADS_LINE:
            free[rows] = line[home]
        elif relation in ("spouse", "wife_father"):
            free[rows] = other[home]
        elif relation in _CHILDREN_LINE:
            free[rows] = fathers[home]
    return free


def _ethnicities(
    context: Context, members: Members, village: Ints, villages: list[Any], local: dict[str, Any]
) -> NDArray[np.int8]:
    """Ethnic groups by household, denser in townships named after one (民族乡)."""
    rng = context.rng("people.ethnicity")
    shares = np.array(list(local["ethnicity"].values()))
    kinds = list(local["ethnicity"])
    home = pick(shares, village.size, rng)
    rows = context.tables["divisions"]
    named = dict(zip(rows["code"].to_pylist(), rows["name"].to_pylist(), strict=True))
    for kind, share in local.get("minority_townships", {}).items():
        inside = np.array([kind in named.get(one.township, "") for one in villages])[village]
        home = np.where(inside & (rng.random(village.size) < share), kinds.index(kind), home)
    result = home[members.household]
    married = np.isin(
        members.relation, [RELATION[one] for one in ("spouse", "daughter_in_law", "mother")]
    )
    change = married & (rng.random(result.size) < 0.06)
    return np.where(change, pick(shares, result.size, rng), result).astype(np.int8)


def _memberships(context: Context, members: Members, anchor: int) -> Memberships:
    first = day_of(context.place.first_day)
    births = anchor - np.floor(members.age * YEAR) - 1
    start = np.maximum(births, first)
    count = members.household.size
    return Memberships(
        person=np.arange(count, dtype=np.int32),
        household=members.household.astype(np.int32),
        relation=members.relation.astype(np.int8),
        start=start.astype(np.int32),
        end=np.full(count, OPEN, dtype=np.int32),
        came=np.where(births > first, REASON["birth"], REASON["initial"]).astype(np.int8),
        left=np.full(count, -1, dtype=np.int8),
    )


def _weddings(society: Society, rng: np.random.Generator) -> None:
    """Spouses and daughters-in-law of the last years came by marriage, before their first child."""
    members, persons = society.memberships, society.persons
    relation, births = members.relation, persons.birth[members.person].astype(np.int64)
    for bride, children in (
        ("daughter_in_law", "grandson granddaughter"),
        ("spouse", "son daughter"),
    ):
        young = np.isin(relation, [RELATION[one] for one in children.split()])
        eldest = np.full(society.households.count, OPEN, dtype=np.int64)
        np.minimum.at(eldest, members.household[young], births[young])
        rows = np.flatnonzero(relation == RELATION[bride])
        child = eldest[members.household[rows]]
        age = births[rows] + ((20.1 + rng.exponential(2.6, rows.size)) * YEAR).astype(np.int64)
        before = np.minimum(child - rng.integers(200, 800, rows.size), age)
        wedding = np.maximum(before, births[rows] + int(20 * YEAR))
        late = (wedding > society.first) & (wedding < society.anchor)
        members.start[rows[late]] = wedding[late]
        members.came[rows[late]] = REASON["marriage"]


def put(context: Context, society: Society) -> None:
    """Write the people as tables: text is made here, once."""
    houses, persons, members = society.households, society.persons, society.memberships
    make_ids(society)
    names = Names()
    people = pa.table({
        "person_id": society.person_ids,
        "name": names.text(persons.surname, persons.given),
        "sex": pa.array(["female", "male"]).take(pa.array(persons.male.astype(np.int8))),
        "birth_date": _days(persons.birth),
        "id_number": id_numbers(
            society.local["prefix"], persons.birth, persons.male, context.rng("people.numbers")
        ),
        "ethnicity": pa.array(society.ethnicities).take(pa.array(persons.ethnicity)),
        "died_on": _days(persons.died),
    })  # fmt: skip
    context.put("persons", people)
    reasons = pa.array(REASON_TEXTS)
    context.put("memberships", pa.table({
        "person_id": society.person_ids.take(pa.array(members.person)),
        "household_id": society.household_ids.take(pa.array(members.household)),
        "relation": pa.array(RELATIONS).take(pa.array(members.relation)),
        "from_date": _days(members.start),
        "to_date": _days(members.end),
        "reason_in": reasons.take(pa.array(members.came)),
        "reason_out": reasons.take(pa.array(members.left, mask=members.left < 0)),
    }))  # fmt: skip
    codes = pa.array([one.code for one in society.villages])
    context.put("households", pa.table({
        "household_id": society.household_ids,
        "village_code": codes.take(pa.array(houses.village)),
        "group_id": context.tables["groups"]["group_id"].combine_chunks().take(pa.array(houses.group)),
        "head_person_id": _heads(society),
        "from_date": _days(houses.start),
        "to_date": _days(houses.end),
        "end_reason": pa.array(["extinct"]).take(
            pa.array(np.zeros(houses.count, np.int8), mask=houses.end == OPEN)
        ),
        "phone": _phones(houses.count, context.rng("people.phones")),
    }))  # fmt: skip


REASON_TEXTS = list(REASON)


def make_ids(society: Society) -> None:
    _, prefix = max(codes_by_day(society.local["prefix"]).items())
    count = society.households.count
    society.household_ids = numbered(prefix, np.arange(1, count + 1), 9)
    society.person_ids = numbered(prefix, np.arange(1, society.persons.count + 1), 10)


def _days(days: NDArray[np.int32]) -> pa.Array:
    """Days as dates; a day that never comes is no date."""
    return pa.array(days, mask=days == OPEN, type=pa.int32()).cast(pa.date32())


def _heads(society: Society) -> pa.Array:
    """The last head of each household: its present one, or who was it at the end."""
    members = society.memberships
    rows = np.flatnonzero(members.relation == RELATION["head"])
    rows = rows[np.argsort(members.start[rows], kind="stable")]
    heads = np.zeros(society.households.count, dtype=np.int64)
    heads[members.household[rows]] = members.person[rows]
    return society.person_ids.take(pa.array(heads))


def _phones(count: int, rng: np.random.Generator) -> pa.Array:
    """Phones with the segment 100, which no mobile network has: eleven digits, nobody's number."""
    return numbered("100", rng.integers(0, 10**8, count), 8)
