"""Keeping the choice of columns (选列): with the session; an address still says its own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from mingbai.desk.access import SIGNED_IN, screen
from mingbai.desk.components.parts import COLUMNS, kept_columns

#: Lists and columns that are kept of one session, and signs of a name.
MOST, LONGEST = 20, 24


@screen(SIGNED_IN, reads=False, writes=True)
def columns(request: HttpRequest) -> HttpResponse:
    """Keep the columns of a list, or forget them, and go back; the address then names them too."""
    name = request.POST.get("list", "")[:LONGEST]
    chosen = [one[:LONGEST] for one in request.POST.getlist("columns")[:MOST]]
    kept = {one: keys for one, keys in kept_columns(request).items() if one != name}
    if name and chosen and not request.POST.get("usual"):
        while len(kept) >= MOST:
            del kept[next(iter(kept))]
        kept[name] = chosen
    request.session[COLUMNS] = kept
    path, _mark, query = request.POST.get("next", "/").partition("?")
    if not url_has_allowed_host_and_scheme(path, {request.get_host()}, request.is_secure()):
        path, query = "/", ""
    asked = QueryDict(query, mutable=True)
    asked.setlist("columns", kept.get(name, []))
    said = asked.urlencode()
    return redirect(f"{path}?{said}" if said else path)
