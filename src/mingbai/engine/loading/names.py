"""Names (命名规则) of a pack: what expressions can say, and nothing that stands for two things.

Databases ignore case in column names, so two names that differ only in case are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from mingbai.engine.errors import Fault, Place, fault
from mingbai.engine.model.pack import Entity, Fact, Parameter, Rule

_PLAIN = re.compile(r"[^\W\d]\w*")
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_RESERVED = {"and", "or", "not", "in", "between", "true", "false", "as_of", "where"}
_PATTERN = (
    "只能用字母、汉字、数字和下划线，不能以数字开头，也不能是保留词",
    "letters, digits and underscores, not beginning with a digit, and no reserved word",
)


def check_names(
    entities: Mapping[str, Entity],
    facts: Mapping[str, Mapping[str, Fact]],
    parameters: Mapping[str, Parameter],
    rules: Iterable[Rule],
) -> Iterator[Fault]:
    """Every name that cannot be used, or that another thing of the same place already has."""
    rules = list({(rule.id, rule.entity): rule for rule in rules}.values())
    for entity in entities.values():
        names = [entity.id, entity.key, entity.link, entity.relation]
        yield from _spelling((name, entity.place) for name in names if name)
    yield from _spelling((one.id, one.place) for items in facts.values() for one in items.values())
    yield from _spelling((one.id, one.place) for one in parameters.values())
    above = {entity.parent for entity in entities.values()}
    for rule in rules:
        # In a row below, ``household.x`` is the household's fact; no rule may look like one.
        if not _usable(rule.id, _DOTTED) or rule.id.split(".")[0] in above:
            yield fault("PACK-049", rule.place, name=rule.id, why=_PATTERN)
        clauses = ((clause.id, clause.place) for _, clause in rule.clauses())
        yield from _spelling(clauses)
    for entity in entities.values():
        yield from _collisions(entity, facts.get(entity.id, {}), parameters, rules)


def _spelling(names: Iterable[tuple[str, Place]]) -> Iterator[Fault]:
    for name, place in names:
        if not _usable(name, _PLAIN):
            yield fault("PACK-049", place, name=name, why=_PATTERN)


def _usable(name: str, pattern: re.Pattern[str]) -> bool:
    return pattern.fullmatch(name) is not None and name.lower() not in _RESERVED


def _collisions(
    entity: Entity,
    facts: Mapping[str, Fact],
    parameters: Mapping[str, Parameter],
    rules: list[Rule],
) -> Iterator[Fault]:
    """Facts, rules, key and link of an entity, and parameters, share one room."""
    taken: dict[str, str] = {}
    keys = [name for name in (entity.key, entity.link) if name]
    room = [(key, entity.place) for key in keys]
    room += [(one.id, one.place) for one in facts.values() if one.id not in keys]
    room += [(one.id, one.place) for one in rules if one.entity == entity.id]
    room += [(one.id, one.place) for one in parameters.values()]
    for name, place in room:
        other = taken.get(name.casefold())
        if other is not None:
            why = (
                f"与“{other}”重名（不分大小写）",
                f"it is the name of '{other}' (case is ignored)",
            )
            yield fault("PACK-049", place, name=name, why=why)
        taken[name.casefold()] = name
