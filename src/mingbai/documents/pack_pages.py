"""A rule as a page an officer can read (规则页), and the difference of two packs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from mingbai.engine.model.pack import Clause, Fact, Pack, Parameter, Rule
from mingbai.engine.model.values import Kind, Text, Type, unscaled

Entry: TypeAlias = Fact | Parameter | Rule

#: How a text of two languages is said: in both, or in that of a page.
Say: TypeAlias = Callable[[Text], str]

_GROUPS = {
    "all": Text("都要", "all of"), "any": Text("有一条即可", "any of"),
    "none": Text("一条都没有", "none of"),
}  # fmt: skip


def both(text: Text) -> str:
    """A text in both languages, as the command says it."""
    return f"{text.zh} / {text.en}"


def pack_page(pack: Pack) -> Iterator[str]:
    """A pack at a glance: what it is, its rules with their periods, its parameters."""
    yield f"{pack.title.zh} / {pack.title.en}"
    yield f"{pack.id} {pack.version} [{pack.hash}]" + (
        f"  继承 / extends: {' → '.join(pack.extends)}" if pack.extends else ""
    )
    yield ""
    yield f"规则 / rules ({len(pack.rules)})"
    for rule in pack.rules:
        yield f"  {rule.id:<28} {_role(rule):<12} {_period(rule)}  {rule.label.zh} / {rule.label.en}"
    yield ""
    yield f"参数 / parameters ({len(pack.parameters)})"
    for parameter in pack.parameters.values():
        mark = " 本地 / local" if parameter.local else ""
        yield f"  {parameter.id:<28} {parameter.label.zh} / {parameter.label.en}{mark}"


def rule_page(pack: Pack, rule: Rule) -> Iterator[str]:
    """One version of a rule in plain words, with its clauses, source, period and parameters."""
    yield f"{rule.label.zh} / {rule.label.en}"
    yield f"{rule.id}（{rule.entity}，{_role(rule)}）"
    yield ""
    texts = [rule.sentence] if rule.sentence.zh else []
    texts += [rule.check.message, rule.check.advice] if rule.check else []
    for text in texts:
        yield text.zh
        yield text.en
        yield ""
    yield f"依据 / source：{rule.source}"
    yield f"有效 / in force：{_period(rule)}"
    if rule.owner:
        yield f"牵头 / owner：{rule.owner.zh} / {rule.owner.en}"
    if rule.replaces:
        yield f"替换基础包，理由 / replaces the base: {rule.replaces.reason.zh} / {rule.replaces.reason.en}"
    if rule.applies_when:
        yield f"适用条件 / applies when：{rule.applies_when.text}"
    yield ""
    yield from _form(rule, both)
    used = list(_parameters(pack, rule))
    if used:
        yield ""
        yield "参数 / parameters"
        for parameter in used:
            yield from parameter_page(parameter)
    yield ""
    cases = [case for case in pack.cases if rule.id in case.expect]
    yield f"案例 / cases ({len(cases)})"
    for case in cases[:30]:
        yield f"  {case.as_of}  {case.name.zh} / {case.name.en}"


def _role(rule: Rule) -> str:
    if rule.check is not None:
        return f"check {rule.check.severity}"
    return rule.role.value if rule.role else "step"


def _period(rule: Rule) -> str:
    end = str(rule.period.ends_on) if rule.period.ends_on else "…"
    return f"{rule.period.starts_on} – {end}"


def _form(rule: Rule, say: Say) -> Iterator[str]:
    form = rule.form
    if form.clauses:
        yield say(_GROUPS[form.kind])
        for clause in form.clauses:
            yield from _clause(clause, 1, say)
    elif form.kind == "table":
        yield say(Text("决策表（从上往下，第一行符合的）", "decision table, first row that fits"))
        yield "  " + " | ".join(source.text for source in form.inputs)
        for row in form.rows:
            yield f"  {' | '.join(cell.text for cell in row.cells)}  →  {row.then.text}"
        yield f"  {say(Text('其余', 'else'))}  →  {form.otherwise.text if form.otherwise else ''}"
    elif form.kind == "when" and form.expr and form.then and form.otherwise:
        yield f"{say(Text('如果', 'if'))} {form.expr.text}"
        yield f"  {say(Text('则', 'then'))} {form.then.text}"
        yield f"  {say(Text('否则', 'else'))} {form.otherwise.text}"
    elif form.expr:
        yield form.expr.text


def _clause(clause: Clause, depth: int, say: Say) -> Iterator[str]:
    text = clause.expr.text if clause.expr else say(_GROUPS[clause.kind])
    yield f"{'  ' * depth}[{clause.id}] {say(clause.label)}：{text}"
    for item in clause.items:
        yield from _clause(item, depth + 1, say)


def _parameters(pack: Pack, rule: Rule) -> Iterator[Parameter]:
    texts = [rule.applies_when] if rule.applies_when else []
    form = rule.form
    texts += [item for item in (form.expr, form.then, form.otherwise, *form.inputs) if item]
    texts += [cell for row in form.rows for cell in (*row.cells, row.then)]
    texts += [clause.expr for _, clause in rule.clauses() if clause.expr]
    words = {word for text in texts for word in _words(text.text)}
    yield from (item for name, item in pack.parameters.items() if name in words)


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() or letter in "_." else " " for letter in text).split()


def parameter_page(parameter: Parameter) -> Iterator[str]:
    """A parameter with its values by day and region."""
    unit = f"（{parameter.unit.zh}）" if parameter.unit else ""
    yield f"  {parameter.id}：{parameter.label.zh} / {parameter.label.en}{unit}"
    yield from (f"    {line}" for line in value_lines(parameter, both))


def value_lines(parameter: Parameter, say: Say) -> Iterator[str]:
    """The values of a parameter, a line each: from when, where, what, who says so."""
    for value in sorted(parameter.values, key=lambda item: (item.period.starts_on, item.region)):
        end = f" – {value.period.ends_on}" if value.period.ends_on else " –"
        local = value.local or parameter.local
        mark = f" {say(Text('本地', 'local'))}" if local else ""
        yield (
            f"{value.period.starts_on}{end}  {value.region or say(Text('全国', 'everywhere'))}  "
            f"{shown(value.value, parameter.type, say)}{mark}  {value.source}"
        )


def shown(value: object, kind: Type, say: Say = both) -> str:
    """A parameter value in the unit of the pack."""
    if isinstance(value, bool):
        return say(Text("是", "yes") if value else Text("否", "no"))
    if isinstance(value, int) and kind.kind is Kind.NUMBER:
        return unscaled(value, kind.scale)
    return str(value)


@dataclass(frozen=True)
class Difference:
    """What is otherwise in another version of a pack (一处不同): an entry with its lines before and after."""

    kind: str  # fact, parameter, rule
    name: str
    label: Text
    before: tuple[str, ...]  # none: new
    after: tuple[str, ...]  # none: gone
    reason: Text | None = None  # why it takes the place of a base pack's


#: Kinds of entries, as they are called.
KINDS = {
    "fact": Text("事实", "fact"), "parameter": Text("参数", "parameter"), "rule": Text("规则", "rule"),
}  # fmt: skip


def differences(old: Pack, new: Pack, *, say: Say = both) -> Iterator[Difference]:
    """What is in one pack and not, or otherwise, in another: facts, parameters, rules."""
    facts = [
        {
            f"{entity}.{name}": fact
            for entity, items in pack.facts.items()
            for name, fact in items.items()
        }
        for pack in (old, new)
    ]
    yield from _compared("fact", facts[0], facts[1], say)
    yield from _compared("parameter", old.parameters, new.parameters, say)
    rules = [
        {f"{rule.id} ({rule.period.starts_on})": rule for rule in pack.rules} for pack in (old, new)
    ]
    yield from _compared("rule", rules[0], rules[1], say)


def difference(old: Pack, new: Pack) -> Iterator[str]:
    """The same as lines, in both languages."""
    yield f"{old.id} {old.version} [{old.hash}]  →  {new.id} {new.version} [{new.hash}]"
    for one in differences(old, new):
        kind = f"{KINDS[one.kind].zh} / {KINDS[one.kind].en}"
        if not one.before or not one.after:
            sign = "-" if one.before else "+"
            yield f"{sign} {kind} {one.name}  {one.label.zh} / {one.label.en}"
            continue
        why = f"  理由 / reason: {one.reason.zh} / {one.reason.en}" if one.reason else ""
        yield f"~ {kind} {one.name}{why}"
        yield from (f"    - {line}" for line in one.before if line not in one.after)
        yield from (f"    + {line}" for line in one.after if line not in one.before)


def _compared(
    kind: str, before: Mapping[str, Entry], after: Mapping[str, Entry], say: Say
) -> Iterator[Difference]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        sides = tuple(tuple(_described(one, say)) if one else () for one in (old, new))
        if sides[0] != sides[1]:
            said = new or before[name]
            reason = new.replaces.reason if old and new and new.replaces else None
            yield Difference(kind, name, said.label, sides[0], sides[1], reason)


def _described(item: Entry, say: Say) -> list[str]:
    """An entry in lines; two entries that say the same give the same."""
    if isinstance(item, Parameter):
        return [say(item.label), *([say(item.unit)] if item.unit else []), *value_lines(item, say)]
    if isinstance(item, Rule):
        return [
            say(item.label),
            say(item.sentence),
            *(
                [item.check.severity, say(item.check.message), say(item.check.advice)]
                if item.check
                else []
            ),
            str(item.source),
            _period(item),
            *([item.applies_when.text] if item.applies_when else []),
            *_form(item, say),
        ]
    return [str(item.type), say(item.label), str(item.minimum), str(item.maximum)]
