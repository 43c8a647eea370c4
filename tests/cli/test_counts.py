"""``mingbai counts``."""

import json

import pytest
from click.testing import CliRunner
from django.db import transaction

from mingbai.audit.actions import record
from mingbai.cli.counts import counts
from mingbai.households.models import DayCount
from mingbai.households.queries import daily
from tests.decisions.filling import fill_example, make_register

pytestmark = pytest.mark.database


@pytest.fixture
def register(db):
    make_register()
    daily._memory.mark = daily.Mark()
    filled = fill_example()
    with transaction.atomic():  # rows written by hand have no event of their own
        record(actor="command", action="test.filled")
    return filled


def call(*arguments):
    found = CliRunner().invoke(counts, arguments, catch_exceptions=False)
    return found.exit_code, found.output


def test_counts_are_kept_and_checked(register):
    kept = json.loads(call("--json")[1])["days"]
    assert kept == DayCount.objects.count() > 12
    assert call("--check")[0] == 0
    assert json.loads(call("--check", "--json")[1]) == {"days": kept, "wrong": []}


def test_wrong_counts_are_told(register):
    call()
    one = DayCount.objects.order_by("-day").first()
    one.villages = {}
    one.save()
    daily._memory.mark = daily.Mark()  # another process looks
    code, told = call("--check")
    assert code == 1
    assert f"{one.day}：与逐户重数的不一样" in told
    assert "1 天不一样" in told
