"""What the rail lists (导航): screens by permission, counts and the tree of places that flows hand in.

A flow registers when its addresses are read. Each count may cost one cheap query: it is paid on every page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy

from mingbai.accounts.roles import Permission


@dataclass(frozen=True)
class Entry:
    """A screen of the rail (导航项): address, words, the name space it stands for, what it takes."""

    address: str
    words: Any
    section: str
    permission: Permission | None  # none: for everybody who has a post


ENTRIES = (
    Entry("home", gettext_lazy("今天的事"), "home", None),
    Entry("register:households", gettext_lazy("户与人"), "register", Permission.HOUSEHOLDS_READ),
    Entry(
        "places:places", pgettext_lazy("navigation", "地方"), "places", Permission.HOUSEHOLDS_READ
    ),
    Entry("wall:wall", gettext_lazy("作战图"), "wall", Permission.WALL_READ),
    Entry("rules:rules", gettext_lazy("规则与试算"), "rules", Permission.EVALUATION_READ),
    Entry("runs:runs", pgettext_lazy("navigation", "评估"), "runs", Permission.EVALUATION_READ),
    Entry("imports:imports", gettext_lazy("导入"), "imports", Permission.HOUSEHOLDS_IMPORT),
    Entry("batches:batches", gettext_lazy("登记批次"), "batches", Permission.HOUSEHOLDS_READ),
    Entry("jobs:jobs", gettext_lazy("后台任务"), "jobs", Permission.HOUSEHOLDS_READ),
    Entry("users:users", gettext_lazy("账号与任职"), "users", Permission.USERS_MANAGE),
    Entry("tokens:tokens", gettext_lazy("接口令牌"), "tokens", Permission.TOKENS_ISSUE),
    Entry("auditing:events", gettext_lazy("审计"), "auditing", Permission.AUDIT_READ),
)


#: Name spaces without an entry of their own → the one they belong to.
UNDER = {"events": "register"}


@dataclass(frozen=True)
class Count:
    """A figure beside an entry (计数); hot where somebody must act."""

    value: int
    hot: bool = False


@dataclass(frozen=True)
class PlaceLine:
    """A line of the tree of places (地方树): depth 0 to 3; `more` says that it stands for the rest."""

    name: str
    address: str
    depth: int
    households: int | None
    current: bool = False
    open: bool = False
    more: bool = False


@dataclass(frozen=True)
class Item:
    """One line of the navigation as shown (导航行)."""

    address: str
    words: Any
    current: bool
    count: Count | None = None


Counter = Callable[[HttpRequest], Count | None]
Tree = Callable[[HttpRequest], Sequence[Any]]
_counters: dict[str, Counter] = {}
_trees: list[Tree] = []


def counts(section: str) -> Callable[[Counter], Counter]:
    """Hand in the count beside the entry of a name space: at most one cheap query, or None."""

    def keep(counter: Counter) -> Counter:
        _counters[section] = counter
        return counter

    return keep


def places_tree(tree: Tree) -> Tree:
    """Hand in the tree of places that stands below the entries."""
    _trees[:] = [tree]
    return tree


def tree_of(request: HttpRequest) -> Sequence[Any]:
    """The lines of the tree of places; none until a flow has handed one in."""
    return _trees[0](request) if _trees else ()


def items_for(
    request: HttpRequest, permissions: Iterable[Permission], entries: Iterable[Entry] = ENTRIES
) -> list[Item]:
    """The entries that somebody may see, without their counts."""
    match = request.resolver_match
    here = match.namespace if match and match.namespace else getattr(match, "url_name", "")
    here = UNDER.get(here, here)
    held = frozenset(permissions)
    return [
        Item(reverse(one.address), one.words, here == one.section)
        for one in entries
        if one.permission in held or (one.permission is None and held)
    ]


def counted(request: HttpRequest, items: Iterable[Item], entries: Iterable[Entry]) -> list[Item]:
    """The same lines with their counts."""
    sections = {reverse(one.address): one.section for one in entries}
    return [
        Item(one.address, one.words, one.current, _count(request, sections[one.address]))
        for one in items
    ]


def _count(request: HttpRequest, section: str) -> Count | None:
    counter = _counters.get(section)
    return counter(request) if counter else None
