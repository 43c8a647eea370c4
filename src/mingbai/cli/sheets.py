"""The sheet a command reads (选定工作表): by name, or the first visible one that holds anything."""

from __future__ import annotations

from pathlib import Path

from mingbai.tables import TablesError
from mingbai.tables.errors import finding, wording
from mingbai.tables.formats.opening import open_file, widest
from mingbai.tables.formats.sheet import Sheet, UnreadableError


def chosen_sheet(file: Path, name: str | None, password: str | None) -> Sheet:
    """The named sheet, or the first visible one that holds anything."""
    try:
        sheets = open_file(file, widest, password).sheets
        if name is not None:
            sheets = [one for one in sheets if one.name == name]
        for sheet in sheets:
            if name is not None or (not sheet.hidden and any(map(any, sheet.head()))):
                return sheet
    except UnreadableError as error:
        raise unreadable(file, error) from None
    raise TablesError([finding("TABLE-139", sheet=name or file.name)])


def unreadable(file: Path, error: UnreadableError) -> TablesError:
    """The numbered error of a file that cannot be read."""
    why = wording(error.code, **error.facts)[0]
    return TablesError([finding("TABLE-141", name=file.name, why=why)])
