"""Rows that name people by a number (按证件号码关联): whose they are, in the register of this folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.identity import id18
from mingbai.tables.ledger import Ledger
from mingbai.tables.lots import Lot, row_name, source_of, without
from mingbai.tables.marks import BATCH, KEY, LINK, NAME, POSITION
from mingbai.tables.schema import Schema, Table
from mingbai.tables.texts import Text, fold

# A county's list holds mostly people who are not in this register: so many are named one by one, more
# of them are one line with their count.
_MOST_NAMED = 20
# Eighteen signs as they are compared: what nearly every number of a register looks like.
_WHOLE = r"^[0-9]{17}[0-9X]$"
# The dot between the parts of a name is typed in many ways
_NO_DOTS = dict.fromkeys(map(ord, "\u00b7\u2022\u30fb.\uff0e\u2027\u2219"))


@dataclass(frozen=True)
class Register:
    """The rows that have the number: its fact, the column that answers, and the name beside it."""

    rows: pa.Table | None
    fact: str
    answer: str
    name: str | None

    def numbers(self) -> pa.Array:
        """The number of each row, by its first eighteen signs; none where the fact is not there."""
        if self.rows is None or self.fact not in self.rows.column_names:
            return pa.array([], pa.string())
        return _numbers(self.rows[self.fact])


def matched_by(lot: Lot) -> str | None:
    """The column of the lot that holds a number instead of a key: its own key, or its link."""
    profile = lot.profile
    if profile.key_match:
        return KEY
    return LINK if profile.link and profile.link.match else None


def register_for(lot: Lot, table: Table, schema: Schema, rows: dict[str, pa.Table]) -> Register:
    """Where the numbers of a lot are looked up."""
    match = lot.profile.key_match
    if match is None:
        match = (lot.profile.link.match if lot.profile.link else None) or ""
        entity, answer = table.parent or "", KEY
    else:
        child, _, match = match.rpartition(".")
        entity, answer = (child, LINK) if child else (table.entity, KEY)
    owner = schema.table(entity)
    return Register(rows.get(entity), match, answer, owner.name if owner else None)


def resolve(lot: Lot, mark: str, register: Register, ledger: Ledger) -> None:
    """Put the register's key where the number stands; a number nobody or several have is listed."""
    known, asked = register.numbers(), _numbers(lot.table[mark])
    first = pc.index_in(asked, value_set=known, skip_nulls=True)
    rows = register.rows
    answers = rows[register.answer].combine_chunks() if rows is not None else asked
    keys = answers.take(first).to_pylist()
    _tell_unknown(lot, mark, pc.indices_nonzero(pc.is_null(first)).to_pylist(), ledger)
    firsts = first.to_pylist()
    for at, owners in _several(asked, known):
        keys[at] = _only(answers[place].as_py() for place in owners)
        if keys[at] is None:
            firsts[at] = None
            _list_one(lot, mark, at, "TABLE-048", ledger)
    _tell_names(lot, register, firsts, ledger)
    if mark == KEY and register.answer == KEY and rows is not None:
        _tie(lot, rows, firsts)
    _replace(lot, mark, keys)


def _numbers(column: pa.ChunkedArray) -> pa.Array:
    """The first eighteen signs of each number; a text that is no such number stays as it is."""
    texts = column.combine_chunks()
    plain = pc.fill_null(pc.match_substring_regex(texts, _WHOLE), True)
    if pc.all(plain).as_py() in (True, None):
        return texts
    odd = [id18(text) or text for text in texts.filter(pc.invert(plain)).to_pylist()]
    return pc.replace_with_mask(texts, pc.invert(plain), pa.array(odd, pa.string()))


def _several(asked: pa.Array, known: pa.Array) -> Iterator[tuple[int, list[int]]]:
    """The rows whose number several rows of the register have, and which these are."""
    counts = pc.value_counts(known.drop_null())
    twice = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    owners: dict[str, list[int]] = {}
    for place in pc.indices_nonzero(pc.is_in(known, value_set=twice)).to_pylist():
        owners.setdefault(known[place].as_py(), []).append(place)
    for at in pc.indices_nonzero(pc.is_in(asked, value_set=twice)).to_pylist() if owners else ():
        yield at, owners[asked[at].as_py()]


def stand_alone(lot: Lot, mark: str, ledger: Ledger) -> None:
    """Without any register the rows stand for themselves: one key a number, which does not show it."""
    keys: dict[str, str] = {}
    numbers = [id18(text) or text for text in lot.table[mark].to_pylist()]
    for at, text in enumerate(numbers):
        if text not in keys:
            number, row = source_of(lot.table, at)
            batch = ledger.batches[number]
            keys[text] = f"{batch.file} {batch.rows[row].as_py()}"
    said = [keys[text] for text in numbers]
    for number in lot.batches:
        label = ledger.batches[number].labels.get(mark, "")
        ledger.remark_sheet(number, "TABLE-133", column=label)
    _replace(lot, mark, said)


def _replace(lot: Lot, mark: str, keys: Sequence[str | None]) -> None:
    place = lot.table.column_names.index(mark)
    table = lot.table.set_column(place, mark, pa.array(keys, pa.string()))
    if NAME in table.column_names:
        table = table.drop_columns([NAME])
    lot.table = without(table, [at for at, key in enumerate(keys) if key is None])


def _tie(lot: Lot, rows: pa.Table, firsts: Sequence[int | None]) -> None:
    """The household of the person that was found, for what the row says of the household."""
    if LINK in rows.column_names and LINK not in lot.table.column_names:
        links = rows[LINK].combine_chunks().take(pa.array(firsts, pa.int64()))
        lot.table = lot.table.append_column(LINK, links)


def _only(keys: Iterable[str]) -> str | None:
    """The one key; two people with one number may still live in one household."""
    found = set(keys)
    return found.pop() if len(found) == 1 else None


def _list_one(lot: Lot, mark: str, at: int, code: str, ledger: Ledger) -> None:
    number, row = source_of(lot.table, at)
    column = ledger.batches[number].labels.get(mark, "")
    ledger.list_row(number, row, code, column=column, value=lot.table[mark][at].as_py())


def _tell_unknown(lot: Lot, mark: str, places: Sequence[int], ledger: Ledger) -> None:
    """A few one by one, for one of them may be mistyped; many in one line a sheet."""
    sheets: dict[int, list[int]] = {}
    batches, positions = lot.table[BATCH].to_pylist(), lot.table[POSITION].to_pylist()
    for at in places:
        sheets.setdefault(batches[at], []).append(at)
    for number, ats in sheets.items():
        if len(ats) <= _MOST_NAMED:
            for at in ats:
                _list_one(lot, mark, at, "TABLE-045", ledger)
            continue
        rows = [positions[at] for at in ats]
        batch = ledger.batches[number]
        column = batch.labels.get(mark, "")
        ledger.list_rows(number, rows, "TABLE-130", column=column, total=len(batch))


def _tell_names(lot: Lot, register: Register, firsts: Sequence[int | None], ledger: Ledger) -> None:
    """One number under two names: perhaps a slip in the number, so it is said and not passed over."""
    rows, name = register.rows, register.name
    if rows is None or NAME not in lot.table.column_names or name not in rows.column_names:
        return
    said = lot.table[NAME].combine_chunks()
    others = rows[name].combine_chunks().take(pa.array(firsts, pa.int64()))
    differ = pc.indices_nonzero(pc.fill_null(pc.not_equal(said, others), False)).to_pylist()
    for at in differ:
        mine, other = said[at].as_py(), others[at].as_py()
        if not mine or not other or _plain(mine) == _plain(other):
            continue
        number, row = source_of(lot.table, at)
        ledger.remark(
            number,
            row,
            "TABLE-132",
            column=ledger.batches[number].labels.get(NAME, ""),
            value=mine,
            other=other,
            where=_where(rows, firsts[at] or 0, ledger),
        )


def _where(rows: pa.Table, place: int, ledger: Ledger) -> Text:
    """Where the other name stands: in a file of this folder, or in the register it is compared with."""
    if BATCH not in rows.column_names or not rows[BATCH][place].is_valid:
        return Text("登记簿", "the register")
    return row_name(ledger, *source_of(rows, place))


def _plain(name: str) -> str:
    """A name without blanks and without the dot between its parts."""
    return fold(name).translate(_NO_DOTS)
