"""Numbers that identify people: ID numbers (公民身份号码), disability cards (残疾人证), phones."""

from __future__ import annotations

import re
from datetime import date
from operator import mul

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_SIGNS = "10X98765432"
# The bytes of the digits are used as they are, 48 above their value: a register has millions.
_ZEROS = ord("0") * sum(WEIGHTS)
# ID numbers of the first generation (until 1999) have fifteen signs: birth as YYMMDD, no check sign.
_OLD = re.compile(r"(\d{6})(\d{9})", re.ASCII)
# A spreadsheet keeps fifteen digits of a number and writes zeros for the rest.
_CUT = re.compile(r"\d{15}0{3,7}", re.ASCII)
# A disability card is the ID number with kind and grade behind it, a re-issue two signs more.
_ID = re.compile(r"(\d{17}[\dX])(?:([1-7])([1-4])(?:B\d)?)?", re.ASCII)
ID_PARTS = ("birth", "sex", "disability_type", "disability_grade")
_PRIVATE = re.compile(r"(?<!\d)(?:\d{15,}[Xx]?|1\d{10})(?!\d)", re.ASCII)


def id18(text: str) -> str | None:
    """The eighteen signs of an ID number (GB 11643), or none if the text is not shaped like one.

    A number of fifteen signs is compared by the eighteen it became, of persons born from 1900 to
    1999; the three signs for those over a hundred in 1999 are not told apart.
    """
    plain = text.strip().upper()
    if match := _ID.fullmatch(plain):
        return match.group(1)
    old = _OLD.fullmatch(plain)
    if old is None:
        return None
    first17 = f"{old[1]}19{old[2]}"
    return first17 + check_sign(first17)


def is_old(text: str) -> bool:
    """Whether an ID number has the fifteen signs of the first generation (15 位旧身份证号)."""
    return _OLD.fullmatch(text) is not None


def is_cut(text: str) -> bool:
    """Whether a long number ends as a spreadsheet leaves it (后几位变成 000) and cannot be one."""
    number = id18(text)
    return _CUT.fullmatch(text) is not None and (number is None or not is_valid(number))


def check_sign(first17: str) -> str:
    """The last sign that the seventeen before it demand (GB 11643, sum modulo 11)."""
    return CHECK_SIGNS[(sum(map(mul, first17.encode("ascii"), WEIGHTS)) - _ZEROS) % 11]


def is_valid(number: str) -> bool:
    """Whether eighteen signs carry a true date and the right last sign."""
    return birth_of(number) is not None and check_sign(number[:17]) == number[17]


def birth_of(number: str) -> date | None:
    """Date of birth (出生日期), signs 7 to 14."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_of(number: str) -> str:
    """Sex (性别) from sign 17: odd is male."""
    return "male" if int(number[16]) % 2 else "female"


def part_of(text: str, part: str) -> tuple[str, date | str] | None:
    """The eighteen signs, and what they say: birth, sex, or what a disability card adds to them."""
    number = id18(text)
    if number is None:
        return None
    card = _ID.fullmatch(text.strip().upper())
    said: date | str | None
    if part in ("birth", "sex"):
        birth = birth_of(number)
        said = sex_of(number) if part == "sex" and birth else birth
    else:
        said = card and card[2 if part == "disability_type" else 3]
    return (number, said) if said is not None else None


def is_phone(text: str) -> bool:
    """A mobile number of eleven digits, or a fixed line with its area code (联系电话)."""
    return re.fullmatch(r"1\d{10}|(0\d{2,3}-?)?\d{7,8}", text, re.ASCII) is not None


def masked(text: str) -> str:
    """The text with the middle of every ID number and phone hidden (脱敏)."""
    return _PRIVATE.sub(lambda match: _starred(match.group()), text)


def _starred(number: str) -> str:
    return f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}"
