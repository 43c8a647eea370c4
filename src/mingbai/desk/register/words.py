"""Topics, columns and codes in words (登记内容的名称): from the pack's dictionary, the rest named here.

Columns are named as the pack's facts; its labels, code lists and units are used as they are, so that a
screen, an export and an explanation say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from mingbai.decisions.programs import pack_named
from mingbai.desk.components.tags import thousands, yuan
from mingbai.desk.components.words import of
from mingbai.households.enums import StatusKind, Subject
from mingbai.households.topics import TOPICS, Topic

PACK = "cn"
#: Entities of the pack in which the columns of a topic are named, in this order.
ENTITIES = {
    "schooling": ("enrolment", "person"), "bill": ("bill",), "benefit": ("benefit",),
    "measure": ("measure",), "household_incident": ("incident",),
}  # fmt: skip
#: Columns no rule reads, and so no dictionary names.
OWN = {
    "division_code": noop("所在村"), "group_number": noop("村民小组"), "address": noop("住址"),
    "area": noop("住房面积"), "structure": noop("结构"), "built_year": noop("建成年份"),
    "renovated_on": noop("改造日期"), "relocated_on": noop("搬迁日期"), "subsidy": noop("建房补助"),
    "water_source": noop("水源"), "production_power": noop("通生产用电"), "toilet": noop("卫生厕所"),
    "fuel": noop("燃料"), "road_kind": noop("入户路"), "road_metres": noop("到村主干路"),
    "cooperative": noop("加入合作社"), "lead_firm": noop("龙头企业带动"),
    "lead_person": noop("致富带头人带动"),
    "labourless_flag": noop("登记为无劳动能力户"), "arable": noop("耕地"), "forest": noop("林地"),
    "returned": noop("退耕还林"), "grass": noop("牧草地"), "fruit": noop("林果地"),
    "water_surface": noop("水面"), "members": noop("核算人口"), "item": noop("收入项目"),
    "amount": noop("金额"), "stated_by": noop("听谁说"), "statement": noop("原话"),
    "attachment_id": noop("凭证"), "title": noop("名称"), "told_by": noop("谁报的"),
    "bank": noop("开户行"), "account": noop("账号"), "holder_person_id": noop("户名"),
    "name": noop("姓名"), "died_on": noop("死亡日期"), "ethnicity": noop("民族"),
    "politics": noop("政治面貌"), "id_number": noop("证件号码"), "phone": noop("电话"),
    "dropout_reason": noop("失学原因"), "school": noop("学校"), "employer": noop("用工单位"),
    "works_abroad": noop("境外务工"), "mandarin": noop("会普通话"), "major_insured": noop("大病保险"),
    "supplement_insured": noop("补充医保"), "pension_insured": noop("养老保险"),
    "programme": noop("项目"), "released_on": noop("释放日期"), "note": noop("备注"),
}  # fmt: skip
UNITS = {"area": "m²", "road_metres": noop("米"), "members": noop("人"), "work_months": noop("月")}
MU = ("arable", "forest", "returned", "grass", "fruit", "water_surface")


@dataclass(frozen=True)
class Column:
    """One column of a topic in words (登记项): what it is called, what it takes, how a value is shown."""

    key: str
    label: str
    kind: str  # yes, code, money, land, number, date, text, secret
    choices: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    required: bool = False

    def show(self, value: Any) -> str:
        """A value in words. Unknown is said, never left blank."""
        if value is None or value == "":
            return _("待核实")
        if self.key == "group_number":
            return group_words(str(value))
        if self.kind == "yes":
            return _("是") if value else _("否")
        if self.kind == "code":
            return self.choices.get(str(value), str(value))
        if self.kind in ("money", "land"):
            return f"{yuan(value)} {_('元') if self.kind == 'money' else _('亩')}"
        if isinstance(value, date):
            return value.isoformat()
        shown = str(value) if self.key.endswith(("year", "years")) else thousands(value)
        return f"{shown} {self.unit}" if self.unit else shown


def group_words(group: str) -> str:
    """A group as people call it: 010 is 10组; what is no number is shown as it was written."""
    number = group.strip().lstrip("0")
    return _("%(group)s组") % {"group": number} if number.isdigit() else group


def topic_label(topic: Topic) -> str:
    """The name of a topic in the language of the page."""
    return of(topic)


def columns_of(topic: Topic) -> tuple[Column, ...]:
    """The columns of a topic that people read and write, in words."""
    return _columns(topic.key, get_language() or "")


def column_of(topic: Topic, key: str) -> Column:
    """One column of a topic."""
    return next(column for column in columns_of(topic) if column.key == key)


@cache
def _columns(topic_key: str, language: str) -> tuple[Column, ...]:
    """`language` is that of the page: it keeps the languages apart."""
    topic = TOPICS[topic_key]
    return tuple(_column(topic, key, language) for key in topic.columns)


def code_words(codes: str) -> dict[str, str]:
    """A code list of the pack: key → word."""
    return dict(_code_words(codes, get_language() or ""))


@cache
def _code_words(codes: str, language: str) -> dict[str, str]:
    """`language` as above."""
    return {key: of(text) for key, text in pack_named(PACK).codes.get(codes, {}).items()}


def _column(topic: Topic, key: str, language: str) -> Column:
    stored = topic.model._meta.get_field(key)
    required = key in topic.required
    fact = next(_facts(topic, key), None)
    if fact is None:
        unit = _(UNITS[key]) if key in UNITS else ""
        label = _(OWN[key]) if key in OWN else key
        return Column(key, label, _kind(topic, key, stored), {}, unit, required)
    label = of(fact.label)
    unit = of(fact.unit) if fact.unit and not fact.type.money else ""
    choices = _code_words(fact.type.codes, language) if fact.type.codes else {}
    kind = "code" if choices else _kind(topic, key, stored)
    return Column(
        key, label, kind, choices, unit or (_(UNITS[key]) if key in UNITS else ""), required
    )


def _facts(topic: Topic, key: str) -> Iterator[Any]:
    entity = "household" if topic.subject == Subject.HOUSEHOLD else "person"
    facts = pack_named(PACK).facts
    for name in ENTITIES.get(topic.key, (entity,)):
        if found := facts.get(name, {}).get(key):
            yield found


def _kind(topic: Topic, key: str, stored: models.Field) -> str:
    if key in topic.encrypted:
        return "secret"
    if isinstance(stored, models.BooleanField):
        return "yes"
    if isinstance(stored, models.DateField):
        return "date"
    if key in MU:
        return "land"
    if isinstance(stored, models.BigIntegerField):
        return "number" if key.endswith("_id") else "money"
    return "number" if isinstance(stored, models.IntegerField) else "text"


#: Who said it, in words; departments come as "department:医保".
SOURCES = {
    "household": noop("本户"), "village": noop("村里"), "helper": noop("帮扶人"),
    "township": noop("乡镇"), "neighbour": noop("邻里"), "document": noop("证件或单据"),
}  # fmt: skip

#: Line departments, by the short names that their lists and the pack use; others are shown as they came.
DEPARTMENTS = frozenset((
    noop("公安"), noop("教育"), noop("医保"), noop("卫健"), noop("民政"), noop("人社"), noop("住建"),
    noop("水利"), noop("农业农村"), noop("残联"), noop("财政"), noop("税务"), noop("林业"), noop("交通"),
    noop("司法"), noop("应急"), noop("市场监管"), noop("自然资源"), noop("乡村振兴"),
))  # fmt: skip


def source_words(source: str) -> str:
    """Who said it, in words."""
    if source in SOURCES:
        return _(SOURCES[source])
    kind, _colon, rest = source.partition(":")
    if kind == "department" and rest:
        return _("{office}部门").format(office=_(rest) if rest in DEPARTMENTS else rest)
    if kind == "import" and rest:
        return _("导入表格")
    return source or _("没有写明")


#: Tables that hold no topic.
TABLES = {
    "households_household": noop("户"), "households_person": noop("人"),
    "households_householdlife": noop("立户与销户"), "households_membership": noop("家庭成员"),
    "households_status": noop("身份"), "households_attachment": noop("附件"),
    "households_searchentry": noop("检索条目"), "intake_discrepancy": noop("差异"),
    "decisions_state": noop("评估状态"), "decisions_tally": noop("状态数"),
    "places_division": noop("区划"), "places_succession": noop("区划沿革"),
}  # fmt: skip


def table_words(table: str) -> str:
    """What a table of the register holds, in words."""
    if table in TABLES:
        return _(TABLES[table])
    named = {topic.model._meta.db_table: topic for topic in TOPICS.values()}
    return topic_label(named[table]) if table in named else table


#: Which households are counted, in words.
STANDINGS = {
    "all": noop("全部"), "registered": noop("建档立卡（含脱贫）"), "poor": noop("未脱贫"),
    "exited": noop("脱贫"), "returned": noop("返贫"), "watched": noop("监测对象"),
    "cleared": noop("风险消除"), "dibao": noop("低保"), "tekun": noop("特困"), "floor": noop("兜底保障"),
}  # fmt: skip


def standing_words(standing: str) -> str:
    """Which households a list or count holds."""
    return _(STANDINGS.get(standing, standing))


def status_words(kind: str) -> str:
    """What somebody is registered as; unknown codes as they are."""
    known = {one.value: one.label for one in StatusKind}
    return _(known[kind]) if kind in known else kind
