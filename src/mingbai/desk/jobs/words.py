"""Kinds of background work in words (任务名称)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

KINDS: dict[str, str] = {
    "import.run": noop("导入表格"),
    "import.undo": noop("撤销一批导入"),
    "evaluate": noop("评估"),
    "decisions.reevaluate": noop("重新评估改动的户"),
    "decisions.follow": noop("重新评估一批涉及的户"),
}


def kind_words(kind: str) -> str:
    """What a kind of job does, in the language of the page; an unknown one by its name."""
    return _(KINDS[kind]) if kind in KINDS else kind
