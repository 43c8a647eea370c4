"""Types, texts and periods: the small values the rest of the model is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum


class Kind(StrEnum):
    """What a value is (值的种类)."""

    BOOL = "bool"
    NUMBER = "number"
    DATE = "date"
    CODE = "code"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Type:
    """Type of a value (类型). A number is an integer with ``scale`` digits after the point."""

    kind: Kind
    scale: int = 0
    money: bool = False
    codes: str | None = None

    def __str__(self) -> str:
        if self.kind is Kind.NUMBER:
            return (
                "money" if self.money else ("int" if not self.scale else f"decimal({self.scale})")
            )
        return f"code({self.codes})" if self.codes else self.kind.value


BOOL = Type(Kind.BOOL)
INT = Type(Kind.NUMBER)
MONEY = Type(Kind.NUMBER, 2, True)
DATE = Type(Kind.DATE)
TEXT = Type(Kind.TEXT)

# Types as written in a pack.
TYPE_NAMES = ("bool", "int", "decimal", "money", "date", "code", "text")


@dataclass(frozen=True, slots=True)
class Text:
    """A text for people (文字) in Chinese and English."""

    zh: str
    en: str

    def get(self, language: str) -> str:
        """The text in ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en


class NotApplicable:
    """The fourth value (不适用): the question does not arise. There is one of it, ``NA``."""

    _one: NotApplicable | None = None

    def __new__(cls) -> NotApplicable:
        if cls._one is None:
            cls._one = super().__new__(cls)
        return cls._one

    def __repr__(self) -> str:
        return "NA"

    def __bool__(self) -> bool:
        raise TypeError("not applicable is neither true nor false")


NA = NotApplicable()

#: A value of a fact or a rule: ``None`` is unknown (待核实), ``NA`` not applicable (不适用).
Value = bool | int | str | date | NotApplicable | None


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open period (期间): from the first day on, ``ends_on`` is the first day no longer."""

    starts_on: date
    ends_on: date | None = None

    def contains(self, day: date) -> bool:
        """Whether the period holds on ``day``."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    def overlaps(self, other: Period) -> bool:
        """Whether the two periods share a day."""
        return (self.ends_on is None or other.starts_on < self.ends_on) and (
            other.ends_on is None or self.starts_on < other.ends_on
        )


def scaled(text: str, scale: int) -> int:
    """``"8700.5"`` with scale 2 as the integer 870050; ``ValueError`` when it does not fit exactly."""
    try:
        number = Decimal(text.replace("_", ""))
    except InvalidOperation:
        raise ValueError(text) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 18:
        raise ValueError(text)
    shifted = number.scaleb(scale)
    if shifted != shifted.to_integral_value():
        raise ValueError(text)
    return int(shifted)


def unscaled(value: int, scale: int) -> str:
    """The integer 870050 with scale 2 as ``"8,700.50"``, trailing zeros of whole numbers dropped."""
    if not scale:
        return f"{value:,}"
    whole, rest = divmod(abs(value), 10**scale)
    sign = "-" if value < 0 else ""
    digits = f"{rest:0{scale}d}"
    return f"{sign}{whole:,}" + (f".{digits}" if rest else "")
