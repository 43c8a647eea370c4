"""The one gate of every screen (页面权限): signed in, allowed, by this method; absent and forbidden answer alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse

from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import scope_of
from mingbai.places.queries import working_date

View = Callable[..., HttpResponse]
#: Gates of views that ask for no permission: anybody; a password that was right; everything that sign-in asks.
PUBLIC, PASSWORD, SIGNED_IN = "public", "password", "signed in"
#: What the session of somebody who still owes a step carries (desk.signin sets and clears it).
OWED = "mingbai_owed_step"


def screen(
    gate: Permission | str, *, writes: bool = False, reads: bool = True
) -> Callable[[View], View]:
    """Let a view answer only to those who may, and only to the methods it names.

    With a permission the view finds `request.day` and `request.scope`; somebody without any place in that scope gets
    the answer of a page that does not exist. A view that does not say `writes=True` never sees a POST.
    """
    methods = (["GET", "HEAD"] if reads else []) + (["POST"] if writes else [])

    def wrap(view: View) -> View:
        @wraps(view)
        def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if step := _missing_step(request, gate):
                return step
            if isinstance(gate, Permission):
                request.day = working_date()
                request.scope = scope_of(request.user, gate, request.day)
                if request.scope.empty:
                    raise Http404
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            return view(request, *args, **kwargs)

        gated.gate = gate
        gated.methods = tuple(methods)
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
    if gate != PASSWORD and (owed := request.session.get(OWED)):
        return redirect(owed)
    return None


def scope_for(request: HttpRequest, permission: Permission, *, topic: str = "") -> Any:
    """The scope of the one who asks under another permission than the view's gate. At most four queries."""
    return scope_of(request.user, permission, request.day, topic=topic)
