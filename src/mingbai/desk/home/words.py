"""Words of the work list (待办用语): by when, what kind of matter, why, and what to do next."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from mingbai.decisions.worklist import Calling, Told
from mingbai.desk.components.words import document_words, english, of
from mingbai.documents.tasking import reason
from mingbai.screening.result import Finding

INDICATOR, SIGNAL, STATUS = "indicator", "signal", "status"
ENTITLEMENT, READINESS = "entitlement", "readiness"
#: So many days ahead a day is called by its name.
NAMED_DAYS = 7
WEEKDAYS = (
    noop("周一"), noop("周二"), noop("周三"), noop("周四"), noop("周五"), noop("周六"), noop("周日"),
)  # fmt: skip
#: What kind of matter a rule makes, by its role.
MATTERS = {
    INDICATOR: noop("保障未达标"), SIGNAL: noop("线索核查"), STATUS: noop("身份核查"),
    ENTITLEMENT: noop("应享核对"), READINESS: noop("可以提请"),
}  # fmt: skip
#: What to do next there, for who records facts.
VERBS = {
    INDICATOR: noop("到户核对"), SIGNAL: noop("核查线索"), STATUS: noop("核对身份"),
    ENTITLEMENT: noop("核对应享"), READINESS: noop("看条件"),
}  # fmt: skip
#: How many reasons and open facts a line of the list names.
MOST_SAID = 2


def due_words(due_on: date | None, day: date) -> str:
    """By when, as people say it: 逾期 4 天, 今天, 明天, 周五, 03-28."""
    if due_on is None:
        return _("没有期限")
    left = (due_on - day).days
    if left < 0:
        return ngettext("逾期 {n} 天", "逾期 {n} 天", -left).format(n=-left)
    if left <= 1:
        return _("明天") if left else _("今天")
    if left < NAMED_DAYS:
        return _(WEEKDAYS[due_on.weekday()])
    return date_format(due_on, "m-d" if due_on.year == day.year else "Y-m-d")


def matter_words(told: Told) -> str:
    """What kind of matter it is, by the most urgent rule that may be told."""
    if not told.callings:
        return ""
    role = str(told.callings[0].rule.role)
    return _(MATTERS[role]) if role in MATTERS else of(told.callings[0].rule.label)


def verb(told: Told, *, records: bool) -> str:
    """The one thing to do next."""
    if not records or not told.callings:
        return _("看依据") if told.callings else _("看这一户")
    role = str(told.callings[0].rule.role)
    if told.unknowns and role != READINESS:
        return _("问清补上")
    return _(VERBS[role]) if role in VERBS else _("看依据")


def why(told: Told) -> list[tuple[str, str]]:
    """The first reasons, each what is wrong and the clauses that say so."""
    found = []
    for one in told.callings[:MOST_SAID]:
        said = reason_words(one)
        head, colon, rest = said.partition(": " if english() else "：")
        found.append((head, colon + rest))
    return found


def reason_words(calling: Calling) -> str:
    """One reason as the reports word it: 住房安全有保障 未达标：没满足：…"""
    rule = calling.rule
    state = "ready" if rule.role == READINESS else "raised"
    if rule.role not in (READINESS, SIGNAL, STATUS):
        state = "unmet"
    return reason(Finding(rule, state, calling.clauses), document_words())
