"""Who may do what with accounts (账号的准入), and what a sign-in still owes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from mingbai.accounts.models import Authenticator, Post, User
from mingbai.accounts.outside import outside_scope
from mingbai.accounts.roles import ROLES, Permission, Role
from mingbai.accounts.scopes import Scope, posts_on, scope_of
from mingbai.places.codes import pad
from mingbai.places.enums import DIGITS, Level

_RANK = {level: rank for rank, level in enumerate(DIGITS)}  # small: large places


def needs_second_factor(user: User, day: date, posts: Iterable[Post] | None = None) -> bool:
    """Whether a post of the day asks for one: county roles do. One query; none with its `posts`.

    Demonstration accounts do not: they exist only beside invented persons, on a server that answers only its
    own machine.
    """
    if user.demonstration:
        return False
    standing = posts_on(user, day) if posts is None else posts
    return any(ROLES[post.role].second_factor for post in standing)


def has_second_factor(user: User) -> bool:
    """Whether an app is bound and confirmed. One query."""
    return bool(Authenticator.objects.filter(user_id=user.pk, confirmed=True).exists())


def second_factor_missing(user: User, day: date) -> bool:
    """A county role without a device: reaches nothing but the page where it binds one. Two queries."""
    return needs_second_factor(user, day) and not has_second_factor(user)


def second_factor_due(
    user: User, day: date, *, verified: bool, posts: Iterable[Post] | None = None
) -> str:
    """What a sign-in still owes: "enrol", "verify" or nothing. At most two queries, one with `posts`.

    Whoever has bound an app is asked for it, whatever the role: a factor that is there is used.
    """
    if verified:
        return ""
    if has_second_factor(user):
        return "verify"
    return "enrol" if needs_second_factor(user, day, posts) else ""


def may_manage(user: User, day: date) -> bool:
    """Whether the user may make, close and reset accounts. One query."""
    return any(
        Permission.USERS_MANAGE in ROLES[post.role].permissions for post in posts_on(user, day)
    )


def may_grant(user: User, role: Role, division_code: str, day: date) -> bool:
    """Whether the user may give or end this post: within the own scope, and below the own level.

    An administrator of accounts gives posts of every level; nobody gives one that would grant more than that
    by giving the power to give posts, except an administrator.
    """
    if may_manage(user, day):
        return _covers(scope_of(user, Permission.POSTS_GRANT, day), role, division_code)
    if Permission.POSTS_GRANT in role.permissions or Permission.USERS_MANAGE in role.permissions:
        return False
    giving = [p for p in posts_on(user, day) if Permission.POSTS_GRANT in ROLES[p.role].permissions]
    highest = min((_RANK[ROLES[p.role].level] for p in giving), default=len(_RANK))
    if _RANK[role.level] <= highest:
        return False
    return _covers(scope_of(user, Permission.POSTS_GRANT, day), role, division_code)


def _covers(scope: Scope, role: Role, division_code: str) -> bool:
    """A list without a place is granted by whoever may grant anywhere at all."""
    return scope.covers(pad(division_code)) if division_code else role.by_list and not scope.empty


def may_see_user(user: User, other: User, day: date) -> bool:
    """Oneself; an administrator everybody; whoever grants posts those who have one in the own scope."""
    if user.pk == other.pk or may_manage(user, day):
        return True
    scope = scope_of(user, Permission.POSTS_GRANT, day)
    return any(scope.covers(post.division_code) for post in other.posts.all())


@dataclass(frozen=True)
class Reach:
    """What somebody may read now (可读范围): the own scope, and what running leaves add to it."""

    own: Scope
    outside: Scope

    @property
    def all(self) -> Scope:
        """Both together, for lists."""
        return self.own | self.outside

    def only_outside(self, division_code: str, household_id: int | None = None) -> bool:
        """Whether a record is seen by a leave alone: then the look is logged with it."""
        if self.own.covers(division_code, household_id):
            return False
        return self.outside.covers(division_code, household_id)


def reach_of(
    user: User, permission: Permission, day: date, now: datetime, *, topic: str = ""
) -> Reach:
    """Scope and running leaves together. At most six queries."""
    own = scope_of(user, permission, day, topic=topic)
    return Reach(own, outside_scope(user, permission, day, now))


def level_of_post(post: Post) -> Level:
    """The level a post works at."""
    return ROLES[post.role].level
