"""The states of a register are those of `mingbai screen` on the same facts."""

import numpy as np
import pytest

from mingbai.decisions.columns import is_known
from mingbai.decisions.enums import WORDS
from mingbai.decisions.gaps import messages_of
from mingbai.decisions.judging import judge
from mingbai.decisions.programs import not_recorded, pack_named, state_program
from mingbai.decisions.requests import Scope, facts_read
from mingbai.decisions.small import run_small
from mingbai.decisions.snapshot import take_snapshot
from mingbai.engine.compiling import compile_pack
from mingbai.engine.running import run
from mingbai.screening.inputs import household_row, pack_for
from mingbai.screening.parquet import households_table
from mingbai.screening.screen import screen, screen_intake
from mingbai.tables import Intake
from tests.decisions.filling import DAY, EXAMPLE, cn, example

pytestmark = pytest.mark.database


@pytest.fixture
def program(example_register):
    pack = pack_named("cn")
    return state_program(pack, DAY, not_recorded(pack))


@pytest.fixture
def snapshot(program):
    return take_snapshot(program, Scope(DAY))


def as_intake(program, snapshot):
    """A snapshot as if it had been handed in, with the columns for names left empty."""
    tables = dict(snapshot.tables)
    for name, table in tables.items():
        entity = program.pack.entities[name]
        empty = [column for column in ("_file", "_sheet", "_row", entity.name or "")
                 if column and column not in table.column_names]  # fmt: skip
        for column in empty:
            table = table.append_column(column, [[""] * table.num_rows])
        tables[name] = table
    homes = tables[
        "household"
    ]  # the register asks by village, a screening by the smallest place named
    place = homes.column_names.index("village_group")
    tables["household"] = homes.set_column(place, "village_group", homes.column("division_code"))
    return Intake(tables, [], 0, 0, 0, [], dict(snapshot.supplied))


def screened(program, snapshot):
    intake = as_intake(program, snapshot)
    whole = compile_pack(pack_for(cn(), intake), DAY, reasons=True, causes=True)
    return screen_intake(whole, intake)


def test_counts_equal_those_of_a_screening(program, snapshot):
    expected = {rule: found.as_dict() for rule, found in screened(program, snapshot).counts.items()}
    assert dict(judge(program, snapshot).counts) == expected


def test_household_states_equal_those_of_a_screening(program, snapshot):
    judged, screening = judge(program, snapshot), screened(program, snapshot)
    rows = households_table(screening).to_pylist()
    expected = [{rule: row[rule] for rule in judged.rules if rule in row} for row in rows]
    found = [
        {rule: WORDS[letter] for rule, letter in zip(judged.rules, judged.standings[number].letters,
                                                     strict=True) if rule in expected[0]}
        for number in judged.standing
    ]  # fmt: skip
    assert len(expected[0]) > 20
    assert found == expected


def test_states_equal_those_of_the_tables_that_were_loaded(example_register, program, snapshot):
    """Both ways from the same offices' tables: by `mingbai screen`, and by the register."""
    judged = judge(program, snapshot)
    expected = households_table(screen(EXAMPLE, cn(), DAY)).to_pylist()
    place = {key: number for number, key in enumerate(judged.keys.tolist())}
    differing = set()
    for row in expected:
        standing = judged.standings[
            judged.standing[place[example_register.households[row["household_id"]]]]
        ]
        for rule, letter in zip(judged.rules, standing.letters, strict=True):
            if rule in row and row[rule] != WORDS[letter]:
                differing.add((row["household_id"], rule, row[rule], WORDS[letter]))
    assert differing == set()


def test_messages_equal_the_gaps_of_a_screening(program, snapshot):
    gaps = screened(program, snapshot).gaps
    expected = {(gap.kind, gap.name, gap.where, gap.households) for gap in gaps}
    judged = judge(program, snapshot)
    found = {
        (kind, name.split(".")[-1], one["where"], one["households"])
        for one in messages_of(judged, snapshot)
        for kind, name in [one["cause"].split(":")]
    }
    by_region = {one for one in expected if one[0] == "parameter"}
    assert {one for one in found if one[0] != "parameter"} == expected - by_region
    assert {one[:2] for one in found} >= {one[:2] for one in by_region}


def test_functions_and_query_judge_alike(program, snapshot):
    entities = ["household", "person"]
    few = run_small(program, snapshot.tables, entities)
    many = run(program, snapshot.tables, entities=entities)
    for name in entities:
        key = program.pack.entities[name].key
        columns = few[name].column_names
        assert few[name].sort_by(key) == many[name].sort_by(key).select(columns).cast(
            few[name].schema
        )


def test_facts_of_the_register_are_those_of_the_tables(example_register, program, snapshot):
    keys = example_register.households
    differing = {
        found
        for number, key in keys.items()
        for found in _differing(
            program,
            household_row(cn(), example().tables, number),
            household_row(program.pack, snapshot.tables, str(key)),
        )
    }
    assert len(keys) == 31
    assert differing == set()


def _differing(program, told, held, entity=None):
    """Facts in which two rows, or the rows below them, differ."""
    entity = entity or program.pack.top
    for name in facts_read(program, entity):
        if name == entity.region or not is_known(entity.id, name):
            continue  # the example's tables give the province alone
        if told.facts.get(name) != held.facts.get(name):
            yield entity.id, name, told.facts.get(name), held.facts.get(name)
    for child in program.pack.below(entity.id):
        rows = [sorted(row.below.get(child.relation, ()), key=lambda one: _order(program, child, one))
                for row in (told, held)]  # fmt: skip
        if len(rows[0]) != len(rows[1]):
            yield child.id, "", len(rows[0]), len(rows[1])
        for one, other in zip(*rows, strict=False):
            yield from _differing(program, one, other, child)


def _order(program, entity, row):
    return repr([row.facts.get(name) for name in facts_read(program, entity)])


def test_reasons_and_causes_name_what_decided(program, snapshot):
    judged = judge(program, snapshot)
    called = {rule for one in judged.standings for rule in one.reasons}
    open_ = {
        cause for one in judged.standings for causes in one.causes.values() for cause in causes
    }
    registered = {name for rule in called for name in program.pack.register[rule]}
    named = {name for one in judged.standings for names in one.reasons.values() for name in names}
    assert "parameter:dibao_line" in open_
    assert "fact:household.dwelling_kind" in open_ or "fact:person.school_cost" in open_
    assert named <= registered


def test_every_household_has_a_standing(program, snapshot):
    judged = judge(program, snapshot)
    assert np.bincount(judged.standing).sum() == snapshot.households
    assert all(len(one.letters) == len(judged.rules) for one in judged.standings)
