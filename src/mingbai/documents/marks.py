"""State marks (状态标记): colour, shape and word, always all three."""

from __future__ import annotations

from dataclasses import dataclass

from mingbai.documents.family import MET, NOT_APPLICABLE, UNKNOWN
from mingbai.documents.markup import Html, html, tag
from mingbai.documents.words import Words
from mingbai.engine.model.pack import Role, Rule

#: Tones: in order, a person must act, unknown, quiet.
OK, NO, UN, NA_TONE = "ok", "no", "un", "na"


@dataclass(frozen=True, slots=True)
class Look:
    """How a state looks: its tone, which decides colour and shape, and its word."""

    tone: str
    word: str


def look_of(rule: Rule, state: str, words: Words) -> Look:
    """The look of a state of a rule: the word depends on what the rule is for."""
    if state == UNKNOWN:
        return Look(UN, words.say("待核实"))
    if state == NOT_APPLICABLE:
        return Look(NA_TONE, words.say("不适用"))
    met, unmet = role_words(rule, words)
    if state == MET:
        return Look(OK, met)
    return Look(NA_TONE if rule.role is Role.READINESS else NO, unmet)


def role_words(rule: Rule, words: Words) -> tuple[str, str]:
    """The words of the good and of the other answer."""
    if rule.role is Role.SIGNAL:
        return words.say("无风险"), words.say("有风险")
    if rule.role is Role.STATUS:
        return words.say("不符合"), words.say("符合")
    if rule.role is Role.READINESS:
        return words.say("具备"), words.say("还不具备")
    if rule.role is Role.ENTITLEMENT:
        if rule.met_when:
            return words.say("已享"), words.say("应享未享")
        return words.say("没有线索"), words.say("有线索")
    return words.say("达标"), words.say("未达标")


def mark(look: Look) -> Html:
    """A mark with its word."""
    return tag("span", icon(look.tone), look.word, class_=f"st {look.tone}")


def icon(tone: str) -> Html:
    """The shape of a tone, without its word: only beside a word."""
    return tag("svg", tag("use", href=f"#s-{tone}"), class_="i", aria_hidden="true")


def truth(value: object, words: Words) -> Look:
    """The look of a clause: true, false, unknown or not applicable."""
    if value is True:
        return Look(OK, words.say("成立"))
    if value is False:
        return Look(NA_TONE, words.say("不成立"))
    if value is None:
        return Look(UN, words.say("待核实"))
    return Look(NA_TONE, words.say("不适用"))


def symbols() -> Html:
    """The shapes, once per page."""
    line = {"fill": "none", "stroke": "currentColor"}
    tick = html(
        tag("circle", cx=7, cy=7, r="5.6", stroke_width="1.3", **line),
        tag("path", d="M4.3 7.2l2 2 3.5-4", stroke_width="1.5", **line),
    )
    square = html(
        tag("rect", x=1, y=1, width=12, height=12, fill="currentColor"),
        tag("path", d="M4.2 4.2l5.6 5.6M9.8 4.2l-5.6 5.6", class_="cut", stroke_width="1.7"),
    )
    diamond = html(
        tag("path", d="M7 .8L13.2 7 7 13.2.8 7z", stroke_width="1.4", **line),
        tag(
            "path",
            d="M5.5 5.6c.1-2 3-1.9 3 0 0 1.1-1.5 1.2-1.5 2.3M7 9.3v1.1",
            stroke_width="1.25",
            **line,
        ),
    )
    dash = tag("path", d="M3 7h8", stroke_width="1.5", **line)
    shapes = {OK: tick, NO: square, UN: diamond, NA_TONE: dash}
    return tag(
        "svg",
        tag(
            "defs",
            [
                tag("symbol", shape, id=f"s-{tone}", view_box="0 0 14 14")
                for tone, shape in shapes.items()
            ],
            _seal(),
            _hatch(),
        ),
        class_="hid",
        aria_hidden="true",
    )


def _seal() -> Html:
    strokes = html(
        tag("path", d="M5 7h5v9H5zM5 11.5h5"),
        tag("path", d="M13.5 6h5.5v12.5l-2-1M13.5 6v9.5q0 2-1.5 3M13.5 10h5.5M13.5 14h5.5"),
    )
    return tag(
        "symbol",
        tag("rect", x=1, y=1, width=22, height=22, rx=2, fill="#9b1c1c"),
        tag("g", strokes, fill="none", stroke="#fff", stroke_width="1.6"),
        id="seal",
        view_box="0 0 24 24",
    )


def _hatch() -> Html:
    """The filling of an unknown share: told from the others without colour."""
    return tag(
        "pattern",
        tag("rect", width=4, height=4, class_="few"),
        tag("path", d="M-1 5L5 -1M3 5L5 3M-1 1L1 -1", class_="fel"),
        id="hatch",
        width=4,
        height=4,
        pattern_units="userSpaceOnUse",
    )
