"""What stands on a card (明白卡的内容): only what may hang on a door; the rest is counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from mingbai.documents.family import MET, Family, Missing, Outcome
from mingbai.documents.rows import RowName, called
from mingbai.documents.telling import open_questions
from mingbai.documents.values import clipped, figure
from mingbai.documents.words import Words
from mingbai.engine.model.pack import CaseRow, Entity, Fact, Role, Rule
from mingbai.engine.model.values import Kind, Text

#: The entity of the fact dictionary that means something received (glossary: benefit).
BENEFIT = "benefit"
_LEAST = 2
_LONGEST = 90

Row = tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """The rows of one part of a card; ``cut`` of them do not fit, ``hidden`` may not hang there."""

    rows: tuple[Row, ...] = ()
    hidden: int = 0
    cut: int = 0

    def shorter(self) -> Block:
        """The block without its last row."""
        return replace(self, rows=self.rows[:-1], cut=self.cut + 1)


@dataclass(frozen=True)
class Content:
    """What stands on a card."""

    received: Block
    due: Block
    asked: Block
    knows_payments: bool = True

    @property
    def blocks(self) -> tuple[Block, ...]:
        return self.received, self.due, self.asked

    @property
    def is_least(self) -> bool:
        """Whether no block can be cut further."""
        return all(len(block.rows) <= _LEAST for block in self.blocks)

    def shorter(self) -> Content:
        """The content with one row less in its longest block; questions give way first."""
        name = max(("asked", "received", "due"), key=lambda part: len(getattr(self, part).rows))
        block: Block = getattr(self, name).shorter()
        return {
            "asked": replace(self, asked=block),
            "received": replace(self, received=block),
            "due": replace(self, due=block),
        }[name]

    def notes(self, say: Words) -> list[str]:
        """What is not listed, said and counted."""
        found = []
        cut = sum(block.cut for block in self.blocks)
        if cut:
            found.append(say.count("还有 {n} 件写不下，来人当面说。", cut))
        private = sum(block.hidden for block in self.blocks)
        if private:
            found.append(say.count("另有 {n} 件不写在门上，来人当面说。", private))
        return found


def content_of(family: Family, say: Words) -> Content:
    """What may stand on the card, and how much is told in person instead."""
    known = BENEFIT in family.pack.entities
    return Content(_received(family, say), _due(family, say), _asked(family, say), known)


# ---- what comes -----------------------------------------------------------------------------------


def _received(family: Family, say: Words) -> Block:
    """Payments of this year by kind and member, and entitlements that are met."""
    private = sensitive_codes(family)
    groups: dict[tuple[str, str], list[tuple[date, int | None]]] = defaultdict(list)
    hidden: set[tuple[str, str]] = set()
    for row, name in _benefits(family):
        day = row.facts.get(name.entity.date or "")
        if not isinstance(day, date) or not _this_year(day, family.as_of):
            continue
        code, label = _kind_of(family, name.entity, row)
        who = called(name.above, say) if name.above else ""
        if label is None or code in private:
            hidden.add((code, who))
        else:
            groups[say.of(label), who].append((day, _amount_of(family, name.entity, row)))
    rows = [_payment(kind, who, paid, family, say) for (kind, who), paid in groups.items()]
    met = [
        outcome
        for outcome in family.with_role(Role.ENTITLEMENT)
        if outcome.state == MET and outcome.rule.met_when and outcome.rule.gap is None
    ]
    told = [outcome for outcome in met if not is_private(outcome, family)]
    rows += [(_named(outcome, say), say.say("已享")) for outcome in told]
    return Block(tuple(rows), len(hidden) + len(met) - len(told))


def _this_year(day: date, as_of: date) -> bool:
    return day.year == as_of.year and day <= as_of


def _benefits(family: Family) -> Iterator[tuple[CaseRow, RowName]]:
    """The rows of benefits, anywhere below the household."""

    def below(row: CaseRow, path: str) -> Iterator[tuple[CaseRow, RowName]]:
        for relation, rows in row.below.items():
            for number, inner in enumerate(rows):
                here = f"{path}{relation}.{number}."
                name = family.rows.get(here)
                if name is not None and name.entity.id == BENEFIT:
                    yield inner, name
                yield from below(inner, here)

    yield from below(family.household, "")


def _facts(family: Family, entity: Entity) -> list[Fact]:
    return [fact for fact in family.pack.facts.get(entity.id, {}).values() if not fact.restricted]


def _kind_of(family: Family, entity: Entity, row: CaseRow) -> tuple[str, Text | None]:
    """The code of what was paid, and its label."""
    for fact in _facts(family, entity):
        code = row.facts.get(fact.id)
        if fact.type.kind is Kind.CODE and isinstance(code, str):
            return code, family.pack.codes.get(fact.type.codes or "", {}).get(code)
    return "", None


def _amount_of(family: Family, entity: Entity, row: CaseRow) -> int | None:
    for fact in _facts(family, entity):
        value = row.facts.get(fact.id)
        if fact.type.money and isinstance(value, int):
            return value
    return None


def _payment(
    kind: str, who: str, paid: list[tuple[date, int | None]], family: Family, say: Words
) -> Row:
    amounts = [amount for _, amount in paid if amount is not None]
    money = ""
    if amounts:
        money = f"{figure(sum(amounts), 2)} {say.of(family.pack.currency[1])}"
    last = max(day for day, _ in paid)
    when = say.long_date(last)
    if len(paid) > 1:
        when = say.count("{n} 次，最近 {day}", len(paid), day=when)
    head = say.say("{what}（{who}）", what=kind, who=who) if who else kind
    return head, money, when


# ---- what should come -----------------------------------------------------------------------------


def _due(family: Family, say: Words) -> Block:
    """What is due and has not come; never what somebody has and should not."""
    due = [
        outcome
        for outcome in family.with_role(Role.ENTITLEMENT)
        if outcome.is_called and outcome.rule.gap != "undue"
    ]
    told = [outcome for outcome in due if not is_private(outcome, family)]
    rows = [(_named(outcome, say), _helper(outcome, say)) for outcome in told]
    return Block(tuple(rows), len(due) - len(told))


def _helper(outcome: Outcome, say: Words) -> str:
    owner = say.of(outcome.rule.owner)
    return say.say("{who}在核对", who=owner) if owner else say.say("在核对")


def _named(outcome: Outcome, say: Words) -> str:
    who, what = called(outcome.row, say), say.of(outcome.rule.label)
    return say.say("{what}（{who}）", what=what, who=who) if who else what


def is_private(outcome: Outcome, family: Family) -> bool:
    """Whether an outcome may not stand on a door: health, or the household's money, decides it."""
    return any(
        item.fact.restricted or (item.fact.type.money and item.row.entity.id != BENEFIT)
        for item in family.used(outcome.node)
    )


def sensitive_codes(family: Family) -> set[str]:
    """Kinds of benefit that would tell an illness: those that a rule about one looks for."""
    codes = {
        code
        for fact in family.pack.facts.get(BENEFIT, {}).values()
        for code in family.pack.codes.get(fact.type.codes or "", {})
    }
    found: set[str] = set()
    for rule in family.pack.rules:
        outcomes = [item for item in family.outcomes if item.rule.id == rule.id]
        if any(is_private(item, family) for item in outcomes):
            found |= {code for code in codes if f"'{code}'" in _text_behind(rule, outcomes)}
    return found


def _text_behind(rule: Rule, outcomes: list[Outcome]) -> str:
    return " ".join(step.text for outcome in outcomes for step in outcome.node.walk())


# ---- what is still asked --------------------------------------------------------------------------


def _asked(family: Family, say: Words) -> Block:
    """Questions that may be read by a neighbour; others are asked in person."""
    found = [item for item in open_questions(family) if item.kind != "parameter"]
    told = [item for item in found if not _is_delicate(item)]
    rows = []
    for item in told:
        text = (say.of(item.fact.ask) if item.fact else "") or say.of(item.label)
        rows.append((clipped(text, _LONGEST), _whom(item, say)))
    return Block(tuple(rows), len(found) - len(told))


def _whom(item: Missing, say: Words) -> str:
    return (called(item.row, say) if item.row else "") or say.say("全家")


def _is_delicate(item: Missing) -> bool:
    return item.is_restricted or (item.fact is not None and item.fact.type.money)
