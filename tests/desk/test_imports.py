"""Who may write what an import's dry run has shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from mingbai.intake.models import ImportOrder
from mingbai.jobs.enums import JobState
from mingbai.jobs.models import Job
from tests.desk.county import COUNTY, DAY, County

pytestmark = pytest.mark.database
Entry = Callable[[str], Client]


def _shown(county: County, name: str) -> ImportOrder:
    """A dry run that somebody ordered and the worker finished."""
    now, actor = timezone.now(), county.users[name].actor
    job = Job.objects.create(
        kind="import.run", actor=actor, division_code=COUNTY, state=JobState.DONE, created_at=now
    )
    return ImportOrder.objects.create(
        as_of=DAY, year=2026, division_code=COUNTY, dry_run=True, ordered_by=actor, ordered_at=now,
        job_id=job.pk,
    )  # fmt: skip


def test_county_officer_may_write_what_was_shown(county: County, signed_in: Entry) -> None:
    order = _shown(county, "county_officer")
    said = {"reason": "核对过"}
    answer = signed_in("county_officer").post(f"/imports/{order.pk}/apply/", said)
    assert (answer.status_code, ImportOrder.objects.filter(dry_run=False).count()) == (302, 1)


def test_line_department_leaves_writing_to_the_county(county: County, signed_in: Entry) -> None:
    """A list may hold topics that the post does not name."""
    order = _shown(county, "line_department")
    client = signed_in("line_department")
    assert "确认写入" not in client.get(f"/imports/{order.pk}/").content.decode()
    assert client.post(f"/imports/{order.pk}/apply/", {"reason": "核对过"}).status_code == 404
    assert not ImportOrder.objects.filter(dry_run=False).exists()
