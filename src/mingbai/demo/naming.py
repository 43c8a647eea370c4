"""Names and ID numbers of synthetic persons (合成姓名与证件号码): never those of a real one.

ID numbers stand under the province prefix 99, which was never issued: 99, the last four digits of the county
code in force at first issue, the day of birth, a sequence (odd: male) and the right last sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mingbai.demo.exact import Ints
from mingbai.demo.sizes import pick
from mingbai.demo.society import Days, Flags
from mingbai.demo.totals import read_data
from mingbai.tables.identity import CHECK_SIGNS, WEIGHTS

PREFIX = "99"


class Names:
    """The stock of names: surnames by weight, given names by sex (姓名用字)."""

    def __init__(self) -> None:
        raw = read_data("names.yaml")
        self.surnames: list[str] = list(raw["surnames"])
        self.weights = np.array(list(raw["surnames"].values()), dtype=np.float64)
        self.single: float = raw["single"]
        self.signs = (_own(raw["female"]), _own(raw["male"]))
        self.givens = [one + two for signs in self.signs for one in signs for two in ["", *signs]]

    def draw_surnames(self, count: int, rng: np.random.Generator) -> Ints:
        return pick(self.weights, count, rng)

    def draw_givens(self, male: Flags, rng: np.random.Generator) -> Ints:
        """Positions in `givens`: one sign or two, from the signs of the sex."""
        number = np.where(male, len(self.signs[1]), len(self.signs[0]))
        first = (rng.random(male.size) * number).astype(np.int64)
        second = (rng.random(male.size) * number).astype(np.int64) + 1
        second[rng.random(male.size) < self.single] = 0
        offset = np.where(male, len(self.signs[0]) * (len(self.signs[0]) + 1), 0)
        return np.asarray(offset + first * (number + 1) + second)

    def text(self, surnames: NDArray[Any], givens: NDArray[Any]) -> pa.Array:
        """The names as one column, made sign by sign in Arrow."""
        known = pa.array(self.surnames).take(pa.array(surnames))
        return pc.binary_join_element_wise(known, pa.array(self.givens).take(pa.array(givens)), "")


def draw(rng: np.random.Generator, count: int, male: Flags | None = None) -> NDArray[Any]:
    """`count` whole names as text, of men where `male` says so, else of either sex by lot."""
    names, sexes = Names(), rng.random(count) < 0.5 if male is None else male
    surnames = names.draw_surnames(count, rng)
    made = names.text(surnames, names.draw_givens(sexes, rng))
    return np.asarray(made.to_numpy(zero_copy_only=False))


def _own(signs: str) -> list[str]:
    return list(dict.fromkeys(signs.strip()))


def numbered(prefix: str, numbers: NDArray[Any], width: int) -> pa.Array:
    """Text keys (编号): the prefix and the number with `width` digits, one after another in memory."""
    head = np.frombuffer(prefix.encode(), dtype=np.uint8)
    text = np.empty((numbers.size, head.size + width), dtype=np.uint8)
    text[:, : head.size] = head
    put_digits(text, head.size, numbers, width)
    return strings(text)


def put_digits(text: NDArray[np.uint8], start: int, numbers: NDArray[Any], width: int) -> None:
    rest = numbers.astype(np.int64)
    for at in range(start + width - 1, start - 1, -1):
        text[:, at] = rest % 10 + ord("0")
        rest = rest // 10


def strings(text: NDArray[np.uint8]) -> pa.Array:
    """Rows of signs of one width as an Arrow column, without a Python string in between."""
    count, width = text.shape
    offsets = pa.py_buffer(np.arange(0, (count + 1) * width, width, dtype=np.int32))
    return pa.StringArray.from_buffers(count, offsets, pa.py_buffer(np.ascontiguousarray(text)))


def id_numbers(
    county: str | Mapping[date, str], births: Days, male: Flags, rng: np.random.Generator
) -> pa.Array:
    """ID numbers (公民身份号码) under the prefix 99, unique within the place.

    `county`: its code, or the first days of the codes it had: a number keeps that of the birth.
    """
    text = np.empty((births.size, 18), dtype=np.uint8)
    for since, code in sorted(codes_by_day(county).items()):
        issued = births >= (since - date(1970, 1, 1)).days
        text[issued, :6] = np.frombuffer((PREFIX + code[2:6]).encode(), dtype=np.uint8)
    born = births.astype("datetime64[D]")
    years = born.astype("datetime64[Y]").astype(np.int64) + 1970
    months = born.astype("datetime64[M]").astype(np.int64) % 12 + 1
    days = (born - born.astype("datetime64[M]")).astype(np.int64) + 1
    put_digits(text, 6, years * 10_000 + months * 100 + days, 8)
    put_digits(text, 14, _sequences(births, male, rng), 3)
    sums = (text[:, :17].astype(np.int64) - ord("0")) @ np.array(WEIGHTS, dtype=np.int64)
    text[:, 17] = np.frombuffer(CHECK_SIGNS.encode(), dtype=np.uint8)[sums % 11]
    return strings(text)


def codes_by_day(county: str | Mapping[date, str]) -> Mapping[date, str]:
    """The codes of the county by first day; one that never changed held always."""
    return {date.min: county} if isinstance(county, str) else county


def _sequences(births: Days, male: Flags, rng: np.random.Generator) -> Ints:
    """Sequence of the day: rank among those of one birth day and sex, from an offset of the day."""
    key = births.astype(np.int64) * 2 + male
    order = np.argsort(key, kind="stable")
    sorted_key = key[order]
    starts = np.flatnonzero(np.r_[True, sorted_key[1:] != sorted_key[:-1]])
    lengths = np.diff(np.r_[starts, key.size])
    ranks = np.empty(key.size, dtype=np.int64)
    ranks[order] = np.arange(key.size) - np.repeat(starts, lengths)
    offset = np.empty(key.size, dtype=np.int64)
    offset[order] = np.repeat(rng.integers(0, 500, starts.size), lengths)
    return np.asarray((ranks + offset) % 500 * 2 + male)
