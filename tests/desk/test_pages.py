"""What holds for every page: headers, absent like forbidden, refusals in words, constant queries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import timezone

from mingbai.accounts.models import User
from mingbai.accounts.roles import Permission
from mingbai.audit.models import AccessLook
from mingbai.desk.access import PASSWORD, PUBLIC, SIGNED_IN
from mingbai.desk.components.middleware import POLICY
from tests.access.asking import names
from tests.desk.county import BAISHI, County, register

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]


def views(patterns: list[Any]) -> Iterator[Any]:
    """Every view of the desk."""
    for one in patterns:
        if hasattr(one, "url_patterns"):
            yield from views(one.url_patterns)
        elif "mingbai.desk" in one.callback.__module__:
            yield one.callback


def test_every_view_of_the_desk_passes_the_gate() -> None:
    gates = [getattr(view, "gate", None) for view in views(get_resolver().url_patterns)]
    assert len(gates) > 30
    known = {*Permission, PUBLIC, PASSWORD, SIGNED_IN}
    assert [gate for gate in gates if gate not in known] == []


def test_names_of_addresses_are_unique_within_their_flow() -> None:
    desk = [name for name in names(get_resolver().url_patterns) if not name.startswith("api:")]
    assert len(desk) == len(set(desk))


@pytest.mark.parametrize("path", ["/sign-in/", "/households/", "/nothing/here/"])
def test_every_answer_has_the_strict_policy_and_stays_out_of_caches(
    county: County, signed_in: Entry, path: str
) -> None:
    answer = signed_in("township_clerk").get(path)
    assert answer["Content-Security-Policy"] == POLICY
    assert answer["Cache-Control"] == "no-store"
    assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("DENY", "nosniff")


def test_no_page_has_inline_style_or_script(county: County, signed_in: Entry) -> None:
    client = signed_in("township_clerk")
    here = county.households["here"]
    pages = [
        "/households/",
        f"/households/{here}/",
        f"/households/{here}/topics/dwelling/",
        "/imports/new/",
    ]
    text = "".join(client.get(page).content.decode() for page in pages)
    assert [mark for mark in (" style=", "<style", "<script>", "onclick=", "http://", "https://")
            if mark in text.replace("http://www.w3.org/", "")] == []  # fmt: skip


def test_absent_and_forbidden_are_the_same_page(county: County, signed_in: Entry) -> None:
    client = signed_in("village_officer")
    absent = client.get("/households/987654321/")
    forbidden = client.get(f"/households/{county.households['far']}/")
    assert absent.status_code == forbidden.status_code == 404
    token = re.compile(rb'name="(csrfmiddlewaretoken|next)" value="[^"]+"')
    assert token.sub(b"", absent.content) == token.sub(b"", forbidden.content)


def test_page_that_is_not_there_says_so_to_a_stranger(county: County, db: None) -> None:
    answer = Client().get("/nothing/")
    assert answer.status_code == 404
    assert "找不到这一页" in answer.content.decode()


def test_refusal_of_the_register_is_a_page_with_its_number(
    county: County, signed_in: Entry
) -> None:
    answer = signed_in("township_clerk").get("/households/?after=nonsense")
    assert answer.status_code == 400
    assert "HOME-054" in answer.content.decode()


def test_form_that_is_too_old_is_refused_in_words(county: County, db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/sign-in/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "放得太久" in answer.content.decode()


@override_settings(DEBUG=False)
def test_bug_shows_no_traceback(county: County, signed_in: Entry, monkeypatch: Any) -> None:
    client = signed_in("township_clerk")
    client.raise_request_exception = False
    monkeypatch.setattr("mingbai.desk.register.lists.lines_of", broken)
    answer = client.get("/households/")
    assert answer.status_code == 500
    text = answer.content.decode()
    assert "程序出了差错" in text
    assert "Traceback" not in text
    assert "secret detail" not in text


def broken(*_: Any, **__: Any) -> None:
    raise ValueError("secret detail")


def test_head_shows_day_place_post_and_synthetic(county: County, signed_in: Entry) -> None:
    text = signed_in("township_clerk").get("/households/").content.decode()
    shown = ("合成数据", "2026-03-18", "明川县", "乡镇经办")
    assert [word for word in shown if word not in text] == []


def test_page_speaks_the_chosen_language_and_the_account_keeps_it(
    county: County, signed_in: Entry
) -> None:
    client = signed_in("township_clerk")
    client.post("/language/", {"language": "en", "next": "/households/"})
    assert b'lang="en"' in client.get("/households/").content
    assert User.objects.get(username="township_clerk").language == "en"


def test_look_at_a_household_is_noted_once(county: County, signed_in: Entry) -> None:
    here = county.households["here"]
    signed_in("village_officer").get(f"/households/{here}/")
    looks = AccessLook.objects.filter(subject="household", subject_id=here)
    assert [one.actor for one in looks] == [county.users["village_officer"].actor]


def test_look_under_a_leave_carries_the_leave(county: County, signed_in: Entry) -> None:
    client = signed_in("township_lead")
    said = {"division_code": "990101101000", "reason": "交叉检查两镇", "hours": "1"}
    assert client.post("/profile/outside/", said).status_code == 302
    far = county.households["far"]
    assert client.get(f"/households/{far}/").status_code == 200
    assert AccessLook.objects.get(subject_id=far).leave_id is not None


def count(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", ["/households/", "/places/", "/search/?q=王", "/batches/"])
def test_lists_cost_as_many_queries_for_many_rows_as_for_few(
    county: County, signed_in: Entry, path: str
) -> None:
    client = signed_in("township_clerk")
    register(BAISHI, "王早", 20)
    few = count(client, path)
    for serial in range(21, 51):  # more rows, the same page
        register(BAISHI, "王晚", serial)
    assert count(client, path) == few


def test_accounts_cost_as_many_queries_for_many_as_for_few(
    county: County, signed_in: Entry
) -> None:
    client = signed_in("administrator")
    few = count(client, "/users/")
    same = {"name": "测试", "password": make_password(None), "created_at": timezone.now()}
    User.objects.bulk_create(User(username=f"more{one}", **same) for one in range(30))
    assert count(client, "/users/") == few


def test_day_of_death_is_nothing_to_find_out_about_the_living(
    county: County, signed_in: Entry
) -> None:
    page = signed_in("township_clerk").get(f"/persons/{county.heads['here']}/").content.decode()
    assert "待核实" in page
    assert "死亡日期" not in page
