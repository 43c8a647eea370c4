"""The invented county, once a module, and a client for anybody of its cast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.desk.county import County, make_county


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: Any) -> Iterator[County]:
    """Made once in a transaction that is rolled back; each test has its own within it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_county()
        transaction.set_rollback(True)


@pytest.fixture
def signed_in(county: County, db: None) -> Callable[[str], Client]:
    """A client that has signed in as one of the cast, second factor and all."""

    def sign_in(name: str) -> Client:
        return client_of(county, name)

    return sign_in


def client_of(county: County, name: str) -> Client:
    client = Client()
    client.force_login(county.users[name])
    return client
