"""Draws households over the dictionary in drawn/: nulls often, dates around the as-of day, few rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from mingbai.engine.model.pack import CaseRow, Entity, Fact, Pack
from mingbai.engine.model.values import Kind, Value

REGIONS = ["530626", "530100", "440100", "110101"]
AROUND = [0, 0, 1, -1, -28, -29, -30, -31, -59, -182, -183, -365, -366, -367, -400, 40]
BIRTHS = [date(1964, 2, 29), date(1965, 3, 1), date(2000, 2, 29), date(2010, 12, 31)]
NUMBERS = [0, 0, 1, -1, 2, 3, 5, 12, 99, 100, -225, 150001, 870000, 600000, 49, 50, -50]


def households(
    pack: Pack, as_of: date, seed: int, count: int, *, whole: bool = False
) -> list[CaseRow]:
    """Households with their rows below; with ``whole`` no row lacks some of the facts."""
    random = Random(seed)
    draw = _Drawing(pack, as_of, random)
    if whole:
        facts = [(entity, name) for entity, names in pack.facts.items() for name in names]
        draw.whole = set(random.sample(facts, len(facts) // 2))
    found = []
    for number in range(count):
        draw.nulls = random.choice([0.0, 0.15, 0.5, 0.8])
        found.append(draw.row(pack.top, f"h{number}"))
    return found


@dataclass
class _Drawing:
    """What a drawn row depends on."""

    pack: Pack
    as_of: date
    random: Random
    whole: set[tuple[str, str]] = field(default_factory=set)
    nulls: float = 0.0

    def row(self, entity: Entity, key: str) -> CaseRow:
        facts = {
            name: self.value(fact) for name, fact in self.pack.facts.get(entity.id, {}).items()
        }
        below = {}
        for child in self.pack.below(entity.id):
            count = self.random.choice([0, 1, 1, 2, 3])
            rows = [self.row(child, f"{key}.{child.id}{index}") for index in range(count)]
            below[child.relation or ""] = tuple(rows)
        return CaseRow(facts, below, key)

    def value(self, fact: Fact) -> Value:
        if (fact.entity, fact.id) not in self.whole and self.random.random() < self.nulls:
            return None
        return value_of(self.pack, fact, self.as_of, self.random)


def value_of(pack: Pack, fact: Fact, as_of: date, random: Random) -> Value:
    """A value a fact may have, often at an edge."""
    kind = fact.type.kind
    if kind is Kind.BOOL:
        return random.random() < 0.5
    if kind is Kind.CODE:
        return random.choice(sorted(pack.codes[fact.type.codes or ""]))
    if kind is Kind.TEXT:
        return random.choice(REGIONS)
    if kind is Kind.DATE:
        if fact.id == "birth_date" or random.random() < 0.2:
            return random.choice(BIRTHS)
        return as_of + timedelta(days=random.choice(AROUND))
    least = -(10**6) if fact.minimum is None else fact.minimum
    most = 10**6 if fact.maximum is None else fact.maximum
    ends = [end for end in (fact.minimum, fact.maximum) if end is not None]
    return random.choice(ends + [number for number in NUMBERS if least <= number <= most])


def facts_of(
    pack: Pack, row: CaseRow, entity: str = "", path: str = ""
) -> Iterator[tuple[str, Fact]]:
    """Every fact of every row, with its path (``members.0.wage``)."""
    own = pack.entities[entity] if entity else pack.top
    for name, fact in pack.facts.get(own.id, {}).items():
        yield f"{path}{name}", fact
    for child in pack.below(own.id):
        for number, part in enumerate(row.below.get(child.relation or "", ())):
            yield from facts_of(pack, part, child.id, f"{path}{child.relation}.{number}.")


def gaps(pack: Pack, row: CaseRow) -> list[tuple[str, Fact]]:
    """Every fact that is unknown, with its path."""
    return [(path, fact) for path, fact in facts_of(pack, row) if found(row, path) is None]


def found(row: CaseRow, path: str) -> Value:
    """The value at a path."""
    head, _, rest = path.partition(".")
    if not rest:
        return row.facts.get(head)
    number, _, rest = rest.partition(".")
    return found(row.below[head][int(number)], rest)


def filled(row: CaseRow, path: str, value: Value) -> CaseRow:
    """The household with one fact set."""
    head, _, rest = path.partition(".")
    if not rest:
        return replace(row, facts={**row.facts, head: value})
    number, _, rest = rest.partition(".")
    rows = list(row.below[head])
    rows[int(number)] = filled(rows[int(number)], rest, value)
    return replace(row, below={**row.below, head: tuple(rows)})
