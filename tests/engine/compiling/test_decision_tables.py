"""Decision tables: the first row that fits, on every engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingbai.engine.compiling import bind_pack
from mingbai.engine.errors import PackError
from tests.engine.everywhere import everywhere
from tests.engine.packs import DAY, household, loaded, rules


def table(root: Path, source: str, cells: list[str], facts: str) -> object:
    """A table with one row a cell, which gives 1, 2 …, else 0."""
    lines = "".join(
        f'    - {{id: r{n}, when: ["{cell}"], then: {n}}}\n' for n, cell in enumerate(cells, 1)
    )
    text = rules(f'type: int\ntable:\n  inputs: ["{source}"]\n  rows:\n{lines}  else: 0')
    pack = loaded(root, rules=text)
    return everywhere(pack, household(pack, facts), "r1").value


@pytest.mark.parametrize(
    ("source", "cell", "facts", "fits"),
    [
        ("size", "3", "{size: 3}", 1),
        ("size", "3, 4", "{size: 4}", 1),
        ("size", "3, 4", "{size: 5}", 0),
        ("balance", "-5", "{balance: -5}", 1),
        ("size", ">= 3", "{size: 3}", 1),
        ("size", "> 3", "{size: 3}", 0),
        ("size", "<> 3", "{size: 3}", 0),
        ("size", "!= 3", "{size: 4}", 1),
        ("size", "= 3", "{size: 3}", 1),
        ("size", "between 3 and 4", "{size: 4}", 1),
        ("size", "in (3, 4)", "{size: 4}", 1),
        ("size", "not in (3, 4)", "{size: 4}", 0),
        ("income", "> line", "{income: 100.01}", 1),
        ("size + 1", "4", "{size: 3}", 1),
        ("colour", "'red', 'blue'", "{colour: blue}", 1),
        ("colour", "= 'red'", "{colour: blue}", 0),
        ("owns", "= true", "{owns: true}", 1),
        ("owns", "true", "{owns: true}", 1),
        ("size", "not between 3 and 4", "{size: 5}", 1),
        ("not owns", "= true", "{owns: true}", 0),
        ("size", "-", "{}", 1),
        ("size", "3", "{}", None),
        ("size", "< 30", "{}", 1),
        ("rent", "> 3", "{owns: true}", None),
    ],
)
def test_cell(tmp_path: Path, source: str, cell: str, facts: str, fits: int | None) -> None:
    assert table(tmp_path, source, [cell], facts) == fits


def test_the_first_row_that_fits_decides(tmp_path: Path) -> None:
    cells = [">= 10", ">= 5", "2", "-"]
    found = [table(tmp_path / str(n), "size", cells, f"{{size: {n}}}") for n in (12, 10, 7, 2, 0)]
    assert found == [1, 1, 2, 3, 4]


def test_an_unknown_row_leaves_the_answer_unknown(tmp_path: Path) -> None:
    """A later row that fits is not taken while an earlier one might."""
    text = rules(
        'type: int\ntable:\n  inputs: ["owns", "size"]\n  rows:\n'
        '    - {id: a, when: ["= true", "-"], then: 1}\n'
        '    - {id: b, when: ["-", "3"], then: 2}\n'
        "  else: 0"
    )
    pack = loaded(tmp_path, rules=text)
    answer = everywhere(pack, household(pack, "{size: 3}"), "r1")
    assert (answer.value, answer.low, answer.high) == (None, 1, 2)
    assert everywhere(pack, household(pack, "{owns: false, size: 3}"), "r1").value == 2
    assert everywhere(pack, household(pack, "{owns: true}"), "r1").value == 1


def test_rows_after_one_without_conditions_are_never_reached(tmp_path: Path) -> None:
    assert table(tmp_path, "size", ["-", "3"], "{size: 3}") == 1


@pytest.mark.parametrize(
    ("source", "cell", "code"),
    [
        ("size", "", "PACK-022"),
        ("size", "+ 1", "PACK-030"),
        ("size", "is null", "PACK-030"),
        ("size", "between 1", "PACK-030"),
        ("size", "(select 1)", "PACK-030"),
        ("size", "1) or (1 = 1", "PACK-030"),
        ("owns", "= false and size > 1", "PACK-030"),
        ("size", ">= 3 or owns", "PACK-030"),
        ("size", "3 + 4 > 1", "PACK-022"),
        ("colour", "'rad'", "PACK-023"),
        ("colour", "red", "PACK-020"),
        ("colour", "> 'red'", "PACK-022"),
        ("size", "'red'", "PACK-022"),
    ],
)
def test_cell_that_is_refused(tmp_path: Path, source: str, cell: str, code: str) -> None:
    with pytest.raises(PackError) as caught:
        table(tmp_path, source, [cell], "{}")
    assert [item.code for item in caught.value.faults] == [code]
    assert [item.place.file for item in caught.value.faults if item.place] == [
        "tiny/rules/rules.yaml"
    ]


def test_choice_by_a_condition(tmp_path: Path) -> None:
    text = rules("type: money\nwhen: owns\nthen: income\nelse: balance + 1")
    pack = loaded(tmp_path, rules=text)
    assert bind_pack(pack, DAY).rules["r1"].expr.type.money
    assert everywhere(pack, household(pack, "{owns: true, income: 5}"), "r1").value == 500
    assert everywhere(pack, household(pack, "{owns: false, balance: 5}"), "r1").value == 600
