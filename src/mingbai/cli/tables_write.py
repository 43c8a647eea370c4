"""``mingbai tables write`` and ``blank``: a layout filled from a folder, or empty with its lists."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mingbai.cli.options import input_folder, json_option, pack_option, password_file
from mingbai.cli.progress import ProgressLine
from mingbai.engine.loading import load_pack
from mingbai.screening.inputs import schema_of
from mingbai.screening.table_check import profiles_of
from mingbai.tables import read_folder
from mingbai.tables.writing import Written, write_blank, write_table

_layout = click.option(
    "--as",
    "layout",
    required=True,
    metavar="LAYOUT",
    help="表头模板的编号，或实体名称（通用表）/ header profile, or entity for its plain ledger",
)
_out = click.option(
    "--out",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="输出文件 .xlsx 或 .csv / output file",
)
_title = click.option(
    "--title", metavar="TEXT", help="表头上方的标题行 / a title row above the heads"
)


@click.command()
@input_folder
@pack_option
@_layout
@_out
@_title
@password_file
@json_option
def write(
    folder: Path,
    pack_name: str,
    layout: str,
    out: Path,
    title: str | None,
    password: str | None,
    json_out: bool,
) -> None:
    """把文件夹里的数据写成一张表，证件号码写全 / write one layout, ID numbers in full.

    例 / example: mingbai tables write examples/yunnan-2025 --pack cn --as household-export --out 户.xlsx
    """
    if out.resolve().parent == folder.resolve():
        raise click.UsageError(
            "输出文件不能放在输入文件夹里 / put the output outside the input folder"
        )
    pack = load_pack(pack_name, with_cases=False)
    schema, profiles = schema_of(pack), profiles_of(pack)
    progress = ProgressLine()
    intake = read_folder(folder, schema, profiles, password=password, progress=progress)
    progress("write", 0, 1)
    written = write_table(intake.tables, schema, profiles, layout, out, title=title)
    progress.close()
    listed = intake.rows_listed
    if json_out:
        click.echo(json.dumps({**_facts(written, out), "rows_listed": listed}, ensure_ascii=False))
        return
    _print(written, out)
    if listed:
        click.echo(
            f"  读入时有 {listed} 行未采用，没有写出；请先运行 mingbai tables check 看原因 / "
            f"{listed} rows were kept out when reading and are not written; see mingbai tables check"
        )


@click.command()
@pack_option
@_layout
@_out
@_title
@json_option
def blank(pack_name: str, layout: str, out: Path, title: str | None, json_out: bool) -> None:
    """空白填报表：带下拉选项和输入规则 / an empty form with lists and input rules.

    例 / example: mingbai tables blank --pack cn --as person-export --out 空白表.xlsx
    """
    pack = load_pack(pack_name, with_cases=False)
    written = write_blank(schema_of(pack), profiles_of(pack), layout, out, title=title)
    if json_out:
        click.echo(json.dumps(_facts(written, out), ensure_ascii=False))
    else:
        _print(written, out)


def _print(written: Written, out: Path) -> None:
    sheets = f"，{written.sheets} 个工作表" if written.sheets > 1 else ""
    click.echo(
        f"{out}：{written.rows} 行 {written.columns} 列{sheets} / "
        f"{written.rows} rows, {written.columns} columns, {written.sheets} sheets"
    )
    for note in written.notes:
        said = note.message.then(note.advice)
        click.echo(f"  [{note.code}] {said.zh}")
        click.echo(f"      {said.en}")


def _facts(written: Written, out: Path) -> dict[str, object]:
    notes = [
        {"code": note.code, "zh": note.message.zh, "en": note.message.en} for note in written.notes
    ]
    return {
        "file": str(out),
        "rows": written.rows,
        "columns": written.columns,
        "sheets": written.sheets,
        "notes": notes,
    }
