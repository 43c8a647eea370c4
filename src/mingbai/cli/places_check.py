"""``mingbai places list`` and ``check``: published against computed, one line a total."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from mingbai.cli.places_build import place_named, said_plainly
from mingbai.demo import build as building
from mingbai.demo.check import GREEN, MASK, RED, UNCLEAR, Line, check_folder, check_tables_of
from mingbai.demo.cross import Cross, cross_checks
from mingbai.demo.place import Place, load_place, names
from mingbai.demo.reports import Files, Loaded

RED_TOTAL = 1
ALL = "all"
F = TypeVar("F", bound=Callable[..., Any])


@click.command("list")
def list_places() -> None:
    """有哪些示范地 / the synthetic places there are."""
    for pinyin in names():
        place = load_place(pinyin)
        click.echo(
            f"  {pinyin:10} {place.name} {place.code}  {place.as_of}  "
            f"公布数 {len(place.totals.by_id)} 个 / {len(place.totals.by_id)} published totals"
        )


def asked_options(function: F) -> F:
    """Which place, from which folder or with which seed: what `check` and `report` both ask."""
    for add in (
        click.option(
            "--json", "json_out", is_flag=True, help="只打印一个 JSON 对象 / print one JSON object"
        ),
        click.option(
            "--seed",
            type=click.IntRange(0),
            default=1,
            show_default=True,
            help="现生成时的种子 / seed if built",
        ),
        click.option(
            "--data",
            type=click.Path(path_type=Path, exists=True, file_okay=False),
            help="生成好的文件夹，all 时是放各地文件夹的地方；没有的现生成 / a built folder, for all the one "
            "that holds them; what is not there is built anew",
        ),
        click.argument("name", metavar="PLACE"),
    ):
        function = add(function)
    return function


@click.command()
@asked_options
@click.option("--cross", is_flag=True, help="再做交叉核对 / the cross-checks too")
def check(name: str, data: Path | None, seed: int, cross: bool, json_out: bool) -> None:
    """核对公布数：按文件重算，一行一个；all 是全部示范地 / compute every published total from the files.

    有一个对不上，退出码是 1 / the exit code is 1 where one differs.

    例 / example: mingbai places check all --cross
    """
    told, good = [], True
    for place, tables in asked_places(name, data, seed):
        with said_plainly():
            lines = check_tables_of(place, tables)
            crossed = cross_checks(place, tables) if cross else []
        good &= not any(line.red for line in lines) and all(one.as_stated for one in crossed)
        told.append(_as_json(place.name, lines, crossed))
        if not json_out:
            _print(place.name, lines, crossed)
    if json_out:
        click.echo(json.dumps(one_or_all(name, told), ensure_ascii=False))
    if not good:
        sys.exit(RED_TOTAL)


def asked_places(name: str, data: Path | None, seed: int) -> Iterator[tuple[Place, Files]]:
    """The place or all of them, with their tables: from a folder, or built anew and kept by nobody."""
    if name.lower() != ALL:
        yield _with_tables(place_named(name), data, seed)
        return
    for pinyin in names():
        own = data / pinyin if data else None
        yield _with_tables(load_place(pinyin), own if own and own.is_dir() else None, seed)


def _with_tables(place: Place, folder: Path | None, seed: int) -> tuple[Place, Files]:
    with said_plainly():
        if folder is None:
            return place, Loaded(building.build(place, seed).tables)
        check_folder(place, folder)
    return place, Files(folder)


def one_or_all(name: str, told: list[dict[str, Any]]) -> dict[str, Any]:
    """One object for one place; for all of them one that holds theirs."""
    return {"places": told} if name.lower() == ALL else told[0]


def _as_json(name: str, lines: list[Line], crossed: list[Cross]) -> dict[str, Any]:
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
