"""The addresses for whoever watches the server."""

import pytest
from django.db import OperationalError
from django.utils import timezone

from mingbai.config import readiness
from mingbai.jobs.models import WorkerProcess

pytestmark = pytest.mark.database

LIVE, READY = "/health/live/", "/health/ready/"


@pytest.fixture(autouse=True)
def _look_anew(monkeypatch):
    monkeypatch.setattr(readiness, "_complete", False)


def test_live_answers_without_sign_in_and_without_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get(LIVE)
    assert (answer.status_code, answer.json()) == (200, {"live": True})


def test_ready_says_what_was_found_and_when_a_worker_was_seen(client):
    now = timezone.now()
    WorkerProcess.objects.create(name="a/1", started_at=now, seen_at=now)
    answer = client.get(READY)
    body = answer.json()
    seen = body.pop("worker_seen_seconds_ago")
    assert 0 <= seen < 3600
    assert body == {"ready": True, "database": "ok", "migrations": "ok", "keys": "ok"}
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_ready_without_a_worker_answers_pages_and_says_so(client):
    answer = client.get(READY)
    assert answer.status_code == 200
    assert answer.json()["worker_seen_seconds_ago"] is None


def test_ready_asks_little_once_the_tables_were_seen(client, django_assert_max_num_queries):
    client.get(READY)
    with django_assert_max_num_queries(5):
        client.get(READY)


def test_not_ready_while_migrations_are_missing(client, monkeypatch):
    monkeypatch.setattr(readiness, "missing_migrations", lambda: 2)
    answer = client.get(READY)
    assert answer.status_code == 503
    assert answer.json()["migrations"] == "2 missing"


def test_not_ready_while_the_database_is_away(client, monkeypatch):
    def away():
        raise OperationalError("connection to server at 10.0.0.5 failed")

    monkeypatch.setattr(readiness, "worker_seen_at", away)
    answer = client.get(READY)
    assert answer.status_code == 503
    assert answer.json()["database"] == "unreachable"
    assert b"10.0.0.5" not in answer.content


def test_not_ready_when_the_keys_are_not_there(client, settings, tmp_path):
    settings.MINGBAI_KEY_FILE = tmp_path / "absent.json"
    answer = client.get(READY)
    assert answer.status_code == 503
    assert answer.json()["keys"] == "KEY-001"
    assert str(tmp_path).encode() not in answer.content


@pytest.mark.parametrize("address", [LIVE, READY])
def test_health_only_reads(client, address):
    assert client.post(address).status_code == 405
