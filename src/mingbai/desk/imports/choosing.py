"""Saying columns and deciding rows of a dry run (指认列、逐行取舍): posts of the page of an import."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mingbai.accounts.roles import Permission
from mingbai.audit.actions import record
from mingbai.common.errors import RegisterError
from mingbai.desk.access import screen
from mingbai.desk.components.paging import whole_number
from mingbai.desk.components.parts import picked
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.words import aside
from mingbai.desk.imports.asking import columns_said, words_said
from mingbai.desk.imports.forms import ApplyForm
from mingbai.desk.imports.views import XLSX, find, may_apply, show
from mingbai.intake.choosing import VERDICTS, choose_rows, unchoose_rows
from mingbai.intake.layouts import say_columns
from mingbai.intake.looking import asked_of, picture_of, whole_list
from mingbai.intake.models import ImportOrder
from mingbai.intake.orders import order_import, request_of
from mingbai.intake.running import register_pack

_CSV = "text/csv; charset=utf-8"


@screen(Permission.HOUSEHOLDS_IMPORT, reads=False, writes=True)
def columns(request: HttpRequest, order_id: int) -> HttpResponse:
    """Keep which column is which, and compare anew; next month the same headers are known."""
    found = find(request, order_id)
    sheets = asked_of(found)
    number = whole_number(request.POST.get("sheet", ""), least=0, most=999, otherwise=999)
    if number >= len(sheets) or not found.dry_run:
        raise Http404
    sheet, entity = sheets[number], request.POST.get("entity", "")
    try:
        layout = say_columns(
            actor=request.user.actor, order=found, entity=entity, base=sheet["base"],
            columns=columns_said(sheet, request.POST), pack=register_pack(None),
            words=words_said(sheet, entity, request.POST),
        )  # fmt: skip
    except RegisterError as refused:
        said = aside(words_of(refused), refused.code)
        return show(request, found, ApplyForm(), status=422, unsaid=(number, said))
    kept = [one for one in found.layouts.all() if set(one.columns) != set(layout.columns)]
    made = order_import(
        actor=request.user.actor, files=list(found.files.all()), request=request_of(found),
        dry_run=True, job_division=found.division_code, layouts=[*kept, layout], follows=found,
    )  # fmt: skip
    messages.success(request, _("记住了：下个月同一家来的、表头一样的表，照这样读。正在重新比对。"))
    return redirect("imports:order", made.pk)


@screen(Permission.HOUSEHOLDS_IMPORT, reads=False, writes=True)
def rows(request: HttpRequest, order_id: int) -> HttpResponse:
    """Leave rows out, take them as the list says, or neither after all."""
    found = find(request, order_id)
    name, group = request.POST.get("show", ""), request.POST.get("group", "")
    if name not in VERDICTS or not may_apply(request, found):
        raise Http404
    try:
        messages.success(request, _decided(request, found, name, _places(request, found, name)))
    except RegisterError as refused:
        messages.error(request, aside(words_of(refused), refused.code))
    back = {"show": name, "group": group, "page": request.POST.get("page", "")}
    query = urlencode({key: value for key, value in back.items() if value})
    return redirect(f"{reverse('imports:order', args=[found.pk])}?{query}")


def _places(request: HttpRequest, found: ImportOrder, name: str) -> list[int]:
    """The lines picked, or all of the kind that is shown."""
    sent = picked(request.POST)
    picture = picture_of(found)
    if not sent.everything or picture is None:
        return list(sent.ids)
    return list(range(*picture.kept(name, request.POST.get("group", ""))))


def _decided(request: HttpRequest, found: ImportOrder, name: str, places: list[int]) -> str:
    actor = request.user.actor
    if request.POST.get("act") == "undo":
        count = unchoose_rows(actor=actor, order=found, shown_in=name, places=places)
        return ngettext("收回了 {n} 行的取舍", "收回了 {n} 行的取舍", count).format(n=count)
    count = choose_rows(
        actor=actor, order=found, shown_in=name, places=places,
        reason=request.POST.get("reason", "")[:200],
    )  # fmt: skip
    if name == "conflicts":
        return ngettext("{n} 行取来表的", "{n} 行取来表的", count).format(n=count)
    return ngettext("{n} 行不写", "{n} 行不写", count).format(n=count)


@screen(Permission.HOUSEHOLDS_IMPORT, reads=False, writes=True)
def whole(request: HttpRequest, order_id: int, number: int) -> HttpResponse:
    """All lines of lists that are longer than the page shows; taking them is recorded."""
    found = find(request, order_id)
    picture = picture_of(found)
    if picture is None or number >= len(picture.whole):
        raise Http404
    pieces, name = whole_list(found, number), picture.whole[number]
    record(
        actor=request.user.actor, action="intake.difference.taken", target=f"order:{found.pk}",
        data={"number": number},
    )  # fmt: skip
    kind = XLSX if name.endswith(".xlsx") else _CSV
    answer = HttpResponse(b"".join(pieces), content_type=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer
