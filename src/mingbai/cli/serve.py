"""``mingbai serve``: the site, for this machine or, with a certificate, for the local network."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mingbai.common.starting import start_django

_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="监听地址 / address to listen on"
)
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="端口 / port"
)
@click.option("--with-worker", is_flag=True, help="同时执行后台任务 / do the background work too")
@click.option("--certificate", type=_file, help="HTTPS 证书（PEM）/ certificate")
@click.option(
    "--certificate-key", "key", type=_file, help="证书的私钥（PEM, PKCS#8）/ its private key"
)
def serve(
    host: str, port: int, with_worker: bool, certificate: Path | None, key: Path | None
) -> None:
    """提供网页和接口服务，直到被停下 / serve the site until stopped.

    默认只有本机能访问。局域网使用时写明名称（MINGBAI_HOSTS）并给证书；库里有演示账号时只在本机开放。

    Only this machine by default. On a network name the hosts (MINGBAI_HOSTS) and give a certificate; while
    demonstration accounts exist, localhost alone.

    例 / example: mingbai serve --with-worker
    """
    if certificate is not None:
        os.environ.setdefault("MINGBAI_HTTPS", "1")  # cookies over HTTPS alone
    start_django()
    from mingbai.config.serving import serve as run

    run(
        host=host, port=port, with_worker=with_worker, certificate=certificate, key=key, say=click.echo
    )  # fmt: skip
