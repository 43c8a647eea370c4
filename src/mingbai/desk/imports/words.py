"""Lists, advice and values of a difference in words (差异的用语)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from mingbai.desk.components.words import aside, either
from mingbai.desk.register.words import code_words, column_of, standing_words, topic_label
from mingbai.households.topics import TOPICS
from mingbai.intake.enums import DiscrepancyKind

#: The lists of a difference: words, tone of the mark, word of the mark.
LISTS: dict[str, tuple[str, str, str]] = {
    "refused": (noop("不收"), "no", noop("不收")),
    "conflicts": (noop("冲突"), "un", noop("两边不一样")),
    "remarks": (noop("要看"), "un", noop("要看")),
    "changed": (noop("会变的"), "ok", noop("会改")),
    "new": (noop("新增"), "ok", noop("新增")),
    "gone": (noop("名单里没有"), "un", noop("名单里没有")),
}
#: What a person does about a value that was listed and not written.
ADVICE: dict[str, str] = {
    DiscrepancyKind.NEWER: noop("登记的更新，不改。名单才对的，到户页更正并写来源"),
    DiscrepancyKind.CORRECTED: noop("有人更正过，不改。名单才对的，到户页再更正"),
    DiscrepancyKind.TWO_HOUSEHOLDS: noop("先核实人在哪一户，再到户页办迁移、分户或并户"),
    DiscrepancyKind.ID_TAKEN: noop("核对两个人的证件，改错的那一个"),
    DiscrepancyKind.AMBIGUOUS: noop("请对方写全编号或证件号码再发"),
    DiscrepancyKind.STATUS_BACK: noop("身份倒退要走程序，不能靠导入"),
    DiscrepancyKind.PLACE_UNKNOWN: noop("核对村名，或请管理员登记区划变动；地址先按原文留着"),
    DiscrepancyKind.OUTSIDE: noop("转给那个地方导入"),
    DiscrepancyKind.GONE: noop("核实后到户页办，或确认时勾选一起销户、离户"),
}
#: Columns that no topic has.
COLUMNS = {
    "membership.household_id": noop("所在户"), "membership.relation": noop("与户主关系"),
    "membership.person_id": noop("人口编号"), "household.number": noop("户编号"),
    "person.number": noop("人口编号"), "status.kind": noop("户类型"),
}  # fmt: skip
_KINDS = {"household": noop("户"), "person": noop("人")}


def list_words(name: str) -> str:
    """What a list of a difference is called."""
    return _(LISTS[name][0])


def group_words(name: str, key: str, line: Mapping[str, Any]) -> str:
    """What the lines of a group have in common."""
    if name == "changed":
        return place_words(line)
    if name == "conflicts":
        return _(DiscrepancyKind(key).label)
    if name in ("gone", "new"):
        return _(_KINDS[key])
    return key


def advice_words(name: str, key: str, line: Mapping[str, Any]) -> str:
    """What to do about a line."""
    if name == "conflicts":
        return _(ADVICE.get(key, ""))
    said = line.get("advice")
    return either(said["zh"], said["en"]) if said else ""


def place_words(line: Mapping[str, Any]) -> str:
    """The topic and the column of a value."""
    topic, column = line["topic"], line["column"]
    if f"{topic}.{column}" in COLUMNS:
        return _(COLUMNS[f"{topic}.{column}"])
    if topic not in TOPICS:
        return str(column)
    known = TOPICS[topic]
    label = column_of(known, column).label if column in known.columns else str(column)
    return aside(label, topic_label(known))


def value_words(line: Mapping[str, Any], side: str) -> str:
    """One side of a difference, as the register's own pages show such a value."""
    value, topic, column = line[side], line["topic"], line["column"]
    if line["hidden"]:
        return _("受限内容")
    if value is None:
        return _("未登记") if side == "before" else _("没有写")
    if topic in TOPICS and column in TOPICS[topic].columns:
        return column_of(TOPICS[topic], column).show(value)
    if column == "relation":
        return code_words("relation").get(str(value), str(value))
    return standing_words(str(value)) if topic == "status" else str(value)


def same_values(line: Mapping[str, Any]) -> bool:
    """Whether both sides of a line say the same."""
    return bool(line["before"] == line["after"])


def effects(counts: Mapping[str, Any]) -> list[tuple[str, int]]:
    """What writing would do: words and number, the largest first within each kind."""
    new = [
        (_("新登记的户"), counts["new"].get("households", 0)),
        (_("新登记的人"), counts["new"].get("persons", 0)),
        (_("新的身份"), counts["new"].get("statuses", 0)),
    ]
    topics = [
        (_("新记录：{topic}").format(topic=topic_label(TOPICS[key])), number)
        for key, number in counts["new"].items()
        if key in TOPICS
    ]
    changed = [
        (_("改动：{what}").format(what=place_words(_split(key))), number)
        for key, number in counts["changed"].items()
    ]
    return [line for line in (*new, *topics, *changed) if line[1]]


def _split(key: str) -> dict[str, str]:
    topic, _dot, column = key.partition(".")
    return {"topic": topic, "column": column}
