"""The national pack, read once; a folder for lists; a place of its own for accepted files."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from mingbai.engine.loading import load_pack
from mingbai.engine.model.pack import Pack
from mingbai.places.models import Register
from tests.installation import installation, template
from tests.intake.making import Office

__all__ = ["installation", "template"]


@pytest.fixture(scope="session")
def pack() -> Pack:
    """The pack `cn`, without its cases."""
    return load_pack("cn", with_cases=False)


@pytest.fixture
def office(tmp_path: Path, pack: Pack, settings: object) -> Office:
    """Somebody who writes lists and imports them."""
    settings.MINGBAI_DATA = tmp_path / "data"  # type: ignore[attr-defined] # of pytest-django
    folder = tmp_path / "lists"
    folder.mkdir()
    return Office(folder, pack)


@pytest.fixture
def synthetic_register(db: None) -> None:
    """A register marked synthetic."""
    Register.objects.create(
        division_code="430525000000", synthetic=True, pack="cn", created_at=timezone.now()
    )


@pytest.fixture
def _no_states(monkeypatch: pytest.MonkeyPatch) -> None:
    """Imports queue no evaluation of whom they touched: it takes a second and is tested elsewhere."""
    monkeypatch.setattr("mingbai.intake.actions.queue_states", lambda *_: None)
