"""Household events as guided forms: a dry run writes nothing, a person decides, undo is near."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from mingbai.accounts.scopes import Scope
from mingbai.audit.models import Batch, Event
from mingbai.desk.home.turns import turns_since
from mingbai.households.actions import open_status, record_birth
from mingbai.households.actions.registering import Newcomer
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.models import HouseholdLife, Membership, Status
from tests.desk.county import BAISHI, DAPING, DAY, County, register

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
WHY = {"on": "2026-03-10", "source": "village", "reason": "入户看到"}
CLERK = "township_clerk"


def members(home: int, day: date = DAY) -> dict[str, int]:
    """Relation → person."""
    rows = Membership.objects.recorded().on(day).filter(household_id=home)
    return {row.relation: row.person_id for row in rows}


class Asking:
    """One event of one household, step by step."""

    def __init__(self, client: Client, home: int, event: str) -> None:
        self.client, self.address = client, f"/households/{home}/events/{event}/"
        page = client.get(self.address)
        said = page.context
        self.travels = {"opened": said["opened"], f"seen_{home}": said["token"]}

    def send(self, act: str, **said: Any) -> Any:
        return self.client.post(self.address, {**WHY, **self.travels, "act": act, **said})

    def look(self, **said: Any) -> Any:
        answer = self.send("preview", **said)
        self.travels |= {f"seen_{key}": token for key, token in answer.context.get("seen") or ()}
        return answer

    def confirm(self, **said: Any) -> Any:
        return self.send("confirm", **said)


@pytest.fixture
def home(county: County) -> int:
    return county.households["here"]


def test_every_event_is_offered_with_its_form(county: County, signed_in: Entry, home: int) -> None:
    client = signed_in(CLERK)
    page = client.get(f"/households/{home}/events/")
    kinds = page.context["kinds"]
    assert len(kinds) == 11
    for key in kinds:
        answer = client.get(f"/households/{home}/events/{key}/")
        assert answer.status_code == 200
        assert "先看会怎样" in answer.content.decode()


def test_dry_run_shows_both_sides_and_writes_nothing(
    county: County, signed_in: Entry, home: int
) -> None:
    asking = Asking(signed_in(CLERK), home, "birth")
    before = Event.objects.count(), Batch.objects.count()
    answer = asking.look(name="陈小满", sex="female", relation="daughter")
    assert answer.status_code == 200
    (shown,) = answer.context["preview"].homes
    born = next(line for line in shown.lines if line.name == "陈小满")
    assert (born.before, born.after) == ("不在这户", "之女")
    assert (Event.objects.count(), Batch.objects.count()) == before
    assert 'name="name" value="陈小满"' in answer.content.decode()


def test_confirmed_birth_stands_and_can_be_undone(
    county: County, signed_in: Entry, home: int
) -> None:
    client = signed_in(CLERK)
    asking = Asking(client, home, "birth")
    child = {"name": "陈小满", "sex": "female", "relation": "daughter"}
    asking.look(**child)
    answer = asking.confirm(**child)
    assert (answer.status_code, answer.url) == (302, f"/households/{home}/")
    assert set(members(home)) == {"head", "spouse", "daughter"}
    assert members(home, date(2026, 3, 9)).keys() == {"head", "spouse"}
    batch = Batch.objects.order_by("-pk").first()
    said = client.get(answer.url).content.decode()
    assert f"/batches/{batch.pk}/" in said
    everybody = Scope(everything=True)
    told = turns_since(batch.recorded_at, everybody, {}, everybody).happenings
    assert told["born"] == 1
    client.post(f"/batches/{batch.pk}/undo/", {"reason": "登错了"})
    assert set(members(home)) == {"head", "spouse"}
    assert not turns_since(batch.recorded_at, everybody, {}, everybody).happenings["born"]


def test_death_of_the_head_asks_who_follows(county: County, signed_in: Entry, home: int) -> None:
    who = members(home)
    asking = Asking(signed_in(CLERK), home, "death")
    looked = asking.look(person=who["head"])
    preview = looked.context["preview"]
    assert preview.head == who["spouse"]
    refused = asking.confirm(person=who["head"])
    assert refused.status_code == 200  # asked once more, nothing written
    assert members(home) == who
    done = asking.confirm(person=who["head"], new_head_id=who["spouse"])
    assert done.status_code == 302
    assert members(home) == {"head": who["spouse"]}


def test_split_makes_a_household_and_goes_there(
    county: County, signed_in: Entry, home: int
) -> None:
    open_status(
        actor="command", reason="测试", on=date(2021, 1, 1), subject=Subject.HOUSEHOLD,
        subject_id=home, kind=StatusKind.DIBAO,
    )  # fmt: skip
    who = members(home)
    asking = Asking(signed_in(CLERK), home, "split")
    said = {"persons": [who["spouse"]], "head": who["spouse"], "statuses": ["dibao"]}
    old, new = asking.look(**said).context["preview"].homes
    assert (old.count, new.count, new.new) == (1, 1, True)
    done = asking.confirm(**said)
    made = int(done.url.rstrip("/").rpartition("/")[2])
    assert made != home
    assert members(made) == {"head": who["spouse"]}
    assert members(home) == {"head": who["head"]}
    kinds = Status.objects.recorded().on(DAY).filter(subject="household", subject_id=made)
    assert list(kinds.values_list("kind", flat=True)) == ["dibao"]


def test_merge_asks_relations_then_statuses(county: County, signed_in: Entry, home: int) -> None:
    other, head = register(BAISHI, "罗大年", 40, "9901-40")
    open_status(
        actor="command", reason="测试", on=date(2021, 1, 1), subject=Subject.HOUSEHOLD,
        subject_id=other, kind=StatusKind.DIBAO,
    )  # fmt: skip
    wife = members(other)["spouse"]
    asking = Asking(signed_in(CLERK), home, "merge")
    first = asking.look(number="9901-40")
    assert first.status_code == 422
    assert {f"comes_{head}", f"comes_{wife}"} <= set(first.context["form"].fields)
    assert list(first.context["form"].errors) == ["__all__"]
    said = {"number": "9901-40", f"comes_{head}": "sibling", f"comes_{wife}": "other"}
    looked = asking.look(**said)
    ((status, words, kept),) = looked.context["preview"].keep
    assert ("低保" in words, kept) == (True, False)
    assert asking.confirm(**said).status_code == 200
    assert members(other).keys() == {"head", "spouse"}
    assert asking.confirm(**said, keep_asked="1", keep=[status]).status_code == 302
    assert members(home).keys() == {"head", "spouse", "sibling", "other"}
    assert HouseholdLife.objects.recorded().get(household_id=other).ended_because == "merged"


def test_relations_to_a_new_head_may_be_mended_before_saving(
    county: County, signed_in: Entry, home: int
) -> None:
    who = members(home)
    asking = Asking(signed_in(CLERK), home, "headship")
    looked = asking.look(person=who["spouse"])
    assert f'name="relation_{who["head"]}"' in looked.content.decode()
    asking.confirm(person=who["spouse"], **{f"relation_{who['head']}": "other"})
    assert members(home) == {"head": who["spouse"], "other": who["head"]}


def test_move_out_of_the_own_scope_ends_at_the_list(
    county: County, signed_in: Entry, home: int
) -> None:
    client = signed_in("village_officer")
    asking = Asking(client, home, "move")
    said = {"division_code": DAPING, "group_number": "5"}
    assert "大坪村" in "".join(asking.look(**said).context["preview"].sentences)
    done = asking.confirm(**said)
    assert (done.status_code, done.url) == (302, "/households/")
    assert client.get(f"/households/{home}/").status_code == 404


@pytest.mark.parametrize(
    ("event", "said", "field"),
    [
        ("birth", {"name": "", "relation": "son"}, "name"),
        ("birth", {"name": "陈小满", "relation": "head"}, "relation"),
        ("birth", {"name": "陈小满", "relation": "son", "on": "2026-03-19"}, "on"),
        ("birth", {"name": "陈小满", "relation": "son", "reason": " "}, "reason"),
        ("death", {"person": "999999"}, "person"),
        ("wedding", {"person": "{spouse}", "number": "9901-1"}, "relation"),
        ("wedding", {"person": "{spouse}", "number": "none"}, "number"),
        ("wedding", {"person": "{spouse}", "number": "9901-2", "relation": "spouse"}, "number"),
        ("merge", {"number": "9901-0"}, "number"),
        ("split", {"persons": ["{head}", "{spouse}"], "head": "{head}"}, "persons"),
        ("split", {"persons": ["{spouse}"], "head": "{head}"}, "head"),
        ("move", {"division_code": "12"}, "division_code"),
    ],
)
def test_wrong_input_is_said_beside_its_field_and_nothing_typed_is_lost(
    county: County, signed_in: Entry, home: int, event: str, said: dict[str, Any], field: str
) -> None:
    who = members(home)
    filled = {
        name: [one.format(**who) for one in value] if isinstance(value, list)
        else value.format(**who)
        for name, value in said.items()
    }  # fmt: skip
    answer = Asking(signed_in(CLERK), home, event).look(**filled)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert answer.context["form"]["source"].value() == "village"


def test_household_of_another_township_cannot_be_named(
    county: County, signed_in: Entry, home: int
) -> None:
    who = members(home)
    asking = Asking(signed_in(CLERK), home, "wedding")
    there = asking.look(person=who["spouse"], number="9901-2", relation="spouse")
    absent = asking.look(person=who["spouse"], number="9901-77", relation="spouse")
    said = [answer.context["form"].errors["number"] for answer in (there, absent)]
    assert said[0] == said[1]


def test_refusal_of_the_register_keeps_its_number_and_the_form(
    county: County, signed_in: Entry, home: int
) -> None:
    asking = Asking(signed_in(CLERK), home, "arrival")
    said = {
        "why": "move", "name": "罗建平", "relation": "other", "birth_date": "1980-01-01",
        "on": "1979-05-05",
    }  # fmt: skip
    answer = asking.look(**said)
    assert answer.status_code == 422
    assert "HOME-0" in answer.context["form"].non_field_errors()[0]
    assert answer.context["form"]["name"].value() == "罗建平"


def test_somebody_saved_first_both_sides_are_shown_and_nothing_is_lost(
    county: County, signed_in: Entry, home: int
) -> None:
    asking = Asking(signed_in(CLERK), home, "birth")
    child = {"name": "陈小满", "sex": "female", "relation": "daughter"}
    asking.look(**child)
    record_birth(
        actor="command", reason="先登记", on=date(2026, 3, 2), household_id=home,
        child=Newcomer("son", {"name": "陈先来", "sex": "male"}),
    )  # fmt: skip
    refused = asking.confirm(**child)
    assert refused.status_code == 409
    first = next(row for row in refused.context["sides"] if row["name"] == "陈先来")
    assert (first["then"], first["now"]) == ("不在这户", "之子")
    assert refused.context["form"]["name"].value() == "陈小满"
    assert set(members(home)) == {"head", "spouse", "son"}
    asking.travels = {"opened": refused.context["opened"], f"seen_{home}": refused.context["token"]}
    assert asking.confirm(**child).status_code == 302
    assert set(members(home)) == {"head", "spouse", "son", "daughter"}


def test_going_back_keeps_what_was_typed(county: County, signed_in: Entry, home: int) -> None:
    answer = Asking(signed_in(CLERK), home, "birth").send("edit", name="陈小满", relation="son")
    assert answer.status_code == 200
    assert answer.context["form"]["name"].value() == "陈小满"


def test_ended_household_has_no_more_events(county: County, signed_in: Entry, home: int) -> None:
    client = signed_in(CLERK)
    Asking(client, home, "end").confirm(because="moved_away")
    assert "已经销户" in client.get(f"/households/{home}/events/").content.decode()
    assert client.get(f"/households/{home}/events/birth/").status_code == 302


def test_queries_do_not_grow_with_the_family(
    county: County, signed_in: Entry, home: int, django_assert_max_num_queries: Any
) -> None:
    for serial in range(6):
        record_birth(
            actor="command", reason="测试", on=date(2025, 1, 1 + serial), household_id=home,
            child=Newcomer("son", {"name": f"陈{serial}", "sex": "male"}),
        )  # fmt: skip
    client = signed_in(CLERK)
    asking = Asking(client, home, "death")
    with django_assert_max_num_queries(36):
        client.get(f"/households/{home}/events/death/")
    with django_assert_max_num_queries(46):
        asking.look(person=members(home)["head"])
