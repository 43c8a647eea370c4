"""What a post must be (任职的规矩): of a role, in a division of its level, and beside no incompatible one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import combinations
from typing import NamedTuple

from django.db.models import Q

from mingbai.accounts.errors import error
from mingbai.accounts.models import Post, User
from mingbai.accounts.roles import ROLES, Incompatible, Role, clashes
from mingbai.common.errors import RegisterError
from mingbai.places.codes import level_of, pad
from mingbai.places.enums import DIGITS
from mingbai.places.intervals import Range, meet
from mingbai.places.queries import division_on, lineage

#: Keys of the topics of dated records (households.topics), which a line department's post may name.
TOPICS = (
    "residence", "dwelling", "water", "living", "land", "income_year", "income_entry", "measure",
    "household_incident", "bank_account", "identity", "schooling", "work", "insurance", "security",
    "health", "bill", "benefit", "conviction",
)  # fmt: skip
_RANK = {level: rank for rank, level in enumerate(DIGITS)}


def role_of(key: str) -> Role:
    """The role of this key. Raises ACC-003."""
    if key not in ROLES:
        raise error("ACC-003", role=key)
    return ROLES[key]


def check_period(start: date, end: date | None, low: date, high: date | None) -> None:
    """Raises ACC-008 unless a period ends after it starts and lies within another."""
    late = high is not None and (end is None or end > high)
    if start < low or late or (end is not None and end <= start):
        raise error("ACC-008", start=start, end=end or "…", low=low, high=high or "…")


def check_place(role: Role, division_code: str, day: date) -> str:
    """The twelve-digit code of a post's place. Raises ACC-004, ACC-005."""
    wanted = {
        "wanted_zh": f"{role.level.label}级或以下的区划代码",
        "wanted_en": f"a code of {role.level} level or below",
    }
    if not division_code:
        if role.by_list:
            return ""
        raise error("ACC-004", role=role.zh, division="", **wanted)
    code = pad(division_code)
    if not code.isdigit() or _RANK[level_of(code)] < _RANK[role.level]:
        raise error("ACC-004", role=role.zh, division=division_code, **wanted)
    if division_on(code, day) is None:
        became = sorted(lineage(day).gone(day).get(code, ()))
        hint = f"（已变为 / now {'、'.join(became)}）" if became else ""
        raise error("ACC-005", division=code, day=day, hint=hint)
    return code


def check_topics(role: Role, topics: Iterable[str]) -> list[str]:
    """The topics of a post, sorted. Raises ACC-010 when a line department names none or unknown ones."""
    named = sorted(set(topics))
    if not role.by_topic and not named:
        return []
    if not (role.by_topic and named and set(named) <= set(TOPICS)):
        raise error("ACC-010", topics="、".join(named), known="、".join(TOPICS))
    return named


def refuse_clashes(post: Post, user: User) -> None:
    """Raises ACC-006 when the user has an incompatible post at the same time (不相容职责).

    Some duties clash anywhere; the others where the two places have land in common. Deputies count like
    the post they stand in for.
    """
    for other in user.posts.select_related("deputy_for").order_by("id"):
        first = _first_common_day(post, other)
        if first is not None and (pair := _clash(post, other, first)):
            raise Clash(user, other, post, pair).problem


class Clash(NamedTuple):
    """Two posts of one person that are incompatible (任职冲突)."""

    user: User
    one: Post
    other: Post
    pair: Incompatible

    @property
    def problem(self) -> RegisterError:
        """ACC-006 in words."""
        (one_zh, one_en), (other_zh, other_en) = _named(self.one), _named(self.other)
        return error("ACC-006", one_zh=one_zh, other_zh=other_zh, detail_zh=self.pair.zh,
                     one_en=one_en, other_en=other_en, detail_en=self.pair.en)  # fmt: skip


def clashing(day: date) -> list[Clash]:
    """Posts in force that became incompatible after they were given: villages merged (合并后任职冲突)."""
    posts = Post.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)
    posts = posts.filter(user__is_active=True).select_related("user", "deputy_for")
    held: dict[User, list[Post]] = {}
    for post in posts.order_by("user__username", "id"):
        held.setdefault(post.user, []).append(post)
    return [
        Clash(user, one, other, pair)
        for user, some in held.items()
        for one, other in combinations(some, 2)
        if one.stands_on(day) and other.stands_on(day) and (pair := _clash(one, other, day))
    ]


def _clash(one: Post, other: Post, day: date) -> Incompatible | None:
    pairs = clashes(ROLES[one.role], ROLES[other.role])
    meeting = any(not pair.anywhere for pair in pairs) and _places_meet(one, other, day)
    return next((pair for pair in pairs if pair.anywhere or meeting), None)


def _first_common_day(one: Post, other: Post) -> date | None:
    start = max(one.valid_from, other.valid_from)
    ends = [post.valid_to for post in (one, other) if post.valid_to is not None]
    return start if all(start < end for end in ends) else None


def _places_meet(one: Post, other: Post, day: date) -> bool:
    """A list of households may be anywhere unless its post names a division."""
    if not one.division_code or not other.division_code:
        return True
    return meet(_land(one, day), _land(other, day))


def _land(post: Post, day: date) -> tuple[Range, ...]:
    steps = lineage(day)
    origin = post.deputy_for or post
    return steps.ranges(steps.follow(origin.division_code, origin.valid_from, day), day)


def _named(post: Post) -> tuple[str, str]:
    """Role, place and period of a post, in both languages."""
    role = ROLES[post.role]
    held = f" {post.division_code} {post.valid_from}–{post.valid_to or ''}".replace("  ", " ")
    deputy = bool(post.deputy_for_id)
    return f"{'代理' * deputy}{role.zh}{held}", f"{'deputy ' * deputy}{role.en}{held}"
