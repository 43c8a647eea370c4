"""A migrated installation for the tests that start processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation, copy_of, drop, make_template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Migrated once a run."""
    made = make_template(tmp_path_factory.mktemp("template"))
    yield made
    drop(made)


@pytest.fixture
def installation(template: Installation, tmp_path: Path) -> Iterator[Installation]:
    """One's own; whatever it started is killed at the end."""
    made = copy_of(template, tmp_path)
    yield made
    made.stop()
    drop(made)
