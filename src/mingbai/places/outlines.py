"""Outlines of the divisions in memory (内存中的地界): cut to a drawing once, drawn on every page."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import cos, radians

from django.db.models import Count, Max

from mingbai.places.models import Boundary
from mingbai.places.queries import under
from mingbai.places.shapes import PER_DEGREE, Ring, straightened

#: Drawings that are kept: a county, its townships, and a few that somebody looked at.
MOST_KEPT = 60
#: Units across a drawing, and the height it may reach: a point is never finer than one of them.
WIDE, TALL = 600, 640
_Version = tuple[int, datetime | None]
_kept: dict[tuple[_Version, str, int], Outlines] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Outlines:
    """The places below one, ready to be drawn (图上的地界)."""

    width: int
    height: int
    rings: dict[str, list[Ring]]  # by code of a row, in units of the drawing
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """One file of outlines that stands (存着的地界): who brought it, when, and of which divisions."""

    batch: int
    actor: str
    at: datetime
    source: str
    codes: tuple[str, ...]


def kept_shapes() -> list[Kept]:
    """The files whose outlines stand, the newest first. One query."""
    rows = Boundary.objects.recorded().order_by("-begun_by", "division_code")
    columns = "begun_by", "begun_by__actor", "begun_by__recorded_at", "source", "division_code"
    return [
        Kept(batch, actor, at, source, tuple(row[4] for row in some))
        for (batch, actor, at, source), some in groupby(
            rows.values_list(*columns), key=lambda row: (row[0], row[1], row[2], row[3])
        )
    ]


def version() -> _Version:
    """Another one whenever shapes were kept, taken down or turned back. One query."""
    found = Boundary.objects.recorded().aggregate(n=Count("id"), at=Max("begun_by__recorded_at"))
    return found["n"], found["at"]


def outlines(code: str, digits: int) -> Outlines | None:
    """What lies below a place, by rows of so many digits; None where no shape is kept. At most two queries.

    A row without an outline of its own is drawn by those below it, side by side.
    """
    now = version()
    if not now[0]:
        return None
    with _lock:
        if (now, code, digits) not in _kept:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[now, code, digits] = _read(code, digits)
        found = _kept[now, code, digits]
    return found if found.rings else None


def _read(code: str, digits: int) -> Outlines:
    below = Boundary.objects.recorded().filter(under(code, "division_code"))
    own: dict[str, list[Ring]] = {}
    sources: set[str] = set()
    parts: dict[str, list[Ring]] = {}
    for division, rings, source in below.values_list("division_code", "rings", "source"):
        sources.add(source)
        row = division[:digits].ljust(len(division), "0")
        if division == row:
            own[row] = rings
        elif division > row:
            parts.setdefault(row, []).extend(rings)
    own.pop(code, None)  # the whole is no row of its own
    return _fitted({**parts, **own}, tuple(sorted(sources)))


def _fitted(given: dict[str, list[Ring]], sources: tuple[str, ...]) -> Outlines:
    points = [point for rings in given.values() for ring in rings for point in ring]
    if not points:
        return Outlines(WIDE, 1, {}, ())
    west, east = _ends(x for x, _ in points)
    south, north = _ends(y for _, y in points)
    narrow = cos(radians((south + north) / 2 / PER_DEGREE))  # a degree of longitude, seen from here
    scale = min(WIDE / max((east - west) * narrow, 1), TALL / max(north - south, 1))
    fitted = {
        code: [
            kept
            for ring in rings
            if (kept := straightened([
                (round((x - west) * narrow * scale), round((north - y) * scale)) for x, y in ring
            ]))
        ]
        for code, rings in given.items()
    }  # fmt: skip
    wide, tall = (east - west) * narrow * scale, (north - south) * scale
    return Outlines(round(wide) or 1, round(tall) or 1, fitted, sources)


def _ends(values: Iterable[int]) -> tuple[int, int]:
    some = list(values)
    return min(some), max(some)
