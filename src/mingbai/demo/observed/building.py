"""Building the files of all offices (生成各部门文件): damaged list by list, written, every slip logged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from mingbai.demo.context import Context
from mingbai.demo.errors import PlaceError
from mingbai.demo.observed import handbooks, police
from mingbai.demo.observed.damage import Log, Rates, damaged
from mingbai.demo.observed.departments import Departments
from mingbai.demo.observed.national import National
from mingbai.demo.observed.sheets import MARK, Sheet, write
from mingbai.demo.observed.views import View
from mingbai.demo.totals import read_data
from mingbai.engine.loading import load_pack
from mingbai.engine.model.pack import Pack
from mingbai.tables import Profile, load_profiles

PACK = "cn"  # whose words and layouts the offices use
README = "说明.txt"


def build(context: Context, out: Path, damage: int = 1) -> None:
    """Write ``observed/`` below `out`, and put every slip made into the truth."""
    rates = rates_at(damage)
    folder = out / "observed"
    folder.mkdir(parents=True, exist_ok=True)
    log = Log()
    pack = load_pack(PACK, with_cases=False)
    every = _sheets(View.of(context, pack), _profiles(pack))
    for _, sheets in groupby(every, key=lambda sheet: sheet.file):
        write(
            [
                damaged(sheet, rates, context.rng(f"damage.{sheet.file}.{sheet.name}"), log)
                for sheet in sheets
            ],
            folder,
        )
    context.truth["damages"] = log.table()
    _write_readme(context, folder, damage)


def rates_at(damage: int) -> Rates:
    """Rates of damage at a level; none at level 0."""
    settings = read_data("observed.yaml")
    levels: dict[int, int] = settings["levels"]["value"]
    if damage not in levels:
        known = "、".join(map(str, levels))
        raise PlaceError(
            f"缺损级别只能是 {known}", f"damage is one of {', '.join(map(str, levels))}"
        )
    rates: dict[str, float] = settings["rates"]["value"]
    return {kind: rate * levels[damage] for kind, rate in rates.items()}


def _profiles(pack: Pack) -> dict[str, Profile]:
    found = load_profiles([Path(path) / "profiles" for path in pack.folders])
    return {profile.id: profile for profile in found}


def _sheets(view: View, profiles: dict[str, Profile]) -> Iterator[Sheet]:
    """Every list of every office, sheets of one file together."""
    yield from National(view, profiles).sheets()
    yield police.sheet(view)
    yield from handbooks.sheets(view)
    yield from Departments(view).sheets()


def _write_readme(context: Context, folder: Path, damage: int) -> None:
    (folder / README).write_text(
        f"{MARK}：{context.place.name}，{context.until.isoformat()}，种子 {context.seed}，缺损级别 {damage}。"
        "人名、号码均为虚构；号码以 99 开头，没有一个省用它。仅供演示。\n"
        f"Synthetic data of a real place's outline; no person in it exists. Seed {context.seed}, "
        f"damage {damage}.\n",
        encoding="utf-8",
    )
