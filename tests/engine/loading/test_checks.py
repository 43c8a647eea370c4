"""Rules with role check: severity, message and advice are required, and blanks must name something."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingbai.engine.compiling import check_pack
from mingbai.engine.errors import Fault, PackError
from mingbai.engine.loading import load_pack
from mingbai.engine.testing import CaseRunner
from tests.engine.packs import TINY, at, marked, written

RULES = "rules/rules.yaml"
CHECK = """\
  - id: wage.large
    entity: person
    type: bool
    role: check
    severity: warning
    label: {zh: 工资大, en: large wage}
    message: {zh: "工资 {wage}，线 {line}，{household.size} 人", en: "{wage}, {line}, {household.size}"}
    advice: {zh: 请核对, en: check it}
    about: [wage]
    source: {doc: d}
    expr: "wage > line"
"""
CASES = """\
tests:
  - name: {zh: 大, en: large}
    as_of: 2025-06-30
    household: {}
    members: [{wage: 100.01}]
    expect: {wage.large: true}
  - name: {zh: 刚好, en: at the line}
    as_of: 2025-06-30
    household: {}
    members: [{wage: 100}]
    expect: {wage.large: false}
"""
HELD = {**TINY, RULES: TINY[RULES] + CHECK, "tests/tests.yaml": CASES}


def faults(root: Path, files: dict[str, str]) -> tuple[Fault, ...]:
    try:
        return check_pack(load_pack(written(root, files)))
    except PackError as error:
        return error.faults


def test_a_check_is_bad_news_when_true_and_needs_no_sentence(tmp_path: Path) -> None:
    pack = load_pack(written(tmp_path, HELD))
    rule = next(rule for rule in pack.rules if rule.id == "wage.large")
    assert check_pack(pack) == ()
    assert not rule.met_when
    assert rule.check is not None
    assert (rule.check.severity, rule.check.about) == ("warning", ("wage",))
    assert rule.check.blanks == ("wage", "line", "household.size")
    runner = CaseRunner(pack)
    assert [str(item) for case in pack.cases for item in runner.run(case)] == []


def test_without_checks_only_the_checks_are_gone(tmp_path: Path) -> None:
    pack = load_pack(written(tmp_path, HELD))
    assert [rule.id for rule in pack.without_checks().rules] == [
        rule.id for rule in pack.rules if rule.id != "wage.large"
    ]
    plain = load_pack(written(tmp_path / "plain", TINY))
    assert plain.without_checks() is plain


# code, what to replace, by what (the mark stands where the fault is), what the message must say
EDITS = [
    ("PACK-006", "severity: warning", "severity: §warn", "error / warning / hint"),
    ("PACK-020", "message: {zh: \"工资 {wage}", "message: §{zh: \"工资 {wages}", "wage"),
    ("PACK-020", "advice: {zh: 请核对, en: check it}", "advice: {zh: \"{lin}\", en: \"{lin}\"}", "line"),
    ("PACK-020", "about: [wage]", "about: [wags]", "wage"),
    ("PACK-050", "message: {zh: \"工资 {wage}", "message: §{zh: \"工资", "wage"),
    ("PACK-022", "type: bool\n    role: check", "type: int\n    role: check", "bool"),
    ("PACK-004", "    role: check\n    severity: warning", "    §severity: warning", "severity"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "old", "new", "says"), EDITS)
def test_fault_says_what_and_where(
    tmp_path: Path, code: str, old: str, new: str, says: str
) -> None:
    assert old in CHECK
    plain, place = marked(TINY[RULES] + CHECK.replace(old, new))
    found = [
        item
        for item in faults(tmp_path, {**HELD, RULES: plain})
        if item.code == code and says in item.zh + item.en
    ]
    assert len(found) == 1, [str(item) for item in found]
    if "§" in new:
        assert at(found[0].place) == place


@pytest.mark.parametrize("key", ["severity", "message", "advice"])
def test_a_check_without(tmp_path: Path, key: str) -> None:
    lines = [line for line in CHECK.splitlines(keepends=True) if f"    {key}:" not in line]
    found = faults(tmp_path, {**HELD, RULES: TINY[RULES] + "".join(lines)})
    assert [item.code for item in found] == ["PACK-005"]
    assert key in found[0].zh
    assert at(found[0].place) == (len(TINY[RULES].splitlines()) + 1, 5)
