"""Rules of the comparison: statuses, places, terms, records, lists against a register, the workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from mingbai.audit.actions import recording
from mingbai.households.models import Benefit, Bill, Health, Residence, Schooling, Status
from mingbai.intake.difference import Cell
from mingbai.intake.naming_places import place_codes
from mingbai.intake.statuses import UNKNOWN_DAY, Row, read_episodes
from mingbai.intake.workbook import HIDDEN, MOST_ROWS, Wording, write_difference
from mingbai.places.enums import Level
from mingbai.places.models import Division
from mingbai.screening.inputs import schema_of
from tests.intake.making import (
    FAMILY,
    JULY,
    JUNE,
    Office,
    cells,
    home,
    household,
    id_number,
    listed,
    member,
    person,
)

D14, D20, D23, D24 = date(2014, 5, 1), date(2020, 11, 5), date(2023, 9, 19), date(2024, 6, 19)


def row(
    kind: str, starts: date, ends: date | None = None, cause: str = "", reason: str = ""
) -> Row:
    return Row(1, kind, starts, ends, cause, reason)


@pytest.mark.parametrize(
    ("rows", "facts"),
    [
        ([], {"household_kind": "general", "watched_kind": "none", "dibao_marginal": False}),
        ([row("registered", D14, cause="illness")],
         {"household_kind": "registered_poor", "identified_on": D14, "poverty_cause": "illness"}),
        ([row("registered", D14), row("exited", D20)], {"household_kind": "exited", "identified_on": D14}),
        ([row("registered", D14, reason=UNKNOWN_DAY)],
         {"household_kind": "registered_poor", "identified_on": None}),
        ([row("watched_sudden", D23, cause="job")], {"watched_kind": "sudden", "watched_on": D23,
                                                    "risk_cleared": False, "poverty_cause": "job"}),
        ([row("watched_sudden", D23, D24), row("cleared", D24)], {"watched_kind": "sudden", "watched_on": D23,
                                                                 "risk_cleared": True, "cleared_on": D24}),
        ([row("watched_sudden", D23, D24)], {"watched_kind": "none", "risk_cleared": None}),
        ([row("dibao_marginal", D23)], {"dibao_marginal": True}),
    ],
)  # fmt: skip
def test_episodes_read_as_facts(rows: list[Row], facts: dict[str, object]) -> None:
    found = read_episodes(rows, JUNE).facts
    assert {name: found[name] for name in facts} == facts


@pytest.mark.database
@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ({"监测对象类别": "突发严重困难户", "识别监测时间": "202309", "风险是否已消除": "未消除"},
         {("watched_sudden", date(2023, 9, 1), None)}),
        ({"监测对象类别": "突发严重困难户", "识别监测时间": "202309", "风险是否已消除": "已消除",
          "消除监测时间": "202406"},
         {("watched_sudden", date(2023, 9, 1), date(2024, 6, 1)), ("cleared", date(2024, 6, 1), None)}),
        ({"监测对象类别": "边缘易致贫户"}, {("watched_marginal", JUNE, None)}),
    ],
)  # fmt: skip
def test_watch_becomes_episodes(office: Office, said: dict[str, str], stands: set[object]) -> None:
    office.bring([home(户类型="一般农户", 首次识别时间="", **said)], FAMILY)
    rows = Status.objects.recorded().filter(subject_id=household().pk)
    assert set(rows.values_list("kind", "valid_from", "valid_to")) == stands
    again = office.look([home(户类型="一般农户", 首次识别时间="", **said)])
    assert again.nothing


@pytest.mark.database
def test_cleared_later_ends_the_watch(office: Office) -> None:
    watched = {"监测对象类别": "边缘易致贫户", "识别监测时间": "202309"}
    office.bring([home(**watched, 风险是否已消除="未消除")], FAMILY)
    office.bring([home(**watched, 风险是否已消除="已消除", 消除监测时间="202507")], day=JULY)
    rows = Status.objects.recorded().filter(kind__in=("watched_marginal", "cleared"))
    assert set(rows.values_list("kind", "valid_from", "valid_to")) == {
        ("watched_marginal", date(2023, 9, 1), date(2025, 7, 1)), ("cleared", date(2025, 7, 1), None),
    }  # fmt: skip
    gone = office.look([home(监测对象类别="", 风险是否已消除="")], day=JULY)
    assert [one.cell.column for one in listed(gone)] == ["watched_kind"]


@pytest.fixture
def divisions(db: None) -> None:
    """A province with two townships that both have a 东村."""
    with recording(actor="command", action="places.divisions.loaded") as batch:
        for code, name, level, parent in (
            ("430000000000", "湖南省", Level.PROVINCE, ""),
            ("430500000000", "邵阳市", Level.PREFECTURE, "430000000000"),
            ("430525000000", "洞口县", Level.COUNTY, "430500000000"),
            ("430525101000", "竹市镇", Level.TOWNSHIP, "430525000000"),
            ("430525102000", "山门镇", Level.TOWNSHIP, "430525000000"),
            ("430525101201", "东村", Level.VILLAGE, "430525101000"),
            ("430525102201", "东村", Level.VILLAGE, "430525102000"),
        ):
            Division.objects.create(begun_by=batch, code=code, name=name, level=level, parent_code=parent,
                                    valid_from=D14)  # fmt: skip


@pytest.mark.database
def test_place_is_found_by_its_path(office: Office, divisions: None) -> None:
    office.bring(
        [home(), home("H2", 乡="山门镇", 户主姓名="陈三")], [*FAMILY, member("P3", "H2", 3)]
    )
    found = dict(Residence.objects.recorded().values_list("household__number", "division_code"))
    assert found == {"H1": "430525101201", "H2": "430525102201"}


@pytest.mark.database
def test_unknown_place_is_listed_once_and_kept_in_words(office: Office, divisions: None) -> None:
    """No guess: the deepest division that is sure, the words beside, one line for all its households."""
    lost = [home("H1", 村="南村"), home("H2", 村="南村", 户主姓名="陈三")]
    done = office.bring(lost, [*FAMILY, member("P3", "H2", 3)])
    assert done.difference is not None
    (one,) = [each for each in done.difference.conflicts() if each.kind == "place_unknown"]
    assert (one.cell.before, one.cell.after) == ("2", "湖南省 洞口县 竹市镇 南村")
    row_ = Residence.objects.recorded().get(household=household())
    assert (row_.division_code, row_.address) == ("430525101000", "湖南省 洞口县 竹市镇 南村")


@pytest.mark.database
def test_path_that_is_not_whole_moves_nobody(office: Office, divisions: None) -> None:
    """A list of the township names no village: the household stays in its own."""
    office.bring([home()], FAMILY)
    done = office.look([home(村=""), home("H2", 村="", 户主姓名="陈三")], day=JULY)
    assert done.counts()["changed"] == {}
    assert Residence.objects.recorded().get(household=household()).division_code == "430525101201"


@pytest.mark.database
def test_place_codes_of_no_words_are_none(office: Office, pack: object) -> None:
    table = office.look([{"户编号": "H1", "户主姓名": "肖一", "家庭人口数": 1}])
    assert table.counts()["new"]["households"] == 1
    assert "residence" not in table.counts()["new"]
    assert place_codes.__doc__


ROLL = {"姓名": "肖小", "学段": "高中", "学籍状态": "在读", "全日制": "是"}
CHILD = member("P3", "H1", 3, 姓名="肖小", 与户主关系="之子", 在校生状况="普通高中一年级", 文化程度="",
               证件号码=id_number(3, "20090101"))  # fmt: skip


@pytest.mark.database
def test_terms_follow_one_another(office: Office) -> None:
    """What the export says of the pupil goes into the term of the day; the next term begins a new record."""
    spring = [{**ROLL, "身份证号": id_number(3, "20090101"), "开学日期": "2025-02-20"}]
    autumn = [{**ROLL, "身份证号": id_number(3, "20090101"), "开学日期": "2025-09-01"}]
    office.bring([home()], [*FAMILY, CHILD], spring)
    office.bring(autumn, day=date(2025, 9, 30))
    rows = Schooling.objects.recorded().filter(person=person("P3")).order_by("valid_from")
    assert [(one.valid_from.month, one.valid_to, one.school_state, one.stage) for one in rows] == [
        (2, date(2025, 9, 1), "senior_1", "senior"), (9, None, None, "senior"),
    ]  # fmt: skip
    assert office.look(autumn, day=date(2025, 9, 30)).nothing
    left = [{**autumn[0], "学籍状态": "休学"}]
    done = office.bring(left, day=date(2025, 10, 31))
    assert done.difference is not None
    assert cells(done.difference)["schooling.roll_state"].before == "enrolled"


@pytest.mark.database
def test_equal_bills_are_counted_not_doubled(office: Office) -> None:
    bill = {
        "姓名": "肖一",
        "身份证号": id_number(1),
        "结算日期": "2025-03-02",
        "就医类别": "住院",
        "合规自付": "1200.50",
    }
    office.bring([home()], FAMILY, [bill, bill])
    assert Bill.objects.recorded().count() == 2
    assert office.look([bill, bill]).nothing
    office.bring([bill, bill, bill], day=JULY)
    assert Bill.objects.recorded().count() == 3
    one = Bill.objects.recorded().first()
    assert one is not None
    assert (one.self_paid, one.valid_from, one.valid_to) == (
        120_050,
        date(2025, 3, 2),
        date(2025, 3, 3),
    )
    assert one.source == "department:医保"


@pytest.mark.database
def test_record_without_a_day_is_listed(office: Office) -> None:
    paid = {"姓名": "肖一", "身份证号": id_number(1), "补贴名称": "雨露计划", "金额": "1500"}
    done = office.bring(
        [home()], FAMILY, [{**paid, "发放日期": "2025-04-01"}, {**paid, "发放日期": "四月"}]
    )
    assert done.difference is not None
    assert [one.cell.column for one in listed(done.difference)] == ["paid_on"]
    assert Benefit.objects.recorded().count() == 1


@pytest.mark.database
def test_department_list_of_everybody_speaks_of_one_fact(office: Office) -> None:
    """Holders of a disability card: a constant fact, restricted, said by the federation."""
    office.bring([home()], FAMILY)
    cards = [{"姓名": "肖一", "残疾人证号": id_number(1) + "42", "证件状态": "正常"}]
    office.bring(cards, day=JULY)
    row_ = Health.objects.recorded().on(JULY).get(person=person())
    assert (row_.health_disabled, row_.disability_type, row_.disability_grade) == (True, "4", "2")
    assert row_.source == "department:残联"


@pytest.mark.database
def test_workbook_masks_numbers_and_hides_restricted_topics(office: Office, tmp_path: Path) -> None:
    office.bring([home()], FAMILY)
    new_id, phone = id_number(9), "19900000002"
    sick = member(证件号码=new_id, 健康状况="患有大病")
    done = office.look([home(联系电话=phone)], [sick, FAMILY[1]], day=JULY)
    (path,) = write_difference(done, schema_of(office.pack), tmp_path)
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("变化").to_python()
    text = "\n".join(str(cell) for line in rows for cell in line)
    assert "199******02" in text
    assert HIDDEN in text
    assert new_id not in text
    assert phone not in text


@pytest.mark.database
def test_long_lists_stand_whole_in_a_csv_beside(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingbai.intake.workbook.MOST_ROWS", 2)
    done = office.look([home()], FAMILY)
    made = write_difference(done, schema_of(office.pack), tmp_path)
    assert "新增.csv" in [path.name for path in made]
    assert len((tmp_path / "新增.csv").read_text("utf-8-sig").splitlines()) == 4
    assert MOST_ROWS == 20_000


def test_values_are_said_as_people_write_them(pack: object) -> None:
    wording = Wording(schema_of(pack))  # type: ignore[arg-type] # the pack
    assert (
        wording.value(Cell("income_year", "income_wage", "H1", None, None), 1_200_050) == "12000.50"
    )
    assert wording.value(Cell("dwelling", "dwelling_unsafe", "H1", None, None), True) == "是"
    assert wording.value(Cell("residence", "division_code", "H1", None, None), None) == ""
