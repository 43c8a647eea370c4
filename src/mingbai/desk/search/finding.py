"""Places and screens by what is typed (找地方和页面): from memory, no query beyond the roster's.

Whoever searches finds what they may open and nothing else; what is not theirs is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope
from mingbai.desk.components.navigation import ENTRIES, Entry
from mingbai.desk.components.words import listed
from mingbai.households.naming import initials_of
from mingbai.places.codes import range_of
from mingbai.places.remembered import roster

_P = Permission
#: Screens that the rail does not list.
MORE_SCREENS = (
    Entry("imports:new", gettext_lazy("导入新表格"), "imports", _P.HOUSEHOLDS_IMPORT),
    Entry("jobs:evaluate", gettext_lazy("运行评估"), "jobs", _P.EVALUATION_RUN),
    Entry("profile:profile", gettext_lazy("我的账号"), "profile", None),
    Entry("profile:sessions", gettext_lazy("登录的设备"), "profile", None),
    Entry("profile:password", gettext_lazy("改密码"), "profile", None),
    Entry("components:keys", gettext_lazy("快捷键"), "components", None),
)
#: How well something fits: as a whole, from its beginning, by initials, anywhere.
WHOLE, BEGINNING, INITIALS, ANYWHERE = range(4)


@dataclass(frozen=True)
class Found:
    """A place or a screen (找到的地方或页面)."""

    name: str
    under: str  # the places above, or nothing
    address: str


def places_found(text: str, scope: Scope, request: HttpRequest, limit: int) -> list[Found]:
    """Divisions of one's scope by name, code or initials; the best fits first, large before small."""
    known = roster(request.day)
    fits = [
        (fit, list(type(place.level)).index(place.level), place.code)
        for place in known.places.values()
        if (fit := _fit(text, place.name, place.code)) is not None and _reached(scope, place.code)
    ]
    found = []
    for _fits, _level, code in sorted(fits)[:limit]:
        above = [one.name for one in known.path(code)[:-1]]
        place = known.places[code]
        found.append(Found(place.name, listed(above[-1:]), reverse("places:place", args=[code])))
    return found


def screens_found(text: str, permissions: Iterable[Permission], limit: int) -> list[Found]:
    """Screens that one may open, by their names or initials."""
    held = frozenset(permissions)
    fits = []
    for number, (entry, words) in enumerate(_screens(held)):
        fit = _fit(text, words, "")
        if fit is not None:
            fits.append((fit, number, Found(words, _("页面"), reverse(entry.address))))
    return [found for *_rest, found in sorted(fits, key=lambda one: one[:2])[:limit]]


def _screens(held: frozenset[Any]) -> Iterator[tuple[Entry, str]]:
    for entry in (*ENTRIES, *MORE_SCREENS):
        if entry.permission is None or entry.permission in held:
            yield entry, str(entry.words)


def _fit(text: str, name: str, code: str) -> int | None:
    plain, typed = name.casefold(), text.casefold()
    if plain == typed or (code and typed == code.rstrip("0")) or typed == code:
        return WHOLE
    if plain.startswith(typed):
        return BEGINNING
    if code and typed.isdigit() and len(typed) > 1 and code.startswith(typed):
        return BEGINNING
    spelled = typed.isascii() and typed.isalpha() and len(typed) > 1
    if spelled and any(one.startswith(typed) for one in _initials(name)):
        return INITIALS
    return ANYWHERE if typed in plain and not typed.isdigit() else None


@lru_cache(maxsize=50_000)  # a province has some ten thousand villages
def _initials(name: str) -> tuple[str, ...]:
    return initials_of(name)


def _reached(scope: Scope, code: str) -> bool:
    """Whether any of a division lies in the scope, or the scope in it."""
    low, high = range_of(code)
    return scope.everything or any(first <= high and low <= last for first, last in scope.ranges)
