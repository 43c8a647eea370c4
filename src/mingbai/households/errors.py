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
        "record {record} of topic {topic} no longer stands (changed by batch {batch}); reload, compare both "
        "and decide",
    ),
    "HOME-017": (
        "户 {household} 的成员或身份在您打开之后被别人改过；没有写入任何内容，请刷新后再办",
        "members or statuses of household {household} were changed by somebody since you opened it; nothing "
        "was written, reload and do it again",
    ),
    "HOME-020": (
        "人 {person} 在 {day} 不是该户（{household}）的成员；请核对日期和人员",
        "person {person} is no member of household {household} on {day}; check the day and the person",
    ),
    "HOME-021": (
        "户 {household} 在 {day} 不存在（尚未登记或已销户）；请核对日期",
        "household {household} does not exist on {day}: not registered yet, or ended; check the day",
    ),
    "HOME-022": (
        "人 {person} 在 {day} 之后（{later}）已有成员变动登记；请先撤销或更正后来的变动",
        "for person {person} a change of membership after {day} is recorded ({later}); undo or correct that "
        "first",
    ),
    "HOME-023": (
        "户 {household} 在 {day} 会有 {heads} 个户主；有成员的户每天必须正好一个户主，请指定户主",
        "household {household} would have {heads} heads on {day}; with members it has exactly one, name the "
        "head",
    ),
    "HOME-024": (
        "人 {person} 在 {day} 会同时属于两户（{household}、{other}）；一人一天只能在一户，请先办理离开",
        "person {person} would be in two households on {day} ({household}, {other}); record leaving first",
    ),
    "HOME-025": (
        "人 {person} 在户 {household} 的时间（{starts} 至 {ends}）超出该户的存续期；请更正日期",
        "person {person} would be in household {household} from {starts} to {ends}, outside its life; "
        "correct the days",
    ),
    "HOME-026": (
        "人 {person} 在户 {household} 的时间（{starts} 至 {ends}）早于出生或晚于死亡；请更正日期",
        "person {person} would be in household {household} from {starts} to {ends}, before birth or after "
        "death; correct the days",
    ),
    "HOME-027": (
        "{subject} {key} 自 {day} 起会重复登记为“{status}”；请核对日期或先结束原来的",
        "{subject} {key} would be registered twice as {status} from {day}; check the day or end the other "
        "first",
    ),
    "HOME-028": (
        "编号 {number} 已在登记中使用；请核对编号，或留空由系统编号",
        "the number {number} is in use; check it, or leave it blank to get one",
    ),
    "HOME-029": (
        "办理 {action} 必须写明原因；没有写入任何内容",
        "{action} needs a reason; nothing was written",
    ),
    "HOME-030": (
        "生效日期 {day} 晚于登记库的工作日期 {today}；请填写已经发生的日期",
        "the effective day {day} lies after the register's working date {today}; give a day that has come",
    ),
    "HOME-031": (
        "这个证件号码已登记在人 {person} 名下；请核对号码，或办理迁入",
        "this document is registered for person {person}; check the number, or record a move",
    ),
    "HOME-033": (
        "没有写明是谁：新户至少一名成员，婚嫁要写明登记过的人或新登记人员",
        "nobody is named: a household has at least one member, a marriage a registered person or a newcomer",
    ),
    "HOME-034": (
        "新登记人员没有姓名；请填写姓名",
        "a newcomer has no name; give one",
    ),
    "HOME-035": (
        "户 {household} 的户主离开后还有成员，须指定新户主（建议：人 {proposed}）",
        "household {household} loses its head and has members left; name a new head (proposed: person "
        "{proposed})",
    ),
    "HOME-036": (
        "人 {person} 已登记于 {day} 死亡；如有误请撤销原登记",
        "person {person} is recorded as having died on {day}; undo that record if it is wrong",
    ),
    "HOME-037": (
        "人 {person} 已经是户 {household} 的户主",
        "person {person} is the head of household {household} already",
    ),
    "HOME-038": (
        "人 {person} 已经在户 {household}；请选择另一户",
        "person {person} is in household {household} already; choose another",
    ),
    "HOME-039": (
        "户 {household} 分户：分出的必须是一部分成员，并包括新户的户主",
        "a split of household {household} takes some of its members, and the new head is one of them",
    ),
    "HOME-040": (
        "户 {household} 当日没有“{status}”身份，不能带到新户",
        "household {household} is not registered as {status} that day, so the new one cannot be",
    ),
    "HOME-041": (
        "户 {household} 不能并入自己；请选择另一户",
        "household {household} cannot merge with itself; choose another",
    ),
    "HOME-042": (
        "户 {household} 并户：没有写明人 {person} 与户主的关系",
        "merging household {household}: what is person {person} to the head? Give the relation",
    ),
    "HOME-043": (
        "并入户 {household} 之前，请写明哪些身份继续有效（身份登记号：{statuses}）；不替您猜",
        "before merging into household {household}, say which statuses go on (keys {statuses}); it is not "
        "guessed",
    ),
    "HOME-044": (
        "{subject} {key} 在 {day} 不能登记为“{status}”：当日身份是 {has}。允许的变更见 "
        "docs/reference/register.md",
        "{subject} {key} cannot be registered as {status} on {day} beside {has}; docs/reference/register.md "
        "has the table of what may follow what",
    ),
    "HOME-045": (
        "{subject} {key} 在 {day} 没有可以单独结束的“{status}”；建档立卡、脱贫、监测由后续身份结束",
        "{subject} {key} has no {status} on {day} that ends by itself; registration, exit and watching end "
        "by what follows",
    ),
    "HOME-046": (
        "{subject} {key} 在 {day} 没有“{topic}”登记可更正；请改用登记",
        "{subject} {key} has no record of {topic} on {day} to correct; record it instead",
    ),
    "HOME-047": (
        "{column} 由专门的办理登记，不能在这里改；死亡请办理“死亡”，登记有误请撤销",
        "{column} is recorded by an action of its own: record the death, or undo it if it was wrong",
    ),
    "HOME-048": (
        "收入台账的项目 {item}、金额 {amount} 或附件 {attachment} "
        "不对；金额以分为单位且不为负，附件须属于本户",
        "item {item}, amount {amount} or attachment {attachment} is wrong: fen, not negative, and the "
        "household's own attachment",
    ),
    "HOME-050": (
        "批次 {batch} 不能撤销：后来的 {count} 条登记（批次 {later}）建立在它上面；请先撤销后来的",
        "batch {batch} cannot be undone: {count} later records (batches {later}) rest on it; undo them first",
    ),
    "HOME-051": (
        "批次 {batch} 不能撤销：撤销后登记会自相矛盾（{why}）；请先撤销后来的变动",
        "batch {batch} cannot be undone: the register would contradict itself ({why}); undo later changes "
        "first",
    ),
    "HOME-052": (
        "批次 {batch} 没有可撤销的内容：不存在、已撤销、不是单项办理，或撤销的是一次登记（请重新登记）",
        "batch {batch} has nothing to undo: it does not exist, is undone, is no single action, or undid a "
        "registration (register again)",
    ),
    "HOME-053": (
        "区划代码 {division} 的新代码不对：不能是它自己，也不能改变位数",
        "the successor of division code {division} is wrong: neither itself nor of another length",
    ),
    "HOME-054": (
        "列表条件不对（{detail}）：请按地点或编号排序，每页不超过 200 户，受限主题不能用来筛选",
        "wrong conditions of the list ({detail}): sort by place or number, at most 200 a page, no restricted "
        "topic as a filter",
    ),
    "HOME-060": (
        "附件大小 {size} 字节，上限 {limit} 字节；请压缩或分成几个文件",
        "the attachment has {size} bytes, the limit is {limit}; compress or divide it",
    ),
    "HOME-061": (
        "附件内容不是可接受的类型（只收 JPEG、PNG、PDF、不含宏的 docx/xlsx）：{detail}",
        "the content is of no accepted kind (JPEG, PNG, PDF, docx or xlsx without macros): {detail}",
    ),
    "HOME-062": (
        "附件 {attachment} 的文件缺失或与登记的摘要不符；没有打开，请从备份恢复",
        "the file of attachment {attachment} is missing or differs from its digest; restore the backup",
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
