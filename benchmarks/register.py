"""The register of a county, measured: loading, the published totals out of the database, search.

python -m benchmarks.register                                  洞口县 on both databases: fifteen minutes
python -m benchmarks.register --database sqlite --place puxi   a township: half a minute
python -m benchmarks.register --data out/dongkou               a place that is built already
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT
from benchmarks.places import command
from benchmarks.suites import Report

LOAD_SECONDS, LOAD_MB = 180, 1536
SEARCH_MS, PART_MS = 50, 200
QUERIES = 300  # of each kind and scope
DATABASES = ("sqlite", "postgresql")
#: A server that keeps what it has promised; the tests' own settings do not.
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_wal_size=2GB")
#: Published of the register of the poor: (day, standing, households, persons); none: not published.
STOCKS: dict[str, tuple[tuple[str, date, str, int | None, int], ...]] = {
    "puxi": (
        ("S1-01", date(2018, 12, 31), "all", 9678, 29544),
        ("S1-02", date(2014, 12, 31), "registered", 1727, 4869),
        ("S1-04", date(2018, 6, 30), "poor", 945, 2253),
    ),
    "dongkou": (
        ("S4-01", date(2014, 12, 31), "registered", None, 139780),
        ("S4-02 exited", date(2019, 12, 31), "exited", 26248, 96644),
        ("S4-02 left", date(2019, 12, 31), "poor", 2549, 5443),
    ),
}
#: Villages out of poverty: (mechanism, day, number).
VILLAGES = {"puxi": ("S1-03", date(2018, 12, 31), 3), "dongkou": ("S4-02", date(2019, 12, 31), 117)}


@dataclass(frozen=True)
class Drawn:
    """One person drawn as the subject of queries, as somebody who knows them would type."""

    name: str
    document: str
    phone: str
    household: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", choices=DATABASES, help="only this one")
    parser.add_argument("--place", default="dongkou", choices=sorted(STOCKS))
    parser.add_argument("--data", type=Path, help="a built place")
    parser.add_argument("--queries", type=int, default=QUERIES, help="of each kind and scope")
    parser.add_argument(
        "--inside", type=Path, help=argparse.SUPPRESS
    )  # the measuring process itself
    given = parser.parse_args()
    if given.inside is not None:
        _measure(given.place, given.inside, given.queries)
        return
    with tempfile.TemporaryDirectory(prefix="mingbai-bench-") as folder:
        data = given.data
        if data is None:
            data = Path(folder) / "place"
            command("places", "build", given.place, "--out", str(data), "--damage", "0")
        print(f"  load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
        for database in (given.database,) if given.database else DATABASES:
            register(Report(), given.place, data.resolve(), database, given.queries)


def register(report: Report, place: str, data: Path, database: str, queries: int = QUERIES) -> None:
    """Load the place into a new database of a kind, then ask it; budgets of issue 5."""
    with _installation(database) as environment:
        os.environ.update(environment)
        command("migrate")
        loaded = command("places", "load", "--data", str(data), "--json")
        rows = sum(json.loads(loaded.printed)["rows"].values())
        report.line(
            f"{place}: load {rows:,} rows into {database}",
            f"≤ {LOAD_SECONDS} s, ≤ 1.5 GB",
            f"{loaded.wall:.0f} s ({loaded.cpu:.0f} CPU s), {loaded.peak_mb:.0f} MB",
            loaded.wall <= LOAD_SECONDS and loaded.peak_mb <= LOAD_MB,
        )
        inside = [
            sys.executable, "-m", "benchmarks.register", "--place", place, "--inside", str(data),
            "--queries", str(queries),
        ]  # fmt: skip
        done = subprocess.run(inside, cwd=ROOT, capture_output=True, text=True, check=True)
        for line in json.loads(done.stdout):
            report.line(*line)


@contextmanager
def _installation(database: str) -> Iterator[dict[str, str]]:
    """Data folder, keys and, for PostgreSQL, a private server; removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="mingbai-bench-") as folder:
        environment = {
            "MINGBAI_DATA": str(Path(folder) / "data"),
            "MINGBAI_KEY_FILE": str(Path(folder) / "keys" / "keys.json"),
            "DATABASE_URL": "",
        }
        if database == "sqlite":
            yield environment
            return
        from tests.postgres import start_cluster

        cluster = start_cluster(DURABLE)
        try:
            yield {**environment, "DATABASE_URL": cluster.url("postgres")}
        finally:
            cluster.stop()


def _measure(place: str, data: Path, queries: int) -> None:
    """In a process of the installation: prints the lines of the report as JSON."""
    from mingbai.common.starting import start_django

    start_django()
    lines = [*_totals(place), *_searches(data, queries)]
    print(json.dumps(lines, ensure_ascii=False))


Line = tuple[str, str, str, bool]


def _totals(place: str) -> Iterator[Line]:
    from mingbai.households.queries.counting import Standing, count_totals
    from mingbai.places.models import VillageStatus

    for mechanism, day, standing, homes, persons in STOCKS[place]:
        started = time.perf_counter()
        found = count_totals(day, standing=Standing(standing))
        seconds = time.perf_counter() - started
        said = f"{found.households:,} 户 {found.persons:,} 人"
        wanted = f"{homes or found.households:,} 户 {persons:,} 人"
        yield (
            f"{mechanism} on {day}, out of the database",
            wanted,
            f"{said} ({seconds:.1f} s)",
            said == wanted,
        )
    mechanism, day, count = VILLAGES[place]
    rows = VillageStatus.objects.recorded().on(day).filter(kind="exited")
    found = rows.values("division_code").distinct().count()
    yield f"{mechanism} villages out on {day}", f"{count}", f"{found}", found == count


def _searches(data: Path, queries: int) -> Iterator[Line]:
    from mingbai.households.search import search

    rng = random.Random(5)
    day = date.fromisoformat(json.loads((data / "place.json").read_text(encoding="utf-8"))["until"])
    people = _drawn(data, rng)
    scopes = _scopes(rng)
    for kind, typed in KINDS.items():
        budget = PART_MS if kind.startswith("part") else SEARCH_MS
        for where, scope in scopes.items():
            taken = []
            hits = 0
            for _ in range(queries):
                text, within = typed(rng.choice(people)), scope()
                started = time.perf_counter()
                hits += len(search(text, within, day))
                taken.append((time.perf_counter() - started) * 1000)
            taken.sort()
            half, most = taken[queries // 2], taken[int(queries * 0.95)]
            yield (
                f"search {kind}, {where}", f"p95 ≤ {budget} ms",
                f"p50 {half:.1f}, p95 {most:.1f} ms, {hits / queries:.1f} hits", most <= budget,
            )  # fmt: skip


def _initials(person: Drawn) -> str:
    from mingbai.households.naming import initials_of

    return initials_of(person.name)[-1]


#: Kind of query → what is typed of a person who is looked for.
KINDS: dict[str, Callable[[Drawn], str]] = {
    "surname": lambda person: person.name[:1],
    "beginning of the name": lambda person: person.name[:2],
    "whole name": lambda person: person.name,
    "one initial": lambda person: _initials(person)[:1],
    "initials": _initials,
    "ID tail of four": lambda person: person.document[-4:],
    "ID tail of six": lambda person: person.document[-6:],
    "whole ID number": lambda person: person.document,
    "phone tail of four": lambda person: person.phone[-4:],
    "household number": lambda person: person.household,
    "beginning of the number": lambda person: person.household[:9],
    "part of the name": lambda person: person.name[1:],
    "part of one sign": lambda person: person.name[-1:],
    "part that nobody has": lambda person: person.name[::-1] + "龘",
}


def _drawn(data: Path, rng: random.Random) -> list[Drawn]:
    import pyarrow.parquet as pq

    def table(name: str, *columns: str) -> Any:
        return pq.read_table(data / "register" / f"{name}.parquet", columns=list(columns))

    persons = table("persons", "person_id", "name", "id_number")
    homes = table("households", "household_id", "head_person_id", "phone")
    heads = dict(zip(homes["head_person_id"].to_pylist(), homes.to_pylist(), strict=True))
    rows = [row for row in persons.to_pylist() if row["person_id"] in heads]
    return [
        Drawn(row["name"], row["id_number"], home["phone"], home["household_id"])
        for row in rng.sample(rows, min(5000, len(rows)))
        for home in [heads[row["person_id"]]]
    ]


def _scopes(rng: random.Random) -> dict[str, Callable[[], Any]]:
    """Whole county as seen by everybody and by its clerk, a township, a village, a helper's list."""
    from mingbai.accounts.scopes import EVERYTHING, Scope
    from mingbai.households.models import Household, Residence
    from mingbai.places.codes import range_of
    from mingbai.places.queries import register as the_register

    rows = Residence.objects.recorded().filter(valid_to=None)
    villages = sorted(rows.values_list("division_code", flat=True).distinct())
    homes = list(Household.objects.recorded().values_list("id", flat=True))
    county = the_register().division_code

    def within(*codes: str) -> Any:
        return Scope(ranges=tuple(range_of(code) for code in codes))

    return {
        "everything": lambda: EVERYTHING,
        "whole place": lambda: within(county),
        "township": lambda: within(rng.choice(villages)[:9]),
        "village": lambda: within(rng.choice(villages)),
        "helper's list": lambda: Scope(household_ids=frozenset(rng.sample(homes, 12))),
    }


if __name__ == "__main__":
    main()
