"""Exports of the national system (国家系统导出表): households, members, the exchanged list, by township."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.demo.observed.residents import objects
from mingbai.demo.observed.sheets import Cells, Sheet, Strikes, file_name
from mingbai.demo.observed.views import View, constant, mapped, texts, yes_no, yuan
from mingbai.demo.totals import read_data
from mingbai.tables import Profile

LINES = {
    "工资性收入": "wage",
    "生产经营性收入": "business",
    "资产收益扶贫分红收入": "dividend",
    "其他财产性收入": "property_other",
    "计划生育金": "family_planning",
    "低保金": "dibao",
    "五保金": "tekun",
    "养老保险金": "pension",
    "生态补偿金": "ecology",
    "其他转移性收入": "transfer_other",
    "生产经营性支出": "cost",
    "纯收入": "net",
    "人均纯收入": "per_capita",
}
PROPERTY = ("dividend", "property_other")
TRANSFER = ("family_planning", "dibao", "tekun", "pension", "ecology", "transfer_other")
LAND = {
    "耕地面积（亩）": "arable",
    "林地面积（亩）": "forest",
    "退耕还林面积（亩）": "returned",
    "林果面积（亩）": "fruit",
    "牧草地面积": "grass",
    "水面面积": "water_surface",
}
GRADES = {grade: f"{grade}级危房" for grade in "CD"} | {grade: f"{grade}级" for grade in "AB"}


class National:
    """Who is in the national system, and what it says of them."""

    def __init__(self, view: View, profiles: Mapping[str, Profile]) -> None:
        self.view = view.only(view.homes.national)
        self.profiles = profiles

    def sheets(self) -> Iterator[Sheet]:
        """Household, member and compact lists, township after township."""
        townships = self.view.place("township")
        theirs = townships[self.view.people.home]
        for profile, title, names, make, strikes in (
            ("cn-household-export", "户信息导出", townships, self.households, HOUSEHOLD_SLIPS),
            ("cn-person-export", "成员信息导出", theirs, self.members, MEMBER_SLIPS),
            ("cn-compact-list", "脱贫和监测人口名单", theirs, self.exchanged, LIST_SLIPS),
        ):
            heads, cells = self.heads(profile), make()
            nothing = constant(None, len(names))
            columns = [cells.get(head, nothing) for head in heads]
            for name, rows in by_name(names):
                taken = tuple(one[rows] for one in columns)
                yield Sheet(file_name(title, name), title, heads, taken, strikes=strikes)

    def heads(self, profile: str) -> tuple[str, ...]:
        """The layout's columns in their order; the exchanged list carries the province besides."""
        layout = self.profiles[profile]
        return (*layout.newer, *layout.columns) if layout.supplements else layout.columns

    def place_heads(self, *heads: str) -> dict[str, Cells]:
        """Names of the place, of households."""
        levels = ("province", "prefecture", "county", "township", "village")
        return {
            head: self.view.place(level) for head, level in zip(heads, levels, strict=True) if head
        }

    def households(self) -> dict[str, Cells]:
        view, homes = self.view, self.view.homes
        first = homes.first
        cells = self.place_heads("省", "市", "县", "乡", "村")
        cells |= {head: view.income(line) for head, line in LINES.items()}
        cells |= {
            head: yuan(view.of_home(view.table("lands"), line)) for head, line in LAND.items()
        }
        dwelling = view.now("dwellings")
        cells |= {
            "户编号": objects(homes.ids),
            "户主编号": objects(view.people.ids)[first],
            "户主姓名": view.people.names[first],
            "户主证件号码": view.people.numbers[first],
            "家庭人口数": objects_of(homes.sizes),
            "是否危房户": view.unsafe,
            "危房级别": mapped(view.grades, GRADES),
            "住房面积": view.of_home(dwelling, "area_m2"),
            "是否解决安全饮用水": view.water_safe,
            "年度": constant(view.year, len(homes)),
            "识别标准": constant("国家标准", len(homes)),
            "主要致贫原因": view.cause_words,
            "年收入": total(view, ("wage", "business", *PROPERTY, *TRANSFER)),
            "财产性收入": total(view, PROPERTY),
            "转移性收入": total(view, TRANSFER),
            "是否加入农民专业合作组织": self.linked(("share", "membership"), "coop"),
            "是否有龙头企业带动": self.linked(("order", "employment"), "leading_firm"),
            "是否有创业致富带头人带动": constant("否", len(homes)),
        }
        return cells | self.houses()

    def houses(self) -> dict[str, Cells]:
        """Power, road and kitchen: the register does not hold them, so they are drawn."""
        view, count = self.view, len(self.view.homes)
        rng = view.context.rng("observed.houses")
        local = read_data("observed.yaml")["houses"]["value"]
        near, far = local["road_km"]
        distance = np.round(rng.uniform(near, far, count), 1)
        gas = rng.random(count) < local["gas_or_electric"]
        return {
            "是否通生产用电": constant("是", count),
            "是否通生活用电": constant("是", count),
            "是否通广播电视": constant("是", count),
            "与村主干路距离": objects_of(distance),
            "入户路类型": np.where(rng.random(count) < local["cement_road"], "水泥路", "砂石路")
            .astype(object),
            "是否有卫生厕所": yes_no(rng.random(count) < local["toilet"]),
            "主要燃料类型": np.where(gas, "燃气", "柴草").astype(object),
        }  # fmt: skip

    def linked(self, kinds: tuple[str, ...], entity: str) -> Cells:
        """Whether the household is tied to an entity of a kind."""
        entities = self.view.table("entities")
        entities = entities.filter(pc.equal(entities["kind"], entity))
        links = self.view.now("links")
        kept = pc.is_in(links["entity_id"], value_set=entities["entity_id"].combine_chunks())
        links = links.filter(kept)
        links = links.filter(pc.is_in(links["kind"], value_set=as_texts(kinds)))
        found = pc.is_in(
            self.view.homes.ids, value_set=links["household_id"].drop_null().combine_chunks()
        )
        return yes_no(found.to_numpy(zero_copy_only=False))

    def members(self) -> dict[str, Cells]:
        view, people = self.view, self.view.people
        at, head = people.home, people.homes.first[people.home]
        count = len(people)
        card = view.health("disability_type")
        disabled = np.array([one is not None for one in card], dtype=bool)
        above = self.place_heads("省", "市", "县", "乡", "村") | {
            "户编号": objects(people.homes.ids),
            "户联系电话": people.homes.phones,
        }
        own = {
            "人口编号": objects(people.ids),
            "姓名": people.names,
            "性别": view.word("sex", people.sexes),
            "出生日期": texts(people.births.astype(object)),
            "证件类型": np.where(disabled, "残疾人证", "居民身份证").astype(object),
            "证件号码": view.numbers,
            "民族": people.ethnicities,
            "年度": constant(view.year, count),
            "与户主关系": view.word("relation", people.relations),
            "文化程度": view.education_words,
            "在校生状况": view.school_words,
            "劳动技能": view.word("labour", view.work("labour")),
            "务工时间（月）": view.work("months"),
            "务工所在地": view.work("place"),
            "健康状况": self.health_words(disabled),
            "政治面貌": constant("群众", count),
            "是否享受低保": yes_no(view.dibao),
            "是否特困供养人员": yes_no(view.tekun),
            "是否会讲普通话": constant("是", count),
            "是否国外务工": constant("否", count),
            "残疾类别": view.word("disability_type", card),
            "残疾证办证年度": texts(view.health("certified_on"), "%Y"),
            "户主姓名": people.names[head],
            "户主证件号码": people.numbers[head],
            "识别标准": constant("国家标准", count),
        }
        return {name: cells[at] for name, cells in above.items()} | own | self.insurance()

    def insurance(self) -> dict[str, Cells]:
        kinds = self.view.insured
        resident, employee = (
            np.array([one == kind for one in kinds], dtype=bool)
            for kind in ("resident_medical", "employee_medical")
        )
        return {
            "是否参加新型农村合作医疗（城乡居民基本医疗保险）": yes_no(resident),
            "是否参加城镇职工基本医疗保险": yes_no(employee),
            "是否参加大病保险": yes_no(resident | employee),
            "是否参加城镇职工基本养老保险": yes_no(employee),
            "是否参加城乡居民基本养老保险": yes_no(self.view.pensioned),
            "是否接受大病医疗救助": yes_no(self.view.helped("paid_aid")),
            "是否接受其他健康扶贫": yes_no(self.view.helped("paid_supplement")),
            "是否参加商业补充医疗保险": yes_no(np.zeros(len(kinds), dtype=bool)),
        }

    def health_words(self, disabled: Cells) -> Cells:
        """The parts of the state of health (健康状况), or 健康."""
        chronic, major = self.view.health("chronic"), self.view.health("major")
        made = np.empty(len(chronic), dtype=object)
        made[:] = [
            ",".join(
                word
                for word, holds in (
                    ("长期慢性病", ill is not None),
                    ("患有大病", grave is not None),
                    ("残疾", marked),
                )
                if holds
            )
            or "健康"
            for ill, grave, marked in zip(chronic, major, disabled.tolist(), strict=True)
        ]
        return made

    def exchanged(self) -> dict[str, Cells]:
        """The list that departments exchange (交换名单): kinds, days and risks beside the members."""
        view, people = self.view, self.view.people
        above = (
            self.place_heads("省", "", "县(市、区、旗)", "乡(镇)", "行政村")
            | {
                "自然村": people.homes.groups,
                "户编号": objects(people.homes.ids),
                "人数": objects_of(people.homes.sizes),
                "致贫原因1": view.cause_words,
                "危房户": view.unsafe,
                "是否解决安全饮用水": view.water_safe,
                "人均纯收入": view.income("per_capita"),
                "户联系电话": people.homes.phones,
                "首次识别时间": view.since("registered"),
                "户类型": view.kind_words,
            }
            | self.risks()
        )
        own = self.members()
        mine = {"人编号": own["人口编号"], "人员识别时间": above["首次识别时间"][people.home]}
        same = ("姓名", "证件号码", "与户主关系", "民族", "文化程度", "在校生状况", "健康状况",
                "劳动技能", "务工时间（月）", "是否参加大病保险")  # fmt: skip
        spread = {name: cells[people.home] for name, cells in above.items()}
        return spread | mine | {name: own[name] for name in same}

    def risks(self) -> dict[str, Cells]:
        """Kinds of watched households (监测对象), since when, and whether the risk is cleared."""
        view, homes = self.view, self.view.homes
        watched = np.array([one is not None for one in homes.watched], dtype=bool)
        over = np.array([one is not None for one in homes.cleared_on], dtype=bool)
        state = np.where(over, "已消除", "未消除").astype(object)
        state[~watched] = None
        return {
            "易返贫致贫户(监测对象)类型": view.word("watched_kind", homes.watched),
            "风险是否消除": state,
            "风险识别时间": texts(homes.watched_on),
            "风险消除时间": texts(homes.cleared_on),
        }


MONEY = tuple(head for head in LINES if head not in ("纯收入", "人均纯收入"))
HOUSEHOLD_SLIPS: Strikes = {
    "heaped": MONEY,
    "name": ("户主姓名",),
    "id_digit": ("户主证件号码",),
    "broken_text": ("户主姓名",),
    "blank": ("住房面积", "是否有卫生厕所", "与村主干路距离"),
}
MEMBER_SLIPS: Strikes = {
    "name": ("姓名",),
    "id_digit": ("证件号码",),
    "wide": ("务工时间（月）",),
    "broken_text": ("务工所在地",),
    "blank": ("劳动技能", "民族", "务工所在地"),
}
LIST_SLIPS: Strikes = {
    "name": ("姓名",),
    "id_digit": ("证件号码",),
    "wide": ("人数",),
    "blank": ("健康状况", "自然村"),
}


def by_name(names: Cells) -> Iterator[tuple[str, Any]]:
    """Each name with the places where it stands, in the order of first mention."""
    places: dict[str, list[int]] = {}
    for at, name in enumerate(names.tolist()):
        places.setdefault(name, []).append(at)
    for name, found in places.items():
        yield name, np.array(found)


def total(view: View, lines: tuple[str, ...]) -> Cells:
    """The sum of lines of the ledger; empty where one is."""
    columns = [view.income(line).tolist() for line in lines]
    made = np.empty(len(columns[0]), dtype=object)
    made[:] = [
        None if None in parts else round(sum(parts), 2) for parts in zip(*columns, strict=True)
    ]
    return made


def objects_of(values: Any) -> Cells:
    made = np.empty(len(values), dtype=object)
    made[:] = values.tolist()
    return made


def as_texts(words: tuple[str, ...]) -> pa.Array:
    return pa.array(words, pa.string())
