"""Filling a plan with rows (填表): each column by its distinct values, as reading does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.columns import RawColumn, absent, combined
from mingbai.tables.writing.cells import UNKNOWN, Cell, Write, unknown_word, writer
from mingbai.tables.writing.plan import Feed, Head, Plan

Tables = Mapping[str, pa.Table]
# A part nobody knows, beside the parts that are known: no reader takes it for a no.
_BETWEEN = ","


@dataclass(frozen=True)
class Filled:
    """The cells of a sheet, column by column, and the rows they were made from.

    `numbers` are the ID numbers by which a layout without the register's own keys finds its rows.
    """

    columns: tuple[RawColumn, ...]
    own: pa.Table
    above: pa.Table | None
    numbers: pa.Array | None = None

    @property
    def rows(self) -> int:
        return int(self.own.num_rows)


def fill(plan: Plan, tables: Tables) -> Filled:
    """The cells of every column of the plan for the rows of its entity."""
    own = _listed(plan, tables.get(plan.table.entity, plan.table.arrow.empty_table()))
    above = None
    if plan.parent is not None and plan.table.link and plan.parent.key:
        parents = tables.get(plan.parent.entity, plan.parent.arrow.empty_table())
        keys = parents[plan.parent.key].combine_chunks()
        above = parents.take(pc.index_in(own[plan.table.link], value_set=keys))
    return _Filler(plan, own, above, _people(plan, own, tables)).filled()


def _listed(plan: Plan, own: pa.Table) -> pa.Table:
    """The rows the list is about: who stands in a list of 低保 is on the allowance."""
    for spec in plan.profile.facts:
        if spec.form == "constant" and spec.fact in own.column_names:
            kept = own[spec.fact]
            said = spec.constant == "yes" if pa.types.is_boolean(kept.type) else spec.constant
            if not (pa.types.is_boolean(kept.type) or pa.types.is_string(kept.type)):
                continue
            own = own.filter(pc.fill_null(pc.equal(kept, pa.scalar(said, kept.type)), False))
    return own


def _people(plan: Plan, own: pa.Table, tables: Tables) -> pa.Table | None:
    """For each row whom it is found by: itself, or the first of its members with a number."""
    match = plan.profile.key_match
    if match is None or plan.table.key is None:
        return None
    entity, _, fact = match.rpartition(".")
    if not entity:
        return own
    below, members = plan.schema.table(entity), tables.get(entity)
    if below is None or below.link is None or members is None:
        return None
    members = members.filter(pc.is_valid(members[fact]))
    links = members[below.link].combine_chunks()
    return members.take(pc.index_in(own[plan.table.key], value_set=links))


class _Filler:
    """One sheet; columns whose empty cells mean something are filled when the others are."""

    def __init__(
        self, plan: Plan, own: pa.Table, above: pa.Table | None, people: pa.Table | None
    ) -> None:
        self.plan = plan
        self.own = own
        self.above = above
        self.people = people
        self.columns: dict[int, RawColumn] = {}

    def filled(self) -> Filled:
        later = [place for place, head in enumerate(self.plan.heads) if _blank(head)]
        for place, head in enumerate(self.plan.heads):
            if place not in later:
                self.columns[place] = self._column(head)
        for place in later:
            self.columns[place] = self._marked(self.plan.heads[place])
        ordered = tuple(self.columns[place] for place in range(len(self.plan.heads)))
        numbers = self._numbers()
        flat = numbers.combine_chunks() if numbers is not None else None
        return Filled(ordered, self.own, self.above, flat)

    def _numbers(self) -> pa.ChunkedArray | None:
        match = self.plan.profile.key_match
        return self.people[match.rpartition(".")[2]] if match and self.people is not None else None

    def _column(self, head: Head) -> RawColumn:
        """The first fact with something to say fills the cell."""
        claims = self._claims(head)
        if not claims:
            return absent(self.own.num_rows)
        if len(claims) == 1:
            column, write = claims[0]
            return RawColumn([write(value) for value in column.distinct], column.codes)
        members, codes = combined([column for column, _ in claims])
        writes = [write for _, write in claims]
        cells: list[object] = [_first(writes, values) for values in members]
        return RawColumn(cells, codes)

    def _claims(self, head: Head) -> list[tuple[RawColumn, Write]]:
        claims: list[tuple[RawColumn, Write]] = []
        if head.key is not None:
            claims.append((self._key(head.key), _text))
        if head.link:
            claims.append((self._link(), _text))
        if head.named:
            claims.append((self._name(), _text))
        if head.fixed is not None:
            claims.append((_encode(pa.repeat(head.fixed, self.own.num_rows)), _text))
        parts = [feed for feed in head.feeds if feed.spec.form == "has"]
        if parts:
            claims.append(self._parts(parts))
        claims += [
            (_encode(self._values(feed)), _write(feed, head))
            for feed in head.feeds
            if feed.spec.form not in ("has", "constant")
        ]
        return claims

    def _values(self, feed: Feed) -> pa.ChunkedArray | pa.Array:
        table = self.above if feed.above else self.own
        if table is None or feed.column.name not in table.column_names:
            return pa.nulls(self.own.num_rows, feed.column.arrow)
        return table[feed.column.name]

    def _key(self, number: int) -> RawColumn:
        """The key, or the number in its place; of a key joined from columns, the part of one."""
        if self.plan.profile.key_match:
            numbers = self._numbers()
            return absent(self.own.num_rows) if numbers is None else _encode(numbers)
        column = _encode(self.own[self.plan.table.key])
        spec = self.plan.profile.key
        if spec is None or len(spec.sources) == 1:
            return column
        link = self.plan.profile.link
        tied = link is not None and bool({*link.source.folded} & {*spec.sources[0].folded})
        last = len(spec.sources) - 1
        parts = []
        for value in column.distinct:
            split = str(value).rsplit if tied else str(value).split
            parts.append([*split(spec.joined_with, last), *[None] * last][number])
        return RawColumn(list(parts), column.codes)

    def _link(self) -> RawColumn:
        """The parent's key, or the fact of the parent that the layout ties rows by."""
        match = self.plan.profile.link.match if self.plan.profile.link else None
        if match is not None and self.above is not None:
            return _encode(self.above[match])
        return _encode(self.own[self.plan.table.link])

    def _name(self) -> RawColumn:
        """The name of whoever the row is about."""
        linked = not self.plan.profile.key_match
        table = self.above if linked else self.people
        names = [one.name for one in (self.plan.table, self.plan.parent) if one and one.name]
        there = [name for name in names if table is not None and name in table.column_names]
        if table is None or not there:
            return absent(self.own.num_rows)
        return _encode(table[there[0]])

    def _parts(self, feeds: Sequence[Feed]) -> tuple[RawColumn, Write]:
        """A multi-value cell from the facts that read it."""
        members, codes = combined([_encode(self._values(feed)) for feed in feeds])
        among = feeds[0].spec.among
        named = [feed.spec.has or "" for feed in feeds]
        none = next((word for word in among if word not in named), None)
        cells = [_joined(named, values, none) for values in members]
        return RawColumn(list(cells), codes), _text

    def _marked(self, head: Head) -> RawColumn:
        """A column whose empty cells are read as a value: what is not known is said in a word."""
        column = self._column(head)
        spec = _blank(head)
        if spec is None:
            return column
        word = unknown_word(spec.spec)
        places = self.plan.match
        filled = places.place(spec.spec.filled) if spec.spec.filled else None
        if spec.spec.filled is None or filled is None:
            cells = [word if cell is None and spec.spec.filled is None else cell
                     for cell in column.distinct]  # fmt: skip
            return RawColumn(cells, column.codes)
        members, codes = combined([column, self.columns[filled]])
        cells = [word if cell is None and by is not None else cell for cell, by in members]
        return RawColumn(cells, codes)


def _blank(head: Head) -> Feed | None:
    return next((feed for feed in head.feeds if feed.spec.blank is not None), None)


def _encode(values: pa.ChunkedArray | pa.Array) -> RawColumn:
    """Distinct values as they are kept; nothing is tidied on the way out."""
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    encoded = whole.dictionary_encode(null_encoding="encode")
    return RawColumn(encoded.dictionary.to_pylist(), encoded.indices.cast(pa.int32()))


def _text(value: object) -> Cell:
    return None if value is None else str(value)


def _first(writes: Sequence[Write], values: Sequence[object]) -> Cell:
    cells = (write(value) for write, value in zip(writes, values, strict=True))
    return next((cell for cell in cells if cell is not None), None)


def _write(feed: Feed, head: Head) -> Write:
    spec = feed.spec
    if spec.form == "one_hot":
        code = spec.codes[feed.part]
        return lambda value: None if value is None else "1" if value == code else "0"
    if spec.form == "filled":
        return lambda value: "是" if value is True else None
    write = writer(spec, feed.column, feed.times, head.label)
    if spec.form == "sum" and len(spec.sources) > 1:
        # How much stood in which column is not kept; nothing at all stood in every one.
        nothing = feed.column.minimum == 0
        return lambda value: write(value) if value == 0 and nothing else None
    if spec.form == "any_yes" and len(spec.sources) > 1:
        # Which of several columns said yes is not kept; a no was said by all of them.
        return lambda value: write(value) if value is False else None
    return write


def _joined(named: Sequence[str], values: Sequence[object], none: str | None) -> Cell:
    """残疾,长期慢性病; the word for none of them; what is only partly known says so."""
    if all(value is None for value in values):
        return None
    said = [word for word, value in zip(named, values, strict=True) if value is True]
    if any(value is None for value in values):
        return _BETWEEN.join([*said, UNKNOWN])
    return _BETWEEN.join(said) if said else none
