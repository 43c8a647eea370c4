"""Rates with their denominators (比率与分母): no share without saying of what, when, by whom (S1-05)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mingbai.places.codes import pad
from mingbai.places.enums import Universe
from mingbai.places.errors import error
from mingbai.places.models import Denominator
from mingbai.places.queries import under


@dataclass(frozen=True)
class Rate:
    """A share with everything it means (比率). `unit`: of numerator and denominator, 人 or 户."""

    numerator: int
    denominator: int
    unit: str
    universe: Universe
    as_of: date
    counted_on: date
    source: str

    @property
    def per_hundred(self) -> Decimal:
        """Per cent to two places."""
        return (Decimal(100) * self.numerator / self.denominator).quantize(Decimal("0.01"))


def denominator_on(division_code: str, universe: Universe, day: date) -> Denominator:
    """The newest count of a division not later than the day. Raises PLACE-011. One query."""
    rows = Denominator.objects.recorded().filter(
        division_code=pad(division_code), universe=universe, counted_on__lte=day
    )
    found = rows.order_by("-counted_on", "-id").first()
    if found is None:
        raise error("PLACE-011", division=pad(division_code), universe=universe.label, day=day)
    return found


def denominators_under(
    code: str, universe: Universe, day: date
) -> dict[str, tuple[int, date, str]]:
    """Division → newest count not later than the day, its day and source; itself included. One query."""
    rows = Denominator.objects.recorded().filter(
        under(code, "division_code"), universe=universe, counted_on__lte=day
    )
    found = rows.order_by("counted_on", "id")
    return {
        division: (value, counted_on, source)
        for division, value, counted_on, source in found.values_list(
            "division_code", "value", "counted_on", "source"
        )
    }


def denominators_of(division_code: str, universe: Universe) -> list[Denominator]:
    """All counts of a division, the oldest first. One query."""
    rows = Denominator.objects.recorded().filter(
        division_code=pad(division_code), universe=universe
    )
    return list(rows.order_by("counted_on", "id"))


def rate(*, numerator: int, division_code: str, universe: Universe, day: date) -> Rate:
    """A numerator over the recorded count of its universe (发生率等). One query.

    Raises PLACE-011 without a denominator, PLACE-012 for zero, PLACE-013 when the numerator is larger.
    """
    base = denominator_on(division_code, universe, day)
    if base.value == 0:
        raise error("PLACE-012", division=base.division_code, day=base.counted_on)
    if not 0 <= numerator <= base.value:
        raise error(
            "PLACE-013", numerator=numerator, denominator=base.value,
            division=base.division_code, day=day,
        )  # fmt: skip
    return Rate(numerator, base.value, universe.unit, universe, day, base.counted_on, base.source)
