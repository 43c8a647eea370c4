"""Rows of one household that share a phone and work in different places (check `same`)."""

import pytest

from mingbai.tables import TablesError
from tests.tables.helpers import csv, read

PERSONS = """
profile: persons
title: {zh: 成员, en: members}
recognise: {all: [人编号, 户编号, 电话, 去处]}
entity: person
key: 人编号
link: 户编号
facts:
  name: 电话
  id_number: 去处
checks:
  - {check: same, fact: name, other: id_number}
"""
HEAD = "人编号,户编号,电话,去处\n"


def remarks(tmp_path, rows):
    csv(tmp_path, "成员.csv", HEAD + rows)
    found = read(tmp_path, PERSONS)
    return [one for one in found.problems if one.code == "TABLE-099"]


def test_the_later_row_is_told_with_both_cells_hidden_where_private(tmp_path):
    """5_15_021: one phone, two places of work."""
    rows = "p1,h1,13800000000,贵阳\np2,h1,13900000000,贵阳\np3,h1,13800000000,东莞\n"
    (one,) = remarks(tmp_path, rows)
    assert (one.row, one.column, one.value) == (4, "电话", "138******00")
    assert "成员.csv 第 2 行" in one.message.zh
    assert "去处却不同" in one.message.zh
    assert "13800000000" not in one.message.zh + one.message.en


@pytest.mark.parametrize(
    "rows",
    [
        "p1,h1,13800000000,贵阳\np2,h1,13800000000,贵阳\n",
        "p1,h1,13800000000,贵阳\np2,h2,13800000000,东莞\n",
        "p1,h1,,贵阳\np2,h1,,东莞\n",
        "p1,h1,13800000000,\np2,h1,13800000000,东莞\n",
    ],
    ids=["same place", "another household", "no phone", "place unknown"],
)
def test_nothing_is_said_otherwise(tmp_path, rows):
    assert remarks(tmp_path, rows) == []


def test_a_profile_must_name_the_other_fact(tmp_path):

    csv(tmp_path, "成员.csv", HEAD)
    with pytest.raises(TablesError) as error:
        read(tmp_path, PERSONS.replace(", other: id_number", ""))
    assert [one.code for one in error.value.findings] == ["TABLE-008"]
