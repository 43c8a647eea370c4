"""`mingbai stats fit`: what is fitted runs as a pack and gives the same scores."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mingbai import stats
from mingbai.cli.main import main
from mingbai.engine.compiling import bind_pack, compile_bound
from mingbai.engine.loading import load_pack
from mingbai.engine.running import run as run_pack
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
entities:
  household: {label: {zh: 户, en: household}, key: household_id}
facts:
  household:
    size: {type: int, min: 1, max: 20, label: {zh: 人口, en: size}}
    schooling: {type: int, min: 0, max: 20, label: {zh: 上学年数, en: schooling}}
    fridge: {type: bool, label: {zh: 有冰箱, en: fridge}}
""",
}
WORDS = ["--target", "人均消费", "--log", "--on", "size=人口", "--on", "schooling=学历"]
WORDS += ["--on", "fridge=冰箱", "--weight", "权数", "--psu", "村", "--from", "2025-01-01"]


@pytest.fixture(scope="module")
def survey(tmp_path_factory) -> tuple[Path, dict[str, np.ndarray]]:
    """An invented survey of 300 households in 30 villages."""
    rng = np.random.default_rng(3)
    size, schooling = rng.integers(1, 8, 300), rng.integers(0, 13, 300)
    fridge, village = rng.integers(0, 2, 300), np.arange(300) // 10
    noise = rng.normal(0, 0.3, 300) + rng.normal(0, 0.2, 30)[village]
    spending = np.exp(9 - 0.15 * size + 0.05 * schooling + 0.3 * fridge + noise).round()
    table = {"人均消费": spending, "人口": size, "学历": schooling, "冰箱": fridge}
    table |= {"权数": rng.integers(1, 5, 300), "村": village}
    path = tmp_path_factory.mktemp("survey") / "调查.csv"
    rows = [
        ",".join(table),
        *(",".join(map(str, row)) for row in zip(*table.values(), strict=True)),
    ]
    path.write_text("\n".join(rows), encoding="utf-8")
    return path, table


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*words):
        monkeypatch.setattr(sys, "argv", ["mingbai", "stats", "fit", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        return stop.value.code, said.out, said.err

    return call


def test_what_is_fitted_runs_as_a_pack(run, survey, tmp_path):
    path, table = survey
    folder = written(tmp_path, PACK, "proxy")
    code, out, _ = run(path, *WORDS, "--quota", "0.2", "--out", folder, "--json")
    assert code == 0
    x = {"size": table["人口"], "schooling": table["学历"], "fridge": table["冰箱"]}
    plan = stats.design(table["权数"], psu=table["村"])
    model = stats.fit(np.log(table["人均消费"]), x, design=plan)
    found = json.loads(out)
    for name, one in model.coefficients.items():
        shown = found["coefficients"][name or "constant"]
        assert (shown["value"], shown["se"]) == pytest.approx((one.value, one.se))
    program = compile_bound(bind_pack(load_pack(folder), date(2025, 6, 30)))
    rows = {"household_id": [f"h{row}" for row in range(300)], "size": x["size"]}
    rows |= {"schooling": x["schooling"], "fridge": x["fridge"].astype(bool)}
    result = run_pack(program, {"household": pa.table(rows)})["household"]
    order = np.argsort([int(name[1:]) for name in result["household_id"].to_pylist()])
    scores = result["proxy.score"].to_numpy()[order] / 10_000
    assert scores == pytest.approx(model.predicted, abs=0.002)
    below = result["proxy.below"].to_numpy(zero_copy_only=False)[order]
    chosen = stats.mean(below, design=plan).value
    assert 0.2 <= chosen <= 0.25


def test_a_person_reads_the_coefficients(run, survey):
    code, out, _ = run(survey[0], *WORDS, "--quota", "0.2")
    assert code == 0
    assert "fridge" in out
    assert "R²" in out


def test_nothing_is_overwritten(run, survey, tmp_path):
    folder = written(tmp_path, PACK, "proxy")
    assert run(survey[0], *WORDS, "--out", folder)[0] == 0
    before = (folder / "rules" / "proxy.yaml").read_text(encoding="utf-8")
    code, _, err = run(survey[0], *WORDS, "--out", folder, "--scale", "2")
    assert code == 2
    assert "proxy.yaml" in err
    assert (folder / "rules" / "proxy.yaml").read_text(encoding="utf-8") == before


def test_a_name_that_is_no_fact_is_refused(run, survey):
    code, _, err = run(survey[0], *WORDS, "--on", "冰箱")
    assert code == 2
    assert "fact=" in err
