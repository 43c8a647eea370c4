"""Whose eyes a page is for (查阅人): the own rights first, then a leave to read outside one's scope."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.http import Http404, HttpRequest
from django.utils import timezone

from mingbai.accounts.outside import readings_at
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scope
from mingbai.common.errors import RegisterError
from mingbai.households.access import Reader
from mingbai.places.codes import range_of

Found = TypeVar("Found")
ABSENT = "HOME-001"


def own_reader(request: HttpRequest) -> Reader:
    """The rights of the one who asks, each scope worked out when it is needed."""
    return Reader(
        request.user.actor,
        "desk",
        request.rights,
        topics_there=partial(request.rights.topics_at, Permission.HOUSEHOLDS_READ),
    )


def read(request: HttpRequest, reading: Callable[[Reader], Found]) -> tuple[Reader, Found]:
    """What `reading` finds with the own rights, else under a leave; 404 where neither reaches."""
    own = own_reader(request)
    try:
        return own, reading(own)
    except RegisterError as refused:
        if refused.code != ABSENT or request.reach.outside.empty:
            raise _gone(refused) from refused
    return _under_leave(request, reading)


def _under_leave(request: HttpRequest, reading: Callable[[Reader], Found]) -> tuple[Reader, Found]:
    """Read with the leave that reaches it; the look is logged with that leave."""
    for one in readings_at(request.user, timezone.now()):
        scope = {Permission.HOUSEHOLDS_READ: Scope((range_of(one.division_code),))}
        reader = Reader(request.user.actor, "desk", scope, leave_id=one.pk)
        try:
            return reader, reading(reader)
        except RegisterError as refused:
            if refused.code != ABSENT:
                raise
    raise Http404


def _gone(refused: RegisterError) -> Any:
    return Http404() if refused.code == ABSENT else refused
