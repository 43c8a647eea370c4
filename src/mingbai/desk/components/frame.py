"""What stands on every page (页框): whose register, as of which day, who is here, where they may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext_lazy

from mingbai.accounts.roles import ROLES, Permission
from mingbai.desk.access import owed_step
from mingbai.desk.components.rights import Rights
from mingbai.places.models import Division, Register
from mingbai.places.queries import working_date

#: Address, words, section (the name space of its addresses), what it takes.
NAVIGATION = (
    ("register:households", gettext_lazy("户与人"), "register", Permission.HOUSEHOLDS_READ),
    ("places:places", gettext_lazy("地方"), "places", Permission.HOUSEHOLDS_READ),
    ("imports:imports", gettext_lazy("导入"), "imports", Permission.HOUSEHOLDS_IMPORT),
    ("batches:batches", gettext_lazy("登记批次"), "batches", Permission.HOUSEHOLDS_READ),
    ("jobs:jobs", gettext_lazy("后台任务"), "jobs", Permission.HOUSEHOLDS_READ),
    ("users:users", gettext_lazy("账号与任职"), "users", Permission.USERS_MANAGE),
    ("tokens:tokens", gettext_lazy("接口令牌"), "tokens", Permission.TOKENS_ISSUE),
    ("auditing:events", gettext_lazy("审计"), "auditing", Permission.AUDIT_READ),
)


@dataclass(frozen=True)
class Item:
    """One line of the navigation (导航项)."""

    address: str
    words: Any
    current: bool


class Frame:
    """The head and the navigation of a page; four queries at most, and only when something asks."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _register(self) -> Register | None:
        return Register.objects.first()

    @cached_property
    def day(self) -> date:
        return getattr(self._request, "day", None) or working_date()

    @property
    def weekday(self) -> str:
        return date_format(self.day, "D" if (get_language() or "").startswith("en") else "l")

    @cached_property
    def user(self) -> Any:
        """Who has signed in with all that signing in asks, or None."""
        user = getattr(self._request, "user", None)
        done = user is not None and user.is_authenticated and not owed_step(self._request)
        return user if done else None

    @cached_property
    def _rights(self) -> Rights | None:
        """The rights that the gate worked out, or those of a page that asked for none."""
        return getattr(self._request, "rights", None) or (
            Rights(self.user, self.day) if self.user else None
        )

    @property
    def permissions(self) -> frozenset[Permission]:
        return self._rights.permissions if self._rights else frozenset()

    @property
    def roles(self) -> str:
        """The names of the posts that stand, each once."""
        english = (get_language() or "").startswith("en")
        names = dict.fromkeys(
            ROLES[post.role].en if english else ROLES[post.role].zh
            for post in (self._rights.posts if self._rights else ())
        )
        return "、".join(names)

    @property
    def may_search(self) -> bool:
        return Permission.HOUSEHOLDS_READ in self.permissions

    @cached_property
    def place(self) -> str:
        """The name of the register's division; its code while it has none."""
        if self._register is None:
            return ""
        found = Division.objects.recorded().on(self.day).filter(code=self._register.division_code)
        return found.values_list("name", flat=True).first() or self._register.division_code

    @property
    def searched(self) -> str:
        """What was searched for, so that it can be mended; only where it was searched."""
        match = self._request.resolver_match
        here = match is not None and match.view_name == "register:search"
        return self._request.GET.get("q", "") if here else ""

    @property
    def synthetic(self) -> bool:
        return bool(self._register and self._register.synthetic)

    @property
    def navigation(self) -> list[Item]:
        match = self._request.resolver_match
        here = match.namespace if match else ""
        return [
            Item(reverse(name), words, here == section)
            for name, words, section, permission in NAVIGATION
            if permission in self.permissions
        ]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame` in every template, made when first used."""
    return {"frame": SimpleLazyObject(lambda: Frame(request))}
