"""Signing in: lock-out after wrong passwords, and sessions that can be listed and ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import authenticate
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.utils import timezone

from mingbai.accounts import actions, sessions
from mingbai.accounts.models import SignIn, User
from mingbai.audit.models import Event
from tests.accounts.people import NOW, PASSWORD, user

pytestmark = pytest.mark.database


def tried(username: str, password: str, address: str = "10.0.0.5") -> User | None:
    request = RequestFactory().post("/sign-in/", REMOTE_ADDR=address)
    try:
        return authenticate(request, username=username, password=password)
    except PermissionDenied:
        return None


@pytest.fixture
def locked() -> User:
    somebody = user()
    assert [tried("li", "wrong") for _ in range(5)] == [None] * 5
    return somebody


def test_right_password_signs_in() -> None:
    assert tried(user().username, PASSWORD) is not None


def test_right_password_is_refused_after_five_wrong_ones(locked: User) -> None:
    assert tried("li", PASSWORD) is None


def test_four_wrong_ones_do_not_lock() -> None:
    user()
    assert [tried("li", "wrong") for _ in range(4)] == [None] * 4
    assert tried("li", PASSWORD) is not None


def test_lock_is_for_the_account_from_that_address(locked: User) -> None:
    user("wang")
    assert tried("wang", PASSWORD) is not None
    assert tried("li", PASSWORD, "10.0.0.6") is not None


def test_lock_ends_after_a_quarter_of_an_hour(locked: User) -> None:
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert tried("li", PASSWORD) is not None


def test_deactivated_account_does_not_sign_in() -> None:
    somebody = user()
    actions.deactivate(actor="user:9", user=somebody, reason="调离")
    assert tried("li", PASSWORD) is None


def opened(somebody: User, address: str, minutes: int = 0) -> tuple[SignIn, str]:
    store = SessionStore()
    store.create()
    at = timezone.now() + timedelta(minutes=minutes)
    found = sessions.start_session(
        user=somebody, session_key=store.session_key, address=address, browser="Firefox", now=at
    )
    return found, store.session_key


def works(key: str) -> bool:
    return SessionStore().exists(key)


def test_sessions_are_listed_newest_first() -> None:
    somebody = user()
    first, _ = opened(somebody, "10.0.0.5")
    second, _ = opened(somebody, "10.0.0.6", minutes=1)
    opened(user("wang"), "10.0.0.7")
    assert sessions.sessions_of(somebody, timezone.now()) == [second, first]
    assert Event.objects.filter(action="accounts.session.started").count() == 3


def test_session_that_ran_out_is_not_listed() -> None:
    somebody = user()
    opened(somebody, "10.0.0.5")
    assert sessions.sessions_of(somebody, timezone.now() + timedelta(hours=9)) == []


def test_one_session_is_ended_and_the_others_work_on() -> None:
    somebody = user()
    first, one = opened(somebody, "10.0.0.5")
    second, other = opened(somebody, "10.0.0.6")
    sessions.end_session(actor=somebody.actor, sign_in=first, now=timezone.now())
    events = Event.objects.count()
    sessions.end_session(actor=somebody.actor, sign_in=first, now=timezone.now())
    assert (works(one), works(other), Event.objects.count()) == (False, True, events)
    assert sessions.sessions_of(somebody, timezone.now()) == [second]


def test_all_other_sessions_are_ended() -> None:
    somebody = user()
    keys = [opened(somebody, "10.0.0.5")[1] for _ in range(3)]
    _, foreign = opened(user("wang"), "10.0.0.7")
    assert (
        sessions.end_other_sessions(
            actor=somebody.actor, user=somebody, keep=keys[1], now=timezone.now()
        )
        == 2
    )
    assert [works(key) for key in (*keys, foreign)] == [False, True, False, True]


def test_new_password_and_closed_account_end_sessions() -> None:
    somebody = user()
    _, mine = opened(somebody, "10.0.0.5")
    _, other = opened(somebody, "10.0.0.6")
    actions.change_password(user=somebody, old=PASSWORD, new="Other-stone-77", session_key=mine)
    assert (works(mine), works(other)) == (True, False)
    actions.deactivate(actor="user:9", user=somebody, reason="调离")
    assert not works(mine)


def test_last_seen_is_written_at_most_every_five_minutes() -> None:
    _, key = opened(user(), "10.0.0.5")
    started = SignIn.objects.get().seen_at
    assert not sessions.note_seen(session_key=key, now=started + timedelta(minutes=4))
    assert sessions.note_seen(session_key=key, now=started + timedelta(minutes=5))
    assert SignIn.objects.get().seen_at == started + timedelta(minutes=5)
    assert not sessions.note_seen(session_key="unknown", now=NOW)


def test_session_seen_a_moment_ago_is_read_and_not_written(django_assert_num_queries: Any) -> None:
    """An update waits for SQLite's one writer also where it changes nothing."""
    _, key = opened(user(), "10.0.0.5")
    seen = SignIn.objects.get().seen_at
    with django_assert_num_queries(1) as asked:
        assert not sessions.note_seen(session_key=key, now=seen)
    assert asked.captured_queries[0]["sql"].startswith("SELECT")
