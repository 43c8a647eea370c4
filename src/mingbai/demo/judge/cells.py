"""Numbers in the rows of a file (行内号码), of problems that stand for many rows at once."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from python_calamine import CalamineWorkbook

from mingbai.tables import Problem

#: A number of a household, a person or an ID card, not masked.
NUMBER = re.compile(r"\d{12,}[\dXx]?(?:-\d+)?")
#: File, sheet and row.
Cell = tuple[str, str, int]
_ENCODING = "gb18030"  # of the text files of a built place


def numbers_at(folder: Path, problems: Iterable[Problem]) -> dict[Cell, str]:
    """What stands in the column of a problem in each of its rows."""
    wanted: dict[tuple[str, str], dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for problem in problems:
        spans = problem.spans or ((problem.row, problem.row),)
        for first, last in spans:
            if problem.column and first is not None and last is not None:
                sheet = "" if problem.file.endswith(".csv") else problem.sheet or ""
                wanted[problem.file, sheet][problem.column].update(range(first, last + 1))
    found: dict[Cell, str] = {}
    for (file, sheet), columns in wanted.items():
        places: dict[str, int] = {}
        for number, cells in enumerate(_lines(folder / file, sheet), start=1):
            if not places and columns.keys() <= set(cells):
                places = {column: cells.index(column) for column in columns}
            for column, at in places.items():
                if number in columns[column] and at < len(cells):
                    found[file, sheet, number] = cells[at].strip()
    return found


def _lines(path: Path, sheet: str) -> Iterator[list[str]]:
    if path.suffix == ".csv":
        with path.open(encoding=_ENCODING, errors="replace", newline="") as file:
            yield from csv.reader(file)
    else:
        book = CalamineWorkbook.from_path(str(path))
        name = sheet or book.sheet_names[0]
        for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False):
            yield [str(cell) for cell in row]
