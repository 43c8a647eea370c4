"""``mingbai batches``: what was imported, and taking it back."""

from __future__ import annotations

import json

import click

from mingbai.cli.following import job_of, say_what_follows
from mingbai.cli.options import json_option
from mingbai.cli.progress import ProgressLine
from mingbai.common.starting import start_django


@click.group()
def batches() -> None:
    """导入批次：查看、撤销 / batches of imports: list, undo."""


@batches.command("list")
@click.option(
    "--last", default=20, type=click.IntRange(1, 1000), help="最近几个 / how many of the newest"
)
@json_option
def list_(last: int, json_out: bool) -> None:
    """最近的导入 / the newest imports.

    例 / example: mingbai batches list
    """
    start_django()
    from mingbai.intake.queries import imports

    found = [one.facts() for one in imports()[:last]]
    if json_out:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    if not found:
        click.echo("还没有导入 / no imports yet")
    for one in found:
        undone = f"，已由批次 {one['undone_by']} 撤销 / undone" if one["undone_by"] else ""
        new = one["counts"].get("new", {})
        click.echo(
            f"{one['batch']}  {one['as_of']}  {one['source'] or '-'}  "
            f"{new.get('households', 0):,} 户 {new.get('persons', 0):,} 人{undone}"
        )


@batches.command()
@click.argument("batch", type=int)
@click.option("--reason", required=True, help="为什么撤销 / why")
@json_option
def undo(batch: int, reason: str, json_out: bool) -> None:
    """撤销一个批次：只增不删，历史仍可查 / undo a batch: nothing is erased.

    例 / example: mingbai batches undo 12 --reason 拿错了文件
    """
    start_django()
    from mingbai.audit.batches import sweep
    from mingbai.intake.actions import undo_import

    sweep()
    progress = ProgressLine()
    event = undo_import(actor="command", batch_id=batch, reason=reason, progress=progress)
    progress.close()
    if json_out:
        said = {"undone": batch, "batch": event.batch_id, "states_job": job_of(event.batch_id)}
        click.echo(json.dumps(said))
    else:
        click.echo(
            f"批次 {batch} 已由批次 {event.batch_id} 撤销 / batch {batch} is undone by batch {event.batch_id}"
        )
        say_what_follows(event.batch_id)
