"""Screens of proposals (参数提案): propose a value, look at what it would change, publish somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.common.errors import RegisterError
from mingbai.decisions import proposals as acts
from mingbai.decisions.enums import ProposalState
from mingbai.decisions.models import ParameterProposal
from mingbai.decisions.overlays import Change, changed_values, plain, region_for
from mingbai.decisions.programs import pack_named
from mingbai.desk.access import scope_for, screen
from mingbai.desk.components import navigation
from mingbai.desk.components.paging import page_of
from mingbai.desk.components.parts import Tab
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.words import aside
from mingbai.desk.places.reaching import covers
from mingbai.desk.rules.effects import effects_of, summary_of, try_values
from mingbai.desk.rules.proposing import (
    ProposalForm,
    first_values,
    key_of,
    now_words,
    places_for,
    proposal_lines,
    said,
    state_of,
    value_lines,
)
from mingbai.desk.rules.reading import where_words
from mingbai.desk.rules.versions import label_of
from mingbai.desk.rules.views import closed_rules, here
from mingbai.engine.errors import EngineError
from mingbai.engine.model.pack import Pack, Parameter
from mingbai.places.queries import register
from mingbai.places.remembered import Roster, roster

FOLDER = "rules/templates/"
#: ?parameter= that stands for the whole local list (本地清单).
LOCAL = "local"
#: Refusals that say "absent, or not yours".
ABSENT = frozenset({"DEC-014", "DEC-016"})


@navigation.counts("rules")
def waiting(request: HttpRequest) -> navigation.Count | None:
    """The proposals that wait, for who may publish. One query, none for anybody else."""
    rights = getattr(request, "rights", None)
    if rights is None or Permission.RULES_PUBLISH not in rights.permissions:
        return None
    waits = acts.open_proposals()
    return navigation.Count(waits, hot=True) if waits else None


@screen(Permission.EVALUATION_READ)
def proposals(request: HttpRequest) -> HttpResponse:
    """Proposals by what became of them, the newest first."""
    pack = pack_named(register().pack)
    asked = request.GET.get("state", ProposalState.PROPOSED.value)
    if asked not in ProposalState.values:
        raise Http404
    mine = ParameterProposal.objects.filter(pack=pack.id)
    counts = {one: mine.filter(state=one).count() for one in ProposalState.values}
    page = page_of(request, counts[asked])
    rows = mine.filter(state=asked).order_by("-id")[page.start : page.stop]
    said_ = {
        "page": page, "tabs": _tabs(counts, asked), "state": asked,
        "lines": proposal_lines(rows, pack, roster(request.day)),
        "may_propose": bool(request.rights[Permission.RULES_PROPOSE]),
    }  # fmt: skip
    return render(request, FOLDER + "proposals.html", said_)


def _tabs(counts: dict[str, int], asked: str) -> list[Tab]:
    words = {
        "proposed": _("待发布"), "published": _("已发布"), "refused": _("已退回"), "withdrawn": _("已撤回"),
    }  # fmt: skip
    return [
        Tab(words[one], f"?state={one}", count, one == asked, hot=one == "proposed")
        for one, count in counts.items()
    ]


@screen(Permission.RULES_PROPOSE, writes=True)
def propose(request: HttpRequest) -> HttpResponse:
    """Another value of a parameter, or of several of the local list: looked at first, then sent."""
    pack, name = pack_named(register().pack), request.GET.get("parameter", "")
    form = _form(request, pack, _parameters(pack, name))
    said_: dict[str, Any] = {
        "form": form,
        "name": name,
        "label": _heading(pack, name),
        "pack": pack,
    }
    status = 200
    if request.method == "POST":
        if form.is_valid():
            sent = _looked_at(request, pack, form, said_)
            if sent is not None:
                messages.success(request, _("提案已送出，由另一位有发布权限的人办理。"))
                return redirect("rules:proposal", sent.pk)
        status = 422 if form.errors else 200
    return render(request, FOLDER + "propose.html", said_, status=status)


def _form(request: HttpRequest, pack: Pack, parameters: list[Parameter]) -> ProposalForm:
    known, code = roster(request.day), here(request)
    places = places_for(request.rights[Permission.RULES_PROPOSE], known, register().division_code)
    first = {
        "starts_on": request.day, "place": places[0][0] if places else "",
        **first_values(parameters, request.day, code),
    }  # fmt: skip
    given = request.POST if request.method == "POST" else None
    now = now_words(pack, parameters, request.day, code, known)
    return ProposalForm(
        given, initial=first, parameters=parameters, pack=pack, places=places, now=now
    )


def _parameters(pack: Pack, name: str) -> list[Parameter]:
    """The parameter of the address, or all that are local. 404 for one that is not in the pack."""
    if name == LOCAL:
        return [one for one in pack.parameters.values() if one.local]
    if name not in pack.parameters:
        raise Http404
    return [pack.parameters[name]]


def _heading(pack: Pack, name: str) -> str:
    return _("本地清单") if name == LOCAL else label_of(pack, name)


def _looked_at(
    request: HttpRequest, pack: Pack, form: ProposalForm, said_: dict[str, Any]
) -> ParameterProposal | None:
    """Try what the form says; send it where just that was looked at before. None: the page again."""
    change = form.change()
    try:
        values = changed_values(pack, change)
        kept = _tried(request, pack, change, values)
        said_ |= {
            "effects": effects_of(kept, pack, closed_rules(request, pack)), "looked_at": True,
            "key": key_of(change), "values": _changes(pack, change, values),
        }  # fmt: skip
        if request.POST.get("act") != "send":
            return None
        if request.POST.get("key") != key_of(change):
            said_["changed"] = True
            return None
        return acts.propose(
            user=request.user, day=request.day,
            change=Change(
                change.values, change.place, change.starts_on, change.ends_on, change.reason, change.source,
                kept,
            ),
        )  # fmt: skip
    except RegisterError as refused:
        form.add_error(None, aside(words_of(refused), refused.code))
    except EngineError as problem:
        form.add_error(None, str(problem))
    return None


def _changes(pack: Pack, change: Change, values: dict[str, str]) -> list[tuple[str, str, str]]:
    """Label, value now and new value of what is to change."""
    found = []
    for name, text in values.items():
        now = pack.parameters[name].value_for(change.starts_on, change.place)
        before = plain(pack.parameters[name], now.value) if now else ""
        found.append((label_of(pack, name), said(pack, name, before), said(pack, name, text)))
    return found


def _tried(
    request: HttpRequest, pack: Pack, change: Change, values: dict[str, str]
) -> dict[str, Any]:
    """What the values would change, for the place; nothing before the first evaluation."""
    health = covers(scope_for(request, Permission.HEALTH_READ), change.place)
    region = region_for(pack, values, change.place, register().division_code)
    found = try_values(values, region, change.place, health=health)
    return summary_of(*found) if found else {}


@screen(Permission.EVALUATION_READ)
def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """A proposal: what, where, from when, why, by which document; what it would change; what became of it."""
    return _page(request, _find(proposal_id))


def _page(
    request: HttpRequest, found: ParameterProposal, problem: RegisterError | None = None
) -> HttpResponse:
    pack, known = pack_named(register().pack), roster(request.day)
    place = found.region.ljust(12, "0") if found.region else register().division_code
    open_ = found.state == ProposalState.PROPOSED
    near = acts.between(request.user, found) if open_ else False
    may = covers(request.rights[Permission.RULES_PUBLISH], place)
    (line,) = proposal_lines([found], pack, known)
    sides = acts.stale(pack, found) if open_ else {}
    said_ = {
        "line": line, "proposal": found, "values": value_lines(found, pack, known), "open": open_,
        "where": where_words(found.region, known), "state": state_of(found),
        "effects": effects_of(found.tried, pack, closed_rules(request, pack)),
        "may_publish": may and open_ and not near, "near": may and near,
        "own": open_ and found.proposed_by == request.user.actor,
        "sides": [(label_of(pack, name), *_both(pack, name, both, known)) for name, both in sides.items()],
        "other_version": open_ and pack.hash != found.pack_hash,
        "trial": _trial_address(found, place), "problem": problem and aside(words_of(problem), problem.code),
    }  # fmt: skip
    return render(request, FOLDER + "proposal.html", said_, status=409 if problem else 200)


def _both(
    pack: Pack, name: str, sides: Any, known: Roster
) -> list[list[tuple[str, str, str, str]]]:
    """The values then and now: value, from, to, where."""
    return [
        [
            (said(pack, name, row[3]), row[0], row[1] or "", where_words(row[2], known))
            for row in one
        ]
        for one in sides
    ]


def _trial_address(found: ParameterProposal, place: str) -> str:
    """Where the trial of a single value shows the names; none for several at once."""
    if len(found.changes) != 1:
        return ""
    ((name, value),) = found.changes.items()
    return f"{reverse('rules:trial')}?parameter={name}&value={value}&place={place}"


def _find(proposal_id: int) -> ParameterProposal:
    found = ParameterProposal.objects.filter(pk=proposal_id).first()
    if found is None:
        raise Http404
    return found


def _decided(request: HttpRequest, proposal_id: int, act: Callable[[], object]) -> HttpResponse:
    """The page of a proposal after a decision; one that is refused says why, with what to do."""
    try:
        act()
    except RegisterError as refused:
        if refused.code in ABSENT:
            raise Http404 from refused
        return _page(request, _find(proposal_id), refused)
    return redirect("rules:proposal", proposal_id)


@screen(Permission.RULES_PUBLISH, reads=False, writes=True)
def publish(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Publish somebody else's proposal; the worker evaluates everybody by it."""

    def act() -> None:
        acts.publish(user=request.user, day=request.day, proposal_id=proposal_id)
        messages.success(
            request, _("已发布。后台正在按新的数重新评估，以前的评估仍按当时的数说明。")
        )

    return _decided(request, proposal_id, act)


@screen(Permission.RULES_PUBLISH, reads=False, writes=True)
def refuse(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Refuse somebody else's proposal, with the reason."""
    note = request.POST.get("note", "")
    return _decided(
        request, proposal_id,
        lambda: acts.refuse(user=request.user, day=request.day, proposal_id=proposal_id, note=note),
    )  # fmt: skip


@screen(Permission.RULES_PROPOSE, reads=False, writes=True)
def withdraw(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Take one's own proposal back."""
    return _decided(
        request, proposal_id,
        lambda: acts.withdraw(user=request.user, day=request.day, proposal_id=proposal_id),
    )  # fmt: skip
