"""The list of persons: what a figure of persons opens, counted in persons, with no restricted fact."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client

from mingbai.audit.models import AccessLook, Event
from mingbai.decisions.actions import evaluate
from mingbai.households.actions import open_status, record_facts
from mingbai.households.actions.facts import Said
from mingbai.households.enums import StatusKind, Subject
from tests.desk.county import DAPING, DAY, QINGXI, START, County, register

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
LIST, SHEET = "/persons/", "/persons/list.xlsx"


@pytest.fixture
def watched(county: County, db: None) -> County:
    open_status(
        actor="command", reason="测试", subject=Subject.HOUSEHOLD, on=START,
        subject_id=county.households["here"], kind=StatusKind.WATCHED_MARGINAL, cause="illness",
    )  # fmt: skip
    evaluate(actor="command", pack="cn", as_of=DAY)
    return county


def names(client: Client, address: str) -> list[str]:
    return [line.person.name for line in client.get(address).context["lines"]]


def test_figures_of_persons_open_as_many_persons(watched: County, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    lines = client.get("/places/").context["lines"]
    assert [line.watched_persons for line in lines].count(2) == 1
    for line in lines:
        for figure, address in ((line.persons, line.people_list),
                                (line.watched_persons, line.watched_people)):  # fmt: skip
            page = client.get(address).context
            assert (page["total"], len(page["lines"])) == (figure, figure)


def test_years_open_the_persons_of_that_day(watched: County, signed_in: Entry) -> None:
    client = signed_in("county_officer")
    year = client.get("/places/").context["years"][-1]
    assert client.get(year.people).context["total"] == year.persons == 2


def test_list_holds_ones_own_households_and_follows_their_conditions(
    watched: County, signed_in: Entry
) -> None:
    clerk = signed_in("township_clerk")
    assert names(clerk, LIST) == ["陈桂生", "陈桂生嫂", "舒满香", "舒满香嫂"]
    assert names(clerk, f"{LIST}?kind=watched") == ["陈桂生", "陈桂生嫂"]
    assert names(signed_in("helper"), LIST) == ["陈桂生", "陈桂生嫂"]
    assert names(signed_in("next_township_clerk"), f"{LIST}?place={QINGXI}") == []
    by_state = f"{LIST}?state=basics.water:unknown"
    homes = clerk.get("/households/?state=basics.water:unknown").context["lines"]
    assert names(clerk, by_state)
    assert {x.home.household_id for x in clerk.get(by_state).context["lines"]} == {
        x.row.household_id for x in homes
    }


@pytest.mark.parametrize("who", ["line_department", "township_clerk"])
def test_list_says_no_more_than_the_page_of_the_household(
    watched: County, signed_in: Entry, who: str
) -> None:
    """A line department reads the topics of its post: of persons the list shows it no others."""
    client, here = signed_in(who), watched.households["here"]
    told = [
        (line.member.name, line.sex, str(line.age))
        for line in client.get(f"/households/{here}/").context["members"]
    ]
    lines = client.get(LIST).context["lines"]
    assert told == [(x.person.name, x.sex, x.age) for x in lines if x.home.household_id == here]


def test_restricted_facts_are_in_no_list(watched: County, signed_in: Entry) -> None:
    record_facts(
        actor="command", topic="health", subject_id=watched.heads["here"], on=START,
        values={"health_major": True}, said=Said("village", DAY),
    )  # fmt: skip
    assert "大病" not in signed_in("village_officer").get(LIST).content.decode()


def test_workbook_is_the_list_with_what_it_means(watched: County, signed_in: Entry) -> None:
    client = signed_in("township_clerk")
    sent = {"all": "1", "kind": "watched", "columns": ["age", "home"]}
    answer = client.post(SHEET, sent)
    rows = list(
        openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values
    )
    first = next(at for at, row in enumerate(rows) if row[0] == "姓名")
    assert rows[first][:3] == ("姓名", "年龄", "户主")
    assert [row[0] for row in rows[first + 1 :]] == ["陈桂生", "陈桂生嫂"]
    assert ("人数", "2") in [row[:2] for row in rows[:first]]
    assert Event.objects.get(action="desk.list.exported").target == "persons:list"
    looked = AccessLook.objects.filter(purpose="export", subject="person")
    assert looked.count() == 2


def test_list_costs_as_many_queries_for_few_as_for_many(
    watched: County, signed_in: Entry, django_assert_max_num_queries: Any
) -> None:
    client, address = signed_in("county_officer"), f"{LIST}?place={DAPING}"
    client.get(address)
    with django_assert_max_num_queries(30) as few:
        client.get(address)
    most = len(few)
    for serial in range(50, 70):
        register(DAPING, f"丁{serial}", serial)
    client.get(address)
    with django_assert_max_num_queries(most):
        assert client.get(address).context["next"]
