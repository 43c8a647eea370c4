"""Reading by token: what lies in the scope, and nothing else."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mingbai.accounts.models import Token
from mingbai.accounts.roles import Permission
from mingbai.accounts.tokens import revoke_token
from mingbai.audit.models import AccessLook
from mingbai.decisions.actions import evaluate
from tests.api.conftest import Program, token_of
from tests.desk.county import BAISHI, COUNTY, DAY, JINGSHUI, QINGXI, id_number

pytestmark = pytest.mark.database


def test_without_a_token_nothing_answers(county):
    answer = Client().get("/api/v1/households")
    assert answer.status_code == 401
    assert answer.json()["code"] == "API-001"


def test_an_expired_token_is_none(county):
    text = token_of(county, "township_clerk")
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Program(text).get("/households").status_code == 401


def test_a_revoked_token_is_none(county):
    text = token_of(county, "township_clerk")
    revoke_token(actor="user:1", token=Token.objects.get(), now=timezone.now())
    assert Program(text).get("/households").status_code == 401


def test_a_session_is_no_token(county):
    client = Client()
    client.force_login(county.users["township_clerk"])
    assert client.get("/api/v1/households").status_code == 401


def test_the_list_holds_the_households_of_the_scope(county, program):
    answer = program("township_clerk").get("/households").json()
    assert answer["total"] == 2
    assert {row["household_id"] for row in answer["rows"]} == {
        county.households["here"], county.households["beside"],
    }  # fmt: skip


def test_the_list_is_read_page_by_page(county, program):
    caller = program("county_officer")
    first = caller.get("/households", limit=2).json()
    second = caller.get("/households", limit=2, after=first["next"]).json()
    assert (len(first["rows"]), len(second["rows"]), second["next"]) == (2, 1, "")


def test_a_household_shows_members_and_masked_numbers(county, program):
    answer = program("township_clerk").get(f"/households/{county.households['here']}")
    found = answer.json()
    head = next(one for one in found["members"] if one["relation"] == "head")
    identity = head["records"]["identity"][0]["columns"]
    assert identity["name"] == "陈桂生"
    assert identity["id_number"].startswith("99****")
    assert "19900010000" not in answer.content.decode()


def test_a_look_is_logged(county, program):
    program("township_clerk").get(f"/households/{county.households['here']}")
    look = AccessLook.objects.get()
    assert (look.actor.partition(":")[0], look.via) == ("token", "api")


@pytest.mark.parametrize("path", ["/households/{}", "/states/{}"])
def test_another_townships_household_answers_like_an_absent_one(county, program, path):
    caller = program("township_clerk")
    near = caller.get(path.format(county.households["far"]))
    absent = caller.get(path.format(2**62))
    assert (
        (near.status_code, near.json()) == (absent.status_code, absent.json()) == (404, near.json())
    )


def test_a_person_of_another_township_is_absent(county, program):
    assert program("township_clerk").get(f"/persons/{county.heads['far']}").status_code == 404
    assert program("county_officer").get(f"/persons/{county.heads['far']}").status_code == 200


def test_a_token_carries_only_the_permissions_it_names(county, program):
    caller = program("county_officer", Permission.EVALUATION_READ)
    assert caller.get("/runs").status_code == 200
    assert caller.get("/households").status_code == 404


def test_a_household_of_before_its_time_has_no_members(county, program):
    home = county.households["here"]
    answer = program("county_officer").get(f"/households/{home}", day="2019-12-31")
    assert answer.json()["members"] == []


def test_search_by_full_number_finds_the_person(county, program):
    document = id_number(0, date(1967, 3, 2), "male")
    hits = program("township_clerk").get("/search", q=document).json()
    assert [hit["person_id"] for hit in hits] == [county.heads["here"]]


def test_divisions_lead_down_to_the_scope_and_no_further(county, program):
    caller = program("village_officer")
    top = caller.get(f"/divisions/{COUNTY[:6]}").json()
    assert [one["code"] for one in top["children"]] == [QINGXI]
    assert caller.get(f"/divisions/{BAISHI}").status_code == 200
    assert caller.get(f"/divisions/{JINGSHUI}").status_code == 404


def test_states_come_with_reasons(county, program):
    run = evaluate(actor="command", pack="cn", as_of=DAY)
    caller = program("county_officer")
    found = caller.get(f"/states/{county.households['here']}").json()
    assert set(found["states"].values()) <= {"met", "unmet", "unknown", "not_applicable"}
    unknown = next(rule for rule, word in found["states"].items() if word == "unknown")
    listed = caller.get("/states", rule=unknown, state="unknown").json()
    assert listed["total"] >= 1
    assert caller.get("/runs").json()[0]["id"] == run.pk
    assert caller.get(f"/runs/{run.pk}").json()["households"] == 3
    assert caller.get("/runs/999999").status_code == 404


def test_a_list_costs_as_many_queries_for_one_household_as_for_three(
    county, program, django_assert_max_num_queries
):
    caller = program("county_officer")
    caller.get("/households", limit=1)
    with django_assert_max_num_queries(25) as one:
        caller.get("/households", limit=1)
    with django_assert_max_num_queries(25) as three:
        caller.get("/households", limit=3)
    assert len(one) == len(three)
