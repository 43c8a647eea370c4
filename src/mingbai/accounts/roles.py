"""Roles as code (角色): who may do what, at which level, and why. docs/reference/roles.md is made from here.

Three levels of duty (S0-09: county leads, township answers, village does) and one single entry point
for household facts (S0-14: one information officer a village). A right that is not listed is not given;
nobody has rights of their own. Restricted topics (health, conviction S2-49, bank) are opened only where a
duty needs them, and the description says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mingbai.places.enums import Level


class Permission(StrEnum):
    """What somebody may do (权限)."""

    HOUSEHOLDS_READ = "households.read"
    HOUSEHOLDS_WRITE = "households.write"
    HOUSEHOLDS_IMPORT = "households.import"
    HEALTH_READ = "health.read"
    HEALTH_WRITE = "health.write"
    CONVICTION_READ = "conviction.read"
    CONVICTION_WRITE = "conviction.write"
    BANK_READ = "bank.read"
    BANK_WRITE = "bank.write"
    NUMBERS_READ = "accounts.numbers.read"
    PERSONS_EXPORT = "persons.export"
    EVALUATION_READ = "evaluation.read"
    EVALUATION_RUN = "evaluation.run"
    WALL_READ = "wall.read"
    RULES_TRY = "rules.try"
    RULES_PROPOSE = "rules.propose"
    RULES_PUBLISH = "rules.publish"
    BATCHES_UNDO = "batches.undo"
    EXPORT_MAKE = "export.make"
    EXPORT_FULL = "export.full"
    PROFILES_WRITE = "profiles.write"
    PLACES_WRITE = "places.write"
    OUTSIDE_READ = "outside.read"
    USERS_MANAGE = "users.manage"
    POSTS_GRANT = "posts.grant"
    TOKENS_ISSUE = "tokens.issue"
    AUDIT_READ = "audit.read"


#: What each permission lets somebody do: Chinese, English.
PERMISSION_LABELS: dict[Permission, tuple[str, str]] = {
    Permission.HOUSEHOLDS_READ: ("查看户和人", "see households and persons, numbers masked"),
    Permission.HOUSEHOLDS_WRITE: ("登记和更正", "record and correct facts and events"),
    Permission.HOUSEHOLDS_IMPORT: ("导入部门表格", "import the offices' tables"),
    Permission.HEALTH_READ: ("查看健康", "see illness and disability (restricted)"),
    Permission.HEALTH_WRITE: ("登记健康", "record illness and disability (restricted)"),
    Permission.CONVICTION_READ: ("查看服刑记录", "see convictions (restricted)"),
    Permission.CONVICTION_WRITE: ("登记服刑记录", "record convictions (restricted)"),
    Permission.BANK_READ: ("查看银行账号", "see bank accounts (restricted)"),
    Permission.BANK_WRITE: ("登记银行账号", "record bank accounts (restricted)"),
    Permission.NUMBERS_READ: ("查看完整号码", "see full ID numbers and phones; each look is logged"),
    Permission.PERSONS_EXPORT: ("导出本人数据", "hand a person their own data"),
    Permission.EVALUATION_READ: ("查看评估结果", "see states and reasons"),
    Permission.EVALUATION_RUN: ("运行评估", "evaluate the rules over the register"),
    Permission.WALL_READ: ("查看作战图", "see the wall of a whole place: counts without names"),
    Permission.RULES_TRY: ("试算参数", "try another value of a parameter; changes nothing"),
    Permission.RULES_PROPOSE: ("提出改参数", "propose another value of a parameter, with its document"),
    Permission.RULES_PUBLISH: ("发布参数", "publish or refuse what somebody else proposed"),
    Permission.BATCHES_UNDO: ("撤销批次", "undo a batch within one's scope"),
    Permission.EXPORT_MAKE: ("导出表格", "make exports with masked numbers"),
    Permission.EXPORT_FULL: ("导出完整号码", "make exports with full numbers; each is logged"),
    Permission.PROFILES_WRITE: ("填报村情", "record how a village stands"),
    Permission.PLACES_WRITE: ("维护区划", "change divisions, denominators and village statuses"),
    Permission.OUTSIDE_READ: ("越权查阅", "read outside one's scope, with reason and time limit; logged"),
    Permission.USERS_MANAGE: ("管理账号", "make, close and reset accounts"),
    Permission.POSTS_GRANT: ("授予任职", "give and end posts below one's own level"),
    Permission.TOKENS_ISSUE: ("签发令牌", "issue and revoke keys for programs"),
    Permission.AUDIT_READ: ("查看审计", "read the audit chain and the access logs"),
}  # fmt: skip

#: What an outside reading opens, at most: never a restricted topic, a full number or a write.
OUTSIDE = frozenset({Permission.HOUSEHOLDS_READ, Permission.EVALUATION_READ})

#: What a program's key never carries: rights over accounts, and what needs a person's stated reason.
NOT_FOR_TOKENS = frozenset(
    {
        Permission.USERS_MANAGE,
        Permission.POSTS_GRANT,
        Permission.TOKENS_ISSUE,
        Permission.OUTSIDE_READ,
        Permission.RULES_PROPOSE,
        Permission.RULES_PUBLISH,
    }
)


class Duty(StrEnum):
    """What a role answers for, where two duties must not meet in one person (职责)."""

    POSTS = "posts"
    VERIFIES = "verifies"
    PROPOSES = "proposes"
    APPROVES = "approves"
    INSPECTED = "inspected"
    INSPECTS = "inspects"
    ADMINISTERS = "administers"
    WRITES = "writes"
    AUDITS = "audits"


@dataclass(frozen=True)
class Incompatible:
    """Two duties one person must not have at the same time (不相容职责), and why."""

    one: Duty
    other: Duty
    zh: str
    en: str
    anywhere: bool = False  # also when the two places have nothing in common


INCOMPATIBLE: tuple[Incompatible, ...] = (
    Incompatible(
        Duty.POSTS, Duty.VERIFIES,
        "发布需求的人不能核实同一需求", "who posts a need does not verify it",
    ),
    Incompatible(
        Duty.PROPOSES, Duty.APPROVES,
        "提出名单的人不能批准名单", "who proposes a list does not approve it",
    ),
    Incompatible(
        Duty.INSPECTED, Duty.INSPECTS,
        "被检查的人不能检查自己", "who is inspected does not inspect",
    ),
    Incompatible(
        Duty.ADMINISTERS, Duty.WRITES,
        "管账号的人不能登记数据：否则可以给自己开账号再改数据",
        "who makes accounts does not write data: one could make an account for oneself to write with",
        anywhere=True,
    ),
    Incompatible(
        Duty.AUDITS, Duty.WRITES,
        "审计的人不能登记数据", "who audits does not write what is audited", anywhere=True,
    ),
    Incompatible(
        Duty.AUDITS, Duty.ADMINISTERS,
        "审计的人不能管账号：授权也在审计之列", "who audits does not give rights: grants are audited too",
        anywhere=True,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Role:
    """A role (角色): what its posts may do at a level, within a division or on a list of households."""

    key: str
    zh: str
    en: str
    level: Level
    does_zh: str
    does_en: str
    permissions: frozenset[Permission]
    duties: frozenset[Duty] = frozenset()
    by_list: bool = False  # the scope is a list of households, not a division
    by_topic: bool = False  # a post must name its topics and sees no others

    @property
    def second_factor(self) -> bool:
        """County roles sign in with a second factor (第二因子)."""
        return self.level == Level.COUNTY

    @property
    def label(self) -> str:
        """The Chinese name, for screens."""
        return self.zh


_P, _D = Permission, Duty
_READ = frozenset({_P.HOUSEHOLDS_READ, _P.EVALUATION_READ})
_RECORD = _READ | {_P.HOUSEHOLDS_WRITE, _P.HEALTH_READ, _P.HEALTH_WRITE}

_ALL = (
    Role(
        "village_officer", "村信息员", "Village information officer", Level.VILLAGE,
        "户情的唯一入口：登记、更新、排查。病残是致贫风险，在门口问到就登记，所以可看可写健康；"
        "不看银行账号和服刑记录",
        "The single entry point for household facts (S0-14): registers, updates, sweeps. Illness and "
        "disability are asked at the door, hence health; no bank accounts, no convictions.",
        _RECORD | {_P.PROFILES_WRITE, _P.EXPORT_MAKE},
        frozenset({_D.POSTS, _D.PROPOSES, _D.INSPECTED, _D.WRITES}),
    ),
    Role(
        "helper", "帮扶责任人", "Helper", Level.VILLAGE,
        "走访结对的户，定措施、记需求。因病致贫的措施离不开病情，所以可看健康，不能改",
        "Visits the paired households, agrees measures, notes wishes. Measures against illness need to "
        "know it, hence health to read, not to write.",
        _READ | {_P.HOUSEHOLDS_WRITE, _P.HEALTH_READ},
        frozenset({_D.INSPECTED, _D.WRITES}),
        by_list=True,
    ),
    Role(
        "resident_team", "驻村工作队", "Resident team", Level.VILLAGE,
        "驻村走访、核实、提出名单；第一书记同此角色。核实因病因残风险要看健康",
        "Lives in the village, visits, checks, proposes; the first secretary has this role. Checking "
        "risks from illness and disability needs health.",
        _RECORD | {_P.PROFILES_WRITE},
        frozenset({_D.POSTS, _D.PROPOSES, _D.INSPECTED, _D.WRITES}),
    ),
    Role(
        "township_clerk", "乡镇经办", "Township clerk", Level.TOWNSHIP,
        "核实村里登记的健康等情况，导入表格，办公示和发放。发放要核对账号；"
        "刑满释放人员一人一策在乡镇办理（S2-49），所以三类受限内容都可看可写",
        "Verifies what villages record, imports tables, runs notices and payments. Payments need the "
        "account; the individual plan of a released person is made here (S2-49): all three restricted "
        "topics.",
        _RECORD | {
            _P.HOUSEHOLDS_IMPORT, _P.CONVICTION_READ, _P.CONVICTION_WRITE, _P.BANK_READ, _P.BANK_WRITE,
            _P.NUMBERS_READ, _P.PERSONS_EXPORT, _P.BATCHES_UNDO, _P.EXPORT_MAKE, _P.PROFILES_WRITE,
            _P.WALL_READ, _P.RULES_TRY,
        },
        frozenset({_D.VERIFIES, _D.PROPOSES, _D.INSPECTED, _D.WRITES}),
    ),
    Role(
        "township_lead", "乡镇分管领导", "Township lead", Level.TOWNSHIP,
        "审核名单，安排村级人员。看结果和理由，不登记，不看受限内容",
        "Approves lists, appoints the village level. Sees results and reasons; records nothing and "
        "opens no restricted topic.",
        _READ | {_P.EXPORT_MAKE, _P.POSTS_GRANT, _P.OUTSIDE_READ, _P.WALL_READ, _P.RULES_TRY},
        frozenset({_D.APPROVES, _D.INSPECTED}),
    ),
    Role(
        "county_officer", "县级业务", "County officer", Level.COUNTY,
        "导入部门名单，运行评估，维护区划和口径，提出改参数。比对病残名单要看健康；不看银行账号和服刑记录",
        "Imports the departments' lists, runs the rules, keeps divisions and denominators, proposes "
        "parameters. Comparing lists of illness and disability needs health; no bank accounts, no "
        "convictions.",
        _RECORD | {
            _P.HOUSEHOLDS_IMPORT, _P.NUMBERS_READ, _P.PERSONS_EXPORT, _P.EVALUATION_RUN, _P.BATCHES_UNDO,
            _P.EXPORT_MAKE, _P.EXPORT_FULL, _P.PROFILES_WRITE, _P.PLACES_WRITE, _P.POSTS_GRANT,
            _P.TOKENS_ISSUE, _P.OUTSIDE_READ, _P.WALL_READ, _P.RULES_TRY, _P.RULES_PROPOSE,
        },
        frozenset({_D.PROPOSES, _D.INSPECTED, _D.WRITES}),
    ),
    Role(
        "county_approver", "县级审批", "County approver", Level.COUNTY,
        "批准纳入、退出、风险消除，发布别人提出的参数。不登记；因病风险的批准要看病情，所以可看健康",
        "Approves admission, exit and clearing of risk; publishes parameters that others proposed. Records "
        "nothing; approving a risk from illness needs to see it, hence health to read.",
        _READ | {
            _P.HEALTH_READ, _P.EXPORT_MAKE, _P.OUTSIDE_READ, _P.WALL_READ, _P.RULES_TRY, _P.RULES_PUBLISH,
        },
        frozenset({_D.APPROVES, _D.INSPECTED}),
    ),
    Role(
        "line_department", "行业部门", "Line department clerk", Level.COUNTY,
        "只看、只导入任职写明的内容（如住建看住房、卫健看健康）；受限内容也要任职写明才开",
        "Sees and imports only the topics its post names (housing for 住建, health for 卫健); a "
        "restricted topic opens only when the post names it.",
        _READ | {
            _P.HOUSEHOLDS_IMPORT, _P.HEALTH_READ, _P.HEALTH_WRITE, _P.CONVICTION_READ, _P.BANK_READ,
            _P.EXPORT_MAKE,
        },
        frozenset({_D.INSPECTED, _D.WRITES}),
        by_topic=True,
    ),
    Role(
        "inspector", "督查人员", "Inspector", Level.COUNTY,
        "抽查户，看依据和理由，看谁登记、谁看过，核验审计链，不登记。病情以走访为准，不从登记里看",
        "Draws households and checks evidence, reasons, who recorded and who looked, verifies the chain, "
        "records no facts. Illness is seen at the visit, not in the register.",
        _READ | {_P.EXPORT_MAKE, _P.OUTSIDE_READ, _P.WALL_READ, _P.AUDIT_READ},
        frozenset({_D.INSPECTS}),
    ),
    Role(
        "evaluator", "第三方评估", "Third-party evaluator", Level.COUNTY,
        "只看样本户，期满即止；不看受限内容和完整号码",
        "Sees the households of the sample only, until the period ends; no restricted topic, no full "
        "number.",
        _READ, frozenset({_D.INSPECTS}), by_list=True,
    ),
    Role(
        "account_administrator", "账号管理员", "Administrator of accounts", Level.COUNTY,
        "开户、停用、重置、授予任职。看不到任何户",
        "Makes, closes and resets accounts, gives posts. Sees no household.",
        frozenset({_P.USERS_MANAGE, _P.POSTS_GRANT, _P.TOKENS_ISSUE}), frozenset({_D.ADMINISTERS}),
    ),
    Role(
        "auditor", "审计人员", "Auditor", Level.COUNTY,
        "看审计链和查阅记录，验证链条。看不到任何户",
        "Reads the audit chain and the access logs and verifies them. Sees no household.",
        frozenset({_P.AUDIT_READ}), frozenset({_D.AUDITS}),
    ),
)  # fmt: skip

ROLES: dict[str, Role] = {role.key: role for role in _ALL}


def clashes(one: Role, other: Role) -> list[Incompatible]:
    """The pairs of duties that keep one person from having both roles (不相容职责)."""
    return [
        pair
        for pair in INCOMPATIBLE
        if (pair.one in one.duties and pair.other in other.duties)
        or (pair.other in one.duties and pair.one in other.duties)
    ]
