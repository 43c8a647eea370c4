"""Records of separated text (记录): rows of cells, with quotes that were never closed mended."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator

# A cell over more lines than this is a quote that nobody closed, not a long note.
MOST_LINES = 50
# Stands behind the last line: a record that swallows it has an open quote.
_END = "\x00\x1aend\x00"


class _TooLongError(Exception):
    """A record goes on beyond all measure."""


def records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[list[str], bool]]:
    """Each record with whether its quotes are whole.

    A quote that is not closed within fifty lines, or before the end, is taken for a sign like any
    other: its line is one record of its own, and the lines after it are read afresh. So one stray
    quote costs one row, not the rest of the file.
    """
    feed = _Feed(lines)
    while True:
        reader = csv.reader(feed, delimiter=delimiter)
        while True:
            feed.start()
            try:
                cells = next(reader)
            except (_TooLongError, csv.Error):
                cells = [_END]
            if feed.is_done():
                return
            if not cells or _END not in cells[-1]:
                yield cells, True
                continue
            yield _literal(feed.back(), delimiter), False
            break


def _literal(line: str, delimiter: str) -> list[str]:
    """One line taken apart at every delimiter; a quote is a sign like any other."""
    return line.rstrip("\r\n").split(delimiter)


class _Feed:
    """Hands lines to the csv reader and remembers those of the record in progress."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._taken: list[str] = []

    def start(self) -> None:
        """A new record begins."""
        self._taken.clear()

    def is_done(self) -> bool:
        """Whether nothing came but the end."""
        return self._taken == [_END]

    def back(self) -> str:
        """Give back all lines of the record but its first, and return that."""
        first, *rest = self._taken
        self._again.extendleft(reversed([line for line in rest if line != _END]))
        return first

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._taken) > MOST_LINES:
            raise _TooLongError
        if self._taken and self._taken[-1] == _END:
            raise StopIteration
        line = self._again.popleft() if self._again else next(self._lines, _END)
        self._taken.append(line)
        return line
