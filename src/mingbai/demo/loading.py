"""Loading a built place into the register (示范地装载): one batch, seen when its last row is written.

What the files hold and the register has no place for is listed, never dropped in silence.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from mingbai.audit.actions import give_up, open_batch
from mingbai.audit.batches import record_batch, sweep
from mingbai.audit.enums import BatchKind
from mingbai.audit.writing import Progress
from mingbai.common.keys import read_keys
from mingbai.demo import loading_frame, loading_homes, loading_people, loading_persons
from mingbai.demo.build import ABOUT, place_of
from mingbai.demo.errors import PlaceError
from mingbai.demo.loading_frame import Loading, Misfit
from mingbai.demo.reports import Files
from mingbai.demo.schema import TABLES
from mingbai.households.loading import bulk_writing
from mingbai.households.models import Household
from mingbai.places.actions import create_register
from mingbai.places.models import Division, Register

PACK = "cn"  # of a place that names none
#: Tables that are read by some step; the others have no place in the register.
TAKEN = frozenset(
    (
        "divisions", "groups", "village_statuses", "denominators", "place_facts", "households", "persons",
        "memberships", "statuses", "incomes", "dwellings", "waters", "lands", "schoolings", "healths",
        "works", "insurances", "bills", "payments", "posts",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    """What was loaded (装载结果): rows by table of the register, and what was not."""

    batch_id: int
    name: str
    until: date
    rows: dict[str, int]
    misfits: list[Misfit]
    without_place: dict[str, int]  # tables of the files that the register has no place for → rows

    @property
    def total(self) -> int:
        """All rows written."""
        return sum(self.rows.values())

    def misfit_counts(self) -> Counter[tuple[str, str]]:
        """(table, why) → rows."""
        return Counter((one.table, one.reason) for one in self.misfits)


def load_place(folder: Path, *, actor: str, progress: Progress | None = None) -> Loaded:
    """Load a built place into an empty register that is, or becomes, marked synthetic (装载示范地).

    What a load that was killed left is swept first. Raises PlaceError when the folder is no built place, or
    when the register holds something already; nothing is seen unless all of it is.
    """
    about = _about(folder)
    files = Files(folder)
    for name in TABLES:
        files.ensure(name)
    sweep()
    until = date.fromisoformat(about["until"])
    _make_ready(about, until, actor)
    batch = open_batch(
        actor=actor, kind=BatchKind.LOAD, title=f"装载示范地 {about['name']}（合成数据）",
        source=f"place:{about['place']}",
    )  # fmt: skip
    loading = Loading(files, until, batch, read_keys(settings.MINGBAI_KEY_FILE), progress)
    try:
        with bulk_writing():
            _load(loading)
        data = {"place": about["place"], "seed": about["seed"], "until": about["until"]}
        record_batch(
            batch, action="places.place.loaded", progress=progress,
            data={**data, "misfits": len(loading.misfits)},
        )  # fmt: skip
    except BaseException:
        give_up(batch)
        raise
    _analyze()
    return Loaded(
        batch.pk, about["name"], until, loading.counts, loading.misfits, _without_place(files)
    )


def _about(folder: Path) -> dict[str, Any]:
    if place_of(folder) is None:
        raise PlaceError(
            f"{folder} 不是生成好的示范地；请先执行 mingbai places build",
            f"{folder} is no built place; run mingbai places build first",
        )
    found: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    return found


def _make_ready(about: dict[str, Any], until: date, actor: str) -> None:
    """An empty register that is marked synthetic before its first row."""
    made = Register.objects.first()
    if made is not None and not made.synthetic:
        raise PlaceError(
            "这是真实登记库，不能装示范地；请用新建的数据库",
            "this is a real register and takes no synthetic place; use a new database",
        )
    homes, divisions = (model.objects.recorded().count() for model in (Household, Division))
    if homes or divisions:
        raise PlaceError(
            f"登记库里已有 {homes:,} 户、{divisions:,} 个区划；示范地只装进空的登记库，请用新建的数据库",
            f"the register holds {homes:,} households and {divisions:,} divisions; a place goes into an "
            "empty one, use a new database",
        )
    if made is None:
        create_register(
            actor=actor, division_code=about["code"], synthetic=True, pack=about.get("pack", PACK),
            working_date=until,
        )  # fmt: skip


def _load(loading: Loading) -> None:
    divisions = loading_frame.load(loading)
    loading_people.load(loading, loading_frame.past(divisions))
    loading_homes.load(loading)
    loading_persons.load(loading)


def _without_place(files: Files) -> dict[str, int]:
    counts = {name: files.ensure(name).metadata.num_rows for name in TABLES if name not in TAKEN}
    return {name: count for name, count in counts.items() if count}


def _analyze() -> None:
    """Let the planner know what is there; on SQLite from a sample, or it would read every index."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit = 1000")
        with transaction.atomic():
            cursor.execute("ANALYZE")
            if connection.vendor == "sqlite":
                # The audit log holds two rows now and a million later: SQLite would go on reading it whole.
                cursor.execute("DELETE FROM sqlite_stat1 WHERE tbl LIKE 'audit_%'")
