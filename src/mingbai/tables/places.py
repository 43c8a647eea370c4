"""Provinces (省级行政区) by name: the first two digits of a division code, GB/T 2260."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

from mingbai.tables.texts import fold


@cache
def provinces() -> Mapping[str, str]:
    """Full and short names of the 34 provinces, folded, to their two digits."""
    source = resources.files("mingbai.tables").joinpath("data/provinces.csv")
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    names: dict[str, str] = {}
    for row in rows:
        names |= {fold(row["name"]): row["code"], fold(row["short"]): row["code"]}
    return names
