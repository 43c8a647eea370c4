"""The village of the tests, screened once."""

import pytest

from mingbai.engine.model.pack import Pack
from mingbai.screening.result import Screening
from tests.documents import making


@pytest.fixture(scope="session")
def pack() -> Pack:
    return making.village()


@pytest.fixture(scope="session")
def screening(pack: Pack) -> Screening:
    return making.screened(pack, *making.some())
