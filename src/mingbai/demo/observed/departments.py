"""Lists of line departments (行业部门名单): people and households by ID number, as each office keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.demo.observed.residents import Ints, objects
from mingbai.demo.observed.sheets import Cells, Sheet, Strikes, file_name
from mingbai.demo.observed.views import View, constant, mapped, said, texts, yes_no, yuan

STAGES = {
    "primary": "小学",
    "junior": "初中",
    "senior": "高中",
    "secondary_vocational": "中职",
    "technician": "技工学校",
    "higher_vocational": "高职",
    "bachelor": "本科",
    "postgraduate": "本科",
}
ROLLS = {"enrolled": "在校", "home": "在校", "intern": "实习"}
BILLS = {"inpatient": "普通住院", "chronic": "门诊慢性病", "outpatient": "门诊统筹"}
INSURANCES = {
    "resident_medical": "城乡居民基本医疗保险",
    "employee_medical": "城镇职工基本医疗保险",
}
BENEFITS = {
    "vocational": "雨露计划",
    "nursing_disabled": "残疾人护理补贴",
    "living_disabled": "残疾人生活补贴",
}
WHO: dict[str, tuple[str, ...]] = {
    "name": ("姓名",),
    "id_digit": ("身份证号",),
    "old_id": ("身份证号",),
}
AMOUNT: dict[str, tuple[str, ...]] = {"wide": ("金额",), "blank": ("金额",)}


class Departments:
    """All lists, each with what its office knows."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.at = pa.array(np.arange(len(view.people)))

    def sheets(self) -> Iterator[Sheet]:
        yield self.enrolments()
        yield self.insured()
        yield self.bills()
        yield self.disabled()
        yield self.assistance()
        yield self.dwellings()
        yield self.waters()
        yield self.benefits()
        yield self.posts()
        yield from self.assets()
        yield self.loans()

    def persons(self, table: pa.Table) -> tuple[pa.Table, Ints]:
        """The rows about people who live here, and which of the residents each is."""
        found = pc.index_in(table["person_id"], value_set=self.view.people.ids)
        kept = pc.is_valid(found)
        places = found.filter(kept).combine_chunks().to_numpy(zero_copy_only=False)
        return table.filter(kept), places.astype(np.int64)

    def who(self, places: Ints, number: str = "身份证号", name: str = "姓名") -> dict[str, Cells]:
        people = self.view.people
        return {name: people.names[places], number: people.numbers[places]}

    def heads(self, rows: Ints) -> dict[str, Cells]:
        """Households by their head."""
        first = self.view.homes.first[rows]
        return self.who(first, "户主身份证号", "户主姓名")

    def enrolments(self) -> Sheet:
        table = self.view.rolls
        table = table.filter(pc.is_in(table["stage"], value_set=pa.array(list(STAGES))))
        table = table.filter(pc.is_in(table["state"], value_set=pa.array(list(ROLLS))))
        table, at = self.persons(table)
        cells = {
            "学校": objects(table["school"]),
            **self.who(at),
            "学段": mapped(objects(table["stage"]), STAGES),
            "年级": objects(table["grade"]),
            "全日制": constant("是", len(at)),
            "学籍状态": mapped(objects(table["state"]), ROLLS),
            "开学日期": texts(objects(table["from_date"]), "%Y-%m-%d"),
        }
        return _sheet("学籍名单", cells, WHO | {"blank": ("年级",)}, kind="csv")

    def insured(self) -> Sheet:
        kinds = mapped(self.view.insured, INSURANCES)
        at = np.flatnonzero([one is not None for one in kinds])
        cells = self.who(at) | {
            "险种类型": kinds[at],
            "参保状态": constant("正常参保", len(at)),
        }
        return _sheet("基本医保参保名单", cells, WHO, kind="csv")

    def bills(self) -> Sheet:
        table, at = self.persons(self.view.lately("bills", "paid_on"))
        cells = self.who(at) | {
            "结算日期": texts(objects(table["paid_on"]), "%Y-%m-%d"),
            "就医类别": mapped(objects(table["kind"]), BILLS),
            "是否县域内就医": said(objects(table["in_county"])),
            "政策范围内费用": yuan(objects(table["policy_cost"])),
            "基本医保支付": yuan(objects(table["paid_basic"])),
            "大病保险支付": yuan(objects(table["paid_major"])),
            "医疗救助支付": yuan(objects(table["paid_aid"])),
            "补充医保支付": yuan(objects(table["paid_supplement"])),
            "合规自付": yuan(objects(table["self_paid"])),
        }
        return _sheet("医疗费用结算名单", cells, WHO | {"blank": ("基本医保支付",)}, kind="csv")

    def disabled(self) -> Sheet:
        kinds = self.view.health("disability_type")
        at = np.flatnonzero([one is not None for one in kinds])
        cells = {
            "姓名": self.view.people.names[at],
            "残疾人证号": self.view.numbers[at],
            "残疾类别": self.view.word("disability_type", kinds[at]),
            "残疾等级": self.view.word(
                "disability_grade", self.view.health("disability_grade")[at]
            ),
            "首次发证日期": texts(self.view.health("certified_on")[at], "%Y-%m-%d"),
            "证件状态": constant("正常", len(at)),
        }
        slips = {"name": ("姓名",), "id_digit": ("残疾人证号",), "blank": ("残疾类别",)}
        return _sheet("持证残疾人名单", cells, slips, "残疾人联合会")

    def assistance(self) -> Sheet:
        at = np.flatnonzero(self.view.dibao | self.view.tekun)
        kinds = np.where(self.view.tekun[at], "分散供养特困人员", "农村低保").astype(object)
        cells = self.who(at) | {"救助类别": kinds, "保障状态": constant("在保", len(at))}
        return _sheet("社会救助对象名单", cells, WHO, "民政局")

    def dwellings(self) -> Sheet:
        """Appraised dwellings; the acceptance stands only beside those that were dangerous."""
        grades = self.view.grades
        rows = np.flatnonzero([one is not None for one in grades])
        accepted = yes_no(self.view.accepted[rows])
        accepted[[one in ("A", "B") for one in grades[rows]]] = None
        cells = self.heads(rows) | {
            "鉴定等级": self.view.word("dwelling_grade", grades[rows]),
            "是否竣工验收": accepted,
        }
        slips = {"name": ("户主姓名",), "id_digit": ("户主身份证号",)}
        return _sheet("住房鉴定和改造名单", cells, slips, kind="csv")

    def waters(self) -> Sheet:
        safe = self.view.water_safe
        rows = np.flatnonzero([one is not None for one in safe])
        now = self.view.now("waters")
        cells = self.heads(rows) | {
            "是否解决安全饮用水": safe[rows],
            "供水入户": said(self.view.of_home(now, "piped")[rows]),
            "取水往返时间（分钟）": self.view.of_home(now, "minutes")[rows],
        }
        slips = {"name": ("户主姓名",), "id_digit": ("户主身份证号",), "blank": ("供水入户",)}
        return _sheet("农村饮水安全名单", cells, slips, kind="csv")

    def benefits(self) -> Sheet:
        table = self.view.lately("payments", "paid_on")
        table = table.filter(pc.is_in(table["programme"], value_set=pa.array(list(BENEFITS))))
        table, at = self.persons(table)
        cells = self.who(at) | {
            "补贴名称": mapped(objects(table["programme"]), BENEFITS),
            "金额": yuan(objects(table["amount"])),
            "发放日期": texts(objects(table["paid_on"]), "%Y-%m-%d"),
        }
        return _sheet("补贴发放名单", cells, WHO | AMOUNT, kind="csv")

    def posts(self) -> Sheet:
        table, at = self.persons(self.view.now("posts"))
        begun = objects(table["from_date"])
        cells = self.who(at) | {
            "岗位名称": mapped(objects(table["kind"]), POSTS),
            "上岗日期": texts(begun, "%Y-%m-%d"),
            "聘用月数": _months(begun, self.view.context.until),
        }
        return _sheet("公益性岗位人员名单", cells, WHO, "人力资源和社会保障局")

    def assets(self) -> Iterator[Sheet]:
        table, at = self.persons(self.view.table("assets"))
        kinds = objects(table["kind"])
        for kind, (title, office, heads) in ASSETS.items():
            rows = np.flatnonzero([one == kind for one in kinds])
            taken = table.take(pa.array(rows))
            own = {
                "label": objects(taken["label"]),
                "state": objects(taken["state"]),
                "since": texts(objects(taken["since"]), "%Y-%m-%d"),
                "price": yuan(objects(taken["price"])),
            }
            who = self.who(at[rows], heads["number"], heads["name"])
            cells = who | {heads[key]: values for key, values in own.items() if key in heads}
            slips = {"name": (heads["name"],), "id_digit": (heads["number"],)}
            yield _sheet(title, cells, slips, office, kind="xlsx" if office else "csv")

    def loans(self) -> Sheet:
        table, at = self.persons(self.view.table("loans"))
        cells = self.who(at, "借款人身份证号", "借款人") | {
            "贷款银行": objects(table["bank"]),
            "贷款金额（元）": yuan(objects(table["amount"])),
            "放款日期": texts(objects(table["granted_on"]), "%Y-%m-%d"),
        }
        slips = {"name": ("借款人",), "id_digit": ("借款人身份证号",), "wide": ("贷款金额（元）",)}
        return _sheet("小额信贷名单", cells, slips, "农村信用社")


#: Kind of holding → title, office of a workbook (none: csv), heads of the list.
ASSETS: dict[str, tuple[str, str | None, dict[str, str]]] = {
    "vehicle": (
        "车辆登记名单",
        None,
        {"number": "身份证明号码", "name": "机动车所有人", "label": "车辆类型", "state": "机动车状态",
         "since": "初次登记日期", "price": "购买价格"},
    ),
    "company": (
        "工商注册名单",
        None,
        {"number": "经营者身份证号", "name": "经营者", "label": "字号名称", "state": "登记状态",
         "since": "成立日期"},
    ),
    "property": (
        "不动产登记名单",
        "自然资源局",
        {"number": "权利人证件号码", "name": "权利人", "label": "房屋坐落", "state": "权属状态",
         "since": "登记时间", "price": "交易价格"},
    ),
    "payroll": (
        "财政供养人员名单",
        "财政局",
        {"number": "身份证号", "name": "姓名", "label": "人员身份", "since": "参加工作时间"},
    ),
}  # fmt: skip
POSTS = {"ranger": "生态护林员", "public_post": "乡村公益性岗位"}


def _sheet(
    title: str,
    cells: dict[str, Cells],
    strikes: Strikes,
    office: str | None = None,
    *,
    kind: str | None = None,
) -> Sheet:
    """A list of an office: a workbook with a line above, or csv from a system."""
    form = kind or ("xlsx" if office else "csv")
    above = f"{office}{title}（合成数据）" if office and form == "xlsx" else None
    return Sheet(
        file_name(title, kind=form),
        title,
        tuple(cells),
        tuple(cells.values()),
        title=above,
        strikes=strikes,
    )


def _months(begun: Cells, until: date) -> Cells:
    """Months in the post in the year of the day."""
    made = np.empty(len(begun), dtype=object)
    first = date(until.year, 1, 1)
    made[:] = [
        None if day is None else until.month - max(day, first).month + 1 for day in begun.tolist()
    ]
    return made
