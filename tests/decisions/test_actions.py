"""Runs store what changed and nothing more; a changed fact changes its household at once."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingbai.audit import batches
from mingbai.audit.actions import open_batch, recording
from mingbai.audit.enums import BatchKind
from mingbai.audit.models import Batch, Event
from mingbai.audit.verifying import Check
from mingbai.audit.writing import BatchWriter
from mingbai.common.errors import RegisterError
from mingbai.decisions import actions
from mingbai.decisions.actions import after_change, evaluate, reevaluate
from mingbai.decisions.models import Pattern, Run, State, Tally
from mingbai.decisions.queries import counts, history_of, latest_run, states_of
from mingbai.engine.errors import run_error
from mingbai.households.models import Dwelling, HouseholdLife, Living, Membership, Residence, Status
from mingbai.jobs.models import Job
from mingbai.jobs.worker import work_off
from tests.decisions.filling import DAY, Filler, plain_household

pytestmark = pytest.mark.database


def run_all(**more):
    return evaluate(**{"actor": "command", "pack": "cn", "as_of": DAY, **more})


def change(household, **columns):
    """A fact recorded by an action; the state is not asked for yet."""
    with recording(actor="user:1", action="test.changed") as batch:
        Living.objects.recorded().filter(household_id=household).update(ended_by=batch)
        Filler(batch).put(Living, household_id=household, **columns)
    return batch


def letter(household, rule):
    return states_of([household])[household].letters[rule]


def counted():
    """The counts of all rules from the rows of the households."""
    found = {}
    for one in states_of(State.objects.values_list("household_id", flat=True)).values():
        for rule, word in one.words().items():
            row = found.setdefault(
                rule, dict.fromkeys(("met", "unmet", "unknown", "not_applicable"), 0)
            )
            row[word] += 1
    return found


def test_run_says_what_it_saw(evaluated):
    filler, run = evaluated
    assert (run.households, run.persons) == (31, 95)
    assert run.counts["basics.housing"] == {
        "met": 29,
        "unmet": 2,
        "unknown": 0,
        "not_applicable": 0,
    }
    assert len(run.snapshot_hash) == 64
    assert run.messages[0]["cause"] == "parameter:dibao_line"
    event = Event.objects.get(action="decisions.run.recorded")
    assert f'"snapshot":"{run.snapshot_hash}"' in event.data
    assert State.objects.count() == len(filler.households)


def test_second_run_over_the_same_facts_writes_no_row(evaluated):
    before = State.objects.count(), Tally.objects.count(), Pattern.objects.count()
    again = run_all()
    assert (State.objects.count(), Tally.objects.count(), Pattern.objects.count()) == before
    assert latest_run() == again


def test_run_ends_only_rows_of_households_that_changed(evaluated):
    filler, _ = evaluated
    key = filler.households["995301010001"]
    change(key, food_enough=False)
    run_all()
    assert State.objects.count() == 32
    assert State.objects.get(ended_by__isnull=False).household_id == key
    assert letter(key, "basics.food") == "u"


def test_changed_fact_changes_its_household_at_once(evaluated):
    filler, _ = evaluated
    key = filler.households["995301010001"]
    change(key, food_enough=False)
    assert after_change([key], actor="user:1") == [key]
    found = states_of([key])[key]
    assert found.letters["basics.food"] == "u"
    assert State.objects.count() == 32
    assert next(one.letters["basics.food"] for one in history_of(key)) == "u"
    assert len(history_of(key)) == 2


def test_states_after_a_change_are_those_of_a_whole_run(evaluated):
    filler, _ = evaluated
    keys = sorted(filler.households.values())
    for key in keys[:5]:
        change(key, food_enough=False, clothes_enough=True)
        after_change([key])
    at_once = {key: one.letters for key, one in states_of(keys).items()}
    state_rows, tally_rows = State.objects.count(), Tally.objects.count()
    run_all()
    assert {key: one.letters for key, one in states_of(keys).items()} == at_once
    assert (State.objects.count(), Tally.objects.count()) == (state_rows, tally_rows)


def test_tallies_follow_every_change(evaluated):
    filler, _ = evaluated
    assert counts() == counted()
    key = filler.households["995301010001"]
    change(key, food_enough=False)
    after_change([key])
    assert counts() == counted()
    assert counts()["basics.food"]["unmet"] == 1


def test_unchanged_state_writes_nothing(evaluated):
    filler, _ = evaluated
    events = Event.objects.count()
    assert after_change(list(filler.households.values())[:3]) == []
    assert Event.objects.count() == events


def test_household_that_ended_has_no_state(evaluated):
    filler, _ = evaluated
    key = filler.households["995301010001"]
    HouseholdLife.objects.filter(household_id=key).update(valid_to=date(2025, 6, 1))
    Membership.objects.filter(household_id=key).update(valid_to=date(2025, 6, 1))
    assert after_change([key]) == [key]
    assert states_of([key]) == {}
    assert counts() == counted()


def test_household_that_moved_counts_in_its_new_village(evaluated):
    filler, _ = evaluated
    key = filler.households["995301010001"]
    code = filler.village_of(plain_household("x", code="53", village="新村"))
    Residence.objects.filter(household_id=key).update(division_code=code)
    after_change([key])
    assert states_of([key])[key].division_code == code
    assert sum(counts(code)["basics.food"].values()) == 1
    assert counts() == counted()


def test_new_household_is_evaluated_with_the_first_change(evaluated):
    filler, _ = evaluated
    key = filler.household(plain_household("new", code="53", dwelling_grade="D"))
    assert after_change([key]) == [key]
    assert key in states_of([key])


def test_nothing_happens_before_the_first_run(example_register):
    assert after_change(list(example_register.households.values())) == []
    assert not State.objects.exists()


def test_run_changes_no_status(evaluated):
    filler, _ = evaluated
    before = list(Status.objects.order_by("id").values())
    for key in filler.households.values():
        Dwelling.objects.filter(household_id=key).update(dwelling_grade="D", dwelling_unsafe=True)
    run_all()
    assert list(Status.objects.order_by("id").values()) == before


def test_run_over_a_division_leaves_the_others(evaluated):
    filler, _ = evaluated
    code = states_of([filler.households["995301010001"]]).popitem()[1].division_code
    Living.objects.update(food_enough=False)
    run = run_all(division_code=code)
    stale = [
        one for one in states_of(filler.households.values()).values() if one.division_code != code
    ]
    assert 0 < run.households < 31
    assert counts(code)["basics.food"]["unmet"] == Living.objects.filter(
        household_id__in=[key for key, one in states_of(filler.households.values()).items()
                          if one.division_code == code]).count()  # fmt: skip
    assert all(one.letters["basics.food"] != "u" for one in stale)
    assert counts() == counted()


def test_change_follows_the_newest_run_over_its_place(evaluated):
    filler, _ = evaluated
    key = filler.households["995301010001"]
    code = states_of([key])[key].division_code
    later = run_all(division_code=code, as_of=date(2025, 7, 1))
    change(key, food_enough=False)
    after_change([key])
    event = Event.objects.filter(action="decisions.households.evaluated").latest("id")
    assert f'"run":{later.pk}' in event.data


@pytest.mark.django_db(transaction=True)
def test_change_while_a_run_lasts_is_not_lost(monkeypatch, request):
    filler = request.getfixturevalue("example_register")
    key = filler.households["995301010001"]
    run_all()
    judge = actions.judge

    def judge_and_change(program, snapshot):
        found = judge(program, snapshot)
        monkeypatch.setattr(actions, "judge", judge)
        change(key, food_enough=False)
        after_change([key])
        return found

    Living.objects.update(tv=False)  # so that the run has rows of its own to write
    monkeypatch.setattr(actions, "judge", judge_and_change)
    run_all()
    assert letter(key, "basics.food") == "u"
    assert State.objects.recorded().filter(household_id=key).count() == 1
    assert counts() == counted()


@pytest.mark.django_db(transaction=True)
def test_change_while_the_first_run_lasts_is_not_lost(monkeypatch, request):
    filler = request.getfixturevalue("example_register")
    key = filler.households["995301010001"]
    judge = actions.judge

    def judge_and_change(program, snapshot):
        found = judge(program, snapshot)
        monkeypatch.setattr(actions, "judge", judge)
        change(key, food_enough=False)
        return found

    monkeypatch.setattr(actions, "judge", judge_and_change)
    run_all()
    assert letter(key, "basics.food") == "u"
    assert counts() == counted()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["read", "ended", "digested"])
def test_village_counted_by_others_while_a_run_writes_it(monkeypatch, request, moment):
    """A save after the run read, ended or digested its tallies: both come to an end, the chain holds."""
    filler = request.getfixturevalue("example_register")
    key = filler.households["995301010001"]
    run_all()
    end, digest = BatchWriter.end, batches._digest

    def save():
        monkeypatch.setattr(BatchWriter, "end", end)
        monkeypatch.setattr(batches, "_digest", digest)
        change(key, food_enough=False)
        assert after_change([key]) == [key]

    def end_beside(writer, model, ids):
        if model is Tally and moment == "read":
            save()
        done = end(writer, model, ids)
        if model is Tally and moment == "ended":
            save()
        return done

    def digest_beside(batch, span):
        found = digest(batch, span)
        if span.table == Tally._meta.db_table and moment == "digested":
            save()
        return found

    others = Living.objects.exclude(household_id=key)
    others.update(food_enough=False)  # so that the run has tallies of its own to write
    monkeypatch.setattr(BatchWriter, "end", end_beside)
    monkeypatch.setattr(batches, "_digest", digest_beside)
    run_all()
    assert letter(key, "basics.food") == "u"
    assert counts() == counted()
    with connection.cursor() as cursor:
        found = Check(cursor, connection.vendor).run().findings
    assert [
        one for one in found if one.code != "AUD-108"
    ] == []  # the fixture's batches have no event


def test_run_that_breaks_leaves_nothing_to_see(evaluated, monkeypatch):
    filler, run = evaluated
    Living.objects.update(food_enough=False)

    def broken(*args, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(actions, "record_batch", broken)
    with pytest.raises(KeyboardInterrupt):
        run_all()
    assert latest_run() == run
    assert all(
        one.letters["basics.food"] != "u" for one in states_of(filler.households.values()).values()
    )
    assert Batch.objects.filter(given_up_at__isnull=False).count() == 1


def test_second_run_at_the_same_time_is_refused(example_register):
    open_batch(actor="command", kind=BatchKind.EVALUATION)
    with pytest.raises(RegisterError, match="DEC-004"):
        run_all()


@pytest.mark.parametrize(
    ("asked", "code"),
    [({"division_code": "5301"}, "DEC-005"), ({"division_code": "440000000000"}, "DEC-006")],
)
def test_run_over_nowhere_is_refused(example_register, asked, code):
    with pytest.raises(RegisterError, match=code):
        run_all(**asked)
    assert not Run.objects.exists()


def test_fault_of_the_rules_leaves_what_was_recorded(evaluated, monkeypatch, caplog):
    filler, _ = evaluated

    def broken(*args, **more):
        raise run_error("RUN-006", detail="x")

    monkeypatch.setattr(actions, "judge", broken)
    assert after_change([filler.households["995301010001"]]) == []
    assert "RUN-006" in caplog.text


def test_many_changed_households_go_to_the_worker(evaluated, monkeypatch):
    filler, _ = evaluated
    keys = list(filler.households.values())
    monkeypatch.setattr(actions, "MOST_WAITED_FOR", 10)
    for key in keys[:3]:
        change(key, food_enough=False)
    assert after_change(keys) == []
    assert letter(keys[0], "basics.food") != "u"
    assert work_off() == 1
    assert [letter(key, "basics.food") for key in keys[:3]] == ["u", "u", "u"]


def test_worker_evaluates_the_register(example_register):
    from mingbai.jobs.actions import start_job

    start_job(kind="evaluate", arguments={"pack": "cn", "as_of": DAY.isoformat()}, actor="user:1")
    work_off()
    job = Job.objects.get()
    assert job.result == {"run": latest_run().pk, "households": 31}


def test_one_statement_a_table_for_one_household_or_many(evaluated):
    filler, _ = evaluated
    keys = sorted(filler.households.values())
    numbers = []
    for some in (keys[:1], keys[1:3], keys[3:15]):
        for key in some:
            change(key, food_enough=False)
        with CaptureQueriesContext(connection) as asked:
            assert reevaluate(household_ids=some) == some
        numbers.append(len(asked))
    assert numbers[2] - numbers[1] <= 1  # one more where patterns are new
    assert max(numbers) <= 72
    assert (
        numbers[0] < numbers[1]
    )  # of one household, as a form saves it, all is read by one statement
