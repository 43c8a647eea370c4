"""Faults that take more than one entry or more than one pack; several are told at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mingbai.engine.compiling import check_pack
from mingbai.engine.errors import Fault, PackError
from mingbai.engine.loading import find_pack, load_pack
from mingbai.engine.loading.yaml_tree import parse_yaml
from tests.engine.packs import DAY, TINY, rules, tiny, written

RULE = TINY["rules/rules.yaml"]
FACTS = TINY["facts/facts.yaml"]
CLAUSES = "".join(f"  - {{id: c{n}, label: {{zh: 条, en: c}}, expr: owns}}\n" for n in range(25))


def faults(root: Path, **changed: str) -> list[Fault]:
    try:
        return list(check_pack(load_pack(tiny(root, **changed))))
    except PackError as error:
        return list(error.faults)


def codes(found: list[Fault]) -> list[str]:
    return [item.code for item in found]


def test_unknown_pack_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        find_pack("cnn")
    assert [item.code for item in caught.value.faults] == ["PACK-001"]
    assert "'cn'" in caught.value.faults[0].en


@pytest.mark.parametrize("name", ["../cn", "..", ".", "", "cn/../cn", "..\\cn"])
def test_pack_name_does_not_lead_elsewhere(name: str, tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        find_pack(name, tmp_path)
    assert {item.code for item in caught.value.faults} <= {"PACK-001", "PACK-009"}


def test_folder_without_head(tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        load_pack(tmp_path)
    assert codes(list(caught.value.faults)) == ["PACK-009"]


def test_several_faults_of_several_files_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        facts=FACTS.replace("max: 20", "max: x"),
        parameters=TINY["parameters/parameters.yaml"].replace("100", "x"),
        rules=RULE.replace("type: bool", "type: boole\n    labal: x"),
    )
    files = {item.place.file for item in found if item.place}
    assert len(files) == 3
    assert len(found) == 4


def test_all_wrong_rules_of_a_day_at_once(tmp_path: Path) -> None:
    clause = "all:\n  - {id: a, label: {zh: 条, en: c}, expr: 'x'}"
    found = faults(tmp_path, rules=rules('expr: "nobody"', 'expr: "owns + 1"', clause))
    assert sorted(codes(found)) == ["PACK-020", "PACK-020", "PACK-022", "PACK-042"]


def test_id_that_stands_twice(tmp_path: Path) -> None:
    more = "parameters:\n  line: {type: money, label: {zh: 线, en: line}}\n"
    folder = written(tmp_path, {**TINY, "parameters/more.yaml": more})
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    (only,) = caught.value.faults
    assert only.code == "PACK-007"
    assert "tiny/parameters/more.yaml:2" in only.en


def test_rules_that_depend_on_each_other_in_a_circle(tmp_path: Path) -> None:
    found = faults(tmp_path, rules=rules('expr: "r2"', 'expr: "not r1"'))
    assert codes(found) == ["PACK-024"]
    assert "r1 → r2 → r1" in found[0].zh


def test_fact_that_applies_by_a_rule_that_reads_it(tmp_path: Path) -> None:
    text = FACTS.replace('applies_when: "not owns"', 'applies_when: "r1"')
    assert codes(faults(tmp_path, facts=text, rules=rules('expr: "rent > 1"'))) == ["PACK-024"]


def test_number_that_could_leave_the_safe_range(tmp_path: Path) -> None:
    text = rules("type: money\nexpr: 'balance * size * size * size * size * size * size * size'")
    assert codes(faults(tmp_path, rules=text)) == ["PACK-026"]


def test_rule_that_needs_one_not_in_force(tmp_path: Path) -> None:
    text = rules('valid: {from: 2020-01-01}\nexpr: "r2"', 'valid: {from: 2020-01-02}\nexpr: "owns"')
    (only,) = faults(tmp_path, rules=text)
    assert only.code == "PACK-027"
    assert "r2" in only.zh
    assert "2020-01-01" in only.zh


def test_rule_that_outlives_what_it_needs(tmp_path: Path) -> None:
    text = rules('expr: "r2"', 'valid: {from: 2010-01-01, to: 2020-01-01}\nexpr: "owns"')
    assert codes(faults(tmp_path, rules=text)) == ["PACK-027"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{from: 2020-01-01}", "{from: 2021-01-01}"),
        ("{from: 2020-01-01, to: 2021-01-02}", "{from: 2021-01-01}"),
    ],
)
def test_periods_of_a_rule_that_overlap(tmp_path: Path, first: str, second: str) -> None:
    text = rules(f"valid: {first}\nexpr: owns", f"valid: {second}\nexpr: owns").replace("r2", "r1")
    assert codes(faults(tmp_path, rules=text)) == ["PACK-040"]


def test_values_of_a_parameter_that_overlap(tmp_path: Path) -> None:
    old = "- {from: 2020-01-01, value: 100, source: s}"
    first = "- {from: 2020-01-01, to: 2021-01-02, value: 1, source: s}"
    second = "      - {from: 2021-01-01, value: 2, source: s}"
    text = TINY["parameters/parameters.yaml"].replace(old, f"{first}\n{second}")
    assert codes(faults(tmp_path, parameters=text)) == ["PACK-040"]


def test_more_clauses_than_bits(tmp_path: Path) -> None:
    found = faults(tmp_path, rules=rules("all:\n" + CLAUSES))
    assert "PACK-041" in codes(found)
    assert "25" in found[0].zh


def test_clause_that_is_not_registered(tmp_path: Path) -> None:
    text = rules("all:\n  - {id: a, label: {zh: 条, en: c}, expr: owns}")
    (only,) = faults(tmp_path, rules=text)
    assert only.code == "PACK-042"
    assert "r1: a" in only.zh


@pytest.mark.parametrize(
    "body", ["expr: owns\nany: [{id: a, label: {zh: 条, en: c}, expr: owns}]", "met_when: true"]
)
def test_rule_without_exactly_one_form(tmp_path: Path, body: str) -> None:
    assert "PACK-043" in codes(faults(tmp_path, rules=rules(body)))


def test_clause_id_that_stands_twice(tmp_path: Path) -> None:
    clause = "  - {id: a, label: {zh: 条, en: c}, expr: owns}\n"
    found = faults(tmp_path, rules=rules("all:\n" + clause * 2), clauses="r1: [a]\n")
    assert codes(found) == ["PACK-044"]


def test_registered_clause_that_stands_twice(tmp_path: Path) -> None:
    text = rules("all:\n  - {id: a, label: {zh: 条, en: c}, expr: owns}\n")
    assert codes(faults(tmp_path, rules=text, clauses="r1: [a, a]\n")) == ["PACK-044"]


def test_table_row_of_the_wrong_width(tmp_path: Path) -> None:
    row = '{id: a, when: ["true"], then: "true"}'
    table = f'table:\n  inputs: ["owns", "size"]\n  rows: [{row}]\n  else: "false"'
    found = faults(tmp_path, rules=rules(table))
    assert codes(found) == ["PACK-045"]
    assert "1" in found[0].zh
    assert "2" in found[0].zh


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    parent: household\n    link: household_id\n", "    link: household_id\n"),
        ("    parent: household\n", "    parent: bill\n"),
    ],
)
def test_entities_that_are_no_tree(tmp_path: Path, old: str, new: str) -> None:
    assert "PACK-046" in codes(faults(tmp_path, facts=FACTS.replace(old, new)))


def test_parent_without_a_key(tmp_path: Path) -> None:
    assert codes(faults(tmp_path, facts=FACTS.replace("    key: person_id\n", ""))) == ["PACK-005"]


@pytest.mark.parametrize("day", ["2000-01-01", "2030-01-01"])
def test_region_that_the_dictionary_lacks(tmp_path: Path, day: str) -> None:
    text = FACTS.replace("key: household_id, region: division_code", "key: household_id")
    values = TINY["parameters/parameters.yaml"].replace("2020-01-01,", f'{day}, region: "53",')
    assert codes(faults(tmp_path, facts=text, parameters=values)) == ["PACK-047"]


def test_fact_with_condition_read_from_below(tmp_path: Path) -> None:
    text = rules('entity: person\nexpr: "household.rent > 1"').replace(
        "    entity: household\n", ""
    )
    assert codes(faults(tmp_path, rules=text)) == ["PACK-047"]


EXPECT = "expect: {below: true}"


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("below: true", "bellow: true", "PACK-020", "below"),
        ("income: 50", "incone: 50", "PACK-020", "income"),
        ("income: 50", "income: many", "PACK-006", ""),
        ("income: 50", "colour: rad", "PACK-023", "red"),
        ("as_of: 2025-06-30", "as_of: soon", "PACK-006", ""),
        (EXPECT, f"covers: {{below: [just_inn]}}\n    {EXPECT}", "PACK-006", "just_in"),
        (EXPECT, f"reasons: {{below: {{a: true}}}}\n    {EXPECT}", "PACK-020", "a"),
    ],
)
def test_case_that_is_wrong(tmp_path: Path, old: str, new: str, code: str, says: str) -> None:
    case = (
        "tests:\n  - name: {zh: 例, en: case}\n    as_of: 2025-06-30\n"
        f"    household: {{income: 50}}\n    {EXPECT}\n"
    )
    found = faults(tmp_path, tests=case.replace(old, new))
    assert codes(found) == [code]
    assert says in found[0].zh


# -- packs that extend others


def extending(root: Path, rules_text: str = "", parameters: str = "") -> Path:
    written(root, TINY)
    files = {"pack.yaml": 'pack: more\nversion: "1"\nextends: tiny\ntitle: {zh: 加, en: more}\n'}
    if rules_text:
        files["rules/rules.yaml"] = rules_text
    if parameters:
        files["parameters/parameters.yaml"] = parameters
    return written(root, files, "more")


def test_extending_adds(tmp_path: Path) -> None:
    pack = load_pack(extending(tmp_path, rules("valid: {from: 2015-01-01}\nexpr: below")))
    assert [rule.id for rule in pack.rules] == ["below", "r1"]
    assert pack.extends == ("tiny",)
    assert check_pack(pack) == ()


def test_extending_starts_when_the_base_starts(tmp_path: Path) -> None:
    pack = load_pack(extending(tmp_path, rules("expr: below")))
    assert pack.rules[1].period.starts_on == date(2010, 1, 1)
    assert check_pack(pack) == ()


def test_replacing_needs_a_reason(tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        load_pack(extending(tmp_path, RULE))
    (only,) = caught.value.faults
    assert only.code == "PACK-011"
    assert only.place is not None
    assert only.place.file == "more/rules/rules.yaml"


def test_replacing_with_a_reason(tmp_path: Path) -> None:
    text = RULE.replace("type: bool", "type: bool\n    replaces: {reason: {zh: 因, en: why}}")
    pack = load_pack(extending(tmp_path, text.replace("income < line", "owns")))
    (rule,) = pack.rules
    assert rule.form.expr is not None
    assert rule.form.expr.text == "owns"
    assert rule.replaces is not None
    assert pack.rules_on(DAY).keys() == {"below"}


def test_replacing_what_the_base_lacks(tmp_path: Path) -> None:
    text = rules("replaces: {reason: {zh: 因, en: why}}\nexpr: owns")
    with pytest.raises(PackError) as caught:
        load_pack(extending(tmp_path, text))
    assert codes(list(caught.value.faults)) == ["PACK-012"]


def test_parameter_of_the_base_needs_a_reason_too(tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        load_pack(extending(tmp_path, parameters=TINY["parameters/parameters.yaml"]))
    assert codes(list(caught.value.faults)) == ["PACK-011"]


def test_packs_that_extend_each_other(tmp_path: Path) -> None:
    head = 'pack: {}\nversion: "1"\nextends: {}\ntitle: {{zh: 甲, en: a}}\n'
    written(tmp_path, {"pack.yaml": head.format("a", "b")}, "a")
    folder = written(tmp_path, {"pack.yaml": head.format("b", "a")}, "b")
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    assert codes(list(caught.value.faults)) == ["PACK-010"]
    assert "b → a → b" in caught.value.faults[0].zh


def test_base_that_is_absent(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        {"pack.yaml": 'pack: a\nversion: "1"\nextends: nowhere\ntitle: {zh: 甲, en: a}\n'},
        "a",
    )
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    assert codes(list(caught.value.faults)) == ["PACK-001"]


# -- files that are no honest YAML


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rules: [",
        "a: 'x",
        "a: \x00",
        "--- 1\n--- 2\n",
        "a: &x [1]\nb: *x\n",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
        "a: !!python/object/apply:os.system ['true']\n",
        "a: !!bool maybe\n",
        "a: !!timestamp x\n",
        "a: 2025-13-45\n",
        "a: " + "1" * 5000,
        "- " * 100_000,
        "[" * 100_000,
        "{a: " * 10_000,
        "? " * 50_000,
    ],
    ids=lambda text: text[:12] or "empty",
)
def test_dishonest_yaml_is_a_numbered_fault(text: str) -> None:
    found: list[Fault] = []
    parse_yaml(text, "x.yaml", found)
    assert len(found) == 1
    assert found[0].code in ("PACK-002", "PACK-008", "PACK-031")


def test_file_that_is_not_utf8(tmp_path: Path) -> None:
    folder = written(tmp_path, TINY)
    (folder / "rules" / "rules.yaml").write_bytes("rules: 规则".encode("gb18030"))
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    assert codes(list(caught.value.faults)) == ["PACK-002"]
