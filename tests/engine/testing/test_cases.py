"""Cases of a pack: outcomes, states of clauses, causes; what differs is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingbai.engine.testing import missing_covers, run_cases
from tests.engine.packs import loaded, rules

RULES = rules(
    "role: indicator\nsentence: {zh: 句, en: s}\nvalid: {from: 2020-01-01}\nall:\n"
    "  - {id: low, label: {zh: 条, en: c}, expr: income < line}\n"
    "  - {id: own, label: {zh: 条, en: c}, expr: rent > 1}\n",
    'type: money\nexpr: "income * 2"',
    'type: code\ncodes: colour\nexpr: "colour"',
    "type: date\nexpr: \"date('2025-01-31')\"",
)


def differences(root: Path, facts: str, expected: str, day: str = "2025-06-30") -> list[str]:
    """What a case with these facts and expectations complains of."""
    case = (
        f"tests:\n  - name: {{zh: 例, en: case}}\n    as_of: {day}\n    household: {facts}\n"
        f"    {expected}\n"
    )
    pack = loaded(root, rules=RULES, clauses="r1: [low, own]\n", tests=case)
    return [item.what for item in run_cases(pack)]


HOLDS = "{income: 50, owns: false, rent: 5, colour: red}"


@pytest.mark.parametrize(
    ("facts", "expected", "wrong"),
    [
        (HOLDS, "expect: {r1: met}", []),
        (HOLDS, "expect: {r1: true}", []),
        (HOLDS, "expect: {r1: unmet}", ["r1"]),
        (HOLDS, "expect: {r1: unknown}", ["r1"]),
        (HOLDS, "expect: {r1: not_in_force}", ["r1"]),
        (HOLDS, "expect: {r2: 100}", []),
        (HOLDS, "expect: {r2: 100.00}", []),
        (HOLDS, "expect: {r2: 100.01}", ["r2"]),
        (HOLDS, "expect: {r3: red, r4: 2025-01-31}", []),
        (HOLDS, "expect: {r3: blue, r4: 2025-02-01}", ["r3", "r4"]),
        ("{income: 50}", "expect: {r1: unknown, r3: unknown}", []),
        ("{owns: true}", "expect: {r1: unknown}\n    reasons: {r1: {own: not_applicable}}", []),
        ("{owns: true}", "expect: {}\n    reasons: {r1: {own: unknown}}", ["r1: own"]),
        (HOLDS, "expect: {}\n    reasons: {r1: {low: true, own: false}}", ["r1: own"]),
        ("{owns: false}", "expect: {}\n    because: {r1: [income, rent]}", []),
        ("{owns: false}", "expect: {}\n    because: {r1: [income]}", ["because r1"]),
        (HOLDS, "expect: {}\n    because: {r1: []}", []),
    ],
)
def test_difference_is_told(tmp_path: Path, facts: str, expected: str, wrong: list[str]) -> None:
    assert differences(tmp_path, facts, expected) == wrong


def test_day_before_the_rule(tmp_path: Path) -> None:
    assert differences(tmp_path, HOLDS, "expect: {r1: not_in_force}", "2019-12-31") == []
    assert differences(tmp_path, HOLDS, "expect: {r1: met}", "2019-12-31") == ["r1"]


def test_day_before_any_rule(tmp_path: Path) -> None:
    assert differences(tmp_path, HOLDS, "expect: {r1: not_in_force}", "2009-12-31") == []
    assert differences(tmp_path, HOLDS, "expect: {r2: 5}", "2009-12-31") == ["r2"]


def test_message_names_case_rule_and_both_values(tmp_path: Path) -> None:
    case = (
        "tests:\n  - name: {zh: 例, en: case}\n    as_of: 2025-06-30\n"
        "    household: {income: 50}\n    expect: {r2: 8700.5}\n"
    )
    (only,) = run_cases(loaded(tmp_path, rules=RULES, clauses="r1: [low, own]\n", tests=case))
    assert "tiny/tests/tests.yaml:2:5" in str(only)
    assert "8,700.50" in str(only)
    assert "100" in str(only)


def test_rules_with_a_role_need_three_cases(tmp_path: Path) -> None:
    case = (
        "tests:\n  - name: {zh: 例, en: case}\n    as_of: 2025-06-30\n"
        "    household: {}\n    expect: {}\n    covers: {r1: [just_in, just_out]}\n"
    )
    pack = loaded(tmp_path, rules=RULES, clauses="r1: [low, own]\n", tests=case)
    assert missing_covers(pack) == [("r1", "day_before")]
