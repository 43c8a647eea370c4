"""Charts of a page (图表): what is drawn, and the table beside it, from the same figures.

The script draws them where there is one (charts/ at the root, built by the build hook); the table holds the
figures and the links, and is all there is without a script. A page with charts says so in its block of
scripts: ``{% charts_script %}``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django import template
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString

from mingbai.desk.components.tags import asset

register = template.Library()
SCRIPT = "desk/built/charts.js"


class Kind(StrEnum):
    """How a chart is drawn (图形)."""

    LINES = "lines"  # figures of one definition over days; None breaks the line
    COLUMNS = "columns"  # a distribution, or years beside each other
    BARS = "bars"  # names at the left, bars to the right


@dataclass(frozen=True)
class Series:
    """One row of figures (一组数), one for each category; None is not known and is drawn as a gap."""

    name: str
    values: Sequence[float | None]
    addresses: Sequence[str] = ()  # the list behind each figure
    tones: Sequence[
        str
    ] = ()  # no, un, ok, plain or strong, one a figure; none: the colour of the series

    def cell(self, at: int) -> tuple[float | None, str]:
        """The figure of a category, with the address of its list where it has one."""
        return self.values[at], self.addresses[at] if at < len(self.addresses) else ""


@dataclass(frozen=True)
class Mark:
    """A line through a chart (标线): at a category, or at a value when it goes across."""

    label: str
    at: float | str
    tone: str = ""
    across: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart with its table (图表). ``said``: what it shows, in a sentence; ``xlsx``: its list's address."""

    kind: Kind
    title: str
    said: str
    unit: str
    heading: str  # what the categories are: 年, 村
    categories: Sequence[str]
    series: Sequence[Series]
    marks: Sequence[Mark] = ()
    note: str = ""
    xlsx: str = ""
    whole: bool = True  # figures are counts: no decimals on the axis
    closed: bool = False  # the table is folded under its summary

    def rows(self) -> list[tuple[str, list[tuple[float | None, str]]]]:
        """The table beside it: a category and, for each series, the figure with the address of its list."""
        return [
            (name, [one.cell(at) for one in self.series]) for at, name in enumerate(self.categories)
        ]

    def drawn(self) -> dict[str, Any]:
        """What the script reads."""
        told = asdict(self)
        return {
            key: told[key]
            for key in ("kind", "title", "unit", "categories", "series", "marks", "whole")
        }

    @property
    def data(self) -> SafeString:
        """The same as an inert block of the page: a policy without inline script lets it be."""
        return json_script(self.drawn())


@register.inclusion_tag("components/templates/chart.html")
def chart(shown: Chart) -> dict[str, Any]:
    """A chart, its table and its downloads (图表)."""
    return {"chart": shown, "rows": shown.rows(), "several": len(shown.series) > 1}


@register.simple_tag
def charts_script() -> SafeString:
    """The script that draws, for pages that have charts and no others."""
    return format_html('<script src="{}" defer></script>', asset(SCRIPT))
