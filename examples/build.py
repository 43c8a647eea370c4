"""Builds examples/yunnan-2025 from families.yaml: the same bytes every time, all of it synthetic.

Run from the project's root: .venv/bin/python examples/build.py
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
import yaml

from mingbai.tables.identity import check_sign

HERE = Path(__file__).parent
TARGET = HERE / "yunnan-2025"
MARK = "合成数据，人名、村名、号码均为虚构，仅供演示"

DATA = yaml.safe_load((HERE / "families.yaml").read_text(encoding="utf-8"))
HOUSEHOLD, PERSON, COMPACT = (DATA["headers"][name] for name in ("household", "person", "compact"))
MONEY = {
    "wage": "工资性收入",
    "business": "生产经营性收入",
    "dividend": "资产收益扶贫分红收入",
    "property": "其他财产性收入",
    "family_planning": "计划生育金",
    "dibao": "低保金",
    "tekun": "五保金",
    "pension": "养老保险金",
    "ecology": "生态补偿金",
    "other": "其他转移性收入",
    "expense": "生产经营性支出",
}
EDUCATION = ("文盲或半文盲", "初中", "高中", "大专", "本科及以上")
Row = dict[str, Any]


class Register:
    """All families with their numbers; what one list says of a person, every list says."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.places = data["places"]
        self.households: list[Row] = []
        self.persons: list[Row] = []
        for number, family in enumerate(data["families"], 1):
            self._family(number, family)

    def _family(self, number: int, family: Row) -> None:
        place, group = family["at"]
        where = {key: value for key, value in self.places[place].items() if key != "code"}
        household_id = f"9953{self.places[place]['code']}{group:02d}{number:04d}"
        surname = DATA["names"]["family"][number % len(DATA["names"]["family"])]
        members = [
            self._member(number, place, household_id, surname, order, member)
            for order, member in enumerate(family["members"], 1)
        ]
        self.households.append(
            {
                "family": family,
                "place": where,
                "户编号": household_id,
                "户联系电话": f"1990000{number:04d}",
                "members": members,
            }
        )
        self.persons += members

    def _member(
        self,
        number: int,
        place: str,
        household_id: str,
        surname: str,
        order: int,
        member: list[Any],
    ) -> Row:
        relation, sex, birth, schooling, health, labour, months, *more = member
        names = DATA["names"][sex]
        if relation in ("配偶", "之儿媳"):
            surname = DATA["names"]["family"][(number * 7 + order) % len(DATA["names"]["family"])]
        education, school = split_schooling(schooling, birth)
        options = more[0] if more else {}
        return {
            "户编号": household_id,
            "人口编号": f"{household_id}{order:02d}",
            "姓名": surname + names[(number * 3 + order * 5) % len(names)],
            "性别": sex,
            "出生日期": birth,
            "身份证": id_number(self.places[place]["code"], birth, number, order, sex),
            "与户主关系": relation,
            "文化程度": education,
            "在校生状况": school,
            "健康状况": health,
            "劳动技能": labour,
            "务工": months,
            "options": options,
        }


def split_schooling(label: str, birth: date) -> tuple[str, str]:
    """The export fills education or school state, never both; 小学 is a word of both lists."""
    if label.startswith("只填文化程度 "):
        return label.split()[1], ""
    grown = birth.year < 2009
    return (label, "") if label in EDUCATION or (label == "小学" and grown) else ("", label)


def id_number(code: str, birth: date, number: int, order: int, sex: str) -> str:
    """An ID number under prefix 99, which no province has, with the right check sign."""
    serial = (number * 10 + order) * 2 % 900 + (1 if sex == "男" else 0)
    first = f"9953{code}{birth:%Y%m%d}{serial:03d}"
    return first + check_sign(first)


def document(person: Row) -> str:
    """The ID number, or the disability card that contains it."""
    kinds = ["视力", "听力", "言语", "肢体", "智力", "精神", "多重"]
    if "残疾" not in person["options"]:
        return str(person["身份证"])
    kind, grade = person["options"]["残疾"]
    return f"{person['身份证']}{kinds.index(kind.removesuffix('残疾')) + 1}{grade}"


def household_row(household: Row) -> Row:
    family, members = household["family"], household["members"]
    head = members[0]
    lines = {label: family["lines"].get(key, 0) for key, label in MONEY.items()}
    numbers = {label: Decimal(str(v)) if is_number(v) else Decimal(0) for label, v in lines.items()}
    transfer = sum(numbers[label] for label in list(MONEY.values())[4:10])
    dividends = numbers["资产收益扶贫分红收入"] + numbers["其他财产性收入"]
    gross = numbers["工资性收入"] + numbers["生产经营性收入"] + dividends + transfer
    net = gross - numbers["生产经营性支出"]
    per_head = (net / len(members)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    complete = all(is_number(value) for value in lines.values())
    row = {
        **household["place"],
        "户编号": household["户编号"],
        "户主编号": head["人口编号"],
        "户主姓名": head["姓名"],
        "户主证件号码": document(head),
        "家庭人口数": len(members),
        "是否危房户": family.get("unsafe", "否"),
        "危房级别": family.get("grade", ""),
        "是否解决安全饮用水": family.get("water", "是"),
        "年度": 2025,
        "识别标准": "国家标准" if family["kind"] != "一般农户" else "",
        "主要致贫原因": family.get("cause", ""),
        "财产性收入": dividends,
        "转移性收入": transfer,
        "耕地面积（亩）": 3 + len(members),
        "水面面积": 0,
        "退耕还林面积（亩）": 2 if numbers["生态补偿金"] else 0,
        "林果面积（亩）": 1,
        "牧草地面积": 0,
        "林地面积（亩）": 5,
        "与村主干路距离": 0.6,
        "入户路类型": "水泥路",
        "住房面积": 25 * len(members),
        "主要燃料类型": "清洁能源",
        **lines,
    }
    for label in HOUSEHOLD:
        if label.startswith("是否") and label not in row:
            row[label] = "是" if "通" in label or "卫生" in label else "否"
    if complete:
        row |= {"年收入": gross, "纯收入": net}
    row["人均纯收入"] = family.get("per_head", per_head) if "per_head" in family else per_head
    return row


def is_number(value: object) -> bool:
    return isinstance(value, (int, float, Decimal))


def person_row(person: Row, household: Row) -> Row:
    options, head = person["options"], household["members"][0]
    insured = options.get("医保", "是")
    poor = household["family"]["kind"] != "一般农户"
    return {
        **household["place"],
        **{key: person[key] for key in PERSON if key in person},
        "出生日期": f"{person['出生日期']:%Y%m%d}",
        "证件类型": "残疾人证" if "残疾" in options else "身份证",
        "证件号码": document(person),
        "民族": "汉族",
        "户联系电话": household["户联系电话"],
        "年度": 2025,
        "务工时间（月）": "" if person["务工"] is None else person["务工"],
        "政治面貌": "群众",
        "是否享受低保": options.get("低保", "否"),
        "是否参加城镇职工基本养老保险": "否",
        "是否参加大病保险": "是",
        "是否参加新型农村合作医疗（城乡居民基本医疗保险）": "否" if insured == "职工" else insured,
        "是否参加城镇职工基本医疗保险": "是" if insured == "职工" else "否" if insured else "",
        "是否参加城乡居民基本养老保险": "是",
        "是否会讲普通话": "是",
        "是否参加商业补充医疗保险": "否",
        "是否国外务工": "否",
        "是否接受大病医疗救助": "否",
        "是否接受其他健康扶贫": "否",
        "残疾类别": options["残疾"][0] if "残疾" in options else "",
        "务工所在地": "省内县外" if person["务工"] else "",
        "户主姓名": head["姓名"],
        "户主证件号码": document(head),
        "是否特困供养人员": options.get("特困", "否"),
        "识别标准": "国家标准" if poor else "",
    }


def compact_row(person: Row, household: Row) -> Row:
    family = household["family"]
    kind, since, state, *cleared = family.get("watched", ["", "", ""])
    full, main = person_row(person, household), household_row(household)
    return {
        **{key: full[key] for key in COMPACT if key in full},
        "人编号": person["人口编号"],
        "人数": main["家庭人口数"],
        "致贫原因1": family.get("cause", ""),
        "危房户": main["是否危房户"],
        "是否解决安全饮用水": main["是否解决安全饮用水"],
        "首次识别时间": "201401" if family["kind"] == "脱贫户" else "",
        "户类型": family["kind"],
        "易返贫致贫户(监测对象)类型": kind,
        "风险是否消除": state,
        "风险识别时间": since,
        "风险消除时间": cleared[0] if cleared else "",
    }


def workbook(name: str, title: str, header: list[str], rows: list[Row]) -> None:
    """A sheet as the system exports it: a title row across, the header in row 2."""
    book = xlsxwriter.Workbook(str(TARGET / name))
    book.set_properties({"title": MARK, "created": datetime(2025, 6, 30)})  # noqa: DTZ001 -- fixed
    sheet = book.add_worksheet("Sheet1")
    sheet.merge_range(0, 0, 0, len(header) - 1, f"{title}（{MARK}）")
    sheet.write_row(1, 0, header, book.add_format({"bold": True}))
    sheet.freeze_panes(2, 0)
    for number, row in enumerate(rows, 2):
        for place, label in enumerate(header):
            value = row.get(label, "")
            if value not in ("", None):
                cell = float(value) if isinstance(value, Decimal) else value
                sheet.write(number, place, cell)
    book.close()


def text_table(name: str, encoding: str, header: list[str], rows: list[list[Any]]) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    (TARGET / name).write_bytes(buffer.getvalue().encode(encoding))


def households_sheet(register: Register) -> None:
    rows = [household_row(household) for household in register.households]
    repeat = dict(rows[4])  # the same row exported twice
    other = {**rows[8], "工资性收入": 3600, "备注": ""}  # the same household with a zero too few
    total = {"省": "合计", "家庭人口数": sum(row["家庭人口数"] for row in rows)}
    workbook("户信息导出.xlsx", "户信息", HOUSEHOLD, [*rows, repeat, other, total])


def persons_sheet(register: Register) -> None:
    rows = [
        person_row(person, household)
        for household in register.households
        for person in household["members"]
    ]
    rows[1]["与户主关系"] = "媳妇"  # a word people use, which no list has
    rows[6]["健康状况"] = "高血压"
    rows[9]["证件号码"] = 1.23e17  # what a spreadsheet makes of a number that was not kept as text
    rows[13]["出生日期"] = "19850231"
    rows[20]["户联系电话"] = "8211"
    stray = {**rows[3], "户编号": "995301990999", "人口编号": "99530199099901"}
    stray |= {"姓名": "吴合成", "证件号码": id_number("01", date(2016, 5, 5), 99, 1, "男")}
    workbook("成员信息导出.xlsx", "家庭成员信息", PERSON, [*rows, stray])


def compact_sheet(register: Register) -> None:
    rows = [
        compact_row(person, household)
        for household in register.households
        for person in household["members"]
    ]
    rows[4]["危房户"] = "是"  # the two lists disagree on one household
    workbook("脱贫户和监测对象名单.xlsx", "脱贫户和监测对象名单", COMPACT, rows)


def bills_table(register: Register) -> None:
    header = [
        "姓名",
        "身份证号",
        "结算日期",
        "就医类别",
        "是否县域内就医",
        "合规自付",
        "政策范围内费用",
    ]
    header += ["基本医保支付", "大病保险支付", "医疗救助支付"]
    rows = []
    for household in register.households:
        for who, day, kind, inside, own, cost, basic, major, aid in household["family"].get(
            "bills", []
        ):
            person = household["members"][who]
            paid = [f"{value:,.2f}" for value in (own, cost, basic, major, aid)]
            rows.append([person["姓名"], person["身份证"], day, kind, inside, *paid])
    other = id_number("01", date(1971, 3, 3), 88, 1, "女")  # insured here, not in the register
    rows.append(
        ["郑合成", other, "2025/5/6", "住院", "是", "1,020.00", "8,800.00", "7,040.00", "0", "0"]
    )
    text_table("医保结算_2025上半年.csv", "gb18030", header, rows)


def enrolments_table(register: Register) -> None:
    rows = []
    for person in register.persons:
        if "学籍" in person["options"]:
            stage, full_time, state = person["options"]["学籍"]
            number = '="' + person["身份证"] + '"'
            rows.append([person["姓名"], number, stage, full_time, state, "2025年2月24日"])
    header = ["姓名", "身份证号", "学段", "全日制", "学籍状态", "开学日期"]
    text_table("学籍名单_2025春季.csv", "utf-8-sig", header, rows)


def benefits_table(register: Register) -> None:
    kinds = {"雨露": "雨露计划补助", "生活": "困难残疾人生活补贴", "护理": "重度残疾人护理补贴"}
    rows = []
    for person in register.persons:
        for key, kind in kinds.items():
            if key in person["options"]:
                day = "2025-04-15" if key == "雨露" else "2025-06-10"
                amount = person["options"][key]
                rows.append([person["姓名"], person["身份证"], kind, amount, day])
    text_table(
        "一卡通发放.csv", "utf-8", ["姓名", "身份证号", "补贴名称", "金额", "发放日期"], rows
    )


def household_tables(register: Register, visits: Row) -> None:
    """Plain tables: the labels of the facts are the headers."""
    ids = [household["户编号"] for household in register.households]
    rows = [
        [ids[row[0] - 1] if isinstance(row[0], int) else f"{row[0]:.2E}", *row[1:]]
        for row in visits["rows"]
    ]
    text_table("入户核查补充.csv", "utf-8", visits["header"], rows)
    for key, name, header in (
        ("incident", "风险情况登记.csv", ["户编号", "发生日期", "风险类型"]),
        ("measure", "帮扶措施.csv", ["户编号", "开始日期", "措施类别"]),
    ):
        rows = [
            [household["户编号"], *household["family"][key]]
            for household in register.households
            if key in household["family"]
        ]
        text_table(name, "utf-8", header, rows)


def school_checks_table(register: Register) -> None:
    """What the school found out about children who are not there."""
    rows = [
        [person["人口编号"], person["户编号"], person["姓名"], person["options"]["送教"]]
        for person in register.persons
        if "送教" in person["options"]
    ]
    header = ["人口编号", "户编号", "姓名", "送教上门、缓学或因身体原因不能上学"]
    text_table("控辍保学核查.csv", "utf-8", header, rows)


def note() -> None:
    text = f"{MARK}。\r\n这个文件不是表格：程序会跳过它，并说明原因。\r\n"
    (TARGET / "说明.txt").write_bytes(text.encode("utf-8"))


def main() -> None:
    register = Register(DATA)
    TARGET.mkdir(exist_ok=True)
    households_sheet(register)
    persons_sheet(register)
    compact_sheet(register)
    bills_table(register)
    enrolments_table(register)
    benefits_table(register)
    household_tables(register, DATA["visits"])
    school_checks_table(register)
    note()


if __name__ == "__main__":
    main()
