"""Fixtures of the engine's tests."""

from __future__ import annotations

import pytest

from mingbai.engine.model.pack import Pack
from tests.engine.packs import loaded


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The tiny pack as it is."""
    return loaded(tmp_path_factory.mktemp("tiny"))
