"""Tasks in words (任务的写法): what to do at the household, why, and how urgent it is."""

from __future__ import annotations

from collections.abc import Iterator

from mingbai.documents.marks import look_of
from mingbai.documents.words import Words
from mingbai.engine.model.pack import Role, Rule
from mingbai.screening.result import Finding, Question, Task

#: Up to which priority of a rule each word holds; what is beyond waits for the last.
_FIRST, _SOON, _NEXT = 1, 3, 5


def urgency(task: Task, say: Words) -> str:
    """How urgent a task is, from its most urgent finding."""
    return urgency_of(min((finding.rule.priority for finding in task.findings), default=9), say)


def urgency_of(priority: int, say: Words) -> str:
    """The word for a priority of a rule."""
    if priority <= _FIRST:
        return say.say("最先办")
    if priority <= _SOON:
        return say.say("先办")
    return say.say("接着办") if priority <= _NEXT else say.say("随后办")


def due_words(say: Words) -> str:
    """What stands for a due date the pack does not give there."""
    return say.say("本地未定")


def rule_word(rule: Rule, say: Words) -> str:
    """The word of the state in which a rule calls for somebody."""
    state = "met" if rule.role is Role.READINESS else "unmet"
    return look_of(rule, state, say).word


def what_is_wrong(rule: Rule, say: Words) -> str:
    """A rule that calls for somebody, by what is wrong: the label of a good thing needs its word."""
    label = say.of(rule.label)
    if rule.met_when and rule.role is not Role.READINESS:
        return f"{label} {rule_word(rule, say)}"
    return label


def state_word(finding: Finding, say: Words) -> str:
    """The word of what was found."""
    return rule_word(finding.rule, say)


def reasons(task: Task, say: Words) -> Iterator[str]:
    """Why somebody goes there: each finding with the members and the clauses that decided."""
    for finding in task.findings:
        yield reason(finding, say)


def reason(finding: Finding, say: Words) -> str:
    """One finding in words: 住房安全有保障 未达标：房子不安全."""
    head = f"{say.of(finding.rule.label)} {state_word(finding, say)}"
    if finding.about:
        head = say.say("{what}（{who}）", what=head, who=say.listed(finding.about))
    clauses = say.listed(say.of(clause) for clause in finding.clauses)
    holds = finding.state == "ready" or not finding.rule.met_when
    return say.pair(
        head, clauses if holds or not clauses else say.say("没满足：{what}", what=clauses)
    )


def things_to_do(task: Task, say: Words) -> Iterator[str]:
    """What to do there, numbered: look at what was found, ask what is not known."""
    number = 0
    for number, finding in enumerate(task.findings, 1):
        yield f"{number}. {_look(finding, say)}"
    for place, question in enumerate(task.questions, number + 1):
        yield f"{place}. {asked(question, say)}"


def _look(finding: Finding, say: Words) -> str:
    label = say.of(finding.rule.label)
    if finding.state == "ready":
        return say.say("看能不能按程序提请：{what}", what=label)
    who = say.listed(finding.about)
    return (
        say.say("到户核对：{what}（{who}）", what=label, who=who)
        if who
        else say.say("到户核对：{what}", what=label)
    )


def asked(question: Question, say: Words) -> str:
    """A question with whom it is about and who may know: 今年务工几个月？（陈志强；人社可能有）."""
    text = say.of(question.ask) or say.say("弄清：{what}", what=say.of(question.label))
    notes = [say.listed(question.about)] if question.about else []
    if question.owner is not None:
        notes.append(say.say("{who}可能有", who=say.of(question.owner)))
    return say.say("{what}（{who}）", what=text, who=say.clauses(notes)) if notes else text
