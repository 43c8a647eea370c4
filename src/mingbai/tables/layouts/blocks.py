"""Blocks of a sheet (表块): title, unit, header, rows and notes, wherever they stand on it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mingbai.tables.formats.sheet import Merge
from mingbai.tables.layouts.figures import Figure, clean, figure, squeezed
from mingbai.tables.layouts.headers import Path, paths

_NUMBER = r"(?:表|附表|Table|TABLE)?\s*\d+(?:\s*[-－—–.\uff0e]\s*\d+)*"
_TITLE = re.compile(rf"\s*(?P<number>{_NUMBER})\s*(?P<rest>.*)", re.DOTALL)
_CONTINUED = re.compile(
    rf"\s*(?P<number>{_NUMBER})?\s*[（(]?\s*续\s*表?\s*(?P<part>\d+|[一二三四五六七八九十]+)?\s*[）)]?"
)
_CONTINUED_EN = re.compile(rf"\s*(?P<number>{_NUMBER}).*\bcontinued\b", re.IGNORECASE)
_UNIT = re.compile(
    r"[（(]?\s*(?:计量)?单\s*位\s*[:：]\s*(?P<unit>[^）)]+)[）)]?|\(?Unit\s*:\s*(?P<en>[^)]+)\)?"
)
_UNIT_IN_TITLE = re.compile(r"[（(](?P<unit>[十百千万亿]*[元人户亩个名公顷吨]|%|％)[）)]\s*$")
_NOTE = re.compile(
    r"\s*(注|备注|说明|资料来源|数据来源|来源|填表|制表|审核|Notes?\b|Sources?\b)\s*[:：]?",
    re.IGNORECASE,
)
_TITLE_LIKE = re.compile(
    r"\s*(表\s*\d|附表|Table\s+\d|\d+[-－—–.\uff0e]\d+\s*[^\d\s岁人元户~～至及以])", re.IGNORECASE
)
# Columns that name a row and are never summed, and columns that date it.
_ATTRIBUTE = re.compile(
    r"序号|编号|代码|编码|行次|\bcode\b|\bNo\.?$|\bsurvey$|\brank\b|排名|位次", re.IGNORECASE
)
_YEAR = re.compile(r"年份|年度|^年$|\byear\b", re.IGNORECASE)
# What a form says about itself, and who signed it: neither titles nor rows.
_FORM = re.compile(
    r"\s*(表\s*号|制定机关|批准机关|批准文号|备案文号|文\s*号|有效期|填报单位|统计时间|截至时间"
    r"|(单位|统计)?负责人|填表人|制表人|审核人|复核人|经办人|联系电话|报出日期|填报日期)\s*[:：]"
)
_COUNTED = re.compile(r"[甲乙丙丁戊己庚辛]|[（(]?\d{1,3}[)）]?")
_CHINESE_DIGITS = "零一二三四五六七八九十"
_LONG_TEXT = 48
_HEAD_ROWS = 12
_YEARS = range(1900, 2101)


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


class Page:
    """The cells of one sheet: as found, as clean text, and as figures."""

    def __init__(
        self, name: str | None, rows: Sequence[Sequence[object]], merges: Sequence[Merge]
    ) -> None:
        self.name = name
        self.raw = rows
        self.merges = merges
        self.texts = [[clean(cell) for cell in row] for row in rows]
        self.filled = [{c for c, text in enumerate(row) if text} for row in self.texts]
        self.figures: dict[tuple[int, int], Figure] = {}

    def text(self, row: int, column: int) -> str:
        line = self.texts[row]
        return line[column] if column < len(line) else ""

    def figure(self, row: int, column: int) -> Figure:
        found = self.figures.get((row, column))
        if found is None:
            line = self.raw[row]
            found = figure(line[column] if column < len(line) else None)
            self.figures[row, column] = found
        return found

    def is_figure(self, row: int, column: int) -> bool:
        """Whether a filled cell holds what data are: a number, or a mark or slip in place of one."""
        return self.figure(row, column).state != "words"


def blocks(page: Page) -> list[Block]:
    """All blocks of a sheet, from top to bottom and from left to right."""
    found = []
    for top, end in _sections(page):
        for left, right in _bands(page, top, end):
            block = _Reader(page, top, end, left, right).block()
            if block is not None:
                found.append(block)
    return found


def continued(text: str) -> tuple[str, int] | None:
    """Table number and part of 1-6 续表3; none when a title continues nothing."""
    match = _CONTINUED.match(text) or _CONTINUED_EN.match(text)
    if match is None:
        return None
    part = match.groupdict().get("part")
    return number_of(match["number"] or ""), _part(part) if part else 1


def number_of(text: str) -> str:
    """A table number in one form: 表 1－6 is 1-6."""
    bare = re.sub(r"^(附?表|Table)", "", "".join(text.split()), flags=re.IGNORECASE)
    return re.sub(r"[－—–]", "-", bare).replace("\uff0e", ".")


def _part(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return _CHINESE_DIGITS.index(text[-1])
    return (_CHINESE_DIGITS.index(tens) if tens else 1) * 10 + (
        _CHINESE_DIGITS.index(ones) if ones else 0
    )


def _is_title(text: str) -> bool:
    return bool(_CONTINUED.match(text) or _CONTINUED_EN.match(text) or _TITLE_LIKE.match(text))


def _words_only(page: Page, row: int) -> bool:
    return bool(page.filled[row]) and not any(page.is_figure(row, c) for c in page.filled[row])


def _sections(page: Page) -> Iterator[tuple[int, int]]:
    """Stacked tables apart: a new one starts at a title, a unit line or a header below data."""
    starts = [0]
    seen_data = False
    for row in range(len(page.texts)):
        filled = page.filled[row]
        if not filled:
            continue
        if any(page.is_figure(row, c) for c in filled - {min(filled)}) and not _years(
            page, row, filled
        ):
            seen_data = True
        elif seen_data and _starts(page, row):
            starts.append(row)
            seen_data = False
    ends = [*starts[1:], len(page.texts)]
    yield from zip(starts, ends, strict=True)


def _years(page: Page, row: int, places: set[int]) -> bool:
    """Whether the numbers of a row are only years or counted 1, 2, 3: labels, not data."""
    order = sorted(places)
    values = [f.value for c in order if (f := page.figure(row, c)).state == "number"]
    if len(values) < 2 or any(page.figure(row, c).state in ("odd", "unknown") for c in order):
        return False
    whole = [int(v) for v in values if v is not None and v == v.to_integral_value()]
    if len(whole) != len(values):
        return False
    steps = {b - a for a, b in pairwise(whole)}
    years = all(v in _YEARS for v in whole) and len(set(whole)) == len(whole) and len(steps) == 1
    first = page.text(row, order[0])
    headed = page.figure(row, order[0]).state == "number" or not first or len(first) <= 6
    return headed and (years or (whole[0] == 1 and steps == {1} and len(whole) > 2))


def _starts(page: Page, row: int) -> bool:
    """Whether a row of words below data opens another table."""
    if not _words_only(page, row):
        return False
    texts = [page.text(row, c) for c in sorted(page.filled[row])]
    below = next((r for r in range(row + 1, len(page.filled)) if page.filled[r]), None)
    if below is None:
        return False
    if all(_is_title(text) or _UNIT.match(text) for text in texts):
        return True
    after_blank = row > 0 and not page.filled[row - 1]
    if len(texts) > 1:
        return not any(_NOTE.match(text) for text in texts) and max(map(len, texts)) < _LONG_TEXT
    first = page.text(below, min(page.filled[below]))
    opens = _words_only(page, below) and (len(page.filled[below]) > 1 or _UNIT.match(first))
    return bool(after_blank and opens and not _NOTE.match(texts[0]))


def _bands(page: Page, top: int, end: int) -> list[tuple[int, int]]:
    """Blocks side by side: cut at empty columns and where the label column starts again."""
    used: set[int] = set().union(*page.filled[top:end]) if end > top else set()
    runs: list[list[int]] = []
    for place in sorted(used):
        if runs and runs[-1][1] == place - 1:
            runs[-1][1] = place
        else:
            runs.append([place, place])
    merged: list[list[int]] = []
    for run in runs:
        # A band without words in its first column has no labels of its own: it belongs to the left.
        again = merged and _heads_again(page, top, end, (merged[0][0], run[0]))
        if merged and not again and not _labelled(page, top, end, run[0]):
            merged[-1][1] = run[1]
        else:
            merged.append(run)
    return [band for left, right in merged for band in _repeats(page, top, end, left, right)]


def _heads_again(page: Page, top: int, end: int, places: tuple[int, int]) -> bool:
    """Whether a column opens with the header label of the first one: 年龄 and again 年龄."""
    first, place = places
    for row in range(top, min(end, top + _HEAD_ROWS)):
        label, other = page.text(row, first), page.text(row, place)
        if label and squeezed(label) == squeezed(other) and not _UNIT.match(label):
            return page.figure(row, first).state == "words"
    return False


def _labelled(page: Page, top: int, end: int, place: int) -> bool:
    numbers = words = 0
    for row in range(top, end):
        if place in page.filled[row]:
            if page.is_figure(row, place):
                numbers += 1
            else:
                words += 1
    below = sum(1 for row in range(top, end) if place in page.filled[row]) - numbers
    return words > numbers and below > 3


def _repeats(page: Page, top: int, end: int, left: int, right: int) -> Iterator[tuple[int, int]]:
    """Split a band whose first header label stands again over another column of words."""
    cuts = [left]
    for row in range(top, min(end, top + _HEAD_ROWS)):
        label = squeezed(page.text(row, left))
        if not label or _UNIT.match(label) or _is_title(label):
            continue
        again = [c for c in range(left + 2, right + 1) if squeezed(page.text(row, c)) == label]
        if again and page.figure(row, left).state == "words":
            cuts += again
            break
    for number, cut in enumerate(cuts):
        yield cut, (cuts[number + 1] - 1 if number + 1 < len(cuts) else right)


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
        rows = self._rows(body, labels, heads)
        label_head = "/".join(heads[labels[0] - self.left])
        return Block(
            self.page.name, self.title, number, part, self.unit, self.top, self.left,
            columns, rows, notes, label_head,
        )  # fmt: skip

    def _around(self) -> int:
        """Take title and unit lines; the row where the header may start."""
        for row, places in self.lines:
            texts = [self.page.text(row, c) for c in places]
            units = [match for text in texts if (match := _UNIT.search(text))]
            if units:
                self.unit = self.unit or (units[0]["unit"] or units[0]["en"] or "").strip()
            elif texts and (in_title := _UNIT_IN_TITLE.search(texts[0])):
                self.unit = self.unit or in_title["unit"]
            plain = [text for text in texts if not (_UNIT.match(text) or _FORM.match(text))]
            alone = len(plain) <= 1 and not any(self.page.is_figure(row, c) for c in places[1:])
            if alone or (plain and all(_is_title(text) for text in plain)):
                self.title = self.title or next(iter(plain), "")
                continue
            return row
        return self.end

    def _first_data(self, head_top: int) -> int:
        for row, places in self.lines:
            inner = {c for c in places if c > self.left}
            data = row >= head_top and any(self.page.is_figure(row, c) for c in inner)
            if data and not _years(self.page, row, inner):
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
            if (
                notes
                or gap
                or places[0] != self.left
                or _NOTE.match(text)
                or len(text) > _LONG_TEXT
            ):
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
        if _FORM.match(text):
            return True
        return len(places) == 1 and bool(_NOTE.match(text) or len(text) > _LONG_TEXT)

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
        years = [one.value in _YEARS for one in figures if one.value is not None]
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

    def _rows(
        self, body: list[tuple[int, list[int]]], labels: list[int], heads: list[Path]
    ) -> list[BlockRow]:
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
        match = _TITLE.match(self.title)
        return (number_of(match["number"]), None) if match else ("", None)


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
