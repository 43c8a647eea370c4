"""What a place knows of households into the topics (户的分主题装载): as the national export derives it."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.audit.records import Recorded
from mingbai.demo.loading_frame import Loading
from mingbai.demo.observed.residents import WATCHED
from mingbai.households.loading import Column, Same
from mingbai.households.models import Dwelling, IncomeYear, Land, Living, Measure, Water

#: Column of the ledger → of the register; the net and the sum are reckoned, not kept.
INCOME = {
    "members": "members", "wage": "income_wage", "business": "income_business",
    "dividend": "income_property_dividend", "property_other": "income_property_other",
    "family_planning": "income_family_planning", "dibao": "income_dibao", "tekun": "income_tekun",
    "pension": "income_pension", "ecology": "income_ecology", "transfer_other": "income_transfer_other",
    "cost": "expense_business", "per_capita": "income_per_capita_recorded",
}  # fmt: skip
LAND = ("arable", "forest", "returned", "grass", "fruit", "water_surface")
DANGEROUS = ("C", "D")
#: Programmes that are no benefit of the pack: what kind of measure each is, and its title.
MEASURES = {
    "unsafe_housing": ("dwelling", "农村危房改造补助"),
    "education_aid": ("education", "教育资助"),
    "forest_compensation": ("security", "生态公益林补偿"),
    "social_money": ("social", "社会帮扶资金"),
    "social_student": ("social", "社会助学"),
    "watched_health": ("health", "监测对象医疗帮扶"),
    "watched_living": ("living", "监测对象生活帮扶"),
    "watched_schooling": ("education", "监测对象助学"),
    "watched_job": ("job", "监测对象务工帮扶"),
    "watched_industry": ("industry", "监测对象产业帮扶"),
}
POSTS = {"ranger": "生态护林员", "public_post": "乡村公益性岗位"}
HOUSING, WATER, FARMING = "department:住建", "department:水利", "department:农业农村"
VILLAGE = "village"
SAID = {"changed": Same("")}


def load(loading: Loading) -> None:
    """Dwelling, water, land, income, living conditions and measures."""
    _dwellings(loading)
    _waters(loading)
    _lands(loading)
    _incomes(loading)
    _livings(loading)
    _measures(loading)
    _posts(loading)


def year_of(years: pa.ChunkedArray) -> dict[str, Column]:
    """The period of a year: from its first day to that of the next."""
    known = {year: date(year, 1, 1) for year in pc.unique(years).to_pylist()}
    texts = years.to_pylist()
    firsts = {year: day.isoformat() for year, day in known.items()}
    nexts = {year: date(year + 1, 1, 1).isoformat() for year in known}
    return {
        "valid_from": [firsts[year] for year in texts],
        "valid_to": [nexts[year] for year in texts],
    }


def on_day(days: pa.ChunkedArray) -> dict[str, Column]:
    """The period of what happened on one day."""
    after = pc.cast(pc.add(pc.cast(days, pa.int32()), pa.scalar(1, pa.int32())), pa.date32())
    return {"valid_from": days, "valid_to": after}


def period(table: pa.Table) -> dict[str, Column]:
    """The period of a dated row."""
    return {"valid_from": table["from_date"], "valid_to": table["to_date"]}


def _put(
    loading: Loading,
    model: type[Recorded],
    table: pa.Table,
    columns: dict[str, Column],
    source: str,
) -> None:
    loading.put(model, {**columns, **SAID, "source": Same(source)}, len(table))


def _dwellings(loading: Loading) -> None:
    """Unsafe while appraised C or D and not renovated; acceptance stands only beside C and D."""
    table, homes = loading.about(loading.table("dwellings"), "dwellings", "household_id")
    grade, renovated = table["grade"], pc.is_valid(table["renovated_on"])
    bad = pc.is_in(grade, value_set=pa.array(DANGEROUS))
    unsafe = pc.if_else(pc.is_valid(grade), pc.and_not(bad, renovated), None)
    columns: dict[str, Column] = {
        "household_id": homes, **period(table), "dwelling_kind": table["kind"], "dwelling_grade": grade,
        "dwelling_unsafe": unsafe, "dwelling_accepted": pc.if_else(bad, renovated, None),
        "area": table["area_m2"], "built_year": table["built_year"],
        "renovated_on": table["renovated_on"], "relocated_on": table["relocated_on"],
        "subsidy": table["subsidy"],
    }  # fmt: skip
    _put(loading, Dwelling, table, columns, HOUSING)


def _waters(loading: Loading) -> None:
    table, homes = loading.about(loading.table("waters"), "waters", "household_id")
    columns: dict[str, Column] = {
        "household_id": homes, **period(table), "drinking_water_safe": table["safe"],
        "water_piped": table["piped"], "water_minutes": table["minutes"], "water_source": table["source"],
    }  # fmt: skip
    _put(loading, Water, table, columns, WATER)


def _lands(loading: Loading) -> None:
    table, homes = loading.about(loading.table("lands"), "lands", "household_id")
    columns = {"household_id": homes, **year_of(table["year"]), **{one: table[one] for one in LAND}}
    _put(loading, Land, table, columns, FARMING)


def _incomes(loading: Loading) -> None:
    table, homes = loading.about(loading.table("incomes"), "incomes", "household_id")
    lines = {column: table[line] for line, column in INCOME.items()}
    columns = {"household_id": homes, **year_of(table["year"]), **lines}
    _put(loading, IncomeYear, table, columns, VILLAGE)


def _livings(loading: Loading) -> None:
    """Of households in the national system: power and television, and the ties to co-operatives and firms.

    From the day they are in it, and again from the day they were tied to an entity of either kind.
    """
    assert loading.homes is not None
    national = _first_days(loading)
    coop = _first_tie(loading, ("share", "membership"), "coop")
    firm = _first_tie(loading, ("order", "employment"), "leading_firm")
    rows = []
    for key, start in national.items():
        ties = (coop.get(key), firm.get(key))
        cuts = sorted({start, *(day for day in ties if day is not None and day > start)})
        for since, until in zip(cuts, [*cuts[1:], None], strict=True):
            held = (day is not None and day <= since for day in ties)
            rows.append((key, since, until, *held))
    names = ("household_id", "valid_from", "valid_to", "cooperative", "lead_firm")
    held_columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}
    columns: dict[str, Column] = {
        **held_columns, "lead_person": Same(False), "electricity": Same(True),
        "production_power": Same(True), "tv": Same(True), **SAID, "source": Same(FARMING),
    }  # fmt: skip
    loading.put(Living, columns, len(rows))


def _first_days(loading: Loading) -> dict[int, str]:
    """Household → the day from which it is in the national system: registered or watched."""
    table = loading.table("statuses")
    kinds = pc.is_in(table["kind"], value_set=pa.array(["registered", *WATCHED]))
    table = table.filter(pc.and_(pc.equal(table["subject"], "household"), kinds))
    return _firsts(loading, table, "subject_id")


def _first_tie(loading: Loading, kinds: tuple[str, ...], entity: str) -> dict[int, str]:
    """Household → the day of its first tie of these kinds to an entity of a kind; ties all still hold."""
    entities = loading.table("entities")
    mine = entities.filter(pc.equal(entities["kind"], entity))["entity_id"]
    table = loading.table("links")
    kept = pc.and_(
        pc.is_in(table["entity_id"], value_set=mine.combine_chunks()),
        pc.is_in(table["kind"], value_set=pa.array(kinds)),
    )
    lasts = pc.fill_null(pc.greater(table["to_date"], pa.scalar(loading.until)), True)
    return _firsts(loading, table.filter(pc.and_(kept, lasts)), "household_id")


def _firsts(loading: Loading, table: pa.Table, column: str) -> dict[int, str]:
    assert loading.homes is not None
    found = pa.table(
        {"home": loading.homes.of(table[column]), "day": table["from_date"]}
    ).drop_null()
    least = found.group_by("home").aggregate([("day", "min")]).sort_by("home")
    days = pc.cast(least["day_min"], pa.string()).to_pylist()
    return dict(zip(least["home"].to_pylist(), days, strict=True))


def _measures(loading: Loading) -> None:
    """Payments that are no benefit of the pack, each as a measure of its day."""
    table = loading.table("payments")
    table = table.filter(pc.is_in(table["programme"], value_set=pa.array(list(MEASURES))))
    table, homes = loading.about(table, "payments", "household_id")
    programmes = table["programme"].to_pylist()
    columns: dict[str, Column] = {
        "household_id": homes, **on_day(table["paid_on"]),
        "kind": [MEASURES[one][0] for one in programmes],
        "title": [MEASURES[one][1] for one in programmes], "amount": table["amount"],
        "source": [f"department:{one}" for one in table["source"].to_pylist()], **SAID,
    }  # fmt: skip
    loading.put(Measure, columns, len(table))


def _posts(loading: Loading) -> None:
    table, homes = loading.about(loading.table("posts"), "posts", "household_id")
    columns: dict[str, Column] = {
        "household_id": homes, **on_day(table["from_date"]), "kind": Same("post"),
        "title": [POSTS[one] for one in table["kind"].to_pylist()],
    }  # fmt: skip
    _put(loading, Measure, table, columns, "department:人社")
