"""``mingbai places load``: what it prints, refuses and lists."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from mingbai.cli.places_load import load
from mingbai.engine.errors import EngineError
from mingbai.households.models import Person

pytestmark = pytest.mark.database


def test_place_is_loaded_and_what_was_left_out_listed(puxi_files: Path, tmp_path: Path) -> None:
    listed = tmp_path / "left out.csv"
    done = CliRunner().invoke(load, ["--data", str(puxi_files), "--list", str(listed), "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["synthetic"]
    assert said["rows"]["person"] == Person.objects.recorded().count()
    rows = list(csv.reader(listed.read_text(encoding="utf-8-sig").splitlines()))
    assert [row[0] for row in rows[1:]] == ["place_facts"]
    again = CliRunner().invoke(load, ["蒲溪", "--data", str(puxi_files)])
    assert isinstance(again.exception, EngineError)
    assert "空的登记库" in str(again.exception)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], "--data"), (["洞口", "--data", "."], "不是"), (["天上", "--data", "."], "天上")],
)
def test_wrong_use_is_said(puxi_files: Path, arguments: list[str], said: str) -> None:
    given = [str(puxi_files) if one == "." else one for one in arguments]
    done = CliRunner().invoke(load, given)
    assert done.exit_code == 2
    assert said in done.output
    assert not Person.objects.exists()
