"""The gallery (部件陈列): every part of the desk in each of its states, real and not a picture.

What stands here is invented and says so; the page reads nothing from the register.
"""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingbai.desk.access import SIGNED_IN, screen
from mingbai.desk.components.charts import Chart, Kind, Mark, Series
from mingbai.desk.components.fields import Day
from mingbai.desk.components.paging import page_of
from mingbai.desk.components.parts import Chip, Column, Step, Tab, columns_of
from mingbai.documents.drawing import Column as Bar

FOLDER = "components/templates/"


class SampleForm(forms.Form):
    """A form with one of each kind of field (样表)."""

    months = forms.IntegerField(label=gettext_lazy("务工月数"), min_value=0, max_value=12)
    since = forms.DateField(label=gettext_lazy("从哪天起"), widget=Day(), required=False)
    heard = forms.ChoiceField(
        label=gettext_lazy("听谁说"),
        choices=[("self", gettext_lazy("本人")), ("village", gettext_lazy("村里"))],
    )
    water = forms.ChoiceField(
        label=gettext_lazy("水从哪里来"), widget=forms.RadioSelect,
        choices=[("tap", gettext_lazy("自来水")), ("well", gettext_lazy("井水"))],
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("说明"), widget=forms.Textarea(attrs={"rows": 2}), required=False,
        help_text=gettext_lazy("不写病名，不写账号"),
    )  # fmt: skip


@screen(SIGNED_IN)
def gallery(request: HttpRequest) -> HttpResponse:
    """Every part on one page."""
    wrong = SampleForm({"months": "14", "heard": "self", "since": "2026-03-18"})
    wrong.is_valid()
    said = {
        "form": SampleForm(), "wrong": wrong, "tabs": _tabs(), "steps": _steps(), "chips": _chips(),
        "columns": columns_of(request, _columns()), "page": page_of(request, 98, 18),
        "rows": _rows(), "entries": _entries(), "doors": [Tab(_("看周五的"), "?", 12)],
        "heads": [_("户主"), _("组"), _("收入")], "bars": _bars(), "charts": _charts(),
        "trend": [31, 30, 30, 28, None, 27, 26, 24, 24, 22, 21, 19],
    }  # fmt: skip
    return render(request, FOLDER + "gallery.html", said)


@screen(SIGNED_IN)
def keys(request: HttpRequest) -> HttpResponse:
    """The keys as a page of their own, for who has no script."""
    return render(request, FOLDER + "keys.html")


def _tabs() -> list[Tab]:
    return [
        Tab(_("全部"), "?", 2318, current=True), Tab(_("未达标"), "?tab=unmet", 63, hot=True),
        Tab(_("待核实"), "?tab=unknown", 109), Tab(_("办完的"), "?tab=done"),
    ]  # fmt: skip


def _steps() -> list[Step]:
    return [
        Step(_("选哪件事"), _("分户"), "?"), Step(_("填表"), _("3 项")),
        Step(_("先看会怎样"), _("不写入")), Step(_("办好"), _("可撤销")),
    ]  # fmt: skip


def _chips() -> list[Chip]:
    return [
        Chip(_("村"), _("白石、大坪、枫木 等 7 村"), "?kind=watched"),
        Chip(_("身份"), _("脱贫户、监测对象"), "?place=990101100201"),
    ]


def _columns() -> list[Column]:
    return [
        Column("head", _("户主"), fixed=True), Column("group", _("村组")),
        Column("members", _("人口")), Column("visits", _("上次走访"), default=False),
    ]  # fmt: skip


def _rows() -> list[dict[str, Any]]:
    """Four invented households: in order, unknown, unmet, not applicable."""
    return [
        {"id": 1, "head": _("甲"), "group": 3, "members": 5, "tone": "ok", "word": _("达标"),
         "income": 1154000, "share": 12, "reason": _("自来水停用 41 天，待登记问题")},
        {"id": 2, "head": _("乙"), "group": 1, "members": 3, "tone": "un", "word": _("待核实"),
         "low": 344600, "high": 1064600, "share": 27, "reason": _("不知道在外务工几个月")},
        {"id": 3, "head": _("丙"), "group": 4, "members": 1, "tone": "no", "word": _("未达标"),
         "income": 793200, "share": 41, "reason": _("住院自付超过了线")},
        {"id": 4, "head": _("丁"), "group": 2, "members": 2, "tone": "na", "word": _("不适用"),
         "income": 0, "share": 0, "reason": _("家里没有学龄的孩子")},
    ]  # fmt: skip


def _charts() -> list[Chart]:
    """One of each kind: a break where a definition ends, names with bars, a distribution with two lines."""
    years = [str(year) for year in range(2014, 2026)]
    before = [18, 15, 11, 6, 3, 1, *[None] * 6]
    after = [*[None] * 6, 2, 2, 1, 1, 1, 0]
    villages = [_("高岭村"), _("石桥村"), _("白石村"), _("龙口村"), _("马栏村")]
    heights = [4, 4, 5, 6, 7, 9, 12, 61, 34, 14, 21, 26, 30, 28, 33, 41, 38]
    return [
        Chart(
            Kind.LINES, _("历年"), _("两种口径的数都在降"), _("件"), _("年"), years,
            [Series(_("老口径"), before), Series(_("新口径"), after)],
            note=_("两段定义不同，不相连"), closed=True,
        ),
        Chart(
            Kind.BARS, _("各村新增"), _("高岭村最多，14 户"), _("户"), _("村"), villages,
            [Series(_("增加"), [14, 13, 11, 10, 9], ["?"] * 5, ["no", *["plain"] * 4])],
            [Mark(_("平均 11.4"), 11.4)], xlsx="?", closed=True,
        ),
        Chart(
            Kind.COLUMNS, _("年龄的分布"), _("30岁上有一堆同报的数"), _("人"), _("岁"),
            [str(23 + step) for step in range(17)],
            [Series(_("人数"), heights, (), [*["strong"] * 7, "no", "no", *["plain"] * 8])],
            [Mark(_("现在"), "30"), Mark(_("试算"), "32", "no")], closed=True,
        ),
    ]  # fmt: skip


def _entries() -> list[SimpleNamespace]:
    said = (
        (date(2026, 3, 16), _("走访"), _("医保结算单已核，自付属实"), ""),
        (date(2026, 3, 9), _("收入"), _("务工月数还缺"), "un"),
        (date(2026, 2, 19), _("住房"), _("鉴定为 D 级"), "no"),
    )
    return [
        SimpleNamespace(when=when, kind=kind, text=text, tone=tone, address="")
        for when, kind, text, tone in said
    ]


def _bars() -> list[Bar]:
    heights = (2, 3, 5, 9, 31, 18, 24, 30, 41, 38, 33, 26, 19, 12, 7)
    return [
        Bar(
            value, str(6000 + index * 500) if index % 5 == 0 else "", str(value),
            tone="fz" if index in (4, 5) else "fg", address=f"?from={6000 + index * 500}",
        )
        for index, value in enumerate(heights)
    ]  # fmt: skip
