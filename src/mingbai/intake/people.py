"""Households, persons and memberships of a list beside the register's (户与成员比对)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.intake.choices import Choices
from mingbai.intake.difference import PLACE, Cell, Listed, People
from mingbai.intake.enums import DiscrepancyKind
from mingbai.intake.standing import Standing
from mingbai.tables.identity import id18

KEY, LINK = "person_id", "household_id"
MEMBERSHIP = "membership"


def compare_people(
    households: pa.Table, persons: pa.Table, standing: Standing, choices: Choices
) -> People:
    """What is new among households and persons, and who the list puts elsewhere."""
    found = People()
    known_homes = standing.households["number"].combine_chunks()
    known_people = standing.persons["number"].combine_chunks()
    found.households = _fresh(households["household_id"], known_homes)
    found.persons = _fresh(persons[KEY], known_people)
    found.unchanged = households.num_rows - len(found.households)
    _memberships(persons, standing, found, choices)
    return found


def _fresh(numbers: pa.ChunkedArray, known: pa.Array) -> list[str]:
    fresh: list[str] = numbers.filter(pc.invert(pc.is_in(numbers, value_set=known))).to_pylist()
    return fresh


def _memberships(persons: pa.Table, standing: Standing, found: People, choices: Choices) -> None:
    tied = persons.filter(pc.is_valid(persons[LINK]))
    where = pc.index_in(tied[KEY], value_set=standing.persons["number"].combine_chunks())
    fresh = tied.filter(pc.is_null(where))
    relations = _column(fresh, "relation")
    found.memberships = list(
        zip(fresh[KEY].to_pylist(), fresh[LINK].to_pylist(), relations, strict=True)
    )
    old = tied.filter(pc.is_valid(where))
    theirs = standing.persons.take(where.drop_null())
    same = pc.fill_null(pc.equal(old[LINK], theirs["household"]), False)
    for row, was in _pairs(old, theirs, pc.invert(same)):
        _list_moved(row, was, found)
    if "relation" in old.column_names:
        differs = pc.fill_null(pc.not_equal(old["relation"], theirs["relation"]), False)
        _relations(old, theirs, pc.and_(same, differs), found, choices)
    found.unchanged += pc.sum(same).as_py() or 0
    found.unchanged -= len(found.relations)


def _column(table: pa.Table, name: str) -> list[str]:
    if name not in table.column_names:
        return [""] * table.num_rows
    values: list[str] = pc.fill_null(table[name], "").to_pylist()
    return values


def _pairs(
    mine: pa.Table, theirs: pa.Table, which: pa.ChunkedArray
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Rows of the list and of the register, side by side, at the places where something differs."""
    places = pc.indices_nonzero(which)
    names = [name for name in (KEY, LINK, "relation", *PLACE) if name in mine.column_names]
    rows = mine.select(names).take(places).to_pylist()
    return zip(rows, theirs.take(places).to_pylist(), strict=True)


def _list_moved(row: dict[str, Any], was: dict[str, Any], found: People) -> None:
    """In two households, or in none any more: a move, a death or a return is a named act of a person."""
    cell = Cell(MEMBERSHIP, LINK, row[KEY], was["household"], row[LINK],
                file=row["_file"] or "", row=row["_row"])  # fmt: skip
    kind = DiscrepancyKind.TWO_HOUSEHOLDS if was["household"] else DiscrepancyKind.NEWER
    found.listed.append(Listed(kind, cell, household=row[LINK], person=row[KEY]))


def _relations(
    mine: pa.Table, theirs: pa.Table, differs: pa.ChunkedArray, found: People, choices: Choices
) -> None:
    for row, was in _pairs(mine, theirs, differs):
        cell = Cell(MEMBERSHIP, "relation", row[KEY], was["relation"] or None, row["relation"],
                    file=row["_file"] or "", row=row["_row"])  # fmt: skip
        if choices.leaves(cell):
            continue
        found.changed.append(cell)
        found.relations[row[KEY]] = row["relation"]


def taken_numbers(persons: pa.Table, standing: Standing) -> tuple[pa.Table, list[Listed]]:
    """The persons without ID numbers that belong to somebody else, and who these are (证件号码重号).

    Of two persons of one list the first has the number; the register's holder comes before both.
    """
    if "id_number" not in persons.column_names:
        return persons, []
    mine = _plain(persons["id_number"])
    theirs = _plain(standing.persons["id_number"])
    numbers = persons[KEY].combine_chunks()
    holders = standing.persons["number"].combine_chunks()
    where = pc.index_in(mine, value_set=theirs, skip_nulls=True)
    holder = holders.take(where)
    taken = pc.fill_null(pc.not_equal(holder, numbers), False)
    first = pc.index_in(mine, value_set=mine, skip_nulls=True)
    again = pc.fill_null(pc.not_equal(first, pa.array(range(len(mine)), pa.int32())), False)
    kept_here = pc.fill_null(pc.equal(holder, numbers), False)
    bad = pc.or_(taken, pc.and_(again, pc.invert(kept_here)))
    places = pc.indices_nonzero(bad)
    owners = pc.coalesce(holder, numbers.take(first)).take(places).to_pylist()
    rows = persons.select([KEY, LINK, *PLACE]).take(places).to_pylist()
    listed = [
        Listed(
            DiscrepancyKind.ID_TAKEN,
            Cell("identity", "id_number", row[KEY], owner, None, file=row["_file"] or "",
                 row=row["_row"]),
            household=row[LINK] or "",
            person=row[KEY],
        )
        for row, owner in zip(rows, owners, strict=True)
    ]  # fmt: skip
    place = persons.column_names.index("id_number")
    cleared = pc.if_else(bad, pa.scalar(None, pa.string()), persons["id_number"].combine_chunks())
    return persons.set_column(place, "id_number", cleared), listed


def _plain(numbers: pa.ChunkedArray) -> pa.Array:
    """Numbers as they are compared: by their eighteen signs, where they have them."""
    texts = numbers.combine_chunks()
    whole = pc.fill_null(pc.match_substring_regex(texts, "^[0-9]{17}[0-9X]$"), True)
    odd = pc.invert(whole)
    if not pc.any(odd).as_py():
        return texts
    plain = [id18(text) or text.strip().upper() for text in texts.filter(odd).to_pylist()]
    return pc.replace_with_mask(texts, odd, pa.array(plain, pa.string()))
