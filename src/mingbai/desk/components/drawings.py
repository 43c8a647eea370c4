"""Drawings as tags (小图标记): the same module draws the reports (documents.drawing)."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mingbai.desk.components.tags import FEN, thousands
from mingbai.documents import drawing
from mingbai.documents.markup import Html

register = template.Library()


def _safe(drawn: Html) -> SafeString:
    """The builder escapes every text where it enters."""
    return SafeString(drawn)


@register.simple_tag
def bar(
    value: float, mean: float | None = None, largest: float = 1, *, said: str = "", width: int = 120
) -> SafeString:
    """A bar from zero (单元格里的条): red above the mean, whose tick it carries; grey else."""
    above = mean is not None and value > mean
    said = said or str(value)
    return _safe(
        drawing.share_bar(
            value or 0, largest or 1, said=said, at=mean, tone="fz" if above else "fg", width=width
        )
    )


@register.simple_tag
def parts_bar(said: str, **parts: int) -> SafeString:
    """Parts of a whole (构成条), by tone: ok, un, no, na."""
    tones = {"ok": "fs", "un": "fe", "no": "fz", "na": "fg"}
    return _safe(drawing.parts_bar([(parts[one], tones[one]) for one in parts], said=said))


@register.simple_tag
def spark(values: Sequence[float | None], *, said: str = "", width: int = 84) -> SafeString:
    """A line of figures of one definition (走势线), the last with a point; None breaks it."""
    known = [value for value in values if value is not None]
    first, last = (known[0], known[-1]) if known else ("?", "?")
    text = said or _("从 {first} 到 {last}").format(first=first, last=last)
    return _safe(drawing.spark(values, said=text, width=width))


@register.simple_tag
def histogram(items: Sequence[drawing.Column], said: str, *, height: int = 120) -> SafeString:
    """Columns of a distribution (直方图), each a link to its list."""
    return _safe(drawing.columns(items, said=said, height=height))


@register.simple_tag
def income_bar(
    low: int | None, high: int | None, line: int, line_words: str, *,
    left: str = "", right: str = "", label: str = "", good_above: bool = True,
) -> SafeString:  # fmt: skip
    """An amount or its range against a line (收入条); amounts in fen, printed in yuan."""
    known = low is not None and low == high
    ends = [_amount(low, _("没有下限")), _amount(high, _("没有上限"))]
    at = _amount(line, "")
    said = _("{low} 到 {high}，{line}").format(low=ends[0], high=ends[1], line=f"{line_words} {at}")
    shown = drawing.Range(
        low=low, high=high, line=line, low_words=f"{label} {ends[0]}".strip() if known else ends[0],
        high_words=ends[1], line_words=f"{line_words} {at}", left=left or _("未达标"),
        right=right or _("达标"), good_above=good_above, said=said,
    )  # fmt: skip
    return _safe(drawing.against_line(shown))


def _amount(fen: int | None, otherwise: str) -> str:
    return otherwise if fen is None else thousands(round(fen / FEN))
