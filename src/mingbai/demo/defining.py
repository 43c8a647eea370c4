"""What a computed figure counts, in words (口径): from the query itself, so that the two cannot part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Said = tuple[str, str]

#: What is counted: table, or table and column.
_COUNTED: dict[str, Said] = {
    "memberships.person_id": ("当日的家庭成员", "members of households on the day"),
    "memberships.household_id": ("有成员的户", "households with members on the day"),
    "statuses.subject_id": ("当日有这种身份的户", "households of the status on the day"),
    "households": ("当日存在的户", "households on the day"),
    "divisions": ("当日有效的区划", "divisions on the day"),
    "village_statuses": ("有这种身份的村", "villages of the status"),
    "village_statuses.code": ("有这种身份的村", "villages of the status"),
    "dwellings.household_id": ("住房记录所属的户", "households of the dwellings"),
    "waters.household_id": (
        "当日有饮水记录的户",
        "households with a record of their water on the day",
    ),
    "payments": ("发放笔数", "payments made"),
    "payments.amount": ("发放金额合计", "sum of payments made"),
    "payments.household_id": ("领到的户", "households paid"),
    "payments.person_id": ("领到的人", "persons paid"),
    "works.person_id": ("有务工记录的人", "persons with a record of work"),
    "incomes.net": (
        "年度纯收入合计 ÷ 家庭人口合计",
        "net income of the year ÷ members of the households",
    ),
}
#: Named sets that several places share.
_SETS: dict[str, Said] = {
    "registered": ("建档立卡户", "registered households"),
    "exited": ("已脱贫户", "households out of poverty"),
    "relocated": ("易地搬迁户", "relocated households"),
    "registered_persons": ("建档立卡人口", "registered persons"),
    "poor_persons": ("未脱贫人口", "persons still poor"),
    "poor_villages": ("贫困村", "poor villages"),
}
_VALUES: dict[str, Said] = {
    "township": ("乡镇", "townships"), "village": ("村", "villages"), "community": ("社区", "communities"),
    "registered": ("建档立卡", "registered"), "exited": ("退出", "exited"), "poor": ("贫困", "poor"),
    "floor": ("兜底", "on the floor"), "resettled": ("安置房", "resettled"),
    "vocational": ("雨露计划", "Yulu grants"), "unsafe_housing": ("危房改造补助", "grants for unsafe houses"),
    "forest_compensation": ("公益林补偿", "compensation for forest"),
    "education_aid": ("教育资助", "education aid"), "supervised_province": ("省市督战", "province's list"),
    "supervised_county": ("县督战", "county's list"), "deep": ("深度贫困", "in deep poverty"),
    "ordinary": ("普通劳动力", "able"), "skilled": ("技能劳动力", "skilled"),
    "weak": ("弱劳动力", "partly able"),
    "social_money": ("社会帮扶资金", "money from society"),
    "social_student": ("社会资助学生", "grants to students from society"),
    "lost": ("丧失劳动力", "no longer able"), "none": ("无劳动力", "not able"),
}  # fmt: skip
#: Columns of yes and no, where yes is asked for.
_YES: dict[str, Said] = {"safe": ("饮水安全", "the water is safe")}
#: Values that the words of what is counted say already.
_SAID = {"household", "person"}
#: Columns whose day is not later than the one asked.
_DONE: dict[str, Said] = {
    "renovated_on": ("已改造", "renovated"), "relocated_on": ("已搬迁", "moved"),
    "to_date": ("已结束", "ended"),
}  # fmt: skip


def definition(query: Mapping[str, Any], sets: Mapping[str, Any]) -> Said:
    """The figure's definition in both languages; a set of a place may bring `words` of its own."""
    if "ratio" in query:
        return _ratio(query["ratio"], sets)
    if "growth" in query:
        (now, now_en), (before, before_en) = (
            definition(query["growth"][one], sets) for one in ("now", "before")
        )
        return f"{now} 比 {before} 的增长", f"growth of {now_en} over {before_en}"
    zh, en = _counted(query)
    conditions = _conditions(query, sets)
    if not conditions:
        return zh, en
    return (
        f"{zh}，限{'、'.join(one for one, _ in conditions)}",
        f"{en}: {', '.join(one for _, one in conditions)}",
    )


def _ratio(ratio: Mapping[str, Any], sets: Mapping[str, Any]) -> Said:
    part, part_en = definition(ratio["part"], sets)
    if "whole" in ratio:
        whole, whole_en = definition(ratio["whole"], sets)
    else:
        whole, whole_en = "当日的农业户籍人口", "registered rural population of that day"
    return f"（{part}）÷（{whole}）", f"({part_en}) ÷ ({whole_en})"


def _counted(query: Mapping[str, Any]) -> Said:
    if query.get("where", {}).get("subject") == "person":
        return "当日有这种身份的人", "persons of the status on the day"
    for measure in ("count", "distinct", "sum", "mean", "least"):
        if measure in query:
            known = _COUNTED.get(query[measure])
            return known or (f"{query[measure]} 的记录", f"records of {query[measure]}")
    name = next(iter(query.values()), "")
    return f"{name} 的记录", f"records of {name}"


def _conditions(query: Mapping[str, Any], sets: Mapping[str, Any]) -> list[Said]:
    found: dict[Said, None] = {}
    where = query.get("where", {})
    for column, wanted in where.items():
        if isinstance(wanted, Mapping):
            found |= dict.fromkeys(_narrowed(column, wanted, sets))
        elif wanted is True and column in _YES:
            found[_YES[column]] = None
        elif not (column == "level" and "kind" in where):  # a community is a village by level
            values = wanted if isinstance(wanted, list) else [wanted]
            found |= dict.fromkeys(
                _VALUES.get(str(one), (str(one), str(one))) for one in values if one not in _SAID
            )
    return list(found)


def _narrowed(column: str, wanted: Mapping[str, Any], sets: Mapping[str, Any]) -> list[Said]:
    found = []
    for kind in ("in", "also_in", "not_in"):
        own = sets.get(wanted.get(kind, ""), {}).get("words")
        known = (own["zh"], own["en"]) if own else _SETS.get(wanted.get(kind, ""))
        if known:
            found.append((f"不是{known[0]}", f"not {known[1]}") if kind == "not_in" else known)
    if wanted.get("most") == "day" and column in _DONE:
        found.append(_DONE[column])
    return found
