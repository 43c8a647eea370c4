"""Statistical workbooks (统计表) as tidy rows, with what does not add up in them.

Files that a profile reads as a register never come here. A relation counts only when nearly all
figures of the table obey it, so that a table without slips stays without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import islice

import pyarrow as pa

from mingbai.tables.formats.sheet import RowSheet, Sheet
from mingbai.tables.identity import masked
from mingbai.tables.intake import Problem
from mingbai.tables.layouts.blocks import Block, blocks
from mingbai.tables.layouts.crosstabs import Crosstab, crosstabs
from mingbai.tables.layouts.cutting import Page
from mingbai.tables.layouts.registers import is_register
from mingbai.tables.layouts.remarks import problems_of
from mingbai.tables.spreadsheets import address, column_letters

MAX_ROWS, MAX_CELLS = 20_000, 1_500_000
_SCALE = 18
# Sums and products of whatever a cell may hold stay exact.
_DIGITS = 140
_LARGEST = Decimal(10) ** 19

TIDY = pa.schema(
    [
        ("file", pa.string()),
        ("sheet", pa.string()),
        ("table", pa.int32()),
        ("title", pa.string()),
        ("row", pa.int32()),
        ("column", pa.string()),
        ("label", pa.string()),
        ("level", pa.int32()),
        ("group", pa.list_(pa.string())),
        ("path", pa.list_(pa.string())),
        ("unit", pa.string()),
        ("text", pa.string()),
        ("value", pa.decimal128(38, _SCALE)),
    ]
)


@dataclass(frozen=True)
class BlockSummary:
    """A block found (表块): where it stands, and which table it belongs to, counted from 1."""

    sheet: str | None
    title: str
    unit: str
    first: str
    last: str
    rows: int
    columns: int
    table: int


@dataclass(frozen=True)
class Statistics:
    """A statistical workbook as read: tidy rows (`TIDY`), problems, and the blocks found.

    `checks` counts the sums, shares and products that were recomputed.
    """

    tidy: pa.Table
    problems: list[Problem]
    blocks: list[BlockSummary]
    checks: int


def read_statistics(file_name: str, sheets: Sequence[Sheet]) -> Statistics | None:
    """Read the sheets of one file that no profile knows; none when they hold no table of figures.

    Row numbers count from 1, columns go by their letters. `value` is exact; it is empty where a cell
    is blank, is no number, or has more than 19 digits before the point.
    """
    with localcontext(prec=_DIGITS):
        return _read(file_name, sheets)


def _read(file_name: str, sheets: Sequence[Sheet]) -> Statistics | None:
    found: list[tuple[Page, Block]] = []
    for sheet in sheets:
        page = None if sheet.hidden else _page(sheet)
        if page is not None:
            found += [(page, one) for one in blocks(page) if not is_register(page, one)]
    if not found:
        return None
    tables = crosstabs(found)
    problems: list[Problem] = []
    checks = 0
    for table in tables:
        more, count = problems_of(table, file_name)
        problems += more
        checks += count
    problems.sort(key=lambda one: (one.sheet or "", one.row or 0, one.places, one.code))
    return Statistics(_tidy(file_name, tables), problems, list(_summaries(tables)), checks)


def _page(sheet: Sheet) -> Page | None:
    """The whole sheet, unless it is larger than any table made for reading."""
    if not isinstance(sheet, RowSheet):
        return None
    rows: list[Sequence[object]] = []
    cells = 0
    for row in islice(sheet.rows(), MAX_ROWS + 1):
        rows.append(row)
        cells += len(row)
        if cells > MAX_CELLS:
            return None
    return Page(sheet.name, rows, sheet.merges()) if len(rows) <= MAX_ROWS else None


def _summaries(tables: Sequence[Crosstab]) -> Iterator[BlockSummary]:
    for number, table in enumerate(tables, 1):
        for block in table.blocks:
            last = max((column.place for column in block.columns), default=block.left)
            yield BlockSummary(
                sheet=block.sheet,
                title=block.title,
                unit=block.unit,
                first=address(block.top, block.left),
                last=address(block.rows[-1].row, last),
                rows=len(block.rows),
                columns=len(block.columns),
                table=number,
            )


def _tidy(file_name: str, tables: Sequence[Crosstab]) -> pa.Table:
    """One row for each cell beside a row label, blank ones included."""
    columns: dict[str, list[object]] = {field.name: [] for field in TIDY}
    for number, table in enumerate(tables, 1):
        levels = {indent: n for n, indent in enumerate(sorted({one.indent for one in table.lines}))}
        for (row, column), cell in table.cells.items():
            line, head = table.lines[row], table.heads[column]
            values: tuple[object, ...] = (
                file_name, cell.sheet, number, table.title, cell.row + 1, column_letters(cell.column),
                line.label, levels[line.indent] + len(line.group), list(line.group), list(head.path),
                head.unit, masked(cell.text) or None, _exact(cell.figure.value) if head.measure else None,
            )  # fmt: skip
            for name, value in zip(columns, values, strict=True):
                columns[name].append(value)
    arrays = [pa.array(columns[field.name], field.type) for field in TIDY]
    return pa.Table.from_arrays(arrays, schema=TIDY)


def _exact(value: Decimal | None) -> Decimal | None:
    """The value as far as a column of decimals can keep it."""
    return None if value is None or abs(value) >= _LARGEST else round(value, _SCALE)
