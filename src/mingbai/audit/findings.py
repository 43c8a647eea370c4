"""What a check of the chain and of the rows can find (核验发现), and its report; no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mingbai.audit.digests import FIRST

CATALOGUE: dict[str, tuple[str, str]] = {
    "AUD-101": (
        "事件 {event} 的内容和它的摘要不符：被改动过",
        "event {event} does not fit its digest: altered",
    ),
    "AUD-102": (
        "事件 {event} 指向的前一事件不是 {before}：其间有事件被删除、插入、改动或调换",
        "event {event} does not follow event {before}: one between was dropped, added, altered or moved",
    ),
    "AUD-103": (
        "表 {table}：批次 {batch} 写入的 {now} 行内容被改动过（事件 {event}）",
        "{table}: the {now} rows that batch {batch} began were altered (event {event})",
    ),
    "AUD-104": (
        "表 {table}：批次 {batch} 写入了 {then} 行，现有 {now} 行：被删除或添加过（事件 {event}）",
        "{table}: batch {batch} began {then} rows, {now} stand: removed or added (event {event})",
    ),
    "AUD-105": (
        "表 {table}：批次 {batch} 结束了 {then} 行，现在是 {now} 行或别的行（事件 {event}）",
        "{table}: batch {batch} ended {then} rows, now it is {now} or others (event {event})",
    ),
    "AUD-106": (
        "表 {table}：{now} 行写着批次 {batch}，没有登记过这样的批次",
        "{table}: {now} rows name batch {batch}, and no such batch was recorded",
    ),
    "AUD-107": (
        "表 {table}：{now} 行写着由批次 {batch} 结束，没有登记过这样的批次",
        "{table}: {now} rows say batch {batch} ended them, and no such batch was recorded",
    ),
    "AUD-108": ("批次 {batch} 已登记，却没有事件", "batch {batch} is recorded and has no event"),
    "AUD-109": (
        "批次 {batch} 的登记时间和事件 {event} 不符，或批次已不在",
        "batch {batch} was not recorded when event {event} says, or is gone",
    ),
    "AUD-110": (
        "记下的链头 {head} 不在链上：末尾的事件被删除，或整条链被重写",
        "the noted head {head} is not in the chain: its end was cut off, or all of it written anew",
    ),
    "AUD-111": (
        "数据库防改触发器 {name} 不在：请运行 mingbai migrate",
        "the guard {name} is gone from the database: run mingbai migrate",
    ),
    "AUD-112": (
        "表 {table} 或它的列 {columns} 不在了，无法核对",
        "table {table} or its columns {columns} are gone and cannot be checked",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and where (核验发现)."""

    code: str
    values: Mapping[str, Any]

    def __str__(self) -> str:
        zh, en = (text.format(**self.values) for text in CATALOGUE[self.code])
        return f"{self.code} {zh} / {en}"


@dataclass
class Report:
    """What a check looked at and found (核验结果)."""

    events: int = 0
    digest: str = FIRST
    rows: int = 0
    uncovered: int = 0  # rows of events that name no digests
    findings: list[Finding] = field(default_factory=list)

    @property
    def head(self) -> str:
        """Count and last digest: what an office notes down (链头)."""
        return f"{self.events}:{self.digest}"

    def as_json(self) -> dict[str, Any]:
        found = [{"code": one.code, "message": str(one), **one.values} for one in self.findings]
        seen = {
            "events": self.events,
            "head": self.head,
            "rows": self.rows,
            "uncovered": self.uncovered,
        }
        return {**seen, "ok": not found, "findings": found}

    def add(self, code: str, **values: Any) -> None:
        self.findings.append(Finding(code, values))
