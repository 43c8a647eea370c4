"""Villages merged after the report's day: codes, groups and statuses go on in the new village."""

from datetime import date

from mingbai.demo import frame
from mingbai.demo.afterwards import Later, joined, later
from mingbai.demo.context import Context
from mingbai.demo.place import load_place
from mingbai.places.rosters import Stretch

DAY = date(2019, 1, 1)
START = date(2014, 1, 1)


def _jiangkou() -> tuple[Context, Later]:
    place = load_place("jiangkou")
    context = Context(place, 1, place.as_of)
    frame.build(context)
    rows = [Stretch(**row) for row in context.tables["divisions"].to_pylist()]
    return context, later(rows, context.tables["groups"].to_pylist())


def test_every_village_of_the_report_has_a_code_on_any_later_day() -> None:
    context, known = _jiangkou()
    villages = [one.code for one in context.villages(context.place.as_of)]
    divisions = context.tables["divisions"].to_pylist()
    for day in (DAY, date(2022, 6, 1), date(2026, 6, 30)):
        standing = {
            row["code"]
            for row in divisions
            if row["from_date"] <= day and (row["to_date"] is None or row["to_date"] > day)
        }
        assert {known.code_on(code, day) for code in villages} <= standing
    assert known.code_on("520621001207", date(2018, 12, 31)) == "520621001207"
    # 云瓦村 became 齐心村, which got another code in 2022.
    assert known.code_on("520621001207", DAY) == "520621001211"
    assert known.code_on("520621001207", date(2026, 6, 30)) == "520621001200"


def test_groups_are_numbered_again_and_named_after_their_village() -> None:
    context, known = _jiangkou()
    groups = context.tables["groups"].to_pylist()
    merged = {
        one["group_id"]: one
        for one in groups
        if known.code_on(one["village_code"], DAY) == "520621101232"
    }
    numbers = [known.numbers[one] for one in sorted(merged)]
    assert numbers == [f"{at:03d}" for at in range(1, len(merged) + 1)]
    first = known.names_on(DAY)[min(merged)]
    assert first == "大屯一组"
    assert known.names_on(date(2018, 12, 31)) == {}


def test_what_stood_goes_on_under_the_code_of_the_time() -> None:
    known = Later({"A": ("B", DAY), "B": ("C", date(2022, 1, 1))}, {}, {})
    assert known.follow([("A", START, None)]) == [
        ("A", START, DAY),
        ("B", DAY, date(2022, 1, 1)),
        ("C", date(2022, 1, 1), None),
    ]
    assert known.follow([("A", START, DAY)]) == [("A", START, DAY)]
    assert known.follow([("A", date(2020, 1, 1), date(2021, 1, 1))]) == [
        ("B", date(2020, 1, 1), date(2021, 1, 1))
    ]
    assert known.follow([("X", START, DAY), ("A", DAY, None)])[:2] == [
        ("X", START, DAY),
        ("B", DAY, date(2022, 1, 1)),
    ]


def test_a_merged_village_holds_a_status_once() -> None:
    spans = [(DAY, None), (START, DAY), (DAY, date(2020, 1, 1))]
    assert joined(spans) == [(START, None)]
    assert joined([(START, date(2015, 1, 1)), (DAY, None)]) == [
        (START, date(2015, 1, 1)),
        (DAY, None),
    ]
