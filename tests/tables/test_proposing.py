"""The header wizard against made-up department lists, and its profiles against the same sheets."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingbai.tables import TablesError, load_profiles, read_files
from mingbai.tables.fit import check_profiles
from mingbai.tables.formats.opening import open_file
from mingbai.tables.formats.sheet import RowSheet, Sheet
from mingbai.tables.profile_files import load_profile
from mingbai.tables.proposing import Proposal, as_yaml, propose
from mingbai.tables.proposing.assignment import best_pairs
from mingbai.tables.proposing.likeness import alike, core, factor_of
from mingbai.tables.texts import fold
from tests.tables.department_lists import FRESH, TUNED, DepartmentList
from tests.tables.helpers import xlsx
from tests.tables.packs import POLICIES, schema_of

SCHEMA = schema_of("cn")
PROFILES = load_profiles([POLICIES / "cn" / "profiles"])
# Measured: 85 of 86, and 27 of 34 of the lists it was not made with.
FLOORS = ((TUNED, 0.95), (FRESH, 0.75))


def sheet_of(tmp_path: Path, rows: Sequence[Sequence[object]], name: str = "list.xlsx") -> Sheet:
    return open_file(xlsx(tmp_path, name, rows), lambda sheet: 0).sheets[0]


def proposed(tmp_path: Path, one: DepartmentList) -> Proposal:
    return propose(sheet_of(tmp_path, one.rows()), SCHEMA, PROFILES)


def known_labels() -> set[str]:
    labels = {
        label for profile in PROFILES for source in profile.sources for label in source.folded
    }
    return labels | {fold(x) for t in SCHEMA.tables for c in t.columns for x in c.labels}


@pytest.mark.parametrize(("lists", "floor"), FLOORS)
def test_share_of_columns_mapped_right(
    tmp_path: Path, lists: tuple[DepartmentList, ...], floor: float
) -> None:
    missed, total, held_out = [], 0, 0
    for one in lists:
        found = proposed(tmp_path, one)
        total += len(one.meant)
        held_out += sum(fold(label) not in known_labels() for label in one.meant)
        for guess in found.guesses:
            name = guess.target.name if guess.target else None
            if (name, found.table.entity) != (one.meant[guess.label], one.entity):
                missed.append((one.title, guess.label, name, guess.sure))
    assert held_out > 0.8 * total
    assert 1 - len(missed) / total >= floor, missed
    assert [one for one in missed if one[3] == "likely"] == []


def test_what_a_row_is_and_how_it_is_tied(tmp_path: Path) -> None:
    for one in (*TUNED, *FRESH):
        found = proposed(tmp_path, one)
        assert (found.table.entity, found.tied) == (one.entity, True), one.title


def test_a_header_alone_is_never_likely(tmp_path: Path) -> None:
    heads = ["户编号", "户主姓名", "家庭人口数", "户类型", "工资性收入"]
    found = propose(sheet_of(tmp_path, [heads, *[["", "", "", "", ""]] * 3]), SCHEMA, PROFILES)
    assert {guess.sure for guess in found.guesses} == {"maybe"}


def test_content_speaks_against_a_header(tmp_path: Path) -> None:
    rows = [
        ["户编号", "户主姓名", "联系电话"],
        *[[f"53{n:04}", "王小红", "红星村"] for n in range(9)],
    ]
    found = propose(sheet_of(tmp_path, rows), SCHEMA, PROFILES)
    said = {guess.label: guess for guess in found.guesses}
    assert said["户主姓名"].sure == "likely"
    assert said["联系电话"].target is None


@pytest.mark.parametrize("one", TUNED, ids=lambda one: one.title)
def test_a_saved_profile_reads_its_sheet(tmp_path: Path, one: DepartmentList) -> None:
    """Every cell of every mapped column is read, and the value is that of the made-up list."""
    rows = one.rows()
    path = xlsx(tmp_path, f"{one.title}.xlsx", rows)
    found = propose(open_file(path, lambda sheet: 0).sheets[0], SCHEMA, PROFILES)
    saved = tmp_path / f"{one.title}.yaml"
    saved.write_text(as_yaml(found, one.title), encoding="utf-8")
    profile = load_profile(saved)
    check_profiles([profile], SCHEMA)
    intake = read_files([path], SCHEMA, PROFILES, forced=profile)
    read = {file.profile for file in intake.files if file.what == "table"}
    assert read == {one.title}
    assert intake.rows_in == len(rows) - 1
    odd = {
        problem.code for problem in intake.problems if "TABLE-060" <= problem.code <= "TABLE-069"
    }
    assert odd == set()
    carried = {spec.fact for spec in profile.facts}
    wanted = {name for name in one.meant.values() if name} - {"key", "link", "number", "name"}
    assert wanted <= carried | {spec.fact for spec in profile.parent_facts} | {"name"}


def test_values_of_a_saved_profile(tmp_path: Path) -> None:
    one = next(one for one in TUNED if one.title == "农户台账")
    path = xlsx(tmp_path, "农户台账.xlsx", one.rows())
    found = propose(open_file(path, lambda sheet: 0).sheets[0], SCHEMA, PROFILES)
    saved = tmp_path / "农户台账.yaml"
    saved.write_text(as_yaml(found, "农户台账"), encoding="utf-8")
    intake = read_files([path], SCHEMA, PROFILES, forced=load_profile(saved))
    heads, *rows = one.rows()
    table = intake.tables["household"].to_pylist()
    kinds = {"脱贫户": "exited", "一般农户": "general", "一般脱贫户": "exited"}
    for row, cells in zip(table, rows, strict=True):
        said = dict(zip(heads, cells, strict=True))
        assert row["household_id"] == said["农户编号"]
        assert row["income_wage"] == round(said["家庭工资收入（万元）"] * 1_000_000)
        assert row["household_kind"] == kinds[said["农户类别"]]
        assert row["risk_cleared"] is (said["返贫风险是否已经消除"] == "已消除")
        assert row["watched_on"].strftime("%Y%m") == said["识别为监测对象时间"]


def test_a_column_of_several_facts(tmp_path: Path) -> None:
    words = ["健康", "残疾,长期慢性病", "患有大病", "残疾"]
    rows = [["人口编号", "户编号", "身体健康状况"],
            *[[f"88{n:04}", f"53{n:04}", words[n % 4]] for n in range(12)]]  # fmt: skip
    path = xlsx(tmp_path, "健康.xlsx", rows)
    found = propose(open_file(path, lambda sheet: 0).sheets[0], SCHEMA, PROFILES)
    assert found.guesses[2].sure == "likely"
    saved = tmp_path / "健康.yaml"
    saved.write_text(as_yaml(found, "健康"), encoding="utf-8")
    intake = read_files([path], SCHEMA, PROFILES, forced=load_profile(saved))
    read = intake.tables["person"].to_pylist()
    assert [row["health_disabled"] for row in read] == [False, True, False, True] * 3
    assert [row["health_major"] for row in read] == [False, False, True, False] * 3


def test_wishes_come_first(tmp_path: Path) -> None:
    one = TUNED[0]
    sheet = sheet_of(tmp_path, one.rows())
    found = propose(
        sheet, SCHEMA, PROFILES, wishes={"家庭住址": "work_place", "残疾类别认定": "none"}
    )
    said = {guess.label: guess for guess in found.guesses}
    assert said["家庭住址"].target is not None
    assert (said["家庭住址"].target.name, said["家庭住址"].sure) == ("work_place", "set")
    assert said["残疾类别认定"].target is None


@pytest.mark.parametrize(
    ("wishes", "entity", "code"),
    [({"没有": "name"}, None, "TABLE-140"), ({"家庭住址": "nothing"}, None, "TABLE-140"),
     ({}, "nobody", "TABLE-138")],
)  # fmt: skip
def test_wrong_wishes_are_numbered(
    tmp_path: Path, wishes: dict[str, str], entity: str | None, code: str
) -> None:
    with pytest.raises(TablesError) as caught:
        propose(sheet_of(tmp_path, TUNED[0].rows()), SCHEMA, PROFILES, entity=entity, wishes=wishes)
    assert caught.value.code == code


def test_no_header_is_numbered(tmp_path: Path) -> None:
    with pytest.raises(TablesError) as caught:
        propose(sheet_of(tmp_path, [[1, 2], [3, 4]]), SCHEMA, PROFILES)
    assert caught.value.code == "TABLE-139"


def test_titles_above_the_header(tmp_path: Path) -> None:
    rows = [["某县残疾人名册"], ["填报单位：某县残联", None, None, "2025年6月"], *TUNED[0].rows()]
    assert propose(sheet_of(tmp_path, rows), SCHEMA, PROFILES).header_row == 3


def test_a_header_that_stands_twice_is_read_once(tmp_path: Path) -> None:
    rows = [["户编号", "工资", "工资"], *[[f"53{n:04}", "", 900 + n] for n in range(9)]]
    found = propose(sheet_of(tmp_path, rows), SCHEMA, PROFILES)
    assert [guess.target is not None for guess in found.guesses] == [True, True, False]
    assert "重复" in found.guesses[2].why.zh


ODD = st.one_of(st.none(), st.text(max_size=6), st.integers(), st.floats(), st.dates(), st.booleans(),
                st.sampled_from(["户编号", "姓名", "是", "=1", "身份证号", "（万元）", "号"]))  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(ODD, max_size=7), max_size=8))
def test_whatever_a_sheet_holds_ends_in_a_proposal_or_a_number(rows: list[list[object]]) -> None:
    found, codes = None, ["TABLE-139"]
    try:
        found = propose(Rows(rows), SCHEMA, PROFILES)
    except TablesError as error:
        codes = [one.code for one in error.findings]
    assert codes == ["TABLE-139"]
    if found is None:
        return
    assert [guess.place for guess in found.guesses] == sorted(
        guess.place for guess in found.guesses
    )
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "a.yaml"
        path.write_text(as_yaml(found, "a"), encoding="utf-8")
        if found.tied:
            check_profiles([load_profile(path)], SCHEMA)


class Rows(RowSheet):
    """A sheet without a file."""

    def __init__(self, rows: list[list[object]]) -> None:
        self.cells = rows

    def rows(self) -> Iterator[Sequence[object]]:
        return iter(self.cells)


def test_a_header_of_two_rows(tmp_path: Path) -> None:
    rows = [["户编号", "户主", None, "收入", None],
            [None, "户主名字", "手机号", "工资（元）", "生产经营（元）"],
            *[[f"53{n:04}", "王小红", "13800000000", 100 + n, 200] for n in range(9)]]  # fmt: skip
    path = xlsx(tmp_path, "两行.xlsx", rows)
    found = propose(open_file(path, lambda sheet: 0).sheets[0], SCHEMA, PROFILES)
    assert found.header_row == 2
    saved = tmp_path / "两行.yaml"
    saved.write_text(as_yaml(found, "两行"), encoding="utf-8")
    intake = read_files([path], SCHEMA, PROFILES, forced=load_profile(saved))
    read = intake.tables["household"].to_pylist()
    assert [row["income_wage"] for row in read] == [10_000 + 100 * n for n in range(9)]
    assert {row["phone"] for row in read} == {"13800000000"}


def test_the_best_pairing_beats_the_greedy_one() -> None:
    assert best_pairs([[0.9, 0.8], [0.8, 0.0]]) == [1, 0]
    assert best_pairs([[0.0, 0.0], [0.0, 0.5]]) == [None, 1]
    assert best_pairs([]) == []
    chance = random.Random(3)
    for _ in range(60):
        scores = [[chance.choice([0, chance.random()]) for _ in range(4)] for _ in range(4)]
        pairs = best_pairs(scores)
        total = sum(scores[row][place] for row, place in enumerate(pairs) if place is not None)
        assert total == pytest.approx(_best(scores, 0, frozenset()))
        taken = [place for place in pairs if place is not None]
        assert len(set(taken)) == len(taken)


def _best(scores: list[list[float]], row: int, used: frozenset[int]) -> float:
    """The greatest sum, by trying everything."""
    if row == len(scores):
        return 0.0
    rest = [_best(scores, row + 1, used)]
    rest += [scores[row][place] + _best(scores, row + 1, used | {place})
             for place in range(len(scores[row])) if place not in used]  # fmt: skip
    return max(rest)


def test_likeness() -> None:
    assert alike(fold("身份证号"), fold("公民身份号码")) == 0.95
    assert core(fold("户主手机号")) == core(fold("电话号码"))
    assert alike(fold("户主姓名"), fold("工资性收入")) < 0.2
    assert factor_of("工资（万元）") == 10_000
    assert factor_of("单位：千元") == 1_000
    assert factor_of("工资") is None


def test_a_household_number_is_not_a_persons_and_open_lists_prove_nothing(tmp_path: Path) -> None:
    """With the checks' pack, whose facts are more, and short numbers that phones might be."""
    rows = [
        ["人员代码", "所在家庭代码", "名字", "公民身份号", "同户主的关系", "在读情况", "身体情况",
         "在外打工几个月", "有没有医保", "序号"],
        ["99000101", "990001", "张三", "990101197001010017", "户主", "", "健康", 6, "有", 1],
        ["99000102", "990001", "李四", "990101197203040025", "配偶", "", "长期慢性病", 0, "有", 2],
        ["99000103", "990001", "张五", "990101200505050034", "之子", "普通高中二年级", "健康", 0, "无", 3],
        ["99000201", "990002", "王六", "990101195512120042", "户主", "", "残疾", 0, "有", 4],
    ]  # fmt: skip
    profiles = load_profiles([POLICIES / "cn" / "profiles", POLICIES / "cn-checks" / "profiles"])
    found = propose(sheet_of(tmp_path, rows), schema_of("cn", "cn-checks"), profiles)
    names = {one.label: one.target.name if one.target else None for one in found.guesses}
    assert names == {
        "人员代码": "key", "所在家庭代码": "link", "名字": "name", "公民身份号": "id_number",
        "同户主的关系": "relation", "在读情况": "school_state",
        "身体情况": "health_chronic+health_major+health_disabled",
        "在外打工几个月": "work_months", "有没有医保": "medical_insured", "序号": None,
    }  # fmt: skip
