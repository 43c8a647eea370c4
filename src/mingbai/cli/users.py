"""``mingbai users``: accounts and their posts, from the machine itself."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mingbai.cli.options import Day, json_option
from mingbai.common.starting import start_django

if TYPE_CHECKING:  # Django's models are imported once it is started
    from mingbai.accounts.models import Post, User
    from mingbai.accounts.sheet import Outcome, Row

ACTOR = "command"
REFUSED = 1

_account = click.argument("account", metavar="ACCOUNT")


@click.group()
def users() -> None:
    """账号和任职：导入、添加、停用、重置 / accounts and posts."""
    start_django()


@users.command("list")
@json_option
def list_users(json_out: bool) -> None:
    """有哪些账号、任什么职 / the accounts and their posts of today.

    例 / example: mingbai users list --json
    """
    from mingbai.accounts.models import User
    from mingbai.accounts.queries import posts_of
    from mingbai.places.queries import working_date

    found = list(User.objects.order_by("username"))
    day, posts = working_date(), posts_of(found)
    rows = [
        {
            "account": one.username, "name": one.name, "unit": one.unit, "active": one.is_active,
            "posts": [_post_row(post) for post in posts[one.pk] if post.stands_on(day)],
        }
        for one in found
    ]  # fmt: skip
    if json_out:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        held = "；".join(f"{one['role']} {one['division']}" for one in row["posts"]) or "—"
        closed = "" if row["active"] else "  已停用 / closed"
        click.echo(f"  {row['account']:24} {row['name']}  {held}{closed}")


def _post_row(post: Post) -> dict[str, Any]:
    return {
        "id": post.pk, "role": post.role, "division": post.division_code,
        "from": post.valid_from.isoformat(), "to": post.valid_to and post.valid_to.isoformat(),
    }  # fmt: skip


@users.command()
@json_option
def check(json_out: bool) -> None:
    """村合并以后互不相容的任职 / posts that became incompatible when their places merged.

    没有就是退出码 0，有就是 1 / exit code 1 where there are any.

    例 / example: mingbai users check
    """
    from mingbai.accounts.posts import clashing
    from mingbai.places.queries import working_date

    found = clashing(working_date())
    if json_out:
        rows = [
            {"account": one.user.username, "posts": [_post_row(one.one), _post_row(one.other)],
             "zh": one.pair.zh, "en": one.pair.en}
            for one in found
        ]  # fmt: skip
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for one in found:
            click.echo(f"  {one.user.username:24} {one.problem}")
        click.echo(f"  任职冲突 / posts that clash: {len(found)}")
    if found:
        raise click.exceptions.Exit(REFUSED)


@users.command("import")
@click.argument("sheet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只看逐行结论，不建账号 / only the verdicts")
@click.option(
    "--passwords", type=click.Path(dir_okay=False, path_type=Path),
    help="一次性密码写到这个新文件，只有本人能读 / one-time passwords go to this new file, mode 0600",
)  # fmt: skip
@json_option
def import_sheet(sheet: Path, dry_run: bool, passwords: Path | None, json_out: bool) -> None:
    """按表建账号和任职：全部可用才建 / make the accounts of a sheet, all or none.

    表头：姓名、账号、单位、角色、区划代码或名称、起、止（行业部门加：主题）。同一账号多行就是多个任职。

    例 / example: mingbai users import 账号.xlsx --passwords 密码.csv
    """
    from mingbai.accounts.sheet import import_users
    from mingbai.places.queries import working_date

    if not dry_run and passwords is None:
        raise click.UsageError("请用 --passwords 给出密码文件 / name a file with --passwords")
    day = working_date()
    outcome = import_users(actor=ACTOR, path=sheet, dry_run=True, day=day)
    if not (dry_run or outcome.refused):
        outcome = import_users(
            actor=ACTOR, path=sheet, dry_run=False, day=day, passwords_to=passwords
        )
    _tell(outcome, json_out)
    if outcome.refused:
        raise click.exceptions.Exit(REFUSED)
    if outcome.passwords and not json_out:
        click.echo(f"  一次性密码在 / one-time passwords are in {passwords}")


def _tell(outcome: Outcome, json_out: bool) -> None:
    if json_out:
        click.echo(json.dumps([_verdict(row) for row in outcome.rows], ensure_ascii=False))
        return
    for row in outcome.rows:
        said = "；".join(f"[{one.code}] {one.zh} / {one.en}" for one in row.problems)
        click.echo(f"  {row.number:>5}  {row.verdict:8} {row.cells['username']}  {said}".rstrip())


def _verdict(row: Row) -> dict[str, Any]:
    return {
        "row": row.number, "account": row.cells["username"], "verdict": row.verdict,
        "problems": [{"code": one.code, "zh": one.zh, "en": one.en} for one in row.problems],
    }  # fmt: skip


@users.command()
@_account
@click.option("--name", required=True, help="姓名 / name")
@click.option("--unit", default="", help="单位 / unit")
def add(account: str, name: str, unit: str) -> None:
    """添加一个账号，打印一次性密码 / add one account and print its one-time password.

    密码只在终端上打印一次，不写日志；首次登录要改。

    例 / example: mingbai users add wang.fang --name 王芳 --unit 东镇人民政府
    """
    from mingbai.accounts.actions import create_user
    from mingbai.accounts.passwords import draw_password

    password = draw_password()
    create_user(actor=ACTOR, username=account, name=name, unit=unit, password=password)
    click.echo(f"{account}  {password}")


@users.command()
@_account
@click.argument("role", metavar="ROLE")
@click.argument("division", metavar="CODE", default="")
@click.option(
    "--from", "valid_from", type=Day(), help="起 / first day; 不给就是今天 / today if absent"
)
@click.option("--to", "valid_to", type=Day(), help="止（不含）/ end, excluded")
@click.option(
    "--topic", "topics", multiple=True, help="行业部门看的主题 / topics of a line department"
)
@click.option("--reason", default="", help="依据 / on what ground")
def post(
    account: str,
    role: str,
    division: str,
    valid_from: date | None,
    valid_to: date | None,
    topics: tuple[str, ...],
    reason: str,
) -> None:
    """授予一个任职 / give an account a role in a place.

    例 / example: mingbai users post wang.fang township_clerk 430525101 --from 2026-07-01
    """  # fmt: skip
    from mingbai.accounts.actions import grant_post
    from mingbai.places.queries import working_date

    given = grant_post(
        actor=ACTOR, user=_user(account), role=role, division_code=division,
        valid_from=valid_from or working_date(), valid_to=valid_to, topics=topics, reason=reason,
    )  # fmt: skip
    click.echo(f"任职 {given.pk} / post {given.pk}")


@users.command()
@_account
@click.option("--reason", required=True, help="理由 / why")
def deactivate(account: str, reason: str) -> None:
    """停用账号：不能再登录，历史留着 / close an account; its history stays.

    例 / example: mingbai users deactivate wang.fang --reason 调离
    """
    from mingbai.accounts.actions import deactivate as close

    close(actor=ACTOR, user=_user(account), reason=reason)
    click.echo(f"已停用 / closed: {account}")


@users.command("reset-password")
@_account
@click.option(
    "--second-factor", is_flag=True, help="连验证器一起解除 / remove the authenticator too"
)
def reset_password(account: str, second_factor: bool) -> None:
    """重置密码，打印一次性密码 / print a one-time password for an account.

    例 / example: mingbai users reset-password wang.fang
    """
    from mingbai.accounts.actions import reset_password as reset
    from mingbai.accounts.second_factor import reset_second_factor

    user = _user(account)
    if second_factor:
        reset_second_factor(actor=ACTOR, user=user, reason="reset-password --second-factor")
    click.echo(f"{account}  {reset(actor=ACTOR, user=user)}")


@users.command()
def demonstration() -> None:
    """在合成库里每个角色建一个演示账号 / one demonstration account a role, in a synthetic register only.

    帮扶责任人配好结对户，第三方评估配好样本 / the helper gets households, the evaluator a sample.

    例 / example: mingbai users demonstration
    """
    from mingbai.accounts.demonstration import PASSWORD
    from mingbai.config.demonstration import make_accounts

    made = make_accounts()
    for user in made:
        click.echo(f"  {user.username:24} {user.name}")
    click.echo(f"  密码 / password: {PASSWORD}" if made else "  都已经有了 / all are there")


def _user(account: str) -> User:
    from mingbai.accounts.queries import user_named

    return user_named(account)
