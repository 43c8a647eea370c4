"""``mingbai tables duplicates``: rows of one list that are likely the same person."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mingbai.cli.options import json_option, password_file
from mingbai.cli.output import terminal_width
from mingbai.cli.stats_columns import Columns
from mingbai.tables.duplicates import Comparison, Pair, compared

_MOST_SHOWN = 40


@click.command()
@click.argument(
    "file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--sheet", metavar="S", help="工作表名，默认第一张 / sheet, else the first")
@click.option(
    "--block",
    "blocks",
    required=True,
    multiple=True,
    metavar="COL",
    help="这一列相同才比对；可多次，有一列相同即比 / compare rows that agree here; again: or here",
)
@click.option("--same", multiple=True, metavar="COL", help="相同得一分的列 / a point if equal")
@click.option(
    "--alike",
    multiple=True,
    metavar="COL:0.85",
    help="编辑距离相近得一分 / a point by edit distance",
)
@click.option(
    "--alike-name",
    multiple=True,
    metavar="COL:0.85",
    help="Jaro-Winkler 相近得一分 / a point by Jaro-Winkler",
)
@click.option(
    "--at-least",
    required=True,
    type=click.IntRange(1),
    help="几分算疑似重复 / likely from this score",
)
@password_file
@json_option
def duplicates(
    file: Path,
    sheet: str | None,
    blocks: tuple[str, ...],
    at_least: int,
    password: str | None,
    json_out: bool,
    **compares: tuple[str, ...],
) -> None:
    """一张表里疑似同一人的行；只列出，不合并 / rows that are likely one person; listed, never merged.

    例 / example: mingbai tables duplicates 名单.xlsx --block 姓名 --same 出生日期 --alike 住址:0.85
    --at-least 2
    """
    rule = [Comparison(name) for name in compares["same"]]
    rule += [_comparison(text, "levenshtein") for text in compares["alike"]]
    rule += [_comparison(text, "jaro-winkler") for text in compares["alike_name"]]
    names = [*blocks, *(one.column for one in rule)]
    columns = Columns(file, names, sheet, password)
    cells = {name: columns.groups(name).tolist() for name in dict.fromkeys(names)}
    pairs = compared(cells, blocks, rule)
    likely = [pair for pair in pairs if pair.score >= at_least]
    if json_out:
        click.echo(json.dumps(_as_json(columns, pairs, likely), ensure_ascii=False))
    else:
        _print(columns, pairs, likely)


def _comparison(text: str, kind: str) -> Comparison:
    name, _, degree = text.rpartition(":")
    try:
        least = float(degree)
    except ValueError:
        least = 0.0
    if not name or not 0 < least <= 1:
        raise click.UsageError(f"“{text}”应写成 列名:0.85 / write column:0.85, not “{text}”")
    return Comparison(name, kind, least)


def _rows(columns: Columns, pair: Pair) -> tuple[int, int]:
    return int(columns.rows[pair.first]), int(columns.rows[pair.second])


def _as_json(columns: Columns, pairs: list[Pair], likely: list[Pair]) -> dict[str, object]:
    found = [
        {"rows": _rows(columns, pair), "score": pair.score, "agree": pair.agree} for pair in likely
    ]
    return {"file": columns.file, "candidate_pairs": len(pairs), "matches": found}


def _print(columns: Columns, pairs: list[Pair], likely: list[Pair]) -> None:
    click.echo(
        f"  {columns.file}：{len(columns):,} 行，比对 {len(pairs):,} 对，疑似重复 {len(likely):,} 对 / "
        f"{len(columns):,} rows, {len(pairs):,} pairs compared, {len(likely):,} likely the same"
    )
    for pair in sorted(likely, key=lambda one: -one.score)[:_MOST_SHOWN]:
        first, second = _rows(columns, pair)
        place = f"第 {first} 行和第 {second} 行"
        blanks = " " * max(0, 28 - terminal_width(place))
        click.echo(f"  {place}{blanks}{pair.score} 分：{'、'.join(pair.agree)}")
    if len(likely) > _MOST_SHOWN:
        more = len(likely) - _MOST_SHOWN
        click.echo(f"  … 还有 {more} 对，--json 全部列出 / {more} more, all with --json")
