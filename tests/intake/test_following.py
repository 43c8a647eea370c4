"""After an import, or its undo: new states by a job of its own, and long undos by the worker."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from mingbai.audit.models import Batch, Event
from mingbai.common.errors import RegisterError
from mingbai.decisions.models import Run
from mingbai.decisions.queries import states_of
from mingbai.households.actions import take_over_headship, undo_action
from mingbai.households.models import Membership
from mingbai.intake.actions import undo_import
from mingbai.intake.following import FOLLOW, states_job
from mingbai.intake.undo_orders import order_undo, run_undo, undo_job
from mingbai.jobs.actions import stop_job
from mingbai.jobs.enums import JobState
from mingbai.jobs.errors import Stopped
from mingbai.jobs.models import Job
from mingbai.jobs.worker import work_off
from tests.intake.making import FAMILY, JULY, Office, home, household, person

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("synthetic_register")]
WHY = {"actor": "user:1", "reason": "拿错了文件"}


def housing() -> str:
    """How the household stands on housing."""
    return states_of([household().pk])[household().pk].letters["basics.housing"]


def brought(office: Office, unsafe: str = "否", **more: Any) -> Batch:
    """A list of one household, imported."""
    batch = office.bring([home(是否危房户=unsafe)], FAMILY, **more).batch
    assert batch is not None
    return batch


def test_first_list_has_states_without_anybody_asking(office: Office) -> None:
    batch = brought(office)
    job = states_job(batch.pk)
    assert job is not None
    assert (job.kind, job.arguments, job.actor) == (FOLLOW, {"batch": batch.pk}, batch.actor)
    assert work_off() == 1
    assert Job.objects.get().state == JobState.DONE
    assert states_of([household().pk])
    assert Run.objects.count() == 1


@pytest.mark.parametrize("singly", [0, 100])
def test_states_follow_an_import_and_its_undo(
    office: Office, monkeypatch: pytest.MonkeyPatch, singly: int
) -> None:
    """Of few households one by one, of many by a run like the last."""
    monkeypatch.setattr("mingbai.decisions.following.MOST_SINGLY", singly)
    brought(office)
    work_off()
    before = housing()
    second = brought(office, "是", day=JULY)
    assert housing() == before
    assert work_off() == 1
    changed = housing()
    assert changed != before
    order_undo(**WHY, batch_id=second.pk)
    assert work_off() == 2
    assert housing() == before
    assert Run.objects.count() == (3 if singly == 0 else 1)


def test_while_another_evaluation_runs_households_are_evaluated_singly(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingbai.decisions.following.MOST_SINGLY", 0)
    brought(office)
    work_off()
    before = housing()

    def refuse(**_: object) -> None:
        from mingbai.decisions.errors import error

        raise error("DEC-004", batch=1)

    monkeypatch.setattr("mingbai.decisions.following.evaluate", refuse)
    brought(office, "是", day=JULY)
    work_off()
    assert housing() != before


def test_import_that_fails_queues_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("mingbai.intake.actions.record_batch", fail)
    with pytest.raises(RuntimeError):
        brought(office)
    assert not Job.objects.exists()


def test_batch_and_its_job_stand_or_fall_together(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("mingbai.intake.actions.queue_states", fail)
    with pytest.raises(RuntimeError):
        brought(office)
    assert not Batch.objects.filter(recorded_at__isnull=False).exists()


def test_ordered_undo_is_done_by_the_worker_and_its_reason_is_in_the_chain(office: Office) -> None:
    batch = brought(office)
    work_off()
    job = order_undo(**WHY, batch_id=batch.pk)
    assert order_undo(**WHY, batch_id=batch.pk) == job == undo_job(batch.pk)
    assert set(job.arguments) == {"batch", "event"}
    said = json.loads(Event.objects.get(pk=job.arguments["event"]).data)
    assert said["reason"] == WHY["reason"]
    assert work_off() == 2
    job.refresh_from_db()
    back = Batch.objects.get(undoes=batch)
    assert (job.state, job.result) == (JobState.DONE, {"batch": back.pk, "undone": batch.pk})
    assert (back.reason, back.actor) == (WHY["reason"], "user:1")
    again = run_undo(batch.pk, job.arguments["event"], "user:1", lambda *_: None)
    assert again == job.result


def test_ordered_undo_stopped_in_the_middle_leaves_the_import(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = brought(office)
    work_off()

    def stop(*_: object) -> None:
        raise Stopped

    monkeypatch.setattr("mingbai.intake.actions.index_touched", stop)
    job = order_undo(**WHY, batch_id=batch.pk)
    work_off()
    job.refresh_from_db()
    assert job.state == JobState.STOPPED
    assert household().number == "H1"
    assert undo_job(batch.pk) is None


def test_ordered_undo_that_waits_can_be_stopped(office: Office) -> None:
    batch = brought(office)
    work_off()
    stop_job(job=order_undo(**WHY, batch_id=batch.pk), actor="user:1")
    assert work_off() == 0
    assert household().number == "H1"


def test_undo_is_ordered_of_a_recorded_import_and_with_a_reason(office: Office) -> None:
    batch = brought(office)
    with pytest.raises(RegisterError, match="INTAKE-010"):
        order_undo(actor="user:1", reason=" ", batch_id=batch.pk)
    with pytest.raises(RegisterError, match="INTAKE-007"):
        order_undo(**WHY, batch_id=999_999)


def test_undo_is_refused_when_something_later_filled_the_gap(office: Office) -> None:
    """Undone, the household would have two heads: the same rule as for the undo of a single action."""
    office.bring([home()], FAMILY)
    whole = {"whole": ("430000000000",), "apply_gone": True}
    ended = office.bring([home()], [FAMILY[1]], day=JULY, **whole)
    assert ended.batch is not None
    by = {"actor": "user:1", "reason": "接任户主"}
    later = take_over_headship(
        **by, on=date(2025, 8, 31), household_id=household().pk, person_id=person("P2").pk
    )
    with pytest.raises(RegisterError, match="HOME-051"):
        undo_import(actor="user:1", batch_id=ended.batch.pk, reason="拿错了文件")
    relations = Membership.objects.recorded().on(date(2025, 9, 30)).values_list("relation")
    assert list(relations) == [("head",)]
    undo_action(**by, batch_id=later.batch_id)
    undo_import(actor="user:1", batch_id=ended.batch.pk, reason="拿错了文件")
    assert Membership.objects.recorded().filter(valid_to=None).count() == 2
