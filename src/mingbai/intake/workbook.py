"""difference.xlsx (差异工作簿): what an import would do, for people; numbers masked, restricted values out.

A sheet holds the first rows; where there are more, all of them stand in a csv beside it. Texts are written as
texts, whatever they begin with.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any

import xlsxwriter

from mingbai.households.topics import TOPICS
from mingbai.intake.difference import Cell, Difference
from mingbai.intake.enums import DiscrepancyKind
from mingbai.tables import Schema
from mingbai.tables.identity import masked
from mingbai.tables.spreadsheets import BOOK_OPTIONS
from mingbai.tables.writing.cells import text_value

NAME = "difference.xlsx"
#: Rows of a sheet; nobody reads more of them, and a county has a million.
MOST_ROWS = 20_000
HIDDEN = "（受限内容）"
_WIDTHS = (16, 20, 20, 18, 24, 24, 20, 12, 28, 8)
_OTHER = {"membership": "成员", "status": "身份", "household": "户", "person": "人"}
_COLUMNS = {
    "household_id": "所在户", "relation": "与户主关系", "number": "编号", "group_number": "组",
    "stage": "学段", "full_time": "全日制", "roll_state": "学籍状态", "person_id": "人口编号",
}  # fmt: skip

_CHANGED = ("主题", "栏目", "编号", "原值", "新值", "原值来源", "原值日期", "文件", "行")
_LISTED = (
    "原因", "主题", "栏目", "户编号", "人口编号", "登记的", "名单的", "登记来源", "登记日期", "文件", "行",
)  # fmt: skip

Rows = Iterable[Sequence[object]]


@dataclass(frozen=True)
class Sheet:
    """One list of the workbook (工作表)."""

    name: str
    heads: tuple[str, ...]
    rows: Callable[[], Rows]


class Wording:
    """Topics, columns and values as people write them (用语)."""

    def __init__(self, schema: Schema) -> None:
        self._facts = {
            column.name: column
            for entity in ("household", "person", "enrolment")
            if (table := schema.table(entity)) is not None
            for column in table.columns
        }

    def topic(self, key: str) -> str:
        """The name of a topic."""
        return TOPICS[key].zh if key in TOPICS else _OTHER.get(key, key)

    def column(self, name: str) -> str:
        """The name of a column."""
        fact = self._facts.get(name)
        return fact.labels[0] if fact and fact.labels else _COLUMNS.get(name, name)

    def value(self, cell: Cell, value: Any) -> str:
        """A value, masked; of a restricted topic only that there is one."""
        if value is None:
            return ""
        topic = TOPICS.get(cell.topic)
        if topic is not None and topic.restriction is not None:
            return HIDDEN
        fact = self._facts.get(cell.column)
        said = fact.show(value) if fact and not isinstance(value, date) else str(value)
        return masked(said)


def write_difference(difference: Difference, schema: Schema, folder: Path) -> list[Path]:
    """Write difference.xlsx, and a csv beside it for every list that is longer than a sheet shows."""
    wording = Wording(schema)
    made = [folder / NAME]
    options = {**BOOK_OPTIONS, "constant_memory": True}
    with xlsxwriter.Workbook(str(made[0]), options) as book:
        bold = book.add_format({"bold": True, "bg_color": "#F2EEE5", "border": 1})
        for sheet in sheets(difference, wording):
            rows = iter(sheet.rows())
            first = list(islice(rows, MOST_ROWS + 1))
            _fill(book, sheet, first[:MOST_ROWS], bold)
            if len(first) > MOST_ROWS:
                made.append(folder / f"{sheet.name}.csv")
                _write_csv(made[-1], sheet.heads, chain(first, rows))
    return made


def _fill(book: xlsxwriter.Workbook, sheet: Sheet, rows: Rows, bold: Any) -> None:
    page = book.add_worksheet(sheet.name)
    for place, width in enumerate(_WIDTHS):
        page.set_column(place, place, width)
    page.freeze_panes(1, 0)
    page.write_row(0, 0, sheet.heads, bold)
    for line, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            if isinstance(value, int):
                page.write_number(line, place, value)
            elif value not in (None, ""):
                page.write_string(line, place, str(value))


def _write_csv(path: Path, heads: Sequence[str], rows: Rows) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows([text_value(value) for value in row] for row in rows)


def sheets(difference: Difference, wording: Wording) -> Iterator[Sheet]:
    """The lists of a difference: what they are called, their heads, their rows."""
    yield Sheet("概况", ("项目", "数量"), lambda: _summary(difference, wording))
    yield Sheet("新增", ("类别", "编号", "所在户"), lambda: _new(difference))
    yield Sheet("变化", _CHANGED, lambda: _changed(difference, wording))
    yield Sheet("名单里没有", ("类别", "编号", "所在户"), lambda: _gone(difference))
    yield Sheet("冲突", _LISTED, lambda: _conflicts(difference, wording))
    yield Sheet(
        "未采用", ("编号", "文件", "工作表", "行", "原因", "怎么办"), lambda: _refused(difference)
    )


def _summary(difference: Difference, wording: Wording) -> Rows:
    counts = difference.counts()
    yield ("截至日", difference.as_of.isoformat())
    for name, label in (
        ("rows_in", "读到的行"),
        ("rows_accepted", "采用的行"),
        ("rows_refused", "未采用的行"),
    ):
        yield (label, counts[name])
    for name, count in counts["new"].items():
        yield (f"新增：{_NEW.get(name) or wording.topic(name)}", count)
    for name, count in counts["changed"].items():
        topic, _, column = name.partition(".")
        yield (f"变化：{wording.topic(topic)} {wording.column(column)}", count)
    yield ("名单里没有的户", counts["gone"]["households"])
    yield ("名单里没有的人", counts["gone"]["persons"])
    for name, count in counts["conflicts"].items():
        yield (f"冲突：{DiscrepancyKind(name).label}", count)
    yield ("没有变化的登记", counts["unchanged"])
    for name, count in counts["not_kept"].items():
        yield (f"不保存：{name}", count)


_NEW = {"households": "户", "persons": "人", "memberships": "成员关系", "statuses": "身份"}


def _new(difference: Difference) -> Rows:
    for number in difference.people.households:
        yield ("户", number, "")
    for person, home, _ in difference.people.memberships:
        yield ("人", person, home)


def _changed(difference: Difference, wording: Wording) -> Rows:
    for cell in difference.changed():
        yield (
            wording.topic(cell.topic), wording.column(cell.column), cell.subject,
            wording.value(cell, cell.before), wording.value(cell, cell.after), cell.source,
            cell.day.isoformat() if cell.day else "", cell.file, cell.row,
        )  # fmt: skip


def _gone(difference: Difference) -> Rows:
    for _, number in difference.gone.households:
        yield ("户", number, "")
    for _, number, home in difference.gone.persons:
        yield ("人", number, home)


def _conflicts(difference: Difference, wording: Wording) -> Rows:
    for one in difference.conflicts():
        cell = one.cell
        yield (
            one.kind.label, wording.topic(cell.topic), wording.column(cell.column), one.household, one.person,
            wording.value(cell, cell.before), wording.value(cell, cell.after), cell.source,
            cell.day.isoformat() if cell.day else "", cell.file, cell.row,
        )  # fmt: skip


def _refused(difference: Difference) -> Rows:
    for one in difference.refused:
        yield (one.code, one.file, "", one.row, one.zh, "")
    for problem in difference.intake.problems:
        if problem.severity == "listed":
            yield (
                problem.code, problem.file, problem.sheet, problem.row, problem.message.zh,
                problem.advice.zh,
            )  # fmt: skip
