"""The form of a topic: what is saved, what is refused, and that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from mingbai.audit.models import Event
from mingbai.decisions.actions import evaluate
from mingbai.households.actions import record_facts
from mingbai.households.actions.facts import Said
from mingbai.households.models import Dwelling, IncomeYear
from tests.desk.county import DAY, County

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
MOST_STATEMENTS = 94  # of a save: gate, fact, event, snapshot, states, work list
REST = {
    "mode": "changed", "valid_from": "2026-03-01", "observed_on": "2026-03-16", "source": "village",
    "reason": "入户看到",
}  # fmt: skip


def address(county: County, topic: str = "dwelling") -> str:
    return f"/households/{county.households['here']}/topics/{topic}/"


def dwelling(county: County, on: date = date(2026, 2, 1), **values: object) -> int:
    said = Said("village", DAY)
    saved = record_facts(
        actor="command", topic="dwelling", subject_id=county.households["here"], on=on,
        values=values, said=said,
    )  # fmt: skip
    return saved.begun[-1]


def standing(county: County) -> Dwelling:
    return Dwelling.objects.recorded().on(DAY).get(household_id=county.households["here"])


def test_only_what_was_changed_is_recorded_with_its_source(
    county: County, signed_in: Entry
) -> None:
    token = dwelling(county, dwelling_grade="B", area=80)
    values = {"token": token, "c_dwelling_grade": "C", "c_area": "80"}
    answer = signed_in("village_officer").post(address(county), {**REST, **values})
    assert answer.status_code == 302
    row = standing(county)
    assert (row.dwelling_grade, row.area, row.valid_from) == ("C", 80, date(2026, 3, 1))
    assert (row.source, row.observed_on, row.changed) == (
        "village",
        date(2026, 3, 16),
        "dwelling_grade",
    )


def test_a_save_with_its_new_states_costs_few_statements(
    county: County, signed_in: Entry, django_assert_max_num_queries: Any
) -> None:
    client = signed_in("village_officer")
    token = dwelling(county, dwelling_grade="B", area=80)
    evaluate(actor="command", pack="cn", as_of=DAY)
    client.get(address(county))  # what is kept in memory follows what was recorded
    values = {"token": token, "c_dwelling_grade": "D", "c_area": "80"}
    before = Event.objects.count()
    with django_assert_max_num_queries(MOST_STATEMENTS):
        assert client.post(address(county), {**REST, **values}).status_code == 302
    assert Event.objects.count() == before + 2  # the fact, and the states that follow from it


def test_a_correction_holds_for_the_whole_time_of_the_record(
    county: County, signed_in: Entry
) -> None:
    token = dwelling(county, dwelling_grade="B")
    said = {**REST, "mode": "correct", "valid_from": "", "token": token, "c_dwelling_grade": "A"}
    assert signed_in("village_officer").post(address(county), said).status_code == 302
    row = standing(county)
    assert (row.dwelling_grade, row.valid_from, row.corrects) == ("A", date(2026, 2, 1), token)


def test_second_save_is_refused_with_both_values_and_nothing_typed_is_lost(
    county: County, signed_in: Entry
) -> None:
    token = dwelling(county, dwelling_grade="B", area=80)
    newer = dwelling(county, on=date(2026, 3, 10), dwelling_grade="D")
    said = {
        **REST,
        "valid_from": "2026-03-18",
        "token": token,
        "c_dwelling_grade": "C",
        "c_area": "90",
    }
    answer = signed_in("village_officer").post(address(county), said)
    assert answer.status_code == 409
    conflicts = {one["label"]: one for one in answer.context["conflicts"]}
    grade = conflicts["住房鉴定等级"]
    assert (grade["read"], grade["stands"], grade["meant"]) == ("B级", "D级", "C级")
    form = answer.context["form"]
    assert (form["c_area"].value(), form["reason"].value()) == ("90", "入户看到")
    assert form["token"].value() == str(newer)
    assert standing(county).dwelling_grade == "D"


def test_saving_again_after_seeing_both_is_a_decision(county: County, signed_in: Entry) -> None:
    token = dwelling(county, dwelling_grade="B")
    dwelling(county, on=date(2026, 3, 10), dwelling_grade="D")
    said = {**REST, "valid_from": "2026-03-18", "token": token, "c_dwelling_grade": "C"}
    client = signed_in("village_officer")
    again = client.post(address(county), said).context["form"]["token"].value()
    assert client.post(address(county), {**said, "token": again}).status_code == 302
    assert standing(county).dwelling_grade == "C"


def test_a_change_before_the_record_began_is_no_conflict(county: County, signed_in: Entry) -> None:
    token = dwelling(county, dwelling_grade="B")
    said = {**REST, "valid_from": "2025-06-01", "token": token, "c_dwelling_grade": "C"}
    assert signed_in("village_officer").post(address(county), said).status_code == 302


def test_nothing_changed_is_said_and_leaves_no_event(county: County, signed_in: Entry) -> None:
    token = dwelling(county, dwelling_grade="B")
    before = Event.objects.count()
    said = {**REST, "token": token, "c_dwelling_grade": "B"}
    assert signed_in("village_officer").post(address(county), said).status_code == 422
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"observed_on": "2026-03-19"}, "observed_on"),
        ({"valid_from": "2026-04-01"}, "valid_from"),
        ({"valid_from": ""}, "valid_from"),
        ({"source": ""}, "source"),
        ({"reason": " "}, "reason"),
        ({"c_area": "eighty"}, "c_area"),
        ({"c_dwelling_grade": "E"}, "c_dwelling_grade"),
        ({"c_subsidy": "12.345"}, "c_subsidy"),
    ],
)
def test_wrong_input_is_said_beside_its_field(
    county: County, signed_in: Entry, wrong: dict[str, str], field: str
) -> None:
    said = {**REST, "token": 0, "c_dwelling_grade": "B", **wrong}
    answer = signed_in("village_officer").post(address(county), said)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Dwelling.objects.exists()


def test_a_refusal_of_the_register_keeps_its_number_and_the_form(
    county: County, signed_in: Entry
) -> None:
    page = f"/persons/{county.heads['here']}/topics/identity/"
    client = signed_in("village_officer")
    token = client.get(page).context["form"]["token"].value()
    real = {"c_name": "陈桂生", "c_id_number": "110101196703020011", "token": token}
    answer = client.post(page, {**REST, **real})
    assert answer.status_code == 422
    assert "PLACE-005" in answer.context["form"].non_field_errors()[0]
    assert b"110101196703020011" in answer.content  # what was typed is not lost


def test_money_of_a_year_is_kept_in_fen_for_that_year(county: County, signed_in: Entry) -> None:
    said = {**REST, "token": 0, "c_income_wage": "1,200.5"}
    client = signed_in("township_clerk")
    assert client.post(f"{address(county, 'income_year')}?year=2025", said).status_code == 302
    row = IncomeYear.objects.recorded().get(household_id=county.households["here"])
    assert (row.income_wage, row.valid_from, row.valid_to) == (
        120050, date(2025, 1, 1), date(2026, 1, 1),
    )  # fmt: skip


def test_closed_number_never_comes_back_to_the_browser(county: County, signed_in: Entry) -> None:
    answer = signed_in("township_clerk").get(address(county, "residence"))
    assert answer.context["form"]["c_phone"].value() is None
    assert b"19900010000" not in answer.content


def test_a_restricted_topic_is_not_on_the_page_of_who_may_not_read_it(
    county: County, signed_in: Entry
) -> None:
    record_facts(
        actor="command", topic="health", subject_id=county.heads["here"], on=date(2026, 1, 1),
        values={"health_major": True}, said=Said("village", DAY),
    )  # fmt: skip
    page = f"/persons/{county.heads['here']}/"
    assert "患有大病" in signed_in("village_officer").get(page).content.decode()
    assert "患有大病" not in signed_in("inspector").get(page).content.decode()
