"""Somebody saves while a list is imported: at each moment that matters."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from mingbai.audit import batches
from mingbai.audit.actions import recording
from mingbai.audit.verifying import Check
from mingbai.households.models import Security, Work
from mingbai.households.writing import set_values
from mingbai.intake import actions
from tests.intake.making import FAMILY, JULY, Office, home, member, person

pytestmark = pytest.mark.database


@pytest.mark.parametrize("moment", ["read", "opened", "ended", "digested"])
def test_who_saves_while_a_list_is_imported_wins(
    office: Office, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Whenever it comes: what was saved stands alone, the rest of the list is in, the chain holds."""
    office.bring([home()], FAMILY)
    somebody = person()

    def beside(owner: Any, name: str, at: str, *, after: bool = False) -> None:
        plain = getattr(owner, name)

        def called(*given: Any, **named: Any) -> Any:
            if moment != at:
                return plain(*given, **named)
            monkeypatch.setattr(owner, name, plain)
            done = plain(*given, **named) if after else None
            with recording(actor="user:1", action="households.fact.recorded") as batch:
                set_values(batch=batch, topic="work", subject_id=somebody.pk, valid_from=JULY,
                           valid_to=None, values={"work_months": 3}, source="village")  # fmt: skip
            return done if after else plain(*given, **named)

        monkeypatch.setattr(owner, name, called)

    beside(actions, "examine", "read", after=True)
    beside(actions, "apply_difference", "opened")
    beside(actions, "apply_difference", "ended", after=True)
    beside(batches, "_digest", "digested", after=True)
    changed = {"务工时间（月）": 9, "是否享受低保": "是"}
    office.bring([home()], [member(**changed), FAMILY[1]], day=JULY)
    rows = Work.objects.recorded().on(JULY).filter(person=somebody)
    assert list(rows.values_list("work_months", flat=True)) == [3]
    assert Security.objects.recorded().on(JULY).get(person=somebody).on_dibao
    with connection.cursor() as cursor:
        assert Check(cursor, connection.vendor).run().findings == []
