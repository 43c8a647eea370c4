"""The packs under policies/ on drawn households: every engine gives the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mingbai.engine.compiling import bind_pack, compile_bound
from mingbai.engine.loading import load_pack
from tests.generative import engines
from tests.generative.households import households
from tests.generative.profile import MORE

POLICIES = Path(__file__).parents[2] / "policies"
DAYS = {
    "cn": [date(2017, 12, 31), date(2020, 3, 20), date(2022, 5, 1), date(2024, 2, 29), date(2025, 6, 30)],
    "cn-hubei": [date(2018, 3, 1), date(2025, 6, 30)],
    "cn-checks": [date(2021, 1, 1), date(2025, 6, 30)],
    "cr": [date(2018, 1, 1)],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "day"), [(name, day) for name, days in DAYS.items() for day in days]
)
def test_every_engine_gives_the_same(name: str, day: date) -> None:
    pack = load_pack(POLICIES / name, with_cases=False)
    bound, rows = bind_pack(pack, day), households(pack, day, day.toordinal(), 60 * MORE)
    program = compile_bound(bound, reasons=True, causes=True)
    duck = engines.on_duckdb(program, rows)
    assert engines.differences(duck, engines.on_closures(program, rows)) == {}
    judged = engines.on_reference(program, rows)
    assert engines.differences({key: duck[key] for key in judged}, judged) == {}
    assert len(judged) > 100
    # With causes the query of a whole pack is deeper than SQLite's parser goes.
    smaller = compile_bound(bound, reasons=True)
    lite = engines.on_sqlite(smaller, rows)
    assert engines.differences(engines.on_duckdb(smaller, rows), lite) == {}
