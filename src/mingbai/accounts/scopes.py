"""What a user reaches on a day (范围): role × division or household list × period, as database filters.

List and detail filter by the same `Scope`, so that they cannot disagree. What is not in it does not exist for
the user: absent and forbidden answer alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q

from mingbai.accounts.models import Post, PostHousehold, Token, User
from mingbai.accounts.roles import ROLES, Permission
from mingbai.places.codes import pad
from mingbai.places.intervals import Range, join
from mingbai.places.lineage import Lineage
from mingbai.places.remembered import lineage_on

#: A restricted permission opens one topic; a post that names its topics must name it.
TOPIC_OF: dict[Permission, str] = {
    Permission.HEALTH_READ: "health",
    Permission.HEALTH_WRITE: "health",
    Permission.CONVICTION_READ: "conviction",
    Permission.CONVICTION_WRITE: "conviction",
    Permission.BANK_READ: "bank_account",
    Permission.BANK_WRITE: "bank_account",
}
_NOTHING = Q(pk__in=())


@dataclass(frozen=True)
class Scope:
    """Ranges of codes and a list of households (范围). Empty reaches nothing.

    `ranges`: first and last twelve-digit code, both included, sorted and joined; old codes of the same land
    included. `household_ids`: None where no post works by list. `everything` is for commands and jobs.
    """

    ranges: tuple[Range, ...] = ()
    household_ids: frozenset[int] | None = None
    everything: bool = False

    @property
    def empty(self) -> bool:
        """Whether it reaches nothing."""
        return not (self.everything or self.ranges or self.household_ids)

    def __bool__(self) -> bool:
        return not self.empty

    def __or__(self, other: Scope) -> Scope:
        lists = [one.household_ids for one in (self, other) if one.household_ids is not None]
        return Scope(
            tuple(join([*self.ranges, *other.ranges])),
            frozenset().union(*lists) if lists else None,
            self.everything or other.everything,
        )

    def divisions(self, field: str = "division_code") -> Q:
        """Rows whose code lies in the ranges; ranges and lists of codes use the index of the column."""
        if self.everything:
            return Q()
        single = [low for low, high in self.ranges if low == high]
        found = Q(**{f"{field}__in": single}) if single else _NOTHING
        for low, high in self.ranges:
            if low != high:
                found |= Q(**{f"{field}__gte": low, f"{field}__lte": high})
        return found

    def households(self, field: str = "household_id") -> Q:
        """Rows of the households on the list, and no others: a post for a division has no list."""
        if self.everything:
            return Q()
        return Q(**{f"{field}__in": sorted(self.household_ids)}) if self.household_ids else _NOTHING

    def rows(self, household: str = "household_id", division: str = "division_code") -> Q:
        """Rows of a table that has both columns: in the ranges or on the list."""
        if self.household_ids and self.ranges and not self.everything:
            return self.divisions(division) | self.households(household)
        return self.households(household) if self.household_ids else self.divisions(division)

    def covers(self, division_code: str, household_id: int | None = None) -> bool:
        """Whether a division (all codes under it are not asked), or this household, is in it."""
        if self.everything:
            return True
        if household_id is not None and household_id in (self.household_ids or ()):
            return True
        code = pad(division_code) if division_code else ""
        return any(low <= code <= high for low, high in self.ranges)

    def lies_in(self, outer: Scope) -> bool:
        """Whether all of it is in another scope, range by range and household by household."""
        if outer.everything:
            return True
        ranges = all(
            any(a <= low and high <= b for a, b in outer.ranges) for low, high in self.ranges
        )
        lists = (self.household_ids or frozenset()) <= (outer.household_ids or frozenset())
        return not self.everything and ranges and lists


EVERYTHING = Scope(everything=True)
NOTHING = Scope()


def posts_on(user: User, day: date) -> list[Post]:
    """The posts that stand on a day, deputies' included while the post they stand in for does. One query."""
    if not user.is_active:
        return []
    found = Post.objects.filter(user_id=user.pk).select_related("deputy_for").order_by("id")
    return [post for post in found if post.stands_on(day)]


def permissions_of(user: User, day: date) -> frozenset[Permission]:
    """What the user may do somewhere on the day; for navigation, not for a decision. One query."""
    held = [ROLES[post.role].permissions for post in posts_on(user, day)]
    return frozenset().union(*held)


def topics_of(user: User, permission: Permission, day: date) -> frozenset[str] | None:
    """The topics to which the user's posts with the permission are limited; None: to none. One query.

    For navigation: somebody with two posts may be limited in one place and not in another
    (`Scopes.topics_at`).
    """
    return _topics(_giving(posts_on(user, day), permission, ""))


class Scopes:
    """The scopes of one user on one day (范围), read once: for a request that asks for several permissions.

    At most three queries, however many permissions, posts, households and re-codes there are. Not to be kept
    longer than a request: it does not see what changes.
    """

    def __init__(self, user: User, day: date) -> None:
        self._begin(posts_on(user, day), day)

    def _begin(self, posts: list[Post], day: date) -> None:
        self.posts, self.day = posts, day
        self._carried: frozenset[str] | None = None  # of a key; none: all its posts give
        self._found: dict[tuple[Permission, str], Scope] = {}

    @classmethod
    def of_posts(cls, posts: Iterable[Post], day: date) -> Scopes:
        """The same for posts that were read already; they stand on the day."""
        made = cls.__new__(cls)
        made._begin(list(posts), day)
        return made

    @classmethod
    def of_token(cls, token: Token, day: date) -> Scopes:
        """Those of a program's key: its post's, for the permissions that it carries."""
        stands = token.post.user.is_active and token.post.stands_on(day)
        made = cls.of_posts([token.post] if stands else [], day)
        made._carried = frozenset(token.permissions)
        return made

    @cached_property
    def _lineage(self) -> Lineage:
        return lineage_on(self.day)

    @cached_property
    def _lists(self) -> dict[int, frozenset[int]]:
        """Post → households on its list."""
        return _lists([post for post in self.posts if ROLES[post.role].by_list], self.day)

    def of(self, permission: Permission, topic: str = "") -> Scope:
        """Where the user has the permission; `topic` as in `scope_of`."""
        asked = permission, topic
        if asked not in self._found:
            self._found[asked] = self._scope(self._giving(permission, topic))
        return self._found[asked]

    def topics_at(
        self, permission: Permission, division_code: str, household_id: int | None = None
    ) -> frozenset[str] | None:
        """The topics that the posts which reach a place, or this household, open there; None: all.

        A line department's post opens its topics in the whole county, and the same person's post as a
        helper opens every topic of the households on her list, and of no others. No further query.
        """
        here = [
            post
            for post in self._giving(permission, "")
            if self._of_post(post).covers(division_code, household_id)
        ]
        return _topics(here) if here else frozenset()

    def _giving(self, permission: Permission, topic: str) -> list[Post]:
        if self._carried is not None and permission not in self._carried:
            return []
        return _giving(self.posts, permission, topic)

    def _of_post(self, post: Post) -> Scope:
        if post.pk not in self._by_post:
            self._by_post[post.pk] = self._scope([post])
        return self._by_post[post.pk]

    @cached_property
    def _by_post(self) -> dict[int, Scope]:
        return {}

    def _scope(self, giving: Collection[Post]) -> Scope:
        placed = [post for post in giving if not ROLES[post.role].by_list]
        listed = [post for post in giving if ROLES[post.role].by_list]
        ids = frozenset().union(*(self._lists[post.pk] for post in listed))
        ranges = _ranges(placed, self._lineage, self.day) if placed else ()
        return Scope(ranges, ids if listed else None)


def scope_of(user: User, permission: Permission, day: date, *, topic: str = "") -> Scope:
    """Where the user has the permission on the day (范围).

    `topic`: of the records to be read or written; a line department's post opens only the topics it names.
    At most three queries, however many posts, households and re-codes there are.
    """
    return Scopes(user, day).of(permission, topic)


def scope_of_token(token: Token, permission: Permission, day: date, *, topic: str = "") -> Scope:
    """Where a program's key has the permission: the scope of its post, if the key carries the permission."""
    return Scopes.of_token(token, day).of(permission, topic)


def scope_of_posts(
    posts: Iterable[Post], permission: Permission, day: date, *, topic: str = ""
) -> Scope:
    """The scope that standing posts give together."""
    return Scopes.of_posts(posts, day).of(permission, topic)


def _giving(posts: Iterable[Post], permission: Permission, topic: str) -> list[Post]:
    asked = topic or TOPIC_OF.get(permission, "")
    return [
        post
        for post in posts
        if permission in ROLES[post.role].permissions
        and not (asked and ROLES[post.role].by_topic and asked not in post.topics)
    ]


def _topics(giving: Collection[Post]) -> frozenset[str] | None:
    if not all(ROLES[post.role].by_topic for post in giving):
        return None
    return frozenset(topic for post in giving for topic in post.topics)


def _ranges(posts: Iterable[Post], steps: Lineage, day: date) -> tuple[Range, ...]:
    """A post names a code of the day it began; the post a deputy stands in for, of the day that one began."""
    held: set[str] = set()
    for post in posts:
        origin = post.deputy_for or post
        held |= steps.follow(origin.division_code, origin.valid_from, day)
    return steps.ranges(held, day)


def _lists(posts: Collection[Post], day: date) -> dict[int, frozenset[int]]:
    """A deputy has the list of the post it stands in for."""
    owners = {post.pk: post.deputy_for_id or post.pk for post in posts}
    found: dict[int, set[int]] = {owner: set() for owner in owners.values()}
    rows = PostHousehold.objects.filter(post__in=list(found), valid_from__lte=day)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=day))
    for owner, household in rows.values_list("post", "household_id"):
        found[owner].add(household)
    return {post: frozenset(found[owner]) for post, owner in owners.items()}
