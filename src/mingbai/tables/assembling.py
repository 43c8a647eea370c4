"""From batches to one table per entity (汇总): top entity first, each row with a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.checking import remark_repeats, run_checks
from mingbai.tables.convert import Batch
from mingbai.tables.deriving import derive
from mingbai.tables.ledger import Ledger
from mingbai.tables.lots import (
    Lot,
    gather,
    list_earlier,
    list_refused,
    list_repeats,
    list_superseded,
    list_unidentified,
    row_name,
    source_of,
    without,
)
from mingbai.tables.marks import ABOVE, BATCH, KEY, LINK, POSITION
from mingbai.tables.matching import matched_by, register_for, resolve, stand_alone
from mingbai.tables.merging import Merged, Part, merge
from mingbai.tables.profiles import Check
from mingbai.tables.schema import Schema, Table

# Shown in messages; a longer chain of differing columns helps nobody.
_MOST_NAMED = 12

#: The rows a register knows already, by entity, under the names of the schema; asked for when needed.
Known = Callable[[], Mapping[str, pa.Table]]


class Assembler:
    """Puts the batches of a folder together; the ledger hears of every row.

    `alone`: when no register is among the tables, the rows of a department's list stand for themselves.
    `register`: rows that are known besides; lists find them and add to them.
    """

    def __init__(
        self,
        batches: Sequence[Batch],
        schema: Schema,
        ledger: Ledger,
        *,
        alone: bool = False,
        register: Known | None = None,
    ) -> None:
        self.register = register
        self.batches = batches
        self.schema = schema
        self.ledger = ledger
        self.alone = alone
        self.rows: dict[str, pa.Table] = {}
        self.parts: dict[str, list[Part]] = {}
        self.given: set[str] = set()

    def assemble(self) -> dict[str, pa.Table]:
        """The typed table of every entity of the schema, empty where nothing came."""
        lots = {table.entity: self._accept(table) for table in self.schema.tables}
        for table in self.schema.tables:
            for lot in lots[table.entity]:
                self._tell_parent(lot, table)
        register = dict(self.rows)
        for table in self.schema.tables:
            more = self._supplement(table, register)
            for lot in more:
                self._tell_parent(lot, table)
            lots[table.entity] += more
        for table in self.schema.tables:
            self._check(table, lots[table.entity])
        return {table.entity: self._typed(table) for table in self.schema.tables}

    def _accept(self, table: Table) -> list[Lot]:
        """The accepted rows of one entity; its parents have been accepted before."""
        lots = gather(self.batches, table.entity, matched=False)
        for lot in lots:
            list_unidentified(lot, self.ledger)
            list_refused(lot, self.ledger)
            list_earlier(lot, self.ledger)
            if not self._resolve(lot, table, self.rows):
                self._list_orphans(lot, table)
            list_superseded(lot, self.ledger)
            list_repeats(lot, self.ledger)
        if any(not lot.profile.supplements for lot in lots):
            self.given.add(table.entity)
        known = any(lot.profile.is_main for lot in lots)
        for lot in lots:
            self._add(lot, table, adds=lot.profile.is_main or not known)
        return lots

    def _supplement(self, table: Table, register: dict[str, pa.Table]) -> list[Lot]:
        """Department lists (部门名单): rows without a key of ours fill the rows their number finds."""
        lots = gather(self.batches, table.entity, matched=True)
        for lot in lots:
            list_unidentified(lot, self.ledger)
            list_refused(lot, self.ledger)
            list_earlier(lot, self.ledger)
            alone = self._resolve(lot, table, register)
            list_superseded(lot, self.ledger)
            list_repeats(lot, self.ledger)
            self._add(lot, table, adds=alone)
        return lots

    def _resolve(self, lot: Lot, table: Table, rows: dict[str, pa.Table]) -> bool:
        """A number (证件号码) becomes the key of the one row that has it; whether rows stand alone."""
        mark = matched_by(lot)
        if mark is None:
            return False
        register = register_for(lot, table, self.schema, self._beside_known(rows))
        alone = self.alone and register.rows is None and table.entity not in rows
        if alone:
            stand_alone(lot, mark, self.ledger)
        else:
            resolve(lot, mark, register, self.ledger)
        return alone

    @cached_property
    def known(self) -> dict[str, pa.Table]:
        """What the register knows, under the names that rows carry on their way."""
        given = self.register() if self.register is not None else {}
        renamed = {}
        for entity, rows in given.items():
            table = self.schema.table(entity)
            marks = {table.key: KEY, table.link: LINK} if table else {}
            renamed[entity] = rows.rename_columns(
                [marks.get(name) or name for name in rows.column_names]
            )
        return renamed

    def _beside_known(self, rows: dict[str, pa.Table]) -> dict[str, pa.Table]:
        """The rows of these files and, behind them, those of the register that no file names."""
        if self.register is None:
            return rows
        beside = dict(rows)
        for entity, known in self.known.items():
            mine = rows.get(entity)
            if mine is None:
                beside[entity] = known
                continue
            told = pc.is_in(known[KEY], value_set=mine[KEY].combine_chunks())
            wanted = [
                name for name in mine.column_names if name in (*known.column_names, BATCH, POSITION)
            ]
            parts = [mine.select(wanted), known.filter(pc.invert(told))]
            beside[entity] = pa.concat_tables(parts, promote_options="default")
        return beside

    def _known_keys(self, entity: str) -> pa.Array:
        known = self.known.get(entity)
        return known[KEY].combine_chunks() if known is not None else pa.array([], pa.string())

    def _list_orphans(self, lot: Lot, table: Table) -> None:
        """A person whose household nobody lists (无户成员) cannot be used."""
        if table.parent is None:
            return
        parent = self.schema.table(table.parent)
        top = parent is not None and parent.parent is None
        if top and (table.parent not in self.given or lot.profile.makes_parents):
            return
        parents = self.rows.get(table.parent)
        keys = parents[KEY].combine_chunks() if parents is not None else pa.array([], pa.string())
        found = pc.is_in(lot.table[LINK], value_set=keys)
        if self.register is not None:
            found = pc.or_(
                found, pc.is_in(lot.table[LINK], value_set=self._known_keys(table.parent))
            )
        orphans = pc.indices_nonzero(pc.invert(found))
        links = lot.table[LINK].take(orphans).to_pylist()
        for place, link in zip(orphans.to_pylist(), links, strict=True):
            number, row = source_of(lot.table, place)
            column = self.batches[number].labels.get(LINK, "")
            self.ledger.list_row(number, row, "TABLE-045", column=column, number=link)
        lot.table = without(lot.table, orphans.to_pylist())

    def _add(self, lot: Lot, table: Table, *, adds: bool) -> None:
        """Join a lot to the rows of its entity; `adds`: its own rows may stand alone."""
        own = [name for name in lot.table.column_names if not name.startswith(ABOVE)]
        mine = lot.table.select(own)
        rows = self.rows.get(table.entity)
        parts = self.parts.setdefault(table.entity, [])
        if rows is None:
            self.rows[table.entity] = mine
        elif KEY not in rows.column_names or KEY not in own:
            self.rows[table.entity] = pa.concat_tables([rows, mine], promote_options="default")
        else:
            merged = merge(rows, mine, append=adds)
            self._tell_conflicts(merged, mine, table.entity)
            left = [] if adds else self._append_known(merged, mine, table.entity)
            self.rows[table.entity] = merged.table
            for place in left:
                self.ledger.list_row(*source_of(mine, place), "TABLE-046")
            lot.table = without(lot.table, left) if left else lot.table
        if KEY in own:
            parts.append(Part(mine))

    def _append_known(self, merged: Merged, extra: pa.Table, entity: str) -> list[int]:
        """Add the rows that no main list has but the register knows; the places of the others."""
        if self.register is None or not merged.alone:
            return merged.alone
        alone = pa.array(merged.alone, pa.int64())
        known = pc.is_in(extra[KEY].take(alone), value_set=self._known_keys(entity))
        mine = alone.filter(known.combine_chunks())
        if len(mine):
            merged.table = pa.concat_tables(
                [merged.table, extra.take(mine)], promote_options="default"
            )
        left: list[int] = alone.filter(pc.invert(known).combine_chunks()).to_pylist()
        return left

    def _tell_conflicts(self, merged: Merged, extra: pa.Table, entity: str) -> None:
        """Two lists that say different things: both places are named, the first list leads."""
        for conflict in merged.conflicts:
            number, row = source_of(extra, conflict.place)
            labels = self.batches[number].labels
            key = extra[KEY][conflict.place].as_py()
            found: dict[tuple[int, int], list[str]] = {}
            for fact in conflict.facts:
                said = (part.says(key, fact) for part in self.parts[entity])
                found.setdefault(next(filter(None, said)), []).append(fact)
            for origin, facts in found.items():
                named = "、".join(self._named(entity, labels, fact) for fact in facts[:_MOST_NAMED])
                where = row_name(self.ledger, *origin)
                self.ledger.remark(
                    number, row, "TABLE-073", column=named, where=where, entity=entity, key=key
                )

    def _named(self, entity: str, labels: Mapping[str, str], fact: str) -> str:
        """The header of the fact; what a list says without a column (all are disabled) by its label."""
        label = labels.get(fact, fact)
        table = self.schema.table(entity)
        column = table.column(fact) if label == fact and table else None
        return column.labels[0] if column and column.labels else label

    def _tell_parent(self, lot: Lot, table: Table) -> None:
        """What the rows say of their parent.

        They make the parents when no table lists these, or when their layout says that they do.
        """
        parent = self.schema.table(table.parent) if table.parent else None
        if parent is None or not lot.table.num_rows or LINK not in lot.table.column_names:
            return
        listed = parent.entity in self.given and not lot.profile.makes_parents
        made = parent.parent is None and not listed
        if not made and not any(name.startswith(ABOVE) for name in lot.table.column_names):
            return
        derived = derive(lot.table, lot.profile.decide, parent)
        for one in derived.disagreements:
            self._tell_disagreement(lot, one.place, parent.entity, one.key, one.facts, one.values)
        rows = self.rows.get(parent.entity)
        if rows is None:
            self.rows[parent.entity] = derived.table
        else:
            merged = merge(rows, derived.table, append=made)
            self._tell_conflicts(merged, derived.table, parent.entity)
            if not made:
                self._append_known(merged, derived.table, parent.entity)
            self.rows[parent.entity] = merged.table
        self.parts.setdefault(parent.entity, []).append(Part(derived.table))
        # Told: a village's name on each of a million rows would only take memory from here on.
        told = [name for name in lot.table.column_names if name.startswith(ABOVE)]
        lot.table = lot.table.drop_columns(told)

    def _tell_disagreement(
        self,
        lot: Lot,
        place: int,
        entity: str,
        key: str,
        facts: tuple[str, ...],
        values: tuple[str, ...],
    ) -> None:
        number, row = source_of(lot.table, place)
        labels = self.batches[number].labels
        named = "、".join(dict.fromkeys(labels.get(fact, fact) for fact in facts))
        self.ledger.remark(
            number,
            row,
            "TABLE-070",
            column=named,
            value="; ".join(values),
            entity=entity,
            key=key,
        )

    def _check(self, table: Table, lots: Sequence[Lot]) -> None:
        rows = self.rows.get(table.entity)
        if rows is None:
            return
        checks: dict[Check, None] = {}
        for lot in lots:
            checks |= dict.fromkeys(lot.profile.checks)
        run_checks(checks, rows, table, self.ledger)
        remark_repeats(rows, self.ledger)

    def _typed(self, table: Table) -> pa.Table:
        """The rows in the shape the schema promises."""
        shape = table.arrow
        rows = self.rows.get(table.entity)
        if rows is None:
            return shape.empty_table()
        there = {table.key: KEY, table.link: LINK}
        zeros = pa.py_buffer(bytes(8 * rows.num_rows + 8))
        columns = []
        for field in shape:
            name = there.get(field.name, field.name)
            if name in rows.column_names:
                columns.append(rows[name].combine_chunks().cast(field.type))
            elif field.name not in ("_file", "_sheet", "_row"):
                columns.append(_nothing(rows.num_rows, field.type, zeros))
        return pa.table([*columns, *self._sources(rows)], schema=shape)

    def _sources(self, rows: pa.Table) -> list[pa.Array]:
        """File, sheet and row of every accepted row."""
        numbers = rows[BATCH].combine_chunks()
        files = pa.array([batch.file for batch in self.batches], pa.string())
        sheets = pa.array([batch.sheet for batch in self.batches], pa.string())
        starts, total = [], 0
        for batch in self.batches:
            starts.append(total)
            total += len(batch)
        offset = pa.array(starts, pa.int64()).take(numbers)
        places = pc.add(offset, rows[POSITION].combine_chunks().cast(pa.int64()))
        lines = pa.concat_arrays([batch.rows for batch in self.batches]).take(places)
        return [files.take(numbers), sheets.take(numbers), lines]


def _nothing(rows: int, kind: pa.DataType, zeros: pa.Buffer) -> pa.Array:
    """A column nobody told; all of them share one buffer, for a pack may have a hundred."""
    text = pa.types.is_string(kind)
    buffers = [zeros, zeros, pa.py_buffer(b"")] if text else [zeros, zeros]
    return pa.Array.from_buffers(kind, rows, buffers, null_count=rows)
