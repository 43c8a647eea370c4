"""The shipped profiles of the national layouts and of the 2023 collection, on tables typed by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mingbai.tables import Intake, Profile, Schema, load_profiles, read_folder
from mingbai.tables.identity import check_sign
from mingbai.tables.texts import fold
from tests.tables.helpers import csv, rows
from tests.tables.packs import POLICIES, schema_of

HEAD = "99010119700101011" + check_sign("99010119700101011")


@pytest.fixture(scope="module")
def schema() -> Schema:
    return schema_of("cn")


@pytest.fixture(scope="module")
def profiles() -> tuple[Profile, ...]:
    return load_profiles([POLICIES / "cn" / "profiles"])


@pytest.fixture
def reading(tmp_path: Path, schema: Schema, profiles: tuple[Profile, ...]) -> Reading:
    return Reading(tmp_path, schema, profiles)


class Reading:
    """Writes tables as a layout has them and reads the folder."""

    def __init__(self, folder: Path, schema: Schema, profiles: tuple[Profile, ...]) -> None:
        self.folder = folder
        self.schema = schema
        self.profiles = {profile.id: profile for profile in profiles}

    def write(self, name: str, layout: str, *lines: dict[str, str]) -> None:
        """A table with the whole header of a layout; what a line does not say is empty."""
        header = self.profiles[layout].columns
        assert all(set(line) <= set(header) for line in lines)
        cells = [[line.get(label, "") for label in header] for line in lines]
        text = "\n".join(",".join(row) for row in [list(header), *cells])
        csv(self.folder, f"{name}.csv", text + "\n")

    def read(self, **expected: str) -> Intake:
        intake = read_folder(self.folder, self.schema, tuple(self.profiles.values()))
        assert intake.rows_in == intake.rows_accepted + intake.rows_listed
        found = {one.name.removesuffix(".csv"): one.profile for one in intake.files}
        assert expected.items() <= found.items()
        return intake


@pytest.mark.parametrize(
    ("layout", "count"),
    [("cn-household-export", 53), ("cn-person-export", 47), ("cn-compact-list", 30)],
)
def test_national_layouts_have_their_whole_header(
    profiles: tuple[Profile, ...], layout: str, count: int
) -> None:
    (profile,) = (one for one in profiles if one.id == layout)
    assert len({fold(header) for header in profile.columns}) == count


def test_every_layout_with_columns_reads_its_own_header(
    profiles: tuple[Profile, ...], schema: Schema, tmp_path: Path
) -> None:
    """Layouts are told apart by their headers alone, whatever the file is called."""
    layouts = [profile for profile in profiles if profile.columns]
    assert len(layouts) >= 12
    for number, profile in enumerate(layouts):
        csv(tmp_path, f"{number:02d}.csv", ",".join(profile.columns) + "\n" + "," * 3 + "x\n")
    intake = read_folder(tmp_path, schema, profiles)
    assert [one.profile for one in intake.files] == [profile.id for profile in layouts]
    assert all(one.profile is not None for one in intake.files)


def household(number: str, **cells: str) -> dict[str, str]:
    return {"户编号": number, "户主姓名": "张三", "家庭人口数": "2", "省": "云南省"} | cells


def test_household_export_of_two_years(reading: Reading) -> None:
    reading.write(
        "户",
        "cn-household-export",
        household("h1", 年度="2022", 工资性收入="100", 五保金="0"),
        household(
            "h1", 年度="2023", 工资性收入="40000", 五保金="900", 危房级别="C级", 是否危房户="是"
        ),
        household("h2", 年度="2023", 是否通生活用电="是", 人均纯收入="8700.5"),
    )
    intake = reading.read(户="cn-household-export")
    facts = ("income_wage", "income_tekun", "dwelling_grade", "dwelling_unsafe", "division_code")
    assert rows(intake, "household", "household_id", *facts) == [
        ("h1", 4_000_000, 90_000, "C", True, "53"),
        ("h2", None, None, None, None, "53"),
    ]
    assert rows(intake, "household", "electricity", "income_per_capita_recorded")[1] == (
        True,
        870_050,
    )
    assert [(one.code, one.rows) for one in intake.problems] == [("TABLE-131", 1)]


def test_household_export_under_its_newer_names(reading: Reading) -> None:
    text = (
        "户编号,户主姓名,年度家庭人口数,户类型,监测对象类别,识别监测时间,风险是否已消除,消除监测时间,"
        "最低生活保障金,特困人员救助供养金,养老金或离退休金,人均纯收入（元）\n"
        "h1,张三,3,脱贫户,脱贫不稳定户,202203,是,202306,1200,0,1800,9000\n"
    )
    csv(reading.folder, "户.csv", text)
    intake = reading.read(户="cn-household-export")
    facts = (
        "watched_kind",
        "watched_on",
        "risk_cleared",
        "cleared_on",
        "income_dibao",
        "income_pension",
    )
    assert rows(intake, "household", *facts) == [
        ("unstable", date(2022, 3, 1), True, date(2023, 6, 1), 120_000, 180_000)
    ]
    assert rows(intake, "household", "member_count_registered", "income_per_capita_recorded") == [
        (3, 900_000)
    ]


def test_person_export(reading: Reading) -> None:
    reading.write("户", "cn-household-export", household("h1"))
    person = {
        "户编号": "h1",
        "人口编号": "p1",
        "姓名": "张三",
        "证件号码": HEAD,
        "与户主关系": "户主",
    }
    said = {"文化程度": "小学", "健康状况": "残疾", "残疾类别": "肢体残疾", "是否享受低保": "是"}
    reading.write("人", "cn-person-export", person | said | {"务工时间（月）": "6", "年度": "2023"})
    intake = reading.read(户="cn-household-export", 人="cn-person-export")
    facts = ("sex", "birth_date", "school_state", "health_disabled", "disability_type", "on_dibao")
    assert rows(intake, "person", *facts, "work_months") == [
        ("male", date(1970, 1, 1), "not_in_school", True, "4", True, 6)
    ]
    assert intake.problems == []


def test_list_of_exited_people_is_the_compact_layout(reading: Reading) -> None:
    person = {"户编号": "h1", "人编号": "p1", "姓名": "张三", "与户主关系": "户主", "人数": "1"}
    said = {"县(市、区、旗)": "松岭县", "自然村": "上寨", "危房户": "否", "人均纯收入": "9000"}
    more = {"户类型": "脱贫户", "风险识别时间": "", "首次识别时间": "201401", "致贫原因1": "因病"}
    reading.write("已脱贫人口名单", "cn-compact-list", person | said | more)
    intake = reading.read(已脱贫人口名单="cn-compact-list")
    facts = (
        "county",
        "village_group",
        "household_kind",
        "watched_kind",
        "poverty_cause",
        "identified_on",
    )
    assert rows(intake, "household", *facts) == [
        ("松岭县", "上寨", "exited", "none", "illness", date(2014, 1, 1))
    ]
    assert rows(intake, "person", "person_id", "relation") == [("p1", "head")]


def test_collection_of_2023_for_exited_households(reading: Reading) -> None:
    reading.write(
        "户", "cn-survey-2023-exited", {"户编号": "h1", "户主姓名": "张三", "户类型": "脱贫户"}
    )
    csv(reading.folder, "person.csv", f"person_id,household_id,name,id_number\np1,h1,张三,{HEAD}\n")
    member = {
        "姓名": "张三",
        "证件号码": HEAD,
        "与户主关系": "户主",
        "在校生情况": "",
        "文化程度": "初中",
    }
    work = {"劳动技能": "技能劳动力", "务工时长(月)": "10", "务工所在地": "昆明"}
    reading.write("成员", "cn-survey-2023-members", member | work | {"健康状况": "健康"})
    living = {"户编号": "h1", "危房等级": "B级", "是否通生活用电": "是", "是否通广播电视": "否"}
    reading.write("条件", "cn-survey-2023-living", living)
    parts = {
        "土地流转收入": "300",
        "金融贷款项目": "0",
        "代种代养项目收入": "",
        "其他财产性收入": "50.5",
    }
    totals = {"工资性收入合计": "20000", "生产经营性收入合计": "8000", "其他转移性收入小计": "640"}
    more = {
        "户编号": "h1",
        "生态补偿金小计": "120",
        "生产经营性支出": "900",
        "其他理赔收入": "1000",
    }
    reading.write("收入", "cn-survey-2023-income", parts | totals | more)
    intake = reading.read(
        户="cn-survey-2023-exited",
        成员="cn-survey-2023-members",
        条件="cn-survey-2023-living",
        收入="cn-survey-2023-income",
    )
    assert intake.problems == []
    assert rows(intake, "household", "household_kind", "dwelling_grade", "electricity", "tv") == [
        ("exited", "B", True, False)
    ]
    facts = ("income_wage", "income_property_other", "income_transfer_other", "income_ecology")
    assert rows(intake, "household", *facts, "insurance_claims") == [
        (2_000_000, 35_050, 64_000, 12_000, 100_000)
    ]
    assert rows(intake, "person", "labour", "work_months", "work_place", "school_state") == [
        ("skilled", 10, "昆明", "not_in_school")
    ]


def test_collection_of_2023_for_monitored_households(reading: Reading) -> None:
    base = {"户主姓名": "张三", "监测对象类别": "边缘易致贫户", "是否脱贫户": "否", "年度": "2023"}
    reading.write(
        "监测户", "cn-survey-2023-monitored", base | {"户编号": "h1"}, base | {"户编号": "h2"}
    )
    reading.write("保障", "cn-survey-2023-guarantees", {
        "户编号": "h1", "是否住房出现安全问题": "否", "是否饮水出现安全问题": "是"
    })  # fmt: skip
    money = {"工资性收入(元)": "9000", "家庭人均纯收入(元)": "4100", "家庭理赔收入(元)": "0"}
    reading.write("收支", "cn-survey-2023-budget", {"户编号": "h1"} | money)
    reading.write(
        "消除",
        "cn-survey-2023-clearing",
        {"户编号": "h1", "风险消除方式": "帮扶消除", "风险消除时间": "2023-08-15"},
        {"户编号": "h2"},
        {"户编号": "h9", "风险消除时间": "2023-08-15"},
    )
    intake = reading.read(
        监测户="cn-survey-2023-monitored",
        保障="cn-survey-2023-guarantees",
        收支="cn-survey-2023-budget",
        消除="cn-survey-2023-clearing",
    )
    facts = ("household_kind", "watched_kind", "dwelling_unsafe", "drinking_water_safe")
    assert rows(intake, "household", *facts, "risk_cleared", "cleared_on") == [
        ("general", "marginal", False, False, True, date(2023, 8, 15)),
        ("general", "marginal", None, None, False, None),
    ]
    assert rows(
        intake, "household", "income_wage", "income_per_capita_recorded", "insurance_claims"
    ) == [
        (900_000, 410_000, 0),
        (None, None, None),
    ]
    assert [(one.code, one.file, one.row) for one in intake.problems] == [
        ("TABLE-046", "消除.csv", 4)
    ]


@pytest.fixture
def checks(tmp_path: Path) -> Reading:
    """The layouts as the pack of record checks reads them: more facts from the same sheets."""
    folders = [POLICIES / "cn" / "profiles", POLICIES / "cn-checks" / "profiles"]
    return Reading(tmp_path, schema_of("cn", "cn-checks"), load_profiles(folders))


def test_every_layout_is_still_its_own_for_the_checks(checks: Reading) -> None:
    layouts = [profile for profile in checks.profiles.values() if profile.columns]
    for profile in layouts:
        checks.write(profile.id, profile.id)
    found = read_folder(checks.folder, checks.schema, tuple(checks.profiles.values())).files
    assert {one.name.removesuffix(".csv"): one.profile for one in found} == {
        profile.id: profile.id for profile in layouts
    }


def test_exports_as_the_checks_read_them(checks: Reading) -> None:
    land = {"林地面积（亩）": "3.5", "退耕还林面积（亩）": "1", "与村主干路距离": "0.8"}
    more = {"是否加入农民专业合作组织": "是", "是否有卫生厕所": "否", "转移性收入": "1200"}
    checks.write("户", "cn-household-export", household("h1") | land | more)
    person = {
        "户编号": "h1",
        "人口编号": "p1",
        "姓名": "张三",
        "与户主关系": "户主",
        "证件号码": HEAD,
    }
    said = {"政治面貌": "群众", "成员联系电话": "13000000000", "失学或辍学原因": "因病"}
    yes = {"是否参加大病保险": "是", "是否接受大病医疗救助": "否", "是否会讲普通话": "是"}
    checks.write("人", "cn-person-export", person | said | yes)
    intake = checks.read(户="cn-household-export", 人="cn-person-export")
    facts = ("land_forest", "land_returned", "road_km", "cooperative", "toilet")
    assert rows(intake, "household", *facts, "income_transfer_recorded") == [
        (350, 100, 80, True, False, 120_000)
    ]
    facts = (
        "politics",
        "member_phone",
        "dropout_reason",
        "major_insured",
        "aided_major",
        "mandarin",
    )
    assert rows(intake, "person", *facts) == [("masses", "13000000000", "因病", True, False, True)]


MONITORED = (
    "县,镇,村,户编号,人口编号,姓名,证件号码,与户主关系,户类型,监测对象类别,致贫/返贫风险1,致贫/返贫风险2,识别监测时间,"
    "风险是否已消除,风险消除方式,实施开发式帮扶措施情况,就业帮扶,教育帮扶,年度交通费补助,信息采集人,信息采集人联系电话,"
    "合规自付支出,人均纯收入（元）,义务教育阶段未上学原因,家庭成员联系电话,务工所在地\n"
)


def test_monitoring_export_has_the_household_on_every_row(checks: Reading) -> None:
    house = "松岭县,大河镇,上寨村,h1"
    kind = "脱贫户,突发严重困难户,因病,务工就业不稳,202305,否,,尚未实施"
    rest = "王某,13000000000,5000,8700"
    csv(
        checks.folder,
        "监测.csv",
        MONITORED
        + f"{house},p1,张三,{HEAD},户主,{kind},\"技能培训,外出务工补贴\",,300,{rest},,13000000001,昆明\n"
        + f"{house},p2,张四,,之子,{kind},\"技能培训,外出务工补贴\",享受雨露计划补助,,{rest},因病,,\n",
    )  # fmt: skip
    intake = checks.read(监测="cn-monitoring-export")
    assert intake.problems == []
    facts = ("township", "household_kind", "watched_kind", "watched_on", "risk_cleared")
    assert rows(intake, "household", *facts) == [
        ("大河镇", "exited", "sudden", date(2023, 5, 1), False)
    ]
    facts = ("risk_1", "risk_2", "developing_done", "travel_measure", "own_medical_recorded")
    assert rows(intake, "household", *facts, "contact_name") == [
        ("illness", "job", False, True, 500_000, "王某")
    ]
    facts = ("person_id", "yulu_measure", "travel_subsidy", "dropout_reason", "member_phone")
    assert rows(intake, "person", *facts) == [
        ("p1", False, 30_000, None, "13000000001"),
        ("p2", True, None, "因病", None),
    ]


def test_monitoring_export_is_read_by_the_pack_without_the_checks(reading: Reading) -> None:
    text = (
        "户编号,人口编号,姓名,证件号码,与户主关系,户类型,监测对象类别,识别监测时间,风险是否已消除,最低生活保障金\n"
        f"h1,p1,张三,{HEAD},户主,脱贫户,,,,1200\n"
    )
    csv(reading.folder, "监测.csv", text)
    intake = reading.read(监测="cn-monitoring-export")
    assert rows(intake, "household", "household_kind", "watched_kind", "income_dibao") == [
        ("exited", "none", 120_000)
    ]
    assert rows(intake, "person", "person_id", "sex") == [("p1", "male")]


def test_collection_of_2023_as_the_checks_read_it(checks: Reading) -> None:
    base = {"户编号": "h1", "监测对象类别": "脱贫不稳定户", "是否脱贫户": "是"}
    flags = {"致贫/返贫风险1": "因残", "整户无劳动能力兜底保障户": "是"}
    checks.write("监测户", "cn-survey-2023-monitored", base | flags)
    done = {"户编号": "h1", "实施开发式帮扶措施情况": "已实施", "就业帮扶": "外出务工补贴"}
    checks.write("措施", "cn-survey-2023-measures", done)
    clear = {"风险消除方式": "自然消除", "监测联系人": "王某", "联系方式": "13000000000"}
    checks.write("消除", "cn-survey-2023-clearing", {"户编号": "h1"} | clear)
    money = {"合规自付支出(元)": "730.5", "转移性收入(元)": "90"}
    checks.write("收支", "cn-survey-2023-budget", {"户编号": "h1"} | money)
    living = {"退耕还林面积(亩)": "2", "与村主干路距离(公里)": "6.5"}
    checks.write("条件", "cn-survey-2023-living", {"户编号": "h1"} | living)
    intake = checks.read(措施="cn-survey-2023-measures", 收支="cn-survey-2023-budget")
    facts = ("risk_1", "labourless_flag", "developing_done", "travel_measure", "clear_kind")
    assert rows(intake, "household", *facts) == [("disability", True, True, True, "natural")]
    facts = ("contact_name", "contact_phone", "own_medical_recorded", "income_transfer_recorded")
    assert rows(intake, "household", *facts, "land_returned", "road_km") == [
        ("王某", "13000000000", 73_050, 9_000, 200, 650)
    ]


def test_other_parts_of_the_collection_of_2023_for_the_checks(checks: Reading) -> None:
    checks.write("户", "cn-survey-2023-exited", {"户编号": "h1", "户类型": "脱贫户"})
    csv(checks.folder, "person.csv", f"person_id,household_id,name,id_number\np1,h1,张三,{HEAD}\n")
    member = {"姓名": "张三", "证件号码": HEAD, "失辍学原因": "厌学", "是否接受医疗救助": "是"}
    checks.write("成员", "cn-survey-2023-members", member | {"是否参加城乡居民基本养老保险": "否"})
    checks.write("收入", "cn-survey-2023-income", {"户编号": "h1", "其他合规自负支出": "12"})
    intake = checks.read(成员="cn-survey-2023-members", 收入="cn-survey-2023-income")
    assert rows(intake, "person", "dropout_reason", "aided_major", "pension_insured") == [
        ("厌学", True, False)
    ]
    assert rows(intake, "household", "own_medical_recorded") == [(1_200,)]
