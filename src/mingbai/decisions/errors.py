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
    "DEC-008": (
        "规则包 {pack} 的版本 {digest} 没有留存，不能按它说明；请按现行版本看，或重新评估",
        "version {digest} of the pack {pack} is not kept, nothing can be explained by it; look by the "
        "version in force or evaluate again",
    ),
    "DEC-009": (
        "留存的规则包 {pack} 读出来不是版本 {digest}，没有使用；请从备份恢复",
        "what is kept of the pack {pack} does not read as version {digest} and was not used; restore a "
        "backup",
    ),
    "DEC-010": (
        "规则包 {pack} 的文件正在改动，没有留存版本，也没有评估；请等改完再试一次",
        "the files of the pack {pack} are being changed; no version was kept and nothing was evaluated. "
        "Try again when they are done",
    ),
    "DEC-011": (
        "提案没有收下：{field_zh}{problem_zh}。请改好再送",
        "the proposal was not taken: {field_en} {problem_en}. Correct it and send it again",
    ),
    "DEC-012": (
        "提案 {proposal} 已经是“{state_zh}”，不能再改",
        "proposal {proposal} is {state_en} already and cannot be changed any more",
    ),
    "DEC-013": (
        "提案 {proposal} 不能由提出的人、代理他的人或他代理的人发布；请另一位有发布权限的人办理",
        "proposal {proposal} cannot be published by who made it, nor by a deputy between the two; somebody "
        "else with the permission has to",
    ),
    "DEC-014": (
        "没有 {place} 的规则提案或发布权限，没有改动；请有权限的人办理",
        "there is no permission to propose or publish rules for {place}; nothing was changed. Ask who has it",
    ),
    "DEC-015": (
        "提案 {proposal} 提出以后，“{parameter}”在这里、从那天起的数由 {then} 变成了 {now}，没有发布；"
        "请退回，按现在的数重新提",
        "since proposal {proposal} was made, the value of {parameter} there from that day on went from "
        "{then} to {now}; it was not published. Refuse it and propose anew on the present value",
    ),
    "DEC-016": (
        "没有编号为 {proposal} 的参数提案",
        "there is no proposal {proposal}",
    ),
}  # fmt: skip


def error(code: str, **values: object) -> RegisterError:
    """The error with this number."""
    return error_from(CATALOGUE, code, **values)
