"""The bit of a reason never moves: the register only grows."""

from __future__ import annotations

from pathlib import Path

from mingbai.engine.compiling import bind_pack, compile_bound
from mingbai.engine.loading import append_clauses, load_pack
from tests.engine.packs import DAY, household, rules, tiny


def clauses(*ids: str) -> str:
    lines = "".join(f"  - {{id: {name}, label: {{zh: 条, en: c}}, expr: owns}}\n" for name in ids)
    return rules("all:\n" + lines)


def reasons(folder: Path) -> int:
    """The reason mask of ``r1`` for a household that owns."""
    pack = load_pack(folder)
    program = compile_bound(bind_pack(pack, DAY), reasons=True)
    values = program.closures.household(household(pack, "{owns: true}")).values
    return int(values["r1@reasons"])


def test_new_clauses_are_appended(tmp_path: Path) -> None:
    folder = tiny(tmp_path, rules=clauses("b", "a"))
    assert append_clauses(load_pack(folder)) == 2
    assert load_pack(folder).register == {"r1": ("b", "a")}
    assert append_clauses(load_pack(folder)) == 0


def test_bits_stay_when_clauses_move_come_and_go(tmp_path: Path) -> None:
    folder = tiny(tmp_path, rules=clauses("b", "a"), clauses="r1: [b, a]\n")
    assert reasons(folder) == 0b11
    (folder / "rules/rules.yaml").write_text(clauses("new", "a"), encoding="utf-8")
    append_clauses(load_pack(folder))
    assert load_pack(folder).register == {"r1": ("b", "a", "new")}
    assert reasons(folder) == 0b110


def test_register_of_a_rule_that_is_gone_is_kept(tmp_path: Path) -> None:
    folder = tiny(tmp_path, rules=clauses("a"), clauses="gone: [x, y]\n")
    append_clauses(load_pack(folder))
    assert load_pack(folder).register == {"r1": ("a",), "gone": ("x", "y")}


def test_ids_that_yaml_would_read_as_something_else(tmp_path: Path) -> None:
    folder = tiny(tmp_path, rules=clauses('"yes"', '"null"', '"on"'))
    append_clauses(load_pack(folder))
    assert load_pack(folder).register["r1"] == ("yes", "null", "on")


def test_state_of_a_clause_in_the_mask(tmp_path: Path) -> None:
    """Bit i true, bit i + 24 unknown, both not applicable."""
    text = rules(
        "all:\n"
        "  - {id: yes1, label: {zh: 条, en: c}, expr: owns}\n"
        "  - {id: no1, label: {zh: 条, en: c}, expr: not owns}\n"
        "  - {id: gap, label: {zh: 条, en: c}, expr: size > 1}\n"
        "  - {id: na, label: {zh: 条, en: c}, expr: rent > 1}\n"
    )
    folder = tiny(tmp_path, rules=text, clauses="r1: [yes1, no1, gap, na]\n")
    assert reasons(folder) == 0b1001 | (0b1100 << 24)
