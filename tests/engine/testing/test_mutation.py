"""Mutants: every small change is made, and one that no case notices is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingbai.engine.loading import load_pack
from mingbai.engine.testing.mutation import MutationReport, mutants, mutation_test
from tests.engine.packs import TINY, loaded, rules, tiny

CASES = """\
tests:
  - name: {zh: 刚好, en: just in}
    as_of: 2025-06-30
    household: {income: 99.99, size: 3, owns: true}
    expect: {r1: true}
  - name: {zh: 刚好不, en: just out}
    as_of: 2025-06-30
    household: {income: 100, size: 3, owns: true}
    expect: {r1: false}
"""
LINE = rules('expr: "income < line"')


def texts(root: Path, body: str, **changed: str) -> list[str]:
    """The changes made to one rule."""
    pack = loaded(root, rules=rules(body), **changed)
    return [item.text for item in mutants(pack) if item.rule == "r1"]


@pytest.mark.parametrize(
    ("expr", "changes"),
    [
        ("income < line", ["income < line → income >= line"]),
        ("size <> 3", ["size <> 3 → size = 3", "3 → 4 @ size <> 3", "3 → 2 @ size <> 3"]),
        ("income > 8700", [
            "income > 8700 → income <= 8700",
            "8700 → 8701 @ income > 8700",
            "8700 → 8699 @ income > 8700",
        ]),
        ("income * 0.3 > balance", [
            "income * 0.3 > balance → income * 0.3 <= balance",
            "0.3 → 0.4 @ income * 0.3",
            "0.3 → 0.2 @ income * 0.3",
        ]),
        ("size between 1 and 2", [
            "size >= 1 → size < 1", "1 → 2 @ size >= 1", "1 → 0 @ size >= 1",
            "size <= 2 → size > 2", "2 → 3 @ size <= 2", "2 → 1 @ size <= 2",
        ]),
        ("colour in ('red')", ["colour in ('red') → colour not in ('red')"]),
        ("size in (1)", ["size in (1) → size not in (1)", "size in (1) → size in (2)",
                         "size in (1) → size in (0)"]),
        ("owns or not owns", ["drop owns @ owns or not owns", "drop not owns @ owns or not owns"]),
        ("any(members, able, where(wage > line))", [
            "drop where @ any(members, able, where(wage > line))",
            "wage > line → wage <= line",
        ]),
        ("any(members, any(bills, amount > line, months(3)))", [
            "amount > line → amount <= line",
            "3 → 4 @ any(bills, amount > line, months(3))",
            "3 → 2 @ any(bills, amount > line, months(3))",
        ]),
        ("as_of > date('2025-01-31')", [
            "as_of > date('2025-01-31') → as_of <= date('2025-01-31')",
            "date('2025-01-31') → date('2025-02-01') @ as_of > date('2025-01-31')",
            "date('2025-01-31') → date('2025-01-30') @ as_of > date('2025-01-31')",
        ]),
        ("-balance < line", ["0 - balance < line → 0 - balance >= line"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_changes_of_an_expression(tmp_path: Path, expr: str, changes: list[str]) -> None:
    assert texts(tmp_path, f'expr: "{expr}"') == changes


def test_changes_of_clauses(tmp_path: Path) -> None:
    body = (
        "applies_when: owns\nall:\n"
        "  - {id: a, label: {zh: 条, en: c}, expr: size > 1}\n"
        "  - id: g\n    label: {zh: 条, en: c}\n    any:\n"
        "      - {id: b, label: {zh: 条, en: c}, expr: owns}\n"
        "      - {id: c, label: {zh: 条, en: c}, expr: not owns}\n"
    )
    assert texts(tmp_path, body, clauses="r1: [a, g, g.b, g.c]\n") == [
        "drop applies_when",
        "drop a",
        "a: size > 1 → size <= 1",
        "a: 1 → 2 @ size > 1",
        "a: 1 → 0 @ size > 1",
        "drop g",
        "drop g.b",
        "drop g.c",
    ]


def test_changes_of_a_decision_table(tmp_path: Path) -> None:
    body = (
        "type: int\ntable:\n  inputs: [colour, size]\n  rows:\n"
        "    - {id: big, when: [\"'red'\", '>= 3'], then: 5}\n"
        "    - {id: rest, when: ['-', '-'], then: 2}\n"
        "  else: 1\n"
    )
    assert texts(tmp_path, body) == [
        "big: not",
        "big: drop colour in ('red') @ colour in ('red') and size >= 3",
        "big: drop size >= 3 @ colour in ('red') and size >= 3",
        "big: colour in ('red') → colour not in ('red')",
        "big: size >= 3 → size < 3",
        "big: 3 → 4 @ size >= 3",
        "big: 3 → 2 @ size >= 3",
        "big: 5 → 6",
        "big: 5 → 4",
        "rest: 2 → 3",
        "rest: 2 → 1",
    ]


def test_changes_of_a_choice(tmp_path: Path) -> None:
    assert texts(tmp_path, "type: int\nwhen: owns\nthen: 2\nelse: size") == ["2 → 3", "2 → 1"]


def test_values_of_a_parameter(tmp_path: Path) -> None:
    found = [item.text for item in mutants(loaded(tmp_path)) if item.rule == "line"]
    assert found == ["— 2020-01-01: 100 → 100.01", "— 2020-01-01: 100 → 99.99"]


# -- what becomes of them


def report(root: Path, text: str, cases: str, **changed: str) -> MutationReport:
    return mutation_test(loaded(root, rules=text, tests=cases, **changed))


def survivors(found: MutationReport) -> list[str]:
    return [f"{item.rule}: {item.text}" for item in found.survivors]


def test_cases_at_the_edge_notice_everything(tmp_path: Path) -> None:
    found = report(tmp_path, LINE, CASES)
    assert survivors(found) == []
    assert (found.killed, found.passed) == (3, True)


def test_cases_away_from_the_edge_miss_the_value(tmp_path: Path) -> None:
    found = report(tmp_path, LINE, CASES.replace("99.99", "50").replace("100", "150"))
    assert survivors(found) == [
        "line: — 2020-01-01: 100 → 100.01",
        "line: — 2020-01-01: 100 → 99.99",
    ]
    assert str(found.survivors[0]) == (
        "tiny/parameters/parameters.yaml:6 line: — 2020-01-01: 100 → 100.01"
    )
    assert not found.passed


def test_rule_without_a_case_survives(tmp_path: Path) -> None:
    text = rules('expr: "income < line"', 'expr: "size > income"')
    assert survivors(report(tmp_path, text, CASES)) == ["r2: size > income → size <= income"]


def test_change_shows_through_a_rule_that_reads_it(tmp_path: Path) -> None:
    text = rules('expr: "not r2"', 'expr: "income >= line"')
    assert survivors(report(tmp_path, text, CASES)) == []


def test_every_version_of_a_rule_is_changed(tmp_path: Path) -> None:
    text = rules(
        'valid: {from: 2010-01-01, to: 2020-01-01}\nexpr: "income < size"',
        'valid: {from: 2020-01-01}\nexpr: "income < line"',
    ).replace("id: r2", "id: r1")
    assert survivors(report(tmp_path, text, CASES)) == ["r1: income < size → income >= size"]


def test_dropped_clause_must_show_in_the_outcome(tmp_path: Path) -> None:
    """The state of the clause itself, though a case lists it, does not count."""
    text = rules(
        "all:\n"
        "  - {id: low, label: {zh: 条, en: c}, expr: income < line}\n"
        "  - {id: own, label: {zh: 条, en: c}, expr: owns}\n"
    )
    cases = CASES.replace(
        "expect: {r1: true}", "expect: {r1: true}\n    reasons: {r1: {own: true}}"
    )
    found = report(tmp_path, text, cases, clauses="r1: [low, own]\n")
    assert survivors(found) == ["r1: drop own"]


def test_reason_notices_a_flip_that_the_outcome_hides(tmp_path: Path) -> None:
    text = rules(
        "any:\n"
        "  - {id: low, label: {zh: 条, en: c}, expr: income < line}\n"
        "  - {id: own, label: {zh: 条, en: c}, expr: owns = true}\n"
    )
    cases = CASES.replace("r1: false", "r1: true").replace(
        "expect: {r1: true}", "expect: {r1: true}\n    reasons: {r1: {low: true}}", 1
    )
    assert "r1: low: income < line → income >= line" not in survivors(
        report(tmp_path, text, cases, clauses="r1: [low, own]\n")
    )


def test_because_notices_what_the_outcome_hides(tmp_path: Path) -> None:
    case = """\
tests:
  - name: {zh: 不知道, en: unknown}
    as_of: 2025-06-30
    household: {owns: true}
    expect: {r1: unknown}
    because: {r1: [balance]}
"""
    text = rules('expr: "if(owns = true, balance > line, income > line)"')
    assert survivors(report(tmp_path, text, case)) == [
        "r1: balance > line → balance <= line",
        "r1: income > line → income <= line",
        "line: — 2020-01-01: 100 → 100.01",
        "line: — 2020-01-01: 100 → 99.99",
    ]


def test_value_that_no_case_asks_for_is_told_apart(tmp_path: Path) -> None:
    more = TINY["parameters/parameters.yaml"] + "      - {from: 2030-01-01, value: 5, source: s}\n"
    found = report(tmp_path, LINE, CASES, parameters=more)
    assert [item.text for item in found.unused] == [
        "— 2030-01-01: 5 → 5.01",
        "— 2030-01-01: 5 → 4.99",
    ]
    assert found.passed


def test_case_that_fails_unchanged_proves_nothing(tmp_path: Path) -> None:
    found = report(tmp_path, LINE, CASES.replace("r1: true", "r1: unknown"))
    assert [str(item.what) for item in found.broken] == ["r1"]
    assert not found.passed


# -- equivalent mutants, named with a reason

SAME = rules('expr: "size >= 0 or owns or not owns"')
ENTRY = '- {rule: r1, mutant: "size >= 0 → size < 0", reason: {zh: 恒真, en: always true}}\n'


def test_equivalent_mutants_are_named_with_a_reason(tmp_path: Path) -> None:
    cases = CASES.replace("r1: false", "r1: true")
    found = report(tmp_path, SAME, cases, mutants=ENTRY)
    assert "r1: size >= 0 → size < 0" not in survivors(found)
    assert [(item.text, why.en) for item, why in found.named] == [
        ("size >= 0 → size < 0", "always true")
    ]


@pytest.mark.parametrize(
    ("entry", "code", "says"),
    [
        (ENTRY.replace("rule: r1", "rule: r11"), "PACK-020", "r1"),
        (ENTRY.replace("size < 0", "size <= 0"), "PACK-020", "size >= 0 → size < 0"),
        (ENTRY.replace("reason", "raeson"), "PACK-005", "reason"),
        ("rule: r1\n", "PACK-006", "mutants.yaml"),
    ],
)
def test_list_of_equivalents_that_is_wrong(
    tmp_path: Path, entry: str, code: str, says: str
) -> None:
    found = report(tmp_path, SAME, CASES.replace("r1: false", "r1: true"), mutants=entry)
    assert code in [item.code for item in found.faults]
    assert says in "".join(item.zh for item in found.faults)
    assert not found.passed


def test_equivalent_that_a_case_notices_is_told(tmp_path: Path) -> None:
    entry = ENTRY.replace("size >= 0 → size < 0", "income < line → income >= line")
    found = report(tmp_path, LINE, CASES, mutants=entry)
    assert [item.code for item in found.faults] == ["PACK-048"]


def test_list_of_equivalents_is_no_part_of_the_pack(tmp_path: Path) -> None:
    plain = load_pack(tiny(tmp_path / "a"))
    assert load_pack(tiny(tmp_path / "b", mutants=ENTRY)).hash == plain.hash


def test_progress_counts_every_mutant(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    mutation_test(loaded(tmp_path, rules=LINE, tests=CASES), lambda *step: seen.append(step))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_only_the_packs_own_rules_are_changed(tmp_path: Path) -> None:
    tiny(tmp_path)
    folder = tmp_path / "more"
    (folder / "rules").mkdir(parents=True)
    head = 'pack: more\nversion: "1"\nextends: tiny\ntitle: {zh: 加, en: more}\n'
    (folder / "pack.yaml").write_text(head, encoding="utf-8")
    own = rules('valid: {from: 2015-01-01}\nexpr: "below and size > income"')
    (folder / "rules" / "rules.yaml").write_text(own, encoding="utf-8")
    assert {item.rule for item in mutants(load_pack(folder))} == {"r1"}
