"""Bulk rows from columns: values as the databases store them, numbers closed as one by one."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from django.conf import settings
from django.db import connection

from mingbai.audit.actions import open_batch
from mingbai.audit.enums import BatchKind
from mingbai.audit.writing import BatchWriter
from mingbai.common.keys import read_keys
from mingbai.households import loading
from mingbai.households.closing import document_digests, phone_digests
from mingbai.households.loading import (
    Ids,
    Same,
    bulk_writing,
    close_documents,
    close_phones,
    plain_values,
    put,
    rows_of,
)
from mingbai.households.models import Membership, Person

pytestmark = pytest.mark.database

NUMBERS = [
    "990000197001010017",
    "99000019720101002x",
    None,
    "",
    "99000019720101002X44",
    "990000197001010017",
]
PHONES = ["10073988745", "0739-7221234", None, "", "12"]


@pytest.mark.parametrize(
    ("values", "kind", "plain"),
    [
        (["a", None, "a", "b"], pa.string(), ["a", None, "a", "b"]),
        ([1, 2, 3], pa.int64(), [1, 2, 3]),
        ([1, None], pa.int64(), [1, None]),
        ([True, None, False], pa.bool_(), [True, None, False]),
        ([date(2014, 1, 1), None], pa.date32(), ["2014-01-01", None]),
        ([b"x", None], pa.binary(), [b"x", None]),
        ([None, None], pa.string(), [None, None]),
        ([], pa.string(), []),
    ],
)
def test_columns_become_plain_values(
    values: list[Any], kind: pa.DataType, plain: list[Any]
) -> None:
    assert plain_values(pa.array(values, kind)) == plain
    assert plain_values(pa.chunked_array([pa.array(values, kind)] * 2)) == plain * 2


def test_rows_are_made_in_slices_of_columns_of_every_sort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "SLICE", 2)
    columns = [
        pa.array([1, 2, 3]),
        ["x", "y", "z"],
        Same(None),
        pa.chunked_array([["a"], ["b", "a"]]),
    ]
    assert list(rows_of(columns, 3)) == [
        (1, "x", None, "a"),
        (2, "y", None, "b"),
        (3, "z", None, "a"),
    ]


def test_column_of_another_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="shorter"):
        list(rows_of([[1, 2], [1]], 2))


def test_documents_are_closed_as_one_by_one() -> None:
    keys = read_keys(settings.MINGBAI_KEY_FILE)
    closed = close_documents(NUMBERS, keys)
    for at, number in enumerate(NUMBERS):
        assert {name: column[at] for name, column in closed.digests.items()} == document_digests(
            number, keys
        )
        opened = closed.stored[at] and keys.decrypt(closed.stored[at], "identity.id_number")
        assert opened == (number or None)
    assert closed.stored[0] != closed.stored[5]


def test_phones_are_closed_as_one_by_one() -> None:
    keys = read_keys(settings.MINGBAI_KEY_FILE)
    closed = close_phones(PHONES, keys, "residence.phone")
    for at, phone in enumerate(PHONES):
        assert {name: column[at] for name, column in closed.digests.items()} == phone_digests(
            phone, keys
        )
    assert keys.decrypt(closed.stored[0] or b"", "residence.phone") == PHONES[0]


def test_numbers_of_the_files_lead_to_new_keys() -> None:
    ids = Ids.reserved(Person, pa.chunked_array([["b", "a"], ["c"]]))
    assert len(set(ids.keys.to_pylist())) == len(ids) == 3
    keys = dict(zip(["b", "a", "c"], ids.keys.to_pylist(), strict=True))
    assert ids.of(pa.array(["c", "nobody", None, "b"])).to_pylist() == [
        keys["c"],
        None,
        None,
        keys["b"],
    ]


def test_rows_are_put_under_the_batch_and_not_seen_before_it_is_recorded() -> None:
    batch = open_batch(actor="command", kind=BatchKind.LOAD)
    days = pa.array([date(2014, 1, 1), date(2015, 1, 1)])
    columns = {
        "person_id": pa.array([1, 2]), "household_id": Same(7), "relation": ["head", "spouse"],
        "valid_from": days, "valid_to": pa.nulls(2, pa.date32()), "reason_in": Same(""),
        "reason_out": Same(""),
    }  # fmt: skip
    assert put(BatchWriter(batch), Membership, columns, 2) == 2
    assert put(BatchWriter(batch), Membership, columns, 0) == 0
    assert list(Membership.objects.values_list("valid_from", flat=True)) == days.to_pylist()
    assert not Membership.objects.recorded().exists()


@pytest.mark.django_db(transaction=True)
def test_settings_of_the_connection_are_as_before_afterwards() -> None:
    asked = {"sqlite": "PRAGMA cache_size", "postgresql": "SHOW synchronous_commit"}[
        connection.vendor
    ]

    def setting() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(asked)
            return cursor.fetchone()[0]

    before = setting()
    with bulk_writing():
        within = setting()
    assert within in (-128000, "off")
    assert setting() == before
