"""FGT and Gini of 1 M persons with linearised standard errors: ``python -m benchmarks.figures``.

The sample is drawn here: 40 strata, 10,000 clusters, unequal weights, lognormal welfare with a share of
the spread between clusters. CPU seconds, least of five, beside the least that numpy could do.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

import numpy as np

from mingbai import stats

PERSONS, CLUSTERS, STRATA, TIMES = 1_000_000, 10_000, 40, 5


def main() -> None:
    rng = np.random.default_rng(20250630)
    cluster = np.sort(rng.integers(0, CLUSTERS, PERSONS))
    welfare = np.exp(9 + rng.normal(0, 0.3, CLUSTERS)[cluster] + rng.normal(0, 0.6, PERSONS))
    weight, line = rng.uniform(1, 9, PERSONS), float(np.quantile(welfare, 0.1))
    strata = cluster % STRATA

    def drawn() -> stats.Design:
        return stats.design(weight, strata=strata, psu=cluster)

    plan = drawn()
    work: dict[str, Callable[[], object]] = {
        "design": drawn,
        "headcount": lambda: stats.headcount(welfare, line, design=plan),
        "gap": lambda: stats.poverty_gap(welfare, line, design=plan),
        "Gini": lambda: stats.gini(welfare, design=plan),
        "Theil T": lambda: stats.theil_t(welfare, design=plan),
        "S80/S20": lambda: stats.quintile_share_ratio(welfare, design=plan),
        "floor: headcount without error": lambda: float(weight @ (welfare < line)) / weight.sum(),
        "floor: sorting once": lambda: np.argsort(welfare, kind="stable"),
    }
    for name, call in work.items():
        print(f"{name:32} {_least(call):6.3f} CPU s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak {peak:.0f} MB with {PERSONS:,} persons")


def _least(call: Callable[[], object]) -> float:
    taken = []
    for _ in range(TIMES):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return min(taken)


if __name__ == "__main__":
    main()
