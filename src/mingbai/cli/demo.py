"""``mingbai demo``: a synthetic place in a register of its own, served on this machine alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mingbai.cli.options import Day
from mingbai.cli.places_build import place_named, said_plainly, write_whole
from mingbai.cli.progress import ProgressLine
from mingbai.common.starting import start_django

if TYPE_CHECKING:
    from datetime import date

    from mingbai.config.demonstration import Home
    from mingbai.demo.place import Place

HOST = "127.0.0.1"  # demonstration accounts have a known password: never another address
DAY = "2026-06-30"


@click.command()
@click.argument("name", metavar="PLACE", default="puxi")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out"),
    show_default=True,
    help="演示都放在这个文件夹下 / everything lies below this folder",
)
@click.option(
    "--as-of", type=Day(), default=DAY, show_default=True, help="推演到这一天 / rolled forward to"
)
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="端口 / port"
)
@click.option("--afresh", is_flag=True, help="删掉这个演示，从头再来 / remove it and begin again")
@click.option("--no-serve", is_flag=True, help="只准备，不提供网页 / prepare only, serve nothing")
def demo(name: str, out: Path, as_of: date, port: int, afresh: bool, no_serve: bool) -> None:
    """一条命令看全部：生成合成的镇或县，装库、评估、建账号，在本机打开 / see it all on this machine.

    数据全是虚构，只有本机能访问，不联网。再次运行直接打开；--afresh 从头再来。

    Builds the place, loads, evaluates, makes an account for every role, serves on 127.0.0.1 and opens no
    network beyond it. Run again, it starts at once with what is there.

    例 / example: mingbai demo 蒲溪
    """  # fmt: skip
    from mingbai.config.demonstration import Home

    place = place_named(name)
    home = Home(
        (out / "demo" / place.pinyin).absolute(), (out / "places" / place.pinyin).absolute()
    )
    with home.alone():
        if not no_serve:
            _check_port(port)
        if afresh:
            home.forget()
        home.claim(place.pinyin)
        _build(place, home, as_of)
        os.environ.update(home.environment)
        start_django()
        _prepare_and_serve(home, port, no_serve)


def _check_port(port: int) -> None:
    """Before a minute of work, not after it."""
    from mingbai.config.ports import check_free

    check_free(HOST, port)


def _build(place: Place, home: Home, day: date) -> None:
    from mingbai.demo.build import place_of

    if place_of(home.place) == place.pinyin:
        return
    click.echo(f"生成{place.name}（合成数据）/ building the synthetic place …")
    with said_plainly():
        write_whole(place, 1, home.place, day, 1, None)


def _prepare_and_serve(home: Home, port: int, no_serve: bool) -> None:
    from mingbai.config.demonstration import prepare, told

    progress = ProgressLine()
    with said_plainly():
        day = prepare(home, click.echo, progress)
    progress.close()
    for line in told(home, day, f"http://{HOST}:{port}/"):
        click.echo(line)
    click.echo("  从头再来 / begin again: mingbai demo --afresh (make demo AFRESH=yes)")
    if no_serve:
        return
    from mingbai.config.serving import serve

    serve(host=HOST, port=port, say=click.echo, with_worker=True)
