"""The tree of places in the rail (地方树): the way to where one is, and what lies beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext

from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope
from mingbai.desk.access import register_of, working_date_of
from mingbai.desk.components.navigation import PlaceLine, places_tree
from mingbai.desk.components.parts import changed_query
from mingbai.desk.components.rights import Rights
from mingbai.desk.places.reaching import covers, home, reached_below
from mingbai.households.queries.counting import Standing
from mingbai.households.queries.daily import in_scope, standing_of, village_counts
from mingbai.places.codes import LENGTH, range_of
from mingbai.places.remembered import Place, Roster, roster

#: Lines under the open place; the rest is one line that leads to its page.
MOST_BELOW = 14


@places_tree
def tree_for(request: HttpRequest) -> Sequence[PlaceLine]:
    """The tree for a page: counts of one's scope only, nothing for who may read no household.

    Two queries while nothing is recorded, four more where a scope has a list of households.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ()
    day = getattr(request, "day", None) or working_date_of(request)
    rights = getattr(request, "rights", None) or Rights(user, day)
    scope: Scope = rights[Permission.HOUSEHOLDS_READ]
    register = register_of(request)
    if not scope or register is None or not register.division_code:
        return ()
    known = roster(day)
    counted = in_scope({day: village_counts([day])[day]}, scope)[day]
    households = {code: standing_of(counts, Standing.ALL)[0] for code, counts in counted.items()}
    return _lines(
        known, scope, register.division_code, _asked(request, known), households, _opener(request)
    )


def _opener(request: HttpRequest) -> Callable[[str], str]:
    """Where a line leads: to the place's page, from the list of households to its households."""
    match = request.resolver_match
    if match is not None and match.view_name == "register:households":
        return lambda code: (
            reverse("register:households")
            + changed_query(request.GET, {"place": code, "group": None})
        )
    return lambda code: reverse("places:place", args=[code])


def _asked(request: HttpRequest, known: Roster) -> str:
    """The place that the page is about, if it is about one."""
    match = request.resolver_match
    given = ""
    if match is not None and match.namespace == "places":
        given = match.kwargs.get("code", "")
    given = given or request.GET.get("place", "")
    code = given.ljust(LENGTH, "0") if given.isascii() and given.isdigit() else ""
    return code if code in known.places else ""


def _lines(
    known: Roster,
    scope: Scope,
    root: str,
    asked: str,
    households: dict[str, int],
    opens: Callable[[str], str],
) -> list[PlaceLine]:
    held = set(households)
    current = asked or home(scope, known, root)
    way = [one for one in known.path(current) if _inside(one.code, root)]
    if not known.under(current) and len(way) > 1:
        way = way[:-1]  # a village stands among its neighbours

    def line(place: Place, depth: int, *, open_: bool = False) -> PlaceLine:
        low, high = range_of(place.code)
        sure = covers(scope, place.code) or bool(scope.household_ids)
        count = sum(number for code, number in households.items() if low <= code <= high)
        return PlaceLine(
            place.name, opens(place.code), depth, count if sure else None,
            current=place.code == asked, open=open_,
        )  # fmt: skip

    found = [line(place, depth, open_=True) for depth, place in enumerate(way)]
    if not way:
        return found
    below = reached_below(scope, known, way[-1].code, held)
    shown = _shown(below, asked)
    found += [line(place, len(way)) for place in shown]
    if rest := len(below) - len(shown):
        words = ngettext("其余 {n} 个地方…", "其余 {n} 个地方…", rest).format(n=rest)
        address = reverse("places:place", args=[way[-1].code])
        found.append(PlaceLine(words, address, len(way), None, more=True))
    return found


def _inside(code: str, root: str) -> bool:
    """What lies above the register is no place of it."""
    low, high = range_of(root)
    return low <= code <= high


def _shown(below: list[Place], asked: str) -> list[Place]:
    """The first ones, and the one that the page is about among them."""
    if len(below) <= MOST_BELOW + 1:
        return below
    codes = [one.code for one in below]
    at = codes.index(asked) if asked in codes else 0
    first = max(0, min(at - MOST_BELOW // 2, len(below) - MOST_BELOW))
    return below[first : first + MOST_BELOW]
