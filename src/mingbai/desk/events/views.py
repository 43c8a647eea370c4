"""Screens of household events (家庭变动页面): choose, fill in, see what it will do, confirm.

The form travels from step to step: nothing is written before the last. Somebody who saved meanwhile makes the
save refused, with who lived there then and now; what was typed stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.common.errors import RegisterError
from mingbai.decisions.actions import after_change
from mingbai.desk.access import screen
from mingbai.desk.components.parts import Step
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.words import aside
from mingbai.desk.events.forms import EventForm
from mingbai.desk.events.homes import Home, home_for, home_numbered
from mingbai.desk.events.kinds import KINDS, Kind
from mingbai.desk.events.preview import preview_of
from mingbai.desk.register.changing import Seen
from mingbai.desk.register.readers import own_reader
from mingbai.desk.register.words import code_words
from mingbai.households.access import household_for, place_of
from mingbai.households.acting import Outcome

TEMPLATES = "events/templates/"
CHANGED_MEANWHILE = "HOME-017"
PREVIEW, EDIT, CONFIRM = "preview", "edit", "confirm"
CHOOSE, FILL, LOOK = 1, 2, 3


@screen(Permission.HOUSEHOLDS_WRITE)
def choose(request: HttpRequest, household_id: int) -> HttpResponse:
    """Which event it is."""
    home = home_for(request, household_id)
    return render(request, TEMPLATES + "choose.html", _framed(home, None, CHOOSE, kinds=KINDS))


@screen(Permission.HOUSEHOLDS_WRITE, writes=True)
def fill(request: HttpRequest, household_id: int, event: str) -> HttpResponse:
    """The form of an event, its dry run, and its confirmation."""
    kind = KINDS.get(event)
    if kind is None:
        raise Http404
    home = home_for(request, household_id)
    if not home.lives:
        return redirect("events:choose", household_id)
    if request.method != "POST":
        return _asked(request, kind, home, _form(request, kind, home))
    form = _form(request, kind, home, request.POST)
    act = request.POST.get("act", PREVIEW)
    valid = form.is_valid()
    if act == EDIT:
        return _asked(request, kind, home, form)
    if not valid:
        return _asked(request, kind, home, form, status=422)
    return _tried(request, kind, form, confirmed=act == CONFIRM)


def _form(request: HttpRequest, kind: Kind, home: Home, data: QueryDict | None = None) -> EventForm:
    day: Any = request.day
    return kind.form(
        data, home=home, today=day, lookup=lambda number: home_numbered(request, number)
    )


@dataclass(frozen=True)
class Decided:
    """What a person has decided about the outcome of a dry run (演练后的决定)."""

    values: Mapping[str, Any]
    heads: bool
    keeps: bool


def _decided(data: QueryDict) -> Decided:
    relations = {
        int(name[9:]): value
        for name, value in data.items()
        if name.startswith("relation_") and name[9:].isdigit() and value
    }
    head = data.get("new_head_id", "")
    asked_keep = data.get("keep_asked") == "1"
    values = {
        "relations": relations or None,
        "new_head_id": int(head) if head.isdigit() else None,
        "keep": [int(one) for one in data.getlist("keep") if one.isdigit()] if asked_keep else None,
    }  # fmt: skip
    return Decided(values, values["new_head_id"] is not None, asked_keep)


def _tried(request: HttpRequest, kind: Kind, form: EventForm, *, confirmed: bool) -> HttpResponse:
    """The dry run, or what it showed for real."""
    decided = _decided(request.POST)
    common = _common(request, form)
    try:
        outcome = kind.act(form, decided.values, {**common, "dry_run": True})
        if confirmed and _complete(outcome, decided):
            return _done(request, kind, form, decided, common)
    except RegisterError as refused:
        return _refused(request, kind, form, refused)
    said = _framed(form.home, kind, LOOK)
    said |= {
        "form": form, "preview": preview_of(outcome, decided.values), "seen": common["seen"].items(),
        "opened": request.POST.get("opened", ""), "sent": _sent(form), "asked_again": confirmed,
        "on": form.cleaned_data["on"],
    }  # fmt: skip
    return render(request, TEMPLATES + "look.html", said)


def _complete(outcome: Outcome, decided: Decided) -> bool:
    """Whether a person has decided all that the register asks of one."""
    lacks_head = "new_head_id" in outcome.proposals and not decided.heads
    return not lacks_head and not ("keep" in outcome.proposals and not decided.keeps)


def _common(request: HttpRequest, form: EventForm) -> dict[str, Any]:
    data: Any = form.cleaned_data
    homes = [form.home, *([form.other] if form.other else [])]
    said = {
        int(name[5:]): value
        for name, value in request.POST.items()
        if name.startswith("seen_") and name[5:].isdigit()
    }
    seen = {home.id: said.get(home.id, home.token) for home in homes}
    user: Any = request.user
    return {
        "actor": user.actor, "reason": data["reason"], "on": data["on"], "source": data["source"],
        "seen": seen,
    }  # fmt: skip


def _done(
    request: HttpRequest, kind: Kind, form: EventForm, decided: Decided, common: dict[str, Any]
) -> HttpResponse:
    """Carry it out, work out the states anew, and say what became of them."""
    seen = Seen(request, [form.home.id, *([form.other.id] if form.other else [])])
    outcome = kind.act(form, decided.values, common)
    keys = outcome.draft.keys
    homes = sorted({keys.get(one, one) for one in outcome.draft.households})
    after_change(homes, actor=common["actor"])
    messages.success(request, _told(kind, outcome))
    for sentence in seen.what_changed():
        messages.info(request, sentence)
    return redirect(_next(request, form, outcome))


def _told(kind: Kind, outcome: Outcome) -> Any:
    if outcome.batch_id is None:
        return _("原来就是这样，没有改动。")
    return format_html(
        '{} <a href="{}">{}</a>', _("记下了：{event}。").format(event=kind.words),
        reverse("batches:batch", args=[outcome.batch_id]), _("看这次登记，或撤销"),
    )  # fmt: skip


def _next(request: HttpRequest, form: EventForm, outcome: Outcome) -> str:
    """The household that was made, else the one it was about; the list when it has left one's scope."""
    home = outcome.household_id if outcome.households else form.home.id
    day: Any = request.day
    code, _until = place_of(home, day)
    if not own_reader(request).may(Permission.HOUSEHOLDS_READ, code, home):
        return reverse("register:households")
    return reverse("register:household", args=[home])


def _refused(
    request: HttpRequest, kind: Kind, form: EventForm, refused: RegisterError
) -> HttpResponse:
    """Back to the form with the number and the words; changed meanwhile: with both sides."""
    if refused.code != CHANGED_MEANWHILE:
        form.add_error(None, aside(words_of(refused), refused.code))
        return _asked(request, kind, form.home, form, status=422)
    sides = _sides(request, form.home)
    return _asked(request, kind, form.home, form, status=409, sides=sides, code=refused.code)


def _sides(request: HttpRequest, home: Home) -> list[dict[str, str]]:
    """Who lived there when the form was opened, and who does now."""
    day: Any = request.day
    opened = _instant(request.POST.get("opened", ""))
    then = household_for(own_reader(request), home.id, day=day, known_at=opened)
    was = {one.person_id: (one.name, one.relation) for one in then.members}
    now = {one.id: (one.name, one.relation) for one in home.people}
    words = code_words("relation")

    def said(side: Mapping[int, tuple[str, str]], key: int) -> str:
        return words.get(side[key][1], side[key][1]) if key in side else _("不在这户")

    return [
        {"name": {**was, **now}[key][0], "then": said(was, key), "now": said(now, key)}
        for key in {**was, **now}
    ]


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if timezone.is_aware(found) else None


def _sent(form: EventForm) -> list[tuple[str, str]]:
    """What was typed, to travel on in the next step."""
    return [
        (name, value)
        for name in form.fields
        for value in (form.data.getlist(name) if name in form.data else [])
    ]


def _asked(
    request: HttpRequest, kind: Kind, home: Home, form: EventForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    same = status != 409 and request.method == "POST"
    opened = request.POST.get("opened", "") if same else timezone.now().isoformat()
    token = request.POST.get(f"seen_{home.id}", home.token) if same else home.token
    said = _framed(home, kind, FILL)
    said |= {"form": form, "opened": opened, "token": token, "sides": None, **more}
    return render(request, TEMPLATES + "fill.html", said, status=status)


def _framed(home: Home, kind: Kind | None, at: int, **more: Any) -> dict[str, Any]:
    steps = [
        Step(_("选哪件事"), kind.words if kind else "", reverse("events:choose", args=[home.id])),
        Step(_("填表")), Step(_("先看会怎样"), _("还不写入")), Step(_("办好"), _("可以撤销")),
    ]  # fmt: skip
    return {"home": home, "kind": kind, "steps": steps, "at": at, **more}
