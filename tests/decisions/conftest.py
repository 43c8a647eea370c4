"""A register with the example in it."""

import sqlite3

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
def from_outside(transactional_db, tmp_path):
    """Call it when the register is filled: from then on a second connection, by ADBC, reads it."""
    with pytest.MonkeyPatch.context() as patch:  # undone before the tables are emptied

        def copy(path=tmp_path / "copy.sqlite3"):
            if connection.vendor == "sqlite":
                with sqlite3.connect(tmp_path / "copy.sqlite3") as target:
                    connection.connection.backup(target)
                patch.setitem(connection.settings_dict, "NAME", path)
                patch.setattr(reading, "_in_memory", lambda: False)

        yield copy
