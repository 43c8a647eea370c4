"""DuckDB is locked down, and what is written appears whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mingbai.engine.compiling import bind_pack, compile_bound
from mingbai.engine.errors import RunError
from mingbai.engine.model.pack import Pack
from mingbai.engine.running import Database, run, run_hits, run_to_parquet
from tests.engine.everywhere import with_rule
from tests.engine.packs import DAY


@pytest.fixture
def database(tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with Database([tmp_path / "in"]) as database:
        yield database


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('{out}/secret.csv')",
        "SELECT * FROM '{out}/secret.csv'",
        "SELECT * FROM read_text('{out}/secret.csv')",
        "SELECT * FROM read_blob('{out}/in/../secret.csv')",
        "SELECT * FROM glob('{out}/*')",
        "SELECT * FROM read_csv('https://example.org/a.csv')",
        "COPY (SELECT 1) TO '{out}/stolen.csv'",
        "COPY (SELECT 1) TO '{out}/in/../stolen.parquet' (FORMAT parquet)",
        "EXPORT DATABASE '{out}/stolen'",
        "IMPORT DATABASE '{out}/stolen'",
        "ATTACH '{out}/other.duckdb'",
        "ATTACH '{out}/other.sqlite' (TYPE sqlite)",
        "INSTALL httpfs",
        "INSTALL '{out}/x.duckdb_extension'",
        "LOAD httpfs",
        "LOAD '{out}/x.duckdb_extension'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET lock_configuration = false",
        "SET memory_limit = '100GB'",
        "RESET enable_external_access",
        "PRAGMA enable_profiling",
        "CREATE SECRET s (TYPE s3)",
    ],
)
def test_locked_down(database: Database, tmp_path: Path, statement: str) -> None:
    with pytest.raises(duckdb.Error):
        database.connection.execute(statement.replace("{out}", str(tmp_path)))
    assert {path.name for path in tmp_path.iterdir()} == {"in", "secret.csv"}


def test_python_variables_are_no_tables(database: Database) -> None:
    stolen = pa.table({"a": [1]})
    assert stolen.num_rows == 1
    with pytest.raises(duckdb.Error):
        database.connection.execute("SELECT * FROM stolen")


def test_folders_that_are_given_can_be_read(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "in" / "rows.parquet"
    pq.write_table(pa.table({"a": [1, 2]}), path)
    database.add("rows", path)
    assert database.fetch("SELECT sum(a)::BIGINT AS s FROM rows").to_pylist() == [{"s": 3}]


def test_failing_query_is_a_numbered_error(database: Database) -> None:
    with pytest.raises(RunError) as caught:
        database.fetch("SELECT * FROM nowhere")
    (only,) = caught.value.faults
    assert only.code == "RUN-006"


# -- whole runs


def rows(count: int) -> dict[str, pa.Table]:
    keys = [f"h{number}" for number in range(count)]
    income = [None if number % 7 == 0 else number * 100 for number in range(count)]
    members = [f"h{number // 2}" for number in range(count)]
    return {
        "household": pa.table({"household_id": keys, "income": pa.array(income, pa.int64())}),
        "person": pa.table(
            {
                "person_id": [f"p{number}" for number in range(count)],
                "household_id": members,
                "wage": pa.array(income, pa.int64()),
            }
        ),
    }


@pytest.fixture(scope="module")
def asked(pack: Pack) -> Pack:
    return with_rule(with_rule(pack, "sum(members, wage)", "earned"), "income + earned > line")


def sorted_rows(table: pa.Table) -> list[dict[str, object]]:
    return sorted(table.to_pylist(), key=lambda row: str(row["household_id"]))


def test_changed_households_come_out_as_in_a_full_run(asked: Pack) -> None:
    program = compile_bound(bind_pack(asked, DAY), reasons=True, causes=True)
    tables, changed = rows(200), ["h3", "h8", "h14", "h199", "nobody"]
    full = sorted_rows(run(program, tables)["household"])
    part = sorted_rows(run(program, tables, changed=changed)["household"])
    assert part == [row for row in full if row["household_id"] in changed]
    assert len(part) == 4


def test_nothing_changed_is_nothing_computed(asked: Pack) -> None:
    program = compile_bound(bind_pack(asked, DAY))
    assert run(program, rows(5), changed=[])["household"].num_rows == 0


def test_hits_are_the_rows_in_which_a_wanted_rule_is_true(asked: Pack) -> None:
    program = compile_bound(bind_pack(asked, DAY))
    tables = rows(200)
    full = sorted_rows(run(program, tables)["household"])
    for names in (["asked"], ["asked", "below"]):
        hits = sorted_rows(run_hits(program, tables, {"household": names})["household"])
        assert hits == [row for row in full if any(row[name] is True for name in names)]
        assert 0 < len(hits) < len(full)


def test_no_rows_at_all(asked: Pack) -> None:
    program = compile_bound(bind_pack(asked, DAY))
    assert run(program, rows(0))["household"].num_rows == 0


def test_entity_without_a_table_has_no_rows(asked: Pack) -> None:
    program = compile_bound(bind_pack(asked, DAY))
    result = run(program, {"household": rows(3)["household"]})["household"].to_pylist()
    assert [row["earned"] for row in result] == [None, None, None]


def test_facts_without_a_column_are_unknown(asked: Pack) -> None:
    program = compile_bound(bind_pack(asked, DAY))
    result = run(program, {"household": pa.table({"household_id": ["h"]})})["household"]
    assert [row["below"] for row in result.to_pylist()] == [None]


@pytest.mark.parametrize("entity", ["household", "person"])
def test_table_without_its_key_is_a_numbered_error(asked: Pack, entity: str) -> None:
    program = compile_bound(bind_pack(asked, DAY))
    with pytest.raises(RunError) as caught:
        run(program, {**rows(2), entity: pa.table({"income": [1]})})
    (only,) = caught.value.faults
    assert only.code == "RUN-007"
    assert f"{entity}_id" in only.en or "household_id" in only.en


def test_parquet_to_parquet_gives_what_memory_gives(asked: Pack, tmp_path: Path) -> None:
    program = compile_bound(bind_pack(asked, DAY), reasons=True)
    tables = rows(50)
    files = {name: tmp_path / f"{name}.parquet" for name in tables}
    for name, path in files.items():
        pq.write_table(tables[name], path)
    target = tmp_path / "out" / "households.parquet"
    target.parent.mkdir()
    run_to_parquet(program, files, {"household": target})
    assert sorted_rows(pq.read_table(target)) == sorted_rows(run(program, tables)["household"])
    assert [path.name for path in target.parent.iterdir()] == ["households.parquet"]
    types = {field.name: str(field.type) for field in pq.read_schema(target)}
    assert types["earned"] == "int64"


def test_failing_run_leaves_no_file_and_keeps_the_old_one(asked: Pack, tmp_path: Path) -> None:
    program = compile_bound(bind_pack(asked, DAY))
    target = tmp_path / "households.parquet"
    target.write_bytes(b"old")
    broken = pa.table({"household_id": ["h"], "income": ["not a number"]})
    with pytest.raises(RunError):
        run_to_parquet(program, {"household": broken}, {"household": target})
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [
        ("households.parquet", b"old")
    ]


def test_no_progress_is_drawn_into_what_is_printed():
    """Where Python starts from no file: there DuckDB takes it for a person at a terminal."""
    code = (
        "from mingbai.engine.running.database import Database\n"
        "with Database() as one:\n"
        "    asked = one.connection.execute(\"SELECT current_setting('enable_progress_bar')\")\n"
        "    print(asked.fetchone()[0])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
