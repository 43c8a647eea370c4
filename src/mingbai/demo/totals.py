"""Published totals (公布数): each figure once, with its date and unit, and how it is computed again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from mingbai.demo.errors import PlaceError

DATA = files("mingbai.demo") / "data"
EXACT, ABOUT, MASKED, AMBIGUOUS = "exact", "about", "masked", "ambiguous"
STATUSES = (EXACT, ABOUT, MASKED, AMBIGUOUS)


def read_data(name: str) -> Any:
    """One YAML file of the package's data."""
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Unit:
    """What a report counts in (单位): `factor` base units make one."""

    name: str
    zh: str
    en: str
    factor: int
    in_english: int = 1


@cache
def units() -> dict[str, Unit]:
    return {name: Unit(name, **entry) for name, entry in read_data("units.yaml").items()}


@dataclass(frozen=True)
class Reading:
    """One way to read an ambiguous figure (读法之一)."""

    zh: str
    en: str
    value: Decimal
    query: dict[str, Any]
    built: bool = True  # the files were made to it, so it must hold


@dataclass(frozen=True)
class Total:
    """One published figure (公布数). `value` is printed with the report's decimals; masked: none."""

    id: str
    zh: str
    en: str
    date: date
    unit: Unit
    value: Decimal | None
    query: dict[str, Any]
    status: str = EXACT
    qualifier: str = ""
    range: tuple[Decimal, Decimal] | None = None
    readings: tuple[Reading, ...] = ()
    base: str = ""
    undated: bool = False  # the report's year is not published; `date` is the day we compute for

    @property
    def mechanism(self) -> str:
        return self.id.partition(".")[0]

    @property
    def decimals(self) -> int:
        exponent = self.value.as_tuple().exponent if self.value is not None else 0
        return -exponent if isinstance(exponent, int) else 0

    @property
    def is_ratio(self) -> bool:
        return any(one in self.query for one in ("ratio", "over", "growth"))

    def in_base_units(self, value: Decimal | None = None) -> int:
        """The figure in persons, households, fen, hundredths of a mu …"""
        figure = self.value if value is None else value
        if figure is None:
            raise PlaceError(f"{self.id} 未公布", f"{self.id} is not published")
        scaled = figure * self.unit.factor
        if scaled != scaled.to_integral_value():
            raise PlaceError(f"{self.id} 不是整数单位", f"{self.id} is no whole number of units")
        return int(scaled)


@dataclass(frozen=True)
class Totals:
    """The published totals of one place, with the sets their queries share (公布数表)."""

    by_id: dict[str, Total]
    sets: dict[str, dict[str, Any]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    source: tuple[str, str] = ("", "")  # the report, in both languages


@cache
def load_totals(pinyin: str) -> Totals:
    """The totals of a place, from ``data/totals/<pinyin>.yaml``."""
    raw = read_data(f"totals/{pinyin}.yaml")
    rows = [_total(entry, raw["date"]) for entry in raw["totals"]]
    by_id = {row.id: row for row in rows}
    if len(by_id) != len(rows):
        raise PlaceError(f"{pinyin} 的公布数有重复编号", f"the totals of {pinyin} repeat an id")
    told = raw.get("source", {})
    source = (told.get("zh", ""), told.get("en", ""))
    return Totals(by_id, raw.get("sets", {}), raw.get("labels", {}), source)


def _total(entry: dict[str, Any], day: date) -> Total:
    known = dict(entry)
    value, bounds = known.pop("value", None), known.pop("range", None)
    status = known.pop("status", EXACT)
    if status not in STATUSES or (value is None) != (status == MASKED):
        raise PlaceError(f"{entry['id']} 的状态不对", f"{entry['id']} has a wrong status")
    readings = tuple(
        Reading(one["zh"], one["en"], Decimal(one["value"]), one["query"], one.get("built", True))
        for one in known.pop("readings", ())
    )
    return Total(
        date=known.pop("date", day),
        unit=units()[known.pop("unit")],
        value=None if value is None else Decimal(value),
        status=status,
        range=(Decimal(bounds[0]), Decimal(bounds[1])) if bounds else None,
        readings=readings,
        query=known.pop("query", {}),
        **known,
    )
