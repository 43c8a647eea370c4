"""One's own account (我的账号页面)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from mingbai.accounts.access import has_second_factor
from mingbai.accounts.models import OutsideReading, Post, SignIn, User
from mingbai.accounts.outside import end_outside_reading, open_outside_reading, readings_at
from mingbai.accounts.queries import deputies_of, posts_of
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import permissions_of
from mingbai.accounts.second_factor import (
    recovery_codes_left,
    release_device,
    renew_recovery_codes,
)
from mingbai.accounts.sessions import end_other_sessions, end_session, sessions_of
from mingbai.common.errors import RegisterError
from mingbai.desk.access import SIGNED_IN, screen
from mingbai.desk.components.fields import given
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.words import role_words
from mingbai.desk.profile.browsers import browser_words
from mingbai.desk.profile.forms import OutsideForm
from mingbai.desk.signin.forms import CodeForm, PasswordForm
from mingbai.desk.signin.views import save_password
from mingbai.places.queries import names_on, working_date

TEMPLATES = "profile/templates/"


@screen(SIGNED_IN)
def profile(request: HttpRequest) -> HttpResponse:
    """Name, posts, second factor, language."""
    user, day = _own(request), working_date()
    posts = posts_of([user])[user.pk]
    bound = has_second_factor(user)
    said = {
        "user": user, "posts": post_lines(posts, day), "bound": bound,
        "codes_left": recovery_codes_left(user) if bound else 0,
        "outside": Permission.OUTSIDE_READ in permissions_of(user, day),
    }  # fmt: skip
    return render(request, TEMPLATES + "profile.html", said)


def post_lines(posts: list[Post], day: Any) -> list[dict[str, Any]]:
    """Posts in words: role, place, period, whether it stands, for whom, and who stands in. Three queries."""
    deputies = deputies_of(posts, day)
    places = names_on({post.division_code for post in posts if post.division_code}, day)
    return [
        {
            "post": post,
            "role": role_words(post.role),
            "place": places.get(post.division_code, post.division_code),
            "stands": post.stands_on(day),
            "coming": post.valid_from > day,
            "holder": post.deputy_for.user.name if post.deputy_for else "",
            "deputies": deputies[post.pk],
        }
        for post in posts
    ]


@screen(SIGNED_IN, writes=True)
def password(request: HttpRequest) -> HttpResponse:
    """Another password; all other sessions end."""
    form = PasswordForm(given(request))
    if request.method == "POST" and form.is_valid() and save_password(request, form):
        messages.success(request, _("密码换好了。别处的登录都已结束。"))
        return redirect("profile:profile")
    status = 422 if form.errors else 200
    return render(request, TEMPLATES + "password.html", {"form": form}, status=status)


@screen(SIGNED_IN, reads=False, writes=True)
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, shown this once; the old ones stop working."""
    user = _own(request)
    if not (has_second_factor(user) and request.user.is_verified()):
        raise Http404
    codes = renew_recovery_codes(user=user)
    return render(request, "signin/templates/recovery.html", {"codes": codes})


@screen(SIGNED_IN, writes=True)
def phone(request: HttpRequest) -> HttpResponse:
    """Another phone: the old one, or a recovery code, says once more who asks; then the new one is bound."""
    user = _own(request)
    if not has_second_factor(user):
        raise Http404
    form = CodeForm(given(request))
    if request.method == "POST" and form.is_valid():
        try:
            release_device(
                user=user, code=form.cleaned_data["code"], now=timezone.now(),
                session_key=request.session.session_key or "",
            )  # fmt: skip
        except RegisterError as refused:
            form.add_error("code", words_of(refused))
        else:
            return redirect("signin:enrol")
    status = 422 if form.errors else 200
    return render(request, TEMPLATES + "phone.html", {"form": form}, status=status)


@screen(SIGNED_IN)
def sessions(request: HttpRequest) -> HttpResponse:
    """Where this account is signed in."""
    found = sessions_of(_own(request), timezone.now())
    rows = [
        {
            "sign_in": one,
            "here": one.session_key == request.session.session_key,
            "browser": browser_words(one.browser),
        }
        for one in found
    ]
    others = any(not row["here"] for row in rows)
    return render(request, TEMPLATES + "sessions.html", {"rows": rows, "others": others})


@screen(SIGNED_IN, reads=False, writes=True)
def end_one(request: HttpRequest, sign_in_id: int) -> HttpResponse:
    """End one session of one's own."""
    found = SignIn.objects.filter(pk=sign_in_id, user_id=request.user.pk).first()
    if found is None:
        raise Http404
    end_session(actor=request.user.actor, sign_in=found, now=timezone.now())
    messages.success(request, _("那一处的登录已结束。"))
    return redirect("profile:sessions")


@screen(SIGNED_IN, reads=False, writes=True)
def end_others(request: HttpRequest) -> HttpResponse:
    """End every session but this one."""
    count = end_other_sessions(
        actor=request.user.actor, user=_own(request), keep=request.session.session_key or "",
        now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("结束了别处的 {count} 个登录。").format(count=count))
    return redirect("profile:sessions")


@screen(Permission.OUTSIDE_READ, writes=True)
def outside(request: HttpRequest) -> HttpResponse:
    """Take leave to read outside one's scope, and see what runs."""
    form = OutsideForm(given(request))
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            open_outside_reading(
                user=_own(request), division_code=data["division_code"], reason=data["reason"],
                lasting=timedelta(hours=data["hours"]), now=now, day=request.day,
            )  # fmt: skip
        except RegisterError as refused:
            form.add_error(None, words_of(refused))
        else:
            messages.success(request, _("开好了。看过的每一户都会记下。"))
            return redirect("profile:outside")
    running = readings_at(_own(request), now)
    places = names_on({one.division_code for one in running}, request.day)
    rows = [{"reading": one, "place": places.get(one.division_code, "")} for one in running]
    status = 422 if form.errors else 200
    return render(request, TEMPLATES + "outside.html", {"form": form, "rows": rows}, status=status)


@screen(Permission.OUTSIDE_READ, reads=False, writes=True)
def end_outside(request: HttpRequest, reading_id: int) -> HttpResponse:
    """End a leave of one's own before its time."""
    found = OutsideReading.objects.filter(pk=reading_id, user_id=request.user.pk).first()
    if found is None:
        raise Http404
    end_outside_reading(actor=request.user.actor, reading=found, now=timezone.now())
    messages.success(request, _("已提前结束。"))
    return redirect("profile:outside")


def _own(request: HttpRequest) -> User:
    return User.objects.get(pk=request.user.pk)
