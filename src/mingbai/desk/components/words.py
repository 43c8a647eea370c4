"""Words for what stands in code (代码里的名称): roles, permissions, actors."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mingbai.accounts.models import User
from mingbai.accounts.roles import PERMISSION_LABELS, ROLES, Permission


def english() -> bool:
    """Whether the page is in English."""
    return (get_language() or "").startswith("en")


def role_words(key: str) -> str:
    """The name of a role."""
    role = ROLES.get(key)
    if role is None:
        return key
    return role.en if english() else role.zh


def permission_words(permission: Permission) -> str:
    """What a permission lets somebody do."""
    zh, en = PERMISSION_LABELS[permission]
    return en if english() else zh


def actor_names(actors: Iterable[str]) -> dict[str, str]:
    """Actors of batches and events in words; names of users in one query."""
    wanted = set(actors)
    keys = [int(one[5:]) for one in wanted if one.startswith("user:") and one[5:].isdigit()]
    names = dict(User.objects.filter(pk__in=keys).values_list("pk", "name"))
    found = {}
    for one in wanted:
        kind, _colon, rest = one.partition(":")
        if kind == "user" and rest.isdigit():
            found[one] = names.get(int(rest), one)
        elif kind == "token":
            found[one] = _("令牌 {number}").format(number=rest)
        else:
            found[one] = {"command": _("命令行"), "system": _("系统")}.get(kind, one)
    return found
