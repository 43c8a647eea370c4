"""What the templates of parts are given (部件的数据): tabs, steps, choice of columns, picked rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict

#: Names of the address that say where in a list somebody is, not which list it is.
PLACE_IN_LIST = ("page", "after")
#: Under which the choices of columns stand in the session.
COLUMNS = "columns"


@dataclass(frozen=True)
class Tab:
    """A view of the same thing (标签): words, address, how many, whether somebody must act."""

    words: Any
    address: str
    count: int | None = None
    current: bool = False
    hot: bool = False


@dataclass(frozen=True)
class Step:
    """A step of a flow (步骤): words, what it came to, and its address where it can be gone back to."""

    words: Any
    under: Any = ""
    address: str = ""


@dataclass(frozen=True)
class Chip:
    """A filter that narrows a list (条件): what, which, and the address of the list without it."""

    label: Any
    value: Any
    without: str


@dataclass(frozen=True)
class Column:
    """A column that may be shown (列): its key in the address, its words, whether it stays."""

    key: str
    words: Any
    fixed: bool = False
    default: bool = True


@dataclass(frozen=True)
class Columns:
    """The columns of a list as chosen in the address (选列)."""

    all: tuple[Column, ...]
    shown: frozenset[str]
    kept: tuple[tuple[str, str], ...]  # the rest of the address
    name: str = ""  # under which the choice is kept; blank: in the address alone

    def __contains__(self, key: str) -> bool:
        return key in self.shown

    @property
    def choices(self) -> list[tuple[Column, bool]]:
        return [(one, one.key in self.shown) for one in self.all]

    @property
    def count(self) -> int:
        return len(self.shown)


def columns_of(request: HttpRequest, columns: Iterable[Column], name: str = "") -> Columns:
    """The columns of a list: those named by ?columns=, else those chosen before, else the default ones.

    Fixed ones always. `name`: under which a choice is kept with the session.
    """
    known = tuple(columns)
    chosen = request.GET.getlist("columns") or (kept_columns(request).get(name) if name else None)
    asked = frozenset(chosen or ())
    shown = {one.key for one in known if one.fixed or (one.key in asked if asked else one.default)}
    kept = tuple(
        (name, value)
        for name, values in request.GET.lists()
        if name != "columns" and name not in PLACE_IN_LIST
        for value in values
        if value
    )
    return Columns(known, frozenset(shown), kept, name)


def kept_columns(request: HttpRequest) -> dict[str, list[str]]:
    """List → the columns that were chosen for it since signing in."""
    found: dict[str, list[str]] = request.session.get(COLUMNS, {})
    return found


@dataclass(frozen=True)
class Picked:
    """Which rows an action is for (选中的行): numbers, or all that the filter of the form finds."""

    ids: tuple[int, ...]
    everything: bool

    def __bool__(self) -> bool:
        return self.everything or bool(self.ids)


def picked(sent: QueryDict, most: int = 5000) -> Picked:
    """The rows picked in a form with a bulk bar: ?row= numbers, or ?all=1 for the filter."""
    ids = dict.fromkeys(int(one) for one in sent.getlist("row") if one.isascii() and one.isdigit())
    return Picked(tuple(ids)[:most], sent.get("all") == "1")


def changed_query(query: QueryDict, changes: dict[str, Any]) -> str:
    """The address with some names changed; None or "" takes one away; the place in the list goes."""
    said = query.copy()
    for name in PLACE_IN_LIST:
        said.pop(name, None)
    for name, value in changes.items():
        if isinstance(value, list | tuple):
            said.setlist(name, [str(one) for one in value])
        elif value is None or value == "":
            said.pop(name, None)
        else:
            said[name] = str(value)
    text = said.urlencode()
    return f"?{text}" if text else "?"


def sort_of(request: HttpRequest, keys: Sequence[str], default: str) -> tuple[str, bool]:
    """The sort key of the address and whether it runs down; an unknown one is the default."""
    asked = request.GET.get("sort", "") or default
    key = asked.lstrip("-")
    return (
        (key, asked.startswith("-")) if key in keys else (default.lstrip("-"), default[:1] == "-")
    )
