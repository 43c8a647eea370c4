"""Likely duplicates: likeness of words by hand, and the published answer for FEBRL's first list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mingbai.cli.stats_columns import Columns
from mingbai.tables.duplicates import (
    Comparison,
    candidate_pairs,
    compared,
    jaro_winkler,
    levenshtein_likeness,
)

FEBRL = [
    Comparison("given_name"),
    Comparison("surname", "jaro-winkler", 0.85),
    Comparison("date_of_birth"),
    Comparison("suburb"),
    Comparison("state"),
    Comparison("address_1", "levenshtein", 0.85),
]


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("MARTHA", "MARHTA", 0.961111),  # Winkler's own examples
        ("DWAYNE", "DUANE", 0.84),
        ("DIXON", "DICKSONX", 0.813333),
        ("a", "b", 0.0),
        ("", "b", 0.0),
    ],
)
def test_jaro_winkler(one: str, other: str, wanted: float) -> None:
    assert jaro_winkler(one, other) == pytest.approx(wanted, abs=1e-6)
    assert jaro_winkler(other, one) == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [("kitten", "sitting", 4 / 7), ("", "", 1), ("abc", "", 0), ("王小明", "王小名", 2 / 3)],
)
def test_edit_distance(one: str, other: str, wanted: float) -> None:
    assert levenshtein_likeness(one, other) == pytest.approx(wanted)


def test_pairs_agree_in_a_block_and_stand_once() -> None:
    assert list(candidate_pairs([["a", "b", "a", ""], ["x", "x", "x", ""]])) == [
        (0, 1),
        (0, 2),
        (1, 2),
    ]


def test_an_empty_cell_agrees_with_nothing() -> None:
    rows = {"name": ["王", "王"], "born": ["", ""]}
    (pair,) = compared(rows, ["name"], [Comparison("name"), Comparison("born")])
    assert pair.agree == ("name",)


def test_published_answer_of_the_first_list(shared_data: Path) -> None:
    """Entry FEBRL1 of checks.json: the guide of the Python package recordlinkage."""
    entries = json.loads((shared_data / "data" / "checks.json").read_text(encoding="utf-8"))
    (entry,) = (one for one in entries if one["id"] == "FEBRL1")
    names = ["rec_id", *(one.column for one in FEBRL)]
    columns = Columns(shared_data / "data" / "linkage" / "febrl_dataset1.csv", names, None, None)
    cells = {name: columns.groups(name).tolist() for name in names}
    pairs = compared(cells, ["given_name"], FEBRL)
    matches = [pair for pair in pairs if pair.score > 3]
    origin = [name.split("-")[1] for name in cells["rec_id"]]
    true = sum(origin[pair.first] == origin[pair.second] for pair in matches)
    originals = sum(name.endswith("org") for name in cells["rec_id"])
    assert entry["expected"] == {
        "candidate_pairs": len(pairs),
        "matches": len(matches),
        "precision": true / len(matches),
        "recall": true / (len(origin) - originals),
    }
