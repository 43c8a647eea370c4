"""Giving, lending and ending posts (授予、代理与结束任职): within one's own scope and below one's level."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from mingbai.accounts.access import may_grant, may_see_user
from mingbai.accounts.actions import deputise as lend
from mingbai.accounts.actions import end_post as end
from mingbai.accounts.actions import grant_post
from mingbai.accounts.models import Post, User
from mingbai.accounts.queries import user_called
from mingbai.accounts.roles import ROLES, Permission
from mingbai.common.errors import RegisterError
from mingbai.desk.access import screen
from mingbai.desk.components.fields import given
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.words import aside, role_words
from mingbai.desk.users.forms import DeputyForm, EndPostForm, GrantForm
from mingbai.desk.users.reach import find_user

TEMPLATES = "users/templates/"


@screen(Permission.POSTS_GRANT, writes=True)
def grant(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give an account a post, if this one is one's to give."""
    found = find_user(request, user_id)
    form = GrantForm(given(request), initial={"valid_from": request.day})
    if request.method == "POST" and form.is_valid() and _granted(request, found, form):
        messages.success(request, _("任职已登记。"))
        return redirect("users:user", found.pk)
    said = {"account": found, "form": form}
    return render(request, TEMPLATES + "grant.html", said, status=422 if form.errors else 200)


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
def deputise(request: HttpRequest, post_id: int) -> HttpResponse:
    """Let somebody stand in for the holder of a post, for a time."""
    post = _find(request, post_id)
    if post.deputy_for_id is not None:
        raise Http404
    form = DeputyForm(given(request), initial={"valid_from": request.day})
    if request.method == "POST" and form.is_valid() and _lent(request, post, form):
        messages.success(request, _("代理已登记，到期自动结束。"))
        return redirect("users:user", post.user_id)
    return _page(request, "deputise.html", post, form)


def _lent(request: HttpRequest, post: Post, form: DeputyForm) -> bool:
    data = dict(form.cleaned_data)
    named = data.pop("deputy")
    found = user_called(named)
    if found is None or not may_see_user(request.user, found, request.day):
        form.add_error(
            "deputy", _("您的范围里没有在用的账号“{name}”，或有重名；请写账号。").format(name=named)
        )
        return False
    try:
        lend(actor=request.user.actor, post=post, deputy=found, **data)
    except RegisterError as refused:
        form.add_error(None, aside(words_of(refused), refused.code))
        return False
    return True


@screen(Permission.POSTS_GRANT, writes=True)
def end_post(request: HttpRequest, post_id: int) -> HttpResponse:
    """End a post from a day on; somebody else's."""
    post = _find(request, post_id)
    form = EndPostForm(given(request), initial={"day": request.day})
    if request.method == "POST" and form.is_valid():
        try:
            end(actor=request.user.actor, post=post, **form.cleaned_data)
        except RegisterError as refused:
            form.add_error(None, aside(words_of(refused), refused.code))
        else:
            messages.success(request, _("任职已结束。"))
            return redirect("users:user", post.user_id)
    return _page(request, "end_post.html", post, form)


def is_open(post: Post, request: HttpRequest) -> bool:
    """Whether a post has not ended on the working date."""
    return post.valid_to is None or post.valid_to > request.day


def may_touch(request: HttpRequest, post: Post) -> bool:
    """Whether an open post is one's to lend and end: given by such as oneself, and not one's own."""
    if not is_open(post, request) or post.user_id == request.user.pk:
        return False
    return may_grant(request.user, ROLES[post.role], post.division_code, request.day)


def _find(request: HttpRequest, post_id: int) -> Post:
    post = Post.objects.select_related("user").filter(pk=post_id).first()
    if post is None or not may_touch(request, post):
        raise Http404
    return post


def _page(request: HttpRequest, template: str, post: Post, form: Form) -> HttpResponse:
    said = {"post": post, "role": role_words(post.role), "form": form}
    return render(request, TEMPLATES + template, said, status=422 if form.errors else 200)
