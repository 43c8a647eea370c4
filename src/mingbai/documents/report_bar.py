"""The income bar of the reports (收入条): what the rules compare, handed to the one drawing of it."""

from __future__ import annotations

from mingbai.documents.bar import Bar
from mingbai.documents.drawing import WIDE, Range, against_line
from mingbai.documents.marks import role_words
from mingbai.documents.markup import Html
from mingbai.documents.values import figure, span
from mingbai.documents.words import Words


def drawn(bar: Bar, words: Words, *, right: float = WIDE) -> Html:
    """The bar as SVG, in the words of the report."""
    return against_line(range_of(bar, words), right=right)


def range_of(bar: Bar, words: Words) -> Range:
    """A bar of the rules in words, ready to be drawn."""
    good, bad = role_words(bar.rule, words)
    left, right = (bad, good) if bar.good_above else (good, bad)
    scale = bar.type.scale
    line = figure(bar.line, scale)
    said = words.say(
        "{what} {span}，{line} {n}",
        what=words.of(bar.label),
        span=span(bar.low, bar.high, bar.type, words),
        line=words.of(bar.line_label),
        n=line,
    )
    low = words.say("没有下限") if bar.low is None else figure(bar.low, scale)
    high = words.say("没有上限") if bar.high is None else figure(bar.high, scale)
    return Range(
        low=bar.low,
        high=bar.high,
        line=bar.line,
        low_words=f"{words.of(bar.label)} {low}" if bar.is_known else low,
        high_words=high,
        line_words=f"{words.of(bar.line_label)} {line}",
        left=left,
        right=right,
        good_above=bar.good_above,
        said=said,
    )
