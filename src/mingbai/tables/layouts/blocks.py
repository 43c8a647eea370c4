"""Blocks of a sheet (表块): title, unit, header, rows and notes, wherever they stand on it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from mingbai.tables.layouts.cutting import YEARS, Page, bands, only_years, sections
from mingbai.tables.layouts.headers import Path, paths
from mingbai.tables.layouts.titles import (
    FORM,
    LONG_TEXT,
    NOTE,
    UNIT,
    UNIT_IN_TITLE,
    continued,
    is_title,
    number_in,
)

# Columns that name a row and are never summed, and columns that date it.
_ATTRIBUTE = re.compile(
    r"序号|编号|代码|编码|行次|\bcode\b|\bNo\.?$|\bsurvey$|\brank\b|排名|位次", re.IGNORECASE
)
_YEAR = re.compile(r"年份|年度|^年$|\byear\b", re.IGNORECASE)
_COUNTED = re.compile(r"[甲乙丙丁戊己庚辛]|[（(]?\d{1,3}[)）]?")


@dataclass(frozen=True)
class BlockColumn:
    """A column of figures or words beside the row labels."""

    place: int
    path: Path
    measure: bool


@dataclass(frozen=True)
class BlockRow:
    """A row under the header; `indent` counts the blanks before its label, `row` from 0."""

    row: int
    label: str
    indent: int
    group: Path = ()


@dataclass
class Block:
    """One rectangle of a statistical table (表块) with all that is printed around it."""

    sheet: str | None
    title: str
    number: str
    part: int | None
    unit: str
    top: int
    left: int
    columns: list[BlockColumn]
    rows: list[BlockRow]
    notes: list[str] = field(default_factory=list)
    label_head: str = ""


def blocks(page: Page) -> list[Block]:
    """All blocks of a sheet, from top to bottom and from left to right."""
    found = []
    for top, end in sections(page):
        for left, right in bands(page, top, end):
            block = _Reader(page, top, end, left, right).block()
            if block is not None:
                found.append(block)
    return found


class _Reader:
    """Reads one rectangle into a block, or finds that it is none."""

    def __init__(self, page: Page, top: int, end: int, left: int, right: int) -> None:
        self.page = page
        self.top, self.end, self.left, self.right = top, end, left, right
        self.lines = [
            (row, [c for c in sorted(page.filled[row]) if left <= c <= right])
            for row in range(top, end)
        ]
        self.lines = [(row, places) for row, places in self.lines if places]
        self.title = self.unit = ""
        self.counted: set[int] = set()

    def block(self) -> Block | None:
        head_top = self._around()
        first = self._first_data(head_top)
        header = self._header(head_top, first)
        if not header:
            return None
        body = [(row, places) for row, places in self.lines if row > header[-1]]
        body, notes = self._notes(body)
        texts: list[list[str]] = [
            [] if row in self.counted else self.page.texts[row]
            for row in range(header[0], header[-1] + 1)
        ]
        heads = paths(texts, header[0], self.page.merges, self.left, self.right)
        labels = self._label_columns(body, heads)
        columns = self._columns(body, heads, labels)
        if not body or sum(column.measure for column in columns) < 1:
            return None
        number, part = self._numbered()
        rows = self._rows(body, labels)
        label_head = "/".join(heads[labels[0] - self.left])
        return Block(
            self.page.name, self.title, number, part, self.unit, self.top, self.left,
            columns, rows, notes, label_head,
        )  # fmt: skip

    def _around(self) -> int:
        """Take title and unit lines; the row where the header may start."""
        for row, places in self.lines:
            texts = [self.page.text(row, c) for c in places]
            units = [match for text in texts if (match := UNIT.search(text))]
            if units:
                self.unit = self.unit or (units[0]["unit"] or units[0]["en"] or "").strip()
            elif texts and (in_title := UNIT_IN_TITLE.search(texts[0])):
                self.unit = self.unit or in_title["unit"]
            plain = [text for text in texts if not (UNIT.match(text) or FORM.match(text))]
            alone = len(plain) <= 1 and not any(self.page.is_figure(row, c) for c in places[1:])
            if alone or (plain and all(is_title(text) for text in plain)):
                self.title = self.title or next(iter(plain), "")
                continue
            return row
        return self.end

    def _first_data(self, head_top: int) -> int:
        for row, places in self.lines:
            inner = {c for c in places if c > self.left}
            data = row >= head_top and any(self.page.is_figure(row, c) for c in inner)
            if data and not only_years(self.page, row, inner):
                return row
        return self.end

    def _header(self, head_top: int, first: int) -> list[int]:
        """The rows between the titles and the data; sparse first rows of data are not among them."""
        rows = [(row, places) for row, places in self.lines if head_top <= row < first]
        self.counted = {row for row, places in rows[1:] if self._counts_columns(row, places)}
        while rows and rows[-1][1] == [self.left]:
            rows.pop()
        if first == self.end:
            rows = [line for line in rows if len(line[1]) > 1][:2]
        return [row for row, _ in rows][:8]

    def _counts_columns(self, row: int, places: list[int]) -> bool:
        """Whether a row of the header only counts its columns: 甲, 乙, 1, 2, 3."""
        texts = [self.page.text(row, c) for c in places]
        return len(texts) > 2 and all(_COUNTED.fullmatch(text) for text in texts)

    def _notes(
        self, body: list[tuple[int, list[int]]]
    ) -> tuple[list[tuple[int, list[int]]], list[str]]:
        """Lines of text below the last figures are notes, unless they look like rows without any."""
        last = max((n for n, (row, places) in enumerate(body) if len(places) > 1), default=-1)
        notes: list[str] = []
        kept = body[: last + 1]
        gap = False
        for row, places in body[last + 1 :]:
            text = self.page.text(row, places[0])
            gap = gap or (row > 0 and not self._holds(row - 1))
            if notes or gap or places[0] != self.left or NOTE.match(text) or len(text) > LONG_TEXT:
                notes.append(text)
            else:
                kept.append((row, places))
        inner = [line for line in kept if not self._is_note(line)]
        notes = [self.page.text(row, p[0]) for row, p in kept if self._is_note((row, p))] + notes
        return inner, notes

    def _holds(self, row: int) -> bool:
        return any(self.left <= c <= self.right for c in self.page.filled[row])

    def _is_note(self, line: tuple[int, list[int]]) -> bool:
        row, places = line
        text = self.page.text(row, places[0])
        if FORM.match(text):
            return True
        return len(places) == 1 and bool(NOTE.match(text) or len(text) > LONG_TEXT)

    def _label_columns(self, body: list[tuple[int, list[int]]], heads: list[Path]) -> list[int]:
        """The leading columns of words; numbers of rows and codes among them are passed over."""
        labels: list[int] = []
        skipped: list[int] = []
        for place in range(self.left, self.right + 1):
            numbers = self._mostly_numbers(body, place)
            follows = place < self.right and not self._mostly_numbers(body, place + 1)
            if self._names(body, place, heads[place - self.left]):
                skipped.append(place)
            elif numbers and place > self.left:
                break
            elif numbers and follows:
                skipped.append(place)
            elif labels and not any(place in places for _, places in body):
                break
            else:
                labels.append(place)
        return labels or skipped[:1] or [self.left]

    def _names(self, body: list[tuple[int, list[int]]], place: int, path: Path) -> bool:
        """Whether a column numbers, codes or dates its rows."""
        head = " ".join(path)
        if _ATTRIBUTE.search(head):
            return True
        if not _YEAR.search(head):
            return False
        figures = [self.page.figure(row, place) for row, places in body if place in places]
        years = [one.value in YEARS for one in figures if one.value is not None]
        return 2 * sum(years) >= len(years)

    def _mostly_numbers(self, body: list[tuple[int, list[int]]], place: int) -> bool:
        cells = [row for row, places in body if place in places]
        numbers = sum(self.page.is_figure(row, place) for row in cells)
        return bool(cells) and 2 * numbers > len(cells)

    def _columns(
        self, body: list[tuple[int, list[int]]], heads: list[Path], labels: list[int]
    ) -> list[BlockColumn]:
        columns = []
        for place in range(self.left, self.right + 1):
            path = heads[place - self.left]
            empty = not any(place in places for _, places in body)
            if place in labels or (empty and not path):
                continue
            measure = (empty and place > labels[-1]) or self._mostly_numbers(body, place)
            named = place < labels[0] or self._names(body, place, path)
            columns.append(BlockColumn(place, path, measure and not named))
        return columns

    def _rows(self, body: list[tuple[int, list[int]]], labels: list[int]) -> list[BlockRow]:
        """Rows with their labels; a label column whose cells cover several rows is a group."""
        own = self._naming(body, labels)
        groups = [place for place in labels if place < own] if len(labels) > 1 else []
        nested = [place for place in groups if self._covers(body, place)]
        rows, current = [], [""] * len(nested)
        for row, _ in body:
            for n, place in enumerate(nested):
                text = self.page.text(row, place)
                if text:
                    current[n:] = [text] + [""] * (len(nested) - n - 1)
            raw = self.page.raw[row][own] if own < len(self.page.raw[row]) else ""
            label = self.page.text(row, own)
            group = tuple(part for part in current if part)
            if not label and group:
                label, group = group[-1], group[:-1]
            rows.append(BlockRow(row, label, _indent(raw), group))
        return rows

    def _naming(self, body: list[tuple[int, list[int]]], labels: list[int]) -> int:
        """The column that names a row: the last of nested ones, else the one that tells most apart."""
        if len(labels) == 1 or self._covers(body, labels[0]):
            return labels[min(1, len(labels) - 1)] if len(labels) < 3 else labels[-1]
        texts = {c: [self.page.text(row, c) for row, _ in body] for c in labels}
        return max(labels, key=lambda c: (len(set(texts[c])), sum(map(len, texts[c]))))

    def _covers(self, body: list[tuple[int, list[int]]], place: int) -> bool:
        """Whether most cells of a label column are empty below a filled one, or repeat it."""
        texts = [self.page.text(row, place) for row, _ in body]
        if not texts or not texts[0]:
            return False
        follows = sum(not b or a == b for a, b in pairwise(texts))
        most = Counter(texts).most_common(1)[0]
        return 3 * follows >= len(texts) and len(set(texts)) > 1 and most[1] < len(texts)

    def _numbered(self) -> tuple[str, int | None]:
        found = continued(self.title)
        if found is not None:
            return found
        return number_in(self.title), None


def _indent(raw: object) -> int:
    """Blanks before a label; the ideographic one is two wide."""
    if not isinstance(raw, str):
        return 0
    width = 0
    for sign in raw:
        if sign not in " \u3000\u00a0\t":
            break
        width += 2 if sign == "\u3000" else 4 if sign == "\t" else 1
    return width
