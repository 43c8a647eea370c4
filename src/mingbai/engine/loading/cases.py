"""Cases (案例) of a pack: a household on a day, what must come out, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mingbai.engine.errors import Fault, fault, nearest
from mingbai.engine.loading.reading import Fields, typed_value
from mingbai.engine.loading.yaml_tree import Item
from mingbai.engine.model.pack import Case, CaseRow, Entity, Fact
from mingbai.engine.model.values import NA, Kind, Text, Value

STATES: dict[str, object] = {
    "true": True,
    "false": False,
    "unknown": None,
    "not_applicable": NA,
    "met": "met",
    "unmet": "unmet",
    "not_in_force": "not_in_force",
}
COVERS = ("just_in", "just_out", "day_before")


@dataclass(frozen=True)
class Dictionary:
    """What cases are read against: the pack's entities, facts and codes."""

    entities: Mapping[str, Entity]
    facts: Mapping[str, Mapping[str, Fact]]
    codes: Mapping[str, Mapping[str, Text]]

    @property
    def top(self) -> Entity:
        """The entity without a parent."""
        return next(entity for entity in self.entities.values() if entity.parent is None)

    def below(self, entity: str) -> dict[str, Entity]:
        """The entities below, by relation."""
        return {
            item.relation or "": item for item in self.entities.values() if item.parent == entity
        }


def read_case(item: Item, dictionary: Dictionary, faults: list[Fault]) -> Case | None:
    """One case."""
    fields = Fields(item, faults)
    top = dictionary.top
    name, as_of = fields.label("name"), fields.day("as_of", required=True)
    row = fields.item("household", required=True)
    relations = dictionary.below(top.id)
    parts = {relation: fields.item(relation) for relation in relations}
    expect = {
        rule: _expected(part) for rule, part in fields.mapping("expect", required=True).items()
    }
    reasons = {
        rule: {clause: _expected(state) for clause, state in Fields(part, faults)._map.items()}
        for rule, part in fields.mapping("reasons").items()
    }
    because = {rule: _strings(part, faults) for rule, part in fields.mapping("because").items()}
    covers = {rule: _covers(part, faults) for rule, part in fields.mapping("covers").items()}
    fields.done()
    if as_of is None or row is None:
        return None
    below = {
        relation: _rows(part, relations[relation], dictionary, f"{relation}.", faults)
        for relation, part in parts.items()
        if part is not None
    }
    household = read_row(row, top, dictionary, "household", faults, below)
    return Case(name, as_of, household, expect, reasons, because, covers, item.place)


def read_row(
    item: Item,
    entity: Entity,
    dictionary: Dictionary,
    path: str,
    faults: list[Fault],
    below: dict[str, tuple[CaseRow, ...]] | None = None,
) -> CaseRow:
    """One row: facts by name, relations as lists of rows."""
    fields = Fields(item, faults)
    relations = {} if below is not None else dictionary.below(entity.id)
    facts: dict[str, Value] = {}
    nested: dict[str, tuple[CaseRow, ...]] = dict(below or {})
    known = dictionary.facts.get(entity.id, {})
    key = ""
    for name, part in fields._map.items():
        if name in relations:
            nested[name] = _rows(part, relations[name], dictionary, f"{path}.{name}.", faults)
        elif name in (entity.key, entity.link) and name not in known:
            key = part.raw if name == entity.key else key
        elif name in known:
            facts[name] = _fact_value(known[name], part, dictionary, faults)
            key = part.raw if name == entity.key else key
        else:
            fields.complain(
                "PACK-020", part.place, name=name, near=nearest(name, [*known, *relations])
            )
    return CaseRow(facts, nested, key or path)


def _rows(
    item: Item, entity: Entity, dictionary: Dictionary, path: str, faults: list[Fault]
) -> tuple[CaseRow, ...]:
    if not item.is_sequence:
        faults.append(
            fault("PACK-006", item.place, name=path, want=("列表", "a list"), got=item.raw)
        )
        return ()
    return tuple(
        read_row(part, entity, dictionary, f"{path}{number}", faults)
        for number, part in enumerate(item.sequence)
    )


def _fact_value(fact: Fact, item: Item, dictionary: Dictionary, faults: list[Fault]) -> Value:
    if item.value is None:
        return None
    if fact.type.kind is Kind.TEXT and not isinstance(item.value, str):
        faults.append(
            fault(
                "PACK-006",
                item.place,
                name=fact.id,
                want=("加引号的文字", "a string"),
                got=item.raw,
            )
        )
        return None
    codes = dictionary.codes.get(fact.type.codes or "", {})
    return typed_value(item, fact.type, codes, faults, fact.id)


def _expected(item: Item) -> object:
    """A state word, a yes/no, or the raw value, which is compared after scaling."""
    if isinstance(item.value, bool):
        return item.value
    if item.raw in STATES and not isinstance(item.value, (int, float, date)):
        return STATES[item.raw]
    return item


def _strings(item: Item, faults: list[Fault]) -> tuple[str, ...]:
    if not item.is_sequence:
        faults.append(
            fault("PACK-006", item.place, name="because", want=("列表", "a list"), got=item.raw)
        )
        return ()
    return tuple(part.raw for part in item.sequence)


def _covers(item: Item, faults: list[Fault]) -> tuple[str, ...]:
    words = _strings(item, faults)
    want = (" / ".join(COVERS),) * 2
    faults.extend(
        fault("PACK-006", item.place, name="covers", want=want, got=word)
        for word in words
        if word not in COVERS
    )
    return words
