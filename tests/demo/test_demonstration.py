"""`mingbai demo`: a place in a register of its own, an account for every role, this machine alone."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mingbai.accounts.roles import ROLES
from mingbai.common.errors import RegisterError
from mingbai.config.demonstration import FIRST, PAIRED, SAMPLED, Home
from mingbai.config.ports import check_free
from tests.demo.unopened import unopened
from tests.installation import PATIENCE, comes

COMMAND = "from mingbai.cli import main; main()"
#: All that is written leaves a batch, and all that is evaluated a run.
WRITTEN = "SELECT (SELECT count(*) FROM audit_batch), (SELECT count(*) FROM decisions_run)"


def test_every_role_is_told_what_to_look_at_first() -> None:
    assert list(FIRST) == list(ROLES)


def _home(folder: Path) -> Home:
    return Home(folder / "demo" / "puxi", folder / "places" / "puxi")


def test_folder_of_somebody_else_is_neither_used_nor_removed(tmp_path: Path) -> None:
    home = _home(tmp_path)
    home.folder.mkdir(parents=True)
    (home.folder / "mine.txt").write_text("mine")
    with pytest.raises(RegisterError, match="SERVE-007"):
        home.claim("puxi")
    with pytest.raises(RegisterError, match="SERVE-007"):
        home.forget()
    assert (home.folder / "mine.txt").exists()


def test_own_folder_is_claimed_again_for_the_same_place_and_forgotten(tmp_path: Path) -> None:
    home = _home(tmp_path)
    home.forget()
    home.claim("puxi")
    home.claim("puxi")
    with pytest.raises(RegisterError, match="SERVE-007"):
        home.claim("dongkou")
    home.forget()
    assert not home.folder.exists()


def test_second_start_of_one_demonstration_is_refused(tmp_path: Path) -> None:
    with (
        _home(tmp_path).alone(),
        pytest.raises(RegisterError, match="SERVE-008"),
        _home(tmp_path).alone(),
    ):
        pass
    with _home(tmp_path).alone():
        pass


def test_own_database_of_the_environment_is_not_touched(tmp_path: Path) -> None:
    assert _home(tmp_path).environment["DATABASE_URL"] == ""


@pytest.mark.enable_socket
def test_port_in_use_is_refused_and_a_free_one_proposed() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(RegisterError, match="SERVE-006") as refused:
            check_free("127.0.0.1", taken)
    proposed = int(str(refused.value).rpartition("--port ")[2])
    assert proposed > taken
    check_free("127.0.0.1", proposed)


@pytest.mark.enable_socket
def test_one_command_makes_a_place_to_sign_in_to(puxi_files: Path, tmp_path: Path) -> None:
    """Prepared once, passed over the second time, served until Ctrl+C; the truth is never looked at."""
    place = tmp_path / "out" / "places" / "puxi"
    shutil.copytree(puxi_files, place)
    with unopened(place / "truth") as opened:
        prepared = _demo(tmp_path, "--no-serve")  # loads and evaluates
        assert prepared.wait(timeout=PATIENCE) == 0, _said(tmp_path)
    assert opened == []
    for role in ROLES:
        assert f"  {role}" in _said(tmp_path)
    lists = _rows(
        tmp_path,
        "SELECT u.username, count(*) FROM accounts_posthousehold h JOIN accounts_post p ON p.id = h.post_id"
        " JOIN accounts_user u ON u.id = p.user_id GROUP BY 1",
    )
    assert dict(lists) == {"helper": PAIRED, "evaluator": SAMPLED}
    prepared_once = _rows(tmp_path, WRITTEN)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    served = _demo(tmp_path, "--port", str(port))
    page = _until_answered(port, served)
    assert "合成数据" in page
    assert _rows(tmp_path, WRITTEN) == prepared_once
    served.send_signal(signal.SIGINT)
    assert served.wait(timeout=PATIENCE) == 0, _said(tmp_path)
    assert "Traceback" not in _said(tmp_path)


def _demo(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DATABASE_URL": "postgresql://nowhere.invalid/never",
        "DJANGO_SETTINGS_MODULE": "mingbai.config.settings",
    }
    with (folder / "said.txt").open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, "demo", "--out", str(folder / "out"), *more],
            env=environment, stdout=said, stderr=subprocess.STDOUT,
        )  # fmt: skip


def _said(folder: Path) -> str:
    return (folder / "said.txt").read_text(encoding="utf-8")


def _rows(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    path = folder / "out" / "demo" / "puxi" / "data" / "register.sqlite3"
    connection = sqlite3.connect(path, timeout=PATIENCE)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def _until_answered(port: int, process: subprocess.Popen[bytes]) -> str:
    page = ""

    def answered() -> bool:
        nonlocal page
        assert process.poll() is None
        made = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            made.request("GET", "/sign-in/", headers={"Host": "localhost"})
            answer = made.getresponse()
            page = answer.read().decode()
        except OSError:
            return False
        finally:
            made.close()
        return answer.status == 200

    assert comes(answered), page
    return page
