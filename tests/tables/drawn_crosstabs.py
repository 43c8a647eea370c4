"""Random cross tables that add up, printed in the layouts offices use, and damage to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from mingbai.tables.formats.sheet import Merge, RowSheet

Row = list[object]
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
TOTALS = ("总计", "合 计", "全 省", "Total")
LEAVES = (
    ("男", "女"),
    ("城镇", "乡村"),
    ("一产", "二产", "三产"),
    ("初中", "高中", "大专", "本科"),
)


class Typed(RowSheet):
    """A sheet typed by hand."""

    def __init__(
        self, rows: Sequence[Sequence[object]], name: str = "1", merges: Sequence[Merge] = ()
    ) -> None:
        self.name = name
        self._rows = rows
        self._merges = merges

    def rows(self) -> Iterator[Sequence[object]]:
        return iter(self._rows)

    def merges(self) -> Sequence[Merge]:
        return self._merges


@dataclass
class Drawn:
    """A table of whole numbers: row labels with their level, groups of columns with their leaves."""

    labels: list[tuple[str, int]]
    groups: list[str]
    leaves: tuple[str, ...]
    values: dict[tuple[int, int, int], object]  # row, group, leaf; leaf 0 is the subtotal
    unit: str


def drawn(random: Random, *, levels: int, scale: int, unit: str = "人") -> Drawn:
    """Draw the smallest cells and add them up along rows, leaves and groups."""
    leaves = random.choice(LEAVES)
    groups = ["合计", *(f"{SURNAMES[n]}族" for n in range(random.randint(2, 7)))]
    labels, children = _tree(random, levels)
    values: dict[tuple[int, int, int], int] = {}
    for row in range(len(labels) - 1, -1, -1):
        for group in range(1, len(groups)):
            for leaf in range(1, len(leaves) + 1):
                below = [values[child, group, leaf] for child in children[row]]
                values[row, group, leaf] = sum(below) if below else _small(random, scale)
    for row in range(len(labels)):
        for leaf in range(1, len(leaves) + 1):
            values[row, 0, leaf] = sum(values[row, g, leaf] for g in range(1, len(groups)))
        for group in range(len(groups)):
            values[row, group, 0] = sum(values[row, group, n + 1] for n in range(len(leaves)))
    return Drawn(labels, groups, leaves, dict(values), unit)


def _small(random: Random, scale: int) -> int:
    """A count; small groups are often absent."""
    return random.choice(
        (0, random.randint(0, 9), random.randint(0, scale), random.randint(0, scale))
    )


def _tree(random: Random, levels: int) -> tuple[list[tuple[str, int]], dict[int, list[int]]]:
    """Labels in the order of print, and which rows a row is the sum of."""
    labels: list[tuple[str, int]] = [(random.choice(TOTALS), 0)]
    children: dict[int, list[int]] = {0: []}
    for city in range(random.randint(3, 6)):
        own = len(labels)
        labels.append((f"{SURNAMES[city]}{SURNAMES[city + 7]}市", 1))
        children[0].append(own)
        children[own] = []
        for county in range(random.randint(2, 5) if levels > 2 else 0):
            children[own].append(len(labels))
            children[len(labels)] = []
            labels.append((f"{SURNAMES[city + 12]}{SURNAMES[county]}县", 2))
    return labels, children


@dataclass(frozen=True)
class Layout:
    """How a table is printed."""

    indent: str = "  "
    per_block: int = 0
    turn: str = "beside"
    merged: bool = True
    blank_zero: bool = True
    notes: bool = False


def printed(table: Drawn, layout: Layout) -> list[Typed]:
    """The table on sheets: in one piece, or in blocks beside each other, below, or on further sheets."""
    step = layout.per_block or len(table.groups)
    blocks = [
        _block(table, layout, list(range(start, min(start + step, len(table.groups)))), number)
        for number, start in enumerate(range(0, len(table.groups), step))
    ]
    if layout.turn == "sheets":
        return [_sheet([block], str(n), layout) for n, block in enumerate(blocks, 1)]
    if layout.turn == "below":
        return [_sheet_below(blocks, layout)]
    return [_sheet(blocks, "1", layout)]


def _block(
    table: Drawn, layout: Layout, groups: list[int], number: int
) -> tuple[list[Row], list[Merge]]:
    width = len(table.leaves) + 1
    title = "3-2 各地区分组人口" if number == 0 else f"3-2 续表{number}"
    rows: list[Row] = [[title], [f"单位：{table.unit}"], ["地　区"], [""]]
    merges: list[Merge] = [(2, 0, 3, 0)]
    for place, group in enumerate(groups):
        first = 1 + place * width
        rows[2] += [table.groups[group], *[""] * (width - 1)]
        rows[3] += ["合计" if group == 0 else "小计", *table.leaves]
        merges.append((2, first, 2, first + width - 1))
    for row, (label, level) in enumerate(table.labels):
        cells: Row = [layout.indent * level + label]
        for group in groups:
            cells += [_shown(table.values[row, group, leaf], layout) for leaf in range(width)]
        rows.append(cells)
    return rows, merges if layout.merged else []


def _shown(value: object, layout: Layout) -> object:
    return "" if layout.blank_zero and value == 0 else str(value)


def _sheet(blocks: list[tuple[list[Row], list[Merge]]], name: str, layout: Layout) -> Typed:
    height = len(blocks[0][0])
    rows: list[Row] = [[] for _ in range(height)]
    merges: list[Merge] = []
    for block, spans in blocks:
        start = len(rows[3]) + (1 if rows[3] else 0)
        for row, cells in zip(rows, block, strict=True):
            row.extend([""] * (start - len(row)))
            row.extend(cells)
        merges += [(a, b + start, c, d + start) for a, b, c, d in spans]
    if layout.notes:
        rows += [[], ["注：本表数据为手工汇总。"]]
    return Typed(rows, name, merges)


def _sheet_below(blocks: list[tuple[list[Row], list[Merge]]], layout: Layout) -> Typed:
    rows: list[Row] = []
    merges: list[Merge] = []
    for block, spans in blocks:
        top = len(rows)
        rows += [*block, []]
        merges += [(a + top, b, c + top, d) for a, b, c, d in spans]
    if layout.notes:
        rows.append(["注：本表数据为手工汇总。"])
    return Typed(rows, "1", merges)


def damaged(random: Random, table: Drawn) -> tuple[int, int, int]:
    """Change one figure of the table the way slips do; where it is."""
    whole = {place: value for place, value in table.values.items() if isinstance(value, int)}
    place, old = random.choice(sorted(whole.items()))
    text = str(old)
    new: object = old
    while new == old:
        slip = random.randint(0, 4)
        if slip == 0:
            new = old + random.choice((-3, -1, 1, 2, 10, 100))
        elif slip == 1 and len(text) > 1:
            new = int(text[:-1])
        elif slip == 2 and len(text) > 1:
            new = int(text[1] + text[0] + text[2:])
        elif slip == 3 and old:
            new = 0
        else:
            new = Decimal(old) / 10 if old % 10 else old * 10 + 1
        if isinstance(new, int) and new < 0:
            new = old
    table.values[place] = new
    return place


def plain_tables(random: Random) -> dict[str, list[Row]]:
    """Other tables that add up: no groups, no indentation, rounded amounts, shares, nested labels."""
    return {
        "flat": _flat(random),
        "runs": _runs(random),
        "rounded": _rounded(random),
        "shares": _shares(random),
        "nested": _nested(random),
    }


def _place(number: int) -> str:
    return f"{SURNAMES[number % 30]}{SURNAMES[(number * 7 + 3) % 30]}县"


def _totals(rows: Sequence[Row]) -> Row:
    return ["总计", *(sum(int(str(row[n])) for row in rows) for n in range(1, len(rows[0])))]


def _flat(random: Random) -> list[Row]:
    body: list[Row] = []
    for number in range(random.randint(3, 15)):
        parts = [random.randint(0, 9000) for _ in range(3)]
        body.append([_place(number), sum(parts), *parts])
    both = [_totals(body), *body] if random.random() < 0.5 else [*body, _totals(body)]
    return [["地区", "总人口", "0-14岁", "15-64岁", "65岁及以上"], *both]


def _runs(random: Random) -> list[Row]:
    """Cities and the counties below them at the same indentation."""
    cities, printed_rows = [], []
    for city in range(random.randint(3, 6)):
        counties: list[Row] = []
        for county in range(random.randint(2, 6)):
            men, women = random.randint(500, 9000), random.randint(500, 9000)
            counties.append([_place(9 * city + county), men + women, men, women])
        cities.append([f"{SURNAMES[city]}州市", *_totals(counties)[1:]])
        printed_rows += [cities[-1], *counties]
    return [
        ["表1 人口"],
        ["单位：人"],
        ["地区", "合计", "男", "女"],
        _totals(cities),
        *printed_rows,
    ]


def _rounded(random: Random) -> list[Row]:
    """Amounts rounded one by one, so that printed sums are off by a last digit now and then."""
    places = random.choice((0, 1, 2))
    exact = [
        [Decimal(random.randint(1000, 9_999_999)) / 10_000 for _ in range(3)]
        for _ in range(random.randint(4, 25))
    ]
    rows = [[_place(n), sum(parts), *parts] for n, parts in enumerate(exact)]
    total = ["合计", *(sum(Decimal(str(row[n])) for row in rows) for n in range(1, 5))]
    shown = [
        [row[0], *(str(round(Decimal(str(v)), places)) for v in row[1:])] for row in [*rows, total]
    ]
    return [["收入（单位：万元）"], ["地区", "总收入", "工资", "经营", "转移"], *shown]


def _shares(random: Random) -> list[Row]:
    counts: list[Row] = [
        [_place(n), *(random.randint(1, 5000) for _ in range(3))]
        for n in range(random.randint(5, 20))
    ]
    body: list[Row] = []
    for row in [_totals(counts), *counts]:
        parts = [int(str(value)) for value in row[1:]]
        cells: Row = [row[0], sum(parts)]
        for part in parts:
            cells += [part, str(round(Decimal(part) * 100 / sum(parts), 2))]
        body.append(cells)
    kinds = ["务农", "", "务工", "", "其他", ""]
    heads = [["地区", "总户数", *kinds], ["", "", *["户数", "占总户数比重"] * 3]]
    return [["5-3 各地区农户"], ["单位：户、%"], *heads, *body]


def _nested(random: Random) -> list[Row]:
    """Groups of rows in a first column that is filled once for each."""
    groups = {
        name: [[random.randint(0, 900) for _ in range(3)] for _ in range(2)]
        for name in ("城市", "镇", "乡村")[: random.randint(2, 3)]
    }
    whole = [[sum(g[sex][n] for g in groups.values()) for n in range(3)] for sex in range(2)]
    body: list[Row] = []
    for name, (men, women) in {"全省": whole, **groups}.items():
        both = [a + b for a, b in zip(men, women, strict=True)]
        for label, cells in (("合计", both), ("男", men), ("女", women)):
            body.append([name if label == "合计" else "", label, sum(cells), *cells])
    return [["表7"], ["城乡", "性别", "合计", "小学", "初中", "高中"], *body]


def unrelated(random: Random) -> list[Row]:
    """Averages, rates and noise: nothing is the sum of anything."""

    def line(label: str) -> Row:
        income = random.randint(8000, 30000)
        rate = Decimal(random.randint(1000, 9000)) / 100
        return [label, income, str(rate), random.randint(1, 900), random.randint(1, 900)]

    rows = [line(_place(number)) for number in range(random.randint(3, 20))]
    heads: Row = ["地区", "人均可支配收入（元）", "城镇化率（%）", "甲指标", "乙指标"]
    return [["主要指标"], heads, line("全市平均"), *rows]
