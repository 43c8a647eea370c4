"""The register in the national layouts (导出国家系统格式): so that nobody types again what is known.

Numbers are masked and restricted topics left out unless asked for; every export is an event of the chain, and
one with whole numbers is noted at each record it shows. Files are written beside and moved; texts that begin
like formulas stay texts.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from mingbai.accounts.scopes import EVERYTHING, Scope
from mingbai.audit.access import HOUSEHOLD, log_looks
from mingbai.audit.actions import record
from mingbai.engine.model.pack import Pack
from mingbai.households.enums import Subject
from mingbai.households.models import HouseholdLife, Residence, Status
from mingbai.intake.errors import error
from mingbai.intake.gathering import Showing, gather
from mingbai.intake.gone import LISTED
from mingbai.intake.work import Progress
from mingbai.places.codes import pad
from mingbai.places.enums import DIGITS, Level
from mingbai.places.queries import names_on, under
from mingbai.screening.inputs import schema_of
from mingbai.screening.table_check import profiles_of
from mingbai.tables import Finding
from mingbai.tables.writing import write_table

#: What is exported, and what each file is called.
LAYOUTS = {
    "household-export": ("cn-household-export", "户信息导出"),
    "person-export": ("cn-person-export", "成员信息导出"),
    "compact-list": ("cn-compact-list", "脱贫和监测人口名单"),
}
#: Households in one file: a table is put together in memory, a county is written township by township.
MOST_IN_A_FILE = 60_000


@dataclass(frozen=True)
class Wish:
    """What to export (导出要求): layouts, place, day, whose rows, how much of them."""

    layouts: tuple[str, ...]
    division_code: str
    day: date
    everybody: bool = False
    showing: Showing = field(default_factory=Showing)


@dataclass(frozen=True)
class Exported:
    """A file that was written (导出的文件)."""

    path: Path
    layout: str
    division_code: str
    rows: int
    notes: tuple[Finding, ...]


def export(
    *,
    actor: str,
    wish: Wish,
    pack: Pack,
    out: Path,
    scope: Scope = EVERYTHING,
    progress: Progress | None = None,
) -> list[Exported]:
    """Write the layouts for a place and a day (导出): `out` is one .xlsx or .csv, or a folder for townships.

    Raises INTAKE-011 to INTAKE-013 and INTAKE-015. Memory is that of the largest township.
    """
    for layout in wish.layouts:
        if layout not in LAYOUTS:
            raise error("INTAKE-011", layout=layout, known="、".join(LAYOUTS))
    homes = _homes(wish, scope)
    if not homes:
        raise error("INTAKE-013", division=wish.division_code or "–")
    single = out.suffix.lower() in (".xlsx", ".csv")
    if single and (len(homes) > MOST_IN_A_FILE or len(wish.layouts) > 1):
        raise error("INTAKE-012", rows=len(homes), limit=MOST_IN_A_FILE)
    if not single and out.is_dir() and any(out.iterdir()):
        raise error("INTAKE-015", folder=out.name)
    parts = {wish.division_code: [key for key, _ in homes]} if single else _by_township(homes)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=out.parent) as scratch:
        made = []
        for number, (code, part) in enumerate(sorted(parts.items()), 1):
            if progress is not None:
                progress("export", number, len(parts))
            made += _write(wish, pack, code, part, Path(scratch), out if single else None)
        _note(actor, wish, made, [key for key, _ in homes])
        return _moved(made, out, single=single)


def _homes(wish: Wish, scope: Scope) -> list[tuple[int, str]]:
    """Households and their places: alive on the day, in the place and in the scope. Two queries."""
    alive = set(
        HouseholdLife.objects.recorded().on(wish.day).values_list("household_id", flat=True)
    )
    if not wish.everybody:
        listed = (
            Status.objects.recorded()
            .on(wish.day)
            .filter(subject=Subject.HOUSEHOLD, kind__in=LISTED)
        )
        alive &= set(listed.values_list("subject_id", flat=True))
    place = under(wish.division_code, "division_code") if wish.division_code else Q()
    rows = Residence.objects.recorded().on(wish.day).filter(place).filter(scope.rows())
    found = dict(rows.order_by("valid_from", "id").values_list("household_id", "division_code"))
    return sorted((key, code) for key, code in found.items() if key in alive)


def _by_township(homes: Sequence[tuple[int, str]]) -> dict[str, list[int]]:
    parts: dict[str, list[int]] = defaultdict(list)
    for key, code in homes:
        parts[pad(code[: DIGITS[Level.TOWNSHIP]])].append(key)
    return parts


def _write(
    wish: Wish, pack: Pack, code: str, homes: Sequence[int], scratch: Path, single: Path | None
) -> list[Exported]:
    """Every layout of one place. The tables of the place are in memory once for all of them."""
    schema, profiles = schema_of(pack), profiles_of(pack)
    tables = gather(homes, schema, wish.day, wish.showing)
    name = names_on([code], wish.day).get(code) or code
    made = []
    for layout in wish.layouts:
        profile, title = LAYOUTS[layout]
        path = scratch / (single.name if single else f"{title}_{code}_{name}.xlsx")
        written = write_table(tables, schema, profiles, profile, path)
        made.append(Exported(path, layout, code, written.rows, written.notes))
    return made


def _note(actor: str, wish: Wish, made: Sequence[Exported], homes: Sequence[int]) -> None:
    """One event for the export; with whole numbers or restricted topics, a look at every record too."""
    data = {
        "layouts": list(wish.layouts), "day": wish.day.isoformat(), "households": len(homes),
        "rows": sum(one.rows for one in made), "full": wish.showing.full,
        "restricted": wish.showing.restricted,
    }  # fmt: skip
    with transaction.atomic():
        record(
            actor=actor,
            action="intake.export.made",
            target=f"division:{wish.division_code}",
            data=data,
        )
    if wish.showing.full or wish.showing.restricted:
        log_looks(actor=actor, via="export", purpose="export", subject=HOUSEHOLD, keys=homes)


def _moved(made: Sequence[Exported], out: Path, *, single: bool) -> list[Exported]:
    """Put whole files in their place; nothing half written is ever seen there."""
    if not single:
        out.mkdir(exist_ok=True)
    moved = []
    for one in made:
        target = out if single else out / one.path.name
        one.path.replace(target)
        moved.append(replace(one, path=target))
    return moved
