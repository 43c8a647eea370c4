"""Lists and figures of a difference in words (差异的用语)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

#: Lists of a difference, by the names intake gives them, and what each is.
LISTS = {
    "新增": noop("新增"), "变化": noop("变化"), "名单里没有": noop("名单里没有"),
    "冲突": noop("冲突"), "未采用": noop("未采用"),
}  # fmt: skip


def lists_of(counts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lists with how much is in each."""
    if not counts:
        return []
    sums = {
        "新增": sum(counts["new"].values()),
        "变化": sum(counts["changed"].values()),
        "名单里没有": sum(counts["gone"].values()),
        "冲突": sum(counts["conflicts"].values()),
        "未采用": counts["rows_refused"],
    }
    return [{"name": name, "words": _(word), "count": sums[name]} for name, word in LISTS.items()]


def figures(counts: Mapping[str, Any]) -> list[tuple[str, int, str]]:
    """The figures at the head: word, number, tone."""
    if not counts:
        return []
    return [
        (_("行"), counts["rows_in"], ""),
        (_("行可用"), counts["rows_accepted"], "ok"),
        (_("行不收"), counts["rows_refused"], "no" if counts["rows_refused"] else "na"),
        (_("新户"), counts["new"].get("households", 0), ""),
        (_("新人"), counts["new"].get("persons", 0), ""),
        (_("处变化"), sum(counts["changed"].values()), ""),
        (_("处冲突"), sum(counts["conflicts"].values()), "un" if counts["conflicts"] else "na"),
        (_("处相同"), counts["unchanged"], ""),
    ]
