"""Numbered errors of figures (统计计算错误编号): what is wrong, where, why, and what to do."""

from __future__ import annotations

CATALOGUE: dict[str, tuple[str, str]] = {
    "STAT-001": (
        "“{name}”有 {found} 个值，应为 {wanted} 个：每一行要有一个值。请检查是否漏了行。",
        "“{name}” has {found} values, not {wanted}: every row needs one. Check for missing rows.",
    ),
    "STAT-002": (
        "“{name}”第 {row} 个值是 {value}，不是数；共 {count} 个。请改成数，或 missing 选 outside 不计入。",
        "Value {row} of “{name}” is {value}, not a number; {count} such values. Correct them, or leave "
        "them out: missing outside.",
    ),
    "STAT-003": (
        "“{name}”第 {row} 个值是 {value}，权数不能是负数或无穷大。请检查权数列。",
        "Value {row} of “{name}” is {value}; a weight is neither negative nor infinite. Check the "
        "column of weights.",
    ),
    "STAT-004": (
        "没有一行可算：权数全为零，或所选范围内没有行。请检查权数和范围。",
        "No row to count: all weights are zero, or nobody is within the group. Check weights and group.",
    ),
    "STAT-005": (
        "“{name}”第 {row} 个值是 {value}；{measure} 只对大于零的数有定义，共 {count} 个不符。"
        "请核对，或 nonpositive 选 outside 不计入并说明。",
        "Value {row} of “{name}” is {value}; {measure} is defined for values above zero only, {count} "
        "are not. Check them, or leave them out, nonpositive outside, and say so.",
    ),
    "STAT-006": (
        "“{name}”是 {value}，应{wanted_zh}。",
        "“{name}” is {value}; it must be {wanted_en}.",
    ),
    "STAT-007": (
        "层“{stratum}”只抽中一个单位，方差无法估计。请与相近的层合并，或 single 选 adjust、"
        "average、certainty 并说明理由。",
        "Stratum “{stratum}” has one sampled unit, so its variance cannot be estimated. Join it with "
        "a similar stratum, or choose adjust, average or certainty for single and say why.",
    ),
    "STAT-008": (
        "总体数“{name}”第 {row} 个值是 {value}，小于该层抽中的 {sampled} 个单位。请核对各层总体单位数。",
        "Value {row} of the population counts “{name}” is {value}, below the {sampled} units sampled "
        "in that stratum. Check the counts of each stratum.",
    ),
    "STAT-009": (
        "“{name}”在同一组“{group}”内不一致。同一组应只有一个值，请核对。",
        "“{name}” differs within the group “{group}”. One group has one value; check it.",
    ),
    "STAT-010": (
        "校准没有收敛：{rounds} 轮后仍差 {gap}。请核对总体数是否相容，或合并小组。",
        "Calibration did not converge: still {gap} apart after {rounds} rounds. Check that the totals "
        "agree with each other, or join small groups.",
    ),
    "STAT-011": (
        "分组“{group}”在{where_zh}中有，在{other_zh}中没有。请补上或合并。",
        "Group “{group}” is in {where_en} but not in {other_en}. Add it or join groups.",
    ),
    "STAT-012": (
        "没有名为“{name}”的{what_zh}，可选：{choices}。",
        "There is no {what_en} called “{name}”; choose one of: {choices}.",
    ),
    "STAT-013": (
        "均值是 {value}，{measure} 以均值为分母，均值须大于零。请核对数据。",
        "The mean is {value}; {measure} divides by the mean, which must be above zero. Check the data.",
    ),
    "STAT-014": (
        "{file} 第 {row} 行“{column}”一格是“{value}”，不是数；共 {count} 格。请改成数；没有数的留空，"
        "再加 --missing outside。",
        "{file}, row {row}, “{column}” is “{value}”, not a number; {count} such cells. Correct them; where "
        "there is no number leave the cell empty and add --missing outside.",
    ),
    "STAT-015": (
        "{file} 里没有叫“{name}”的列，相近的有：{near}。请照表头写列名。",
        "{file} has no column “{name}”; close ones: {near}. Write the name as it stands in the header.",
    ),
    "STAT-016": (
        "{file} 第 {row} 行：{said_zh}（{number}）",
        "{file}, row {row}: {said_en} ({number})",
    ),
}


class StatsError(Exception):
    """A figure cannot be computed (无法计算): numbered, in both languages, with its values as data."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        self.zh, self.en = (text.format(**values) for text in CATALOGUE[code])
        super().__init__(f"{code} {self.zh} / {self.en}")
