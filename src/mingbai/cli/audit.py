"""``mingbai audit``: check the chain and the rows; who looked at a record."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, time

import click

from mingbai.cli.errors import REGISTER
from mingbai.cli.options import Day, json_option
from mingbai.common.starting import start_django

_MOST_SHOWN = 40


@click.group()
def audit() -> None:
    """审计：核验审计链和各表，查谁看过 / check the chain and the rows; who looked at a record."""


@audit.command()
@click.option("--expect", default="", metavar="HEAD", help="以前记下的链头 / a head noted earlier")
@json_option
def verify(expect: str, json_out: bool) -> None:
    """核验审计链，并用库里的行重算每一批的摘要 / check the chain and recompute every batch's digests.

    打印的链头请记在别处：链的末尾若被截掉，只有它看得出来。有不符时退出码为 7。

    Note the head it prints somewhere else: it alone shows a cut tail. Exit code 7 when something is wrong.

    例 / example: mingbai audit verify --expect 1234:9f86d0…
    """
    start_django()
    from mingbai.audit.checking import register_address
    from mingbai.audit.verifying import verify as check

    report = check(register_address(), expect)
    if json_out:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        for finding in report.findings[:_MOST_SHOWN]:
            click.echo(f"  ✘ {finding}")
        if (more := len(report.findings) - _MOST_SHOWN) > 0:
            click.echo(f"  … 还有 {more} 处 / {more} more")
        click.echo(f"  {report.events:,} 个事件，{report.rows:,} 行 / events, rows checked")
        if report.uncovered:
            click.echo(f"  {report.uncovered:,} 行没有摘要 / rows that no event digests")
        click.echo(f"  链头 / head {report.head}")
    if report.findings:
        sys.exit(REGISTER)


@audit.command()
@click.option("--person", type=int, help="人的键 / key of a person")
@click.option("--household", type=int, help="户的键 / key of a household")
@json_option
def looks(person: int | None, household: int | None, json_out: bool) -> None:
    """谁在什么时候查阅过一个人或一户的档案 / who looked at a person's or a household's record, and when.

    例 / example: mingbai audit looks --person 4711
    """
    if (person is None) == (household is None):
        raise click.UsageError("请给 --person 或 --household 之一 / give --person or --household")
    start_django()
    from mingbai.audit.access import looks_at

    found = [
        {"at": look.at.isoformat(), "actor": look.actor, "purpose": look.purpose, "via": look.via,
         "leave": look.leave_id}
        for look in looks_at(person, household_id=household)
    ]  # fmt: skip
    if json_out:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for look in found:
        click.echo(f"  {look['at']}  {look['actor']}  {look['purpose']}  {look['via']}")
    click.echo(f"  {len(found)} 次查阅 / looks")


@audit.command("forget-looks")
@click.option(
    "--before", required=True, type=Day(), help="清理这天以前的 / forget those before this day"
)
def forget(before: datetime) -> None:
    """清理保存期满的查阅记录，链上留一笔 / forget looks that were kept long enough; the chain says so.

    例 / example: mingbai audit forget-looks --before 2023-01-01
    """
    start_django()
    from django.utils import timezone

    from mingbai.audit.access import forget_looks

    instant = datetime.combine(before, time.min, UTC)
    event = forget_looks(actor="command", before=instant, now=timezone.now())
    click.echo(f"清理了 {json.loads(event.data)['count']:,} 条 / forgotten")
