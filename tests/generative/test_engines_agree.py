"""SQL on DuckDB, SQL on SQLite, closures and the reference give the same on every output."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from mingbai.engine.compiling import bind_pack, compile_bound
from mingbai.engine.running import complete_facts
from tests.generative import engines
from tests.generative.households import households
from tests.generative.profile import PROFILE, PROGRAMS
from tests.generative.rules import DAYS, Drawn, drawn_rules, pack_of, programs

HOUSEHOLDS = 30


@settings(PROFILE, max_examples=PROGRAMS)
@given(drawn_rules(), st.sampled_from(DAYS), st.integers(0, 10**6))
def test_every_engine_gives_the_same(drawn: list[Drawn], as_of: date, seed: int) -> None:
    pack = pack_of(drawn)
    rows = households(pack, as_of, seed, HOUSEHOLDS)
    _, program = programs(pack, as_of)
    duck = engines.on_duckdb(program, rows)
    closures = engines.on_closures(program, rows)
    assert engines.differences(duck, closures) == {}
    lite = engines.on_sqlite(program, rows)
    assert engines.differences(duck, lite) == {}
    judged = engines.on_reference(program, rows)
    assert engines.differences({key: duck[key] for key in judged}, judged) == {}


@settings(PROFILE, max_examples=PROGRAMS // 2)
@given(drawn_rules(), st.sampled_from(DAYS), st.integers(0, 10**6))
def test_a_program_without_reasons_and_causes_gives_the_same(
    drawn: list[Drawn], as_of: date, seed: int
) -> None:
    """Without causes the tree is lowered in larger pieces: that is how a county is screened.

    Facts that no row lacks are not even asked whether they are known.
    """
    pack = pack_of(drawn)
    rows = households(pack, as_of, seed, HOUSEHOLDS, whole=True)
    complete = complete_facts(pack, engines.tables(pack, rows))
    assert len(complete) > 3
    program = compile_bound(bind_pack(pack, as_of), complete=complete, causes=seed % 2 == 0)
    judged = engines.on_reference(program, rows)
    duck = engines.on_duckdb(program, rows)
    assert engines.differences({key: duck[key] for key in judged}, judged) == {}
    closures = engines.on_closures(program, rows)
    assert engines.differences(duck, closures) == {}
