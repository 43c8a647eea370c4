"""``mingbai tables propose``: what the columns of an unknown sheet may mean, to be confirmed."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mingbai.cli.options import json_option, pack_option, password_file
from mingbai.cli.output import terminal_width
from mingbai.cli.sheets import chosen_sheet, unreadable
from mingbai.engine.loading import load_pack
from mingbai.screening.inputs import schema_of
from mingbai.screening.table_check import profiles_of
from mingbai.tables import Text
from mingbai.tables.fit import check_profiles
from mingbai.tables.formats.sheet import UnreadableError
from mingbai.tables.profile_files import load_profile
from mingbai.tables.proposing import Guess, Proposal, as_yaml
from mingbai.tables.proposing import propose as propose_mapping
from mingbai.tables.proposing.proposal import called

_SURE = {
    "likely": Text("很可能", "likely"),
    "maybe": Text("可能", "maybe"),
    "none": Text("不读", "not read"),
    "set": Text("已指定", "as set"),
}


@click.command()
@click.argument(
    "file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@pack_option
@click.option(
    "--sheet", "sheet_name", metavar="S", help="工作表名，默认第一张 / sheet, else the first"
)
@click.option("--entity", metavar="E", help="一行是什么，如 person / what a row is, such as person")
@click.option(
    "--set",
    "wishes",
    multiple=True,
    metavar="列=fact",
    help="指定某一列的含义，none 为不读 / say what a column is; none: not read",
)
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    help="存成表头模板 .yaml / save as a header profile",
)
@password_file
@json_option
def propose(
    file: Path,
    pack_name: str,
    sheet_name: str | None,
    entity: str | None,
    wishes: tuple[str, ...],
    save: Path | None,
    password: str | None,
    json_out: bool,
) -> None:
    """没见过的表：每一列可能是什么、为什么 / propose what unknown columns mean.

    例 / example: mingbai tables propose 花名册.xlsx --pack cn --set 家庭住址=none --save 花名册.yaml
    """
    pack = load_pack(pack_name, with_cases=False)
    schema = schema_of(pack)
    sheet = chosen_sheet(file, sheet_name, password)
    try:
        found = propose_mapping(
            sheet, schema, profiles_of(pack), entity=entity, wishes=_wishes(wishes)
        )
    except UnreadableError as error:
        raise unreadable(file, error) from None
    if save is not None:
        _save(found, save)
        check_profiles([load_profile(save)], schema)
    if json_out:
        click.echo(json.dumps(_facts(found, save), ensure_ascii=False))
    else:
        _print(found, save)


def _wishes(wishes: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for wish in wishes:
        label, sign, name = wish.rpartition("=")
        if not sign:
            raise click.UsageError(f"--set 应写成 列=指标：{wish} / write --set COLUMN=fact")
        found[label.strip()] = name.strip()
    return found


def _save(found: Proposal, path: Path) -> None:
    if path.suffix not in (".yaml", ".yml"):
        raise click.UsageError("--save 应以 .yaml 结尾 / --save must end in .yaml")
    if not found.tied:
        raise click.UsageError(
            "看不出每行属于谁，不能存：请用 --set 指定 key、link 或 number 的列 / "
            "rows cannot be told apart: name the key, link or number column with --set"
        )
    path.write_text(as_yaml(found, path.stem), encoding="utf-8")


def _called(guess: Guess) -> Text:
    target = guess.target
    if target is None:
        return Text("—", "-")
    roles = {
        "key": Text("编号", "key"),
        "link": Text("所属编号", "link"),
        "number": Text("按证件号码认人", "found by ID number"),
        "name": Text("姓名（核对用）", "name, to compare"),
    }
    return roles.get(target.role) or called(target)


def _print(found: Proposal, save: Path | None) -> None:
    label = found.table.label_zh or found.table.entity
    click.echo(
        f"第 {found.header_row} 行是表头，一行是一条“{label}” / "
        f"header in row {found.header_row}, a row is one {found.table.entity}"
    )
    if not found.tied:
        click.echo("  看不出每行属于谁：请用 --set 指定 key、link 或 number 的列")
        click.echo("  rows cannot be told apart: name the key, link or number column with --set")
    rows = [_row(guess) for guess in found.guesses]
    widths = [max(map(terminal_width, column)) for column in zip(*rows, strict=True)]
    for row, guess in zip(rows, found.guesses, strict=True):
        cells = (
            cell + " " * (width - terminal_width(cell))
            for cell, width in zip(row, widths, strict=True)
        )
        click.echo("  " + "  ".join(cells).rstrip())
        click.echo(f"      {guess.why.zh} / {guess.why.en}")
        for word, code in guess.values.items():
            click.echo(f"      “{word}” → {code}（请确认 / confirm）")
    if save is not None:
        click.echo(
            f"  {save}：请逐列确认后使用 / go over it, then: mingbai tables check --profile {save}"
        )


def _row(guess: Guess) -> tuple[str, str, str]:
    called, sure = _called(guess), _SURE[guess.sure]
    name = guess.target.name if guess.target else ""
    times = f" ×{guess.times}" if guess.times and guess.target else ""
    return guess.label, f"{called.zh} {name}{times}".strip(), f"{sure.zh} / {sure.en}"


def _facts(found: Proposal, save: Path | None) -> dict[str, object]:
    columns = [
        {
            "column": guess.label,
            "target": guess.target.name if guess.target else None,
            "sure": guess.sure,
            "score": round(guess.score, 3),
            "times": str(guess.times) if guess.times else None,
            "values": dict(guess.values),
            "why": {"zh": guess.why.zh, "en": guess.why.en},
        }
        for guess in found.guesses
    ]
    return {
        "entity": found.table.entity,
        "header_row": found.header_row,
        "tied": found.tied,
        "columns": columns,
        "saved": str(save) if save else None,
    }
