"""``mingbai restore``: put a backup in the place of what is here."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mingbai.cli.options import json_option
from mingbai.common.starting import start_django
from mingbai.config.archives import check_keys_of, read_manifest
from mingbai.config.environment import read_environment


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="替换这里已有的数据 / replace the data that are here")
@json_option
def restore(file: Path, replace: bool, json_out: bool) -> None:
    """从备份恢复；先核对密钥，后核验审计链 / restore from a backup; the key is checked first, the chain last.

    请先把单独保管的密钥文件放到 MINGBAI_KEY_FILE。这里已有数据时，没有 --replace 就不动；
    替换前请停掉 serve 和 worker。

    Put the key file, which is kept apart, to MINGBAI_KEY_FILE first. Where data are, nothing is done without
    --replace; stop serve and worker before.

    例 / example: mingbai restore /media/backup/2026-06-30.mingbai
    """
    # Before Django starts: it would make a new key file where none is.
    check_keys_of(read_manifest(file), read_environment().key_file)
    start_django()
    from mingbai.config.restoring import restore as put_back

    manifest, report = put_back(
        file.absolute(), replace=replace, say=(lambda text: None) if json_out else click.echo
    )
    if json_out:
        click.echo(
            json.dumps({"made_at": manifest["made_at"], **report.as_json()}, ensure_ascii=False)
        )
        return
    click.echo(f"已恢复 {manifest['made_at']} 的备份 / restored the backup of that time")
    click.echo(
        f"  {report.events:,} 个事件，{report.rows:,} 行，核验无误 / events and rows, all in order"
    )
    click.echo(f"  链头 / head {report.head}")
    click.echo(
        "  所有人须重新登录；程序更新过的，请运行 mingbai migrate / "
        "everybody signs in again; after an upgrade run mingbai migrate"
    )
