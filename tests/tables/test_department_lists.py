"""The shipped profiles of departments' lists, each with a small list typed by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mingbai.tables import Intake, Profile, Schema, load_profiles, read_folder
from mingbai.tables.identity import check_sign
from tests.tables.helpers import csv, rows
from tests.tables.packs import POLICIES, schema_of


def number(place: int) -> str:
    """A valid number under the prefix 99, one for each place."""
    first = f"99010119700101{place:03d}"
    return first + check_sign(first)


HEAD, WIFE, SON = number(11), number(22), number(33)


@pytest.fixture(scope="module")
def schema() -> Schema:
    return schema_of("cn")


@pytest.fixture(scope="module")
def profiles() -> tuple[Profile, ...]:
    return load_profiles([POLICIES / "cn" / "profiles"])


class Desk:
    """A folder with a register of two households, to which a test adds a list."""

    def __init__(self, folder: Path, schema: Schema, profiles: tuple[Profile, ...]) -> None:
        self.folder = folder
        self.schema = schema
        self.profiles = profiles
        csv(folder, "household.csv", "household_id,head_name\nh1,张三\nh2,王五\n")
        people = f"p1,h1,张三,{HEAD}\np2,h1,李四,{WIFE}\np3,h2,王五,{SON}\n"
        csv(folder, "person.csv", "person_id,household_id,name,id_number\n" + people)

    def read(self, text: str, profile: str) -> Intake:
        csv(self.folder, "名单.csv", text)
        intake = read_folder(self.folder, self.schema, self.profiles)
        assert intake.rows_in == intake.rows_accepted + intake.rows_listed
        assert {one.profile for one in intake.files if one.name == "名单.csv"} == {profile}
        return intake


@pytest.fixture
def desk(tmp_path: Path, schema: Schema, profiles: tuple[Profile, ...]) -> Desk:
    return Desk(tmp_path, schema, profiles)


def codes(intake: Intake) -> list[tuple[str, int | None]]:
    return [(one.code, one.row) for one in intake.problems]


def test_disability_cards(desk: Desk) -> None:
    text = (
        "序号,姓名,身份证号,残疾人证号,残疾类别,残疾等级,首次发证日期,证件状态\n"
        f"1,张三,{HEAD},{HEAD}43,肢体,三级,2020-05-01,正常\n"
        f"2,李四,{WIFE},{WIFE}61B1,,,,正常\n"
        f"3,王五,{SON},{SON}11,视力,一级,2019-01-01,注销\n"
    )
    intake = desk.read(text, "cn-disability-cards")
    facts = ("health_disabled", "disability_type", "disability_grade", "disability_certified_on")
    assert rows(intake, "person", *facts) == [
        (True, "4", "3", date(2020, 5, 1)),
        (True, "6", "1", None),
        (None, None, None, None),
    ]
    assert codes(intake) == [("TABLE-134", None)]


def test_disability_cards_by_their_own_number_only(desk: Desk) -> None:
    intake = desk.read(f"姓名,残疾人证号\n张三,{HEAD}72\n", "cn-disability-cards")
    assert rows(intake, "person", "health_disabled", "disability_type", "disability_grade")[0] == (
        True,
        "7",
        "2",
    )


def test_social_assistance_by_kind(desk: Desk) -> None:
    text = (
        "姓名,身份证号码,救助类别,保障状态\n"
        f"张三,{HEAD},农村低保,在保\n李四,{WIFE},分散供养,\n王五,{SON},低保边缘家庭,在保\n"
    )
    intake = desk.read(text, "cn-social-assistance")
    assert rows(intake, "person", "on_dibao", "on_tekun") == [
        (True, False),
        (False, True),
        (False, False),
    ]
    marginal = dict(rows(intake, "household", "household_id", "dibao_marginal"))
    assert marginal == {"h1": False, "h2": True}


def test_unknown_kind_of_assistance_is_a_remark(desk: Desk) -> None:
    intake = desk.read(f"身份证号,救助类别\n{HEAD},孤儿\n", "cn-social-assistance")
    assert codes(intake) == [("TABLE-060", 2)]
    assert rows(intake, "person", "on_dibao")[0] == (None,)


def test_dibao_list(desk: Desk) -> None:
    text = (
        "户主姓名,户主身份证号,低保证号,起始保障年月,保障状态\n"
        f"张三,{HEAD},A1,202301,\n王五,{SON},A2,202201,停保\n"
    )
    intake = desk.read(text, "cn-dibao-list")
    assert rows(intake, "person", "on_dibao", "on_tekun") == [
        (True, None),
        (None, None),
        (None, None),
    ]
    assert codes(intake) == [("TABLE-134", None)]


def test_tekun_list(desk: Desk) -> None:
    intake = desk.read(f"姓名,身份证号,供养方式\n王五,{SON},分散供养\n", "cn-tekun-list")
    assert rows(intake, "person", "on_tekun") == [(None,), (None,), (True,)]


def test_dwelling_grades(desk: Desk) -> None:
    text = f"户主姓名,户主身份证号,鉴定等级,是否竣工验收\n李四,{WIFE},D级,已验收\n王五,{SON},B级,\n"
    intake = desk.read(text, "cn-dwelling-grades")
    assert rows(intake, "household", "household_id", "dwelling_grade", "dwelling_accepted") == [
        ("h1", "D", True),
        ("h2", "B", None),
    ]
    assert codes(intake) == []


def test_water_supply(desk: Desk) -> None:
    text = (
        "户主姓名,户主身份证号,人均日用水量（升）,水质是否达标,供水入户,取水往返时间（分钟）,供水保证率（%）,饮水是否安全\n"
        f"张三,{HEAD},60,达标,是,,95.6,是\n王五,{SON},20,不达标,未入户,25,80,否\n"
    )
    intake = desk.read(text, "cn-water-supply")
    facts = ("water_litres", "water_quality_ok", "water_piped", "water_minutes")
    more = ("water_guarantee_pct", "drinking_water_safe")
    assert rows(intake, "household", *facts, *more) == [
        (60, True, True, None, 96, True),
        (20, False, False, 25, 80, False),
    ]


def test_medical_insurance(desk: Desk) -> None:
    text = (
        "参保人姓名,证件号码,险种类型,参保状态\n"
        f"张三,{HEAD},城乡居民基本医疗保险,正常参保\n李四,{WIFE},职工基本医疗保险,\n王五,{SON},居民医保,暂停参保\n"
    )
    intake = desk.read(text, "cn-medical-insurance")
    assert rows(intake, "person", "medical_insured", "medical_insured_employee") == [
        (True, False),
        (False, True),
        (None, None),
    ]
    assert [(one.code, one.value, one.rows) for one in intake.problems] == [("TABLE-134", None, 1)]


def test_short_list_of_exited_and_monitored_households(desk: Desk) -> None:
    text = (
        "姓名,证件号码,健康状况,劳动技能,致贫原因1,联系电话,户类型,易返贫致贫户(监测对象)类型,风险是否消除\n"
        f'李四,{WIFE},"残疾,长期慢性病",无劳动力,因病,13000000000,脱贫户,,\n'
        f"王五,{SON},健康,普通劳动力,其它,,普通农户,突发严重困难户,未消除\n"
    )
    intake = desk.read(text, "cn-exited-monitored-list")
    assert rows(intake, "person", "labour", "health_disabled", "health_major")[1:] == [
        ("none", True, False),
        ("ordinary", False, False),
    ]
    facts = ("household_kind", "watched_kind", "risk_cleared", "poverty_cause", "phone")
    assert rows(intake, "household", *facts) == [
        ("exited", "none", None, "illness", "13000000000"),
        ("general", "sudden", False, "other", None),
    ]


def test_bills_enrolments_and_benefits_compare_the_name(desk: Desk) -> None:
    text = f"姓名,身份证号,结算日期,就医类别,合规自付\n张三丰,{HEAD},2025-03-01,住院,1200.5\n"
    intake = desk.read(text, "cn-medical-bills")
    assert rows(intake, "bill", "person_id", "paid_on", "kind", "self_paid") == [
        ("p1", date(2025, 3, 1), "inpatient", 120_050)
    ]
    assert codes(intake) == [("TABLE-132", 2)]
    text = f"学生姓名,身份证号,学段,学籍状态,全日制,开学日期\n王五,{SON},中职,在校,是,2025-03-01\n"
    intake = desk.read(text, "cn-school-enrolments")
    assert rows(intake, "enrolment", "person_id", "stage", "full_time", "roll_state") == [
        ("p3", "secondary_vocational", True, "enrolled")
    ]
    text = f"姓名,身份证号,补贴名称,发放日期,金额\n李四,{WIFE},护理补贴,2025-06-05,80\n"
    intake = desk.read(text, "cn-benefit-payments")
    assert rows(intake, "benefit", "person_id", "kind", "amount") == [
        ("p2", "nursing_disabled", 8_000)
    ]


def test_people_outside_the_register_do_not_drown_the_reader(desk: Desk) -> None:
    others = "".join(f"{number(100 + one)},居民医保\n" for one in range(500))
    intake = desk.read(f"身份证号,险种\n{others}{HEAD},居民医保\n", "cn-medical-insurance")
    assert [(one.code, one.rows) for one in intake.problems] == [("TABLE-130", 500)]
    assert rows(intake, "person", "medical_insured") == [(True,), (None,), (None,)]


@pytest.fixture
def checks(tmp_path: Path) -> Desk:
    """The same desk with the pack of record checks, which reads more lists."""
    folders = [POLICIES / "cn" / "profiles", POLICIES / "cn-checks" / "profiles"]
    return Desk(tmp_path, schema_of("cn", "cn-checks"), load_profiles(folders))


def test_vehicles(checks: Desk) -> None:
    text = (
        "号牌号码,车辆类型,机动车所有人,身份证明号码,初次登记日期,机动车状态,购买价格\n"
        f"云A00000,小型轿车,张三,{HEAD},2019-04-02,正常,86000\n"
        f"云A00001,小型轿车,王五,{SON},2009-04-02,注销,30000\n"
    )
    intake = checks.read(text, "cn-vehicles")
    assert rows(intake, "asset", "person_id", "kind", "since", "price") == [
        ("p1", "vehicle", date(2019, 4, 2), 8_600_000)
    ]
    assert codes(intake) == [("TABLE-134", None)]


def test_companies(checks: Desk) -> None:
    text = (
        "企业名称,统一社会信用代码,法定代表人,法定代表人身份证号,成立日期,登记状态\n"
        f"松岭某合作社,X,李四,{WIFE},2018年6月1日,存续（在营、开业、在册）\n"
    )
    intake = checks.read(text, "cn-companies")
    assert rows(intake, "asset", "person_id", "kind", "since") == [
        ("p2", "company", date(2018, 6, 1))
    ]


def test_property(checks: Desk) -> None:
    text = f"权利人,权利人证件号码,不动产权证号,坐落,登记时间\n王五,{SON},X,松岭县城,2021-01-05\n"
    intake = checks.read(text, "cn-property")
    assert rows(intake, "asset", "person_id", "kind", "since", "price") == [
        ("p3", "property", date(2021, 1, 5), None)
    ]


def test_public_payroll(checks: Desk) -> None:
    text = f"姓名,身份证号,单位,编制类型,参加工作时间\n李四,{WIFE},某校,事业编制,2001-09-01\n"
    intake = checks.read(text, "cn-public-payroll")
    assert rows(intake, "asset", "person_id", "kind") == [("p2", "payroll")]


def test_small_credit(checks: Desk) -> None:
    text = (
        "借款人,借款人身份证号,贷款金额（万元）,放款日期,到期日\n"
        f"张三,{HEAD},5,2023-03-01,2026-03-01\n"
    )
    intake = checks.read(text, "cn-small-credit")
    assert rows(intake, "loan", "person_id", "amount", "granted_on") == [
        ("p1", 5_000_000, date(2023, 3, 1))
    ]


def test_posts(checks: Desk) -> None:
    text = f"姓名,身份证号码,岗位名称,上岗时间,聘用月数\n王五,{SON},护林员,2024-01-01,12\n"
    intake = checks.read(text, "cn-posts")
    assert rows(intake, "post", "person_id", "months") == [("p3", 12)]


def test_lists_are_told_apart_when_both_packs_read(checks: Desk) -> None:
    """The lists of the national pack keep their profile when the checks are loaded too."""
    checks.read(f"身份证号,供养方式\n{SON},集中供养\n", "cn-tekun-list")
    checks.read(f"户主身份证号,鉴定等级\n{SON},C级\n", "cn-dwelling-grades")
    checks.read(f"身份证号,残疾类别,残疾等级\n{SON},视力,一级\n", "cn-disability-cards")


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        ("户编号,身份证号,残疾类别\nh1,{head},肢体\n", "cn-disability-cards"),
        ("户编号,户主身份证号,鉴定等级\nh1,{head},C级\n", "cn-dwelling-grades"),
        ("户编号,身份证号,险种\nh1,{head},居民医保\n", "cn-medical-insurance"),
        ("户编号,身份证号,结算日期,合规自付\nh1,{head},2025-01-02,10\n", "cn-medical-bills"),
        ("户编号,身份证号,车牌号\nh1,{head},云A00000\n", "cn-vehicles"),
    ],
)
def test_household_number_that_an_office_added_does_no_harm(
    checks: Desk, text: str, profile: str
) -> None:
    intake = checks.read(text.format(head=HEAD), profile)
    assert intake.rows_listed == 0
    assert intake.problems == []


def test_persons_number_beside_the_id_number_does_no_harm(desk: Desk) -> None:
    text = f"人口编号,身份证号,残疾类别,残疾等级\np2,{WIFE},听力,二级\n"
    intake = desk.read(text, "cn-disability-cards")
    assert rows(intake, "person", "disability_type", "disability_grade")[1] == ("2", "2")
    export = f"人口编号,户编号,姓名,与户主关系,证件号码,残疾类别\np2,h1,李四,配偶,{WIFE},听力\n"
    desk.read(export, "cn-person-export")  # an export with these columns is no list of cards


@pytest.mark.parametrize(
    ("layout", "head"),
    [
        ("cn-household-export", "户编号,户主姓名,家庭人口数,省"),
        ("cn-compact-list", "户编号,人编号,监测对象类型,与户主关系"),
        ("cn-monitoring-export", "户编号,人口编号,与户主关系,监测对象类别,识别监测时间"),
    ],
)
def test_kinds_of_households_keep_their_names_after_exit_in_every_list(
    tmp_path: Path,
    schema: Schema,
    profiles: tuple[Profile, ...],
    layout: str,
    head: str,
) -> None:
    kinds = ["一般脱贫户", "低保脱贫户", "特困供养脱贫户", "脱贫户", "一般贫困户", "普通农户"]
    says = {"户编号": "h{}", "人编号": "p{}", "人口编号": "p{}", "与户主关系": "户主"}
    body = "".join(
        ",".join([says.get(one, "").format(n) for one in head.split(",")] + [kind]) + "\n"
        for n, kind in enumerate(kinds)
    )
    csv(tmp_path, "a.csv", f"{head},户类型\n{body}")
    intake = read_folder(tmp_path, schema, profiles)
    assert [one.profile for one in intake.files] == [layout]
    found = [kind for (kind,) in rows(intake, "household", "household_kind")]
    assert found == ["exited"] * 4 + ["registered_poor", "general"]
    assert not [one for one in intake.problems if one.code == "TABLE-060"]
