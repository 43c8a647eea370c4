"""Rules have periods: outside of it a rule is not in the run, and said to be so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mingbai.engine.compiling import bind_pack, check_pack, compile_pack
from mingbai.engine.errors import RunError
from tests.engine.everywhere import everywhere
from tests.engine.packs import household, loaded, rules

TWO = rules(
    'valid: {from: 2020-01-01, to: 2021-01-01}\nexpr: "size > 1"',
    'valid: {from: 2021-01-01}\nexpr: "size > 2"',
).replace("id: r2", "id: r1")


def test_each_version_holds_from_its_first_day_to_the_day_before_the_next(tmp_path: Path) -> None:
    pack = loaded(tmp_path, rules=TWO)
    row = household(pack, "{size: 2}")
    assert check_pack(pack) == ()
    assert everywhere(pack, row, "r1", date(2020, 1, 1)).value is True
    assert everywhere(pack, row, "r1", date(2020, 12, 31)).value is True
    assert everywhere(pack, row, "r1", date(2021, 1, 1)).value is False


def test_day_before_the_first_rule(tmp_path: Path) -> None:
    with pytest.raises(RunError) as caught:
        bind_pack(loaded(tmp_path, rules=TWO), date(2019, 12, 31))
    (only,) = caught.value.faults
    assert only.code == "RUN-004"
    assert "2020-01-01" in only.zh


def test_rule_not_in_force_is_named(tmp_path: Path) -> None:
    text = rules('expr: "size > 1"', 'valid: {from: 2026-01-01}\nexpr: "size > 2"')
    bound = bind_pack(loaded(tmp_path, rules=text), date(2025, 12, 31))
    assert tuple(bound.rules) == ("r1",)
    assert bound.not_in_force == ("r2",)


def test_output_that_is_no_rule_of_the_day(tmp_path: Path) -> None:
    with pytest.raises(RunError) as caught:
        compile_pack(loaded(tmp_path, rules=TWO), date(2020, 6, 1), outputs=["r1x"])
    (only,) = caught.value.faults
    assert only.code == "RUN-003"
    assert "r1" in only.en


def test_rules_are_ordered_by_what_they_need(tmp_path: Path) -> None:
    text = rules('expr: "r2 and r3"', 'expr: "r3"', 'expr: "owns"')
    bound = bind_pack(loaded(tmp_path, rules=text), date(2025, 1, 1))
    assert tuple(bound.rules) == ("r3", "r2", "r1")
    assert bound.needs("r2") == ("r3", "r2")
