"""``mingbai stats deprivation``: multidimensional poverty by counting (Alkire-Foster)."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import click

from mingbai import stats
from mingbai.cli.stats_options import (
    Survey,
    called,
    figure,
    print_json,
    print_table,
    survey_options,
)


def _share(ctx: click.Context, param: click.Parameter, text: str) -> float:
    try:
        return float(Fraction(text))
    except (ValueError, ZeroDivisionError):
        raise click.BadParameter("请写 1/3 或 0.33 / write 1/3 or 0.33", ctx, param) from None


@click.command()
@survey_options
@click.option(
    "--dimension",
    "dimensions",
    required=True,
    multiple=True,
    metavar="名=列,列",
    help="一个维度和它的指标列（1 为剥夺），各维度等权 / a dimension and its 0/1 columns; equal weights",
)
@click.option(
    "--cutoff",
    callback=_share,
    default="1/3",
    show_default=True,
    help="加权剥夺达到多少算贫困 / poor from this score",
)
@click.option(
    "--reweigh", is_flag=True, help="缺的指标由有的分担权重 / known indicators share the weight"
)
def deprivation(survey: Survey, dimensions: tuple[str, ...], cutoff: float, reweigh: bool) -> None:
    """多维贫困：M0、H、A、各指标发生率和贡献 / M0, H, A, headcounts and contributions.

    例 / example: mingbai stats deprivation 调查.csv --dimension 健康=营养,死亡 --dimension 教育=入学,年限
    --cutoff 1/3 --weight 权数 --strata 层 --psu 村 --by 城乡
    """
    weights = stats.nested_weights(dict(_dimension(text) for text in dimensions))
    columns = survey.columns(*weights)
    plan = survey.design(columns)
    missing = "reweigh" if reweigh else {"outside": "listwise"}.get(survey.missing, survey.missing)
    indicators = {name: columns.numbers(name) for name in weights}
    whole = columns.located(
        partial(stats.alkire_foster, indicators, weights, cutoff, design=plan, missing=missing)
    )
    parts: list[tuple[str | None, stats.Deprivation]] = [(None, whole)]
    if survey.by is not None:
        found = whole.by(columns.groups(survey.by))
        parts += [(str(group), one) for group, one in found.items()]
    result = [_as_json(survey, group, one) for group, one in parts]
    if survey.json_out:
        print_json(
            {"file": survey.file.name, "cutoff": cutoff, "weights": weights, "groups": result}
        )
    else:
        _print(result)


def _dimension(text: str) -> tuple[str, list[str]]:
    name, _, columns = text.partition("=")
    found = [column.strip() for column in columns.split(",") if column.strip()]
    if not name or not found:
        raise click.UsageError(f"“{text}”应写成 名=列,列 / write name=column,column, not “{text}”")
    return name.strip(), found


def _as_json(survey: Survey, group: str | None, one: stats.Deprivation) -> dict[str, object]:
    contributions = one.contributions()
    return {
        "group": group,
        "M0": survey.shown(one.m0),
        "H": survey.shown(one.headcount),
        "A": survey.shown(one.intensity),
        "indicators": {
            name: {
                "uncensored": survey.shown(one.uncensored[name]),
                "censored": survey.shown(one.censored[name]),
                "contribution": survey.shown(contributions[name].share),
            }
            for name in one.weights
        },
    }


def _print(result: list[dict[str, object]]) -> None:
    for part in result:
        group = part["group"]
        click.echo(f"{called(group if isinstance(group, str) else None)}")
        lines = [_line(name, part[name]) for name in ("M0", "H", "A")]
        print_table(["", "值 / value", "标准误 / se", "区间 / interval"], lines)
        indicators = part["indicators"]
        assert isinstance(indicators, dict)
        rows = [
            [
                name,
                *(figure(one[key]["value"]) for key in ("uncensored", "censored", "contribution")),
            ]
            for name, one in indicators.items()
        ]
        head = [
            "指标 / indicator",
            "发生率 / headcount",
            "贫困者中 / censored",
            "贡献 / contribution",
        ]
        print_table(head, rows)


def _line(name: str, one: object) -> list[str]:
    assert isinstance(one, dict)
    interval = f"{figure(one['low'])} – {figure(one['high'])}"
    return [name, figure(one["value"]), figure(one["se"]), interval]
