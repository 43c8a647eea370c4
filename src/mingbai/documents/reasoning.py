"""Why an outcome is what it is, in short words (一句话的理由), for the report, the sheets and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mingbai.documents.family import NOT_APPLICABLE, UNKNOWN, Family, Missing, Outcome, Used
from mingbai.documents.rows import spoken
from mingbai.documents.values import clipped, figure, shown, span
from mingbai.documents.words import Words
from mingbai.engine.explaining.trace import Node
from mingbai.engine.model.values import NA, Kind

_FEW = 3
_FEW_PLACES = 2
_FEW_LINES = 4


def phrase(item: Missing, family: Family, words: Words, *, hide: bool = False) -> str:
    """Something that is missing: 陈志强（长子）的务工月数; who is meant, and what."""
    what = words.of(item.label)
    if item.row is None:
        day = family.as_of.isoformat()
        return words.say(
            "{what}：{region} 在 {day} 没有公布值", what=what, region=item.region or "—", day=day
        )
    if item.kind == "relation":
        what = words.say("{what}的记录", what=what)
    who = spoken(item.row, words, hide=hide)
    return words.say("{who}的{what}", who=who, what=what) if who else what


def fact_phrase(item: Used, words: Words, *, hide: bool = False) -> str:
    """A fact with whose it is: 陈志强（长子）的务工月数."""
    who, what = spoken(item.row, words, hide=hide), words.of(item.fact.label)
    return words.say("{who}的{what}", who=who, what=what) if who else what


def value_of(item: Used, family: Family, words: Words, *, public: bool = False) -> str:
    """The value of a fact; in a public document restricted ones are only said to be there."""
    if public and item.fact.restricted and item.value is not None:
        return words.say("已登记，不公开")
    unit = words.of(item.fact.unit)
    return shown(item.value, item.fact.type, family.pack, words, unit=unit)


def decisive(outcome: Outcome) -> list[Node]:
    """The top clauses that made the outcome what it is: those that hold, or those that do not."""
    clauses = [node for node in outcome.node.children if node.kind == "clause"]
    wanted: object = None if outcome.state == UNKNOWN else outcome.node.value
    found = [node for node in clauses if node.value is wanted]
    return found or [node for node in clauses if isinstance(node.value, bool)]


def in_short(outcome: Outcome, family: Family, words: Words, *, public: bool = False) -> str:
    """The reason in one line."""
    if outcome.state == UNKNOWN:
        missing = [phrase(item, family, words, hide=public) for item in outcome.missing]
        return words.say("缺 {what}", what=_few(missing, words)) if missing else ""
    if outcome.state == NOT_APPLICABLE:
        return words.say("这一户不看这一项")
    clauses = decisive(outcome)
    if clauses:
        labels = words.listed(words.of(node.label) for node in clauses)
        holds = all(node.value is True for node in clauses)
        return labels if holds else words.say("没满足：{what}", what=labels)
    return _few(list(pieces(outcome.node, family, words, public=public)), words)


def pieces(node: Node, family: Family, words: Words, *, public: bool = False) -> Iterator[str]:
    """What a step rests on directly: results of other rules, members, facts, values of policy."""
    for child in node.children:
        if child.kind == "rule":
            yield f"{words.of(child.label)} {result_of(child, family, words)}"
    for rows in runs(node, family):
        yield from by_row(rows, family, words, public=public)
    for item in told(node, family):
        if not (public and item.fact.restricted):
            name = fact_phrase(item, words, hide=public)
            yield f"{name} {value_of(item, family, words, public=public)}"
    for parameter in node.parameters:
        if parameter.value is not None and isinstance(parameter.value.value, int):
            unit = words.of(family.pack.currency[1]) if parameter.type.money else ""
            value = figure(parameter.value.value, parameter.type.scale)
            yield f"{words.of(parameter.label)} {value} {unit}".rstrip()


def told(node: Node, family: Family) -> list[Used]:
    """The facts a step reads that are known and say something; a division code only picks a value."""
    items = map(family.used_by, node.inputs)
    return [
        item for item in items if item.value is not None and item.fact.type.kind is not Kind.TEXT
    ]


def result_of(node: Node, family: Family, words: Words) -> str:
    """The result of a step: a value, or the range it lies in."""
    if isinstance(node.value, bool):
        return words.say("成立") if node.value else words.say("不成立")
    if node.value is None and (node.low is not None or node.high is not None):
        return span(node.low, node.high, node.type, words)
    return shown(node.value, node.type, family.pack, words)


def runs(node: Node, family: Family) -> list[list[Node]]:
    """The rows a step asks about, one list for each question; not those of ``applies_when``."""
    found: list[list[Node]] = []
    seen: set[str] = set()
    for child in node.children:
        if child.kind == "row":
            if not found or child.id in seen:
                found.append([])
                seen = set()
            found[-1].append(child)
            seen.add(child.id)
    conditional = any(rule.id == node.id and rule.applies_when for rule in family.pack.rules)
    return found[-1:] if conditional else found


def row_name(node: Node, family: Family, words: Words, *, hide: bool) -> str:
    """Whom a row step is about."""
    item = next((step.inputs[0] for step in node.walk() if step.inputs), None)
    row = family.rows.get(f"{node.id}.") if item is None else family.row_at(item.path)
    return spoken(row, words, hide=hide) if row else words.of(node.label)


def by_row(
    rows: list[Node], family: Family, words: Words, *, public: bool = False
) -> Iterator[str]:
    """What came out row by row: how many hold, and by name those that do not."""
    if not all(isinstance(row.value, bool) or row.value in (None, NA) for row in rows):
        yield words.count("{n} 条{what}", len(rows), what=words.of(rows[0].label))
        return
    asked = [row for row in rows if row.value is not NA]
    false = [row for row in asked if row.value is False]
    if not false and not any(row.value is None for row in asked):
        yield words.count("逐个看 {n} {what}，都成立", len(asked), what=words.of(rows[0].label))
    elif len(false) == len(asked):
        yield words.count("逐个看 {n} {what}，都不成立", len(asked), what=words.of(rows[0].label))
    else:
        names = list(dict.fromkeys(row_name(row, family, words, hide=public) for row in false))
        yield words.say("不成立的是{what}", what=_few(names, words))


def _few(items: list[str], words: Words) -> str:
    """The first few of several, and how many there are."""
    text = words.listed(items[:_FEW])
    return text if len(items) <= _FEW else words.count("{text}，等 {n} 项", len(items), text=text)


def sources(outcome: Outcome, family: Family, words: Words) -> str:
    """Where the facts of an outcome stand, by file: 据登记 · 户信息导出.xlsx 第 5 行."""
    return where(family.used(outcome.node), words)


def where(used: Iterable[Used], words: Words, *, blank: bool = False) -> str:
    """Where facts stand; one without a day of its own is one as recorded.

    With ``blank`` also where the empty cells stand.
    """
    found: dict[tuple[str, str], dict[int, None]] = {}
    for item in used:
        if (item.value is None and not blank) or not (item.file or item.row.day):
            continue
        when = item.row.day.isoformat() if item.row.day else words.say("据登记")
        lines = found.setdefault((when, item.file), {})
        if item.line is not None:
            lines[item.line] = None
    parts = [_place(when, file, list(lines), words) for (when, file), lines in found.items()]
    text = words.clauses(parts[:_FEW_PLACES])
    if len(parts) <= _FEW_PLACES:
        return text
    return words.count("{text}，等 {n} 处", len(parts), text=text)


def _place(when: str, file: str, lines: list[int], words: Words) -> str:
    if not file:
        return when
    name = f"{when} · {clipped(file)}"
    if not lines:
        return name
    numbers = words.listed(str(line) for line in lines[:_FEW_LINES])
    more = "…" if len(lines) > _FEW_LINES else ""
    return words.count("{file} 第 {lines} 行", len(lines), file=name, lines=numbers + more)
