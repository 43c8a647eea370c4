"""Rosters of divisions (区划名单): villages and townships with the days they held, re-codes and renames too.

A roster has one row a village and yearly vintage. What a village is called loses the office's suffix
(村委会, 居民委员会): a vintage that only spells the office differently is no change of the village.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from mingbai.places.codes import pad, parent_of, prefix_of
from mingbai.places.enums import DIGITS
from mingbai.places.errors import error

#: Five counties of the field reports, with all their villages; where from: data/divisions.md.
SHIPPED = Path(__file__).parent / "data" / "divisions.csv.gz"
COLUMNS = (
    "vintage", "county_code", "county", "township_code", "township", "village_code", "village", "kind",
)  # fmt: skip
_OFFICE = re.compile(r"(?:村村民委员会|村民委员会|村委会|社区居民委员会|社区居委会|社区委员会)$")
_TOWNSHIP_OFFICE = re.compile(r"街道办事处$")


@dataclass(frozen=True)
class Stretch:
    """A division while nothing about it changed (区划的一段)."""

    code: str
    name: str
    level: str
    kind: str
    parent: str
    from_date: date
    to_date: date | None
    successor: str | None = None


def read_roster(path: Path | None, counties: Iterable[str] = ()) -> list[dict[str, str]]:
    """Rows of the given counties, or all, from the package's roster or from a file of the whole country.

    Raises PLACE-021 for a file that is no csv, PLACE-022 for one that lacks columns.
    """
    source = path or SHIPPED
    data = source.read_bytes()
    try:
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        text = data.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        raise error("PLACE-021", path=source) from None
    reader = csv.DictReader(io.StringIO(text))
    lacking = [one for one in COLUMNS if one not in (reader.fieldnames or ())]
    if lacking:
        raise error("PLACE-022", columns=", ".join(lacking))
    wanted = set(counties)
    return [row for row in reader if not wanted or row["county_code"] in wanted]


def tree(rows: list[dict[str, str]], first_day: date, within: str = "") -> list[Stretch]:
    """Dated counties, townships and villages; `within`: one township only, with its county.

    Raises PLACE-023 when the roster does not have it.
    """
    if within and len(within) > 6:
        rows = [row for row in rows if row["township_code"] == within]
    if not rows:
        raise error("PLACE-023", division=within)
    vintages = sorted({int(row["vintage"]) for row in rows})
    found: list[Stretch] = []
    for level in ("county", "township", "village"):
        seen: dict[int, dict[str, dict[str, Any]]] = {year: {} for year in vintages}
        for row in rows:
            seen[int(row["vintage"])][row[f"{level}_code"]] = _entry(row, level)
        found += _spans(seen, first_day, level)
    return found


def _entry(row: Mapping[str, str], level: str) -> dict[str, str]:
    if level == "village":
        name, kind, parent = village_name(row["village"]), row["kind"], row["township_code"]
    elif level == "township":
        name = _TOWNSHIP_OFFICE.sub("街道", row["township"])
        kind, parent = _township_kind(row["township_code"]), row["county_code"]
    else:
        name, kind, parent = row["county"], "county", row["county_code"][:4]
    return {"name": name, "kind": kind, "parent": parent}


def village_name(office: str) -> str:
    """The name of the village from that of its office.

    >>> village_name("芹菜沟村委会"), village_name("溪畔社区居委会"), village_name("蒲溪居委会")
    ('芹菜沟村', '溪畔社区', '蒲溪居委会')
    """
    found = _OFFICE.search(office)
    if not found:
        return office
    return office[: found.start()] + ("社区" if "社区" in found.group() else "村")


def _township_kind(code: str) -> str:
    number = int(code[6:9])
    if number < 100:
        return "subdistrict"
    return "town" if number < 200 else "township" if number < 400 else "quasi"


def _spans(
    seen: dict[int, dict[str, dict[str, str]]], first_day: date, level: str
) -> list[Stretch]:
    """One division for each stretch of vintages in which nothing about a code changed."""
    years = sorted(seen)
    spans: list[Stretch] = []
    for code in sorted({code for codes in seen.values() for code in codes}):
        begun: int | None = None
        for at, year in enumerate(years):
            entry = seen[year].get(code)
            if entry is None:
                continue
            before = seen[years[at - 1]].get(code) if at else None
            if entry != before or begun is None:
                begun = year
            after = seen[years[at + 1]].get(code) if at + 1 < len(years) else entry
            if after == entry and at + 1 < len(years):
                continue
            last = at + 1 == len(years)
            start = first_day if begun == years[0] else date(begun, 1, 1)
            end = None if last else date(years[at + 1], 1, 1)
            next_ = None if last else _successor(code, entry, seen[year], seen[years[at + 1]])
            spans.append(
                Stretch(
                    code, entry["name"], level, entry["kind"], entry["parent"], start, end, next_
                )
            )
    return spans


def _successor(
    code: str,
    entry: dict[str, str],
    before: dict[str, dict[str, str]],
    after: dict[str, dict[str, str]],
) -> str | None:
    """The code that goes on: the same one renamed, or a new one with the same name."""
    if code in after:
        return code
    own = stem(entry["name"])
    fresh = [new for new in sorted(after) if new not in before]
    named = [new for new in fresh if stem(after[new]["name"]) == own]
    # In a re-coded county the last digits stay; elsewhere the name must be the only one.
    near = [new for new in named if new[6:] == code[6:]] or [
        new for new in named if after[new]["parent"] == entry["parent"]
    ]
    if len(near) == 1:
        return near[0]
    return named[0] if len(named) == 1 else None


def stem(name: str) -> str:
    """A name without what kind of place it is.

    >>> stem("坝溪村"), stem("太平居委会")
    ('坝溪', '太平')
    """
    return re.sub(r"(?:居委会|社区|村|镇|乡|街道)$", "", name)


def read_lines(text: str, first_day: date) -> list[Stretch]:
    """Divisions from lines of code and name, as copied from a sheet; they stand from `first_day` on.

    The highest one must be the only one of its level, and every other lie under one that is listed.
    Raises PLACE-024 naming the line.
    """
    found: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not (words := line.replace(",", " ").replace("，", " ").split()):
            continue
        code, name = words[0], "".join(words[1:])
        if not (code.isascii() and code.isdigit() and len(code) in _LENGTHS) or not name:
            raise error("PLACE-024", line=number, text=line.strip()[:40])
        if prefix_of(code) in found:
            raise error("PLACE-024", line=number, text=line.strip()[:40])
        found[prefix_of(code)] = (number, name)
    top = min(found, key=len, default="")
    for code, (number, name) in found.items():
        if len(code) < _LENGTHS[0] or (code != top and prefix_of(parent_of(code)) not in found):
            raise error("PLACE-024", line=number, text=f"{code} {name}"[:40])
    return [_listed(code, found[code][1], first_day) for code in sorted(found)]


#: Counties, townships and villages; the statistical codes of the latter two come with zeros to the right.
_LENGTHS = (6, 9, 12)


def _listed(code: str, name: str, first_day: date) -> Stretch:
    level = next(level for level, digits in DIGITS.items() if digits == len(code))
    if len(code) == _LENGTHS[2]:
        kind = "community" if re.search("社区|居委", name) else "village"
        name = village_name(name)
    else:
        kind = "county" if len(code) == _LENGTHS[0] else _township_kind(pad(code))
    return Stretch(code, name, str(level), kind, prefix_of(parent_of(code)), first_day, None)
