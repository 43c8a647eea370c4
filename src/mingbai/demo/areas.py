"""Bases of rates within a place (辖区分母): areas whose rate is published and whose persons are not.

The generator puts poor households into the area by a share of ours; the base is then drawn among those on
which the persons who came out print the published rate.
"""

from __future__ import annotations

from mingbai.demo.context import Context
from mingbai.demo.errors import PlaceError
from mingbai.demo.frame import base_row
from mingbai.demo.reports import Loaded, Reports
from mingbai.demo.rows import add


def build(context: Context) -> None:
    """Put the bases of the areas of the place, if it has any."""
    place = context.place
    asked = Reports(Loaded(context.tables), place.code, place.totals.sets)
    for entry in place.parameters["frame"].get("area_denominators", ()):
        rate = place.totals.by_id[entry["rate"]]
        persons = asked.figure(rate.query["ratio"]["part"], rate.date)
        if not isinstance(persons, int):
            raise PlaceError(f"{rate.id} 算不出", f"{rate.id} cannot be computed")
        code = rate.query["ratio"]["code"]
        row = base_row(context, code, {**entry, "day": rate.date}, persons)
        add(context, "denominators", 1, **row)
