"""What the contenders have in common: the day, the outputs, and the hand-written statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACK = HERE / "pack"
HAND_SQL = HERE / "hand.sql"
AS_OF = date(2025, 6, 30)
TRIAL = "monitoring_line=8000"

OUTPUTS = [
    "size", "labour", "disabled", "wages", "pensions", "medical_costs", "any_dropout", "any_ill",
    "net_income", "per_capita", "below_line", "below_poverty", "water_safe", "dwelling_safe",
    "education_met", "medical_met", "guarantees_met", "large_costs", "hardship", "debt_pressure",
    "dependency", "no_labour", "crowded", "risk_score", "light", "monitor_candidate",
    "assistance_due", "assistance_amount", "destitute", "dwelling_programme", "public_job",
    "allowance_gap", "exit_ready",
]  # fmt: skip


def files_sql(paths: Sequence[Path]) -> str:
    """The argument of read_parquet."""
    return "[" + ", ".join(f"'{path}'" for path in paths) + "]"


def hand_sql(persons: Sequence[Path], households: Sequence[Path]) -> str:
    """The hand-written statement over Parquet files."""
    text = HAND_SQL.read_text(encoding="utf-8")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return body.replace(":person", files_sql(persons)).replace(":household", files_sql(households))
