"""What the reference gives: every rule for every row, with its bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingbai.engine.compiling import bind_pack
from mingbai.engine.model.pack import Pack
from mingbai.engine.reference import Answer, interpret, tree_of
from tests.engine.packs import DAY, household, loaded, rules

FACTS = "{size: 2, members: [{wage: 5, bills: [{}, {}]}, {}]}"


@pytest.fixture
def earning(tmp_path: Path) -> Pack:
    text = rules(
        'entity: person\ntype: money\nexpr: "wage * 2"', 'type: money\nexpr: "sum(members, r1)"'
    )
    return loaded(tmp_path, rules=text.replace("    entity: household\n", "", 1))


def test_every_row_of_every_entity_is_answered(earning: Pack) -> None:
    found = interpret(bind_pack(earning, DAY), household(earning, FACTS))
    assert [(item.path, list(item.rules)) for item in found.rows] == [
        ("", ["r2"]),
        ("members.0.", ["r1"]),
        ("members.0.bills.0.", []),
        ("members.0.bills.1.", []),
        ("members.1.", ["r1"]),
    ]
    assert [item.rules["r1"] for item in found.of("person")] == [
        Answer(1000, False, 1000, 1000),
        Answer(None, False, 0, None),
    ]
    assert found.answer("r2") == Answer(None, False, 1000, None)


def test_rows_know_what_is_above_them(earning: Pack) -> None:
    *_, bill, _, _ = tree_of(earning, household(earning, FACTS)).walk()
    assert bill.entity.id == "bill"
    assert bill.at("person").path == "members.0."
    assert bill.top.entity.id == "household"


def test_states_of_an_answer() -> None:
    assert Answer(5).known
    assert not Answer(5).unknown
    assert Answer().unknown
    assert not Answer(na=True).unknown
    assert not Answer(na=True).known
