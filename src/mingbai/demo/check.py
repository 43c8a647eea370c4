"""The check of a place (示范地核对): every published total against what the built files give by query."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mingbai.demo import figures
from mingbai.demo.build import place_of
from mingbai.demo.errors import PlaceError
from mingbai.demo.place import Place
from mingbai.demo.reports import Figure, Files, Loaded, Reports
from mingbai.demo.schema import TABLES
from mingbai.demo.totals import ABOUT, AMBIGUOUS, EXACT, MASKED, Reading, Total

GREEN, RED, MASK, UNCLEAR = "✔", "✘", "–", "?"


@dataclass(frozen=True)
class Line:
    """One total checked (一行核对结果); `mark` ✔ agrees, ✘ does not, ? ambiguous, – not published."""

    total: Total
    computed: Figure
    mark: str
    reading: Reading | None = None

    @property
    def red(self) -> bool:
        return self.mark == RED

    def as_json(self) -> dict[str, Any]:
        total, shown = self.total, self.reading or self.total
        published = figures.printed(total, self.reading.value if self.reading else None)
        counted = figures.NOT_PUBLISHED
        if self.mark != MASK:
            counted = figures.computed(total, self.computed)
        value = shown.value
        return {
            "id": total.id,
            "mechanism": total.mechanism,
            "zh": shown.zh,
            "en": shown.en,
            "date": None if total.undated else total.date.isoformat(),
            "computed_for": total.date.isoformat(),
            "status": total.status,
            "value": None if value is None else str(value),
            "reason": _reason(total),
            "published": {"zh": published[0], "en": published[1]},
            "computed": {"zh": counted[0], "en": counted[1]},
            "mark": self.mark,
        }


def _reason(total: Total) -> dict[str, str] | None:
    """Why a value or a date of the row is null (未公布的原因)."""
    if total.status == MASKED:
        return {"zh": "原文的数字被抹去", "en": "stripped from the report"}
    if total.undated:
        return {"zh": "原文的年份被抹去", "en": "the year was stripped from the report"}
    return None


def reports(place: Place, files: Files) -> Reports:
    return Reports(files, place.code, place.totals.sets)


def check_folder(place: Place, folder: Path) -> None:
    """A folder is the place built, with every table whole; else a plain error."""
    if not (folder / "register").is_dir():
        raise PlaceError(f"{folder} 不是生成好的示范地", f"{folder} is not a built place")
    built_as = place_of(folder)
    if built_as not in (None, place.pinyin):
        raise PlaceError(
            f"{folder} 生成的是 {built_as}，不是 {place.pinyin}",
            f"{folder} was built as {built_as}, not as {place.pinyin}",
        )
    files = Files(folder)
    for name in TABLES:  # a table no total asks for must be whole too
        files.ensure(name)


def check_tables_of(place: Place, files: Files) -> list[Line]:
    """Check the tables of a place, on disk or in memory."""
    return check(place, reports(place, files))


def check_tables(place: Place, tables: dict[str, Any]) -> list[Line]:
    """Check tables in memory."""
    return check_tables_of(place, Loaded(tables))


def check(place: Place, asked: Reports) -> list[Line]:
    return [line for total in place.totals.by_id.values() for line in check_total(total, asked)]


def check_total(total: Total, asked: Reports) -> list[Line]:
    """One published figure checked: a line, or one for each reading of an ambiguous one."""
    if total.status == MASKED:
        return [Line(total, None, MASK)]
    if total.status == AMBIGUOUS:
        return _readings(total, asked)
    figure = asked.figure(total.query, total.date)
    return [Line(total, figure, GREEN if agrees(total, figure) else RED)]


def _readings(total: Total, asked: Reports) -> list[Line]:
    """Both readings shown; red where the files were made to a reading and do not give it."""
    lines = []
    for one in total.readings:
        figure = asked.figure(one.query, total.date)
        fits = agrees(replace(total, value=one.value, query=one.query, status=EXACT), figure)
        mark = GREEN if fits else RED if one.built else UNCLEAR
        lines.append(Line(total, figure, mark, one))
    return lines


def agrees(total: Total, figure: Figure) -> bool:
    """Exact figures to the base unit, rates as printed, "about" figures within what the word allows."""
    if figure is None or total.value is None:
        return False
    if total.status == ABOUT:
        if total.range is None:
            raise PlaceError(f"{total.id} 缺范围", f"{total.id} has no range")
        low, high = total.range
        shown = figures.in_units(figure, total.unit, total.is_ratio)
        return low <= shown <= high
    if total.is_ratio:
        return figures.rounded(figure * 100, total.decimals) == total.value
    return figure == total.in_base_units()
