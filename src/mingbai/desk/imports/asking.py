"""Which column is which, as the page asks it (列对照怎么问): proposals preselected, samples beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from mingbai.desk.components.words import aside, either
from mingbai.tables.proposing.asking import UNREAD

#: What a form says of a word that it does not know, and of one that tells nothing.
UNKNOWN, NOTHING = "?", "-"
_SURE = {
    "likely": ("ok", noop("很像")), "maybe": ("un", noop("不确定")),
    "none": ("na", noop("没见过")), "set": ("ok", noop("上次选的")),
}  # fmt: skip


def asked_shown(
    sheets: list[dict[str, Any]], chosen: Mapping[str, str], *, only: int | None = None
) -> list[dict[str, Any]]:
    """Every sheet to be asked about; `chosen`: names of the address or of a form that came back.

    `only`: the sheet that a refused form was about; what was chosen there stands again.
    """
    return [
        _sheet(number, sheet, chosen if only in (None, number) else {})
        for number, sheet in enumerate(sheets)
    ]


def _sheet(number: int, sheet: dict[str, Any], chosen: Mapping[str, str]) -> dict[str, Any]:
    entities = [one["entity"] for one in sheet["options"]]
    wanted = chosen.get(f"entity-{number}", chosen.get("entity", ""))
    option = sheet["options"][entities.index(wanted) if wanted in entities else 0]
    rows = [
        _row(place, head, guess, option["targets"], chosen)
        for place, (head, guess) in enumerate(zip(sheet["heads"], option["guesses"], strict=True))
    ]
    return {
        **sheet, "number": number, "entity": option["entity"], "rows": rows,
        "unknown": not sheet["base"] and not sheet["said"],
        "kinds": [
            {"entity": one["entity"], "words": either(one["zh"], one["en"]) or one["entity"],
             "current": one is option}
            for one in sheet["options"]
        ] if not sheet["base"] else [],
    }  # fmt: skip


def _row(
    place: int, head: dict[str, Any], guess: dict[str, Any], targets: list[dict[str, Any]],
    chosen: Mapping[str, str],
) -> dict[str, Any]:  # fmt: skip
    name = f"column-{place}"
    now = chosen.get(name, guess["target"])
    tone, words = _SURE[guess["sure"]]
    return {
        "name": name, "head": " ".join(head["head"].split()), "samples": head["samples"],
        "tone": tone, "sure": _(words), "why": either(guess["why"]["zh"], guess["why"]["en"]),
        "options": _options(targets, now),
        "words": _words(place, guess, chosen) if now and now == guess["target"] else [],
    }  # fmt: skip


def _words(place: int, guess: dict[str, Any], chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """Words that the code list does not know, each with what it may be."""
    found = []
    for number, one in enumerate(guess.get("asks", ())):
        name = f"word-{place}-{number}"
        now = chosen.get(name, UNKNOWN if one["code"] is None else one["code"] or NOTHING)
        pairs = [(UNKNOWN, _("不认，列出来问")), (NOTHING, _("当没有写")), *guess["codes"]]
        options = format_html_join(
            "", '<option value="{}"{}>{}</option>',
            ((code, _chosen(code == now), said) for code, said in pairs),
        )  # fmt: skip
        found.append({"word": one["word"], "name": name, "options": options})
    return found


def _options(targets: list[dict[str, Any]], now: str) -> SafeString:
    """Not read, then what rows are told apart by, then the facts; one of them chosen."""
    ties = [one for one in targets if one["role"] != "fact"]
    facts = [one for one in targets if one["role"] == "fact"]
    first = format_html(
        '<option value="{}"{}>{}</option>', UNREAD, _chosen(now in ("", UNREAD)), _("不读")
    )
    groups = [
        format_html('<optgroup label="{}">{}</optgroup>', words, _each(some, now))
        for words, some in ((_("认出是谁的"), ties), (_("登记的项"), facts))
        if some
    ]
    return format_html("{}{}", first, format_html_join("", "{}", ((one,) for one in groups)))


def _each(targets: list[dict[str, Any]], now: str) -> SafeString:
    return format_html_join(
        "", '<option value="{}"{}>{}</option>',
        ((one["name"], _chosen(one["name"] == now), _called(one)) for one in targets),
    )  # fmt: skip


def _called(target: dict[str, Any]) -> str:
    words = either(target["zh"], target["en"])
    return aside(words, either(*target["above"])) if target["above"] else words


def _chosen(now: bool) -> SafeString:
    return format_html(" {}", "selected") if now else SafeString("")


def columns_said(sheet: dict[str, Any], sent: Mapping[str, str]) -> dict[str, str]:
    """Header → what a form says it is; a header that it does not name is not read."""
    return {
        head["head"]: sent.get(f"column-{place}", UNREAD) or UNREAD
        for place, head in enumerate(sheet["heads"])
    }


def words_said(
    sheet: dict[str, Any], entity: str, sent: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Header → word → code as a form says them; only of columns that are still what was shown."""
    option = next((one for one in sheet["options"] if one["entity"] == entity), None)
    found: dict[str, dict[str, str]] = {}
    if option is None:
        return found
    for place, head in enumerate(sheet["heads"]):
        guess = option["guesses"][place]
        if sent.get(f"column-{place}", "") != guess["target"]:
            continue
        codes = {NOTHING: "", **{code: code for code, _said in guess.get("codes", ())}}
        for number, one in enumerate(guess.get("asks", ())):
            said = sent.get(f"word-{place}-{number}", UNKNOWN)
            if said in codes:
                found.setdefault(head["head"], {})[one["word"]] = codes[said]
    return found
