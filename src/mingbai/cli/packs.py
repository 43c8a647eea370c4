"""``mingbai packs``: check, test, show, diff and register rule packs."""

from __future__ import annotations

import sys

import click

from mingbai.cli.errors import CASES
from mingbai.cli.progress import ProgressLine
from mingbai.documents.pack_pages import difference, pack_page, parameter_page, rule_page
from mingbai.engine.compiling import check_pack
from mingbai.engine.errors import PackError, nearest, run_error
from mingbai.engine.loading import append_clauses, find_pack, load_pack, policy_folders
from mingbai.engine.model.pack import Pack
from mingbai.engine.testing import missing_covers, run_cases
from mingbai.engine.testing.mutation import mutation_test


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
@click.option(
    "--mutate",
    is_flag=True,
    help="再把规则逐处改坏，看案例能不能发现 / also change each rule in small ways",
)
def test(pack: str, mutate: bool) -> None:
    """执行一个包自带的案例 / run the cases of a pack.

    例 / example: mingbai packs test cn --mutate
    """
    loaded = load_pack(pack)
    faults = check_pack(loaded)
    if faults:
        raise PackError(faults)
    differences = run_cases(loaded)
    for item in differences:
        click.echo(str(item), err=True)
    lacking = missing_covers(loaded)
    for name, word in lacking:
        click.echo(f"规则 {name} 缺案例 {word} / rule {name} lacks a case {word}", err=True)
    failed = len({str(item.case.place) for item in differences})
    click.echo(
        f"{loaded.id}：{len(loaded.cases) - failed} 个案例通过，{failed} 个不通过 / "
        f"{len(loaded.cases) - failed} passed, {failed} failed"
    )
    survived = _mutate(loaded) if mutate else False
    if differences or lacking or survived:
        sys.exit(CASES)


def _mutate(pack: Pack) -> bool:
    """Run the mutants, print what happened; whether something went unnoticed."""
    progress = ProgressLine()
    report = mutation_test(pack, lambda done, total: progress("mutate", done, total))
    progress.close()
    for mutant in report.survivors:
        click.echo(f"没被发现 / not noticed: {mutant}", err=True)
    for mutant, reason in report.named:
        click.echo(f"等价 / equivalent: {mutant}：{reason.zh} / {reason.en}")
    for item in (*report.faults, *report.broken):
        click.echo(str(item), err=True)
    click.echo(
        f"改坏 {report.killed + len(report.survivors)} 处：发现 {report.killed}，没发现 "
        f"{len(report.survivors)}；等价并说明 {len(report.named)}；用不到的值 {len(report.unused)} / "
        f"{report.killed} mutants killed, {len(report.survivors)} survived, "
        f"{len(report.named)} equivalent, {len(report.unused)} of values no case can use"
    )
    return not report.passed


@packs.command()
@click.argument("pack")
@click.argument("name", required=False)
def show(pack: str, name: str | None) -> None:
    """像文件一样读一个包、一条规则或一个参数 / read a pack, a rule or a parameter as a page.

    PACK 也可以省略：mingbai packs show basics.water 在各包里找 / a rule id alone is looked up.

    例 / example: mingbai packs show cn basics.water
    """
    if name is None and not _is_pack(pack):
        pack, name = _pack_with(pack)
    loaded = load_pack(pack)
    if name is None:
        lines = list(pack_page(loaded))
    elif name in loaded.parameters:
        lines = list(parameter_page(loaded.parameters[name]))
    else:
        versions = [rule for rule in loaded.rules if rule.id == name]
        if not versions:
            known = [*(rule.id for rule in loaded.rules), *loaded.parameters]
            raise run_error("RUN-003", name=name, near=nearest(name, known))
        lines = [line for rule in versions for line in (*rule_page(loaded, rule), "")]
    click.echo("\n".join(lines))


def _is_pack(name: str) -> bool:
    try:
        find_pack(name)
    except PackError:
        return False
    return True


def _pack_with(name: str) -> tuple[str, str]:
    """The first pack on the search path that has a rule or parameter of this name."""
    known: list[str] = []
    for folder in policy_folders():
        for path in sorted(folder.glob("*/pack.yaml")):
            loaded = load_pack(path.parent, with_cases=False)
            names = [*(rule.id for rule in loaded.rules), *loaded.parameters]
            if name in names:
                return str(path.parent), name
            known += names
    raise run_error("RUN-003", name=name, near=nearest(name, known))


@packs.command()
@click.argument("old")
@click.argument("new")
def diff(old: str, new: str) -> None:
    """两个包有哪些不同 / what differs between two packs.

    例 / example: mingbai packs diff cn cn-hubei
    """
    first, second = (load_pack(name, with_cases=False) for name in (old, new))
    for line in difference(first, second):
        click.echo(line)


@packs.command()
@click.argument("pack")
def register(pack: str) -> None:
    """把新条款追加到 clauses.yaml 末尾，已有的位置不变 / append new clauses to the register.

    例 / example: mingbai packs register cn
    """
    loaded = load_pack(pack)
    added = append_clauses(loaded)
    click.echo(f"追加 {added} 条 / {added} appended")
