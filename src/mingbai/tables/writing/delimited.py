"""A sheet as csv (写 csv): UTF-8 with its mark, and no text a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from mingbai.tables.columns import RawColumn
from mingbai.tables.writing.cells import text_value
from mingbai.tables.writing.plan import Head


def write_csv(path: Path, heads: Sequence[Head], columns: Sequence[RawColumn]) -> None:
    """Write heads and rows; a spreadsheet still shortens long numbers it opens from csv."""
    ready = [
        ([text_value(cell) for cell in one.distinct], one.codes.to_pylist()) for one in columns
    ]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([head.label for head in heads])
        writer.writerows(
            zip(*([cells[code] for code in codes] for cells, codes in ready), strict=True)
        )
