"""What stands on every page (页框): whose register, as of which day, who is here, where they may go."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject

from mingbai.accounts.roles import Permission
from mingbai.decisions.in_force import InForce, line_in_force
from mingbai.desk.access import owed_step, register_of, working_date_of
from mingbai.desk.components.display import Display, display_of
from mingbai.desk.components.navigation import ENTRIES, Item, counted, items_for, tree_of
from mingbai.desk.components.reaching import covers
from mingbai.desk.components.rights import Rights
from mingbai.desk.components.words import english, listed, role_words
from mingbai.places.models import Register
from mingbai.places.remembered import roster

_CHAIN = Permission.AUDIT_READ


class Frame:
    """The head and the rail of a page; few queries, each only when something asks."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _register(self) -> Register | None:
        return register_of(self._request)

    @cached_property
    def day(self) -> date:
        return getattr(self._request, "day", None) or working_date_of(self._request)

    @property
    def weekday(self) -> str:
        return date_format(self.day, "D" if english() else "l")

    @cached_property
    def display(self) -> Display:
        """How somebody likes to see the desk: density, large text."""
        return display_of(self._request)

    @cached_property
    def user(self) -> Any:
        """Who has signed in with all that signing in asks, or None."""
        user = getattr(self._request, "user", None)
        done = user is not None and user.is_authenticated and not owed_step(self._request)
        return user if done else None

    @cached_property
    def _rights(self) -> Rights | None:
        """The rights that the gate worked out, or those of a page that asked for none."""
        if self.user and getattr(self._request, "rights", None) is None:
            self._request.rights = Rights(self.user, self.day)
        return getattr(self._request, "rights", None)

    @property
    def permissions(self) -> frozenset[Permission]:
        return self._rights.permissions if self._rights else frozenset()

    @property
    def roles(self) -> str:
        """The names of the posts that stand, each once."""
        posts = self._rights.posts if self._rights else ()
        return listed(dict.fromkeys(role_words(post.role) for post in posts))

    @property
    def may_search(self) -> bool:
        return Permission.HOUSEHOLDS_READ in self.permissions

    @cached_property
    def place(self) -> str:
        """The name of the register's division; its code while it has none."""
        if self._register is None:
            return ""
        code = self._register.division_code
        found = roster(self.day).places.get(code)
        return found.name if found is not None else code

    @property
    def searched(self) -> str:
        """What was searched for, so that it can be mended; only where it was searched."""
        match = self._request.resolver_match
        here = match is not None and match.view_name == "search:find"
        return self._request.GET.get("q", "") if here else ""

    @property
    def synthetic(self) -> bool:
        return bool(self._register and self._register.synthetic)

    @cached_property
    def items(self) -> list[Item]:
        """The entries of the rail without their counts: no query beyond the rights."""
        shown = self.permissions if self._reads_the_chain else self.permissions - {_CHAIN}
        return items_for(self._request, shown)

    @property
    def _reads_the_chain(self) -> bool:
        """Whether the audit log opens to somebody: only to who reads the audit of all of the register."""
        if _CHAIN not in self.permissions or self._rights is None or self._register is None:
            return False
        return covers(self._rights[_CHAIN], self._register.division_code)

    @cached_property
    def navigation(self) -> list[Item]:
        """The entries of the rail with the counts that flows have handed in."""
        return counted(self._request, self.items, ENTRIES)

    @property
    def here(self) -> Item | None:
        """The entry where this page belongs; the narrow frame names it."""
        return next((one for one in self.navigation if one.current), None)

    @cached_property
    def tree(self) -> Sequence[Any]:
        """The places of one's scope; none for who may not read households."""
        return tree_of(self._request) if self.may_search else ()

    @property
    def head_shows(self) -> tuple[Hashable, ...]:
        """What the head of the page is made of: the same head for the same."""
        user = self.user
        return (
            user and user.name, self.roles, self.may_search, self.searched, self.synthetic,
            self.place, self.day, self.display,
        )  # fmt: skip

    @property
    def rail_shows(self) -> tuple[Hashable, ...]:
        """What the entries of the rail are made of."""
        return (self.place, *((one.address, one.current, one.count) for one in self.navigation))

    @property
    def tree_shows(self) -> tuple[Hashable, ...]:
        """What the tree of places is made of."""
        return tuple(self.tree)

    @cached_property
    def in_force(self) -> InForce | None:
        """The line of the register's pack on the day of the page."""
        if self._register is None or not self.user:
            return None
        return line_in_force(self._register.pack, self.day, self._register.division_code)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame` in every template, made when first used."""
    return {"frame": SimpleLazyObject(lambda: Frame(request))}
