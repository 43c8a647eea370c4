"""The senders' own tables, wrong cells marked (退回件): made where the lists were read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from mingbai.documents.checked import RETURNED, write_checked
from mingbai.screening.table_check import TableCheck
from mingbai.tables import Intake


def mark_tables(intake: Intake, paths: Sequence[Path], out: Path) -> list[Path]:
    """Write the marked tables into a folder; a file with nothing to say is not among them."""
    write_checked(TableCheck(intake, date.min, (), (), {}), paths, out)
    return sorted((out / RETURNED).glob("*"))
