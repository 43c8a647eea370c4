"""Every address × role × expected code, near misses included: right role, wrong village.

`anon` has not signed in, `expi` and `comi` hold a post that is over or has not begun, `depu` stands in for
`cler`, `lead` has a leave to read in the next township. 302 is the way to the sign-in page, or on after a
save; 404 stands for absent and forbidden alike; 405 for a method that the address does not have; 422 for an
empty form.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.access.asking import ask, filled, names, rows
from tests.access.objects import make_objects
from tests.desk.county import County

pytestmark = pytest.mark.database

ROLES = {
    "anon": None, "vill": "village_officer", "nvil": "next_village_officer", "help": "helper",
    "cler": "township_clerk", "ncle": "next_township_clerk", "depu": "deputy", "expi": "expired",
    "comi": "coming", "lead": "township_lead", "offi": "county_officer", "appr": "county_approver",
    "insp": "inspector", "line": "line_department", "admi": "administrator", "audi": "auditor",
    "stra": "stranger",
}  # fmt: skip
HERE = Path(__file__).parent
SCREENS = rows((HERE / "screens.txt").read_text(encoding="utf-8"))
PROGRAMS = rows((HERE / "programs.txt").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def world(county: County, django_db_blocker: Any) -> dict[str, str]:
    """Something of every kind."""
    with django_db_blocker.unblock():
        return make_objects(county)


@pytest.fixture(scope="module")
def clients(county: County, world: dict[str, str], django_db_blocker: Any) -> dict[str, Client]:
    """A browser for everybody of the cast."""
    with django_db_blocker.unblock():
        return {short: browser(county, name) for short, name in ROLES.items()}


def browser(county: County, name: str | None) -> Client:
    client = Client()
    if name:
        client.force_login(county.users[name])
    return client


def test_table_has_every_address() -> None:
    known = {name for name, *_ in (*SCREENS, *PROGRAMS)}
    assert sorted(set(names(get_resolver().url_patterns)) - known) == []


@pytest.mark.parametrize(
    ("method", "address", "expected"), [row[1:] for row in SCREENS],
    ids=[f"{row[1]} {row[2]}" for row in SCREENS],
)  # fmt: skip
def test_screen_answers_each_role(
    method: str, address: str, expected: dict[str, int], clients: dict[str, Client],
    world: dict[str, str], db: None,
) -> None:  # fmt: skip
    asked = ask(method, filled(address, world), clients)
    assert asked.codes == expected
    assert method == "POST" or asked.writes == []


FACTS = {"on": "2026-01-01", "source": "village", "observed_on": "2026-01-05"}
BODIES = {
    "api:write_household": {**FACTS, "topic": "water", "values": {"water_piped": True}},
    "api:write_person": {**FACTS, "topic": "health", "values": {"health_chronic": True}},
}


@pytest.mark.parametrize(
    ("name", "method", "address", "expected"), PROGRAMS,
    ids=[f"{row[1]} {row[2]}" for row in PROGRAMS],
)  # fmt: skip
def test_program_is_answered_by_its_token(
    name: str, method: str, address: str, expected: dict[str, int], world: dict[str, str], db: None
) -> None:
    callers = {column: Client() for column in expected}
    headers = {one: {"Authorization": f"Bearer {world[f'key-{one}']}"} for one in expected}
    asked = ask(method, filled(address, world), callers, headers, BODIES.get(name))
    assert asked.codes == expected
    assert method == "POST" or asked.writes == []


def test_session_is_no_token(clients: dict[str, Client], db: None) -> None:
    assert set(ask("GET", "/api/v1/households", clients).codes.values()) == {401}
