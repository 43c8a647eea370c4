"""`make bench`: measure everything, print it, and write docs/benchmarks.md.

python -m benchmarks            1 M, 10 M and 100 M persons: about twenty minutes, 8 GB of disk
python -m benchmarks --quick    1 M persons only: a few minutes; prints, writes no page
"""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from pathlib import Path

from benchmarks import places, suites, table_suite
from benchmarks.page import write_page
from benchmarks.suites import Bench, Report, guarded

HERE = Path(__file__).resolve().parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="1 M persons only; writes no page")
    parser.add_argument("--times", type=int, default=5, help="runs of each contender at 1 M")
    parser.add_argument(
        "--data", type=Path, default=HERE.parent / "build" / "bench", help="where the files lie"
    )
    parser.add_argument(
        "--page", type=Path, help="write the page here (default docs/benchmarks.md)"
    )
    given = parser.parse_args()
    data = given.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="results-", dir=data) as results:
        bench = Bench(data, Path(results), given.times, Report())
        small(bench)
        if not given.quick:
            large(bench)
    page = given.page or (None if given.quick else HERE.parent / "docs" / "benchmarks.md")
    write_page(bench.report, page, quick=given.quick)


def small(bench: Bench) -> None:
    """Everything that a million persons can show."""
    one = bench.files(bench.make("1m", "--persons", "1000000", "--seed", "1"))
    known = bench.files(bench.make("1m-known", "--persons", "1000000", "--seed", "2", "--no-nulls"))
    tenth = bench.files(bench.make("100k", "--persons", "100000", "--seed", "3"))
    suite = partial(guarded, bench.report)
    suite("1 M", lambda: suites.against_hand(bench, one, "1 M", "300MB", bench.times))
    suite(
        "OpenFisca, 1 M",
        lambda: suites.against_openfisca(bench, known, "1 M", "300MB", bench.times),
    )
    suite("row loop", lambda: suites.against_loop(bench, tenth))
    suite("what-if", lambda: suites.what_if(bench, one))
    suite("1 % changed", lambda: suites.changed_share(bench, one))
    suite("explanation", lambda: suites.explanation(bench, tenth))
    suite("policies/cn", lambda: suites.national(bench, bench.times))
    suite("the offices' tables", lambda: table_suite.tables(bench))
    suite("a synthetic county", lambda: places.place(bench))


def large(bench: Bench) -> None:
    """Ten million in one go, a hundred million in partitions."""
    folder = bench.make("100m", "--persons", "100000000", "--files", "100", "--seed", "4")
    ten = bench.files(folder, 10)
    known = bench.files(
        bench.make(
            "10m-known", "--persons", "10000000", "--files", "10", "--seed", "5", "--no-nulls"
        )
    )
    suite = partial(guarded, bench.report)
    suite("10 M", lambda: suites.against_hand(bench, ten, "10 M", "4GB", 3))
    suite("OpenFisca, 10 M", lambda: suites.against_openfisca(bench, known, "10 M", "4GB", 3))
    suite("100 M in partitions", lambda: suites.in_partitions(bench, folder))


if __name__ == "__main__":
    main()
