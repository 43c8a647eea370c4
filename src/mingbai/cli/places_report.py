"""``mingbai places report``: the report of a place printed from its data, in the report's own units."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from mingbai.cli.places_build import said_plainly
from mingbai.cli.places_check import asked_options, asked_places, one_or_all
from mingbai.demo.build import MARK
from mingbai.demo.check import RED, Line, check_tables_of
from mingbai.demo.totals import ABOUT, MASKED

if TYPE_CHECKING:
    from pathlib import Path

    from mingbai.demo.place import Place


@click.command()
@asked_options
def report(name: str, data: Path | None, seed: int, json_out: bool) -> None:
    """按文件打印一地的报告数；all 是全部示范地 / print a place's report from its files, in its units.

    未公布的数写“未公布”；文件里的数和公布的不一样时，两个都写。

    What was not published says so; where the files give another figure than the report, both are printed.

    例 / example: mingbai places report 洞口
    """
    told = []
    for place, tables in asked_places(name, data, seed):
        with said_plainly():
            lines = check_tables_of(place, tables)
        told.append(_as_json(place, lines))
        if not json_out:
            _print(place, lines)
    if json_out:
        click.echo(json.dumps(one_or_all(name, told), ensure_ascii=False))


def _as_json(place: Place, lines: list[Line]) -> dict[str, Any]:
    source = place.totals.source
    return {
        "place": place.name,
        "synthetic": True,
        "mark": MARK,
        "source": {"zh": source[0], "en": source[1]},
        "figures": [{**line.as_json(), "text": _text(line)} for line in lines],
        "in_names_only": place.totals.labels,
    }


def _print(place: Place, lines: list[Line]) -> None:
    click.echo(f"  {place.name}（{MARK}）")
    for one in filter(None, place.totals.source):
        click.echo(f"  {one}")
    for line in lines:
        shown = line.as_json()
        click.echo(f"    {shown['zh']} {_text(line)}（{_day(shown)}）")
    if place.totals.labels:
        names = "；".join(place.totals.labels.values())
        click.echo(f"    只是名称里的数字，不是统计数 / figures in names only：{names}")


def _text(line: Line) -> str:
    """The figure as the report would print it: from the files, with its 余 or 多; both where they differ."""
    shown = line.as_json()
    published, counted = shown["published"]["zh"], shown["computed"]["zh"]
    if line.mark == RED:
        return f"{counted} ✘ 公布 / published {published}"
    if line.total.status == ABOUT:
        return f"{published}（{counted}）"
    return str(counted)


def _day(shown: dict[str, Any]) -> str:
    if shown["status"] == MASKED:
        return str(shown["reason"]["zh"])
    if shown["date"] is None:
        return f"年份未公布，按 {shown['computed_for']} 计算 / no year published"
    return str(shown["date"])
