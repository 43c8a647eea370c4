"""Numbered errors of recording and of the chain (登记与审计错误)."""

from __future__ import annotations

from mingbai.common.errors import RegisterError, error_from

CATALOGUE: dict[str, tuple[str, str]] = {
    "AUD-001": (
        "批次 {batch} 已经登记或已放弃，不能再写入；请重新开始这次操作",
        "batch {batch} is recorded or given up and takes no more rows; start the work again",
    ),
    "AUD-002": (
        "批次 {batch} 不能撤销：{count} 条后来的登记建立在它上面（批次 {later}）。请先撤销后来的批次",
        "batch {batch} cannot be undone: {count} later rows rest on it (batches {later}). Undo those first",
    ),
    "AUD-003": (
        "批次 {batch} 已经撤销过，或它本身还没有登记；没有可撤销的内容",
        "batch {batch} is undone already or was never recorded; there is nothing to undo",
    ),
    "AUD-004": (
        "表 {table} 里有 {count} 条登记已被别的批次结束；没有写入任何内容。请重新读取后再操作",
        "{count} rows of {table} were ended by another batch; nothing was written. Read again and retry",
    ),
    "AUD-006": (
        "{before} 之前的查阅记录还不能全部清理：至少保存 {years} 年。请写更早的日期",
        "looks before {before} cannot all be forgotten yet: they are kept for at least {years} years. "
        "Name an earlier day",
    ),
}


def error(code: str, **values: object) -> RegisterError:
    """The error with this number."""
    return error_from(CATALOGUE, code, **values)
