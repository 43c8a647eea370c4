"""Values as cells (写单元格): the inverse of reading, so that what is written reads back the same."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Context, Decimal

from mingbai.tables.places import provinces
from mingbai.tables.profiles import FactSpec
from mingbai.tables.readers import cell_reader
from mingbai.tables.schema import Column

#: What a cell may hold before it is known whether it goes to a workbook or to a text file.
Cell = str | Decimal | date | None
Write = Callable[[object], Cell]

#: Written where an empty cell would be read as a value although nobody knows it.
UNKNOWN = "待核实"
NUMBERS = ("int", "decimal", "money")
_EXACT = Context(prec=80)
# A spreadsheet keeps fifteen digits, and its calendar is wrong before March 1900.
_SHEET_DIGITS = 15
_FIRST_DAY = date(1900, 3, 1)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def writer(spec: FactSpec, column: Column, times: Decimal | None, head: str) -> Write:
    """The function that turns a kept value into the cell the profile reads it from."""
    if spec.form == "place":
        return _place
    if column.type in NUMBERS:
        factor = times or spec.times or Decimal(1)
        return lambda value: in_sheet_units(value, column.scale, factor)
    if column.type == "date":
        return lambda value: _day(value, spec.month)
    if column.type in ("bool", "code"):
        words = labels(spec, column, head)
        return lambda value: None if value is None else words.get(value)
    return lambda value: None if value is None else str(value)


def in_sheet_units(value: object, scale: int, factor: Decimal) -> Decimal | None:
    """870000 fen in a column of 万元 is 0.87."""
    if not isinstance(value, int):
        return None
    number = _EXACT.divide(Decimal(value).scaleb(-scale, _EXACT), factor)
    plain = number.normalize(_EXACT)
    exponent = plain.as_tuple().exponent
    return plain.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else plain


def labels(spec: FactSpec, column: Column, head: str) -> dict[object, str]:
    """For each value the word for it that reads back as that value; the first choice is Chinese."""
    if column.type == "bool":
        wanted: Mapping[object, Iterable[str]] = {
            True: (*_own_words(spec, "yes", head), "是"),
            False: (*_own_words(spec, "no", head), "否"),
        }
    else:
        wanted = {code: (*names, code) for code, names in column.codes.items()}
    read = cell_reader(spec, column, None)
    found: dict[object, str] = {}
    for value, names in wanted.items():
        said = [label for label, code in spec.values.items() if code == value]
        for name in (*names, *said):
            if read(name).value == value:
                found[value] = name
                break
    return found


def _own_words(spec: FactSpec, code: str, head: str) -> tuple[str, ...]:
    """The layout's own pair of words (已消除、未消除), unless the head asks a yes-or-no question."""
    said = list(spec.values.values())
    alone = said.count("yes") == 1 and said.count("no") == 1
    if "是否" in head or not alone:
        return ()
    return tuple(label for label, word in spec.values.items() if word == code)


def unknown_word(spec: FactSpec) -> str:
    """What says "not known" in a column whose empty cells mean something."""
    return next((label for label, code in spec.values.items() if code is None), UNKNOWN)


def _day(value: object, month: str | None) -> Cell:
    """A day; where the layout writes months, 201401 for the day that 201401 stands for."""
    if not isinstance(value, date) or month is None:
        return value if isinstance(value, date) else None
    last = calendar.monthrange(value.year, value.month)[1]
    whole = value.day == (1 if month == "first" else last)
    return value.strftime("%Y%m") if whole else value.strftime("%Y%m%d")


def _place(value: object) -> Cell:
    """A province by its name; any other division code as it is."""
    if value is None:
        return None
    names = [name for name, code in provinces().items() if code == value]
    return max(names, key=len) if names else str(value)


def sheet_value(cell: object) -> str | float | date | None:
    """The cell as a workbook keeps it; a number or day it would damage goes in as text."""
    if isinstance(cell, Decimal):
        exact = len(cell.as_tuple().digits) <= _SHEET_DIGITS and abs(cell) < 10**_SHEET_DIGITS
        return float(cell) if exact else f"{cell:f}"
    if isinstance(cell, date):
        return cell if cell >= _FIRST_DAY else cell.isoformat()
    return _protected(str(cell)) if cell is not None else None


def text_value(cell: object) -> str:
    """The cell as text for csv; what a spreadsheet would take for a formula gets a ' before it."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, date):
        return cell.isoformat()
    text = _protected(str(cell))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _protected(text: str) -> str:
    """A text that begins like a sign of writing (' or ="…") behind one ', which reading takes off.

    <r>…</r> is what the workbook writer takes for ready-made markup.
    """
    wrapped = text.startswith('="') and text.endswith('"')
    markup = text.startswith("<r>") and text.endswith("</r>")
    return f"'{text}" if text.startswith("'") or wrapped or markup else text
