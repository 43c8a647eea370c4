"""The page of a person: who, with whom, where she lived, on a day; closed to whom it does not concern."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from mingbai.households.actions import (
    move_household,
    open_status,
    record_death,
    record_facts,
    record_marriage,
    split_household,
)
from mingbai.households.actions.facts import Said
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import Membership
from tests.desk.county import DAPING, DAY, JINGSHUI, County

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
DONE = {"actor": "command", "reason": "测试"}


def wife(county: County) -> int:
    found = Membership.objects.recorded().on(DAY).filter(household_id=county.households["here"])
    return found.get(relation="spouse").person_id


def text_of(answer: Any) -> str:
    return answer.content.decode()


def test_person_stands_with_family_place_and_age(county: County, signed_in: Entry) -> None:
    answer = signed_in("township_clerk").get(f"/persons/{county.heads['here']}/")
    said = answer.context
    assert (said["name"], said["sex"], said["age"]) == ("陈桂生", "男", 59)
    assert [(one.name, one.relation) for one in said["relatives"]] == [("陈桂生嫂", "配偶")]
    assert (said["home"].place, said["home"].relation) == ("白石村", "户主")
    assert f'href="/households/{county.households["here"]}/events/"' in text_of(answer)


def test_who_may_not_write_gets_no_way_to_record(county: County, signed_in: Entry) -> None:
    text = text_of(signed_in("inspector").get(f"/persons/{county.heads['here']}/"))
    assert "/events/" not in text
    assert "/topics/" not in text


def test_where_she_lived_leads_only_into_the_own_scope(county: County, signed_in: Entry) -> None:
    person = wife(county)
    record_marriage(
        **DONE, on=date(2024, 5, 1), household_id=county.households["far"], person_id=person,
        relation="daughter_in_law",
    )  # fmt: skip
    told = signed_in("county_officer").get(f"/persons/{person}/").context["stays"]
    assert [(one.place, one.seen) for one in told] == [("井水村", True), ("白石村", True)]
    then = signed_in("township_clerk").get(f"/persons/{person}/?on=2024-01-01")
    assert then.status_code == 200
    assert then.context["home"].place == "白石村"
    assert signed_in("township_clerk").get(f"/persons/{person}/").status_code == 404
    next_one = signed_in("next_township_clerk").get(f"/persons/{person}/").context["stays"]
    assert [(one.place, one.seen, bool(one.number)) for one in next_one] == [
        ("井水村", True, True), ("白石村", False, False),
    ]  # fmt: skip


def test_dead_person_keeps_her_page_with_the_day(county: County, signed_in: Entry) -> None:
    person = wife(county)
    record_death(**DONE, on=date(2026, 2, 1), person_id=person)
    answer = signed_in("township_clerk").get(f"/persons/{person}/")
    assert "2026-02-01 去世" in text_of(answer)
    assert answer.context["age"] == 55  # on the day she died
    assert (answer.context["relatives"], answer.context["may_change"]) == ([], False)


def test_own_status_and_one_source_for_all_is_said_once(county: County, signed_in: Entry) -> None:
    head = county.heads["here"]
    open_status(
        **DONE, on=date(2025, 1, 1), subject=Subject.PERSON, subject_id=head, kind=StatusKind.DIBAO
    )
    record_facts(
        **DONE, topic="health", subject_id=head, on=date(2026, 1, 1),
        values={"health_major": True, "health_chronic": False}, said=Said("department:卫健", DAY),
    )  # fmt: skip
    said = signed_in("township_clerk").get(f"/persons/{head}/").context
    assert said["statuses"] == [("低保", date(2025, 1, 1))]
    (health,) = [one for one in said["facts"] if one["topic"].key == "health"]
    assert health["same"]["origin"].observed_on == DAY
    hidden = signed_in("inspector").get(f"/persons/{head}/").context["facts"]
    assert [one["topic"].key for one in hidden if one["topic"].key == "health"] == []


def test_queries_do_not_grow_with_the_past(
    county: County, signed_in: Entry, django_assert_max_num_queries: Any
) -> None:
    client, home = signed_in("county_officer"), county.households["here"]
    person = wife(county)
    client.get(f"/persons/{person}/")
    with django_assert_max_num_queries(32):
        client.get(f"/persons/{person}/")
    for year, village in ((2021, DAPING), (2022, JINGSHUI)):
        move_household(
            **DONE, on=date(year, 1, 1), household_id=home, residence={"division_code": village}
        )
    split_household(
        **DONE, on=date(2023, 1, 1), household_id=home, person_ids=[person], head_id=person,
        statuses=[],
    )  # fmt: skip
    client.get(f"/persons/{person}/")  # the counts of the rail take in what was just recorded
    with django_assert_max_num_queries(32):
        told = client.get(f"/persons/{person}/").context["stays"]
    assert len(told) == 2
