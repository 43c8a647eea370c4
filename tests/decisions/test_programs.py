"""Packs and programs are made once, and again when something changed."""

from datetime import date

import pytest

from mingbai.decisions import programs
from mingbai.decisions.programs import not_recorded, pack_named, state_program
from tests.decisions.filling import DAY

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def _forgetting(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(programs, "_packs", {})
    monkeypatch.setattr(programs, "_programs", {})
    settings.MINGBAI_DATA = tmp_path


def test_program_is_compiled_once_a_day():
    pack = pack_named("cn")
    assert pack_named("cn") is pack
    assert state_program(pack, DAY, ()) is state_program(pack, DAY, ())
    assert state_program(pack, DAY, ()) is not state_program(pack, date(2025, 7, 1), ())


def test_local_values_make_another_pack(tmp_path, monkeypatch):
    monkeypatch.setattr(programs, "LOOKS", 0)  # a second is not waited for
    plain = pack_named("cn")
    local = tmp_path / "local" / "cn.yaml"
    local.parent.mkdir()
    local.write_text(
        "parameters:\n  dibao_line:\n    values:\n"
        "      - {from: 2025-01-01, region: '53', value: 5000, source: 本地}\n",
        encoding="utf-8",
    )
    ours = pack_named("cn")
    assert ours.hash.startswith(plain.hash + "+")
    assert ours.parameters["dibao_line"].value_for(DAY, "530000000000").value == 500_000


def test_entities_without_any_row_are_unknown(db, request):
    pack = pack_named("cn")
    assert set(not_recorded(pack)) == {"bill", "benefit", "enrolment", "measure", "incident"}
    request.getfixturevalue("example_register")
    assert not_recorded(pack) == ()
    program = state_program(pack, DAY, ["incident"])
    assert program.pack.entities["incident"].empty_is_unknown
    assert not program.pack.entities["measure"].empty_is_unknown
