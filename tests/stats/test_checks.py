"""Every published answer of ../shared/data/checks.json, to its tolerance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mingbai import stats
from tests.stats import samples

FIVE = [[1, 0, 1, 0], [0, 1, 0, 0], [0, 1, 1, 1], [1, 0, 0, 0], [1, 0, 1, 0]]
FOUR = [[0, 0, 0, 0], [1, 0, 0, 1], [1, 1, 1, 1], [0, 1, 0, 0]]
#: Entries that are no figure of this package, and the test that has them.
ELSEWHERE = {
    "CR-DQ": "tests/tables/test_costa_rica.py",
    "FEBRL1": "tests/tables/test_duplicates.py",
}
Answer = dict[str, object]


def _pair(one: stats.Estimate) -> list[float]:
    return [one.value, one.se]


def _matrix(rows: list[list[int]]) -> stats.Deprivation:
    columns = {f"d{place}": column for place, column in enumerate(np.array(rows).T, start=1)}
    return stats.alkire_foster(columns, cutoff=0.5)


def five() -> Answer:
    one = _matrix(FIVE)
    north, south = one.by(["north", "north", "south", "south", "south"]).values()
    return {
        "M0": one.m0.value,
        "H": one.headcount.value,
        "A": one.intensity.value,
        "h": [found.value for found in one.uncensored.values()],
        "hk": [found.value for found in one.censored.values()],
        "M0_north": north.m0.value,
        "M0_south": south.m0.value,
    }


def four() -> Answer:
    one = _matrix(FOUR)
    return {"H": one.headcount.value, "A": one.intensity.value, "M0": one.m0.value}


def benin() -> Answer:
    table, one = samples.benin()
    rural, urban = (one.by(table["area"])[area] for area in ("rural", "urban"))
    return {
        "M0": one.m0.value,
        "se": one.m0.se,
        "ci_logit": list(one.m0.interval(method="logit")),
        "rural": _pair(rural.m0),
        "urban": _pair(urban.m0),
        "H_rural": round(rural.headcount.value, 3),
        "H_urban": round(urban.headcount.value, 3),
        "A_rural": round(rural.intensity.value, 3),
        "A_urban": round(urban.intensity.value, 3),
        "hd_nutrition": _pair(one.uncensored["d_nutr"]),
        "n": one.m0.rows,
    }


def eswatini() -> Answer:
    one = samples.eswatini().m0
    return {"M0": one.value, "se": one.se, "ci": list(one.interval(method="logit"))}


def world_bank() -> Answer:
    table = samples.table("poverty/wbpip_synthetic_1.csv")
    line, plan = float(np.mean(table["welfare"].to_numpy())), stats.design(table["weight"])
    y = table["welfare"]
    return {
        "headcount": stats.headcount(y, line, design=plan).value,
        "gap": stats.poverty_gap(y, line, design=plan).value,
        "severity": stats.severity(y, line, design=plan).value,
        "watts": stats.watts(y, line, design=plan, nonpositive="nothing").value,
        "gini": stats.gini(y, design=plan).value,
    }


def laeken() -> Answer:
    table, plan = samples.eusilc()
    y, laekens = table["eqIncome"], {"design": plan, "line_counts": False, "quantile": "upper"}
    rates = {
        f"arpr{share}": 100 * stats.at_risk_of_poverty(y, share=share / 100, **laekens).value
        for share in (40, 50, 60, 70)
    }
    return rates | {
        "arpt": round(stats.relative_line(y, design=plan, quantile="upper").value, 2),
        "qsr": stats.quintile_share_ratio(y, design=plan, quantile="upper").value,
        "rmpg": 100 * stats.median_gap(y, **laekens).value,
        "gini_laeken": 100 * stats.gini(y, design=plan).value,
    }


def convey() -> Answer:
    table, plan = samples.eusilc()
    y = table["eqIncome"]
    options = {"design": plan, "line_counts": True}
    indices = {f"fgt{a}": _pair(stats.fgt(y, 10_000, a, **options)) for a in (0, 1, 2)}
    return indices | {
        "watts(positive incomes)": _pair(stats.watts(y, 10_000, nonpositive="outside", **options)),
        "gini_convey": _pair(stats.gini(y, design=plan, definition="convey")),
    }


def california() -> Answer:
    (one, clusters), (two, stages), (strata, stratified) = (
        samples.api(kind) for kind in ("clus1", "clus2", "strat")
    )
    fitted = stats.calibrated(clusters, {"api99": one["api99"]}, {"": 6194, "api99": 3914069})
    calibrated = _pair(stats.mean(one["api00"], design=fitted))
    total = _pair(stats.total(one["enroll"], design=clusters))
    return {
        "clus1": _pair(stats.mean(one["api00"], design=clusters)),
        "strat": _pair(stats.mean(strata["api00"], design=stratified)),
        "clus2": _pair(stats.mean(two["api00"], design=stages)),
        "pop": round(stats.mean(samples.table("poverty/survey_apipop.csv")["api00"]).value, 4),
        "clus1_enroll_total": [round(value) for value in total],
        "clus1_calibrated_on_api99": [round(calibrated[0], 2), round(calibrated[1], 4)],
        "ell_by_type_E": _pair(
            stats.by(one["stype"], stats.mean, one["ell"], design=clusters)["E"]
        ),
    }


def ineq() -> Answer:
    x = samples.TEN
    return {
        "gini": stats.gini(x).value,
        "atkinson_0.5": stats.atkinson(x, 0.5).value,
        "herfindahl": stats.herfindahl(x),
        "rosenbluth": stats.rosenbluth(x),
        "watts_z2000": stats.watts(x, 2000).value,
        "sen_z2000": stats.sen(x, 2000).value,
        "sst_z2000": stats.sst(x, 2000).value,
        "fgt1_z2000": stats.fgt(x, 2000, 1).value,
        "fgt2_z2000": stats.fgt(x, 2000, 2).value,
        "watts_z5000": stats.watts(x, 5000).value,
        "sen_z5000": stats.sen(x, 5000).value,
        "sst_z5000": stats.sst(x, 5000).value,
    }


def ilocos() -> Answer:
    return {
        name: {
            "atkinson": stats.atkinson(samples.province(name), 0.5).value,
            "theil": stats.theil_t(samples.province(name)).value,
        }
        for name in ("Pangasinan", "La Union")
    }


def handbook() -> Answer:
    people = [100, 110, 150, 160]
    return {f"P{alpha}": stats.fgt(people, 125, alpha).value for alpha in (0, 1, 2)}


COMPUTED: dict[str, Callable[[], Answer]] = {
    "AF4": four,
    "AF5": five,
    "API": california,
    "BEN06": benin,
    "EUS": laeken,
    "EUS-FGT": convey,
    "ILO": ilocos,
    "INEQ": ineq,
    "PIP-MD": world_bank,
    "SWZ": eswatini,
    "WBH": handbook,
}
SMALL = {  # typed by hand, so that a clone alone has them too
    "AF4": {"H": 0.5, "A": 0.75, "M0": 0.375},
    "AF5": {"M0": 0.35, "H": 0.6, "A": 0.583333, "M0_north": 0.25, "M0_south": 0.4166667},
    "INEQ": {"gini": 0.4620911, "atkinson_0.5": 0.1796591, "sen_z2000": 0.12285},
    "WBH": {"P0": 0.5, "P1": 0.08, "P2": 0.0136},
}


def _leaves(found: object, path: str = "") -> dict[str, float]:
    if isinstance(found, dict):
        items = [(f"{path}.{name}", value) for name, value in found.items()]
    elif isinstance(found, list):
        items = [(f"{path}[{place}]", value) for place, value in enumerate(found)]
    else:
        return {path: found}
    return {name: leaf for part, value in items for name, leaf in _leaves(value, part).items()}


def test_every_entry_is_computed(shared_data: object) -> None:
    assert set(samples.checks()) == {*COMPUTED, *ELSEWHERE}


@pytest.mark.parametrize("name", sorted(COMPUTED))
def test_published_answer(name: str, shared_data: object) -> None:
    """Absolute or relative, whichever is wider: totals of millions are printed as whole numbers."""
    entry = samples.checks()[name]
    wanted, found = _leaves(entry["expected"]), _leaves(COMPUTED[name]())
    tolerance = max(entry["tolerance"], 1e-12)
    assert found == pytest.approx(wanted, abs=tolerance, rel=1e-9)


@pytest.mark.parametrize("name", sorted(SMALL))
def test_published_answer_without_the_files(name: str) -> None:
    found = COMPUTED[name]()
    assert {key: found[key] for key in SMALL[name]} == pytest.approx(SMALL[name], abs=1e-6)
