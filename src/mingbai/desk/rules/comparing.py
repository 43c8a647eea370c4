"""Screens of versions (规则版本): every one that was used here, readable, and two of them side by side."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mingbai.accounts.roles import Permission
from mingbai.decisions.models import short_digest
from mingbai.decisions.programs import pack_named
from mingbai.decisions.versions import pack_at
from mingbai.desk.access import screen
from mingbai.desk.components.paging import page_of
from mingbai.desk.rules.proposing import proposal_lines
from mingbai.desk.rules.versions import (
    all_versions,
    difference_lines,
    find_version,
    published_between,
    version_lines,
)
from mingbai.desk.rules.views import closed_rules
from mingbai.places.queries import register
from mingbai.places.remembered import roster

FOLDER = "rules/templates/"
A_PAGE = 30


@screen(Permission.EVALUATION_READ)
def versions(request: HttpRequest) -> HttpResponse:
    """Every version that was used here, from when to when, and what made it."""
    pack = pack_named(register().pack)
    lines = version_lines(all_versions())
    page = page_of(request, len(lines), A_PAGE)
    said = {
        "lines": lines[page.start : page.stop], "page": page, "pack": pack, "now": short_digest(pack.hash),
        "used": any(one.evaluations for one in lines if one.name.endswith(short_digest(pack.hash))),
    }  # fmt: skip
    return render(request, FOLDER + "versions.html", said)


@screen(Permission.EVALUATION_READ)
def pick(request: HttpRequest) -> HttpResponse:
    """Two versions picked from the list: to their comparison, the earlier one first."""
    pack = pack_named(register().pack)
    found = [find_version(pack.id, request.GET.get(name, "")) for name in ("one", "other")]
    old, new = sorted(found, key=lambda one: (one.kept_at, one.pk))
    return redirect("rules:differences", old.pk, new.pk)


@screen(Permission.EVALUATION_READ)
def differences(request: HttpRequest, old: int, new: int) -> HttpResponse:
    """What changed from one version to another: by which proposals, and entry by entry."""
    pack = pack_named(register().pack)
    first, last = (find_version(pack.id, str(one)) for one in (old, new))
    packs = [pack_at(register().pack, one.digest) for one in (first, last)]
    closed = closed_rules(request, packs[0]) | closed_rules(request, packs[1])
    said = {
        "both": [(one, one.called) for one in (first, last)],
        "lines": difference_lines(packs[0], packs[1], closed),
        "proposals": proposal_lines(
            published_between(pack.id, first, last), packs[1], roster(request.day)
        ),
    }  # fmt: skip
    return render(request, FOLDER + "differences.html", said)
