"""The places that ship with the program, as a choice (自带的区划)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from mingbai.places.codes import prefix_of
from mingbai.places.rosters import Stretch, read_roster, tree

#: The register of the poor was begun then; nothing older has to be placed.
FIRST_DAY = date(2014, 1, 1)
_COUNTY = 6  # digits


@lru_cache(maxsize=1)
def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Counties of the newest vintage, each with itself and its townships."""
    rows = read_roster(None)
    newest = max(row["vintage"] for row in rows)
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        if row["vintage"] == newest:
            group = found.setdefault(row["county"], [(row["county_code"], row["county"])])
            township = (row["township_code"], row["township"])
            if township not in group:
                group.append(township)
    return [(county, group) for county, group in sorted(found.items(), key=lambda one: one[1])]


def stretches_of(code: str) -> list[Stretch]:
    """All that the roster says of a county or of one of its townships."""
    return tree(read_roster(None, [code[:_COUNTY]]), FIRST_DAY, within=code)


@dataclass(frozen=True)
class Described:
    """What a register would hold (将要建的)."""

    name: str
    townships: list[tuple[str, int]]  # name, villages
    villages: int


def described(roster: list[Stretch], code: str, day: date) -> Described:
    """Its name, and its townships with their villages, as they stand on a day."""
    standing = [
        one for one in roster if one.from_date <= day and not (one.to_date and one.to_date <= day)
    ]
    below = Counter(one.parent for one in standing if one.level == "village")
    return Described(
        next((one.name for one in standing if one.code == prefix_of(code)), code),
        [(one.name, below[one.code]) for one in standing if one.level == "township"],
        sum(below.values()),
    )
