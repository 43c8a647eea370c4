"""A tiny HTML builder: text is escaped where it enters, and nothing else can be written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from html import escape

_VOID = frozenset({"meta", "br", "col", "hr"})
_EMPTY = frozenset({"rect", "line", "path", "circle", "use"})  # of SVG, which must be closed
# Control and formatting characters: they break a page, or turn a line of text round.
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co"})


class Html(str):
    """Markup that is already safe."""

    __slots__ = ()


def clean(text: str) -> str:
    """Text without control characters and without marks that change the direction of writing."""
    if text.isprintable():
        return text
    kept = (" " if char in "\t\n\r" else char for char in text)
    return "".join(
        char for char in kept if char == " " or unicodedata.category(char) not in _DROPPED
    )


def html(*children: object) -> Html:
    """Children side by side; a plain text is escaped, ``None`` and ``False`` are nothing."""
    return Html("".join(_written(children)))


def tag(name: str, /, *children: object, **attributes: object) -> Html:
    """An element. ``class_`` and ``for_`` lose their underscore, others turn it into a hyphen."""
    start = f"<{name}{''.join(_attributes(attributes))}"
    if name in _VOID:
        return Html(f"{start}>")
    if name in _EMPTY and not children:
        return Html(f"{start}/>")
    return Html(f"{start}>{''.join(_written(children))}</{name}>")


def _attributes(attributes: dict[str, object]) -> Iterable[str]:
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        written = _NAMES.get(name) or name.rstrip("_").replace("_", "-")
        yield f" {written}" if value is True else f' {written}="{escape(clean(str(value)))}"'


_NAMES = {"view_box": "viewBox", "marker_units": "markerUnits", "pattern_units": "patternUnits"}


def _written(children: Iterable[object]) -> Iterable[str]:
    for child in children:
        if isinstance(child, Html):
            yield child
        elif isinstance(child, str):
            yield escape(clean(child), quote=False)
        elif child is None or child is False:
            continue
        elif isinstance(child, Iterable):
            yield from _written(child)
        else:
            yield escape(str(child), quote=False)


def page(*, language: str, title: str, css: str, body: Html, policy: str) -> str:
    """A whole page that needs nothing from anywhere."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="robots", content="noindex"),
        tag("title", title),
        tag("style", Html(css)),
    )
    lang = "zh-Hans" if language == "zh" else language
    return f"<!doctype html>\n{tag('html', head, tag('body', body), lang=lang)}\n"
