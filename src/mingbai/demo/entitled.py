"""What is truly due to whom (真实应享、真实风险), written beside the register for the judge alone.

Worked out from the generator's own facts, before any file is damaged and without a rule of any pack.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mingbai.demo.context import Context, valid_on
from mingbai.demo.observed.residents import Residents, residents_of
from mingbai.demo.totals import read_data

CENT = 100
Local = dict[str, Any]
ENTITLEMENTS = pa.schema(
    [("person_id", pa.string()), ("household_id", pa.string()), ("kind", pa.string()), ("paid", pa.bool_())]
)  # fmt: skip
RISKS = pa.schema(
    [
        ("household_id", pa.string()), ("kind", pa.string()), ("day", pa.date32()),
        ("after", pa.int64()), ("line", pa.int64()),
    ]
)  # fmt: skip


def build(context: Context) -> None:
    """Entitlements and risks as of the day until which the place is built."""
    people = residents_of(context)
    local = {name: one["value"] for name, one in read_data("entitled.yaml").items()}
    context.truth["entitlements"] = pa.concat_tables([
        _allowances(context, people, local), _grants(context, people, local)
    ])  # fmt: skip
    context.truth["risks"] = _risks(context, people, local)


def _allowances(context: Context, people: Residents, local: Local) -> pa.Table:
    """The two allowances of the disabled: to the severely disabled, and to the disabled on dibao."""
    healths = valid_on(context.tables["healths"], context.until)
    healths = healths.filter(pc.is_valid(healths["disability_type"]))
    healths = healths.filter(pc.less_equal(healths["certified_on"], _day(context.until)))
    disabled = _among(people.ids, healths["person_id"])
    severe = healths.filter(
        pc.is_in(healths["disability_grade"], value_set=pa.array(local["severe"]))
    )
    nursing = _among(people.ids, severe["person_id"])
    back = local["back"]["allowance"]
    living = disabled & people.homes.dibao[people.home]
    return pa.concat_tables([
        _entitled(context, people, "nursing_disabled", nursing, back),
        _entitled(context, people, "living_disabled", living, back),
    ])  # fmt: skip


def _grants(context: Context, people: Residents, local: Local) -> pa.Table:
    """The grant of a term (雨露计划): pupils on a vocational roll of exited and monitored households."""
    if context.until < local["grants_from"]:
        return ENTITLEMENTS.empty_table()
    rolls = context.tables["schoolings"]
    rolls = rolls.filter(pc.is_in(rolls["stage"], value_set=pa.array(local["stages"])))
    rolls = rolls.filter(pc.equal(rolls["state"], "enrolled"))
    begun = pc.less_equal(rolls["from_date"], _day(context.until))
    lately = pc.greater(rolls["from_date"], _day(context.until - timedelta(local["back"]["term"])))
    pupils = _among(people.ids, rolls.filter(pc.and_(begun, lately))["person_id"])
    homes = people.homes
    followed = homes.exited | np.array(
        [
            kind is not None and over is None
            for kind, over in zip(homes.watched, homes.cleared_on, strict=True)
        ],
        dtype=bool,
    )  # fmt: skip
    return _entitled(
        context, people, "vocational", pupils & followed[people.home], local["back"]["term"]
    )


def _entitled(
    context: Context, people: Residents, kind: str, due: NDArray[np.bool_], back: int
) -> pa.Table:
    payments = context.tables["payments"]
    mine = payments.filter(pc.equal(payments["programme"], kind))
    lately = pc.greater(mine["paid_on"], _day(context.until - timedelta(back)))
    paid = _among(people.ids, mine.filter(lately)["person_id"])
    rows = np.flatnonzero(due)
    return pa.table({
        "person_id": people.ids.take(pa.array(rows)),
        "household_id": people.homes.ids.take(pa.array(people.home[rows])),
        "kind": pa.repeat(kind, rows.size), "paid": paid[rows],
    }).cast(ENTITLEMENTS)  # fmt: skip


def _risks(context: Context, people: Residents, local: Local) -> pa.Table:
    """Households truly below the line on the day: poor as of last year, or since a blow of this year.

    A blow of last year is in last year's welfare already; what a later one took is divided among the members.
    """
    welfare = context.truth["welfare"]
    last = pc.max(welfare["year"]).as_py()
    welfare = welfare.filter(pc.equal(welfare["year"], last))
    homes, year = people.homes.ids, context.until.year
    at = pc.index_in(homes, value_set=welfare["household_id"].combine_chunks())
    line = CENT * local["risk_lines"].get(year, context.place.parameters["people"]["lines"][year])
    # A household founded since has no welfare of a whole year: nothing is claimed of it.
    before = pc.fill_null(welfare["welfare"].combine_chunks().take(at), line).to_numpy()
    shocks = _recent(context, local["back"]["shock"])
    row = pc.index_in(shocks["household_id"], value_set=homes)
    shocks, rows = shocks.filter(pc.is_valid(row)), row.drop_null().to_numpy()
    later = pc.greater(pc.year(shocks["day"]), last).to_numpy()
    left = before[rows] - later * shocks["loss"].to_numpy() // people.homes.sizes[rows]
    struck = np.flatnonzero(left < line)
    low = np.setdiff1d(np.flatnonzero(before < line), rows[struck])
    hit, never = shocks.take(pa.array(struck)), pa.nulls(low.size, pa.date32())
    return pa.concat_tables([
        _risk(homes.take(pa.array(rows[struck])), hit["kind"], hit["day"], left[struck], line),
        _risk(homes.take(pa.array(low)), pa.repeat("low", low.size), never, before[low], line),
    ])  # fmt: skip


def _risk(homes: pa.Array, kinds: Any, days: Any, after: Any, line: int) -> pa.Table:
    made = {
        "household_id": homes, "kind": kinds, "day": days,
        "after": after.astype(np.int64), "line": np.full(len(homes), line),
    }  # fmt: skip
    return pa.table(made).cast(RISKS)


def _recent(context: Context, back: int) -> pa.Table:
    """The blows of the twelve months before the day."""
    shocks = context.truth["shocks"]
    after = pc.greater(shocks["day"], _day(context.until - timedelta(back)))
    return shocks.filter(pc.and_(after, pc.less_equal(shocks["day"], _day(context.until))))


def _among(ids: pa.Array, some: pa.ChunkedArray) -> NDArray[np.bool_]:
    found = pc.is_in(ids, value_set=pa.chunked_array(some).combine_chunks())
    return np.asarray(found.to_numpy(zero_copy_only=False))


def _day(day: object) -> pa.Scalar:
    return pa.scalar(day, pa.date32())
