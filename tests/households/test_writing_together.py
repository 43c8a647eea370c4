"""Two people write about one household at the same moment: one waits, nothing is written twice or lost."""

import os
import threading
from datetime import date

import pytest
from django.db import connection

from mingbai.audit.actions import open_batch, recording
from mingbai.audit.batches import record_batch
from mingbai.audit.enums import BatchKind
from mingbai.audit.models import Event
from mingbai.audit.verifying import Check
from mingbai.audit.writing import BatchWriter
from mingbai.common.errors import RegisterError
from mingbai.households.actions import record_death, record_facts, split_household
from mingbai.households.models import Dwelling, Membership
from mingbai.households.writing import set_values
from tests.households.making import BY, START, household
from tests.installation import comes

pytestmark = [
    pytest.mark.database,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        os.environ.get("MINGBAI_TEST_DATABASE") != "postgresql",
        reason="SQLite of the tests lies in memory, for one connection; its transaction is the lock itself",
    ),
]
DAY = date(2020, 5, 1)


def together(*works):
    """Run them at the same moment; what each refused."""
    start, refused = threading.Barrier(len(works)), []

    def run(work):
        start.wait()
        try:
            work()
        except RegisterError as problem:
            refused.append(problem.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_both_changes_of_one_record_stand():
    home, _ = household()
    form = {"actor": "user:1", "topic": "dwelling", "subject_id": home}
    record_facts(**form, on=START, values={"area": 80})
    refused = together(
        lambda: record_facts(**form, on=date(2018, 1, 1), values={"area": 85}),
        lambda: record_facts(**form, on=DAY, values={"area": 90}),
        lambda: record_facts(**form, on=date(2016, 1, 1), values={"built_year": 1999}),
    )
    assert refused == []
    rows = Dwelling.objects.recorded().filter(household_id=home).order_by("valid_from")
    assert list(rows.values_list("valid_from", "valid_to", "area", "built_year")) == [
        (START, date(2016, 1, 1), 80, None),
        (date(2016, 1, 1), date(2018, 1, 1), 80, 1999),
        (date(2018, 1, 1), DAY, 85, 1999),
        (DAY, None, 90, 1999),
    ]


def test_batch_waits_for_who_is_recording_at_this_moment():
    """He has read and written, and is not seen yet: the batch looks at what he did before it is seen."""
    home, _ = household()
    batch = open_batch(actor="command", kind=BatchKind.IMPORT)
    writer = BatchWriter(batch)
    columns = ("household_id", "valid_from", "area", "source", "changed")
    writer.insert(Dwelling, columns, [(home, START, 85, "village", "")])
    written, flipped = threading.Event(), threading.Event()

    def waited_for():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return cursor.fetchone()[0] or flipped.is_set()

    def save():
        with recording(actor="user:1", action="households.fact.recorded") as form:
            set_values(
                batch=form, topic="dwelling", subject_id=home, valid_from=START, valid_to=None,
                values={"area": 90},
            )  # fmt: skip
            written.set()
            comes(waited_for)

    def flip():
        written.wait()
        record_batch(batch, action="intake.batch.imported")
        flipped.set()

    together(save, flip)
    rows = Dwelling.objects.recorded().filter(household_id=home)
    assert list(rows.values_list("valid_from", "valid_to", "area")) == [(START, None, 90)]
    with connection.cursor() as cursor:
        assert Check(cursor, connection.vendor).run().findings == []


def test_of_two_who_move_the_same_person_one_is_refused():
    home, (_, _, son, _) = household()
    before = Event.objects.count()
    refused = together(
        lambda: split_household(
            **BY, on=DAY, household_id=home, person_ids=[son], head_id=son, statuses=()
        ),
        lambda: record_death(**BY, on=DAY, person_id=son),
    )
    assert len(refused) == 1
    assert Event.objects.count() == before + 1
    assert Membership.objects.recorded().on(DAY).filter(person_id=son).count() <= 1


def test_of_two_who_split_the_same_household_none_takes_the_other_s_member():
    home, (_, wife, son, _) = household()
    together(
        *(
            lambda who=who: split_household(
                **BY, on=DAY, household_id=home, person_ids=[who], head_id=who, statuses=()
            )
            for who in (wife, son, son)
        )
    )
    stays = list(Membership.objects.recorded().on(DAY).values_list("person_id", flat=True))
    assert len(stays) == len(set(stays)) == 4
