"""A small county and its people: short ways to make accounts with posts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.hashers import make_password

from mingbai.accounts.actions import grant_post
from mingbai.accounts.models import Post, User
from mingbai.places import actions as places
from tests.places.trees import county

NOW = datetime(2026, 6, 30, 8, tzinfo=UTC)
DAY = date(2026, 6, 30)
START = date(2026, 1, 1)
COUNTY, EAST, WEST = "990101000000", "990101100000", "990101101000"
EAST_1, EAST_2, WEST_1 = "990101100201", "990101100202", "990101101201"
PASSWORD = "brook-Heron-41"  # noqa: S105 — of invented people
_DIGEST: list[str] = []


def lay_county() -> None:
    """甲县 with two townships and three villages."""
    places.load_divisions(actor="command", rows=county())


def user(name: str = "li", **fields: Any) -> User:
    """An account with PASSWORD; the digest is made once, since argon2 is slow on purpose."""
    if not _DIGEST:
        _DIGEST.append(make_password(PASSWORD))
    return User.objects.create(
        username=name, name=name, password=_DIGEST[0], created_at=NOW, **fields
    )


def post(who: User, role: str, code: str = "", start: date = START, end: date | None = None,
         **more: Any) -> Post:  # fmt: skip
    """A post given by the command."""
    return grant_post(actor="command", user=who, role=role, division_code=code, valid_from=start,
                      valid_to=end, **more)  # fmt: skip
