"""Numbered errors of users, posts, second factors and keys for programs (账号错误)."""

from __future__ import annotations

from mingbai.common.errors import RegisterError, error_from

CATALOGUE: dict[str, tuple[str, str]] = {
    "ACC-001": (
        "账号“{username}”已经有人用；请换一个",
        "the account {username} is taken; choose another",
    ),
    "ACC-002": (
        "密码不行：{detail_zh}。请换一个至少 10 个字符、不含账号、不常见的",
        "the password does not do: {detail_en}. Choose one of at least 10 characters, without the account, "
        "not common",
    ),
    "ACC-003": (
        "没有“{role}”这个角色；角色见 docs/reference/roles.md",
        "there is no role {role}; see docs/reference/roles.md",
    ),
    "ACC-004": (
        "{role}的任职要写明{wanted_zh}，收到“{division}”；请改正区划代码",
        "a post as {role} needs {wanted_en}, got {division}; correct the code",
    ),
    "ACC-005": (
        "区划 {division} 在 {day} 不在用{hint}；请写当天在用的代码",
        "the division {division} is not in use on {day}{hint}; give the code of that day",
    ),
    "ACC-006": (
        "同一人不能同时担任：{one_zh} 与 {other_zh}（{detail_zh}）。请先结束其中一个、错开期间，或另派一人",
        "one person cannot have both: {one_en} and {other_en} ({detail_en}). End one of them, let the "
        "periods not overlap, or appoint somebody else",
    ),
    "ACC-007": (
        "不能给自己任职；请由另一位有权授予任职的人办理",
        "nobody gives a post to oneself; let another who may grant posts do it",
    ),
    "ACC-008": (
        "期间不对：{start} 到 {end}。止日要在起日之后，并落在允许的 {low} 到 {high} 之内",
        "the period {start} to {end} is wrong: it must end after it starts and lie within {low} to "
        "{high}",
    ),
    "ACC-009": (
        "任职 {post} 不能这样代理：{detail_zh}；请改派",
        "post {post} cannot be deputised so: {detail_en}; appoint somebody else",
    ),
    "ACC-010": (
        "行业部门的任职要写明看哪些主题，收到“{topics}”；可写：{known}",
        "a line department's post must name its topics, got {topics}; known are {known}",
    ),
    "ACC-011": (
        "任职 {post} 在 {day} 之前已经结束；没有可改的",
        "post {post} ended before {day}; there is nothing to change",
    ),
    "ACC-012": (
        "不能越权查阅：{detail_zh}",
        "reading outside the scope is refused: {detail_en}",
    ),
    "ACC-013": (
        "令牌不能带这些权限：{permissions}。令牌只能带它所属任职已有的权限，不含账号管理和越权查阅",
        "a key cannot carry {permissions}: only what its post may do, and neither accounts nor outside "
        "reading",
    ),
    "ACC-014": (
        "令牌的止期要在 {now} 之后、{latest} 之前；收到 {expires}",
        "a key must expire after {now} and before {latest}; got {expires}",
    ),
    "ACC-015": (
        "演示账号的密码人人知道，只能建在合成库里；这个库没有标明是合成数据",
        "everybody knows the passwords of demonstration accounts: they exist in a synthetic register "
        "only, and this one is not marked as such",
    ),
    "ACC-016": (
        "验证码不对或已经用过；请等下一组六位数字，或用一个恢复码",
        "the code is wrong or used already; wait for the next six digits, or use a recovery code",
    ),
    "ACC-017": (
        "试得太多，请 {seconds} 秒后再试",
        "too many tries; wait {seconds} seconds",
    ),
    "ACC-018": (
        "这个账号已经绑定了验证器；换手机请先由账号管理员解除",
        "the account has an authenticator; for another phone let an administrator of accounts remove "
        "it first",
    ),
    "ACC-019": (
        "任职 {post} 不按户清单（{role}）；只有帮扶责任人和第三方评估按户",
        "post {post} ({role}) has no list of households; only helpers and evaluators have",
    ),
    "ACC-020": (
        "账号表缺列：{columns}；表头要有 {wanted}",
        "the sheet of users lacks {columns}; its header needs {wanted}",
    ),
    "ACC-021": (
        "账号表有 {count} 行不能用，一个账号也没有建；请先看逐行结论，改好再导入",
        "{count} rows of the sheet cannot be used and no account was made; look at the verdicts, "
        "correct, import again",
    ),
    "ACC-022": (
        "密码文件 {path} 已经存在，不覆盖；请换个文件名或先收好旧的",
        "the password file {path} exists and is not overwritten; choose another name or put the old "
        "one away",
    ),
    "ACC-023": (
        "没有在用的账号“{username}”；请核对，停用的先恢复",
        "there is no active account {username}; check it, or activate it again first",
    ),
    "ACC-024": (
        "请写明理由；{what_zh}要留下理由备查",
        "say why; {what_en} leaves its reason behind",
    ),
    "ACC-025": (
        "原密码不对；没有改动",
        "the old password is wrong; nothing was changed",
    ),
    "ACC-026": (
        "账号表读不了：{detail_zh}",
        "the sheet of users cannot be read: {detail_en}",
    ),
    "ACC-027": (
        "账号“{username}”不行：要 3 到 40 个字母、数字、点、横线或下划线，以字母开头",
        "the account {username} does not do: 3 to 40 letters, digits, dots, dashes or underscores, a "
        "letter first",
    ),
    "ACC-028": (
        "这里已经建好登记库，开办页不再开放；请直接登录，账号由账号管理员开",
        "the register is here already and the first page is closed; sign in, accounts are made by the "
        "administrator of accounts",
    ),
    "ACC-029": (
        "不能对自己的账号这样做：{what_zh}。请由另一位账号管理员办理",
        "nobody does this to the own account: {what_en}. Let another administrator of accounts do it",
    ),
}  # fmt: skip


def error(code: str, **values: object) -> RegisterError:
    """The error with this number."""
    return error_from(CATALOGUE, code, **values)
