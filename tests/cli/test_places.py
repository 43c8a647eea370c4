"""``mingbai places``: list, build and check, with exit codes."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from mingbai.cli.main import cli
from mingbai.common.errors import RegisterError
from mingbai.engine.errors import RunError


def _run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built")
    found = _run("places", "build", "蒲溪", "--seed", "7", "--out", out)
    assert found.exit_code == 0, found.output
    assert "合成数据" in found.output
    return out


def test_list_names_the_places() -> None:
    found = _run("places", "list")
    assert found.exit_code == 0
    assert "puxi" in found.output
    assert "洞口县" in found.output


def test_build_writes_a_place_and_nothing_else(built: Path) -> None:
    assert sorted(one.name for one in built.iterdir()) == [
        "observed",
        "place.json",
        "register",
        "truth",
    ]
    about = json.loads((built / "place.json").read_text(encoding="utf-8"))
    assert (about["name"], about["seed"], about["synthetic"]) == ("蒲溪镇", 7, True)
    assert about["until"] == about["as_of"] == "2018-12-31"


def test_the_same_seed_writes_the_same_bytes(built: Path, tmp_path: Path) -> None:
    assert _run("places", "build", "puxi", "--seed", "7", "--out", tmp_path).exit_code == 0
    files = [one.relative_to(built) for one in sorted(built.rglob("*")) if one.is_file()]
    again = [one.relative_to(tmp_path) for one in sorted(tmp_path.rglob("*")) if one.is_file()]
    assert again == files
    assert any(one.suffix == ".xlsx" for one in files)
    differing = [
        one for one in files if (built / one).read_bytes() != (tmp_path / one).read_bytes()
    ]
    assert differing == []


def test_check_prints_each_total(built: Path) -> None:
    found = _run("places", "check", "puxi", "--data", built, "--cross")
    assert found.exit_code == 0, found.output
    assert "✔ S1-01.persons" in found.output
    assert "29,544人 → 29,544人" in found.output
    assert "X15 ?" in found.output


def test_check_of_a_place_that_lacks_a_household_fails(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "place"
    shutil.copytree(built / "register", folder / "register")
    path = folder / "register" / "households.parquet"
    pq.write_table(pq.read_table(path).slice(1), path)
    found = _run("places", "check", "puxi", "--data", folder, "--json")
    assert found.exit_code == 1
    told = json.loads(found.output)
    assert told["red"] == 1
    assert told["mark"] == "合成数据"
    (red,) = [line for line in told["totals"] if line["mark"] == "✘"]
    assert (red["id"], red["computed"]["zh"]) == ("S1-01.households", "9,677户")


def test_check_builds_anew_where_no_folder_is_given() -> None:
    found = _run("places", "check", "puxi", "--seed", "3")
    assert found.exit_code == 0, found.output


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("build", "nowhere", "--out", "x"), 2, "没有示范地"),
        (("check", "nowhere"), 2, "there are"),
        (("build", "puxi", "--out", "x", "--as-of", "2015-01-01"), 2, "2018-12-31"),
        (("build", "puxi", "--out", "x", "--as-of", "2050-01-01"), 2, "2026-12-31"),
        (("build", "puxi", "--out", "x", "--damage", "3"), 2, "damage"),
        (("build", "puxi", "--out", "x", "--seed", "-5"), 2, "x>=0"),
    ],
)
def test_mistakes_are_said(
    words: tuple[str, ...], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = _run("places", *words)
    assert found.exit_code == code
    assert said in found.output
    assert list(tmp_path.iterdir()) == []


def _refused(*words: str | Path) -> str:
    """The numbered message that ends the command."""
    found = _run(*words)
    assert isinstance(found.exception, (RegisterError, RunError)), found.output
    return str(found.exception)


def test_a_folder_of_something_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "register").mkdir()
    mine = tmp_path / "register" / "mine.txt"
    mine.write_text("mine", encoding="utf-8")
    assert "RUN-020" in _refused("places", "build", "puxi", "--out", tmp_path)
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [mine]


def test_a_place_is_not_checked_as_another(built: Path, tmp_path: Path) -> None:
    assert "not as dongkou" in _refused("places", "check", "dongkou", "--data", built)
    assert "is not a built place" in _refused("places", "check", "puxi", "--data", tmp_path)


@pytest.mark.parametrize(
    "name", ["payments", "bills"]
)  # one that totals ask for, one that none does
def test_a_table_that_is_lost_or_cut_short_is_said(name: str, built: Path, tmp_path: Path) -> None:
    shutil.copytree(built / "register", tmp_path / "register")
    path = tmp_path / "register" / f"{name}.parquet"
    path.write_bytes(path.read_bytes()[:500])
    assert "cannot be read" in _refused("places", "check", "puxi", "--data", tmp_path)
    path.unlink()
    assert "there is no file" in _refused("places", "check", "puxi", "--data", tmp_path)
    pq.write_table(pq.read_table(built / "register" / path.name).select([0]), path)
    assert "lacks columns" in _refused("places", "check", "puxi", "--data", tmp_path)


def test_a_roster_that_cannot_be_read_leaves_no_folder(tmp_path: Path) -> None:
    roster, out = tmp_path / "roster.csv", tmp_path / "out"
    for raw in ("区划".encode("gb18030"), b"\x1f\x8bnot packed"):
        roster.write_bytes(raw)
        said = _refused("places", "build", "puxi", "--out", out, "--roster", roster)
        assert "the roster cannot be read" in said
        assert not out.exists()


@pytest.mark.parametrize(
    ("name", "total"), [("persons", "S1-01.persons"), ("teams", "S1-25.resident")]
)
def test_a_person_or_a_team_that_is_gone_turns_its_total_red(
    name: str, total: str, built: Path, tmp_path: Path
) -> None:
    shutil.copytree(built / "register", tmp_path / "register")
    path = tmp_path / "register" / f"{name}.parquet"
    pq.write_table(pq.read_table(path).slice(1), path)
    found = _run("places", "check", "puxi", "--data", tmp_path, "--json")
    assert found.exit_code == 1
    assert [one["id"] for one in json.loads(found.output)["totals"] if one["mark"] == "✘"] == [
        total
    ]


def test_report_prints_from_the_files_what_the_report_says(built: Path) -> None:
    found = _run("places", "report", "puxi", "--data", built)
    assert found.exit_code == 0, found.output
    assert "总人口 29,544人（2018-12-31）" in found.output
    assert "汉阴县蒲溪镇" in found.output


def test_report_says_both_where_the_files_differ(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "place"
    shutil.copytree(built / "register", folder / "register")
    path = folder / "register" / "households.parquet"
    pq.write_table(pq.read_table(path).slice(1), path)
    found = _run("places", "report", "puxi", "--data", folder)
    assert "总户数 9,677户 ✘ 公布 / published 9,678户" in found.output


def test_all_places_are_read_from_a_folder_of_theirs(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingbai.cli.places_check.names", lambda: ["puxi"])
    (tmp_path / "puxi").symlink_to(built)
    found = _run("places", "check", "all", "--data", tmp_path, "--cross", "--json")
    assert found.exit_code == 0, found.output
    (told,) = json.loads(found.output)["places"]
    assert (told["place"], told["red"]) == ("蒲溪镇", 0)
    assert {one["id"] for one in told["cross"]} >= {"X09", "X16"}
    told = json.loads(_run("places", "report", "all", "--data", tmp_path, "--json").output)
    assert told["places"][0]["source"]["zh"].startswith("通讯员")
