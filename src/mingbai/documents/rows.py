"""Rows by the names people use (行的称呼): 陈志强（长子）, 王细妹的医疗费用（2025-03-01）."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mingbai.documents.values import clipped, masked
from mingbai.documents.words import Words
from mingbai.engine.model.pack import CaseRow, Entity, Pack
from mingbai.engine.model.values import Kind, Text

#: A code fact of this name says how a member is related to the head of the household.
RELATION = "relation"


@dataclass(frozen=True, slots=True)
class RowName:
    """What a row is called: its name or number, and the row it belongs to."""

    entity: Entity
    number: int
    name: str
    relation: Text | None
    day: date | None
    above: RowName | None

    @property
    def is_household(self) -> bool:
        return self.above is None


def row_names(pack: Pack, household: CaseRow) -> dict[str, RowName]:
    """Every row of a household by the beginning of its paths: ``""``, ``members.0.`` …"""
    return dict(_named(pack, household, pack.top, "", 1, None))


def _named(
    pack: Pack, row: CaseRow, entity: Entity, prefix: str, number: int, above: RowName | None
) -> Iterator[tuple[str, RowName]]:
    day = row.facts.get(entity.date) if entity.date else None
    found = RowName(
        entity=entity,
        number=number,
        name=_text(row, entity.name),
        relation=_relation(pack, row, entity),
        day=day if isinstance(day, date) else None,
        above=above,
    )
    yield prefix, found
    for child in pack.below(entity.id):
        for index, inner in enumerate(row.below.get(child.relation or "", ())):
            path = f"{prefix}{child.relation}.{index}."
            yield from _named(pack, inner, child, path, index + 1, found)


def _text(row: CaseRow, name: str | None) -> str:
    value = row.facts.get(name) if name else None
    return clipped(value, 30) if isinstance(value, str) else ""


def _relation(pack: Pack, row: CaseRow, entity: Entity) -> Text | None:
    fact = pack.facts.get(entity.id, {}).get(RELATION)
    if fact is None or fact.type.kind is not Kind.CODE or entity.parent is None:
        return None
    return pack.codes.get(fact.type.codes or "", {}).get(str(row.facts.get(RELATION)))


def spoken(row: RowName, words: Words, *, hide: bool = False) -> str:
    """A row in words; nothing for the household itself. ``hide`` masks names of members."""
    if row.above is None:
        return ""
    label = words.of(row.entity.label)
    if row.day is not None:
        own = words.say("{label}（{day}）", label=label, day=row.day)
    elif row.name:
        name = masked(row.name) if hide else row.name
        kin = words.of(row.relation)
        return words.say("{name}（{kin}）", name=name, kin=kin) if kin else name
    else:
        own = words.say("第 {number} 个{label}", number=row.number, label=label)
    above = spoken(row.above, words, hide=hide)
    return words.say("{who}的{what}", who=above, what=own) if above else own


def called(row: RowName, words: Words) -> str:
    """A row by its bare name where it has one."""
    return row.name if row.name and not row.is_household else spoken(row, words)
