"""Charts of places (地方的图): the years with each definition apart, and places side by side."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from mingbai.accounts.roles import Permission
from mingbai.desk.components.charts import Chart, Kind, Mark, Series
from mingbai.desk.places.asking import Asked
from mingbai.desk.places.watching import Comparison, Line
from mingbai.desk.places.years import Year
from mingbai.households.queries.counting import Standing


def years_chart(asked: Asked, years: Sequence[Year]) -> Chart | None:
    """The share over the years, or persons where a year has no denominator; two definitions are two lines.

    None with fewer than two years.
    """
    if len(years) < 2:
        return None
    shares = all(one.share is not None for one in years)
    said = _("历年的占比，两种口径分开画") if shares else _("历年的人数，两种口径分开画")
    return Chart(
        Kind.LINES, _("历年占比") if shares else _("历年人数"), said, "%" if shares else _("人"),
        _("截至"), [one.day.isoformat() for one in years],
        [
            _line(years, standing, words, shares=shares)
            for standing, words in {one.standing: one.words for one in years}.items()
        ],
        note=_("两段定义不同，不连成一条线") if len({one.standing for one in years}) > 1 else "",
        xlsx=_address(asked, "years"), whole=not shares, closed=True,
    )  # fmt: skip


def _line(years: Sequence[Year], standing: Standing, words: str, *, shares: bool) -> Series:
    mine = [one if one.standing == standing else None for one in years]
    return Series(
        words,
        [_figure(one, shares=shares) for one in mine],
        [one.people if one else "" for one in mine],
    )


def _figure(year: Year | None, *, shares: bool) -> float | None:
    if year is None:
        return None
    return float(year.share) if shares and year.share is not None else year.persons


def shares_chart(asked: Asked, compared: Comparison, lines: Sequence[Line]) -> Chart | None:
    """The share watched in the places of a page, in its order, with the mean of the whole as a line.

    A place without a denominator is a gap. None where no two places have one.
    """
    if sum(one.share is not None for one in lines) < 2:
        return None
    mean = compared.whole.share
    rural = compared.universe is not None
    said = _("各地监测对象占农业户籍人口的比") if rural else _("各地监测对象占在册人口的比")
    return Chart(
        Kind.BARS, _("各地监测占比"), said, "%", _("地方"),
        [one.place.name for one in lines],
        [
            Series(
                _("监测占比"), [None if one.share is None else float(one.share) for one in lines],
                [one.watched_people for one in lines],
            )
        ],
        [] if mean is None else [Mark(_("平均"), float(mean))],
        note=_("这一页的地方，按表里的次序"), xlsx=_address(asked, "shares"), whole=False, closed=True,
    )  # fmt: skip


def _address(asked: Asked, which: str) -> str:
    """Where the figures are had as a workbook; nowhere for who makes no exports."""
    if not asked.request.rights[Permission.EXPORT_MAKE]:
        return ""
    query = asked.request.GET.urlencode()
    return f"{reverse('places:figures', args=[asked.place.code, which])}?{query}"
