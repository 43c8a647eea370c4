"""Numbered errors of the register (户籍登记错误)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mingbai.common.errors import RegisterError, error_from

CATALOGUE: dict[str, tuple[str, str]] = {
    "HOME-001": (
        "{subject} {key} 不在登记中（或您无权查看）；请核对编号后重试",
        "{subject} {key} is not in the register (or not yours to see); check the number and try again",
    ),
    "HOME-010": (
        "没有“{topic}”这个登记主题；请查 docs/reference/register.md 的主题表",
        "there is no topic {topic}; see the table of topics in docs/reference/register.md",
    ),
    "HOME-011": (
        "主题 {topic} 没有这些栏：{columns}；没有写入任何内容，请改正栏名",
        "topic {topic} has no columns {columns}; nothing was written, correct the names",
    ),
    "HOME-012": (
        "主题 {topic} 是逐笔登记的，不能按时段改写；请新增一笔，或更正某一笔",
        "topic {topic} is recorded piece by piece and has no period to rewrite; add a record or correct one",
    ),
    "HOME-013": (
        "起止日期不对：{starts} 至 {ends}；止日必须晚于起日，起日不早于 1900 年",
        "the period {starts} to {ends} is not one; it has to end after it starts, and not start before 1900",
    ),
    "HOME-014": (
        "{subject} {key} 在 {day} 还没有“{topic}”登记，必填栏 {columns} 没有可沿用的值；请一并填写",
        "{subject} {key} has no record of {topic} on {day}, and nothing stands in for the required "
        "{columns}; give them too",
    ),
    "HOME-015": (
        "主题 {topic} 的 {column} 栏不接受这个值（{detail}）；没有写入任何内容",
        "column {column} of topic {topic} does not take this value ({detail}); nothing was written",
    ),
    "HOME-016": (
        "主题 {topic} 的第 {record} 条登记已经不是现行内容（被批次 {batch} 改过）；请刷新后对照两边再决定",
        "record {record} of topic {topic} no longer stands (changed by batch {batch}); reload, "
        "compare both and decide",
    ),
}  # fmt: skip


class ChangedMeanwhileError(RegisterError):
    """Somebody saved first (已被他人修改): `conflicts` has what was read, what stands and what was meant.

    The values are for the person who may read the record; a log line has only the message.
    """

    conflicts: dict[str, dict[str, Any]]


def error(code: str, **values: object) -> RegisterError:
    """The error with this number."""
    return error_from(CATALOGUE, code, **values)


def changed_meanwhile(
    conflicts: Mapping[str, dict[str, Any]], **values: object
) -> ChangedMeanwhileError:
    """HOME-016 with both values."""
    made = ChangedMeanwhileError("HOME-016", CATALOGUE["HOME-016"], values)
    made.conflicts = dict(conflicts)
    return made
