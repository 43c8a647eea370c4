"""Jobs in one process: who may start, see and stop them, and what is kept of their ends."""

import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

import tests.jobs.kinds  # noqa: F401 — registers the tests' kinds
from mingbai.audit.models import Batch, Event
from mingbai.common.errors import RegisterError
from mingbai.jobs import claims, queue
from mingbai.jobs.actions import start_job, stop_job
from mingbai.jobs.enums import JobState
from mingbai.jobs.errors import Stopped
from mingbai.jobs.handle import JobHandle
from mingbai.jobs.models import Job, WorkerProcess
from mingbai.jobs.queries import find_job, worker_seen_at
from mingbai.jobs.worker import work_off
from mingbai.places.models import Denominator

pytestmark = pytest.mark.database

XINSHAO, DONGKOU = "430522101201", "430525101201"


def _quick(**fields) -> Job:
    return start_job(kind="test.quick", arguments={}, **{"actor": "user:1", **fields})


def _fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def _handle(job: Job) -> JobHandle:
    return JobHandle(job, threading.Event(), inline=True)


def _age(job: Job, seconds: float) -> None:
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=seconds))


def test_job_is_done_with_its_result_and_without_a_ticket():
    job = start_job(kind="test.count", arguments={"slices": 2, "rest": 0}, actor="user:1")
    assert work_off() == 1
    done = _fresh(job)
    assert (done.state, done.result, done.attempts, done.ticket) == (
        JobState.DONE,
        {"rows": 20},
        1,
        "",
    )
    assert (done.step, done.done, done.total) == ("counting", 1, 2)
    assert done.started_at <= done.ended_at
    assert not queue.waits()


def test_jobs_are_done_in_the_order_they_were_started():
    jobs = [_quick() for _ in range(4)]
    work_off()
    ended = [_fresh(job).ended_at for job in jobs]
    assert ended == sorted(ended)


def test_start_leaves_one_event_and_nothing_when_it_is_taken_back():
    with transaction.atomic():
        _quick()
        transaction.set_rollback(True)
    assert (Job.objects.count(), Event.objects.count(), queue.waits()) == (0, 0, False)
    job = _quick()
    event = Event.objects.get()
    assert (event.action, event.actor, event.target) == (
        "jobs.job.started",
        "user:1",
        f"job:{job.pk}",
    )


def test_unknown_kind_is_refused_by_number():
    with pytest.raises(RegisterError, match="JOB-001"):
        start_job(kind="test.absent", arguments={}, actor="user:1")


@pytest.mark.parametrize(
    "value",
    ["张三", "13800138000", "99000019900101001X", ["ok", "990000199001010017"], {"a": {"b": "李"}}],
)
def test_argument_that_may_be_personal_is_refused_by_number(value):
    with pytest.raises(RegisterError, match="JOB-002") as refusal:
        start_job(kind="test.quick", arguments={"keys": [1], "text": value}, actor="user:1")
    assert str(value) not in str(refusal.value)
    assert Job.objects.count() == 0


@pytest.mark.parametrize(
    "value", ["430522101201", "2026-01-01", 990000199001010017, "imports/7/1.xlsx"]
)
def test_argument_that_is_a_key_is_taken(value):
    assert start_job(kind="test.quick", arguments={"key": value}, actor="user:1").pk


def test_fault_keeps_its_place_and_not_its_text_and_leaves_nothing_half():
    job = start_job(kind="test.faulty", arguments={}, actor="user:1")
    assert work_off() == 1
    failed = _fresh(job)
    assert failed.state == JobState.FAILED
    assert failed.error.startswith("JOB-004")
    assert "ValueError" in failed.error
    assert ".py:" in failed.error
    assert "张三" not in failed.error
    assert Batch.objects.get().given_up_at is not None
    assert Denominator.objects.recorded().count() == 0


def test_stopped_while_waiting_a_job_never_runs():
    job = _quick()
    stop_job(job=job, actor="user:2")
    assert work_off() == 0
    stopped = _fresh(job)
    assert (stopped.state, stopped.attempts) == (JobState.STOPPED, 0)
    assert Event.objects.latest("id").action == "jobs.job.stopped"
    with pytest.raises(RegisterError, match="JOB-003"):
        stop_job(job=job, actor="user:2")


def test_stop_of_a_running_job_is_raised_at_the_next_progress():
    _quick()
    job = claims.take_job("here/1")
    handle = _handle(job)
    handle.progress("first")
    stop_job(job=job, actor="user:2")
    stop_job(job=job, actor="user:2")
    assert Event.objects.filter(action="jobs.job.stopped").count() == 1
    handle.write()
    with pytest.raises(Stopped):
        handle.progress("second")


def test_progress_is_written_at_most_twice_a_second(django_assert_max_num_queries):
    _quick()
    handle = _handle(claims.take_job("here/1"))
    handle.progress("first", 0, 1000)
    with django_assert_max_num_queries(2):
        for done in range(1000):
            handle.progress("counting", done, 1000)


def test_own_jobs_and_those_of_ones_places_are_seen_and_no_others():
    mine = _quick(division_code=DONGKOU)
    here = _quick(actor="user:2", division_code=XINSHAO)
    nowhere = _quick(actor="user:2")
    there = _quick(actor="user:2", division_code=DONGKOU)
    ranges = [("430522101000", "430522101999")]
    seen = Job.objects.visible_to(actor="user:1", ranges=ranges)
    assert set(seen) == {mine, here}
    assert find_job(there.pk, actor="user:1", ranges=ranges) is None
    assert find_job(here.pk, actor="user:1", ranges=ranges) == here
    assert set(Job.objects.visible_to(actor="user:1", everything=True)) == {
        mine, here, nowhere, there,
    }  # fmt: skip


def test_job_is_taken_once():
    _quick()
    assert claims.take_job("here/1").state == JobState.RUNNING
    assert claims.take_job("here/2") is None


def test_silent_job_is_queued_again_and_a_living_one_is_not():
    silent, living = _quick(), _quick()
    claims.take_job("here/1")
    claims.take_job("here/2")
    _age(silent, 31)
    _age(living, 20)
    assert claims.take_up_lost() == [silent]
    assert _fresh(living).state == JobState.RUNNING
    again = claims.take_job("here/3")
    assert (again.pk, again.attempts) == (silent.pk, 2)


def test_claim_that_was_thought_dead_can_no_longer_end_the_job():
    _quick()
    first = claims.take_job("here/1")
    handle = _handle(first)
    _age(first, 31)
    claims.take_up_lost()
    second = claims.take_job("here/2")
    handle.write()
    with pytest.raises(Stopped):
        handle.progress("late")
    claims.hand_back(first)
    assert not claims.end_job(first, JobState.DONE, result={"late": True})
    assert _fresh(second).state == JobState.RUNNING
    assert claims.end_job(second, JobState.DONE, result={})


def test_silent_job_that_was_to_stop_is_stopped():
    _quick()
    job = claims.take_job("here/1")
    stop_job(job=job, actor="user:1")
    _age(job, 31)
    claims.take_up_lost()
    assert _fresh(job).state == JobState.STOPPED


def test_waiting_job_whose_ticket_is_gone_gets_another():
    job = _quick()
    queue.drop(job.ticket)
    claims.take_up_lost()
    assert work_off() == 1
    assert _fresh(job).state == JobState.DONE


def test_youngest_sign_of_any_worker_counts():
    now = timezone.now()
    assert worker_seen_at()[0] is None
    for name, age in (("a/1", 100_000), ("b/2", 5)):
        seen_at = now - timedelta(seconds=age)
        WorkerProcess.objects.create(name=name, started_at=now, seen_at=seen_at)
    seen_at, database_now = worker_seen_at()
    assert 4 < (database_now - seen_at).total_seconds() < 50_000
