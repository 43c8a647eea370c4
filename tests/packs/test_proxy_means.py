"""A proxy-means score (代理家计评分) is a model in a pack: coefficients, transformations, cutoffs as data.

The model is invented. Its coefficients are parameters with a source and a first day, its cutoffs hold by
region, its transformations are rules; the engine computes it for every household, and `mingbai.stats`
holds the result against a truth.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from mingbai import stats
from mingbai.engine.compiling import bind_pack, compile_bound
from mingbai.engine.loading import load_pack
from mingbai.engine.running import run
from tests.engine.packs import written

PACK = {
    "pack.yaml": """\
pack: proxy
version: "1"
engine: 1
title: {zh: 代理家计评分（虚构）, en: proxy-means score (invented)}
currency: {code: CNY, label: {zh: 元, en: yuan}}
calendar_start: 2020-01-01
""",
    "facts/facts.yaml": """\
codes:
  roof:
    tile: {zh: 瓦, en: tile}
    thatch: {zh: 草, en: thatch}
    concrete: {zh: 混凝土, en: concrete}
entities:
  household: {label: {zh: 户, en: household}, key: household_id, region: division_code}
facts:
  household:
    division_code: {type: text, label: {zh: 代码, en: division code}}
    size: {type: int, min: 1, max: 20, label: {zh: 人口, en: size}}
    schooling: {type: int, min: 0, max: 20, label: {zh: 户主上学年数, en: schooling of the head}}
    roof: {type: code, codes: roof, label: {zh: 屋顶, en: roof}}
    fridge: {type: bool, label: {zh: 有冰箱, en: fridge}}
""",
    "parameters/coefficients.yaml": """\
parameters:
  constant:
    type: decimal
    scale: 4
    label: {zh: 常数, en: constant}
    values: [{from: 2020-01-01, value: 8.5, source: invented}]
  per_person:
    type: decimal
    scale: 4
    label: {zh: 每人, en: per person}
    values: [{from: 2020-01-01, value: -0.25, source: invented}]
  per_square:
    type: decimal
    scale: 4
    label: {zh: 人口平方, en: size squared}
    values: [{from: 2020-01-01, value: 0.0125, source: invented}]
  per_year:
    type: decimal
    scale: 4
    label: {zh: 每年学历, en: per year of schooling}
    values:
      - {from: 2020-01-01, value: 0.05, source: invented}
      - {from: 2024-01-01, value: 0.04, source: invented}
  of_fridge:
    type: decimal
    scale: 4
    label: {zh: 冰箱, en: fridge}
    values: [{from: 2020-01-01, value: 0.3, source: invented}]
  cutoff:
    type: decimal
    scale: 4
    label: {zh: 评分线, en: cutoff}
    values:
      - {from: 2020-01-01, value: 8.0, source: invented}
      - {from: 2020-01-01, region: "53", value: 8.3, source: invented}
""",
    "rules/score.yaml": """\
rules:
  - id: proxy.roof
    entity: household
    type: decimal
    scale: 4
    label: {zh: 屋顶分, en: points of the roof}
    source: {doc: invented}
    table:
      inputs: ["roof"]
      rows:
        - {id: thatch, when: ["'thatch'"], then: "-0.2"}
        - {id: concrete, when: ["'concrete'"], then: "0.15"}
      else: "0.0"
  - id: proxy.score
    entity: household
    type: decimal
    scale: 4
    label: {zh: 代理家计评分, en: proxy-means score}
    source: {doc: invented}
    expr: >-
      constant + per_person * size + per_square * (size * size) + per_year * schooling
      + points(fridge, of_fridge) + proxy.roof
  - id: proxy.poor
    entity: household
    type: bool
    label: {zh: 评分在线下, en: below the cutoff}
    source: {doc: invented}
    expr: "proxy.score <= cutoff"
""",
}
HOUSEHOLDS = {
    "household_id": ["h1", "h2", "h3", "h4"],
    "division_code": ["430000", "530000", "530000", "430000"],
    "size": [6, 4, 2, 5],
    "schooling": [3, 6, 9, 0],
    "roof": ["thatch", "tile", "concrete", "thatch"],
    "fridge": [False, True, True, None],
}


def _scored(root: Path, day: date) -> pa.Table:
    pack = load_pack(written(root, PACK, "proxy"))
    program = compile_bound(bind_pack(pack, day))
    return run(program, {"household": pa.table(HOUSEHOLDS)})["household"]


def _by_hand(size: int, schooling: int, rest: float, per_year: float) -> float:
    return 8.5 - 0.25 * size + 0.0125 * size**2 + per_year * schooling + rest


@pytest.mark.parametrize(
    ("day", "per_year"), [(date(2023, 12, 31), 0.05), (date(2024, 1, 1), 0.04)]
)
def test_score_by_the_coefficients_in_force(tmp_path: Path, day: date, per_year: float) -> None:
    found = [
        float(value) / 10_000 for value in _scored(tmp_path, day)["proxy.score"].to_pylist()[:3]
    ]
    wanted = [
        _by_hand(6, 3, -0.2, per_year),
        _by_hand(4, 6, 0.3, per_year),
        _by_hand(2, 9, 0.45, per_year),
    ]
    assert found == pytest.approx(wanted)


def test_cutoff_by_region_and_an_unknown_that_decides_nothing(tmp_path: Path) -> None:
    """h4's fridge is not known: between 7.3625 and 7.6625 the score is below 8.0 either way."""
    found = _scored(tmp_path, date(2024, 6, 30))
    assert found["proxy.poor"].to_pylist() == [True, True, False, True]
    assert found["proxy.score"].to_pylist()[3] is None


def test_result_is_held_against_the_truth(tmp_path: Path) -> None:
    chosen = _scored(tmp_path, date(2024, 6, 30))["proxy.poor"]
    one = stats.targeting([True, False, False, True], chosen.to_pylist())
    assert (one.missed, one.wrong, one.hit) == (0, 1, 2)
    assert one.total_error.value == 0.25
