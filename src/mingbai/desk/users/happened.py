"""What was done to an account (账号记录): given, ended, reset, opened, by whom, when.

Who keeps accounts does not read the audit chain; this much of it everybody who keeps accounts may know.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mingbai.accounts.models import Post, User
from mingbai.audit.models import Event
from mingbai.desk.auditing.words import action_words
from mingbai.desk.components.words import actor_names, clauses, role_words

MOST = 12


@dataclass(frozen=True)
class Happened:
    """One thing that was done to an account (一条账号记录)."""

    at: datetime
    what: str
    who: str
    why: str


def happened_to(user: User, posts: Iterable[Post]) -> list[Happened]:
    """The newest things done to an account and its posts. Two queries."""
    roles = {f"post:{post.pk}": role_words(post.role) for post in posts}
    rows = Event.objects.filter(target__in=[user.actor, *roles]).order_by("-id")[:MOST]
    names = actor_names(row.actor for row in rows)
    return [Happened(row.at, _what(row, roles), names[row.actor], _why(row.data)) for row in rows]


def _what(row: Event, roles: dict[str, str]) -> str:
    said = action_words(row.action)
    return clauses([said, roles[row.target]]) if row.target in roles else said


def _why(data: str) -> str:
    found = json.loads(data) if data else {}
    return str(found.get("reason", ""))
