"""Recording and correcting facts of one topic (登记与更正页面): a save is one action with one event.

Two people at one form: the second save is refused, both values stand side by side, and nothing typed is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.common.errors import RegisterError
from mingbai.desk.access import screen
from mingbai.desk.components.problems import words_of
from mingbai.desk.register.forms import RecordForm
from mingbai.desk.register.subjects import Chosen, choose
from mingbai.desk.register.words import Column, columns_of, topic_label
from mingbai.households.actions import correct_facts, record_facts
from mingbai.households.actions.facts import Said
from mingbai.households.closing import open_column
from mingbai.households.errors import ChangedMeanwhileError
from mingbai.households.topics import Topic

#: A death has an event of its own, an attachment its own page, a person's key is chosen elsewhere.
SIDES = ("read", "stands", "meant")
NOT_HERE = frozenset({"died_on", "attachment_id", "holder_person_id"})


@screen(Permission.HOUSEHOLDS_WRITE, writes=True)
def record(request: HttpRequest, subject: str, subject_id: int, topic: str) -> HttpResponse:
    """The form of a topic, filled from the record that stands on the working date; and its save."""
    chosen = choose(request, subject, subject_id, topic)
    if chosen.topic.many:
        raise Http404
    columns = tuple(one for one in columns_of(chosen.topic) if one.key not in NOT_HERE)
    if request.method == "POST":
        return _save(request, chosen, columns)
    row = chosen.record_on(request.day)
    form = RecordForm(
        columns=columns, today=request.day, initial=_initial(chosen.topic, columns, row)
    )
    return _show(request, chosen, form)


def _save(request: HttpRequest, chosen: Chosen, columns: tuple[Column, ...]) -> HttpResponse:
    form = RecordForm(request.POST, columns=columns, today=request.day)
    if not form.is_valid():
        return _show(request, chosen, form, status=422)
    before = _plain(chosen.topic, columns, chosen.record(form.cleaned_data["token"]))
    values = form.given(before)
    if not values:
        form.add_error(None, _("没有改动任何一项，所以没有存。"))
        return _show(request, chosen, form, status=422)
    try:
        _act(request, chosen, form, values)
    except ChangedMeanwhileError as refused:
        return _conflict(request, chosen, form, refused)
    except RegisterError as refused:
        form.add_error(None, f"{words_of(refused)}（{refused.code}）")
        return _show(request, chosen, form, status=422)
    names = "、".join(column.label for column in columns if column.key in values)
    messages.success(request, _("记下了：{names}").format(names=names))
    return redirect(chosen.address)


def _act(request: HttpRequest, chosen: Chosen, form: RecordForm, values: Mapping[str, Any]) -> None:
    data = form.cleaned_data
    given = {
        "actor": request.user.actor, "reason": data["reason"], "topic": chosen.topic.key,
        "subject_id": chosen.subject_id, "values": values,
        "said": Said(data["source"], data["observed_on"], data["token"]),
    }  # fmt: skip
    if data["mode"] == RecordForm.CORRECT:
        correct_facts(on=request.day, **given)
    else:
        record_facts(on=data["valid_from"], **given)


def _conflict(
    request: HttpRequest, chosen: Chosen, form: RecordForm, refused: ChangedMeanwhileError
) -> HttpResponse:
    """Refused: what was read, what stands now, what was typed. Saving again is then a decision."""
    now = chosen.record_on(request.day)
    columns = {column.key: column for column in form.columns}
    rows = [
        {"label": columns[key].label, **{at: _said(columns[key], said[at]) for at in SIDES}}
        for key, said in refused.conflicts.items()
    ]  # fmt: skip
    form.data = form.data.copy()
    form.data["token"] = str(now.pk if now else 0)
    return _show(request, chosen, form, status=409, conflicts=rows, code=refused.code, current=now)


def _said(column: Column, value: Any) -> str:
    return _("（不显示）") if column.kind == "secret" and value else column.show(value)


def _show(
    request: HttpRequest, chosen: Chosen, form: RecordForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    said = {
        "chosen": chosen,
        "form": form,
        "label": topic_label(chosen.topic),
        "conflicts": None,
        **more,
    }
    return render(request, "register/templates/record.html", said, status=status)


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
