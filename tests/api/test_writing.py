"""Recording facts by token."""

import pytest

from mingbai.accounts.roles import Permission
from mingbai.audit.models import Event
from mingbai.decisions.actions import evaluate
from mingbai.decisions.queries import states_of
from mingbai.households.models import Water
from tests.desk.county import DAY

pytestmark = pytest.mark.database
FACTS = {
    "topic": "water", "on": "2026-01-01", "source": "village", "observed_on": "2026-01-05",
    "values": {"drinking_water_safe": True, "water_piped": True},
}  # fmt: skip


def test_a_fact_is_written_with_its_source_and_one_event(county, program):
    home = county.households["here"]
    answer = program("village_officer").post(f"/households/{home}/facts", FACTS)
    assert answer.status_code == 200
    row = Water.objects.recorded().get(household_id=home)
    assert (row.water_piped, row.source, row.begun_by_id) == (
        True,
        "village",
        answer.json()["batch_id"],
    )
    assert Event.objects.get(batch_id=row.begun_by_id).action == "households.facts.recorded"


def test_the_same_fact_again_writes_nothing(county, program):
    caller, home = program("village_officer"), county.households["here"]
    caller.post(f"/households/{home}/facts", FACTS)
    events = Event.objects.count()
    assert caller.post(f"/households/{home}/facts", FACTS).json()["batch_id"] is None
    assert Event.objects.count() == events


def test_states_are_new_when_the_answer_comes(county, program):
    home = county.households["here"]
    evaluate(actor="command", pack="cn", as_of=DAY)
    before = states_of([home])[home].letters
    answer = program("village_officer").post(f"/households/{home}/facts", FACTS)
    assert answer.json()["reevaluated"] == [home]
    assert states_of([home])[home].letters != before


def test_a_household_of_the_next_village_is_absent(county, program):
    home = county.households["beside"]
    answer = program("village_officer").post(f"/households/{home}/facts", FACTS)
    assert answer.status_code == 404
    assert Water.objects.count() == 0


def test_a_token_that_only_reads_cannot_write(county, program):
    caller = program("village_officer", Permission.HOUSEHOLDS_READ)
    assert caller.post(f"/households/{county.households['here']}/facts", FACTS).status_code == 404
    assert Water.objects.count() == 0


def test_a_second_save_from_an_older_state_is_refused(county, program):
    caller, home = program("village_officer"), county.households["here"]
    first = caller.post(f"/households/{home}/facts", {**FACTS, "seen": 0}).json()
    other = {**FACTS, "values": {"water_piped": False}, "seen": 0}
    refused = caller.post(f"/households/{home}/facts", other)
    assert refused.status_code == 409
    seen = {**other, "seen": first["begun"][0]}
    assert caller.post(f"/households/{home}/facts", seen).status_code == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"topic": "nothing"}, 409),
        ({"topic": "work"}, 409),  # about persons
        ({"topic": "health"}, 409),
        ({"values": {"no_such_column": 1}}, 409),
        ({"values": {}}, 422),
        ({"values": {"water_minutes": 10**30}}, 422),
        ({"on": "1066-10-14"}, 422),
        ({"source": ""}, 422),
        ({"source": "\x00"}, 422),
    ],
)
def test_what_does_not_fit_is_refused_with_a_number(county, program, change, status):
    home = county.households["here"]
    answer = program("village_officer").post(f"/households/{home}/facts", {**FACTS, **change})
    assert answer.status_code == status
    assert answer.json()["code"]
    assert Water.objects.count() == 0


def test_a_refusal_does_not_repeat_what_was_sent(county, program):
    home = county.households["here"]
    sent = {**FACTS, "source": "990101196703020011" * 20}
    answer = program("village_officer").post(f"/households/{home}/facts", sent)
    assert answer.status_code == 422
    assert "990101196703020011" not in answer.content.decode()
