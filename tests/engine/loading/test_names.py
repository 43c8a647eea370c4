"""Names can be written in an expression, and no two of them are one column."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingbai.engine.compiling import check_pack
from mingbai.engine.errors import Fault, PackError
from mingbai.engine.loading import load_pack
from tests.engine.packs import TINY, tiny

RULES, FACTS, VALUES = (TINY[f"{name}/{name}.yaml"] for name in ("rules", "facts", "parameters"))


def faults(root: Path, **changed: str) -> list[Fault]:
    try:
        return list(check_pack(load_pack(tiny(root, **changed))))
    except PackError as error:
        return list(error.faults)


BAD = [
    "be low",
    "x@na",
    "@p.line",
    "x~",
    'x\\"y',
    "1st",
    "not",
    "as_of",
    "true",
    "a..b",
    ".a",
    "a-b",
    "",
]


@pytest.mark.parametrize("name", BAD)
def test_rule_with_a_name_that_no_expression_can_say(tmp_path: Path, name: str) -> None:
    found = faults(tmp_path, rules=RULES.replace("id: below", f'id: "{name}"'))
    assert {item.code for item in found} <= {"PACK-005", "PACK-049"}
    assert len(found) == 1


@pytest.mark.parametrize("name", ["in come", 'in"come', "in.come", "in"])
def test_fact_with_a_name_that_no_expression_can_say(tmp_path: Path, name: str) -> None:
    found = faults(
        tmp_path, facts=FACTS.replace("    income:", f"    '{name}':"), rules="rules: []\n"
    )
    assert [item.code for item in found] == ["PACK-049"]


@pytest.mark.parametrize("name", ["hou.se", "hou se", 'hou"se', "house; drop table x"])
def test_entity_with_a_name_that_no_table_can_have(tmp_path: Path, name: str) -> None:
    text = FACTS.replace("  household:", f"  '{name}':").replace(
        "parent: household", f"parent: '{name}'"
    )
    codes = [item.code for item in faults(tmp_path, facts=text, rules="rules: []\n")]
    assert "PACK-049" in codes


@pytest.mark.parametrize(
    "name", ["income", "Income", "household_id", "HOUSEHOLD_ID", "line", "division_code"]
)
def test_rule_with_the_name_of_something_else(tmp_path: Path, name: str) -> None:
    found = faults(tmp_path, rules=RULES.replace("id: below", f"id: {name}"))
    assert [item.code for item in found] == ["PACK-049"]


def test_rules_whose_names_differ_by_case(tmp_path: Path) -> None:
    twice = RULES + RULES.removeprefix("rules:\n").replace("id: below", "id: BELOW")
    assert [item.code for item in faults(tmp_path, rules=twice)] == ["PACK-049"]


@pytest.mark.parametrize("name", ["line", "Division_Code"])
def test_fact_with_the_name_of_something_else(tmp_path: Path, name: str) -> None:
    found = faults(tmp_path, facts=FACTS.replace("    size:", f"    {name}:"))
    assert [item.code for item in found] == ["PACK-049"]


@pytest.mark.parametrize("name", ["收入", "a1", "_x", "a.b.c", "Ärmel"])
def test_honest_names(tmp_path: Path, name: str) -> None:
    assert faults(tmp_path, rules=RULES.replace("id: below", f"id: {name}")) == []
