"""Screens of rules and trials (规则与试算): read what decides, try another value; nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.decisions.programs import pack_named
from mingbai.decisions.proposals import open_proposals
from mingbai.decisions.queries import latest_runs, run_over
from mingbai.decisions.versions import pack_at
from mingbai.decisions.wording import restricted_rules
from mingbai.desk.access import scope_for, screen
from mingbai.desk.components.paging import page_of
from mingbai.desk.components.words import of
from mingbai.desk.places.reaching import covers, home
from mingbai.desk.rules.reading import (
    line_of,
    parameters_of,
    read_by,
    rules_by_role,
    used_by,
    values_of,
    written,
)
from mingbai.desk.rules.trying import TrialForm, distribution, places_of, shift_lines, tried
from mingbai.desk.rules.versions import shown
from mingbai.engine.compiling.packs import BoundPack, bind_pack
from mingbai.engine.errors import EngineError
from mingbai.engine.loading import load_pack
from mingbai.engine.model.pack import Clause, Pack, Rule
from mingbai.engine.model.values import Text
from mingbai.households.queries import rows_of
from mingbai.places.queries import register
from mingbai.places.remembered import roster

FOLDER = "rules/templates/"
NAMES_A_PAGE = 30
#: The most cases of a rule that are shown.
MOST_CASES = 30


@screen(Permission.EVALUATION_READ)
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in force and the parameters with what holds here."""
    seen, code = shown(request), here(request)
    pack, known = seen.pack, roster(request.day)
    said = {
        "pack": pack, "title": of(pack.title), "here": known.places.get(code), "seen": seen,
        "groups": rules_by_role(pack, request.day, closed_rules(request, pack), seen.query),
        "parameters": parameters_of(pack, request.day, code, known, seen.query),
        "may_try": _may_try(request), "may_propose": may_propose(request),
        "open_proposals": open_proposals(),
        "local": sum(one.local for one in pack.parameters.values()),
    }  # fmt: skip
    return render(request, FOLDER + "rules.html", said)


@screen(Permission.EVALUATION_READ)
def rule(request: HttpRequest, name: str) -> HttpResponse:
    """A rule in plain words: sentence, source, period, clauses, values it uses, cases."""
    seen = shown(request)
    pack, bound = seen.pack, _bound(seen.pack, request)
    found = bound.rules.get(name)
    if found is None or name in closed_rules(request, pack):
        raise Http404
    parameters, needed = read_by(found.expr)
    lines = parameters_of(pack, request.day, here(request), roster(request.day), seen.query)
    known = {one.name: one for one in lines}
    said = {
        "rule": found.rule, "line": line_of(found.rule), "pack": pack, "clauses": list(_clauses(found.rule)),
        "seen": seen, "parameters": [known[one] for one in parameters if one in known],
        "needed": [line_of(bound.rules[one].rule, seen.query) for one in needed if one in bound.rules],
        "owner": of(found.rule.owner) if found.rule.owner else "",
        "cases": [(day, of(told)) for day, told in _cases(register().pack, pack.hash, name)[:MOST_CASES]],
    }  # fmt: skip
    return render(request, FOLDER + "rule.html", said)


@screen(Permission.EVALUATION_READ)
def parameter(request: HttpRequest, name: str) -> HttpResponse:
    """A parameter with every value by day and region, the rules that read it, and a form to try another."""
    seen, code = shown(request), here(request)
    pack = seen.pack
    found = pack.parameters.get(name)
    if found is None:
        raise Http404
    closed = closed_rules(request, pack)
    now = found.value_for(request.day, code)
    said = {
        "parameter": found, "label": of(found.label), "unit": of(found.unit) if found.unit else "",
        "values": values_of(found, request.day, code, roster(request.day)), "pack": pack,
        "seen": seen, "may_propose": may_propose(request),
        "readers": [
            line_of(one, seen.query) for one in used_by(_bound(pack, request), name) if one.id not in closed
        ],
        "form": TrialForm(
            pack=pack, initial={"parameter": name, "value": written(found, now.value) if now else ""}
        ),
        "here": roster(request.day).places.get(code), "may_try": _may_try(request),
    }  # fmt: skip
    return render(request, FOLDER + "parameter.html", said)


@screen(Permission.RULES_TRY)
def trial(request: HttpRequest) -> HttpResponse:
    """Another value tried on the facts of the last evaluation: who would change, where, what it costs."""
    pack, code = pack_named(register().pack), _asked_place(request)
    form = TrialForm(request.GET or None, pack=pack)
    said: dict[str, Any] = {
        "form": form, "pack": pack, "here": roster(request.day).places.get(code),
        "place": code,
    }  # fmt: skip
    run = run_over(latest_runs(), code)
    if run is None:
        said["problem"] = _("还没有评估过，没有可以试算的事实。先评估一次。")
    elif form.is_valid():
        health = covers(scope_for(request, Permission.HEALTH_READ), code)
        try:
            found = tried(run, (form.trial_of(here(request)),), code, health=health)
        except EngineError as problem:
            said["problem"] = str(problem)
            return render(request, FOLDER + "trial.html", said, status=422)
        said |= _shown(request, form, found, code)
    return render(request, FOLDER + "trial.html", said)


def _shown(request: HttpRequest, form: TrialForm, found: Any, code: str) -> dict[str, Any]:
    """A finished trial in words, with the names of one of its changes."""
    known = roster(request.day)
    name = form.cleaned_data["parameter"]
    parameter_ = form.pack.parameters[name]
    now = parameter_.value_for(request.day, code)
    old = now.value if now is not None and isinstance(now.value, int) else None
    lines = shift_lines(found)
    at = _picked(request, len(lines))
    said: dict[str, Any] = {
        "found": found, "label": of(parameter_.label), "lines": lines, "at": at,
        "unit": of(parameter_.unit) if parameter_.unit else "",
        "old": written(parameter_, now.value) if now else "", "new": form.cleaned_data["value"],
        "chart": distribution(found, old), "others": [of(one.label) for one in found.about_others],
        "costs": [(of(one.rule.label), one.before, one.after, one.difference) for one in found.costs],
    }  # fmt: skip
    if at is not None:
        shift = found.shifts[at]
        page = page_of(request, len(shift.households), NAMES_A_PAGE)
        keys = [int(one) for one in shift.households[page.start : page.stop]]
        rows = rows_of(keys, request.day, scope=request.scope)
        said |= {
            "picked": lines[at], "page": page, "places": places_of(shift, known, code),
            "rows": [
                (row, known.places.get(row.division_code), row.group_number.lstrip("0"))
                for row in (rows[key] for key in keys if key in rows)
            ],
        }  # fmt: skip
    return said


def _picked(request: HttpRequest, size: int) -> int | None:
    asked = request.GET.get("change", "0")
    at = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < len("1000") else 0
    return at if at < size else (0 if size else None)


def _bound(pack: Pack, request: HttpRequest) -> BoundPack:
    return _bound_on(pack.hash, register().pack, request.day)


@lru_cache(maxsize=8)
def _bound_on(digest: str, name: str, day: Any) -> BoundPack:
    """`digest`: the pack's, so that a changed one is bound anew."""
    return bind_pack(pack_at(name, digest).without_checks(), day)


def closed_rules(request: HttpRequest, pack: Pack) -> frozenset[str]:
    """Rules that rest on restricted facts, for who may read none."""
    if request.rights[Permission.HEALTH_READ]:
        return frozenset()
    return frozenset(restricted_rules(register().pack, pack.hash, request.day))


def here(request: HttpRequest) -> str:
    """The smallest division that all of one's scope lies in."""
    return home(request.scope, roster(request.day), register().division_code)


def _asked_place(request: HttpRequest) -> str:
    """The place of the address, if all of it is in scope; else one's own. 404 for a part of a place."""
    own = here(request)
    asked = request.GET.get("place", "") or own
    if asked not in roster(request.day).places or not covers(request.scope, asked):
        raise Http404
    return asked


def may_propose(request: HttpRequest) -> bool:
    """Whether somebody may propose another value anywhere."""
    return bool(request.rights[Permission.RULES_PROPOSE])


def _may_try(request: HttpRequest) -> bool:
    return bool(request.rights[Permission.RULES_TRY])


@dataclass(frozen=True)
class ClauseLine:
    """A clause of a rule as a line (条款行): words, how its parts count, how deep it lies."""

    label: str
    kind: str
    text: str
    depth: int


def _clauses(rule_: Rule) -> Iterator[ClauseLine]:
    for clause in rule_.form.clauses:
        yield from _flat(clause, 0)


def _flat(clause: Clause, depth: int) -> Iterator[ClauseLine]:
    kinds = {"all": _("都要"), "any": _("有一条即可"), "none": _("一条都没有")}
    text = clause.expr.text if clause.expr else ""
    yield ClauseLine(of(clause.label), "" if clause.expr else kinds[clause.kind], text, depth)
    for item in clause.items:
        yield from _flat(item, depth + 1)


@lru_cache(maxsize=64)
def _cases(name: str, digest: str, rule_: str) -> tuple[tuple[str, Text], ...]:
    """Day and words of the cases that test a rule. `digest`: the pack's, to read again when it changes."""
    cases = load_pack(name).cases
    return tuple((case.as_of.isoformat(), case.name) for case in cases if rule_ in case.expect)
