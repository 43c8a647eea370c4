"""The page of a household: who, how, each state with its reason, money, help, another day, what is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client
from django.utils.html import strip_tags

from mingbai.decisions.actions import evaluate
from mingbai.desk.components.frame import Frame
from mingbai.desk.register.steps import step_rows
from mingbai.desk.register.words import column_of
from mingbai.documents.readings import FactRead, StepRead
from mingbai.households.actions import add_income_entry, record_facts
from mingbai.households.actions.facts import Said
from mingbai.households.models import IncomeYear, Living
from mingbai.households.queries import household_as_of
from mingbai.households.topics import TOPICS
from tests.desk.conftest import client_of
from tests.desk.county import BAISHI, DAY, County, make_county, register

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
#: Statements of the page, whatever the household: a longer one shows that something is read by the row.
MOST_QUERIES = 25
#: The same of a page that explains, one rule or all: the facts come by one statement.
MOST_EXPLAINED = 18


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: Any) -> Iterator[County]:
    """The invented county with a few facts, evaluated."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = make_county()
        here, head = made.households["here"], made.heads["here"]
        told("water", here, drinking_water_safe=True)
        told("dwelling", here, dwelling_grade="B", area=80)
        told("health", head, health_major=True)
        year(here, 2024, members=2, income_wage=3_000_000, income_business=0, expense_business=0,
             income_property_dividend=0, income_property_other=0, income_family_planning=0,
             income_dibao=0, income_tekun=0, income_pension=120_000, income_ecology=0,
             income_transfer_other=0)  # fmt: skip
        year(here, 2025, members=2, income_wage=1_800_000)
        evaluate(actor="command", pack="cn", as_of=DAY)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def signed_in(county: County, db: None) -> Entry:
    return lambda name: client_of(county, name)


def told(topic: str, subject: int, on: date = date(2026, 1, 1), **values: object) -> int:
    saved = record_facts(
        actor="command", topic=topic, subject_id=subject, on=on, values=values,
        said=Said("department:水利", date(2026, 1, 5)),
    )  # fmt: skip
    return saved.begun[-1]


def year(household: int, number: int, **values: object) -> None:
    record_facts(
        actor="command", topic="income_year", subject_id=household, on=date(number, 1, 1),
        until=date(number + 1, 1, 1), values=values, said=Said("village", date(2026, 1, 5)),
    )  # fmt: skip


def page(county: County, rest: str = "", key: str = "here") -> str:
    return f"/households/{county.households[key]}/{rest}"


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_one_page_says_who_how_and_how_they_stand(county: County, signed_in: Entry) -> None:
    answer = signed_in("township_clerk").get(page(county))
    said = answer.context
    assert [line.member.name for line in said["members"]] == ["陈桂生", "陈桂生嫂"]
    blocks = {block.topic: block for block in said["living"]}
    assert [fact.value for fact in blocks["dwelling"].facts] == ["B级", "80 m²"]
    assert {fact.since for fact in blocks["water"].facts} == {"2026-01-05"}
    assert "饮水" in {label for label, _address in said["correct"]}
    states = {one.rule: one.word for one in said["standing"].indicators}
    assert (states["basics.water"], states["basics.food"]) == ("达标", "待核实")


def test_first_thing_that_needs_somebody_stands_open_alone(
    county: County, signed_in: Entry
) -> None:
    standing = signed_in("township_clerk").get(page(county)).context["standing"]
    opened = [one.rule for one in standing.indicators if one.opened]
    assert opened == ["basics.food"]


def test_income_that_is_not_known_is_an_interval_and_never_nothing(
    county: County, signed_in: Entry
) -> None:
    income = signed_in("township_clerk").get(page(county)).context["income"]
    assert income.years == ("2024", "2025")
    transfers = next(one for one in income.groups if one.label == "转移性")
    assert [cell.text for cell in transfers.cells] == ["1,200", "0 起"]
    assert [(cell.text, cell.is_open) for cell in income.per_head] == [
        ("15,600", False),
        ("待核实", True),
    ]
    assert [cell.text for cell in income.lines] == ["没有公布", "没有公布"]


def test_raw_lines_stand_under_their_sum_with_whose_word_they_are(
    county: County, signed_in: Entry
) -> None:
    add_income_entry(
        actor="command", household_id=county.households["here"], year=2025, item="income_wage",
        amount=720_000, stated_by="陈桂生", statement="公益岗 600 × 12 月", said=Said("document", DAY),
    )  # fmt: skip
    income = signed_in("township_clerk").get(page(county)).context["income"]
    (raw,) = income.groups[0].raw
    assert (raw.label, raw.cells[-1].text) == ("陈桂生 · 公益岗 600 × 12 月", "7,200")
    assert raw.source == "证件或单据 2026-03-18"


@pytest.mark.parametrize(
    ("part", "most"),
    [
        ("", MOST_QUERIES),
        *((f"{name}/", MOST_EXPLAINED) for name in ("sheet", "trace", "why/basics.water")),
    ],
)
def test_page_costs_the_same_for_a_long_history(
    county: County, signed_in: Entry, django_assert_max_num_queries: Any, monkeypatch: Any, part: str,
    most: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(Frame, "tree", None)  # the rail follows what was recorded, by itself
    client = signed_in("township_clerk")
    client.get(page(county, part))
    with django_assert_max_num_queries(most) as few:
        client.get(page(county, part))
    for number in range(2020, 2024):
        year(county.households["here"], number, members=2, income_wage=number)
    for month in range(1, 13):
        told("water", county.households["here"], date(2021, month, 1), water_minutes=month)
    client.get(page(county, part))  # what is kept in memory follows what was recorded
    with django_assert_max_num_queries(most) as many:
        client.get(page(county, part))
    assert len(many) == len(few)


def test_both_readings_of_a_state_come_from_one_trace(county: County, signed_in: Entry) -> None:
    answer = signed_in("township_clerk").get(page(county, "why/basics.water/"))
    first, told_lines = answer.context["first"], answer.context["told"]
    assert first.look.word == "达标"
    assert "饮水安全有保障：现在没问题。" in told_lines[0].lines
    rows = re.findall(
        r'<td class="mono">(\w+)</td><td>(.*?)</td><td>(.*?)</td>', answer.content.decode()
    )
    assert ("drinking_water_safe", "是", "水利部门 2026-01-05") in rows
    said = {(one.fact.fact, one.fact.said) for one in answer.context["facts"]}
    assert said
    assert said <= {(fact, value) for fact, value, _source in rows}


def test_rows_of_a_derivation_escape_what_was_typed(county: County) -> None:
    fact = FactRead(
        "household", "<i>", "", "<i>", "<i>", "", "<i>", is_open=False, restricted=False
    )
    step = StepRead(1, "<i>", "<i>", "<i>", None, "<i>", False, (fact,), (), ("<i>",))
    rows = step_rows(household_as_of(county.households["here"], DAY), [step])
    assert "<i>" not in rows
    assert rows.count("&lt;i&gt;") == 9


def test_what_would_change_it_is_told_to_staff_and_never_to_the_household(
    county: County, signed_in: Entry
) -> None:
    client = signed_in("township_clerk")
    answer = client.get(page(county, "why/basics.food/"))
    assert {one.look.word for one in answer.context["changes"]} == {"达标", "未达标"}
    sheet = client.get(page(county, "sheet/"))
    assert "changes" not in sheet.context
    assert not [word for word in ("会改变", "basics.", "income_", "》") if word in text_of(sheet)]


def test_reason_comes_as_a_part_of_the_page_and_as_a_page(county: County, signed_in: Entry) -> None:
    client, address = signed_in("township_clerk"), page(county, "why/basics.food/?panel=1")
    panel = client.get(address, headers={"HX-Request": "true"})
    assert not panel.content.decode().lstrip().startswith("<!doctype")
    assert "平常吃得饱吗" in text_of(panel)
    whole = client.get(address)
    assert whole.content.decode().lstrip().startswith("<!doctype")
    assert whole.context["first"].short == panel.context["first"].short


def test_the_missing_fact_is_noted_where_it_is_missing_and_the_state_turns(
    county: County, signed_in: Entry
) -> None:
    client = signed_in("helper")
    ask = client.get(page(county, "why/basics.food/")).context["asks"][0]
    sent = {
        "token": ask.form["token"].value(), "mode": "changed", "c_food_enough": "yes",
        "source": "household", "observed_on": DAY.isoformat(), "reason": "",
    }  # fmt: skip
    answer = client.post(ask.address, sent)
    assert (answer.status_code, answer["Location"]) == (302, page(county))
    said = [strip_tags(str(one)).strip() for one in get_messages(answer.wsgi_request)]
    assert said == ["记下了：平常吃得饱 记错了，收回", "不愁吃：待核实 → 达标"]
    row = Living.objects.recorded().get(household_id=county.households["here"])
    assert (row.food_enough, row.source, row.observed_on, row.valid_from) == (
        True,
        "household",
        DAY,
        DAY,
    )
    standing = client.get(page(county)).context["standing"]
    assert next(one.word for one in standing.indicators if one.rule == "basics.food") == "达标"


def test_second_answer_to_one_question_is_refused_and_kept(
    county: County, signed_in: Entry
) -> None:
    client = signed_in("helper")
    ask = client.get(page(county, "why/basics.food/")).context["asks"][0]
    told("living", county.households["here"], DAY, food_enough=False)
    sent = {
        "token": ask.form["token"].value(), "mode": "changed", "c_food_enough": "yes",
        "source": "household", "observed_on": DAY.isoformat(), "reason": "当面问的",
    }  # fmt: skip
    answer = client.post(ask.address, sent)
    assert answer.status_code == 409
    (row,) = answer.context["conflicts"]
    assert (row["stands"], row["meant"]) == ("否", "是")
    assert answer.context["form"]["reason"].value() == "当面问的"


def test_missing_amount_of_a_year_is_asked_for_that_year(county: County, signed_in: Entry) -> None:
    client = signed_in("village_officer")
    asks = client.get(page(county, "why/income.above_monitoring_line/")).context["asks"]
    ask = next(one for one in asks if one.open.fact == "income_business")
    assert ask.year == "2025"
    form = client.get(ask.address).context["form"]
    sent = {
        "token": form["token"].value(), "mode": "changed", "c_income_business": "5,200",
        "source": "household", "observed_on": DAY.isoformat(),
    }  # fmt: skip
    assert client.post(ask.address, sent).status_code == 302
    rows = IncomeYear.objects.recorded().filter(household_id=county.households["here"])
    row = rows.get(valid_from=date(2025, 1, 1))
    assert (row.income_business, row.income_wage) == (520_000, 1_800_000)


@pytest.mark.parametrize(
    ("name", "sees"), [("village_officer", True), ("inspector", False), ("line_department", False)]
)
def test_reasons_that_rest_on_illness_are_absent_for_who_may_not_read_it(
    county: County, signed_in: Entry, name: str, sees: bool
) -> None:
    client = signed_in(name)
    assert (client.get(page(county, "why/signal.illness/")).status_code == 200) is sees
    rules = {one["reading"].rule for one in client.get(page(county, "trace/")).context["readings"]}
    assert ("signal.illness" in rules) is sees
    whole = text_of(client.get(page(county))) + text_of(client.get(page(county, "trace/")))
    assert ("患有大病" in whole) is sees


def test_department_is_explained_only_what_its_topics_decide(
    county: County, signed_in: Entry
) -> None:
    client = signed_in("line_department")
    assert client.get(page(county, "why/basics.housing/")).status_code == 200
    assert client.get(page(county, "why/basics.water/")).status_code == 404
    rules = [one.rule for one in client.get(page(county)).context["standing"].indicators]
    assert rules == ["basics.housing"]


def test_what_a_post_may_not_see_is_never_said_to_be_unknown(
    county: County, signed_in: Entry
) -> None:
    seen = signed_in("township_clerk").get(page(county)).context
    shut = signed_in("line_department").get(page(county)).context
    assert None in {one.labour for one in seen["members"]}  # asked of the clerk
    for one in shut["members"]:
        assert (one.education, one.labour, one.insured, one.does_unknown) == ("", "", "", "")
    assert (shut["labour"], shut["shut_income"], shut["shut_help"]) == (None, True, True)


def test_another_day_says_so_on_every_block_and_is_not_edited(
    county: County, signed_in: Entry
) -> None:
    answer = signed_in("township_clerk").get(page(county, "?on=2025-06-01"))
    text = answer.content.decode()
    assert text.count('class="block') == text.count("data-past=") + 1  # the one to choose a day
    assert answer.context["correct"] == []
    assert "topics/" not in text
    assert answer.context["standing"] is None


def test_comparing_lists_only_what_differs(county: County, signed_in: Entry) -> None:
    told("dwelling", county.households["here"], date(2026, 3, 1), dwelling_grade="C")
    answer = signed_in("township_clerk").get(page(county, "compare/?a=2026-03-18&b=2026-02-01"))
    found = {
        part.title: [(one.what, one.before, one.after) for one in part.lines]
        for part in answer.context["parts"]
    }
    assert found == {"住房": [("住房鉴定等级", "B级", "C级")]}


def test_comparing_refuses_a_day_to_come(county: County, signed_in: Entry) -> None:
    answer = signed_in("township_clerk").get(page(county, "compare/?b=2030-01-01"))
    assert answer.context["form"].errors["b"]
    assert answer.context["parts"] == []


def test_next_household_is_the_next_of_the_list_and_the_end_leads_back(
    county: County, signed_in: Entry
) -> None:
    client = signed_in("township_clerk")
    key, _head = register(BAISHI, "丁末", 77)
    answer = client.get(page(county, "after/beside/"))
    assert answer["Location"] == f"/households/{key}/"
    back = client.get(f"/households/{key}/before/beside/?list=place%3D{BAISHI}")
    assert back["Location"] == f"{page(county)}?list=place%3D{BAISHI}"
    end = client.get(f"/households/{key}/after/beside/?list=place%3D{BAISHI}")
    assert end["Location"] == f"/households/?place={BAISHI}"


def test_a_state_before_the_first_evaluation_is_said_to_be_missing(
    county: County, signed_in: Entry
) -> None:
    key, _head = register(BAISHI, "新来", 78)
    client = signed_in("township_clerk")
    assert "还没有评估过" in text_of(client.get(f"/households/{key}/"))


def test_trace_on_another_day_is_worked_out_anew_and_says_so(
    county: County, signed_in: Entry
) -> None:
    answer = signed_in("township_clerk").get(page(county, "trace/?on=2025-12-31"))
    assert answer.context["run"] is None
    assert "重算" in text_of(answer)


def test_a_fact_turns_into_a_form_where_it_stands_and_a_correction_says_why(
    county: County, signed_in: Entry
) -> None:
    client = signed_in("village_officer")
    blocks = {one.topic: one for one in client.get(page(county)).context["living"]}
    grade = next(one for one in blocks["dwelling"].facts if one.key == "dwelling_grade")
    part = client.get(grade.address, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith("<form")
    assert [field.name for field in part.context["form"].value_fields()] == ["c_dwelling_grade"]
    assert client.get(grade.address).content.decode().lstrip().startswith("<!doctype")
    sent = {
        "token": part.context["form"]["token"].value(), "mode": "correct", "c_dwelling_grade": "C",
        "source": "document", "observed_on": DAY.isoformat(), "reason": "",
    }  # fmt: skip
    refused = client.post(grade.address, sent)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["reason"])
    saved = client.post(grade.address, {**sent, "reason": "看了鉴定报告"})
    assert saved["Location"] == page(county)
    said = [strip_tags(str(one)).strip() for one in get_messages(saved.wsgi_request)]
    assert said[:2] == ["记下了：住房鉴定等级 记错了，收回", "住房安全有保障：达标 → 待核实"]
    (line,) = [one for one in client.get(page(county)).context["recent"] if one.kind == "更正"]
    assert line.text == "住房"


@pytest.mark.parametrize(
    ("stored", "said"), [("010", "10组"), ("3", "3组"), ("下湾", "下湾"), ("0", "0")]
)
def test_group_is_called_by_its_number(stored: str, said: str) -> None:
    assert column_of(TOPICS["residence"], "group_number").show(stored) == said


def test_sheet_names_the_group_as_people_do(county: County, signed_in: Entry) -> None:
    told_on_paper = text_of(signed_in("township_clerk").get(page(county, "sheet/")))
    assert "白石村 3组" in told_on_paper
