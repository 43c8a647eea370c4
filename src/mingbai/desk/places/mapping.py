"""The picture of places (方格图、地图): one measure, a square a place, or its outline where there is one.

No borders are shipped (ADR 0040). Squares stand by code: they claim no place on the ground.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from math import ceil

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mingbai.desk.components.words import aside
from mingbai.desk.places.asking import Asked
from mingbai.desk.places.standing import Evaluated, head_of
from mingbai.desk.places.tables import definition, view_words
from mingbai.desk.places.watching import Comparison, Line, share_of
from mingbai.documents.drawing import Area, areas
from mingbai.places.codes import LENGTH
from mingbai.places.outlines import outlines

#: Classes of a picture: as many as can be told apart in print.
CLASSES = 5
#: A code in an address, to be replaced.
SOME_CODE = "0" * LENGTH
SHARE, SQUARES = "share", "squares"
_SUMS = ("unmet", "unknown", "unsupplied", "gaps")


@dataclass(frozen=True)
class Figure:
    """What a place counts for (分子、分母): a part of a whole."""

    part: int
    whole: int | None


@dataclass(frozen=True)
class Measure:
    """What the picture shows (指标): a share with both of its numbers, and where the part is listed."""

    key: str
    words: str
    definition: str
    unit: str
    of: Callable[[Line], Figure]
    list_of: Callable[[Line], str]


@dataclass(frozen=True)
class Tile:
    """A place of the picture (格): its share and class; class 0 is none, no share is unknown."""

    line: Line
    measure: Measure
    figure: Figure
    share: Decimal | None
    shade: int
    said: str
    address: str

    @property
    def tone(self) -> str:
        return "un" if self.share is None else f"q{self.shade}"

    @property
    def listed(self) -> str:
        """The list behind the part; written for the rows that are shown only."""
        return self.measure.list_of(self.line)


@dataclass(frozen=True)
class Step:
    """A class of the legend (图例一档)."""

    shade: int
    words: str
    places: int


@dataclass(frozen=True)
class Picture:
    """Places by a measure (图): squares in groups, the drawing where there are outlines, the legend."""

    measure: Measure
    tiles: list[Tile]
    groups: list[
        tuple[str, list[Tile]]
    ]  # name of the township above, where villages of several stand
    steps: list[Step]
    unknown: int
    drawn: SafeString | None
    has_outlines: bool
    sources: tuple[str, ...]  # who gave the outlines


def measures(asked: Asked, compared: Comparison, found: Evaluated | None) -> list[Measure]:
    """What may be shown: the share of the watched, and states where they were evaluated."""
    persons = Measure(
        SHARE, view_words()["watch"], definition(compared, asked), _("人"),
        lambda line: Figure(line.watched_persons, line.base.persons if line.base else None),
        lambda line: line.watched_people,
    )  # fmt: skip
    if found is None:
        return [persons]
    when = _("评估截至 {day}，户数截至 {today}").format(day=found.as_of, today=asked.day)
    return [
        persons, *(_sum_measure(key, when) for key in _SUMS),
        *(_rule_measure(asked, found, one.rule, when) for one in [*found.indicators, *found.gaps]),
    ]  # fmt: skip


def _sum_measure(key: str, when: str) -> Measure:
    words = view_words()[key]
    said = _("“{what}”的户 ÷ 在册户；一户几项只算一次；{when}").format(what=words, when=when)
    return Measure(
        key, words, said, _("户"),
        lambda line: Figure(getattr(line, key) or 0, line.households or None),
        lambda line: str(getattr(line, f"{key}_list")),
    )  # fmt: skip


def _rule_measure(asked: Asked, found: Evaluated, rule: str, when: str) -> Measure:
    head = head_of(next(one for one in found.rules if one.rule == rule))

    def figure(line: Line) -> Figure:
        met, unmet, unknown, _none = found.stand(line.place.code, rule)
        return Figure(unmet, met + unmet + unknown or None)

    def listed(line: Line) -> str:
        return asked.list_of(line.place.code, state=f"{rule}:unmet")

    words = aside(head.full, _("未达标"))
    said = _("未达标的户 ÷ 这一项适用的户；{when}").format(when=when)
    return Measure(rule, words, said, _("户"), figure, listed)


def picture(asked: Asked, compared: Comparison, shown: Measure) -> Picture:
    """The places of a page by a measure. At most two queries, for outlines."""
    figures = [(line, shown.of(line)) for line in compared.lines]
    shares = [share_of(one.part, one.whole) if one.whole else None for _line, one in figures]
    shade = shading(shares)
    page = asked.page_of(
        SOME_CODE
    )  # a county has hundreds: one is written out, the others are put into it
    tiles = [
        Tile(
            line, shown, figure, share, shade(share), _said(shown, line, figure, share, shade(share)),
            page.replace(SOME_CODE, line.place.code),
        )
        for (line, figure), share in zip(figures, shares, strict=True)
    ]  # fmt: skip
    known = outlines(asked.place.code, asked.digits)
    drawn = None
    if known is not None and asked.request.GET.get("shape") != SQUARES:
        items = [
            Area(
                known.rings.get(one.line.place.code, []), one.said, one.tone, one.address,
() if one.share is None else (str(one.share), str(one.shade)),
            )
            for one in tiles
        ]  # fmt: skip
        said = _("{place}：{what}").format(place=asked.place.name, what=shown.words)
        mine = [one for one in items if one.rings]
        drawn = SafeString(areas(mine, said=said, width=known.width, height=known.height))
    left = tiles
    if drawn is not None and known is not None:
        left = [one for one in tiles if not known.rings.get(one.line.place.code)]
    return Picture(
        shown, tiles, _grouped(asked, left), _steps(tiles),
        sum(one.share is None for one in tiles), drawn, known is not None,
        known.sources if known else (),
    )  # fmt: skip


def shading(shares: Sequence[Decimal | None]) -> Callable[[Decimal | None], int]:
    """The class of a share: about as many places in each, equal shares together; nothing is class 0."""
    some = sorted(one for one in shares if one)
    ends = [some[ceil(step * len(some) / CLASSES) - 1] for step in range(1, CLASSES + 1) if some]

    def shade(share: Decimal | None) -> int:
        if not share:
            return 0
        return next((at for at, end in enumerate(ends, 1) if share <= end), CLASSES)

    return shade


def _steps(tiles: Sequence[Tile]) -> list[Step]:
    """The classes that occur, from the least on, with what lies in them."""
    found: dict[int, list[Decimal]] = {}
    for one in tiles:
        if one.share is not None:
            found.setdefault(one.shade, []).append(one.share)
    return [
        Step(
            shade,
            f"{min(shares)}" if min(shares) == max(shares) else f"{min(shares)}–{max(shares)}",
            len(shares),
        )
        for shade, shares in sorted(found.items())
    ]  # fmt: skip


def _said(
    shown: Measure, line: Line, figure: Figure, share: Decimal | None, shade: int
) -> str:  # fmt: skip
    if share is None:
        return _("{place}：{what}，没有分母").format(place=line.place.name, what=shown.words)
    return _("{place}：{what} {share} %，{part} ÷ {whole} {unit}，第 {shade} 档").format(
        place=line.place.name, what=shown.words, share=share, part=figure.part, whole=figure.whole,
        unit=shown.unit, shade=shade,
    )  # fmt: skip


def _grouped(asked: Asked, tiles: Sequence[Tile]) -> list[tuple[str, list[Tile]]]:
    """Squares by code; villages of a county under their townships."""
    by_code = sorted(tiles, key=lambda one: one.line.place.code)
    return [
        (name, list(some)) for name, some in groupby(by_code, key=lambda one: one.line.under) if name
    ] or [("", by_code)] * bool(by_code)  # fmt: skip
