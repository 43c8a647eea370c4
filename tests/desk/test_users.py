"""Accounts on a screen: found by role, place and state; lent, unlocked, reset; never one's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from mingbai.accounts.models import Post, User
from mingbai.audit.models import Event
from tests.desk.county import DAY, LONGTAN, QINGXI, County
from tests.desk.test_signing_in import sign_in

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]


def shown(answer: Any) -> list[str]:
    return [line.user.username for line in answer.context["lines"]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("role=township_clerk", ["deputy", "next_township_clerk", "township_clerk"]),
        (f"role=township_clerk&place={LONGTAN}", ["next_township_clerk"]),
        ("state=idle", ["coming", "expired", "stranger"]),
        ("q=audit", ["auditor"]),
        ("q=audit&state=never", ["auditor"]),
        ("state=closed", []),
        ("state=nothing&role=nothing", None),
    ],
)
def test_accounts_are_found_by_what_they_are(
    asked: str, expected: list[str] | None, county: County, signed_in: Entry
) -> None:
    answer = signed_in("administrator").get(f"/users/?{asked}")
    assert shown(answer) == (sorted(county.users) if expected is None else expected)


def test_whoever_is_no_administrator_finds_the_own_place_only(signed_in: Entry) -> None:
    answer = signed_in("township_lead").get("/users/?role=township_clerk")
    assert "next_township_clerk" not in shown(answer)
    assert "township_clerk" in shown(answer)


def test_number_of_queries_does_not_grow_with_the_list(
    signed_in: Entry, django_assert_max_num_queries: Any
) -> None:
    client = signed_in("administrator")
    client.get("/users/")
    with django_assert_max_num_queries(14):
        assert len(shown(client.get("/users/"))) == 16


def lend(client: Client, post: Post, deputy: str, **more: Any) -> Any:
    said = {
        "deputy": deputy, "valid_from": DAY, "valid_to": DAY + timedelta(days=9), "reason": "休假", **more,
    }  # fmt: skip
    return client.post(f"/users/posts/{post.pk}/deputy/", said)


def test_post_is_lent_for_a_time_and_both_pages_say_so(county: County, signed_in: Entry) -> None:
    client = signed_in("administrator")
    post = county.posts["next_township_clerk"]
    assert lend(client, post, "测试stranger").status_code == 302
    made = Post.objects.get(user=county.users["stranger"])
    assert (made.deputy_for, made.valid_to, made.division_code) == (
        post,
        DAY + timedelta(days=9),
        LONGTAN,
    )
    assert (
        "测试stranger 代理，2026-03-18 到 2026-03-27"
        in client.get(f"/users/{post.user_id}/").content.decode()
    )
    assert "代 测试next_township_clerk" in client.get(f"/users/{made.user_id}/").content.decode()
    assert client.get(f"/users/posts/{made.pk}/deputy/").status_code == 404  # no deputy's deputy


@pytest.mark.parametrize(
    ("deputy", "code"),
    [("auditor", "ACC-006"), ("next_township_clerk", "ACC-009"), ("nobody", "没有在用的账号")],
)
def test_deputy_who_cannot_be_is_refused_with_a_sentence(
    deputy: str, code: str, county: County, signed_in: Entry
) -> None:
    answer = lend(signed_in("administrator"), county.posts["next_township_clerk"], deputy)
    assert answer.status_code == 422
    assert code in answer.content.decode()
    assert not Post.objects.filter(deputy_for=county.posts["next_township_clerk"]).exists()


def test_account_outside_the_own_place_is_lent_nothing(county: County, signed_in: Entry) -> None:
    answer = lend(
        signed_in("township_lead"), county.posts["village_officer"], "next_township_clerk"
    )
    assert answer.status_code == 422
    assert not Post.objects.filter(deputy_for=county.posts["village_officer"]).exists()


@pytest.mark.parametrize("act", ["password", "second-factor", "active"])
def test_nobody_does_it_to_the_own_account(act: str, county: County, signed_in: Entry) -> None:
    own = county.users["administrator"]
    before = User.objects.values_list("password", "is_active").get(pk=own.pk)
    client = signed_in("administrator")
    answer = client.post(f"/users/{own.pk}/{act}/", {"reason": "试试"}, follow=True)
    assert "ACC-029" in answer.content.decode()
    assert User.objects.values_list("password", "is_active").get(pk=own.pk) == before
    assert client.get(f"/users/posts/{county.posts['administrator'].pk}/end/").status_code == 404


def test_locked_account_is_found_and_opened(county: County, signed_in: Entry) -> None:
    browser = Client()
    for _try in range(5):
        sign_in(browser, "township_clerk", "wrong wrong wrong")
    client, clerk = signed_in("administrator"), county.users["township_clerk"]
    assert shown(client.get("/users/?state=locked")) == ["township_clerk"]
    assert "密码连着输错" in client.get(f"/users/{clerk.pk}/").content.decode()
    client.post(f"/users/{clerk.pk}/lock/")
    assert shown(client.get("/users/?state=locked")) == []
    assert sign_in(browser, "township_clerk").status_code == 302
    event = Event.objects.get(action="accounts.user.unlocked")
    assert (event.target, event.actor) == (clerk.actor, county.users["administrator"].actor)
    count = Event.objects.count()
    client.post(f"/users/{clerk.pk}/lock/")  # nothing to open: nothing is said
    assert Event.objects.count() == count


def test_sessions_of_an_account_are_ended_and_the_page_tells_what_was_done(
    county: County, signed_in: Entry
) -> None:
    browser = Client()
    sign_in(browser, "township_clerk")
    client, clerk = signed_in("administrator"), county.users["township_clerk"]
    client.post(f"/users/{clerk.pk}/sign-out/")
    assert browser.get("/households/").status_code == 302
    client.post(f"/users/{clerk.pk}/active/", {"reason": "调离青溪"})
    page = client.get(f"/users/{clerk.pk}/").content.decode()
    assert "停用账号" in page
    assert "调离青溪" in page
    assert "账号记录" not in signed_in("township_lead").get(f"/users/{clerk.pk}/").content.decode()
    assert User.objects.get(pk=clerk.pk).posts.get().division_code == QINGXI


def test_posts_that_clash_since_a_merger_stand_above_the_list(
    county: County, signed_in: Entry
) -> None:
    assert "互不相容" not in signed_in("administrator").get("/users/").content.decode()
    clerk = county.posts["next_township_clerk"]
    Post.objects.create(
        user=clerk.user, role="village_officer", division_code=clerk.division_code,
        valid_from=clerk.valid_from, granted_by="command",
    )  # fmt: skip
    page = signed_in("administrator").get("/users/").content.decode()
    assert "村合并以后，有人的任职互不相容" in page
    assert "发布需求的人不能核实同一需求" in page
    assert "互不相容" not in signed_in("township_lead").get("/users/").content.decode()
