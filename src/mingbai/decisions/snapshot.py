"""The register as of a day (登记快照), as the tables a pack asks for.

It holds keys, places and facts; never a name, an ID number, a phone or an account (`columns.ABSENT`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.decisions.columns import (
    FROM_PLACES,
    FROM_STATUSES,
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
from mingbai.decisions.requests import SUBJECTS, Requests, Scope
from mingbai.decisions.together import ANYBODY, Together
from mingbai.engine.compiling import Program
from mingbai.engine.model.pack import Entity
from mingbai.engine.model.values import Kind, Type
from mingbai.households.enums import StatusKind
from mingbai.places.codes import pad
from mingbai.places.enums import DIGITS, Level


@dataclass(frozen=True)
class Snapshot:
    """What is known of some households on a day (快照)."""

    day: date
    tables: dict[str, pa.Table]
    supplied: dict[str, frozenset[str]]  # facts that the register can have at all

    @cached_property
    def digest(self) -> str:
        """SHA-256 over facts and keys; the same facts give the same, in whatever order they lie."""
        return _digest(self.tables)

    @property
    def households(self) -> int:
        return int(self.tables["household"].num_rows)

    @property
    def persons(self) -> int:
        return int(self.tables["person"].num_rows)


def take_snapshot(program: Program, scope: Scope, *, everything: bool = False) -> Snapshot:
    """The facts that a program reads, of the households in scope that exist on the day.

    `everything`: every fact of the pack that the register can have, read by a rule or not.
    """
    with reading() as reader:
        return _Taker(reader, Requests(program, scope, everything=everything)).take()


class Single:
    """Snapshots of one household at a time (一户快照), each by one statement that is put together once.

    For a household that is only shown: by our own connection, which spares the transaction of its own.
    `known_at`: what was known then.
    """

    def __init__(self, program: Program, known_at: datetime | None = None) -> None:
        scope = Scope(program.as_of, household_ids=(ANYBODY,), known_at=known_at)
        self._requests = Requests(program, scope)
        self._together = Together(self._requests.all())

    def take(self, household_id: int) -> Snapshot:
        """The facts that the program reads of a household. One query."""
        return _Taker(self._together.read(household_id), self._requests).take()


_singles: dict[tuple[int, datetime | None], tuple[Program, Single]] = {}
_MOST_SINGLES = 100


def single(program: Program, known_at: datetime | None = None) -> Single:
    """The snapshots of a program, put together once a process; `known_at`: of what was known then."""
    key = id(program), known_at
    found = _singles.get(key)
    if found is None or found[0] is not program:
        if len(_singles) >= _MOST_SINGLES:
            _singles.clear()
        found = _singles[key] = program, Single(program, known_at)
    return found[1]


class _Taker:
    def __init__(self, reader: Reader, requests: Requests) -> None:
        self.reader, self.requests, self.pack = reader, requests, requests.pack
        reader.ask(requests.all())
        homes = keys_in(reader.table(requests.lives()), "household_id")
        self.members = self._members()
        self.keys = {"household": np.unique(homes), "person": keys_in(self.members, "person_id")}
        self.registrations = read_registrations(reader, requests.day, requests.registrations())

    def take(self) -> Snapshot:
        tables, supplied = {}, {}
        for entity in self.pack.entities.values():
            names = self.requests.facts[entity.id]
            supplied[entity.id] = frozenset(n for n in names if is_known(entity.id, n))
            kinds = {name: _arrow(self.pack.facts[entity.id][name].type) for name in names}
            if entity.id in SUBJECTS:
                tables[entity.id] = self._subjects(entity, kinds)
            elif self.requests.has_records(entity):
                tables[entity.id] = self._records(entity, kinds)
        return Snapshot(self.requests.day, tables, supplied)

    def _members(self) -> pa.Table:
        """Who lives where on the day; a person is counted once, where she came last."""
        table = self.reader.table(self.requests.members())
        order = [days_in(table, "valid_from"), keys_in(table, "id")]
        return last_of_each(table, "person_id", order).sort_by("person_id")

    def _subjects(self, entity: Entity, kinds: Mapping[str, pa.DataType]) -> pa.Table:
        keys = self.keys[entity.id]
        found = self._from_topics(entity.id, keys)
        found |= self._of_persons(found) if entity.parent else self._of_households(keys, found)
        columns = {entity.key: _text(keys)}
        if entity.link:
            columns[entity.link] = _text(keys_in(self.members, "household_id"))
        for name, kind in kinds.items():
            value = found.get(name)
            columns[name] = value.cast(kind) if value is not None else pa.nulls(len(keys), kind)
        return pa.table(columns)

    def _from_topics(self, subject: str, keys: Keys) -> dict[str, Any]:
        """The record that has the last word in each topic, in the order of the keys."""
        found: dict[str, Any] = {}
        link = f"{subject}_id"
        for topic, columns in self.requests.topics(subject).items():
            table = self.reader.table(self.requests.topic(topic, subject, columns.values()))
            order = [days_in(table, "valid_from"), keys_in(table, "id")]
            table = aligned(last_of_each(table, link, order), link, keys)
            found |= {name: table.column(column) for name, column in columns.items()}
        return found

    def _of_households(self, keys: Keys, found: Mapping[str, Any]) -> dict[str, Any]:
        names = self.requests.facts["household"]
        more: dict[str, Any] = {}
        if any(name in FROM_STATUSES for name in names):
            more |= self.registrations.facts(keys)
        if any(name in FROM_PLACES for name in names):
            divisions = self.reader.table(self.requests.divisions())
            more |= _places(divisions, found["division_code"])
        if "member_count_registered" in found:
            counted = counts_per(self.members, "household_id", keys)
            none_listed = pa.array(counted, mask=counted == 0)
            told = found["member_count_registered"]
            more["member_count_registered"] = pc.coalesce(told, none_listed)
        return more

    def _of_persons(self, found: Mapping[str, Any]) -> dict[str, Any]:
        more: dict[str, Any] = {"relation": self.members.column("relation")}
        help_ = _civil_affairs(self.registrations, self.members)
        for name in help_.keys() & found.keys():
            more[name] = pc.coalesce(found[name], help_[name])
        return more

    def _records(self, entity: Entity, kinds: Mapping[str, pa.DataType]) -> pa.Table:
        """Dated records below a household or a person; where a fact is of another topic it is lacking."""
        subject, link = str(entity.parent), entity.link or ""
        table = self.reader.table(self.requests.records(entity))
        ours = pc.is_in(table.column(f"{subject}_id"), pa.array(self.keys[subject]))
        table = table.filter(ours)
        made = {link: _text(keys_in(table, f"{subject}_id"))}
        for name, kind in kinds.items():
            column = column_of(entity.id, name)
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


def _places(divisions: pa.Table, codes: pa.ChunkedArray) -> dict[str, pa.Array]:
    """Names of the divisions above each village, as they were called on the day."""
    names = dict(zip(divisions["code"].to_pylist(), divisions["name"].to_pylist(), strict=True))
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
