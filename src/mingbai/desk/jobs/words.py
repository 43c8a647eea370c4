"""Kinds of background work in words (任务名称)."""

from __future__ import annotations

from django.utils.translation import gettext as _

KINDS: dict[str, str] = {}


def kind_words(kind: str) -> str:
    """What a kind of job does, in the language of the page; an unknown one by its name."""
    return _(KINDS[kind]) if kind in KINDS else kind
