"""``mingbai places load``: a synthetic place into the register, whole or not at all."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mingbai.cli.options import json_option
from mingbai.cli.places_build import place_named, said_plainly
from mingbai.cli.progress import ProgressLine
from mingbai.common.starting import start_django

if TYPE_CHECKING:
    from mingbai.demo.loading import Loaded

SHOWN = 20  # misfits on the screen; all of them stand in --list


@click.command()
@click.argument("name", metavar="PLACE", required=False)
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="生成好的文件夹；不给就现生成 / a built folder; built anew if absent",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="现生成时的种子 / seed if built",
)
@click.option(
    "--list",
    "listed",
    type=click.Path(path_type=Path, dir_okay=False),
    help="没有装入的行写到这个文件 / write the rows that were not loaded here",
)
@json_option
def load(
    name: str | None, data: Path | None, seed: int, listed: Path | None, json_out: bool
) -> None:
    """把示范地装进空的登记库 / load a synthetic place into an empty register.

    登记库从此标为合成数据，只收 99 开头的证件号码。装完之前谁也看不到半份；中断了，下次启动时清理。

    The register is marked synthetic for good and takes ID numbers under 99 only. Nothing is seen before all
    of it is there; what a stopped load leaves is swept at the next start.

    例 / example: mingbai places load 蒲溪 --data out/puxi
    """
    if name is None and data is None:
        raise click.UsageError("请写示范地的名字或 --data / name a place, or give --data")
    start_django()
    with said_plainly():
        if data is not None:
            _check_same(name, data)
            loaded = _load(data)
        else:
            with tempfile.TemporaryDirectory(prefix="mingbai-") as folder:
                _build(str(name), seed, Path(folder))
                loaded = _load(Path(folder))
    if listed is not None:
        _write_list(loaded, listed)
    if json_out:
        click.echo(json.dumps(_as_json(loaded), ensure_ascii=False))
    else:
        _print(loaded, listed)


def _check_same(name: str | None, data: Path) -> None:
    """A folder of another place than the one named is a mistake, not a wish."""
    from mingbai.demo.build import place_of

    if name is not None and place_named(name).pinyin != place_of(data):
        raise click.UsageError(f"{data} 里不是{name} / {data} does not hold {name}")


def _build(name: str, seed: int, folder: Path) -> None:
    from mingbai.demo import build as building

    building.write_tables(building.build(place_named(name), seed), folder)


def _load(folder: Path) -> Loaded:
    from mingbai.config.serving import check_database
    from mingbai.demo.loading import load_place

    check_database()
    progress = ProgressLine()
    try:
        return load_place(folder, actor="command", progress=progress)
    finally:
        progress.close()


def _as_json(loaded: Loaded) -> dict[str, Any]:
    return {
        "batch": loaded.batch_id,
        "place": loaded.name,
        "synthetic": True,
        "until": loaded.until.isoformat(),
        "rows": loaded.rows,
        "not_loaded": [one.__dict__ for one in loaded.misfits],
        "tables_without_a_place": loaded.without_place,
    }


def _print(loaded: Loaded, listed: Path | None) -> None:
    homes, persons = loaded.rows["household"], loaded.rows["person"]
    total, batch = loaded.total, loaded.batch_id
    click.echo(
        f"  {loaded.name}（合成数据）：{homes:,} 户 {persons:,} 人，共 {total:,} 行，截至 {loaded.until}，"
        f"批次 {batch} / synthetic, {homes:,} households, {persons:,} persons, {total:,} rows, "
        f"to {loaded.until}, batch {batch}"
    )
    counts = loaded.misfit_counts()
    for (table, reason), count in counts.items():
        click.echo(f"  没有装入 / not loaded：{table} {count:,} —— {reason}")
    if listed is not None:
        click.echo(f"  {listed}")
    else:
        for one in loaded.misfits[:SHOWN]:
            click.echo(f"      {one.table} {one.key}")
        if len(loaded.misfits) > SHOWN:
            click.echo("      … 全部见 --list FILE / all of them with --list FILE")
    if loaded.without_place:
        told = "、".join(f"{table} {count:,}" for table, count in loaded.without_place.items())
        click.echo(f"  登记库还不收的表 / tables the register has no place for：{told}")


def _write_list(loaded: Loaded, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("表 table", "编号 key", "原因 reason"))
        writer.writerows((one.table, one.key, one.reason) for one in loaded.misfits)
