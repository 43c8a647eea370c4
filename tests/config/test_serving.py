"""`mingbai serve`: what it refuses, how it ends, and what a kill cannot take away."""

import http.client
import os
import random
import signal
import socket
import ssl
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from mingbai.accounts.models import User
from mingbai.common.errors import RegisterError
from mingbai.common.keys import load_or_make_keys
from mingbai.config import serving
from tests.installation import PATIENCE, Installation, comes, kill

pytestmark = [pytest.mark.database, pytest.mark.enable_socket]

SITE = "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.config.site'\n"
COMMAND = "from mingbai.cli import main; main()"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _get(
    port: int, path: str, method: str = "GET", context: ssl.SSLContext | None = None
) -> tuple[int, bytes]:
    made = (
        http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=context)
        if context
        else http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    )
    try:
        made.request(method, path, headers={"Host": "localhost"})
        answer = made.getresponse()
        return answer.status, answer.read()
    finally:
        made.close()


def _until_live(
    installation: Installation, port: int, context: ssl.SSLContext | None = None
) -> None:
    def live() -> bool:
        assert installation.processes[-1].poll() is None, installation.said()
        try:
            return _get(port, "/health/live/", context=context)[0] == 200
        except OSError:
            return False

    assert comes(live), installation.said()


def _serve(
    installation: Installation, port: int, *more: str, site: str = ""
) -> subprocess.Popen[bytes]:
    return installation.start("-c", site + COMMAND, "serve", "--port", str(port), *more)


def _demonstration() -> None:
    User.objects.create(username="demo", name="demo", demonstration=True, created_at=timezone.now())


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True), ("127.8.0.1", True), ("localhost", True), ("::1", True), ("[::1]", True),
        ("192.168.1.5", False), ("10.0.0.5", False), ("::", False), ("register.example", False),
    ],
)  # fmt: skip
def test_local_addresses_are_known(host, local):
    assert serving.is_local(host) is local


@pytest.mark.parametrize("host", ["192.168.1.5", "10.0.0.5", "::", "register.example"])
def test_demonstration_accounts_keep_the_server_on_this_machine(host, settings):
    settings.ALLOWED_HOSTS = ["register.example"]
    serving.check_fit(host)
    _demonstration()
    with pytest.raises(RegisterError, match="SERVE-003"):
        serving.check_fit(host)
    serving.check_fit("127.0.0.1")


def test_network_address_without_names_is_refused(settings):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    with pytest.raises(RegisterError, match="SERVE-004"):
        serving.check_fit("10.0.0.5")


@pytest.mark.parametrize("verb", ["serve", "worker"])
def test_database_without_its_tables_is_refused_by_name_of_the_command(tmp_path, verb):
    bare = Installation(tmp_path)
    (tmp_path / "data").mkdir()
    done = bare.run("-c", COMMAND, verb, check=False)
    assert done.returncode == 7
    assert "SERVE-001" in done.stderr
    assert "mingbai migrate" in done.stderr


@pytest.mark.parametrize("verb", ["serve", "worker"])
def test_keys_of_another_installation_are_refused(installation, verb):
    installation.run(
        "-c",
        "from mingbai.common.starting import start_django; start_django()\n"
        "from mingbai.audit.canary import keep_canaries; keep_canaries()",
    )
    path = installation.folder / "keys" / "keys.json"
    path.unlink(missing_ok=True)
    load_or_make_keys(path)
    done = installation.run("-c", COMMAND, verb, check=False)
    assert done.returncode == 7
    assert "KEY-005" in done.stderr


def test_address_in_use_is_refused(installation):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = installation.run("-c", COMMAND, "serve", "--port", str(port), check=False)
    assert done.returncode == 7
    assert "SERVE-006" in done.stderr


def test_server_told_to_leave_ends_with_its_worker(installation):
    port = _free_port()
    process = _serve(installation, port, "--with-worker")
    _until_live(installation, port)
    installation.wait("SELECT count(*) FROM jobs_workerprocess", lambda count: count == 1)
    assert b'"ready": true' in _get(port, "/health/ready/")[1]
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 0
    assert installation.sql("SELECT count(*) FROM jobs_workerprocess") == [(0,)]
    assert "Traceback" not in installation.said()


def test_worker_beside_the_server_is_started_again(installation):
    port = _free_port()
    _serve(installation, port, "--with-worker")
    name = installation.wait("SELECT min(name) FROM jobs_workerprocess", bool)
    os.kill(int(name.rpartition("/")[2]), signal.SIGKILL)
    others = f"SELECT count(*) FROM jobs_workerprocess WHERE name <> '{name}'"  # noqa: S608
    installation.wait(others, lambda count: count == 1)


def test_nothing_of_a_killed_server_stays_behind(installation):
    port = _free_port()
    process = _serve(installation, port, "--with-worker")
    _until_live(installation, port)
    installation.wait("SELECT count(*) FROM jobs_workerprocess", lambda count: count == 1)
    os.kill(process.pid, signal.SIGKILL)
    installation.wait("SELECT count(*) FROM jobs_workerprocess", lambda count: count == 0)
    _serve(installation, port)
    _until_live(installation, port)


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / "site.pem", folder / "site.key"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    paths[0].write_bytes(made.public_bytes(pem))
    paths[1].write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return paths


def test_server_with_a_certificate_speaks_https(installation, tmp_path):
    certificate, key = _certificate(tmp_path)
    port = _free_port()
    _serve(installation, port, "--certificate", str(certificate), "--certificate-key", str(key))
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _until_live(installation, port, context)
    assert _get(port, "/health/ready/", context=context)[0] == 200


@pytest.mark.parametrize("broken", ["certificate", "key", "none"])
def test_certificate_that_cannot_be_used_is_refused(tmp_path, broken):
    certificate, key = _certificate(tmp_path)
    {"certificate": certificate, "key": key, "none": tmp_path / "more"}[broken].write_text("no")
    given = None if broken == "none" else key
    with pytest.raises(RegisterError, match="SERVE-005"):
        serving.check_fit("127.0.0.1", certificate, given)


def _post_until_dead(port: int, first: int, step: int, acknowledged: list[int]) -> None:
    """Post one fact after the other; note those whose answer came."""
    number = first
    while True:
        try:
            status, _ = _get(port, f"/write/{number}/", "POST")
        except (OSError, http.client.HTTPException):
            return
        if status == 200:
            acknowledged.append(number)
        number += step


@pytest.mark.parametrize("seed", range(2))
def test_killed_server_keeps_every_answered_fact_and_nothing_half(installation, seed):
    port, clients = _free_port(), 4
    process = _serve(installation, port, site=SITE)
    _until_live(installation, port)
    acknowledged: list[int] = []
    threads = [
        threading.Thread(target=_post_until_dead, args=(port, first, clients, acknowledged))
        for first in range(clients)
    ]
    for thread in threads:
        thread.start()
    enough = random.Random(seed).randint(21, 120)
    assert comes(lambda: len(acknowledged) >= enough), installation.said()
    kill(process)
    for thread in threads:
        thread.join()
    kept = installation.sql(
        "SELECT division_code, count(*), count(DISTINCT begun_by_id) FROM places_denominator "
        "GROUP BY division_code"
    )
    assert {int(code) for code, _, _ in kept} >= set(acknowledged)
    assert {(rows, batches) for _, rows, batches in kept} == {(3, 1)}
    unrecorded = "SELECT count(*) FROM audit_batch WHERE recorded_at IS NULL"
    assert installation.sql(unrecorded) == [(0,)]
    events = installation.sql("SELECT count(*), count(DISTINCT batch_id) FROM audit_event")
    assert events == [(len(kept), len(kept))]
    _serve(installation, port, site=SITE)
    _until_live(installation, port)
