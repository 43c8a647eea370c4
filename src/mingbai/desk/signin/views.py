"""Signing in step by step (登录步骤): password, code or new authenticator, own password."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY, authenticate, login, logout
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_otp import login as otp_login

from mingbai.accounts.access import has_second_factor, second_factor_missing
from mingbai.accounts.actions import change_password, set_language
from mingbai.accounts.models import Authenticator, SignIn, User
from mingbai.accounts.second_factor import (
    confirm_device,
    device_address,
    enrol_device,
    qr_svg,
    verify_code,
)
from mingbai.accounts.sessions import end_session, start_session
from mingbai.common.errors import RegisterError
from mingbai.desk.access import PASSWORD, PUBLIC, owed_step, screen
from mingbai.desk.components.fields import given
from mingbai.desk.components.problems import words_of
from mingbai.desk.signin.forms import CodeForm, ConfirmForm, PasswordForm, SignInForm
from mingbai.desk.start.opening import is_open_to
from mingbai.places.queries import is_synthetic, working_date

TEMPLATES = "signin/templates/"
NEXT = "mingbai_next"


@screen(PUBLIC, writes=True)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Account and password. Unknown account and wrong password get the same answer in the same time."""
    if request.user.is_authenticated:
        return redirect("home")
    if request.method == "GET" and is_open_to(request):
        return redirect("start:place")
    form = SignInForm(given(request))
    back = request.POST.get("next", "") or request.GET.get("next", "")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        user = authenticate(request, username=data["username"], password=data["password"])
        if user is not None:
            return _enter(request, user, back)
        if getattr(request, "axes_locked_out", False):
            return locked(request)
        form.add_error(None, _("账号或密码不对。连错 5 次，先停 15 分钟。"))
    said = {"form": form, "next": back, "demonstration": _demonstration()}
    return render(request, TEMPLATES + "sign_in.html", said, status=422 if form.errors else 200)


def locked(request: HttpRequest, *_more: object) -> HttpResponse:
    """Too many wrong passwords: the same page whether the account exists or not."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    said = {"limit": settings.AXES_FAILURE_LIMIT, "minutes": minutes}
    return render(request, TEMPLATES + "locked.html", said, status=429)


def _demonstration() -> list[User]:
    """Demonstration accounts, which only a synthetic register has; everybody knows their password."""
    if not is_synthetic():
        return []
    return list(User.objects.filter(demonstration=True, is_active=True).order_by("username")[:20])


def _enter(request: HttpRequest, user: User, back: str) -> HttpResponse:
    login(request, user)
    start_session(
        user=user, session_key=request.session.session_key, now=timezone.now(),
        address=request.META.get("REMOTE_ADDR", ""),
        browser=request.headers.get("User-Agent", "")[:200],
    )  # fmt: skip
    request.session[NEXT] = back
    return _onwards(request, user.language)


def _onwards(request: HttpRequest, language_code: str = "") -> HttpResponse:
    """To the next step that is owed, else to where somebody wanted to go."""
    owed = owed_step(request)
    response = redirect(owed or _safe(request, request.session.pop(NEXT, "")))
    if language_code:
        _remember_language(response, language_code)
    return response


def _safe(request: HttpRequest, address: str) -> str:
    """An address of this site, or the first page."""
    mine = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if address and mine else reverse("home")


@screen(PASSWORD, writes=True)
def code(request: HttpRequest) -> HttpResponse:
    """Six digits of the phone, or a recovery code."""
    if request.user.is_verified() or not has_second_factor(request.user):
        return _onwards(request)
    form = CodeForm(given(request))
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["code"]
        try:
            otp_login(request, verify_code(user=_own(request), code=typed, now=timezone.now()))
        except RegisterError as refused:
            form.add_error("code", words_of(refused))
        else:
            return _onwards(request)
    return _step(request, "second.html", form)


@screen(PASSWORD, writes=True)
def enrol(request: HttpRequest) -> HttpResponse:
    """Bind an authenticator: begin, scan, confirm by its first code; then the recovery codes, this once."""
    if has_second_factor(request.user):
        return _onwards(request)
    user = _own(request)
    form = ConfirmForm(given(request))
    if request.POST.get("begin"):
        enrol_device(user=user)
        return redirect("signin:enrol")
    if request.method == "POST" and form.is_valid():
        try:
            codes = confirm_device(user=user, code=form.cleaned_data["code"], now=timezone.now())
        except RegisterError as refused:
            form.add_error("code", words_of(refused))
        else:
            otp_login(request, Authenticator.objects.get(user=user, confirmed=True))
            return render(request, TEMPLATES + "recovery.html", {"codes": codes})
    return _step(
        request, "enrol.html", form, secret=_secret(user),
        required=second_factor_missing(user, working_date()),
    )  # fmt: skip


@screen(PASSWORD)
def enrol_code(request: HttpRequest) -> HttpResponse:
    """The square to scan, while the authenticator is being bound."""
    device = Authenticator.objects.filter(user=_own(request), confirmed=False).first()
    if device is None:
        raise Http404
    drawn = qr_svg(device_address(device))
    return HttpResponse(drawn, content_type="image/svg+xml")


def _secret(user: User) -> str:
    """What the square says, for typing: in groups of four."""
    device = Authenticator.objects.filter(user=user, confirmed=False).first()
    if device is None:
        return ""
    text = parse_qs(urlsplit(device_address(device)).query)["secret"][0]
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


@screen(PASSWORD, writes=True)
def password(request: HttpRequest) -> HttpResponse:
    """An own password in place of one that somebody else gave."""
    owed = owed_step(request)
    if owed != "signin:password":
        return _onwards(request)
    form = PasswordForm(given(request))
    if request.method == "POST" and form.is_valid() and save_password(request, form):
        return _onwards(request)
    return _step(request, "password.html", form)


def save_password(request: HttpRequest, form: PasswordForm) -> bool:
    """Change the own password and stay signed in here; every other session ends."""
    data = form.cleaned_data
    try:
        user = change_password(
            user=_own(request), old=data["old"], new=data["new"],
            session_key=request.session.session_key or "",
        )  # fmt: skip
    except RegisterError as refused:
        form.add_error("old" if refused.code == "ACC-025" else "new", words_of(refused))
        return False
    request.user = user
    # Not a new key: the list of sessions knows this one, and it was made at the sign-in just now.
    request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    return True


def _step(request: HttpRequest, template: str, form: Form, **more: Any) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, TEMPLATES + template, {"form": form, **more}, status=status)


def _own(request: HttpRequest) -> User:
    """The user as a row of our own, not the lazy object of the request."""
    return User.objects.get(pk=request.user.pk)


@screen(PUBLIC, reads=False, writes=True)
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    key = request.session.session_key
    mine = SignIn.objects.filter(session_key=key, ended_at=None).first() if key else None
    if mine is not None and request.user.is_authenticated:
        end_session(actor=request.user.actor, sign_in=mine, now=timezone.now())
    logout(request)
    messages.success(request, _("已退出。"))
    return redirect("signin:sign_in")


@screen(PUBLIC, reads=False, writes=True)
def language(request: HttpRequest) -> HttpResponse:
    """The language of the pages, in this browser and for this account."""
    wanted = request.POST.get("language", "")
    # No address in the form: the page for what is absent would not be the same for every address.
    back = request.POST.get("next", "") or request.headers.get("Referer", "")
    response = redirect(_safe(request, back))
    if wanted in dict(settings.LANGUAGES):
        _remember_language(response, wanted)
        if request.user.is_authenticated:
            set_language(user=_own(request), language=wanted)
    return response


def _remember_language(response: HttpResponse, wanted: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, wanted, max_age=365 * 24 * 3600, httponly=True,
        samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
