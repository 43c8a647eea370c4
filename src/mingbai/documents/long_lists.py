"""Lists too long for a workbook (长名单): a csv beside it, which takes a tenth of the time to write."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from mingbai.documents.sheet_writing import Column
from mingbai.tables.writing.cells import text_value

#: Above this many rows a sheet takes longer to write and to open than the screening itself.
MOST_IN_A_SHEET = 50_000


def write_long(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    """Write a list as csv (UTF-8 with its mark); no text of it is run as a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.head for column in columns])
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> object:
    return text_value(value) if isinstance(value, str) else value
