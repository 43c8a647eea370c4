"""Figures as reports print them (数字的写法): unit, decimals, and the qualifier of an "about" figure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from mingbai.demo.reports import Figure
from mingbai.demo.totals import Total, Unit

NOT_PUBLISHED = ("未公布", "not published")
NOT_COMPUTED = ("算不出", "cannot be computed")
_ABOUT = {
    "不低于": "at least {}", "至少": "at least {}", "约": "about {}", "左右": "about {}",
    "多": "more than {}", "余": "more than {}", "以上": "{} or more", "等": "{} or more",
}  # fmt: skip


def rounded(figure: int | Fraction, decimals: int) -> Decimal:
    """A figure with so many decimals, halves up, without passing through binary fractions."""
    share = Fraction(figure)
    exact = Decimal(share.numerator) / Decimal(share.denominator)
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def in_units(figure: int | Fraction, unit: Unit, ratio: bool) -> Fraction:
    """Base units as units of the report; a rate is a share of one and is printed in percent."""
    return Fraction(figure) * 100 if ratio else Fraction(figure, unit.factor)


def number(value: Decimal | Fraction) -> str:
    """Thousands parted, decimals as given; a fraction with as many as it has, four at most."""
    if isinstance(value, Fraction):
        places = next((at for at in range(5) if (value * 10**at).denominator == 1), 4)
        value = rounded(value, places)
    return f"{value:,f}"


def printed(total: Total, value: Decimal | None = None) -> tuple[str, str]:
    """The published figure as it stands in the report, in both languages."""
    figure = total.value if value is None else value
    if figure is None:
        return NOT_PUBLISHED
    zh, en = number(figure), _in_english(figure, total.unit)
    if not total.qualifier:
        return f"{zh}{total.unit.zh}", _english(en, total.unit)
    return _chinese_about(total, zh), _ABOUT[total.qualifier].format(_english(en, total.unit))


def _chinese_about(total: Total, text: str) -> str:
    """不低于8%、60多万元、1.2万余条、30年以上: each word has its place."""
    word, unit = total.qualifier, total.unit.zh
    if word in ("不低于", "至少", "约"):
        return f"{word}{text}{unit}"
    if word in ("以上", "左右", "等"):
        return f"{text}{unit}{word}"
    if word == "余" and unit.startswith("万"):
        return f"{text}万余{unit[1:]}"
    return f"{text}{word}{unit}"


def _in_english(figure: Decimal | Fraction, unit: Unit) -> str:
    """万 and 亿 written out; other figures keep their decimals."""
    return number(Fraction(figure) * unit.in_english if unit.in_english > 1 else figure)


def _english(text: str, unit: Unit) -> str:
    return f"{text} {unit.en}".strip().replace(" %", "%")


def computed(total: Total, figure: Figure) -> tuple[str, str]:
    """The computed figure in the report's unit; what cannot be computed is never shown as 0."""
    if figure is None:
        return NOT_COMPUTED
    share = in_units(figure, total.unit, total.is_ratio)
    if total.is_ratio:
        text = number(rounded(share, total.decimals))
        return f"{text}{total.unit.zh}", _english(text, total.unit)
    return (
        f"{number(share)}{total.unit.zh}",
        _english(_in_english(share, total.unit), total.unit),
    )
