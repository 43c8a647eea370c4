"""Whether a scope has all of a place (范围是否涵盖): for what belongs to a place and not to a household."""

from __future__ import annotations

from mingbai.accounts.scopes import Scope
from mingbai.places.codes import range_of
from mingbai.places.models import Register


def covers(scope: Scope, code: str) -> bool:
    """Whether a scope has all of a division."""
    if scope.everything:
        return True
    low, high = range_of(code)
    return any(first <= low and high <= last for first, last in scope.ranges)


def whole(scope: Scope) -> bool:
    """Whether a scope has all of the register. One query."""
    code = Register.objects.values_list("division_code", flat=True).first()
    return code is not None and covers(scope, code)
