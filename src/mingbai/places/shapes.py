"""Reading a county's own GeoJSON of its divisions (地界文件): all that is wrong at once, each with its place.

Degrees are cut to four places (about ten metres): enough to colour a place on a screen, too coarse to measure
with, and the same for both sides of a line, so that neighbours still meet (ADR 0040).
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mingbai.common.errors import RegisterError
from mingbai.places.codes import LENGTH, pad
from mingbai.places.errors import error

Point = tuple[int, int]
Ring = list[Point]

MOST_BYTES = 20 * 1024 * 1024
MOST_POINTS = 400_000
#: How many problems are told; a file with more is wrong in the same way throughout.
MOST_TOLD = 20
#: Parts of a degree that are kept.
PER_DEGREE = 10_000
#: Where a feature may say its code, the first that is there.
CODE_NAMES = (
    "code", "division_code", "区划代码", "行政区划代码", "统计用区划代码", "代码", "adcode", "CODE",
)  # fmt: skip
#: What a file may say of its coordinates: WGS 84 or CGCS2000 in degrees, which differ by less than we keep.
KNOWN_CRS = ("CRS84", "4326", "4490")


@dataclass(frozen=True)
class Shape:
    """The outline of a division (地界): rings of whole ten-thousandths of a degree, holes among them."""

    code: str
    rings: list[Ring]


@dataclass
class Found:
    """What a file holds (读取结果); nothing of it may be used where there are problems."""

    shapes: list[Shape]
    problems: list[RegisterError]
    more: int = 0  # problems beyond those that are told
    points: int = 0  # as given


class _UnusableError(Exception):
    """One feature cannot be used."""

    def __init__(self, problem: RegisterError) -> None:
        super().__init__(problem.code)
        self.problem = problem


def read_shapes(content: bytes, known: Container[str]) -> Found:
    """The outlines of a GeoJSON file. `known`: the codes of the register's divisions.

    Problems are PLACE-025…PLACE-033; each says in which feature, what and what to do.
    """
    try:
        features = _features(content)
    except _UnusableError as wrong:
        return Found([], [wrong.problem])
    found, seen = Found([], []), dict[str, int]()
    problems: list[RegisterError] = []
    for number, feature in enumerate(features, 1):
        try:
            found.shapes.append(_shape(number, feature, known, seen, found))
        except _UnusableError as wrong:
            problems.append(wrong.problem)
            if wrong.problem.code == "PLACE-029":
                break
    found.problems, found.more = problems[:MOST_TOLD], max(len(problems) - MOST_TOLD, 0)
    return found


def _features(content: bytes) -> list[Any]:
    if len(content) > MOST_BYTES:
        raise _UnusableError(error("PLACE-029", what="MB", most=MOST_BYTES >> 20))
    try:
        given = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise _UnusableError(error("PLACE-025", line=1, column=problem.start + 1)) from None
    except json.JSONDecodeError as problem:
        raise _UnusableError(
            error("PLACE-025", line=problem.lineno, column=problem.colno)
        ) from None
    except RecursionError:
        raise _UnusableError(error("PLACE-025", line=1, column=1)) from None
    features = given.get("features") if isinstance(given, dict) else None
    if given is None or not isinstance(features, list) or not features:
        kind = given.get("type") if isinstance(given, dict) else type(given).__name__
        raise _UnusableError(error("PLACE-026", kind=str(kind)[:40]))
    if (crs := given.get("crs")) is not None:
        _check_crs(crs)
    return features


def _check_crs(crs: Any) -> None:
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else str(crs)
    if not name.endswith(KNOWN_CRS):
        raise _UnusableError(error("PLACE-028", name=name[:80] or "?"))


def _shape(
    number: int, feature: Any, known: Container[str], seen: dict[str, int], found: Found
) -> Shape:
    if not isinstance(feature, dict) or not isinstance(feature.get("geometry"), dict):
        raise _UnusableError(error("PLACE-027", number=number, kind="null"))
    code = _code(number, feature)
    if code not in known:
        raise _UnusableError(error("PLACE-031", number=number, division=code))
    if code in seen:
        raise _UnusableError(error("PLACE-032", number=number, division=code, before=seen[code]))
    seen[code] = number
    rings: list[Ring] = []
    for ring in _rings(number, feature["geometry"]):
        found.points += len(ring)
        if found.points > MOST_POINTS:
            raise _UnusableError(error("PLACE-029", what="点 / points", most=MOST_POINTS))
        kept = _kept(number, ring)
        if kept:
            rings.append(kept)
    if not rings:
        raise _UnusableError(error("PLACE-033", number=number, division=code))
    return Shape(code, rings)


def _code(number: int, feature: dict[str, Any]) -> str:
    properties = feature.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    said = next((properties[name] for name in CODE_NAMES if name in properties), feature.get("id"))
    code = str(said).strip() if isinstance(said, (str, int)) else ""
    if not (code.isascii() and code.isdigit() and len(code) in (6, 9, LENGTH)):
        names = "、".join(sorted(map(str, properties))[:8]) or "–"
        raise _UnusableError(
            error("PLACE-030", number=number, said=code[:20] or "–", names=names[:120])
        )
    return pad(code)


def _rings(number: int, geometry: dict[str, Any]) -> Iterator[Sequence[Any]]:
    kind, given = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(given, list):
        raise _UnusableError(error("PLACE-027", number=number, kind=str(kind)[:40]))
    for polygon in given if kind == "MultiPolygon" else [given]:
        for ring in polygon if isinstance(polygon, list) else [None]:
            if not isinstance(ring, list) or len(ring) < 4 or ring[0] != ring[-1]:
                raise _UnusableError(error("PLACE-033", number=number, division="–"))
            yield ring


def _kept(number: int, ring: Sequence[Any]) -> Ring:
    """The points on the grid, without those that no longer turn; nothing for a ring below its mesh."""
    return straightened([_point(number, point) for point in ring])


def _point(number: int, point: Any) -> Point:
    try:
        east, north = float(point[0]), float(point[1])
    except (TypeError, ValueError, IndexError, KeyError):
        raise _UnusableError(error("PLACE-034", number=number, point=str(point)[:40])) from None
    if not (-180 <= east <= 180 and -90 <= north <= 90):
        raise _UnusableError(error("PLACE-034", number=number, point=f"{east:g}, {north:g}"))
    return round(east * PER_DEGREE), round(north * PER_DEGREE)


def straightened(points: Sequence[Point]) -> Ring:
    """A closed ring without repeated points and without points on the straight line between two others."""
    some = [point for at, point in enumerate(points) if point != points[at - 1]]
    kept = [
        (x, y)
        for at, (x, y) in enumerate(some)
        if _turns(some[at - 1], (x, y), some[(at + 1) % len(some)])
    ]
    return kept if len(kept) > 2 else []


def _turns(before: Point, at: Point, after: Point) -> bool:
    return (at[0] - before[0]) * (after[1] - at[1]) != (at[1] - before[1]) * (after[0] - at[0])
