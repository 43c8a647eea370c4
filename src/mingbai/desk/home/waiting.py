"""What waits for the one who asks (等我), and what one handed on to others (等别人)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mingbai.accounts.models import Post, User
from mingbai.accounts.outside import readings_at
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope
from mingbai.audit.models import Event
from mingbai.decisions.enums import ProposalState
from mingbai.decisions.models import ParameterProposal
from mingbai.desk.components.reaching import covers, whole
from mingbai.desk.components.words import actor_names, role_words
from mingbai.desk.home.words import due_words
from mingbai.desk.jobs.words import kind_words
from mingbai.intake.models import ImportOrder
from mingbai.jobs.enums import JobState
from mingbai.jobs.models import Job
from mingbai.places.queries import SHANGHAI, names_on

#: Dry runs and failures older than this are no morning's work any more.
RECENT = timedelta(days=14)
#: Posts that end within so many days are told beforehand.
ENDING = timedelta(days=30)
MOST = 20


@dataclass(frozen=True)
class Waits:
    """One thing that waits (等我办的事): since or until when, what, from whom, where it is done."""

    when: str
    what: str
    who: str
    address: str
    hot: bool = True


def waiting_for(request: HttpRequest) -> list[Waits]:
    """Everything that waits for the one who asks, by what they may do. At most ten queries."""
    found: list[Waits] = []
    for part in (_imports, _failed, _ending, _accounts, _leaves):
        found += part(request)
    return found


def _rights(request: HttpRequest) -> Any:
    return request.rights


def _day(request: HttpRequest) -> date:
    found: date = request.day
    return found


def _actor(request: HttpRequest) -> str:
    return str(request.user.actor)


def waiting_for_others(request: HttpRequest) -> list[Waits]:
    """What one handed on and somebody else has to do: lists to be written, parameters to be published.

    At most four queries.
    """
    return [*_handed_on(request), *_proposed(request)]


def _handed_on(request: HttpRequest) -> Iterator[Waits]:
    """A line department's lists that are compared: the county's officer writes them."""
    if _rights(request).topics(Permission.HOUSEHOLDS_IMPORT) is None:
        return
    for one in _unwritten(ordered_by=_actor(request)):
        said = {"file": next((file.name for file in one.files.all()), "")}
        yield Waits(
            one.ordered_at.astimezone(SHANGHAI).strftime("%m-%d"),
            _("比对好了，等县里写入：{file}").format(**said), "",
            reverse("imports:order", args=[one.pk]), hot=False,
        )  # fmt: skip


def _proposed(request: HttpRequest) -> Iterator[Waits]:
    """One's own proposals of parameters, which another has to publish."""
    if Permission.RULES_PROPOSE not in _rights(request).permissions:
        return
    rows = ParameterProposal.objects.filter(
        proposed_by=_actor(request), state=ProposalState.PROPOSED
    )
    for one in rows.order_by("-id")[:MOST]:
        yield Waits(
            one.proposed_at.astimezone(SHANGHAI).strftime("%m-%d"),
            _("参数提案，等另一个人发布"), "", reverse("rules:proposal", args=[one.pk]), hot=False,
        )  # fmt: skip


def _imports(request: HttpRequest) -> Iterator[Waits]:
    """Dry runs that are through and that nobody has applied; only for who may write what they hold."""
    rights = _rights(request)
    scope: Scope = rights[Permission.HOUSEHOLDS_IMPORT]
    if scope.empty or rights.topics(Permission.HOUSEHOLDS_IMPORT) is not None:
        return
    waiting = [
        one
        for one in _unwritten()
        if (covers(scope, one.division_code) if one.division_code else whole(scope))
    ]
    names = actor_names(one.ordered_by for one in waiting)
    places = names_on({one.division_code for one in waiting}, _day(request)) if waiting else {}
    for one in waiting[:MOST]:
        said = {"file": next((file.name for file in one.files.all()), ""),
                "place": places.get(one.division_code, "")}  # fmt: skip
        yield Waits(
            one.ordered_at.astimezone(SHANGHAI).strftime("%m-%d"),
            _("比对好了，等您确认写入：{file} {place}").format(**said),
            names[one.ordered_by],
            reverse("imports:order", args=[one.pk]),
        )


def _unwritten(**narrowed: Any) -> list[ImportOrder]:
    """Dry runs that are through and not written. Three queries.

    One that would change nothing waits for nobody, and neither does one that was looked at anew.
    """
    recent = ImportOrder.objects.filter(ordered_at__gte=timezone.now() - RECENT)
    orders = list(recent.order_by("-id").prefetch_related("files")[: MOST * 5])
    jobs = Job.objects.in_bulk([one.job_id for one in orders if one.job_id])
    applied = [({file.pk for file in one.files.all()}, one.pk) for one in orders if not one.dry_run]
    anew = {one.follows_id for one in orders}
    return [
        one
        for one in orders
        if one.dry_run
        and one.would_write
        and one.pk not in anew
        and all(getattr(one, name) == value for name, value in narrowed.items())
        and one.job_id in jobs
        and jobs[one.job_id].state == JobState.DONE
        and not any(
            later > one.pk and files & {file.pk for file in one.files.all()}
            for files, later in applied
        )
    ]


def _failed(request: HttpRequest) -> Iterator[Waits]:
    recent = Q(ended_at__gte=timezone.now() - RECENT)
    rows = Job.objects.filter(recent, actor=_actor(request), state=JobState.FAILED)
    for one in rows.order_by("-id")[:MOST]:
        ended = one.ended_at or one.created_at
        yield Waits(
            ended.astimezone(SHANGHAI).strftime("%m-%d"),
            _("没办成：{what}").format(what=kind_words(one.kind)),
            "",
            reverse("jobs:job", args=[one.pk]),
        )


def _ending(request: HttpRequest) -> Iterator[Waits]:
    """One's own posts that end, and those that one may renew."""
    day, rights = _day(request), _rights(request)
    until = day + ENDING
    for post in rights.posts:
        if post.valid_to is not None and post.valid_to <= until:
            yield Waits(
                due_words(post.valid_to, day),
                _("您的任职到期：{role}。要续的，请授予的人续").format(role=role_words(post.role)),
                "",
                reverse("profile:profile"),
            )
    if Permission.POSTS_GRANT not in rights.permissions:
        return
    rows = Post.objects.filter(valid_to__gt=day, valid_to__lte=until).exclude(user=request.user)
    if Permission.USERS_MANAGE not in rights.permissions:
        rows = rows.filter(rights[Permission.POSTS_GRANT].divisions())
    for post in rows.select_related("user").order_by("valid_to", "id")[:MOST]:
        yield Waits(
            due_words(post.valid_to, day),
            _("{role} 任职到期，续或交接").format(role=role_words(post.role)),
            post.user.name,
            reverse("users:user", args=[post.user_id]),
        )


def _accounts(request: HttpRequest) -> Iterator[Waits]:
    """Accounts that their owners have not taken over."""
    if Permission.USERS_MANAGE not in _rights(request).permissions:
        return
    rows = User.objects.filter(is_active=True, must_change_password=True, demonstration=False)
    if count := rows.count():
        words = ngettext(
            "{n} 个账号还没有交到本人手里（没改过初始密码）",
            "{n} 个账号还没有交到本人手里（没改过初始密码）", count,
        )  # fmt: skip
        yield Waits("", words.format(n=count), "", reverse("users:users"))


def _leaves(request: HttpRequest) -> Iterator[Waits]:
    """Leaves to read outside that run: one's own to end, everybody's for the auditor to look at."""
    permissions, now = _rights(request).permissions, timezone.now()
    if Permission.OUTSIDE_READ in permissions:
        for one in readings_at(request.user, now):
            yield Waits(
                one.until_at.astimezone(SHANGHAI).strftime("%H:%M"),
                _("越权查阅还开着，看完请结束"),
                "",
                reverse("profile:outside"),
            )
    if Permission.AUDIT_READ in permissions:
        opened = "accounts.outside_reading.opened"
        count = Event.objects.filter(action=opened, at__gte=now - RECENT).count()
        if count:
            words = ngettext("近 14 天开过 {n} 次越权查阅", "近 14 天开过 {n} 次越权查阅", count)
            address = reverse("auditing:events") + f"?action={opened}"
            yield Waits("", words.format(n=count), "", address)
