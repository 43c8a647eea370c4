"""Handbooks and household files (扶贫手册、户档): two more sources of the same households, by village."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mingbai.demo.observed.national import GRADES, by_name
from mingbai.demo.observed.residents import objects
from mingbai.demo.observed.sheets import Cells, Sheet, file_name
from mingbai.demo.observed.views import View, constant, mapped, yes_no

MONEY = {
    "工资性收入": "wage",
    "生产经营性收入": "business",
    "资产收益分红": "dividend",
    "其他财产收入": "property_other",
    "计划生育金": "family_planning",
    "低保金": "dibao",
    "特困供养金": "tekun",
    "养老保险金": "pension",
    "生态补偿金": "ecology",
    "其他转移收入": "transfer_other",
    "生产经营性支出": "cost",
    "人均纯收入（元）": "per_capita",
}
GROUP = "家庭收入（元）"
HANDBOOK_SLIPS = {
    "name": ("户主姓名",),
    "heaped": ("工资性收入", "生产经营性收入"),
    "typo": ("工资性收入", "人均纯收入（元）"),
    "blank": ("致贫原因", "生产经营性支出"),
    "wide": ("家庭人口（人）",),
}
FILE_SLIPS = {
    "name": ("户主姓名",),
    "disagrees": ("人口数", "是否危房"),
    "typo": ("上年人均纯收入（元）",),
    "broken_text": ("户主姓名",),
    "blank": ("电话", "饮水是否安全"),
    "shifted": ("电话",),
}


def sheets(view: View) -> Iterator[Sheet]:
    """A workbook a township with a sheet a village, of each source."""
    view = view.only(view.homes.registered)
    townships, villages = view.place("township"), view.place("village")
    handbook, former = _handbook(view), _former(view)
    file = _household_file(view)
    for town, in_town in by_name(townships):
        for title, cells, slips, groups, old in (
            ("扶贫手册", handbook, HANDBOOK_SLIPS, True, former),
            ("户档", file, FILE_SLIPS, False, {}),
        ):
            for village, places in by_name(villages[in_town]):
                here = in_town[places]
                yield Sheet(
                    file_name(title, town),
                    village,
                    tuple(cells),
                    tuple(column[here] for column in cells.values()),
                    title=f"{town}{village}{title}登记表（合成数据）",
                    groups=_groups(tuple(cells)) if groups else (),
                    strikes=slips,
                    former={head: column[here] for head, column in old.items()},
                )


def _groups(heads: tuple[str, ...]) -> tuple[str | None, ...]:
    """Lines of income stand under one merged cell."""
    return tuple(GROUP if head in MONEY else None for head in heads)


def _handbook(view: View) -> dict[str, Cells]:
    homes = view.homes
    return {
        "手册编号": _numbered("SC", view),
        "户编号": objects(homes.ids),
        "户主姓名": view.people.names[homes.first],
        "家庭人口（人）": _sizes(view),
        "致贫原因": view.cause_words,
        **{head: view.income(line) for head, line in MONEY.items()},
        "是否危房": view.unsafe,
        "饮水是否安全": view.water_safe,
    }


def _former(view: View) -> dict[str, Cells]:
    """What the handbook said a year ago."""
    return {head: view.income(line, back=1) for head, line in MONEY.items()}


def _household_file(view: View) -> dict[str, Cells]:
    homes = view.homes
    accepted = yes_no(view.accepted)
    accepted[~np.array([one in ("C", "D") for one in view.grades], dtype=bool)] = None
    return {
        "档案编号": _numbered("HD", view),
        "户编号": objects(homes.ids),
        "户主姓名": view.people.names[homes.first],
        "电话": homes.phones,
        "人口数": _sizes(view),
        "房屋等级": mapped(view.grades, GRADES),
        "是否改造验收": accepted,
        "是否危房": view.unsafe,
        "饮水是否安全": view.water_safe,
        "是否通电": constant("是", len(homes)),
        "是否通广播电视": constant("是", len(homes)),
        "上年人均纯收入（元）": view.income("per_capita"),
    }


def _numbered(mark: str, view: View) -> Cells:
    made = np.empty(len(view.homes), dtype=object)
    made[:] = [f"{mark}{one}" for one in view.homes.ids.to_pylist()]
    return made


def _sizes(view: View) -> Cells:
    made = np.empty(len(view.homes), dtype=object)
    made[:] = view.homes.sizes.tolist()
    return made
