"""Linear and logistic models with survey errors (回归模型): how a proxy-means score is fitted.

Weighted (pseudo) maximum likelihood; the covariance is the sandwich of the design (Binder 1983,
International Statistical Review 51), as R's svyglm prints it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mingbai.stats.design import Design, degrees_of_freedom, variance
from mingbai.stats.errors import StatsError
from mingbai.stats.estimates import Estimate, Sample, estimated, sample
from mingbai.stats.inputs import Column, Numbers, codes, dot, numbers, one_of, wanted

LINKS = ("identity", "logit")
INTERCEPT = ""  # the name of the constant among the coefficients
_ROUNDS = 100
_CLOSE = 1e-12


@dataclass(frozen=True)
class Model:
    """A fitted model (回归模型): coefficients with errors; `explained` is R² of the weighted rows.

    `df` are the first-stage units less strata less the variables beyond the constant.
    """

    link: str
    coefficients: dict[str, Estimate]
    covariance: Numbers
    df: int
    explained: float
    predicted: Numbers  # of every row, on the scale of the target; nan where a variable is missing

    def score(self, columns: Mapping[str, Column]) -> Numbers:
        """The linear score of other rows (评分): constant plus coefficients times variables."""
        values = {name: one.value for name, one in self.coefficients.items() if name != INTERCEPT}
        constant = self.coefficients[INTERCEPT].value
        parts = [value * numbers(columns[name], name) for name, value in values.items()]
        return np.asarray(sum(parts) + constant, dtype=np.float64)


def fit(
    target: Column,
    columns: Mapping[str, Column],
    *,
    link: str = "identity",
    design: Design | None = None,
    within: Column | None = None,
    missing: str = "refuse",
) -> Model:
    """Fit a target on variables (拟合): "identity" least squares, "logit" of a target of 0 and 1.

    STAT-006 if a variable is a combination of the others.
    """
    one_of("link", link, LINKS)
    of = sample(target, design, within, name="target", missing=missing)
    for name, column in columns.items():
        part = sample(column, of.design, of.counted, name=name, missing=missing)
        of = of.counting(of.values, part.counted)
    given = [numbers(column, name, len(of.values)) for name, column in columns.items()]
    x = np.column_stack([np.ones(len(of.values)), *given])
    known = np.all(np.isfinite(x), axis=1)
    x = np.where(known[:, None], x, 0.0)
    rank = int(np.linalg.matrix_rank(x[of.counted]))
    wanted("columns", rank, rank == x.shape[1], "互不重复", "no combination of each other")
    beta = _least_squares(x, of) if link == "identity" else _logistic(x, of)
    names = [INTERCEPT, *columns]
    return _model(link, names, beta, x, of, np.where(known, x @ beta, np.nan))


def _least_squares(x: Numbers, of: Sample) -> Numbers:
    root = np.sqrt(of.weight)[:, None]
    beta = np.linalg.lstsq(x * root, of.values * root[:, 0], rcond=None)[0]
    return np.asarray(beta, dtype=np.float64)


def _logistic(x: Numbers, of: Sample) -> Numbers:
    """Newton's method from zero; STAT-010 if the two groups can be parted completely."""
    beta = np.zeros(x.shape[1])
    scale = of.weight / of.population
    for _ in range(_ROUNDS):
        p = _expit(x @ beta)
        slope = x.T @ (scale * (of.values - p))
        step = np.linalg.lstsq((x * (scale * p * (1 - p))[:, None]).T @ x, slope, rcond=None)[0]
        beta = beta + step
        if np.abs(step).max() < _CLOSE * max(1.0, float(np.abs(beta).max())):
            return beta
        if not np.isfinite(beta).all():
            break
    raise StatsError("STAT-010", rounds=_ROUNDS, gap=f"{float(np.abs(step).max()):.2g}")


def _expit(values: Numbers) -> Numbers:
    found: Numbers = 1 / (1 + np.exp(-np.clip(values, -700, 700)))
    return found


def _model(
    link: str, names: list[str], beta: Numbers, x: Numbers, of: Sample, linear: Numbers
) -> Model:
    predicted = linear if link == "identity" else _expit(linear)
    fitted = np.where(np.isfinite(predicted), predicted, 0.0)
    curve = np.ones(len(fitted)) if link == "identity" else fitted * (1 - fitted)
    bread = np.linalg.inv((x * (of.weight * curve)[:, None]).T @ x)
    residual = np.where(of.counted, of.values - fitted, 0.0)
    influence = (x * residual[:, None]) @ bread
    mean = dot(of.weight, of.values) / of.population
    spread = dot(of.weight, (of.values - mean) ** 2)
    freedom = degrees_of_freedom(of.design, of.counted) - (len(beta) - 1)
    coefficients = {
        name: _with_df(estimated(float(value), influence[:, place], of), freedom)
        for place, (name, value) in enumerate(zip(names, beta, strict=True))
    }
    explained = 1 - dot(of.weight, residual**2) / spread if spread > 0 else float("nan")
    return Model(link, coefficients, variance(of.design, influence), freedom, explained, predicted)


def _with_df(one: Estimate, df: int) -> Estimate:
    return Estimate(
        one.value,
        one.se,
        df,
        one.rows,
        one.population,
        one.deff,
        one.deff_replace,
        one.influence,
    )


def indicators(column: Column, name: str, base: object | None = None) -> dict[str, Numbers]:
    """Yes/no variables of a column of groups (虚拟变量), all but the base (by default the first)."""
    found, labels = codes(column, name)
    left_out = labels[0] if base is None else base
    wanted("base", len(labels), left_out in labels, "是其中一组", "one of the groups")
    return {
        f"{name}={label}": (found == code).astype(np.float64)
        for code, label in enumerate(labels)
        if label != left_out
    }
