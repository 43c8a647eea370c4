"""Taking an import back from its page: a short one at once, a long one by the worker."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from mingbai.audit.actions import open_batch
from mingbai.audit.batches import record_batch
from mingbai.audit.enums import BatchKind
from mingbai.audit.models import Batch
from mingbai.audit.writing import BatchWriter
from mingbai.households.models import Status
from mingbai.intake.models import Import
from mingbai.intake.undo_orders import undo_job
from mingbai.jobs.worker import work_off
from tests.desk.county import COUNTY, DAY, County

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]
WHY = {"reason": "拿错了文件"}


def _imported(county: County) -> Batch:
    """An import that registered one household."""
    batch = open_batch(actor="command", kind=BatchKind.IMPORT, title="1 个文件")
    Import.objects.create(batch=batch, as_of=DAY, pack="cn", division_code=COUNTY)
    home = county.households["here"]
    columns = ("subject", "subject_id", "kind", "valid_from", "valid_to", "cause", "reason", "case")
    rows = [("household", home, "registered", DAY, None, "", "", "")]
    BatchWriter(batch).insert(Status, columns, rows)
    record_batch(batch, action="intake.import.recorded")
    return batch


def test_short_import_is_undone_at_once_and_its_states_follow(
    county: County, signed_in: Entry
) -> None:
    batch = _imported(county)
    client = signed_in("county_officer")
    page = client.post(f"/batches/{batch.pk}/undo/", WHY, follow=True).content.decode()
    assert "导入已整批撤销" in page
    back = Batch.objects.get(undoes=batch)
    assert "随后的评估" in client.get(f"/batches/{back.pk}/").content.decode()


def test_long_import_is_undone_by_the_worker(
    county: County, signed_in: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingbai.desk.batches.views.MOST_WAITED_FOR", 0)
    batch = _imported(county)
    client = signed_in("county_officer")
    answer = client.post(f"/batches/{batch.pk}/undo/", WHY)
    job = undo_job(batch.pk)
    assert job is not None
    assert answer.headers["Location"] == f"/jobs/{job.pk}/"
    assert "撤销一批导入" in client.get("/jobs/").content.decode()
    page = client.get(f"/batches/{batch.pk}/").content.decode()
    assert f"/jobs/{job.pk}/" in page
    assert "后台程序没有在运行" in page
    assert "为什么撤销" not in page
    assert not Batch.objects.filter(undoes=batch, recorded_at__isnull=False).exists()
    work_off()
    assert Batch.objects.get(undoes=batch).recorded_at is not None
