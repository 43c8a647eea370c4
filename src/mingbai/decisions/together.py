"""All that is asked of one household by one statement (一次读取).

Twenty requests through the ORM cost a page fifteen milliseconds, most of it for putting the statements
together. They are the same for every household but for its key: so they are put together once a program, and
rows come back as JSON arrays, which both databases make.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
from django.db import connection

from mingbai.decisions.reading import Request, as_table, compiled, kinds_of
from mingbai.decisions.remembered import remembered

#: Stands for the household in the requests; no key is negative.
ANYBODY = -1


class Together:
    """Requests about `ANYBODY`, to be asked of somebody (合并读取)."""

    def __init__(self, requests: Iterable[Request]) -> None:
        asked = [one for one in requests if not one.whole]
        self._shapes = [(one.columns, kinds_of(one)) for one in asked]
        array = (
            "json_build_array({})::text" if connection.vendor == "postgresql" else "json_array({})"
        )
        arms, self._values = [], list[Any]()
        for number, one in enumerate(asked):
            statement, values = compiled(one)
            fields = {field.attname: field for field in one.rows.model._meta.concrete_fields}
            names = ", ".join(f'asked."{fields[name].column}"' for name in one.columns)
            arms.append(f"SELECT {number}, {array.format(names)} FROM ({statement}) AS asked")  # noqa: S608  # ours
            self._values.extend(values)
        self._statement = " UNION ALL ".join(arms)

    def read(self, household_id: int) -> Answered:
        """The answers for a household. One query, and what is about the whole register from memory."""
        values = [household_id if value == ANYBODY else value for value in self._values]
        rows: list[list[Any]] = [[] for _ in self._shapes]
        with connection.cursor() as cursor:
            cursor.execute(self._statement, values)
            for number, row in cursor.fetchall():
                rows[number].append(json.loads(row))
        return Answered(
            [as_table(some, *shape) for some, shape in zip(rows, self._shapes, strict=True)]
        )


class Answered:
    """Answers that are there already (已读结果), in the order in which they were asked for."""

    def __init__(self, tables: list[pa.Table]) -> None:
        self._tables = iter(tables)

    def ask(self, requests: Iterable[Request]) -> None:
        """Nothing more is asked."""

    def table(self, request: Request) -> pa.Table:
        """The answer to the next request, which is this one, or what is remembered."""
        if request.whole:
            return remembered(request)
        found = next(self._tables)
        assert found.column_names == list(request.columns)
        return found
