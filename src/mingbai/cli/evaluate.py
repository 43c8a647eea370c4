"""``mingbai evaluate`` and ``mingbai states``: the rules over the register, and how households stand."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from mingbai.cli.options import Day, json_option
from mingbai.cli.progress import ProgressLine
from mingbai.common.starting import start_django

if TYPE_CHECKING:
    from mingbai.decisions.models import Run
    from mingbai.decisions.queries import Page

_DIVISION = click.option(
    "--division", default="", metavar="CODE", help="区划代码，12 位 / division code, 12 digits"
)
_STATES = {"met": "m", "unmet": "u", "unknown": "?", "not_applicable": "-"}


@click.command()
@click.option("--pack", help="规则包，缺省为登记库的 / pack, by default the register's")
@click.option(
    "--as-of",
    type=Day(),
    help="截至日，缺省为工作日期 / day, by default the register's working date",
)
@_DIVISION
@json_option
def evaluate(pack: str | None, as_of: date | None, division: str, json_out: bool) -> None:
    """按规则评估登记册里的每一户，存下变化 / evaluate the register and store what changed.

    评估不改任何身份；与人工决定不一致的，用 mingbai states --contradictions 查看。

    It changes no decision of people; what speaks against one is listed by mingbai states --contradictions.

    例 / example: mingbai evaluate --as-of 2026-06-30
    """
    start_django()
    from mingbai.decisions.actions import evaluate as run_evaluation
    from mingbai.households.actions.keeping import keep_day_counts
    from mingbai.places.queries import register, working_date

    progress = ProgressLine()
    run = run_evaluation(
        actor="command",
        pack=pack or register().pack,
        as_of=as_of or working_date(),
        division_code=division,
        progress=progress,
    )
    progress("counts", 0, 1)
    keep_day_counts(today=working_date())
    progress.close()
    if json_out:
        click.echo(json.dumps(_run_json(run), ensure_ascii=False))
        return
    click.echo(
        f"评估 {run.households} 户 {run.persons} 人，截至 {run.as_of}，规则包 {run.pack_hash} / "
        f"{run.households} households, {run.persons} persons as of {run.as_of}"
    )
    _print_counts(run.counts)
    _print_messages(run)


def _run_json(run: Run) -> dict[str, Any]:
    return {
        "run": run.pk,
        "pack": run.pack,
        "pack_hash": run.pack_hash,
        "as_of": run.as_of.isoformat(),
        "snapshot_hash": run.snapshot_hash,
        "division": run.division_code,
        "households": run.households,
        "persons": run.persons,
        "counts": run.counts,
        "messages": run.messages,
    }


def _print_counts(counts: dict[str, dict[str, int]]) -> None:
    click.echo("  达标 met / 未达标 unmet / 待核实 unknown / 不适用 n/a")
    for rule, found in counts.items():
        numbers = " ".join(f"{found[state]:>9,}" for state in _STATES)
        click.echo(f"  {numbers}  {rule}")


def _print_messages(run: Run) -> None:
    for one in run.messages:
        where = one["where"] or "全部 / everywhere"
        click.echo(
            f"  缺 / lacking {one['cause']}（{where}）：{one['households']:,} 户 / households"
        )


@click.command()
@_DIVISION
@click.option("--rule", help="只列这条规则 / list households by this rule")
@click.option(
    "--state",
    type=click.Choice(list(_STATES)),
    default="unmet",
    show_default=True,
    help="状态 / state",
)
@click.option("--from", "start", type=click.IntRange(0), default=0, help="从第几户起 / from")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--household", "number", metavar="NUMBER", help="一户的状态和说明 / one household")
@click.option(
    "--contradictions", "against", is_flag=True, help="与人工决定不一致的 / contradictions"
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@json_option
def states(  # noqa: PLR0913, PLR0917  # one option each
    division: str,
    rule: str | None,
    state: str,
    start: int,
    limit: int,
    number: str | None,
    against: bool,
    lang: str,
    json_out: bool,
) -> None:
    """查看评估结果：各规则的户数、名单、一户的说明 / states: counts, lists, one household explained.

    名单只有户的登记键，不含姓名 / lists hold keys, no names.

    例 / example: mingbai states --division 430525100000 --rule basics.housing --state unmet
    """
    start_django()
    if number is not None:
        _explain(number, lang, json_out)
    elif against:
        _list_contradictions(division, limit, json_out)
    elif rule is not None:
        _list_by_rule(rule, state, division, (start, start + limit), json_out)
    else:
        _count(division, json_out)


def _count(division: str, json_out: bool) -> None:
    from mingbai.decisions.queries import counts, latest_run

    run = latest_run(division)
    found = counts(division)
    if json_out:
        click.echo(json.dumps({"run": run.pk, "households": found}, ensure_ascii=False))
        return
    click.echo(
        f"户数，按评估 {run.pk}，截至 {run.as_of} / households, run {run.pk} as of {run.as_of}"
    )
    _print_counts(found)


def _list_by_rule(
    rule: str, state: str, division: str, rows: tuple[int, int], json_out: bool
) -> None:
    from mingbai.decisions.queries import households_with

    start, stop = rows
    found = households_with(rule, _STATES[state], division_code=division, start=start, stop=stop)
    numbers = _numbers(found)
    if json_out:
        listed = [
            {"household": numbers[row.household_id], "division": row.division_code}
            for row in found.rows
        ]
        click.echo(json.dumps({"total": found.total, "households": listed}, ensure_ascii=False))
        return
    click.echo(f"{found.total:,} 户 / households：{rule} {state}")
    for row in found.rows:
        click.echo(f"  {row.division_code}  {numbers[row.household_id]}")


def _numbers(page: Page) -> dict[int, str]:
    from mingbai.households.models import Household

    keys = [row.household_id for row in page.rows]
    return dict(Household.objects.filter(pk__in=keys).values_list("id", "number"))


def _list_contradictions(division: str, limit: int, json_out: bool) -> None:
    from mingbai.decisions.contradictions import contradictions
    from mingbai.decisions.enums import Reason
    from mingbai.households.models import Household

    found = contradictions(division_code=division, limit=limit)
    keys = [one.household_id for one in found]
    numbers = dict(Household.objects.filter(pk__in=keys).values_list("id", "number"))
    if json_out:
        listed = [
            {
                "household": numbers[one.household_id],
                "division": one.division_code,
                "decision": one.decision,
                "since": one.since.isoformat(),
                "reason": one.reason,
                "rules": list(one.rules),
            }
            for one in found
        ]
        click.echo(json.dumps({"contradictions": listed}, ensure_ascii=False))
        return
    for one in found:
        rules = " ".join(one.rules) or "—"
        number = numbers[one.household_id]
        click.echo(
            f"  {one.division_code}  {number}  {one.decision} {one.since}"
            f"  {Reason(one.reason).label}  {rules}"
        )


def _explain(number: str, lang: str, json_out: bool) -> None:
    from mingbai.decisions.errors import error
    from mingbai.decisions.explaining import explain_household
    from mingbai.documents.family import family_of
    from mingbai.documents.sheets import auditor_sheet, explain_json, villager_sheet
    from mingbai.households.models import Household
    from mingbai.places.queries import working_date

    rows = Household.objects.recorded().filter(number=number).order_by("-id")
    key = rows.values_list("id", flat=True).first()
    if key is None:
        raise error("DEC-002", household=number, day=working_date())
    found = explain_household(key, with_changes=True)
    family = family_of(found.tracer, found.household, changes=found.changes)
    if json_out:
        click.echo(json.dumps(explain_json(family), ensure_ascii=False))
        return
    click.echo(villager_sheet(family, lang))
    click.echo()
    click.echo(auditor_sheet(family, lang))
