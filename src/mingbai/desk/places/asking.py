"""The question that a page of places answers (地方页面的问题): where, which view, as of when, for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope
from mingbai.desk.access import scope_for
from mingbai.desk.places.forms import PlaceForm
from mingbai.desk.places.reaching import covers
from mingbai.places.enums import DIGITS, Level
from mingbai.places.remembered import Place, Roster, roster

WATCH, UNMET, UNKNOWN, UNSUPPLIED, GAPS = "watch", "unmet", "unknown", "unsupplied", "gaps"
VIEWS = (WATCH, UNMET, UNKNOWN, UNSUPPLIED, GAPS)


@dataclass(frozen=True)
class Asked:
    """A place on a day and how it is looked at (所问)."""

    request: HttpRequest
    place: Place
    form: PlaceForm
    day: date
    against: date | None
    view: str
    villages: bool  # rows are villages, not what lies right below

    @property
    def today(self) -> date:
        """The working date of the register."""
        return self.request.day

    @property
    def scope(self) -> Scope:
        """What the one who asks may read."""
        found: Scope = self.request.scope
        return found

    @cached_property
    def states_scope(self) -> Scope:
        """Where the one who asks may read states."""
        own = scope_for(self.request, Permission.EVALUATION_READ)
        outside: Scope = self.request.reach.outside
        return own | outside

    @cached_property
    def health(self) -> bool:
        """Whether illness may be read wherever states are: as for the lists behind the figures."""
        return self.states_scope.lies_in(scope_for(self.request, Permission.HEALTH_READ))

    @cached_property
    def roster(self) -> Roster:
        """The divisions of the day."""
        return roster(self.day)

    @cached_property
    def whole(self) -> bool:
        """Whether all of the place is in scope; only then a share of it can be told."""
        return covers(self.scope, self.place.code)

    @property
    def digits(self) -> int:
        """How many digits of a code name a row."""
        return DIGITS[self.row_level]

    @cached_property
    def row_level(self) -> Level:
        """The level of the rows of the page."""
        below = self.roster.under(self.place.code)
        if not below or self.villages:
            return Level.VILLAGE
        return below[0].level

    def list_of(self, code: str, *, kind: str = "", state: str = "", group: str = "") -> str:
        """The address of the households behind a figure."""
        wanted = {"place": code, "kind": kind, "state": state, "group": group}
        return self._list(wanted, self.day)

    def list_on(self, day: date, code: str, *, kind: str) -> str:
        """The households of a standing on another day, under the code of that day."""
        return self._list({"place": code, "kind": kind}, day)

    def people_of(self, code: str, *, kind: str = "", day: date | None = None) -> str:
        """The address of the persons behind a figure."""
        return self._list({"place": code, "kind": kind}, day or self.day, "register:persons")

    def _list(self, wanted: dict[str, str], day: date, name: str = "register:households") -> str:
        said = {name: str(value) for name, value in wanted.items() if value}
        if day != self.today:
            said["on"] = day.isoformat()
        return f"{reverse(name)}?{urlencode(said)}"

    def page_of(self, code: str, **said: str) -> str:
        """The address of another place, on the same day."""
        kept = {"on": self.day.isoformat()} if self.day != self.today else {}
        query = urlencode({**kept, **said})
        return reverse("places:place", args=[code]) + (f"?{query}" if query else "")


def asked_of(request: HttpRequest, code: str) -> Asked | None:
    """What the address asks; None for a place that was not there on the day."""
    given = {name: request.GET[name] for name in ("on", "against") if request.GET.get(name)}
    form = PlaceForm(given, today=request.day)
    data = form.cleaned_data if form.is_valid() else {}
    day = data.get("on") or request.day
    found = roster(day).places.get(code)
    if found is None:
        return None
    view = request.GET.get("view", WATCH)
    return Asked(
        request, found, form, day, data.get("against"), view if view in VIEWS else WATCH,
        request.GET.get("rows") == "villages",
    )  # fmt: skip
