"""Recording and correcting facts of one topic (登记与更正页面): a save is one action with one event.

Two people at one form: the second save is refused, both values stand side by side, and nothing typed is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.common.errors import RegisterError
from mingbai.decisions.actions import after_change
from mingbai.desk.access import screen
from mingbai.desk.components.paging import whole_number
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.words import aside, listed
from mingbai.desk.register.asking import BriefForm
from mingbai.desk.register.changing import Seen
from mingbai.desk.register.forms import RecordForm
from mingbai.desk.register.subjects import Chosen, choose, homes_of
from mingbai.desk.register.taking_back import back_to, last_save, offer
from mingbai.desk.register.words import Column, columns_of, topic_label
from mingbai.households.actions import correct_facts, record_facts
from mingbai.households.actions.facts import Said, Saved
from mingbai.households.closing import open_column
from mingbai.households.errors import ChangedMeanwhileError
from mingbai.households.topics import Span, Topic

#: A death and a move have actions of their own, an attachment its page, a person's key is chosen elsewhere.
NOT_HERE = frozenset({"died_on", "division_code", "attachment_id", "holder_person_id"})
SIDES = ("read", "stands", "meant")
EARLIEST_YEAR = 1990


@screen(Permission.HOUSEHOLDS_WRITE, writes=True)
def record(request: HttpRequest, subject: str, subject_id: int, topic: str) -> HttpResponse:
    """The form of a topic, filled from the record that stands on the day it is about; and its save."""
    chosen = choose(request, subject, subject_id, topic)
    if chosen.topic.many:
        raise Http404
    only = request.GET.get("only", "")
    columns = tuple(
        one for one in columns_of(chosen.topic) if one.key not in NOT_HERE and only in ("", one.key)
    )
    if not columns:
        raise Http404
    about = _about(request, chosen.topic)
    row = chosen.record_on(about.day)
    about = about.of_record(row)
    said: dict[str, Any] = {"columns": columns, "today": request.day, "span": about.span}
    make: type[RecordForm] = RecordForm
    if only:
        before = chosen.record(_token(request)) if request.method == "POST" else row
        plain = _plain(chosen.topic, columns, before)
        make, said["known"] = BriefForm, plain.get(only) not in (None, "")
    if request.method == "POST":
        return _save(request, chosen, about, make(request.POST, **said))
    form = make(**said, initial=_initial(chosen.topic, columns, row))
    return _show(request, chosen, about, form)


def _token(request: HttpRequest) -> int:
    """The record that a form was filled from, by its key; 0 for none and for nonsense."""
    return whole_number(request.POST.get("token", ""), least=0, most=2**31, otherwise=0)


@dataclass(frozen=True)
class About:
    """The time a form is about (登记时段): a year, a term, or from a day on."""

    span: str  # year, term, lasting
    day: date  # of the record that the form is filled from
    year: int | None = None
    own: tuple[date, date | None] | None = None  # the period of the year's record, where it has one

    def of_record(self, row: Any) -> About:
        """An accounting year need not begin in January: the record says when it does."""
        if self.year is None or row is None:
            return self
        return replace(self, own=(row.valid_from, row.valid_to))

    def period(self, data: Mapping[str, Any]) -> tuple[date, date | None]:
        """From when to when the values hold."""
        if self.year is not None:
            return self.own or (date(self.year, 1, 1), date(self.year + 1, 1, 1))
        return data["valid_from"] or self.day, data.get("valid_to")


def _about(request: HttpRequest, topic: Topic) -> About:
    if topic.span != Span.PERIOD:
        return About("lasting", request.day)
    if topic.key == "schooling":
        return About("term", request.day)
    last = request.day.year
    usual = last - 1 if topic.key == "income_year" else last
    asked = request.GET.get("year", "")
    year = whole_number(asked, least=EARLIEST_YEAR, most=last, otherwise=usual)
    return About("year", date(year, 1, 1), year)


def _save(request: HttpRequest, chosen: Chosen, about: About, form: RecordForm) -> HttpResponse:
    if not form.is_valid():
        return _show(request, chosen, about, form, status=422)
    before = _plain(chosen.topic, form.columns, chosen.record(form.cleaned_data["token"]))
    values = form.given(before)
    if not values:
        form.add_error(None, _("没有改动任何一项，所以没有存。"))
        return _show(request, chosen, about, form, status=422)
    try:
        saved = _act(request, chosen, about, form, values)
    except ChangedMeanwhileError as refused:
        return _conflict(request, chosen, about, form, refused)
    except RegisterError as refused:
        form.add_error(None, aside(words_of(refused), refused.code))
        return _show(request, chosen, about, form, status=422)
    seen = Seen(request, homes_of(chosen))
    after_change(seen.homes, actor=request.user.actor)
    messages.success(request, offer(request, chosen, _told(form, values), saved.batch_id))
    for sentence in seen.what_changed():
        messages.info(request, sentence)
    return redirect(back_to(request, chosen, seen.homes, request.GET.get("home", "")))


def _told(form: RecordForm, values: Mapping[str, Any]) -> str:
    names = listed(column.label for column in form.columns if column.key in values)
    return _("记下了：{names}").format(names=names)


def _act(
    request: HttpRequest, chosen: Chosen, about: About, form: RecordForm, values: Mapping[str, Any]
) -> Saved:
    data = form.cleaned_data
    starts, until = about.period(data)
    correcting = data["mode"] == RecordForm.CORRECT
    on = about.day if correcting else starts
    given = {
        "actor": request.user.actor, "reason": data["reason"], "topic": chosen.topic.key,
        "subject_id": chosen.subject_id, "on": on, "values": values,
        "said": Said(data["source"], data["observed_on"], _seen(chosen, about, data["token"], on)),
    }  # fmt: skip
    return correct_facts(**given) if correcting else record_facts(until=until, **given)


def _seen(chosen: Chosen, about: About, token: int, on: date) -> int:
    """The record that the save rests on: at another day another one, if what the form showed still stands."""
    if on == about.day or _key(chosen.record_on(about.day)) != token:
        return token
    return _key(chosen.record_on(on))


def _key(row: Any) -> int:
    return row.pk if row is not None else 0


def _conflict(
    request: HttpRequest,
    chosen: Chosen,
    about: About,
    form: RecordForm,
    refused: ChangedMeanwhileError,
) -> HttpResponse:
    """Refused: what was read, what stands now, what was typed. Saving again is then a decision."""
    columns = {column.key: column for column in form.columns}
    rows = [
        {"label": columns[key].label, **{at: _said(columns[key], said[at]) for at in SIDES}}
        for key, said in refused.conflicts.items()
    ]
    form.data = form.data.copy()
    form.data["token"] = str(_key(chosen.record_on(about.day)))
    return _show(request, chosen, about, form, status=409, conflicts=rows, code=refused.code)


def _said(column: Column, value: Any) -> str:
    return _("（不显示）") if column.kind == "secret" and value else column.show(value)


def _show(
    request: HttpRequest,
    chosen: Chosen,
    about: About,
    form: RecordForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    said = {
        "chosen": chosen,
        "about": about,
        "form": form,
        "label": topic_label(chosen.topic),
        "conflicts": None,
        "last": last_save(chosen, chosen.record_on(about.day)),
        **more,
    }
    in_place = "HX-Request" in request.headers and isinstance(form, BriefForm)
    name = "brief" if in_place else "record"
    return render(request, f"register/templates/{name}.html", said, status=status)


def _plain(topic: Topic, columns: tuple[Column, ...], row: Any) -> dict[str, Any]:
    """What a record says, without the encrypted columns."""
    if row is None:
        return {column.key: None for column in columns}
    return {
        column.key: open_column(topic, column.key, getattr(row, column.key))
        for column in columns
        if column.kind != "secret"
    }


def _initial(topic: Topic, columns: tuple[Column, ...], row: Any) -> dict[str, Any]:
    plain = _plain(topic, columns, row)
    answers = {True: "yes", False: "no", None: ""}
    found = {
        RecordForm.name_of(column.key): (
            answers[plain[column.key]] if column.kind == "yes" else plain[column.key]
        )
        for column in columns
        if column.kind != "secret"
    }
    return {**found, "token": row.pk if row else 0}
