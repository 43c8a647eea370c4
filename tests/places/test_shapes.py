"""Reading a county's own GeoJSON: what is kept, and that every fault says which feature, what and why."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mingbai.places.shapes import PER_DEGREE, read_shapes, straightened

KNOWN = {"990101100000", "990101101000"}
SQUARE = [[110.0, 27.0], [110.1, 27.0], [110.1, 27.1], [110.0, 27.1], [110.0, 27.0]]


def feature(code: Any = "990101100", rings: Any = None, kind: str = "Polygon") -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": [SQUARE] if rings is None else rings}
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


def read(*features: Any, **more: Any) -> Any:
    content = {"type": "FeatureCollection", "features": list(features), **more}
    return read_shapes(json.dumps(content).encode(), KNOWN)


def test_area_is_kept_on_the_grid_under_its_full_code() -> None:
    found = read(feature(), feature("990101101000", [[SQUARE]], "MultiPolygon"))
    assert found.problems == []
    assert [one.code for one in found.shapes] == ["990101100000", "990101101000"]
    assert found.shapes[0].rings == [
        [(1101000, 270000), (1101000, 271000), (1100000, 271000), (1100000, 270000)]
    ]
    assert PER_DEGREE == 10_000


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (feature(rings=[SQUARE[:-1]]), "PLACE-033"),
        (feature(rings=[[[110, 27], [110.00001, 27], [110, 27.00001], [110, 27]]]), "PLACE-033"),
        (feature(kind="Point", rings=[110, 27]), "PLACE-027"),
        ({"type": "Feature", "properties": {"code": "990101100"}, "geometry": None}, "PLACE-027"),
        (feature("990101199"), "PLACE-031"),
        (feature("青溪镇"), "PLACE-030"),
        (feature(None), "PLACE-030"),
        (feature(rings=[[[500000, 3000000], *SQUARE[1:4], [500000, 3000000]]]), "PLACE-034"),
        (feature(rings=[[["x", 27], *SQUARE[1:4], ["x", 27]]]), "PLACE-034"),
        (feature(rings=[[[float("nan"), 27.0], *SQUARE]]), "PLACE-033"),
        (feature(rings=[7]), "PLACE-033"),
    ],
)
def test_fault_of_a_feature_names_it(given: dict[str, Any], code: str) -> None:
    found = read(feature("990101101"), given)
    assert [one.code for one in found.problems] == [code]
    assert found.problems[0].values["number"] == 2


def test_code_may_come_once_only() -> None:
    problem = read(feature(), feature()).problems[0]
    assert (problem.code, problem.values["number"], problem.values["before"]) == ("PLACE-032", 2, 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "PLACE-025"),
        ("编".encode("gbk"), "PLACE-025"),
        (b"[" * 100_000, "PLACE-025"),
        (b"null", "PLACE-026"),
        (b'{"type": "Feature"}', "PLACE-026"),
        (b'{"features": [1]}', "PLACE-027"),
    ],
)
def test_file_that_is_no_geojson_is_refused_as_a_whole(content: bytes, code: str) -> None:
    assert [one.code for one in read_shapes(content, KNOWN).problems] == [code]


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", True),
        ("urn:ogc:def:crs:EPSG::4490", True),
        ("EPSG:4527", False),
        ("我们自己的", False),
    ],
)
def test_coordinates_must_be_degrees(name: str, good: bool) -> None:
    found = read(feature(), crs={"type": "name", "properties": {"name": name}})
    assert [one.code for one in found.problems] == ([] if good else ["PLACE-028"])


def test_all_faults_are_told_up_to_a_number() -> None:
    found = read(*[feature("1") for _ in range(30)])
    assert (len(found.problems), found.more) == (20, 10)


def test_too_many_points_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingbai.places.shapes.MOST_POINTS", 7)
    found = read(feature(), feature("990101101"))
    assert [one.code for one in found.problems] == ["PLACE-029"]


def test_points_on_a_straight_line_go() -> None:
    ring = [(0, 0), (2, 0), (2, 0), (4, 0), (4, 4), (0, 4), (0, 0)]
    assert straightened(ring) == [(4, 0), (4, 4), (0, 4), (0, 0)]
    assert straightened([(0, 0), (1, 0), (0, 0)]) == []
