"""Settings of the tests: data, keys and database apart from anybody's own.

pytest-django reads the settings before it loads a conftest: the environment has to be laid out here.
"""

import os
import tempfile
from pathlib import Path

from tests.postgres import Cluster, start_cluster

HOME = Path(tempfile.mkdtemp(prefix="mingbai-tests-"))
os.environ["MINGBAI_DATA"] = str(HOME / "data")
os.environ["MINGBAI_KEY_FILE"] = str(HOME / "keys" / "keys.json")

#: The private PostgreSQL of this run; only the first process starts it, the others find its address.
CLUSTER: Cluster | None = None
if os.environ.get("MINGBAI_TEST_DATABASE") != "postgresql":
    os.environ.pop("DATABASE_URL", None)
elif "PYTEST_XDIST_WORKER" not in os.environ:
    CLUSTER = start_cluster()
    os.environ["DATABASE_URL"] = CLUSTER.url("postgres")

from mingbai.config.settings import *  # noqa: E402, F403
