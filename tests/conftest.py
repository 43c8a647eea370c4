"""Fixtures for every test: the shared data, and how hypothesis searches."""

import os
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.unguarding import let_tests_empty_tables

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
IN_CI = os.environ.get("CI", "").lower() == "true"

# No deadline, and slow is no fault: two cores, shared with others. In CI the same examples each time.
settings.register_profile(
    "mingbai", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True,
    derandomize=IN_CI,
)  # fmt: skip
settings.load_profile("mingbai")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder ../shared of a full working place; a clone alone skips, CI must not."""
    if not SHARED.is_dir():
        (pytest.fail if IN_CI else pytest.skip)("../shared is absent: only in a full working place")
    return SHARED


def pytest_configure() -> None:
    """Tests that commit may empty the tables afterwards, those of the audit log as well.

    A run that a script has put into the background ignores Ctrl-C, and so would all that it starts.
    """
    let_tests_empty_tables()
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure() -> None:
    """Stop the private PostgreSQL and remove what the tests kept."""
    from tests.settings import CLUSTER, HOME

    if CLUSTER is not None:
        CLUSTER.stop()
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever is marked `database` may touch it; nothing else can. What is `long` begins first."""
    for item in items:
        if item.get_closest_marker("database") and not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db)
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
