"""Users and their posts (账号与任职的登记): every change with its event in one transaction.

Passwords are digested before the transaction begins, since that takes tens of milliseconds on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from mingbai.accounts.errors import error
from mingbai.accounts.models import Post, PostHousehold, SignIn, User
from mingbai.accounts.passwords import check_password_rules, digest_password, draw_password
from mingbai.accounts.posts import (
    check_period,
    check_place,
    check_topics,
    refuse_clashes,
    role_of,
)
from mingbai.accounts.roles import ROLES
from mingbai.audit.actions import record

_ACCOUNT = re.compile(r"[A-Za-z][A-Za-z0-9._-]{2,39}")


def create_user(
    *,
    actor: str,
    username: str,
    name: str,
    unit: str = "",
    password: str,
    digest: str = "",
    must_change_password: bool = True,
    demonstration: bool = False,
) -> User:
    """Make an account (开户); it may do nothing until it has a post.

    `digest`: of the password, where it was made beforehand. Raises ACC-001, ACC-002, ACC-027.
    """  # fmt: skip
    user = User(
        username=username.strip(), name=name.strip(), unit=unit.strip(), created_at=timezone.now(),
        must_change_password=must_change_password, demonstration=demonstration,
    )  # fmt: skip
    if not _ACCOUNT.fullmatch(user.username):
        raise error("ACC-027", username=user.username)
    check_password_rules(password, user)
    user.password = digest or digest_password(password)
    with transaction.atomic():
        if User.objects.filter(username__iexact=user.username).exists():
            raise error("ACC-001", username=user.username)
        user.save()
        record(actor=actor, action="accounts.user.created", target=user.actor)
    return user


def set_password(*, actor: str, user: User, password: str) -> User:
    """Give an account another password (重置密码), to be changed at the next sign-in; ends its sessions.

    Raises ACC-002, ACC-029 for the own one, which is changed by whoever knows it.
    """
    refuse_own(actor, user, "重置密码", "resetting the password")
    check_password_rules(password, user)
    return _store(actor, user, digest_password(password), must_change=True, keep="")


def reset_password(*, actor: str, user: User) -> str:
    """Give an account a drawn one-time password (一次性密码) and return it; it is stored as a digest only."""
    password = draw_password()
    set_password(actor=actor, user=user, password=password)
    return password


def change_password(*, user: User, old: str, new: str, session_key: str = "") -> User:
    """Somebody changes the own password; other sessions than `session_key` end. Raises ACC-002, ACC-025."""
    if not user.check_password(old):
        raise error("ACC-025")
    check_password_rules(new, user)
    if old == new:
        raise error("ACC-002", detail_zh="和原来的一样", detail_en="it is the old one")
    digest = digest_password(new)
    return _store(user.actor, user, digest, must_change=False, keep=session_key)


def _store(actor: str, user: User, digest: str, *, must_change: bool, keep: str) -> User:
    with transaction.atomic():
        user.password, user.must_change_password = digest, must_change
        user.save(update_fields=["password", "must_change_password"])
        end_all_sessions(user, keep=keep, now=timezone.now())
        record(actor=actor, action="accounts.user.password_set", target=user.actor)
    return user


def end_all_sessions(user: User, *, now: datetime, keep: str = "") -> int:
    """End a user's sessions but one, within the caller's transaction; returns how many."""
    found = SignIn.objects.filter(user=user, ended_at=None).exclude(session_key=keep or None)
    keys = list(found.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    return int(found.update(ended_at=now))


def set_language(*, user: User, language: str) -> User:
    """The language of a user's screens; no event, it says nothing about anybody."""
    user.language = language
    user.save(update_fields=["language"])
    return user


def refuse_own(actor: str, user: User, what_zh: str, what_en: str) -> None:
    """Raises ACC-029 when somebody acts on the own account (不能办自己的账号).

    So one administrator of accounts is always left: whoever closes the others cannot close this one.
    """
    if actor == user.actor:
        raise error("ACC-029", what_zh=what_zh, what_en=what_en)


def deactivate(*, actor: str, user: User, reason: str) -> User:
    """Close an account (停用): it signs in no more, its sessions and keys end; its history stays."""
    return _set_active(actor, user, reason, active=False)


def activate(*, actor: str, user: User, reason: str) -> User:
    """Open a closed account again (恢复)."""
    return _set_active(actor, user, reason, active=True)


def _set_active(actor: str, user: User, reason: str, *, active: bool) -> User:
    refuse_own(actor, user, "停用和恢复", "closing or opening it")
    if not reason.strip():
        raise error("ACC-024", what_zh="停用和恢复账号", what_en="closing or opening an account")
    with transaction.atomic():
        user.is_active = active
        user.save(update_fields=["is_active"])
        if not active:
            end_all_sessions(user, now=timezone.now())
        action = "accounts.user.activated" if active else "accounts.user.deactivated"
        record(actor=actor, action=action, target=user.actor, data={"reason": reason})
    return user


def grant_post(
    *,
    actor: str,
    user: User,
    role: str,
    division_code: str = "",
    valid_from: date,
    valid_to: date | None = None,
    topics: Iterable[str] = (),
    reason: str = "",
) -> Post:
    """Give a user a role in a place for a time (授予任职); the end is excluded.

    Whether `actor` may is asked before (accounts.access.may_grant). Raises ACC-003, ACC-004, ACC-005,
    ACC-006 for incompatible duties, ACC-007, ACC-008, ACC-010, ACC-023.
    """  # fmt: skip
    found = role_of(role)
    check_period(valid_from, valid_to, valid_from, None)
    post = Post(
        user=user, role=role, valid_from=valid_from, valid_to=valid_to, granted_by=actor,
        reason=reason, topics=check_topics(found, topics),
    )  # fmt: skip
    with transaction.atomic():
        post.division_code = check_place(found, division_code, valid_from)
        return _appoint(actor, post, "accounts.post.granted")


def deputise(
    *, actor: str, post: Post, deputy: User, valid_from: date, valid_to: date, reason: str
) -> Post:
    """Somebody stands in for a post for a time (临时代理): its rights, its household list, its end.

    Raises ACC-006, ACC-007, ACC-008, ACC-009 for a deputy's deputy or the holder, ACC-023, ACC-024.
    """
    if post.deputy_for_id is not None:
        raise error(
            "ACC-009", post=post.pk, detail_zh="它本身就是代理", detail_en="it is a deputy's itself"
        )
    if deputy.pk == post.user_id:
        raise error(
            "ACC-009", post=post.pk, detail_zh="代理人就是本人", detail_en="the deputy holds it"
        )
    if not reason.strip():
        raise error("ACC-024", what_zh="代理", what_en="a deputy")
    check_period(valid_from, valid_to, post.valid_from, post.valid_to)
    acting = Post(
        user=deputy, role=post.role, division_code=post.division_code, valid_from=valid_from,
        valid_to=valid_to, topics=list(post.topics), deputy_for=post, granted_by=actor, reason=reason,
    )  # fmt: skip
    with transaction.atomic():
        return _appoint(actor, acting, "accounts.post.deputised")


def _appoint(actor: str, post: Post, action: str) -> Post:
    """Two grants to one user wait for each other, so that neither misses the other's duties."""
    user = User.objects.select_for_update().get(pk=post.user_id)
    if not user.is_active:
        raise error("ACC-023", username=user.username)
    if actor == user.actor:
        raise error("ACC-007")
    refuse_clashes(post, user)
    post.save()
    said = {
        "user": user.actor, "role": post.role, "division": post.division_code,
        "from": post.valid_from.isoformat(), "to": post.valid_to and post.valid_to.isoformat(),
        "topics": post.topics, "deputy_for": post.deputy_for_id, "reason": post.reason,
    }  # fmt: skip
    record(actor=actor, action=action, target=f"post:{post.pk}", data=said)
    return post


def end_post(*, actor: str, post: Post, day: date, reason: str) -> Post:
    """A post ends on the day (excluded); one that has not begun never does.

    Raises ACC-011, ACC-024, ACC-029 for a post of one's own.
    """
    refuse_own(actor, post.user, "结束任职", "ending a post")
    if not reason.strip():
        raise error("ACC-024", what_zh="结束任职", what_en="ending a post")
    with transaction.atomic():
        current = Post.objects.select_for_update().get(pk=post.pk)
        end = max(day, current.valid_from)
        if current.valid_to is not None and current.valid_to <= end:
            raise error("ACC-011", post=post.pk, day=day)
        current.valid_to = end
        current.save(update_fields=["valid_to"])
        said = {"to": end.isoformat(), "reason": reason}
        record(actor=actor, action="accounts.post.ended", target=f"post:{post.pk}", data=said)
    return current


def assign_households(
    *,
    actor: str,
    post: Post,
    household_ids: Collection[int],
    valid_from: date,
    valid_to: date | None = None,
    reason: str = "",
) -> int:
    """Put households on the list of a helper or an evaluator (结对); returns how many were not on it.

    Raises ACC-008 outside the post's period, ACC-019 for a post without a list.
    """  # fmt: skip
    check_list(post)
    check_period(valid_from, valid_to, post.valid_from, None)
    with transaction.atomic():
        Post.objects.select_for_update().get(pk=post.pk)
        on_it = set(_listed(post, valid_from).values_list("household_id", flat=True))
        fresh = sorted(set(household_ids) - on_it)
        PostHousehold.objects.bulk_create(
            PostHousehold(post=post, household_id=one, valid_from=valid_from, valid_to=valid_to)
            for one in fresh
        )
        _say_listed(actor, post, "accounts.post.households_assigned", fresh, valid_from, reason)
    return len(fresh)


def release_households(
    *, actor: str, post: Post, household_ids: Collection[int], day: date, reason: str
) -> int:
    """Take households off the list from the day on; returns how many were on it. Raises ACC-019."""
    check_list(post)
    with transaction.atomic():
        rows = _listed(post, day).filter(household_id__in=set(household_ids))
        gone = sorted(rows.values_list("household_id", flat=True))
        rows.update(valid_to=day)
        _say_listed(actor, post, "accounts.post.households_released", gone, day, reason)
    return len(gone)


def check_list(post: Post) -> None:
    """Raises ACC-019 for a post whose scope is a division."""
    if not ROLES[post.role].by_list:
        raise error("ACC-019", post=post.pk, role=ROLES[post.role].zh)


def _listed(post: Post, day: date) -> QuerySet:
    rows = PostHousehold.objects.filter(post=post, valid_from__lte=day)
    return rows.filter(Q(valid_to=None) | Q(valid_to__gt=day))


def _say_listed(
    actor: str, post: Post, action: str, ids: list[int], day: date, reason: str
) -> None:
    said = {"households": ids, "day": day.isoformat(), "reason": reason}
    record(actor=actor, action=action, target=f"post:{post.pk}", data=said)
