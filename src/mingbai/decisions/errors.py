"""Numbered errors of evaluations (评估错误)."""

from __future__ import annotations

from mingbai.common.errors import RegisterError, error_from

CATALOGUE: dict[str, tuple[str, str]] = {
    "DEC-001": (
        "还没有评估过，没有状态可看；请先执行 mingbai evaluate",
        "nothing has been evaluated yet, there are no states; run mingbai evaluate first",
    ),
    "DEC-002": (
        "户 {household} 在 {day} 这一天不在登记册里，没有评估；请核对户编号和日期",
        "household {household} is not in the register on {day}; nothing was evaluated. "
        "Check the number and the day",
    ),
    "DEC-003": (
        "最近一次评估没有规则“{rule}”；可看的规则见 mingbai states",
        "the latest evaluation has no rule “{rule}”; mingbai states names those it has",
    ),
    "DEC-004": (
        "另一次评估（批次 {batch}）正在进行，没有再开一次；请等它结束，或先停掉它",
        "another evaluation (batch {batch}) is under way, no second one was begun; "
        "wait for it to end or stop it first",
    ),
    "DEC-005": (
        "区划代码“{division}”不对：应为 12 位数字，县以下逐级，末尾补零；没有评估",
        "“{division}” is not a division code: 12 digits, zeros to the right; nothing was evaluated",
    ),
    "DEC-006": (
        "{day} 这一天，区划 {division} 之内登记册里没有户；请核对日期和区划，或先导入",
        "on {day} the register holds no household inside {division}; check day and division, "
        "or import first",
    ),
    "DEC-007": (
        "读取登记库的子进程中途结束（{detail}）；登记册没有变动，请再试一次，仍不行请看磁盘和内存",
        "the process that reads the register ended early ({detail}); nothing was changed. "
        "Try again; if it stays so, look at disk and memory",
    ),
}  # fmt: skip


def error(code: str, **values: object) -> RegisterError:
    """The error with this number."""
    return error_from(CATALOGUE, code, **values)
