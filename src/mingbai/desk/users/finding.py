"""What a list of accounts is asked for in its address (账号条件), and its lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop

from mingbai.accounts.locks import locked_until
from mingbai.accounts.models import Post, User
from mingbai.accounts.queries import AccountState, UserFilters, posts_of
from mingbai.accounts.roles import ROLES
from mingbai.desk.components.parts import Chip, changed_query
from mingbai.desk.components.words import listed, role_words
from mingbai.places.codes import is_code, pad, range_of
from mingbai.places.queries import names_on, register
from mingbai.places.remembered import roster

STATES = {
    AccountState.OPEN: noop("在用"), AccountState.CLOSED: noop("已停用"),
    AccountState.NEVER: noop("从没登录过"), AccountState.LOCKED: noop("锁定中"),
    AccountState.IDLE: noop("在用，没有任职"), AccountState.UNBOUND: noop("该绑手机，还没绑"),
}  # fmt: skip


class FindForm(forms.Form):
    """Filters of the list of accounts."""

    q = forms.CharField(label=lazy("账号、姓名或单位"), max_length=40, required=False)
    role = forms.ChoiceField(label=lazy("角色"), required=False)
    place = forms.ChoiceField(label=lazy("地方"), required=False)
    state = forms.ChoiceField(label=lazy("状态"), required=False)

    def __init__(self, asked: Any, *, day: date) -> None:
        super().__init__(asked)
        every = ("", _("全部"))
        self.fields["role"].choices = [every, *((key, role_words(key)) for key in ROLES)]
        self.fields["state"].choices = [every, *((one.value, _(STATES[one])) for one in STATES)]
        self.fields["place"].choices = [every, *_places(asked.get("place", ""), day)]


def _places(asked: str, day: date) -> list[tuple[str, str]]:
    """What lies right under the register's place, and another that the address names."""
    here, places = register().division_code, roster(day)
    known = [(one.code, one.name) for one in places.under(here)]
    named = places.places.get(pad(asked)) if is_code(asked) else None
    if named is not None and named.code not in dict(known):
        known.append((named.code, named.name))
    return known


@dataclass(frozen=True)
class Asked:
    """The filters of the address, as far as they can be read."""

    form: FindForm
    filters: UserFilters
    chips: list[Chip]


def asked_of(request: HttpRequest) -> Asked:
    """What the address asks; a filter that is none narrows nothing."""
    form = FindForm(request.GET, day=request.day)
    form.is_valid()
    said = form.cleaned_data
    place, state = said.get("place", ""), said.get("state", "")
    filters = UserFilters(
        text=said.get("q", "").strip(), role=said.get("role", ""),
        place=range_of(place) if place else None, state=AccountState(state) if state else None,
    )  # fmt: skip
    return Asked(form, filters, _chips(request, form))


def _chips(request: HttpRequest, form: FindForm) -> list[Chip]:
    found = []
    for name in form.fields:
        if value := form.cleaned_data.get(name):
            choices = dict(getattr(form.fields[name], "choices", ()))
            label, words = form.fields[name].label, choices.get(value, value)
            found.append(Chip(label, words, changed_query(request.GET, {name: None})))
    return found


@dataclass(frozen=True)
class Line:
    """One account of the list (账号行)."""

    user: User
    roles: str
    places: str
    locked: datetime | None


def lines_of(users: Iterable[User], day: date, now: datetime) -> list[Line]:
    """The lines of a page. Three queries."""
    rows = list(users)
    posts = posts_of(rows)
    standing = {one.pk: [post for post in posts[one.pk] if post.stands_on(day)] for one in rows}
    codes = {post.division_code for held in standing.values() for post in held}
    names = names_on(codes - {""}, day)
    shut = locked_until(now, [one.username for one in rows])
    return [
        Line(one, _roles(standing[one.pk]), _where(standing[one.pk], names), shut.get(one.username))
        for one in rows
    ]


def _roles(posts: list[Post]) -> str:
    return listed(dict.fromkeys(role_words(one.role) for one in posts))


def _where(posts: list[Post], names: dict[str, str]) -> str:
    codes = dict.fromkeys(one.division_code for one in posts)
    return listed(names.get(code, code) if code else _("按户名单") for code in codes)
