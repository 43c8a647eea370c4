"""Screens of accounts and posts (账号与任职页面). Each asks twice: accounts at all, and this one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from mingbai.accounts.access import has_second_factor, may_grant, may_manage, may_see_user
from mingbai.accounts.actions import (
    activate,
    create_user,
    deactivate,
    grant_post,
    reset_password,
)
from mingbai.accounts.actions import (
    end_post as end,
)
from mingbai.accounts.models import Post, User
from mingbai.accounts.passwords import draw_password
from mingbai.accounts.queries import posts_of, users_in
from mingbai.accounts.roles import ROLES, Permission
from mingbai.accounts.scopes import EVERYTHING
from mingbai.accounts.second_factor import reset_second_factor
from mingbai.accounts.sessions import sessions_of
from mingbai.common.errors import RegisterError
from mingbai.desk.access import screen
from mingbai.desk.components.fields import given
from mingbai.desk.components.paging import page_of
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.words import aside, role_words
from mingbai.desk.profile.views import post_lines
from mingbai.desk.users.forms import EndPostForm, GrantForm, NewUserForm, ReasonForm

TEMPLATES = "users/templates/"


@screen(Permission.POSTS_GRANT)
def users(request: HttpRequest) -> HttpResponse:
    """Accounts of one's scope; an administrator sees all."""
    text = request.GET.get("q", "").strip()[:40]
    manages = may_manage(request.user, request.day)
    found = users_in(EVERYTHING if manages else request.scope, text=text)
    page = page_of(request, found.count())
    rows = list(found[page.start : page.stop])
    posts = posts_of(rows)
    lines = [{"user": one, "roles": _standing(posts[one.pk], request.day)} for one in rows]
    said = {"page": page, "lines": lines, "text": text, "manages": manages}
    return render(request, TEMPLATES + "users.html", said)


def _standing(posts: list[Post], day: Any) -> str:
    return "、".join(dict.fromkeys(role_words(one.role) for one in posts if one.stands_on(day)))


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
    """One account: posts, whether it is open, where it is signed in."""
    found = _find(request, user_id)
    manages = may_manage(request.user, request.day)
    lines = post_lines(posts_of([found])[found.pk], request.day)
    for line in lines:
        line["may_end"] = _open(line["post"], request) and _may_grant(request, line["post"])
    said = {
        "account": found, "posts": lines, "manages": manages, "ending": True,
        "bound": has_second_factor(found), "own": found.pk == request.user.pk,
        "signed_in": len(sessions_of(found, timezone.now())) if manages else 0,
        "form": ReasonForm(),
    }  # fmt: skip
    return render(request, TEMPLATES + "user.html", said)


def _open(post: Post, request: HttpRequest) -> bool:
    return post.valid_to is None or post.valid_to > request.day


def _may_grant(request: HttpRequest, post: Post) -> bool:
    return may_grant(request.user, ROLES[post.role], post.division_code, request.day)


@screen(Permission.POSTS_GRANT, writes=True)
def grant(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give an account a post, if this one is one's to give."""
    found = _find(request, user_id)
    form = GrantForm(given(request), initial={"valid_from": request.day})
    if request.method == "POST" and form.is_valid() and _granted(request, found, form):
        messages.success(request, _("任职已登记。"))
        return redirect("users:user", found.pk)
    status = 422 if form.errors else 200
    return render(
        request, TEMPLATES + "grant.html", {"account": found, "form": form}, status=status
    )


def _granted(request: HttpRequest, found: User, form: GrantForm) -> bool:
    data = form.cleaned_data
    role, code = ROLES[data["role"]], data["division_code"].strip()
    if not may_grant(request.user, role, code, request.day):
        form.add_error(
            None, _("这个角色或这个地方不归您授予：只能授予比自己低的级别，而且在自己的范围里。")
        )
        return False
    try:
        grant_post(actor=request.user.actor, user=found, **{**data, "division_code": code})
    except RegisterError as refused:
        form.add_error(None, aside(words_of(refused), refused.code))
        return False
    return True


@screen(Permission.POSTS_GRANT, writes=True)
def end_post(request: HttpRequest, post_id: int) -> HttpResponse:
    """End a post from a day on."""
    post = Post.objects.select_related("user").filter(pk=post_id).first()
    if post is None or not _open(post, request) or not _may_grant(request, post):
        raise Http404
    form = EndPostForm(given(request), initial={"day": request.day})
    if request.method == "POST" and form.is_valid():
        try:
            end(actor=request.user.actor, post=post, **form.cleaned_data)
        except RegisterError as refused:
            form.add_error(None, words_of(refused))
        else:
            messages.success(request, _("任职已结束。"))
            return redirect("users:user", post.user_id)
    said = {"post": post, "role": role_words(post.role), "form": form}
    status = 422 if form.errors else 200
    return render(request, TEMPLATES + "end_post.html", said, status=status)


@screen(Permission.USERS_MANAGE, reads=False, writes=True)
def reset(request: HttpRequest, user_id: int) -> HttpResponse:
    """Another drawn password, shown this once; the account's sessions end."""
    found = _find(request, user_id)
    return _handed_over(request, found, reset_password(actor=request.user.actor, user=found))


@screen(Permission.USERS_MANAGE, reads=False, writes=True)
def unbind(request: HttpRequest, user_id: int) -> HttpResponse:
    """Take a lost phone away from an account."""
    found = _find(request, user_id)
    return _with_reason(
        request, found,
        lambda reason: reset_second_factor(actor=request.user.actor, user=found, reason=reason),
        _("手机已解除，下次登录要重新绑定。"),
    )  # fmt: skip


@screen(Permission.USERS_MANAGE, reads=False, writes=True)
def activity(request: HttpRequest, user_id: int) -> HttpResponse:
    """Close an account, or open it again."""
    found = _find(request, user_id)
    act = deactivate if found.is_active else activate
    return _with_reason(
        request, found,
        lambda reason: act(actor=request.user.actor, user=found, reason=reason),
        _("账号已停用，登录都已结束。") if found.is_active else _("账号已恢复。"),
    )  # fmt: skip


def _with_reason(request: HttpRequest, found: User, act: Any, done: str) -> HttpResponse:
    form: Form = ReasonForm(request.POST)
    if form.is_valid() and found.pk != request.user.pk:
        act(form.cleaned_data["reason"])
        messages.success(request, done)
    else:
        messages.error(request, _("没有办：要写明理由，也不能对自己的账号这样做。"))
    return redirect("users:user", found.pk)


def _find(request: HttpRequest, user_id: int) -> User:
    found = User.objects.prefetch_related("posts").filter(pk=user_id).first()
    if found is None or not may_see_user(request.user, found, request.day):
        raise Http404
    return found
