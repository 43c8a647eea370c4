"""Rows that name people by a number (按证件号码关联): whose they are, in the register of this folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from mingbai.tables.identity import id18
from mingbai.tables.ledger import Ledger
from mingbai.tables.lots import Lot, row_name, source_of, without
from mingbai.tables.marks import BATCH, KEY, LINK, NAME, POSITION
from mingbai.tables.schema import Schema, Table
from mingbai.tables.texts import fold

# A county's list holds mostly people who are not in this register: so many are named one by one, more
# of them are one line with their count.
_MOST_NAMED = 20
# The dot between the parts of a name is typed in many ways
_NO_DOTS = dict.fromkeys(map(ord, "\u00b7\u2022\u30fb.\uff0e\u2027\u2219"))


@dataclass(frozen=True)
class Register:
    """The rows that have the number: its fact, the column that answers, and the name beside it."""

    rows: pa.Table | None
    fact: str
    answer: str
    name: str | None

    def owners(self) -> dict[str, tuple[int, ...]]:
        """Which rows carry which number, by its first eighteen signs."""
        owners: dict[str, tuple[int, ...]] = {}
        if self.rows is None or self.fact not in self.rows.column_names:
            return owners
        for place, text in enumerate(self.rows[self.fact].to_pylist()):
            if text:
                number = id18(text) or text
                owners[number] = (*owners.get(number, ()), place)
        return owners


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
    owners = register.owners()
    numbers = [id18(text) or text for text in lot.table[mark].to_pylist()]
    answers = register.rows[register.answer].to_pylist() if register.rows is not None else []
    places = [owners.get(number, ()) for number in numbers]
    keys = [_only(answers[place] for place in found) for found in places]
    _tell_unknown(lot, mark, [at for at, found in enumerate(places) if not found], ledger)
    for at, found in enumerate(places):
        if found and keys[at] is None:
            _list_one(lot, mark, at, "TABLE-048", ledger)
    firsts = [found[0] if found and keys[at] else None for at, found in enumerate(places)]
    _tell_names(lot, register, firsts, ledger)
    if mark == KEY and register.answer == KEY and register.rows is not None:
        _tie(lot, register.rows, firsts)
    _replace(lot, mark, keys)


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
    known = rows[name].to_pylist()
    for at, (first, said) in enumerate(zip(firsts, lot.table[NAME].to_pylist(), strict=True)):
        other = known[first] if first is not None else None
        if not said or not other or _plain(said) == _plain(other):
            continue
        number, row = source_of(lot.table, at)
        ledger.remark(
            number,
            row,
            "TABLE-132",
            column=ledger.batches[number].labels.get(NAME, ""),
            value=said,
            other=other,
            where=row_name(ledger, *source_of(rows, first or 0)),
        )


def _plain(name: str) -> str:
    """A name without blanks and without the dot between its parts."""
    return fold(name).translate(_NO_DOTS)
