"""Recognising the rows of an earlier check (复查): what was mended, what is still open, what is new.

A row is recognised by its register number, or by sheet and row where it has none. What is kept holds
neither names nor ID numbers, only salted digests.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mingbai.tables import Intake, Problem

FORMAT = 1
_MARKS = {"file", "row", "row_id", "code", "column"}
#: A workbook that stands for a file of another format carries both endings: list.csv.xlsx.
_OTHER = (".csv", ".tsv", ".txt", ".xls", ".et", ".ods", ".docx", ".xml", ".html", ".htm", ".xlsm",
          ".xlsb", ".parquet")  # fmt: skip


@dataclass(frozen=True)
class Recheck:
    """Counts of an earlier check's problems, and those of this one that it did not have."""

    mended: int
    still: int
    gone: int
    new: int


def remember(problems: Sequence[Problem], salt: str | None = None) -> dict[str, Any]:
    """What a later check needs to recognise these problems, as JSON values."""
    salt = salt or secrets.token_hex(16)
    rows = [
        {
            "file": own_name(one.file),
            "sheet": one.sheet,
            "row": one.row,
            "column": one.column,
            "code": one.code,
            "row_id": _row_id(one, salt),
        }
        for one in problems
    ]
    return {"format": FORMAT, "salt": salt, "problems": rows}


def compare(earlier: Mapping[str, Any], problems: Sequence[Problem], intake: Intake) -> Recheck:
    """The earlier check (see ``is_memory``) beside this one."""
    salt = earlier["salt"]
    names = {own_name(report.name) for report in intake.files}
    before = {_mark(one): one for one in earlier["problems"] if one["file"] in names}
    now = {_mark(one) for one in remember(problems, salt)["problems"]}
    missing = [one for mark, one in before.items() if mark not in now]
    there = _rows_there(intake, salt) if missing else set()
    lengths = _lengths(intake)
    gone = sum(not _is_there(one, there, lengths) for one in missing)
    return Recheck(
        mended=len(missing) - gone,
        still=len(before) - len(missing),
        gone=gone,
        new=len(now - before.keys()),
    )


def is_memory(found: Mapping[str, Any]) -> bool:
    """Whether ``remember`` has made this, and not another version or somebody else."""
    marks = found.get("problems")
    return (
        found.get("format") == FORMAT
        and isinstance(found.get("salt"), str)
        and isinstance(found.get("returned", {}), dict)
        and isinstance(marks, list)
        and all(isinstance(one, dict) and one.keys() >= _MARKS for one in marks)
    )


def own_name(name: str) -> str:
    """The name a sender knows a file by: a returned list.csv.xlsx is list.csv."""
    stem = name.removesuffix(".xlsx")
    return stem if stem != name and stem.lower().endswith(_OTHER) else name


def _mark(one: Mapping[str, Any]) -> tuple[object, ...]:
    return one["file"], one["row_id"], one["code"], one["column"]


def _row_id(problem: Problem, salt: str) -> str:
    if problem.key is not None:
        return _digest(salt, problem.entity or "", problem.key)
    return f"{problem.sheet or ''}#{problem.row or 0}"


def _digest(salt: str, *parts: str) -> str:
    text = "\x00".join((salt, *parts))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _rows_there(intake: Intake, salt: str) -> set[str]:
    """The rows that have a register number, accepted or listed."""
    found = {_row_id(one, salt) for one in intake.problems if one.key is not None}
    for entity, table in intake.tables.items():
        key = table.schema.names[0] if table.num_columns else None
        if key and not key.startswith("_"):
            found |= {_digest(salt, entity, str(one)) for one in _texts(table.column(key))}
    return found


def _texts(column: Any) -> Iterable[object]:
    return (value for value in column.to_pylist() if value is not None)


def _lengths(intake: Intake) -> dict[str, int]:
    """How many rows each file has now, over all its sheets, with its heads."""
    found: dict[str, int] = {}
    for report in intake.files:
        name = own_name(report.name)
        found[name] = found.get(name, 0) + report.rows + (report.header_row or 0)
    return found


def _is_there(one: Mapping[str, Any], there: set[str], lengths: Mapping[str, int]) -> bool:
    if "#" in one["row_id"]:
        return (one["row"] or 0) <= lengths.get(one["file"], 0)
    return one["row_id"] in there
