"""Snapshot in, states out: the compiled query on DuckDB."""

from mingbai.engine.running.database import (
    Database,
    Limits,
    Rows,
    complete_facts,
    open_database,
    options_for,
    run,
    run_hits,
    run_to_parquet,
)

__all__ = [
    "Database",
    "Limits",
    "Rows",
    "complete_facts",
    "open_database",
    "options_for",
    "run",
    "run_hits",
    "run_to_parquet",
]
