"""Fixed point: exact in scaled integers on every engine, half away from zero."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest

from mingbai.engine.model.pack import Pack
from mingbai.engine.model.values import scaled, unscaled
from tests.engine.everywhere import answer_to, bounds_of


@pytest.mark.parametrize(
    ("balance", "divisor", "digits"),
    [
        ("0.01", "2", 2), ("-0.01", "2", 2), ("0.05", "2", 1), ("-0.05", "2", 1),
        ("1", "3", 2), ("-1", "3", 2), ("2", "3", 2), ("-2", "3", 2), ("7", "-2", 0),
        ("-7", "-2", 0), ("5", "2", 0), ("-5", "2", 0), ("0", "7", 2), ("8700.5", "0.3", 2),
        ("-8700.5", "0.07", 4), ("999999999.99", "7", 6), ("1", "1000000", 5), ("5", "1000000", 5),
    ],
)  # fmt: skip
def test_round_is_half_away_from_zero(pack: Pack, balance: str, divisor: str, digits: int) -> None:
    unit = Decimal(1).scaleb(-digits)
    wanted = (Decimal(balance) / Decimal(divisor)).quantize(unit, ROUND_HALF_UP)
    text = f"round(balance / {divisor}, {digits})"
    assert answer_to(pack, text, f"{{balance: {balance}}}") == int(wanted.scaleb(digits))


def test_round_of_a_division_by_zero_is_unknown(pack: Pack) -> None:
    assert answer_to(pack, "round(income / size, 2)", "{income: 5, size: 0}") is None
    assert bounds_of(pack, "round(income / size, 2)", "{income: 5, size: 0}") == (None, None)


@pytest.mark.parametrize(
    ("text", "facts", "answer"),
    [
        ("0.1 + 0.2 = 0.3", "{}", True),
        ("income = 8700.1", "{income: 8700.10}", True),
        ("income * 0.3 > 2610", "{income: 8700.00}", False),
        ("income * 0.3 > 2610", "{income: 8700.01}", True),
        ("income * 0.3 >= 2610.000", "{income: 8700}", True),
        ("-income < 0", "{income: 0.01}", True),
        ("income - balance = 0.01", "{income: 0.1, balance: 0.09}", True),
        ("size * 1.5 = 4.5", "{size: 3}", True),
        ("2 - 3 - 4 = -5", "{}", True),
        ("2 + 3 * 4 = 14", "{}", True),
        ("-2 * -3 = 6", "{}", True),
        ("size = 3.0", "{size: 3}", True),
        ("size in (1, 3)", "{size: 3}", True),
    ],
)
def test_arithmetic_is_exact(pack: Pack, text: str, facts: str, answer: bool) -> None:
    assert answer_to(pack, text, facts) is answer


@pytest.mark.parametrize(
    ("text", "scale", "value"),
    [("8700.5", 2, 870050), ("-0.01", 2, -1), ("3", 0, 3), ("1_000", 0, 1000), ("1e3", 0, 1000)],
)
def test_scaled(text: str, scale: int, value: int) -> None:
    assert scaled(text, scale) == value


@pytest.mark.parametrize("text", ["0.005", "1e400", "nan", "inf", "-inf", "", "abc", "1e18"])
def test_scaled_refuses_what_does_not_fit(text: str) -> None:
    with pytest.raises(ValueError, match=r"^\S*$"):
        scaled(text, 2)


@pytest.mark.parametrize(
    ("value", "scale", "text"),
    [(870050, 2, "8,700.50"), (-1, 2, "-0.01"), (870000, 2, "8,700"), (3, 0, "3"), (0, 2, "0")],
)
def test_unscaled(value: int, scale: int, text: str) -> None:
    assert unscaled(value, scale) == text
