"""Filters and tags of the templates (模板标记): marks, thousands, money, dates, versioned files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from mingbai.desk.components import quick, words

register = template.Library()
register.tags.update(quick.TAGS)
MINUS = "\N{MINUS SIGN}"
FEN = 100


@cache
def _version(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        return ""
    with open(found, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:10]


@register.simple_tag
def asset(name: str) -> str:
    """The address of a file of ours, with its digest: a new one is fetched at once."""
    return f"{static(name)}?{_version(name)}"


@register.filter
def thousands(value: object) -> str:
    """Figures with commas and a real minus."""
    return f"{value:,}".replace("-", MINUS) if isinstance(value, int) else str(value)


@register.filter
def yuan(fen: object) -> str:
    """Fen as yuan: no decimals when there are none."""
    if not isinstance(fen, int):
        return ""
    whole, rest = divmod(abs(fen), FEN)
    return (MINUS if fen < 0 else "") + f"{whole:,}" + (f".{rest:02d}" if rest else "")


@register.filter
def day(value: object) -> str:
    """A date in full."""
    return value.isoformat()[:10] if isinstance(value, date) else ""


@register.simple_tag
@lru_cache(2_000, typed=True)  # a list has four hundred of them, of some twenty kinds
def mark(tone: str, word: str) -> SafeString:
    """A state mark (状态标记): colour, shape and word, always all three. Tones: ok, no, un, na."""
    shape = format_html('<svg class="i" aria-hidden="true"><use href="#s-{}"/></svg>', tone)
    return format_html('<span class="st {}">{}{}</span>', tone, shape, word)


@register.simple_tag
def cycled(items: list[object], at: int) -> object:
    """The item at a place of a list; for rows beside their heads."""
    return items[at]


@register.filter
def named(names: dict[str, str], actor: str) -> str:
    """An actor in words, by the names that the view looked up."""
    return names.get(actor, actor)


@register.filter
def said(label: object) -> str:
    """A label of the code, such as that of a code list, in the language of the page."""
    return gettext(str(label)) if label else ""


@register.filter
def refused(text: str) -> str:
    """What a job kept of a refusal, in the language of the page."""
    return words.refusal_words(text)


@register.filter
def listed(parts: Iterable[object]) -> str:
    """Things side by side: 、 or a comma."""
    return words.listed(parts)


@register.filter
def told_errors(field: Any) -> list[str]:
    """The errors of a field in sentences (字段错误): one that was left empty is named."""
    label = str(field.label).rstrip("：:")
    return [
        gettext("请填写“{field}”。").format(field=label) if error.code == "required" else said
        for error in field.errors.as_data()
        for said in error.messages
    ]
