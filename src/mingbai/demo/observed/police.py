"""The police register of households (公安户籍): all residents who are in no list of the national system."""

from __future__ import annotations

from mingbai.demo.observed.residents import objects
from mingbai.demo.observed.sheets import Sheet, file_name
from mingbai.demo.observed.views import View, texts

SLIPS = {
    "name": ("姓名",),
    "id_digit": ("公民身份号码",),
    "old_id": ("公民身份号码",),
    "broken_text": ("姓名",),
    "blank": ("出生日期", "组"),
    "shifted": ("户主姓名",),
    "elsewhere": ("人员编号", "户号", "户主姓名", "县（市、区）", "乡镇（街道）", "村（居）", "组"),
}


def sheet(view: View) -> Sheet:
    """Name, sex, birth, number, relation and address, nothing else."""
    view = view.only(~view.homes.national)
    people, homes = view.people, view.homes
    home = people.home
    cells = {
        "户号": objects(homes.ids)[home],
        "人员编号": objects(people.ids),
        "姓名": people.names,
        "与户主关系": view.word("relation", people.relations),
        "性别": view.word("sex", people.sexes),
        "出生日期": texts(people.births.astype(object)),
        "公民身份号码": people.numbers,
        "户主姓名": people.names[homes.first][home],
        "省": view.place("province")[home],
        "县（市、区）": view.place("county")[home],
        "乡镇（街道）": view.place("township")[home],
        "村（居）": view.place("village")[home],
        "组": homes.groups[home],
    }
    name = "常住人口名单"
    return Sheet(
        file_name(name, kind="csv"), name, tuple(cells), tuple(cells.values()), strikes=SLIPS
    )
