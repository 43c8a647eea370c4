"""``mingbai keys``: where the key file lies, whether it opens this database, a new key version."""

from __future__ import annotations

import json
from typing import Any

import click

from mingbai.cli.options import json_option
from mingbai.common.starting import start_django


@click.group()
def keys() -> None:
    """密钥：在哪里、对不对、轮换 / the keys of ID numbers, phones and accounts."""


@keys.command()
@json_option
def where(json_out: bool) -> None:
    """密钥文件在哪里，有哪几版 / where the key file lies and which versions it holds.

    例 / example: mingbai keys where
    """
    start_django()
    from mingbai.config.migrating import explain_keys

    if json_out:
        click.echo(json.dumps(_described(), ensure_ascii=False))
        return
    explain_keys(click.echo)
    _print_versions(_described())


@keys.command()
@json_option
def check(json_out: bool) -> None:
    """密钥文件打得开这个数据库吗 / does the key file open this database.

    打不开时退出码为 7，说明缺哪一把。/ Exit code 7 when it does not, saying which key is missing.

    例 / example: mingbai keys check
    """
    start_django()
    from mingbai.audit.canary import check_keys

    check_keys()
    if json_out:
        click.echo(json.dumps({"ok": True, **_described()}, ensure_ascii=False))
        return
    click.echo("密钥文件打得开这个数据库 / the key file opens this database")
    _print_versions(_described())


@keys.command()
def rotate() -> None:
    """加一版密钥，今后写入的用新的 / add a key version; what is written from now on uses it.

    已登记的内容不改写（登记只增不改，且有摘要），仍用旧版读出，所以旧版不能删。轮换后请再抄一份密钥文件。

    What stands is not written again (rows are append-only and digested): old versions stay needed. Copy
    the key file anew afterwards.

    例 / example: mingbai keys rotate
    """
    start_django()
    from mingbai.audit.canary import rotate as add_version

    version = add_version(actor="command")
    click.echo(
        f"现在用第 {version} 版密钥；请再抄一份密钥文件 / "
        f"version {version} is current; copy the key file anew"
    )
    _print_versions(_described())


def _described() -> dict[str, Any]:
    from django.conf import settings

    from mingbai.common.keys import read_keys

    found = read_keys(settings.MINGBAI_KEY_FILE)
    return {
        "file": str(settings.MINGBAI_KEY_FILE),
        "current": found.current,
        "versions": {str(version): found.fingerprint(version) for version in sorted(found.secrets)},
    }


def _print_versions(described: dict[str, Any]) -> None:
    click.echo(f"  {described['file']}")
    for version, fingerprint in described["versions"].items():
        mark = "←" if int(version) == described["current"] else " "
        click.echo(f"  {version}  {fingerprint} {mark}")
