"""A page of a list of households, how long it is, and the counts of its heads and tabs (名单读取).

By state, the villages in memory say where the page lies and how long the list is; the database is asked for
the households of those villages alone. Whatever else narrows the list is left to the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from mingbai.decisions.models import State
from mingbai.decisions.standings import UNKNOWN, UNMET, UNSUPPLIED
from mingbai.desk.components.parts import Tab, changed_query
from mingbai.desk.register.list_asking import ALL_RULES, ANY, GROUPS, MOST, Asked, with_states
from mingbai.desk.register.list_choosing import Chosen
from mingbai.desk.register.words import standing_words
from mingbai.households.errors import error
from mingbai.households.queries import (
    Filter,
    Page,
    Standing,
    count_households,
    list_households,
)
from mingbai.households.queries.daily import (
    Counts,
    added,
    in_scope,
    is_counted,
    standing_of,
    village_counts,
)
from mingbai.households.queries.listing import MOST as LARGEST_PAGE
from mingbai.households.queries.listing import rows_of
from mingbai.places.codes import range_of

SIZE = 50
#: Up to so many households the heads of a narrowed list are counted.
COUNTED = 300
HEADS = (UNMET, UNKNOWN, UNSUPPLIED)
TABS = (Standing.WATCHED, Standing.REGISTERED, Standing.DIBAO)


def page_of_list(asked: Asked, after: str, limit: int = SIZE) -> Page:
    """A page of the list. Raises HOME-054 for a place in the list that is none."""
    if asked.chosen is not None and asked.sort == "place":
        return _page_of_chosen(asked, asked.chosen, after, limit)
    filters = with_states(asked)
    if asked.kinds is None and _counts_known(asked) and asked.sort == "place":
        code, _key = _edge(after)
        standing = asked.filters.standing
        counts = {one: standing_of(some, standing)[0] for one, some in _villages(asked).items()}
        filters = replace(filters, villages=tuple(_first_villages(counts, code, limit)))
    return list_households(
        asked.day, scope=asked.request.scope, filters=filters, sort=asked.sort, after=after,
        limit=limit,
    )  # fmt: skip


def _first_villages(counts: Mapping[str, int], code: str, limit: int) -> list[str]:
    """The villages from a code on that surely hold more than a page."""
    villages, count = [], 0
    for village in sorted(counts):
        if village >= code and counts[village]:
            villages.append(village)
            count += counts[village] if village > code else 0
        if count > limit:
            break
    return villages


def _page_of_chosen(asked: Asked, chosen: Chosen, after: str, limit: int) -> Page:
    listed = chosen.page(*_edge(after), limit + 1)
    lines = rows_of([one for one, _code in listed[:limit]], asked.day, scope=asked.request.scope)
    last = listed[limit - 1] if len(listed) > limit else None
    shown = tuple(lines[one] for one, _code in listed[:limit] if one in lines)
    return Page(shown, f"{last[1]} {last[0]}" if last else "")


def _edge(after: str) -> tuple[str, int]:
    if not after:
        return "", 0
    code, _space, key = after.partition(" ")
    if not (code.isdigit() and key.isdigit() and len(key) < 19):
        raise error("HOME-054", detail="after")
    return code, int(key)


def total_of(asked: Asked) -> int:
    """How many households the list has; `MOST` where more are not counted. At most two queries."""
    if asked.chosen is not None:
        return asked.chosen.total
    if _counts_known(asked) and asked.kinds is None:
        return _registered(asked, asked.filters.standing)
    scope = asked.request.scope
    if asked.kinds is not None:
        return len(asked.keys)
    return count_households(asked.day, scope=scope, filters=with_states(asked), most=MOST)


def capped(asked: Asked, total: int) -> bool:
    """Whether the list was counted no further."""
    if asked.chosen is not None:
        return False
    counted_here = asked.listed or (asked.narrowed and asked.kinds is not None)
    return (counted_here or not _counts_known(asked)) and total >= MOST


def _registered(asked: Asked, standing: Standing) -> int:
    """Households of a standing in the place, from the counts of villages that are kept."""
    mine = _villages(asked).values()
    return standing_of(added(mine), standing)[0] if mine else 0


def persons_known(asked: Asked) -> int | None:
    """Persons of the list, where the kept counts of villages say it."""
    if asked.kinds is not None or not _counts_known(asked):
        return None
    mine = _villages(asked).values()
    return standing_of(added(mine), asked.filters.standing)[1] if mine else 0


def _counts_known(asked: Asked) -> bool:
    """Whether the kept counts of villages say how long the list is, but for states."""
    if asked.listed or asked.request.scope.household_ids:
        return False
    return asked.today or is_counted(asked.day)


def _villages(asked: Asked) -> dict[str, Counts]:
    """The kept counts of the villages of the place that lie in the scope."""
    counts = in_scope(village_counts([asked.day]), asked.request.scope)[asked.day]
    low, high = range_of(asked.place) if asked.place else ("", "9" * 12)
    return {code: some for code, some in counts.items() if low <= code <= high}


def heads_of(asked: Asked, total: int) -> dict[str, dict[str, int]]:
    """Column of states → households of the whole list in each state; nothing where it is too long."""
    known = asked.by_village or asked.chosen is not None
    if asked.run is None or not (known or total <= COUNTED):
        return {}
    found = None if known else _standing_of(asked)
    heads: dict[str, dict[str, int]] = {}
    for key, (_name, rules) in GROUPS.items():
        if mine := asked.open_rules(rules):
            heads[key] = {word: _count(asked, mine, word, found) for word in HEADS}
    return heads


def _standing_of(asked: Asked) -> list[tuple[int, str]]:
    """Pattern and village of every household of the list whose states may be read. Two queries."""
    rows = State.objects.recorded().filter(household_id__in=asked.keys).order_by()
    named = rows.values_list("pattern_id", "division_code", "household_id")
    return [(key, code) for key, code, home in named if asked.states.covers(code, home)]


def _count(
    asked: Asked, rules: tuple[str, ...], word: str, listed: list[tuple[int, str]] | None
) -> int:
    kinds = asked.standings.matching(rules, word)
    if listed is not None:
        return sum(asked.standings.is_among(kinds, key, code) for key, code in listed)
    if asked.chosen is not None:
        return asked.chosen.count(kinds)
    return asked.standings.count(kinds, asked.states, asked.place)


def tabs_of(asked: Asked, total: int) -> list[Tab]:
    """The views of a place that everybody wants, each with how many it holds."""
    query, lists = asked.request.GET, asked.request.scope.household_ids
    plain = not asked.narrowed and asked.kinds is None
    cleared = dict.fromkeys(("kind", "group", "state", "fact", "helper", "pasted", "sort"))
    here = replace(asked, filters=Filter(division_code=asked.place), data={})
    known = asked.today and not lists
    count = _registered(here, Standing.ALL) if known else (total if plain else None)
    found = [Tab(_("全部"), changed_query(query, cleared), count, current=plain)]
    for word, said in _state_tabs(asked).items():
        address = changed_query(query, {**cleared, "state": f"{ANY}:{word}"})
        current = asked.state == (ANY, word) and not asked.narrowed
        some = asked.standings.matching(asked.open_rules(ALL_RULES), word)
        count = asked.standings.count(some, asked.states, asked.place) if known else None
        found.append(Tab(said, address, total if current else count, current, hot=word == UNMET))
    for standing in TABS:
        address = changed_query(query, {**cleared, "kind": standing.value})
        current = asked.filters.standing == standing
        count = _registered(here, standing) if known else (total if current else None)
        found.append(Tab(standing_words(standing), address, count, current))
    return found


def _state_tabs(asked: Asked) -> dict[str, str]:
    if asked.run is None:
        return {}
    return {UNMET: _("未达标"), UNKNOWN: _("待核实"), UNSUPPLIED: _("资料未接入")}


def every_page(asked: Asked) -> Iterator[Page]:
    """All pages of the list, in its order."""
    after = ""
    while True:
        page = page_of_list(asked, after, LARGEST_PAGE)
        yield page
        after = page.next
        if not after:
            return
