"""Reading users, posts and keys (账号查询)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import F, Q, QuerySet

from mingbai.accounts.errors import error
from mingbai.accounts.locks import locked_until
from mingbai.accounts.models import Authenticator, Post, PostHousehold, Token, User
from mingbai.accounts.roles import ROLES
from mingbai.accounts.scopes import Scope


def user_named(username: str) -> User:
    """The active account of this name. Raises ACC-023. One query."""
    found = User.objects.filter(username__iexact=username.strip(), is_active=True).first()
    if found is None:
        raise error("ACC-023", username=username)
    return found


def user_called(text: str) -> User | None:
    """The one active account of this name, else the one active person of it; None for none or several."""
    wanted = User.objects.filter(is_active=True)
    found = wanted.filter(username__iexact=text.strip()).first()
    named = [found] if found else list(wanted.filter(name=text.strip())[:2])
    return named[0] if len(named) == 1 else None


class AccountState(StrEnum):
    """How an account stands, as a list is asked for it (账号状态)."""

    OPEN = "open"
    CLOSED = "closed"
    NEVER = "never"  # open, and nobody has ever signed in with it
    LOCKED = "locked"
    IDLE = "idle"  # open, without a post on the day
    UNBOUND = "unbound"  # open, of a role that needs a phone, and none is bound


@dataclass(frozen=True)
class UserFilters:
    """What a list of accounts is narrowed to (账号条件); empty ones narrow nothing."""

    text: str = ""
    role: str = ""
    place: tuple[str, str] | None = None  # first and last code
    state: AccountState | None = None


def users_in(scope: Scope, filters: UserFilters, *, day: date, now: datetime) -> QuerySet[User]:
    """Users who have or had a post in the scope, by name; those without any post for `everything` only.

    `day`: on which a post of a role or place stands; `now`: at which an account is locked. One query, two
    for the locked ones.
    """
    found = User.objects.all()
    if not scope.everything:
        found = found.filter(pk__in=Post.objects.filter(scope.divisions()).values("user"))
    if text := filters.text:
        found = found.filter(
            Q(username__icontains=text) | Q(name__icontains=text) | Q(unit__icontains=text)
        )
    if filters.role or filters.place:
        found = found.filter(pk__in=_holders(filters, day))
    return _of_state(found, filters.state, day, now).order_by("username")


def standing_posts(day: date) -> QuerySet[Post]:
    """Posts in force on a day, as far as their own period says."""
    return Post.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


def _holders(filters: UserFilters, day: date) -> QuerySet[Post, Any]:
    posts = standing_posts(day)
    if filters.role:
        posts = posts.filter(role=filters.role)
    if filters.place:
        posts = posts.filter(division_code__range=filters.place)
    return posts.values("user")


def _of_state(
    found: QuerySet[User], state: AccountState | None, day: date, now: datetime
) -> QuerySet[User]:
    if state is None:
        return found
    if state == AccountState.CLOSED:
        return found.filter(is_active=False)
    if state == AccountState.LOCKED:
        return found.filter(username__in=list(locked_until(now)))
    found = found.filter(is_active=True)
    if state == AccountState.NEVER:
        return found.filter(last_login=None)
    if state == AccountState.IDLE:
        return found.exclude(pk__in=standing_posts(day).values("user"))
    if state == AccountState.UNBOUND:
        roles = [key for key, role in ROLES.items() if role.second_factor]
        bound = Authenticator.objects.filter(confirmed=True).values("user")
        needing = standing_posts(day).filter(role__in=roles).values("user")
        return found.filter(pk__in=needing, demonstration=False).exclude(pk__in=bound)
    return found


def deputies_of(posts: Iterable[Post], day: date) -> Mapping[int, list[Post]]:
    """Post → those who stand in for it, now or from a later day on. One query."""
    found: dict[int, list[Post]] = {post.pk: [] for post in posts}
    rows = Post.objects.filter(deputy_for__in=list(found), valid_to__gt=day)
    for row in (
        rows.filter(valid_to__gt=F("valid_from"))
        .select_related("user")
        .order_by("valid_from", "id")
    ):
        found[row.deputy_for_id].append(row)
    return found


def posts_of(users: Iterable[User]) -> Mapping[int, list[Post]]:
    """User id → posts, newest first. One query."""
    found: dict[int, list[Post]] = {user.pk: [] for user in users}
    rows = Post.objects.filter(user__in=list(found)).select_related("deputy_for__user")
    for post in rows.order_by("-valid_from", "-id"):
        found[post.user_id].append(post)
    return found


def households_on_list(post: Post, day: date) -> list[int]:
    """The households on the list of a post on a day. One query."""
    rows = PostHousehold.objects.filter(post=post.deputy_for_id or post.pk, valid_from__lte=day)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=day))
    return sorted(rows.values_list("household_id", flat=True))


def helpers_of(household_id: int, day: date) -> list[Post]:
    """The posts on whose list a household is on the day (帮扶责任人). One query."""
    rows = PostHousehold.objects.filter(household_id=household_id, valid_from__lte=day)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=day)).select_related("post__user")
    return [row.post for row in rows.order_by("valid_from", "id") if row.post.stands_on(day)]


def answering_for(
    households: Mapping[int, str], day: date
) -> tuple[dict[int, list[str]], dict[str, list[str]]]:
    """Who helps these households (key → village), and who enters for their villages: names. Two queries."""
    listed = PostHousehold.objects.filter(household_id__in=list(households), valid_from__lte=day)
    listed = listed.filter(Q(valid_to=None) | Q(valid_to__gt=day), post__role="helper")
    helpers: dict[int, list[str]] = {}
    for row in listed.select_related("post__user", "post__deputy_for").order_by("valid_from", "id"):
        if row.post.stands_on(day):
            helpers.setdefault(row.household_id, []).append(row.post.user.name)
    posts = Post.objects.filter(role="village_officer", division_code__in=set(households.values()))
    officers: dict[str, list[str]] = {}
    for post in posts.select_related("user", "deputy_for").order_by("valid_from", "id"):
        if post.stands_on(day):
            officers.setdefault(post.division_code, []).append(post.user.name)
    return helpers, officers


def households_helped_by(name: str, day: date) -> list[int]:
    """The households on the lists of the helpers who bear a name or sign in by it, on a day. One query."""
    rows = PostHousehold.objects.filter(valid_from__lte=day, post__valid_from__lte=day)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=day))
    rows = rows.filter(Q(post__valid_to=None) | Q(post__valid_to__gt=day))
    rows = rows.filter(Q(post__user__name=name) | Q(post__user__username=name))
    return list(rows.values_list("household_id", flat=True).distinct())


def helper_names(household_ids: Iterable[int], day: date) -> dict[int, list[str]]:
    """Household → the names of its helpers on a day. One query."""
    rows = PostHousehold.objects.filter(household_id__in=list(household_ids), valid_from__lte=day)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=day))
    found: dict[int, list[str]] = {}
    for row in rows.select_related("post__user", "post__deputy_for").order_by("valid_from", "id"):
        if row.post.stands_on(day):
            found.setdefault(row.household_id, []).append(row.post.user.name)
    return found


def tokens_of(user: User, now: datetime) -> list[Token]:
    """The keys of a user's posts that still work, newest first. One query."""
    found = Token.objects.filter(post__user=user, revoked_at=None, expires_at__gt=now)
    return list(found.select_related("post").order_by("-id"))
