"""Real workers, killed and stopped: no job is lost, done twice, or left half."""

import signal
import subprocess

import pytest

from tests.installation import PATIENCE, Installation, comes
from tests.jobs.kinds import MIDDLE

pytestmark = pytest.mark.database

STANDING = (
    "SELECT count(*) FROM places_denominator d JOIN audit_batch b ON b.id = d.begun_by_id "
    "WHERE b.recorded_at IS NOT NULL AND d.ended_by_id IS NULL"
)


def _start_jobs(installation: Installation, kind: str, count: int = 1, **arguments: object) -> None:
    installation.run(
        "-c",
        "from tests.jobs.workers import start\n"
        f"for number in range({count}): start({kind!r}, {arguments!r})",
    )


def _worker(installation: Installation, silence: float = 30.0) -> subprocess.Popen[bytes]:
    return installation.start("-c", f"from tests.jobs.workers import work; work({silence})")


def test_job_of_a_killed_worker_is_done_by_the_next_one(installation):
    _start_jobs(installation, "test.count", slices=40, signal=int(signal.SIGKILL))
    assert _worker(installation).wait(timeout=PATIENCE) == -signal.SIGKILL
    assert installation.sql("SELECT count(*) FROM places_denominator") == [(MIDDLE * 10,)]
    assert installation.sql(STANDING) == [(0,)]
    _worker(installation, silence=1.0)
    installation.wait("SELECT state FROM jobs_job", lambda state: state == "done")
    assert installation.sql("SELECT attempts FROM jobs_job") == [(2,)]
    assert installation.sql(STANDING) == [(400,)]
    assert installation.sql("SELECT count(*) FROM places_denominator") == [(400,)]
    assert installation.sql("SELECT count(*) FROM django_tasks_database_dbtaskresult") == [(0,)]


def test_job_that_kills_its_worker_three_times_fails_with_a_number(installation):
    _start_jobs(installation, "test.count", slices=40, signal=int(signal.SIGKILL), times=3)
    for attempt in (1, 2, 3):
        assert _worker(installation, silence=0.5).wait(timeout=PATIENCE) == -signal.SIGKILL
        assert installation.sql("SELECT attempts FROM jobs_job") == [(attempt,)]
    _worker(installation, silence=0.5)
    installation.wait("SELECT state FROM jobs_job", lambda state: state == "failed")
    assert installation.sql("SELECT error FROM jobs_job")[0][0].startswith("JOB-005")
    assert installation.sql("SELECT count(*) FROM places_denominator") == [(0,)]


def test_stop_request_ends_the_job_within_a_second_of_work_and_leaves_nothing(installation):
    _start_jobs(installation, "test.count", slices=400, rest=0.05, stop=True)
    _worker(installation)
    installation.wait("SELECT state FROM jobs_job", lambda state: state == "stopped")
    after = installation.sql("SELECT done FROM jobs_job")[0][0] - MIDDLE
    # A request is looked for five times a second, of which one may come late: twenty slices are a second.
    assert after <= 60
    given_up = "SELECT count(*) FROM audit_batch WHERE given_up_at IS NOT NULL"
    assert installation.sql(given_up) == [(1,)]
    assert installation.sql(STANDING) == [(0,)]


def test_worker_told_to_leave_hands_its_job_back(installation):
    _start_jobs(installation, "test.count", slices=40, signal=int(signal.SIGTERM))
    process = _worker(installation)
    assert process.wait(timeout=PATIENCE) == 0
    assert "left after 0" in installation.said(process)
    assert installation.sql("SELECT state, attempts FROM jobs_job") == [("queued", 0)]
    assert installation.sql("SELECT count(*) FROM jobs_workerprocess") == [(0,)]
    _worker(installation)
    installation.wait("SELECT state FROM jobs_job", lambda state: state == "done")
    assert installation.sql(STANDING) == [(400,)]


def test_idle_worker_leaves_when_told(installation):
    process = _worker(installation)
    installation.wait("SELECT count(*) FROM jobs_workerprocess", lambda count: count == 1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 0
    assert "left after 0" in installation.said(process)


def test_two_workers_never_take_the_same_job(installation):
    """PostgreSQL takes both, and both are there before the jobs are; of a SQLite folder one is left."""
    workers = _worker(installation), _worker(installation)
    wanted = 2 if installation.database_url else 1
    assert comes(lambda: [one.poll() for one in workers].count(None) == wanted)
    installation.wait("SELECT count(*) FROM jobs_workerprocess", lambda count: count == wanted)
    _start_jobs(installation, "test.quick", count=40)
    done = "SELECT count(*) FROM jobs_job WHERE state = 'done'"
    installation.wait(done, lambda count: count == 40)
    assert installation.sql("SELECT count(*) FROM places_denominator") == [(40,)]
    assert installation.sql("SELECT max(attempts) FROM jobs_job") == [(1,)]
    assert [one.poll() for one in workers].count(None) == wanted


def test_second_worker_of_a_sqlite_folder_is_refused_by_number(installation):
    if installation.database_url:
        pytest.skip("PostgreSQL takes several workers")
    _worker(installation)
    installation.wait("SELECT count(*) FROM jobs_workerprocess", lambda count: count == 1)
    second = installation.run("-c", "from tests.jobs.workers import work; work(1.0)", check=False)
    assert "JOB-006" in second.stdout + second.stderr
