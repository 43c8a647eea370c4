"""``mingbai stats targeting``: a selection or a score held against the truth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

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
from mingbai.stats.inputs import Mask
from mingbai.stats.targeting import TIES

_RATES = (
    ("exclusion", "漏评率 / missed of the poor"),
    ("inclusion", "错评率 / wrong of the selected"),
    ("inclusion_of_others", "误纳率 / wrong of the others"),
    ("total_error", "总差错率 / total error"),
)


@dataclass(frozen=True)
class _Asked:
    """What is held against what."""

    truth: str | None
    welfare: str | None
    line: float | None
    selected: str | None
    score: str | None
    highest: bool
    quotas: str | None
    cutoff: float | None
    ties: str


@click.command()
@survey_options
@click.option("--truth", metavar="COL", help="是否贫困（1/0、是/否）列 / who is poor")
@click.option(
    "--welfare", metavar="COL", help="或：收入列，低于 --line 为贫困 / or: poor below --line"
)
@click.option("--line", type=float, metavar="N", help="线 / the line")
@click.option("--selected", metavar="COL", help="是否选中（或 0 到 1 的份额）列 / who was selected")
@click.option("--score", metavar="COL", help="或：评分列，低分先选 / or: a score, the lowest first")
@click.option("--highest", is_flag=True, help="高分先选 / the highest scores first")
@click.option(
    "--quota",
    "quotas",
    metavar="0.1,0.2",
    help="名额占人口的比例；不写则每组与真实贫困人数相同 / shares; else as many as are poor",
)
@click.option("--cutoff", type=float, help="或：评分线 / or: a cutoff of the score")
@click.option(
    "--ties",
    type=click.Choice(TIES),
    default="expected",
    show_default=True,
    help="名额末位同分怎么算 / equal scores at the end of a quota",
)
def targeting(survey: Survey, **given: Any) -> None:
    """瞄准评估：漏了多少、错纳多少、总差错 / missed, wrongly included, total error.

    例 / example: mingbai stats targeting 评估.csv --welfare 人均消费 --line 4000 --score 评分
    --quota 0.1,0.2 --by 村 --weight 权数
    """
    asked = _Asked(**given)
    if (asked.truth is None) == (asked.welfare is None or asked.line is None):
        raise click.UsageError(
            "请给 --truth，或 --welfare 和 --line / give --truth, or --welfare and --line"
        )
    if (asked.selected is None) == (asked.score is None):
        raise click.UsageError("请给 --selected 或 --score / give --selected or --score")
    columns = survey.columns(asked.truth, asked.welfare, asked.selected, asked.score)
    plan = survey.design(columns)
    poor = _yes(columns, asked.truth) if asked.truth else _below(columns, asked)
    area = None
    if asked.score is not None:
        found, area = columns.located(partial(_scored, asked, survey, columns, plan, poor))
    else:
        found = _by_group(poor, _given(columns, asked.selected or ""), survey, columns, plan)
    if survey.json_out:
        lines = [_as_json(survey, one) for one in found]
        shown = survey.shown(area) if area else None
        print_json({"file": survey.file.name, "area": shown, "lines": lines})
    else:
        _print(found, area)


def _scored(
    asked: _Asked, survey: Survey, columns: Columns, plan: stats.Design, poor: Mask
) -> tuple[list[stats.TargetingLine], stats.Estimate]:
    """A score at a cutoff or at quotas, and the area under its curve."""
    score, highest = columns.numbers(asked.score or ""), asked.highest
    area = stats.roc(poor, score, design=plan, highest=highest).area
    if asked.cutoff is not None:
        chosen = stats.selection(score, cutoff=asked.cutoff, design=plan, highest=highest)
        return _by_group(poor, chosen, survey, columns, plan), area
    steps = _steps(asked.quotas) if asked.quotas else None
    groups = columns.groups(survey.by) if survey.by else None
    lines = stats.targeting_table(
        poor, score, steps, strata=groups, design=plan, ties=asked.ties, highest=highest
    )
    return lines, area


def _steps(quotas: str) -> list[float]:
    try:
        return [float(text) for text in quotas.split(",")]
    except ValueError:
        raise click.UsageError(
            f"--quota 应写成 0.1,0.2 / write --quota as 0.1,0.2, not {quotas}"
        ) from None


def _yes(columns: Columns, name: str) -> Mask:
    """A column of 1/0, 是/否, yes/no, true/false."""
    words = {"1": True, "是": True, "yes": True, "true": True, "y": True, "有": True}
    words |= {"0": False, "否": False, "no": False, "false": False, "n": False, "无": False}
    texts = columns.groups(name)
    found = np.array([words.get(text.strip().casefold(), None) for text in texts], dtype=object)
    unknown = np.flatnonzero(found == None)  # noqa: E711  # elementwise, on an array of objects
    if len(unknown):
        at = int(unknown[0])
        raise stats.StatsError(
            "STAT-014",
            file=columns.file,
            row=int(columns.rows[at]),
            column=name,
            value=texts[at],
            count=len(unknown),
        )
    return found.astype(bool)


def _given(columns: Columns, name: str) -> object:
    """Who was selected: yes and no, or shares."""
    try:
        return _yes(columns, name).astype(np.float64)
    except stats.StatsError:
        return columns.numbers(name)


def _below(columns: Columns, asked: _Asked) -> Mask:
    name = asked.welfare or ""
    values = columns.numbers(name)
    if np.isnan(values).any():
        row = int(columns.rows[int(np.argmax(np.isnan(values)))])
        raise stats.StatsError(
            "STAT-014",
            file=columns.file,
            row=row,
            column=name,
            value="",
            count=int(np.isnan(values).sum()),
        )
    found: Mask = values < (asked.line or 0.0)
    return found


def _by_group(
    poor: Mask, chosen: object, survey: Survey, columns: Columns, plan: stats.Design
) -> list[stats.TargetingLine]:
    found = []
    for group, within in survey.groups(columns):
        work = partial(stats.targeting, poor, chosen, design=plan, within=within)
        result = columns.located(work)
        found.append(stats.TargetingLine(group, result.coverage.value, result))
    return found


def _as_json(survey: Survey, one: stats.TargetingLine) -> dict[str, object]:
    result = one.result
    counts = {
        name: getattr(result, name)
        for name in ("population", "poor", "selected", "hit", "missed", "wrong")
    }
    rates = [name for name, _ in _RATES] + ["coverage", "differential", "concentration"]
    shown = {name: survey.shown(getattr(result, name)) for name in rates}
    return {"group": one.stratum, "quota": one.quota, **counts, **shown}


def _print(found: list[stats.TargetingLine], area: stats.Estimate | None) -> None:
    head = ["组 / group", "名额 / quota", "人口 / people", "贫困 / poor", "选中 / selected"]
    head += ["漏 / missed", "错 / wrong", *(text for _, text in _RATES)]
    lines = []
    for one in found:
        result = one.result
        counts = (result.population, result.poor, result.selected, result.missed, result.wrong)
        rates = [getattr(result, name) for name, _ in _RATES]
        lines.append(
            [called(None if one.stratum is None else str(one.stratum)), figure(one.quota, 3)]
            + [f"{count:,.1f}" for count in counts]
            + [f"{figure(rate.value)} ±{figure(rate.se)}" for rate in rates]
        )
    print_table(head, lines)
    if area is not None:
        click.echo(
            f"  AUC {figure(area.value)} ±{figure(area.se)}（1 为全对，0.5 为抓阄 / 0.5 is a lottery）"
        )
