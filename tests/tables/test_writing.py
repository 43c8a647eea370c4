"""A table written by the product and read back is the same table."""

from __future__ import annotations

import random
import tempfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingbai.tables import Intake, load_profiles, read_folder
from mingbai.tables.identity import id18, is_valid, part_of
from mingbai.tables.places import provinces
from mingbai.tables.words import TextReader
from mingbai.tables.writing import write_table
from mingbai.tables.writing.plan import Plan, plan_for
from tests.tables.packs import POLICIES, schema_of
from tests.tables.typed_tables import Row, arrow, facts_of, folders, id_number, rows

SCHEMA = schema_of("cn")
PROFILES = load_profiles([POLICIES / "cn" / "profiles"])
LAYOUTS = ("cn-household-export", "cn-person-export", "cn-compact-list")
KINDS = ("xlsx", "csv")
QUICK = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def back(tables: dict[str, pa.Table], layout: str, kind: str) -> Intake:
    """Written in one layout and read again."""
    with tempfile.TemporaryDirectory() as home:
        write_table(
            tables, SCHEMA, PROFILES, layout, Path(home) / f"list.{kind}", title=_title(kind)
        )
        intake = read_folder(Path(home), SCHEMA, PROFILES)
    assert [file.profile for file in intake.files if file.what == "table"] == [layout]
    return intake


def _title(kind: str) -> str | None:
    return "脱贫户名单（2025年6月）" if kind == "xlsx" else None


@pytest.mark.parametrize("kind", KINDS)
@QUICK
@given(data=st.data())
def test_plain_ledgers_read_back_the_same(data: st.DataObject, kind: str) -> None:
    tables = data.draw(folders(SCHEMA))
    with tempfile.TemporaryDirectory() as home:
        for entity, table in tables.items():
            if table.num_rows:
                path = Path(home) / f"{entity}.{kind}"
                written = write_table(tables, SCHEMA, PROFILES, entity, path)
                assert written.notes == ()
        intake = read_folder(Path(home), SCHEMA, PROFILES)
    assert intake.rows_listed == 0
    for table in SCHEMA.tables:
        names = [name for name in table.arrow.names if not name.startswith("_")]
        read = facts_of(intake.tables[table.entity], names, table.key)
        assert read == facts_of(tables[table.entity], names, table.key)


def carried(plan: Plan, *, above: bool) -> set[str]:
    """The facts a layout has columns for."""
    return {feed.spec.fact for head in plan.heads for feed in head.feeds if feed.above is above}


@st.composite
def registers(draw: st.DrawFn, layout: str) -> dict[str, pa.Table]:
    """Households and persons with the facts of one layout, as its reader gives them."""
    plan = plan_for(layout, SCHEMA, PROFILES)
    household, person = SCHEMA.tables[0], SCHEMA.tables[1]
    own = plan.table.entity == "household"
    homes = draw(rows(household, carried(plan, above=not own), []))
    for row in homes:
        _place(row, plan)
    keys = [str(row["household_id"]) for row in homes]
    people: list[Row] = []
    if not own:
        people = draw(rows(person, carried(plan, above=False), keys))
        people = [row for row in people if row["household_id"] in keys]
        keys = [str(row["household_id"]) for row in people]
        homes = [row for row in homes if row["household_id"] in keys]
        for number, row in enumerate(people):
            _identify(row, number)
    return {"household": arrow(household, homes), "person": arrow(person, people)}


def _place(row: Row, plan: Plan) -> None:
    """A province that exists, the division code its column tells, a phone as its reader keeps it."""
    if isinstance(phone := row.get("phone"), str):
        row["phone"] = TextReader("phone").read(phone).value
    name = random.Random(str(row["household_id"])).choice(
        ["云南省", "广西壮族自治区", "澳门特别行政区"]
    )
    row["province"] = name
    own = {head.label for head in plan.heads} & {"行政区划代码", "区划代码"}
    row["division_code"] = f"{provinces()[name]}0926" if own else provinces()[name]


def _identify(row: Row, number: int) -> None:
    """An ID number, and what it tells where nothing else does; all health words known or none."""
    born = row.get("birth_date")
    day = born if isinstance(born, date) else date(1980, 2, 29)
    said = id_number(number, day, male=row.get("sex") == "male") + ("", "42")[number % 2]
    row["id_number"] = said
    for fact, part in (("sex", "sex"), ("birth_date", "birth"), ("disability_type",) * 2,
                       ("disability_grade",) * 2):  # fmt: skip
        found = part_of(said, part)
        if fact in row and row[fact] is None and found and is_valid(id18(said) or ""):
            row[fact] = found[1]
    health = [fact for fact in row if fact.startswith("health_")]
    if any(row[fact] is None for fact in health):
        row |= dict.fromkeys(health)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layout", LAYOUTS)
@QUICK
@given(data=st.data())
def test_national_layouts_read_back_the_same(data: st.DataObject, layout: str, kind: str) -> None:
    tables = data.draw(registers(layout))
    plan = plan_for(layout, SCHEMA, PROFILES)
    intake = back(tables, layout, kind)
    assert intake.rows_listed == 0
    own = plan.table
    names = carried(plan, above=False) | {own.key or "", own.link or ""}
    read = facts_of(intake.tables[own.entity], names, own.key)
    assert read == facts_of(tables[own.entity], names, own.key)
    if own.entity == "person":
        names = carried(plan, above=True) | {"household_id"}
        read = facts_of(intake.tables["household"], names, "household_id")
        assert read == facts_of(tables["household"], names, "household_id")
