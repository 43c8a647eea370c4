"""The audit page says what was done in words; no action of the code is without."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone, translation

from mingbai.accounts.models import Post
from mingbai.accounts.roles import Permission
from mingbai.audit.actions import record
from mingbai.audit.models import AccessLook, Event
from mingbai.desk.auditing.words import ACTIONS, CLOSED, OPENED, STATUS, action_words
from mingbai.households.actions import record_facts
from mingbai.households.actions.facts import Said
from mingbai.households.enums import StatusKind
from mingbai.jobs.models import Job
from mingbai.jobs.worker import work_off
from tests.desk.checking import check_through_this_connection
from tests.desk.county import DAY, QINGXI, County

SOURCE = Path(__file__).parents[2] / "src" / "mingbai"
Entry = Callable[[str], Client]
ACTION = re.compile(
    r"(accounts|audit|decisions|desk|households|intake|jobs|places)\.[a-z_]+\.[a-z_]+"
)


def actions_in_code() -> set[str]:
    """Texts that look like an action: three words with points, the first a package of the register."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in SOURCE.rglob("*.py"))
    texts = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {one for one in texts if ACTION.fullmatch(one)} - {one.value for one in Permission}


def test_every_action_has_words_and_no_words_are_left_over() -> None:
    assert actions_in_code() - ACTIONS.keys() == set()
    assert ACTIONS.keys() - actions_in_code() == set()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_actions_on_statuses_name_the_status(language: str) -> None:
    with translation.override(language):
        said = {
            action_words(f"{STATUS}{kind.value}{turn}")
            for kind in StatusKind
            for turn in (OPENED, CLOSED)
        }
    assert len(said) == 2 * len(StatusKind)
    assert not [one for one in said if one.startswith("households.")]


@pytest.mark.database
def test_page_says_the_words_beside_the_name(signed_in: Callable[[str], Client]) -> None:
    record(actor="command", action="audit.backup.made")
    page = signed_in("auditor").get("/audit/").content.decode()
    assert "做备份" in page
    assert "audit.backup.made" in page


def numbers(answer: Any) -> list[int]:
    return [line["event"].pk for line in answer.context["lines"]]


@pytest.mark.database
def test_chain_is_found_by_who_what_whom_and_day(county: County, signed_in: Entry) -> None:
    clerk, client = county.users["township_clerk"], signed_in("auditor")
    made = [
        record(actor=clerk.actor, action="accounts.user.created", target="user:1"),
        record(actor="command", action="accounts.user.created", target=clerk.actor),
        record(actor=clerk.actor, action="accounts.token.issued", target="token:1"),
    ]
    one, two, three = (event.pk for event in made)
    assert numbers(client.get("/audit/?actor=township_clerk")) == [three, one]
    assert numbers(client.get("/audit/?actor=测试township_clerk&action=accounts.user.created")) == [
        one
    ]
    assert numbers(client.get("/audit/?target=township_clerk")) == [two]
    assert numbers(client.get(f"/audit/?before={two}&actor={clerk.actor}")) == [one]
    today = timezone.localdate()
    assert numbers(client.get(f"/audit/?since={today}"))[:3] == [three, two, one]
    assert numbers(client.get(f"/audit/?until={today - timedelta(days=1)}")) == []
    assert numbers(client.get(f"/audit/?since={today + timedelta(days=1)}")) == []
    assert "没有这样的事件" in client.get("/audit/?batch=123456").content.decode()


@pytest.mark.database
def test_page_of_the_chain_costs_the_same_wherever_it_is(
    signed_in: Entry, django_assert_max_num_queries: Any
) -> None:
    client = signed_in("auditor")
    for _one in range(60):
        record(actor="command", action="audit.backup.made")
    client.get("/audit/")
    with django_assert_max_num_queries(12):
        older = client.get("/audit/").context["older"]
    with django_assert_max_num_queries(12):
        rows = numbers(client.get(f"/audit/?before={older}"))
    assert rows[0] == older - 1


@pytest.mark.database
def test_event_tells_values_only_to_who_may_read_the_record(
    county: County, signed_in: Entry
) -> None:
    home = county.households["here"]
    for grade in ("B", "C"):
        saved = record_facts(
            actor=county.users["village_officer"].actor, topic="dwelling", on=DAY, subject_id=home,
            values={"dwelling_grade": grade}, said=Said("village", DAY),
        )  # fmt: skip
    event = Event.objects.get(batch_id=saved.batch_id)
    looks = AccessLook.objects.filter(subject_id=home).count()
    seen = signed_in("inspector").get(f"/audit/{event.pk}/")
    assert [(one.before, one.after) for one in seen.context["changes"]] == [("B级", "C级")]
    assert AccessLook.objects.filter(subject_id=home).count() == looks + 1
    closed = signed_in("auditor").get(f"/audit/{event.pk}/")
    assert closed.context["changes"] == []
    assert "C级" not in closed.content.decode()
    assert AccessLook.objects.filter(subject_id=home).count() == looks + 1


@pytest.mark.database
def test_health_of_a_change_stays_closed_to_the_inspector(county: County, signed_in: Entry) -> None:
    saved = record_facts(
        actor=county.users["village_officer"].actor, topic="health", on=DAY,
        subject_id=county.heads["here"], values={"health_major": True}, said=Said("village", DAY),
    )  # fmt: skip
    event = Event.objects.get(batch_id=saved.batch_id)
    assert signed_in("inspector").get(f"/audit/{event.pk}/").context["changes"] == []
    assert "大病" not in signed_in("inspector").get(f"/audit/{event.pk}/").content.decode()


@pytest.mark.database
def test_inspector_of_a_part_does_not_read_the_whole_chain(
    county: County, signed_in: Entry
) -> None:
    client = signed_in("inspector")
    assert 'href="/audit/"' in client.get("/").content.decode()
    Post.objects.filter(user=county.users["inspector"]).update(division_code=QINGXI)
    assert 'href="/audit/"' not in client.get("/").content.decode()
    assert client.get("/audit/").status_code == client.get("/audit/looks/").status_code == 404
    assert client.get(f"/persons/{county.heads['here']}/looks/").status_code == 200
    assert client.get(f"/persons/{county.heads['far']}/looks/").status_code == 404


@pytest.mark.database
def test_workbook_holds_the_events_found_and_is_an_event_itself(signed_in: Entry) -> None:
    record(actor="command", action="audit.backup.made", data={"reason": "=1+1"})
    sent = signed_in("auditor").post("/audit/events.xlsx", {"action": "audit.backup.made"})
    rows = list(openpyxl.load_workbook(io.BytesIO(sent.content)).active.iter_rows(values_only=True))
    assert [row[3] for row in rows if row[3] == "做备份"] == ["做备份"]
    assert not [row for row in rows if row[3] == "登录"]
    assert "=1+1" in [row[6] for row in rows]
    assert Event.objects.latest("id").action == "desk.events.exported"


@pytest.mark.database
def test_check_is_started_once_and_expects_the_head_of_the_last(
    county: County, signed_in: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_through_this_connection(monkeypatch)
    client = signed_in("auditor")
    first = client.post("/audit/checks/").url
    assert client.post("/audit/checks/").url == first
    work_off()
    page = client.get(first)
    assert page.context["check"].wrong == len(page.context["check"].findings)
    assert Event.objects.filter(action="audit.chain.verified").count() == 1
    head = page.context["check"].head
    assert client.post("/audit/checks/", {"expect": "12:kein"}).status_code == 422
    again = client.post("/audit/checks/", {"expect": head}).url
    assert Job.objects.get(pk=int(again.split("/")[-2])).arguments == {"expect": head}
