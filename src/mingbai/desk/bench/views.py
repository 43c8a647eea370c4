"""The bench (一张表): drop the workbook one fights with, get it back with its wrong cells marked.

Without sign-in on one's own machine, with it anywhere else. Nothing reaches the register, the audit chain
or a log; the folder in memory is gone two minutes after the result, or at once when asked.
"""

from __future__ import annotations

from functools import wraps
from typing import Any
from urllib.parse import quote, urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mingbai.desk.access import PUBLIC, View, owed_step, screen
from mingbai.desk.bench import tickets
from mingbai.desk.bench.keeping import LOOKED_AT, MOST_SECONDS
from mingbai.desk.components.fields import given
from mingbai.desk.components.own_machine import on_own_machine
from mingbai.desk.components.words import either
from mingbai.desk.imports.forms import Files
from mingbai.places.models import Register
from mingbai.places.queries import today
from mingbai.tables.spreadsheets import column_letters

TEMPLATES = "bench/templates/"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PACK = "cn"
MOST_BYTES = 20 << 20


class SheetsForm(forms.Form):
    """The sheets to look at."""

    files = Files(
        label=lazy("拖一张表进来，或者选"),
        help_text=lazy("xlsx、xls、et、ods、docx、csv，一起不超过 20 MB；不改您的原文件"),
    )

    def clean_files(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["files"]
        if sum(one.size for one in files) > MOST_BYTES:
            raise forms.ValidationError(_("一起超过了 20 MB，请少放几个"))
        return files


def _open(view: View) -> View:
    """Let in whoever sits at this machine, and whoever has signed in."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not on_own_machine(request):
            if not request.user.is_authenticated:
                there = urlencode({"next": reverse("bench:bench")})
                return redirect(f"{reverse('signin:sign_in')}?{there}")
            if owed := owed_step(request):
                return redirect(owed)
        return view(request, *args, **kwargs)

    return opened


@screen(PUBLIC, writes=True)
@_open
def bench(request: HttpRequest) -> HttpResponse:
    """Take sheets and begin to check them."""
    form = SheetsForm(given(request), request.FILES or None)
    if request.method == "POST":
        if getattr(request, "upload_refused", None):
            form.add_error("files", _("一起超过了 20 MB，请少放几个"))
        elif form.is_valid():
            try:
                ticket = tickets.start(
                    form.cleaned_data["files"], pack=_pack(), day=today(), language=_language()
                )
                return redirect("bench:result", ticket)
            except tickets.BusyError:
                form.add_error("files", _("正在检查别的表，请过半分钟再放一次"))
    status = 422 if form.errors else 200
    return render(request, TEMPLATES + "bench.html", {"form": form}, status=status)


def _pack() -> str:
    return Register.objects.values_list("pack", flat=True).first() or _PACK


def _language() -> str:
    language = get_language() or ""
    return "en" if language.startswith("en") else "zh-hant" if language == "zh-hant" else "zh"


@screen(PUBLIC)
@_open
def result(request: HttpRequest, ticket: str) -> HttpResponse:
    """How far it is; then what is wrong, cell by cell, and the marked tables."""
    try:
        found = tickets.result_of(ticket)
    except FileNotFoundError:
        return render(request, TEMPLATES + "gone.html", status=404)
    if found is None:
        return render(request, TEMPLATES + "under_way.html", {"most": MOST_SECONDS})
    return render(request, TEMPLATES + "result.html", _shown(ticket, found))


def _shown(ticket: str, found: dict[str, Any]) -> dict[str, Any]:
    problems = [
        {
            **one,
            "says": either(one["message"]["zh"], one["message"]["en"]),
            "advice": either(one["advice"]["zh"], one["advice"]["en"]),
            "kept_out": one["severity"] == "listed" or one["level"] == "error",
            "cell": _cell(one),
        }
        for one in found.get("problems", ())
    ]
    sheets = [
        {**one, "why": either(one["reason"]["zh"], one["reason"]["en"]) if one["reason"] else ""}
        for one in found.get("files", ())
    ]
    refused = found.get("refused")
    return {
        "unread": bool(sheets) and all(one["what"] == "skipped" for one in sheets),
        "several": len({(one["file"], one["sheet"]) for one in problems}) > 1,
        "ticket": ticket, "found": found, "problems": problems, "sheets": sheets,
        "refused": either(refused["zh"], refused["en"]) if refused else "",
        "returned": list(enumerate(found.get("returned", ()))), "minutes": LOOKED_AT // 60,
    }  # fmt: skip


def _cell(problem: dict[str, Any]) -> str:
    """As a spreadsheet names it: C17."""
    row, places = problem["row"], problem["columns"]
    return f"{column_letters(places[0])}{row}" if row and places else ""


@screen(PUBLIC)
@_open
def marked(request: HttpRequest, ticket: str, number: int) -> HttpResponse:
    """A table with its wrong cells marked, from memory."""
    try:
        name, content = tickets.returned_table(ticket, number)
    except FileNotFoundError:
        raise Http404 from None
    answer = HttpResponse(content, content_type=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


@screen(PUBLIC, reads=False, writes=True)
@_open
def forget(request: HttpRequest, ticket: str) -> HttpResponse:
    """Delete now what would be deleted in two minutes."""
    try:
        tickets.forget(ticket)
    except FileNotFoundError:
        raise Http404 from None
    return redirect("bench:bench")
