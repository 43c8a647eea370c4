"""A list by state comes from memory as the database would give it; next and previous go through it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.test import Client

from mingbai.audit.actions import recording
from mingbai.audit.following import Mark
from mingbai.decisions import homes
from mingbai.decisions.actions import after_change, evaluate
from mingbai.desk.register.list_asking import with_states
from mingbai.households.actions import record_facts
from mingbai.households.actions.facts import Said
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import Household, Status
from mingbai.households.queries import holding, households_found
from tests.decisions.filling import Filler
from tests.desk.county import BAISHI, DAPING, DAY, JINGSHUI, START, County, register

pytestmark = pytest.mark.database
LIST = "/households/"
Entry = Callable[[str], Client]
ASKED = (
    "state=basics.water:unmet", "state=any:unknown", "state=basics.water:unmet&kind=registered",
    "state=basics.water:unmet&kind=poor", f"state=basics.water:unmet&place={DAPING}",
    "state=basics.water:unmet&helper=测试helper", "kind=registered&state=any:unmet",
    "group=3组", "group=03&state=basics.water:unmet", "group=3&kind=registered",
)  # fmt: skip
ALSO = ("", "kind=registered", "sort=number", "sort=-number&state=basics.water:unmet", "group=3",
        "helper=测试helper", f"on=2026-02-01&place={DAPING}")  # fmt: skip


def water(household: int, *, safe: bool) -> None:
    record_facts(
        actor="command", topic="water", subject_id=household, on=date(2026, 1, 1),
        values={"drinking_water_safe": safe}, said=Said("department:水利", date(2026, 1, 5)),
    )  # fmt: skip


def holds(household: int, *kinds: StatusKind) -> None:
    with recording(actor="user:1", action="test.changed") as batch:
        for kind in kinds:
            Filler(batch).put(
                Status, START, subject=Subject.HOUSEHOLD, subject_id=household, kind=kind
            )


@pytest.fixture
def listed(county: County, db: None) -> list[int]:
    """Nine households in three villages; five without safe water, some registered, one of them exited."""
    keys = [*county.households.values()]
    for serial, code in enumerate((JINGSHUI, BAISHI, DAPING, DAPING, BAISHI, JINGSHUI)):
        keys.append(register(code, f"丁{serial}", 60 - serial)[0])
    for at in (0, 3, 4, 5, 7):
        water(keys[at], safe=False)
    holds(keys[0], StatusKind.REGISTERED)
    holds(keys[4], StatusKind.REGISTERED, StatusKind.EXITED)
    holds(keys[5], StatusKind.REGISTERED)
    evaluate(actor="command", pack="cn", as_of=DAY)
    return keys


def shown(client: Client, query: str) -> list[int]:
    return [line.row.household_id for line in client.get(f"{LIST}?{query}").context["lines"]]


@pytest.mark.parametrize("who", ["county_officer", "township_clerk", "helper", "inspector"])
def test_memory_finds_what_the_database_finds(
    listed: list[int], signed_in: Entry, who: str
) -> None:
    client = signed_in(who)
    for query in ASKED:
        context = client.get(f"{LIST}?{query}").context
        asked = context["asked"]
        rows = households_found(asked.day, scope=asked.request.scope, filters=with_states(asked))
        found = set(rows.values_list("household_id", flat=True))
        lines = [line.row for line in context["lines"]]
        assert {row.household_id for row in lines} == found, query
        assert context["total"] == len(found)
        assert lines == sorted(lines, key=lambda row: (row.division_code, row.household_id))


def test_the_list_has_somebody_in_it(listed: list[int], signed_in: Entry) -> None:
    client = signed_in("county_officer")
    assert {query: len(shown(client, query)) for query in ASKED[:4]} == {
        ASKED[0]: 5, ASKED[1]: len(shown(client, ASKED[1])), ASKED[2]: 3, ASKED[3]: 2,
    }  # fmt: skip
    assert shown(client, ASKED[1])


def test_memory_follows_what_is_recorded(listed: list[int], signed_in: Entry) -> None:
    client, query = signed_in("county_officer"), "state=basics.water:unmet&kind=registered"
    before, group = shown(client, query), shown(client, "group=3")
    holds(listed[3], StatusKind.REGISTERED)
    water(listed[0], safe=True)
    new, _head = register(DAPING, "戊新", 90)
    water(new, safe=False)
    holds(new, StatusKind.REGISTERED)
    after_change([listed[0], listed[3], new])
    followed = shown(client, query)
    assert set(followed) == {*before, listed[3], new} - {listed[0]}
    homes._homes._mark = Mark()
    holding._memory = holding._Memory()
    assert shown(client, query) == followed
    assert set(shown(client, "group=3")) == {*group, new}


def step(client: Client, key: int, way: str, query: str) -> int | None:
    answer = client.get(f"{LIST}{key}/{way}/beside/?list={quote(query)}")
    assert answer.status_code == 302
    found = re.match(rf"{LIST}(\d+)/", answer["Location"])
    assert found or unquote(answer["Location"]) == f"{LIST}?{query}"  # at the end, back to the list
    return int(found[1]) if found else None


def walked(client: Client, first: int, way: str, query: str) -> list[int]:
    keys = [first]
    while (following := step(client, keys[-1], way, query)) is not None:
        keys.append(following)
        assert len(keys) < 30
    return keys


@pytest.mark.parametrize("query", [*ASKED, *ALSO[1:]])
def test_next_and_previous_follow_the_list(listed: list[int], signed_in: Entry, query: str) -> None:
    client = signed_in("county_officer")
    rows = shown(client, query)
    assert rows
    assert walked(client, rows[0], "after", query) == rows
    assert walked(client, rows[-1], "before", query) == rows[::-1]


def test_next_follows_a_pasted_list(listed: list[int], signed_in: Entry) -> None:
    client = signed_in("county_officer")
    some = [listed[at] for at in (7, 1, 4)]
    numbers = Household.objects.filter(pk__in=some).values_list("number", flat=True)
    address = client.post(f"{LIST}pasted/", {"block": "\n".join(numbers)}).context["address"]
    query = address.partition("?")[2]
    rows = shown(client, query)
    assert set(rows) == set(some)
    assert walked(client, rows[0], "after", query) == rows
    dry = f"{query}&state=basics.water:unmet"
    fewer = shown(client, dry)
    assert set(fewer) == {listed[7], listed[4]}
    assert walked(client, fewer[0], "after", dry) == fewer


def test_next_goes_on_from_a_household_that_left_the_list(
    listed: list[int], signed_in: Entry
) -> None:
    client, query = signed_in("county_officer"), "state=basics.water:unmet"
    rows = shown(client, query)
    water(rows[1], safe=True)
    after_change([rows[1]])
    assert step(client, rows[1], "after", query) == rows[2]
    assert step(client, rows[1], "before", query) == rows[0]


def test_next_stays_in_the_scope(listed: list[int], signed_in: Entry, county: Any) -> None:
    client = signed_in("township_clerk")
    mine = walked(client, shown(client, ASKED[0])[0], "after", ASKED[0])
    assert mine == shown(client, ASKED[0])
    assert county.households["far"] not in mine
    far = f"{LIST}{county.households['far']}/after/beside/?list={quote(ASKED[0])}"
    assert client.get(far).status_code == 404
