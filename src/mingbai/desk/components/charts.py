"""Charts of a page (图表): what is drawn, and the table beside it, from the same figures.

The script draws them where there is one (charts/ at the root, built by the build hook); the table holds the
figures and the links, and is all there is without a script. A page with charts says so in its block of
scripts: ``{% charts_script %}``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any
from urllib.parse import quote

from django import template
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template import Context
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mingbai.audit.actions import record
from mingbai.desk.components.tags import asset
from mingbai.documents.as_shown import write_as_shown
from mingbai.documents.sheet_writing import Column

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
    """A chart with its table (图表). ``said``: what it shows, in a sentence.

    ``xlsx``: the address that a form is sent to for the table as a workbook, since an export leaves an event.
    """

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


@register.inclusion_tag("components/templates/chart.html", takes_context=True)
def chart(context: Context, shown: Chart) -> dict[str, Any]:
    """A chart, its table and its downloads (图表)."""
    return {"chart": shown, "rows": shown.rows(), "csrf_token": context.get("csrf_token", "")}


def workbook_of(shown: Chart, head: Sequence[tuple[str, str]]) -> bytes:
    """The table beside a chart as a workbook (图表数据导出). `head`: place, day, who took it."""
    out = BytesIO()
    unit = f" {shown.unit}" if shown.unit else ""
    figures = (Column(f"{one.name}{unit}", 14, number=True) for one in shown.series)
    write_as_shown(
        out, title=shown.title, head=[*head, *([(_("说明"), shown.note)] if shown.note else [])],
        columns=[Column(shown.heading, 24), *figures],
        rows=[[name, *(value for value, _address in cells)] for name, cells in shown.rows()],
    )  # fmt: skip
    return out.getvalue()


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def taken(
    request: HttpRequest, shown: Chart, head: Sequence[tuple[str, str]], target: str
) -> HttpResponse:
    """The workbook of a chart as an answer; an event says who took it. `target`: what it is about."""
    said = {"chart": shown.kind.value, "rows": len(shown.categories)}
    with transaction.atomic():
        record(actor=request.user.actor, action="desk.table.exported", target=target, data=said)
    answer = HttpResponse(
        workbook_of(shown, [*head, (_("导出人"), str(request.user))]), content_type=XLSX
    )
    name = quote(f"{shown.title}.xlsx")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


@register.simple_tag
def charts_script() -> SafeString:
    """The script that draws, for pages that have charts and no others."""
    return format_html('<script src="{}" defer></script>', asset(SCRIPT))
