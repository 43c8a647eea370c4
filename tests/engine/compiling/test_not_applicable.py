"""What never applies on a day says so, on every engine and in the trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingbai.engine.compiling import bind_pack, compile_bound
from mingbai.engine.explaining.trace import Tracer
from mingbai.engine.model.values import NA
from tests.engine.everywhere import everywhere
from tests.engine.packs import DAY, household, loaded, rules

NEVER = ["as_of < date('2020-01-01')", "known(absent)", "false"]
VALUES = "parameters:\n  absent: {type: money, label: {zh: 无, en: absent}, values: []}\n"


@pytest.mark.parametrize("when", NEVER)
def test_rule_that_never_applies(tmp_path: Path, when: str) -> None:
    text = rules(f'applies_when: "{when}"\nexpr: owns', 'expr: "if_na(r1, false)"')
    pack = loaded(tmp_path, rules=text, parameters=VALUES)
    row = household(pack, "{owns: true}")
    assert everywhere(pack, row, "r1").na
    assert everywhere(pack, row, "r2").value is False
    tracer = Tracer(compile_bound(bind_pack(pack, DAY), causes=True))
    evaluated = tracer.evaluate(row)
    assert tracer.outcome(evaluated, "r1") is NA
    assert tracer.because(evaluated, "r2") == ()


def test_rule_that_always_applies_is_never_not_applicable(tmp_path: Path) -> None:
    text = rules("applies_when: \"as_of > date('2020-01-01')\"\nexpr: owns")
    pack = loaded(tmp_path, rules=text)
    assert everywhere(pack, household(pack, "{}"), "r1").unknown


def test_rule_of_members_that_nobody_adds_up(tmp_path: Path) -> None:
    """Rows of an entity are evaluated when it has an output, not only when they are aggregated."""
    text = rules('entity: person\nexpr: "wage > 1"').replace("    entity: household\n", "", 1)
    pack = loaded(tmp_path, rules=text)
    tracer = Tracer(compile_bound(bind_pack(pack, DAY), causes=True))
    top = tracer.evaluate(household(pack, "{members: [{wage: 5}, {}]}"))
    found = [tracer.outcome(member, "r1") for member in top.below["members"]]
    assert found == [True, None]
