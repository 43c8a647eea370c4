"""Rows of an import, as they are stored (写入行): made in blocks, personal columns closed on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from mingbai.common.keys import Keys
from mingbai.households.closing import document_digests, keys, phone_digests
from mingbai.households.topics import DIGESTS, Span, Topic
from mingbai.intake.difference import TopicDifference

_BLOCK = 10_000
#: A required text that a list left unreadable.
_NO_TEXT = {"name": ""}

Row = tuple[Any, ...]


def topic_columns(topic: Topic, columns: Sequence[str]) -> list[str]:
    """Columns of the table for these columns of a topic: digests beside what is encrypted."""
    stored: list[str] = []
    for name in columns:
        stored.append(name)
        if name in topic.encrypted:
            stored.extend(DIGESTS.get(name, ()))
    return [
        topic.subject_column,
        *stored,
        "valid_from",
        "valid_to",
        "source",
        "observed_on",
        "changed",
    ]


def topic_rows(part: TopicDifference, subjects: pa.Array, observed_on: date) -> Iterator[Row]:
    """New records of a topic; `subjects` are the keys of the rows of `part.new`."""
    tail = (part.starts, part.ends, part.source, observed_on, "")
    yield from _rows(part.topic, part.columns, part.new, subjects, lambda _: tail)


def record_rows(
    topic: Topic,
    columns: Sequence[str],
    day: str,
    new: pa.Table,
    subjects: pa.Array,
    said: tuple[str, date],
) -> Iterator[Row]:
    """New records of a point in time: true on their day."""
    assert topic.span == Span.POINT
    days = new[day].to_pylist()

    def tail(at: int) -> Row:
        return (days[at], days[at] + timedelta(days=1), *said, "")

    yield from _rows(topic, columns, new, subjects, tail)


def _rows(
    topic: Topic, columns: Sequence[str], new: pa.Table, subjects: pa.Array, tail: Any
) -> Iterator[Row]:
    using = keys() if topic.encrypted else None
    for start in range(0, new.num_rows, _BLOCK):
        block = new.slice(start, _BLOCK)
        cells: list[Sequence[Any]] = [subjects.slice(start, _BLOCK).to_pylist()]
        for name in columns:
            cells.extend(_stored(topic, name, block[name].to_pylist(), using))
        for at, row in enumerate(zip(*cells, strict=True), start):
            yield (*row, *tail(at))


def _stored(
    topic: Topic, column: str, values: list[Any], using: Keys | None
) -> Iterator[Sequence[Any]]:
    """The columns of the table for one column of a topic."""
    if using is None or column not in topic.encrypted:
        blank = _NO_TEXT.get(column)
        yield values if blank is None else [blank if one is None else one for one in values]
        return
    purpose = topic.purpose(column)
    yield [using.encrypt(one, purpose) if one else None for one in values]
    digests = document_digests if column == "id_number" else phone_digests
    beside = [digests(one, using) for one in values] if column in DIGESTS else []
    for name in DIGESTS.get(column, ()):
        yield [one[name] for one in beside]
