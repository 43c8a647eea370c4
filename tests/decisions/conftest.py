"""A register with the example in it."""

import pytest
from django.db import connection

from mingbai.decisions import reading
from tests.decisions.filling import DAY, fill_example, make_register


@pytest.fixture
def example_register(db):
    make_register()
    return fill_example()


@pytest.fixture
def evaluated(example_register):
    from mingbai.decisions.actions import evaluate

    return example_register, evaluate(actor="command", pack="cn", as_of=DAY)


@pytest.fixture
def from_outside(transactional_db, tmp_path, monkeypatch):
    """Call it when the register is filled: from then on a second connection, by ADBC, reads it."""

    def copy():
        if connection.vendor == "sqlite":
            import sqlite3

            with sqlite3.connect(tmp_path / "copy.sqlite3") as target:
                connection.connection.backup(target)
            monkeypatch.setitem(connection.settings_dict, "NAME", tmp_path / "copy.sqlite3")
            monkeypatch.setattr(reading, "_in_memory", lambda: False)

    return copy
