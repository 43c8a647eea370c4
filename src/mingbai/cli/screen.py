"""``mingbai screen``: a folder of tables in, states, tasks, problems and a report out."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from mingbai.cli.collector import without_search_for_cycles
from mingbai.cli.options import input_folder, json_option, pack_options, password_file
from mingbai.cli.output import partial_folder, terminal_width
from mingbai.cli.progress import ProgressLine
from mingbai.documents.family import Family, family_of
from mingbai.documents.report import write_report
from mingbai.documents.workbooks import (
    PROBLEMS,
    VISITS,
    write_problems,
    write_states,
    write_tasks,
)
from mingbai.engine.errors import run_error
from mingbai.engine.model.pack import CaseRow, Pack
from mingbai.screening.changes import changes_of
from mingbai.screening.parquet import write_households
from mingbai.screening.result import Confusion, Screening
from mingbai.screening.screen import screen as run_screening
from mingbai.screening.summary import as_json, headline
from mingbai.screening.typical import typical_household

FILES = {
    "households": "households.parquet",
    "tasks": "tasks.xlsx",
    "states": "households.xlsx",
    "visits": VISITS,
    "problems": "problems.xlsx",
    "all_problems": PROBLEMS,
    "report": "report.html",
}

#: Above this many households only Parquet holds every state: a workbook would take minutes.
MOST_IN_A_WORKBOOK = 50_000
#: A household with more rows below gets no search for what would change its outcomes in the report.
MOST_ROWS_SEARCHED = 40


@click.command()
@input_folder
@pack_options
@password_file
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="结果文件夹 / output folder",
)
@json_option
def screen(
    folder: Path, pack: Pack, as_of: date, password: str | None, out: Path, json_out: bool
) -> None:
    """筛查一个文件夹里的表格：每一户的状态、理由和任务 / screen a folder of tables.

    例 / example: mingbai screen examples/yunnan-2025 --pack cn --as-of 2025-06-30 --out out/yunnan
    """
    if out.resolve() == folder.resolve():
        raise run_error("RUN-011", name=str(out))
    progress = ProgressLine()
    with without_search_for_cycles():
        screening = run_screening(folder, pack, as_of, progress, password=password)
        progress("write", 0, 1)
        _write(screening, out)
    progress.close()
    if json_out:
        click.echo(json.dumps(as_json(screening), ensure_ascii=False))
    else:
        _print(screening, out)


def _write(screening: Screening, out: Path) -> None:
    """Write all files beside the target, then move them in: no half result is ever left."""
    with partial_folder(out) as partial:
        write_households(screening, partial / FILES["households"])
        write_tasks(screening, partial / FILES["tasks"])
        files = dict(FILES)
        if screening.households <= MOST_IN_A_WORKBOOK:
            write_states(screening, partial / FILES["states"])
        else:
            files.pop("states")
        write_problems(screening.intake, partial / FILES["problems"])
        long = {"visits", "all_problems"}  # written only where the workbook cannot hold them
        files = {
            key: name for key, name in files.items() if key not in long or (partial / name).exists()
        }
        household = typical_household(screening)
        family = _family(screening, household) if household is not None else None
        title = screening.program.pack.title
        write_report(screening, partial / FILES["report"], family=family, title=title, files=files)
        for name in files.values():
            (partial / name).replace(out / name)
        for name in set(FILES.values()) - set(files.values()):
            (out / name).unlink(missing_ok=True)


def _family(screening: Screening, household: CaseRow) -> Family:
    changes = {}
    if _rows_below(household) <= MOST_ROWS_SEARCHED:
        changes = changes_of(screening.program.bound, household)
    return family_of(screening.program, household, changes=changes)


def _rows_below(row: CaseRow) -> int:
    return sum(1 + _rows_below(part) for parts in row.below.values() for part in parts)


def _print(screening: Screening, out: Path) -> None:
    text, intake = headline(screening), screening.intake
    click.echo(text.zh)
    click.echo(text.en)
    click.echo()
    _print_counts(screening)
    click.echo()
    click.echo(
        f"  {screening.households} 户 {screening.persons} 人；收到 {intake.rows_in} 行 = 采用 "
        f"{intake.rows_accepted} + 未采用 {intake.rows_listed}；提示 {intake.remarks} 条 / "
        f"{intake.rows_in} rows = {intake.rows_accepted} accepted + {intake.rows_listed} listed; "
        f"{intake.remarks} remarks"
    )
    for file in intake.files:
        if file.what == "skipped":
            reason = f"{file.reason.zh} / {file.reason.en}" if file.reason else ""
            click.echo(f"  跳过 / skipped {file.name} {file.sheet or ''}：{reason}")
    for item in screening.confusions:
        _print_agreement(item)
    _print_warnings(screening)
    click.echo()
    for name in FILES.values():
        if (out / name).exists():
            click.echo(f"  {out / name}")


def _print_counts(screening: Screening) -> None:
    """One line a rule; signals and statuses say how many have it, guarantees how many lack it."""
    heads = ("", "达标/无", "未达标/有", "待核实", "不适用", "")
    rows: list[tuple[str, ...]] = [heads]
    for counts in screening.counts.values():
        unit = screening.program.pack.entities[counts.rule.entity].label.zh
        numbers = (counts.met, counts.unmet, counts.unknown, counts.not_applicable)
        rows.append((counts.rule.label.zh, *(f"{number:,}" for number in numbers), unit))
    first = max(terminal_width(row[0]) for row in rows)
    for row in rows:
        cells = "".join(" " * (11 - terminal_width(cell)) + cell for cell in row[1:5])
        click.echo(f"  {row[0]}{' ' * (first - terminal_width(row[0]))}{cells} {row[5]}")


def _print_agreement(item: Confusion) -> None:
    """A rule beside a survey's own label, which no rule may read."""
    rates = [f"{rate:.1%}" if rate is not None else "—" for rate in (item.precision, item.recall)]
    click.echo(f"  {item.title.zh} / {item.title.en}")
    click.echo(
        f"    查准 / precision {rates[0]}，查全 / recall {rates[1]}；"
        f"都有 / both {item.both}，只有规则 / only rule {item.only_rule}，"
        f"只有标签 / only label {item.only_label}，都没有 / neither {item.neither}，"
        f"不能比 / undecided {item.undecided}"
    )


def _print_warnings(screening: Screening) -> None:
    day = screening.program.as_of.isoformat()
    for gap in screening.gaps:
        if gap.kind == "parameter":
            where = gap.where or "本包 / this pack"
            click.echo(
                f"  注意：{gap.label.zh}在 {where} {day} 没有公布值，{gap.households} 户因此待核实 / "
                f"no value published for {where} on {day}: {gap.label.en} ({gap.households} households)",
                err=True,
            )
    absent = screening.program.bound.not_in_force
    if absent:
        click.echo(
            f"  {day} 不生效的规则 {len(absent)} 条 / rules not in force: {', '.join(absent)}",
            err=True,
        )
