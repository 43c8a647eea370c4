"""``mingbai places build``: write a synthetic place, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click

from mingbai.cli.options import Day
from mingbai.demo import build as building
from mingbai.demo.errors import PlaceError
from mingbai.demo.place import Place, load_place
from mingbai.engine.errors import run_error


def place_named(name: str) -> Place:
    """The place, or a usage error that lists those there are."""
    try:
        return load_place(name)
    except PlaceError as error:
        raise click.UsageError(str(error)) from None


@contextmanager
def said_plainly() -> Iterator[None]:
    """Errors of a place as messages, never as tracebacks."""
    try:
        yield
    except PlaceError as error:
        raise run_error("RUN-021", detail_zh=error.zh, detail_en=error.en) from None


@click.command()
@click.argument("name", metavar="PLACE")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="随机种子 / seed of the draw",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="写到这个文件夹 / folder to write",
)
@click.option("--as-of", type=Day(), help="推演到这一天，默认报告日 / roll forward to this day")
@click.option(
    "--damage",
    type=click.IntRange(0, 2),
    default=1,
    show_default=True,
    help="来表的差错：0 无，1 常见，2 加倍 / damage in the offices' files",
)
@click.option(
    "--roster",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="区划表，代替自带的 / roster of divisions instead of ours",
)
def build(
    name: str, seed: int, out: Path, as_of: date | None, damage: int, roster: Path | None
) -> None:
    """生成示范地 / build a synthetic place.

    例 / example: mingbai places build 蒲溪 --seed 1 --out out/puxi
    """
    place = place_named(name)
    if as_of and as_of < place.as_of:
        raise click.UsageError(
            f"--as-of 不能早于报告日 {place.as_of} / must not be before the report's day {place.as_of}"
        )
    last = place.last_day
    if as_of and as_of > last:
        raise click.UsageError(
            f"--as-of 不能晚于 {last}：以后的收入线还没有 / must not be after {last}: no income line yet"
        )
    with said_plainly():
        context = write_whole(place, seed, out, as_of, damage, roster)
    rows = sum(table.num_rows for table in context.tables.values())
    click.echo(
        f"  {place.name}（{building.MARK}）：{len(context.tables)} 张表 {rows:,} 行，截至 {context.until} / "
        f"synthetic, {len(context.tables)} tables, {rows:,} rows, to {context.until}"
    )
    click.echo(f"  {out}")


def write_whole(
    place: Place, seed: int, out: Path, as_of: date | None, damage: int, roster: Path | None
) -> building.Context:
    """Write beside the target, then move in: no half place is ever left."""
    made_here = not out.exists()
    _only_ours(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=out))
    except OSError as error:
        raise run_error("RUN-009", name=str(out), detail=error.strerror or "") from None
    whole = False
    try:
        context = building.build(place, seed, as_of, roster)
        building.write(context, partial, damage)
        for made in sorted(partial.iterdir()):
            target = out / made.name
            if target.is_dir():
                shutil.rmtree(target)
            made.replace(target)
        whole = True
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if made_here and not whole:
            out.rmdir()
    return context


def _only_ours(out: Path) -> None:
    """Nothing but a place built before is ever replaced."""
    try:
        taken = out.is_dir() and any(not one.name.startswith(".") for one in out.iterdir())
    except OSError as error:
        raise run_error("RUN-009", name=str(out), detail=error.strerror or "") from None
    if taken and building.place_of(out) is None:
        raise run_error("RUN-020", name=str(out))
