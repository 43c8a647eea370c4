"""The one gate of every screen (页面权限): signed in, allowed, by this method.

Absent and forbidden answer alike.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from mingbai.accounts.access import second_factor_due
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope
from mingbai.accounts.sessions import note_seen
from mingbai.audit.following import one_look
from mingbai.desk.components.rights import Rights
from mingbai.places.models import Register
from mingbai.places.queries import today

View = Callable[..., HttpResponse]
#: Gates without a permission: anybody; a right password; all that signing in asks.
PUBLIC, PASSWORD, SIGNED_IN = "public", "password", "signed in"


def screen(
    gate: Permission | str, *, writes: bool = False, reads: bool = True
) -> Callable[[View], View]:
    """Let a view answer only to those who may, and only to the methods it names.

    With a permission the view finds `request.day`, `.scope` and `.reach`; somebody whose scope is empty
    gets the answer of a page that does not exist. Only a view that says `writes=True` sees a POST.
    """
    methods = (["GET", "HEAD"] if reads else []) + (["POST"] if writes else [])

    def wrap(view: View) -> View:
        @wraps(view)
        def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            with one_look() if request.method in ("GET", "HEAD") else nullcontext():
                if step := _missing_step(request, gate):
                    return step
                if isinstance(gate, Permission):
                    _open_scope(request, gate)
                if request.method not in methods:
                    return HttpResponseNotAllowed(methods)
                return view(request, *args, **kwargs)

        marked: Any = gated  # what the tests of all views look at
        marked.gate, marked.methods = gate, tuple(methods)
        return gated

    return wrap


def _missing_step(request: HttpRequest, gate: Permission | str) -> HttpResponse | None:
    """Where somebody goes first who has not signed in, or owes a step of it."""
    if gate == PUBLIC:
        return None
    if not request.user.is_authenticated:
        back = {"next": request.get_full_path()} if request.method == "GET" else {}
        query = f"?{urlencode(back)}" if back and request.path != "/" else ""
        return redirect(reverse("signin:sign_in") + query)
    if gate != PASSWORD and (owed := owed_step(request)):
        return redirect(owed)
    return None


def owed_step(request: HttpRequest) -> str:
    """The address of what signing in still asks of this user, or nothing.

    A session that has given a code is not asked again; any other costs two queries once a request, so that a
    county post given during a session asks for the second factor at the next page.
    """
    user: Any = request.user
    verified = getattr(user, "otp_device", None) is not None
    about = user.pk, verified, user.must_change_password
    known = getattr(request, "owed", None)
    if known is None or known[0] != about:
        known = request.owed = about, _owed(request, verified=verified)
    return str(known[1])


def _owed(request: HttpRequest, *, verified: bool) -> str:
    user: Any = request.user
    if not verified:
        rights = rights_of(request)
        due = second_factor_due(user, rights.day, verified=False, posts=rights.posts)
        if due:
            return "signin:code" if due == "verify" else "signin:enrol"
    return "signin:password" if user.must_change_password else ""


def rights_of(request: HttpRequest) -> Rights:
    """The rights of the one who asks on the working date, read once a request."""
    found: Rights | None = getattr(request, "rights", None)
    if found is None or found.user.pk != request.user.pk:
        found = request.rights = Rights(request.user, working_date_of(request))
    return found


def register_of(request: HttpRequest) -> Register | None:
    """The register (登记库), read once a request; None before it is made."""
    if not hasattr(request, "register"):
        request.register = Register.objects.first()
    found: Register | None = request.register
    return found


def working_date_of(request: HttpRequest) -> date:
    """The day the register works on, as `places.queries.working_date` says it."""
    found = register_of(request)
    return (found.working_date if found is not None else None) or today()


def _open_scope(request: HttpRequest, permission: Permission) -> None:
    """The day and the scope of a request; of what may be read under a leave, the leave's places as well."""
    request.day = rights_of(request).day
    request.reach = request.rights.reach(permission, timezone.now())
    request.scope = request.reach.all
    if request.scope.empty:
        raise Http404
    note_seen(session_key=request.session.session_key, now=timezone.now())


def scope_for(request: HttpRequest, permission: Permission) -> Scope:
    """The scope of the one who asks under another permission than the view's gate."""
    scope: Scope = request.rights[permission]
    return scope
