"""Profiles as data: mistakes come all at once with their place, and the best profile wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingbai.tables import TablesError, load_profile, load_profiles, read_folder
from mingbai.tables.fit import check_profiles
from mingbai.tables.reading import read_files
from tests.tables.helpers import SCHEMA, csv, profiles, read, rows

PLAIN = """
profile: plain
title: {zh: 户, en: household}
recognise: {all: [户号, [姓名, 户主]]}
entity: household
key: 户号
facts:
  head_name: [户主, 姓名]
  kind: {labels: 类, values: {1类: exited}}
"""


def found(text: str) -> list[tuple[str, int | None]]:
    with pytest.raises(TablesError) as caught:
        check_profiles(profiles(text), SCHEMA)
    return [(one.code, one.line) for one in caught.value.findings]


def test_all_mistakes_of_a_profile_come_at_once_with_their_lines() -> None:
    text = """profile: x
title: {zh: 户}
recognize: {all: [户号]}
recognise: {all: [户号], any: [a]}
entity: household
key: 户号
facts:
  kind: {labels: 类, valves: {a: exited}}
  wage: {labels: 工资, times: -3}
  seen_on: {labels: 日, month: middle}
  unsafe: {one_hot: 3}
  road_km: {labels: 路, constant: 5}
checks: [{check: two, fact: kind}]
rank: high
"""
    assert found(text) == [
        ("TABLE-005", 3),
        ("TABLE-008", 2),
        ("TABLE-005", 4),
        ("TABLE-005", 8),
        ("TABLE-007", 9),
        ("TABLE-007", 10),
        ("TABLE-007", 11),
        ("TABLE-007", 12),
        ("TABLE-007", 13),
        ("TABLE-007", 14),
    ]


def test_nearest_name_is_offered() -> None:
    with pytest.raises(TablesError) as caught:
        profiles(PLAIN.replace("recognise", "recognize"))
    assert any("recognise" in one.message.zh for one in caught.value.findings)


def laughs() -> str:
    """A few lines that stand for nine to the eighth values."""
    lines = ["l0: &l0 [lol]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 9)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "TABLE-004"),
        ("- a\n- b\n", "TABLE-007"),
        ("profile: [unclosed", "TABLE-004"),
        ("profile: a\nprofile: b\n" + PLAIN.replace("profile: plain", ""), "TABLE-006"),
        ("a: " + "[" * 200 + "]" * 200, "TABLE-004"),
        ("a: &x [*x]", "TABLE-004"),
        ("\x00", "TABLE-004"),
        (laughs(), "TABLE-004"),
        ("key: !!python/object/apply:os.system [true]\n" + PLAIN, "TABLE-006"),
    ],
)
def test_broken_yaml_is_a_numbered_error(text: str, code: str) -> None:
    assert code in [one for one, _ in found(text)]


def test_profile_that_names_what_the_pack_lacks_is_refused() -> None:
    text = PLAIN.replace("head_name", "haed_name").replace("exited", "exitd")
    assert found(text) == [("TABLE-010", 8), ("TABLE-010", 9)]
    assert found(PLAIN.replace("entity: household", "entity: village"))[0][0] == "TABLE-010"
    assert found(PLAIN.replace("key: 户号\n", "")) == [("TABLE-008", 2)]


def test_two_profiles_of_one_name_are_refused() -> None:
    with pytest.raises(TablesError) as caught:
        profiles(PLAIN, PLAIN)
    assert caught.value.code == "TABLE-009"


def test_a_folder_of_profiles_may_be_absent(tmp_path: Path) -> None:
    assert load_profiles([tmp_path / "profiles"]) == ()


def test_profile_wins_over_the_plain_layout_and_widens_to_other_facts(tmp_path: Path) -> None:
    csv(tmp_path, "household.csv", "户号,户主,类,工资性收入,备注\nh1,张三,1类,5,x\n")
    intake = read(tmp_path, PLAIN)
    assert intake.files[0].profile == "plain"
    assert intake.files[0].unread == ("备注",)
    assert rows(intake, "household", "head_name", "kind", "wage") == [("张三", "exited", 500)]


def test_among_profiles_the_one_that_understands_most_wins(tmp_path: Path) -> None:
    other = PLAIN.replace("profile: plain", "profile: other").replace("类, values", "种, values")
    csv(tmp_path, "a.csv", "户号,姓名,种\nh1,张三,脱贫户\n")
    assert read(tmp_path, PLAIN, other).files[0].profile == "other"
    refused = other.replace("{all:", "{none: [种], all:")
    assert read(tmp_path, PLAIN, refused).files[0].profile == "plain"


def test_joined_key_needs_all_its_parts(tmp_path: Path) -> None:
    text = PLAIN.replace("key: 户号", "key: {join: [户号, 序号], with: '/'}")
    csv(tmp_path, "a.csv", "户号,序号,姓名\nh1,1,张三\nh1,2,李四\nh1,,王五\n")
    intake = read(tmp_path, text)
    assert rows(intake, "household", "household_id") == [("h1/1",), ("h1/2",)]
    assert intake.rows_listed == 1


def test_one_hot_constant_and_blank(tmp_path: Path) -> None:
    text = """
profile: hot
title: {zh: 调查, en: survey}
recognise: {all: [id, a]}
entity: household
key: id
facts:
  kind: {one_hot: {a: general, b: exited}}
  division_code: {constant: "506"}
  unsafe: {labels: bad, blank: no}
  road_km: {labels: km, round: true}
"""
    csv(tmp_path, "a.csv", "id,a,b,bad,km\nh1,1,0,,1.239\nh2,0,0,1,\nh3,1,1,0,\nh4,2,0,0,\n")
    intake = read(tmp_path, text)
    assert rows(intake, "household", "kind", "division_code", "unsafe", "road_km") == [
        ("general", "506", False, 124),
        (None, "506", True, None),
        (None, "506", False, None),
        (None, "506", False, None),
    ]
    assert [(p.code, p.row) for p in intake.problems] == [("TABLE-069", 4), ("TABLE-060", 5)]


def test_profiles_are_checked_before_any_file_is_opened(tmp_path: Path) -> None:
    with pytest.raises(TablesError) as caught:
        read_folder(tmp_path / "nowhere", SCHEMA, profiles(PLAIN.replace("kind", "kin")))
    assert caught.value.code == "TABLE-010"


def test_whole_header_is_kept_in_its_order_and_what_is_read_must_stand_in_it() -> None:
    text = PLAIN + "columns: [户号, 户主, 备注]\nnewer: [类]\n"
    (profile,) = profiles(text)
    assert (profile.columns, profile.newer) == (("户号", "户主", "备注"), ("类",))
    with pytest.raises(TablesError) as caught:
        profiles(text.replace("newer: [类]", "newer: [类别]"))
    (one,) = caught.value.findings
    assert (one.code, one.line) == ("TABLE-011", 10)
    assert "“类”" in one.message.zh
    assert found(text.replace("备注", "户主")) == [("TABLE-007", 10)]


MORE = """
adds_to: plain
source: K3
facts:
  wage: [工资, 工资性收入合计]
  unsafe: {labels: 措施, has: 危房改造, blank: no}
checks: [{check: unique, fact: head_name}]
newer: [工资, 措施]
"""


def test_another_pack_may_read_more_from_the_same_sheet(tmp_path: Path) -> None:
    csv(
        tmp_path,
        "a.csv",
        "户号,户主,工资,措施\nh1,张三,5,产业；享受危房改造补助\nh2,李四,,\nh3,王五,,产业\n",
    )
    intake = read(tmp_path, PLAIN, MORE)
    assert intake.files[0].profile == "plain"
    assert rows(intake, "household", "head_name", "wage", "unsafe") == [
        ("张三", 500, True),
        ("李四", None, False),
        ("王五", None, False),
    ]
    whole = PLAIN + "columns: [户号, 户主, 类]\n"
    (profile,) = profiles(whole, MORE)
    assert profile.newer == ("工资", "措施")
    assert [check.kind for check in profile.checks] == ["unique"]
    assert found_in(whole, MORE.replace("newer: [工资, 措施]", "newer: [措施]")) == ["TABLE-011"]


def test_wrong_additions_are_numbered_errors(tmp_path: Path) -> None:
    assert found_in(PLAIN, MORE.replace("plain", "plane")) == ["TABLE-010"]
    assert found_in(PLAIN, MORE.replace("wage:", "kind:")) == ["TABLE-007"]
    assert found_in(PLAIN, MORE + "rank: 3\n") == ["TABLE-005"]
    alone = tmp_path / "more.yaml"
    alone.write_text(MORE, encoding="utf-8")
    with pytest.raises(TablesError) as caught:
        load_profile(alone)
    assert caught.value.code == "TABLE-008"
    decides = MORE + "parent: {facts: {kind: 类}, decide: {fact: wage, code: x}}\n"
    assert found_in(PLAIN, decides) == ["TABLE-007"]


def found_in(*texts: str) -> list[str]:
    with pytest.raises(TablesError) as caught:
        profiles(*texts)
    return [one.code for one in caught.value.findings]


def test_profile_named_by_hand_reads_a_sheet_it_would_not_recognise(tmp_path: Path) -> None:
    path = csv(tmp_path, "a.csv", "户号,类\nh1,1类\n")
    assert read_files([path], SCHEMA, profiles(PLAIN)).files[0].profile != "plain"
    (plain,) = profiles(PLAIN)
    intake = read_files([path], SCHEMA, [], forced=plain)
    assert intake.files[0].profile == "plain"
    assert rows(intake, "household", "household_id", "kind") == [("h1", "exited")]
    [told] = intake.problems
    assert (told.code, told.severity) == ("TABLE-108", "remark")
    assert "“姓名”" in told.message.zh
    assert "plain" in told.message.zh
    known = csv(tmp_path, "b.csv", "户号,户主,类\nh1,张三,1类\n")
    assert not read_files([known], SCHEMA, [], forced=plain).problems


@pytest.mark.parametrize("backwards", [False, True])
def test_equal_profiles_are_told_apart_by_conditions_then_name(
    tmp_path: Path, *, backwards: bool
) -> None:
    csv(tmp_path, "a.csv", "户号,户主,类\nh1,张三,1类\n")
    twin = PLAIN.replace("profile: plain", "profile: another")
    texts = [PLAIN, twin]
    assert read(tmp_path, *(texts[::-1] if backwards else texts)).files[0].profile == "another"
    strict = PLAIN.replace("[户号, [姓名, 户主]]", "[户号, [姓名, 户主], 类]")
    texts = [strict, twin]
    assert read(tmp_path, *(texts[::-1] if backwards else texts)).files[0].profile == "plain"


FORMS = """
profile: forms
title: {zh: 收入, en: income}
recognise: {all: [id, 地租]}
entity: household
key: id
only: {labels: 状态, says: [正常, 有效]}
facts:
  wage: {sum: [地租, {label: 利息（万元）, times: 10000}]}
  unsafe: {filled: 消除时间}
"""


def test_sum_and_filled(tmp_path: Path) -> None:
    text = "id,地租,利息（万元）,消除时间\nh1,100,0.02,202301\nh2,,3,\nh3,,,\nh4,5,约3,x\n"
    intake = read(csv(tmp_path, "a.csv", text).parent, FORMS)
    assert rows(intake, "household", "wage", "unsafe") == [
        (30_000, True),
        (3_000_000, False),
        (None, False),
        (None, True),
    ]
    assert [(one.code, one.row, one.column) for one in intake.problems] == [
        ("TABLE-061", 5, "利息（万元）")
    ]


def test_sum_of_columns_that_are_not_all_there_is_no_sum(tmp_path: Path) -> None:
    intake = read(csv(tmp_path, "a.csv", "id,地租,消除时间\nh1,100,\n").parent, FORMS)
    assert rows(intake, "household", "wage") == [(None,)]
    assert "wage" not in intake.supplied["household"]


def test_rows_that_say_they_do_not_count_are_listed_once_a_word(tmp_path: Path) -> None:
    text = "id,地租,状态\nh1,1,正常\nh2,1,停保\nh3,1,\nh4,1,停保\nh5,1,注销\n"
    intake = read(csv(tmp_path, "a.csv", text).parent, FORMS)
    assert rows(intake, "household", "household_id") == [("h1",), ("h3",)]
    assert [(one.code, one.rows, one.spans) for one in intake.problems] == [
        ("TABLE-134", 2, ((3, 3), (5, 5))),
        ("TABLE-134", 1, ((6, 6),)),
    ]
    assert "“停保”" in intake.problems[0].message.zh
    unless = FORMS.replace("says: [正常, 有效]", "unless: [注销]")
    intake = read(tmp_path, unless)
    assert [row[0] for row in rows(intake, "household", "household_id")] == ["h1", "h2", "h3", "h4"]
    assert [(one.code, one.rows) for one in intake.problems] == [("TABLE-134", 1)]


def test_wrong_forms_are_numbered_errors() -> None:
    assert found(FORMS.replace("[正常, 有效]", "{}"))[0][0] == "TABLE-007"
    assert found(FORMS.replace("says:", "say:"))[0][0] == "TABLE-005"
    assert found(FORMS.replace("says:", "unless: [注销], says:"))[0][0] == "TABLE-007"
    assert found(FORMS.replace("{sum: [", "{sum: x, values: ["))[0][0] == "TABLE-007"
    assert found(FORMS.replace("unsafe:", "kind:")) == [("TABLE-010", 10)]
    assert found(FORMS.replace("wage:", "head_name:")) == [("TABLE-010", 9)]
