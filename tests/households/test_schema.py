"""The tables exist on this database."""

import pytest

from mingbai.households.models import Household

pytestmark = pytest.mark.database


def test_an_empty_register_has_no_household():
    assert Household.objects.recorded().count() == 0
