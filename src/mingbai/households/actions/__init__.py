"""Named actions of the register (登记办理): every write, with who, why and from which day; audited, atomic.

All are keyword-only and take `actor`, `reason` and the effective day `on`. With ``dry_run=True`` nothing is
written: the outcome has the effects and what a person still has to decide.
"""

from mingbai.households.actions.facts import (
    Said,
    Saved,
    add_entry,
    add_income_entry,
    correct_entry,
    correct_facts,
    record_facts,
    withdraw_entry,
)
from mingbai.households.actions.family import (
    divorce,
    record_birth,
    record_death,
    record_marriage,
    take_over_headship,
)
from mingbai.households.actions.grouping import (
    correct_membership,
    end_household,
    leave,
    merge_households,
    move_household,
    split_household,
)
from mingbai.households.actions.recoding import recode_residences
from mingbai.households.actions.registering import (
    Newcomer,
    register_household,
    register_person_into,
)
from mingbai.households.actions.statuses import close_status, open_status
from mingbai.households.actions.undoing import undo_action

__all__ = [
    "Newcomer",
    "Said",
    "Saved",
    "add_entry",
    "add_income_entry",
    "close_status",
    "correct_entry",
    "correct_facts",
    "correct_membership",
    "divorce",
    "end_household",
    "leave",
    "merge_households",
    "move_household",
    "open_status",
    "recode_residences",
    "record_birth",
    "record_death",
    "record_facts",
    "record_marriage",
    "register_household",
    "register_person_into",
    "split_household",
    "take_over_headship",
    "undo_action",
    "withdraw_entry",
]
