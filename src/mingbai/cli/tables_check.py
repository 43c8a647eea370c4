"""``mingbai tables check``: what is wrong with tables, said before they are handed in."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import click

from mingbai.cli.errors import TABLES
from mingbai.cli.options import Day, json_option, password_file
from mingbai.cli.output import partial_folder
from mingbai.cli.progress import ProgressLine
from mingbai.documents.checked import RETURNED, WRITTEN, write_checked
from mingbai.engine.loading import load_pack
from mingbai.screening.recheck import Recheck, compare, is_memory, remember
from mingbai.screening.table_check import TableCheck, check_as_json, check_tables, profile_for
from mingbai.tables import FileReport, TablesError
from mingbai.tables.errors import finding
from mingbai.tables.intake import Kind
from mingbai.tables.layouts import Statistics
from mingbai.tables.reading import left_behind

CHECKED = "check.json"
OWN = (CHECKED, *WRITTEN)
_MOST_KINDS = 12


@click.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE…", type=click.Path(exists=True, path_type=Path)
)
@click.option(
    "--pack",
    "pack_name",
    default="cn-checks",
    show_default=True,
    metavar="PACK",
    help="核对用的规则包 / pack with the record checks",
)
@click.option(
    "--profile", "profile_name", metavar="P", help="表头模板的编号或文件 / profile id or file"
)
@click.option("--as-of", type=Day(), help="截至日，默认今天 / as-of day, default today")
@password_file
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="结果文件夹：问题清单和标好的退回件 / folder for the problems and the marked copies",
)
@json_option
def check(
    files: tuple[Path, ...],
    pack_name: str,
    profile_name: str | None,
    as_of: date | None,
    password: str | None,
    out: Path | None,
    json_out: bool,
) -> None:
    """检查表格：哪一格不对、为什么、怎么改 / find wrong cells, say why and what to do.

    例 / example: mingbai tables check 户信息导出.xlsx 成员信息导出.xlsx --out out/check
    """
    pack = load_pack(pack_name, with_cases=False)
    progress = ProgressLine()
    paths = _paths(files, out)
    # Ages need a day. A register has a working date; somebody's file on a desk has today.
    day = as_of or date.today()  # noqa: DTZ011
    checked = check_tables(
        paths,
        pack,
        day,
        forced=profile_for(pack, profile_name) if profile_name else None,
        password=password,
        progress=progress,
    )
    earlier = _earlier(out)
    compared = compare(earlier, checked.problems, checked.intake) if earlier else None
    if out is not None:
        progress("write", 0, 1)
        _write(checked, paths, out, earlier, password)
    progress.close()
    if json_out:
        click.echo(json.dumps(check_as_json(checked, compared), ensure_ascii=False))
    else:
        _print(checked, compared, out)
    if all(report.what == "skipped" for report in checked.intake.files):
        sys.exit(TABLES)  # each file has said why


def _paths(files: tuple[Path, ...], out: Path | None) -> list[Path]:
    """The files, and those of the folders among them, each once."""
    found: dict[Path, None] = {}
    for path in files:
        if out is not None and _overwrites(path, out):
            raise click.UsageError(
                "结果会盖住收到的表格，请另给一个结果文件夹 / "
                "the results would overwrite the tables; give another folder to --out"
            )
        inside = sorted(path.iterdir(), key=lambda one: one.name) if path.is_dir() else [path]
        found |= dict.fromkeys(Path(os.path.abspath(one)) for one in inside if not left_behind(one))
    if not found:
        raise TablesError([finding("TABLE-002", folder=files[0].name)])
    twice = [name for name, count in Counter(path.name for path in found).items() if count > 1]
    if twice:
        raise click.UsageError(
            f"有两个文件同名：{twice[0]}，请改名后再查 / two files have the same name, rename one"
        )
    return list(found)


def _overwrites(path: Path, out: Path) -> bool:
    """Whether results in `out` would lie among the tables of a folder, or on a file of their name."""
    if path.is_dir():
        return path.resolve() == out.resolve()
    return path.name in OWN and path.parent.resolve() == out.resolve()


def _earlier(out: Path | None) -> dict[str, Any] | None:
    """What the check before wrote into the same folder."""
    path = out / CHECKED if out else None
    if path is None or not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return found if isinstance(found, dict) and is_memory(found) else None


def _write(
    checked: TableCheck,
    paths: list[Path],
    out: Path,
    earlier: dict[str, Any] | None,
    password: str | None,
) -> None:
    """Write beside the target, then move in: no half result is ever left."""
    with partial_folder(out) as partial:
        write_checked(checked, paths, partial, password=password)
        made = partial / RETURNED
        salt = earlier["salt"] if earlier else None
        kept = remember(checked.problems, salt)
        kept[RETURNED] = {one.name: _digest(one) for one in made.glob("*")}
        text = json.dumps(kept, ensure_ascii=False)
        (partial / CHECKED).write_text(text, encoding="utf-8")
        _put_returned(made, out / RETURNED, earlier.get(RETURNED, {}) if earlier else {}, paths)
        new = sorted(path for path in partial.iterdir() if path.is_file())
        for one in new:
            one.replace(out / one.name)
        for name in set(WRITTEN) - {one.name for one in new} if earlier else ():
            (out / name).unlink(missing_ok=True)  # of the check before, which found more


def _put_returned(
    made: Path, target: Path, written: Mapping[str, str], paths: Sequence[Path]
) -> None:
    """The new copies for the old ones; a copy that somebody has worked on since is never lost."""
    sent = {Path(os.path.abspath(path)) for path in paths}
    for old in sorted(target.glob("*")):
        if Path(os.path.abspath(old)) in sent or not old.is_file():
            continue  # read just now: the new copy has all that stands in it
        if _digest(old) == written.get(old.name):
            old.unlink()
        elif (made / old.name).exists():
            aside = next(
                path
                for path in (old.with_stem(f"{old.stem} ({n})") for n in count(1))
                if not path.exists()
            )
            old.replace(aside)
            click.echo(
                f"{old.name} 已有人改过，另存为 {aside.name} / it was edited, kept as {aside.name}",
                err=True,
            )
    if made.is_dir():
        target.mkdir(exist_ok=True)
        for new in made.iterdir():
            new.replace(target / new.name)


def _digest(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()


def _print(checked: TableCheck, compared: Recheck | None, out: Path | None) -> None:
    intake = checked.intake
    for report in intake.files:
        click.echo(_file_line(report, checked.statistics.get(report.name)))
    click.echo()
    click.echo(
        f"  {checked.as_of.isoformat()}：收到 {intake.rows_in} 行 = 采用 {intake.rows_accepted} + "
        f"未采用 {intake.rows_listed}；提示 {intake.remarks} 条 / {intake.rows_in} rows = "
        f"{intake.rows_accepted} accepted + {intake.rows_listed} listed; {intake.remarks} remarks"
    )
    if compared is not None:
        click.echo(
            f"  与上次相比：改好 {compared.mended}，还有 {compared.still}，行已删去 {compared.gone}，"
            f"新出现 {compared.new} / since the last check: {compared.mended} mended, "
            f"{compared.still} open, {compared.gone} rows gone, {compared.new} new"
        )
    _print_kinds(intake.kinds())
    if out is not None:
        click.echo()
        for path in sorted(one for one in out.rglob("*") if one.is_file()):
            click.echo(f"  {path}")


def _file_line(report: FileReport, statistics: Statistics | None) -> str:
    name = f"{report.name}「{report.sheet}」" if report.sheet else report.name
    if report.what == "skipped":
        reason = f"{report.reason.zh} / {report.reason.en}" if report.reason else ""
        return f"  跳过 / skipped {name}：{reason}"
    if statistics is not None and report.what == "statistics":
        blocks = sum(block.sheet == report.sheet for block in statistics.blocks)
        return (
            f"  {name}：统计表，{blocks} 块，{report.rows} 行；全文件核算 {statistics.checks:,} 处 / "
            f"statistics, {blocks} blocks, {report.rows} rows; {statistics.checks:,} sums in the file"
        )
    head = f"表头第 {report.header_row} 行", f"header in row {report.header_row}"
    if report.header_row == 0:
        head = "没有表头，接着前一张读", "no header, goes on from the one before"
    return (
        f"  {name}：{report.profile}，{head[0]}，{report.rows} 行 / {head[1]}, {report.rows} rows"
    )


def _print_kinds(kinds: list[Kind]) -> None:
    """The kinds of problems, the most frequent first, each with its first place."""
    for kind in kinds[:_MOST_KINDS]:
        one = kind.example
        said = one.message.then(one.advice)
        name = f"{one.file}「{one.sheet}」" if one.sheet else one.file
        row = f" 第 {one.row} 行" if one.row else ""
        click.echo(f"  [{kind.code}] {kind.rows:,} × {name}{row}：{said.zh}")
        click.echo(f"      {said.en}")
    if len(kinds) > _MOST_KINDS:
        more = len(kinds) - _MOST_KINDS
        click.echo(f"  … 还有 {more} 类 / {more} more kinds")
