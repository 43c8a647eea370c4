"""What an auditor checks (审核用的推导): rules, steps, inputs, bounds, values of policy, changes."""

from __future__ import annotations

from collections.abc import Iterator

from mingbai.documents.family import (
    MET,
    NOT_APPLICABLE,
    UNKNOWN,
    Family,
    Outcome,
    Used,
    state_of,
)
from mingbai.documents.marks import look_of
from mingbai.documents.reasoning import phrase, result_of, value_of, where
from mingbai.documents.rows import spoken
from mingbai.documents.values import place_words, shown
from mingbai.documents.words import Words
from mingbai.engine.explaining.counterfactual import Change
from mingbai.engine.explaining.trace import Node, ParameterInput
from mingbai.engine.model.pack import Role
from mingbai.engine.model.values import NA

_STEP = "  "
_GROUPS = ("all", "any", "none")


def auditor_lines(family: Family, say: Words) -> Iterator[str]:
    """The sheet, line by line."""
    yield from _head(family, say)
    sheet = _Sheet(family, say)
    for outcome in family.of_household():
        yield ""
        yield from sheet.rule(outcome)
    members = [item for item in family.outcomes if not item.row.is_household]
    if members:
        yield ""
        yield say.say("成员的各项")
        for outcome in members:
            if outcome.is_called or outcome.state == UNKNOWN:
                yield from sheet.rule(outcome)
        yield from _quiet(members, say)


def _head(family: Family, say: Words) -> Iterator[str]:
    pack = family.pack
    yield say.say("审核用的推导：{name}户", name=family.name)
    yield " · ".join(
        [say.say("户编号 {key}", key=family.key), *(place_words(one, say) for one in family.places)]
    )
    yield say.say(
        "规则包 {id} {version}　指纹 {hash}　截至 {day}",
        id=pack.id,
        version=pack.version,
        hash=pack.hash,
        day=family.as_of.isoformat(),
    )
    yield say.say("记号：T 成立　F 不成立　U 待核实　N 不适用")


def _quiet(members: list[Outcome], say: Words) -> Iterator[str]:
    """Members' rules that call for nobody, in one line each."""
    found: dict[str, dict[str, list[str]]] = {}
    for outcome in members:
        if not outcome.is_called and outcome.state in (MET, NOT_APPLICABLE):
            word = look_of(outcome.rule, outcome.state, say).word
            names = found.setdefault(say.of(outcome.rule.label), {}).setdefault(word, [])
            names.append(spoken(outcome.row, say))
    for label, words in found.items():
        told = say.clauses(f"{word} {say.listed(names)}" for word, names in words.items())
        yield f"{_STEP}{say.pair(label, told)}"


def mark_of(node: Node) -> str:
    """T, F, U or N; nothing for a number that is known."""
    if node.value is NA:
        return "N"
    if node.value is None:
        return "U"
    if isinstance(node.value, bool):
        return "T" if node.value else "F"
    return "="


class _Sheet:
    """One sheet: a rule whose steps were given before is only named again."""

    def __init__(self, family: Family, say: Words) -> None:
        self.family, self.say = family, say
        self.given: set[tuple[str, str]] = set()

    def rule(self, outcome: Outcome) -> Iterator[str]:
        """A rule with a role: state, source, steps, what is missing, what would change it."""
        rule, say = outcome.rule, self.say
        word = look_of(rule, outcome.state, say).word
        who = spoken(outcome.row, say)
        title = say.say("【{word}】{what}", word=word, what=say.of(rule.label))
        yield title + (f" · {who}" if who else "") + f"  [{rule.id}]"
        if rule.source.doc:
            start = rule.period.starts_on.isoformat()
            source = f"{rule.source.doc} {rule.source.clause}".strip()
            if rule.source.ref:
                source = say.say("{what}（{who}）", what=source, who=rule.source.ref)
            yield _STEP + say.say("依据：{source}；{day} 起", source=source, day=start)
        yield from self.steps(outcome.node, outcome.path, 1)
        if outcome.missing:
            missing = say.listed(
                f"{phrase(item, self.family, say)} [{item.path}]" for item in outcome.missing
            )
            yield _STEP + say.say("待核实是因为：{what}", what=missing)
        yield from _changes(outcome, self.family, say)

    def steps(self, node: Node, path: str, depth: int) -> Iterator[str]:
        """A step, what it reads, and the steps inside."""
        say, indent, inner = self.say, _STEP * depth, _STEP * (depth + 1)
        if node.kind == "row":
            path = f"{path}{node.id}."
        seen = node.kind == "rule" and (path, node.id) in self.given
        yield indent + self.title(node, path) + (say.say("（见上）") if seen else "")
        if seen:
            return
        if node.kind == "rule":
            self.given.add((path, node.id))
        for item in map(self.family.used_by, node.inputs):
            yield inner + _input(item, self.family, say)
        for parameter in node.parameters:
            yield inner + _parameter(parameter, self.family, say)
        for assumed in node.assumed:
            yield inner + say.say("没有登记时按假定算：{name}", name=assumed)
        for child in node.children:
            yield from self.steps(child, path, depth + 1)

    def title(self, node: Node, path: str) -> str:
        """What a step is: its mark, its name, its number, its text."""
        row = self.family.rows.get(path) if node.kind == "row" else None
        parts = [mark_of(node)]
        if node.text in _GROUPS:
            parts.append(node.text)
        parts.append(spoken(row, self.say) if row else self.say.of(node.label))
        is_number = not isinstance(node.value, bool) and node.value is not NA
        if is_number and (node.value is not None or node.low is not None or node.high is not None):
            parts.append(result_of(node, self.family, self.say))
        if node.kind != "row":
            parts.append(f"[{node.id}]")
        if node.text and node.text not in _GROUPS:
            parts.append(f" {node.text}")
        return " ".join(parts)


def _input(item: Used, family: Family, say: Words) -> str:
    value = value_of(item, family, say)
    stands = where([item], say, blank=True)
    text = f"· {item.path}  {say.of(item.fact.label)} = {value}"
    return say.say("{what}（{who}）", what=f"{text}  ", who=stands) if stands else text


def _parameter(item: ParameterInput, family: Family, say: Words) -> str:
    label = say.of(item.label)
    if item.value is None:
        return say.say("§ {name}  {label}：当天当地没有公布值", name=item.name, label=label)
    local = item.value.local or family.pack.parameters[item.name].local
    return say.say(
        "§ {name}  {label} = {value}  （{region}，{day} 起，{source}）{local}",
        name=item.name,
        label=label,
        value=shown(item.value.value, item.type, family.pack, say),
        region=item.value.region or say.say("各地"),
        day=item.value.period.starts_on.isoformat(),
        source=item.value.source or "—",
        local=say.say("【本地】") if local else "",
    )


def _changes(outcome: Outcome, family: Family, say: Words) -> Iterator[str]:
    if outcome.changes:
        yield _STEP + say.say("只动一样，结果会变：")
    for change in outcome.changes:
        yield f"{_STEP}{_STEP}{_change(change, outcome, family, say)}"
    if not outcome.changes and outcome.rule.role is Role.INDICATOR and outcome.row.is_household:
        yield _STEP + say.say("没有哪一样单独变动能改变结果，或者这次没有算。")


def _change(change: Change, outcome: Outcome, family: Family, say: Words) -> str:
    kind, unit = change.fact.type, say.of(change.fact.unit)
    who, what = spoken(family.row_at(change.path), say), say.of(change.fact.label)
    return say.say(
        "{what}：{old} → {new}，结果为 {word}",
        what=say.say("{who}的{what}", who=who, what=what) if who else what,
        old=shown(change.old, kind, family.pack, say, unit=unit),
        new=shown(change.new, kind, family.pack, say, unit=unit),
        word=look_of(outcome.rule, state_of(outcome.rule, change.outcome), say).word,
    )
