"""Answers that others have printed for the same data, beyond those of checks.json.

laeken: the vignettes laeken-standard and laeken-variance. convey and vardpoor: the book "Poverty and
Inequality with Complex Survey Data" and the tests of convey 1.0.1. survey: the vignette survey.pdf (4.5) and
the package's tests. Each is a plain call here, with the definition as an option.
"""

from __future__ import annotations

import numpy as np
import pytest

from mingbai import stats
from tests.stats import samples

REGIONS = ["Burgenland", "Carinthia", "Lower Austria", "Salzburg", "Styria"]
REGIONS += ["Tyrol", "Upper Austria", "Vienna", "Vorarlberg"]
LAEKEN = {
    "arpr": [
        19.53984,
        13.08627,
        13.84362,
        13.78734,
        14.37464,
        15.30819,
        10.88977,
        17.23468,
        16.53731,
    ],
    "qsr": [
        5.008486,
        3.562404,
        3.824539,
        3.768393,
        3.464305,
        3.586046,
        3.668289,
        4.654743,
        4.366511,
    ],
    "rmpg": [
        12.32438,
        13.12787,
        17.48023,
        28.89533,
        15.53486,
        19.58447,
        19.47177,
        23.35608,
        26.96706,
    ],
    "gini": [
        32.05489,
        25.49448,
        25.93737,
        25.01652,
        23.71190,
        25.24881,
        25.49202,
        28.94944,
        28.74120,
    ],
}
BY_AGE_AND_SEX = {  # (from, below, sex) → at risk of poverty, median gap
    (-1, 16, "female"): (18.948125, 19.05696),
    (-1, 16, "male"): (17.973597, 19.05696),
    (16, 25, "female"): (16.703016, 32.93985),
    (16, 25, "male"): (16.156673, 23.70534),
    (25, 50, "female"): (15.220300, 20.78422),
    (25, 50, "male"): (9.638359, 18.19213),
    (50, 65, "female"): (12.941125, 21.34382),
    (50, 65, "male"): (8.221154, 18.92860),
    (65, 200, "female"): (21.252184, 14.48597),
    (65, 200, "male"): (12.046903, 15.34966),
}
pytestmark = pytest.mark.usefixtures("shared_data")


def _laeken(figure: str, **options: object) -> float:
    table, plan = samples.eusilc()
    y, options = table["eqIncome"], options | {"design": plan}
    strict = options | {"line_counts": False, "quantile": "upper"}
    if figure == "arpr":
        return 100 * stats.at_risk_of_poverty(y, **strict).value
    if figure == "rmpg":
        return 100 * stats.median_gap(y, **strict).value
    if figure == "qsr":
        return stats.quintile_share_ratio(y, quantile="upper", **options).value
    return 100 * stats.gini(y, **options).value


@pytest.mark.parametrize("figure", sorted(LAEKEN))
def test_laeken_by_region(figure: str) -> None:
    """The line of all Austria, also for a region."""
    region = samples.eusilc()[0]["db040"].to_numpy()
    found = [_laeken(figure, within=region == name) for name in REGIONS]
    assert found == pytest.approx(LAEKEN[figure], abs=6e-6)


def test_laeken_by_age_and_sex() -> None:
    table = samples.eusilc()[0]
    age, sex = table["age"].to_numpy(), table["rb090"].to_numpy()
    found = {}
    for low, high, who in BY_AGE_AND_SEX:
        within = (age >= low) & (age < high) & (sex == who)
        found[low, high, who] = (_laeken("arpr", within=within), _laeken("rmpg", within=within))
    assert found == {key: pytest.approx(value, abs=6e-6) for key, value in BY_AGE_AND_SEX.items()}


def _convey() -> dict[str, stats.Estimate]:
    table, plan = samples.eusilc()
    y, women = table["eqIncome"], table["rb090"].to_numpy() == "female"
    old = table["age"].to_numpy() >= 65
    return {
        "arpt": stats.relative_line(y, design=plan),
        "arpr": stats.at_risk_of_poverty(y, design=plan),
        "rmir": stats.median_ratio(y, old, design=plan),
        "rmpg": stats.median_gap(y, design=plan),
        "poormed": stats.poor_median(y, design=plan),
        "qsr": stats.quintile_share_ratio(y, design=plan),
        "gini": stats.gini(y, design=plan, definition="convey"),
        "gpg": stats.mean_gap(y, ~women, design=plan),
        "fgt1 of 60 % of the mean": stats.relative_fgt(y, 1, of="mean", design=plan),
    }


def test_convey_values_and_errors() -> None:
    printed = {
        "arpt": (10859.24, 50.63622, 0.005),
        "arpr": (0.1444422, 0.002756769, 5e-8),
        "rmir": (0.9330361, 0.01128911, 5e-8),
        "rmpg": (0.189286, 0.005763974, 5e-7),
        "poormed": (8803.735, 72.87983, 5e-4),
        "qsr": (3.970004, 0.04255041, 5e-7),
        "gini": (0.2649652, 0.001946982, 5e-8),
        "gpg": (-0.08278297, 0.009447916, 5e-8),
        "fgt1 of 60 % of the mean": (0.051187, 0.0011, 5e-5),
    }
    for name, one in _convey().items():
        value, se, close = printed[name]
        assert (one.value, one.se) == pytest.approx((value, se), abs=close), name


def test_convey_of_an_unweighted_sample() -> None:
    """tests/testthat of convey: the schools as if drawn at random; below 60 % of the median is nobody."""
    points = samples.api("strat")[0]["api00"]
    assert np.isnan(stats.poor_median(points).value)
    median, gap = stats.poor_median(points, share=1), stats.median_gap(points, share=1)
    assert (round(median.se, 5), round(gap.se, 7)) == (13.55642, 0.0172573)


def test_vardpoor_with_the_regions_populations() -> None:
    """convey's book prints vardpoor's errors; its density for the rate is that at the median."""
    table, plan = samples.eusilc()
    region, weight = table["db040"].to_numpy(), table["rb050"].to_numpy()
    counts = {name: float(weight[region == name].sum()) for name in REGIONS}
    plan = stats.design(weight, strata=region, fpc=[counts[name] for name in region])
    y, options = table["eqIncome"], {"design": plan}
    old, women = table["age"].to_numpy() >= 65, table["rb090"].to_numpy() == "female"
    found = {
        "arpt": stats.relative_line(y, **options).se,
        "arpr": 100 * stats.at_risk_of_poverty(y, density_at="quantile", **options).se,
        "rmir": stats.median_ratio(y, old, **options).se,
        "rmpg": 100 * stats.median_gap(y, **options).se,
        "poormed": stats.poor_median(y, **options).se,
        "qsr": stats.quintile_share_ratio(y, **options).se,
        "gini": 100 * stats.gini(y, definition="convey", **options).se,
        "gpg": 100 * stats.mean_gap(y, women, **options).se,
    }
    assert found == pytest.approx(
        {
            "arpt": 50.59093,
            "arpr": 0.2952722,
            "rmir": 0.0112789,
            "rmpg": 0.5758866,
            "poormed": 72.81542,
            "qsr": 0.04251263,
            "gini": 0.1945233,
            "gpg": 0.8051301,
        },
        rel=1e-6,
    )


def test_survey_vignette_of_clusters() -> None:
    table, plan = samples.api("clus1")
    types, enrolled = table["stype"].to_numpy(), table["enroll"]
    totals = {name: stats.total(types == name, design=plan) for name in "EHM"}
    assert [(round(one.value, 2), round(one.se, 2)) for one in totals.values()] == [
        (4873.97, 1333.32),
        (473.86, 158.70),
        (846.17, 167.55),
    ]
    ratio = stats.ratio(table["api.stu"], enrolled, design=plan)
    assert (ratio.value, ratio.se) == pytest.approx((0.8497087, 0.008386297), abs=5e-8)
    high = stats.ratio(table["api.stu"], enrolled, design=plan, within=types == "H")
    assert (high.value, high.se) == pytest.approx((0.8300683, 0.01472607), abs=5e-8)
    meals = stats.by(types, stats.mean, table["meals"], design=plan)
    assert [(one.value, one.se) for one in meals.values()] == [
        pytest.approx((53.09028, 7.070399), abs=5e-6),
        pytest.approx((37.57143, 5.912262), abs=5e-6),
        pytest.approx((43.08000, 6.017110), abs=5e-6),
    ]


@pytest.mark.parametrize(
    ("share", "value", "low", "high", "se"),
    [
        (0.25, 552, 492, 627, 31.47166),
        (0.5, 652, 561, 714, 35.66788),
        (0.75, 719, 696, 777, 18.88300),
    ],
)
def test_survey_quantiles(share: float, value: float, low: float, high: float, se: float) -> None:
    table, plan = samples.api("clus1")
    one, ends = stats.woodruff(table["api00"], share, design=plan)
    assert (one.value, *ends) == (value, low, high)
    assert one.se == pytest.approx(se, abs=5e-6)


def test_survey_models() -> None:
    table, plan = samples.api("clus1")
    columns = {"ell": table["ell"], "meals": table["meals"]}
    linear = stats.fit(table["api00"], columns, design=plan)
    assert [(round(one.value, 4), round(one.se, 4)) for one in linear.coefficients.values()] == [
        (817.1823, 18.6709),
        (-0.5088, 0.3259),
        (-3.1456, 0.3018),
    ]
    whole = table["sch.wide"].to_numpy() == "Yes"
    logistic = stats.fit(whole, columns, design=plan, link="logit")
    assert [(round(one.value, 6), round(one.se, 6)) for one in logistic.coefficients.values()] == [
        (1.899557, 0.509915),
        (0.039925, 0.012443),
        (-0.019115, 0.008825),
    ]
    assert linear.df == logistic.df == 12


def test_survey_calibration_poststrata_and_raking() -> None:
    """survey.pdf; help(postStratify); tests/rakecheck.R of the package."""
    table, plan = samples.api("clus1")
    types = {"E": 4421, "H": 755, "M": 1018}
    fitted = stats.calibrated(plan, {"api99": table["api99"]}, {"": 6194, "api99": 3914069})
    post = stats.poststratified(plan, table["stype"], types)
    wide = {"No": 1072, "Yes": 5122}
    raked = stats.raked(plan, [(table["stype"], types), (table["sch.wide"], wide)])
    totals = [stats.total(table["enroll"], design=one) for one in (fitted, post, raked)]
    assert [(round(one.value), round(one.se)) for one in totals] == [
        (3357372, 243227),
        (3680893, 406293),
        (3647280, 400603),
    ]
    mean = stats.mean(table["api00"], design=raked)
    assert (round(mean.value, 2), round(mean.se, 3)) == (641.23, 23.704)
    ratio = stats.ratio(table["api.stu"], table["enroll"], design=fitted)
    assert (ratio.value, ratio.se) == pytest.approx((0.8506941, 0.008674888), abs=5e-8)


@pytest.mark.parametrize(
    ("single", "se"), [("certainty", 5.8058), ("adjust", 5.8281), ("average", 6.0096)]
)
def test_survey_strata_with_one_unit(single: str, se: float) -> None:
    """tests/lonely.psu.R of the package."""
    table, _ = samples.api("clus1")
    plan = stats.design(table["pw"], strata=table["dnum"], single=single)
    one = stats.mean(table["api00"], design=plan)
    assert (round(one.value, 2), round(one.se, 4)) == (644.17, se)


def test_survey_jackknife_and_bootstrap() -> None:
    """JK1 prints 26.329; the bootstrap comes near the linearised 23.54."""
    table, plan = samples.api("clus1")

    def mean(of: stats.Design) -> float:
        return stats.mean(table["api00"], design=of).value

    jack = stats.replicated(mean, plan, stats.replicates(plan, "jackknife"))
    assert round(jack.se, 3) == 26.329
    boot = stats.replicated(mean, plan, stats.replicates(plan, "bootstrap", sets=2000))
    assert boot.se == pytest.approx(23.542, rel=0.05)


def test_jackknife_of_gini_in_a_stratified_sample() -> None:
    table, plan = samples.api("strat")

    def gini(of: stats.Design) -> float:
        return stats.gini(table["api00"], design=of).value

    linear = stats.gini(table["api00"], design=plan)
    jack = stats.replicated(gini, plan, stats.replicates(plan))
    assert jack.se == pytest.approx(linear.se, rel=0.01)


def test_design_effect_of_the_stratified_mean() -> None:
    """survey prints DEff 1.2045 (help(svymean))."""
    table, plan = samples.api("strat")
    assert round(stats.mean(table["api00"], design=plan).deff, 4) == 1.2045


def test_benin_contributions_add_up() -> None:
    """Nutrition 45.3 % uncensored in the vignette; shares of indicators and groups make one."""
    table, one = samples.benin()
    parts = one.contributions()
    assert sum(part.share.value for part in parts.values()) == pytest.approx(1)
    assert sum(part.amount.value for part in parts.values()) == pytest.approx(one.m0.value)
    areas = one.group_contributions(table["area"])
    assert sum(part.share.value for part in areas.values()) == pytest.approx(1)
    shown = np.array([part.amount.value for part in parts.values()])
    weights = np.array(list(one.weights.values()))
    censored = np.array([found.value for found in one.censored.values()])
    assert shown == pytest.approx(weights * censored)
