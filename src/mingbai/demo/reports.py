"""Reports over a built place (报表查询): counts, sums and rates computed from the files, as of a day.

A query names one measure and its table, the rows that count, and the day they must hold::

    {distinct: memberships.person_id, where: {household_id: {in: registered, not_in: exited}}, at: true}

`count: table`; `distinct`, `sum`, `least: table.column` (`over: column`: as a share of it); `days`,
`months`, `years: table` (the shortest run from `from_date` to `to_date`); `ratio: {part: query, whole:
query}` or `{part: query, base: universe}` with the dated denominator of the place, or of the division of a
`code`. `at: true` keeps the rows that hold on the day asked; `until: column` those whose day is not later.
`per: column, take: least | same` measures each group and takes one; `per: [column, month], during: 2020`
also each month (`quarter`, `week`) of the year, one with no rows counting as nothing. `mean: table.column`
(`of: column`) is a sum over a sum, `growth: {now: query, before: query}` a share of what was. `among: query`
must find something, or a zero says nothing. A condition is a value, a list, or `{in, also_in, not_in: set,
least, most, given, has}`; the value "day" is the day asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mingbai.demo.context import valid_on
from mingbai.demo.errors import PlaceError
from mingbai.demo.schema import TABLES

MEASURES = (
    "count",
    "distinct",
    "sum",
    "least",
    "days",
    "months",
    "years",
    "ratio",
    "mean",
    "growth",
)
MONTHS = 12
#: Parts of a year that a figure may be asked of, by the column `day`: from a day to the first of its part.
SPANS = ("week", "month", "quarter")
Figure = int | Fraction | None  # none: cannot be computed from the files, which is not zero


class Files:
    """The tables of a built place (数据文件夹), read when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, pa.Table] = {}

    def table(self, name: str) -> pa.Table:
        if name not in self._known:
            self._known[name] = self.ensure(name).read()
        return self._known[name]

    def ensure(self, name: str) -> pq.ParquetFile:
        """The file of a table, whole and with its columns, or a plain error; rows are not read."""
        path = self.folder / "register" / f"{name}.parquet"
        if not path.is_file():
            raise PlaceError(f"缺文件 {path}", f"there is no file {path}")
        try:
            found = pq.ParquetFile(path)
        except (pa.ArrowException, OSError):
            raise PlaceError(f"文件读不了：{path}", f"the file cannot be read: {path}") from None
        listed = ", ".join(sorted(set(TABLES[name].names) - set(found.schema_arrow.names)))
        if listed:
            raise PlaceError(f"{path} 缺列：{listed}", f"{path} lacks columns: {listed}")
        return found


class Loaded(Files):
    """Tables that are in memory already."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        super().__init__(Path())
        self._known = dict(tables)


class Reports:
    """Computes the queries of one place (查询器); `sets` are the id columns they share."""

    def __init__(self, files: Files, code: str, sets: Mapping[str, Any]) -> None:
        self.files, self.code, self.sets = files, code, sets
        self._ids: dict[tuple[str, date], pa.Array] = {}

    def figure(self, query: Mapping[str, Any], day: date) -> Figure:
        """The figure of a query in base units; a rate as a share of one."""
        named = [one for one in MEASURES if one in query]
        if len(named) != 1:
            raise PlaceError(f"查询写法不对：{query}", f"a query needs one measure: {query}")
        if "among" in query and not self.figure(query["among"], day):
            return None  # a zero counts only where there was something to count
        if named[0] == "ratio":
            return self._ratio(query["ratio"], day)
        if named[0] == "growth":
            return self._growth(query["growth"], day)
        name, _, column = query[named[0]].partition(".")
        table = self.rows(name, query, day)
        if "per" in query:
            return _taken(table, query, named[0], column)
        if named[0] == "mean":
            whole = _measure(table, "sum", query["of"], None)
            return Fraction(_measure(table, "sum", column, None) or 0, whole) if whole else None
        return _measure(table, named[0], column, query.get("over"))

    def rows(self, name: str, query: Mapping[str, Any], day: date) -> pa.Table:
        """The rows of a table that a query is about."""
        table = self.files.table(name)
        at = query.get("at")
        if at:
            table = valid_on(table, day if at is True else at)
        if "until" in query:
            table = _kept(table, pc.less_equal(table[query["until"]], _scalar(day)))
        for column, wanted in query.get("where", {}).items():
            table = _kept(table, self._mask(table[column], wanted, day))
        return table

    def ids(self, name: str, day: date) -> pa.Array:
        """The ids of a named set on a day."""
        if (name, day) not in self._ids:
            query = self.sets[name]
            rows = self.rows(query["table"], query, day)
            self._ids[name, day] = pc.unique(rows[query["column"]].combine_chunks())
        return self._ids[name, day]

    def _mask(self, column: pa.ChunkedArray, wanted: Any, day: date) -> pa.ChunkedArray:
        if isinstance(wanted, list):
            return pc.is_in(column, value_set=pa.array(wanted, column.type))
        if not isinstance(wanted, dict):
            return pc.equal(column, pa.scalar(wanted, column.type))
        masks = [self._condition(column, kind, value, day) for kind, value in wanted.items()]
        kept = masks[0]
        for mask in masks[1:]:
            kept = pc.and_(kept, mask)
        return kept

    def _condition(
        self, column: pa.ChunkedArray, kind: str, value: Any, day: date
    ) -> pa.ChunkedArray:
        if kind in ("in", "also_in"):
            return pc.is_in(column, value_set=self.ids(value, day))
        if kind == "not_in":
            return pc.invert(pc.is_in(column, value_set=self.ids(value, day)))
        if kind == "given":
            return pc.equal(pc.is_valid(column), pa.scalar(value))
        if kind == "has":
            return pc.match_substring_regex(pc.fill_null(column, ""), "|".join(value))
        bound = pa.scalar(day if value == "day" else value, column.type)
        compare: Callable[..., Any] = {"least": pc.greater_equal, "most": pc.less_equal}[kind]
        return compare(column, bound)

    def _ratio(self, query: Mapping[str, Any], day: date) -> Figure:
        part = self.figure(query["part"], day)
        whole = (
            self.figure(query["whole"], day)
            if "whole" in query
            else self.denominator(query["base"], day, query.get("code"))
        )
        if part is None or not whole:
            return None
        return Fraction(part) / Fraction(whole)

    def _growth(self, query: Mapping[str, Any], day: date) -> Figure:
        now, before = self.figure(query["now"], day), self.figure(query["before"], day)
        return None if now is None or not before else Fraction(now) / Fraction(before) - 1

    def denominator(self, universe: str, day: date, code: str | None = None) -> Figure:
        """The dated base of a rate; no other day's base stands in for it."""
        where = {"code": code or self.code, "universe": universe, "day": day}
        rows = self.rows("denominators", {"where": where}, day)
        return rows["value"][0].as_py() if rows.num_rows == 1 else None


def _scalar(day: date) -> pa.Scalar:
    return pa.scalar(day, pa.date32())


def _kept(table: pa.Table, mask: Any) -> pa.Table:
    return table.filter(pc.fill_null(mask, False))


def _measure(table: pa.Table, measure: str, column: str, over: str | None) -> Figure:
    if measure == "count":
        return table.num_rows
    if measure == "distinct":
        return int(pc.count_distinct(table[column], mode="only_valid").as_py())
    if measure == "sum":
        return int(pc.sum(table[column]).as_py() or 0)
    if table.num_rows == 0:
        return None
    if measure in ("days", "months", "years"):
        return _shortest(table, measure)
    if over is None:
        return int(pc.min(table[column]).as_py())
    # The least share: by integers, so that 8 % paid exactly is 8 % and not a hair below.
    pairs = table.group_by([column, over]).aggregate([])
    return min(
        Fraction(paid, whole)
        for paid, whole in zip(pairs[column].to_pylist(), pairs[over].to_pylist(), strict=True)
        if whole
    )


def _shortest(table: pa.Table, measure: str) -> Figure:
    runs = table.group_by(["from_date", "to_date"]).aggregate([]).to_pylist()
    if any(run["to_date"] is None for run in runs):
        return None
    if measure == "days":
        return min((run["to_date"] - run["from_date"]).days for run in runs)
    months = min(_whole_months(run["from_date"], run["to_date"]) for run in runs)
    return months if measure == "months" else months // MONTHS


def _whole_months(start: date, end: date) -> int:
    months = (end.year - start.year) * MONTHS + end.month - start.month
    return months - (end.day < start.day)


def _taken(table: pa.Table, query: Mapping[str, Any], measure: str, column: str) -> Figure:
    """Measure each group, then take the least, or the one all have (none: they differ)."""
    per = query["per"] if isinstance(query["per"], list) else [query["per"]]
    spans = [one for one in per if one in SPANS]
    parts = 1
    for span in spans:
        table, parts = _in_spans(table, query["during"], span)
    wanted = {
        "sum": (column, "sum"), "distinct": (column, "count_distinct"), "count": ([], "count_all"),
    }[measure]  # fmt: skip
    found = table.group_by(per).aggregate([wanted])
    values = found[found.column_names[-1] if wanted[0] == [] else f"{column}_{wanted[1]}"]
    if len(values) == 0:
        return None
    others = [one for one in per if one not in SPANS]
    whole = parts * (table.group_by(others).aggregate([]).num_rows if others else 1)
    bounds = pc.min_max(values).as_py()
    least = bounds["min"] if len(values) == whole or not spans else 0
    if query["take"] == "same" and least != bounds["max"]:
        return None
    return int(least)


def _in_spans(table: pa.Table, year: int, span: str) -> tuple[pa.Table, int]:
    """The rows of a year with the first day of their part of it, and how many whole parts the year has."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    every = pa.array([first + timedelta(days=at) for at in range((last - first).days + 1)])
    starts = pc.unique(pc.floor_temporal(every, unit=span))
    if span == "week":  # whole weeks only
        starts = starts.filter(pc.less_equal(starts, pa.scalar(last - timedelta(days=6))))
    starts = starts.filter(pc.greater_equal(starts, pa.scalar(first)))
    mine = pc.floor_temporal(table["day"], unit=span)
    table = table.append_column(span, mine)
    return table.filter(pc.is_in(mine, value_set=starts)), len(starts)
