"""In whatever order changes of a record are told, each stands for its days."""

from datetime import date
from itertools import permutations

import pytest

from mingbai.common.errors import RegisterError
from mingbai.households.actions import record_facts, undo_action
from mingbai.households.models import Dwelling
from tests.households.making import START, household

pytestmark = pytest.mark.database
TOLD = (
    (date(2018, 1, 1), {"area": 85}),
    (date(2020, 5, 1), {"area": 90}),
    (date(2016, 1, 1), {"built_year": 1999}),
)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_was_told_for_a_day_outlasts_what_is_told_late(order: tuple[int, ...]) -> None:
    """A change of another column rewrites the later record; whose area was told for its day all the same."""
    home, _ = household()
    form = {"actor": "user:1", "topic": "dwelling", "subject_id": home}
    record_facts(**form, on=START, values={"area": 80})
    for at in order:
        day, values = TOLD[at]
        record_facts(**form, on=day, values=values)
    rows = Dwelling.objects.recorded().filter(household_id=home).order_by("valid_from")
    assert list(rows.values_list("area", "built_year")) == [
        (80, None), (80, 1999), (85, 1999), (90, 1999),
    ]  # fmt: skip


def test_what_was_told_late_and_lasts_until_a_record_is_undone_before_it() -> None:
    """Else it would still end on that day, with nothing after it."""
    home, _ = household()
    form = {"actor": "user:1", "topic": "dwelling", "subject_id": home}
    later = record_facts(**form, on=date(2020, 5, 1), values={"area": 90})
    late = record_facts(**form, on=date(2016, 1, 1), values={"area": 85})
    why = {"actor": "user:1", "reason": "登错了"}
    with pytest.raises(RegisterError, match="HOME-050"):
        undo_action(**why, batch_id=later.batch_id)
    undo_action(**why, batch_id=late.batch_id)
    undo_action(**why, batch_id=later.batch_id)
    assert not Dwelling.objects.recorded().filter(household_id=home).exists()
