"""Warming up compiles the register's rules, and is never a reason not to serve."""

from __future__ import annotations

from datetime import date

import pytest
from django.template import engines

from mingbai.config.warming import warm_up
from mingbai.decisions import programs
from mingbai.places.actions import create_register

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def _cold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_programs", {})


def test_nothing_is_compiled_while_there_is_no_register() -> None:
    warm_up()
    assert programs._programs == {}


def test_rules_of_the_register_are_compiled() -> None:
    create_register(
        actor="command", division_code="990101", synthetic=True, pack="cn", working_date=date(2026, 3, 18)
    )  # fmt: skip
    warm_up()
    assert len(programs._programs) == 2  # of states, and whole for the reasons


def test_templates_of_all_screens_are_read() -> None:
    loader = engines["django"].engine.template_loaders[0]
    loader.reset()
    warm_up()
    read = {str(origin) for origin in loader.get_template_cache}
    assert {"wall/templates/wall.html", "register/templates/household.html"} <= read


def test_pack_that_is_away_keeps_nobody_out(caplog: pytest.LogCaptureFixture) -> None:
    create_register(actor="command", division_code="990101", synthetic=False, pack="no-such-pack")
    warm_up()
    assert "not warmed up" in caplog.text
