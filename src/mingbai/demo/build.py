"""Building a place (生成示范地): the steps in order, then the files; the same seed gives the same bytes."""

from __future__ import annotations

import json
from datetime import date
from importlib import import_module
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.demo import frame, observed
from mingbai.demo.context import Context
from mingbai.demo.place import Place

#: The steps after the frame, in order; each puts tables into the context.
STEPS = ("population", "areas", "surroundings", "holdings", "entitled")
MARK = "合成数据"
ABOUT = "place.json"


def build(
    place: Place, seed: int, until: date | None = None, roster: Path | None = None
) -> Context:
    """All tables of a place in memory: the register, and the truth beside it."""
    context = Context(place, seed, until or place.as_of)
    frame.build(context, roster)
    for name in STEPS:
        import_module(f"mingbai.demo.{name}").build(context)
    return context


def write(context: Context, out: Path, damage: int = 1) -> None:
    """``observed/`` as offices send it, then ``register/``, ``truth/`` and ``place.json``."""
    observed.build(context, out, damage)  # first: what it damages goes into the truth
    write_tables(context, out)


def write_tables(context: Context, out: Path) -> None:
    """What the place is, without what the offices send about it."""
    for folder, tables in (("register", context.tables), ("truth", context.truth)):
        (out / folder).mkdir(parents=True, exist_ok=True)
        for name in sorted(tables):
            write_table(tables[name], out / folder / f"{name}.parquet")
    (out / ABOUT).write_text(
        json.dumps(describe(context), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )


def place_of(folder: Path) -> str | None:
    """The pinyin of the place a folder was built as; none where it is no such folder."""
    try:
        told = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    ours = isinstance(told, dict) and told.get("mark") == MARK
    return str(told.get("place")) if ours else None


def write_table(table: pa.Table, path: Path) -> None:
    """One Parquet file with fixed options; its metadata say that it is synthetic."""
    marked = table.replace_schema_metadata({"synthetic": "true", "mark": MARK})
    pq.write_table(
        marked, path, compression="zstd", row_group_size=1 << 17, store_schema=True, version="2.6"
    )


def describe(context: Context) -> dict[str, object]:
    place = context.place
    return {
        "place": place.pinyin,
        "name": place.name,
        "code": place.code,
        "pack": place.pack,
        "seed": context.seed,
        "as_of": place.as_of.isoformat(),
        "until": context.until.isoformat(),
        "synthetic": True,
        "mark": MARK,
    }
