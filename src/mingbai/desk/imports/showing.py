"""What the page of an import shows (导入页的内容): steps, figures, lines of a list, both sides of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from mingbai.decisions.programs import pack_named
from mingbai.desk.components.paging import Page, page_of, whole_number
from mingbai.desk.components.parts import Step, Tab
from mingbai.desk.components.words import actor_names, either, of
from mingbai.desk.imports.subjects import subjects_of
from mingbai.desk.imports.words import (
    LISTS,
    advice_words,
    effects,
    group_words,
    list_words,
    place_words,
    same_values,
    value_words,
)
from mingbai.desk.register.words import PACK, source_words
from mingbai.intake.choosing import VERDICTS
from mingbai.intake.looking import MOST_KEPT, Picture, lines_of, picture_of, sides_of
from mingbai.intake.models import ImportOrder

SIZE = 25
FILES, COLUMNS, ROWS, TRY, CONFIRM, DONE = 1, 2, 3, 4, 5, 6
#: Lists that somebody has to look at, in the order in which the page offers them.
TO_DO = ("refused", "conflicts", "remarks")


#: The steps before there is anything to say about them.
PLAIN_STEPS = (
    Step(lazy("文件"), lazy("拖进来或者选")), Step(lazy("列对照"), lazy("自动对，看得见")),
    Step(lazy("逐行看"), lazy("哪里不对，怎么办")), Step(lazy("演练"), lazy("不写入，看会变什么")),
    Step(lazy("确认"), lazy("写明依据")), Step(lazy("可撤销"), lazy("整批撤回")),
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """One view of an import (导入的一页): `show` is a list, or columns, or effects."""

    show: str
    step: int
    picture: Picture | None

    def address(self, order: ImportOrder, show: str) -> str:
        return f"{reverse('imports:order', args=[order.pk])}?show={show}"


def shown(request: HttpRequest, order: ImportOrder, asked: str = "") -> Shown:
    """Which view of a finished import the address asks for; by default the first that has something.

    A sheet that nobody knows comes first: nothing of it was read before its columns are said.
    """
    picture = picture_of(order)
    asked = asked or request.GET.get("show", "")
    if picture is None:
        return Shown("effects", TRY, None)
    unknown = order.dry_run and any(not one["base"] and not one["said"] for one in picture.asked)
    if asked == "columns" or (unknown and not asked):
        return Shown("columns", COLUMNS, picture)
    if asked == "effects" or not any(picture.totals.values()):
        return Shown("effects", TRY, picture)
    if asked in LISTS:
        return Shown(asked, ROWS, picture)
    first = next(
        (name for name in (*TO_DO, "changed", "new", "gone") if picture.totals[name]), "new"
    )
    return Shown(first, ROWS, picture)


def steps(order: ImportOrder, view: Shown | None, written: int | None) -> tuple[list[Step], int]:
    """The six steps with what each came to, and the current one."""
    here = reverse("imports:order", args=[order.pk])
    picture, counts = (view.picture if view else None), order.counts
    files = [one.name for one in order.files.all()]
    mapped = sum(len(one["columns"]) for one in picture.files) if picture else 0
    todo = sum(picture.totals[name] for name in TO_DO) if picture else 0
    found = [
        Step(_("文件"), ngettext("{n} 个文件", "{n} 个文件", len(files)).format(n=len(files)),
             reverse("imports:new")),
        Step(_("列对照"), ngettext("{n} 列对上", "{n} 列对上", mapped).format(n=mapped) if picture else "",
             f"{here}?show=columns"),
        Step(_("逐行看"), ngettext("{n} 处要看", "{n} 处要看", todo).format(n=todo) if picture else "",
             f"{here}?show=" if picture else ""),
        Step(_("演练"), _("不写入，看会变什么") if order.dry_run else "", f"{here}?show=effects"),
        Step(_("确认"), order.reason),
        Step(_("可撤销"), _("整批撤回")),
    ]  # fmt: skip
    if written or (counts and not order.dry_run):
        return found, DONE
    if not order.dry_run:
        return found, CONFIRM
    return found, view.step if view else TRY


def figures(order: ImportOrder) -> dict[str, int]:
    """Rows by verdict; a row with a remark counts once as to be looked at."""
    counts = order.counts
    look = min(counts["remarks"], counts["rows_accepted"])
    return {
        "rows": counts["rows_in"], "accepted": counts["rows_accepted"] - look, "look": look,
        "refused": counts["rows_refused"], "same": counts["unchanged"],
    }  # fmt: skip


def tabs(order: ImportOrder, view: Shown) -> list[Tab]:
    """The lists with how much is in each; empty ones only where somebody would look for them."""
    assert view.picture is not None
    totals = view.picture.totals
    return [
        Tab(
            list_words(name),
            view.address(order, name),
            totals[name],
            name == view.show,
            name == "refused",
        )
        for name in LISTS
        if totals[name] or name in ("refused", "changed")
    ]


def listing(request: HttpRequest, order: ImportOrder, view: Shown) -> dict[str, Any]:
    """A page of a list: lines with verdict, reason, advice; groups to narrow it; the chosen line."""
    assert view.picture is not None
    name, group = view.show, request.GET.get("group", "")
    first, stop = view.picture.kept(name, group)
    page = page_of(request, stop - first, SIZE)
    at = first + page.start
    raw = lines_of(order, name, at, first + page.stop)
    lines = [_line(name, one, at + number) for number, one in enumerate(raw)]
    subjects = subjects_of({str(one["number"]) for one in lines if one["number"]}, request.scope)
    for one in lines:
        one["subject"] = whom = subjects.get(str(one["number"]))
        one["pick"] = _("选 {what}").format(
            what=f"{whom.name if whom else one['number']} {one['what']}"
        )
    chosen = whole_number(request.GET.get("line", ""), least=0, most=MOST_KEPT, otherwise=-1)
    picked = next((one for one in lines if one["at"] == chosen), None)
    if picked is None and name in ("changed", "conflicts"):
        picked = lines[0] if lines else None
    total = view.picture.totals[name]
    return {
        "name": name, "lines": lines, "page": page, "group": group, "groups": _groups(order, view, group),
        "picked": _sides(order, picked) if picked else None,
        "merged": total if name == "refused" and total < order.counts["rows_refused"] else 0,
        "cut": total if total > MOST_KEPT else 0, "most": MOST_KEPT, "query": _query(page),
    }  # fmt: skip


def _query(page: Page) -> str:
    return f"{page.query}page={page.number}&"


def _line(name: str, line: dict[str, Any], at: int) -> dict[str, Any]:
    _words, tone, verdict = LISTS[name]
    said = line.get("says")
    return {
        "at": at, "line": line, "tone": tone, "verdict": _(verdict),
        "what": group_words(name, line["group"], line) if name in ("changed", "conflicts") else "",
        "column": place_words(line) if "topic" in line else (line.get("column") or ""),
        "says": either(said["zh"], said["en"]) if said else "",
        "advice": advice_words(name, line["group"], line),
        "before": value_words(line, "before") if "topic" in line else "",
        "after": value_words(line, "after") if "topic" in line else "",
        "number": line.get("subject") or line.get("person") or line.get("household") or line.get("key", ""),
    }  # fmt: skip


def _groups(order: ImportOrder, view: Shown, chosen: str) -> list[Tab]:
    """The kinds within a list, each a filter of its own."""
    assert view.picture is not None
    groups = view.picture.groups.get(view.show, [])
    if len(groups) < 2:
        return []
    here = view.address(order, view.show)
    return [
        Tab(
            _group(order, view.show, one),
            f"{here}&group={one['key']}",
            one["total"],
            one["key"] == chosen,
        )
        for one in groups[:12]
    ]


def _group(order: ImportOrder, name: str, group: dict[str, Any]) -> str:
    """In words; of problems what to do about them, which is the same for all of a kind."""
    if said := group["says"]:
        return either(said["zh"], said["en"]).rstrip("。.")
    topic, _dot, column = group["key"].partition(".")
    return group_words(name, group["key"], {"topic": topic, "column": column})


def decided(order: ImportOrder, view: Shown, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Puts what somebody decided beside the lines shown; how many of the list that is. Two queries."""
    if view.show not in VERDICTS:
        return {}
    mine = order.choices.filter(shown_in=view.show)
    here = {one.place: one for one in mine.filter(place__in=[one["at"] for one in lines])}
    for one in lines:
        one["choice"] = here.get(one["at"])
    return {"decides": VERDICTS[view.show].value, "chosen": mine.count()}


def chosen_of(order: ImportOrder) -> dict[str, int]:
    """How many rows are left out, and how many are taken against the register. One query."""
    if order.dry_run:
        told = order.choices.values_list("verdict").annotate(rows=Count("pk"))
        return {str(verdict): rows for verdict, rows in told}
    said = {"leave": order.counts.get("left", 0), "take": order.counts.get("taken", 0)}
    return {verdict: rows for verdict, rows in said.items() if rows}


def _sides(order: ImportOrder, chosen: dict[str, Any]) -> dict[str, Any] | None:
    """Both sides of every value of the same household or person, with who said so and when."""
    rows = [
        {
            "what": place_words(one), "before": value_words(one, "before"),
            "after": value_words(one, "after"), "day": one["day"],
            "source": source_words(one["source"]) if one["source"] else "",
            "row": one["row"], "same": same_values(one),
            "here": (one["topic"], one["column"]) == (chosen["line"]["topic"], chosen["line"]["column"]),
        }
        for one in sides_of(order, chosen["line"])
    ]  # fmt: skip
    return {**chosen, "rows": rows} if rows else None


def columns_shown(picture: Picture, order: ImportOrder) -> list[dict[str, Any]]:
    """Every sheet: what it was taken for, and which of its columns became which fact.

    Sheets that nobody knows are asked about instead.
    """
    facts = pack_named(PACK).facts
    asked = {(one["name"], one["sheet"]) for one in picture.asked if not one["base"]}
    said = {one.name: one for one in order.layouts.all()}
    names = actor_names(one.chosen_by for one in said.values()) if said else {}
    return [
        {
            **one,
            "said_by": names[said[one["profile"]].chosen_by] if one["profile"] in said else "",
            "said_on": said[one["profile"]].chosen_at if one["profile"] in said else None,
            "why": either(one["reason"]["zh"], one["reason"]["en"]) if one["reason"] else "",
            "pairs": [
                (pair["head"], of(facts[pair["entity"]][pair["fact"]].label)
                 if pair["fact"] in facts.get(pair["entity"], {}) else pair["fact"])
                for pair in one["columns"]
            ],
        }
        for one in picture.files
        if one["what"] != "skipped" or (one["name"], one["sheet"]) not in asked
    ]  # fmt: skip


def effect_lines(order: ImportOrder) -> list[tuple[str, int]]:
    """What writing would do, in words and numbers."""
    return effects(order.counts) if order.counts else []
