"""``mingbai stats FILE``: one or more figures of a column, by group, with standard errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import click
import numpy as np

from mingbai import stats
from mingbai.cli.stats_columns import Columns
from mingbai.cli.stats_options import (
    Survey,
    called,
    figure,
    print_json,
    print_table,
    survey_options,
)
from mingbai.stats.inequality import GINI
from mingbai.stats.ranks import QUANTILES


@dataclass(frozen=True)
class Measure:
    """A figure by its name on the command line (指标)."""

    compute: Callable[..., stats.Estimate]
    says: str
    takes: frozenset[str]  # the options it knows
    parameter: str | None = None  # what may stand behind the colon


def _point(welfare: object, share: float, **options: object) -> stats.Estimate:
    return stats.lorenz(welfare, share, **options)[share]  # type: ignore[arg-type]  # its options


_LINE = frozenset({"line", "line_counts"})
_POSITIVE = frozenset({"nonpositive"})
_OWN_LINE = frozenset({"line_counts", "quantile"})
_NONE: frozenset[str] = frozenset()
MEASURES: Mapping[str, Measure] = {
    "headcount": Measure(stats.headcount, "贫困发生率 / headcount", _LINE),
    "gap": Measure(stats.poverty_gap, "贫困深度 / gap", _LINE),
    "severity": Measure(stats.severity, "贫困强度 / severity", _LINE),
    "fgt": Measure(stats.fgt, "FGT", _LINE, "alpha"),
    "income-gap": Measure(stats.income_gap, "贫困缺口率 / income gap", _LINE),
    "watts": Measure(stats.watts, "Watts", _LINE | _POSITIVE),
    "sen": Measure(stats.sen, "Sen", _LINE),
    "sst": Measure(stats.sst, "Sen-Shorrocks-Thon", _LINE),
    "arpr": Measure(stats.relative_fgt, "相对贫困发生率 / at risk of poverty", _OWN_LINE, "share"),
    "arpt": Measure(
        stats.relative_line, "相对贫困线 / threshold", frozenset({"quantile"}), "share"
    ),
    "rmpg": Measure(stats.median_gap, "相对中位缺口 / median gap", _OWN_LINE, "share"),
    "gini": Measure(stats.gini, "基尼系数 / Gini", frozenset({"definition"})),
    "theil-t": Measure(stats.theil_t, "泰尔 T / Theil T", _POSITIVE),
    "theil-l": Measure(stats.theil_l, "泰尔 L / Theil L", _POSITIVE),
    "ge": Measure(stats.generalised_entropy, "广义熵 / GE", _POSITIVE, "alpha"),
    "atkinson": Measure(stats.atkinson, "阿特金森 / Atkinson", _POSITIVE, "epsilon"),
    "hoover": Measure(stats.hoover, "胡佛 / Hoover", _NONE),
    "qsr": Measure(stats.quintile_share_ratio, "五等份比 / S80/S20", frozenset({"quantile"})),
    "palma": Measure(stats.palma, "帕尔马 / Palma", _NONE),
    "lorenz": Measure(_point, "洛伦兹 / Lorenz", _NONE, "share"),
    "mean": Measure(stats.mean, "均值 / mean", _NONE),
    "total": Measure(stats.total, "总量 / total", _NONE),
    "quantile": Measure(stats.percentile, "分位数 / quantile", _NONE, "share"),
}
#: What stands behind the colon when nothing does; the other functions have a default of their own.
_DEFAULTS = {"lorenz": 0.5, "quantile": 0.5}


@click.command()
@survey_options
@click.option(
    "--measure",
    "names",
    required=True,
    multiple=True,
    metavar="M",
    help=f"指标，可多次或用逗号隔开 / measures: {', '.join(MEASURES)}; fgt:1.5, atkinson:1, quantile:0.9",
)
@click.option("--welfare", required=True, metavar="COL", help="收入或消费列 / welfare column")
@click.option("--line", metavar="N|COL", help="线：一个数，或每行一线的列 / a number or a column")
@click.option(
    "--line-counts", is_flag=True, help="等于线的也算贫困 / who is at the line is poor as well"
)
@click.option(
    "--nonpositive",
    type=click.Choice(["refuse", "outside", "nothing", "keep"]),
    default="refuse",
    show_default=True,
    help="零和负数：拒绝、不计入、计入为零、保留 / values of zero and below",
)
@click.option(
    "--definition", type=click.Choice(GINI), default="pairs", show_default=True, help="基尼 / Gini"
)
@click.option(
    "--quantile", type=click.Choice(QUANTILES), default="lower", show_default=True, help="分位数"
)
def figures(
    survey: Survey, names: tuple[str, ...], welfare: str, line: str | None, **conventions: object
) -> None:
    """一列数的贫困和不平等指标，附标准误 / figures of a column with standard errors.

    例 / example: mingbai stats 调查.csv --measure headcount,gap,gini --welfare 人均收入 --line 4000
    --weight 权数 --strata 层 --psu 村 --by 乡镇
    """
    asked = [_measure(name) for given in names for name in given.split(",") if name]
    columns = survey.columns(welfare, line if line and _as_number(line) is None else None)
    plan = survey.design(columns)
    values = columns.numbers(welfare)
    conventions["line"] = _line(line, columns, asked)
    found = []
    for group, within in survey.groups(columns):
        for name, measure, parameters in asked:
            options = {key: conventions[key] for key in measure.takes} | parameters
            work = partial(
                measure.compute,
                values,
                design=plan,
                within=within,
                missing=survey.missing,
                **options,
            )
            found.append((name, group, survey.shown(columns.located(work))))
    if survey.json_out:
        print_json(_as_json(survey, found))
    else:
        _print(survey, found)


def _as_number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


def _measure(name: str) -> tuple[str, Measure, dict[str, float]]:
    """A measure and what stands behind its colon; STAT-012 names those there are."""
    word, _, text = name.strip().partition(":")
    measure = MEASURES.get(word)
    value = _as_number(text) if text else None
    known = measure is not None and (not text or (measure.parameter and value is not None))
    if measure is None or not known:
        raise stats.StatsError(
            "STAT-012", name=name, what_zh="指标", what_en="measure", choices=", ".join(MEASURES)
        )
    value = _DEFAULTS.get(word) if value is None else value
    return (
        name,
        measure,
        {} if value is None or not measure.parameter else {measure.parameter: value},
    )


def _line(
    line: str | None, columns: Columns, asked: list[tuple[str, Measure, dict[str, float]]]
) -> object:
    if line is None:
        wants = [name for name, measure, _ in asked if "line" in measure.takes]
        if wants:
            raise click.UsageError(
                f"{wants[0]} 要有一条线，请加 --line / {wants[0]} needs a line: add --line"
            )
        return None
    number = _as_number(line)
    return columns.numbers(line) if number is None else number


def _as_json(
    survey: Survey, found: list[tuple[str, str | None, dict[str, object]]]
) -> dict[str, object]:
    return {
        "file": survey.file.name,
        "level": survey.level,
        "by": survey.by,
        "figures": [{"measure": name, "group": group, **one} for name, group, one in found],
    }


def _print(survey: Survey, found: list[tuple[str, str | None, dict[str, object]]]) -> None:
    share = f"{survey.level:.0%}"
    head = ["指标 / figure", "组 / group", "值 / value", "标准误 / se", f"{share} 区间 / interval"]
    head += ["设计效应 / deff", "行 / rows", "代表 / population"]
    lines = []
    for name, group, one in found:
        says = MEASURES[name.strip().partition(":")[0]].says
        _, colon, parameter = name.partition(":")
        numbers = {key: value for key, value in one.items() if isinstance(value, float | int)}
        low, high = figure(numbers.get("low")), figure(numbers.get("high"))
        lines.append(
            [
                f"{says}{colon}{parameter}",
                called(group),
                figure(numbers.get("value")),
                figure(numbers.get("se")),
                f"{low} – {high}",
                figure(numbers.get("deff"), 2),
                f"{numbers.get('rows', 0):,}",
                f"{np.round(numbers.get('population', 0)):,.0f}",
            ]
        )
    print_table(head, lines)
