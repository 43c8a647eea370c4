"""Drawing the income bar (收入条的画法): the range, the line across it, and what either side means."""

from __future__ import annotations

from mingbai.documents.bar import Bar
from mingbai.documents.marks import role_words
from mingbai.documents.markup import Html, html, tag
from mingbai.documents.values import figure, span
from mingbai.documents.words import Words

_LEFT, _WIDE, _TOP, _BASE = 4.0, 620.0, 34.0, 47.0
_LINE_SHARE = 0.62  # where the line stands when one end is open


def drawn(bar: Bar, words: Words, *, right: float = _WIDE) -> Html:
    """The bar as SVG, readable without colour: ends, line and sides carry their words."""
    return _Drawing(bar, words, right).svg()


class _Drawing:
    """One bar, from ``_LEFT`` to ``right``."""

    def __init__(self, bar: Bar, words: Words, right: float) -> None:
        self.bar, self.words, self.right = bar, words, right
        self.low, self.high = _ends(bar)
        self.at = self.place(bar.line)

    def place(self, value: int) -> float:
        return _LEFT + (self.right - _LEFT) * (value - self.low) / (self.high - self.low)

    def svg(self) -> Html:
        bar, words = self.bar, self.words
        text = words.say(
            "{what} {span}，{line} {n}",
            what=words.of(bar.label),
            span=span(bar.low, bar.high, bar.type, words),
            line=words.of(bar.line_label),
            n=self.figure(bar.line),
        )
        amount = self.known() if bar.is_known else self.range()
        parts = [*self.sides(), self.axis(), *amount, *self.line(), *self.words_of_sides()]
        box = f"0 0 {self.right + _LEFT:.0f} 72"
        return tag("svg", html(parts), class_="nl", view_box=box, role="img", aria_label=text)

    def figure(self, value: int) -> str:
        return figure(value, self.bar.type.scale)

    def sides(self) -> list[Html]:
        left, right = ("fzw", "fsw") if self.bar.good_above else ("fsw", "fzw")
        size = {"y": _TOP, "height": _BASE - _TOP}
        before, after = max(self.at - _LEFT, 0), max(self.right - self.at, 0)
        return [
            tag("rect", x=_LEFT, width=f"{before:.1f}", class_=left, **size),
            tag("rect", x=f"{self.at:.1f}", width=f"{after:.1f}", class_=right, **size),
        ]

    def words_of_sides(self) -> list[Html | None]:
        """Which side is the good one; nothing where there is no room."""
        good, bad = role_words(self.bar.rule, self.words)
        left, right = (bad, good) if self.bar.good_above else (good, bad)
        return [
            _text(left, self.at - 8, 28, "end", "tm") if self.at > _LEFT + 60 else None,
            _text(right, self.at + 8, 28, "start", "tm") if self.at < self.right - 60 else None,
        ]

    def axis(self) -> Html:
        return tag("line", x1=_LEFT, y1=_BASE, x2=self.right, y2=_BASE, class_="ik")

    def known(self) -> list[Html | None]:
        """A mark at the amount."""
        value = self.bar.low or 0
        at = self.place(value)
        word = f"{self.words.of(self.bar.label)} {self.figure(value)}"
        return [
            tag("path", d=f"M{at:.1f} 38l5.5 11h-11z", class_="fi"),
            self.beside(word, at, 64, "tb"),
        ]

    def range(self) -> list[Html | None]:
        """A strip from the least to the greatest amount; an open end is said."""
        bar = self.bar
        start = _LEFT if bar.low is None else self.place(bar.low)
        end = self.right if bar.high is None else self.place(bar.high)
        low = self.words.say("没有下限") if bar.low is None else self.figure(bar.low)
        high = self.words.say("没有上限") if bar.high is None else self.figure(bar.high)
        return [
            tag("line", x1=f"{start:.1f}", y1=41, x2=f"{end:.1f}", y2=41, class_="le"),
            _stop(start) if bar.low is not None else None,
            _stop(end) if bar.high is not None else None,
            _text(low, start, 64, "start", "te"),
            _text(high, end, 64, "end", "te"),
        ]

    def line(self) -> list[Html]:
        word = f"{self.words.of(self.bar.line_label)} {self.figure(self.bar.line)}"
        at = f"{self.at:.1f}"
        return [
            tag("line", x1=at, y1=15, x2=at, y2=52, class_="lz"),
            self.beside(word, self.at, 11, "tz"),
        ]

    def beside(self, word: str, at: float, y: int, kind: str) -> Html:
        """A text centred on a place, moved so far that it stays inside."""
        half = _width(word) / 2
        middle = min(max(at, _LEFT + half), max(self.right - half, _LEFT + half))
        return _text(word, middle, y, "middle", kind)


def _width(text: str) -> float:
    """About how wide a text is at 12 px."""
    return sum(12.0 if char > "\u2e7f" else 6.8 for char in text)


def _ends(bar: Bar) -> tuple[int, int]:
    """The ends of the drawing: the amount and the line both lie within."""
    known = [end for end in (bar.low, bar.high, bar.line) if end is not None]
    low, high = min(known), max(known)
    if bar.is_known:
        low = min(0, low)
        high = max(high, bar.line) + max(high - low, 1) // 4
    elif bar.high is None:
        high = low + max(int((bar.line - low) / _LINE_SHARE), high - low, 1)
    elif bar.low is None:
        low = high - max(int((high - bar.line) / _LINE_SHARE), high - low, 1)
    return low, max(high, low + 1)


def _stop(at: float) -> Html:
    return tag("line", x1=f"{at:.1f}", y1=35, x2=f"{at:.1f}", y2=50, class_="ik")


def _text(text: str, x: float, y: int, anchor: str, kind: str) -> Html:
    return tag("text", text, x=f"{x:.1f}", y=y, text_anchor=anchor, class_=kind)
