"""The first page after signing in (首页): to the first screen the one who signed in may see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mingbai.desk.access import SIGNED_IN, screen
from mingbai.desk.components.frame import Frame


@screen(SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """On to the first entry of the navigation; somebody without a post is told so."""
    items = Frame(request).navigation
    if items:
        return redirect(items[0].address)
    return render(request, "components/templates/nothing.html")
