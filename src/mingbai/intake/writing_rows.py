"""Rows of an import, as they are stored (写入行): made in blocks, personal columns closed on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import repeat
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.common.keys import Keys
from mingbai.households.closing import keys
from mingbai.households.loading import close_documents, close_phones, plain_values
from mingbai.households.topics import DIGESTS, Span, Topic
from mingbai.intake.difference import TopicDifference

_BLOCK = 20_000
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
    period = ("valid_from", "valid_to", "source", "observed_on", "changed")
    return [topic.subject_column, *stored, *period]


def topic_rows(part: TopicDifference, subjects: pa.Array, observed_on: date) -> Iterator[Row]:
    """New records of a topic; `subjects` are the keys of the rows of `part.new`."""
    ends = part.ends.isoformat() if part.ends else None
    for block, here in _blocks(part.new, subjects):
        count = block.num_rows
        said = (part.starts.isoformat(), ends, part.source, observed_on.isoformat(), "")
        tail = [repeat(value, count) for value in said]
        yield from _rows(part.topic, part.columns, block, here, tail)


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
    for block, here in _blocks(new, subjects):
        days = block[day].combine_chunks()
        after = pc.add(days.cast(pa.int32()), pa.scalar(1, pa.int32())).cast(pa.date32())
        rest = [repeat(value, block.num_rows) for value in (said[0], said[1].isoformat(), "")]
        tail = [plain_values(days), plain_values(after), *rest]
        yield from _rows(topic, columns, block, here, tail)


def _blocks(new: pa.Table, subjects: pa.Array) -> Iterator[tuple[pa.Table, pa.Array]]:
    for start in range(0, new.num_rows, _BLOCK):
        yield new.slice(start, _BLOCK), subjects.slice(start, _BLOCK)


def _rows(
    topic: Topic,
    columns: Sequence[str],
    block: pa.Table,
    subjects: pa.Array,
    tail: Sequence[Iterable[Any]],
) -> Iterator[Row]:
    using = keys() if topic.encrypted else None
    cells: list[Iterable[Any]] = [subjects.to_pylist()]
    for name in columns:
        cells.extend(_stored(topic, name, plain_values(block[name]), using))
    yield from zip(*cells, *tail, strict=True)


def _stored(
    topic: Topic, column: str, values: list[Any], using: Keys | None
) -> Iterator[Sequence[Any]]:
    """The columns of the table for one column of a topic."""
    if using is None or column not in topic.encrypted:
        blank = _NO_TEXT.get(column)
        yield values if blank is None else [blank if one is None else one for one in values]
        return
    if column == "id_number":
        closed = close_documents(values, using)
    elif column == "phone":
        closed = close_phones(values, using, topic.purpose(column))
    else:
        yield [using.encrypt(one, topic.purpose(column)) if one else None for one in values]
        return
    yield closed.stored
    for name in DIGESTS[column]:
        yield closed.digests[name]
