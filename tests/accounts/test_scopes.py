"""What a user reaches on a day: by division, by list, as a deputy, by topic, by key."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mingbai.accounts.models import Post, PostHousehold, User
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import scope_of

pytestmark = pytest.mark.database
DAY = date(2026, 6, 30)


def user(name: str = "li") -> User:
    return User.objects.create_user(name, created_at=datetime(2026, 1, 1, tzinfo=UTC))


def test_division_post_reaches_its_division() -> None:
    somebody = user()
    Post.objects.create(user=somebody, role="township_clerk", division_code="430525101000",
                        valid_from=date(2026, 1, 1), granted_by="system")  # fmt: skip
    scope = scope_of(somebody, Permission.HOUSEHOLDS_READ, DAY)
    assert scope.ranges == (("430525101000", "430525101999"),)
    assert scope.covers("430525101201")
    assert not scope.covers("430525102201")
    assert scope.household_ids is None


def test_list_post_reaches_its_households() -> None:
    somebody = user()
    post = Post.objects.create(
        user=somebody, role="helper", valid_from=date(2026, 1, 1), granted_by="system"
    )
    PostHousehold.objects.create(post=post, household_id=7, valid_from=date(2026, 1, 1))
    scope = scope_of(somebody, Permission.HOUSEHOLDS_READ, DAY)
    assert scope.household_ids == frozenset({7})
    assert scope.covers("430525101201", 7)
    assert not scope.covers("430525101201", 8)
