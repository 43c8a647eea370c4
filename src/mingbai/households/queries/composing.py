"""Counting over several tables at once (跨表统计): what stands is said by querysets; the join is SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection


def part(rows: Any) -> tuple[str, list[Any]]:
    """A queryset of values as a part of a statement, with its parameters."""
    sql, parameters = rows.query.get_compiler(connection=connection).as_sql()
    return f"({sql})", list(parameters)


def fetch(
    template: str, parts: dict[str, Any], parameters: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """Rows of a statement whose `{names}` are querysets, in the order they stand in `parts`.

    `parameters` follow those of the parts. Nothing a person typed is ever part of the text.
    """
    texts: dict[str, str] = {}
    values: list[Any] = []
    for name, rows in parts.items():
        texts[name], given = part(rows)
        values.extend(given)
    with connection.cursor() as cursor:
        cursor.execute(template.format(**texts), [*values, *parameters])
        return list(cursor.fetchall())
