"""The rows of a derivation (推导表的行), written as text: a page of all rules has a thousand of them.

A template takes twenty milliseconds for what takes two here. Every text is escaped where it enters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from mingbai.desk.components.tags import mark
from mingbai.desk.register.reasons import Sourced, sourced
from mingbai.documents.readings import PolicyRead, StepRead
from mingbai.households.queries import HouseholdView

#: Steps further inside are not set further in.
DEEPEST = 5


def step_rows(view: HouseholdView, steps: Iterable[StepRead]) -> SafeString:
    """The steps, each with the facts and values of policy that it reads."""
    return mark_safe("\n".join(row for step in steps for row in _rows(view, step)))  # noqa: S308  # escaped below


def _rows(view: HouseholdView, step: StepRead) -> Iterator[str]:
    depth = min(step.depth, DEEPEST)
    yield _step(step, depth)
    for fact in step.facts:
        yield _fact(sourced(view, fact), depth)
    for one in step.policy:
        yield _policy(one, depth)


def _step(step: StepRead, depth: int) -> str:
    again = f' <span class="third">{_("（见上）")}</span>' if step.again else ""
    text = f"<code>{escape(step.text)}</code>" if step.text else ""
    for one in step.assumed:
        said = _("没有登记时按假定算：{one}").format(one=one)
        text += f'<span class="from">{escape(said)}</span>'
    if step.look:
        result = str(mark(step.look.tone, step.look.word))
    else:
        opened = ' class="open"' if step.is_open else ""
        result = f"<b{opened}>{escape(step.result)}</b>"
    asks, unknown = (' class="asks"', " un") if step.is_open else ("", "")
    return (
        f'<tr{asks}><th scope="row" class="d{depth}">{escape(step.label)}{again}</th>'
        f'<td class="wide">{text}</td><td class="nowrap{unknown}">{result}</td><td></td>'
        f'<td class="mono third">{escape(step.clause)}</td></tr>'
    )


def _raw(depth: int, label: str, name: str, said: str, source: str) -> str:
    """What a step reads: a label and a name as text, what it says and its source as written."""
    return (
        f'<tr class="raw"><th scope="row" class="d{depth} in">{escape(label)}</th>'
        f'<td class="mono">{escape(name)}</td><td>{said}</td><td>{source}</td><td></td></tr>'
    )


def _fact(one: Sourced, depth: int) -> str:
    fact = one.fact
    said = str(mark("un", fact.said)) if fact.is_open else escape(fact.said)
    label = f"{fact.who} {fact.label}" if fact.who else fact.label
    return _raw(depth, label, fact.fact, said, escape(f"{one.source} {one.when}"))


def _policy(one: PolicyRead, depth: int) -> str:
    if not one.said:
        return _raw(depth, one.label, one.name, str(mark("un", _("当天当地没有公布值"))), "")
    source = (
        f'{escape(one.region)} {one.since or ""} <span lang="zh-Hans">{escape(one.source)}</span>'
    )
    if one.is_local:
        source += f' <span class="tag unsure">{_("本地")}</span>'
    return _raw(depth, one.label, one.name, escape(one.said), source)
