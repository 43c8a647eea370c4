"""Answers about the whole register, in memory (全库读取结果): read again when such rows were recorded since.

The names of all places, and whether anybody is registered by civil affairs, are asked with every
household; the first takes six hundred rows, and to find none the second takes longer than all the rest.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from django.db import connection
from django.db.models import Q

from mingbai.audit.following import Mark, newest_mark, since
from mingbai.decisions.reading import Request, as_table, compiled, kinds_of

#: Days and questions that are kept.
_MOST = 40


@dataclass
class _Memory:
    """By name, as of a place in the chain (内存中的读取结果)."""

    mark: Mark = field(default_factory=Mark)
    tables: dict[str, tuple[Any, pa.Table]] = field(default_factory=dict)  # name → model, answer


_memory = _Memory()
_lock = threading.Lock()


def remembered(request: Request) -> pa.Table:
    """The answer to a request about the whole register (`Request.whole`)."""
    with _lock:
        _bring_up_to_date()
        if not _memory.mark.event:  # a register without an event: nothing to hold on to
            return _read(request)
        if request.whole not in _memory.tables:
            if len(_memory.tables) >= _MOST:
                _memory.tables = {}
            _memory.tables[request.whole] = request.rows.model, _read(request)
        return _memory.tables[request.whole][1]


def _bring_up_to_date() -> None:
    """Forget what was read of a table that was written to since."""
    found = since(_memory.mark)
    if found is None:
        _memory.mark, _memory.tables = newest_mark(), {}
        return
    _memory.mark, batches = found
    if batches:
        kept = {model for model, _ in _memory.tables.values() if not _wrote(batches, model)}
        _memory.tables = {
            name: answer for name, answer in _memory.tables.items() if answer[0] in kept
        }


def _wrote(batches: Collection[int], model: Any) -> bool:
    written = Q(begun_by__in=batches) | Q(ended_by__in=batches)
    return bool(model.objects.filter(written).exists())


def _read(request: Request) -> pa.Table:
    with connection.cursor() as cursor:
        cursor.execute(*compiled(request))
        return as_table(cursor.fetchall(), request.columns, kinds_of(request))
