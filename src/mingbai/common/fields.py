"""Columns that behave alike on both databases (两种数据库上一致的列)."""

from __future__ import annotations

from typing import Any

from django.db import models


class PlainText(models.CharField):
    """Text that is compared sign by sign (按码位比较的文字), whatever the language of the database.

    Ranges and order by it then mean the same on SQLite and PostgreSQL, and an ordinary index finds everything
    that begins with some signs.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """As of any text, with the collation of bytes where a database has another one by default."""
        found: dict[str, Any] = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            found["collation"] = "C"
        return found
