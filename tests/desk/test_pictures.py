"""The picture of places: the figures of the table, classes that say what they hold, outlines of a county."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mingbai.audit.models import Event
from mingbai.decisions.actions import evaluate
from mingbai.desk.places.mapping import shading
from mingbai.places.models import Boundary
from tests.desk.county import BAISHI, COUNTY, DAPING, DAY, QINGXI, County

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
PAGE = f"/places/{COUNTY}/picture/"


def square(east: float) -> list[list[float]]:
    return [[east, 27.0], [east + 0.1, 27.0], [east + 0.1, 27.1], [east, 27.1], [east, 27.0]]


def send(client: Client, *codes: str, source: str = "自然资源局", **more: Any) -> Any:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code},
            "geometry": {"type": "Polygon", "coordinates": [square(110 + at / 10)]},
        }
        for at, code in enumerate(codes)
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features, **more})
    file = SimpleUploadedFile("地界.geojson", content.encode(), "application/geo+json")
    return client.post("/places/shapes/", {"file": file, "source": source})


@pytest.fixture
def judged(county: County, db: None) -> None:
    evaluate(actor="command", pack="cn", as_of=DAY)


def test_squares_hold_the_figures_of_the_table(judged: None, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    lines = {one.place.code: one for one in client.get(f"/places/{COUNTY}/").context["lines"]}
    picture = client.get(PAGE).context["picture"]
    assert {one.line.place.code for one in picture.tiles} == set(lines)
    for tile in picture.tiles:
        line = lines[tile.line.place.code]
        assert tile.share == line.share
        assert (tile.figure.part, tile.figure.whole) == (line.watched_persons, line.base.persons)


def test_every_measure_has_both_numbers_and_leads_to_its_list(
    judged: None, signed_in: Entry
) -> None:
    client = signed_in("county_officer")
    known = client.get(PAGE).context["measures"]
    assert len(known) > 5
    for one in known:
        shown = client.get(PAGE, {"measure": one.key}).context
        assert shown["picture"].measure.key == one.key
        for tile in shown["picture"].tiles:
            assert tile.figure.part <= (tile.figure.whole or 0)
    unknown = next(
        one for one in client.get(PAGE, {"measure": "unknown"}).context["picture"].tiles
        if one.figure.part
    )  # fmt: skip
    assert len(client.get(unknown.listed).context["lines"]) == unknown.figure.part


def test_classes_hold_as_many_places_each_and_equal_shares_stay_together() -> None:
    shares = [Decimal(one) for one in range(11)]
    shade = shading([*shares, None])
    assert [shade(one) for one in shares] == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert shade(None) == 0
    same = shading([Decimal(1)] * 9 + [Decimal(2)])
    assert same(Decimal(1)) < same(Decimal(2)) == 5


def test_outlines_are_drawn_and_taken_down_again(judged: None, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    assert client.get(PAGE).context["picture"].drawn is None
    assert send(client, QINGXI).status_code == 302
    shown = client.get(PAGE)
    picture = shown.context["picture"]
    assert picture.drawn.count("<path") == 1
    assert [one.line.place.name for _name, some in picture.groups for one in some] == ["龙潭镇"]
    assert "自然资源局" in shown.content.decode()
    assert client.get(PAGE, {"shape": "squares"}).context["picture"].drawn is None
    kept = Event.objects.get(action="places.shapes.kept")
    assert json.loads(kept.data)["shapes"] == 1
    client.post("/places/shapes/remove/", {"reason": "画错了"})
    assert client.get(PAGE).context["picture"].drawn is None
    assert not Boundary.objects.recorded().exists()


def test_township_without_an_outline_is_drawn_by_its_villages(
    judged: None, signed_in: Entry
) -> None:
    client = signed_in("county_officer")
    send(client, BAISHI, DAPING)
    outlines = client.get(PAGE).context["picture"].drawn
    assert outlines.count("<path") == 1
    assert outlines.count("z") >= 2
    assert client.get(f"/places/{QINGXI}/picture/").context["picture"].drawn.count("<path") == 2


def test_same_place_again_replaces_its_outline(judged: None, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    send(client, QINGXI)
    send(client, QINGXI, source="另一家")
    assert [one.source for one in Boundary.objects.recorded()] == ["另一家"]


def test_file_with_a_fault_keeps_nothing_and_says_why(judged: None, signed_in: Entry) -> None:
    answer = send(signed_in("county_officer"), QINGXI, "990101199000")
    assert answer.status_code == 422
    assert "PLACE-031" in answer.content.decode()
    assert not Boundary.objects.exists()


def test_picture_costs_the_same_for_more_places(judged: None, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    send(client, BAISHI, DAPING)
    client.get(PAGE)
    counts = []
    for rows in ("", "villages"):
        client.get(PAGE, {"rows": rows})
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(PAGE, {"rows": rows})
        counts.append(len(asked))
    assert counts[0] == counts[1]
