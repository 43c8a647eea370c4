"""The wall: counts that agree with the lists behind them, no names, nothing of what one may not read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mingbai.accounts.roles import Permission
from mingbai.decisions.actions import evaluate
from mingbai.decisions.past_runs import monthly
from mingbai.desk.wall.late import SHADES
from mingbai.households.actions import record_facts
from mingbai.households.actions.facts import Said
from tests.desk.county import BAISHI, COUNTY, DAY, County, register

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
#: More than the household's days of the pack before the working day, so that it is late by then.
LONG_AGO = date(2026, 1, 5)


def _danger(county: County, home: str, *, on: date) -> None:
    """A dwelling of the worst grade: a guarantee that is not met."""
    record_facts(
        actor=county.users["county_officer"].actor, topic="dwelling", on=on,
        subject_id=county.households[home], values={"dwelling_grade": "D", "dwelling_accepted": False},
        said=Said("village", on),
    )  # fmt: skip


@pytest.fixture
def unsafe(county: County, db: None) -> County:
    """Two households of the county live in unsafe dwellings, one in each township; evaluated twice."""
    _danger(county, "here", on=LONG_AGO)
    evaluate(actor="command", pack="cn", as_of=LONG_AGO)
    _danger(county, "far", on=DAY)
    evaluate(actor="command", pack="cn", as_of=DAY)
    return county


def test_what_it_counts_is_what_the_lists_hold(unsafe: County, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    page = client.get("/wall/").context
    housing = next(one for one in page["open"].basics if one.full == "住房安全有保障")
    assert housing.unmet == 2
    assert len(client.get(housing.unmet_list).context["lines"]) == housing.unmet
    assert {tile.name for tile in page["late"].tiles} == {"青溪镇", "龙潭镇"}
    for tile in page["late"].tiles:
        if tile.address:
            listed = client.get(tile.address).content.decode()
            assert tile.name in listed


def test_a_tile_is_as_dark_as_its_share_of_the_most(unsafe: County, signed_in: Entry) -> None:
    tiles = signed_in("county_officer").get("/wall/").context["late"].tiles
    most = max(tile.households for tile in tiles)
    assert most > 0
    for tile in tiles:
        assert (tile.shade == 0) == (tile.households == 0)
        assert (tile.shade == SHADES) == (tile.households == most)


def test_it_names_nobody(unsafe: County, signed_in: Entry) -> None:
    shown = signed_in("county_officer").get("/wall/").content.decode()
    body = shown[shown.index("<main") :]
    for name in ("陈桂生", "舒满香", "向春梅", "测试"):
        assert name not in body
    assert not re.search(r"\d{15}", body)


def test_a_part_of_a_place_has_a_wall_of_its_own(unsafe: County, signed_in: Entry) -> None:
    page = signed_in("township_clerk").get("/wall/").context
    assert page["here"].name == "青溪镇"
    assert next(one for one in page["open"].basics if one.full == "住房安全有保障").unmet == 1
    assert {tile.name for tile in page["late"].tiles} == {"白石村", "大坪村"}


def test_what_rests_on_illness_has_no_name_there(unsafe: County, signed_in: Entry) -> None:
    open_, closed = (
        {one.full for one in signed_in(who).get("/wall/").context["open"].basics}
        for who in ("county_officer", "inspector")
    )
    assert closed <= open_
    shown = signed_in("inspector").get("/wall/").content.decode()
    assert "因病" not in shown


def test_months_are_those_of_the_whole_and_the_last_of_each(unsafe: County) -> None:
    found = monthly({COUNTY, ""}, most=12)
    assert [one.as_of for one in found] == [LONG_AGO, DAY]
    assert [one.unmet["basics.housing"] for one in found] == [1, 2]
    assert monthly({BAISHI}, most=12) == []
    assert [one.as_of for one in monthly({""}, most=1)] == [DAY]


def test_nothing_was_evaluated_yet(county: County, db: None, signed_in: Entry) -> None:
    answer = signed_in("county_officer").get("/wall/")
    assert answer.status_code == 200
    assert "还没有评估过" in answer.content.decode()


def test_as_many_queries_for_many_households(unsafe: County, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    client.get("/wall/")
    with CaptureQueriesContext(connection) as few:
        client.get("/wall/")
    for serial in range(40, 60):
        register(BAISHI, "陈多", serial)
    evaluate(actor="command", pack="cn", as_of=DAY)
    client.get("/wall/")
    with CaptureQueriesContext(connection) as many:
        client.get("/wall/")
    assert len(many) == len(few) <= 20


def test_the_rail_names_it_to_whom_it_opens(unsafe: County, signed_in: Entry) -> None:
    assert 'href="/wall/"' in signed_in("county_officer").get("/").content.decode()
    assert 'href="/wall/"' not in signed_in("helper").get("/").content.decode()
    assert Permission.WALL_READ.value == "wall.read"
