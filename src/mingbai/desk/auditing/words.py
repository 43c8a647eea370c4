"""Actions of the audit chain in words (审计用语): what somebody did, as a person would say it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from mingbai.households.enums import StatusKind

#: Action → words. A test finds every action that the code records.
ACTIONS = {
    "accounts.outside_reading.ended": noop("结束越权查阅"),
    "accounts.outside_reading.opened": noop("开始越权查阅"),
    "accounts.post.deputised": noop("指定代理"), "accounts.post.ended": noop("结束任职"),
    "accounts.post.granted": noop("授予任职"),
    "accounts.post.households_assigned": noop("分派帮扶户"),
    "accounts.post.households_released": noop("收回帮扶户"),
    "accounts.second_factor.codes_renewed": noop("换恢复码"),
    "accounts.second_factor.confirmed": noop("绑定手机验证"),
    "accounts.second_factor.recovered": noop("用恢复码登录"),
    "accounts.second_factor.released": noop("换手机"),
    "accounts.second_factor.reset": noop("解除手机验证"),
    "accounts.session.ended": noop("退出登录"), "accounts.session.started": noop("登录"),
    "accounts.sessions.ended": noop("结束各处登录"), "accounts.token.issued": noop("发接口令牌"),
    "accounts.token.revoked": noop("收回接口令牌"), "accounts.user.activated": noop("恢复账号"),
    "accounts.user.created": noop("建账号"), "accounts.user.deactivated": noop("停用账号"),
    "accounts.user.password_set": noop("改密码"), "accounts.user.unlocked": noop("解锁账号"),
    "accounts.users.imported": noop("批量建账号"),
    "audit.backup.made": noop("做备份"), "audit.backup.restored": noop("从备份恢复"),
    "audit.batch.swept": noop("清扫没写完的批次"), "audit.batch.undone": noop("撤销一批"),
    "audit.chain.verified": noop("核验审计链"),
    "audit.key.rotated": noop("换密钥"), "audit.looks.forgotten": noop("清除过期的查阅记录"),
    "decisions.households.evaluated": noop("变动后重评"), "decisions.rules.proposed": noop("提出改参数"),
    "decisions.rules.published": noop("发布参数"), "decisions.rules.refused": noop("退回参数提案"),
    "decisions.rules.withdrawn": noop("撤回参数提案"), "decisions.run.recorded": noop("全面评估"),
    "desk.events.exported": noop("导出审计事件"),
    "desk.list.exported": noop("导出名单"), "desk.table.exported": noop("导出统计表"),
    "desk.users.passwords": noop("发初始密码"), "desk.users.sheet": noop("导入账号表"),
    "households.account.shown": noop("查看银行账号"), "households.action.undone": noop("撤销一次登记"),
    "households.attachment.added": noop("添加附件"), "households.attachment.opened": noop("打开附件"),
    "households.attachment.withdrawn": noop("撤回附件"), "households.entry.added": noop("登记一笔"),
    "households.entry.corrected": noop("更正一笔"), "households.entry.withdrawn": noop("撤回一笔"),
    "households.facts.corrected": noop("更正事实"), "households.facts.recorded": noop("登记事实"),
    "households.headship.taken_over": noop("换户主"), "households.household.ended": noop("销户"),
    "households.household.merged": noop("并户"), "households.household.moved": noop("迁居"),
    "households.household.registered": noop("立户"), "households.household.split": noop("分户"),
    "households.membership.corrected": noop("更正成员"), "households.numbers.shown": noop("查看证件号码"),
    "households.person.born": noop("登记出生"), "households.person.died": noop("登记死亡"),
    "households.person.divorced": noop("登记离婚"), "households.person.exported": noop("导出本人资料"),
    "households.person.left": noop("登记离户"), "households.person.married": noop("登记结婚"),
    "households.person.registered": noop("登记入户"),
    "households.residences.recoded": noop("住址换新代码"),
    "intake.difference.taken": noop("下载差异表"), "intake.export.made": noop("导出上报表"),
    "intake.file.accepted": noop("收下文件"), "intake.import.recorded": noop("导入名单"),
    "intake.layout.said": noop("指明列对照"), "intake.returned.taken": noop("下载退回表"),
    "intake.rows.chosen": noop("取舍导入的行"), "intake.undo.ordered": noop("下令撤销导入"),
    "jobs.job.started": noop("开始后台任务"), "jobs.job.stopped": noop("停下后台任务"),
    "places.denominator.counted": noop("登记人口分母"), "places.division.merged": noop("并村并镇"),
    "places.division.recoded": noop("区划换代码"), "places.division.renamed": noop("区划改名"),
    "places.division.split": noop("区划拆分"), "places.division.succession_told": noop("登记区划沿革"),
    "places.divisions.loaded": noop("装入区划"), "places.place.loaded": noop("装入整个地方"),
    "places.profile.set": noop("登记村情"), "places.register.created": noop("建登记库"),
    "places.register.working_date_set": noop("改工作日期"),
    "places.shapes.kept": noop("存入地界"), "places.shapes.removed": noop("撤下地界"),
    "places.village_status.ended": noop("结束村的身份"), "places.village_status.set": noop("登记村的身份"),
}  # fmt: skip
#: How the actions of a package begin → what they are about.
GROUPS = {
    "households.": noop("户与人"), "intake.": noop("导入"), "decisions.": noop("评估"),
    "desk.": noop("导出与页面"), "accounts.": noop("账号与任职"), "places.": noop("区划与村"),
    "jobs.": noop("后台任务"), "audit.": noop("审计与备份"),
}  # fmt: skip
#: How the actions on statuses begin and end; between stands the kind.
STATUS, OPENED, CLOSED = "households.status.", "_opened", "_closed"


def known_actions() -> tuple[str, ...]:
    """Every action there can be, those on statuses included."""
    turns = [f"{STATUS}{kind.value}{turn}" for kind in StatusKind for turn in (OPENED, CLOSED)]
    return (*ACTIONS, *turns)


def action_words(action: str) -> str:
    """What somebody did, in the language of the page; an action without words by its name."""
    if action.startswith(STATUS):
        kind, _line, turn = action.removeprefix(STATUS).rpartition("_")
        known = {one.value: one.label for one in StatusKind}
        if kind in known:
            said = _("登记身份：{kind}") if f"_{turn}" == OPENED else _("结束身份：{kind}")
            return said.format(kind=_(known[kind]))
    return _(ACTIONS[action]) if action in ACTIONS else action
