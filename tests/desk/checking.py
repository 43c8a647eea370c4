"""The check of the chain through the connection of the tests, whose database no other connection can open."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from mingbai.audit import checking
from mingbai.audit.verifying import Check


def check_through_this_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the background check read what the test has written."""

    def verify(_url: str, expect: str = "", progress: Any = None) -> Any:
        with connection.cursor() as cursor:
            return Check(cursor, connection.vendor, progress).run(expect)

    monkeypatch.setattr(checking, "verify", verify)
