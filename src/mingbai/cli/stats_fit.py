"""``mingbai stats fit``: fit a proxy-means score and write it as parameters and rules of a pack."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
import numpy as np

from mingbai import stats
from mingbai.cli.options import Day
from mingbai.cli.output import partial_folder
from mingbai.cli.stats_columns import Columns
from mingbai.cli.stats_options import Survey, figure, print_json, print_table, survey_options
from mingbai.stats.inputs import Numbers
from mingbai.stats.models import INTERCEPT

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class _Score:
    """A fitted score as a pack will hold it: coefficients rounded to its scale."""

    name: str
    entity: str
    scale: int
    first_day: date
    source: str
    coefficients: Mapping[str, float]
    yes_no: frozenset[str]
    cutoff: float | None

    def parameter(self, variable: str) -> str:
        """The name of a coefficient's parameter."""
        return f"{self.name}_{variable or 'constant'}"


@click.command()
@survey_options
@click.option("--target", required=True, metavar="COL", help="要推算的列：人均消费或收入 / welfare")
@click.option("--log", "logs", is_flag=True, help="对数 / fit the logarithm of the target")
@click.option(
    "--on",
    "variables",
    required=True,
    multiple=True,
    metavar="fact=列",
    help="规则包里的指标名和这里的列；0/1 列当作是否 / a fact of the pack and its column; 0/1: yes and no",
)
@click.option(
    "--quota", type=click.FloatRange(0, 1, min_open=True), help="评分线取最低的这一部分 / cutoff"
)
@click.option(
    "--id", "name", default="proxy", show_default=True, help="规则和参数的名字 / id in the pack"
)
@click.option("--entity", default="household", show_default=True, help="一行是什么 / what a row is")
@click.option(
    "--scale", type=click.IntRange(0, 6), default=4, show_default=True, help="小数位 / digits"
)
@click.option(
    "--from", "first_day", required=True, type=Day(), help="从哪天起有效 / first day in force"
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="规则包文件夹：写 parameters/ 和 rules/ / folder of the pack to write into",
)
def fit(survey: Survey, target: str, variables: tuple[str, ...], **given: object) -> None:
    """拟合代理家计评分，写成规则包 / fit a proxy-means score and write it into a pack.

    例 / example: mingbai stats fit 调查.csv --target 人均消费 --log --on size=人口 --on fridge=冰箱
    --weight 权数 --psu 村 --quota 0.2 --from 2025-01-01 --out policies/our-county
    """
    named = dict(_variable(text) for text in variables)
    columns = survey.columns(target, *named.values())
    plan = survey.design(columns)
    values = columns.numbers(target)
    if given["logs"]:
        values = _logarithms(values, columns, target)
    x = {fact: columns.numbers(column) for fact, column in named.items()}
    model = columns.located(lambda: stats.fit(values, x, design=plan, missing=survey.missing))
    score = _rounded(model, x, plan, survey, given)
    if survey.json_out:
        print_json(_as_json(model, score))
    else:
        _print(model, score)
    out = given["out"]
    if isinstance(out, Path):
        _write(score, out)


def _variable(text: str) -> tuple[str, str]:
    fact, _, column = text.partition("=")
    if not _NAME.fullmatch(fact) or not column:
        raise click.UsageError(
            f"“{text}”应写成 fact=列名，fact 用小写英文 / write fact=column, not “{text}”"
        )
    return fact, column


def _logarithms(values: Numbers, columns: Columns, target: str) -> Numbers:
    low = np.flatnonzero(values <= 0)
    if len(low):
        raise stats.StatsError(
            "STAT-014",
            file=columns.file,
            row=int(columns.rows[low[0]]),
            column=target,
            value=values[low[0]],
            count=len(low),
        )
    return np.log(values)


def _rounded(
    model: stats.Model,
    x: Mapping[str, Numbers],
    plan: stats.Design,
    survey: Survey,
    given: Mapping[str, object],
) -> _Score:
    scale, quota = given["scale"], given["quota"]
    assert isinstance(scale, int)
    coefficients = {name: round(one.value, scale) for name, one in model.coefficients.items()}
    found = coefficients[INTERCEPT] + sum(coefficients[name] * column for name, column in x.items())
    cutoff = None
    if isinstance(quota, float):
        cutoff = round(stats.percentile(found, quota, design=plan, missing="outside").value, scale)
    rows = model.coefficients[INTERCEPT].rows
    first_day = given["first_day"]
    assert isinstance(first_day, date)
    return _Score(
        name=str(given["name"]),
        entity=str(given["entity"]),
        scale=scale,
        first_day=first_day,
        source=f"mingbai stats fit {survey.file.name}: n {rows}, R² {model.explained:.4f}",
        coefficients=coefficients,
        yes_no=frozenset(
            name for name, column in x.items() if set(np.unique(column)) <= {0.0, 1.0}
        ),
        cutoff=cutoff,
    )


def _as_json(model: stats.Model, score: _Score) -> dict[str, object]:
    return {
        "coefficients": {
            name or "constant": {
                "value": one.value,
                "se": one.se,
                "written": score.coefficients[name],
            }
            for name, one in model.coefficients.items()
        },
        "explained": model.explained,
        "df": model.df,
        "cutoff": score.cutoff,
    }


def _print(model: stats.Model, score: _Score) -> None:
    lines = [
        [name or "constant", figure(one.value, 6), figure(one.se, 6), figure(one.value / one.se, 2)]
        for name, one in model.coefficients.items()
        if one.se > 0
    ]
    print_table(["变量 / variable", "系数 / coefficient", "标准误 / se", "t"], lines)
    said = f"  R² {model.explained:.4f}"
    if score.cutoff is not None:
        said += f"；评分线 / cutoff {score.cutoff}"
    click.echo(said)


def _write(score: _Score, out: Path) -> None:
    """Both files or none; a file of this name that is there already is not overwritten."""
    targets = {part: out / part / f"{score.name}.yaml" for part in ("parameters", "rules")}
    there = [str(path) for path in targets.values() if path.exists()]
    if there:
        raise click.UsageError(
            f"已有 {there[0]}，不覆盖 / {there[0]} exists and is not overwritten"
        )
    texts = {"parameters": _parameters(score), "rules": _rules(score)}
    with partial_folder(out) as partial:
        for part, text in texts.items():
            (partial / part).write_text(text, encoding="utf-8")
        for part, path in targets.items():
            path.parent.mkdir(exist_ok=True)
            (partial / part).replace(path)
            click.echo(f"  {path}", err=True)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _parameters(score: _Score) -> str:
    values = dict(score.coefficients)
    lines = ["# Fitted; see `source` of each.", "parameters:"]
    named = {score.parameter(name): value for name, value in values.items()}
    if score.cutoff is not None:
        named[score.parameter("cutoff")] = score.cutoff
    for name, value in named.items():
        lines += [
            f"  {name}:",
            "    type: decimal",
            f"    scale: {score.scale}",
            f"    label: {{zh: {_quoted('系数 ' + name)}, en: {_quoted('coefficient ' + name)}}}",
            "    values:",
            f"      - {{from: {score.first_day}, value: {value:.{score.scale}f}, "
            f"source: {_quoted(score.source)}}}",
        ]
    return "\n".join(lines) + "\n"


def _rules(score: _Score) -> str:
    terms = [score.parameter(INTERCEPT)]
    for name in score.coefficients:
        if name in score.yes_no:
            terms.append(f"points({name}, {score.parameter(name)})")
        elif name != INTERCEPT:
            terms.append(f"{score.parameter(name)} * {name}")
    lines = ["rules:", *_rule(score, "score", "代理家计评分", "proxy-means score")]
    lines += [
        "    type: decimal",
        f"    scale: {score.scale}",
        f"    expr: {_quoted(' + '.join(terms))}",
    ]
    if score.cutoff is not None:
        lines += _rule(score, "below", "评分在线下", "score at or below the cutoff")
        cutoff = score.parameter("cutoff")
        lines += ["    type: bool", f"    expr: {_quoted(f'{score.name}.score <= {cutoff}')}"]
    return "\n".join(lines) + "\n"


def _rule(score: _Score, part: str, zh: str, en: str) -> list[str]:
    return [
        f"  - id: {score.name}.{part}",
        f"    entity: {score.entity}",
        f"    label: {{zh: {zh}, en: {en}}}",
        f"    source: {{doc: {_quoted(score.source)}}}",
        f"    valid: {{from: {score.first_day}}}",
    ]
