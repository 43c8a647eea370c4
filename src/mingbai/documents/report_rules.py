"""The counts of every rule (各项的数目): four states, each number opens its list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mingbai.documents.marks import NO, UN, icon, look_of
from mingbai.documents.markup import Html, html, tag
from mingbai.documents.reporting import Material, cell, section, table
from mingbai.documents.words import Words
from mingbai.engine.model.pack import Role, Rule
from mingbai.screening.result import STATES, Counts

_WIDTH = 240


def titles(words: Words) -> dict[Role, tuple[str, str, str]]:
    """Anchor, title and remark of each block of rules, in the order of the page."""
    return {
        Role.INDICATOR: (
            "indicators",
            words.say("指标"),
            words.say("达标与否；四个数加起来就是全部"),
        ),
        Role.SIGNAL: ("signals", words.say("风险信号"), words.say("提请看一看，不下结论")),
        Role.STATUS: ("statuses", words.say("身份建议"), words.say("拟提请，由人按程序定")),
        Role.ENTITLEMENT: (
            "entitlements",
            words.say("应享与不应享"),
            words.say("两头都查：该有的没有，不该有的有"),
        ),
        Role.READINESS: ("readiness", words.say("程序条件"), words.say("够条件只是可以提请")),
    }


def rule_sections(material: Material) -> Iterator[Html]:
    """A block for each role that has rules."""
    for role, (anchor, title, note) in titles(material.words).items():
        states = material.of_role(role)
        if states:
            rules = [item.rule for item in states]
            yield section(anchor, title, _table(material, rules, anchor), note=note)


def _table(material: Material, rules: list[Rule], anchor: str) -> Html:
    words = material.words
    heads = [("", words.say("项目")), ("", words.say("看的是"))]
    heads += [("r", look_of(rules[0], state, words).word) for state in STATES]
    heads += [("bar", words.say("分布")), ("own", words.say("责任部门"))]
    return table(heads, _rows(material, rules, anchor), class_="rules")


def _rows(material: Material, rules: Iterable[Rule], anchor: str) -> Iterator[Html]:
    words = material.words
    for rule in rules:
        counts = material.screening.counts[rule.id]
        cells = [_count(material, rule, state, anchor) for state in STATES]
        entity = material.screening.program.pack.entities[rule.entity]
        yield tag(
            "tr",
            cell(tag("b", words.of(rule.label)), class_="nm"),
            cell(words.of(entity.label), class_="ent"),
            cells,
            cell(_bar(counts, words), class_="bar"),
            cell(words.of(rule.owner), class_="own"),
        )


def _count(material: Material, rule: Rule, state: str, anchor: str) -> Html:
    look = look_of(rule, state, material.words)
    count = getattr(material.screening.counts[rule.id], state)
    tone = look.tone if count else "z"
    shape = icon(tone) if count and tone in (NO, UN) else None
    number = material.number(rule, state, back=anchor)
    return cell(shape, number, class_=f"r c-{tone}", label=look.word)


def _bar(counts: Counts, words: Words) -> Html:
    """The shares as a strip: told apart by filling, not by colour alone."""
    total = sum(counts.as_dict().values()) or 1
    order = ("unmet", "unknown", "met", "not_applicable")
    left, parts = 0.0, []
    for state in order:
        width = _WIDTH * getattr(counts, state) / total
        if width:
            shown, tone = max(width, 1.5), look_of(counts.rule, state, words).tone
            part = tag(
                "rect",
                x=f"{left:.1f}",
                width=f"{shown:.1f}",
                height=10,
                class_=f"b-{tone}",
            )
            parts.append(part)
        left += width
    shares = [
        look_of(counts.rule, state, words).word + f" {getattr(counts, state):,}" for state in STATES
    ]
    return tag(
        "svg",
        html(parts),
        class_="strip",
        view_box=f"0 0 {_WIDTH} 10",
        role="img",
        aria_label=words.clauses(shares),
        preserveAspectRatio="none",
    )
