"""Make synthetic persons and households for the benchmarks.

All values are drawn from a seeded generator and describe no place. The two tables fit the facts of
benchmarks/pack: 27 person columns and 29 household columns, about 3.3 persons a household, zstd
Parquet ordered by household, money in fen. Keys are text of twelve digits; a file that starts at
another household number shares no household with the first.

    python -m benchmarks.generate --persons 1000000 --seed 1 --out DIR
    python -m benchmarks.generate --persons 100000000 --files 100 --seed 1 --out DIR
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

AS_OF = date(2025, 6, 30)
HOUSEHOLD_SIZES = np.array([0.10, 0.20, 0.27, 0.23, 0.12, 0.06, 0.02])  # 1 to 7 persons, mean 3.33
HOUSEHOLDS_A_FILE = 10_000_000  # numbers set aside for one file, so that no two files share a key
FIRST_KEY = 100_000_000_000  # twelve digits
ROW_GROUP = 122_880
NULLS_IN_256 = 8  # 3.1 %

CODES: dict[str, list[str]] = {
    "sex": ["male", "female"],
    "relation": ["head", "spouse", "child", "parent", "grandchild", "other"],
    "edu_status": ["none", "primary", "junior", "senior", "vocational", "college", "left"],
    "disability_kind": ["none", "sight", "hearing", "limb", "mind", "several"],
    "self_care": ["full", "partly", "unable"],
    "work_place": ["none", "township", "county", "province", "away"],
    "ethnic": ["han", "yi", "miao", "hani", "other"],
    "household_kind": ["general", "registered", "monitored", "assisted"],
    "dwelling_grade": ["A", "B", "C", "D"],
}


@dataclass
class Draw:
    """One table under construction: columns are drawn one by one from one generator."""

    rng: np.random.Generator
    rows: int
    nulls: bool

    def mask(self) -> np.ndarray | None:
        """Which rows are unknown; None for data without unknowns."""
        if not self.nulls:
            return None
        return np.frombuffer(self.rng.bytes(self.rows), np.uint8) < NULLS_IN_256

    def column(self, values: np.ndarray) -> pa.Array:
        return pa.array(values, mask=self.mask())

    def flag(self, share: float | np.ndarray) -> pa.Array:
        return self.column(self.rng.random(self.rows, np.float32) < share)

    def whole(self, low: int, high: int) -> np.ndarray:
        return self.rng.integers(low, high + 1, self.rows, dtype=np.int64)

    def money(self, share: float, mean: float) -> np.ndarray:
        """Fen: zero but for a share of the rows, there spread about a mean in yuan, whole yuan."""
        spread = self.rng.standard_exponential(self.rows, np.float32)
        some = self.rng.random(self.rows, np.float32) < share
        return np.where(some, (spread * mean).astype(np.int64) * 100, 0)

    def choice(self, shares: list[float]) -> np.ndarray:
        """Positions in a code list, by the given shares."""
        bounds = np.cumsum(shares)[:-1].astype(np.float32)
        drawn = self.rng.random(self.rows, np.float32)
        return np.searchsorted(bounds, drawn, side="right").astype(np.int8)

    def codes(self, name: str, positions: np.ndarray) -> pa.Array:
        indices = pa.array(positions, mask=self.mask())
        return pa.DictionaryArray.from_arrays(indices, pa.array(CODES[name]))


def texts(numbers: np.ndarray) -> pa.Array:
    return pc.cast(pa.array(numbers), pa.string())


def days_before(as_of: date, days: np.ndarray, mask: np.ndarray | None) -> pa.Array:
    epoch_day = as_of.toordinal() - date(1970, 1, 1).toordinal()
    return pa.array((epoch_day - days).astype(np.int32), mask=mask).cast(pa.date32())


def draw_sizes(rng: np.random.Generator, persons: int) -> np.ndarray:
    """Household sizes that add up to exactly this number of persons."""
    if persons < 1:
        raise ValueError("at least one person is needed")
    estimate = int(persons / 3.3 * 1.05) + 50
    sizes = rng.choice(np.arange(1, 8), estimate, p=HOUSEHOLD_SIZES).astype(np.int64)
    ends = np.cumsum(sizes)
    last = int(np.searchsorted(ends, persons))
    sizes = sizes[: last + 1].copy()
    sizes[-1] -= int(ends[last]) - persons
    return sizes


def make_persons(
    rng: np.random.Generator, sizes: np.ndarray, first_household: int, *, nulls: bool
) -> pa.Table:
    rows = int(sizes.sum())
    draw = Draw(rng, rows, nulls)
    household = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    starts = np.cumsum(sizes) - sizes
    position = np.arange(rows, dtype=np.int64) - starts[household]
    keys = household + FIRST_KEY + first_household

    age = np.where(
        position < 2,
        20 + (rng.random(rows, np.float32) * 62).astype(np.int64),
        (rng.random(rows, np.float32) ** 1.6 * 88).astype(np.int64),
    )
    born = age * 365 + age // 4 + rng.integers(0, 365, rows)
    adult = (age >= 16) & (age < 65)
    schooling = np.where((age >= 6) & (age < 12), 1, np.where(age < 6, 0, 6)).astype(np.int8)
    schooling = np.where((age >= 12) & (age < 15), 2, schooling)
    schooling = np.where((age >= 15) & (age < 18), 3 + (rng.random(rows) < 0.4), schooling)
    schooling = np.where((age >= 18) & (age < 22) & (rng.random(rows) < 0.3), 5, schooling)
    schooling = np.where((age >= 6) & (rng.random(rows, np.float32) < 0.015), 6, schooling)
    grade = np.where(rng.random(rows, np.float32) < 0.07, rng.integers(1, 5, rows), 0)
    working = adult & (rng.random(rows, np.float32) < 0.62)
    months = np.where(working, rng.integers(1, 13, rows), 0)
    wage = np.where(working, rng.integers(90, 450, rows) * 10 * 100, 0)
    pension = np.where(age >= 60, rng.integers(100, 260, rows) * 100, 0)
    sick_days = np.where(rng.random(rows, np.float32) < 0.08, rng.integers(1, 40, rows), 0)
    place = np.where(working, rng.integers(1, 5, rows), 0).astype(np.int8)

    columns = {
        "person_id": texts(keys * 10 + position + 1),
        "household_id": texts(keys),
        "birth_date": days_before(AS_OF, born, draw.mask()),
        "sex": draw.codes("sex", draw.choice([0.52, 0.48])),
        "relation": draw.codes("relation", np.minimum(position, 5).astype(np.int8)),
        "resident": draw.flag(0.94),
        "edu_status": draw.codes("edu_status", schooling.astype(np.int8)),
        "dropout_exempt": draw.flag(0.01),
        "disability_grade": draw.column(grade),
        "disability_kind": draw.codes(
            "disability_kind",
            np.where(grade > 0, rng.integers(1, 6, rows), 0).astype(np.int8),
        ),
        "chronic_ill": draw.flag(0.15),
        "major_ill": draw.flag(0.02),
        "medical_insured": draw.flag(0.985),
        "pension_insured": draw.flag(0.9),
        "self_care": draw.codes("self_care", draw.choice([0.93, 0.05, 0.02])),
        "working": draw.column(working),
        "work_months": draw.column(months),
        "monthly_wage": draw.column(wage),
        "work_place": draw.codes("work_place", place),
        "trained": draw.flag(0.3),
        "pension_monthly": draw.column(pension),
        "oop_medical": draw.column(draw.money(0.35, 1800)),
        "hospital_days": draw.column(sick_days),
        "school_cost": draw.column(np.where(schooling != 6, draw.money(0.8, 900), 0)),
        "allowance_monthly": draw.column(
            np.where((grade > 0) & (grade < 3), rng.integers(0, 2, rows) * 8000, 0)
        ),
        "ethnic": draw.codes("ethnic", draw.choice([0.6, 0.2, 0.1, 0.05, 0.05])),
        "has_phone": draw.flag(0.85),
    }
    return pa.table(columns)


def make_households(
    rng: np.random.Generator, sizes: np.ndarray, first_household: int, *, nulls: bool
) -> pa.Table:
    rows = len(sizes)
    draw = Draw(rng, rows, nulls)
    number = np.arange(rows, dtype=np.int64)
    village = (first_household + number) // 350
    kinds = draw.choice([0.72, 0.18, 0.05, 0.05])
    columns = {
        "household_id": texts(number + FIRST_KEY + first_household),
        "division_code": texts(530_600_000_000 + village % 1_000_000),
        "village": texts(village),
        "household_kind": draw.codes("household_kind", kinds),
        "dwelling_grade": draw.codes("dwelling_grade", draw.choice([0.70, 0.25, 0.03, 0.02])),
        "dwelling_rooms": draw.column(draw.whole(1, 8)),
        "dwelling_area": draw.column(draw.whole(250, 2500)),
        "water_piped": draw.flag(0.88),
        "water_minutes": draw.column(draw.whole(0, 30)),
        "water_litres": draw.column(draw.whole(15, 90)),
        "water_quality": draw.flag(0.985),
        "water_guarantee": draw.column(draw.whole(88, 100)),
        "electricity": draw.flag(0.998),
        "hard_road": draw.flag(0.96),
        "land_mu": draw.column(draw.whole(0, 2000)),
        "land_rent": draw.column(draw.money(0.25, 900)),
        "crop_income": draw.column(draw.money(0.75, 5200)),
        "livestock_income": draw.column(draw.money(0.45, 4100)),
        "business_income": draw.column(draw.money(0.12, 15000)),
        "transfer_income": draw.column(draw.money(0.5, 1900)),
        "subsidy_income": draw.column(draw.money(0.6, 1200)),
        "production_cost": draw.column(draw.money(0.8, 2600)),
        "debt": draw.column(draw.money(0.3, 24000)),
        "disaster_loss": draw.column(draw.money(0.06, 9000)),
        "disaster_hit": draw.flag(0.05),
        "savings": draw.column(draw.money(0.5, 6000)),
        "owns_car": draw.flag(0.12),
        "owns_second_home": draw.flag(0.03),
        "surveyed_on": days_before(AS_OF, rng.integers(0, 400, rows), draw.mask()),
    }
    return pa.table(columns)


def make_tables(
    persons: int, *, seed: int, first_household: int = 0, nulls: bool = True
) -> tuple[pa.Table, pa.Table]:
    """The persons and households tables of one file; the same arguments give the same bytes."""
    rng = np.random.Generator(np.random.SFC64(seed))
    sizes = draw_sizes(rng, persons)
    return (
        make_persons(rng, sizes, first_household, nulls=nulls),
        make_households(rng, sizes, first_household, nulls=nulls),
    )


def write_table(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd", row_group_size=ROW_GROUP, store_schema=False)


def write_files(
    folder: Path, persons: int, *, files: int, seed: int, nulls: bool = True
) -> Iterator[tuple[Path, Path]]:
    """Write `files` pairs of Parquet files, each from a seed and a household range of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        share = persons // files + (1 if number < persons % files else 0)
        made = make_tables(
            share,
            seed=seed * 1000 + number,
            first_household=number * HOUSEHOLDS_A_FILE,
            nulls=nulls,
        )
        paths = (
            folder / f"person-{number:03d}.parquet",
            folder / f"household-{number:03d}.parquet",
        )
        for table, path in zip(made, paths, strict=True):
            write_table(table, path)
        yield paths


def replace_rows(old: pa.Table, new: pa.Table, changed: np.ndarray) -> pa.Table:
    """`old` with the marked rows taken from `new`; both tables have the same rows and keys."""
    mask = pa.array(changed)
    columns = {
        name: pc.if_else(mask, new[name], old[name])
        if not pa.types.is_dictionary(old.schema.field(name).type)
        else pc.if_else(mask, new[name].cast(pa.string()), old[name].cast(pa.string()))
        for name in old.column_names
    }
    return pa.table(columns)


def write_changed(folder: Path, persons: int, *, seed: int, share: float) -> None:
    """The first file of `write_files` after a share of households changed, and the changed keys."""
    folder.mkdir(parents=True, exist_ok=True)
    old = make_tables(persons, seed=seed * 1000)
    sizes = draw_sizes(np.random.Generator(np.random.SFC64(seed * 1000)), persons)
    other = np.random.Generator(np.random.SFC64(seed * 1000 + 999))
    new = (
        make_persons(other, sizes, 0, nulls=True),
        make_households(other, sizes, 0, nulls=True),
    )
    hit = other.random(len(sizes)) < share
    marks = (np.repeat(hit, sizes), hit)
    for name, before, after, mark in zip(("person", "household"), old, new, marks, strict=True):
        write_table(replace_rows(before, after, mark), folder / f"{name}-000.parquet")
    keys = pa.table({"household_id": texts(np.flatnonzero(hit) + FIRST_KEY)})
    write_table(keys, folder / "changed.parquet")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-nulls", action="store_true", help="every value is known")
    parser.add_argument(
        "--changed", type=float, help="write the data after this share of households changed"
    )
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    if given.changed is not None:
        write_changed(given.out, given.persons, seed=given.seed, share=given.changed)
        return
    made = write_files(
        given.out, given.persons, files=given.files, seed=given.seed, nulls=not given.no_nulls
    )
    for person, household in made:
        print(person.name, household.name)


if __name__ == "__main__":
    main()
