"""``mingbai counts``: keep the counts of days that pages ask for, or check those kept against all rows."""

from __future__ import annotations

import json

import click

from mingbai.cli.options import json_option
from mingbai.common.starting import start_django

#: Kept counts that are not those of the rows.
WRONG = 1


@click.command()
@click.option(
    "--check",
    is_flag=True,
    help="与逐户重数的比对，不改任何东西 / compare with a full count, write nothing",
)
@json_option
@click.pass_context
def counts(context: click.Context, check: bool, json_out: bool) -> None:
    """留存各村户数人数：今天、近几个月末、历年年末 / keep the counts of villages on some days.

    评估之后会自动留存；之后登记的，查看时随时补上。

    Evaluating keeps them too; what is recorded later is added whenever somebody looks.

    例 / example: mingbai counts --check
    """
    start_django()
    from mingbai.households.actions.keeping import days_kept, keep_day_counts
    from mingbai.households.queries.daily import count_everybody, village_counts
    from mingbai.places.queries import working_date

    today = working_date()
    if not check:
        kept = keep_day_counts(today=today)
        said = f"留存 {kept} 天的统计 / counts of {kept} days kept"
        click.echo(json.dumps({"days": kept}) if json_out else said)
        return
    days = days_kept(today)
    shown, counted = village_counts(days), count_everybody(days)
    wrong = [day for day in days if shown[day] != counted[day]]
    if json_out:
        found = {"days": len(days), "wrong": [day.isoformat() for day in wrong]}
        click.echo(json.dumps(found))
    else:
        for day in wrong:
            click.echo(f"{day}：与逐户重数的不一样 / differs from a full count")
        click.echo(
            f"比对 {len(days)} 天，{len(wrong)} 天不一样 / {len(days)} days compared, {len(wrong)} differ"
        )
    context.exit(WRONG if wrong else 0)
