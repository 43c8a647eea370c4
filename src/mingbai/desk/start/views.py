"""The first pages (开办页): nothing is made before the last step, so each can be done again."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from mingbai.accounts.founding import NewPlace, found_office
from mingbai.accounts.roles import Permission
from mingbai.common.errors import RegisterError
from mingbai.desk.access import PUBLIC, screen
from mingbai.desk.components.parts import Step
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.words import of, role_words
from mingbai.desk.start.blanks import blank_workbook, layouts
from mingbai.desk.start.forms import AccountsForm, PlaceForm
from mingbai.desk.start.opening import check_open, forget_code
from mingbai.desk.start.rosters import described
from mingbai.households.models import Household
from mingbai.places.queries import register, today

TEMPLATES = "start/templates/"
#: In the session of whoever founds the office: what the first form said, and the code it came with.
SAID = "mingbai_start"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BEFORE = 2  # up to this step nothing is made, and the first can be gone back to
MAIN = 2  # the lists of households and of persons
#: Errors of making the accounts → the field they belong to.
_FIELDS = {"ACC-002": "password", "ACC-001": "worker_account", "ACC-027": "admin_account"}


@screen(PUBLIC, writes=True)
def place(request: HttpRequest) -> HttpResponse:
    """Which place, by which rules, for practice or for real. Kept in the session alone."""
    code = request.POST.get("code") or request.GET.get("code") or ""
    said = request.session.get(SAID, {})
    code = code or said.get("code", "")
    check_open(request, code)
    if request.method == "POST":
        form = PlaceForm(request.POST, today=today())
        if form.is_valid():
            fields = {name: request.POST.get(name, "") for name in form.fields}
            request.session[SAID] = {**fields, "code": code}
            return redirect("start:accounts")
    else:
        form = PlaceForm(initial={"mode": "real", "pack": "cn", **said}, today=today())
    return _page(request, "place.html", 1, form=form, code=code)


@screen(PUBLIC, writes=True)
def accounts(request: HttpRequest) -> HttpResponse:
    """What will be made, and the two accounts; then all of it at once."""
    said = request.session.get(SAID)
    check_open(request, (said or {}).get("code", ""))
    chosen = PlaceForm(said or {}, today=today())
    if not chosen.is_valid():
        return redirect("start:place")
    form = AccountsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = found_office(
                actor="command", place=_new_place(chosen), password=form.cleaned_data["password"],
                administrator=form.account("admin"), worker=form.account("worker"),
            )  # fmt: skip
        except RegisterError as refused:
            form.add_error(_FIELDS.get(refused.code), words_of(refused))
        else:
            del request.session[SAID]
            forget_code()
            return _page(request, "done.html", 3, made=made, worker_role=_role(made.worker))
    day = chosen.cleaned_data["working_date"] or today()
    found = described(chosen.roster, chosen.cleaned_data["code"], day)
    return _page(
        request, "accounts.html", 2, form=form, found=found,
        practice=chosen.cleaned_data["working_date"],
    )  # fmt: skip


def _new_place(chosen: PlaceForm) -> NewPlace:
    data = chosen.cleaned_data
    source = "roster:shipped" if data["known"] else "roster:pasted"
    return NewPlace(data["code"], chosen.roster, data["pack"], data["working_date"], source)


def _role(user: Any) -> str:
    return role_words(user.posts.get().role)


def _page(request: HttpRequest, template: str, at: int, **said: Any) -> HttpResponse:
    back = reverse("start:place") if at == BEFORE else ""
    steps = [
        Step(_("哪个地方"), _("区划、规则、练习还是正式"), back),
        Step(_("两个账号"), _("管账号的，办事的")),
        Step(_("登录"), _("改密码；县级还要绑手机")),
        Step(_("第一张表"), _("空白表、演练、写入")),
    ]
    form = said.get("form")
    status = 422 if form is not None and form.errors else 200
    return render(request, TEMPLATES + template, {"steps": steps, "at": at, **said}, status=status)


@screen(Permission.HOUSEHOLDS_IMPORT)
def first_table(request: HttpRequest) -> HttpResponse:
    """The blank workbooks, and the way to the first import; gone with the first household."""
    _check_empty()
    found = [(one.id, of(one.title)) for one in layouts(register().pack)]
    return _page(request, "first_table.html", 4, main=found[:MAIN], others=found[MAIN:])


@screen(Permission.HOUSEHOLDS_IMPORT)
def blank(request: HttpRequest, layout: str) -> HttpResponse:
    """One blank workbook, with its lists and input rules."""
    _check_empty()
    found = next((one for one in layouts(register().pack) if one.id == layout), None)
    if found is None:
        raise Http404
    response = HttpResponse(blank_workbook(register().pack, layout), content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{layout}.xlsx"'
    return response


def _check_empty() -> None:
    if Household.objects.exists():
        raise Http404
