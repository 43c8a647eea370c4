"""A synthetic place (示范地): its name, its days and its parameters, read from the package's data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mingbai.demo.errors import PlaceError
from mingbai.demo.totals import DATA, Totals, load_totals, read_data

#: Sections of parameters that stand in folders of their own: ``data/<section>/<pinyin>.yaml``.
SECTIONS = ("people", "around", "observed")


@dataclass(frozen=True)
class Place:
    """One place as data (示范地): adding another needs files, no code."""

    code: str
    name: str
    pinyin: str
    level: str
    county: str
    as_of: date  # the report's day
    first_day: date  # where the register of the poor begins
    aliases: tuple[str, ...] = ()
    parents: tuple[dict[str, str], ...] = ()
    pack: str = (
        "cn"  # the rules that judge it: the national pack, or the one of its province or town
    )
    parameters: dict[str, Any] = field(default_factory=dict)
    totals: Totals = field(default_factory=lambda: Totals({}))

    @property
    def last_day(self) -> date:
        """How far it can be rolled forward: to the end of the last income line (最晚推演日)."""
        return date(max(self.parameters["people"]["lines"]), 12, 31)


def names() -> list[str]:
    """The places there are, by pinyin."""
    folder = DATA / "places"
    return sorted(one.name.removesuffix(".yaml") for one in folder.iterdir() if one.is_file())


def load_place(name: str) -> Place:
    """A place by its pinyin, its name or its code."""
    for pinyin in names():
        raw = read_data(f"places/{pinyin}.yaml")
        if name.lower() in (pinyin, raw["name"], raw["code"], *raw.get("aliases", ())):
            return _place(pinyin, raw)
    known = "、".join(f"{one} {read_data(f'places/{one}.yaml')['name']}" for one in names())
    raise PlaceError(f"没有示范地“{name}”，现有：{known}", f"no place '{name}'; there are: {known}")


def _place(pinyin: str, raw: dict[str, Any]) -> Place:
    parameters = {"frame": _unwrapped(raw.get("frame", {}))}
    for section in SECTIONS:
        if (DATA / section / f"{pinyin}.yaml").is_file():
            parameters[section] = _unwrapped(read_data(f"{section}/{pinyin}.yaml"))
    return Place(
        code=raw["code"],
        name=raw["name"],
        pinyin=pinyin,
        level=raw["level"],
        county=raw["county"],
        as_of=raw["as_of"],
        first_day=raw["first_day"],
        aliases=tuple(raw.get("aliases", ())),
        parents=tuple(raw.get("parents", ())),
        pack=raw.get("pack", "cn"),
        parameters=parameters,
        totals=load_totals(pinyin),
    )


def _unwrapped(entry: Any) -> Any:
    """Parameters without why and what they were fitted to; those are for readers."""
    if not isinstance(entry, dict):
        return entry
    if "value" in entry and "why" in entry:
        return entry["value"]
    return {key: _unwrapped(value) for key, value in entry.items()}
