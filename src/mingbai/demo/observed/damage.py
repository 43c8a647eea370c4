"""Damage as files of offices have it (文件缺损): every slip is made at its rate and written down.

Cells are struck first, then rows are left out or sent twice; the log names the row where the slip stands
in the finished sheet, and what stood there before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from mingbai.demo.observed.sheets import Cells, Sheet
from mingbai.demo.observed.slips import STRIKES, Strike

#: ``truth/damages.parquet``: `row` counts as a person sees it; a row left out has none. `original` is what
#: stood in the cell, of a row the cells joined by tabs.
DAMAGES = pa.schema(
    [
        ("file", pa.string()),
        ("sheet", pa.string()),
        ("row", pa.int64()),
        ("column", pa.string()),
        ("kind", pa.string()),
        ("original", pa.string()),
    ]
)
#: Cells looked at for each one that goes wrong: an empty cell cannot.
TRIES = 4
Rates = Mapping[str, float]
Rng = np.random.Generator


@dataclass
class Log:
    """Every slip made (缺损记录), sheet after sheet."""

    rows: list[tuple[str, str, int | None, str | None, str, str]] = field(default_factory=list)

    def table(self) -> pa.Table:
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(DAMAGES)
        arrays = [
            pa.array(list(values), one.type) for values, one in zip(columns, DAMAGES, strict=True)
        ]
        return pa.Table.from_arrays(arrays, schema=DAMAGES)


@dataclass
class _Slip:
    row: int
    head: str | None
    kind: str
    original: str


def damaged(sheet: Sheet, rates: Rates, rng: Rng, log: Log) -> Sheet:
    """The sheet as it arrives; without rates it stays as it is."""
    if not any(rates.values()) or not sheet.rows:
        return replace(sheet, groups=())
    slips: list[_Slip] = []
    columns = [one.copy() for one in sheet.columns]
    _outdate(sheet, columns, rates, rng, slips)
    for kind, strike in STRIKES.items():
        for head in sheet.strikes.get(kind, ()):
            _strike(columns[sheet.at(head)], head, kind, strike, rates[kind], rng, slips)
    for head in sheet.strikes.get("shifted", ()):
        _shift(sheet, columns, sheet.at(head) + 1, rates, rng, slips)
    if sheet.groups:
        log.rows.append((sheet.file, sheet.name, 1 + bool(sheet.title), None, "merged_head", ""))
    return _with_rows(replace(sheet, columns=tuple(columns)), rates, rng, slips, log)


def _drawn(count: int, rate: float, rng: Rng) -> list[int]:
    """As many rows as the rate says."""
    wanted = _count(count, rate, rng)
    return sorted(rng.choice(count, wanted, replace=False).tolist()) if wanted else []


def _count(count: int, rate: float, rng: Rng) -> int:
    """The share of a count, the fraction by chance."""
    return min(count, int(count * rate + rng.random()))


def _strike(
    column: Cells, head: str, kind: str, strike: Strike, rate: float, rng: Rng, slips: list[_Slip]
) -> None:
    """As many cells as the rate says; a cell that cannot go wrong this way leaves it to another."""
    wanted = _count(len(column), rate, rng)
    tried = rng.choice(len(column), min(len(column), TRIES * wanted), replace=False)
    for row in tried.tolist():
        if not wanted:
            return
        before = column[row]
        after = None if before is None else strike(before, rng)
        if after != before:
            column[row] = after
            slips.append(_Slip(row, head, kind, _shown(before)))
            wanted -= 1


def _outdate(
    sheet: Sheet, columns: list[Cells], rates: Rates, rng: Rng, slips: list[_Slip]
) -> None:
    """A visit that was not made: the whole row still says what was true a year ago."""
    for row in _drawn(sheet.rows, rates["stale"], rng) if sheet.former else ():
        for head, cells in sheet.former.items():
            column = columns[sheet.at(head)]
            if cells[row] is not None and cells[row] != column[row]:
                slips.append(_Slip(row, head, "stale", _shown(column[row])))
                column[row] = cells[row]


def _shift(
    sheet: Sheet, columns: list[Cells], first: int, rates: Rates, rng: Rng, slips: list[_Slip]
) -> None:
    """From a column on the cells of a row move one to the right; the last one is lost."""
    for row in _drawn(sheet.rows, rates["shifted"], rng):
        before = [column[row] for column in columns[first:]]
        slips.append(_Slip(row, sheet.heads[first], "shifted", "\t".join(map(_shown, before))))
        for column, cell in zip(columns[first:], [None, *before[:-1]], strict=True):
            column[row] = cell


def _with_rows(sheet: Sheet, rates: Rates, rng: Rng, slips: list[_Slip], log: Log) -> Sheet:
    """Rows left out, sent twice (the copy follows anywhere below) or listed in another village too."""
    gone = _drawn(sheet.rows, rates["omitted"], rng)
    kept = np.setdiff1d(np.arange(sheet.rows), gone)
    again = kept[_drawn(len(kept), rates["duplicated"], rng)] if len(kept) else kept
    behind = np.array([rng.integers(row, sheet.rows) for row in again], dtype=np.int64)
    source = np.concatenate([kept, again])
    order = np.argsort(np.concatenate([2 * kept, 2 * behind + 1]), kind="stable")
    finished = sheet.taking(source[order])
    copies = order >= len(kept)
    seats = sheet.above + 1 + np.arange(len(order))
    seat_of = dict(zip(source[order][~copies].tolist(), seats[~copies].tolist(), strict=True))
    for row in gone:
        log.rows.append((sheet.file, sheet.name, None, None, "omitted", _joined(sheet, row)))
    for row, seat in zip(source[order][copies].tolist(), seats[copies].tolist(), strict=True):
        original = _joined(sheet, row)
        log.rows.append((sheet.file, sheet.name, seat, None, "duplicated", original))
    for slip in slips:
        if slip.row in seat_of:
            at = seat_of[slip.row]
            log.rows.append((sheet.file, sheet.name, at, slip.head, slip.kind, slip.original))
    return _elsewhere(finished, rates, rng, log)


def _elsewhere(sheet: Sheet, rates: Rates, rng: Rng, log: Log) -> Sheet:
    """People who are listed a second time under another household, at the end of the sheet."""
    heads = sheet.strikes.get("elsewhere", ())
    rows = _drawn(sheet.rows, rates["elsewhere"], rng) if heads else []
    if not rows:
        return sheet
    copies = sheet.taking(np.array(rows))
    hosts = sheet.taking(rng.integers(0, sheet.rows, len(rows)))
    number, *place = heads  # the first is the row's own number, the others say where
    columns = [one.copy() for one in copies.columns]
    for head in place:
        columns[sheet.at(head)] = hosts.columns[sheet.at(head)]
    columns[sheet.at(number)] = _numbered(columns[sheet.at(number)])
    for at, row in enumerate(rows):
        seat = sheet.above + 1 + sheet.rows + at
        log.rows.append((sheet.file, sheet.name, seat, None, "elsewhere", _joined(sheet, row)))
    joined = [np.concatenate(pair) for pair in zip(sheet.columns, columns, strict=True)]
    return replace(sheet, columns=tuple(joined), former={})


def _numbered(numbers: Cells) -> Cells:
    """Numbers of their own for people entered again."""
    made = np.empty(len(numbers), dtype=object)
    made[:] = [f"{number}-2" for number in numbers]
    return made


def _joined(sheet: Sheet, row: int) -> str:
    return "\t".join(_shown(column[row]) for column in sheet.columns)


def _shown(cell: object) -> str:
    return "" if cell is None else str(cell)
