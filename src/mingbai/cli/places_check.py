"""``mingbai places list`` and ``check``: published against computed, one line a total."""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

import click

from mingbai.cli.places_build import place_named, said_plainly
from mingbai.demo import build as building
from mingbai.demo.check import GREEN, MASK, RED, UNCLEAR, Line, check_files
from mingbai.demo.cross import Cross, cross_checks
from mingbai.demo.place import Place, load_place, names
from mingbai.demo.reports import Files

RED_TOTAL = 1


@click.command("list")
def list_places() -> None:
    """有哪些示范地 / the synthetic places there are."""
    for pinyin in names():
        place = load_place(pinyin)
        click.echo(
            f"  {pinyin:10} {place.name} {place.code}  {place.as_of}  "
            f"公布数 {len(place.totals.by_id)} 个 / {len(place.totals.by_id)} published totals"
        )


@click.command()
@click.argument("name", metavar="PLACE")
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
@click.option("--cross", is_flag=True, help="再做交叉核对 / the cross-checks too")
@click.option(
    "--json", "json_out", is_flag=True, help="只打印一个 JSON 对象 / print one JSON object"
)
def check(name: str, data: Path | None, seed: int, cross: bool, json_out: bool) -> None:
    """核对公布数：按文件重算，一行一个 / compute every published total from the files.

    例 / example: mingbai places check 蒲溪 --data out/puxi --cross
    """
    place = place_named(name)
    with said_plainly():
        if data is not None:
            lines, crossed = _checked(place, data, cross)
        else:
            with tempfile.TemporaryDirectory(prefix="mingbai-") as folder:
                building.write_tables(building.build(place, seed), Path(folder))
                lines, crossed = _checked(place, Path(folder), cross)
    if json_out:
        click.echo(json.dumps(_as_json(place.name, lines, crossed), ensure_ascii=False))
    else:
        _print(place.name, lines, crossed)
    if any(line.red for line in lines) or not all(one.as_stated for one in crossed):
        sys.exit(RED_TOTAL)


def _checked(place: Place, folder: Path, cross: bool) -> tuple[list[Line], list[Cross]]:
    return check_files(place, folder), cross_checks(place, Files(folder)) if cross else []


def _as_json(name: str, lines: list[Line], crossed: list[Cross]) -> dict[str, object]:
    return {
        "place": name,
        "synthetic": True,
        "mark": building.MARK,
        "red": sum(line.red for line in lines),
        "totals": [line.as_json() for line in lines],
        "cross": [one.as_json() for one in crossed],
    }


def _print(name: str, lines: list[Line], crossed: list[Cross]) -> None:
    click.echo(
        f"  {name}（{building.MARK}）：公布 / 按文件重算（published / computed from the files）"
    )
    for line in lines:
        shown = line.as_json()
        published, counted = shown["published"], shown["computed"]
        click.echo(
            f"  {line.mark} {shown['id']:24} {shown['zh']} / {shown['en']}：{published['zh']} → "
            f"{counted['zh']}" + (f" / {published['en']}" if line.mark == MASK else "")
        )
    marks = Counter(line.mark for line in lines)
    click.echo(
        f"  {GREEN} {marks[GREEN]}  {RED} {marks[RED]}  {UNCLEAR} {marks[UNCLEAR]}  {MASK} {marks[MASK]}"
    )
    for one in crossed:
        note = "" if one.as_stated else f"（应为 {' '.join(one.stated)} / {RED} not as stated）"
        click.echo(f"  {one.id} {' '.join(one.marks)}{note}")
        for said in one.statements:
            click.echo(f"      {said.zh}")
            click.echo(f"      {said.en}")
