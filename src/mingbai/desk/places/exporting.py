"""The table of a page as a workbook (所见即所得导出): same rows, order and day; an event says who took it."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote

from django.db import transaction
from django.http import HttpResponse

from mingbai.audit.actions import record
from mingbai.desk.places.asking import Asked
from mingbai.desk.places.standing import Evaluated
from mingbai.desk.places.tables import columns_of, head_lines, row_of, view_words
from mingbai.desk.places.watching import Comparison, Line
from mingbai.documents.as_shown import write_as_shown

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(
    asked: Asked, compared: Comparison, found: Evaluated | None, lines: list[Line]
) -> HttpResponse:
    """The workbook as an answer."""
    title = f"{asked.place.name} {view_words()[asked.view]}"
    out = BytesIO()
    rows = write_as_shown(
        out, title=title, head=list(head_lines(asked, compared, found)),
        columns=columns_of(asked, compared, found),
        rows=(row_of(asked, line, found) for line in lines),
        sums=row_of(asked, compared.whole, found, whole=True) if len(lines) > 1 else None,
    )  # fmt: skip
    with transaction.atomic():
        record(
            actor=f"user:{asked.request.user.pk}", action="desk.table.exported",
            target=f"division:{asked.place.code}",
            data={"view": asked.view, "day": asked.day.isoformat(), "rows": rows},
        )  # fmt: skip
    answer = HttpResponse(out.getvalue(), content_type=XLSX)
    name = quote(f"{title} {asked.day}.xlsx")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer
