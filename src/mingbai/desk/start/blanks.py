"""Blank workbooks of the layouts a register reads (空白表)."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from mingbai.decisions.programs import pack_named
from mingbai.screening.inputs import schema_of
from mingbai.screening.table_check import profiles_of
from mingbai.tables.writing import write_blank

#: Entities whose lists stand first: without households and persons nothing else finds its place.
_FIRST = ("household", "person")


@dataclass(frozen=True)
class Layout:
    """One layout (表样): its title in both languages, and how many columns it has."""

    id: str
    title: Any
    columns: int


@lru_cache(maxsize=4)
def layouts(pack: str) -> tuple[Layout, ...]:
    """The layouts with a published header, the lists of households and persons first."""
    found = [one for one in profiles_of(pack_named(pack)) if one.columns and not one.generic]

    def order(one: Any) -> tuple[int, int, str]:
        known = _FIRST.index(one.entity) if one.entity in _FIRST else len(_FIRST)
        return (one.rank if known < len(_FIRST) else one.rank + 1000, known, one.id)

    return tuple(Layout(one.id, one.title, len(one.columns)) for one in sorted(found, key=order))


@lru_cache(maxsize=32)
def blank_workbook(pack: str, layout: str) -> bytes:
    """The workbook, empty."""
    loaded = pack_named(pack)
    with tempfile.TemporaryDirectory(prefix="mingbai-") as folder:
        path = Path(folder) / "blank.xlsx"
        write_blank(schema_of(loaded), profiles_of(loaded), layout, path)
        return path.read_bytes()
