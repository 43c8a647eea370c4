"""The register as of a day (登记快照), as the tables a pack asks for.

It holds keys, places and facts; never a name, an ID number, a phone or an account (`columns.ABSENT`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Q, QuerySet

from mingbai.audit.enums import BatchKind
from mingbai.decisions.columns import (
    FILLED,
    FROM_PLACES,
    FROM_STATUSES,
    LAST_YEAR_SPEAKS,
    column_of,
    is_known,
)
from mingbai.decisions.picking import (
    Keys,
    aligned,
    counts_per,
    days_in,
    keys_in,
    last_of_each,
)
from mingbai.decisions.reading import Reader, reading
from mingbai.decisions.registrations import Registrations, read_registrations
from mingbai.engine.compiling import Program
from mingbai.engine.model.pack import Entity
from mingbai.engine.model.values import Kind, Type
from mingbai.households.enums import StatusKind
from mingbai.households.models import HouseholdLife, Membership, Residence
from mingbai.households.topics import topic_of
from mingbai.places.codes import pad, range_of
from mingbai.places.enums import DIGITS, Level
from mingbai.places.models import Division


@dataclass(frozen=True)
class Snapshot:
    """What is known of some households on a day (快照)."""

    day: date
    tables: dict[str, pa.Table]
    supplied: dict[str, frozenset[str]]  # facts that the register can have at all
    digest: (
        str  # SHA-256 over facts and keys; the same facts give the same, in whatever order they lie
    )

    @property
    def households(self) -> int:
        return int(self.tables["household"].num_rows)

    @property
    def persons(self) -> int:
        return int(self.tables["person"].num_rows)


@dataclass(frozen=True)
class Scope:
    """Which households to read (读取范围): a division with all below it, some by key, or all."""

    day: date
    division_code: str = ""
    household_ids: tuple[int, ...] | None = None

    def households(self) -> Any:
        """Keys or a sub-query of keys; none for all."""
        if self.household_ids is not None:
            return list(self.household_ids)
        if not self.division_code:
            return None
        low, high = range_of(self.division_code)
        lives = Residence.objects.recorded().on(self.day)
        return lives.filter(division_code__range=(low, high)).values("household_id")

    def persons(self) -> Any:
        """A sub-query of the keys of who lives there; none for all."""
        inside = self.households()
        if inside is None:
            return None
        members = Membership.objects.recorded().on(self.day)
        return members.filter(household_id__in=inside).values("person_id")


def take_snapshot(program: Program, scope: Scope, *, everything: bool = False) -> Snapshot:
    """The facts that a program reads, of the households in scope that exist on the day.

    `everything`: every fact of the pack that the register can have, read by a rule or not.
    """
    with reading() as reader:
        return _Taker(reader, program, scope).take(everything=everything)


def facts_read(program: Program, entity: Entity) -> list[str]:
    """The facts of an entity that the rules read, also from rows below, and what places a household."""
    plans = program.lowered.plans
    names = dict.fromkeys(plans[entity.id].facts if entity.id in plans else ())
    names |= {name: None for plan in plans.values() for up, name in plan.above if up == entity.id}
    if entity.parent is None:
        names |= dict.fromkeys([*entity.places, *([entity.region] if entity.region else [])])
    return _shown(entity, names)


def _shown(entity: Entity, names: Iterable[str]) -> list[str]:
    return [name for name in names if name not in (entity.key, entity.link, entity.name)]


class _Taker:
    def __init__(self, reader: Reader, program: Program, scope: Scope) -> None:
        self.reader, self.program, self.pack, self.scope = reader, program, program.pack, scope
        self.day = scope.day
        self.inside = {"household": scope.households(), "person": scope.persons()}
        self.members = self._members()
        self.keys = {"household": self._households(), "person": keys_in(self.members, "person_id")}
        self.registrations = read_registrations(
            reader, self.day, self.inside["household"], self.inside["person"]
        )

    def take(self, *, everything: bool) -> Snapshot:
        tables, supplied = {}, {}
        for entity in self.pack.entities.values():
            names = facts_read(self.program, entity)
            if everything:
                known = _shown(entity, self.pack.facts.get(entity.id, {}))
                names = [name for name in known if is_known(entity.id, name)]
            supplied[entity.id] = frozenset(n for n in names if is_known(entity.id, n))
            kinds = {name: _arrow(self.pack.facts[entity.id][name].type) for name in names}
            if entity.id in self.keys:
                tables[entity.id] = self._subjects(entity, kinds)
            elif entity.parent in self.keys and supplied[entity.id]:
                tables[entity.id] = self._records(entity, kinds)
        return Snapshot(self.day, tables, supplied, _digest(tables))

    def _rows(self, model: Any, subject: str, *, standing: bool = True) -> QuerySet[Any]:
        rows = model.objects.recorded()
        rows = rows.on(self.day) if standing else rows.filter(valid_from__lte=self.day)
        ids = self.inside[subject]
        return rows if ids is None else rows.filter(**{f"{subject}_id__in": ids})

    def _households(self) -> Keys:
        table = self.reader.table(self._rows(HouseholdLife, "household"), ["household_id"])
        return np.unique(keys_in(table, "household_id"))

    def _members(self) -> pa.Table:
        """Who lives where on the day; a person is counted once, where she came last."""
        rows = Membership.objects.recorded().on(self.day)
        ids = self.inside["household"]
        rows = rows if ids is None else rows.filter(household_id__in=ids)
        names = ["id", "person_id", "household_id", "relation", "valid_from"]
        table = self.reader.table(rows, names)
        order = [days_in(table, "valid_from"), keys_in(table, "id")]
        return last_of_each(table, "person_id", order).sort_by("person_id")

    def _subjects(self, entity: Entity, kinds: Mapping[str, pa.DataType]) -> pa.Table:
        keys = self.keys[entity.id]
        found = self._from_topics(entity.id, keys, kinds)
        if entity.parent is None:
            found |= self._of_households(keys, kinds, found)
        else:
            found |= self._of_persons(kinds, found)
        columns = {entity.key: _text(keys)}
        if entity.link:
            columns[entity.link] = _text(keys_in(self.members, "household_id"))
        for name, kind in kinds.items():
            value = found.get(name)
            columns[name] = value.cast(kind) if value is not None else pa.nulls(len(keys), kind)
        return pa.table(columns)

    def _from_topics(
        self, entity: str, keys: Keys, names: Iterable[str]
    ) -> dict[str, pa.ChunkedArray]:
        wanted: dict[str, dict[str, str]] = {}
        for name in names:
            column = column_of(entity, name)
            if column is not None:
                wanted.setdefault(column.topic, {})[name] = column.column
        found: dict[str, pa.ChunkedArray] = {}
        for topic, columns in wanted.items():
            table = self._topic(topic, entity, list(columns.values()), keys)
            found |= {name: table.column(column) for name, column in columns.items()}
        return found

    def _topic(self, key: str, subject: str, columns: Sequence[str], keys: Keys) -> pa.Table:
        """The record that has the last word of each subject, in the order of the keys."""
        outlives = key in LAST_YEAR_SPEAKS
        rows = self._rows(topic_of(key).model, subject, standing=not outlives)
        if outlives:
            by_hand: Any = BatchKind.ACTION
            rows = rows.filter(
                Q(valid_to__lte=self.day)
                | Q(observed_on__lte=self.day)
                | Q(observed_on=None, begun_by__kind=by_hand)
            )
        link = f"{subject}_id"
        table = self.reader.table(rows, ["id", "valid_from", link, *columns])
        order = [days_in(table, "valid_from"), keys_in(table, "id")]
        return aligned(last_of_each(table, link, order), link, keys)

    def _of_households(
        self, keys: Keys, kinds: Collection[str], found: Mapping[str, pa.ChunkedArray]
    ) -> dict[str, Any]:
        more: dict[str, Any] = {}
        if any(name in FROM_STATUSES for name in kinds):
            more |= self.registrations.facts(keys)
        if any(name in FROM_PLACES for name in kinds):
            more |= _places(self.reader, self.day, found["division_code"])
        if "member_count_registered" in found:
            counted = counts_per(self.members, "household_id", keys)
            none_listed = pa.array(counted, mask=counted == 0)
            told = found["member_count_registered"]
            more["member_count_registered"] = pc.coalesce(told, none_listed)
        return more

    def _of_persons(
        self, kinds: Collection[str], found: Mapping[str, pa.ChunkedArray]
    ) -> dict[str, Any]:
        more: dict[str, Any] = {}
        if "relation" in kinds:
            more["relation"] = self.members.column("relation")
        help_ = _civil_affairs(self.registrations, self.members)
        for name in help_.keys() & found.keys():
            more[name] = pc.coalesce(found[name], help_[name])
        return more

    def _records(self, entity: Entity, kinds: Mapping[str, pa.DataType]) -> pa.Table:
        """Dated records below a household or a person; where a fact is of another topic it is lacking."""
        subject, link = str(entity.parent), entity.link or ""
        columns = {name: column_of(entity.id, name) for name in kinds}
        topic = next(column.topic for column in columns.values() if column is not None)
        rows = self._rows(topic_of(topic).model, subject, standing=False)
        if entity.id in FILLED:
            filled = Q()
            for name in FILLED[entity.id]:
                filled |= Q(**{f"{name}__isnull": False})
            rows = rows.filter(filled)
        read = dict.fromkeys(column.column for column in columns.values() if column is not None)
        table = self.reader.table(rows, [f"{subject}_id", *read])
        ours = pc.is_in(table.column(f"{subject}_id"), pa.array(self.keys[subject]))
        table = table.filter(ours)
        made = {link: _text(keys_in(table, f"{subject}_id"))}
        for name, kind in kinds.items():
            column = columns[name]
            value = table.column(column.column).cast(kind) if column else None
            made[name] = value if value is not None else pa.nulls(table.num_rows, kind)
        return _sorted(pa.table(made), keys_in(table, f"{subject}_id"))


def _civil_affairs(registrations: Registrations, members: pa.Table) -> dict[str, pa.Array]:
    """On minimum living allowance or destitute, from registrations: of the person or of the household."""
    persons, homes = keys_in(members, "person_id"), keys_in(members, "household_id")

    def either(kind: Any) -> pa.Array:
        own = registrations.holds(kind, persons, persons=True)
        return pc.or_(own, registrations.holds(kind, homes))

    destitute = either(StatusKind.TEKUN)
    allowance = pc.and_(either(StatusKind.DIBAO), pc.invert(destitute))
    return {"on_tekun": destitute, "on_dibao": allowance}


def _places(reader: Reader, day: date, codes: pa.ChunkedArray) -> dict[str, pa.Array]:
    """Names of the divisions above each village, as they were called on the day."""
    table = reader.table(Division.objects.recorded().on(day), ["code", "name"])
    names = dict(zip(table["code"].to_pylist(), table["name"].to_pylist(), strict=True))
    villages = pc.unique(codes)
    place = pc.index_in(codes, villages)
    found = {}
    for fact, level in FROM_PLACES.items():
        above = [
            names.get(pad(code[: DIGITS[Level(level)]])) if code else None
            for code in villages.to_pylist()
        ]
        found[fact] = pa.array(above, pa.string()).take(place)
    return found


def _text(keys: Keys) -> pa.Array:
    return pa.array(keys).cast(pa.string())


def _arrow(kind: Type) -> pa.DataType:
    types = {Kind.BOOL: pa.bool_(), Kind.NUMBER: pa.int64(), Kind.DATE: pa.date32()}
    return types.get(kind.kind, pa.string())


def _sorted(table: pa.Table, subjects: Keys) -> pa.Table:
    """Records by subject, then by all that they say."""
    names = table.column_names[1:]
    table = table.append_column("", pa.array(subjects))
    order = [("", "ascending"), *((name, "ascending") for name in names)]
    return table.take(pc.sort_indices(table, sort_keys=order)).drop_columns([""])


def _digest(tables: Mapping[str, pa.Table]) -> str:
    """SHA-256 over names, types and buffers of every column; rows are in the order of their keys."""
    digest = hashlib.sha256()
    for entity in sorted(tables):
        for name in sorted(tables[entity].column_names):
            column = tables[entity].column(name).combine_chunks()
            digest.update(f"{entity}.{name}:{column.type}:{len(column)}\n".encode())
            for buffer in _buffers(column):
                digest.update(buffer)
    return digest.hexdigest()


def _buffers(column: pa.Array) -> Iterable[Any]:
    """Validity and values without what Arrow leaves open: offsets, spare bits, values under a null."""
    yield pc.cast(pc.is_valid(column), pa.uint8()).to_numpy(zero_copy_only=False).tobytes()
    if pa.types.is_string(column.type):
        texts = pa.concat_arrays([pc.fill_null(column, "")])
        yield pc.binary_length(texts).to_numpy(zero_copy_only=False).tobytes()
        _, offsets, data = texts.buffers()
        ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
        if data is not None and len(texts):
            yield data[int(ends[0]) : int(ends[-1])]
        return
    if pa.types.is_boolean(column.type):
        column = pc.cast(column, pa.uint8())
    elif pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    yield pc.fill_null(column, 0).to_numpy(zero_copy_only=False).tobytes()
