"""A recognised sheet as typed columns (转换), column by column, with a word for every odd cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.cells import BLANK, Issue, Reading, broken
from mingbai.tables.columns import RawColumn, absent, blank_rows, only_where_blank, understand
from mingbai.tables.doubts import cut_lengths, doubt_cut_numbers, is_cut_key
from mingbai.tables.formats.sheet import Body, RowRemark, Sheet
from mingbai.tables.marks import KEY, LINK, NAME, STAGE, STATE, YEAR
from mingbai.tables.profiles import FactSpec, Profile, Source
from mingbai.tables.quick import quick_id, quick_key
from mingbai.tables.readers import Cells, quick_reader, reader
from mingbai.tables.recognise import Match
from mingbai.tables.schema import Schema, Table
from mingbai.tables.texts import fold
from mingbai.tables.words import ID_DOUBTS, TextReader
from mingbai.tables.years import read_year


@dataclass(frozen=True)
class CellTrouble:
    """A cell that gave no value, or one that needs a remark: its row in the batch, its header."""

    row: int
    column: str
    reading: Reading


@dataclass
class Batch:
    """The rows of one sheet, converted: what they say, and what could not be read.

    `empty` rows say nothing in any column that is read.
    """

    profile: Profile
    file: str
    sheet: str | None
    rows: pa.Array
    key: pa.Array | None
    link: pa.Array | None
    facts: dict[str, pa.Array]
    parent_facts: dict[str, pa.Array]
    labels: dict[str, str]
    marks: dict[str, pa.Array] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)
    shifts: pa.Array | None = None
    empty: frozenset[int] = frozenset()
    troubles: list[CellTrouble] = field(default_factory=list)
    key_troubles: dict[int, CellTrouble] = field(default_factory=dict)
    link_troubles: dict[int, CellTrouble] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def release(self) -> None:
        """Let go of the values once a table holds them; which facts there were is still known."""
        self.facts = {name: pa.nulls(0, values.type) for name, values in self.facts.items()}
        above = self.parent_facts.items()
        self.parent_facts = {name: pa.nulls(0, values.type) for name, values in above}


def convert(sheet: Sheet, match: Match, file: str, schema: Schema) -> Batch:
    """Read all rows below the header; nothing is decided about them yet."""
    return _Converter(sheet, match, file, schema).batch()


class _Converter:
    """One sheet on its way; only the columns some source names are taken from it."""

    def __init__(self, sheet: Sheet, match: Match, file: str, schema: Schema) -> None:
        self.match = match
        self.profile = match.profile
        self.file = file
        self.sheet_name = sheet.name
        self.schema = schema
        places = {match.place(source) for source in self.profile.sources}
        wanted = sorted(place for place in places if place is not None)
        self.body: Body = sheet.body(match.header_row, wanted)
        self.empty = absent(len(self.body.rows))
        self.seen: set[tuple[int, str, str]] = set()

    def batch(self) -> Batch:
        profile = self.profile
        table = self.schema.table(profile.entity)
        if table is None:
            raise LookupError(profile.entity)  # check_profiles has refused it before
        batch = Batch(profile, self.file, self.sheet_name, self.body.rows, None, None, {}, {}, {})
        batch.places = self.match.columns
        batch.shifts = self.body.shifts
        empty = blank_rows(self.body.columns.values(), len(batch))
        batch.empty = frozenset(pc.indices_nonzero(empty).to_pylist())
        if profile.key:
            key = profile.key
            check = "id_number" if key.match else None
            batch.key, batch.key_troubles = self._text(key.sources, key.joined_with, check)
            batch.labels[KEY] = self._label(*profile.key.sources)
        if profile.link:
            batch.labels[LINK] = self._label(profile.link.source)
            check = "id_number" if profile.link.match else None
            batch.link, batch.link_troubles = self._text((profile.link.source,), "", check)
        self._marks(profile, batch)
        batch.troubles += self._facts(profile.facts, table, batch.facts, batch.labels)
        parent = self.schema.table(table.parent) if table.parent else None
        if parent is not None:
            specs = profile.parent_facts
            batch.troubles += self._facts(specs, parent, batch.parent_facts, batch.labels)
        batch.troubles += map(_row_trouble, self.body.remarks)
        return batch

    def _marks(self, profile: Profile, batch: Batch) -> None:
        """What is said about the row itself: of whom it is, whether and when it counts."""
        texts = {
            NAME: profile.named,
            STATE: profile.only.source if profile.only else None,
            STAGE: profile.stage.source if profile.stage else None,
        }
        for mark, source in texts.items():
            if source and self.match.place(source) is not None:
                batch.marks[mark], _ = self._text((source,), "", None)
                batch.labels[mark] = self._label(source)
        if profile.year and self.match.place(profile.year) is not None:
            batch.marks[YEAR] = self._year(profile.year, batch)

    def _year(self, source: Source, batch: Batch) -> pa.Array:
        """The year (年度) of every row; an odd cell is a word like that on any number."""
        done = understand([self._column(source)], read_year, pa.int64())
        batch.labels[YEAR] = self._label(source)
        batch.troubles += self._troubles((source,), done.troubled)
        return done.values

    def _text(
        self, sources: tuple[Source, ...], joined: str, check: str | None
    ) -> tuple[pa.Array, dict[int, CellTrouble]]:
        """Key or link as text; several columns are joined, all of them must be filled."""
        columns = [self._column(one) for one in sources]
        # An ID number shows by its last sign that it was cut; a register's own number only by its column.
        cut = frozenset[int]().union(*([] if check else map(cut_lengths, columns)))
        read = partial(_key, TextReader(check, halves=True), cut)

        def join(cells: Cells) -> Reading:
            readings = [BLANK if cell is None else read(cell) for cell in cells]
            bad = next((one for one in readings if one.issue and one.value is None), None)
            if bad is not None or any(one.value is None for one in readings):
                return bad or BLANK
            return Reading(joined.join(str(one.value) for one in readings))

        def alone(cells: Cells) -> Reading:
            return BLANK if cells[0] is None else read(cells[0])

        quick = None if cut else quick_id if check == "id_number" else quick_key
        done = understand(columns, join if len(columns) > 1 else alone, pa.string(), quick)
        if check == "id_number":
            done = doubt_cut_numbers(done)
        label = self._label(sources[0])
        return done.values, {row: CellTrouble(row, label, one) for row, one in done.troubled}

    def _facts(
        self,
        specs: Iterable[FactSpec],
        table: Table,
        into: dict[str, pa.Array],
        labels: dict[str, str],
    ) -> Iterator[CellTrouble]:
        for spec in specs:
            column = table.column(spec.fact)
            there = [self.match.place(source) is not None for source in spec.sources]
            helped = spec.id_number is not None and self.match.place(spec.id_number) is not None
            if column is None or not (_enough(spec, there) or helped):
                continue
            sources = spec.all_sources
            factors = tuple(self._factor(source) for source in sources)
            read = reader(spec, column, factors)
            raw = [self._column(source) for source in sources] or [self.empty]
            if len(raw) == 2 and len(spec.sources) == 1:
                raw[1] = only_where_blank(raw[1], raw[0])
            done = understand(raw, read, column.arrow, quick_reader(spec, column, factors))
            if spec.check == "id_number":
                done = doubt_cut_numbers(done)
            into[spec.fact] = done.values
            labels[spec.fact] = self._label(*sources) if sources else spec.fact
            yield from self._troubles(sources, self._checked(spec, done.troubled))

    def _checked(
        self, spec: FactSpec, troubled: Sequence[tuple[int, Reading]]
    ) -> Iterable[tuple[int, Reading]]:
        """Without the doubts about numbers of another kind: a passport is no wrong ID number."""
        when = spec.when
        if when is None or not troubled or self.match.place(when.source) is None:
            return troubled
        kinds = self._column(when.source)
        counts = [when.counts(str(kind or "")) for kind in kinds.distinct]
        codes = kinds.codes.take(pa.array([row for row, _ in troubled], pa.int64())).to_pylist()
        return [
            one
            for one, code in zip(troubled, codes, strict=True)
            if counts[code] or (one[1].issue and one[1].issue.code not in ID_DOUBTS)
        ]

    def _troubles(
        self, sources: tuple[Source, ...], troubled: Iterable[tuple[int, Reading]]
    ) -> Iterator[CellTrouble]:
        """One word per cell, however many facts are read from it."""
        for row, reading in troubled:
            issue = reading.issue
            place = issue.source if issue else 0
            label = self._label(sources[place] if place < len(sources) else sources[0])
            mark = (row, label, issue.code if issue else "")
            if mark not in self.seen:
                self.seen.add(mark)
                yield CellTrouble(row, label, reading)

    def _column(self, source: Source) -> RawColumn:
        place = self.match.place(source)
        return self.empty if place is None else self.body.columns[place]

    def _label(self, *sources: Source) -> str:
        """The header as the user sees it."""
        for source in sources:
            place = self.match.place(source)
            if place is not None:
                return self.match.label(place)
        return next((label for source in sources for label in source.labels), "")

    def _factor(self, source: Source) -> Decimal | None:
        place = self.match.place(source)
        return source.times.get(fold(self.match.label(place))) if place is not None else None


def _key(text: TextReader, cut: frozenset[int], cell: object) -> Reading:
    """A key or link; `cut`: the lengths of numbers that a spreadsheet cut where they end in zeros."""
    return broken("TABLE-084", cell) if is_cut_key(cell, cut) else text.read(cell)


def _row_trouble(remark: RowRemark) -> CellTrouble:
    """A word on a whole row as on a cell of no column."""
    issue = Issue(remark.code, "", 0, {"count": remark.count})
    return CellTrouble(remark.row, "", Reading(None, issue))


def _enough(spec: FactSpec, there: list[bool]) -> bool:
    """Whether the sheet has the columns the fact is read from."""
    if spec.form in ("one_hot", "sum"):
        return all(there)
    return any(there) or spec.form == "constant"
