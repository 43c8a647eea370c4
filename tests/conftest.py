"""Fixtures for every test: the shared data, and how hypothesis searches."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres import start_cluster

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
IN_CI = os.environ.get("CI", "").lower() == "true"

# The register's tests keep their data, keys and database apart from anybody's own.
_HOME = Path(tempfile.mkdtemp(prefix="mingbai-tests-"))
os.environ["MINGBAI_DATA"] = str(_HOME / "data")
os.environ["MINGBAI_KEY_FILE"] = str(_HOME / "keys" / "keys.json")

# No deadline: two cores, shared with others. In CI the same examples each time.
settings.register_profile("mingbai", deadline=None, print_blob=True, derandomize=IN_CI)
settings.load_profile("mingbai")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder ../shared of a full working place; a clone alone skips, CI must not."""
    if not SHARED.is_dir():
        (pytest.fail if IN_CI else pytest.skip)("../shared is absent: only in a full working place")
    return SHARED


def pytest_configure(config: pytest.Config) -> None:
    """Start the private PostgreSQL once, before the test processes, when this run is to use it."""
    if os.environ.get("MINGBAI_TEST_DATABASE") == "postgresql" and not hasattr(
        config, "workerinput"
    ):
        cluster = start_cluster()
        config.add_cleanup(cluster.stop)
        os.environ["DATABASE_URL"] = cluster.url("postgres")
    elif not hasattr(config, "workerinput"):
        os.environ.pop("DATABASE_URL", None)


def pytest_unconfigure() -> None:
    """Remove what the tests kept."""
    shutil.rmtree(_HOME, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever is marked `database` may touch it; nothing else can."""
    for item in items:
        if item.get_closest_marker("database") and not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db)
