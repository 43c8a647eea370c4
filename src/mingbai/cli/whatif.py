"""``mingbai whatif``: try a parameter; who changes, how many, what it costs, who is near the line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from mingbai.cli.options import input_folder, json_option, pack_options, password_file
from mingbai.engine.compiling.whatif import compile_whatif, parse_trial
from mingbai.engine.model.pack import Pack, Rule
from mingbai.engine.model.values import unscaled
from mingbai.screening.inputs import pack_for, read_input
from mingbai.screening.whatif import Near, WhatIfResult, try_out

_WORDS = {
    "met": ("达标", "met"),
    "unmet": ("未达标", "unmet"),
    "unknown": ("待核实", "unknown"),
    "not_applicable": ("不适用", "not applicable"),
}


@click.command()
@input_folder
@pack_options
@password_file
@click.option(
    "--set",
    "settings",
    multiple=True,
    required=True,
    metavar="PARAM=VALUE",
    help="试的参数，可重复；PARAM@53=… 只在这个地区 / parameter to try, repeatable; @53 for one region",
)
@json_option
def whatif(
    folder: Path,
    pack: Pack,
    as_of: date,
    password: str | None,
    settings: tuple[str, ...],
    json_out: bool,
) -> None:
    """试算一个参数：谁会变、多少户、要多少钱；不改任何结果 / try a parameter, change nothing.

    例 / example: mingbai whatif examples/yunnan-2025 --pack cn --as-of 2025-06-30
    --set monitoring_line=9000
    """
    trials = tuple(parse_trial(pack, text) for text in settings)
    intake = read_input(folder, pack, password=password)
    compiled = compile_whatif(pack_for(pack, intake), as_of, trials)
    result = try_out(compiled, intake)
    if json_out:
        click.echo(json.dumps(_json(result), ensure_ascii=False))
    else:
        _print(result, settings)


def _print(result: WhatIfResult, settings: tuple[str, ...]) -> None:
    click.echo(f"试算，不改任何结果 / a trial, nothing is changed: {', '.join(settings)}")
    if not result.whatif.reached:
        click.echo("没有规则用到这个参数 / no rule in force reads this parameter")
        return
    changed = {key for move in result.moves for key in move.keys}
    click.echo(
        f"{result.households} 户里，{len(changed)} 个对象至少一项结果会变 / "
        f"{len(changed)} households or persons change in at least one outcome"
    )
    for move in result.moves:
        (old_zh, old_en), (new_zh, new_en) = (
            _word(move.rule, state) for state in (move.before, move.after)
        )
        shown = "、".join(move.keys[:20]) + ("…" if len(move.keys) > 20 else "")
        click.echo(
            f"  {move.rule.label.zh}：{old_zh} → {new_zh} {len(move.keys)} / "
            f"{move.rule.label.en}: {old_en} → {new_en}"
        )
        click.echo(f"    {shown}")
    for cost in result.costs:
        digits = cost.rule.type.scale
        before, after, difference = (
            "不知道 unknown" if one is None else unscaled(one, digits)
            for one in (cost.before, cost.after, cost.difference)
        )  # fmt: skip
        click.echo(
            f"  {cost.rule.label.zh} / {cost.rule.label.en}：{before} → {after}（{difference}），"
            f"{cost.unknown} 户算不出 / unknown for {cost.unknown}"
        )
    _print_near("线下最近 / nearest below", result.below, result)
    _print_near("线上最近 / nearest from the line up", result.above, result)


def _word(rule: Rule, state: str) -> tuple[str, str]:
    """A state in words; a signal or a status is there or not, a guarantee met or not."""
    if not rule.met_when:
        return {"met": ("无", "no"), "unmet": ("有", "yes")}.get(state, _WORDS[state])
    return _WORDS[state]


def _print_near(title: str, rows: tuple[Near, ...], result: WhatIfResult) -> None:
    if not rows or result.line is None:
        return
    scale = result.whatif.program.rule(result.line[0]).type.scale
    click.echo(f"  {title}")
    for row in rows:
        value, distance = unscaled(row.value, scale), unscaled(row.distance, scale)
        click.echo(f"    {row.key} {row.name}  {value}  ({distance})")


def _json(result: WhatIfResult) -> dict[str, Any]:
    program = result.whatif.program
    scale = program.rule(result.line[0]).type.scale if result.line else 0
    return {
        "trial": [
            {"parameter": trial.name, "region": trial.region or None, "value": str(trial.value)}
            for trial in result.whatif.trials
        ],
        "as_of": program.as_of.isoformat(),
        "households": result.households,
        "changed": len({key for move in result.moves for key in move.keys}),
        "reached": list(result.whatif.reached),
        "moves": [
            {
                "rule": move.rule.id,
                "entity": move.rule.entity,
                "before": move.before,
                "after": move.after,
                "count": len(move.keys),
                "keys": list(move.keys),
            }
            for move in result.moves
        ],
        "costs": [
            {
                "rule": cost.rule.id,
                "scale": cost.rule.type.scale,
                "before": cost.before,
                "after": cost.after,
                "difference": cost.difference,
                "unknown": cost.unknown,
            }
            for cost in result.costs
        ],
        "line": {"number": result.line[0], "parameter": result.line[1]} if result.line else None,
        "below": [_near_json(row, scale) for row in result.below],
        "above": [_near_json(row, scale) for row in result.above],
    }


def _near_json(row: Near, scale: int) -> dict[str, Any]:
    return {
        "household": row.key,
        "name": row.name,
        "value": unscaled(row.value, scale).replace(",", ""),
        "distance": unscaled(row.distance, scale).replace(",", ""),
    }
