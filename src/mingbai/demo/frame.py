"""The frame of a place (框架): divisions, groups, poor villages, and the dated figures a rate divides by."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from mingbai.demo.context import Context, Village
from mingbai.demo.errors import PlaceError
from mingbai.demo.rows import amount
from mingbai.demo.schema import TABLES
from mingbai.demo.totals import Total
from mingbai.places.rosters import Stretch, read_roster, tree

_CHINESE = "〇一二三四五六七八九十"


def build(context: Context, roster: Path | None = None) -> None:
    """Put divisions, groups, village_statuses, denominators and place_facts."""
    place = context.place
    counties = (place.county, *place.parameters["frame"].get("former_counties", ()))
    found = tree(
        read_roster(roster, counties),
        place.first_day,
        within=place.code if place.level == "township" else "",
    )
    found = _merged(found, place.parameters["frame"].get("mergers", {}))
    above = [
        Stretch(one["code"], one["name"], one["level"], one["level"], one["code"][:-2] or "",
                 place.first_day, None)
        for one in place.parents
    ]  # fmt: skip
    context.put("divisions", _rows("divisions", [vars(one) for one in (*above, *found)]))
    context.rural = _with_people(context, found)
    _put_groups(context, found)
    _put_village_statuses(context)
    _put_denominators(context)
    _put_facts(context)


def _rows(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=TABLES[table])


def _merged(found: list[Stretch], mergers: dict[date, dict[str, str]]) -> list[Stretch]:
    """The divisions with what a merger made of those that went (撤并); a roster does not say it."""
    named = [(one.code, one.to_date) for one in found]
    told = {(old, day): new for day, news in mergers.items() for old, new in news.items()}
    if strange := sorted(code for code, day in set(told) - set(named)):
        raise PlaceError(f"撤并的村不在区划表里：{strange}", f"no such merged village: {strange}")
    return [
        replace(one, successor=told.get((one.code, one.to_date or date.max), one.successor))
        for one in found
    ]


def _with_people(context: Context, found: list[Stretch]) -> frozenset[str]:
    """Codes of the villages with rural people: whole kinds, and so many communities drawn."""
    wanted = context.place.parameters["frame"]["villages_with_people"]
    codes = {one.code for one in found if one.level == "village" and one.kind in wanted["kinds"]}
    day = context.place.as_of
    drawn = sorted(
        one.code
        for one in found
        if one.kind == "community"
        and one.from_date <= day
        and (not one.to_date or one.to_date > day)
    )
    count = wanted.get("communities", 0)
    codes.update(context.rng("frame.communities").choice(drawn, count, replace=False).tolist())
    return frozenset(codes)


def _put_groups(context: Context, found: list[Stretch]) -> None:
    """Groups by number; those of a merged village are shared out between the villages it was made of."""
    low, high = context.place.parameters["frame"]["groups_per_village"]
    rng = context.rng("frame.groups")
    parts = _parts(found, context.place.as_of)
    rows = []
    for village in context.villages(context.place.as_of):
        count = int(rng.integers(low, high, endpoint=True))
        formerly = _formerly(parts[village.code], count)
        rows += [
            {
                "group_id": f"{village.code}{number:03d}",
                "village_code": village.code,
                "name": f"{in_chinese(number)}组",
                "formerly": formerly[number - 1],
            }
            for number in range(1, count + 1)
        ]
    for one in context.place.parameters["frame"].get("named_groups", ()):
        drawn = int(context.rng(f"frame.group.{one['name']}").integers(0, len(rows)))
        rows[drawn]["name"] = one["name"]
    context.put("groups", _rows("groups", rows))


def _formerly(olds: list[str], count: int) -> list[str | None]:
    """What each of the groups was in a village that was merged; the first ones are the village's own.

    >>> _formerly(["421083110204"], 4)
    [None, None, '421083110204001', '421083110204002']
    """
    parts = [None, *olds]
    own = [parts[at * len(parts) // count] for at in range(count)]
    return [old and f"{old}{own[: at + 1].count(old):03d}" for at, old in enumerate(own)]


def _parts(found: list[Stretch], day: date) -> dict[str, list[str]]:
    """Code → the villages that were merged into it up to a day, while it stood itself."""
    parts: dict[str, list[str]] = defaultdict(list)
    for one in found:
        new, end = one.successor, one.to_date
        if one.level != "village" or not new or new == one.code or not end or end > day:
            continue
        if stood(found, new, end):
            parts[new].append(one.code)
    return parts


def stood(rows: Iterable[Stretch], code: str, day: date) -> bool:
    """Whether a code named a division the day before: then what ended on the day was merged into it."""
    return any(one.code == code and one.from_date < day <= (one.to_date or day) for one in rows)


def in_chinese(number: int) -> str:
    """Numbers of groups in words, as villages write them.

    >>> [in_chinese(one) for one in (1, 10, 12, 24)]
    ['一', '十', '十二', '二十四']
    """
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{_CHINESE[tens]}十"
    return head + (_CHINESE[ones] if ones else "")


def _put_village_statuses(context: Context) -> None:
    """Poor villages and their exits. The code is that of the report's day, for earlier days too."""
    given = context.place.parameters["frame"]
    poor = _poor_villages(context, given["poor_villages"]) if "poor_villages" in given else []
    years = _exit_years(context, given.get("village_exits", {}), len(poor))
    deepest = given.get("deep_villages", {"count": 0})
    order = context.rng("frame.deep").permutation(len(poor))
    deep = {poor[at].code for at in order[: deepest["count"]]}
    rows = []
    for village, year in zip(poor, years, strict=True):
        out = date(year, 12, 31) if year else None
        rows.append(_status(village, "poor", context.place.first_day, out))
        if village.code in deep:
            rows.append(_status(village, "deep", deepest["since"], out))
        if out:
            rows.append(_status(village, "exited", out, None))
    context.put("village_statuses", _rows("village_statuses", rows))


def _status(village: Village, kind: str, since: date, to: date | None) -> dict[str, Any]:
    return {"code": village.code, "kind": kind, "from_date": since, "to_date": to, "reason": ""}


def _poor_villages(context: Context, given: dict[str, Any]) -> list[Village]:
    """A seeded draw; the villages the report names are in it."""
    able = [one for one in context.villages(context.place.as_of) if one.kind == "village"]
    named = [one for one in able if any(one.name.startswith(name) for name in given["named"])]
    if len(named) != len(given["named"]):
        raise PlaceError("点名的村不在区划表里", "a named village is not in the roster")
    others = [one for one in able if one not in named]
    rest = context.total(given["total"]) - len(named)
    drawn = context.rng("frame.poor").choice(len(others), rest, replace=False)
    return sorted((*named, *(others[at] for at in drawn)), key=lambda one: one.code)


def _exit_years(context: Context, given: dict[int, Any], count: int) -> list[int]:
    """The year each poor village exits: published or ours by year, in a drawn order; 0: not yet."""
    years: list[int] = []
    for year, number in sorted(given.items()):
        share = count - len(years) if number == "rest" else number
        years += [year] * (context.total(share) if isinstance(share, str) else int(share))
    years += [0] * (count - len(years))
    return [years[at] for at in context.rng("frame.exits").permutation(count)]


def _put_denominators(context: Context) -> None:
    """The bases the printed rates imply, drawn among those that print the very rate."""
    context.put("denominators", _rows("denominators", [
        base_row(context, context.place.code, entry, amount(context, entry["total"]))
        for entry in context.place.parameters["frame"]["denominators"]
    ]))  # fmt: skip


def base_row(context: Context, code: str, entry: Mapping[str, Any], persons: int) -> dict[str, Any]:
    """A dated base on which `persons` prints the rate of the entry."""
    low, high = bases(persons, context.place.totals.by_id[entry["rate"]])
    if low > high:
        raise PlaceError(
            f"{persons} 人印不出 {entry['rate']}", f"{persons} persons cannot print {entry['rate']}"
        )
    own = "" if code == context.place.code else f".{code}"
    rng = context.rng(f"frame.denominator.{entry['universe']}.{entry['day']}{own}")
    return {
        "code": code,
        "day": entry["day"],
        "universe": entry["universe"],
        "value": int(rng.integers(low, high, endpoint=True)),
        "origin": "implied",
    }


def bases(persons: int, rate: Total) -> tuple[int, int]:
    """The least and the greatest base on which `persons` prints the published rate (隐含基数的范围)."""
    if rate.value is None:
        raise PlaceError(f"{rate.id} 未公布", f"{rate.id} is not published")
    half = Decimal(5).scaleb(-rate.decimals - 1)
    low = math.ceil(100 * persons / (rate.value + half))
    high = math.floor(100 * persons / (rate.value - half))
    while printed(persons, low, rate.decimals) != rate.value:
        low += 1
    while printed(persons, high, rate.decimals) != rate.value:
        high -= 1
    return low, high


def printed(part: int, whole: int, decimals: int) -> Decimal:
    """A rate in percent as reports print it, halves rounded up.

    >>> printed(4869, 27354, 1)
    Decimal('17.8')
    """
    places = Decimal(1).scaleb(-decimals)
    return (Decimal(100 * part) / Decimal(whole)).quantize(places, ROUND_HALF_UP)


def _put_facts(context: Context) -> None:
    rows = [
        {
            "code": context.place.code,
            "day": entry["day"],
            "fact": entry["fact"],
            "value": context.total(entry["total"]),
            "unit": entry["unit"],
        }
        for entry in context.place.parameters["frame"].get("facts", ())
    ]
    context.put("place_facts", _rows("place_facts", rows))
