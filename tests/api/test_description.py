"""The description: everything in it is bounded, and no drawn request ends in a 500."""

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck
from hypothesis import settings as drawing
from schemathesis.checks import not_a_server_error

from mingbai.config.wsgi import application
from mingbai.decisions.actions import evaluate
from tests.api.conftest import token_of
from tests.desk.county import DAY

pytestmark = pytest.mark.database
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
EXAMPLES = 30 if "postgresql" in settings.DATABASES["default"]["ENGINE"] else 60


@pytest.fixture
def _kept_connection():
    """A request must not close the connection of the test's transaction; the test client does the same."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(county, _kept_connection):
    evaluate(actor="command", pack="cn", as_of=DAY)
    return token_of(county, "county_officer")


@schema.parametrize()
@drawing(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_no_drawn_request_ends_in_a_500(case, token):
    response = case.call(headers={"authorization": f"Bearer {token}"})
    case.validate_response(response, checks=[not_a_server_error])


def _parts(found, path=""):
    yield path, found
    items = (
        found.items()
        if isinstance(found, dict)
        else enumerate(found)
        if isinstance(found, list)
        else ()
    )
    for key, value in items:
        yield from _parts(value, f"{path}/{key}")


def _is_unbounded(part):
    kind = part.get("type") if isinstance(part, dict) else None
    if kind in ("integer", "number"):
        return not {"minimum", "maximum"} <= set(part)
    if kind == "string":
        return not {"maxLength", "format", "enum", "const"} & set(part)
    return kind == "array" and "maxItems" not in part


def test_every_number_text_and_list_that_comes_in_is_bounded():
    described = schema.raw_schema
    bodies = {
        name: one for name, one in described["components"]["schemas"].items() if name.endswith("In")
    }
    asked = [
        parameter["schema"]
        for methods in described["paths"].values()
        for operation in methods.values()
        for parameter in operation.get("parameters", ())
    ]
    loose = [path for path, part in _parts([bodies, asked]) if _is_unbounded(part)]
    assert loose == []
