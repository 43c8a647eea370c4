"""A comparison as a workbook (比较导出): as shown, with its filters; who took it is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from urllib.parse import quote

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.audit.access import HOUSEHOLD, log_looks
from mingbai.audit.actions import record
from mingbai.audit.writing import lots
from mingbai.desk.access import screen
from mingbai.desk.components.words import clauses
from mingbai.desk.runs.comparing import Asked, asked_of, chips, lines_of
from mingbai.desk.runs.listing import pair_of
from mingbai.desk.runs.words import short_hash
from mingbai.documents.as_shown import write_as_shown
from mingbai.documents.sheet_writing import Column

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@screen(Permission.EXPORT_MAKE, writes=True, reads=False)
def table(request: HttpRequest, earlier: int, later: int) -> HttpResponse:
    """Everybody who is listed under the filters of the address, a line for each rule that moved."""
    asked = asked_of(request, *pair_of(request, earlier, later))
    title, out, keys = _("两次评估比较"), BytesIO(), dict[int, None]()
    rows = write_as_shown(
        out, title=title, head=list(_head(asked)), rows=_rows(asked, keys),
        columns=[
            Column(_("户主"), 12), Column(_("村组"), 24), Column(_("规则"), 24), Column(_("之前"), 10),
            Column(_("之后"), 10), Column(_("缘由"), 60), Column(_("户编号"), 20),
        ],
    )  # fmt: skip
    with transaction.atomic():
        said = {"runs": [earlier, later], "rows": rows, "place": asked.place, "rule": asked.rule}
        record(
            actor=request.user.actor,
            action="desk.list.exported",
            target="runs:comparison",
            data=said,
        )
    log_looks(
        actor=request.user.actor, via="desk", purpose="export", subject=HOUSEHOLD, keys=list(keys)
    )
    answer = HttpResponse(out.getvalue(), content_type=XLSX)
    name = quote(f"{title} {earlier}-{later}.xlsx")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


def _head(asked: Asked) -> Iterator[tuple[str, str]]:
    """Which runs, which filters, by whom: so that it means something in a year."""
    for label, run in ((_("前"), asked.earlier), (_("后"), asked.later)):
        at = run.batch.recorded_at
        yield label, f"{run.as_of} · {at:%Y-%m-%d %H:%M} · {run.pack} {short_hash(run)}"
    narrowed = clauses(f"{one.label} {one.value}" for one in chips(asked))
    yield _("条件"), narrowed or _("本人范围内的全部户")
    yield _("导出人"), str(asked.request.user)


def _rows(asked: Asked, keys: dict[int, None]) -> Iterator[list[object]]:
    for some in lots(asked.rows.tolist(), 500):
        for line in lines_of(asked, some):
            keys[line.household_id] = None
            for one in line.told:
                yield [
                    line.head, line.place, one.label, one.before.word, one.after.word, one.because,
                    line.number,
                ]  # fmt: skip
