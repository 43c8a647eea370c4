"""``mingbai backup``: the register in one file, while it is in use."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mingbai.cli.options import json_option
from mingbai.common.starting import start_django


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def backup(file: Path, json_out: bool) -> None:
    """把数据库、附件和收到的文件备份成一个文件 / back up the database, attachments and received files.

    使用中也可以备份。密钥文件不在里面，要另外保管：没有它，备份里的证件号码、电话和账号打不开。

    Works while the register is in use. The key file is not inside; keep it apart: without it the ID numbers,
    phones and accounts of a backup stay closed.

    例 / example: mingbai backup /media/backup/2026-06-30.mingbai
    """
    start_django()
    from django.conf import settings
    from django.utils import timezone

    from mingbai.config.backing_up import back_up

    silent = (lambda text: None) if json_out else click.echo
    manifest = back_up(file.absolute(), now=timezone.now(), say=silent)
    if json_out:
        listed = {
            key: manifest[key]
            for key in ("made_at", "version", "vendor", "keys", "audit", "counts")
        }
        click.echo(
            json.dumps(
                {"file": str(file), "size": file.stat().st_size, **listed}, ensure_ascii=False
            )
        )
        return
    click.echo(f"  {file}  {file.stat().st_size:,} 字节 / bytes")
    click.echo(f"  链头 / head {manifest['audit']}")
    click.echo(
        f"  密钥文件不在里面，请另外保管 / the key file is not inside, keep it apart: "
        f"{settings.MINGBAI_KEY_FILE}"
    )
