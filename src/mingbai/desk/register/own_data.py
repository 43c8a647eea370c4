"""Handing a person their own data (给本人的资料): what it will hold, why, then the file; each one recorded.

The right to see and copy it: 个人信息保护法, articles 44 and 45. A restricted topic that whoever hands it
over may not read is left out, and the file says so.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as lazy

from mingbai.accounts.roles import Permission
from mingbai.common.errors import RegisterError
from mingbai.desk.access import screen
from mingbai.desk.components.fields import given
from mingbai.desk.register.lists import XLSX
from mingbai.desk.register.readers import ABSENT, own_reader
from mingbai.desk.register.words import topic_label
from mingbai.households.access import Reader, get_person_household_for, place_of
from mingbai.households.enums import Subject
from mingbai.households.models import Household, SearchEntry
from mingbai.households.own_data import export_own_data, own_data_rows
from mingbai.households.topics import topic_of, topics_about

#: Format → where it stands among the files that are made, and its type.
FORMATS = {"xlsx": (0, XLSX), "json": (1, "application/json")}


class HandOverForm(forms.Form):
    """Why a person's data is handed over, and as what."""

    reason = forms.CharField(
        label=lazy("为什么导出"), max_length=200, widget=forms.Textarea({"rows": 2}),
        help_text=lazy("例如：本人持身份证到窗口申请。理由和导出都会留痕，本人也查得到"),
    )  # fmt: skip
    form = forms.ChoiceField(
        label=lazy("什么文件"), initial="xlsx", widget=forms.RadioSelect(),
        choices=[("xlsx", lazy("工作簿 xlsx，打印或在表格里看")), ("json", lazy("JSON，转到别的系统"))],
    )  # fmt: skip


@screen(Permission.PERSONS_EXPORT, writes=True)
def own_data(request: HttpRequest, person_id: int) -> HttpResponse:
    """What the file will hold; then the file, with full numbers, for the person and nobody else."""
    reader, home = _reached(request, person_id)
    without = _closed(reader, home, request)
    form = HandOverForm(given(request), initial={"form": "xlsx"})
    if request.method == "POST" and form.is_valid():
        return _file(request, person_id, form.cleaned_data, without)
    entries = SearchEntry.objects.recorded().filter(person_id=person_id, extra=False)
    said = {
        "form": form, "person_id": person_id,
        "name": entries.order_by("-left_on").values_list("name", flat=True).first() or str(person_id),
        "sheets": list(own_data_rows(person_id, without).items()),
        "without": [topic_label(topic_of(key)) for key in without],
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "register/templates/own_data.html", said, status=status)


def _reached(request: HttpRequest, person_id: int) -> tuple[Reader, Household]:
    reader = own_reader(request)
    try:
        wanted = Permission.PERSONS_EXPORT
        return reader, get_person_household_for(
            reader, person_id, day=request.day, permission=wanted
        )
    except RegisterError as refused:
        if refused.code != ABSENT:
            raise
        raise Http404 from refused


def _closed(reader: Reader, home: Household, request: HttpRequest) -> list[str]:
    """The restricted topics that whoever hands the data over may not read."""
    opened = reader.restrictions(place_of(home.pk, request.day)[0], home.pk)
    return [
        topic.key
        for topic in topics_about(Subject.PERSON)
        if topic.restriction is not None and topic.restriction not in opened
    ]


def _file(
    request: HttpRequest, person_id: int, said: dict[str, Any], without: list[str]
) -> HttpResponse:
    at, media = FORMATS[said["form"]]
    with tempfile.TemporaryDirectory(prefix="mingbai-own-") as folder:
        made = export_own_data(
            actor=request.user.actor, person_id=person_id, folder=Path(folder) / "own",
            reason=said["reason"], without=without,
        )  # fmt: skip
        path: Path = made["files"][at]
        answer = HttpResponse(path.read_bytes(), content_type=media)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(path.name)}"
    answer["Cache-Control"] = "no-store"
    return answer
