"""Beside a household's states (旁栏): the next step, what is due, signals, suggestions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mingbai.documents.family import NOT_APPLICABLE, UNKNOWN, Family, Outcome
from mingbai.documents.marks import NA_TONE, icon, look_of, mark
from mingbai.documents.markup import Html, html, tag
from mingbai.documents.reasoning import in_short
from mingbai.documents.reporting import Material
from mingbai.documents.rows import spoken
from mingbai.documents.tasking import due_words
from mingbai.documents.words import Words
from mingbai.engine.model.pack import Role
from mingbai.screening.result import Question

_MOST_LINES = 40
_MOST_QUESTIONS = 6


def beside(family: Family, words: Words) -> Iterator[Html]:
    for role, title in (
        (Role.ENTITLEMENT, words.say("应享与不应享")),
        (Role.SIGNAL, words.say("风险信号")),
        (Role.STATUS, words.say("身份建议")),
        (Role.READINESS, words.say("程序条件")),
    ):
        brief = html(_brief(family.with_role(role), family, words))
        if brief:
            yield tag("section", tag("h3", title), brief, class_="sd")


def _brief(outcomes: Iterable[Outcome], family: Family, words: Words) -> Iterator[Html]:
    """What calls for somebody and what is unknown, line by line; the rest in one line."""
    quiet: dict[str, None] = {}
    rows = []
    for outcome in outcomes:
        loud = outcome.is_called or outcome.state == UNKNOWN
        if loud or (outcome.rule.role is Role.READINESS and outcome.state != NOT_APPLICABLE):
            rows.append(_brief_line(outcome, family, words))
        elif outcome.state != NOT_APPLICABLE:
            quiet[words.of(outcome.rule.label)] = None
    if rows:
        yield tag("ul", rows[:_MOST_LINES], class_="br")
    if quiet:
        yield tag(
            "p",
            icon("ok" if not rows else NA_TONE),
            words.count("其余 {n} 项没有", len(quiet))
            if rows
            else words.count("{n} 项都没有", len(quiet)),
            tag("small", words.listed(quiet)),
            class_="qt",
        )


def _brief_line(outcome: Outcome, family: Family, words: Words) -> Html:
    look = look_of(outcome.rule, outcome.state, words)
    who = spoken(outcome.row, words, hide=True)
    return tag(
        "li",
        tag("span", tag("b", words.of(outcome.rule.label)), f"　{who}" if who else None),
        mark(look),
        tag("small", in_short(outcome, family, words, public=True)),
        class_=look.tone,
    )


def next_step(material: Material, family: Family) -> Html:
    """The household's task or questions, as the workbook has them."""
    words, screening = material.words, material.screening
    task = next((item for item in screening.tasks if item.key == family.key), None)
    ask = next((item for item in screening.asks if item.key == family.key), None)
    if task is not None:
        due = task.due_on.isoformat() if task.due_on else due_words(words)
        head = words.parts("要去看，期限 {day}", day=tag("b", due))
        return _box(head, task.questions, "box-no", words)
    if ask is not None:
        return _box(words.say("不用专程去；下次走访顺带问"), ask.questions, "box-un", words)
    quiet = tag("p", words.say("这一户没有要办的。"), class_="note")
    return tag("section", tag("h3", words.say("下一步")), quiet, class_="sd")


def _box(head: object, questions: tuple[Question, ...], kind: str, words: Words) -> Html:
    items = [
        tag(
            "li",
            words.of(question.ask) or words.of(question.label),
            tag("small", words.of(question.owner)) if question.owner else None,
        )
        for question in questions[:_MOST_QUESTIONS]
    ]
    more = len(questions) - _MOST_QUESTIONS
    return tag(
        "section",
        tag("h3", words.say("下一步")),
        tag(
            "div",
            tag("p", head),
            tag("ul", items) if items else None,
            tag("p", words.count("另有 {n} 个问题", more)) if more > 0 else None,
            class_=kind,
        ),
        class_="sd",
    )
