"""What a household is told (讲给户里听): what is, what it rests on, what is open, how to object.

One idea a sentence. No code, no clause, no line; health is not read aloud; the sheet never says how to
fall under a line (S2-38).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mingbai.documents.family import NOT_APPLICABLE, UNKNOWN, Family, Missing, Outcome, Used
from mingbai.documents.reasoning import phrase, value_of
from mingbai.documents.rows import spoken
from mingbai.documents.values import place_words
from mingbai.documents.words import Words
from mingbai.engine.model.pack import Role
from mingbai.engine.model.values import NA, Kind

_INDENT = "  "
_MOST_FACTS = 60
_WIDEST = 76


class Block(NamedTuple):
    """A part of what is told (一段): for what, its title, its lines."""

    key: str  # now, due, open, facts, correct, contact
    title: str
    lines: tuple[str, ...]


def villager_lines(family: Family, say: Words) -> Iterator[str]:
    """The sheet, line by line."""
    yield say.say("讲给户里听：{name}户", name=family.name)
    place = " ".join(place_words(one, say) for one in family.places)
    day = say.long_date(family.as_of)
    yield say.say("{place}　看的是到 {day}为止登记的情况", place=place, day=day).strip()
    for block in told_blocks(family, say):
        yield ""
        yield block.title
        yield from (f"{_INDENT}{line}" for line in block.lines)


def told_blocks(family: Family, say: Words) -> list[Block]:
    """What is told, in blocks with a title each; a block with nothing in it is left out."""
    blocks = (
        ("now", say.say("现在怎么样"), _now(family, say)),
        ("due", say.say("该有、还没到的"), _due(family, say)),
        ("open", say.say("还没弄清的"), _open(family, say)),
        ("facts", say.say("用到了哪些情况"), _facts(family, say)),
        ("correct", say.say("有写错的，怎么改"), _correct(say)),
        ("contact", say.say("问谁"), _contact(family, say)),
    )
    written = [Block(key, title, tuple(lines)) for key, title, lines in blocks]
    return [block for block in written if block.lines]


def _wrapped(head: str, items: Iterable[str], say: Words) -> Iterator[str]:
    """A head and its items, as many on a line as a terminal shows."""
    yield head
    line = ""
    for item in items:
        longer = say.clauses([line, item]) if line else item
        if line and _width(longer) > _WIDEST:
            yield f"{_INDENT}{line}"
            longer = item
        line = longer
    if line:
        yield f"{_INDENT}{line}"


def _width(text: str) -> int:
    return sum(2 if char > "\u2e7f" else 1 for char in text)


def _now(family: Family, say: Words) -> Iterator[str]:
    private = False
    for outcome in family.of_household(Role.INDICATOR):
        if _is_private(outcome, family):
            private = True
        else:
            yield _how_it_stands(outcome, say)
    signals = [item for item in family.of_household(Role.SIGNAL) if item.is_called]
    told = [item for item in signals if not _is_private(item, family)]
    if told:
        what = say.listed(dict.fromkeys(say.of(item.rule.label) for item in told))
        yield say.say("我们还留意到：{what}。来人会和您核对，不是下结论。", what=what)
    if private or len(told) < len(signals):
        yield say.say("还有身体方面的事，当面单独说。")
    if any(item.is_called for item in family.of_household(Role.STATUS)):
        yield say.say("要不要多帮一把，由村里评议、镇里定，会贴出来给大家看；这里只是提个醒。")


def _how_it_stands(outcome: Outcome, say: Words) -> str:
    label = say.of(outcome.rule.label)
    if outcome.state == UNKNOWN:
        return say.say("{what}：现在还说不准，缺的事写在下面。", what=label)
    if outcome.state == NOT_APPLICABLE:
        return say.say("{what}：您家不用看这一项。", what=label)
    if outcome.is_called:
        return say.say("{what}：现在还不行，会有人上门来看，一起想办法。", what=label)
    return say.say("{what}：现在没问题。", what=label)


def _is_private(outcome: Outcome, family: Family) -> bool:
    """Whether something restricted stands behind an outcome."""
    return any(item.fact.restricted for item in family.used(outcome.node))


def _due(family: Family, say: Words) -> Iterator[str]:
    private = 0
    for outcome in family.with_role(Role.ENTITLEMENT):
        if not outcome.is_called:
            continue
        if _is_private(outcome, family):
            private += 1
            continue
        who = spoken(outcome.row, say)
        what = say.of(outcome.rule.label)
        what = say.say("{what}（{who}）", what=what, who=who) if who else what
        owner = say.of(outcome.rule.owner) or say.say("村里")
        if outcome.rule.gap == "undue":
            yield say.say("{what}：要和您当面核对，核对清楚以前照发。", what=what)
        else:
            yield say.say("{what}：由{owner}核对，核对属实就办，不用您跑。", what=what, owner=owner)
    if private:
        yield say.count("还有 {n} 项，当面单独说。", private)


def _open(family: Family, say: Words) -> Iterator[str]:
    """What is not known, each once, and who will ask."""
    found = open_questions(family)
    asked = [item for item in found if item.kind != "parameter" and not item.is_restricted]
    for item in asked:
        question = say.of(item.fact.ask) if item.fact else ""
        owner = say.of(item.fact.owner) if item.fact else ""
        line = say.pair(phrase(item, family, say), question)
        yield say.say("{what}（{who}那里可能有）", what=line, who=owner) if owner else line
    private = sum(item.is_restricted for item in found)
    if private:
        yield say.count("还有身体方面的 {n} 件，当面单独问。", private)
    for item in found:
        if item.kind == "parameter":
            what = say.of(item.label)
            yield say.say("{what}：当地还没有公布，等公布了再算，不用您做什么。", what=what)
    if asked:
        yield say.say("谁来问：村里或帮扶的人，下次上门顺带问。不用跑镇上，不用盖章。")


def open_questions(family: Family) -> list[Missing]:
    """What is missing for the household's indicators and for what is due, each once."""
    roles = (Role.INDICATOR, Role.ENTITLEMENT, Role.SIGNAL)
    found = {item.path: item for outcome in family.with_role(*roles) for item in outcome.missing}
    return list(found.values())


def _facts(family: Family, say: Words) -> Iterator[str]:
    """The facts used, by the list they stand in, with who holds them and of which day."""
    used: dict[str, Used] = {}
    for outcome in family.of_household(Role.INDICATOR):
        for item in family.used(outcome.node):
            told = item.value is not None and item.value is not NA
            if told and item.fact.type.kind is not Kind.TEXT:
                used.setdefault(item.path, item)
    hidden = sum(item.fact.restricted for item in used.values())
    by_list: dict[str, list[Used]] = {}
    for item in list(used.values())[:_MOST_FACTS]:
        if not item.fact.restricted:
            by_list.setdefault(_list_of(item, say), []).append(item)
    for head, items in by_list.items():
        yield from _wrapped(head, _grouped(items, family, say), say)
    if hidden:
        yield say.count("身体方面的 {n} 项不念出来，当面单独看。", hidden)


def _list_of(item: Used, say: Words) -> str:
    day = say.long_date(item.row.day) if item.row.day else say.say("表上没写日期")
    name = say.say("《{file}》", file=item.file) if item.file else say.say("登记的")
    return say.say("{what}（{day}）", what=name, day=day)


def _grouped(items: Iterable[Used], family: Family, say: Words) -> Iterator[str]:
    """Facts of one list: one piece a fact, members side by side; amounts of nothing together."""
    groups: dict[str, list[Used]] = {}
    nothing: dict[str, None] = {}
    for item in items:
        if item.value == 0 and not isinstance(item.value, bool) and item.fact.type.money:
            nothing[say.of(item.fact.label)] = None
        else:
            groups.setdefault(item.fact.id, []).append(item)
    for members in groups.values():
        label = say.of(members[0].fact.label)
        values = [_member_value(item, family, say) for item in members]
        same = len({value for _, value in values}) == 1 and len(values) > 1
        if same:
            who = say.count("{n} 个人都是", len(values))
            yield f"{label} {who} {values[0][1]}"
        else:
            yield f"{label} " + say.listed(_said(who, value, say) for who, value in values)
    if nothing:
        yield say.say("没有的：{what}", what=say.listed(nothing))


def _said(who: str, value: str, say: Words) -> str:
    return say.say("{who} {value}", who=who, value=value) if who else value


def _member_value(item: Used, family: Family, say: Words) -> tuple[str, str]:
    return spoken(item.row, say), value_of(item, family, say)


def _correct(say: Words) -> Iterator[str]:
    yield say.say("哪一条写错了，跟来的人说，或者跟村里说，口头说就行。")
    yield say.say("村里核对以后改过来，改了马上重新算，结果再告诉您。")
    yield say.say("这张单子不是决定。享受什么、纳不纳入，都由人按程序定。")


def _contact(family: Family, say: Words) -> Iterator[str]:
    yield say.say("村里和帮扶您家的人。")
    if family.pack.contact is not None:
        yield say.say(
            "觉得不对、想申报、想问政策：{contact}。", contact=say.of(family.pack.contact)
        )
