"""What the loading of a place shares (装载环境), and its divisions, groups, village statuses and bases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.audit.models import Batch
from mingbai.audit.records import Recorded
from mingbai.audit.writing import BatchWriter, Progress
from mingbai.common.keys import Keys
from mingbai.demo.afterwards import GROUP_DIGITS, Later, joined, later
from mingbai.demo.frame import in_chinese, stood
from mingbai.demo.reports import Files
from mingbai.households.loading import Column, Ids, Same, put
from mingbai.places.actions import load_divisions
from mingbai.places.codes import pad
from mingbai.places.enums import Universe, VillageStatusKind
from mingbai.places.models import Denominator, Group, VillageProfile, VillageStatus
from mingbai.places.rosters import Stretch

#: Village statuses of the files → of the register, with what is lost said in the reason.
SUPERVISED = {"supervised_province": "省市挂牌督战", "supervised_county": "县挂牌督战"}

Before = tuple[str, date]  # the code before and the day of the change


@dataclass(frozen=True)
class Misfit:
    """A row of the files that the register does not take (未装入的行), and why."""

    table: str
    key: str
    reason: str


@dataclass
class Loading:
    """One place on its way into the register (装载)."""

    files: Files
    until: date
    batch: Batch
    using: Keys
    progress: Progress | None = None
    misfits: list[Misfit] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    homes: Ids | None = None
    people: Ids | None = None
    later: Later = field(default_factory=lambda: Later({}, {}, {}))

    def table(self, name: str) -> pa.Table:
        """A table of the place, read now and kept by nobody."""
        return self.files.ensure(name).read()

    def writer(self) -> BatchWriter:
        """A writer of its own for each table: what a slice of one takes says nothing about the next."""
        return BatchWriter(self.batch, self.progress)

    def put(self, model: type[Recorded], columns: Mapping[str, Column], count: int) -> None:
        """Insert rows and count them."""
        done = put(self.writer(), model, columns, count)
        name = str(model._meta.model_name)
        self.counts[name] = self.counts.get(name, 0) + done

    def fit(self, table: pa.Table, name: str, key: str, fits: Any, reason: str) -> pa.Table:
        """The rows that fit; the others are listed."""
        kept = pc.fill_null(fits, False)
        if pc.all(kept, min_count=0).as_py():
            return table
        odd = table.filter(pc.invert(kept))
        self.misfits += [Misfit(name, str(one), reason) for one in odd[key].to_pylist()]
        return table.filter(kept)

    def about(self, table: pa.Table, name: str, column: str) -> tuple[pa.Table, pa.Array]:
        """The rows about a known household or person (`column`: household_id or person_id), and its keys."""
        known = self.homes if column == "household_id" else self.people
        assert known is not None
        keys = known.of(table[column])
        kept = self.fit(
            table, name, column, pc.is_valid(keys), "户或人不在名单里 / not a known subject"
        )
        return (table, keys) if kept is table else (kept, keys.drop_null())


def load(loading: Loading) -> list[Stretch]:
    """Divisions with what became of them, and all that hangs on their codes; returns the divisions."""
    rows = [Stretch(**row) for row in loading.table("divisions").to_pylist()]
    loading.counts["division"] = load_divisions(rows=rows, batch=loading.batch)
    before = past(rows)
    first = {code: min(row.from_date for row in rows if row.code == code) for code in codes(rows)}
    loading.later = later(rows, loading.table("groups").to_pylist())
    _groups(loading, before, first)
    _statuses(loading, before)
    _bases(loading)
    return rows


def codes(rows: Iterable[Stretch]) -> set[str]:
    """All codes of villages."""
    return {row.code for row in rows if row.level == "village"}


@dataclass(frozen=True)
class Past:
    """What villages were before (沿革)."""

    recoded: Mapping[str, Before]  # where one code became one other
    merged: Mapping[str, date]  # a village that went into one that stood → when

    def of(self, code: str, formerly: str | None) -> Mapping[str, Before]:
        """The codes before that of a village, for a group that was one of another village."""
        old = (formerly or "")[:-GROUP_DIGITS]
        if old not in self.merged:
            return self.recoded
        return {**self.recoded, code: (old, self.merged[old])}


def past(rows: list[Stretch]) -> Past:
    """What the divisions say became what."""
    found: dict[str, list[Before]] = {}
    merged: dict[str, date] = {}
    for row in rows:
        if not row.successor or not row.to_date or row.successor == row.code:
            continue
        if stood(rows, row.successor, row.to_date):
            merged[row.code] = row.to_date
        else:
            found.setdefault(row.successor, []).append((row.code, row.to_date))
    return Past({code: olds[0] for code, olds in found.items() if len(olds) == 1}, merged)


def stretches(
    code: str, start: date, end: date | None, before: Mapping[str, Before]
) -> list[tuple[str, date, date | None]]:
    """The codes under which a village stood from a day to a day, the oldest first."""
    found: list[tuple[str, date, date | None]] = []
    while code in before and start < before[code][1]:
        old, day = before[code]
        if end is None or day < end:
            found.append((code, day, end))
            end = day
        code = old
    found.append((code, start, end))
    return found[::-1]


def _groups(loading: Loading, before: Past, first: Mapping[str, date]) -> None:
    rows = loading.table("groups").to_pylist()
    oldest = min(first.values())
    made = []
    counts: dict[str, int] = {}
    new = {code for code, _ in loading.later.steps.values()}
    for row in rows:
        village = row["village_code"]
        today = loading.later.code_on(village, loading.until)
        counts[today] = counts.get(today, 0) + 1
        number = row["group_id"].removeprefix(village)
        own = group_of(row["formerly"])
        start = oldest if village in before.recoded else first.get(village, oldest)
        spans = stretches(village, start, None, before.of(village, row["formerly"]))
        for code, since, until in loading.later.follow(spans):
            named = (number, row["name"])
            if code in new:
                named = (
                    loading.later.numbers[row["group_id"]],
                    loading.later.names[row["group_id"]],
                )
            elif own and code == own[0]:
                named = (own[1], f"{in_chinese(int(own[1]))}组")
            made.append((pad(code), *named, since, until))
    names = ("village_code", "number", "name", "valid_from", "valid_to")
    _insert(loading, Group, names, made)
    year = date(loading.until.year, 1, 1)
    profiles = [
        (pad(code), year, count, "村民小组名单", loading.until) for code, count in counts.items()
    ]
    names = ("division_code", "valid_from", "group_count", "source", "observed_on")
    _insert(loading, VillageProfile, names, profiles)


def group_of(formerly: str | None) -> tuple[str, str] | None:
    """The village and the number of a group before a merger."""
    return (formerly[:-GROUP_DIGITS], formerly[-GROUP_DIGITS:]) if formerly else None


def _statuses(loading: Loading, before: Past) -> None:
    table = loading.table("village_statuses")
    lasts = pc.fill_null(pc.greater(table["to_date"], table["from_date"]), True)
    table = loading.fit(
        table, "village_statuses", "code", lasts, "止日不在起日之后 / it ends before it starts"
    )
    known = [*VillageStatusKind.values, *SUPERVISED]
    there = pc.is_in(table["kind"], value_set=pa.array(known))
    table = loading.fit(table, "village_statuses", "code", there, "没有这种身份 / no such kind")
    carried: dict[tuple[str, str, str], list[tuple[date, date | None]]] = defaultdict(list)
    for row in table.to_pylist():
        listed = SUPERVISED.get(row["kind"])
        kind = str(VillageStatusKind.SUPERVISED.value) if listed else row["kind"]
        reason = listed or row["reason"] or ""
        spans = stretches(row["code"], row["from_date"], row["to_date"], before.recoded)
        for code, since, until in loading.later.follow(spans):
            carried[code, kind, reason].append((since, until))
    made = [
        (pad(code), kind, reason, since, until)
        for (code, kind, reason), periods in carried.items()
        for since, until in joined(periods)
    ]
    names = ("division_code", "kind", "reason", "valid_from", "valid_to")
    _insert(loading, VillageStatus, names, made)


def _bases(loading: Loading) -> None:
    table = loading.table("denominators")
    there = pc.is_in(table["universe"], value_set=pa.array(Universe.values))
    table = loading.fit(table, "denominators", "code", there, "没有这种口径 / no such universe")
    made = [
        (pad(row["code"]), row["day"], row["universe"], row["value"], row["origin"])
        for row in table.to_pylist()
    ]
    names = ("division_code", "counted_on", "universe", "value", "source")
    _insert(loading, Denominator, names, made)
    facts = loading.table("place_facts")
    none = pa.nulls(len(facts), pa.bool_())
    loading.fit(
        facts, "place_facts", "fact", none, "村情没有这一栏 / no column of the village profile"
    )


def _insert(
    loading: Loading, model: type[Recorded], names: tuple[str, ...], rows: list[tuple[Any, ...]]
) -> None:
    columns: dict[str, Column] = (
        {
            name: list(map(_stored, one))
            for name, one in zip(names, zip(*rows, strict=True), strict=True)
        }
        if rows
        else {}
    )
    loading.put(model, columns, len(rows))


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


__all__ = ["Loading", "Misfit", "Past", "Same", "load", "past", "stretches"]
