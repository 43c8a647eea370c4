"""Cells read all at once must be cells that the cell readers read the same way, without a word."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingbai.tables.cells import Reading, tidy
from mingbai.tables.columns import RawColumn, TextColumn, from_arrow, only_where_blank, understand
from mingbai.tables.identity import check_sign, is_valid
from mingbai.tables.lots import first_places
from mingbai.tables.numbers import NumberReader
from mingbai.tables.quick import (
    Quick,
    quick_id,
    quick_key,
    quick_phone,
    quick_text,
    quick_whole,
)
from mingbai.tables.schema import Column
from mingbai.tables.words import TextReader
from tests.tables.helpers import MAN, WOMAN

MONEY = Column("wage", "money", 2, minimum=0, maximum=1_000_000_00)
COUNT = Column("months", "int", minimum=1, maximum=12)
ODD = [
    "张三", "锟斤拷", "斤拷", "寮犱笁", "𦰡溪", "戶主", "h1", "1", "0", "00", "007", "-", "null", "nan",
    "1.23E+17", "5e7506413", "12", "13", "12.5", "8700.55", "8,700", "999999.99", "1000000.01", "-1",
    "１２", "0.005", "123456789012", " 5", "'5", '="5"', "=1", MAN, WOMAN, MAN[:-1] + "1", MAN + "42",
    "99010119800101123x", MAN[:6] + "19801301" + MAN[14:], MAN[:15] + "000", "19900000001", "1990000",
    "19900000001 ", "", "　", "#N/A", "\ufffd", "张\x00", "张\n三", "/", "合计", "9" * 40, "9" * 41,
]  # fmt: skip
READERS: dict[str, tuple[Quick, Callable[[object], Reading]]] = {
    "text": (quick_text, TextReader().read),
    "key": (quick_key, TextReader(halves=True).read),
    "phone": (quick_phone, TextReader("phone").read),
    "id": (quick_id, TextReader("id_number").read),
    "money": (
        partial(quick_whole, low=0, high=1_000_000_00, scale=2),
        lambda raw: NumberReader(MONEY).read(raw, None),
    ),
    "count": (
        partial(quick_whole, low=1, high=12, scale=0),
        lambda raw: NumberReader(COUNT).read(raw, None),
    ),
}


def sure_ones(name: str, texts: list[str | None]) -> list[str]:
    """The texts that are read at once, each held against the cell reader."""
    quick, read = READERS[name]
    sure, values = quick(pa.array(texts, pa.string()))
    found = []
    for text, certain, value in zip(texts, sure.to_pylist(), values.to_pylist(), strict=True):
        if certain and text is not None:
            assert read(tidy(text)) == Reading(value)
            found.append(text)
    return found


@pytest.mark.parametrize(
    ("name", "some"),
    [
        ("text", ["张三", "12", "合计", "张" * 60]),
        ("key", ["1", "5e7506413", MAN]),
        ("phone", ["19900000001"]),
        ("id", [MAN, WOMAN]),
        ("money", ["8700.55", "999999.99", "0"]),
        ("count", ["1", "12"]),
    ],
)
def test_what_is_sure_is_what_the_cell_reader_says(name: str, some: list[str]) -> None:
    assert set(some) <= set(sure_ones(name, [*ODD, *some, None]))
    assert sure_ones(name, []) == []


def test_long_texts_are_left_to_the_cell_reader() -> None:
    assert sure_ones("text", ["张" * 61, "1" * 15, "张" * 3000]) == []


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(READERS)),
    st.lists(st.text("0123456789.Xx-,张三拷斤锟 E+'=\"", max_size=20)),
)
def test_any_text_is_read_the_same_at_once(name: str, texts: list[str]) -> None:
    sure_ones(name, [*texts])


def test_check_signs_of_many_numbers_at_once() -> None:
    chance = random.Random(7)
    numbers = []
    for _ in range(2000):
        day = f"{chance.randint(1930, 2024)}{chance.randint(1, 12):02d}{chance.randint(1, 31):02d}"
        first = f"990{chance.randint(101, 899)}{day}{chance.randint(0, 999):03d}"
        right = chance.random() < 0.5
        numbers.append(first + (check_sign(first) if right else chance.choice("0123456789X")))
    for start in (0, 13):
        part = pa.array(numbers, pa.string()).slice(start)
        assert quick_id(part)[0].to_pylist() == [is_valid(number) for number in numbers[start:]]


def test_understanding_at_once_and_one_by_one_agree() -> None:
    texts = [*ODD, *ODD[::-1], None]
    column = from_arrow(pa.chunked_array([pa.array(texts, pa.string())]))
    for name, (quick, read) in READERS.items():
        kind = pa.int64() if name in ("money", "count") else pa.string()

        def one(cells: tuple[object, ...], read: Callable[[object], Reading] = read) -> Reading:
            return Reading() if cells[0] is None else read(cells[0])

        fast = understand([column], one, kind, quick)
        slow = understand([RawColumn(column.distinct, column.codes)], one, kind, quick)
        assert fast.values.equals(slow.values)
        assert fast.troubled == slow.troubled


def test_text_column_answers_like_one_of_python_cells() -> None:
    texts = ["张三", " ", "-", "n/a", "0", "'", '="-"', "a", None, "张三"]
    column = from_arrow(pa.chunked_array([pa.array(texts, pa.string())]))
    assert isinstance(column, TextColumn)
    plain = RawColumn(column.distinct, column.codes)
    assert column.blanks() == plain.blanks()
    assert column.size == plain.size
    assert [column.cell(row) for row in range(10)] == [plain.cell(row) for row in range(10)]
    mask = pa.array([row % 2 == 0 for row in range(10)])
    assert column.filtered(mask).cell(1) == plain.filtered(mask).cell(1) is None
    own = RawColumn([None, "x"], pa.array([0, 1] * 5, pa.int32()))
    for helper in (column, plain):
        helped = only_where_blank(helper, own)
        assert [helped.cell(row) for row in range(10)] == [
            column.cell(row) if row % 2 == 0 else None for row in range(10)
        ]


@pytest.mark.parametrize(
    "keys", [[], ["a"], ["a", "b", "a", None, "b", None, "c"], [None, None], ["c", "b", "a"]]
)
def test_first_place_of_each_value(keys: list[str | None]) -> None:
    found = first_places(pa.chunked_array([pa.array(keys, pa.string())]))
    assert found.to_pylist() == [keys.index(key) for key in keys]
