"""Asking an address as one of the cast, with what it wrote into the database."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver

#: A page that is only looked at may say that the session is in use, and that somebody looked at a record.
LOOKS = ("django_session", "accounts_signin", "audit_look", "accounts_token")
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


@dataclass
class Asked:
    """The codes of an address by column, and the writes of those that only look."""

    codes: dict[str, int] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)

    def note(self, execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        """Keep a statement that writes elsewhere than where a look may."""
        if _WRITES.match(sql) and not any(table in sql for table in LOOKS):
            self.writes.append(sql)
        return execute(sql, parameters, many, context)


def ask(
    method: str,
    address: str,
    clients: Mapping[str, Client],
    headers: Mapping[str, Any] | None = None,
    body: Any = None,
) -> Asked:
    """The codes for every client; each request is rolled back, so that none sees what another did."""
    asked = Asked()
    given = headers or {}
    for column, client in clients.items():
        cookies = client.cookies.copy()
        point = transaction.savepoint()
        with connection.execute_wrapper(asked.note):
            response = client.generic(
                method, address, json.dumps(body) if body else b"",
                "application/json" if body else "application/x-www-form-urlencoded",
                headers=given.get(column),
            )  # fmt: skip
        asked.codes[column] = response.status_code
        transaction.savepoint_rollback(point)
        client.cookies = cookies
    return asked


def filled(address: str, values: Mapping[str, str]) -> str:
    """An address with the words in braces replaced."""
    return re.sub(r"\{([^}]+)\}", lambda found: values[found[1]], address)


def names(patterns: list[Any], space: str = "") -> Iterator[str]:
    """The names of all addresses of the site."""
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from names(one.url_patterns, inner)
        else:
            assert isinstance(one, URLPattern)
            yield f"{space}{one.name}"


def rows(table: str) -> list[tuple[str, str, str, dict[str, int]]]:
    """Name of the address, method, address, column → code."""
    head, *lines = [line.split() for line in table.strip().splitlines()]
    return [
        (name, method, address, dict(zip(head[3:], map(int, codes), strict=True)))
        for name, method, address, *codes in lines
    ]
