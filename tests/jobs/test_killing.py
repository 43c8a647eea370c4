"""Real workers, killed and stopped: no job is lost, done twice, or left half."""

import signal
import subprocess
import time

import pytest

from tests.installation import Installation, kill

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
    _start_jobs(installation, "test.count", slices=40, rest=0.05)
    first = _worker(installation)
    seen = installation.wait("SELECT done FROM jobs_job", lambda done: done >= 8)
    kill(first)
    assert 8 <= seen < 40
    assert installation.sql("SELECT count(*) FROM places_denominator")[0][0] > 0
    assert installation.sql(STANDING) == [(0,)]
    _worker(installation, silence=1.0)
    installation.wait("SELECT state FROM jobs_job", lambda state: state == "done")
    assert installation.sql("SELECT attempts FROM jobs_job") == [(2,)]
    assert installation.sql(STANDING) == [(400,)]
    assert installation.sql("SELECT count(*) FROM places_denominator") == [(400,)]
    assert installation.sql("SELECT count(*) FROM django_tasks_database_dbtaskresult") == [(0,)]


def test_job_that_kills_its_worker_three_times_fails_with_a_number(installation):
    _start_jobs(installation, "test.count", slices=400, rest=0.05)
    for attempt in (1, 2, 3):
        process = _worker(installation, silence=0.5)
        installation.wait("SELECT attempts FROM jobs_job", lambda got, want=attempt: got == want)
        time.sleep(0.6)
        kill(process)
    time.sleep(0.6)
    _worker(installation, silence=0.5)
    installation.wait("SELECT state FROM jobs_job", lambda state: state == "failed")
    assert installation.sql("SELECT error FROM jobs_job")[0][0].startswith("JOB-005")
    assert installation.sql("SELECT count(*) FROM places_denominator") == [(0,)]


def test_stop_request_ends_the_job_within_a_second_of_work_and_leaves_nothing(installation):
    _start_jobs(installation, "test.count", slices=400, rest=0.05)
    _worker(installation)
    before = installation.wait("SELECT done FROM jobs_job", lambda done: done >= 3)
    installation.sql("UPDATE jobs_job SET stop_requested_at = '2026-01-01 00:00:00+00:00'")
    installation.wait("SELECT state FROM jobs_job", lambda state: state == "stopped")
    after = installation.sql("SELECT done FROM jobs_job")[0][0]
    assert after - before <= 20  # slices of at least 50 ms, as far as they were seen
    given_up = "SELECT count(*) FROM audit_batch WHERE given_up_at IS NOT NULL"
    assert installation.sql(given_up) == [(1,)]
    assert installation.sql(STANDING) == [(0,)]


def test_worker_told_to_leave_hands_its_job_back(installation):
    _start_jobs(installation, "test.count", slices=40, rest=0.05)
    process = _worker(installation)
    installation.wait("SELECT done FROM jobs_job", lambda done: done >= 3)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
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
    assert process.wait(timeout=10) == 0
    assert "left after 0" in installation.said(process)


def test_two_workers_never_take_the_same_job(installation):
    _start_jobs(installation, "test.quick", count=40)
    first, second = _worker(installation), _worker(installation)
    unfinished = "SELECT count(*) FROM jobs_job WHERE state <> 'done'"
    installation.wait(unfinished, lambda count: count == 0)
    assert installation.sql("SELECT count(*) FROM places_denominator") == [(40,)]
    assert installation.sql("SELECT max(attempts) FROM jobs_job") == [(1,)]
    alive = [first.poll() is None, second.poll() is None]
    assert alive.count(True) == (2 if installation.database_url else 1)


def test_second_worker_of_a_sqlite_folder_is_refused_by_number(installation):
    if installation.database_url:
        pytest.skip("PostgreSQL takes several workers")
    _worker(installation)
    installation.wait("SELECT count(*) FROM jobs_workerprocess", lambda count: count == 1)
    second = installation.run("-c", "from tests.jobs.workers import work; work(1.0)", check=False)
    assert "JOB-006" in second.stdout + second.stderr
