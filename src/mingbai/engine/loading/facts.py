"""The fact dictionary (事实字典) of a pack: entities, code lists and facts."""

from __future__ import annotations

from mingbai.engine.errors import Fault, fault, nearest
from mingbai.engine.loading.reading import Fields
from mingbai.engine.loading.yaml_tree import Item
from mingbai.engine.model.pack import Entity, Fact
from mingbai.engine.model.values import Kind, Text, Type, scaled

Codes = dict[str, dict[str, Text]]


def read_entity(name: str, item: Item, faults: list[Fault]) -> Entity:
    """One entity."""
    fields = Fields(item, faults)
    parent = fields.string("parent") or None
    entity = Entity(
        id=name,
        label=fields.label(),
        key=fields.string("key", required=parent is None) or None,
        parent=parent,
        link=fields.string("link", required=parent is not None) or None,
        relation=fields.string("relation", required=parent is not None) or None,
        date=fields.string("date") or None,
        empty_is_unknown=fields.choice("empty", ("unknown", "none"), default="none") == "unknown",
        region=fields.string("region") or None,
        name=fields.string("name") or None,
        places=fields.strings("places"),
        place=item.place,
    )
    fields.done()
    return entity


def read_codes(name: str, item: Item, faults: list[Fault]) -> dict[str, Text]:
    """One code list."""
    fields = Fields(item, faults)
    if not item.is_mapping:
        return {}
    return {code: fields.label(code) for code in item.mapping}


def read_fact(entity: str, name: str, item: Item, codes: Codes, faults: list[Fault]) -> Fact:
    """One fact."""
    fields = Fields(item, faults)
    kind = fields.type(codes)
    fact = Fact(
        entity=entity,
        id=name,
        type=kind,
        label=fields.label(),
        minimum=read_bound(fields, "min", kind),
        maximum=read_bound(fields, "max", kind),
        applies_when=fields.source("applies_when"),
        fixed=fields.flag("fixed"),
        restricted=fields.flag("restricted"),
        judge=fields.flag("judge"),
        ask=fields.text("ask"),
        owner=fields.text("owner"),
        unit=fields.text("unit"),
        place=item.place,
        replaces=fields.replaces(),
    )
    fields.done()
    if fact.minimum is not None and fact.maximum is not None and fact.minimum > fact.maximum:
        fields.complain("PACK-006", name="min", want=("不大于 max", "at most max"), got=name)
    return fact


def read_bound(fields: Fields, key: str, kind: Type) -> int | None:
    """A least or greatest value in the unit of the type, scaled; None where none is given."""
    item = fields.item(key)
    if item is None:
        return None
    if kind.kind is Kind.NUMBER:
        try:
            return scaled(item.raw, kind.scale)
        except ValueError:
            pass
    want = ("与类型相符的数", "a number of the declared type")
    fields.complain("PACK-006", item.place, name=key, want=want, got=item.raw[:40])
    return None


def check_tree(
    entities: dict[str, Entity], facts: dict[str, dict[str, Fact]], faults: list[Fault]
) -> None:
    """The entities must form one tree, and what they name must exist."""
    tops = [entity for entity in entities.values() if entity.parent is None]
    if len(tops) != 1:
        names = "、".join(entity.id for entity in tops) or "—"
        place = tops[1].place if len(tops) > 1 else None
        faults.append(
            fault(
                "PACK-046",
                place,
                detail_zh=f"应有且只有一个最上层实体，现有：{names}",
                detail_en=f"exactly one entity without a parent is needed, found: {names}",
            )
        )
    for entity in entities.values():
        _check_entity(entity, entities, facts.get(entity.id, {}), faults)


def _check_entity(
    entity: Entity, entities: dict[str, Entity], facts: dict[str, Fact], faults: list[Fault]
) -> None:
    if entity.parent is not None and entity.parent not in entities:
        faults.append(
            fault(
                "PACK-020", entity.place, name=entity.parent, near=nearest(entity.parent, entities)
            )
        )
    elif _circular(entity, entities):
        faults.append(fault("PACK-046", entity.place, detail_zh="成环", detail_en="a circle"))
    elif entity.parent is not None and not entities[entity.parent].key:
        faults.append(fault("PACK-005", entities[entity.parent].place, name="key"))
    wanted = [(entity.date, Kind.DATE), (entity.region, Kind.TEXT), (entity.name, Kind.TEXT)]
    wanted += [(name, Kind.TEXT) for name in entity.places]
    for name, kind in wanted:
        if name is None:
            continue
        if name not in facts:
            faults.append(fault("PACK-020", entity.place, name=name, near=nearest(name, facts)))
        elif facts[name].type.kind is not kind:
            faults.append(
                fault(
                    "PACK-022",
                    facts[name].place,
                    detail_zh=f"{name} 应为 {kind.value}",
                    detail_en=f"{name} must be {kind.value}",
                )
            )


def _circular(entity: Entity, entities: dict[str, Entity]) -> bool:
    seen = {entity.id}
    parent = entity.parent
    while parent is not None and parent in entities:
        if parent in seen:
            return True
        seen.add(parent)
        parent = entities[parent].parent
    return False
