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
    "places.published": noop("按登记簿计算公布数"),
    "audit.verify": noop("核验审计链"),
}


def kind_words(kind: str) -> str:
    """What a kind of job does, in the language of the page; an unknown one by its name."""
    return _(KINDS[kind]) if kind in KINDS else kind


#: Steps of all kinds of jobs, by the first word of what a job reports.
STEPS: dict[str, str] = {
    "register": noop("读登记簿"), "read": noop("读表格"), "mark": noop("标出问题"),
    "check": noop("核对"), "search": noop("更新检索"), "touched": noop("找出涉及的户"),
    "reevaluate": noop("重新评估"), "evaluate": noop("评估"), "counts": noop("更新各村的数"),
    "export": noop("导出"), "published": noop("计算公布数"), "verify": noop("核验"),
}  # fmt: skip


def step_words(step: str) -> str:
    """What a job does at the moment; what has no words here is not for people."""
    first = step.split(" ")[0]
    return _(STEPS[first]) if first in STEPS else ""
