"""The published samples of ../shared/data, as columns, with the designs they were drawn by."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from mingbai import stats

SHARED = Path(__file__).parents[3] / "shared" / "data"
TEN = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]  # the example of R's ineq
MPI = {  # the global MPI: three dimensions share alike, and indicators within each
    "health": ["d_cm", "d_nutr"],
    "education": ["d_satt", "d_educ"],
    "living standards": ["d_elct", "d_wtr", "d_sani", "d_hsg", "d_ckfl", "d_asst"],
}


@cache
def checks() -> dict[str, dict[str, object]]:
    entries = json.loads((SHARED / "checks.json").read_text(encoding="utf-8"))
    return {entry["id"]: entry for entry in entries}


@cache
def table(name: str) -> pa.Table:
    path = SHARED / name
    return pa.parquet.read_table(path) if path.suffix == ".parquet" else pa.csv.read_csv(path)


@cache
def eusilc() -> tuple[pa.Table, stats.Design]:
    found = table("poverty/eusilc_laeken.parquet")
    return found, stats.design(found["rb050"], strata=found["db040"])


@cache
def api(kind: str) -> tuple[pa.Table, stats.Design]:
    found = table(f"poverty/survey_api{kind}.csv")
    if kind == "clus1":
        plan = stats.design(found["pw"], psu=found["dnum"], fpc=found["fpc"])
    elif kind == "clus2":
        units, counts = (found["dnum"], found["snum"]), (found["fpc1"], found["fpc2"])
        plan = stats.design(found["pw"], psu=units, fpc=counts)
    else:
        plan = stats.design(found["pw"], strata=found["stype"], fpc=found["fpc"])
    return found, plan


@cache
def benin() -> tuple[pa.Table, stats.Deprivation]:
    found = table("households/benin_2006/persons_2006.parquet")
    plan = stats.design(found["weight"], strata=found["strata"], psu=found["psu"])
    weights = stats.nested_weights(MPI)
    columns = {name: found[name] for name in weights}
    return found, stats.alkire_foster(columns, weights, 1 / 3, design=plan, missing="listwise")


@cache
def eswatini() -> stats.Deprivation:
    found = table("poverty/swz_mics14_mpitb.parquet")
    plan = stats.design(found["Weight"], strata=found["Strata"], psu=found["PSU"])
    weights = {"Nutrition": 1 / 3, "School": 1 / 3, "Water": 1 / 6, "Assets": 1 / 6}
    columns = {name: found[name] for name in weights}
    return stats.alkire_foster(columns, weights, 0.25, design=plan)


def province(name: str) -> np.ndarray:
    found = table("households/ilocos_1997/families.csv")
    return found["income"].to_numpy()[found["province"].to_numpy() == name] / 10_000
