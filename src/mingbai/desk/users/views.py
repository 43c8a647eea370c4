"""Screens of accounts (账号页面). Each asks twice: accounts at all, and this one; never one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from mingbai.accounts.access import has_second_factor, may_manage
from mingbai.accounts.actions import activate, create_user, deactivate, reset_password
from mingbai.accounts.locks import locked_until, unlock
from mingbai.accounts.models import User
from mingbai.accounts.passwords import draw_password
from mingbai.accounts.posts import clashing
from mingbai.accounts.queries import posts_of, users_in
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import EVERYTHING
from mingbai.accounts.second_factor import reset_second_factor
from mingbai.accounts.sessions import end_other_sessions, sessions_of
from mingbai.common.errors import RegisterError
from mingbai.desk.access import screen
from mingbai.desk.components.fields import given
from mingbai.desk.components.paging import page_of
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.words import aside
from mingbai.desk.profile.views import post_lines
from mingbai.desk.users.finding import asked_of, lines_of
from mingbai.desk.users.forms import NewUserForm, ReasonForm
from mingbai.desk.users.happened import happened_to
from mingbai.desk.users.posts import may_touch
from mingbai.desk.users.reach import find_user

TEMPLATES = "users/templates/"


@screen(Permission.POSTS_GRANT)
def users(request: HttpRequest) -> HttpResponse:
    """Accounts of one's scope; an administrator sees all."""
    manages, now = may_manage(request.user, request.day), timezone.now()
    asked = asked_of(request)
    reach = EVERYTHING if manages else request.scope
    found = users_in(reach, asked.filters, day=request.day, now=now)
    page = page_of(request, found.count())
    lines = lines_of(found[page.start : page.stop], request.day, now)
    said = {"page": page, "lines": lines, "asked": asked, "manages": manages}
    said["clashes"] = (
        [(one.user, words_of(one.problem)) for one in clashing(request.day)] if manages else []
    )
    return render(request, TEMPLATES + "users.html", said)


@screen(Permission.USERS_MANAGE, writes=True)
def new(request: HttpRequest) -> HttpResponse:
    """Make an account; its drawn password is shown this once."""
    form = NewUserForm(given(request))
    if request.method == "POST" and form.is_valid():
        password = draw_password()
        try:
            made = create_user(actor=request.user.actor, password=password, **form.cleaned_data)
        except RegisterError as refused:
            form.add_error("username", words_of(refused))
        else:
            return _handed_over(request, made, password)
    status = 422 if form.errors else 200
    return render(request, TEMPLATES + "new.html", {"form": form}, status=status)


def _handed_over(request: HttpRequest, user: User, password: str) -> HttpResponse:
    said = {"account": user, "password": password}
    return render(request, TEMPLATES + "handed_over.html", said)


@screen(Permission.POSTS_GRANT)
def user(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account: posts and deputies, whether it is open, where it is signed in, what was done to it."""
    found, now = find_user(request, user_id), timezone.now()
    manages, posts = may_manage(request.user, request.day), posts_of([found])[found.pk]
    lines = post_lines(posts, request.day)
    for line in lines:
        line["may_end"] = may_touch(request, line["post"])
    said = {
        "account": found, "posts": lines, "manages": manages, "ending": True,
        "bound": has_second_factor(found), "own": found.pk == request.user.pk,
        "sessions": sessions_of(found, now) if manages else [],
        "locked": locked_until(now, [found.username]).get(found.username),
        "happened": happened_to(found, posts) if manages else [],
    }  # fmt: skip
    return render(request, TEMPLATES + "user.html", said)


@screen(Permission.USERS_MANAGE, reads=False, writes=True)
def reset(request: HttpRequest, user_id: int) -> HttpResponse:
    """Another drawn password, shown this once; the account's sessions end."""
    found = find_user(request, user_id)
    try:
        password = reset_password(actor=request.user.actor, user=found)
    except RegisterError as refused:
        return _refused(request, found, refused)
    return _handed_over(request, found, password)


@screen(Permission.USERS_MANAGE, reads=False, writes=True)
def unbind(request: HttpRequest, user_id: int) -> HttpResponse:
    """Take a lost phone away from an account."""
    found = find_user(request, user_id)
    return _with_reason(
        request, found,
        lambda reason: reset_second_factor(actor=request.user.actor, user=found, reason=reason),
        _("手机已解除，下次登录要重新绑定。"),
    )  # fmt: skip


@screen(Permission.USERS_MANAGE, reads=False, writes=True)
def activity(request: HttpRequest, user_id: int) -> HttpResponse:
    """Close an account, or open it again."""
    found = find_user(request, user_id)
    act = deactivate if found.is_active else activate
    return _with_reason(
        request, found,
        lambda reason: act(actor=request.user.actor, user=found, reason=reason),
        _("账号已停用，登录都已结束。") if found.is_active else _("账号已恢复。"),
    )  # fmt: skip


@screen(Permission.USERS_MANAGE, reads=False, writes=True)
def open_lock(request: HttpRequest, user_id: int) -> HttpResponse:
    """Let somebody try again who typed the password wrong too often."""
    found = find_user(request, user_id)
    if unlock(actor=request.user.actor, user=found):
        messages.success(request, _("已解锁，现在就可以再试。"))
    else:
        messages.info(request, _("这个账号没有锁。"))
    return redirect("users:user", found.pk)


@screen(Permission.USERS_MANAGE, reads=False, writes=True)
def sign_out(request: HttpRequest, user_id: int) -> HttpResponse:
    """End every session of an account; of one's own, every other one."""
    found = find_user(request, user_id)
    own = found.pk == request.user.pk
    count = end_other_sessions(
        actor=request.user.actor, user=found, now=timezone.now(),
        keep=(request.session.session_key or "") if own else "",
    )  # fmt: skip
    messages.success(request, _("结束了 {count} 个登录。").format(count=count))
    return redirect("users:user", found.pk)


def _with_reason(
    request: HttpRequest, found: User, act: Callable[[str], Any], done: str
) -> HttpResponse:
    form: Form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("没有办：要写明理由。"))
        return redirect("users:user", found.pk)
    try:
        act(form.cleaned_data["reason"])
    except RegisterError as refused:
        return _refused(request, found, refused)
    messages.success(request, done)
    return redirect("users:user", found.pk)


def _refused(request: HttpRequest, found: User, refused: RegisterError) -> HttpResponse:
    messages.error(request, aside(words_of(refused), refused.code))
    return redirect("users:user", found.pk)
