"""What of a place one's scope reaches (范围与地方)."""

from __future__ import annotations

from mingbai.accounts.scopes import Scope
from mingbai.places.codes import range_of
from mingbai.places.remembered import Place, Roster


def reaches(scope: Scope, code: str) -> bool:
    """Whether any of a division lies in the scope: itself, what is under it, or what it is part of."""
    low, high = range_of(code)
    return scope.everything or any(first <= high and low <= last for first, last in scope.ranges)


def covers(scope: Scope, code: str) -> bool:
    """Whether all of a division lies in the scope; only then a share of it may be told."""
    low, high = range_of(code)
    return scope.everything or any(first <= low and high <= last for first, last in scope.ranges)


def home(scope: Scope, roster: Roster, root: str) -> str:
    """The smallest division that all of a scope lies in, seen from the register's own."""
    code = root
    while not covers(scope, code):
        reached = [one for one in roster.under(code) if reaches(scope, one.code)]
        if len(reached) != 1:
            return code
        code = reached[0].code
    return code


def reached_below(scope: Scope, roster: Roster, code: str, held: set[str]) -> list[Place]:
    """What lies right under a division and is in scope, or has a household of it (`held`: its villages)."""
    found = []
    for one in roster.under(code):
        low, high = range_of(one.code)
        if reaches(scope, one.code) or any(low <= village <= high for village in held):
            found.append(one)
    return found
