"""Blanks of check texts (提示里的填空): each must name something the row can fill in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mingbai.engine.errors import Fault, fault, nearest
from mingbai.engine.model.pack import CheckTexts, Entity, Fact, Parameter, Rule, blanks_in


def check_blanks(
    rules: Iterable[Rule],
    entities: Mapping[str, Entity],
    facts: Mapping[str, Mapping[str, Fact]],
    parameters: Mapping[str, Parameter],
) -> Iterator[Fault]:
    """Names that are no fact, rule or parameter, and texts whose two languages differ in their blanks."""
    rules = list(rules)
    for rule in rules:
        if rule.check is None:
            continue
        known = {*facts.get(rule.entity, {}), *parameters}
        known |= {other.id for other in rules if other.entity == rule.entity and not other.check}
        for above in _above(rule.entity, entities):
            known |= {f"{above}.{name}" for name in facts.get(above, {})}
        wanted = [(name, known) for name in rule.check.blanks]
        wanted += [(name, set(facts.get(rule.entity, {}))) for name in rule.check.about]
        for name, among in wanted:
            if name not in among:
                yield fault("PACK-020", rule.check.place, name=name, near=nearest(name, among))
        yield from _two_languages(rule.check)


def _above(entity: str, entities: Mapping[str, Entity]) -> Iterator[str]:
    parent = entities[entity].parent if entity in entities else None
    while parent is not None:
        yield parent
        parent = entities[parent].parent


def _two_languages(check: CheckTexts) -> Iterator[Fault]:
    for text in (check.message, check.advice):
        sides = [set(blanks_in(side)) for side in (text.zh, text.en)]
        if sides[0] != sides[1]:
            names = "、".join(sorted(sides[0] ^ sides[1]))
            yield fault("PACK-050", check.place, name=names)
