"""Cutting a sheet into blocks (切分): stacked tables apart, then those side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from mingbai.tables.formats.sheet import Merge
from mingbai.tables.layouts.figures import Figure, clean, figure, squeezed
from mingbai.tables.layouts.titles import LONG_TEXT, NOTE, UNIT, is_title

YEARS = range(1900, 2101)
_HEAD_ROWS = 12


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


def _words_only(page: Page, row: int) -> bool:
    return bool(page.filled[row]) and not any(page.is_figure(row, c) for c in page.filled[row])


def sections(page: Page) -> Iterator[tuple[int, int]]:
    """Stacked tables apart: a new one starts at a title, a unit line or a header below data."""
    starts = [0]
    seen_data = False
    for row in range(len(page.texts)):
        filled = page.filled[row]
        if not filled:
            continue
        if any(page.is_figure(row, c) for c in filled - {min(filled)}) and not only_years(
            page, row, filled
        ):
            seen_data = True
        elif seen_data and _starts(page, row):
            starts.append(row)
            seen_data = False
    ends = [*starts[1:], len(page.texts)]
    yield from zip(starts, ends, strict=True)


def only_years(page: Page, row: int, places: set[int]) -> bool:
    """Whether the numbers of a row are only years or counted 1, 2, 3: labels, not data."""
    order = sorted(places)
    values = [f.value for c in order if (f := page.figure(row, c)).state == "number"]
    if len(values) < 2 or any(page.figure(row, c).state in ("odd", "unknown") for c in order):
        return False
    whole = [int(v) for v in values if v is not None and v == v.to_integral_value()]
    if len(whole) != len(values):
        return False
    steps = {b - a for a, b in pairwise(whole)}
    years = all(v in YEARS for v in whole) and len(set(whole)) == len(whole) and len(steps) == 1
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
    if all(is_title(text) or UNIT.match(text) for text in texts):
        return True
    after_blank = row > 0 and not page.filled[row - 1]
    if len(texts) > 1:
        return not any(NOTE.match(text) for text in texts) and max(map(len, texts)) < LONG_TEXT
    first = page.text(below, min(page.filled[below]))
    opens = _words_only(page, below) and (len(page.filled[below]) > 1 or UNIT.match(first))
    return bool(after_blank and opens and not NOTE.match(texts[0]))


def bands(page: Page, top: int, end: int) -> list[tuple[int, int]]:
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
        if label and squeezed(label) == squeezed(other) and not UNIT.match(label):
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
        if not label or UNIT.match(label) or is_title(label):
            continue
        again = [c for c in range(left + 2, right + 1) if squeezed(page.text(row, c)) == label]
        if again and page.figure(row, left).state == "words":
            cuts += again
            break
    for number, cut in enumerate(cuts):
        yield cut, (cuts[number + 1] - 1 if number + 1 < len(cuts) else right)
