"""How the desk is shown (显示): rows close or apart, large text, single keys, light or dark.

Kept in a cookie of this browser: on a shared computer it belongs to the screen, not to the account.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from mingbai.desk.access import PUBLIC, screen

COOKIE, YEAR = "display", 365 * 24 * 3600
#: What may be switched, as it stands in the cookie and as a class of the page.
LOOSE, LARGE, KEYLESS = "loose", "large", "keyless"
#: Of these one or none is chosen; none: as the system has it.
LIGHT, DARK = "light", "dark"
THEMES, SYSTEM = (LIGHT, DARK), "system"
KNOWN = (LOOSE, LARGE, KEYLESS, *THEMES)


@dataclass(frozen=True)
class Display:
    """What is switched on (显示设置)."""

    chosen: frozenset[str]

    @property
    def classes(self) -> str:
        return " ".join(one for one in KNOWN if one in self.chosen)

    @property
    def loose(self) -> bool:
        return LOOSE in self.chosen

    @property
    def large(self) -> bool:
        return LARGE in self.chosen

    @property
    def theme(self) -> str:
        return next((one for one in THEMES if one in self.chosen), SYSTEM)

    @property
    def keyless(self) -> bool:
        return KEYLESS in self.chosen


def display_of(request: HttpRequest) -> Display:
    """What this browser has chosen; words it does not know are left out."""
    said = request.COOKIES.get(COOKIE, "").split("-")
    return Display(frozenset(one for one in said if one in KNOWN))


@screen(PUBLIC, reads=False, writes=True)
def switch(request: HttpRequest) -> HttpResponse:
    """Turn one of them on or off, or choose light or dark, and go back."""
    chosen, name = set(display_of(request).chosen), request.POST.get("switch", "")
    if name in (*THEMES, SYSTEM):
        chosen = chosen.difference(THEMES) | {name}
    elif name in KNOWN:
        chosen ^= {name}
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    answer = redirect(back)
    text = "-".join(one for one in KNOWN if one in chosen)
    answer.set_cookie(COOKIE, text, YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    return answer
