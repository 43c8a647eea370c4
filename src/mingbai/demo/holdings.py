"""What people own and owe, and allowances of the disabled (财产、小额信贷、残疾人两项补贴).

Nobody publishes these for the places: the shares are local parameters. They are there so that the
comparison of departments has something to find, and an allowance that is due is not missing by accident.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mingbai.demo.context import Context, valid_on
from mingbai.demo.observed.residents import Residents, residents_of
from mingbai.demo.rows import add, days_between, numbered, rows
from mingbai.demo.totals import read_data

CENT = 100
LABELS = {
    "vehicle": ("小型普通客车", "轻型货车", "正三轮摩托车"),
    "company": ("日用百货店", "农资经营部", "小吃店", "建材店", "养殖场"),
    "property": ("县城商品房", "镇区商品房"),
    "payroll": ("事业编制", "行政编制"),
}
#: Adults who may own and owe.
FROM_AGE, TO_AGE = 22, 70
OF_AGE = np.timedelta64(18 * 366, "D")
GRADES_WITH_NURSING = ("1", "2")
MONTHS = 12
PAY_DAY = 25


def build(context: Context) -> None:
    """Holdings, loans and allowances up to the day until which the place is built."""
    settings = read_data("observed.yaml")
    people = residents_of(context)
    _assets(context, people, settings["holdings"]["value"])
    _loans(context, people, settings["loans"]["value"])
    _allowances(context, people, settings["allowances"]["value"])


def _assets(context: Context, people: Residents, shares: dict[str, Any]) -> None:
    for kind, local in shares.items():
        rng = context.rng(f"holdings.{kind}")
        rate = np.where(people.homes.registered, local["registered"], local["others"])
        owners = _one_adult(people, rng.random(len(rate)) < rate, rng)
        count = len(owners)
        low, high = local.get("price", (0, 0))
        prices = rng.integers(low // 1000, high // 1000 + 1, count) * 1000 * CENT
        since = days_between(rng, date(context.until.year - 9, 1, 1), context.until, count)
        add(
            context,
            "assets",
            count,
            person_id=people.ids.take(pa.array(owners)),
            kind=kind,
            since=np.maximum(since, people.births[owners].astype("datetime64[D]") + OF_AGE),
            price=prices if high else None,
            state="正常",
            label=np.array(LABELS[kind], dtype=object)[rng.integers(0, len(LABELS[kind]), count)],
        )


def _loans(context: Context, people: Residents, local: dict[str, Any]) -> None:
    rng = context.rng("holdings.loans")
    chosen = people.homes.registered & (rng.random(len(people.homes)) < local["share"])
    borrowers = _one_adult(people, chosen, rng)
    count = len(borrowers)
    amounts = np.array(local["amounts"], dtype=np.int64)[
        rng.integers(0, len(local["amounts"]), count)
    ]
    first = max(context.place.first_day, context.until - timedelta(days=3 * 365))
    context.put(
        "loans",
        rows(
            "loans",
            count,
            person_id=people.ids.take(pa.array(borrowers)),
            granted_on=days_between(rng, first, context.until, count),
            amount=amounts * CENT,
            bank="农村信用社",
        ),
    )


def _one_adult(
    people: Residents, homes: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.int64]:
    """One grown member of each of the homes that has one."""
    able = (people.ages >= FROM_AGE) & (people.ages <= TO_AGE) & homes[people.home]
    who = np.flatnonzero(able)
    shuffled = who[np.lexsort((rng.random(len(who)), people.home[who]))]
    return shuffled[np.flatnonzero(np.diff(people.home[shuffled], prepend=-1))]


def _allowances(context: Context, people: Residents, local: dict[str, Any]) -> None:
    """Monthly payments of the last year to those whom the usual conditions name."""
    healths = valid_on(context.tables["healths"], context.until)
    at = pc.index_in(people.ids, value_set=healths["person_id"].combine_chunks())
    grade = healths["disability_grade"].take(at)
    severe = pc.fill_null(pc.is_in(grade, value_set=pa.array(GRADES_WITH_NURSING)), False)
    disabled = pc.is_valid(healths["disability_type"].take(at))
    certified = healths["certified_on"].take(at).to_numpy().astype("datetime64[D]")
    rng = context.rng("holdings.allowances")
    for programme, due in (
        ("nursing_disabled", severe.to_numpy()),
        ("living_disabled", disabled.to_numpy() & people.homes.dibao[people.home]),
    ):
        who = np.flatnonzero(due & (rng.random(len(people)) < local["paid"]))
        every = np.repeat(who, MONTHS)
        days = np.tile(_month_days(context.until), len(who))
        begun = days >= certified[every]  # nothing before the certificate, nor before birth
        every, days = every[begun], days[begun]
        add(
            context,
            "payments",
            len(every),
            payment_id=numbered(programme[0].upper() + "D{:07d}", len(every)),
            programme=programme,
            household_id=people.homes.ids.take(pa.array(people.home[every])),
            person_id=people.ids.take(pa.array(every)),
            paid_on=days,
            amount=local["monthly"] * CENT,
            source="残疾人两项补贴",
        )


def _month_days(until: date) -> NDArray[np.datetime64]:
    """The twenty-fifth of the last twelve months."""
    past = int(until.day < PAY_DAY)  # this month's has not come yet
    months = until.year * MONTHS + until.month - 1 - past - np.arange(MONTHS)[::-1]
    days = [date(int(one) // MONTHS, int(one) % MONTHS + 1, PAY_DAY) for one in months]
    return np.array(days, dtype="datetime64[D]")
