"""Reading users, posts and keys (账号查询)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db.models import Q, QuerySet

from mingbai.accounts.errors import error
from mingbai.accounts.models import Post, PostHousehold, Token, User
from mingbai.accounts.scopes import Scope


def user_named(username: str) -> User:
    """The active account of this name. Raises ACC-023. One query."""
    found = User.objects.filter(username__iexact=username.strip(), is_active=True).first()
    if found is None:
        raise error("ACC-023", username=username)
    return found


def users_in(scope: Scope, *, text: str = "") -> QuerySet[User]:
    """Users who have or had a post in the scope, by name; those without any post for `everything` only."""
    found = User.objects.all()
    if not scope.everything:
        found = found.filter(pk__in=Post.objects.filter(scope.divisions()).values("user"))
    if text:
        found = found.filter(
            Q(username__icontains=text) | Q(name__icontains=text) | Q(unit__icontains=text)
        )
    return found.order_by("username")


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
