"""What the commands of figures share (统计命令共用): the design of a sample, groups, printing."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
import numpy as np

from mingbai import stats
from mingbai.cli.options import json_option, password_file
from mingbai.cli.output import terminal_width
from mingbai.cli.stats_columns import Columns
from mingbai.stats.design import SINGLE
from mingbai.stats.estimates import METHODS
from mingbai.stats.inputs import Mask

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Survey:
    """What the options say of the file and the sample (抽样说明)."""

    file: Path
    sheet: str | None
    password: str | None
    weight: str | None
    strata: str | None
    psu: tuple[str, ...]
    fpc: tuple[str, ...]
    single: str
    by: str | None
    missing: str
    level: float
    interval: str
    json_out: bool

    def columns(self, *names: str | None) -> Columns:
        """The named columns and those of the design."""
        wanted = [*names, self.weight, self.strata, *self.psu, *self.fpc, self.by]
        return Columns(self.file, [name for name in wanted if name], self.sheet, self.password)

    def design(self, columns: Columns) -> stats.Design:
        """The design of the sample, by its columns."""
        units = tuple(columns.groups(name) for name in self.psu)
        counts = tuple(columns.numbers(name) for name in self.fpc)
        return columns.located(
            lambda: stats.design(
                columns.numbers(self.weight) if self.weight else None,
                strata=columns.groups(self.strata) if self.strata else None,
                psu=units or None,
                fpc=counts or None,
                n=len(columns),
                single=self.single,
            )
        )

    def groups(self, columns: Columns) -> list[tuple[str | None, Mask | None]]:
        """Everybody, and each group of `--by`."""
        everybody: list[tuple[str | None, Mask | None]] = [(None, None)]
        if self.by is None:
            return everybody
        names = columns.groups(self.by)
        return everybody + [(str(name), names == name) for name in np.unique(names)]

    def shown(self, one: stats.Estimate) -> dict[str, Any]:
        """A figure as JSON has it; the interval as `--interval` says, None where it has none."""
        low = high = None
        if np.isfinite(one.value) and np.isfinite(one.se):
            low, high = one.interval(self.level, self.interval)
        found = {"value": one.value, "se": one.se, "low": low, "high": high}
        found |= {"df": one.df, "deff": one.deff, "rows": one.rows, "population": one.population}
        return {name: _finite(value) for name, value in found.items()}


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value


_OPTIONS = [
    click.argument(
        "file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
    ),
    click.option("--sheet", metavar="S", help="工作表名，默认第一张 / sheet, else the first"),
    click.option("--weight", metavar="COL", help="权数列：一行代表多少人（户） / weights"),
    click.option("--strata", metavar="COL", help="抽样层列 / strata"),
    click.option(
        "--psu",
        metavar="COL",
        multiple=True,
        help="抽样单位列，多阶段依次写 / clusters, by stage",
    ),
    click.option(
        "--fpc",
        metavar="COL",
        multiple=True,
        help="总体单位数列，多阶段依次写 / population counts",
    ),
    click.option(
        "--single",
        type=click.Choice(SINGLE),
        default="refuse",
        show_default=True,
        help="只有一个单位的层怎么算 / strata with one unit",
    ),
    click.option("--by", metavar="COL", help="分组列 / groups"),
    click.option(
        "--missing",
        type=click.Choice(["refuse", "outside"]),
        default="refuse",
        show_default=True,
        help="空格：拒绝，或不计入 / empty cells: refuse, or leave the row out",
    ),
    click.option(
        "--level",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        default=0.95,
        show_default=True,
        help="置信水平 / confidence level",
    ),
    click.option(
        "--interval",
        type=click.Choice(METHODS),
        default="wald",
        show_default=True,
        help="区间算法，后三种只用于比例 / interval; the last three for shares only",
    ),
    password_file,
    json_option,
]


def survey_options(function: F) -> F:
    """``FILE`` and the options that say how the sample was drawn; the command gets a `Survey`."""

    @functools.wraps(function)
    def wrapper(**given: Any) -> Any:
        taken = {name: given.pop(name) for name in Survey.__dataclass_fields__}
        return function(survey=Survey(**taken), **given)

    command: Any = wrapper
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def print_json(found: Mapping[str, Any]) -> None:
    """One JSON object on one line."""
    click.echo(json.dumps(found, ensure_ascii=False))


def print_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Columns under their names, the first to the left, numbers to the right."""
    widths = [max(terminal_width(row[at]) for row in [head, *lines]) for at in range(len(head))]
    for row in [head, *lines]:
        cells = [
            cell + " " * (width - terminal_width(cell))
            if at == 0
            else " " * (width - terminal_width(cell)) + cell
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  " + "  ".join(cells).rstrip())


def figure(value: float | None, digits: int = 4) -> str:
    """A number for people: four digits after the point if small, none if large; a dash for none."""
    if value is None:
        return "-"
    return f"{value:,.{digits}f}" if abs(value) < 1000 else f"{value:,.1f}"


def called(group: str | None) -> str:
    """The name of a group as it is shown."""
    if group is None:
        return "全部 / all"
    return group or "未填 / not stated"
