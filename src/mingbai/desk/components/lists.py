"""Tags of lists (列表标记): addresses with one thing changed, heads that sort, the bar over picked rows."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mingbai.desk.components.parts import changed_query

register = template.Library()


@register.simple_tag(takes_context=True)
def address(context: Context, **changes: Any) -> str:
    """The address of this page with some names changed: {% address sort="name" place=None %}."""
    return changed_query(context["request"].GET, changes)


@register.simple_tag(takes_context=True)
def sorted_head(
    context: Context, key: str, words: str, *, num: bool = False, unit: str = "", default: str = ""
) -> SafeString:
    """A head that sorts by a link (排序表头), with aria-sort and an arrow; a second press turns it."""
    query = context["request"].GET
    now = query.get("sort", "") or default
    down = now == f"-{key}"
    sorts = now.lstrip("-") == key
    link = changed_query(query, {"sort": key if down or not sorts else f"-{key}"})
    state = format_html(' aria-sort="{}"', "descending" if down else "ascending") if sorts else ""
    arrow = ("\N{DOWNWARDS ARROW}" if down else "\N{UPWARDS ARROW}") if sorts else ""
    under = format_html(' <span class="unit">{}</span>', unit) if unit else ""
    return format_html(
        '<th scope="col"{}{}><a href="{}">{}{}</a>{}</th>',
        format_html(' class="{}"', "num") if num else "", state, link, words,
        format_html(' <span aria-hidden="true">{}</span>', arrow) if arrow else "", under,
    )  # fmt: skip


@register.simple_block_tag
def bulkbar(content: SafeString, total: int = 0, unit: str = "") -> SafeString:
    """The bar over picked rows (批量条), inside the form around the table; its content are the buttons."""
    everything = _("全部 {n}").format(n=f"{total:,} {unit}".strip())
    return format_html(
        '<div class="bulk" role="region" aria-label="{}"><span class="said">'
        '<b data-picked="{}" role="status">{}</b> '
        '<label class="unscripted"><input type="checkbox" name="all" value="1">{}</label>'
        '<button type="button" class="link" data-pick-everything hidden>{}</button> '
        '<button type="button" class="link" data-pick-none hidden>{} <kbd>Esc</kbd></button></span>{}</div>',
        _("选中的行"), _("已选 {n}"), _("先勾选要办的行"), everything,
        _("改选{what}").format(what=everything), _("不选了"), content,
    )  # fmt: skip


@register.inclusion_tag("components/templates/chosen_columns.html", takes_context=True)
def column_choice(context: Context, columns: Any) -> dict[str, Any]:
    """The choice of columns (选列), a sheet that opens without script: {% column_choice columns %}."""
    return {"columns": columns, "request": context["request"]}
