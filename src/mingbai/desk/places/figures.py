"""Figures of a chart of a place as a workbook (图表数据导出)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.desk.access import screen
from mingbai.desk.components.charts import Chart, taken
from mingbai.desk.places.asking import Asked, asked_of
from mingbai.desk.places.drawing import shares_chart, years_chart
from mingbai.desk.places.views import counted_of, shown_rows
from mingbai.desk.places.years import years_of
from mingbai.households.queries.daily import year_ends


@screen(Permission.EXPORT_MAKE, writes=True, reads=False)
def figures(request: HttpRequest, code: str, which: str) -> HttpResponse:
    """What a chart of a place draws, as a workbook. 404 where there is no such chart."""
    asked = asked_of(request, code)
    drawn = _drawn(asked, which) if asked is not None else None
    if asked is None or drawn is None:
        raise Http404
    head = [(_("地方"), asked.place.name), (_("截至"), asked.day.isoformat())]
    return taken(request, drawn, head, f"division:{code}")


def _drawn(asked: Asked, which: str) -> Chart | None:
    counted, below = counted_of(asked)
    if which == "years":
        return years_chart(asked, years_of(asked, counted, year_ends(asked.day)))
    if which != "shares" or not below:
        return None
    rows = shown_rows(asked, counted, below)
    return shares_chart(asked, rows.compared, rows.lines)
