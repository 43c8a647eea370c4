"""What a post must be (任职的规矩): of a role, in a division of its level, and beside no incompatible one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mingbai.accounts.errors import error
from mingbai.accounts.models import Post, User
from mingbai.accounts.roles import ROLES, Role, clashes
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
        pairs = clashes(ROLES[post.role], ROLES[other.role])
        first = _first_common_day(post, other)
        if not pairs or first is None:
            continue
        for pair in pairs:
            if pair.anywhere or _places_meet(post, other, first):
                raise error(
                    "ACC-006",
                    one=_named(other),
                    other=_named(post),
                    detail_zh=pair.zh,
                    detail_en=pair.en,
                )


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


def _named(post: Post) -> str:
    role = ROLES[post.role]
    period = f"{post.valid_from}–{post.valid_to or ''}"
    acting = "代理 deputy " if post.deputy_for_id else ""
    return f"{acting}{role.zh} {role.en} {post.division_code} {period}".replace("  ", " ")
