"""``mingbai packs``: check, test, show, diff and register rule packs."""

from __future__ import annotations

import sys

import click

from mingbai.cli.errors import CASES
from mingbai.engine.compiling import check_pack
from mingbai.engine.errors import PackError
from mingbai.engine.loading import append_clauses, load_pack
from mingbai.engine.testing import missing_covers, run_cases


@click.group()
def packs() -> None:
    """规则包：检查、测试、阅读、比较 / read, test and compare rule packs."""


@packs.command()
@click.argument("pack")
def check(pack: str) -> None:
    """检查一个包的写法、名称、类型和期间 / check names, types and periods of a pack.

    例 / example: mingbai packs check cn
    """
    loaded = load_pack(pack)
    faults = check_pack(loaded)
    if faults:
        raise PackError(faults)
    click.echo(
        f"{loaded.id} {loaded.version} [{loaded.hash}]：{len(loaded.rules)} 条规则、"
        f"{len(loaded.parameters)} 个参数、{len(loaded.cases)} 个案例，没有问题 / "
        f"{len(loaded.rules)} rules, {len(loaded.parameters)} parameters, "
        f"{len(loaded.cases)} cases, no faults"
    )


@packs.command()
@click.argument("pack")
def test(pack: str) -> None:
    """执行一个包自带的案例 / run the cases of a pack.

    例 / example: mingbai packs test cn
    """
    loaded = load_pack(pack)
    faults = check_pack(loaded)
    if faults:
        raise PackError(faults)
    differences = run_cases(loaded)
    for difference in differences:
        click.echo(str(difference), err=True)
    lacking = missing_covers(loaded)
    for name, word in lacking:
        click.echo(f"规则 {name} 缺案例 {word} / rule {name} lacks a case {word}", err=True)
    failed = len({str(difference.case.place) for difference in differences})
    click.echo(
        f"{loaded.id}：{len(loaded.cases) - failed} 个案例通过，{failed} 个不通过 / "
        f"{len(loaded.cases) - failed} passed, {failed} failed"
    )
    if differences or lacking:
        sys.exit(CASES)


@packs.command()
@click.argument("pack")
def register(pack: str) -> None:
    """把新条款追加到 clauses.yaml 末尾，已有的位置不变 / append new clauses to the register.

    例 / example: mingbai packs register cn
    """
    loaded = load_pack(pack)
    added = append_clauses(loaded)
    click.echo(f"追加 {added} 条 / {added} appended")
