"""The contenders that read the offices' tables; each imports what it needs inside its function."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.contenders import Phases

PACK = "cn-checks"
DAY = date(2025, 6, 30)


def list_floor(given: argparse.Namespace, phases: Phases) -> None:
    """Arrow's csv reader alone: columns of text, each distinct value once; rows of odd width go."""
    import pyarrow as pa
    import pyarrow.csv as pacsv

    path = next(given.tables.glob("*.csv"))
    with path.open("rb") as file:
        names = file.readline().decode("utf-8").strip().split(",")
    with phases.phase("query"):
        table = pacsv.read_csv(
            path,
            parse_options=pacsv.ParseOptions(invalid_row_handler=lambda row: "skip"),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
        for name in names:
            table[name].dictionary_encode()
        phases.seconds["rows"] = table.num_rows


def list_read(given: argparse.Namespace, phases: Phases) -> None:
    """read_folder with the schema of the pack that has the checks of records."""
    from mingbai.engine.loading import load_pack
    from mingbai.screening.inputs import schema_of
    from mingbai.tables import load_profiles, read_folder

    pack = load_pack(PACK, with_cases=False)
    schema = schema_of(pack)
    profiles = load_profiles([Path(folder) / "profiles" for folder in pack.folders])
    with phases.phase("query"):
        intake = read_folder(given.tables, schema, profiles)
    phases.seconds |= {"rows": intake.rows_in, "problems": len(intake.problems)}
    assert intake.rows_in == intake.rows_accepted + intake.rows_listed


def list_check(given: argparse.Namespace, phases: Phases) -> None:
    """What `mingbai tables check` does, with the checks of records."""
    with phases.phase("query"):
        from mingbai.engine.loading import load_pack
        from mingbai.screening.table_check import check_tables

        pack = load_pack(PACK, with_cases=False)
        found = check_tables(sorted(given.tables.iterdir()), pack, DAY)
    phases.seconds |= {"rows": found.intake.rows_in, "problems": len(found.problems)}
