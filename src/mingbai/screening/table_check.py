"""Checking tables before they are handed in (表格检查): read, cross-foot, hold against the checks."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from mingbai.engine.model.pack import Pack
from mingbai.screening.inputs import schema_of
from mingbai.screening.recheck import Recheck
from mingbai.screening.record_checks import NotRun, check_records
from mingbai.tables import (
    FileReport,
    Intake,
    Problem,
    Profile,
    TablesError,
    load_profile,
    load_profiles,
    read_files,
)
from mingbai.tables.errors import finding
from mingbai.tables.formats.opening import open_file, widest
from mingbai.tables.identity import masked
from mingbai.tables.layouts import Statistics, read_statistics
from mingbai.tables.ledger import in_order
from mingbai.tables.reading import Progress

#: No profile knows the header of the sheet.
NO_HEADER = "TABLE-023"


@dataclass(frozen=True)
class TableCheck:
    """What came of checking files: the intake with every problem, and the checks that could not run."""

    intake: Intake
    as_of: date
    run: tuple[str, ...]
    not_run: tuple[NotRun, ...]
    statistics: Mapping[str, Statistics]

    @property
    def problems(self) -> list[Problem]:
        """Every problem, in the order of the sheets."""
        return self.intake.problems


def profiles_of(pack: Pack) -> tuple[Profile, ...]:
    """The header profiles of a pack and of what it extends; read again when a file changed.

    A national pack has them in fifty files, which take 0.15 s to read: longer than most lists.
    """
    folders = tuple(Path(path) / "profiles" for path in pack.folders)
    now = _stamp(folders)
    known = _profiles.get(folders)
    if known is None or known[0] != now:
        known = _profiles[folders] = now, load_profiles(folders)
    return known[1]


_Stamp = tuple[tuple[str, int, int], ...]
_profiles: dict[tuple[Path, ...], tuple[_Stamp, tuple[Profile, ...]]] = {}


def _stamp(folders: Sequence[Path]) -> _Stamp:
    """Names, sizes and times of change of the files."""
    paths = [path for folder in folders for path in sorted(folder.glob("*.yaml"))]
    return tuple((str(path), (at := path.stat()).st_size, at.st_mtime_ns) for path in paths)


def check_tables(
    paths: Sequence[Path],
    pack: Pack,
    as_of: date,
    *,
    forced: Profile | None = None,
    password: str | None = None,
    progress: Progress | None = None,
) -> TableCheck:
    """Read the files and gather what is wrong with them; nothing is changed in any of them."""
    intake = read_files(
        paths,
        schema_of(pack),
        profiles_of(pack),
        forced=forced,
        password=password,
        progress=progress,
        alone=True,
    )
    records = check_records(pack, intake, as_of, progress)
    statistics = dict(_statistics(paths, intake, password))
    figures = [problem for found in statistics.values() for problem in found.problems]
    intake.problems = in_order([*intake.problems, *records.problems, *figures])
    return TableCheck(intake, as_of, records.run, records.not_run, statistics)


def _statistics(
    paths: Sequence[Path], intake: Intake, password: str | None
) -> Iterator[tuple[str, Statistics]]:
    """The sheets no profile recognised, where they hold figures with labels; the reports say so."""
    for path in paths:
        unknown = {
            report.sheet: number
            for number, report in enumerate(intake.files)
            if report.name == path.name and report.code == NO_HEADER
        }
        if not unknown:
            continue
        found = _figures_of(path, set(unknown), password)
        if found is None:
            continue
        for sheet in dict.fromkeys(block.sheet for block in found.blocks):
            rows = _data_rows(found, sheet)
            number = unknown[sheet]
            intake.files[number] = FileReport(path.name, "statistics", sheet, rows=rows)
            intake.rows_in += rows
            intake.rows_accepted += rows
        yield path.name, found


def _figures_of(path: Path, names: set[str | None], password: str | None) -> Statistics | None:
    try:
        opened = open_file(path, widest, password)
        return read_statistics(path.name, [one for one in opened.sheets if one.name in names])
    except Exception:  # an odd sheet stays what it was: one whose header nobody knows
        return None


def _data_rows(found: Statistics, sheet: str | None) -> int:
    """How many rows of a sheet hold figures; blocks side by side share theirs."""
    table = found.tidy
    mine = pc.equal(table["sheet"], sheet) if sheet else pc.is_null(table["sheet"])
    return len(table.filter(mine)["row"].unique())


def profile_for(pack: Pack, name: str) -> Profile:
    """A profile by its id, or from a file. Raises ``TablesError`` when there is none."""
    path = Path(name)
    if path.suffix in (".yaml", ".yml") and path.is_file():
        return load_profile(path)
    profiles = profiles_of(pack)
    known = {profile.id: profile for profile in profiles}
    if name not in known:
        nearest = "、".join(difflib.get_close_matches(name, known, 3)) or "、".join(known)
        raise TablesError([finding("TABLE-150", profile=name, nearest=nearest)])
    return known[name]


def check_as_json(checked: TableCheck, compared: Recheck | None) -> dict[str, Any]:
    """The check as JSON values: files, counts, problems with masked values."""
    intake = checked.intake
    return {
        "as_of": checked.as_of.isoformat(),
        "rows_in": intake.rows_in,
        "rows_accepted": intake.rows_accepted,
        "rows_listed": intake.rows_listed,
        "remarks": intake.remarks,
        "files": [_report(one) for one in intake.files],
        "kinds": {kind.code: kind.rows for kind in intake.kinds()},
        "checks_run": list(checked.run),
        "checks_not_run": {one.check: one.reason._asdict() for one in checked.not_run},
        "problems": [_problem(one) for one in checked.problems],
        "statistics": {name: _figures(one) for name, one in checked.statistics.items()},
        "since_last": asdict(compared) if compared else None,
    }


def _report(report: FileReport) -> dict[str, Any]:
    return {
        "file": report.name,
        "sheet": report.sheet,
        "what": report.what,
        "profile": report.profile,
        "entity": report.entity,
        "header_row": report.header_row,
        "rows": report.rows,
        "unread": list(report.unread),
        "code": report.code,
        "reason": report.reason._asdict() if report.reason else None,
    }


def _problem(one: Problem) -> dict[str, Any]:
    return {
        "code": one.code,
        "severity": one.severity,
        "level": one.level,
        "file": one.file,
        "sheet": one.sheet,
        "row": one.row,
        "rows": one.rows,
        "columns": list(one.places),
        "column": one.column,
        "value": one.value,
        "entity": one.entity,
        "key": masked(one.key) if one.key else None,
        "message": one.message._asdict(),
        "advice": one.advice._asdict(),
    }


def _figures(found: Statistics) -> dict[str, Any]:
    return {
        "figures": found.tidy.num_rows,
        "sums_checked": found.checks,
        "problems": len(found.problems),
        "blocks": [asdict(block) for block in found.blocks],
    }
