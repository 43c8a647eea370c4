"""Formulas of the cross-checks: exact fractions, and nothing but arithmetic."""

from fractions import Fraction

import pytest

from mingbai.demo.cross import Shown, value_of
from mingbai.demo.errors import PlaceError


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a + b * 2", 11),
        ("a / b", Fraction(3, 4)),
        ("0.1 + 0.2 == 0.3", True),
        ("a < b <= 4 and a >= 3", True),
        ("a > b or b == 5", False),
        ("percent(a / b, 0)", 75),
        ("percent(2 / 3, 1)", Fraction("66.7")),
    ],
)
def test_formulas(formula: str, expected: object) -> None:
    assert value_of(formula, {"a": Fraction(3), "b": Fraction(4)}) == expected


@pytest.mark.parametrize(
    "formula", ["c", "open(a)", "a.real", "a ** b", "[a]", "a if b else a", "a +"]
)
def test_nothing_else_is_a_formula(formula: str) -> None:
    with pytest.raises(PlaceError):
        value_of(formula, {"a": Fraction(3), "b": Fraction(4)})


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (Fraction(13949, 1000), ".2f", "13.95"),
        (Fraction(770562), "", "770,562"),
        (Fraction(1, 2), ".0f", "1"),
        (Fraction(210408, 100), "", "2,104.08"),
    ],
)
def test_values_in_sentences(value: Fraction, spec: str, text: str) -> None:
    assert format(Shown(value), spec) == text
