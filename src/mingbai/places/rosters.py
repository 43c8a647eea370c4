"""The division tree (区划树): villages and townships with the days they held, re-codes and renames included.

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
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from mingbai.demo.errors import PlaceError
from mingbai.demo.totals import DATA

COLUMNS = (
    "vintage", "county_code", "county", "township_code", "township", "village_code", "village", "kind",
)  # fmt: skip
_OFFICE = re.compile(r"(?:村村民委员会|村民委员会|村委会|社区居民委员会|社区居委会|社区委员会)$")
_TOWNSHIP_OFFICE = re.compile(r"街道办事处$")


@dataclass(frozen=True)
class Division:
    """A division while nothing about it changed (区划的一段)."""

    code: str
    name: str
    level: str
    kind: str
    parent: str
    from_date: date
    to_date: date | None
    successor: str | None = None


def read_roster(path: Path | Traversable | None, counties: Iterable[str]) -> list[dict[str, str]]:
    """Rows of the given counties, from the package's roster or from a file of the whole country."""
    source = path or DATA / "divisions.csv.gz"
    data = source.read_bytes()
    try:
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        text = data.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        raise PlaceError(
            f"区划表读不了（要 UTF-8 的 csv 或 csv.gz）：{source}",
            f"the roster cannot be read (UTF-8 csv or csv.gz wanted): {source}",
        ) from None
    reader = csv.DictReader(io.StringIO(text))
    lacking = [one for one in COLUMNS if one not in (reader.fieldnames or ())]
    if lacking:
        raise PlaceError(
            f"区划表缺列：{'、'.join(lacking)}", f"the roster lacks {', '.join(lacking)}"
        )
    wanted = set(counties)
    return [row for row in reader if row["county_code"] in wanted]


def tree(rows: list[dict[str, str]], first_day: date, within: str = "") -> list[Division]:
    """Dated counties, townships and villages; `within`: one township only, with its county."""
    if within and len(within) > 6:
        rows = [row for row in rows if row["township_code"] == within]
    if not rows:
        raise PlaceError("区划表里没有这个地方", "the roster does not have the place")
    vintages = sorted({int(row["vintage"]) for row in rows})
    found: list[Division] = []
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
) -> list[Division]:
    """One division for each stretch of vintages in which nothing about a code changed."""
    years = sorted(seen)
    spans: list[Division] = []
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
                Division(
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
    stem = _stem(entry["name"])
    fresh = [new for new in sorted(after) if new not in before]
    named = [new for new in fresh if _stem(after[new]["name"]) == stem]
    # In a re-coded county the last digits stay; elsewhere the name must be the only one.
    near = [new for new in named if new[6:] == code[6:]] or [
        new for new in named if after[new]["parent"] == entry["parent"]
    ]
    if len(near) == 1:
        return near[0]
    return named[0] if len(named) == 1 else None


def _stem(name: str) -> str:
    return re.sub(r"(?:居委会|社区|村|镇|乡|街道)$", "", name)
