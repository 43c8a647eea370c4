"""Many cells at once (成批读取): the ordinary ones, by one pass over Arrow's buffers.

Each function says of distinct texts which are *surely* read as they stand, without a word to say, and
gives their values. It may be sure of less than the cell reader, never of more: a test reads the same
texts both ways.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.tables.damage import first_level
from mingbai.tables.identity import CHECK_SIGNS, WEIGHTS, birth_of

Quick = Callable[[pa.Array], tuple[pa.Array, pa.Array]]

_KEY = r"^[0-9][0-9A-Za-z]{0,39}$"
_ID = r"^[0-9]{17}[0-9X]$"
_PHONE = r"^1[0-9]{10}$"
_SIGNS, _LONGEST = 18, 60


def quick_text(words: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Names and places of up to sixty common characters, or up to fourteen digits."""
    # Counting in the expression would repeat its thousands of characters sixty times.
    common = pc.match_substring_regex(words, _common_text())
    short = pc.less_equal(pc.utf8_length(words), _LONGEST)
    return pc.and_not(pc.and_(common, short), pc.match_substring(words, "斤拷")), words


def quick_key(words: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Numbers of a register: digits and letters, a digit first."""
    return pc.match_substring_regex(words, _KEY), words


def quick_phone(words: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Mobile numbers of eleven digits."""
    return pc.match_substring_regex(words, _PHONE), words


def quick_id(words: pa.Array) -> tuple[pa.Array, pa.Array]:
    """ID numbers of eighteen signs with a true date and the right last sign."""
    shaped = pc.fill_null(pc.match_substring_regex(words, _ID), False)
    numbers = words.filter(shaped)
    if not len(numbers):
        return shaped, words
    right = pc.and_(_true_dates(numbers), _right_signs(numbers))
    return pc.replace_with_mask(shaped, shaped, right), words


def quick_whole(
    words: pa.Array, low: int | None, high: int | None, scale: int
) -> tuple[pa.Array, pa.Array]:
    """Plain numbers with no more decimals than are kept, within their range."""
    tail = rf"(\.[0-9]{{1,{scale}}})?" if scale else ""
    shaped = pc.fill_null(pc.match_substring_regex(words, rf"^[0-9]{{1,9}}{tail}$"), False)
    texts = pc.if_else(shaped, words, "0")
    # Below 10^13 kept units a double is exact to the unit, so rounding gives the very number.
    doubles = pc.multiply(texts.cast(pa.float64()), float(10**scale))
    values = pc.round(doubles).cast(pa.int64())
    sure = shaped
    if low is not None:
        sure = pc.and_(sure, pc.greater_equal(values, low))
    if high is not None:
        sure = pc.and_(sure, pc.less_equal(values, high))
    return sure, values


@cache
def _common_text() -> str:
    """Common characters, or up to fourteen digits."""
    return f"^([{_ranges(sorted(map(ord, first_level())))}]+|[0-9]{{1,14}})$"


def _ranges(codes: Sequence[int]) -> str:
    """Character codes as the ranges of a regular expression."""
    parts: list[list[int]] = []
    for code in codes:
        if parts and code == parts[-1][1] + 1:
            parts[-1][1] = code
        else:
            parts.append([code, code])
    return "".join(f"{chr(low)}-{chr(high)}" if low < high else chr(low) for low, high in parts)


def _true_dates(numbers: pa.Array) -> pa.Array:
    """Whether signs 7 to 14 are a day; there are few days and many people."""
    days = pc.utf8_slice_codeunits(numbers, 6, 14).dictionary_encode()
    true = [birth_of(f"000000{day}0000") is not None for day in days.dictionary.to_pylist()]
    return pa.array(true, pa.bool_()).take(days.indices)


def _right_signs(numbers: pa.Array) -> pa.Array:
    """Whether the last sign is the one the others demand (GB 11643), for all numbers at once.

    The signs of all numbers stand one behind the other; every eighteenth byte is the same place.
    """
    count = len(numbers)
    start = _SIGNS * numbers.offset
    signs = numbers.buffers()[2].to_pybytes()[start : start + _SIGNS * count]
    total = _bytes_array(bytes(count))
    for place, weight in enumerate(WEIGHTS):
        total = pc.add(total, _bytes_array(signs[place::_SIGNS].translate(_weighed(weight))))
    demanded = total.buffers()[1].to_pybytes()[:count].translate(_demanded())
    return pc.equal(_bytes_array(demanded), _bytes_array(signs[_SIGNS - 1 :: _SIGNS]))


def _bytes_array(raw: bytes) -> pa.Array:
    return pa.Array.from_buffers(pa.uint8(), len(raw), [None, pa.py_buffer(raw)])


@cache
def _weighed(weight: int) -> bytes:
    """For each byte that is a digit, the digit times the weight, modulo 11: seventeen fit a byte."""
    return bytes((byte - 48) * weight % 11 if 48 <= byte <= 57 else 0 for byte in range(256))


@cache
def _demanded() -> bytes:
    """For each sum the sign it demands."""
    return bytes(ord(CHECK_SIGNS[byte % 11]) for byte in range(256))
