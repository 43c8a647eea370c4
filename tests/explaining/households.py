"""Random households of any pack: values drawn from its fact dictionary, gaps included."""

import random
from datetime import date, timedelta

from mingbai.engine.model.pack import CaseRow, Fact, Pack
from mingbai.engine.model.values import Kind

REGIONS = ("530102", "530626", "430525", "510105", "61", None)


class Households:
    """Draws households (随机户) of a pack around an as-of day, always the same for a seed."""

    def __init__(self, pack: Pack, as_of: date, seed: int) -> None:
        self.pack, self.as_of, self.random = pack, as_of, random.Random(seed)  # no secret

    def draw(self) -> CaseRow:
        """One household with up to four persons and a few records each."""
        return self._row(self.pack.top.id, "h")

    def _row(self, entity: str, key: str) -> CaseRow:
        facts = {
            fact.id: self.value(fact) if self.random.random() > 0.15 else None
            for fact in self.pack.facts.get(entity, {}).values()
        }
        region = self.pack.top.region
        if entity == self.pack.top.id and region:
            facts[region] = self.random.choice(REGIONS)
        most = 4 if entity == self.pack.top.id else 2
        below = {
            child.relation or "": tuple(
                self._row(child.id, f"{key}.{number}")
                for number in range(self.random.randint(0, most))
            )
            for child in self.pack.below(entity)
        }
        return CaseRow(facts, below, key)

    def value(self, fact: Fact) -> object:
        """A value within the range of a fact."""
        kind = fact.type.kind
        if kind is Kind.BOOL:
            return self.random.random() < 0.5
        if kind is Kind.CODE:
            return self.random.choice(list(self.pack.codes[fact.type.codes or ""]))
        if kind is Kind.DATE:
            spread = 400 if self.random.random() < 0.6 else 365 * 70
            return self.as_of - timedelta(days=self.random.randint(-20, spread))
        if kind is Kind.TEXT:
            return self.random.choice(("甲", "乙"))
        low = fact.minimum if fact.minimum is not None else -(10**6)
        high = fact.maximum if fact.maximum is not None else 4 * 10**6
        return self.random.randint(low, min(high, max(low, 4 * 10**6)))


def paths(household: CaseRow, pack: Pack) -> list[tuple[str, Fact]]:
    """Every fact of a household with its path."""
    found: list[tuple[str, Fact]] = []

    def visit(entity: str, row: CaseRow, prefix: str) -> None:
        found.extend((f"{prefix}{fact.id}", fact) for fact in pack.facts.get(entity, {}).values())
        for child in pack.below(entity):
            for number, part in enumerate(row.below.get(child.relation or "", ())):
                visit(child.id, part, f"{prefix}{child.relation}.{number}.")

    visit(pack.top.id, household, "")
    return found
