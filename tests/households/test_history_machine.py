"""Whatever is recorded in whatever order, every dated count is that of a model too simple to be wrong.

Splits, merges, moves, births, deaths, marriages, headships, statuses, corrections, re-codes and undoing, each
told for any day, late or early. The model knows what was accepted; the register agrees on every day, now
and as it was known after every step.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from mingbai.households import actions
from tests.households.register_machine import Register, accepted

pytestmark = pytest.mark.database
POSTGRESQL = os.environ.get("MINGBAI_TEST_DATABASE") == "postgresql"


def test_every_dated_count_is_that_of_the_model():
    examples = int(os.environ.get("MINGBAI_EXAMPLES", "5" if POSTGRESQL else "15"))
    accepted.clear()
    checks = list(HealthCheck)
    drawn = settings(max_examples=examples, stateful_step_count=25, suppress_health_check=checks)
    run_state_machine_as_test(Register, settings=drawn)
    assert sum(count for name, count in accepted.items() if ":" not in name) > 4 * examples


def test_one_of_every_action_agrees_with_the_model():
    accepted.clear()
    register = Register()
    try:
        register.begin((4, 3, 2))
        register.bear(5, 0)
        register.build(6, 0, 50)
        register.build(9, 0, 51)
        register.mend(7, 0, 55)
        register.split(8, 0, 2, 0, carry=True)
        register.cross(10, 1, 2, 1, 0, "record_marriage")
        register.die(12, 1, 0, 0)
        register.move(13, 2, 3)
        register.recode(14, 3)
        register.open_status(15, 0, "exited")
        register.follow(16, 0, 1)
        register.open_status(16, 1, "dibao")
        register.close_status(17, 1)
        register.merge(18, 0, 1, keep=True)
        register.cross(19, 0, 1, 1, 0, "divorce")
        register.leave(20, 0, 1, 0)
        register.undo(0)
        register.members_agree()
        register.nothing_is_wrong()
    finally:
        register.teardown()
    assert {name for name in actions_named() if not accepted[name]} == set(), accepted


def test_what_is_told_late_agrees_with_the_model():
    accepted.clear()
    register = Register()
    try:
        register.begin((4, 3, 2))
        register.die(25, 0, 2, 0)
        register.split(8, 0, 2, 1, carry=True)  # with her who died later
        register.cross(24, 1, 0, 1, 0, "record_marriage")
        register.merge(22, 0, 2, keep=False)
        register.open_status(5, 2, "dibao")  # of the household that ended later
        register.build(20, 0, 52)
        register.build(6, 0, 50)
        register.build(12, 0, 51)
        register.mend(13, 0, 56)
        register.move(16, 1, 2)
        register.move(7, 1, 3)
        for on, village in ((16, 2), (3, 2), (17, 0), (4, 3)):
            register.move(on, 0, village)
        register.recode(10, 3)
        register.undo(1)
        register.undo(0)
        register.members_agree()
    finally:
        register.teardown()
    assert {"record_death", "split_household", "merge_households", "open_status"} <= set(
        accepted
    ), accepted


def actions_named():
    """Actions that change who lives where, as what."""
    return set(actions.__all__) - {
        "Newcomer", "Said", "Saved", "add_entry", "add_income_entry", "correct_entry", "correct_membership",
        "end_household", "register_person_into", "withdraw_entry",
    }  # fmt: skip
