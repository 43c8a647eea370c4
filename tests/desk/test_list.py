"""The list of households: states, counts, conditions, a pasted block, and the same as a workbook."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.test import Client

from mingbai.audit.actions import recording
from mingbai.audit.models import AccessLook, Event
from mingbai.decisions.actions import after_change, evaluate
from mingbai.decisions.queries import states_of
from mingbai.households.actions import record_facts
from mingbai.households.actions.facts import Said
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import Household, Status
from mingbai.households.queries.counting import count_totals
from mingbai.households.queries.daily import is_counted, village_counts
from tests.decisions.filling import Filler
from tests.desk.county import DAPING, DAY, START, County, register

pytestmark = pytest.mark.database
LIST = "/households/"
SHEET = "/households/list.xlsx"


@pytest.fixture
def evaluated(county: County, db: None) -> County:
    evaluate(actor="command", pack="cn", as_of=DAY)
    return county


def shown(client: Client, address: str) -> list[int]:
    return [line.row.household_id for line in client.get(address).context["lines"]]


def test_row_has_a_cell_for_every_column_of_states(
    evaluated: County, signed_in: Callable[[str], Client]
) -> None:
    lines = signed_in("township_clerk").get(LIST).context["lines"]
    assert [len(line.cells) for line in lines] == [6, 6]


def test_head_counts_what_its_list_holds(
    evaluated: County, signed_in: Callable[[str], Client]
) -> None:
    """Every figure opens the list behind it."""
    client = signed_in("county_officer")
    heads = client.get(LIST).context["heads"]
    water = next(one for one in heads if one["name"] == "饮水")
    assert water["unknown"] > 0
    assert len(shown(client, LIST + water["to_unknown"])) == water["unknown"]
    assert len(shown(client, LIST + water["to_unmet"])) == water["unmet"]


def test_tabs_count_what_they_open(evaluated: County, signed_in: Callable[[str], Client]) -> None:
    client = signed_in("county_officer")
    tabs = client.get(LIST).context["tabs"]
    assert tabs[0].count == len(shown(client, LIST))
    assert [tab.count for tab in tabs] == [len(shown(client, LIST + tab.address)) for tab in tabs]


def test_state_goes_with_other_conditions(
    evaluated: County, signed_in: Callable[[str], Client]
) -> None:
    client = signed_in("county_officer")
    by_state = shown(client, f"{LIST}?state=basics.water:unknown")
    both = shown(client, f"{LIST}?state=basics.water:unknown&group=1")
    assert set(both) <= set(by_state)
    assert shown(client, f"{LIST}?state=basics.water:met&group=1") == []


def test_state_that_rests_on_illness_finds_nobody_for_who_may_not_read_it(
    evaluated: County, signed_in: Callable[[str], Client]
) -> None:
    here = evaluated.households["here"]
    word = states_of([here])[here].words()["signal.illness"]
    address = f"{LIST}?state=signal.illness:{word}"
    assert here in shown(signed_in("village_officer"), address)
    assert shown(signed_in("inspector"), address) == []


def test_pasted_block_becomes_a_filter_and_no_line_is_lost(
    evaluated: County, signed_in: Callable[[str], Client]
) -> None:
    here = evaluated.households["here"]
    number = Household.objects.get(pk=here).number
    client = signed_in("township_clerk")
    answer = client.post("/households/pasted/", {"block": f"1\t{number}\t甲\n没有这个人\n"})
    assert answer.context["found"].missing == ("没有这个人",)
    assert shown(client, answer.context["address"]) == [here]


def test_pasted_number_of_another_township_is_not_found(
    evaluated: County, signed_in: Callable[[str], Client]
) -> None:
    number = Household.objects.get(pk=evaluated.households["far"]).number
    answer = signed_in("township_clerk").post("/households/pasted/", {"block": number})
    assert answer.context["found"].missing == (number,)


def test_workbook_holds_the_rows_of_the_page_and_leaves_an_event(
    evaluated: County, signed_in: Callable[[str], Client]
) -> None:
    client = signed_in("township_clerk")
    page = client.get(f"{LIST}?state=basics.water:unknown").context["lines"]
    answer = client.post(SHEET, {"all": "1", "state": "basics.water:unknown"})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.active.values)
    first = next(at for at, row in enumerate(rows) if row[0] == "户主")
    assert [row[0] for row in rows[first + 1 :]] == [line.row.head_name for line in page]
    assert Event.objects.filter(action="desk.list.exported").count() == 1
    assert AccessLook.objects.filter(purpose="export").count() == len(page)


def test_workbook_of_picked_rows_holds_them_alone(
    evaluated: County, signed_in: Callable[[str], Client]
) -> None:
    here, far = evaluated.households["here"], evaluated.households["far"]
    answer = signed_in("township_clerk").post(SHEET, {"row": [here, far]})
    b"".join(answer.streaming_content)
    assert list(
        AccessLook.objects.filter(purpose="export").values_list("subject_id", flat=True)
    ) == [here]


#: Every line of an accounting year, in fen.
LINES = {
    "income_wage": 2_000_000, "income_business": 500_000, "income_property_dividend": 0,
    "income_property_other": 0, "income_family_planning": 0, "income_dibao": 100_000,
    "income_tekun": 0, "income_pension": 0, "income_ecology": 0, "income_transfer_other": 0,
    "expense_business": 200_000,
}  # fmt: skip


@pytest.mark.parametrize(
    ("left_out", "said"),
    [((), 12_000), (("income_dibao",), "11,500 起"), (("expense_business",), "至多 13,000"),
     (("income_dibao", "expense_business"), "待核实")],
)  # fmt: skip
def test_income_is_what_the_rules_know_of_it(
    evaluated: County, signed_in: Callable[[str], Client], left_out: tuple[str, ...], said: object
) -> None:
    """ADR 0003: what is not known lies between bounds, on the page and in the workbook."""
    here = evaluated.households["here"]
    known = {name: amount for name, amount in LINES.items() if name not in left_out}
    record_facts(
        actor="command", topic="income_year", subject_id=here, on=date(2025, 1, 1), until=date(2026, 1, 1),
        values={"members": 2, **known}, said=Said("household", date(2026, 1, 5)),
    )  # fmt: skip
    client = signed_in("township_clerk")
    line = next(x for x in client.get(LIST).context["lines"] if x.row.household_id == here)
    assert (line.yuan if line.yuan is not None else line.between or "待核实") == said
    answer = client.post(SHEET, {"row": [here]})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert said in list(book.active.values)[-1]


def registered_poor(name: str, serial: int, *, households: int) -> list[int]:
    """Registered households of a village, evaluated; their keys."""
    homes = [register(DAPING, f"{name}{n}", serial + n)[0] for n in range(households)]
    with recording(actor="user:1", action="test.changed") as batch:
        for home in homes:
            Filler(batch).put(
                Status, subject=Subject.HOUSEHOLD, subject_id=home, kind=StatusKind.REGISTERED,
                valid_from=START, cause="test",
            )  # fmt: skip
    after_change(homes)
    return homes


def test_list_costs_as_many_queries_for_one_household_as_for_many(
    evaluated: County, signed_in: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    client = signed_in("county_officer")
    everything = "columns=place&columns=states&columns=other&columns=income&columns=helper"
    place = f"{LIST}?place={DAPING}"
    asked = [f"{place}&{everything}", f"{place}&state=basics.water:unknown", f"{place}&kind=registered",
             f"{place}&kind=registered&state=basics.water:unknown", f"{place}&sort=number"]  # fmt: skip
    registered_poor("丁", 50, households=1)
    few = {}
    for address in asked:
        assert shown(client, address)
        with django_assert_max_num_queries(30) as one:
            client.get(address)
        few[address] = len(one)
    homes = registered_poor("戊", 60, households=30)
    for address in asked:
        client.get(address)
        with django_assert_max_num_queries(few[address]):
            assert len(shown(client, address)) >= len(homes), address


def test_list_of_a_day_whose_counts_are_kept_says_its_whole_length(
    county: County, signed_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figure of another day and the head of its list agree, however long the list is."""
    monkeypatch.setattr("mingbai.desk.register.list_reading.MOST", 1)
    day = date(2025, 12, 31)
    client, address = signed_in("county_officer"), f"{LIST}?on={day.isoformat()}"
    assert not is_counted(day)
    assert client.get(address).context["capped"]
    village_counts([day])
    told = client.get(address).context
    assert not told["capped"]
    assert told["total"] == count_totals(day).households > 1
