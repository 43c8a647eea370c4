"""Small drawings (小图): a bar in a cell, a line of a year, bars of a distribution, an amount against a line.

The one place that draws for the reports and for the desk. Shapes carry classes, never styles; each drawing
says in words what it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mingbai.documents.markup import Html, html, tag

LEFT, WIDE, TOP, BASE = 4.0, 620.0, 34.0, 47.0
LINE_SHARE = 0.62  # where the line stands when one end is open


def share_bar(
    value: float,
    most: float,
    *,
    said: str,
    at: float | None = None,
    tone: str = "fg",
    width: int = 120,
) -> Html:
    """A bar for a table cell, from zero; ``at`` draws a tick, for the mean of the whole."""
    long = _part(value, most) * width
    tick = None if at is None else _part(at, most) * width
    return tag(
        "svg",
        tag("rect", x=0, y=3, width=f"{long:.1f}", height=8, class_=tone),
        None if tick is None else tag("path", d=f"M{tick:.1f} 1v12", class_="ik"),
        class_="drawn in-cell", view_box=f"0 0 {width + 2} 14", width=width + 2, height=14,
        role="img", aria_label=said,
    )  # fmt: skip


def parts_bar(parts: Sequence[tuple[float, str]], *, said: str, width: int = 1000) -> Html:
    """Parts of a whole side by side (构成条), as wide as the page: each with its tone, a hair apart."""
    whole = sum(value for value, _ in parts) or 1
    shown, at = [], 0.0
    for value, tone in parts:
        long = value / whole * width
        if value:
            wide = max(long - 1.5, 2.0)  # one row of a thousand is still seen
            shown.append(
                tag("rect", x=f"{at:.1f}", y=0, width=f"{wide:.1f}", height=8, class_=tone)
            )
        at += long
    return tag(
        "svg", *shown, class_="drawn parts", view_box=f"0 0 {width} 8", height=8,
        preserve_aspect_ratio="none", role="img", aria_label=said,
    )  # fmt: skip


def spark(values: Sequence[float | None], *, said: str, width: int = 84, tone: str = "fz") -> Html:
    """A line through figures of one definition, the last with a point; a missing figure breaks the line."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0, 0)
    step = (width - 8) / max(len(values) - 1, 1)
    points = [
        None if value is None else (4 + index * step, 14 - _part(value - low, high - low) * 10)
        for index, value in enumerate(values)
    ]
    last = next((point for point in reversed(points) if point is not None), None)
    return tag(
        "svg",
        tag("path", d=_path(points), class_="li") if known else None,
        tag("circle", cx=f"{last[0]:.1f}", cy=f"{last[1]:.1f}", r="2", class_=tone) if last else None,
        class_="drawn in-cell", view_box=f"0 0 {width} 18", width=width, height=18,
        role="img", aria_label=said,
    )  # fmt: skip


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    written, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        written.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
        pen = "L"
    return "".join(written)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a distribution (直方柱): its height, what it stands for, where its list is."""

    value: int
    label: str
    said: str
    tone: str = "fg"
    address: str = ""
    over: str = ""  # words above it


def columns(items: Sequence[Column], *, said: str, height: int = 120, width: int = 620) -> Html:
    """Columns side by side from zero, each a link to its list; words below and above where they are given."""
    most = max((one.value for one in items), default=0)
    step = width / max(len(items), 1)
    drawn = [_column(one, index * step, step, most, height) for index, one in enumerate(items)]
    return tag(
        "svg",
        html(drawn),
        tag("path", d=f"M0 {height}H{width}", class_="ax"),
        class_="drawn", view_box=f"0 0 {width} {height + 20}", role="group", aria_label=said,
    )  # fmt: skip


def _column(one: Column, x: float, step: float, most: int, height: int) -> Html:
    tall = max(_part(one.value, most) * (height - 16), 1 if one.value else 0)
    body = tag(
        "rect", tag("title", one.said), x=f"{x + 1:.1f}", y=f"{height - tall:.1f}",
        width=f"{max(step - 2, 1):.1f}", height=f"{tall:.1f}", class_=one.tone,
    )  # fmt: skip
    linked = tag("a", body, href=one.address, aria_label=one.said) if one.address else body
    middle = x + step / 2
    return html(
        linked,
        _text(one.label, middle, height + 14, "middle", "tm") if one.label else None,
        _text(one.over, middle, round(height - tall - 4), "middle", "tb") if one.over else None,
    )


@dataclass(frozen=True, slots=True)
class Area:
    """One place of a map (地图上的一块): its rings, how it is filled, what stands on it, where it leads."""

    rings: Sequence[Sequence[tuple[int, int]]]
    said: str
    tone: str = "fp"
    address: str = ""
    labels: tuple[str, ...] = ()  # the first for which there is room


def areas(items: Sequence[Area], *, said: str, width: int, height: int) -> Html:
    """Places by their outlines, each a link; words only on those that have room for them."""
    return tag(
        "svg", html([_area(one) for one in items]), class_="drawn areas",
        view_box=f"-2 -2 {width + 4} {height + 4}", role="group", aria_label=said,
    )  # fmt: skip


def _area(one: Area) -> Html:
    lines = "".join(_ring(ring) for ring in one.rings)
    body = html(
        tag("path", tag("title", one.said), d=lines, fill_rule="evenodd", class_=one.tone),
        _on_area(one),
    )
    return tag("a", body, href=one.address, aria_label=one.said) if one.address else tag("g", body)


def _ring(ring: Sequence[tuple[int, int]]) -> str:
    """Steps from point to point are shorter to write than places."""
    steps = [f"{x - at[0]} {y - at[1]}" for at, (x, y) in pairwise(ring)]
    return f"M{ring[0][0]} {ring[0][1]}l{' '.join(steps)}z"


def _on_area(one: Area) -> Html | None:
    """The first label that has room in the middle of the largest ring."""
    boxes = [
        (min(xs), max(xs), min(ys), max(ys))
        for xs, ys in (zip(*ring, strict=True) for ring in one.rings)
    ]
    box = max(boxes, key=lambda box: (box[1] - box[0]) * (box[3] - box[2]), default=None)
    if box is None:
        return None
    west, east, north, south = box
    room = min(east - west - 10, 4 * (south - north) - 40)
    label = next((some for some in one.labels if _width(some) <= room), None)
    if label is None:
        return None
    return _text(label, (west + east) / 2, (north + south) // 2 + 5, "middle", f"on-{one.tone}")


@dataclass(frozen=True, slots=True)
class Range:
    """An amount against a line (收入条): at least ``low``, at most ``high``; ``None`` is an open end.

    All words come ready; ``left`` and ``right`` say what either side of the line means.
    """

    low: int | None
    high: int | None
    line: int
    low_words: str
    high_words: str
    line_words: str
    left: str
    right: str
    good_above: bool
    said: str

    @property
    def is_known(self) -> bool:
        return self.low is not None and self.low == self.high


def against_line(shown: Range, *, right: float = WIDE) -> Html:
    """The bar as SVG, readable without colour: ends, line and sides carry their words."""
    return _Drawing(shown, right).svg()


class _Drawing:
    """One bar, from ``LEFT`` to ``right``."""

    def __init__(self, shown: Range, right: float) -> None:
        self.shown, self.right = shown, right
        self.low, self.high = _ends(shown)
        self.at = self.place(shown.line)

    def place(self, value: int) -> float:
        return LEFT + (self.right - LEFT) * (value - self.low) / (self.high - self.low)

    def svg(self) -> Html:
        amount = self.known() if self.shown.is_known else self.range()
        parts = [*self.sides(), self.axis(), *amount, *self.line(), *self.words_of_sides()]
        box = f"0 0 {self.right + LEFT:.0f} 72"
        return tag(
            "svg",
            html(parts),
            class_="nl drawn",
            view_box=box,
            role="img",
            aria_label=self.shown.said,
        )

    def sides(self) -> list[Html]:
        left, right = ("fzw", "fsw") if self.shown.good_above else ("fsw", "fzw")
        size = {"y": TOP, "height": BASE - TOP}
        before, after = max(self.at - LEFT, 0), max(self.right - self.at, 0)
        return [
            tag("rect", x=LEFT, width=f"{before:.1f}", class_=left, **size),
            tag("rect", x=f"{self.at:.1f}", width=f"{after:.1f}", class_=right, **size),
        ]

    def words_of_sides(self) -> list[Html | None]:
        """What either side means; nothing where there is no room."""
        before, after = _width(self.shown.left) + 12, _width(self.shown.right) + 12
        return [
            _text(self.shown.left, self.at - 8, 28, "end", "tm")
            if self.at > LEFT + before
            else None,
            _text(self.shown.right, self.at + 8, 28, "start", "tm")
            if self.at < self.right - after
            else None,
        ]

    def axis(self) -> Html:
        return tag("line", x1=LEFT, y1=BASE, x2=self.right, y2=BASE, class_="ik")

    def known(self) -> list[Html | None]:
        """A mark at the amount."""
        at = self.place(self.shown.low or 0)
        return [
            tag("path", d=f"M{at:.1f} 38l5.5 11h-11z", class_="fi"),
            self.beside(self.shown.low_words, at, 64, "tb"),
        ]

    def range(self) -> list[Html | None]:
        """A strip from the least to the greatest amount; an open end is said."""
        shown = self.shown
        start = LEFT if shown.low is None else self.place(shown.low)
        end = self.right if shown.high is None else self.place(shown.high)
        return [
            tag("line", x1=f"{start:.1f}", y1=41, x2=f"{end:.1f}", y2=41, class_="le"),
            _stop(start) if shown.low is not None else None,
            _stop(end) if shown.high is not None else None,
            _text(shown.low_words, start, 64, "start", "te"),
            _text(shown.high_words, end, 64, "end", "te"),
        ]

    def line(self) -> list[Html]:
        at = f"{self.at:.1f}"
        return [
            tag("line", x1=at, y1=15, x2=at, y2=52, class_="lz"),
            self.beside(self.shown.line_words, self.at, 11, "tz"),
        ]

    def beside(self, word: str, at: float, y: int, kind: str) -> Html:
        """A text centred on a place, moved so far that it stays inside."""
        half = _width(word) / 2
        middle = min(max(at, LEFT + half), max(self.right - half, LEFT + half))
        return _text(word, middle, y, "middle", kind)


def _ends(shown: Range) -> tuple[int, int]:
    """The ends of the drawing: the amount and the line both lie within."""
    known = [end for end in (shown.low, shown.high, shown.line) if end is not None]
    low, high = min(known), max(known)
    if shown.is_known:
        low = min(0, low)
        high = max(high, shown.line) + max(high - low, 1) // 4
    elif shown.high is None:
        high = low + max(int((shown.line - low) / LINE_SHARE), high - low, 1)
    elif shown.low is None:
        low = high - max(int((high - shown.line) / LINE_SHARE), high - low, 1)
    return low, max(high, low + 1)


def _part(value: float, most: float) -> float:
    return min(max(value / most, 0.0), 1.0) if most > 0 else 0.0


def _width(text: str) -> float:
    """About how wide a text is at 12 px."""
    return sum(12.0 if char > "\u2e7f" else 6.8 for char in text)


def _stop(at: float) -> Html:
    return tag("line", x1=f"{at:.1f}", y1=35, x2=f"{at:.1f}", y2=50, class_="ik")


def _text(text: str, x: float, y: int, anchor: str, kind: str) -> Html:
    return tag("text", text, x=f"{x:.1f}", y=y, text_anchor=anchor, class_=kind)
