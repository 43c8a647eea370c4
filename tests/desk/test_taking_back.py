"""A fact just saved is taken back beside it: a batch of its own, while nothing rests on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from mingbai.audit.models import Batch, Event
from mingbai.decisions.actions import evaluate
from mingbai.households.actions import record_facts
from mingbai.households.actions.facts import Said
from mingbai.households.models import Dwelling, Living
from tests.desk.county import DAY, County

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]


def address(county: County, topic: str = "dwelling", key: str = "here") -> str:
    return f"/households/{county.households[key]}/topics/{topic}/"


def saved(county: County, grade: str, on: date, key: str = "here") -> int:
    done = record_facts(
        actor="command", topic="dwelling", subject_id=county.households[key], on=on,
        values={"dwelling_grade": grade}, said=Said("village", DAY),
    )  # fmt: skip
    assert done.batch_id is not None
    return done.batch_id


def grade(county: County) -> str | None:
    row = Dwelling.objects.recorded().on(DAY).get(household_id=county.households["here"])
    return row.dwelling_grade


def test_save_offers_to_be_taken_back_and_what_stood_returns(
    county: County, signed_in: Entry
) -> None:
    evaluate(actor="command", pack="cn", as_of=DAY)
    client, form = signed_in("village_officer"), address(county, "living")
    said = {"token": 0, "c_food_enough": "yes", "mode": "changed", "valid_from": "2026-03-01",
            "observed_on": "2026-03-16", "source": "household", "reason": "入户看到"}  # fmt: skip
    page = client.post(form, said, follow=True).content.decode()
    assert "不愁吃：待核实 → 达标" in page
    found = re.search(r'action="([^"]+take-back/)".*?name="batch" value="(\d+)"', page, re.DOTALL)
    assert found
    answer = client.post(found[1], {"batch": found[2]}, follow=True).content.decode()
    assert "已收回：" in answer
    assert "不愁吃：达标 → 待核实" in answer  # the states follow
    assert not Living.objects.recorded().exists()
    back = Batch.objects.get(undoes_id=int(found[2]))
    assert back.actor == county.users["village_officer"].actor
    event = Event.objects.get(batch_id=back.pk)
    assert (event.action, event.target) == ("households.action.undone", f"batch:{found[2]}")


def test_form_says_who_wrote_what_stands_and_takes_it_back(
    county: County, signed_in: Entry
) -> None:
    saved(county, "B", date(2026, 1, 1))
    second = saved(county, "C", date(2026, 2, 1))
    client = signed_in("village_officer")
    assert client.get(address(county)).context["last"].batch_id == second
    client.post(f"{address(county)}take-back/", {"batch": second, "reason": "看错了"})
    assert grade(county) == "B"
    assert Batch.objects.get(undoes_id=second).reason == "看错了"
    assert client.get(address(county)).context["last"] is None  # an undo is not undone from here


def test_save_on_which_another_rests_stays(county: County, signed_in: Entry) -> None:
    first = saved(county, "B", date(2026, 1, 1))
    saved(county, "C", date(2026, 1, 1))
    page = signed_in("village_officer").post(
        f"{address(county)}take-back/", {"batch": first}, follow=True
    )
    assert "HOME-050" in page.content.decode()
    assert grade(county) == "C"


@pytest.mark.parametrize("who", ["next_village_officer", "inspector", "county_approver"])
def test_who_may_not_write_takes_nothing_back(county: County, signed_in: Entry, who: str) -> None:
    batch = saved(county, "B", date(2026, 1, 1))
    answer = signed_in(who).post(f"{address(county)}take-back/", {"batch": batch})
    assert answer.status_code == 404
    assert grade(county) == "B"


def test_batch_about_something_else_is_not_there(county: County, signed_in: Entry) -> None:
    """A batch of another household, or another topic, is not reached through this one."""
    other = saved(county, "B", date(2026, 1, 1), key="beside")
    mine = saved(county, "B", date(2026, 1, 1))
    client = signed_in("township_clerk")
    assert client.post(f"{address(county)}take-back/", {"batch": other}).status_code == 404
    assert client.post(f"{address(county, 'water')}take-back/", {"batch": mine}).status_code == 404
