"""Fixtures for every test: the shared data, and how hypothesis searches."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
IN_CI = os.environ.get("CI", "").lower() == "true"

# No deadline: two cores, shared with others. In CI the same examples each time.
settings.register_profile("mingbai", deadline=None, print_blob=True, derandomize=IN_CI)
settings.load_profile("mingbai")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder ../shared of a full working place; a clone alone skips, CI must not."""
    if not SHARED.is_dir():
        (pytest.fail if IN_CI else pytest.skip)("../shared is absent: only in a full working place")
    return SHARED
