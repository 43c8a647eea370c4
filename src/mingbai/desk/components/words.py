"""Words in the language of the page (界面用语): texts of packs and of code, roles, permissions, actors.

What is written in Chinese and English only is shown in traditional characters by `either`. What people
recorded (names, reasons, places) stays as they wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mingbai.accounts.models import User
from mingbai.accounts.roles import PERMISSION_LABELS, ROLES, Permission
from mingbai.common.traditional import traditional
from mingbai.documents.words import Bilingual, Words, words

TRADITIONAL = "zh-hant"
_KEPT = re.compile(r"(?P<code>[A-Z]+-\d+) (?P<zh>.+?) / (?P<en>.+)", re.DOTALL)


def english() -> bool:
    """Whether the page is in English."""
    return (get_language() or "").startswith("en")


def either(zh: str, en: str) -> str:
    """One of the two, or the Chinese in traditional characters."""
    if english():
        return en or zh
    return traditional(zh) if get_language() == TRADITIONAL else zh


def of(text: Bilingual | None) -> str:
    """A text of a pack, a topic, a role or an error; nothing for none."""
    return either(text.zh, text.en) if text is not None else ""


def listed(parts: Iterable[object]) -> str:
    """Things side by side: 、 or a comma."""
    return (", " if english() else "、").join(map(str, parts))


def clauses(parts: Iterable[object]) -> str:
    """Parts of a sentence side by side: ； or a semicolon."""
    return ("; " if english() else "；").join(map(str, parts))


def aside(text: object, note: object) -> str:
    """A text with a note in the brackets of the language."""
    return f"{text} ({note})" if english() else f"{text}（{note}）"


def refusal_words(text: str) -> str:
    """A refusal that a job kept as one line (number, Chinese / English), in the language of the page."""
    kept = _KEPT.fullmatch(text)
    return aside(either(kept["zh"], kept["en"]), kept["code"]) if kept else text


def document_words() -> Words:
    """The sentences of the documents in the language of the page."""
    if english():
        return words("en")
    return words(TRADITIONAL if get_language() == TRADITIONAL else "zh")


def role_words(key: str) -> str:
    """The name of a role."""
    role = ROLES.get(key)
    return key if role is None else of(role)


def permission_words(permission: Permission) -> str:
    """What a permission lets somebody do."""
    return either(*PERMISSION_LABELS[permission])


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
