"""Synthetic lists as departments exchange them: the compact layout, one member a row, some damaged.

    python -m benchmarks.table_data --rows 1000000 --out build/bench/compact [--encoding gb18030]
    python -m benchmarks.table_data --rows 30000 --columns 60 --out build/bench/book --book

No person is real: names are drawn sign by sign, and ID numbers begin with 99, which no place has.
About one row in ten carries one of the damages that offices complain of.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path

from mingbai.tables.identity import check_sign

HEADERS = (
    "省", "市", "县", "乡", "村", "户编号", "人编号", "姓名", "性别", "民族", "证件号码", "出生日期",
    "人数", "与户主关系", "文化程度", "在校生状况", "健康状况", "劳动技能", "务工时间（月）", "户类型",
    "首次识别时间", "监测对象类型", "风险识别时间", "风险是否消除", "风险消除时间", "致贫原因1", "危房户",
    "是否解决安全饮用水", "人均纯收入", "户联系电话",
)  # fmt: skip
_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘蒋蔡余于杜叶程"
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文玉兰建国志红梅春生成永福贵山林水金银花香凤云"
    "龙海波江河田光荣荷菊莲珍琴琼瑶玲珊珠璐婷婉妮姗嫣淑慧聪颖睿哲轩昊宇辰皓然子涵梓萱雨欣怡佳一诺"
    "天泽浩博思远俊豪嘉懿"
)
_VILLAGES = [f"{a}{b}村" for a in "上下前后东西南北大小新老" for b in "坝寨坪湾沟岭河塘井桥"]
_KINDS = ("脱贫户", "脱贫户", "脱贫户", "一般农户")
_HEALTH = ("健康", "健康", "健康", "健康", "长期慢性病", "患有大病", "残疾", "残疾,长期慢性病")
_SCHOOLING = ("文盲或半文盲", "小学", "小学", "初中", "初中", "高中", "大专", "本科及以上")
_SKILLS = ("普通劳动力", "普通劳动力", "技能劳动力", "弱劳动力或半劳动力", "无劳动力", "丧失劳动力")
_CAUSES = (
    "因病",
    "因残",
    "因学",
    "缺技术",
    "缺劳动力",
    "缺资金",
    "交通条件落后",
    "自身发展动力不足",
)
_RELATIONS = ("户主", "配偶", "之子", "之女", "之父", "之母", "之孙子", "之孙女")
_WATCHED = ("", "", "", "", "脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
DAMAGED = 0.1


def people(count: int, seed: int, damaged: float = DAMAGED) -> Iterator[list[str]]:
    """Rows of the compact layout under `HEADERS`; `damaged`: the share of rows with some damage."""
    chance = random.Random(seed)
    return islice(_members(chance, damaged), count)


def _members(chance: random.Random, damaged: float) -> Iterator[list[str]]:
    number = 0
    while True:
        household = _household(chance, number)
        number += 1
        size = chance.choices((1, 2, 3, 4, 5, 6, 7), (10, 18, 20, 22, 16, 9, 5))[0]
        household[12] = str(size)
        for place in range(size):
            row = _member(chance, household, place)
            if chance.random() < damaged:
                _damage(chance, row)
            yield row


def _household(chance: random.Random, number: int) -> list[str]:
    """A row with the cells that all members of a household share."""
    row = [""] * len(HEADERS)
    row[0:5] = ["云南省", "某市", f"甲{number // 90000 + 1}县", f"{number // 9000 % 10 + 1}乡", ""]
    row[4] = _VILLAGES[number // 75 % len(_VILLAGES)]
    row[5] = f"9953{number:08d}"
    row[19] = chance.choice(_KINDS)
    row[20] = f"{chance.randint(2014, 2020)}{chance.randint(1, 12):02d}"
    watched = chance.choice(_WATCHED)
    if watched:
        row[21], row[22] = watched, f"{chance.randint(2020, 2023)}{chance.randint(1, 12):02d}"
        row[23] = chance.choice(("未消除", "已消除"))
        row[24] = f"2024{chance.randint(1, 12):02d}" if row[23] == "已消除" else ""
    row[25] = chance.choice(_CAUSES)
    row[26] = "是" if chance.random() < 0.02 else "否"
    row[27] = "否" if chance.random() < 0.02 else "是"
    row[28] = f"{chance.randint(300_000, 3_500_000) / 100:.2f}"
    row[29] = f"199{chance.randint(0, 99_999_999):08d}"
    return row


def _member(chance: random.Random, household: list[str], place: int) -> list[str]:
    row = household.copy()
    row[6] = f"{household[5]}{place + 1:02d}"
    row[7] = chance.choice(_FAMILY) + "".join(chance.choices(_GIVEN, k=chance.choice((1, 2, 2))))
    male = chance.random() < 0.5
    year, month, day = chance.randint(1935, 2023), chance.randint(1, 12), chance.randint(1, 28)
    order = chance.randint(0, 499) * 2 + male
    first = f"990{chance.randint(101, 899)}{year}{month:02d}{day:02d}{order:03d}"
    row[10] = first + check_sign(first)
    row[8], row[9] = "男" if male else "女", chance.choice(("汉族", "汉族", "汉族", "彝族", "苗族"))
    row[11] = f"{year}-{month:02d}-{day:02d}"
    row[13] = _RELATIONS[0] if place == 0 else chance.choice(_RELATIONS[1:])
    age = 2025 - year
    row[14] = chance.choice(_SCHOOLING) if age >= 18 else ""
    row[15] = "小学" if 6 <= age < 12 else "七年级" if 12 <= age < 15 else ""
    row[16] = chance.choice(_HEALTH)
    row[17] = chance.choice(_SKILLS) if age >= 16 else "无劳动力"
    row[18] = str(chance.randint(0, 12)) if age >= 16 else ""
    return row


def _damage(chance: random.Random, row: list[str]) -> None:
    """One of the damages that C-10 and C-19 complain of, in one cell; or a cell too many or too few."""
    kind = chance.randrange(len(_CELLS) + len(_WORDS) + 2)
    if kind < len(_CELLS):
        place, change = _CELLS[kind]
        row[place] = change(row[place])
    elif kind < len(_CELLS) + len(_WORDS):
        place, words = _WORDS[kind - len(_CELLS)]
        row[place] = chance.choice(words)
    elif kind % 2:
        row.pop(18)
    else:
        row.append("备注")


# What becomes of a true cell, by its place: ID numbers, keys, phones, names.
_CELLS: tuple[tuple[int, Callable[[str], str]], ...] = (
    (10, lambda cell: cell[:-1] + ("1" if cell[-1] != "1" else "2")),
    (10, lambda cell: cell[:6] + cell[8:17]),
    (10, lambda cell: cell[:15] + "000"),
    (10, lambda cell: f"{int(cell[:17]) * 10:.5E}"),
    (10, lambda cell: cell.lower() + "\u200b"),
    (29, lambda cell: cell[:-1]),
    (6, lambda cell: ""),
    (5, lambda cell: f'="{cell}"'),
    (7, lambda cell: f"{cell[0]}\u3000{cell[1:]}"),
)
# What people and programs write instead, by place.
_WORDS = (
    (7, ("寮犱笁", "锟斤拷", "ÕÅÈý", "=cmd|' /C calc'!A0", "李\ufffd")),
    (13, ("戶主", "儿子", "女婿", "")),
    (16, ("殘疾", "高血压", "残疾、长期慢性病", "健 康", "#N/A")),
    (18, ("13", "六个月", "3.5", "-1")),
    (19, ("贫困户", "脫貧戶", "2")),
    (20, ("2014.1.31", "2014年1月31日", "1/2/2014", "41670", "14-1-31")),
    (26, ("不详", "√", "有")),
    (28, ("8700元", "约3万", "#REF!", "８７００", "8,700.5", "1.2E+5", "-5")),
)


def write(path: Path, rows: int, encoding: str, seed: int) -> None:
    """The rows as csv, headers first."""
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerows(chain((HEADERS,), people(rows, seed)))


def write_book(path: Path, rows: int, columns: int, seed: int) -> None:
    """The rows as a workbook, with further columns of small numbers up to the wanted width."""
    import xlsxwriter

    chance = random.Random(seed)
    more = [f"其他{number}" for number in range(columns - len(HEADERS))]
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet("名单")
    page.write_row(0, 0, [*HEADERS, *more])
    for number, row in enumerate(people(rows, seed), 1):
        filled = (row + [""] * len(HEADERS))[: len(HEADERS)]
        page.write_row(number, 0, filled + [chance.randint(0, 999) for _ in more])
    book.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=60, help="of a workbook")
    parser.add_argument("--encoding", default="utf-8")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--book", action="store_true", help="an xlsx workbook instead of csv")
    parser.add_argument("--out", type=Path, required=True, help="a folder, made if it is not there")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    if given.book:
        write_book(given.out / "名单.xlsx", given.rows, given.columns, given.seed)
    else:
        write(given.out / "名单.csv", given.rows, given.encoding, given.seed)


if __name__ == "__main__":
    main()
