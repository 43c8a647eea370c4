"""Numbered errors (错误编号) of the engine: what, where, why, and what to do next.

A fault is one thing wrong at one place; a ``PackError`` carries all faults of a pack at once.
Codes are never reused.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

CATALOGUE: dict[str, tuple[str, str]] = {
    # reading files
    "PACK-001": ("找不到规则包“{name}”。{hint}", "pack '{name}' not found. {hint}"),
    "PACK-002": ("文件不是正确的 YAML：{detail}", "not valid YAML: {detail}"),
    "PACK-003": ("键“{name}”重复出现", "key '{name}' stands twice"),
    "PACK-004": ("不认识的键“{name}”{near}", "unknown key '{name}'{near}"),
    "PACK-005": ("缺少必填的键“{name}”", "required key '{name}' is missing"),
    "PACK-006": ("“{name}”应为{want}，现在是：{got}", "'{name}' must be {want}, found: {got}"),
    "PACK-007": ("“{name}”在 {other} 已经定义过", "'{name}' is already defined at {other}"),
    "PACK-008": (
        "YAML 锚点和别名不允许使用，请把内容写全",
        "YAML anchors and aliases are not allowed; write it out",
    ),
    "PACK-009": ("包内没有 pack.yaml", "the folder has no pack.yaml"),
    "PACK-010": (
        "规则包互相继承成环：{name}",
        "packs extend each other in a circle: {name}",
    ),
    "PACK-011": (
        "“{name}”已由基础包定义；要替换请写 replaces 并说明理由",
        "'{name}' is defined by the base pack; to replace it write 'replaces' with a reason",
    ),
    "PACK-012": (
        "“{name}”写了 replaces，但基础包里没有它{near}",
        "'{name}' says 'replaces' but the base has no such entry{near}",
    ),
    # names and types
    "PACK-020": ("不认识的名称“{name}”{near}", "unknown name '{name}'{near}"),
    "PACK-021": ("不认识的函数“{name}”{near}", "unknown function '{name}'{near}"),
    "PACK-022": ("类型不符：{detail_zh}", "wrong type: {detail_en}"),
    "PACK-023": (
        "代码“{name}”不在代码表“{codes}”中{near}",
        "code '{name}' is not in list '{codes}'{near}",
    ),
    "PACK-024": (
        "规则循环依赖：{name}",
        "rules depend on each other in a circle: {name}",
    ),
    "PACK-025": (
        "“{name}”是用来评判规则的标签，不得作为规则的输入",
        "'{name}' is a label the pack is judged against; no rule may read it",
    ),
    "PACK-026": (
        "数值可能超出范围：{detail_zh}",
        "the number can leave the safe range: {detail_en}",
    ),
    "PACK-027": (
        "“{name}”在 {day} 不生效，而规则“{rule}”那天生效",
        "'{name}' is not in force on {day}, while rule '{rule}' is",
    ),
    # expressions
    "PACK-030": ("表达式写法有误：{detail_zh}", "the expression is not understood: {detail_en}"),
    "PACK-031": (
        "表达式太长或太深（{what}，上限 {limit}）；请拆成几条规则",
        "the expression is too long or too deep ({what}, limit {limit}); split the rule",
    ),
    "PACK-032": (
        "不允许：{detail_zh}",
        "not allowed: {detail_en}",
    ),
    # rules, parameters, clauses
    "PACK-040": ("期间重叠：{detail_zh}", "periods overlap: {detail_en}"),
    "PACK-041": (
        "条款太多：“{name}”有 {count} 条，上限 {limit}；请拆成几条规则",
        "too many clauses: '{name}' has {count}, limit {limit}; split the rule",
    ),
    "PACK-042": (
        "条款“{name}”不在 clauses.yaml 登记表中；请追加到末尾（不得改变已有顺序）",
        "clause '{name}' is not in the register clauses.yaml; append it (never reorder)",
    ),
    "PACK-043": (
        "一条规则只能有一种写法，现在有：{got}",
        "a rule has exactly one form, found: {got}",
    ),
    "PACK-044": ("条款编号“{name}”重复", "clause id '{name}' stands twice"),
    "PACK-045": (
        "决策表第 {row} 行有 {got} 格，应为 {want} 格",
        "row {row} of the decision table has {got} cells, expected {want}",
    ),
    "PACK-046": (
        "实体关系有误：{detail_zh}",
        "the entities do not form a tree: {detail_en}",
    ),
    "PACK-047": (
        "规则包数据字典没有规则要用的内容：{detail_zh}",
        "the pack lacks something it needs: {detail_en}",
    ),
    "PACK-048": (
        "案例有误：{detail_zh}",
        "the case is wrong: {detail_en}",
    ),
    "PACK-049": (
        "名称“{name}”不能用：{why}",
        "the name '{name}' cannot be used: {why}",
    ),
    "PACK-050": (
        "中文和英文提示里的填空不一致：{name}",
        "the blanks of the Chinese and the English text differ: {name}",
    ),
    # running
    "RUN-001": ("没有名为“{name}”的参数{near}", "there is no parameter '{name}'{near}"),
    "RUN-002": (
        "参数“{name}”的值不对：{detail}",
        "the value of parameter '{name}' is wrong: {detail}",
    ),
    "RUN-003": ("没有规则“{name}”{near}", "there is no rule '{name}'{near}"),
    "RUN-004": (
        "{day} 没有任何规则生效；本包最早的规则从 {first} 起",
        "no rule is in force on {day}; the first rule of the pack starts on {first}",
    ),
    "RUN-005": ("找不到这一户：{name}", "household not found: {name}"),
    "RUN-006": ("计算没有完成：{detail}", "the evaluation did not finish: {detail}"),
    "RUN-011": (
        "结果文件夹不能就是输入文件夹（{name}）：下一次会把结果当成收到的表；请另给 --out",
        "the output folder must not be the input folder ({name}): the next run would read results as "
        "tables; give another --out",
    ),
    "RUN-010": (
        "这个参数决定事实“{name}”是否适用，不能并排试算；请改本地清单后各跑一次",
        "this parameter decides whether fact '{name}' applies and cannot be tried side by side; "
        "use a local list and run twice",
    ),
    "RUN-009": (
        "不能写入结果文件夹 {name}：{detail}",
        "cannot write to the output folder {name}: {detail}",
    ),
    "RUN-020": (
        "文件夹 {name} 里已有别的东西，不会覆盖；请给空文件夹，或以前生成的示范地",
        "the folder {name} holds other things and is not overwritten; give an empty folder or a place "
        "built before",
    ),
    "RUN-021": ("示范地用不了：{detail_zh}", "the synthetic place cannot be used: {detail_en}"),
    "RUN-007": (
        "输入缺列：{entity} 表没有 {name}",
        "the input lacks a column: table {entity} has no {name}",
    ),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file (位置): file as given, line and column from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def shifted(self, columns: int) -> Place:
        """The place some characters further right on the same line."""
        return Place(self.file, self.line, self.column + columns)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong (错误), with its number, place, and the message in Chinese and English."""

    code: str
    zh: str
    en: str
    place: Place | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}[{self.code}] {self.zh} / {self.en}"


def fault(code: str, place: Place | None = None, **data: object) -> Fault:
    """Build the fault ``code`` of the catalogue with its data filled in."""
    zh, en = CATALOGUE[code]
    return Fault(code, zh.format_map(_Side(data, "zh")), en.format_map(_Side(data, "en")), place)


class _Side(dict[str, object]):
    """Template data; a value that is a (zh, en) pair gives the side that is asked for."""

    def __init__(self, data: dict[str, object], side: str) -> None:
        super().__init__(data)
        self._index = 0 if side == "zh" else 1

    def __getitem__(self, key: str) -> object:
        value = super().__getitem__(key)
        return value[self._index] if isinstance(value, tuple) else value


def nearest(name: str, known: Iterable[str]) -> tuple[str, str]:
    """The hint “did you mean …” as a (zh, en) pair; empty when nothing is near."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return (f"，是不是“{close[0]}”？", f", did you mean '{close[0]}'?") if close else ("", "")


class EngineError(Exception):
    """Base of the engine's errors (规则引擎错误); carries numbered faults, never a traceback."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(item) for item in self.faults))


class PackError(EngineError):
    """A pack cannot be used (规则包错误); all its faults at once."""


class RunError(EngineError):
    """A run cannot be done (运行错误)."""


def run_error(code: str, **data: object) -> RunError:
    """A ``RunError`` with one fault."""
    return RunError([fault(code, None, **data)])
