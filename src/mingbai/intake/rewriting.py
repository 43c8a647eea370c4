"""Changing records that stand (改写记录): the register's own sequenced update, in blocks of subjects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from mingbai.audit.writing import lots
from mingbai.households.topics import Topic
from mingbai.households.writing import sequenced
from mingbai.intake.difference import Update
from mingbai.intake.work import SUBJECTS, Applying


def rewrite(work: Applying, topic: Topic, updates: Mapping[int, Update]) -> None:
    """Split and renew the records of subjects whose columns change. One read and two writes a block."""
    names = _names(topic)
    for few in lots(sorted(updates), SUBJECTS):
        of: dict[int, list[Any]] = defaultdict(list)
        mine = topic.model.objects.recorded(within=work.batch).filter(
            **{f"{topic.subject_column}__in": few}
        )
        for row in mine.order_by("valid_from", "id"):
            of[getattr(row, topic.subject_column)].append(row)
        ended: list[int] = []
        begun: list[tuple[Any, ...]] = []
        for subject in few:
            update = updates[subject]
            plan = sequenced(
                topic, _reaching(of[subject], update), update.starts, update.ends, update.values,
                {"source": update.source, "observed_on": work.day},
            )  # fmt: skip
            ended.extend(row.pk for row in plan.ended)
            begun.extend(_as_row(topic, subject, columns, names) for columns in plan.begun)
        work.writer.end(topic.model, ended)
        work.writer.insert(topic.model, names, begun)


def _reaching(rows: list[Any], update: Update) -> list[Any]:
    """Rows that overlap the period of the change."""
    return [
        row
        for row in rows
        if (row.valid_to is None or row.valid_to > update.starts)
        and (update.ends is None or row.valid_from < update.ends)
    ]


def _names(topic: Topic) -> list[str]:
    said = ("source", "observed_on", "follows", "corrects", "changed")
    return [topic.subject_column, *topic.stored, "valid_from", "valid_to", *said]


def _as_row(
    topic: Topic, subject: int, columns: Mapping[str, Any], names: Sequence[str]
) -> tuple[Any, ...]:
    said = {"source": "", "changed": "", **columns, topic.subject_column: subject}
    said.update({name: "" for name in topic.required if said.get(name) is None})
    return tuple(_plain(said.get(name)) for name in names)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
