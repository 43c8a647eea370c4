"""Every fault of a pack has its number, its file, line and column, and the nearest valid name."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingbai.engine.compiling import check_pack
from mingbai.engine.errors import Fault, PackError
from mingbai.engine.loading import load_pack
from tests.engine.packs import TINY, at, marked, written

FACTS, PARAMETERS, RULES = "facts/facts.yaml", "parameters/parameters.yaml", "rules/rules.yaml"
TESTS = "tests/tests.yaml"
CASE = """\
tests:
  - name: {zh: 例, en: case}
    as_of: 2025-06-30
    household: {income: 50}
    expect: {below: true}
"""


def faults(root: Path, **files: str) -> tuple[Fault, ...]:
    """What loading and checking a changed tiny pack complains of."""
    try:
        return check_pack(load_pack(written(root, {**TINY, **files})))
    except PackError as error:
        return error.faults


# code, file, what to replace, by what (the mark stands where the fault is), what the message must say
EDITS = [
    ("PACK-002", RULES, "rules:\n  - id", "rules: {\n  §- id", ""),
    ("PACK-002", PARAMETERS, "2020-01-01", "§2020-13-41", ""),
    ("PACK-003", RULES, "type: bool", "type: bool\n    §type: bool", "type"),
    ("PACK-004", RULES, "type: bool", "type: bool\n    §labal: x", "label"),
    ("PACK-004", "pack.yaml", 'version: "1"', 'version: "1"\n§versoin: "1"', "version"),
    ("PACK-004", FACTS, "judge: true", "§jugde: true", "judge"),
    ("PACK-005", RULES, "  - id: below", "  - §idd: below", "id"),
    ("PACK-005", FACTS, "size: {type: int,", "size: §{", "type"),
    ("PACK-005", PARAMETERS, "{from: 2020-01-01, value: 100", "§{from: 2020-01-01", "value"),
    ("PACK-006", FACTS, "max: 20", "max: §many", "max"),
    ("PACK-006", PARAMETERS, "value: 100,", "value: §abc,", "line"),
    ("PACK-006", "pack.yaml", 'version: "1"', "version: §1.0", "version"),
    ("PACK-006", RULES, "type: bool", "type: bool\n    priority: §soon", "priority"),
    ("PACK-006", "pack.yaml", "pack: tiny", "§pack: tin", "tiny"),
    ("PACK-008", FACTS, "label: {zh: 人, en: person}", "label: §&a {zh: 人, en: person}", ""),
    ("PACK-020", RULES, 'expr: "income < line"', 'expr: "income < §lines"', "line"),
    ("PACK-020", RULES, "id: below\n    entity: household", "§id: below\n    entity: houshold", "household"),
    ("PACK-020", FACTS, "colour: {type: code, codes: colour", "colour: §{type: code, codes: color", "colour"),
    ("PACK-021", RULES, 'expr: "income < line"', 'expr: "§leest(income, line) > 0"', "least"),
    ("PACK-022", RULES, 'expr: "income < line"', 'expr: "§income"', "bool"),
    ("PACK-022", RULES, 'expr: "income < line"', 'expr: "income §< owns"', "money"),
    ("PACK-023", RULES, 'expr: "income < line"', "expr: \"colour §= 'rad'\"", "red"),
    ("PACK-025", RULES, 'expr: "income < line"', 'expr: "§poor"', "poor"),
    ("PACK-030", RULES, 'expr: "income < line"', 'expr: "income §＜ line"', "<"),
    ("PACK-031", RULES, '"income < line"', '"§' + "(" * 40 + "owns" + ")" * 40 + '"', "30"),
    ("PACK-032", RULES, 'expr: "income < line"', 'expr: "owns §# yes"', ""),
    ("PACK-043", RULES, "  - id: below", "  - §id: below\n    any: []", "expr"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "file", "old", "new", "says"),
    EDITS,
    ids=[f"{edit[0]}-{number}" for number, edit in enumerate(EDITS)],
)
def test_fault_has_number_place_and_hint(
    tmp_path: Path, code: str, file: str, old: str, new: str, says: str
) -> None:
    assert TINY[file].count(old) >= 1
    text, place = marked(TINY[file].replace(old, new, 1))
    found = [item for item in faults(tmp_path, **{file: text}) if item.code == code]
    assert [(item.place.file, *at(item.place)) for item in found if item.place] == [
        (f"tiny/{file}", *place)
    ], [str(item) for item in found]
    assert says in found[0].zh
    assert says in found[0].en
