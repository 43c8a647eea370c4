"""A built place to ask and to damage: 蒲溪镇, built once for each test process."""

from pathlib import Path

import pytest

from mingbai.demo.build import build, write_tables
from mingbai.demo.context import Context
from mingbai.demo.place import load_place


@pytest.fixture(scope="session")
def puxi() -> Context:
    return build(load_place("puxi"), seed=1)


@pytest.fixture(scope="session")
def puxi_files(puxi: Context, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("puxi")
    write_tables(puxi, folder)
    return folder
