"""Statuses and events of the register of the poor (建档立卡状态与事件): the log whose sums are the stocks.

Registered on a day: the sum of `persons` over identified, added, natural_increase, natural_decrease and
removed up to it. Exited and returned move a household out of and into the part that is still poor.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mingbai.demo.context import Context
from mingbai.demo.exact import Ints
from mingbai.demo.people import REASON_TEXTS
from mingbai.demo.society import OPEN, Society

#: Kinds of event that change the stock of registered persons.
STOCK = ("identified", "added", "natural_increase", "natural_decrease", "removed")


def days(values: NDArray[Any]) -> pa.Array:
    """Days as dates; a day that never comes is no date."""
    whole = np.asarray(values, dtype=np.int32)
    return pa.array(whole, mask=whole >= OPEN, type=pa.int32()).cast(pa.date32())


def constant(text: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(text), count)


def put_statuses(context: Context, society: Society) -> None:
    """Episodes of households: registered, exited, poor again."""
    houses = society.households
    causes = pa.array(list(society.settings["causes"]))
    listed = np.flatnonzero(houses.listed < OPEN)
    _put(
        context, society, "registered", listed, houses.listed, houses.unlisted,
        causes.take(pa.array(houses.cause[listed])),
    )  # fmt: skip
    out = np.flatnonzero(houses.exited < OPEN)
    _put(context, society, "exited", out, houses.exited, houses.returned)
    back = np.flatnonzero(houses.returned < OPEN)
    _put(context, society, "returned", back, houses.returned, houses.exited_again)
    _put(context, society, "exited", back, houses.exited_again, np.full(houses.count, OPEN))


def put_floor(context: Context, society: Society, floor: NDArray[np.bool_]) -> None:
    """Persons on the floor (社会兜底), and the households they live in, from the year before the anchor."""
    members = society.memberships
    rows = members.on(society.anchor)
    rows = rows[floor[members.person[rows]]]
    homes = np.unique(members.household[rows]).astype(np.int64)
    persons = members.person[rows].astype(np.int64)
    start = np.maximum(members.start[rows], society.anchor - 365)
    until = np.minimum(members.end[rows], OPEN)
    put_episodes(context, "person", society.person_ids, "floor", persons, start, until)
    begun = np.full(homes.size, society.anchor - 365)
    put_episodes(
        context,
        "household",
        society.household_ids,
        "floor",
        homes,
        begun,
        society.households.end[homes],
    )


def _put(
    context: Context, society: Society, kind: str, rows: Ints, start: NDArray[Any], end: NDArray[Any],
    reason: pa.Array | None = None,
) -> None:  # fmt: skip
    if rows.size:
        put_episodes(
            context, "household", society.household_ids, kind, rows, start[rows], end[rows], reason
        )


def put_episodes(
    context: Context, subject: str, ids: pa.Array, kind: str, rows: Ints, start: NDArray[Any],
    end: NDArray[Any], reason: pa.Array | None = None,
) -> None:  # fmt: skip
    """Append episodes of one kind: `rows` are positions in `ids`, the days are theirs."""
    context.append("statuses", pa.table({
        "subject": constant(subject, rows.size),
        "subject_id": ids.take(pa.array(rows)),
        "kind": constant(kind, rows.size),
        "from_date": days(start),
        "to_date": days(end),
        "reason": pa.nulls(rows.size, pa.string()) if reason is None else reason,
    }))  # fmt: skip


def put_events(context: Context, society: Society) -> None:
    """The log, in order of days; who came or left a registered household stands in it by name."""
    parts = [*_household_events(society), *_member_events(society)]
    day = np.concatenate([one["day"] for one in parts])
    order = np.argsort(day, kind="stable")
    kinds = [one["kind"] for one in parts]
    number = np.repeat(np.arange(len(parts)), [one["day"].size for one in parts])
    home = np.concatenate([one["home"] for one in parts])
    person = np.concatenate([one["person"] for one in parts])
    reason = np.concatenate([one["reason"] for one in parts])
    texts = pa.array([*REASON_TEXTS, "wrongly_listed", "register", "assessed"])
    context.put("events", pa.table({
        "day": days(day[order]),
        "kind": pa.array(kinds).take(pa.array(number[order])),
        "household_id": society.household_ids.take(pa.array(home[order])),
        "person_id": society.person_ids.take(pa.array(person[order], mask=person[order] < 0)),
        "households": np.concatenate([one["households"] for one in parts])[order],
        "persons": np.concatenate([one["persons"] for one in parts])[order],
        "reason": texts.take(pa.array(reason[order])),
    }))  # fmt: skip


def _household_events(society: Society) -> list[dict[str, Any]]:
    """Listing, removal, exit and return of whole households, with the members of the day."""
    houses = society.households
    listed = np.flatnonzero(houses.listed < OPEN)
    late = houses.listed[listed] > society.base
    out = np.flatnonzero(houses.exited < OPEN)
    back = np.flatnonzero(houses.returned < OPEN)
    removed = np.flatnonzero(houses.removed)
    other = len(REASON_TEXTS)
    return [
        _whole(society, "identified", listed[~late], houses.listed, 1, other + 1),
        _whole(society, "added", listed[late], houses.listed, 1, other + 1),
        _whole(society, "removed", removed, houses.unlisted, -1, other),
        _whole(society, "exited", out, houses.exited, -1, other + 2),
        _whole(society, "returned", back, houses.returned, 1, other + 2),
        _whole(society, "exited", back, houses.exited_again, -1, other + 2),
    ]


def _whole(
    society: Society, kind: str, rows: Ints, at: NDArray[Any], sign: int, reason: int
) -> dict[str, Any]:
    members, houses = society.memberships, society.households
    day = np.full(houses.count, -1, dtype=np.int64)
    day[rows] = at[rows]
    mine = day[members.household]
    # Who is listed or exits is counted on the day, who is struck off with the members of the day before.
    seen = mine - (kind == "removed")
    inside = (mine >= 0) & (members.start <= seen) & (members.end > seen)
    number = np.bincount(members.household[inside], minlength=houses.count)[rows]
    return {
        "kind": kind, "home": rows, "day": day[rows], "person": np.full(rows.size, -1),
        "households": np.full(rows.size, sign), "persons": sign * number,
        "reason": np.full(rows.size, reason),
    }  # fmt: skip


def _member_events(society: Society) -> list[dict[str, Any]]:
    """Births, marriages, deaths and moves within registered households; the last death ends a household."""
    members, houses = society.memberships, society.households
    home = members.household
    listed, unlisted = houses.listed[home], houses.unlisted[home]
    came = np.flatnonzero((members.start > listed) & (members.start < unlisted))
    left = np.flatnonzero(
        (members.end > listed) & (members.end <= unlisted) & (members.end < OPEN)
        & ~(houses.removed[home] & (members.end == unlisted))
    )  # fmt: skip
    # A new head closes and opens the memberships of a household on one day: no person came or left.
    came = came[members.came[came] != REASON_TEXTS.index("new_head")]
    left = left[members.left[left] != REASON_TEXTS.index("new_head")]
    last = houses.end[home[left]] == members.end[left]
    first = np.zeros(left.size, dtype=bool)
    first[np.unique(np.where(last, home[left], -1), return_index=True)[1]] = True
    return [
        _single(
            "natural_increase", members, came, members.start, members.came, np.zeros(came.size)
        ),
        _single(
            "natural_decrease",
            members,
            left,
            members.end,
            members.left,
            -(last & first).astype(int),
        ),
    ]


def _single(
    kind: str,
    members: Any,
    rows: Ints,
    at: NDArray[Any],
    reason: NDArray[Any],
    households: NDArray[Any],
) -> dict[str, Any]:
    sign = 1 if kind == "natural_increase" else -1
    return {
        "kind": kind, "home": members.household[rows].astype(np.int64), "day": at[rows].astype(np.int64),
        "person": members.person[rows].astype(np.int64), "households": households.astype(np.int64),
        "persons": np.full(rows.size, sign), "reason": reason[rows].astype(np.int64),
    }  # fmt: skip
