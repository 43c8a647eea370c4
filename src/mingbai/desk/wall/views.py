"""The wall (作战图): one screen of a county office's room, brought up to date by itself.

It shows places and counts, never a name, and ranks no person (principle 5). Only who may read all of a place
sees its wall: a part of a county would look like all of it.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from mingbai.accounts.roles import Permission
from mingbai.desk.access import screen
from mingbai.desk.places.asking import asked_of
from mingbai.desk.places.counting import Counted
from mingbai.desk.places.reaching import covers, home
from mingbai.desk.places.standing import evaluated
from mingbai.desk.places.years import years_of, years_words
from mingbai.desk.wall.late import late_of, matters_of, work_of
from mingbai.desk.wall.open import open_of, years_drawn
from mingbai.households.queries.counting import Standing
from mingbai.households.queries.daily import standing_of, year_ends
from mingbai.places.queries import register
from mingbai.places.remembered import roster

#: Matters that the wall names; the rest stands on the work list.
MOST = 9


@screen(Permission.WALL_READ)
def wall(request: HttpRequest) -> HttpResponse:
    """The wall of the smallest place that all of one's scope lies in. 404 where only a part of it does."""
    asked = asked_of(request, home(request.scope, roster(request.day), register().division_code))
    if asked is None or not covers(request.scope, asked.place.code):
        raise Http404
    counted = Counted(request.scope, asked.place.code, asked.day, year_ends(asked.day))
    found = evaluated(asked)
    years = years_of(asked, counted, year_ends(asked.day))
    total, work = counted.whole(asked.day), work_of(asked)
    matters = matters_of(asked, work) if work is not None else []
    said = {
        "asked": asked, "here": asked.place, "found": found,
        "late": late_of(asked, work) if work is not None else None,
        "matters": matters[:MOST], "more": max(len(matters) - MOST, 0),
        "open": open_of(asked, found) if found else None,
        "years": years, "years_words": years_words(years), "drawn_years": years_drawn(years),
        "based": bool(years) and all(one.share is not None for one in years),
        "below": len(asked.roster.under(asked.place.code)), "at": timezone.localtime(),
        "all": standing_of(total, Standing.ALL), "watched": standing_of(total, Standing.WATCHED),
    }  # fmt: skip
    return render(request, "wall/templates/wall.html", said)
