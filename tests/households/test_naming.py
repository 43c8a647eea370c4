"""Initials of names: every living reading of the surname, the usual one of the rest."""

import pytest

from mingbai.households.naming import given_parts, initials_of


@pytest.mark.parametrize(
    ("surname", "wanted"),
    [
        ("单", "sdc"), ("曾", "zc"), ("仇", "qc"), ("覃", "qt"), ("解", "xj"), ("查", "zc"), ("翟", "zd"),
        ("区", "oq"), ("乐", "yl"), ("盖", "g"), ("尉", "wy"), ("召", "sz"), ("种", "cz"), ("强", "qj"),
        ("任", "r"), ("华", "h"), ("朴", "p"), ("缪", "m"), ("仝", "t"), ("吕", "l"), ("單", "sdc"),
    ],
)  # fmt: skip
def test_surname_is_found_by_every_reading(surname: str, wanted: str) -> None:
    assert set(wanted) <= {one[0] for one in initials_of(surname + "三")}


@pytest.mark.parametrize("surname", "王李张刘陈于余许沈邓叶夏汪方石汤施陶温")
def test_common_surname_has_no_dead_reading(surname: str) -> None:
    """Else everybody who types y would find all 王 (yù)."""
    assert len(initials_of(surname + "三")) == 1


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("戴刚泽", "dgz"), ("吕女", "ln"), ("欧阳修", "oyx"), ("Anna Li", "annali"), ("\uff2c\uff29", "li"),
        ("阿依·买买提", "aymmt"), ("王一二三四", "wyess"),
    ],
)  # fmt: skip
def test_initials_of_other_signs_are_the_usual_ones(name: str, usual: str) -> None:
    assert initials_of(name)[0] == usual


def test_compound_surname_with_a_reading_of_its_own() -> None:
    assert "mqx" in initials_of("万俟信")


@pytest.mark.parametrize("name", ["", "·", "□"])
def test_name_without_a_reading_has_no_initials(name: str) -> None:
    assert initials_of(name) == ()


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("单", ()), ("戴刚", ("刚",)), ("戴刚泽", ("刚泽",)), ("欧阳建国", ("阳建国", "建国")),
        ("阿卜杜热合曼·买买提", ("卜杜热合曼·买买提", "买买提")),
    ],
)  # fmt: skip
def test_parts_of_a_name_begin_where_people_begin(name: str, parts: tuple[str, ...]) -> None:
    assert given_parts(name) == parts
