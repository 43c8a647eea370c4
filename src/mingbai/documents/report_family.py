"""The household a report opens on (开篇的一户): what is met, unmet, unknown, and what it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mingbai.documents.family import (
    NOT_APPLICABLE,
    UNKNOWN,
    Family,
    Outcome,
    Used,
    parameters_of,
    state_of,
)
from mingbai.documents.marks import icon, look_of, mark, truth
from mingbai.documents.markup import Html, html, tag
from mingbai.documents.reasoning import (
    in_short,
    phrase,
    result_of,
    row_name,
    runs,
    sources,
    told,
    value_of,
    where,
)
from mingbai.documents.report_aside import beside, next_step
from mingbai.documents.report_bar import drawn
from mingbai.documents.reporting import Material, section
from mingbai.documents.rows import spoken
from mingbai.documents.values import clipped, place_words, shown
from mingbai.documents.words import Words
from mingbai.engine.explaining.trace import Node, ParameterInput
from mingbai.engine.model.pack import Role
from mingbai.engine.model.values import NA, Kind

_MOST_LINES = 40
_MOST_INPUTS = 6
_MOST_ROWS = 12
_MOST_CHANGES = 4
_DEEPEST = 2
_NARROW = 320.0


def family_section(material: Material, family: Family) -> Html:
    """The opening: states on the left, what follows from them on the right."""
    words = material.words
    head = tag(
        "h2",
        words.say("先看一户"),
        tag("small", words.say("每一条都写明状态、理由、条款、来源；其余各户一样算")),
    )
    return tag(
        "section",
        head,
        _title(family, words),
        tag(
            "div",
            tag("div", next_step(material, family), class_="fn"),
            tag("div", list(_states(family, words)), class_="fs"),
            tag("aside", list(beside(family, words))),
            class_="fg",
        ),
        id="family",
        class_="blk fam",
    )


def _title(family: Family, words: Words) -> Html:
    counts = Counter(
        look_of(item.rule, item.state, words)
        for item in family.of_household(Role.INDICATOR)
        if item.state != NOT_APPLICABLE
    )
    about = [
        " ".join(clipped(place_words(one, words), 20) for one in family.places[-2:]),
        words.count("{n} 人", family.people) if family.people else "",
        words.say("户编号 {key}", key=clipped(family.key, 30)) if family.rows[""].name else "",
    ]
    marks = [
        tag("span", icon(look.tone), f"{count} {look.word}", class_=f"st {look.tone}")
        for look, count in sorted(counts.items(), key=lambda pair: _TONE_ORDER[pair[0].tone])
    ]
    name = clipped(family.name, 30)
    return tag(
        "div",
        tag("h3", words.say("{name}户", name=name)),
        tag("span", " · ".join(item for item in about if item), class_="m"),
        tag("span", marks, class_="mk"),
        class_="fh",
    )


_TONE_ORDER = {"ok": 0, "no": 1, "un": 2, "na": 3}


def _states(family: Family, words: Words) -> Iterator[Html]:
    outcomes = family.of_household(Role.INDICATOR)
    yield tag(
        "div",
        [
            tag("span", head)
            for head in (
                words.say("指标"),
                words.say("状态"),
                words.say("为什么、来源"),
                words.say("依据"),
            )
        ],
        class_="oh",
        aria_hidden="true",
    )
    for outcome in outcomes[:_MOST_LINES]:
        yield _line(outcome, family, words)
    if not outcomes:
        yield tag("p", words.say("规则包里没有指标。"), class_="note")


def _line(outcome: Outcome, family: Family, words: Words) -> Html:
    """One rule: a line that says all, and the clauses inside, open where somebody must look."""
    rule, look = outcome.rule, look_of(outcome.rule, outcome.state, words)
    stands = sources(outcome, family, words)
    basis = f"{rule.source.doc} {rule.source.clause}".strip()
    summary = tag(
        "summary",
        tag("b", words.of(rule.label), class_="nm"),
        mark(look),
        tag(
            "span",
            in_short(outcome, family, words, public=True),
            tag("small", stands) if stands else None,
            class_="wy",
        ),
        tag("span", basis, class_="bs"),
    )
    inside = html(_why(outcome, family, words))
    is_open = look.tone not in ("ok", "na")
    return tag("details", summary, inside, class_=f"o {look.tone}", open=is_open)


def _why(outcome: Outcome, family: Family, words: Words) -> Iterator[object]:
    """The inside of a line: sentence, bar, clauses with their inputs, what would change it."""
    rule = outcome.rule
    if outcome.state == UNKNOWN:
        yield _because(outcome, family, words)
    bar = family.bars.get(rule.id)
    if bar is not None:
        yield tag("div", drawn(bar, words), class_="wd")
        yield tag("div", drawn(bar, words, right=_NARROW), class_="nw1")
    yield tag(
        "table",
        tag("tbody", list(_steps(outcome, family, words))[:_MOST_LINES]),
        class_="raw",
    )
    yield tag("p", words.of(rule.sentence), class_="note")
    yield _values_of_policy(outcome, family, words)
    yield _changes(outcome, family, words)


def _because(outcome: Outcome, family: Family, words: Words) -> Html:
    missing = [phrase(item, family, words, hide=True) for item in outcome.missing]
    more = words.count("，等 {n} 项", len(missing)) if len(missing) > _MOST_INPUTS else ""
    what = tag("b", words.listed(missing[:_MOST_INPUTS]) + more)
    unpublished = all(item.kind == "parameter" for item in outcome.missing)
    text = words.parts("因为{what}。", what=what)
    if not unpublished:
        text = words.parts("因为不知道{what}。", what=what)
    return tag("p", text, class_="lead")


def _steps(outcome: Outcome, family: Family, words: Words) -> Iterator[Html]:
    """The clauses with their states and inputs; a rule without clauses shows its own steps."""
    clauses = [node for node in outcome.node.children if node.kind == "clause"]
    if not clauses:
        yield from _inner(outcome.node, family, words, 0)
    for node in clauses:
        yield from _step(node, family, words, 0)


def _step(node: Node, family: Family, words: Words, depth: int) -> Iterator[Html]:
    """A step: its name, its result, the facts it reads, and where they stand."""
    used = told(node, family)
    yield tag(
        "tr",
        tag("td", _step_name(node, family, words), class_=f"d{min(depth, 3)}"),
        tag("td", _result(node, family, words), class_="tf"),
        tag(
            "td",
            words.clauses(
                filter(None, [*_asides(node, family, words), _facts(used, family, words)])
            ),
        ),
        tag("td", where(used, words), class_="src"),
    )
    yield from _inner(node, family, words, depth + 1)


def _inner(node: Node, family: Family, words: Words, depth: int) -> Iterator[Html]:
    """The steps inside: clauses, results of other rules, rows below that the question is about."""
    if not depth:
        used = told(node, family)
        if used:
            yield tag(
                "tr",
                tag("td", words.say("用到的")),
                tag("td", class_="tf"),
                tag("td", _facts(used, family, words)),
                tag("td", where(used, words), class_="src"),
            )
    if depth > _DEEPEST:
        return
    for child in node.children:
        if child.kind != "row" and (not depth or not _is_aside(child)):
            yield from _step(child, family, words, depth)
    for rows in runs(node, family):
        asked = [row for row in rows if row.value is not NA]
        for row in asked[:_MOST_ROWS]:
            yield from _step(row, family, words, depth)
        if len(asked) > _MOST_ROWS:
            more = words.count("另有 {n} 行", len(asked) - _MOST_ROWS)
            yield tag("tr", tag("td", more, colspan=4, class_="src"))


def _is_aside(node: Node) -> bool:
    """Whether a result is told beside the step that uses it: it has no steps worth a line."""
    if node.kind != "rule" or node.type.kind is Kind.BOOL:
        return False
    return not (node.children or node.inputs) or node.type.kind is not Kind.NUMBER


def _asides(node: Node, family: Family, words: Words) -> Iterator[str]:
    for child in node.children:
        if _is_aside(child):
            yield f"{words.of(child.label)} {result_of(child, family, words)}"


def _step_name(node: Node, family: Family, words: Words) -> str:
    if node.kind == "row":
        return row_name(node, family, words, hide=True)
    return words.of(node.label)


def _result(node: Node, family: Family, words: Words) -> Html | None:
    if node.kind == "row" and any(
        item.fact.restricted for step in node.walk() for item in step.inputs
    ):
        return None
    if isinstance(node.value, bool) or node.value is NA:
        return mark(truth(node.value, words))
    if node.value is None and node.low is None and node.high is None:
        return mark(truth(None, words))
    kind = "te" if node.value is None else "tb"
    return tag("b", result_of(node, family, words), class_=kind)


def _facts(used: list[Used], family: Family, words: Words) -> str:
    """Facts with their values; amounts of nothing are only counted."""
    some = [item for item in used if item.value != 0 or isinstance(item.value, bool)]
    items = [
        f"{words.of(item.fact.label)} {value_of(item, family, words, public=True)}"
        for item in some[:_MOST_INPUTS]
    ]
    if len(some) > _MOST_INPUTS:
        items.append(words.count("等 {n} 项", len(some)))
    if len(some) < len(used):
        items.append(words.count("{n} 项为 0", len(used) - len(some)))
    return words.clauses(items)


def _values_of_policy(outcome: Outcome, family: Family, words: Words) -> Html | None:
    """The values of policy that were used, with their first day and source."""
    lines = [
        _policy_line(item, family, words) for item in parameters_of(outcome.node)[:_MOST_INPUTS]
    ]
    return tag("p", lines, class_="note") if lines else None


def _policy_line(item: ParameterInput, family: Family, words: Words) -> Html:
    name = words.of(item.label)
    if item.value is None:
        return tag("span", words.pair(name, words.say("当天当地没有公布值")), class_="pv")
    text = words.say(
        "{what} {value}（{day} 起；{source}）",
        what=name,
        value=shown(item.value.value, item.type, family.pack, words),
        day=item.value.period.starts_on.isoformat(),
        source=item.value.source or "—",
    )
    parameter = family.pack.parameters[item.name]
    local = (
        tag("span", words.say("本地"), class_="tag un")
        if item.value.local or parameter.local
        else None
    )
    return tag("span", text, local, class_="pv")


def _changes(outcome: Outcome, family: Family, words: Words) -> Html | None:
    """What would change the outcome, one fact at a time; for those who go there, not for the door."""
    missing = {item.path for item in outcome.missing}
    changes = [item for item in outcome.changes if not item.fact.restricted]
    changes.sort(key=lambda item: item.path not in missing)
    rows = []
    for change in changes[:_MOST_CHANGES]:
        look = look_of(outcome.rule, state_of(outcome.rule, change.outcome), words)
        who, what = (
            spoken(family.row_at(change.path), words, hide=True),
            words.of(change.fact.label),
        )
        name = words.say("{who}的{what}", who=who, what=what) if who else what
        kind, unit = change.fact.type, words.of(change.fact.unit)
        value = shown(change.new, kind, family.pack, words, unit=unit)
        rows.append(tag("li", words.pair(name, value), " → ", mark(look)))
    if not rows:
        return None
    return tag("div", tag("b", words.say("只动一样，会改变的")), tag("ul", rows), class_="chg")


def no_family(words: Words) -> Html:
    """What stands there when there is no household to show."""
    return section(
        "family",
        words.say("先看一户"),
        tag("p", words.say("没有一户可看：收到的表里没有户。"), class_="note"),
    )
