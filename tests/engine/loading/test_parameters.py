"""Parameters by day and region, and the local list of an office laid over them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mingbai.engine.errors import PackError
from mingbai.engine.loading import apply_local, apply_values
from mingbai.engine.model.pack import Pack, Parameter
from tests.engine.everywhere import answer_to
from tests.engine.packs import faults_of, loaded

VALUES = """\
parameters:
  line:
    type: money
    label: {zh: 线, en: line}
    values:
      - {from: 2020-01-01, value: 60, source: nation}
      - {from: 2022-01-01, to: 2023-01-01, value: 65, source: nation}
      - {from: 2021-01-01, region: "53", value: 70, source: province}
      - {from: 2024-01-01, region: "53", value: 80, source: province}
      - {from: 2024-01-01, to: 2025-01-01, region: "5306", value: 90, source: city}
"""


@pytest.fixture
def regional(tmp_path: Path) -> Pack:
    return loaded(tmp_path, parameters=VALUES)


def value(parameter: Parameter, day: date, region: str | None) -> object:
    found = parameter.value_for(day, region)
    return found and found.value


@pytest.mark.parametrize(
    ("day", "region", "wanted"),
    [
        (date(2019, 12, 31), "44", None),
        (date(2020, 1, 1), "440100", 6000),
        (date(2020, 12, 31), "530626", 6000),
        (date(2021, 1, 1), "530626", 7000),
        (date(2021, 12, 31), "44", 6000),
        (date(2022, 6, 1), "44", 6500),
        (date(2022, 6, 1), "53", 7000),
        (date(2023, 1, 1), "44", None),
        (date(2023, 12, 31), "530626", 7000),
        (date(2024, 1, 1), "530100", 8000),
        (date(2024, 1, 1), "530626", 9000),
        (date(2024, 12, 31), "530626", 9000),
        (date(2025, 1, 1), "530626", 8000),
        (date(2024, 1, 1), "5", None),
        (date(2024, 1, 1), "", None),
        (date(2024, 1, 1), None, None),
        (date(2020, 6, 1), None, 6000),
    ],
)
def test_the_longest_region_with_a_value_on_the_day_wins(
    regional: Pack, day: date, region: str | None, wanted: int | None
) -> None:
    assert value(regional.parameters["line"], day, region) == wanted
    facts = f'{{division_code: "{region}"}}' if region is not None else "{}"
    assert answer_to(regional, "line", facts, day) == wanted


def test_no_value_there_is_unknown_and_no_error(regional: Pack) -> None:
    assert answer_to(regional, "income < line", "{income: 5}", date(2019, 1, 1)) is None
    assert answer_to(regional, "known(line)", "{}", date(2019, 1, 1)) is False


LOCAL = "parameters:\n  line:\n    values:\n      - {VALUE}\n"


def with_local(root: Path, pack: Pack, entry: str) -> Pack:
    path = root / "local.yaml"
    path.write_text(LOCAL.replace("{VALUE}", "{" + entry + "}"), encoding="utf-8")
    return apply_local(pack, path)


def test_local_value_fills_a_gap_and_is_marked(tmp_path: Path, regional: Pack) -> None:
    pack = with_local(tmp_path, regional, 'from: 2023-01-01, region: "44", value: 66')
    parameter = pack.parameters["line"]
    found = parameter.value_for(date(2023, 6, 1), "440100")
    assert found is not None
    assert (found.value, found.local) == (6600, True)
    assert value(parameter, date(2023, 6, 1), "11") is None
    assert answer_to(pack, "line", '{division_code: "440100"}', date(2023, 6, 1)) == 6600


def test_local_value_takes_the_place_of_the_packs_for_its_days(
    tmp_path: Path, regional: Pack
) -> None:
    pack = with_local(
        tmp_path, regional, 'from: 2024-03-01, to: 2024-04-01, region: "53", value: 75'
    )
    parameter = pack.parameters["line"]
    days = [date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 31), date(2024, 4, 1)]
    assert [value(parameter, day, "530100") for day in days] == [8000, 7500, 7500, 8000]
    assert value(parameter, days[1], "530626") == 9000
    assert [value(parameter, day, "53") for day in (date(2021, 1, 1), date(2025, 1, 1))] == [
        7000,
        8000,
    ]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("from: 2024-01-01, value: many", "PACK-006"),
        ("from: 2024-01-01, valeu: 5", "PACK-004"),
        ("from: soon, value: 5", "PACK-006"),
        ("from: 2024-01-01, to: 2023-01-01, value: 5", "PACK-006"),
        ("from: 2024-01-01, region: Yunnan, value: 5", "PACK-006"),
        ("from: 2024-01-01, value: 0.001", "PACK-006"),
    ],
)
def test_local_list_that_is_wrong(tmp_path: Path, regional: Pack, entry: str, code: str) -> None:
    with pytest.raises(PackError) as caught:
        with_local(tmp_path, regional, entry)
    assert code in [item.code for item in caught.value.faults]
    assert {item.place.file for item in caught.value.faults if item.place} == {"local.yaml"}


def test_local_list_names_an_unknown_parameter(tmp_path: Path, regional: Pack) -> None:
    path = tmp_path / "local.yaml"
    path.write_text("parameters:\n  lime:\n    values: []\n", encoding="utf-8")
    with pytest.raises(PackError) as caught:
        apply_local(regional, path)
    (only,) = caught.value.faults
    assert only.code == "PACK-020"
    assert "line" in only.en


def test_quotes_in_a_value_stay_a_value(tmp_path: Path) -> None:
    facts = """\
codes:
  colour:
    "x'); DROP TABLE in_household; --": {zh: 坏, en: bad}
    "'": {zh: 引号, en: quote}
entities:
  household: {label: {zh: 户, en: household}, key: household_id, region: code}
facts:
  household:
    code: {type: text, label: {zh: 代码, en: code}}
    colour: {type: code, codes: colour, label: {zh: 色, en: colour}}
    income: {type: money, label: {zh: 收, en: income}}
"""
    values = """\
parameters:
  line: {type: money, label: {zh: 线, en: line}, values: []}
  bad:
    type: code
    codes: colour
    label: {zh: 坏, en: bad}
    values: [{from: 2000-01-01, value: "x'); DROP TABLE in_household; --", source: s}]
  quote:
    type: code
    codes: colour
    label: {zh: 引, en: quote}
    values: [{from: 2000-01-01, value: "'", source: s}]
"""
    pack = loaded(tmp_path, facts=facts, parameters=values)
    evil = '{colour: "x\'); DROP TABLE in_household; --", code: "\'; SELECT 1; --"}'
    assert answer_to(pack, "colour = bad", evil) is True
    assert answer_to(pack, "colour = quote", evil) is False
    assert answer_to(pack, "if(colour = bad, quote, bad)", evil) == "'"


BOUNDED = VALUES.replace("    type: money\n", "    type: money\n    min: 60\n    max: 90\n")


@pytest.mark.parametrize(("number", "codes"), [("60", []), ("90", []), ("59.99", ["PACK-006"])])
def test_values_lie_within_the_bounds_that_a_pack_declares(
    tmp_path: Path, number: str, codes: list[str]
) -> None:
    written = BOUNDED.replace("value: 65", f"value: {number}")
    assert [one.code for one in faults_of(tmp_path, parameters=written)] == codes


def test_a_list_laid_over_keeps_within_the_bounds(tmp_path: Path) -> None:
    pack = loaded(tmp_path, parameters=BOUNDED)
    over = apply_values(pack, LOCAL.replace("{VALUE}", "{from: 2030-01-01, value: 90}"), "list")
    assert value(over.parameters["line"], date(2030, 1, 1), "44") == 9000
    with pytest.raises(PackError, match=r"60.*90"):
        apply_values(pack, LOCAL.replace("{VALUE}", "{from: 2030-01-01, value: 90.01}"), "list")
