"""What somebody may do, worked out once a request (本次请求的权限): posts, permissions, scopes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any

from mingbai.accounts.access import Reach
from mingbai.accounts.models import Post
from mingbai.accounts.outside import outside_scope
from mingbai.accounts.roles import ROLES, Permission
from mingbai.accounts.scopes import NOTHING, Scope, Scopes


class Rights(Mapping[Permission, Scope]):
    """The scopes of a user on a day, by permission, each read when it is first asked for."""

    def __init__(self, user: Any, day: date) -> None:
        self.user, self.day = user, day
        self._scopes = Scopes(user, day)

    @property
    def posts(self) -> list[Post]:
        """The posts that stand."""
        return self._scopes.posts

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        """What the posts give somewhere."""
        return frozenset().union(*(ROLES[post.role].permissions for post in self.posts))

    def topics(self, permission: Permission) -> frozenset[str] | None:
        """The topics to which the posts with the permission are limited; None: to none."""
        giving = [post for post in self.posts if permission in ROLES[post.role].permissions]
        if not giving or any(not ROLES[post.role].by_topic for post in giving):
            return None
        return frozenset(topic for post in giving for topic in post.topics)

    def topics_at(
        self, permission: Permission, division_code: str, household_id: int
    ) -> frozenset[str] | None:
        """The topics open at a household; None: all."""
        return self._scopes.topics_at(permission, division_code, household_id)

    def __getitem__(self, permission: Permission) -> Scope:
        return self._scopes.of(permission)

    def __iter__(self) -> Iterator[Permission]:
        return iter(Permission)

    def __len__(self) -> int:
        return len(Permission)

    def reach(self, permission: Permission, now: datetime) -> Reach:
        """The own scope and, for who may have one, what a running leave adds."""
        may = Permission.OUTSIDE_READ in self.permissions
        outside = outside_scope(self.user, permission, self.day, now) if may else NOTHING
        return Reach(self[permission], outside)
