"""What spreadsheet programs hold and how they name a cell (电子表格的规矩)."""

from __future__ import annotations

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

#: For the workbook writer: texts stay texts, whatever they begin with.
BOOK_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}


def column_letters(place: int) -> str:
    """The letters over a column counted from 0: 0 is A, 26 is AA."""
    letters, rest = "", place + 1
    while rest:
        rest, sign = divmod(rest - 1, 26)
        letters = chr(65 + sign) + letters
    return letters


def address(row: int, column: int) -> str:
    """A cell by row and column from 0: row 0, column 27 is AB1."""
    return f"{column_letters(column)}{row + 1}"


def text_width(text: str) -> int:
    """How wide a text is in figures: a Chinese character has three bytes and counts two."""
    return (len(text) + len(text.encode("utf-8", "replace"))) // 2
