"""The truth layer of a built place (真实数据): what happened, as nobody in the place could read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.demo.build import ABOUT, place_of
from mingbai.demo.errors import PlaceError

TABLES = ("damages", "misjudged", "shocks", "welfare", "entitlements", "risks")


@dataclass(frozen=True)
class Truth:
    """What is true of a place on the day until which it was built (真实)."""

    name: str
    seed: int
    day: date
    damages: pa.Table
    misjudged: pa.Table
    shocks: pa.Table
    welfare: pa.Table
    entitlements: pa.Table
    risks: pa.Table


def day_of(folder: Path) -> date:
    """The day until which a place was built. Raises ``PlaceError`` where there is none."""
    return date.fromisoformat(_about(folder)["until"])


def _about(folder: Path) -> dict[str, Any]:
    if place_of(folder) is None:
        raise PlaceError(
            f"“{folder.name}”不是生成好的示范地，请先运行 mingbai places build",
            f"'{folder.name}' is no built place; run mingbai places build first",
        )
    about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    return about


def read_truth(folder: Path) -> Truth:
    """The truth of a built place. Raises ``PlaceError`` where there is none."""
    about = _about(folder)
    missing = [name for name in TABLES if not (folder / "truth" / f"{name}.parquet").is_file()]
    if missing:
        names = "、".join(missing)
        raise PlaceError(
            f"“{folder.name}”的真实数据缺 {names}，请重新生成这个示范地",
            f"the truth of '{folder.name}' lacks {', '.join(missing)}; build the place again",
        )
    tables = {name: pq.read_table(folder / "truth" / f"{name}.parquet") for name in TABLES}
    return Truth(about["name"], about["seed"], day_of(folder), **tables)
