"""What came of reading a folder: typed tables, and a verdict on every file and every row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

from mingbai.tables.texts import Text

Severity = Literal["listed", "remark"]
Level = Literal["error", "warning", "hint"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A row kept out (未采用) or a remark on an accepted row (提示), with where it stands.

    `row` counts from 1 as the user sees it; `places` are the columns of the sheet it is about, counted
    from 0, so that the cells can be marked in the sender's own workbook. `level` grades record checks.
    Where many rows share a reason that asks nothing of anybody, one problem stands for all `rows` of
    them; `spans` are their first and last numbers.
    """

    code: str
    severity: Severity
    file: str
    sheet: str | None
    row: int | None
    column: str | None
    value: str | None
    message: Text
    advice: Text
    entity: str | None
    key: str | None
    places: tuple[int, ...] = ()
    level: Level | None = None
    rows: int = 1
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """Problems of one code: how many rows they are about, and the first of them as an example."""

    severity: Severity
    code: str
    rows: int
    example: Problem


@dataclass(frozen=True)
class FileReport:
    """A file or a sheet of it: read as a table (表格), as statistics (统计表), or skipped and why."""

    name: str
    what: Literal["table", "statistics", "skipped"]
    sheet: str | None = None
    profile: str | None = None
    entity: str | None = None
    header_row: int | None = None
    rows: int = 0
    unread: tuple[str, ...] = ()
    code: str | None = None
    reason: Text | None = None


@dataclass
class Intake:
    """The folder as read (收表结果): rows_in is always rows_accepted plus rows_listed."""

    tables: dict[str, pa.Table]
    files: list[FileReport]
    rows_in: int
    rows_accepted: int
    rows_listed: int
    problems: list[Problem]
    supplied: dict[str, frozenset[str]] = field(default_factory=dict)
    #: File, sheet and entity → fact → its header and where this stands in the sheet, from 0.
    columns: dict[tuple[str, str | None, str], dict[str, tuple[str, int]]] = field(
        default_factory=dict
    )
    #: Where pages stand side by side: file, sheet and entity → key and row → how many columns further
    #: to the right than `columns` says the cells of this one are.
    shifts: dict[tuple[str, str | None, str], dict[tuple[str, int], int]] = field(
        default_factory=dict
    )

    @property
    def remarks(self) -> int:
        return sum(problem.severity == "remark" for problem in self.problems)

    def kinds(self) -> list[Kind]:
        """The problems by code, the most frequent first."""
        counts: dict[tuple[Severity, str], int] = {}
        first: dict[tuple[Severity, str], Problem] = {}
        for problem in self.problems:
            kind = (problem.severity, problem.code)
            counts[kind] = counts.get(kind, 0) + problem.rows
            first.setdefault(kind, problem)
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [Kind(*kind, count, first[kind]) for kind, count in ordered]
