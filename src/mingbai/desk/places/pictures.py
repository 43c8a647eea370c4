"""Screens of the picture of places (方格图、地图页面), and of a county's own outlines (地界页面)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mingbai.accounts.roles import Permission
from mingbai.common.errors import RegisterError
from mingbai.desk.access import screen
from mingbai.desk.components.fields import given
from mingbai.desk.components.paging import page_of
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.words import actor_names
from mingbai.desk.places.asking import asked_of
from mingbai.desk.places.mapping import measures, picture
from mingbai.desk.places.standing import evaluated
from mingbai.desk.places.tables import heading, notes
from mingbai.desk.places.views import counted_of
from mingbai.desk.places.watching import compare
from mingbai.places.actions import keep_shapes, remove_shapes
from mingbai.places.codes import LENGTH
from mingbai.places.enums import Level
from mingbai.places.errors import error
from mingbai.places.outlines import kept_shapes
from mingbai.places.queries import names_on, register
from mingbai.places.remembered import roster
from mingbai.places.shapes import MOST_BYTES, MOST_POINTS, Found, read_shapes

TEMPLATES = "places/templates/"
#: Rows of the table beside a picture; the villages of a county take several pages.
MOST_ROWS = 40
#: Divisions without an outline that are named; the rest are counted.
MOST_NAMED = 30


@screen(Permission.HOUSEHOLDS_READ)
def picture_of(request: HttpRequest, code: str) -> HttpResponse:
    """What lies below a place as a picture, by one measure, and the same as a table."""
    asked = asked_of(request, code) if len(code) == LENGTH else None
    if asked is None:
        raise Http404
    counted, below = counted_of(asked)
    if not below:
        raise Http404
    found = evaluated(asked)
    compared = compare(asked, below, counted, found)
    known = measures(asked, compared, found)
    key = request.GET.get("measure", "")
    shown = next((one for one in known if one.key == key), known[0])
    drawn = picture(asked, compared, shown)
    page = page_of(request, len(drawn.tiles), MOST_ROWS)
    said = {
        "asked": asked, "here": asked.place, "heading": heading(asked), "measures": known,
        "picture": drawn, "rows": drawn.tiles[page.start : page.stop], "page": page,
        "levels": asked.place.level == Level.COUNTY,
        "notes": list(notes(asked, compared)),
        "may_change": bool(request.rights[Permission.PLACES_WRITE]),
        "kept": [(one, request.GET[one]) for one in ("rows", "shape") if request.GET.get(one)],
    }  # fmt: skip
    return render(request, TEMPLATES + "picture.html", said)


class ShapesForm(forms.Form):
    """A file of outlines, and who gave it."""

    file = forms.FileField(
        label=lazy("GeoJSON 文件"),
        widget=forms.ClearableFileInput({"accept": ".geojson,.json"}),
        help_text=lazy("每个地方一个面，属性 code 填区划代码，坐标是经纬度；最大 20 MB"),
    )
    source = forms.CharField(
        label=lazy("谁给的、审图号"), max_length=120,
        help_text=lazy("写明来源；有审图号的写审图号。图上会注明"),
    )  # fmt: skip


class RemoveForm(forms.Form):
    """Why the outlines are taken down."""

    reason = forms.CharField(label=lazy("为什么撤下"), max_length=200)


@screen(Permission.PLACES_WRITE, writes=True)
def shapes(request: HttpRequest) -> HttpResponse:
    """The outlines that are kept, which places lack one, and a form for another file."""
    form = ShapesForm(given(request), request.FILES or None)
    found: Found | None = None
    if getattr(request, "upload_refused", None):
        found = Found([], [error("PLACE-029", what="MB", most=MOST_BYTES >> 20)])
        form = ShapesForm()
    elif request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        found = read_shapes(file.read(), roster(request.day).places)
        if not found.problems:
            keep_shapes(
                actor=request.user.actor, shapes=found.shapes, source=form.cleaned_data["source"],
                reason=_("存入地界"), file_name=file.name,
            )  # fmt: skip
            messages.success(
                request, _("存了 {n} 个地方的图形。").format(n=len(found.shapes))
            )  # fmt: skip
            return redirect("places:shapes")
    bad = bool(form.errors or found)
    said = {**_kept(request), "form": form, "removing": RemoveForm(), **_told(found)}
    return render(request, TEMPLATES + "shapes.html", said, status=422 if bad else 200)


@screen(Permission.PLACES_WRITE, reads=False, writes=True)
def unshape(request: HttpRequest) -> HttpResponse:
    """Take the outlines down; the batch can be undone."""
    form = RemoveForm(request.POST)
    if not form.is_valid():
        said = {**_kept(request), "form": ShapesForm(), "removing": form}
        return render(request, TEMPLATES + "shapes.html", said, status=422)
    try:
        count = remove_shapes(actor=request.user.actor, reason=form.cleaned_data["reason"])
    except RegisterError as refused:
        messages.error(request, words_of(refused))
        return redirect("places:shapes")
    messages.success(request, _("撤下了 {n} 个地方的图形。").format(n=count))
    return redirect("places:shapes")


def _told(found: Found | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {
        "problems": [(one.code, words_of(one)) for one in found.problems], "more": found.more,
    }  # fmt: skip


def _kept(request: HttpRequest) -> dict[str, Any]:
    """What stands: files with who and when, and the places without an outline."""
    root = register().division_code
    kept = kept_shapes()
    who = actor_names(one.actor for one in kept)
    codes = {code for one in kept for code in one.codes}
    places = roster(request.day).places.values()
    without = {
        level: [one.name for one in places if one.level == level and one.code not in codes]
        for level in (Level.TOWNSHIP, Level.VILLAGE)
    }
    return {
        "kept": [(one, who[one.actor]) for one in kept], "root": root,
        "root_name": names_on([root], request.day).get(root, root),
        "most_points": MOST_POINTS,
        "without": [
            (level.label, len(names), names[:MOST_NAMED]) for level, names in without.items() if names
        ] if kept else [],
    }  # fmt: skip
