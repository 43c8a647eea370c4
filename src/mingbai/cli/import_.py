"""``mingbai import``: the offices' tables into the register, with a difference to look at first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mingbai.cli.following import job_of, say_what_follows
from mingbai.cli.options import Day, json_option, password_file
from mingbai.cli.progress import ProgressLine
from mingbai.common.starting import start_django

if TYPE_CHECKING:
    from mingbai.intake.actions import Imported
    from mingbai.intake.difference import Difference

ACTOR = "command"
_ROWS = ("rows_in", "rows_accepted", "rows_refused")


@click.command("import")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILES…", type=click.Path(exists=True, path_type=Path)
)
@click.option("--as-of", required=True, type=Day(), help="名单的截至日 / the day the lists are of")
@click.option(
    "--year",
    type=click.IntRange(1990, 2100),
    help="收入、务工、参保的年度，默认为截至日所在年 / accounting year",
)
@click.option(
    "--pack", "pack_name", metavar="PACK", help="规则包，默认为登记库的 / pack, else the register's"
)
@click.option("--source", default="", metavar="WHO", help="谁提供的，如 医保、村委会 / who says so")
@click.option(
    "--whole",
    multiple=True,
    metavar="CODE",
    help="名单对这个区划是全的 / the lists are whole for this division",
)
@click.option(
    "--apply-gone",
    is_flag=True,
    help="名单里没有的户和人到截至日为止 / end who a whole list no longer has",
)
@click.option(
    "--division",
    default="",
    metavar="CODE",
    help="只动这个区划的户 / touch only households of this division",
)
@click.option(
    "--again",
    is_flag=True,
    help="同样的文件再比对一次 / compare files again that were imported before",
)
@click.option(
    "--dry-run", is_flag=True, help="只看差异，什么都不写 / show the difference, write nothing"
)
@click.option("--reason", default="", metavar="TEXT", help="为什么导入 / why")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="写 difference.xlsx / folder for difference.xlsx",
)
@password_file
@json_option
def import_(
    files: Sequence[Path], dry_run: bool, out: Path | None, json_out: bool, **wishes: Any
) -> None:  # fmt: skip
    """把部门表格导入登记簿：先比对，再写入新增和变化；冲突只列出，不写入 / import tables into the register.

    例 / example: mingbai import examples/yunnan-2025 --as-of 2025-06-30 --dry-run --out 差异
    """
    start_django()
    from mingbai.intake.running import Request, run_import

    progress = ProgressLine()
    imported = run_import(
        actor=ACTOR, files=_files(files), request=Request(**wishes), dry_run=dry_run, out=out,
        progress=progress,
    )  # fmt: skip
    progress.close()
    facts = _facts(imported, dry_run=dry_run)
    if json_out:
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        _print(imported, facts, out)


def _files(paths: Sequence[Path]) -> list[Path]:
    """The files named, and those in the folders named."""
    from mingbai.tables.reading import left_behind

    found: list[Path] = []
    for path in paths:
        inside = sorted(path.iterdir(), key=lambda one: one.name) if path.is_dir() else [path]
        found += [one for one in inside if not left_behind(one) and one.is_file()]
    return found


def _facts(imported: Imported, *, dry_run: bool) -> dict[str, Any]:
    difference = imported.difference
    return {
        "batch": imported.batch.pk if imported.batch else None,
        "states_job": job_of(imported.batch.pk) if imported.batch else None,
        "dry_run": dry_run,
        "imported_before": imported.before.batch_id if imported.before else None,
        "warnings": [dict(one) for one in difference.warnings] if difference else [],
        **(difference.counts() if difference else {}),
        "files": [_file(one) for one in difference.intake.files] if difference else [],
    }


def _file(report: Any) -> dict[str, Any]:
    return {"file": report.name, "sheet": report.sheet, "what": report.what, "profile": report.profile,
            "rows": report.rows, "code": report.code}  # fmt: skip


def _print(imported: Imported, facts: dict[str, Any], out: Path | None) -> None:
    for warning in facts["warnings"]:
        click.echo(f"[{warning['code']}] {warning['zh']} / {warning['en']}", err=True)
    if imported.before is not None:
        key = imported.before.batch_id
        click.echo(
            f"这些文件已作为批次 {key} 导入过，没有改动任何内容；要重新比对请加 --again / "
            f"these files are batch {key} already, nothing was changed; --again compares them"
        )
        return
    assert imported.difference is not None
    for zh, en in _lines(imported.difference):
        click.echo(f"  {zh} / {en}")
    if facts["dry_run"]:
        click.echo("只是试导入，没有写入任何内容 / a dry run, nothing was written")
    elif imported.batch is None:
        click.echo(
            "登记簿与名单一致，没有改动 / the register says what the lists say, nothing was changed"
        )
    else:
        key = imported.batch.pk
        click.echo(
            f"已登记为批次 {key}；撤销：mingbai batches undo {key} --reason … / recorded as batch {key}"
        )
        say_what_follows(key)
    if out is not None:
        click.echo(f"{out}/difference.xlsx")


def _lines(difference: Difference) -> list[tuple[str, str]]:
    counts = difference.counts()
    new, gone = counts["new"], counts["gone"]
    conflicts, changed = counts["conflicts"], counts["changed"]
    read, used, refused = (f"{counts[name]:,}" for name in _ROWS)
    homes, people = (f"{new[name]:,}" for name in ("households", "persons"))
    lines = [
        (
            f"读到 {read} 行，采用 {used}，未采用 {refused}",
            f"{read} rows, {used} used, {refused} kept out",
        ),
        (f"新增 {homes} 户 {people} 人", f"new: {homes} households, {people} persons"),
    ]
    changes, listed = sum(changed.values()), sum(conflicts.values())
    left = (f"{gone['households']:,}", f"{gone['persons']:,}")
    lines += [
        (f"变化 {changes:,} 处", f"{changes:,} values changed"),
        (f"名单里没有 {left[0]} 户 {left[1]} 人", f"gone: {left[0]} households, {left[1]} persons"),
        (f"冲突 {listed:,} 处，只列出", f"{listed:,} conflicts, listed only"),
        (f"没有变化 {counts['unchanged']:,} 条", f"{counts['unchanged']:,} records unchanged"),
    ]
    lost = counts["not_kept"].items()
    return lines + [
        (f"不保存：{name}（{n:,} 行）", f"not kept: {name} ({n:,} rows)") for name, n in lost
    ]
