"""What a register takes of a place, and what not: refusals, misfits, a stop in the middle."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from mingbai.accounts.scopes import EVERYTHING
from mingbai.audit.models import Batch
from mingbai.demo.errors import PlaceError
from mingbai.demo.loading import load_place
from mingbai.households.models import Person
from mingbai.households.search import search
from mingbai.places.actions import create_register
from mingbai.places.models import Division

pytestmark = pytest.mark.database


@pytest.fixture
def copied(puxi_files: Path, tmp_path: Path) -> Path:
    """The place in a folder that a test may spoil."""
    return Path(shutil.copytree(puxi_files, tmp_path / "place"))


def change(folder: Path, name: str, **columns: Any) -> None:
    """Replace columns of a table by what a function makes of them."""
    path = folder / "register" / f"{name}.parquet"
    table = pq.read_table(path)
    for column, function in columns.items():
        at = table.column_names.index(column)
        table = table.set_column(
            at, table.schema.field(column), pa.chunked_array([function(table[column])])
        )
    pq.write_table(table, path)


def spoiled(first: Any) -> Any:
    """A function that replaces the first value of a column."""
    return lambda values: pa.array([first, *values.to_pylist()[1:]], values.type)


def test_register_of_real_people_takes_no_place(puxi_files: Path) -> None:
    create_register(actor="command", division_code="610921102000", synthetic=False, pack="cn")
    with pytest.raises(PlaceError, match="真实登记库"):
        load_place(puxi_files, actor="command")


def test_register_with_divisions_takes_no_place(puxi_files: Path) -> None:
    now = timezone.now()
    batch = Batch.objects.create(kind="action", actor="command", started_at=now, recorded_at=now)
    columns = {"name": "省", "level": "province", "valid_from": date(2014, 1, 1)}
    Division.objects.create(begun_by=batch, code="610000000000", **columns)
    with pytest.raises(PlaceError, match="1 个区划"):
        load_place(puxi_files, actor="command")


def test_real_looking_number_stops_the_whole_load(copied: Path) -> None:
    change(copied, "persons", id_number=spoiled("610921198011153910"))
    with pytest.raises(PlaceError, match="99"):
        load_place(copied, actor="command")
    assert not Person.objects.recorded().exists()
    assert Batch.objects.get().given_up_at is not None


def test_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="不是生成好的示范地"):
        load_place(tmp_path, actor="command")


def test_rows_that_do_not_fit_are_listed(copied: Path) -> None:
    change(copied, "bills", person_id=spoiled("nobody"))
    change(copied, "statuses", kind=spoiled("unheard"))
    change(copied, "waters", household_id=spoiled("nowhere"))
    change(copied, "memberships", household_id=spoiled("nowhere"))
    change(copied, "payments", programme=spoiled("unheard"))
    found = load_place(copied, actor="command").misfits
    assert {(one.table, one.key) for one in found if one.table != "place_facts"} >= {
        ("bills", "nobody"), ("waters", "nowhere"), ("memberships", "nowhere"),
    }  # fmt: skip
    assert {one.table for one in found} == {
        "bills", "statuses", "waters", "memberships", "payments", "place_facts",
    }  # fmt: skip


class StopError(Exception):
    """Somebody pressed stop."""


def test_stopped_load_is_never_seen(puxi_files: Path) -> None:
    def stop(step: str, done: int, total: int) -> None:
        if step == "households_membership":
            raise StopError

    with pytest.raises(StopError):
        load_place(puxi_files, actor="command", progress=stop)
    assert Person.objects.exists()
    assert not Person.objects.recorded().exists()
    assert not search("戴", EVERYTHING, date(2018, 12, 31))
    assert load_place(puxi_files, actor="command").rows["person"] == Person.objects.count()
    assert Person.objects.count() == Person.objects.recorded().count()
