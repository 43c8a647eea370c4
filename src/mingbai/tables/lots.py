"""All sheets of one layout together: rows that cannot be identified, and rows that stand twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.convert import Batch
from mingbai.tables.layouts.patterns import is_total
from mingbai.tables.ledger import Ledger
from mingbai.tables.marks import ABOVE, BATCH, KEY, LINK, POSITION, STAGE, STATE, YEAR
from mingbai.tables.profiles import Profile
from mingbai.tables.texts import Text, fold, shown

_MARKS = (BATCH, POSITION)


@dataclass
class Lot:
    """The accepted rows of one profile, as one table with unique keys."""

    profile: Profile
    table: pa.Table
    batches: tuple[int, ...]


def gather(batches: Sequence[Batch], entity: str, *, matched: bool) -> list[Lot]:
    """One lot per profile of the entity, the profile with the smallest rank first.

    `matched`: those whose rows are tied by the ID number, or the others. The batches let go of their
    values, so that a million rows are in memory once.
    """
    found: dict[str, list[int]] = {}
    for number, batch in enumerate(batches):
        if batch.profile.entity == entity and bool(batch.profile.key_match) == matched:
            found.setdefault(batch.profile.id, []).append(number)
    lots = []
    for numbers in found.values():
        tables = [_table(batches[number], number) for number in numbers]
        for number in numbers:
            batches[number].release()
        table = pa.concat_tables(tables, promote_options="default")
        lots.append(Lot(batches[numbers[0]].profile, table, tuple(numbers)))
    return sorted(lots, key=lambda lot: (lot.profile.supplements, lot.profile.rank, lot.batches))


def _table(batch: Batch, number: int) -> pa.Table:
    columns: dict[str, pa.Array] = {}
    if batch.key is not None:
        columns[KEY] = batch.key
    if batch.link is not None:
        columns[LINK] = batch.link
    columns |= batch.marks
    columns |= batch.facts
    columns |= {ABOVE + name: values for name, values in batch.parent_facts.items()}
    rows = len(batch)
    columns[BATCH] = pa.repeat(pa.scalar(number, pa.int32()), rows)
    columns[POSITION] = pa.array(range(rows), pa.int32())
    return pa.table(columns)


def without(table: pa.Table, rows: Iterable[int]) -> pa.Table:
    """The table without the rows at the given places."""
    gone = pa.array(sorted(set(rows)), pa.int64())
    if not len(gone):
        return table
    places = pa.array(range(table.num_rows), pa.int64())
    return table.filter(pc.invert(pc.is_in(places, value_set=gone)))


def source_of(table: pa.Table, place: int) -> tuple[int, int]:
    """Batch and row in it of a row of the table."""
    return table[BATCH][place].as_py(), table[POSITION][place].as_py()


def list_unidentified(lot: Lot, ledger: Ledger) -> None:
    """Keep out rows without a usable key or link: totals, empty rows of a form, and others."""
    bad: set[int] = set()
    for name, empty, odd in ((KEY, "TABLE-040", "TABLE-041"), (LINK, "TABLE-044", "TABLE-047")):
        if name not in lot.table.column_names:
            continue
        cells = lot.table[name]
        total = pc.is_in(cells, value_set=pa.array(_totals(cells), cells.type))
        blank: dict[int, list[int]] = {}
        for place in pc.indices_nonzero(pc.or_(pc.is_null(cells), total)).to_pylist():
            if place in bad:
                continue
            bad.add(place)
            number, row = source_of(lot.table, place)
            batch = ledger.batches[number]
            troubles = batch.key_troubles if name == KEY else batch.link_troubles
            said = (name, cells[place].as_py()) if total[place].as_py() else None
            said = said or (None if row in troubles else _total_in(lot.table, place))
            if said is not None:
                header = _header(batch, said[0])
                ledger.list_row(number, row, "TABLE-049", column=header, value=said[1])
            elif row in troubles:
                ledger.list_cell(number, troubles[row], odd)
            elif row in batch.empty:
                blank.setdefault(number, []).append(row)
            else:
                ledger.list_row(number, row, empty, column=_header(batch, name))
        for number, rows in blank.items():
            ledger.list_rows(number, rows, "TABLE-052")
    lot.table = without(lot.table, bad)


# What any word for a total holds; so that a million keys need not be looked at one by one.
_PERHAPS_TOTAL = "[计計总總共全]|(?i:total|^all$)"


def _totals(cells: pa.ChunkedArray) -> list[str]:
    """The keys that say 合计, 全村合计, 共 35 人: such a row is no household and no person."""
    likely = pc.fill_null(pc.match_substring_regex(cells, _PERHAPS_TOTAL), False)
    return [word for word in cells.filter(likely).unique().to_pylist() if is_total(fold(word))]


def _total_in(table: pa.Table, place: int) -> tuple[str, str] | None:
    """The column and the word, where a row without a key says in another cell that it is a total."""
    for name in table.column_names:
        if name in (KEY, LINK) or not pa.types.is_string(table[name].type):
            continue
        word = table[name][place].as_py()
        # 全县 alone may be where somebody works.
        if word and "计" in fold(word) and is_total(fold(word)):
            return name, word
    return None


def _header(batch: Batch, name: str) -> str:
    return batch.labels.get(name.removeprefix(ABOVE), "")


def list_earlier(lot: Lot, ledger: Ledger) -> None:
    """Keep out the rows of earlier years (往年), over all sheets of the layout.

    One reason a sheet and year. A row without a year stays: nothing says that it is old.
    """
    if YEAR not in lot.table.column_names:
        return
    years = lot.table[YEAR]
    latest = pc.max(years).as_py()
    earlier = pc.indices_nonzero(pc.fill_null(pc.less(years, latest), False))
    groups: dict[tuple[int, int], list[int]] = {}
    for place, year in zip(earlier.to_pylist(), years.take(earlier).to_pylist(), strict=True):
        number, row = source_of(lot.table, place)
        groups.setdefault((number, year), []).append(row)
    for (number, year), rows in groups.items():
        column = _header(ledger.batches[number], YEAR)
        ledger.list_rows(number, rows, "TABLE-131", column=column, word=year, latest=latest)
    lot.table = without(lot.table, earlier.to_pylist()).drop_columns([YEAR])


def list_superseded(lot: Lot, ledger: Ledger) -> None:
    """Of rows with one key that were taken at several moments (识别时、消除时) keep those of the last."""
    stage = lot.profile.stage
    if stage is None or STAGE not in lot.table.column_names:
        return
    keys, said = lot.table[KEY].to_pylist(), lot.table[STAGE].to_pylist()
    ranks = [stage.rank(word) for word in said]
    last: dict[str, int] = {}
    for at, key in enumerate(keys):
        if ranks[at] > ranks[last.setdefault(key, at)]:
            last[key] = at
    groups: dict[tuple[int, str, str], list[int]] = {}
    earlier = [at for at, key in enumerate(keys) if 0 <= ranks[at] < ranks[last[key]]]
    for at in earlier:
        number, row = source_of(lot.table, at)
        groups.setdefault((number, said[at], said[last[keys[at]]]), []).append(row)
    for (number, word, latest), rows in groups.items():
        column = _header(ledger.batches[number], STAGE)
        ledger.list_rows(number, rows, "TABLE-131", column=column, word=word, latest=latest)
    lot.table = without(lot.table, earlier).drop_columns([STAGE])


def list_refused(lot: Lot, ledger: Ledger) -> None:
    """Keep out the rows that say themselves that they no longer count (停保、注销)."""
    only = lot.profile.only
    if only is None or STATE not in lot.table.column_names:
        return
    states = lot.table[STATE].to_pylist()
    groups: dict[tuple[int, str], list[int]] = {}
    refused = [at for at, said in enumerate(states) if not only.counts(said)]
    for at in refused:
        number, row = source_of(lot.table, at)
        groups.setdefault((number, states[at]), []).append(row)
    for (number, said), rows in groups.items():
        column = _header(ledger.batches[number], STATE)
        ledger.list_rows(number, rows, "TABLE-134", column=column, value=said)
    lot.table = without(lot.table, refused).drop_columns([STATE])


def list_repeats(lot: Lot, ledger: Ledger) -> None:
    """Of rows with one key keep the first (重复行): the others are listed, and say what differs."""
    table = lot.table
    if KEY not in table.column_names:
        return
    first = first_places(table[KEY])
    later = pc.indices_nonzero(pc.not_equal(first, pa.array(range(table.num_rows), pa.int64())))
    names = [name for name in table.column_names if name not in (*_MARKS, KEY)]
    for place in later.to_pylist():
        kept = first[place].as_py()
        _list_repeat(table, place, kept, names, ledger)
    lot.table = without(table, later.to_pylist())


def _list_repeat(
    table: pa.Table, place: int, kept: int, names: Sequence[str], ledger: Ledger
) -> None:
    number, row = source_of(table, place)
    kept_number, kept_row = source_of(table, kept)
    where = row_name(ledger, kept_number, kept_row)
    batch = ledger.batches[number]
    differs = [
        batch.labels.get(name.removeprefix(ABOVE), name)
        for name in names
        if table[name][place].as_py() != table[name][kept].as_py()
    ]
    if differs:
        said = "、".join(dict.fromkeys(differs))
        ledger.list_row(number, row, "TABLE-043", where=where, differs=said)
    else:
        ledger.list_row(number, row, "TABLE-042", where=where)


def row_name(ledger: Ledger, number: int, row: int) -> Text:
    """A row as a person finds it: file, sheet, row."""
    batch = ledger.batches[number]
    place = "/".join(shown(part) for part in (batch.file, batch.sheet) if part)
    line = batch.rows[row].as_py()
    return Text(f"{place} 第 {line} 行", f"{place} row {line}")


def first_places(keys: pa.ChunkedArray) -> pa.Array:
    """For each row the place of the first row with the same value; nulls are one value."""
    codes = keys.combine_chunks().dictionary_encode(null_encoding="encode").indices
    # Codes are given out as values come: a row is the first of its value when its code is the next.
    before = pc.cumulative_max(codes).slice(0, max(len(codes) - 1, 0))
    before = pa.concat_arrays([pa.array([-1] if len(codes) else [], codes.type), before])
    firsts = pc.indices_nonzero(pc.greater(codes, before)).cast(pa.int64())
    return firsts.take(codes)
