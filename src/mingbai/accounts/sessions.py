"""Where somebody is signed in (登录会话): when, from where, last seen; one or all others can be ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction

from mingbai.accounts.actions import end_all_sessions
from mingbai.accounts.models import SignIn, User
from mingbai.audit.actions import record

#: "Last seen" is as fine as this; a write for every page would be one too many.
FRESH = timedelta(minutes=5)
#: A process looks into the database once a minute for a session that goes on.
BETWEEN_LOOKS, MOST_LOOKED = timedelta(minutes=1), 10_000
_looked: dict[str, datetime] = {}


def start_session(
    *, user: User, session_key: str, address: str, browser: str, now: datetime
) -> SignIn:
    """Note a sign-in (登录) under the key that the session has after it."""
    with transaction.atomic():
        found, _ = SignIn.objects.update_or_create(
            session_key=session_key,
            defaults={
                "user": user, "created_at": now, "seen_at": now, "address": address[:45],
                "browser": browser[:200], "ended_at": None,
            },
        )  # fmt: skip
        record(actor=user.actor, action="accounts.session.started", target=f"sign_in:{found.pk}")
    return found


def note_seen(*, session_key: str, now: datetime) -> bool:
    """Remember that the session is in use, at most once in five minutes; returns whether it wrote.

    It looks first: on SQLite an update waits for the one writer even where it finds no row.
    """
    before = _looked.get(session_key)
    if before is not None and before <= now < before + BETWEEN_LOOKS:
        return False
    if len(_looked) >= MOST_LOOKED:
        _looked.clear()
    _looked[session_key] = now
    stale = SignIn.objects.filter(session_key=session_key, ended_at=None, seen_at__lte=now - FRESH)
    return stale.exists() and bool(stale.update(seen_at=now))


def sessions_of(user: User, now: datetime) -> list[SignIn]:
    """The user's sessions that still work, the one used last first. One query."""
    oldest = now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    alive = Session.objects.filter(expire_date__gt=now).values("session_key")
    found = SignIn.objects.filter(
        user=user, ended_at=None, created_at__gt=oldest, session_key__in=alive
    )
    return list(found.order_by("-seen_at", "-id"))


def end_session(*, actor: str, sign_in: SignIn, now: datetime) -> SignIn:
    """End one session (下线): its browser is asked to sign in again; a second time changes nothing."""
    with transaction.atomic():
        if SignIn.objects.filter(pk=sign_in.pk, ended_at=None).update(ended_at=now):
            Session.objects.filter(session_key=sign_in.session_key).delete()
            record(actor=actor, action="accounts.session.ended", target=f"sign_in:{sign_in.pk}")
    sign_in.refresh_from_db()
    return sign_in


def end_other_sessions(*, actor: str, user: User, keep: str, now: datetime) -> int:
    """End all sessions of a user but the one with the key `keep`; returns how many."""
    with transaction.atomic():
        count = end_all_sessions(user, now=now, keep=keep)
        if count:
            said = {"ended": count}
            record(actor=actor, action="accounts.sessions.ended", target=user.actor, data=said)
    return count
