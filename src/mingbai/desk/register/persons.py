"""The list of persons (人名单): everybody of the households that the list of households is narrowed to.

A figure of persons opens this list, so that its head and the figure agree; conditions, scope and gate are
those of the list of households. It holds who somebody is and where, no number and no restricted fact.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.audit.access import PERSON, log_looks
from mingbai.audit.actions import record
from mingbai.desk.access import scope_for, screen
from mingbai.desk.components.parts import Column, Columns, changed_query, columns_of
from mingbai.desk.components.words import listed
from mingbai.desk.register.list_asking import MOST, Asked, asked_of, chips, with_states
from mingbai.desk.register.list_export import head_lines
from mingbai.desk.register.list_reading import every_page, page_of_list, persons_known
from mingbai.desk.register.list_rows import kept_query
from mingbai.desk.register.lists import XLSX
from mingbai.desk.register.living import age_on
from mingbai.desk.register.words import code_words, status_words
from mingbai.documents.as_shown import write_as_shown
from mingbai.documents.sheet_writing import Column as SheetColumn
from mingbai.households.queries import PersonRow, Row, count_people, people_of
from mingbai.places.queries import names_on

#: Households of a page: some fifty persons.
HOMES = 16
SEX, AGE, RELATION, HOME, PLACE, KINDS = "sex", "age", "relation", "home", "place", "kinds"


def columns_chosen(request: HttpRequest) -> Columns:
    """The columns of the list, as chosen in the address."""
    return columns_of(
        request,
        [
            Column("name", _("姓名"), fixed=True), Column(SEX, _("性别")), Column(AGE, _("年龄")),
            Column(RELATION, _("与户主关系")), Column(HOME, _("户主")), Column(PLACE, _("村组")),
            Column(KINDS, _("身份")),
        ],
        name="persons",
    )  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A person of the list as shown (名单中的一人). `first`: of its household."""

    person: PersonRow
    home: Row
    address: str
    home_address: str
    sex: str
    age: str
    relation: str
    place: str
    kinds: str
    first: bool


@screen(Permission.HOUSEHOLDS_READ)
def persons(request: HttpRequest) -> HttpResponse:
    """A page of the persons of one's scope, household by household."""
    form, asked = asked_of(request, request.GET)
    after = request.GET.get("after", "")[:60]
    page = page_of_list(asked, after, HOMES)
    total = total_of(asked)
    said = {
        "form": form, "asked": asked, "day": asked.day, "run": asked.run,
        "lines": list(lines_of(asked, page.rows)), "total": total,
        "capped": persons_known(asked) is None and total >= MOST, "chips": chips(asked),
        "columns": columns_chosen(request), "first": not after,
        "next": changed_query(request.GET, {"after": page.next}) if page.next else "",
        "start": changed_query(request.GET, {}), "homes": changed_query(request.GET, {"columns": None}),
        "kept": [(name, value) for name in request.GET if name != "after"
                 for value in request.GET.getlist(name) if value],
        "may_export": bool(scope_for(request, Permission.EXPORT_MAKE)),
    }  # fmt: skip
    return render(request, "register/templates/persons.html", said)


def total_of(asked: Asked) -> int:
    """How many persons the list has; `MOST` where more are not counted. At most three queries."""
    known = persons_known(asked)
    if known is not None:
        return known
    filters = with_states(asked)
    return count_people(asked.day, scope=asked.request.scope, filters=filters, most=MOST)


def lines_of(asked: Asked, homes: tuple[Row, ...]) -> Iterator[Line]:
    """The members of households in words: who they are is open to who reads the household. Three queries."""
    people = people_of([home.household_id for home in homes], asked.day)
    places = names_on({home.division_code for home in homes}, asked.day)
    query = kept_query(asked)
    start, day = reverse("register:households"), "" if asked.today else f"?on={asked.day}"
    relations, sexes = code_words("relation"), code_words("sex")
    for home in homes:
        place = places.get(home.division_code, home.division_code)
        if group := home.group_number.lstrip("0"):
            place = _("{village} {group}组").format(village=place, group=group)
        kinds = listed(status_words(kind) for kind in home.kinds) or _("一般户")
        for at, one in enumerate(people.get(home.household_id, ())):
            yield Line(
                one, home, reverse("register:person", args=[one.person_id]) + day,
                f"{start}{home.household_id}/{query}", sexes.get(one.sex, ""),
                _age(one, asked), relations.get(one.relation, one.relation), place,
                kinds, at == 0,
            )  # fmt: skip


def _age(one: PersonRow, asked: Asked) -> str:
    age = age_on(one.birth_date, asked.day)
    return _("待核实") if age is None else str(age)


@screen(Permission.EXPORT_MAKE, writes=True, reads=False)
def sheet(request: HttpRequest) -> Any:
    """The list as a workbook, as it is shown: same filter, order and columns. Leaves an event."""
    if not request.POST.get("all"):
        raise Http404
    request.GET = request.POST  # the filters of the list stand in the form
    _form, asked = asked_of(request, request.POST)
    with tempfile.TemporaryDirectory(prefix="mingbai-list-") as folder:
        path = Path(folder) / "list.xlsx"
        title = export(asked, path)
        file = path.open("rb")  # the folder goes, the open file stays readable
    return FileResponse(
        file, as_attachment=True, filename=f"{title} {asked.day}.xlsx", content_type=XLSX
    )


def export(asked: Asked, path: Path) -> str:
    """Write the list to a file; returns its title. One event, a look a person."""
    columns, title, keys = columns_chosen(asked.request), _("人名单"), list[int]()
    rows = write_as_shown(
        path, title=title, columns=_sheet_columns(columns), rows=_rows(asked, columns, keys),
        head=[*head_lines(asked, _("年龄为周岁；证件号码、电话不在表内")), (_("人数"), _counted(asked))],
    )  # fmt: skip
    said = {
        "rows": rows, "day": asked.day.isoformat(), "columns": sorted(columns.shown),
        "place": asked.place, "kind": asked.filters.standing.value,
        "state": ":".join(asked.state or ()),
    }  # fmt: skip
    actor = asked.request.user.actor
    with transaction.atomic():
        record(actor=actor, action="desk.list.exported", target="persons:list", data=said)
    log_looks(actor=actor, via="desk", purpose="export", subject=PERSON, keys=keys)
    return title


def _counted(asked: Asked) -> str:
    total = total_of(asked)
    open_end = persons_known(asked) is None and total >= MOST
    return _("{n} 以上").format(n=total) if open_end else str(total)


def _sheet_columns(columns: Columns) -> list[SheetColumn]:
    words = {
        SEX: (_("性别"), 6), AGE: (_("年龄"), 8), RELATION: (_("与户主关系"), 14), HOME: (_("户主"), 12),
        PLACE: (_("村组"), 24), KINDS: (_("身份"), 18),
    }  # fmt: skip
    shown = [SheetColumn(*said) for key, said in words.items() if key in columns]
    return [SheetColumn(_("姓名"), 12), *shown]


def _rows(asked: Asked, columns: Columns, keys: list[int]) -> Iterator[list[object]]:
    for page in every_page(asked):
        for line in lines_of(asked, page.rows):
            keys.append(line.person.person_id)
            said = {SEX: line.sex, AGE: line.age, RELATION: line.relation, HOME: line.home.head_name,
                    PLACE: line.place, KINDS: line.kinds}  # fmt: skip
            yield [line.person.name, *(cell for key, cell in said.items() if key in columns)]
