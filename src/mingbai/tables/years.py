"""The year of a row (年度), where a table holds several years of one household."""

from __future__ import annotations

import re

from mingbai.tables.cells import BLANK, Reading
from mingbai.tables.numbers import NumberReader
from mingbai.tables.schema import Column

# Registration began in 2013; the bounds only keep a household number from being taken for a year.
_YEAR = NumberReader(Column("year", "int", minimum=1900, maximum=2999))
_WITH_WORD = re.compile(r"(\d{4})\s*年度?")


def read_year(cells: tuple[object, ...]) -> Reading:
    """2023, 2023年 or 2023年度 as a number."""
    cell = cells[0]
    if cell is None:
        return BLANK
    word = _WITH_WORD.fullmatch(cell) if isinstance(cell, str) else None
    return _YEAR.read(word[1] if word else cell, None)
