"""``mingbai migrate``: bring the database up to date."""

from __future__ import annotations

import json

import click

from mingbai.cli.options import json_option
from mingbai.common.starting import start_django


@click.command()
@json_option
def migrate(json_out: bool) -> None:
    """建表、更新表结构、清理中断的批次 / build and update the tables, sweep what was cut off.

    可以反复运行；密钥文件不对时不改动任何东西。

    Safe to run again; changes nothing when the key file is wrong.

    例 / example: mingbai migrate
    """
    start_django()
    from mingbai.config.migrating import migrate as bring_up_to_date

    done = bring_up_to_date((lambda text: None) if json_out else click.echo)
    if json_out:
        click.echo(json.dumps(done, ensure_ascii=False))
